"""Pictures go into the local Telegram by address, by upload and by id, or are refused as Telegram does."""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.playground import Playground
from bot.playground.media import image_size
from bot.playground.pictures import skyline
from tests.caller import Caller

PICTURE = skyline(1, 400, 300)


async def pictures(_request: web.Request) -> web.Response:
    name = _request.match_info["name"]
    kinds = {
        "fine.png": web.Response(body=PICTURE, content_type="image/png"),
        "stream.png": web.Response(body=PICTURE, content_type="application/octet-stream"),
        "torn.png": web.Response(body=b"no picture", content_type="image/png"),
        "long.png": web.Response(body=skyline(1, 2000, 60), content_type="image/png"),
        "huge.png": web.Response(body=PICTURE + bytes(5 * 1024 * 1024), content_type="image/png"),
    }
    return kinds.get(name) or web.Response(status=404)


@pytest.fixture
async def pictures_at() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{name}", pictures)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gone.png", "failed to get HTTP URL content"),
        ("stream.png", "wrong type of the web page content"),
        ("torn.png", "IMAGE_PROCESS_FAILED"),
        ("long.png", "PHOTO_INVALID_DIMENSIONS"),
        ("huge.png", "wrong file identifier/HTTP URL specified"),
    ],
)
async def test_pictures_that_telegram_will_not_take_by_address(
    world: Playground, call: Caller, pictures_at: str, name: str, words: str
) -> None:
    body = {"chat_id": world.user.id, "photo": f"{pictures_at}/{name}"}
    assert await call.refused("sendPhoto", **body) == f"Bad Request: {words}"
    assert await call.refused("sendPhoto", **body) == f"Bad Request: {words}"
    assert world.telegram.files.fetched == [f"{pictures_at}/{name}"], "what an address gave is remembered"


async def test_a_picture_by_address_and_again_by_its_id(
    world: Playground, call: Caller, pictures_at: str
) -> None:
    sent = await call.message("sendPhoto", chat_id=world.user.id, photo=f"{pictures_at}/fine.png")
    sizes = sent["photo"]
    assert isinstance(sizes, list)
    assert (sizes[-1]["width"], sizes[-1]["height"]) == image_size(PICTURE)
    again = await call.message("sendPhoto", chat_id=world.user.id, photo=sizes[-1]["file_id"])
    assert again["photo"] == sizes
    said = await call.refused("sendPhoto", chat_id=world.user.id, photo="nosuchid")
    assert "wrong remote file identifier specified" in said


async def test_nothing_elsewhere_is_fetched(world: Playground, call: Caller) -> None:
    said = await call.refused("sendPhoto", chat_id=world.user.id, photo="http://192.0.2.1/x.png")
    assert said == "Bad Request: failed to get HTTP URL content"


async def test_one_bad_picture_refuses_the_album(world: Playground, call: Caller, pictures_at: str) -> None:
    def album(*names: str) -> list[dict[str, str]]:
        return [{"type": "photo", "media": f"{pictures_at}/{name}"} for name in names]

    said = await call.refused("sendMediaGroup", chat_id=world.user.id, media=album("fine.png", "stream.png"))
    assert said == 'Bad Request: failed to send message #2 with the error message "WEBPAGE_MEDIA_EMPTY"'
    assert not world.messages(world.user)
    said = await call.refused("sendMediaGroup", chat_id=world.user.id, media=album(*["fine.png"] * 11))
    assert said == "Bad Request: too many messages to send as an album"
    await call("sendMediaGroup", chat_id=world.user.id, media=json.dumps(album("fine.png", "fine.png")))
    one, other = world.messages(world.user)
    assert one.album == other.album != ""

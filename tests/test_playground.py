"""The local Telegram says what Telegram says: to good calls, and to bad ones in its own words."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.playground import Fault, FloodLimits, Playground, Status
from bot.playground.media import image_size
from bot.playground.pictures import skyline

PICTURE = skyline(1, 400, 300)


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Caller:
    """Calls methods as a bot does."""

    def __init__(self, world: Playground, http: aiohttp.ClientSession) -> None:
        self.world, self.http = world, http

    async def raw(self, method: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        url = f"{self.world.url}/bot{self.world.token}/{method}"
        async with self.http.post(url, json=body) as answer:
            value: dict[str, object] = await answer.json()
            return answer.status, value

    async def __call__(self, method: str, **body: object) -> object:
        status, answer = await self.raw(method, body)
        assert status == 200, answer
        return answer["result"]

    async def refused(self, method: str, **body: object) -> str:
        status, answer = await self.raw(method, body)
        assert answer["ok"] is False
        assert status == answer["error_code"]
        return str(answer["description"])

    async def updates(self, **body: object) -> list[dict[str, Any]]:
        result = await self("getUpdates", **body)
        assert isinstance(result, list)
        return result

    async def message(self, method: str, **body: object) -> dict[str, object]:
        result = await self(method, **body)
        assert isinstance(result, dict)
        return result


@pytest.fixture
async def world() -> AsyncIterator[Playground]:
    async with Playground() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


@pytest.fixture
async def call(world: Playground, http: aiohttp.ClientSession) -> Caller:
    world.user.started = True
    return Caller(world, http)


async def test_a_command_comes_as_an_update_and_its_answer_stands_in_the_chat(
    world: Playground, call: Caller
) -> None:
    world.say(world.user, "/sub http://127.0.0.1:8/feed")
    (update,) = await call.updates()
    kinds = [entity["type"] for entity in update["message"]["entities"]]
    assert kinds == ["bot_command", "url"]
    await call("sendMessage", chat_id=world.user.id, text="<b>Done</b> & well", parse_mode="HTML")
    (message,) = await world.wait_for_messages(world.user)
    assert (message.text, message.content.entities[0].type) == ("Done & well", "bold")


async def test_method_names_ignore_case_and_bodies_come_in_any_form(
    world: Playground, call: Caller, http: aiohttp.ClientSession
) -> None:
    url = f"{world.url}/bot{world.token}"
    async with http.get(f"{url}/SENDmessage", params={"chat_id": world.user.id, "text": "query"}) as answer:
        assert answer.status == 200
    async with http.post(
        f"{url}/sendMessage", data={"chat_id": str(world.user.id), "text": "form"}
    ) as answer:
        assert answer.status == 200
    form = aiohttp.FormData({"chat_id": str(world.user.id), "caption": "multipart"})
    form.add_field("photo", PICTURE, filename="a.png", content_type="image/png")
    async with http.post(f"{url}/sendPhoto", data=form) as answer:
        assert answer.status == 200, await answer.text()
    assert [message.text for message in world.messages(world.user)] == ["query", "form", "multipart"]
    assert "message text is empty" in await call.refused("sendMessage", chat_id=world.user.id, text="")


@pytest.mark.parametrize(
    ("token", "status", "description"),
    [("12:" + "x" * 35, 401, "Unauthorized"), ("nonsense", 404, "Not Found")],
)
async def test_a_wrong_token_is_refused(
    world: Playground, http: aiohttp.ClientSession, token: str, status: int, description: str
) -> None:
    async with http.get(f"{world.url}/bot{token}/getMe") as answer:
        assert answer.status == status
        assert (await answer.json())["description"] == description


async def test_a_confirmed_update_does_not_come_again(world: Playground, call: Caller) -> None:
    for word in ("one", "two", "three"):
        world.say(world.user, word)
    first = await call.updates(limit=2)
    assert [update["message"]["text"] for update in first] == ["one", "two"]
    (rest,) = await call.updates(offset=first[-1]["update_id"] + 1)
    assert rest["message"]["text"] == "three"
    (last,) = await call.updates(offset=-1)
    assert last == rest


async def test_a_poll_waits_for_what_comes(world: Playground, call: Caller) -> None:
    poll = asyncio.create_task(call.updates(timeout=5))
    await world.wait_for(lambda: world.telegram.calls["getUpdates"])
    world.say(world.user, "hello")
    updates = await asyncio.wait_for(poll, 2)
    assert updates[0]["message"]["text"] == "hello"


async def test_the_older_of_two_polls_is_told_of_the_conflict(world: Playground, call: Caller) -> None:
    older = asyncio.create_task(call.refused("getUpdates", timeout=20))
    await world.wait_for(lambda: world.telegram.calls["getUpdates"])
    newer = asyncio.create_task(call("getUpdates", offset=7, timeout=20))
    assert (await asyncio.wait_for(older, 2)).startswith("Conflict: terminated by other getUpdates request")
    world.say(world.user, "for the newer")
    assert await asyncio.wait_for(newer, 2)


async def test_unwanted_kinds_of_updates_do_not_come(world: Playground, call: Caller) -> None:
    await call("getUpdates", allowed_updates=["callback_query"], offset=1)
    world.say(world.user, "unheard")
    message = await call.message(
        "sendMessage", chat_id=world.user.id, text="x",
        reply_markup={"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]},
    )  # fmt: skip
    press = world.press(world.user, int(str(message["message_id"])), "Go")
    (update,) = await call.updates(offset=2)
    assert update["callback_query"]["data"] == "go"
    await call("answerCallbackQuery", callback_query_id=press.id, text="gone")
    assert await world.wait_for_answer(press) == "gone"
    assert "query is too old" in await call.refused("answerCallbackQuery", callback_query_id=press.id)


async def test_texts_and_captions_are_counted_in_code_points_after_parsing(
    world: Playground, call: Caller
) -> None:
    chat = world.user.id
    await call("sendMessage", chat_id=chat, text="😀" * 4096)
    await call("sendMessage", chat_id=chat, text="<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    assert (
        await call.refused("sendMessage", chat_id=chat, text="x" * 4097) == "Bad Request: message is too long"
    )
    assert (
        await call.refused("sendMessage", chat_id=chat, text="x" * 32769) == "Bad Request: text is too long"
    )


@pytest.mark.parametrize(
    ("keyboard", "words"),
    [
        ([[{"text": "a", "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
        ([[{"text": "a"}]], "Text buttons are unallowed in the inline keyboard"),
        ([[{"text": "a", "url": "http://localhost/"}]], "'http://localhost/' is invalid: Wrong HTTP URL"),
        ([[{"text": "a", "callback_data": "b"}]] * 101, "reply markup is too long"),
        ("x", "must be of type Array"),
    ],
)
async def test_bad_keyboards_are_refused(
    world: Playground, call: Caller, keyboard: object, words: str
) -> None:
    markup = {"inline_keyboard": keyboard}
    assert words in await call.refused("sendMessage", chat_id=world.user.id, text="x", reply_markup=markup)


async def test_whom_the_bot_may_write_to(world: Playground, call: Caller) -> None:
    stranger = world.add_user("Stranger", started=False)
    assert await call.refused("sendMessage", chat_id=stranger.id, text="x") == "Bad Request: chat not found"
    world.add_member(world.add_group(), stranger)
    said = await call.refused("sendMessage", chat_id=stranger.id, text="x")
    assert said == "Forbidden: bot can't initiate conversation with a user"
    world.block()
    said = await call.refused("sendMessage", chat_id=world.user.id, text="x")
    assert said == "Forbidden: bot was blocked by the user"
    world.user.deactivated = True
    said = await call.refused("sendMessage", chat_id=world.user.id, text="x")
    assert said == "Forbidden: user is deactivated"


async def test_what_the_bot_may_do_in_groups_and_channels(world: Playground, call: Caller) -> None:
    group, channel = world.add_supergroup(), world.add_channel(username="news_of_alder")
    group.denied.add("photos")
    await call("sendMessage", chat_id=group.id, text="text passes")
    form = {"chat_id": group.id, "photo": "http://127.0.0.1:1/x.png"}
    assert "not enough rights to send photos to the chat" in await call.refused("sendPhoto", **form)
    await call("sendMessage", chat_id="@NEWS_of_alder", text="by name")
    world.make_admin(channel, rights=())
    said = await call.refused("sendMessage", chat_id=channel.id, text="x")
    assert said == "Bad Request: need administrator rights in the channel chat"
    world.kick(group)
    said = await call.refused("sendMessage", chat_id=group.id, text="x")
    assert said == "Forbidden: bot was kicked from the supergroup chat"


async def test_a_group_that_moved_names_its_new_id(world: Playground, call: Caller) -> None:
    group = world.add_group()
    new = world.migrate(group)
    status, answer = await call.raw("sendMessage", {"chat_id": group.id, "text": "x"})
    assert (status, answer["parameters"]) == (400, {"migrate_to_chat_id": new.id})
    updates = await call.updates()
    assert updates[0]["message"]["migrate_to_chat_id"] == new.id
    await call("sendMessage", chat_id=new.id, text="moved")


async def test_topics(world: Playground, call: Caller) -> None:
    forum, plain = world.add_supergroup(forum=True), world.add_supergroup()
    open_, closed = world.add_topic(forum, "News"), world.add_topic(forum, "Old", closed=True)
    sent = await call.message("sendMessage", chat_id=forum.id, text="x", message_thread_id=open_.id)
    assert sent["message_thread_id"] == open_.id
    ask = {"chat_id": forum.id, "text": "x"}
    assert (
        await call.refused("sendMessage", **ask, message_thread_id=closed.id) == "Bad Request: TOPIC_CLOSED"
    )
    for thread in (1, 999):
        said = await call.refused("sendMessage", **ask, message_thread_id=thread)
        assert said == "Bad Request: message thread not found"
    ignored = await call.message("sendMessage", chat_id=plain.id, text="x", message_thread_id=999)
    assert "message_thread_id" not in ignored


async def test_in_groups_privacy_mode_hides_what_is_not_for_the_bot(world: Playground, call: Caller) -> None:
    group = world.add_group()
    for text in ("hello all", "/latest@other_bot", f"/latest@{world.telegram.bot.username}", "/list"):
        world.say(group, text)
    updates = await call.updates()
    heard = [update["message"]["text"] for update in updates]
    assert heard == [f"/latest@{world.telegram.bot.username}", "/list"]


async def test_edits(world: Playground, call: Caller) -> None:
    sent = await call.message("sendMessage", chat_id=world.user.id, text="one")
    place = {"chat_id": world.user.id, "message_id": sent["message_id"]}
    assert "message is not modified" in await call.refused("editMessageText", **place, text="one")
    await call("editMessageText", **place, text="two")
    assert world.messages(world.user)[0].text == "two"
    assert await call.refused("editMessageText", **place, text="x" * 4097) == "Bad Request: MESSAGE_TOO_LONG"
    assert "there is no caption" in await call.refused("editMessageCaption", **place, caption="x")
    await call("deleteMessage", **place)
    assert "message to edit not found" in await call.refused("editMessageText", **place, text="x")
    assert "message to delete not found" in await call.refused("deleteMessage", **place)


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


async def test_a_group_takes_twenty_messages_a_minute() -> None:
    clock = Clock()
    async with Playground(flood=FloodLimits(), clock=clock) as world, aiohttp.ClientSession() as http:
        call, group = Caller(world, http), world.add_group()
        for _ in range(20):
            await call("sendMessage", chat_id=group.id, text="x")
            clock.now += 1
        status, answer = await call.raw("sendMessage", {"chat_id": group.id, "text": "x"})
        assert (status, answer["parameters"]) == (429, {"retry_after": 39})
        assert (world.flood.refusals, world.flood.offences) == (1, 0)
        await call("sendMessage", chat_id=world.user.id, text="other chats flow")
        await call.refused("sendMessage", chat_id=group.id, text="x")
        assert world.flood.offences == 1, "writing on during a retry_after is an offence"
        clock.now += 78
        await call("sendMessage", chat_id=group.id, text="x")
        assert world.flood.sent[group.id] == 21


async def test_a_private_chat_takes_a_burst_and_then_one_a_second() -> None:
    clock = Clock()
    async with Playground(flood=FloodLimits(), clock=clock) as world, aiohttp.ClientSession() as http:
        call, body = Caller(world, http), {"chat_id": world.user.id, "text": "x"}
        for _ in range(4):
            await call("sendMessage", **body)
        assert await call.refused("sendMessage", **body) == "Too Many Requests: retry after 1"
        clock.now += 2
        for _ in range(10):
            await call("sendMessage", **body)
            clock.now += 1


@pytest.mark.parametrize(
    ("fault", "status", "is_taken"),
    [
        (Fault.INTERNAL, 500, False),
        (Fault.BAD_GATEWAY, 502, False),
        (Fault.RESET_BEFORE, 0, False),
        (Fault.RESET_AFTER, 0, True),
        (Fault.HANG_BEFORE, -1, False),
        (Fault.HANG_AFTER, -1, True),
    ],
)
async def test_trouble_on_demand(
    world: Playground,
    call: Caller,
    http: aiohttp.ClientSession,
    fault: Fault,
    status: int,
    is_taken: bool,  # noqa: FBT001  a case's
) -> None:
    world.fail_next("sendMessage", fault)
    url = f"{world.url}/bot{world.token}/sendMessage"
    body = {"chat_id": world.user.id, "text": "x"}
    try:
        patience = aiohttp.ClientTimeout(total=0.3)
        async with http.post(url, json=body, timeout=patience) as answer:
            met = answer.status
    except TimeoutError:
        met = -1
    except aiohttp.ClientConnectionError:
        met = 0
    assert met == status
    assert bool(world.messages(world.user)) is is_taken
    await call("sendMessage", chat_id=world.user.id, text="and all is well again")


async def test_a_planned_flood_is_heeded_from_then_on() -> None:
    clock = Clock()
    async with Playground(clock=clock) as world, aiohttp.ClientSession() as http:
        call, body = Caller(world, http), {"chat_id": world.user.id, "text": "x"}
        world.fail_next("sendMessage", "flood", chat=world.user, retry_after=43837)
        status, answer = await call.raw("sendMessage", body)
        assert (status, answer["parameters"]) == (429, {"retry_after": 43837})
        clock.now += 43838
        await call("sendMessage", **body)
        assert (world.flood.refusals, world.flood.offences) == (1, 0)


async def test_the_bot_is_told_of_its_own_place(world: Playground, call: Caller) -> None:
    channel = world.add_channel(bot=Status.LEFT)
    world.make_admin(channel)
    world.block()
    updates = await call.updates()
    places = [update["my_chat_member"]["new_chat_member"]["status"] for update in updates]
    assert places == ["administrator", "kicked"]


async def test_who_administers_a_chat(world: Playground, call: Caller) -> None:
    channel, other = world.add_channel(), world.add_user("Mina")
    world.make_admin(channel, other)
    admins = await call("getChatAdministrators", chat_id=channel.id)
    assert isinstance(admins, list)
    assert {admin["user"]["id"] for admin in admins} == {world.user.id, other.id, world.telegram.bot.id}
    member = await call.message("getChatMember", chat_id=channel.id, user_id=world.user.id)
    assert member["status"] == "creator"
    chat = await call.message("getChat", chat_id=world.user.id)
    assert (chat["type"], chat["first_name"]) == ("private", "Alex")


async def test_commands_are_kept_by_scope_and_language(world: Playground, call: Caller) -> None:
    menu = [{"command": "start", "description": "begin"}]
    await call("setMyCommands", commands=menu, scope={"type": "all_private_chats"}, language_code="zh")
    assert await call("getMyCommands") == []
    private = {"scope": {"type": "all_private_chats"}, "language_code": "zh"}
    assert await call("getMyCommands", **private) == menu
    bad = [{"command": "Über", "description": "x"}]
    assert await call.refused("setMyCommands", commands=bad) == "Bad Request: BOT_COMMAND_INVALID"


async def test_waiting_says_what_came_instead(world: Playground, call: Caller) -> None:
    await call("sendMessage", chat_id=world.user.id, text="something else")
    with pytest.raises(TimeoutError, match="something else"):
        await world.wait_for_messages(world.user, 2, timeout=0.05)

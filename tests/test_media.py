"""One file with a message: looked at first, sent in the best form that passes, and once for all chats."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.deliver import form, probe, sender, showing, uploads
from bot.deliver.outcome import Sent
from bot.deliver.sender import Sender
from bot.items import ChatId
from bot.playground import world as playground
from bot.render.parts import Button, Media, MediaKind, Message
from tests.drawn import drawn
from tests.staging import TEXT, Stage, staged
from tests.test_judging import MP4, PAGE, SVG
from tests.test_picture import png
from tests.test_scaling import bomb

PDF, MP3 = b"%PDF-1.7", b"ID3" + bytes(90)
BUTTONS = ((Button("More", data="more:1"),),)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(looking=True) as one:
        one.shown["/fine.png"] = ("image/png", drawn("PNG"))
        yield one


async def shown(stage: Stage, *media: Media) -> playground.Message:
    """What stands in the chat after ``media`` were sent; there is one message and it has the text."""
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, media, buttons=BUTTONS))
    (sent,) = stage.world.messages(stage.world.user)
    assert isinstance(outcome, Sent)
    assert outcome.message_id == sent.id
    assert sent.text == TEXT.text
    assert [one.type for one in sent.content.entities] == ["bold", "text_link"]
    assert sent.buttons == ["More"]
    return sent


KINDS: dict[MediaKind, tuple[str, bytes]] = {
    MediaKind.PHOTO: ("image/png", drawn("PNG")),
    MediaKind.VIDEO: ("video/mp4", MP4),
    MediaKind.ANIMATION: ("image/gif", drawn("GIF", moving=True)),
    MediaKind.AUDIO: ("audio/mpeg", MP3),
    MediaKind.DOCUMENT: ("application/pdf", PDF),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_of_each_kind_goes_by_its_address_and_then_by_its_id(
    stage: Stage, kind: MediaKind
) -> None:
    stage.shown["/a"] = KINDS[kind]
    media = stage.file(kind, "/a", mime=KINDS[kind][0], size=90, duration_s=60, title="One", performer="Us")
    sent = await shown(stage, media)
    assert sent.media is not None
    assert sent.media.kind == kind
    other = stage.world.add_user("Ben")
    assert isinstance(await stage.sender.deliver(ChatId(other.id), Message(TEXT, (media,))), Sent)
    (again,) = stage.world.messages(other)
    assert again.media == sent.media
    assert stage.world.telegram.files.fetched == [stage.web + "/a"]
    assert (stage.peeks, stage.downloads) == (["/a"], [])


def test_what_a_feed_tells_of_a_file_is_told() -> None:
    def told(kind: MediaKind) -> set[str]:
        media = Media(kind, "u", width=8, height=6, duration_s=60, title="One", performer="Us")
        return set(form.as_file(Message(TEXT), media, "u")) - set(form.as_caption(Message(TEXT))) - {kind}

    assert told(MediaKind.PHOTO) == told(MediaKind.DOCUMENT) == set()
    assert told(MediaKind.AUDIO) == {"duration", "title", "performer"}
    assert told(MediaKind.ANIMATION) == {"width", "height", "duration"}
    assert told(MediaKind.VIDEO) == {"width", "height", "duration", "supports_streaming"}


COPIED: dict[str, tuple[tuple[str, bytes], tuple[int, int]]] = {
    "avif": (("image/avif", drawn("AVIF")), (800, 600)),
    "avif called jpeg": (("image/jpeg", drawn("AVIF")), (800, 600)),
    "bmp": (("image/bmp", drawn("BMP")), (800, 600)),
    "moving webp": (("image/webp", drawn("WEBP", moving=True)), (800, 600)),
    "wide": (("image/png", drawn("PNG", 9900, 500)), (2560, 129)),
    "6 MB": (("image/png", png(800, 600, bytes(6_000_000))), (800, 600)),
    "12 MB": (("image/jpeg", drawn("JPEG") + bytes(12_000_000)), (800, 600)),
    "called bytes": (("application/octet-stream", drawn("JPEG")), (800, 600)),
}


@pytest.mark.parametrize(("found", "size"), COPIED.values(), ids=COPIED)
async def test_what_telegram_would_refuse_is_sent_as_our_own_copy_without_asking(
    stage: Stage, found: tuple[str, bytes], size: tuple[int, int]
) -> None:
    stage.shown["/a"] = found
    sent = await shown(stage, *stage.image("/a"))
    assert sent.media is not None
    assert (sent.media.kind, sent.media.width, sent.media.height) == ("photo", *size)
    assert stage.world.telegram.calls["sendPhoto"] == 1
    assert stage.world.telegram.files.fetched == []
    assert stage.outbox.bad == set()


async def test_a_copy_is_drawn_anew_in_a_process_of_its_own() -> None:
    async with staged() as stage:
        stage.shown["/a"] = ("image/avif", drawn("AVIF"))
        stage.ours["/a"] = drawn("AVIF")
        in_earnest = Sender(stage.sender.bot, stage.pictures, stage.outbox)
        outcome = await in_earnest.deliver(stage.chat, Message(TEXT, stage.image("/a")))
        (sent,) = stage.world.messages(stage.world.user)
        assert isinstance(outcome, Sent)
        assert outcome.calls == 2
        assert sent.media is not None
        assert sent.media.width == 800


NOTHING: dict[str, tuple[str, bytes] | None] = {
    "nothing": None,
    "a page": ("text/html", PAGE),
    "a page called a picture": ("image/jpeg", PAGE),
    "an icon": ("image/png", png(64, 64)),
    "a pixel": ("image/gif", drawn("GIF", 1, 1)),
    "a strip": ("image/png", png(3000, 100)),
    "a drawing": ("image/svg+xml", SVG),
    "a bomb": ("image/png", bomb(60_000)),
    "a torn avif": ("image/avif", drawn("AVIF")[:300]),
    "21 MB": ("image/jpeg", drawn("JPEG") + bytes(21 << 20)),
}


@pytest.mark.parametrize("found", NOTHING.values(), ids=NOTHING)
async def test_where_nothing_can_be_shown_the_next_picture_is_and_else_the_text(
    stage: Stage, found: tuple[str, bytes] | None
) -> None:
    if found:
        stage.shown["/a"] = found
    sent = await shown(stage, *stage.image("/a"))
    assert sent.media is None
    other = ChatId(stage.world.add_user("Ben").id)
    message = Message(TEXT, (stage.file(MediaKind.AUDIO, "/none"), *stage.image("/a", "/fine.png")))
    await stage.sender.deliver(other, message)
    (again,) = stage.world.messages(stage.world.telegram.users[other])
    assert again.media is not None
    assert again.media.width == 800
    assert stage.peeks.count("/a") == 1
    assert stage.downloads.count("/a") <= 1


@pytest.mark.parametrize("kind", [MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.DOCUMENT, MediaKind.ANIMATION])
async def test_a_file_that_telegram_would_refuse_gives_way_to_a_photo_unasked(
    stage: Stage, kind: MediaKind
) -> None:
    stage.shown["/a"] = (KINDS[kind][0], KINDS[kind][1] + bytes(21 << 20))
    media = stage.file(kind, "/a", mime=KINDS[kind][0], size=90)
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, (media, *stage.image("/fine.png"))))
    (sent,) = stage.world.messages(stage.world.user)
    assert isinstance(outcome, Sent)
    assert outcome.calls == 1
    assert sent.media is not None
    assert sent.media.kind == "photo"
    assert stage.downloads == [], "nothing so large is loaded"


async def test_an_animation_that_telegram_refuses_is_a_photo(stage: Stage) -> None:
    stage.shown["/a"] = KINDS[MediaKind.ANIMATION]
    stage.world.fail_next("sendAnimation", "error", description="Bad Request: GIF_CONTENT_TYPE_INVALID")
    sent = await shown(stage, stage.file(MediaKind.ANIMATION, "/a"))
    assert sent.media is not None
    assert sent.media.kind == "photo"
    stage.world.telegram.calls.clear()
    await stage.sender.deliver(stage.chat, Message(TEXT, (stage.file(MediaKind.ANIMATION, "/a"),)))
    assert "sendAnimation" not in stage.world.telegram.calls, "as an animation that address has failed"


async def test_a_large_animation_shows_its_first_frame(stage: Stage) -> None:
    mime, data = KINDS[MediaKind.ANIMATION]
    stage.shown["/a"] = (mime, data + bytes(12_000_000))
    stage.world.fail_next("sendAnimation", "error", description="Bad Request: MEDIA_EMPTY")
    sent = await shown(stage, stage.file(MediaKind.ANIMATION, "/a"))
    assert sent.media is not None
    assert (sent.media.kind, sent.media.width) == ("photo", 800)
    assert stage.downloads == ["/a"]


async def test_a_proxied_address_is_tried_before_our_own_copy(stage: Stage) -> None:
    stage.shown["/drawing"] = ("image/svg+xml", SVG)
    sent = await shown(stage, *stage.image("/drawing", "/fine.png"))
    assert sent.media is not None
    assert stage.downloads == []


@pytest.mark.parametrize("found", ["/fine.png", "/avif", "/icon", "/gone"])
async def test_chats_served_at_the_same_time_have_a_picture_looked_at_and_loaded_once(
    stage: Stage, found: str
) -> None:
    stage.shown |= {"/avif": ("image/avif", drawn("AVIF")), "/icon": ("image/png", png(9, 9))}
    readers = [stage.world.add_user(f"Reader {one}") for one in range(8)]
    message = Message(TEXT, stage.image(found))
    outcomes = await asyncio.gather(*(stage.sender.deliver(ChatId(one.id), message) for one in readers))
    assert all(isinstance(one, Sent) for one in outcomes)
    assert stage.peeks == [found]
    assert stage.downloads == ([found] if found in {"/avif", "/gone"} else [])
    assert len(stage.world.telegram.files.fetched) <= 1
    assert len(stage.world.telegram.files._files) <= 1


async def test_a_copy_that_was_drawn_anew_is_known_by_what_it_was_drawn_from(stage: Stage) -> None:
    stage.shown |= {"/a": ("image/avif", drawn("AVIF")), "/b": ("image/avif", drawn("AVIF"))}
    for path in ("/a", "/b"):
        await stage.sender.deliver(stage.chat, Message(TEXT, stage.image(path)))
    one, other = stage.world.messages(stage.world.user)
    assert one.media == other.media is not None
    assert len(stage.world.telegram.files._files) == 1


async def test_a_look_that_hangs_is_not_waited_for_long_and_the_address_is_tried(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PROBE_S", 0.05)

    async def only_for_telegram(request: web.Request) -> web.Response:
        if "newsrelay" in request.headers["User-Agent"]:
            await asyncio.Event().wait()
        return web.Response(body=drawn("PNG"), content_type="image/png")

    stage.pages["/a"] = only_for_telegram
    sent = await shown(stage, *stage.image("/a"))
    assert sent.media is not None
    await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a")))
    assert stage.peeks == ["/a"]


async def test_where_everything_hangs_the_text_arrives_in_time(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where, name, seconds in (
        (probe, "PROBE_S", 0.1),
        (uploads, "DOWNLOAD_S", 0.2),
        (sender, "TEXT_S", 0.5),
        (sender, "LEAST_S", 0.1),
        (showing, "LEAST_S", 0.1),
    ):
        monkeypatch.setattr(where, name, seconds)

    async def hang(request: web.Request) -> web.Response:
        if "newsrelay" in request.headers["User-Agent"]:
            await asyncio.Event().wait()
        return web.Response(status=404)

    paths = [f"/{one}" for one in range(9)]
    stage.pages |= dict.fromkeys(paths, hang)
    message = Message(TEXT, tuple(one for path in paths for one in stage.image(path)))
    began = asyncio.get_running_loop().time()
    outcome = await stage.sender.deliver(stage.chat, message, within_s=2)
    assert isinstance(outcome, Sent)
    assert asyncio.get_running_loop().time() - began < 5
    assert stage.texts() == [TEXT.text]


async def test_nobody_is_led_into_the_inner_network(stage: Stage) -> None:
    async def lead_astray(request: web.Request) -> web.Response:
        if "newsrelay" in request.headers["User-Agent"]:
            raise web.HTTPFound("http://10.0.0.1/secret.png")
        return web.Response(status=404)

    stage.pages["/a"] = lead_astray
    sent = await shown(stage, *stage.image("/a"))
    assert sent.media is None


@pytest.mark.parametrize(
    ("denied", "kind", "expected"),
    [
        ({"videos"}, MediaKind.VIDEO, "photo"),
        ({"videos", "photos"}, MediaKind.VIDEO, ""),
        ({"photos"}, MediaKind.VIDEO, "video"),
        ({"audios"}, MediaKind.AUDIO, "photo"),
        ({"documents"}, MediaKind.DOCUMENT, "photo"),
        ({"other_messages"}, MediaKind.ANIMATION, "photo"),
        ({"photos"}, MediaKind.ANIMATION, "animation"),
    ],
)
async def test_a_group_gets_what_it_takes_and_is_not_asked_each_time(
    stage: Stage, denied: set[str], kind: MediaKind, expected: str
) -> None:
    group = stage.world.add_supergroup()
    group.denied = denied
    stage.shown["/a"] = KINDS[kind]
    file = stage.file(kind, "/a", mime=KINDS[kind][0], size=90)
    media = (file, *stage.image("/fine.png"))
    outcomes = [await stage.sender.deliver(ChatId(group.id), Message(TEXT, media)) for _ in range(2)]
    sent = stage.world.messages(group)
    assert [one.text for one in sent] == [TEXT.text] * 2
    assert {one.media.kind if one.media else "" for one in sent} == {expected}
    assert isinstance(outcomes[1], Sent)
    assert outcomes[1].calls == 1
    assert stage.outbox.bad == set()

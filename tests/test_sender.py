"""Messages to the local Telegram: in the best form that passes, and the text always arrives."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import telegram
from aiohttp import web
from telegram.request import HTTPXRequest

from bot.deliver import form, picture, sender
from bot.deliver.outcome import ChatLost, Down, Migrated, Outcome, Refused, Sent, TopicLost, Unclear, Wait
from bot.deliver.sender import Sender
from bot.errors import StoreUnavailable
from bot.items import ChatId, Image
from bot.playground.limits import FloodLimits
from bot.playground.playground import Playground
from bot.playground.world import Chat, User
from bot.render.parts import TEXT_LIMIT, Button, Entity, EntityKind, Message, Preview, RichText, units

TEXT = RichText(
    "News today: 雨 🌧",
    (Entity(EntityKind.BOLD, 0, 4), Entity(EntityKind.LINK, 5, 5, "https://example.org/a")),
)


def png(width: int, height: int, tail: bytes = b"") -> bytes:
    """As much of a PNG as anybody reads who only wants its shape."""
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02" + tail


class FakeOutbox:
    """A budget and a shelf of file ids, in memory."""

    def __init__(self) -> None:
        self.waits_ms = [0]
        self.reserved: list[ChatId] = []
        self.held: list[tuple[ChatId | None, int]] = []
        self.files: dict[tuple[int, str], str] = {}
        self.away = False

    async def reserve(self, chat_id: ChatId) -> int:
        self._answer()
        self.reserved.append(chat_id)
        return self.waits_ms.pop(0) if len(self.waits_ms) > 1 else self.waits_ms[0]

    async def hold(self, chat_id: ChatId | None, until_ms: int) -> None:
        self._answer()
        self.held.append((chat_id, until_ms))

    async def file_id(self, bot_id: int, digest: str) -> str | None:
        self._answer()
        return self.files.get((bot_id, digest))

    async def keep_file_id(self, bot_id: int, digest: str, file_id: str) -> None:
        self._answer()
        self.files[bot_id, digest] = file_id

    def _answer(self) -> None:
        if self.away:
            raise StoreUnavailable("Redis does not answer")


@dataclass
class Stage:
    """A sender, the Telegram it sends to, and what both see of the web."""

    world: Playground
    sender: Sender
    outbox: FakeOutbox
    web: str
    shown: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Path → what Telegram gets there: type and body."""
    ours: dict[str, bytes | None] = field(default_factory=dict)
    """Path → what we get there."""
    downloads: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def image(self, path: str, *alternatives: str) -> Image:
        return Image(self.web + path, tuple(self.web + one for one in alternatives))

    @property
    def chat(self) -> ChatId:
        return ChatId(self.world.user.id)

    def texts(self, chat: Chat | User | None = None) -> list[str]:
        return [one.text for one in self.world.messages(chat or self.world.user)]


@asynccontextmanager
async def a_web(stage_of: list[Stage]) -> AsyncIterator[str]:
    """A web server that shows ``stage.shown``."""

    async def show(request: web.Request) -> web.Response:
        found = stage_of[0].shown.get(request.path)
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found[1], content_type=found[0])

    app = web.Application()
    app.router.add_get("/{tail:.*}", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def staged(flood: FloodLimits | None = None, *, paid: bool = False) -> AsyncIterator[Stage]:
    stages: list[Stage] = []
    outbox = FakeOutbox()
    async with contextlib.AsyncExitStack() as stack:
        base = await stack.enter_async_context(a_web(stages))
        world = await stack.enter_async_context(Playground(flood=flood))
        request = HTTPXRequest(httpx_kwargs={"trust_env": False})
        stack.push_async_callback(request.shutdown)
        bot = telegram.Bot(world.token, base_url=f"{world.url}/bot", request=request)

        async def pictures(url: str) -> bytes | None:
            one.downloads.append(url.removeprefix(base))
            return one.ours.get(url.removeprefix(base))

        async def sleep(seconds: float) -> None:
            one.slept.append(seconds)

        made = Sender(bot, pictures, outbox, paid=paid, clock=lambda: 1_000.0, sleep=sleep)
        one = Stage(world, made, outbox, base)
        stages.append(one)
        yield one


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        yield one


async def test_a_text_arrives_as_it_was_meant(stage: Stage) -> None:
    message = Message(
        TEXT,
        preview=Preview("https://example.org/a", large=True, above=True),
        buttons=((Button("More", data="more:1"), Button("Site", url="https://example.org/")),),
        silent=True,
    )
    outcome = await stage.sender.deliver(stage.chat, message)
    (sent,) = stage.world.messages(stage.world.user)
    assert outcome == Sent(sent.id)
    assert sent.text == TEXT.text
    assert [(one.type, one.offset, one.length) for one in sent.content.entities] == [
        ("bold", 0, 4),
        ("text_link", 5, 5),
    ]
    assert sent.silent
    assert sent.buttons == ["More", "Site"]
    assert sent.preview == {
        "url": "https://example.org/a",
        "prefer_large_media": True,
        "show_above_text": True,
    }


async def test_without_a_wanted_preview_there_is_none_of_another_link(stage: Stage) -> None:
    await stage.sender.deliver(stage.chat, Message(TEXT))
    (sent,) = stage.world.messages(stage.world.user)
    assert sent.preview == {"is_disabled": True}


async def test_a_picture_goes_by_its_address(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    (sent,) = stage.world.messages(stage.world.user)
    assert outcome == Sent(sent.id)
    assert sent.media is not None
    assert sent.media.kind == "photo"
    assert sent.text == TEXT.text
    assert len(sent.content.entities) == 2
    assert stage.downloads == []


async def test_the_next_address_of_the_same_picture_is_tried(stage: Stage) -> None:
    stage.shown["/b.png"] = ("image/png", png(800, 600))
    await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png", "/b.png")))
    (sent,) = stage.world.messages(stage.world.user)
    assert sent.media is not None
    assert stage.downloads == []


async def test_what_telegram_cannot_fetch_is_uploaded_once_and_then_sent_by_its_id(stage: Stage) -> None:
    stage.ours["/a.png"] = png(800, 600)
    others = [stage.world.add_user(f"Reader {one}") for one in range(3)]
    message = Message(TEXT, stage.image("/a.png"))
    for reader in [stage.world.user, *others]:
        assert isinstance(await stage.sender.deliver(ChatId(reader.id), message), Sent)
    media = [stage.world.messages(reader)[0].media for reader in [stage.world.user, *others]]
    assert len({one.file_id for one in media if one}) == 1
    assert stage.downloads == ["/a.png"]
    assert stage.world.telegram.files.fetched.count(stage.web + "/a.png") == 1
    assert len(stage.outbox.files) == 1


async def test_chats_that_want_one_picture_at_the_same_time_cost_few_downloads(stage: Stage) -> None:
    stage.ours["/a.png"] = png(800, 600)
    readers = [stage.world.add_user(f"Reader {one}") for one in range(20)]
    message = Message(TEXT, stage.image("/a.png"))
    outcomes = await asyncio.gather(*(stage.sender.deliver(ChatId(one.id), message) for one in readers))
    assert all(isinstance(one, Sent) for one in outcomes)
    assert len(stage.downloads) <= 4


async def test_a_file_id_that_is_not_taken_any_more_is_replaced_by_a_new_upload(stage: Stage) -> None:
    stage.ours["/a.png"] = png(800, 600)
    message = Message(TEXT, stage.image("/a.png"))
    await stage.sender.deliver(stage.chat, message)
    (key,) = stage.outbox.files
    stage.outbox.files[key] = "AgACphforgotten"
    assert isinstance(await stage.sender.deliver(stage.chat, message), Sent)
    assert all(one.media for one in stage.world.messages(stage.world.user))
    assert stage.outbox.files[key] != "AgACphforgotten"


async def test_an_upload_needs_no_store(stage: Stage) -> None:
    stage.outbox.away = True
    stage.ours["/a.png"] = png(800, 600)
    await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    (sent,) = stage.world.messages(stage.world.user)
    assert sent.media is not None


UNFIT = {
    "nothing": None,
    "a page": b"<html>please enable JavaScript</html>",
    "too long a side": png(9000, 2000),
    "too narrow": png(21, 1),
    "empty": png(0, 10),
    "too big": png(800, 600, bytes(picture.MAX_BYTES)),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@pytest.mark.parametrize("ours", UNFIT.values(), ids=UNFIT)
async def test_a_picture_nobody_can_use_never_costs_the_text(stage: Stage, ours: bytes | None) -> None:
    stage.shown["/a.png"] = ("text/html", b"<html>")
    stage.ours["/a.png"] = ours
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    (sent,) = stage.world.messages(stage.world.user)
    assert isinstance(outcome, Sent)
    assert (outcome.message_id, outcome.calls) == (sent.id, 2)
    assert sent.media is None
    assert sent.text == TEXT.text
    assert stage.world.telegram.files._files == {}, "nothing unfit was uploaded"


async def test_what_failed_lately_is_not_asked_again_for_the_next_chat(stage: Stage) -> None:
    message = Message(TEXT, stage.image("/a.png"))
    calls: list[str] = []
    real = stage.sender.bot.send_photo

    async def counted(*args: object, **kwargs: object) -> telegram.Message:
        calls.append(str(args[1]))
        return await real(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telegram.Bot, "send_photo", staticmethod(counted))
        for _ in range(3):
            await stage.sender.deliver(stage.chat, message)
    assert calls == [stage.web + "/a.png"]
    assert stage.downloads == ["/a.png"]
    assert stage.texts() == [TEXT.text] * 3


async def test_a_group_without_pictures_gets_the_text_and_is_not_asked_each_time(stage: Stage) -> None:
    group = stage.world.add_supergroup()
    group.denied = {"photos"}
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    for _ in range(2):
        outcome = await stage.sender.deliver(ChatId(group.id), Message(TEXT, stage.image("/a.png", "/b.png")))
        assert isinstance(outcome, Sent)
    assert stage.texts(group) == [TEXT.text] * 2
    assert stage.downloads == []
    assert ChatId(group.id) in stage.sender._no_pictures


async def test_plainly_leaves_the_picture_out(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")), plainly=True)
    assert stage.world.messages(stage.world.user)[0].media is None


async def test_no_time_left_means_text(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    message = Message(TEXT, stage.image("/a.png"))
    outcome = await stage.sender.deliver(stage.chat, message, within_s=sender.TEXT_S + 1)
    assert isinstance(outcome, Sent)
    assert stage.world.messages(stage.world.user)[0].media is None


async def test_entities_that_are_refused_leave_the_bare_text_with_its_link(stage: Stage) -> None:
    refusal = 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 3'
    stage.world.fail_next("sendMessage", "error", description=refusal)
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, buttons=((Button("More", data="m"),),)))
    (sent,) = stage.world.messages(stage.world.user)
    assert outcome == Sent(sent.id)
    assert sent.text == f"{TEXT.text}\nhttps://example.org/a"
    assert sent.buttons == []


async def test_a_caption_that_is_refused_goes_out_as_text(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    stage.world.fail_next("sendPhoto", "error", description="Bad Request: can't parse entities: odd")
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    assert isinstance(outcome, Sent)
    assert stage.texts() == [TEXT.text]


async def test_what_even_bare_is_refused_says_why(stage: Stage) -> None:
    stage.world.fail_next("sendMessage", "error", times=2, description="Bad Request: never this")
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT))
    assert outcome == Refused("Never this")
    assert stage.texts() == []


async def test_an_overlong_text_arrives_shortened(stage: Stage) -> None:
    outcome = await stage.sender.deliver(stage.chat, Message(RichText("词" * (TEXT_LIMIT + 500))))
    assert isinstance(outcome, Sent)
    assert stage.texts()[0].startswith("词词")


@pytest.mark.parametrize("letter", ["a", "🌧"])
def test_bare_text_keeps_the_limit_and_the_link(letter: str) -> None:
    link = Entity(EntityKind.LINK, 0, 2, "https://example.org/" + "x" * 500)
    made = form.bare(Message(RichText(letter * TEXT_LIMIT, (link,)), silent=True, topic=7))
    assert units(made.text.text) <= TEXT_LIMIT
    assert made.text.text.endswith(link.url)
    assert (made.silent, made.topic) == (True, 7)


FAULTS: list[tuple[str, type[Outcome], int]] = [
    ("internal", Down, 0),
    ("bad_gateway", Unclear, 0),
    ("reset_before", Unclear, 0),
    ("reset_after", Unclear, 1),
    ("flood", Wait, 0),
]


@pytest.mark.parametrize(("fault", "kind", "arrived"), FAULTS, ids=[one[0] for one in FAULTS])
async def test_each_trouble_on_the_way_is_told_apart(
    stage: Stage, fault: str, kind: type[Outcome], arrived: int
) -> None:
    stage.world.fail_next("sendMessage", fault, retry_after=43_837)
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT))
    assert isinstance(outcome, kind)
    assert len(stage.texts()) == arrived
    if isinstance(outcome, Wait):
        assert outcome.seconds == 43_837


@pytest.mark.parametrize("fault", ["hang_before", "hang_after"])
async def test_no_answer_in_time_is_unclear(stage: Stage, fault: str) -> None:
    stage.world.fail_next("sendMessage", fault)
    assert isinstance(await stage.sender.send(stage.chat, Message(TEXT), within_s=0.08), Unclear)


async def test_an_unclear_picture_is_not_followed_by_its_text(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    stage.world.fail_next("sendPhoto", "reset_after")
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    assert isinstance(outcome, Unclear)
    assert len(stage.world.messages(stage.world.user)) == 1, "falling back would have doubled it"


async def test_nobody_at_the_address_is_down() -> None:
    request = HTTPXRequest(httpx_kwargs={"trust_env": False})
    bot = telegram.Bot("1:a", base_url="http://127.0.0.1:1/bot", request=request)

    async def nothing(_: str) -> None:
        return None

    outcome = await Sender(bot, nothing, FakeOutbox()).deliver(ChatId(1), Message(TEXT))
    await request.shutdown()
    assert isinstance(outcome, Down)


async def test_lost_chats_and_topics_are_named(stage: Stage) -> None:
    world = stage.world
    world.block()
    assert await stage.sender.deliver(stage.chat, Message(TEXT)) == ChatLost("blocked")
    group = world.add_group()
    moved = world.migrate(group)
    assert await stage.sender.deliver(ChatId(group.id), Message(TEXT)) == Migrated(ChatId(moved.id))
    forum = world.add_supergroup(forum=True)
    outcome = await stage.sender.deliver(ChatId(forum.id), Message(TEXT, topic=4711))
    assert isinstance(outcome, TopicLost)
    world.kick(forum)
    assert await stage.sender.deliver(ChatId(forum.id), Message(TEXT)) == ChatLost("kicked")
    assert await stage.sender.deliver(ChatId(424242), Message(TEXT)) == ChatLost("chat not found")


async def test_a_topic_is_written_to(stage: Stage) -> None:
    forum = stage.world.add_supergroup(forum=True)
    topic = stage.world.add_topic(forum, "Feeds")
    await stage.sender.deliver(ChatId(forum.id), Message(TEXT, topic=topic.id))
    assert stage.world.messages(forum)[0].thread_id == topic.id


async def test_a_reply_takes_its_place_in_the_budget_and_waits_for_it(stage: Stage) -> None:
    stage.outbox.waits_ms = [1500]
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Sent)
    assert stage.outbox.reserved == [stage.chat]
    assert stage.slept == [1.5]


async def test_a_reply_that_would_come_too_late_is_not_sent(stage: Stage) -> None:
    stage.outbox.waits_ms = [31_000]
    assert await stage.sender.answer(stage.chat, Message(TEXT)) == Wait(31)
    assert stage.slept == []
    assert stage.texts() == []


async def test_a_flood_wait_on_a_reply_holds_the_news_too_and_the_reply_follows(stage: Stage) -> None:
    stage.world.fail_next("sendMessage", "flood", retry_after=1)
    now = asyncio.get_running_loop().time()
    stage.world.telegram.flood._now = lambda: now + sum(stage.slept)
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Sent)
    assert stage.outbox.held == [(stage.chat, 1_001_000)]
    assert stage.slept == [0, 1]
    assert stage.world.flood.offences == 0


async def test_a_long_flood_wait_on_a_reply_is_noted_and_not_waited_for(stage: Stage) -> None:
    stage.world.fail_next("sendMessage", "flood", retry_after=43_837)
    assert await stage.sender.answer(stage.chat, Message(TEXT)) == Wait(43_837)
    assert stage.outbox.held == [(stage.chat, 44_837_000)]
    assert stage.slept == [0]


async def test_a_reply_goes_out_while_the_store_is_away(stage: Stage) -> None:
    stage.outbox.away = True
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Sent)


async def test_a_reply_into_a_lost_topic_goes_to_general(stage: Stage) -> None:
    forum = stage.world.add_supergroup(forum=True)
    outcome = await stage.sender.answer(ChatId(forum.id), Message(TEXT, topic=4711))
    assert isinstance(outcome, Sent)
    assert stage.texts(forum) == [TEXT.text]


async def test_a_page_is_turned_in_place(stage: Stage) -> None:
    first = await stage.sender.answer(
        stage.chat, Message(RichText("page 1"), buttons=((Button("2", data="p:2"),),))
    )
    assert isinstance(first, Sent)
    second = Message(RichText("page 2"), buttons=((Button("1", data="p:1"),),))
    assert await stage.sender.edit(stage.chat, first.message_id, second) == first
    assert await stage.sender.edit(stage.chat, first.message_id, second) == first, (
        "nothing to change is no failure"
    )
    (sent,) = stage.world.messages(stage.world.user)
    assert (sent.text, sent.buttons) == ("page 2", ["1"])
    assert isinstance(await stage.sender.edit(stage.chat, 999_999, second), Refused)


async def test_paid_sending_says_so_and_free_sending_does_not() -> None:
    for paid in (True, False):
        async with staged(paid=paid) as stage:
            seen: list[object] = []

            async def look(*_: object, seen: list[object] = seen, **kwargs: object) -> telegram.Message:
                seen.append(kwargs["allow_paid_broadcast"])
                raise telegram.error.BadRequest("enough seen")

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(telegram.Bot, "send_message", staticmethod(look))
                await stage.sender.send(stage.chat, Message(TEXT))
            assert seen == [True if paid else None]


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xff\xfe\x00\x04ab\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640)
)
SHAPES = {
    "png": (png(640, 480), ("png", 640, 480)),
    "jpeg": (JPEG, ("jpg", 640, 480)),
    "gif": (b"GIF89a" + struct.pack("<HH", 640, 480), ("gif", 640, 480)),
    "webp lossy": (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 640, 480), ("webp", 640, 480)),
    "webp lossless": (
        b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 639 | 479 << 14) + bytes(9),
        ("webp", 640, 480),
    ),
    "webp extended": (
        b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little"),
        ("webp", 640, 480),
    ),
}


@pytest.mark.parametrize(("data", "expected"), SHAPES.values(), ids=SHAPES)
def test_a_pictures_shape_is_read_from_its_header_and_a_torn_one_is_none(
    data: bytes, expected: tuple[str, int, int]
) -> None:
    shape = picture.shape_of(data)
    assert shape is not None
    assert (shape.kind, shape.width, shape.height) == expected
    assert picture.unfit(data) == ""
    for end in range(len(data) - 1 if expected[0] != "png" else 24):
        torn = picture.shape_of(data[:end])
        assert torn is None or torn == shape


def test_a_jpeg_without_a_frame_ends_the_walk() -> None:
    assert picture.shape_of(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 100_000) is None
    assert picture.shape_of(b"\xff\xd8" + b"\xff" * 100_000) is None


def test_the_limits_of_shape_are_telegrams() -> None:
    assert picture.unfit(png(5000, 5000)) == ""
    assert picture.unfit(png(5001, 5000))
    assert picture.unfit(png(2000, 100)) == ""
    assert picture.unfit(png(2001, 100))

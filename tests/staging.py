"""A stage for tests of the sender: the local Telegram, a web with pictures, a budget in memory."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import telegram
from aiohttp import web

from bot.deliver.sender import Sender
from bot.deliver.transport import Transport
from bot.deliver.uploads import Pictures
from bot.errors import StoreUnavailable
from bot.items import ChatId
from bot.playground.playground import Playground
from bot.playground.world import Chat, User
from bot.render.parts import Entity, EntityKind, Media, RichText
from tests.posting import photo

TEXT = RichText(
    "News today: 雨 🌧",
    (Entity(EntityKind.BOLD, 0, 4), Entity(EntityKind.LINK, 5, 5, "https://example.org/a")),
)


class FakeOutbox:
    """A budget, a shelf of file ids and a list of bad addresses, in memory."""

    def __init__(self) -> None:
        self.wait_ms = 0
        self.reserved: list[ChatId] = []
        self.edits: list[ChatId] = []
        self.known: list[tuple[ChatId, int]] = []
        self.held: list[tuple[ChatId | None, int]] = []
        self.files: dict[tuple[int, str], str] = {}
        self.bad: set[tuple[int, str]] = set()
        self.asked_for_bad = 0
        self.away = False

    async def reserve(self, chat_id: ChatId, cost: int = 1, *, edit: bool = False) -> int:
        self._answer()
        assert cost == 1
        (self.edits if edit else self.reserved).append(chat_id)
        return self.wait_ms

    async def hold(self, chat_id: ChatId | None, wait_ms: int, *, flood: bool = False) -> None:
        self._answer()
        assert flood, "the pace goes down after a flood wait"
        self.held.append((chat_id, wait_ms))

    async def note_known(self, chat_id: ChatId, message_id: int) -> None:
        self._answer()
        self.known.append((chat_id, message_id))

    async def file_id(self, bot_id: int, digest: str) -> str | None:
        self._answer()
        return self.files.get((bot_id, digest))

    async def keep_file_id(self, bot_id: int, digest: str, file_id: str) -> None:
        self._answer()
        self.files[bot_id, digest] = file_id

    async def is_bad_address(self, bot_id: int, url_hash: str) -> bool:
        self.asked_for_bad += 1
        self._answer()
        return (bot_id, url_hash) in self.bad

    async def note_bad_address(self, bot_id: int, url_hash: str) -> None:
        self._answer()
        self.bad.add((bot_id, url_hash))

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
    pictures: Pictures
    shown: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Path → what Telegram gets there: type and body."""
    ours: dict[str, bytes | None] = field(default_factory=dict)
    """Path → what we get there."""
    downloads: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def image(self, path: str, *alternatives: str) -> tuple[Media, ...]:
        return photo(self.web + path, tuple(self.web + one for one in alternatives))

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
async def staged(*, paid: bool = False) -> AsyncIterator[Stage]:
    stages: list[Stage] = []
    outbox = FakeOutbox()
    async with contextlib.AsyncExitStack() as stack:
        base = await stack.enter_async_context(a_web(stages))
        world = await stack.enter_async_context(Playground())
        request = Transport(64)
        stack.push_async_callback(request.shutdown)
        bot = telegram.Bot(world.token, base_url=f"{world.url}/bot", request=request)

        async def pictures(url: str) -> bytes | None:
            one.downloads.append(url.removeprefix(base))
            return one.ours.get(url.removeprefix(base))

        async def sleep(seconds: float) -> None:
            one.slept.append(seconds)

        made = Sender(bot, pictures, outbox, paid=paid, sleep=sleep)
        one = Stage(world, made, outbox, base, pictures)
        stages.append(one)
        yield one

"""A stage for tests of the sender: the local Telegram, a web with pictures, a budget in memory."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import telegram
from aiohttp import web

from bot import voice
from bot.deliver import redraw
from bot.deliver.judging import Head
from bot.deliver.probe import Peek
from bot.deliver.sender import Sender
from bot.deliver.transport import Transport
from bot.deliver.uploads import Pictures
from bot.errors import StoreUnavailable
from bot.fetch.client import Client
from bot.items import ChatId
from bot.playground.playground import Playground
from bot.playground.world import Chat, User
from bot.render.parts import Entity, EntityKind, Media, MediaKind, RichText
from bot.settings import read
from tests.posting import photo

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

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
        places = self.edits if edit else self.reserved
        places += [chat_id] * cost
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
    shown: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    """Path → what Telegram gets there: type and body."""
    ours: dict[str, bytes | None] = field(default_factory=dict, repr=False)
    """Path → what we get there."""
    pages: dict[str, Answer] = field(default_factory=dict)
    """Path → what answers everybody there in a way of its own."""
    downloads: list[str] = field(default_factory=list)
    peeks: list[str] = field(default_factory=list)
    """Paths whose beginning we have asked for, on a stage whose sender looks before it asks Telegram."""
    slept: list[float] = field(default_factory=list)

    def image(self, path: str, *alternatives: str) -> tuple[Media, ...]:
        return photo(self.web + path, tuple(self.web + one for one in alternatives))

    def file(self, kind: MediaKind, path: str, **told: Any) -> Media:
        """Return a file of the web as a feed tells of it."""
        return Media(kind, self.web + path, **told)

    @property
    def chat(self) -> ChatId:
        return ChatId(self.world.user.id)

    def texts(self, chat: Chat | User | None = None) -> list[str]:
        return [one.text for one in self.world.messages(chat or self.world.user)]


@asynccontextmanager
async def a_web(stage_of: list[Stage]) -> AsyncIterator[str]:
    """A web server that shows ``stage.shown``."""

    async def show(request: web.Request) -> web.StreamResponse:
        stage = stage_of[0]
        if (answer := stage.pages.get(request.path)) is not None:
            return await answer(request)
        found = stage.shown.get(request.path)
        if found is None:
            return web.Response(status=404)
        mime, body = found
        part = body[request.http_range]
        if len(part) == len(body):
            return web.Response(body=body, content_type=mime)
        told = {"Content-Range": f"bytes 0-{len(part) - 1}/{len(body)}"}
        return web.Response(status=206, body=part, content_type=mime, headers=told)

    app = web.Application()
    app.router.add_get("/{tail:.*}", show)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def drawn_anew(data: bytes) -> bytes | None:
    """A picture drawn as the child process draws it, without the child."""
    try:
        return redraw.redraw(data)
    except Exception:  # noqa: BLE001  as the child does
        return None


def eyes(client: Client, stages: list[Stage]) -> tuple[Pictures, Peek]:
    """What downloads and what looks, in earnest; the stage notes both."""
    really, look = voice._pictures(client), voice._peek(client)

    async def download(url: str) -> bytes | None:
        stages[0].downloads.append(url.removeprefix(stages[0].web))
        return await really(url)

    async def peek(url: str) -> Head | None:
        stages[0].peeks.append(url.removeprefix(stages[0].web))
        return await look(url)

    return download, peek


@asynccontextmanager
async def staged(*, paid: bool = False, looking: bool = False) -> AsyncIterator[Stage]:
    """Set the stage. ``looking``: the sender sees of the web what Telegram sees, as it does in earnest."""
    stages: list[Stage] = []
    outbox = FakeOutbox()
    async with contextlib.AsyncExitStack() as stack:
        base = await stack.enter_async_context(a_web(stages))
        world = await stack.enter_async_context(Playground())
        request = Transport(64)
        stack.push_async_callback(request.shutdown)
        base_url = f"{world.url}/bot"
        bot = telegram.Bot(world.token, base_url=base_url, request=request, get_updates_request=request)

        async def pictures(url: str) -> bytes | None:
            one.downloads.append(url.removeprefix(base))
            return one.ours.get(url.removeprefix(base))

        async def sleep(seconds: float) -> None:
            one.slept.append(seconds)

        get: Pictures = pictures
        peek: Peek | None = None
        if looking:
            allowed = read({"FETCH_ALLOW_NETWORKS": "127.0.0.0/8"})
            client = await stack.enter_async_context(Client(allowed))
            get, peek = eyes(client, stages)
        made = Sender(bot, get, outbox, peek=peek, redraw=drawn_anew, paid=paid, sleep=sleep)
        one = Stage(world, made, outbox, base, get)
        stages.append(one)
        yield one

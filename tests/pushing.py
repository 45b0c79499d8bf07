"""The relay's web role as a hub meets it: a strict hub, a feed that names it, and what takes pushes in."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bot.fetch.answer import Fetched
from bot.fetch.client import Client
from bot.items import ChatId, Feed, FeedId, Subscription
from bot.pings import Pings
from bot.push import Hubs
from bot.settings import Settings
from bot.store.client import Store
from bot.web.server import Web
from bot.web.websub import Callbacks
from tests.conftest import Clock
from tests.fetching import settings
from tests.flowing import until
from tests.hub import Hub, a_hub

FEED = "https://a.example/feed"
TOPIC = "https://a.example/own?x=1&y=%C3%BC"
BODY = b"<feed>news</feed>"
ANN = ChatId(1)
DAY = 86_400_000


@dataclass
class Looker:
    """Notes what is taken in."""

    looks: list[FeedId] = field(default_factory=list)
    pushes: list[tuple[FeedId, Fetched]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def look(self, feed_id: FeedId) -> None:
        self.looks.append(feed_id)

    async def pushed(self, feed_id: FeedId, answer: Fetched) -> None:
        await self.gate.wait()
        self.pushes.append((feed_id, answer))


@dataclass
class Scene:
    """A relay's web role that takes pushes, a hub, and a feed that names it and that somebody hears."""

    store: Store
    clock: Clock
    hub: Hub
    hubs: Hubs
    looker: Looker
    feed: Feed
    now_s: list[float]

    @property
    def callback(self) -> str:
        return self.hub.asked[-1]["hub.callback"]

    async def turn(self) -> None:
        """Ask what is to be asked, and let the hub come back to it."""
        await self.hubs.turn()
        await self.hub.rest()

    async def subscribed(self) -> None:
        await self.store.pushes.offer(self.feed.id, self.hub.url, TOPIC)
        await self.turn()
        assert self.hub.held

    async def pushed_until(self) -> int:
        feed = await self.store.feeds.get(self.feed.id)
        assert feed
        return feed.pushed_until_ms

    async def publish(self, body: bytes = BODY, method: str = "sha256", **headers: str) -> list[int]:
        return await self.hub.publish(TOPIC, body, method, **headers)

    async def until(self, true: Callable[[], object]) -> None:
        await until(true, within_s=5)


def web_settings(**more: str) -> Settings:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    return settings(PORT=f"{port}", PUBLIC_URL=f"http://127.0.0.1:{port}", FETCH_MAX_BYTES="100000", **more)


@asynccontextmanager
async def running(store: Store, looker: Looker, told: Settings) -> AsyncIterator[Callbacks]:
    """Serve the web role, with the callbacks."""
    stop = asyncio.Event()
    pings = Pings(looker, store.pushes)
    callbacks = Callbacks(store.pushes, pings, told, dice=lambda: 0.5)
    tasks = [asyncio.create_task(one.run(stop)) for one in (pings, Web(store, told, callbacks=callbacks))]
    for _ in range(500):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", told.port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.005)
    try:
        yield callbacks
    finally:
        stop.set()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def a_scene(store: Store, clock: Clock) -> AsyncIterator[Scene]:
    """Set the scene."""
    told, looker, now_s = web_settings(), Looker(), [1000.0]
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(a_hub())
        client = await stack.enter_async_context(Client(told))
        await stack.enter_async_context(running(store, looker, told))
        feed = await store.feeds.ensure(FEED)
        await store.chats.subscribe(Subscription(ANN, feed.id, 1))
        hubs = Hubs(store.pushes, client, told, dice=lambda: 0.5, clock=lambda: now_s[0])
        yield Scene(store, clock, hub, hubs, looker, feed, now_s)

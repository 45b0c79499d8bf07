"""``kill -9`` of the relay while it asks a hub, and while it takes in what that pushes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.items import ChatId, FeedId, StoredItem, Subscription
from bot.playground import Playground
from bot.settings import read
from bot.store.client import Store, open_store
from tests.flowing import also, until
from tests.hub import Hub, a_hub
from tests.nursery import Nursery, Order, log_of
from tests.origin import Origin, serve
from tests.relay import Relay, relay


@dataclass
class Stage:
    """A hub, a feed that names it and that somebody hears, and relays that are killed."""

    origin: Origin
    hub: Hub
    place: Relay
    relays: Nursery
    store: Store
    feed: FeedId = field(default=FeedId(""))

    @property
    def topic(self) -> str:
        return f"{self.origin.url}/press.xml"

    async def follow(self) -> None:
        """Let a chat hear the feed, whose first look is not taken yet."""
        self.origin.publish("press")
        feed = await self.store.feeds.ensure(self.topic)
        self.feed = feed.id
        await self.store.chats.subscribe(Subscription(ChatId(1), feed.id, 1))

    async def start(self, gap: str = "") -> None:
        """Start a relay, and wait until it can be called."""
        before = len(log_of(self.place.folder)) if (self.place.folder / "relay.log").exists() else 0
        order = Order(str(self.place.folder), dict(self.place.environment), ("collect", "web"), gap)
        await self.relays.start(order)
        if gap != "hub asked":
            log = self.place.folder / "relay.log"
            await until(lambda: log.exists() and "status page is on" in log_of(self.place.folder)[before:])

    async def has(self, items: int) -> None:
        """Wait until so many items of the feed are known."""
        async with asyncio.timeout(20):
            known: list[StoredItem] = []
            while len(known) < items:
                known = await self.store.archive.latest([self.feed], offset=0, limit=9)
                await asyncio.sleep(0.02)
        assert len(known) == items


@pytest.fixture
async def stage(tmp_path: Path, relays: Nursery) -> AsyncIterator[Stage]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    told = {"PORT": f"{port}", "PUBLIC_URL": f"http://127.0.0.1:{port}", "POLL_MIN_SECONDS": "3600"}
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(Playground())
        origin = await stack.enter_async_context(serve())
        hub = await stack.enter_async_context(a_hub())
        place = await stack.enter_async_context(relay(tmp_path, world, **told, POLL_MAX_SECONDS="7200"))
        store = await stack.enter_async_context(open_store(read(place.environment)))
        made = Stage(origin, hub, place, relays, store)
        await made.follow()
        yield made


@pytest.mark.soak
async def test_a_relay_that_was_killed_while_it_asked_agrees_when_it_is_back(stage: Stage) -> None:
    stage.hub.verifies = False
    await stage.store.pushes.offer(stage.feed, stage.hub.url, stage.topic)
    await stage.start("hub asked")
    assert await stage.relays.ended() == -9
    (asked,) = stage.hub.asked
    await stage.start()
    assert await stage.hub.ask(asked["hub.callback"], "subscribe", stage.topic)
    assert await stage.relays.stop() == 0


@pytest.mark.parametrize("gap", ["push noted", also("push taken in, not noted")])
async def test_what_is_pushed_to_a_relay_that_is_killed_comes_all_the_same_and_once(
    stage: Stage, gap: str
) -> None:
    await stage.start(gap)
    await stage.has(1)
    await stage.store.pushes.offer(stage.feed, stage.hub.url, stage.topic)
    await until(lambda: stage.hub.held)
    stage.origin.publish("press")
    with suppress(aiohttp.ClientError):
        await stage.hub.publish(stage.topic, b"")
    assert await stage.relays.ended() == -9
    await stage.start()
    await stage.has(2)
    assert len(await stage.store.news.read("test", 9, 1)) == 1
    assert await stage.relays.stop() == 0

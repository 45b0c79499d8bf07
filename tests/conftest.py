"""What several files share: a real server (one for the whole run, empty for each test), and a local Telegram."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import settings

from bot.items import FeedId
from bot.playground import Playground
from bot.store.client import Store, connect
from bot.store.embedded import EmbeddedServer
from tests.caller import Caller
from tests.nursery import Nursery, nursery

# An example that takes long on a busy machine proves nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


class Clock:
    """The store's time in a test, in epoch milliseconds: it stands until it is moved."""

    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms

    def forward(self, ms: int) -> None:
        self.ms += ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """Give the socket of an embedded server."""
    async with EmbeddedServer(tmp_path_factory.mktemp("redis")) as running:
        yield running.socket


@pytest_asyncio.fixture
async def redis(server: Path) -> AsyncIterator[Any]:
    """Give a bare client of the server, emptied, for looking inside; untyped as its commands are."""
    client = connect(f"unix://{server}")
    await client.flushall()
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def store(redis: Any, clock: Clock) -> AsyncIterator[Store]:
    """Give a store with nothing in it, whose time is ``clock``."""
    made = Store(redis, clock=clock, keep_items=60)
    await made.prepare()
    yield made


@pytest.fixture(scope="session")
def started() -> Iterator[Nursery]:
    with nursery() as running:
        yield running


@pytest_asyncio.fixture
async def relays(started: Nursery) -> AsyncIterator[Nursery]:
    """Give what starts relays that can be killed; what a test leaves running is."""
    yield started
    await started.clear()


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


async def claimed(store: Store, limit: int, lease_ms: int) -> list[FeedId]:
    """Claim feeds; return their ids."""
    return [feed.id for feed in (await store.feeds.claim_due(limit, lease_ms)).feeds]

"""The store that the relay works with, filled with subscriptions, and what it has done."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.items import Chat, ChatId, Subscription
from bot.store.client import Store, connect
from bot.store.embedded import EmbeddedServer

HEARER = ChatId(1)


@dataclass(frozen=True, slots=True)
class Served:
    """What Redis has done so far: commands, scripts' own included; reads from sockets; seconds computed."""

    commands: int
    reads: int
    cpu_s: float


@dataclass(slots=True)
class Stage:
    """A Redis of our own; ``url`` is how others reach it."""

    url: str
    store: Store
    redis: Any

    async def subscribe(self, urls: Sequence[str]) -> None:
        """Let one chat hear all of these."""
        await self.store.chats.save(Chat(HEARER))
        for url in urls:
            feed = await self.store.feeds.ensure(url)
            await self.store.chats.subscribe(Subscription(HEARER, feed.id, created_ms=1))

    async def served(self) -> Served:
        """Return what Redis has done so far."""
        told = await self.redis.info()
        computed = told["used_cpu_user"] + told["used_cpu_sys"]
        return Served(told["total_commands_processed"], told["total_reads_processed"], computed)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Start an embedded Redis that is nobody's child, with nothing in it."""
    with tempfile.TemporaryDirectory() as name:
        async with EmbeddedServer(Path(name) / "data") as server:
            url = f"unix://{server.socket}"
            redis: Any = connect(url)
            store = Store(redis)
            await store.prepare()
            try:
                yield Stage(url, store, redis)
            finally:
                await redis.aclose()

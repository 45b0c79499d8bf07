"""Laps of a collector over the feeds of an origin: all are due at once, and when was each looked at?"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.items import Chat, ChatId, FeedId, Subscription
from bot.parts import open_parts
from bot.settings import read
from bot.store import keys
from bot.store.client import Store
from tests.relay import ROOT, Relay

HEARER = ChatId(1)
LOOK_S = 0.05
"""How often the store is asked how far a lap is."""
LATER_MS = 3_600_000
ASKED = 100
"""About so many feeds at a time, so that asking takes nothing from those who look."""


@dataclass(slots=True)
class Track:
    """The store that a collector works on, and the feeds that have to be looked at in each lap."""

    store: Store
    redis: Any
    good: list[FeedId] = field(default_factory=list)
    others: list[FeedId] = field(default_factory=list)
    _looks: dict[FeedId, int] = field(default_factory=dict)

    async def follow(self, urls: Iterable[str], *, good: bool = True) -> None:
        """Subscribe a chat to feeds, which makes them due; only ``good`` ones count."""
        await self.store.chats.save(Chat(HEARER))
        for url in urls:
            feed = await self.store.feeds.ensure(url)
            await self.store.chats.subscribe(Subscription(HEARER, feed.id, created_ms=1))
            (self.good if good else self.others).append(feed.id)
            self._looks[feed.id] = 0

    async def lap(self, within_s: float, *, others: bool = True) -> list[float]:
        """Make all feeds due, the ``others`` before the good ones; return when each good one was looked at.

        In seconds from the beginning, in order. Of the others those that are still being looked at are left
        to that; without ``others`` none is due for a while.
        """
        before = {one.id: one.looks for one in await self.store.feeds.many(self.good)}
        begun_ms = await self.store.now_ms()
        # A new feed is due by itself, and what is being looked at must not be made due again.
        due = {feed: begun_ms for feed in self.good if before[feed]}
        if others:
            found = await self.store.feeds.many(self.others)
            due |= {one.id: begun_ms - 1000 for one in found if self._looks[one.id] < one.looks}
            self._looks |= {one.id: one.looks for one in found}
        else:
            due |= dict.fromkeys(self.others, begun_ms + LATER_MS)
        if due:
            await self.redis.zadd(keys.SCHEDULE, due)
        times: list[float] = []
        async with asyncio.timeout(within_s):
            while before:
                await asyncio.sleep(LOOK_S)
                for one in await self.store.feeds.many(list(before)[:ASKED]):
                    if one.looks > before[one.id]:
                        times.append((one.looked_ms - begun_ms) / 1000)
                        del before[one.id]
        return sorted(times)

    async def rest(self, within_s: float) -> None:
        """Wait until all looks at the others that were begun in the last lap have ended."""
        async with asyncio.timeout(within_s):
            while True:
                found = await self.store.feeds.many(self.others)
                if all(one.looks > self._looks[one.id] for one in found):
                    return
                await asyncio.sleep(10 * LOOK_S)


@asynccontextmanager
async def track(server: Path, redis: Any, **settings: str) -> AsyncIterator[Track]:
    """Run a collector in this process meanwhile."""
    async with open_parts(read({**to_loopback(server), **settings})) as parts:
        collecting = asyncio.create_task(parts.collector().run(asyncio.Event()))
        try:
            yield Track(parts.store, redis)
        finally:
            collecting.cancel()
            with suppress(asyncio.CancelledError):
                await collecting


@asynccontextmanager
async def collector(folder: Path, server: Path, **settings: str) -> AsyncIterator[Relay]:
    """Run a collector as a process of its own, as ``newsrelay run collect`` does; at the end it is killed."""
    given = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT),
        **to_loopback(server), **settings,
    }  # fmt: skip
    made = Relay(folder, given)
    await made.start("collect")
    try:
        yield made
    finally:
        assert made.process
        if made.process.returncode is None:
            os.killpg(made.process.pid, signal.SIGKILL)
            await made.process.wait()


def to_loopback(server: Path) -> dict[str, str]:
    """Return settings of a relay that works with this store and an origin on this machine."""
    return {"REDIS_URL": f"unix://{server}", "FETCH_ALLOW_NETWORKS": "127.0.0.0/8", "PAGES": "off"}


def resident(pid: int) -> int:
    """Return the bytes of memory that a process has."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def told(name: str, times: Sequence[float]) -> str:
    """Return the figures of a lap in a line."""
    return f"{name}: half {share(times, 0.5):.2f} s, 95 % {share(times, 0.95):.2f} s, last {times[-1]:.2f} s"


def share(times: Sequence[float], part: float) -> float:
    """Return what ``part`` (0…1) of the times, in order, stay within."""
    return times[min(len(times) - 1, int(part * len(times)))]

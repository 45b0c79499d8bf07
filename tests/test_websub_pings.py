"""What was pushed is taken in: one at a time for a feed, bounded, and looked for later where that fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot import pings
from bot.errors import StoreUnavailable
from bot.fetch.answer import Fetched
from bot.items import FeedId
from bot.pings import NET_MS, SOON_MS, Pings
from tests.flowing import until

FEED, OTHER = FeedId("a" * 11), FeedId("b" * 11)


@dataclass
class Looker:
    """Notes what it is asked; ``gate`` holds it up, ``trouble`` breaks it."""

    done: list[tuple[str, FeedId, bytes]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    trouble: Exception | None = None
    in_hand: list[FeedId] = field(default_factory=list)
    at_once: int = 0

    async def look(self, feed_id: FeedId) -> None:
        await self._do("look", feed_id, b"")

    async def pushed(self, feed_id: FeedId, answer: Fetched) -> None:
        await self._do("pushed", feed_id, answer.body)

    async def _do(self, what: str, feed_id: FeedId, body: bytes) -> None:
        assert feed_id not in self.in_hand, "one at a time of a feed"
        self.in_hand.append(feed_id)
        self.at_once = max(self.at_once, len(self.in_hand))
        try:
            if self.gate:
                await self.gate.wait()
            await asyncio.sleep(0)
            if self.trouble:
                raise self.trouble
        finally:
            self.in_hand.remove(feed_id)
        self.done.append((what, feed_id, body))


@dataclass
class Schedule:
    soon: list[tuple[FeedId, int]] = field(default_factory=list)
    settled: list[FeedId] = field(default_factory=list)
    away: bool = False
    heard: bool = True

    async def ping(self, feed_id: FeedId, within_ms: int) -> bool:
        if self.away:
            raise StoreUnavailable("gone")
        self.soon.append((feed_id, within_ms))
        return self.heard

    async def taken(self, feed_id: FeedId) -> None:
        self.settled.append(feed_id)


@dataclass
class Bench:
    looker: Looker = field(default_factory=Looker)
    schedule: Schedule = field(default_factory=Schedule)
    now_s: float = 1000.0
    pings: Pings = field(init=False)

    def __post_init__(self) -> None:
        self.pings = Pings(self.looker, self.schedule, clock=lambda: self.now_s)

    async def take(self, *bodies: bytes | None, feed: FeedId = FEED) -> None:
        for body in bodies:
            await self.pings.take(feed, None if body is None else Fetched("https://a.example/", body))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.pings.run(stop))
        try:
            yield
        finally:
            stop.set()
            async with asyncio.timeout(5):
                await task

    async def until(self, true: Callable[[], object]) -> None:
        await until(true, within_s=5)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_a_document_is_taken_in_and_its_feed_is_due_soon_should_that_fail(bench: Bench) -> None:
    async with bench.running():
        await bench.take(b"one")
        await bench.until(lambda: bench.looker.done)
    assert bench.looker.done == [("pushed", FEED, b"one")]
    assert bench.schedule.soon == [(FEED, NET_MS)]
    assert bench.schedule.settled == [FEED]


async def test_a_push_without_a_document_asks_the_feed(bench: Bench) -> None:
    async with bench.running():
        await bench.take(None)
        await bench.until(lambda: bench.looker.done)
    assert bench.looker.done == [("look", FEED, b"")]


async def test_documents_of_one_feed_are_taken_in_in_order_and_those_of_others_beside(bench: Bench) -> None:
    async with bench.running():
        for number in range(20):
            await bench.take(f"{number}".encode(), feed=(FEED, OTHER)[number % 2])
        await bench.until(lambda: len(bench.looker.done) == 20)
    for feed, first in ((FEED, 0), (OTHER, 1)):
        bodies = [int(body) for _, one, body in bench.looker.done if one == feed]
        assert bodies == list(range(first, 20, 2))
    assert bench.looker.at_once == 2


async def test_a_burst_of_pings_is_one_look_and_one_more_after_the_gap_for_what_came_meanwhile(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pings, "LOOK_GAP_S", 0.05)
    bench.looker.gate = asyncio.Event()
    async with bench.running():
        await bench.take(None)
        await bench.until(lambda: bench.looker.in_hand)
        await bench.take(*[None] * 50)
        bench.looker.gate.set()
        await bench.until(lambda: bench.looker.done)
        await bench.until(lambda: bench.pings._later)
        assert bench.schedule.soon[-1] == (FEED, NET_MS), "noted after the look, which has set another time"
        assert len(bench.looker.done) == 1
        assert not bench.schedule.settled
        bench.now_s += 0.1
        await bench.until(lambda: len(bench.looker.done) == 2)
    assert not bench.pings._waiting


async def test_a_document_does_not_wait_for_the_gap(bench: Bench) -> None:
    async with bench.running():
        await bench.take(None)
        await bench.until(lambda: bench.looker.done)
        await bench.take(None)
        await bench.until(lambda: bench.pings._later)
        await bench.take(b"one")
        await bench.until(lambda: len(bench.looker.done) == 2)
    assert bench.looker.done[-1] == ("pushed", FEED, b"one")


async def test_more_documents_than_wait_become_one_look(bench: Bench) -> None:
    bench.looker.gate = asyncio.Event()
    async with bench.running():
        await bench.take(b"first")
        await bench.until(lambda: bench.looker.in_hand)
        await bench.take(*[b"more"] * 100)
        bench.looker.gate.set()
        await bench.until(lambda: bench.looker.done and bench.looker.done[-1][0] == "look")
    assert len(bench.looker.done) == 1 + pings.MOST_DOCUMENTS + 1


async def test_what_there_is_no_room_for_is_looked_for_soon(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pings, "MOST_FEEDS", 1)
    monkeypatch.setattr(pings, "MOST_BYTES", 10)
    await bench.take(b"12345678")
    await bench.take(b"1", feed=OTHER)
    assert bench.schedule.soon == [(FEED, NET_MS), (OTHER, NET_MS), (OTHER, SOON_MS)]
    await bench.take(b"9", b"0", b"too much")
    assert bench.schedule.soon[-1] == (FEED, SOON_MS)
    async with bench.running():
        await bench.until(lambda: len(bench.looker.done) == 3)
        await bench.take(b"12345678", feed=OTHER)
        await bench.until(lambda: len(bench.looker.done) == 4)
    assert bench.pings._bytes == 0


@pytest.mark.parametrize("trouble", [StoreUnavailable("gone"), ValueError("a mistake of ours")])
async def test_trouble_with_one_push_is_not_trouble_with_the_next(bench: Bench, trouble: Exception) -> None:
    async with bench.running():
        bench.looker.trouble = trouble
        await bench.take(b"one")
        await bench.until(lambda: not bench.pings._in_hand)
        bench.looker.trouble = None
        await bench.take(b"two")
        await bench.until(lambda: bench.looker.done)
    assert bench.looker.done == [("pushed", FEED, b"two")]
    assert len(bench.schedule.settled) == 1


async def test_what_cannot_be_noted_is_not_taken(bench: Bench) -> None:
    bench.schedule.away = True
    with pytest.raises(StoreUnavailable):
        await bench.take(b"one")
    bench.schedule.away = False
    bench.schedule.heard = False
    await bench.take(b"nobody hears this")
    async with bench.running():
        await asyncio.sleep(0)
    assert bench.looker.done == []


async def test_a_stop_finishes_what_is_in_hand_and_leaves_the_rest_to_the_schedule(bench: Bench) -> None:
    bench.looker.gate = asyncio.Event()
    stop = asyncio.Event()
    task = asyncio.create_task(bench.pings.run(stop))
    await bench.take(b"in hand")
    await bench.until(lambda: bench.looker.in_hand)
    await bench.take(b"waits")
    stop.set()
    bench.looker.gate.set()
    async with asyncio.timeout(5):
        await task
    assert bench.looker.done == [("pushed", FEED, b"in hand")]
    assert bench.schedule.soon == [(FEED, NET_MS)] * 3, "twice as they came, and after the look"

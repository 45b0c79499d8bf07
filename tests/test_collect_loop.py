"""Loop one as a loop: what is due, how many at once, and what happens when things break or stop."""

import asyncio
from collections.abc import Callable

import pytest

from bot.collect import LEASE_S, Collector
from bot.fetch.answer import Failed, Failure
from bot.items import Feed
from tests.collecting import FEED, OTHER, Relay, until


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loop look up oftener than it would, so that nobody waits for it."""
    monkeypatch.setattr("bot.collect.IDLE_S", 0.05)


async def run(relay: Relay, collector: Collector, true: Callable[[], bool]) -> None:
    """Run the loop until ``true``, then stop it."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(collector.run(stop))
        await until(relay.memory, true)
        stop.set()


async def test_the_loop_looks_at_what_is_due_and_at_nothing_else() -> None:
    relay = Relay()
    due, later = relay.memory.follow(FEED), relay.memory.follow(OTHER)
    relay.memory.due[later] = relay.memory.now + 10**6
    relay.web.serve(FEED, "a")
    await run(relay, relay.collector, lambda: relay.memory.known[due].seeded)
    assert [url for url, _ in relay.web.asked] == [FEED]


async def test_a_feed_added_while_the_loop_waits_is_soon_looked_at() -> None:
    relay = Relay()
    relay.web.serve(FEED, "a")
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(relay.collector.run(stop))
        await asyncio.sleep(0.01)
        feed = relay.memory.follow(FEED)
        await until(relay.memory, lambda: relay.memory.known[feed].seeded)
        stop.set()


async def test_one_feeds_exception_stops_no_other() -> None:
    relay = Relay()
    bad, good = relay.memory.follow(FEED), relay.memory.follow(OTHER)
    relay.web.answers[FEED] = RuntimeError("a bug")
    relay.web.serve(OTHER, "a")
    await run(
        relay,
        relay.collector,
        lambda: relay.memory.known[good].seeded and relay.memory.known[bad].failures == 1,
    )


async def test_no_more_looks_than_allowed_are_in_flight() -> None:
    relay = Relay(fetch_concurrency=3)
    feeds = [relay.memory.follow(f"https://n{number}.example/feed") for number in range(10)]
    relay.web.gate = asyncio.Event()

    async def open_gate() -> None:
        await until(relay.memory, lambda: not (relay.web.at_once < 3))
        assert relay.web.gate
        relay.web.gate.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(open_gate())
        await run(relay, relay.collector, lambda: all(relay.memory.known[feed].looks for feed in feeds))
    assert relay.web.most_at_once == 3


async def test_the_loop_waits_for_a_lost_store_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a")
    relay.memory.down = {"claim_due"}

    async def mend() -> None:
        await until(relay.memory, lambda: not ("collecting waits" not in caplog.text))
        relay.memory.down = set()

    async with asyncio.TaskGroup() as group:
        group.create_task(mend())
        await run(relay, relay.collector, lambda: relay.memory.known[feed].seeded)


@pytest.mark.parametrize("step", ["intake", "finish"])
async def test_a_store_lost_within_a_look_loses_nothing(step: str, caplog: pytest.LogCaptureFixture) -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.memory.seen[feed] = set()
    relay.memory.known[feed] = Feed(feed, FEED, seeded=True)
    relay.web.serve(FEED, "a", "b")
    relay.memory.down = {step}

    async def mend() -> None:
        await until(relay.memory, lambda: not ("will be taken again" not in caplog.text))
        relay.memory.down = set()
        relay.memory.now += 10**6  # the lease is over

    relay.web.answers[FEED] = relay.web.answers[FEED] if step != "finish" else Failed(Failure.MISSING)
    async with asyncio.TaskGroup() as group:
        group.create_task(mend())
        await run(relay, relay.collector, lambda: relay.memory.known[feed].looks == 1)
    assert sorted(relay.titles()) == ([] if step == "finish" else ["Title a", "Title b"])


async def test_a_look_in_hand_at_the_stop_is_finished() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a")
    relay.web.gate, stop = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(relay.collector.run(stop))
        await until(relay.memory, lambda: relay.web.at_once > 0)
        stop.set()
        relay.web.gate.set()
    assert relay.memory.known[feed].seeded


async def test_a_look_that_does_not_end_is_cut_off_at_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.collect.GRACE_S", 0.01)
    relay = Relay()
    relay.memory.follow(FEED)
    relay.web.gate, stop = asyncio.Event(), asyncio.Event()
    async with asyncio.timeout(2), asyncio.TaskGroup() as group:
        group.create_task(relay.collector.run(stop))
        await until(relay.memory, lambda: relay.web.at_once > 0)
        stop.set()
    assert relay.web.at_once == 0


async def test_a_cancelled_loop_ends_its_looks() -> None:
    relay = Relay()
    relay.memory.follow(FEED)
    relay.web.gate = asyncio.Event()
    loop = asyncio.create_task(relay.collector.run(asyncio.Event()))
    await until(relay.memory, lambda: relay.web.at_once > 0)
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop
    assert relay.web.at_once == 0


async def test_a_look_that_takes_for_ever_is_cut_off_and_counts_as_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for part in ("READING_S", "STANDS_S", "STORING_S", "PAGES_S"):
        monkeypatch.setattr(f"bot.looking.{part}", 0)
    monkeypatch.setattr("bot.collect.RENEW_S", 0.02)
    relay = Relay(fetch_timeout_seconds=0.02)
    feed = relay.memory.follow(FEED)
    relay.web.gate = asyncio.Event()
    await run(relay, relay.collector, lambda: relay.memory.known[feed].failures == 1)
    assert "took for ever" in caplog.text
    assert relay.web.at_once == 0
    assert relay.memory.due[feed] > relay.memory.now + 1000 * LEASE_S
    assert (await relay.collector.poll(every=True)).failed == 1
    assert relay.memory.known[feed].failures == 2


async def test_no_password_of_a_feeds_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    relay = Relay()
    feed = relay.memory.follow("https://me:hunter2@news.example/feed?token=hunter3")
    await relay.looker.look(feed)
    assert "news.example" in caplog.text
    assert "hunter" not in caplog.text

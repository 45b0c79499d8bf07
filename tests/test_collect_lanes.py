"""Nobody waits for what is slow, failing or left in peace, and no feed is looked at twice at once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.collect import LEASE_S
from bot.fetch.answer import Failed, Failure, Fetched
from bot.fetch.hosts import PEACE_FIRST_S
from bot.items import ChatId, FeedId, Subscription
from bot.store.client import Store
from tests.collecting import FEED, Relay, until
from tests.conftest import Clock, claimed

LEASE_MS = int(LEASE_S * 1000)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is usual be short, and the end of a test not wait for what hangs."""
    monkeypatch.setattr("bot.collect.IDLE_S", 0.05)
    monkeypatch.setattr("bot.collect.GRACE_S", 0)
    monkeypatch.setattr("bot.slots.LONG_LEAST_S", 0.01)


async def run(relay: Relay, true: Callable[[], bool]) -> None:
    """Run the loop until ``true``, then stop it."""
    stop = asyncio.Event()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(relay.collector.run(stop))
        await until(relay.memory, true)
        stop.set()


def follow(relay: Relay, name: str, count: int, *, failures: int = 0) -> list[FeedId]:
    """Follow feeds, each at a host of its own."""
    feeds = []
    for number in range(count):
        url = f"https://{name}{number}.example/feed"
        feeds.append(relay.memory.follow(url))
        relay.memory.known[feeds[-1]] = replace(relay.memory.known[feeds[-1]], failures=failures)
        relay.web.serve(url, "a")
    return feeds


@pytest.mark.parametrize("failures", [0, 3])
async def test_feeds_that_hang_hold_up_no_other(failures: int) -> None:
    relay = Relay(fetch_concurrency=2)
    bad = follow(relay, "bad", 6 if not failures else 50, failures=failures)
    relay.web.hang = {relay.memory.known[one].url for one in bad}
    good = follow(relay, "good", 20)
    relay.memory.due |= dict.fromkeys(good, 1)  # the others come first
    await run(relay, lambda: all(relay.memory.known[one].looks for one in good))
    assert not any(relay.memory.known[one].looks for one in bad)


@pytest.mark.parametrize("failures", [0, 3])
@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("slots", [1, 2, 8])
async def test_in_a_round_feeds_that_hang_hold_up_no_other(slots: int, *, every: bool, failures: int) -> None:
    relay = Relay(fetch_concurrency=slots)
    bad = follow(relay, "bad", 3 * slots, failures=failures)
    relay.web.hang = {relay.memory.known[one].url for one in bad}
    good = follow(relay, "good", 20)
    relay.memory.due |= dict.fromkeys(good, 1)  # the others come first
    round_ = asyncio.create_task(relay.collector.poll(every=every))
    await until(relay.memory, lambda: all(relay.memory.known[one].looks for one in good))
    assert not any(relay.memory.known[one].looks for one in bad)
    round_.cancel()


@pytest.mark.parametrize("every", [False, True])
async def test_in_a_round_more_hanging_feeds_than_may_be_in_hand_hold_up_no_other(
    monkeypatch: pytest.MonkeyPatch, *, every: bool
) -> None:
    monkeypatch.setattr("bot.collect.AHEAD", 10)
    monkeypatch.setattr("bot.collect.CLAIM_MOST", 8)
    relay = Relay(fetch_concurrency=4)
    bad = follow(relay, "bad", 40, failures=3)
    relay.web.hang = {relay.memory.known[one].url for one in bad}
    good = follow(relay, "good", 20)
    relay.memory.due |= dict.fromkeys(good, 1)  # the others come first
    round_ = asyncio.create_task(relay.collector.poll(every=every))
    await until(relay.memory, lambda: all(relay.memory.known[one].looks for one in good))
    await until(relay.memory, lambda: any(url in relay.web.hang for url, _ in relay.web.asked))
    round_.cancel()


@pytest.mark.parametrize("every", [False, True])
async def test_in_a_round_a_feed_that_failed_is_looked_at_as_it_is_by_then(
    monkeypatch: pytest.MonkeyPatch, *, every: bool
) -> None:
    monkeypatch.setattr("bot.collect.CLAIM_MOST", 1)
    monkeypatch.setattr("bot.slots.LONG_LEAST_S", 5)
    relay = Relay(fetch_concurrency=1)
    bad = follow(relay, "bad", 2, failures=3)
    follow(relay, "good", 1)
    relay.web.gate = asyncio.Event()
    round_ = asyncio.create_task(relay.collector.poll(every=every))
    await until(relay.memory, lambda: bool(relay.web.asked))
    for one in bad:
        relay.memory.known[one] = replace(relay.memory.known[one], url="https://moved.example/feed")
    relay.web.gate.set()
    await round_
    first, _, third = (url for url, _ in relay.web.asked)
    assert (first, third) == ("https://good0.example/feed", "https://moved.example/feed")


async def test_a_server_is_not_slow_for_the_time_that_we_kept_it_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.looking.SLOW_S", -1)
    relay = Relay()
    relay.web.serve(FEED, "a")
    feed = relay.memory.follow(FEED)
    assert (await relay.looker.look(feed)).asked_s > 0
    answer = relay.web.answers[FEED]
    assert isinstance(answer, Fetched)
    relay.web.answers[FEED] = replace(answer, waited_s=5)
    assert (await relay.looker.look(feed)).asked_s == 0


async def test_feeds_that_failed_are_looked_at_beside_those_that_hang() -> None:
    relay = Relay(fetch_concurrency=8)
    hanging = follow(relay, "bad", 1, failures=3)
    relay.web.hang = {relay.memory.known[one].url for one in hanging}
    back = follow(relay, "back", 10, failures=3)
    await run(relay, lambda: all(relay.memory.known[one].looks for one in back))
    assert not any(relay.memory.known[one].failures for one in back)


async def test_a_host_that_turns_us_away_is_asked_no_more_not_even_for_those_that_wait() -> None:
    relay = Relay()
    urls = [f"https://strict.example/{number}" for number in range(12)]
    feeds = [relay.memory.follow(url) for url in urls]
    relay.web.answers |= dict.fromkeys(urls, Failed(Failure.FORBIDDEN))
    later_ms = relay.memory.now + PEACE_FIRST_S * 1000
    await run(relay, lambda: all(relay.memory.due[one] > relay.memory.now + LEASE_MS for one in feeds))
    assert 3 <= len(relay.web.asked) <= 4
    assert relay.memory.resting == {"strict.example": later_ms}
    unasked = [one for one in feeds if not relay.memory.known[one].looks]
    assert all(relay.memory.due[one] >= later_ms for one in unasked)


async def test_a_crowd_of_feeds_whose_host_rests_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.collect.IDLE_S", 3600)
    relay = Relay(fetch_concurrency=5)
    crowd = [relay.memory.follow(f"https://strict.example/{number}") for number in range(35)]
    (good,) = follow(relay, "good", 1)
    relay.memory.due[good] = 1
    relay.memory.resting = {"strict.example": relay.memory.now + 10**6}
    await run(relay, lambda: bool(relay.memory.known[good].looks))
    assert len(relay.web.asked) == 1
    assert all(relay.memory.due[one] >= relay.memory.now + 10**6 for one in crowd)


async def test_a_feed_in_hand_whose_claim_ran_out_is_not_looked_at_twice() -> None:
    relay = Relay()
    relay.web.gate = asyncio.Event()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a")
    (other,) = follow(relay, "other", 1)
    relay.memory.due[other] = relay.memory.now + 10**9

    async def outage() -> None:
        await until(relay.memory, lambda: relay.web.at_once == 1)
        relay.memory.due |= {feed: 0, other: 1}
        await until(relay.memory, lambda: relay.web.at_once == 2)
        assert relay.web.gate
        relay.web.gate.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(outage())
        await run(relay, lambda: bool(relay.memory.known[feed].looks and relay.memory.known[other].looks))
    assert [url for url, _ in relay.web.asked].count(FEED) == 1


async def test_the_claim_of_a_feed_in_hand_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.collect.RENEW_S", 0.01)
    relay = Relay()
    relay.web.hang = {FEED}
    feed = relay.memory.follow(FEED)
    is_late = False

    async def late() -> None:
        nonlocal is_late
        await until(relay.memory, lambda: relay.web.at_once == 1)
        relay.memory.now += LEASE_MS - 1
        is_late = True

    async with asyncio.TaskGroup() as group:
        group.create_task(late())
        await run(relay, lambda: is_late and relay.memory.due[feed] > relay.memory.now + 1)
    assert len(relay.web.asked) == 1


async def test_the_claim_of_a_feed_that_a_round_has_not_begun_is_renewed_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.collect.RENEW_S", 0.01)
    relay = Relay(fetch_concurrency=1)
    relay.web.gate = asyncio.Event()
    feeds = follow(relay, "some", 10)
    round_ = asyncio.create_task(relay.collector.poll(every=False))
    await until(relay.memory, lambda: relay.web.at_once > 0)
    relay.memory.now += LEASE_MS - 1
    await until(relay.memory, lambda: min(relay.memory.due.values()) == relay.memory.now + LEASE_MS)
    relay.web.gate.set()
    assert (await round_).feeds == len(feeds)
    assert len(relay.web.asked) == len(feeds)


# Claims, on a real store


async def heard(store: Store) -> FeedId:
    feed = await store.feeds.ensure(FEED)
    await store.chats.subscribe(Subscription(ChatId(1), feed.id, created_ms=1))
    return feed.id


async def test_a_claim_lasts_while_it_is_renewed_and_no_longer(store: Store, clock: Clock) -> None:
    feed = await heard(store)
    assert await claimed(store, 5, LEASE_MS) == [feed]
    for _ in range(3):
        clock.forward(LEASE_MS - 1)
        await store.feeds.renew([feed], LEASE_MS)
        assert await claimed(store, 5, LEASE_MS) == []
    clock.forward(LEASE_MS)
    assert await claimed(store, 5, LEASE_MS) == [feed]


async def test_a_claim_that_has_ended_is_not_renewed(store: Store, clock: Clock) -> None:
    feed = await heard(store)
    (found,) = (await store.feeds.claim_due(5, LEASE_MS)).feeds
    await store.feeds.finish(found, clock.ms + 5)
    await store.feeds.renew([feed], LEASE_MS)
    clock.forward(5)
    assert await claimed(store, 5, LEASE_MS) == [feed]


async def test_what_is_given_back_is_due_when_that_says(store: Store, clock: Clock) -> None:
    feed = await heard(store)
    assert await claimed(store, 5, LEASE_MS) == [feed]
    await store.feeds.put_off([(feed, clock.ms + 7)])
    await store.feeds.renew([feed], LEASE_MS)
    assert await claimed(store, 5, LEASE_MS) == []
    clock.forward(7)
    assert await claimed(store, 5, LEASE_MS) == [feed]


@pytest.mark.parametrize("how", ["renew", "put_off", "finish"])
async def test_a_feed_that_is_left_meanwhile_is_due_no_more(store: Store, clock: Clock, how: str) -> None:
    feed = await heard(store)
    (found,) = (await store.feeds.claim_due(5, LEASE_MS)).feeds
    await store.chats.unsubscribe(ChatId(1), feed)
    if how == "renew":
        await store.feeds.renew([feed], LEASE_MS)
    elif how == "put_off":
        await store.feeds.put_off([(feed, clock.ms)])
    else:
        await store.feeds.finish(found, clock.ms)
    assert await store.feeds.next_due_ms() is None


async def test_hosts_left_in_peace_are_known_to_all_until_then(store: Store, clock: Clock) -> None:
    await store.feeds.leave_in_peace("strict.example", clock.ms + 10)
    await store.feeds.leave_in_peace("strict.example", clock.ms + 5)
    assert (await store.feeds.claim_due(1, 1)).resting == {"strict.example": clock.ms + 10}
    clock.forward(10)
    assert (await store.feeds.claim_due(1, 1)).resting == {}

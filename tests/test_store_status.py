"""How everything stands: counted right, bounded, and cheap for Redis."""

from dataclasses import replace
from typing import Any

import pytest

from bot.items import Chat, ChatId, FeedId, ItemId, Subscription
from bot.store import keys, status
from bot.store.client import Store
from bot.store.outbox import Letter
from bot.store.status import COUNTS, DAY_MS, Failing, Held, Parked, Pause, Pauses, Waiting
from tests.conftest import Clock

NOTHING = dict.fromkeys(COUNTS, 0)


async def feed(store: Store, number: int, *, failures: int = 0, ok_ms: int = 0) -> FeedId:
    """Make a feed that somebody hears, with its last good look."""
    made = await store.feeds.ensure(f"https://feed{number}.example/rss")
    await store.chats.subscribe(Subscription(ChatId(1), made.id, 1))
    await store.feeds.finish(replace(made, failures=failures, ok_ms=ok_ms), due_ms=number)
    return made.id


async def park(redis: Any, clock: Clock, chat: int, item: str, why: str) -> None:
    await redis.zadd(keys.TROUBLES, {f"{chat} {item}": clock.ms})
    await redis.hset(keys.parked(ChatId(chat)), item, why)


async def test_a_new_store_has_nothing_to_tell(store: Store, clock: Clock) -> None:
    assert await store.status.survey() == status.Survey(
        at_ms=clock.ms,
        failing=Failing(0, 0, 0, ()),
        pauses=Pauses(0, 0, ()),
        waiting=Waiting(0, 0, 0, ()),
        held=Held(0, ()),
        parked=(),
        today=NOTHING,
        yesterday=NOTHING,
    )


async def test_the_worst_feeds_are_those_without_a_good_look_for_longest(store: Store) -> None:
    for number in range(4):
        await feed(store, number, ok_ms=number)
    four, five, six = [await feed(store, n, failures=1, ok_ms=100 - n) for n in (4, 5, 6)]
    never = await feed(store, 7, failures=9)
    found = (await store.status.survey()).failing
    assert found == Failing(feeds=8, looked=8, failing=4, worst=(never, six, five))
    assert four not in found.worst


async def test_of_very_many_feeds_those_due_last_are_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "PIECE", 2)
    monkeypatch.setattr(status, "FEEDS_LOOKED", 4)
    ids = [await feed(store, number, failures=1, ok_ms=number + 1) for number in range(7)]
    found = (await store.status.survey()).failing
    assert found == Failing(feeds=7, looked=4, failing=4, worst=(ids[3], ids[4], ids[5]))


async def test_pauses_are_counted_by_reason_with_what_waits_behind_them(store: Store) -> None:
    for number, why in enumerate(["blocked", "", "kicked", "blocked", "by hand"], 1):
        await store.chats.save(Chat(ChatId(number)))
        if why:
            await store.chats.pause(ChatId(number), why)
    for item in ("a.1", "a.2"):
        await store.outbox.lay(ItemId(item), 1, [Letter(ChatId(1)), Letter(ChatId(2)), Letter(ChatId(5))])
    found = await store.status.survey()
    assert (found.pauses.chats, found.pauses.looked) == (5, 5)
    assert found.pauses.reasons[0] == Pause("blocked", 2, 2)
    assert set(found.pauses.reasons[1:]) == {Pause("kicked", 1, 0), Pause("by hand", 1, 2)}
    assert found.waiting == Waiting(chats=1, looked=1, items=2, longest=((ChatId(2), 2),))


async def test_what_marks_the_end_of_those_who_wait_is_no_chat(store: Store) -> None:
    await store.outbox.lay(ItemId("a.1"), 1, [Letter(ChatId(1))])
    await store.outbox.claim(1, 1_000)
    found = await store.status.survey()
    assert found.waiting == Waiting(chats=1, looked=1, items=1, longest=((ChatId(1), 1),))


@pytest.mark.parametrize("usual", [10_000, 1])
async def test_of_very_many_chats_so_many_are_looked_at(
    store: Store, redis: Any, monkeypatch: pytest.MonkeyPatch, usual: int
) -> None:
    # Redis hands out a set of few numbers whole, a large one piece by piece.
    before = (await redis.config_get("set-max-intset-entries"))["set-max-intset-entries"]
    await redis.config_set("set-max-intset-entries", usual)
    await redis.config_set("set-max-listpack-entries", usual)
    monkeypatch.setattr(status, "PIECE", 50)
    monkeypatch.setattr(status, "CHATS_LOOKED", 200)
    try:
        for number in range(1, 301):
            await store.chats.pause(ChatId(number), "blocked")
        found = (await store.status.survey()).pauses
    finally:
        await redis.config_set("set-max-intset-entries", before)
        await redis.config_set("set-max-listpack-entries", 128)
    assert found == Pauses(300, 200, (Pause("blocked", 200, 0),))


async def test_the_longest_lanes_are_told_and_of_very_many_so_many_are_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "PIECE", 2)
    monkeypatch.setattr(status, "LANES_LOOKED", 6)
    for count in range(1, 7):
        for item in range(count):
            await store.outbox.lay(ItemId(f"a.{item}"), item, [Letter(ChatId(-count))])
    longest = ((ChatId(-6), 6), (ChatId(-5), 5), (ChatId(-4), 4))
    assert (await store.status.survey()).waiting == Waiting(6, 6, 21, longest)
    await store.outbox.lay(ItemId("a.1"), 1, [Letter(ChatId(-7))])
    found = (await store.status.survey()).waiting
    assert (found.chats, found.looked) == (7, 6)


async def test_the_chats_held_longest_are_told_and_those_held_for_less_than_a_minute_are_not(
    store: Store, clock: Clock
) -> None:
    for number in range(1, 8):
        await store.outbox.hold(ChatId(-number), number * 3_600_000, flood=True)
    await store.outbox.hold(ChatId(5), 60_000, flood=True)
    longest = tuple((ChatId(-number), clock.ms + number * 3_600_000) for number in (7, 6, 5))
    assert (await store.status.survey()).held == Held(7, longest)
    clock.forward(7 * 3_600_000 - 60_001)
    assert (await store.status.survey()).held == Held(1, longest[:1])
    clock.forward(1)
    assert (await store.status.survey()).held == Held(0, ())


async def test_other_marks_of_the_budget_are_no_chats_that_are_held(
    store: Store, redis: Any, clock: Clock
) -> None:
    await store.outbox.hold(None, 300_000)
    ahead = clock.ms + 900_000
    await redis.zadd(keys.BUDGET, {"7": ahead, "e7": ahead, "-8": ahead, "e-8": ahead})
    assert (await store.status.survey()).held == Held(0, ())


async def test_what_was_parked_is_told_the_newest_first_while_its_reason_is_known(
    store: Store, redis: Any, clock: Clock
) -> None:
    await park(redis, clock, -5, "a.1", "too long: ümlaut")
    clock.forward(1)
    await park(redis, clock, 7, "a.2", "no")
    await redis.zadd(keys.TROUBLES, {"7 a.3": clock.ms, "": 1, "odd": 1})
    await store.chats.migrate(ChatId(-5), ChatId(-1005))
    assert (await store.status.survey()).parked == (
        Parked(ChatId(7), ItemId("a.2"), clock.ms, "no"),
        Parked(ChatId(-1005), ItemId("a.1"), clock.ms - 1, "too long: ümlaut"),
    )


async def test_a_day_is_told_as_yesterday_after_midnight_in_utc(
    store: Store, redis: Any, clock: Clock
) -> None:
    await redis.hset(keys.tally(clock.ms // DAY_MS), mapping={"sent": 7, "flooded": 2, "other": 1})
    assert (await store.status.survey()).today == NOTHING | {"sent": 7, "flooded": 2}
    clock.forward(DAY_MS - clock.ms % DAY_MS - 1)
    assert (await store.status.survey()).today["sent"] == 7
    clock.forward(1)
    found = await store.status.survey()
    assert (found.today, found.yesterday["sent"]) == (NOTHING, 7)


async def _crowd(redis: Any) -> None:
    """Make 10,000 chats, of which many are paused and many wait, and 3,000 feeds, of which many fail."""
    pipe = redis.pipeline(transaction=False)
    for number in range(10_000):
        chat = ChatId(-1_001_000_000_000 - number)
        paused = "blocked" if number % 20 == 0 else ""
        pipe.sadd(keys.CHATS, chat)
        pipe.hset(keys.chat(chat), mapping={"kind": "supergroup", "title": "t" * 20, "paused": paused})
        if number % 4 == 0:
            pipe.zadd(keys.lane(chat), {"feedfeedfee.itemitemite": 1})
            pipe.zadd(keys.READY, {str(chat): number})
    for number in range(3_000):
        feed_id = FeedId(f"feed{number:07d}")
        pipe.zadd(keys.SCHEDULE, {feed_id: number})
        pipe.hset(keys.feed(feed_id), mapping={"url": "https://x/", "failures": number % 3, "ok_ms": number})
    await pipe.execute()


async def test_of_ten_thousand_chats_and_three_thousand_feeds_redis_looks_at_some_in_small_steps(
    store: Store, redis: Any
) -> None:
    await _crowd(redis)
    await redis.config_resetstat()
    found = await store.status.survey()
    assert (found.pauses.looked, found.failing.looked, found.waiting.looked) == (6_000, 2_000, 1_000)
    # What a script calls is counted by its own name, too.
    calls = {name: used["calls"] for name, used in (await redis.info("commandstats")).items()}
    print(calls)
    assert calls["cmdstat_hget"] == 6_000, "once a chat"
    assert calls["cmdstat_hmget"] == 2 * 2_000, "a record is read by two"
    assert calls["cmdstat_zcard"] < 1_000 + 2 * 6_000 // 20, "once a lane, of those waiting and of the paused"
    assert sum(calls.values()) < 11_700, "and hardly anything else"
    assert calls["cmdstat_evalsha"] >= 1 + 2 + 6 + 1, "a thousand a step"

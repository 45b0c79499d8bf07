"""Intake, the items and the way to the routers, on a real server."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import CorruptRecord, StoreUnavailable
from bot.identity import Keys, item_id
from bot.items import ChatId, Feed, Image, Item, ItemId, Key, Page, Subscription, Validators
from bot.store import door, keys, news
from bot.store.candidates import NONE_KNOWN, Candidate
from bot.store.client import Store, connect
from bot.store.news import Taken
from tests.conftest import Clock

ANN = ChatId(11)
URL = "https://feeds.example/rss"


def candidate(
    number: int, *, order_ms: int | None = None, title: str = "", extra: Sequence[int] = ()
) -> Candidate:
    found = Keys((Key(number),), (Key(number), *map(Key, extra)))
    item = Item(guid=str(number), title=title or f"Item {number}", source="The Example Times")
    return Candidate(found, item, number if order_ms is None else order_ms)


async def heard_feed(store: Store, url: str = URL) -> Feed:
    feed = await store.feeds.ensure(url)
    await store.chats.subscribe(Subscription(ANN, feed.id, created_ms=1))
    return feed


async def seeded_feed(store: Store, url: str = URL, numbers: Iterable[int] = ()) -> Feed:
    feed = await heard_feed(store, url)
    taken = await take(store, feed, [candidate(number) for number in numbers])
    assert taken.seeded_now
    return await known(store, feed)


async def known(store: Store, feed: Feed) -> Feed:
    found = await store.feeds.get(feed.id)
    assert found is not None
    return found


async def take(store: Store, feed: Feed, candidates: Sequence[Candidate], *, hand_on: bool = True) -> Taken:
    return await store.news.intake(feed, candidates, due_ms=5000, hand_on=hand_on)


async def handed_on(store: Store, count: int = 10_000) -> list[ItemId]:
    entries = await store.news.read("test", count, 0)
    await store.news.ack([one.entry_id for one in entries])
    return [one.item_id for one in entries]


async def test_a_first_look_keeps_items_and_hands_none_on(store: Store) -> None:
    feed = await heard_feed(store)
    taken = await take(store, feed, [candidate(1), candidate(2)])
    assert (len(taken.new), taken.handed_on, taken.seeded_now, taken.lost) == (2, 0, True, False)
    assert await handed_on(store) == []
    assert [one.item.title for one in await store.archive.latest([feed.id], offset=0, limit=9)] == [
        "Item 2",
        "Item 1",
    ]
    assert (await known(store, feed)).seeded


async def test_what_is_new_later_is_handed_on_once(store: Store) -> None:
    feed = await seeded_feed(store, numbers=[1, 2])
    taken = await take(store, feed, [candidate(3), candidate(2), candidate(1)])
    assert (len(taken.new), taken.handed_on, taken.seeded_now) == (1, 1, False)
    again = await take(store, feed, [candidate(3), candidate(2), candidate(1)])
    assert again == Taken()
    assert await handed_on(store) == [item_id(feed.id, candidate(3).keys)]


async def test_what_a_look_brings_is_handed_on_oldest_first_however_long_the_document(store: Store) -> None:
    feed = await seeded_feed(store)
    document = [candidate(number) for number in range(450, 0, -1)]
    await take(store, feed, document)
    assert await handed_on(store) == [item_id(feed.id, one.keys) for one in reversed(document)]


async def test_an_empty_feeds_first_item_is_news(store: Store) -> None:
    feed = await seeded_feed(store)
    assert (await take(store, feed, [candidate(1)])).handed_on == 1


async def test_an_item_known_by_one_key_teaches_its_others(store: Store) -> None:
    feed = await seeded_feed(store, numbers=[1])
    assert not (await take(store, feed, [candidate(1, extra=[77])])).new
    assert not (await take(store, feed, [candidate(77)])).new


async def test_one_item_twice_in_a_document_is_one(store: Store) -> None:
    feed = await seeded_feed(store)
    assert (await take(store, feed, [candidate(5), candidate(5, title="again")])).handed_on == 1


async def test_keys_are_whole_64_bit_numbers(store: Store) -> None:
    feed = await seeded_feed(store)
    near = [2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1, 2**53, 2**53 + 1]
    assert (await take(store, feed, [candidate(number, order_ms=1) for number in near])).handed_on == len(
        near
    )
    assert not (await take(store, feed, [candidate(number, order_ms=1) for number in near])).new


async def test_state_and_due_time_come_with_the_items(store: Store) -> None:
    feed = replace(
        await seeded_feed(store), validators=Validators("e", "m", "h"), title="T", looks=4, rate_per_day=0.1
    )
    await store.news.intake(
        feed, [candidate(1)], due_ms=987_654, hand_on=True, moved_to="https://new.example/rss"
    )
    found = await known(store, feed)
    assert found == replace(feed, seeded=True, url="https://new.example/rss")
    assert await store.feeds.next_due_ms() == 987_654
    assert await store.feeds.find("https://new.example/rss") == await store.feeds.find(URL) == found


async def test_a_lost_memory_floods_nobody_and_is_told(store: Store, redis: Any) -> None:
    feed = await seeded_feed(store, numbers=range(1, 500))
    await redis.delete(keys.seen_young(feed.id), keys.seen_old(feed.id))
    taken = await take(store, feed, [candidate(number) for number in range(1, 600)])
    assert (taken.lost, taken.handed_on) == (True, 0)
    assert (await take(store, await known(store, feed), [candidate(600)])).handed_on == 1


async def test_a_feed_that_was_forgotten_meanwhile_stays_so(store: Store, redis: Any) -> None:
    feed = await seeded_feed(store, numbers=[1])
    await store.feeds.forget(feed.id)
    assert await take(store, feed, [candidate(2)]) == Taken()
    await store.feeds.finish(feed, 1)
    assert await redis.keys(f"feed:{feed.id}*") == []
    assert await store.feeds.find(URL) is None
    assert await store.chats.subscriptions(ANN) == []


class Cut(Exception):
    """The power is gone."""


@pytest.mark.parametrize("cut_at", range(1, 6))
@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_intake_cut_between_any_two_steps_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, cut_at: int, when: str
) -> None:
    feed = await seeded_feed(store)
    dressed = replace(feed, validators=Validators("etag"))
    document = [candidate(number) for number in range(1, 901)]
    steps, run = 0, door.Door.run

    async def cut_run(self: door.Door, name: str, *args: door.Argument, keys: Sequence[str] = ()) -> object:
        nonlocal steps
        steps += name == "intake"
        if when == "before" and steps == cut_at:
            raise Cut
        answer: object = await run(self, name, *args, keys=keys)
        if steps == cut_at:
            raise Cut
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(door.Door, "run", cut_run)
        with pytest.raises(Cut):
            await take(store, dressed, document)
    all_done = when == "after" and cut_at == 5
    assert (await known(store, feed)).validators == Validators("etag" if all_done else "")
    await take(store, dressed, document)
    handed = await handed_on(store)
    assert sorted(handed) == sorted(item_id(feed.id, one.keys) for one in document), "each, and each once"


async def test_ten_thousand_items_go_in_without_holding_redis_up(store: Store, redis: Any) -> None:
    feed = await seeded_feed(store)
    await redis.execute_command("CONFIG", "RESETSTAT")
    assert (await take(store, feed, [candidate(number) for number in range(1, 10_001)])).handed_on == 10_000
    stats = await redis.execute_command("INFO", "commandstats")
    assert stats["cmdstat_evalsha"]["calls"] == 50
    assert sum(one["calls"] for one in stats.values()) < 20 * 10_000, "so many of an item's own in its step"
    assert len(await handed_on(store)) == 10_000


async def test_a_large_first_look_keeps_only_the_newest(store: Store, redis: Any) -> None:
    feed = await heard_feed(store)
    taken = await take(store, feed, [candidate(number) for number in range(1, 1001)])
    assert len(taken.new) == 1000
    assert len(await redis.keys("item:*")) == 60


async def test_a_large_first_look_that_turns_out_to_be_a_second_hands_all_on(store: Store) -> None:
    stale = await heard_feed(store)
    await seeded_feed(store)
    assert (await take(store, stale, [candidate(number) for number in range(1, 501)])).handed_on == 500
    ids = await handed_on(store)
    assert len(await store.news.many(ids)) == 500


async def test_an_item_trimmed_by_count_stays_for_lanes_that_wait(store: Store, redis: Any) -> None:
    feed = await seeded_feed(store, numbers=[1])
    count = 60
    await take(store, feed, [candidate(number) for number in range(2, count + 3)])
    oldest = item_id(feed.id, candidate(1).keys)
    assert 0 < await redis.pttl(keys.item(oldest)) <= news.GRACE_MS
    assert await redis.zcard(keys.feed_items(feed.id)) == count
    assert await store.news.get(oldest) is not None


async def test_the_memory_rotates_by_count_and_age_and_forgets_nothing_it_still_sees(
    store: Store, redis: Any, clock: Clock
) -> None:
    feed = await seeded_feed(store)
    rotations = set()
    for start in range(1, 16_000, 800):
        window = [candidate(number) for number in range(start, start + 1000)]
        await take(store, feed, window)
        assert not (await take(store, feed, window)).new
        young, old = await redis.scard(keys.seen_young(feed.id)), await redis.scard(keys.seen_old(feed.id))
        rotations.add(await redis.hget(keys.feed(feed.id), "rotated_ms"))
        assert young + old >= min(start + 1000, 4000), "never less than twice the document"
        assert young + old <= 4 * 4000, "bounded"
        clock.forward(43_200_000)
    assert len(rotations) > 3


async def test_records_that_cannot_be_read_are_told_or_left_out(store: Store, redis: Any) -> None:
    feed = await seeded_feed(store, numbers=[1, 2])
    broken = item_id(feed.id, candidate(2).keys)
    await redis.set(keys.item(broken), b"nonsense")
    with pytest.raises(CorruptRecord):
        await store.news.get(broken)
    assert [one.item.guid for one in await store.archive.latest([feed.id], offset=0, limit=5)] == ["1"]


async def test_latest_merges_feeds_and_pages(store: Store) -> None:
    one = await seeded_feed(store, numbers=range(1, 60, 2))
    two = await seeded_feed(store, "https://other.example/", numbers=range(2, 60, 2))
    feeds = [one.id, two.id]
    pages = [await store.archive.latest(feeds, offset=offset, limit=7) for offset in range(0, 70, 7)]
    assert [stored.order_ms for page in pages for stored in page] == list(range(59, 0, -1))
    assert await store.archive.latest([], offset=0, limit=5) == []


async def test_what_a_router_does_not_acknowledge_comes_first_to_whoever_reads_next(store: Store) -> None:
    feed = await seeded_feed(store)
    await take(store, feed, [candidate(1), candidate(2), candidate(3)])
    taken = await store.news.read("first", 2, 0)
    again = await store.news.read("second", 5, 0)
    assert again == taken
    await store.news.ack([one.entry_id for one in again])
    rest = await store.news.read("second", 5, 0)
    assert [one.item_id for one in rest] == [item_id(feed.id, candidate(3).keys)]
    await store.news.ack([one.entry_id for one in rest])
    assert await store.news.read("second", 5, 0) == []


async def test_a_waiting_router_hears_at_once(store: Store) -> None:
    feed = await seeded_feed(store)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(store.news.read("r", 5, 4000))
        await asyncio.sleep(0.02)
        await take(store, feed, [candidate(1)])
    assert len(waiting.result()) == 1


async def test_a_waiting_router_can_be_cancelled_and_the_store_still_works(store: Store) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await store.news.read("r", 5, 60_000)
    await store.ping()


async def test_every_key_of_a_feed_has_a_lifetime_once_nobody_hears_it(store: Store, redis: Any) -> None:
    feed = await store.feeds.ensure(URL)
    await take(store, feed, [candidate(1)])
    assert await without_lifetime(redis, feed) == []
    await store.chats.subscribe(Subscription(ANN, feed.id, created_ms=1))
    assert keys.feed(feed.id) in await without_lifetime(redis, feed)
    await store.chats.unsubscribe(ANN, feed.id)
    await take(store, await known(store, feed), [candidate(2)])
    assert await without_lifetime(redis, feed) == []


async def without_lifetime(redis: Any, feed: Feed) -> list[str]:
    names = [name.decode() for name in await redis.keys(f"feed:{feed.id}*")]
    assert names
    return [name for name in names if await redis.pttl(name) < 0]


async def test_a_store_that_is_gone_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Store(connect("unix:///nowhere/redis.sock"))
    with pytest.raises(StoreUnavailable, match="REDIS_URL"):
        await lost.news.read("r", 1, 10)
    await lost.close()


async def test_what_seems_new_is_told_beforehand_and_nothing_is_changed_by_asking(store: Store) -> None:
    feed = await seeded_feed(store, numbers=[1, 2])
    document = [candidate(number) for number in (3, 2, 4, 1)]

    async def known() -> list[bool]:
        found = await store.news.recall(feed.id, document)
        return [found.has(one) for one in document]

    assert await known() == await known() == [False, True, False, True]
    assert await store.news.recall(feed.id, []) == NONE_KNOWN
    assert (await take(store, feed, document)).handed_on == 2
    assert await known() == [True] * 4


async def test_an_item_is_kept_with_its_page_and_what_is_known_keeps_its_own(store: Store) -> None:
    feed = await seeded_feed(store)
    pages = [
        Page(Image("https://a.example/b.jpg", (), 640, 480), f"lead {number}", "<p>text</p>")
        for number in (1, 2)
    ]
    first, second = (replace(candidate(1), page=page) for page in pages)
    await take(store, feed, [first])
    await take(store, feed, [second])
    stored = await store.news.get(item_id(feed.id, first.keys))
    assert stored
    assert stored.page == pages[0]

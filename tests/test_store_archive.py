"""What the store keeps of items to be found again: by time, by signature, and how many of them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import StoreUnfit
from bot.items import Feed, FeedId, ItemId
from bot.route import Router
from bot.store import keys, words
from bot.store.client import Store
from bot.store.words import Everything, Sheet
from tests.conftest import Clock
from tests.test_store_news import URL, candidate, heard_feed, known, seeded_feed, take


def entries(sheet: Sheet) -> list[ItemId]:
    """Return the items that have a record, the newest first."""
    found, _ = words.likely(sheet, Everything(), 0, 1 << 48)
    return [one.item for one in sorted(found)]


def signed(sheet: Sheet, signature: bytes) -> list[ItemId]:
    """Return the items that have a record with this signature."""
    return [item for item in words.recorded(sheet) if _record(sheet, item).endswith(signature)]


def _record(sheet: Sheet, item: ItemId) -> bytes:
    """Return the last record of an item."""
    raw = sheet.old + sheet.young
    at = raw.rindex(item.partition(".")[2].encode()) - 8
    return raw[at:][: int.from_bytes(raw[at : at + 2])]


async def signed_feed(store: Store, url: str = URL, numbers: Iterable[int] = ()) -> Feed:
    """Return a feed whose first look was taken by whoever subscribed to it."""
    feed = await heard_feed(store, url)
    await take(store, feed, [candidate(number) for number in numbers], hand_on=False)
    return await known(store, feed)


async def test_items_of_a_collectors_first_look_have_none_until_they_are_searched(store: Store) -> None:
    feed = await seeded_feed(store, numbers=range(1, 6))
    await take(store, feed, [candidate(6)])
    await Router(store).route(await store.news.read("route", 10, 1))
    (sheet,) = await store.archive.sheets([feed.id])
    assert len(await store.archive.unsigned(sheet)) == 5


async def test_every_item_has_a_record_from_the_first_look_of_whoever_subscribes_on(store: Store) -> None:
    one = await signed_feed(store, numbers=range(1, 60, 2))
    two = await signed_feed(store, "https://other.example/", numbers=range(2, 60, 2))
    sheets = await store.archive.sheets([one.id, two.id, FeedId("unknown")])
    assert [(sheet.feed, sheet.kept, len(entries(sheet))) for sheet in sheets] == [
        (one.id, 30, 30),
        (two.id, 29, 29),
        ("unknown", 0, 0),
    ]
    assert [await store.archive.unsigned(sheet) for sheet in sheets] == [[], [], []]
    assert await store.archive.sheets([]) == []


async def test_records_are_kept_of_items_that_are_kept_and_go_with_them(
    store: Store, redis: Any, clock: Clock
) -> None:
    feed = await signed_feed(store, numbers=[1, 2])
    newest, oldest = await store.archive.latest([feed.id], offset=0, limit=2)
    unknown = replace(oldest, id=ItemId(f"{feed.id}.unknown____"))
    await store.archive.sign([(oldest, b"words"), (unknown, b"words")])
    (sheet,) = await store.archive.sheets([feed.id])
    assert signed(sheet, b"words") == [oldest.id]
    assert words.recorded(sheet) == {newest.id, oldest.id}
    await take(store, feed, [candidate(number) for number in range(3, 63)])
    await Router(store).route(await store.news.read("route", 100, 1))
    await store.archive.sign([(newest, bytes(17_000))])  # none of them is kept any more
    (sheet,) = await store.archive.sheets([feed.id])
    assert bytes(17_000) not in sheet.young
    (last,) = await store.archive.latest([feed.id], offset=0, limit=1)
    await store.archive.sign([(last, bytes(17_000))])  # which is so much that all are merged
    (sheet,) = await store.archive.sheets([feed.id])
    assert await redis.exists(keys.words_young(feed.id)) == 0
    assert oldest.id not in entries(sheet)
    assert len(entries(sheet)) == sheet.kept == 60, "of an item with two records the later is left"
    assert signed(sheet, bytes(17_000)) == [last.id]


async def test_items_whose_time_is_over_go_from_a_feed_that_tells_little(store: Store, redis: Any) -> None:
    feed = await seeded_feed(store, numbers=range(1, 31))
    every = await store.archive.latest([feed.id], offset=0, limit=30)
    for one in every[10:]:  # as Redis does it
        await redis.delete(keys.item(one.id))
    await take(store, feed, [candidate(99)])
    await take(store, feed, [candidate(100)])
    assert await redis.zcard(keys.feed_items(feed.id)) == await redis.hlen(keys.feed_prints(feed.id)) == 12
    assert len(await store.archive.latest([feed.id], offset=0, limit=50)) == 12


async def test_a_redis_that_does_not_tell_of_its_memory_takes_items(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.news._door.do

    async def do(*command: Any, **how: Any) -> Any:
        if command[0] == "INFO":
            raise StoreUnfit("this Redis user may not do that")
        return await real(*command, **how)

    monkeypatch.setattr(store.news._door, "do", do)
    feed = await seeded_feed(store, numbers=[1])
    assert (await take(store, feed, [candidate(2)])).handed_on == 1


async def test_what_comes_later_is_signed_as_it_is_routed(
    store: Store, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await seeded_feed(store, numbers=[1])
    monkeypatch.setattr("bot.route.sign", lambda *_: b"signed")
    await take(store, feed, [candidate(1), candidate(2)])
    await Router(store).route(await store.news.read("route", 10, 1))
    (newest,) = await store.archive.latest([feed.id], offset=0, limit=1)
    (sheet,) = await store.archive.sheets([feed.id])
    assert signed(sheet, b"signed") == [newest.id]
    assert 0 < await redis.pttl(keys.words_young(feed.id)) <= await redis.pttl(keys.feed_items(feed.id)) + 50


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"used_memory": 80, "maxmemory": 100, "total_system_memory": 10**9}, 55),
        ({"used_memory": 60, "maxmemory": 100, "total_system_memory": 10**9}, 100),
        ({"used_memory": 80, "maxmemory": 0, "total_system_memory": 200}, 55),
        ({"used_memory": 80, "maxmemory": 0}, 100),
        ({}, 100),
    ],
)
async def test_the_archive_gives_way_before_redis_is_full(
    redis: Any, told: dict[str, int], kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(redis, keep_items=100)
    real = store.news._door.do

    async def do(*command: Any, **how: Any) -> Any:
        return told if command == ("INFO", "memory") else await real(*command, **how)

    monkeypatch.setattr(store.news._door, "do", do)
    feed = await seeded_feed(store, numbers=[1])
    await take(store, feed, [candidate(number) for number in range(2, 150)])
    (sheet,) = await store.archive.sheets([feed.id])
    assert sheet.kept == kept

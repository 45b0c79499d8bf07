"""What the store keeps of items to be found again: by time, by signature, and how many of them."""

from typing import Any

import pytest

from bot.items import FeedId, ItemId
from bot.store import keys
from bot.store.client import Store
from tests.conftest import Clock
from tests.test_store_news import candidate, seeded_feed, take


async def test_a_catalogue_holds_every_kept_item_the_newest_first(store: Store) -> None:
    one = await seeded_feed(store, numbers=range(1, 60, 2))
    two = await seeded_feed(store, "https://other.example/", numbers=range(2, 60, 2))
    entries = await store.archive.catalogue([one.id, two.id, FeedId("unknown")])
    assert [entry.order_ms for entry in entries] == list(range(59, 0, -1))
    assert await store.archive.catalogue([]) == []


async def test_signatures_are_kept_of_items_that_are_kept_and_go_with_them(
    store: Store, redis: Any, clock: Clock
) -> None:
    feed = await seeded_feed(store, numbers=[1, 2])
    newest, oldest = (entry.item for entry in await store.archive.catalogue([feed.id]))
    await store.archive.sign([(oldest, b"words"), (ItemId(f"{feed.id}.unknown____"), b"words")])
    assert {entry.item: entry.words for entry in await store.archive.catalogue([feed.id])} == {
        newest: b"",
        oldest: b"words",
    }
    await take(store, feed, [candidate(number) for number in range(3, 63)])
    assert oldest not in {entry.item for entry in await store.archive.catalogue([feed.id])}
    assert oldest.partition(".")[2].encode() not in await redis.hgetall(keys.feed_words(feed.id))


async def test_what_comes_after_a_first_look_is_signed_as_it_is_taken_in(
    store: Store, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.news.sign", lambda _: b"signed")
    feed = await seeded_feed(store, numbers=[1])
    await take(store, feed, [candidate(1), candidate(2)])
    assert [entry.words for entry in await store.archive.catalogue([feed.id])] == [b"signed", b""]
    assert 0 < await redis.pttl(keys.feed_words(feed.id)) <= await redis.pttl(keys.feed_items(feed.id)) + 50


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"used_memory": 80, "maxmemory": 100, "total_system_memory": 10**9}, 60),
        ({"used_memory": 60, "maxmemory": 100, "total_system_memory": 10**9}, 100),
        ({"used_memory": 80, "maxmemory": 0, "total_system_memory": 200}, 60),
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
    assert len(await store.archive.catalogue([feed.id])) == kept

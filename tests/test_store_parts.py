"""A part of a document that is to be new is taken in whole, in one step, or not at all."""

from typing import Any

import pytest

from bot.errors import StoreError
from bot.identity import Keys
from bot.items import ChatId, Feed, Item, Key, Subscription
from bot.store import keys
from bot.store.candidates import Candidate, Extent, Known
from bot.store.client import Store

NEW = Extent(None, is_part=True, is_new=True)


def candidate(number: int, *others: int) -> Candidate:
    found = Keys((Key(number),), (Key(number), *map(Key, others)))
    return Candidate(found, Item(guid=str(number), title=f"Item {number}"), number)


async def seeded(store: Store, *candidates: Candidate) -> Feed:
    feed = await store.feeds.ensure("https://news.example/feed")
    await store.chats.subscribe(Subscription(ChatId(7), feed.id, created_ms=1))
    await store.news.intake(feed, candidates, due_ms=5000, hand_on=True)
    known = await store.feeds.get(feed.id)
    assert known
    return known


async def handed_on(store: Store) -> int:
    return len(await store.news.read("test", 100, 0))


async def test_a_part_all_of_which_is_new_is_handed_on_by_one_call(store: Store, redis: Any) -> None:
    feed = await seeded(store, candidate(1))
    await redis.execute_command("CONFIG", "RESETSTAT")
    taken = await store.news.intake(
        feed, [candidate(2, 12), candidate(3)], due_ms=None, hand_on=True, extent=NEW
    )
    assert taken.handed_on == 2
    stats = await redis.execute_command("INFO", "commandstats")
    assert stats["cmdstat_evalsha"]["calls"] == 1
    assert stats["cmdstat_smismember"]["calls"] == 2, "both in the step"


@pytest.mark.parametrize("shared", ["the trusted key", "another key", "a key of the old generation"])
async def test_a_part_with_a_key_that_was_seen_is_refused_as_a_whole(
    store: Store, redis: Any, shared: str
) -> None:
    feed = await seeded(store, candidate(1, 11))
    if shared == "a key of the old generation":
        await redis.rename(keys.seen_young(feed.id), keys.seen_old(feed.id))
    other = candidate(1) if shared == "the trusted key" else candidate(3, 11)
    taken = await store.news.intake(feed, [candidate(2), other], due_ms=9, hand_on=True, extent=NEW)
    assert taken.refused
    assert not await handed_on(store)
    assert not (await store.news.recall(feed.id, [candidate(2)])).has(candidate(2))
    assert await redis.zscore(keys.SCHEDULE, feed.id) == 5000, "nothing of it was saved"


async def test_what_was_wrongly_thought_known_is_handed_on_all_the_same(store: Store) -> None:
    feed = await seeded(store, candidate(1))
    wrong = Known(frozenset({Key(1), Key(2)}))
    taken = await store.news.intake(feed, [candidate(1), candidate(2)], due_ms=9, hand_on=True, known=wrong)
    assert taken.handed_on == await handed_on(store) == 1


async def test_what_was_wrongly_thought_new_is_not_handed_on_again(store: Store) -> None:
    feed = await seeded(store, candidate(1))
    taken = await store.news.intake(feed, [candidate(1), candidate(2)], due_ms=9, hand_on=True, known=Known())
    assert taken.handed_on == await handed_on(store) == 1


@pytest.mark.parametrize("broken", ["items", "prints", "news"])
async def test_what_cannot_be_handed_on_is_not_taken_for_seen(store: Store, redis: Any, broken: str) -> None:
    feed = await seeded(store)
    place = "news" if broken == "news" else f"feed:{feed.id}:{broken}"
    await redis.set(place, "not ours")
    with pytest.raises(StoreError):
        await store.news.intake(feed, [candidate(1), candidate(2)], due_ms=9, hand_on=True)
    await redis.delete(place)
    taken = await store.news.intake(feed, [candidate(1), candidate(2)], due_ms=9, hand_on=True)
    assert taken.handed_on == await handed_on(store) == 2

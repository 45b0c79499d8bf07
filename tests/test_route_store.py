"""Loop two on the real store: rules that change, alerts that are to be quiet, and who is told once."""

import time
from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.errors import StoreError, StoreUnavailable
from bot.identity import recognise
from bot.items import Alert, ChatId, Feed, Subscription
from bot.route import Router
from bot.store.candidates import Candidate
from bot.store.client import Store
from bot.store.news import NewsEntry
from tests.collecting import FEED, item
from tests.conftest import Clock


async def test_news_goes_from_intake_to_the_lanes_of_the_real_store(store: Store, clock: Clock) -> None:
    feed = await store.feeds.ensure(FEED)
    for chat in (1, -2):
        await store.chats.subscribe(Subscription(ChatId(chat), feed.id, clock.ms))
    await store.alerts.add(Alert(0, ChatId(1), "title", None))

    async def take(known: Feed, *names: str) -> None:
        items = [item(name) for name in names]
        keys = recognise(items, known).keys
        candidates = [
            Candidate(key, one, clock.ms + place)
            for place, (key, one) in enumerate(zip(keys, items, strict=True))
        ]
        await store.news.intake(known, candidates, due_ms=clock.ms, hand_on=True)

    await take(feed, "seed")
    await take(replace(feed, seeded=True), "seed", "a", "b")
    batch = await store.news.read("router", 10, 10)
    assert await Router(store).route(batch) == 4
    assert await store.news.read("router", 10, 10) == []
    clock.forward(60_000)
    claimed = (await store.outbox.claim(10, 1000)).claims
    assert {one.chat: [hit.words for hit in one.hits] for one in claimed} == {1: [("Title",)], -2: []}


async def heard_feed(store: Store, clock: Clock, *chats: int) -> Feed:
    """Return a feed that ``chats`` hear and that was looked at once."""
    feed = await store.feeds.ensure(FEED)
    for chat in chats:
        await store.chats.subscribe(Subscription(ChatId(chat), feed.id, 0))
    await store.news.intake(feed, [], due_ms=clock.ms, hand_on=True)
    return replace(feed, seeded=True)


async def publish(store: Store, feed: Feed, clock: Clock, name: str) -> list[NewsEntry]:
    """Hand an item on, and return what a router is to read."""
    (keys,) = recognise([item(name)], feed).keys
    await store.news.intake(feed, [Candidate(keys, item(name), clock.ms)], due_ms=clock.ms, hand_on=True)
    return await store.news.read("route", 10, 10)


async def claimed(store: Store, clock: Clock) -> dict[int, list[int]]:
    """Send what waits, and return the alerts by which each chat was told."""
    clock.forward(60_000)
    claims = (await store.outbox.claim(10, 1000)).claims
    for one in claims:
        await store.outbox.settle(one, one.attempt + clock.ms % 1_000_000)
    return {one.chat: [hit.alert for hit in one.hits] for one in claims}


async def test_a_rule_is_in_force_for_whatever_comes_after_it_in_every_router(
    store: Store, clock: Clock
) -> None:
    feed = await heard_feed(store, clock, 1)
    one, two = Router(store), Router(store)
    for number, router in enumerate((one, two, one)):
        added = await store.alerts.add(Alert(0, ChatId(1), f"title {'a' * number}".strip()))
        await router.route(await publish(store, feed, clock, "a" * number or "b"))
        assert added.id in (await claimed(store, clock))[1]
    await store.alerts.change(ChatId(1), 1, lambda alert: replace(alert, muted=True))
    await store.alerts.remove(ChatId(1), 2)
    await two.route(await publish(store, feed, clock, "aa a"))
    assert await claimed(store, clock) == {1: [3]}


async def test_a_router_whose_store_lost_everything_learns_anew(
    store: Store, clock: Clock, redis: Any
) -> None:
    router = Router(store)
    for _ in range(2):
        feed = await heard_feed(store, clock, 1)
        await store.alerts.add(Alert(0, ChatId(1), "title"))
        await store.alerts.add(Alert(0, ChatId(1), "moon"))
        await router.route(await publish(store, feed, clock, "a"))
        assert await claimed(store, clock) == {1: [1]}
        await redis.flushall()


async def test_an_alert_that_has_fired_is_quiet_for_its_cooldown_and_the_item_comes_all_the_same(
    store: Store, clock: Clock
) -> None:
    feed, router = await heard_feed(store, clock, 1, 2), Router(store)
    await store.chats.update(ChatId(2), feed.id, lambda one: replace(one, never="title"))
    for chat in (1, 2):
        await store.alerts.add(Alert(0, ChatId(chat), "title", cooldown_s=3600))
    told = []
    for name in ("a", "b", "c"):
        batch = await publish(store, feed, clock, name)
        await router.route(batch)
        await router.route(batch)  # after a crash
        told.append(await claimed(store, clock))
        clock.forward(1_800_000)
    assert told == [{1: [1], 2: [1]}, {1: []}, {1: [1], 2: [1]}]
    assert await store.alerts.fired(ChatId(1)) == {1: 2}
    assert await store.filtered.counts(ChatId(2)) == {feed.id: 3}
    clock.forward(8 * 86_400_000)
    assert await store.alerts.fired(ChatId(1)) == {}


async def test_what_was_laid_but_not_noted_as_filtered_is_so_when_it_is_routed_again(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, router = await heard_feed(store, clock, 1, 2), Router(store)
    await store.chats.update(ChatId(2), feed.id, lambda one: replace(one, never="title"))
    batch = await publish(store, feed, clock, "a")
    with monkeypatch.context() as away:
        away.setattr(store.filtered, "note", AsyncMock(side_effect=StoreUnavailable("away")))
        with pytest.raises(StoreUnavailable):
            await router.route(batch)
    assert await Router(store).route(await store.news.read("next", 10, 0)) == 0
    assert await store.filtered.counts(ChatId(2)) == {feed.id: 1}
    assert await claimed(store, clock) == {1: []}


async def test_two_thousand_chats_of_one_feed_are_served_at_once(store: Store, clock: Clock) -> None:
    feed = await store.feeds.ensure(FEED)
    for chat in range(1, 2001):
        await store.chats.subscribe(Subscription(ChatId(chat), feed.id, 0))
    (keys,) = recognise([item("a")], feed).keys
    await store.news.intake(feed, [], due_ms=0, hand_on=True)
    seeded = replace(feed, seeded=True)
    await store.news.intake(seeded, [Candidate(keys, item("a"), clock.ms)], due_ms=0, hand_on=True)
    batch = await store.news.read("router", 10, 10)
    begun = time.monotonic()
    assert await Router(store).route(batch) == 2000
    seconds = time.monotonic() - begun
    assert seconds < 2, f"{seconds:.2f} s"


async def test_a_router_that_lost_its_lead_in_the_middle_leaves_the_rest_to_the_other(store: Store) -> None:
    router = Router(store, holder="slow")
    router._led_s -= 60
    assert await store.claims.lead("route", "other", 20_000)
    with pytest.raises(StoreError, match="another router"):
        await router._stay()

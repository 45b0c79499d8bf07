"""Loop two: who gets an item, why, and what happens when the store breaks in between."""

import asyncio
import time
from dataclasses import replace

import pytest

from bot.errors import StoreError, StoreUnavailable
from bot.identity import recognise
from bot.items import Alert, ChatId, Feed, FeedId, Hit, Item, ItemId, StoredItem, Subscription
from bot.route import Router, hits, searchable
from bot.store.client import Store
from bot.store.news import Candidate, NewsEntry
from tests.collecting import FEED, OTHER, START_MS, Memory, item, until
from tests.conftest import Clock


def hand(memory: Memory, feed: FeedId, *names: str, noticed_ms: int = START_MS) -> list[ItemId]:
    """Hand items on as intake does; return their ids."""
    ids = [ItemId(f"{feed}.{name:_>11}") for name in names]
    for one, name in zip(ids, names, strict=True):
        memory.items[one] = StoredItem(one, feed, item(name), noticed_ms, noticed_ms)
        memory.handed.append(one)
    return ids


def entries(ids: list[ItemId]) -> list[NewsEntry]:
    return [NewsEntry(f"{number}-0", one) for number, one in enumerate(ids)]


def heard(memory: Memory) -> dict[int, list[str]]:
    """Return the titles in each chat's lane."""
    return {chat: [memory.items[one].item.title for one in lane] for chat, lane in memory.lanes.items()}


async def test_an_item_reaches_every_chat_that_hears_its_feed_and_no_other() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.follow(FEED, -2)
    memory.follow(OTHER, 3)
    ids = hand(memory, feed, "a", "b")
    assert await Router(memory.store).route(entries(ids)) == 4
    assert heard(memory) == {1: ["Title a", "Title b"], -2: ["Title a", "Title b"]}
    assert memory.acked == ["0-0", "1-0"]
    assert memory.health == {"route"}


async def test_what_was_noticed_before_a_subscription_is_not_for_it() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1, since=START_MS)
    memory.follow(FEED, 2, since=START_MS + 1)
    items = entries(hand(memory, feed, "a"))
    memory.now += 1
    await Router(memory.store).route(items)
    assert heard(memory) == {1: ["Title a"]}


async def test_a_paused_subscription_gets_nothing_and_alerts_nobody() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1, paused=True)
    memory.rules[ChatId(1)] = [Alert(1, ChatId(1), "title")]
    await Router(memory.store).route(entries(hand(memory, feed, "a")))
    assert memory.lanes == {}
    assert memory.acked == ["0-0"]


async def test_alerts_mark_the_item_for_their_own_chat() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.follow(FEED, 2)
    memory.rules[ChatId(1)] = [Alert(4, ChatId(1), "TITLE a"), Alert(5, ChatId(1), "b")]
    (one,) = hand(memory, feed, "a")
    await Router(memory.store).route(entries([one]))
    assert memory.lanes[ChatId(1)][one].hits == (Hit(4, "TITLE a", ("Title", "a")),)
    assert memory.lanes[ChatId(2)][one].hits == ()


async def test_routing_twice_queues_once() -> None:
    memory = Memory()
    ids = hand(memory, memory.follow(FEED, 1), "a")
    router = Router(memory.store)
    assert [await router.route(entries(ids)) for _ in range(2)] == [1, 0]
    assert heard(memory) == {1: ["Title a"]}


async def test_an_item_without_a_record_is_told_of_and_holds_nothing_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    memory = Memory()
    ids = hand(memory, memory.follow(FEED, 1), "gone", "a")
    del memory.items[ids[0]]
    await Router(memory.store).route(entries(ids))
    assert heard(memory) == {1: ["Title a"]}
    assert memory.acked == ["0-0", "1-0"]
    assert ids[0] in caplog.text


async def test_a_correction_is_laid_for_those_who_hear_the_feed_and_in_no_lane() -> None:
    memory = Memory()
    corrected, new = entries(hand(memory, memory.follow(FEED), "a", "b"))
    await Router(memory.store).route([replace(corrected, edit="media"), new])
    assert heard(memory) == {1: ["Title b"]}
    assert memory.edits == [(ChatId(1), corrected.item_id, "media")]
    assert memory.acked == ["0-0", "1-0"]


async def test_an_item_of_a_feed_that_nobody_hears_is_acknowledged() -> None:
    memory = Memory()
    await Router(memory.store).route(entries(hand(memory, FeedId("unheard"), "a")))
    assert memory.lanes == {}
    assert memory.acked == ["0-0"]


@pytest.mark.parametrize("step", ["many", "subscribers", "lay", "ack"])
async def test_nothing_is_acknowledged_before_its_lanes_are_written(step: str) -> None:
    memory = Memory()
    ids = hand(memory, memory.follow(FEED, 1), "a")
    memory.down = {step}
    with pytest.raises(StoreUnavailable):
        await Router(memory.store).route(entries(ids))
    assert memory.acked == []


async def test_an_alert_that_cannot_be_matched_delays_no_item(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Item) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.route.searchable", broken)
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.rules[ChatId(1)] = [Alert(1, ChatId(1), "title")]
    await Router(memory.store).route(entries(hand(memory, feed, "a")))
    assert heard(memory) == {1: ["Title a"]}
    assert "goes out without" in caplog.text


def test_an_alert_that_is_not_understood_fires_never() -> None:
    assert hits(searchable(item("a")), [Alert(1, ChatId(1), '""'), Alert(2, ChatId(1), "a")]) == (
        Hit(2, "a", ("a",)),
    )


def test_alerts_see_the_words_of_an_item_and_not_its_markup() -> None:
    told = replace(
        item("x"),
        summary_html='<a href="https://spam.example">Caf&eacute;</a>',
        content_html="<p>人工智能</p>",
        tags=("EU",),
    )
    rules = [
        Alert(number, ChatId(1), query) for number, query in enumerate(["café", "智能", "eu", "spam", "href"])
    ]
    assert [hit.alert for hit in hits(searchable(told), rules)] == [0, 1, 2]


# The loop


async def loop(memory: Memory, stop: asyncio.Event) -> None:
    await Router(memory.store).run(stop)


async def test_the_loop_routes_what_comes() -> None:
    memory, stop = Memory(), asyncio.Event()
    feed = memory.follow(FEED, 1)
    async with asyncio.TaskGroup() as group:
        group.create_task(loop(memory, stop))
        hand(memory, feed, "a")
        await until(memory, lambda: len(memory.acked) == 1)
        hand(memory, feed, "b")
        await until(memory, lambda: len(memory.acked) == 2)
        stop.set()
    assert heard(memory) == {1: ["Title a", "Title b"]}


@pytest.mark.parametrize("step", ["read", "many", "subscribers", "lay", "ack"])
async def test_the_loop_waits_for_a_lost_store_and_loses_nothing(
    step: str, caplog: pytest.LogCaptureFixture
) -> None:
    memory, stop = Memory(), asyncio.Event()
    feed = memory.follow(FEED, 1)
    memory.down = {step}
    hand(memory, feed, "a", "b")
    async with asyncio.TaskGroup() as group:
        group.create_task(loop(memory, stop))
        await until(memory, lambda: "routing waits" in caplog.text)
        memory.down = set()
        await until(memory, lambda: len(memory.acked) == 2)
        stop.set()
    assert heard(memory) == {1: ["Title a", "Title b"]}


async def test_the_loop_stops_although_the_store_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    memory, stop = Memory(), asyncio.Event()
    hand(memory, memory.follow(FEED, 1), "a")
    memory.down = {"lay"}
    async with asyncio.timeout(2), asyncio.TaskGroup() as group:
        group.create_task(loop(memory, stop))
        await until(memory, lambda: "routing waits" in caplog.text)
        stop.set()
    assert memory.acked == []


# The real store


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

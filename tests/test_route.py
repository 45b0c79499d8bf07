"""Loop two: who gets an item, why, and what happens when the store breaks in between."""

import asyncio
import gc
from dataclasses import replace
from threading import Event

import pytest

from bot import route
from bot.errors import StoreUnavailable
from bot.items import Alert, ChatId, FeedId, Hit, Item, ItemId, StoredItem
from bot.matching import searchable
from bot.route import Router
from bot.rulebook import Rulebook, rule_of
from bot.rules import Heard, Rule, Searchable
from bot.store.news import NewsEntry
from tests.collecting import FEED, OTHER, START_MS, Memory, item, until


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


async def test_a_correction_reaches_another_chat_that_was_told_although_the_alert_finds_it_no_more() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.rules[ChatId(1)] = [Alert(1, ChatId(1), "moon", also=ChatId(9))]
    (corrected,) = entries(hand(memory, feed, "a"))
    await Router(memory.store).route([replace(corrected, edit="text")])
    assert memory.edits == [(ChatId(1), corrected.item_id, "text"), (ChatId(9), corrected.item_id, "text")]


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
    def broken(_: StoredItem) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.route.searchable", broken)
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.rules[ChatId(1)] = [Alert(1, ChatId(1), "title")]
    await Router(memory.store).route(entries(hand(memory, feed, "a")))
    assert heard(memory) == {1: ["Title a"]}
    assert "goes out to all" in caplog.text


async def test_a_rule_that_trips_us_costs_its_own_chat_the_alert_and_no_other_a_thing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def hit(rule: Rule, *_: object) -> tuple[str, ...]:
        if rule.query == "bad":
            raise ZeroDivisionError
        return ("A",)

    monkeypatch.setattr(Rule, "hit", hit)
    monkeypatch.setattr(Rule, "matches", hit)
    monkeypatch.setattr("bot.rules.Index.candidates", lambda *_: {"bad", "good"})
    memory = Memory()
    memory.at_once = True
    feed = memory.follow(FEED, 1)
    for chat, only, query in ((1, "", "bad"), (2, "", "good"), (3, "bad", "")):
        memory.follow(FEED, chat)
        memory.subscribed[ChatId(chat), feed] = replace(memory.subscribed[ChatId(chat), feed], only=only)
        memory.rules[ChatId(chat)] = [Alert(1, ChatId(chat), query)]
    (one,) = hand(memory, feed, "a")
    await Router(memory.store).route(entries([one]))
    assert {chat: len(lane[one].hits) for chat, lane in memory.lanes.items()} == {1: 0, 2: 1, 3: 0}
    assert "could not be asked" in caplog.text


async def test_a_router_keeps_its_lead_while_rules_take_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.rules[ChatId(1)] = [Alert(1, ChatId(1), "title")]
    led = Event()

    async def lead(*_: object) -> bool:
        led.set()
        return True

    def slow(stored: StoredItem) -> Searchable:
        assert led.wait(1)
        return searchable(stored)

    monkeypatch.setattr(memory, "lead", lead)
    monkeypatch.setattr("bot.route.searchable", slow)
    monkeypatch.setattr("bot.route.LEAD_MS", 40)
    (one,) = hand(memory, feed, "a")
    await Router(memory.store).route(entries([one]))
    assert memory.lanes[ChatId(1)][one].hits


def fired(one: Item, *queries: str) -> list[str]:
    """Return which of ``queries`` fire as rules of one chat."""
    book = Rulebook()
    book.put(ChatId(1), [Alert(number, ChatId(1), query) for number, query in enumerate(queries)])
    stored = StoredItem(ItemId("feed.item"), FeedId("feed"), one, 0, 0)
    return [found.alert.query for found in book.reader(searchable(stored)).firing(ChatId(1), Heard())]


def test_an_alert_that_is_not_understood_fires_never() -> None:
    assert fired(item("a"), '""', "a") == ["a"]


def test_alerts_see_the_words_of_an_item_and_not_its_markup() -> None:
    told = replace(
        item("x"),
        summary_html='<a href="https://spam.example">Caf&eacute;</a>',
        content_html="<p>人工智能</p>",
        tags=("EU",),
    )
    assert fired(told, "café", "智能", "eu", "spam", "href") == ["café", "智能", "eu"]


def test_a_muted_alert_does_not_fire_and_one_that_is_gone_neither() -> None:
    book, texts = Rulebook(), searchable(StoredItem(ItemId("feed.item"), FeedId("feed"), item("a"), 0, 0))
    one, two = Alert(1, ChatId(1), "title"), Alert(2, ChatId(1), "a")
    book.put_all({ChatId(1): [one, replace(two, muted=True)], ChatId(2): [two]})
    assert [found.alert for found in book.reader(texts).firing(ChatId(1), Heard())] == [one]
    book.put(ChatId(1), [two])
    assert [found.alert for found in book.reader(texts).firing(ChatId(1), Heard())] == [two]
    book.keep({ChatId(2)})
    assert not book.has(ChatId(1))
    assert len(book) == 1


def test_of_rules_that_no_item_came_near_to_only_the_text_is_kept() -> None:
    rule_of.cache_clear()
    book, texts = Rulebook(), searchable(StoredItem(ItemId("feed.item"), FeedId("feed"), item("a"), 0, 0))
    book.put(ChatId(1), [Alert(1, ChatId(1), "title"), Alert(2, ChatId(1), "moon")])
    assert rule_of.cache_info().currsize == 0
    assert book.reader(texts).firing(ChatId(1), Heard())
    assert rule_of.cache_info().currsize == 1


@pytest.mark.parametrize("many", [2, 1])
async def test_many_rules_are_kept_from_the_garbage_collector(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.route.MANY_RULES", many)
    memory = Memory()
    memory.rules[ChatId(1)] = [Alert(1, ChatId(1), "title")]
    gc.unfreeze()
    try:
        await Router(memory.store).route([])
        assert (gc.get_freeze_count() > 0) is (many == 1)
    finally:
        gc.unfreeze()


async def test_filters_keep_items_from_a_chat_and_that_is_noted() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    for chat, only, never in ((2, "title", ""), (3, "moon", ""), (4, "", "title"), (5, "title", "a")):
        memory.follow(FEED, chat)
        memory.subscribed[ChatId(chat), feed] = replace(
            memory.subscribed[ChatId(chat), feed], only=only, never=never
        )
    (one,) = hand(memory, feed, "a")
    await Router(memory.store).route(entries([one]))
    assert sorted(memory.lanes) == [1, 2]
    assert memory.filtered == [(one, 3, "only"), (one, 4, "not"), (one, 5, "not")]


async def test_a_filter_that_is_not_understood_keeps_nothing_back() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.subscribed[ChatId(1), feed] = replace(memory.subscribed[ChatId(1), feed], only='""')
    await Router(memory.store).route(entries(hand(memory, feed, "a")))
    assert heard(memory) == {1: ["Title a"]}


async def test_an_alert_breaks_through_a_filter() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.subscribed[ChatId(1), feed] = replace(memory.subscribed[ChatId(1), feed], never="title")
    memory.rules[ChatId(1)] = [Alert(1, ChatId(1), "a", cooldown_s=60)]
    (one,) = hand(memory, feed, "a")
    await Router(memory.store).route(entries([one]))
    letter = memory.lanes[ChatId(1)][one]
    assert letter.alone
    assert letter.hits == (Hit(1, "a", ("a",), cooldown_s=60),)


async def test_another_chat_gets_what_an_alert_finds_and_in_the_topic_that_was_named() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.rules[ChatId(1)] = [
        Alert(1, ChatId(1), "title", also=ChatId(9), topic=7),
        Alert(2, ChatId(1), "a", topic=5),
    ]
    (one,) = hand(memory, feed, "a")
    await Router(memory.store).route(entries([one]))
    assert [hit.topic for hit in memory.lanes[ChatId(1)][one].hits] == [None, 5]
    assert not memory.lanes[ChatId(1)][one].alone
    assert memory.lanes[ChatId(9)][one].hits == (Hit(1, "title", ("Title",), topic=7, owner=ChatId(1)),)
    assert memory.lanes[ChatId(9)][one].alone


async def test_a_chat_that_has_an_item_by_several_ways_has_it_once() -> None:
    memory = Memory()
    feed = memory.follow(FEED, 1)
    memory.follow(FEED, 2)
    memory.rules[ChatId(1)] = [Alert(1, ChatId(1), "title", also=ChatId(2))]
    memory.rules[ChatId(2)] = [Alert(4, ChatId(2), "a")]
    (one,) = hand(memory, feed, "a")
    await Router(memory.store).route(entries([one]))
    assert memory.lanes[ChatId(2)][one].hits


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


async def test_an_item_whose_words_cannot_be_kept_is_routed_all_the_same() -> None:
    memory, stop = Memory(), asyncio.Event()
    hand(memory, memory.follow(FEED, 1), "a", "b")
    memory.down = {"sign"}
    async with asyncio.TaskGroup() as group:
        group.create_task(loop(memory, stop))
        await until(memory, lambda: len(memory.acked) == 2)
        stop.set()
    assert heard(memory) == {1: ["Title a", "Title b"]}


async def test_no_lane_and_no_feed_waits_for_words_to_be_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, acked = Memory(), list[int]()
    first, second = (entries(hand(memory, memory.follow(url, 1), "a")) for url in (FEED, OTHER))

    def sign(stored: StoredItem, texts: Searchable | None) -> bytes:
        assert stored.id in memory.items
        assert texts is None
        acked.append(len(memory.acked))
        return b""

    monkeypatch.setattr(route, "sign", sign)
    router = Router(memory.store)
    await router.route([*first, *second])
    assert acked == [2, 2]
    monkeypatch.setattr(route, "SIGN_S", 0.0)
    await router.route([*first, *second])
    assert acked == [2, 2], "what takes longer is left to searches"


async def test_the_loop_stops_although_the_store_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    memory, stop = Memory(), asyncio.Event()
    hand(memory, memory.follow(FEED, 1), "a")
    memory.down = {"lay"}
    async with asyncio.timeout(2), asyncio.TaskGroup() as group:
        group.create_task(loop(memory, stop))
        await until(memory, lambda: "routing waits" in caplog.text)
        stop.set()
    assert memory.acked == []

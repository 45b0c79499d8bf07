"""Feeds and chats, and the small leases, on a real server."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import StoreError, StoreUnavailable
from bot.items import (
    Alert,
    Chat,
    ChatId,
    ChatKind,
    Feed,
    FeedId,
    ItemId,
    Style,
    Subscription,
    Taste,
    UserId,
    Validators,
)
from bot.store import keys
from bot.store.client import Store
from bot.store.outbox import Letter
from tests.conftest import Clock, claimed

ANN, BEN, GROUP, SUPER = ChatId(11), ChatId(12), ChatId(-5), ChatId(-1005)
URL = "https://feeds.example/rss"
DAY_MS = 86_400_000


async def hear(store: Store, chat: ChatId, url: str = URL, *, created_ms: int = 1) -> Feed:
    feed = await store.feeds.ensure(url)
    assert await store.chats.subscribe(Subscription(chat, feed.id, created_ms))
    return feed


async def lay(store: Store, feed: FeedId, number: int, chat: ChatId) -> ItemId:
    item = ItemId(f"{feed}.{number:011d}")
    assert await store.outbox.lay(item, number, [Letter(chat)]) == 1
    return item


async def test_a_feed_is_one_by_all_ways_to_write_its_address(store: Store) -> None:
    one = await store.feeds.ensure(URL)
    assert one == Feed(one.id, URL)
    assert await store.feeds.ensure("http://www.feeds.example/rss/#top") == one
    assert await store.feeds.find("HTTPS://FEEDS.EXAMPLE/rss") == one
    assert await store.feeds.find("https://feeds.example/atom") is None
    assert await store.feeds.get(FeedId("nobody")) is None


async def test_what_a_look_taught_is_kept_field_by_field(store: Store) -> None:
    feed = await hear(store, ANN)
    taught = replace(
        feed, title="Ä 新聞 \udc80", link="https://x/", language="zh", weak_guid=True, weak_link=True, looked_ms=1,
        changed_ms=2, ok_ms=3, failures=4, trouble="too slow", interval_s=5, looks=6, rate_per_day=0.1 + 0.2,
    )  # fmt: skip
    await store.feeds.finish(taught, due_ms=77)
    assert await store.feeds.get(feed.id) == replace(taught, title="Ä 新聞 ?")
    assert await store.feeds.next_due_ms() == 77


async def test_validators_of_a_feed_that_was_never_taken_in_are_not_kept(store: Store) -> None:
    feed = await hear(store, ANN)
    await store.feeds.finish(replace(feed, seeded=True, validators=Validators("e", "m", "h")), due_ms=1)
    assert await store.feeds.get(feed.id) == feed, "a 304 would keep its first look away for ever"


async def test_a_moved_feed_is_found_by_both_addresses_and_forgotten_by_both(
    store: Store, redis: Any
) -> None:
    feed = await hear(store, ANN)
    await store.feeds.finish(feed, 1, moved_to="https://new.example/feed")
    moved = replace(feed, url="https://new.example/feed")
    assert await store.feeds.find(URL) == await store.feeds.find("https://new.example/feed") == moved
    assert await store.feeds.ensure(URL) == moved
    await store.feeds.forget(feed.id)
    assert await redis.hlen(keys.FEEDS) == 0


async def test_due_feeds_are_claimed_once_and_come_back_if_their_worker_dies(
    store: Store, clock: Clock
) -> None:
    feed = await hear(store, ANN)
    other = await hear(store, ANN, "https://other.example/")
    await store.feeds.finish(feed, clock.ms)
    await store.feeds.finish(other, clock.ms + 1)
    assert await claimed(store, 9, 60_000) == [feed.id]
    assert await claimed(store, 9, 60_000) == []
    clock.forward(60_000)
    assert await claimed(store, 9, 60_000) == [other.id, feed.id]
    assert await claimed(store, 9, 60_000) == []


async def test_only_feeds_that_somebody_hears_are_due(store: Store, clock: Clock) -> None:
    await store.feeds.ensure(URL, due_ms=1)
    assert await store.feeds.all_ids() == []
    feed = await hear(store, ANN)
    assert await claimed(store, 9, 1) == [feed.id], "a subscription makes its feed due"
    await store.feeds.finish(feed, clock.ms + DAY_MS)
    assert await claimed(store, 9, 1) == []
    await store.feeds.ensure(URL, due_ms=clock.ms)
    assert await claimed(store, 9, 1) == [feed.id]
    await store.chats.unsubscribe(ANN, feed.id)
    await store.feeds.finish(feed, clock.ms)
    assert await claimed(store, 9, 1) == []
    assert await store.feeds.next_due_ms() is None


async def test_subscriptions_stand_in_both_directions_in_their_order(store: Store) -> None:
    second = await hear(store, ANN, "https://b.example/", created_ms=2)
    first = await hear(store, ANN, created_ms=1)
    await hear(store, BEN)
    assert not await store.chats.subscribe(Subscription(ANN, first.id, 9))
    changed = Subscription(
        ANN,
        first.id,
        1,
        UserId(3),
        "Mine",
        "News",
        4,
        Taste(Style.HEADLINE, silent=True, labels=("x",)),
        paused=True,
    )
    assert await store.chats.update(ANN, first.id, lambda _: changed) == changed
    assert await store.chats.subscriptions(ANN) == [changed, Subscription(ANN, second.id, 2)]
    assert await store.feeds.subscribers(first.id) == [changed, Subscription(BEN, first.id, 1)]
    with pytest.raises(StoreError, match="not known"):
        await store.chats.subscribe(Subscription(ANN, FeedId("nobody"), 1))


async def test_an_update_after_the_end_does_not_bring_a_subscription_back(store: Store) -> None:
    feed = await hear(store, ANN)
    assert await store.chats.unsubscribe(ANN, feed.id)
    assert await store.chats.update(ANN, feed.id, lambda one: one) is None
    assert await store.chats.subscriptions(ANN) == await store.feeds.subscribers(feed.id) == []
    assert not await store.chats.unsubscribe(ANN, feed.id)


async def test_what_two_change_of_a_subscription_at_once_both_stays(store: Store) -> None:
    feed = await hear(store, ANN)

    def silence(one: Subscription) -> Subscription:
        return replace(one, taste=replace(one.taste, silent=True))

    await asyncio.gather(*(store.ping() for _ in range(3)))  # as many connections, so that all read first
    changes = [silence, lambda one: replace(one, title="Mine"), lambda one: replace(one, topic=None)]
    await asyncio.gather(*(store.chats.update(ANN, feed.id, how) for how in changes))
    (now,) = await store.chats.subscriptions(ANN)
    assert (now.title, now.topic, now.taste) == ("Mine", None, Taste(silent=True))


async def test_what_two_change_of_a_chats_taste_at_once_both_stays(store: Store, redis: Any) -> None:
    await store.chats.save(Chat(ANN, title="Ann", taste=Taste(labels=())))
    read = await store.chats.get(ANN)
    assert read
    hows: list[Callable[[Taste], Taste]] = [
        lambda one: replace(one, style=Style.FULL),
        lambda one: replace(one, images=False),
        lambda one: replace(one, author=True),
    ]
    await asyncio.gather(*(store.ping() for _ in range(3)))
    await asyncio.gather(*(store.chats.tune(ANN, how) for how in hows))
    await store.chats.save(replace(read, title="Another name"), before=read)
    now = await store.chats.get(ANN)
    assert now
    assert now.taste == Taste(Style.FULL, images=False, author=True, labels=())
    await redis.delete(keys.chat(ANN))
    with pytest.raises(StoreUnavailable):
        await store.chats.tune(ANN, hows[0])
    assert not await redis.exists(keys.chat(ANN)), "a chat that is gone does not come back by a choice"


async def test_a_draft_waits_for_a_day_for_its_chat_alone(store: Store, redis: Any) -> None:
    text = "{{ title }}\n雨"
    digest = await store.drafts.keep(ANN, text)
    assert digest == await store.drafts.keep(ANN, text)
    assert await store.drafts.get(ANN, digest) == text
    assert await store.drafts.get(BEN, digest) is None
    assert 86_000 < await redis.ttl(keys.draft(ANN, digest)) <= 86_400
    await store.drafts.drop(ANN, digest)
    assert await store.drafts.get(ANN, digest) is None


async def test_unsubscribing_drops_what_waits_from_that_feed_only(store: Store) -> None:
    feed, other = await hear(store, ANN), await hear(store, ANN, "https://other.example/")
    await lay(store, feed.id, 1, ANN)
    kept = await lay(store, other.id, 2, ANN)
    await store.chats.unsubscribe(ANN, feed.id)
    (claim,) = (await store.outbox.claim(9, 1000)).claims
    assert claim.item == kept


async def test_with_the_last_subscriber_goes_the_first_look(store: Store) -> None:
    feed = await hear(store, ANN)
    await hear(store, BEN)
    dressed = replace(feed, validators=Validators("e"))
    await store.news.intake(dressed, [], due_ms=1, hand_on=True)
    await store.chats.unsubscribe(ANN, feed.id)
    assert await store.feeds.get(feed.id) == replace(dressed, seeded=True)
    await store.chats.unsubscribe(BEN, feed.id)
    assert await store.feeds.get(feed.id) == feed


async def test_a_chat_is_saved_without_its_pause_and_found_by_its_name(store: Store) -> None:
    chat = Chat(SUPER, ChatKind.CHANNEL, "News", "NewsRoom", UserId(5), "de", "Europe/Berlin", once=False)
    await store.chats.save(chat)
    await store.chats.pause(SUPER, "kicked")
    await store.chats.save(chat)
    assert (
        await store.chats.get(SUPER)
        == await store.chats.by_username("@newsroom")
        == replace(chat, paused="kicked")
    )
    await store.chats.resume(SUPER)
    await store.chats.save(replace(chat, username="Other"))
    await store.chats.save(Chat(ANN, username="newsroom"))
    assert await store.chats.by_username("NEWSROOM") == Chat(ANN, username="newsroom")
    assert await store.chats.by_username("other") == replace(chat, username="Other")
    assert await store.chats.all_ids() == [SUPER, ANN]
    assert await store.chats.get(BEN) is None


async def test_what_was_chosen_while_a_chat_was_being_met_stays(store: Store) -> None:
    read = Chat(GROUP, ChatKind.GROUP, "Old name", language="en")
    await store.chats.save(read)
    await store.chats.save(replace(read, once=False, language="zh"), before=read)
    await store.chats.save(replace(read, title="New name"), before=read)
    await store.chats.save(read, before=read)
    assert await store.chats.get(read.id) == replace(read, title="New name", once=False, language="zh")


async def test_a_chat_first_heard_of_by_its_pause_is_of_its_numbers_kind(store: Store) -> None:
    await store.chats.pause(GROUP, "kicked")
    assert await store.chats.get(GROUP) == Chat(GROUP, ChatKind.GROUP, paused="kicked")


async def test_alerts_are_numbered_and_no_number_comes_twice(store: Store, clock: Clock) -> None:
    one = await store.alerts.add(Alert(0, ANN, "rain snow", UserId(5)))
    two = await store.alerts.add(Alert(0, ANN, "日本", None))
    assert one == Alert(1, ANN, "rain snow", UserId(5), clock.ms)
    assert await store.alerts.remove(ANN, two.id)
    assert not await store.alerts.remove(ANN, two.id)
    three = await store.alerts.add(Alert(0, ANN, "日本", None))
    assert three.id == 3
    assert await store.alerts.of_many([ANN, BEN]) == {ANN: [one, three], BEN: []}
    assert await store.alerts.of(ANN) == [one, three]


async def test_a_migration_moves_all_and_voids_the_claim(store: Store, clock: Clock, redis: Any) -> None:
    feed = await hear(store, GROUP, created_ms=3)
    await store.chats.save(Chat(GROUP, ChatKind.GROUP, "Friends", owner=UserId(5), language="de"))
    alert = await store.alerts.add(Alert(0, GROUP, "rain", None))
    await store.outbox.note_sent(GROUP, ItemId("a.1"), 900)
    first, second = await lay(store, feed.id, 1, GROUP), await lay(store, feed.id, 2, GROUP)
    (stale,) = (await store.outbox.claim(9, 1000)).claims
    assert stale.item == first
    await store.chats.migrate(GROUP, SUPER)
    await store.chats.migrate(GROUP, SUPER)
    assert not await store.outbox.defer(stale, 0)
    (claim,) = (await store.outbox.claim(9, 1000)).claims
    assert (claim.chat, claim.item, claim.attempt) == (SUPER, first, 2)
    assert await store.outbox.settle(claim, 1)
    (claim,) = (await store.outbox.claim(9, 1000)).claims
    assert claim.item == second
    assert await store.feeds.subscribers(feed.id) == [Subscription(SUPER, feed.id, 3)]
    assert await store.chats.subscriptions(SUPER) == [Subscription(SUPER, feed.id, 3)]
    assert await store.alerts.of(SUPER) == [replace(alert, chat=SUPER)]
    moved = await store.chats.get(SUPER)
    assert moved == Chat(SUPER, ChatKind.SUPERGROUP, "Friends", owner=UserId(5), language="de")
    assert await store.outbox.lay(ItemId("a.1"), 0, [Letter(SUPER)]) == 0, "it was sent before the migration"
    assert await store.outbox.sent_as(SUPER, ItemId("a.1")) is None
    assert [name for name in await redis.keys("*") if str(GROUP).encode() in name.split(b":")] == []


async def test_what_is_routed_during_a_migration_reaches_the_new_chat(store: Store) -> None:
    feed = await hear(store, GROUP)
    await lay(store, feed.id, 1, GROUP)
    (claim,) = (await store.outbox.claim(9, 1000)).claims
    await store.chats.migrate(GROUP, SUPER)
    # A router that read the subscriptions before, and a message that was on its way.
    late = await lay(store, feed.id, 2, GROUP)
    assert not await store.outbox.settle(claim, 44)
    (claim,) = (await store.outbox.claim(9, 1000)).claims
    assert (claim.chat, claim.item) == (SUPER, late), "neither lost nor sent again"
    assert await store.outbox.waiting(GROUP) == 0


@pytest.mark.parametrize(("why", "after"), [("by hand", "by hand"), ("kicked", "")])
async def test_a_migration_keeps_a_persons_pause_only(store: Store, why: str, after: str) -> None:
    await hear(store, GROUP)
    await store.chats.pause(GROUP, why)
    await store.chats.migrate(GROUP, SUPER)
    moved = await store.chats.get(SUPER)
    assert moved is not None
    assert moved.paused == after


async def test_a_migration_into_a_chat_that_is_there_keeps_what_it_has(store: Store) -> None:
    feed = await hear(store, GROUP)
    await store.chats.subscribe(Subscription(SUPER, feed.id, 2, title="Ours"))
    await store.alerts.add(Alert(0, GROUP, "old", None))
    await store.alerts.add(Alert(0, SUPER, "new", None))
    await store.chats.save(Chat(SUPER, ChatKind.SUPERGROUP, "New name"))
    await store.chats.migrate(GROUP, SUPER)
    assert [one.title for one in await store.feeds.subscribers(feed.id)] == ["Ours"]
    assert [(one.id, one.query) for one in await store.alerts.of(SUPER)] == [(1, "new"), (2, "old")]
    assert await store.chats.get(SUPER) == Chat(SUPER, ChatKind.SUPERGROUP, "New name")


async def test_an_update_is_handled_once_and_a_poisonous_one_twice(store: Store) -> None:
    assert await store.claims.begin_update(7)
    await store.claims.end_update(7)
    assert not await store.claims.begin_update(7)
    assert [await store.claims.begin_update(8) for _ in range(4)] == [True, True, False, False]


async def test_one_leads_until_it_resigns_or_its_lease_ends(store: Store) -> None:
    assert await store.claims.lead("polling", "one", 60_000)
    assert await store.claims.lead("polling", "one", 60_000)
    assert not await store.claims.lead("polling", "two", 60_000)
    await store.claims.resign("polling", "two")
    assert not await store.claims.lead("polling", "two", 60_000)
    await store.claims.resign("polling", "one")
    assert await store.claims.lead("polling", "two", 1)


async def test_health_tells_when_what_last_went_well(store: Store, clock: Clock) -> None:
    await store.claims.note_health("look")
    clock.forward(5)
    await store.claims.note_health("send")
    assert await store.claims.health() == {"look": clock.ms - 5, "send": clock.ms}


async def test_all_who_hear_a_feed_are_read_in_portions(store: Store) -> None:
    feed = await store.feeds.ensure(URL)
    chats = {ChatId(number) for number in range(1, 1301)}
    for chat in chats:
        await store.chats.subscribe(Subscription(chat, feed.id, 1))
    portions = [some async for some in store.feeds.subscribers_in_portions(feed.id)]
    assert {one.chat for some in portions for one in some} == chats
    assert max(map(len, portions)) < 1300
    assert [some async for some in store.feeds.subscribers_in_portions(FeedId("nobody"))] == [[]]

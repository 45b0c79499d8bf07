"""What is kept of hubs: who is asked when, what is agreed to, and until when a hub is trusted."""

from dataclasses import replace
from typing import Any

import pytest

from bot.items import ChatId, Feed, FeedId, Subscription
from bot.store.client import Store
from bot.store.pushes import DOUBT_MS, Push
from tests.conftest import Clock

URL = "https://a.example/feed"
HUB = "https://hub.example/"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ANN = ChatId(1)


async def heard(store: Store, url: str = URL) -> Feed:
    feed = await store.feeds.ensure(url)
    await store.chats.subscribe(Subscription(ANN, feed.id, 1))
    return feed


async def pushed_until(store: Store, feed_id: FeedId) -> int:
    feed = await store.feeds.get(feed_id)
    assert feed is not None
    return feed.pushed_until_ms


async def asked(store: Store, mode: str = "subscribe") -> Push:
    """Ask the one hub that is due."""
    (push,) = await store.pushes.claim(8, MINUTE)
    if not push.callback:
        push = replace(push, callback=f"{push.feed}{'c' * 32}", secret="s" * 64)
    assert await store.pushes.ask(push, mode, 10 * MINUTE)
    return push


async def agreed(store: Store, lease_ms: int = DAY) -> Push:
    """Subscribe at the one hub that is due."""
    push = await asked(store)
    assert await store.pushes.verify(
        push, "subscribe", push.topic, lease_ms=lease_ms, renew_ms=lease_ms * 8 // 10
    )
    return push


async def test_a_hub_is_asked_once_it_is_named_and_trusted_once_it_has_verified(
    store: Store, clock: Clock
) -> None:
    feed = await heard(store)
    assert await store.pushes.claim(8, MINUTE) == []
    await store.pushes.offer(feed.id, HUB, URL)
    push = await asked(store)
    assert (push.feed, push.hub, push.topic, push.wanted) == (feed.id, HUB, URL, True)
    assert await pushed_until(store, feed.id) == 0
    assert await store.pushes.called(push.callback) == replace(push, failures=1)
    assert await store.pushes.verify(push, "subscribe", URL, lease_ms=DAY, renew_ms=HOUR)
    assert await pushed_until(store, feed.id) == clock.ms + DAY
    assert await store.pushes.count() == 1
    assert await store.pushes.claim(8, MINUTE) == []
    clock.forward(HOUR)
    assert await store.pushes.claim(8, MINUTE) == [push]
    clock.forward(DAY)
    assert await store.pushes.count() == 0


async def test_a_look_does_not_touch_what_the_hub_has_promised(store: Store) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await agreed(store)
    before = await pushed_until(store, feed.id)
    await store.feeds.finish(replace(feed, hub=HUB, hub_topic=URL), 5)
    assert await pushed_until(store, feed.id) == before > 0


@pytest.mark.parametrize(
    ("mode", "topic"), [("unsubscribe", URL), ("subscribe", URL + "/"), ("subscribe", "")]
)
async def test_what_was_not_asked_for_is_not_agreed_to(store: Store, mode: str, topic: str) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await asked(store)
    assert not await store.pushes.verify(push, mode, topic, lease_ms=DAY, renew_ms=HOUR)
    assert not await store.pushes.verify(
        replace(push, callback=push.callback[:-1] + "d"), "subscribe", URL, lease_ms=DAY, renew_ms=HOUR
    )
    assert await pushed_until(store, feed.id) == 0


async def test_nobody_is_known_by_a_callback_that_was_made_up(store: Store) -> None:
    feed = await heard(store)
    assert await store.pushes.called(f"{feed.id}{'x' * 32}") is None
    await store.pushes.offer(feed.id, HUB, URL)
    assert await store.pushes.called(f"{feed.id}") is None
    await asked(store)
    assert await store.pushes.called(f"{feed.id}{'x' * 32}") is None


async def test_a_feed_is_claimed_by_one_and_comes_back_with_its_lease(store: Store, clock: Clock) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    assert len(await store.pushes.claim(8, MINUTE)) == 1
    assert await store.pushes.claim(8, MINUTE) == []
    clock.forward(MINUTE)
    assert len(await store.pushes.claim(8, MINUTE)) == 1


async def test_a_hub_that_does_not_verify_is_asked_again_and_its_renewal_ends_the_trust(
    store: Store, clock: Clock
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await agreed(store)
    clock.forward(DAY * 8 // 10)
    await asked(store)
    assert await pushed_until(store, feed.id) > clock.ms, "the lease that runs is good"
    clock.forward(10 * MINUTE)
    assert (await asked(store)).failures == 1
    assert await pushed_until(store, feed.id) == 0


async def test_a_renewal_that_fails_ends_the_trust_and_one_that_was_verified_meanwhile_does_not(
    store: Store, clock: Clock
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await agreed(store)
    assert not await store.pushes.put_off(push, HOUR)
    assert await pushed_until(store, feed.id) == clock.ms + DAY
    clock.forward(DAY * 8 // 10)
    push = await asked(store)
    assert await store.pushes.put_off(push, HOUR)
    assert await pushed_until(store, feed.id) == 0
    clock.forward(HOUR - 1)
    assert await store.pushes.claim(8, MINUTE) == []
    clock.forward(1)
    assert len(await store.pushes.claim(8, MINUTE)) == 1


async def test_a_hub_that_denies_is_not_trusted_and_asked_much_later(store: Store, clock: Clock) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await agreed(store)
    assert not await store.pushes.deny(push, "https://other.example/", DAY)
    assert await pushed_until(store, feed.id) > 0
    assert await store.pushes.deny(push, URL, DAY)
    assert await pushed_until(store, feed.id) == 0
    assert not await store.pushes.verify(push, "subscribe", URL, lease_ms=DAY, renew_ms=HOUR)
    clock.forward(DAY)
    (again,) = await store.pushes.claim(8, MINUTE)
    assert again.failures == 1


async def test_a_hub_that_misses_twice_is_not_trusted_for_a_day_whatever_it_verifies(
    store: Store, clock: Clock
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await agreed(store, 10 * DAY)
    assert not await store.pushes.missed(feed.id)
    await store.pushes.ping(feed.id, MINUTE)
    assert not await store.pushes.missed(feed.id), "it has pushed in between"
    await store.pushes.taken(feed.id)
    assert not await store.pushes.missed(feed.id), "that was found because it had"
    assert await store.pushes.missed(feed.id)
    assert await pushed_until(store, feed.id) == 0
    assert await store.pushes.verify(push, "subscribe", URL, lease_ms=10 * DAY, renew_ms=DAY)
    assert await pushed_until(store, feed.id) == 0
    clock.forward(DOUBT_MS)
    await agreed(store)
    assert await pushed_until(store, feed.id) > clock.ms


async def test_missing_means_nothing_where_no_hub_has_promised(store: Store, redis: Any) -> None:
    feed = await heard(store)
    assert not await store.pushes.missed(feed.id)
    assert not await store.pushes.missed(feed.id)
    assert not await redis.exists(f"push:{feed.id}")
    assert not await store.pushes.ping(feed.id, MINUTE)


async def test_a_feed_that_nobody_hears_is_not_pushed_and_its_hub_is_told_once(
    store: Store, clock: Clock, redis: Any
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await agreed(store)
    await store.chats.unsubscribe(ANN, feed.id)
    assert await pushed_until(store, feed.id) == 0
    push = await asked(store, "unsubscribe")
    assert not push.wanted
    assert not await store.pushes.verify(push, "subscribe", URL, lease_ms=DAY, renew_ms=HOUR)
    assert await store.pushes.verify(push, "unsubscribe", URL, lease_ms=DAY, renew_ms=HOUR)
    assert not await redis.exists("pushes", "pushed", f"push:{feed.id}")


async def test_what_is_not_wanted_any_more_is_not_agreed_to(store: Store) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await asked(store)
    await store.chats.unsubscribe(ANN, feed.id)
    assert not await store.pushes.verify(push, "subscribe", URL, lease_ms=DAY, renew_ms=HOUR)
    await asked(store, "unsubscribe")
    await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    assert not await store.pushes.verify(push, "unsubscribe", URL, lease_ms=DAY, renew_ms=HOUR)


async def test_a_feed_that_is_wanted_again_in_time_stays_pushed(
    store: Store, clock: Clock, redis: Any
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await agreed(store)
    await store.chats.unsubscribe(ANN, feed.id)
    await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    assert await redis.pttl(f"push:{feed.id}") == -1
    assert await pushed_until(store, feed.id) == clock.ms + DAY
    assert await store.pushes.called(push.callback) == push


async def test_a_hub_that_does_not_hear_of_the_end_is_left(store: Store, clock: Clock, redis: Any) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await agreed(store)
    await store.feeds.forget(feed.id)
    assert not (await asked(store, "unsubscribe")).wanted
    assert await redis.pttl(f"push:{feed.id}") > 0, "whatever happens, it goes"
    clock.forward(10 * MINUTE)
    assert await store.pushes.claim(8, MINUTE) == []
    assert not await redis.exists("pushes", "pushed", f"push:{feed.id}", f"feed:{feed.id}")


async def test_a_hub_that_was_never_asked_is_forgotten_with_the_feed(store: Store, redis: Any) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await store.chats.unsubscribe(ANN, feed.id)
    assert not await redis.exists("pushes", f"push:{feed.id}")


async def test_a_feed_that_is_heard_again_is_pushed_again(store: Store) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await store.feeds.finish(replace(feed, hub=HUB, hub_topic=URL), 5)
    await store.chats.unsubscribe(ANN, feed.id)
    assert await store.pushes.claim(8, MINUTE) == []
    await heard(store)
    assert (await asked(store)).hub == HUB


async def test_an_offer_before_anybody_hears_the_feed_waits_for_that(store: Store) -> None:
    feed = await store.feeds.ensure(URL)
    await store.pushes.offer(feed.id, HUB, URL)
    await store.feeds.finish(replace(feed, hub=HUB, hub_topic=URL), 5)
    assert await store.pushes.claim(8, MINUTE) == []
    await heard(store)
    assert (await asked(store)).wanted


async def test_a_hub_that_is_named_by_turns_is_neither_left_nor_asked_by_turns(
    store: Store, clock: Clock
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await agreed(store)
    for _ in range(3):
        await store.pushes.withdraw(feed.id)
        assert await pushed_until(store, feed.id) == 0
        clock.forward(10 * MINUTE)
        assert await store.pushes.claim(8, MINUTE) == []
        await store.pushes.offer(feed.id, HUB, URL)
        assert await pushed_until(store, feed.id) > clock.ms
        assert await store.pushes.claim(8, MINUTE) == []
    await store.pushes.withdraw(feed.id)
    clock.forward(HOUR)
    assert not (await asked(store, "unsubscribe")).wanted


async def test_another_hub_is_asked_with_another_secret_and_not_at_every_look(
    store: Store, clock: Clock
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    first = await agreed(store)
    await store.pushes.offer(feed.id, "https://two.example/", URL)
    assert await pushed_until(store, feed.id) == 0
    assert await store.pushes.called(first.callback) is None
    assert await store.pushes.claim(8, MINUTE) == []
    clock.forward(HOUR)
    (second,) = await store.pushes.claim(8, MINUTE)
    assert (second.hub, second.callback, second.secret) == ("https://two.example/", "", "")
    assert not await store.pushes.ask(first, "subscribe", MINUTE)


async def test_saying_again_what_is_known_changes_nothing(store: Store, clock: Clock) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await agreed(store)
    await store.pushes.offer(feed.id, HUB, URL)
    assert await pushed_until(store, feed.id) == clock.ms + DAY
    assert await store.pushes.called(push.callback) is not None
    assert await store.pushes.claim(8, MINUTE) == []


async def test_a_ping_makes_a_feed_due_no_later_than_it_was_and_only_if_it_is_heard(
    store: Store, clock: Clock
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await store.feeds.finish(feed, clock.ms + HOUR)
    assert await store.pushes.ping(feed.id, MINUTE)
    assert await store.feeds.next_due_ms() == clock.ms + MINUTE
    await store.pushes.ping(feed.id, HOUR)
    assert await store.feeds.next_due_ms() == clock.ms + MINUTE
    await store.chats.unsubscribe(ANN, feed.id)
    assert not await store.pushes.ping(feed.id, MINUTE)
    assert await store.feeds.next_due_ms() is None


async def test_a_feed_whose_push_is_taken_in_is_due_when_it_was(store: Store, clock: Clock) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    due_ms = clock.ms + HOUR
    await store.feeds.finish(feed, due_ms)
    await store.pushes.taken(feed.id)
    assert await store.feeds.next_due_ms() == due_ms
    for within_ms in (MINUTE, MINUTE // 6):
        await store.pushes.ping(feed.id, within_ms)
        clock.forward(1000)
    await store.pushes.taken(feed.id)
    assert await store.feeds.next_due_ms() == due_ms
    await store.pushes.ping(feed.id, MINUTE)
    await store.feeds.finish(feed, due_ms + HOUR)
    await store.pushes.taken(feed.id)
    assert await store.feeds.next_due_ms() == due_ms + HOUR, "a look has set another time"
    await store.pushes.taken(feed.id)
    assert await store.feeds.next_due_ms() == due_ms + HOUR

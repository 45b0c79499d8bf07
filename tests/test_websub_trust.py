"""What follows where a hub is not trusted any more, or another one is named: its feed is polled at once."""

from dataclasses import replace

import pytest

from bot.store.client import Store
from bot.store.pushes import SILENT_MS, Push
from tests.conftest import Clock
from tests.test_websub_store import ANN, DAY, HOUR, HUB, MINUTE, URL, agreed, asked, heard, pushed_until


async def ends(store: Store, push: Push, how: str, clock: Clock) -> None:
    """Let the trust in a hub end."""
    match how:
        case "denied":
            await store.pushes.deny(push, URL, DAY)
        case "missed":
            for _ in range(2):
                await store.pushes.missed(push.feed)
        case "elsewhere" | "nowhere":
            await store.pushes.reach("https://two.example" if how == "elsewhere" else "")
        case "unreached":
            clock.forward(SILENT_MS)
            await store.pushes.stay("")
        case _:
            clock.forward(DAY * 8 // 10)
            await asked(store)
            if how == "not taken":
                await store.pushes.put_off(push, HOUR)
            else:
                clock.forward(HOUR)
                await asked(store)


@pytest.mark.parametrize(
    "how", ["denied", "missed", "elsewhere", "nowhere", "unreached", "not taken", "not verified"]
)
async def test_where_a_hub_is_not_trusted_any_more_its_feed_is_polled_at_once(
    store: Store, clock: Clock, how: str
) -> None:
    await store.pushes.reach("https://one.example")
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await agreed(store)
    await store.feeds.finish(feed, clock.ms + 3 * DAY)
    await ends(store, push, how, clock)
    assert await pushed_until(store, feed.id) == 0
    due_ms = await store.feeds.next_due_ms()
    assert due_ms is not None
    assert due_ms <= clock.ms + 10 * MINUTE


async def test_a_feed_that_is_being_looked_at_is_not_handed_out_again_when_its_hub_fails(
    store: Store, clock: Clock
) -> None:
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    push = await agreed(store)
    assert (await store.feeds.claim_due(8, MINUTE)).feeds
    await store.pushes.deny(push, URL, DAY)
    assert not (await store.feeds.claim_due(8, MINUTE)).feeds
    await store.chats.unsubscribe(ANN, feed.id)
    assert await store.feeds.next_due_ms() is None


async def test_at_another_address_hubs_that_refused_are_asked_at_once(store: Store) -> None:
    feed = await heard(store)
    await store.pushes.reach("https://wrong.example")
    await store.pushes.offer(feed.id, HUB, URL)
    push = await asked(store)
    await store.pushes.put_off(push, 8 * DAY)
    await store.pushes.reach("https://right.example")
    assert (await asked(store)).failures == 0


async def test_a_feed_that_names_two_hubs_by_turns_asks_one_an_hour(store: Store, clock: Clock) -> None:
    feed = await heard(store)
    times = 0
    for turn in range(6 * 5):
        await store.pushes.offer(feed.id, f"https://{turn % 2}.example/", URL)
        for push in await store.pushes.claim(8, MINUTE):
            named = replace(push, callback=f"{push.feed}{'c' * 32}", secret="s" * 64)
            assert await store.pushes.ask(named, "subscribe", DAY)
            times += 1
        clock.forward(10 * MINUTE)
    assert times == 5


async def test_the_trust_in_hubs_lasts_while_somebody_can_be_pushed_to_and_returns_with_him(
    store: Store, clock: Clock
) -> None:
    await store.pushes.reach("https://one.example")
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await agreed(store, 10 * DAY)
    for _ in range(20):
        clock.forward(SILENT_MS - 1)
        assert await store.pushes.stay("https://one.example") == 0
        clock.forward(SILENT_MS - 1)
        for other in "", "https://two.example":
            assert await store.pushes.stay(other) == 0
    assert await pushed_until(store, feed.id) > 0
    await store.pushes.reach("")
    assert await pushed_until(store, feed.id) == 0
    assert await store.pushes.claim(8, MINUTE) == []
    await store.pushes.stay("https://one.example")
    await agreed(store)
    assert await pushed_until(store, feed.id) > 0


async def test_what_hubs_pushed_while_nobody_was_there_is_looked_for_soon(store: Store, clock: Clock) -> None:
    await store.pushes.reach("https://one.example")
    feed = await heard(store)
    await store.pushes.offer(feed.id, HUB, URL)
    await agreed(store, 10 * DAY)
    later_ms = clock.ms + 3 * DAY
    await store.feeds.finish(feed, later_ms)
    clock.forward(SILENT_MS - 1)
    await store.pushes.reach("https://one.example")
    assert await store.feeds.next_due_ms() == later_ms
    clock.forward(SILENT_MS)
    await store.pushes.reach("https://one.example")
    assert (await store.feeds.next_due_ms() or later_ms) <= clock.ms + 10 * MINUTE
    assert await pushed_until(store, feed.id) > 0

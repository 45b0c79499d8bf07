"""Edits of sent messages, floods, lost chats and stories, on a real server with a clock of our own."""

from itertools import pairwise
from typing import Any

from bot.items import Alert, Chat, ChatId, ChatKind, FeedId, Hit, ItemId, Subscription
from bot.store import keys
from bot.store.client import Store
from bot.store.edits import EditClaim
from bot.store.outbox import Claim, Letter, Met
from tests.conftest import Clock

ANN, BEN, CHANNEL = ChatId(11), ChatId(12), ChatId(-1001)
LEASE_MS = 30_000
DAY_MS = 86_400_000


def item(number: int, feed: str = "feedfeedfee") -> ItemId:
    return ItemId(f"{feed}.{number:011d}")


async def claim_one(store: Store) -> Claim:
    (claim,) = (await store.outbox.claim(1, LEASE_MS)).claims
    return claim


async def send(store: Store, number: int, *chats: ChatId) -> None:
    """Send an item to chats that want corrections."""
    for chat in chats:
        await store.chats.save(Chat(chat, corrections=True))
    await store.outbox.lay(item(number), number, [Letter(chat) for chat in chats])
    for claim in (await store.outbox.claim(100, LEASE_MS)).claims:
        await store.outbox.settle(claim, 500 + number)


async def sent_to(store: Store, chats: list[ChatId]) -> list[ChatId]:
    return [chat for chat in chats if await store.outbox.sent_as(chat, item(1))]


async def lay_edit(store: Store, number: int, *chats: ChatId, what: str = "text") -> int:
    return await store.edits.lay(item(number), what, [Letter(chat) for chat in chats])


async def edits(store: Store, limit: int = 100) -> list[EditClaim]:
    return list(await store.edits.claim(limit, LEASE_MS))


async def day(store: Store, redis: Any, what: str) -> int:
    return int(await redis.hget(f"tally:{await store.now_ms() // DAY_MS}", what) or 0)


async def test_an_edit_is_laid_for_whoever_was_sent_the_item_and_nobody_else(store: Store) -> None:
    await send(store, 1, ANN, CHANNEL)
    assert await lay_edit(store, 1, ANN, BEN, CHANNEL) == 2
    found = await edits(store)
    assert {(one.chat, one.item, one.message_id) for one in found} == {
        (ANN, item(1), 501),
        (CHANNEL, item(1), 501),
    }
    assert not any(one.new_picture for one in found)


async def test_corrections_are_for_channels_and_whoever_else_wants_them(store: Store) -> None:
    kinds = {ANN: Chat(ANN), BEN: Chat(BEN, corrections=True), CHANNEL: Chat(CHANNEL, ChatKind.CHANNEL)}
    no = ChatId(-1002)
    kinds[no] = Chat(no, ChatKind.CHANNEL, corrections=False)
    await send(store, 1, *kinds)
    for chat in kinds.values():
        await store.chats.save(chat)
    assert await lay_edit(store, 1, *kinds) == 2
    assert {one.chat for one in await edits(store)} == {
        chat for chat in kinds if kinds[chat].wants_corrections
    }


async def test_what_waits_in_its_lane_needs_no_edit(store: Store) -> None:
    await store.outbox.lay(item(1), 1, [Letter(ANN)])
    assert await lay_edit(store, 1, ANN) == 0


async def test_what_is_on_its_way_is_edited_once_it_has_arrived(store: Store, clock: Clock) -> None:
    await store.chats.save(Chat(ANN, corrections=True))
    await store.outbox.lay(item(1), 1, [Letter(ANN)])
    claim = await claim_one(store)
    assert await lay_edit(store, 1, ANN) == 1
    assert await edits(store) == []
    clock.forward(5_000)
    assert await edits(store) == []
    await store.outbox.settle(claim, 9)
    clock.forward(5_000)
    assert [one.message_id for one in await edits(store)] == [9]


async def test_what_left_its_lane_unsent_is_not_waited_for_to_be_edited(
    store: Store, clock: Clock, redis: Any
) -> None:
    await store.chats.save(Chat(ANN, corrections=True))
    await store.outbox.lay(item(1), 1, [Letter(ANN)])
    await claim_one(store)
    assert await lay_edit(store, 1, ANN) == 1
    await store.chats.unsubscribe(ANN, FeedId("feedfeedfee"))
    clock.forward(5_000)
    assert await edits(store) == []
    assert not await redis.exists("edits", "edits:notes")


async def test_an_edit_that_is_done_is_over_and_a_dead_workers_comes_back(
    store: Store, clock: Clock, redis: Any
) -> None:
    await send(store, 1, ANN)
    await lay_edit(store, 1, ANN)
    assert len(await edits(store)) == 1
    assert await edits(store) == []
    clock.forward(LEASE_MS)
    (again,) = await edits(store)
    await store.edits.finish(again, done=True)
    clock.forward(LEASE_MS)
    assert await edits(store) == []
    assert not await redis.exists("edits", "edits:notes")
    assert await day(store, redis, "edited") == 1


async def test_a_correction_that_came_during_the_edit_is_not_lost(store: Store, clock: Clock) -> None:
    await send(store, 1, ANN)
    await lay_edit(store, 1, ANN)
    (first,) = await edits(store)
    await store.edits.lay(item(1), "media", [Letter(ANN, (Hit(1, "quake", ("quake",)),))])
    await store.edits.finish(first, done=True)
    clock.forward(5_000)
    (second,) = await edits(store)
    assert second.new_picture
    assert second.hits == (Hit(1, "quake", ("quake",)),)


async def test_a_correction_like_the_one_before_that_came_during_its_edit_is_not_lost(
    store: Store, clock: Clock
) -> None:
    await send(store, 1, ANN)
    await lay_edit(store, 1, ANN, what="media")
    (first,) = await edits(store)
    await lay_edit(store, 1, ANN)
    await store.edits.finish(first, done=True)
    clock.forward(5_000)
    (second,) = await edits(store)
    assert (second.new_picture, second.hits) == (True, ())
    await store.edits.finish(second, done=True)
    clock.forward(LEASE_MS)
    assert await edits(store) == []


async def test_edits_have_a_budget_of_their_own_within_the_bots(store: Store, clock: Clock) -> None:
    for number in range(10):
        await send(store, number, CHANNEL)
        await store.outbox.note_sent(CHANNEL, item(number), 500 + number)
        await lay_edit(store, number, CHANNEL)
    clock.forward(60_000)
    times: list[int] = []
    start = clock.ms
    while clock.ms < start + 60_000:
        for one in await edits(store):
            times.append(clock.ms - start)
            await store.edits.finish(one, done=True)
        clock.forward(50)
    assert times[:3] == [0, 300, 600], "one at a time, three after a rest"
    assert all(after - before >= 3_350 for before, after in pairwise([0, *times[3:]]))
    await store.outbox.lay(item(99), 99, [Letter(CHANNEL)])
    assert (await claim_one(store)).item == item(99), "news is not held up by edits"


async def test_a_claim_says_when_edits_are_due_and_news_goes_first(store: Store, clock: Clock) -> None:
    assert (await store.outbox.claim(9, LEASE_MS)).edit_ms is None
    chats = [ChatId(number) for number in range(1, 30)]
    while len(await sent_to(store, chats)) < len(chats):
        await send(store, 1, *chats)
        clock.forward(200)
    await lay_edit(store, 1, *chats)
    claimed = await store.outbox.claim(9, LEASE_MS)
    assert claimed.edit_ms == 0
    assert len(await edits(store)) == 1, "of 30 messages a second 29 are spent"


async def test_a_held_or_paused_chat_is_not_edited_in(store: Store, clock: Clock) -> None:
    await send(store, 1, ANN, BEN)
    await lay_edit(store, 1, ANN, BEN)
    await store.outbox.hold(ANN, 3_600_000)
    await store.chats.pause(BEN, "blocked")
    assert await edits(store) == []
    clock.forward(3_600_000)
    assert [one.chat for one in await edits(store)] == [ANN]


async def test_a_replys_edit_shares_the_budget_of_edits(store: Store) -> None:
    assert [await store.outbox.reserve(ANN, edit=True) for _ in range(4)] == [0, 0, 0, 1000]
    assert await store.outbox.reserve(ANN) == 0, "messages have a budget of their own"


async def test_a_chats_pace_goes_down_after_a_flood_and_recovers(store: Store, clock: Clock) -> None:
    for number in range(60):
        await store.outbox.lay(item(number), number, [Letter(ANN)])
    await store.outbox.defer(await claim_one(store), 5_000, counts=False, met=Met.FLOOD)
    clock.forward(5_000)
    times: list[int] = []
    while len(times) < 40:
        claimed = await store.outbox.claim(9, LEASE_MS)
        for claim in claimed.claims:
            times.append(clock.ms)
            await store.outbox.settle(claim, len(times))
        clock.forward(max(1, claimed.wait_ms))
    gaps = [after - before for before, after in pairwise(times)]
    assert 1_200 <= gaps[0] <= 1_250, "slower than before, and nothing at once"
    assert gaps[-1] == 1_000


async def test_a_flood_of_the_whole_bot_slows_all_of_it(store: Store, clock: Clock) -> None:
    await store.outbox.lay(item(1), 1, [Letter(ChatId(number)) for number in range(1, 100)])
    await store.outbox.hold(None, 1_000, flood=True)
    clock.forward(1_000)
    start, sent = clock.ms, 0
    while clock.ms < start + 1_000:
        claimed = await store.outbox.claim(100, LEASE_MS)
        sent += len(claimed.claims)
        clock.forward(max(1, claimed.wait_ms))
    assert sent == 24


async def test_a_clock_set_back_an_hour_stops_nobody(store: Store, clock: Clock) -> None:
    for number in (1, 2):
        await store.outbox.lay(item(number), number, [Letter(ANN), Letter(CHANNEL)])
    for claim in (await store.outbox.claim(9, LEASE_MS)).claims:
        await store.outbox.settle(claim, 1)
    held_until = clock.ms + 7_200_000
    await store.outbox.lay(item(1), 1, [Letter(BEN)])
    await store.outbox.hold(BEN, 7_200_000)
    assert await store.claims.lead("route", "dead", 20_000)
    clock.forward(-3_600_000)
    claimed = await store.outbox.claim(9, LEASE_MS)
    assert claimed.back_ms == 3_600_000
    chats = {claim.chat for claim in claimed.claims}
    clock.forward(10_000)
    chats |= {claim.chat for claim in (await store.outbox.claim(9, LEASE_MS)).claims}
    assert chats == {ANN, CHANNEL}
    assert await store.claims.lead("route", "alive", 20_000)
    clock.ms = held_until - 3_600_000
    assert BEN in {claim.chat for claim in (await store.outbox.claim(9, LEASE_MS)).claims}


async def test_keys_that_hold_something_else_stop_their_own_chat_only(store: Store, redis: Any) -> None:
    await store.outbox.lay(item(1), 1, [Letter(ANN), Letter(BEN)])
    await redis.delete(keys.lane(ANN))
    await redis.set(keys.lane(ANN), "something else")
    claimed = await store.outbox.claim(9, LEASE_MS)
    assert [claim.chat for claim in claimed.claims] == [BEN]
    ((chat, why),) = claimed.broken
    assert (chat, "WRONGTYPE" in why) == (ANN, True)
    assert (await store.outbox.claim(9, LEASE_MS)).broken == (), "told once"
    assert await store.outbox.lay(item(2), 2, [Letter(ANN), Letter(BEN)]) == 1


async def test_unreadable_wishes_are_the_usual_ones(store: Store, redis: Any) -> None:
    await store.outbox.lay(item(1), 1, [Letter(ANN)])
    await redis.hset("feed:feedfeedfee:chats", ANN, "{not json")
    await redis.hset(keys.lane_notes(ANN), item(1), "nor this")
    claim = await claim_one(store)
    assert claim.wishes is not None
    assert claim.wishes.subscription is not None
    assert not claim.wishes.subscription.paused
    assert claim.hits == ()


async def test_a_chat_lost_for_thirty_days_is_forgotten_and_its_feeds_with_it(
    store: Store, clock: Clock, redis: Any
) -> None:
    feed = await store.feeds.ensure("https://example.org/feed")
    await store.chats.save(Chat(CHANNEL, ChatKind.CHANNEL, username="News"))
    await store.chats.subscribe(Subscription(CHANNEL, feed.id, clock.ms))
    await store.alerts.add(Alert(0, CHANNEL, "quake", None))
    await store.outbox.lay(item(1), 1, [Letter(CHANNEL)])
    assert await store.chats.pause(CHANNEL, "kicked")
    assert not await store.chats.pause(CHANNEL, "blocked"), "it was lost already"
    clock.forward(30 * DAY_MS - 1)
    assert await store.chats.abandon() == []
    assert len(await store.chats.subscriptions(CHANNEL)) == 1
    clock.forward(1)
    assert await store.chats.abandon() == [CHANNEL]
    assert await store.chats.get(CHANNEL) is None
    assert await store.chats.by_username("news") is None
    assert await store.alerts.of(CHANNEL) == list[Alert]()
    assert await store.feeds.all_ids() == []
    assert not [key for key in await redis.keys("*") if b"1001" in key]


async def test_a_chat_that_came_back_is_not_forgotten(store: Store, clock: Clock) -> None:
    await store.chats.save(Chat(ANN))
    await store.chats.pause(ANN, "blocked")
    await store.chats.resume(ANN)
    await store.chats.pause(ANN, "by hand", lost=False)
    clock.forward(40 * DAY_MS)
    assert await store.chats.abandon() == []
    assert await store.chats.get(ANN) is not None


async def test_a_story_is_known_for_two_days(store: Store, clock: Clock) -> None:
    await store.outbox.lay(item(1), 1, [Letter(ANN)])
    await store.outbox.settle(await claim_one(store), 1, stories=(7, -8))
    assert await store.outbox.told(ANN, (7, -8, 9)) == [True, True, False]
    assert await store.outbox.told(BEN, (7,)) == [False]
    clock.forward(2 * DAY_MS + 1)
    await store.outbox.lay(item(2), 2, [Letter(ANN)])
    await store.outbox.settle(await claim_one(store), 2, stories=(9,))
    assert await store.outbox.told(ANN, (7, -8, 9)) == [False, False, True]


async def test_the_day_counts_what_became_of_items(store: Store, clock: Clock, redis: Any) -> None:
    await store.outbox.lay(item(1), 1, [Letter(ChatId(number)) for number in range(1, 6)])
    claims = (await store.outbox.claim(9, LEASE_MS)).claims
    await store.outbox.settle(claims[0], 1)
    await store.outbox.settle(claims[1], 1, found=True)
    await store.outbox.park(claims[2], "too long")
    await store.outbox.park(claims[3], "told before", unasked=True, tally="same")
    await store.outbox.defer(claims[4], 1000, met=Met.FLOOD)
    counts = {what: await day(store, redis, what) for what in ("sent", "found", "parked", "same", "flooded")}
    assert counts == dict.fromkeys(counts, 1)
    assert await redis.zrange("troubles", 0, -1) == [f"{one.chat} {one.item}".encode() for one in claims[2:4]]

"""The outbox: limits, leases, order and fairness, on a real server with a clock of our own."""

from collections import Counter
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from bot.deliver.sender import ANSWER_WAIT_S
from bot.items import ChatId, Hit, ItemId
from bot.store import keys
from bot.store.client import Store
from bot.store.outbox import Claim, Letter, limits
from tests.conftest import Clock

ANN, BEN = ChatId(11), ChatId(12)
GROUP = ChatId(-1001)
LEASE_MS = 30_000


def item(number: int, feed: str = "feedfeedfee") -> ItemId:
    return ItemId(f"{feed}.{number:011d}")


async def lay(store: Store, number: int, *chats: ChatId) -> int:
    return await store.outbox.lay(item(number), number, [Letter(chat) for chat in chats])


async def claim_one(store: Store) -> Claim:
    (claim,) = (await store.outbox.claim(1, LEASE_MS)).claims
    return claim


async def nothing_claimed(store: Store) -> bool:
    return not (await store.outbox.claim(100, LEASE_MS)).claims


async def drain(store: Store, clock: Clock, *, until_ms: int) -> list[tuple[int, Claim]]:
    """Claim and settle whatever may be, until ``until_ms``; return it with its time."""
    sent: list[tuple[int, Claim]] = []
    while clock.ms < until_ms:
        claimed = await store.outbox.claim(100, LEASE_MS)
        for claim in claimed.claims:
            sent.append((clock.ms, claim))
            assert await store.outbox.settle(claim, len(sent))
        if not claimed.claims:
            clock.forward(max(1, claimed.wait_ms))
    return sent


def busiest(times: list[int], window_ms: int) -> int:
    """Return how many of ``times`` lie within one half-open window at most."""
    return max(sum(start <= time < start + window_ms for time in times) for start in times)


async def test_items_go_out_in_their_order_whatever_order_they_came_in(store: Store, clock: Clock) -> None:
    for number in (3, 1, 2):
        await lay(store, number, ANN)
    sent = await drain(store, clock, until_ms=clock.ms + 5000)
    assert [claim.item for _, claim in sent] == [item(1), item(2), item(3)]


async def test_laying_twice_queues_once_whether_it_waits_was_sent_or_was_parked(store: Store) -> None:
    assert await lay(store, 1, ANN, BEN) == 2
    assert await lay(store, 1, ANN, BEN, GROUP) == 1
    first, second = (await store.outbox.claim(2, LEASE_MS)).claims
    await store.outbox.settle(first, 1)
    await store.outbox.park(second, "too long")
    assert await lay(store, 1, first.chat, second.chat) == 0
    assert await store.outbox.waiting(first.chat) == await store.outbox.waiting(second.chat) == 0


async def test_a_chat_has_one_message_in_flight_even_when_more_is_laid(store: Store) -> None:
    await lay(store, 1, ANN)
    await claim_one(store)
    await lay(store, 2, ANN)
    assert await nothing_claimed(store)


async def test_hits_travel_with_the_item(store: Store) -> None:
    hit = Hit(3, "中文 Ünïcode", ("中文", "\ud800"))
    await store.outbox.lay(item(1), 1, [Letter(ANN, (hit,)), Letter(BEN)])
    found = {claim.chat: claim.hits for claim in (await store.outbox.claim(2, LEASE_MS)).claims}
    assert found == {ANN: (Hit(3, "中文 Ünïcode", ("中文", "?")),), BEN: ()}


async def test_a_dead_workers_chat_comes_back_after_the_lease_and_the_attempt_counts(
    store: Store, clock: Clock
) -> None:
    await lay(store, 1, ANN)
    first = await claim_one(store)
    clock.forward(LEASE_MS - 1)
    assert await nothing_claimed(store)
    clock.forward(1)
    second = await claim_one(store)
    assert (first.attempt, second.attempt) == (1, 2)
    assert (second.item, second.token != first.token) == (first.item, True)


async def test_a_stale_claim_records_the_delivery_and_leaves_the_chat_to_its_holder(
    store: Store, clock: Clock
) -> None:
    await lay(store, 1, ANN)
    await lay(store, 2, ANN)
    stale = await claim_one(store)
    clock.forward(LEASE_MS)
    holder = await claim_one(store)
    assert not await store.outbox.park(stale, "no")
    assert not await store.outbox.defer(stale, 0)
    assert not await store.outbox.settle(stale, 41)
    assert await store.outbox.sent_as(ANN, item(1)) == 41
    assert await nothing_claimed(store), "the holder's message is still in flight"
    assert await store.outbox.settle(holder, 42)
    clock.forward(3000)
    assert (await claim_one(store)).item == item(2)


async def test_a_late_answer_still_settles_when_nobody_else_claimed(store: Store, clock: Clock) -> None:
    await lay(store, 1, ANN)
    claim = await claim_one(store)
    clock.forward(2 * LEASE_MS)
    assert await store.outbox.settle(claim, 7)
    assert await nothing_claimed(store)


async def test_settling_twice_settles_once(store: Store, clock: Clock) -> None:
    await lay(store, 1, ANN)
    await lay(store, 2, ANN)
    first = await claim_one(store)
    assert await store.outbox.settle(first, 5)
    clock.forward(1000)
    await claim_one(store)
    assert not await store.outbox.settle(first, 5)
    assert await nothing_claimed(store)


async def test_a_parked_item_tells_why_and_the_next_one_follows(store: Store, clock: Clock) -> None:
    await lay(store, 1, ANN)
    await lay(store, 2, ANN)
    assert await store.outbox.park(await claim_one(store), "message is too long")
    assert await store.outbox.parked(ANN) == {item(1): "message is too long"}
    assert (await claim_one(store)).item == item(2)


async def test_a_deferred_item_stays_first_and_waits(store: Store, clock: Clock) -> None:
    await lay(store, 2, ANN)
    claim = await claim_one(store)
    await lay(store, 1, BEN)
    until = clock.ms + 43_837_000
    assert await store.outbox.defer(claim, 43_837_000)
    await lay(store, 3, ANN)
    assert (await claim_one(store)).chat == BEN, "a flood wait of one chat is no other's"
    clock.ms = until - 1
    assert {one.chat for one in (await store.outbox.claim(9, LEASE_MS)).claims} == {BEN}
    clock.ms = until
    again = await claim_one(store)
    assert (again.item, again.attempt) == (item(2), 2)
    clock.forward(1)
    await store.outbox.defer(again, 0, counts=False)
    clock.forward(1000)
    assert (await claim_one(store)).attempt == 2


async def test_a_hold_of_the_bot_stops_everybody_until_then(store: Store, clock: Clock) -> None:
    await lay(store, 1, ANN, BEN, GROUP)
    claim = await claim_one(store)
    await store.outbox.hold(None, 5000)
    await store.outbox.defer(claim, 0)
    await store.outbox.hold(None, 1000)
    clock.forward(4999)
    assert await nothing_claimed(store)
    assert await store.outbox.reserve(BEN) == 1
    clock.forward(1)
    assert len((await store.outbox.claim(9, LEASE_MS)).claims) == 3


async def test_a_paused_chat_is_never_claimed_and_hears_all_it_missed(store: Store, clock: Clock) -> None:
    await lay(store, 1, ANN)
    await store.chats.pause(ANN, "blocked")
    assert await lay(store, 2, ANN) == 1
    assert await nothing_claimed(store)
    await store.chats.resume(ANN)
    sent = await drain(store, clock, until_ms=clock.ms + 3000)
    assert [claim.item for _, claim in sent] == [item(1), item(2)]


async def test_resuming_a_chat_in_flight_does_not_hand_it_out_twice(store: Store, clock: Clock) -> None:
    await lay(store, 1, ANN)
    claim = await claim_one(store)
    await store.chats.pause(ANN, "by hand")
    await store.chats.resume(ANN)
    assert await nothing_claimed(store)
    await store.chats.pause(ANN, "by hand")
    await lay(store, 2, ANN)
    assert await store.outbox.settle(claim, 1)
    assert await nothing_claimed(store)
    await store.chats.resume(ANN)
    assert (await claim_one(store)).item == item(2)


async def test_a_sample_sent_outside_the_lane_is_not_sent_again(store: Store) -> None:
    await lay(store, 1, ANN)
    await store.outbox.note_sent(ANN, item(1), 77)
    assert await nothing_claimed(store)
    assert await lay(store, 1, ANN) == 0
    assert await store.outbox.sent_as(ANN, item(1)) == 77
    assert await store.outbox.sent_as(ANN, item(2)) is None


async def test_file_ids_belong_to_one_bot(store: Store) -> None:
    await store.outbox.keep_file_id(1, "digest", "AgAD")
    assert await store.outbox.file_id(1, "digest") == "AgAD"
    assert await store.outbox.file_id(2, "digest") is None


async def test_bad_addresses_belong_to_one_bot_and_are_not_bad_for_ever(store: Store) -> None:
    assert not await store.outbox.is_bad_address(1, "digest")
    await store.outbox.note_bad_address(1, "digest")
    assert await store.outbox.is_bad_address(1, "digest")
    assert not await store.outbox.is_bad_address(2, "digest")
    assert 2 * 86_400 < await store.outbox._door.do("TTL", keys.bad(1, "digest")) <= 3 * 86_400


async def test_no_minute_of_a_group_holds_more_than_20(store: Store, clock: Clock) -> None:
    for number in range(101):
        await lay(store, number, GROUP)
    start = clock.ms
    sent = await drain(store, clock, until_ms=start + 360_000)
    times = [time for time, _ in sent]
    assert [claim.item for _, claim in sent] == [item(number) for number in range(101)]
    assert busiest(times, 60_000) == 20
    assert times[2] == start, "after a rest some go at once"
    assert max(after - before for before, after in pairwise(times)) <= 9_000, "a reply never waits for long"
    assert 100 / (times[-1] - start) * 60_000 >= 0.98 * 20


async def test_a_private_chat_hears_one_a_second_after_a_burst_of_three(store: Store, clock: Clock) -> None:
    for number in range(10):
        await lay(store, number, ANN)
    start = clock.ms
    times = [time for time, _ in await drain(store, clock, until_ms=start + 15_000)]
    assert times[:3] == [start] * 3
    assert [after - before for before, after in pairwise(times[2:])] == [1000] * 7


@pytest.mark.parametrize("late_ms", [0, 3])
@pytest.mark.parametrize("way_ms", [0, 5, 12])
async def test_no_second_at_telegram_holds_more_than_the_rate_and_98_percent_of_it_is_used(
    clock: Clock, store: Store, late_ms: int, way_ms: int
) -> None:
    dice = Random(7)
    await lay(store, 1, *[ChatId(number) for number in range(1, 500)])
    start, arrivals, answers = clock.ms, list[int](), list[tuple[int, Claim]]()
    while clock.ms < start + 10_000:
        claimed = await store.outbox.claim(32 - len(answers), LEASE_MS)
        for claim in claimed.claims:
            arrivals.append(clock.ms + dice.randint(0, way_ms))
            answers.append((clock.ms + way_ms, claim))
        wake_ms = clock.ms + max(1, claimed.wait_ms) + late_ms
        for back_ms, claim in sorted(answers, key=lambda one: one[0]):
            if back_ms <= wake_ms:
                clock.ms = max(clock.ms, back_ms)
                await store.outbox.settle(claim, 1)
                answers.remove((back_ms, claim))
        clock.ms = wake_ms
    assert busiest(arrivals, 1000) <= 30
    assert len(arrivals) >= (0.98 if late_ms + way_ms <= 12 else 0.97) * 30 * 10


async def test_the_longest_ready_goes_first_and_ten_thousand_waiting_delay_nobody(
    store: Store, clock: Clock
) -> None:
    flooded = ChatId(7)
    for number in range(300):
        await lay(store, number, flooded)
    clock.forward(1)
    others = [ChatId(number) for number in range(100, 160)]
    await lay(store, 1000, *others)
    sent = await drain(store, clock, until_ms=clock.ms + 4000)
    first = {claim.chat: time for time, claim in reversed(sent)}
    assert set(others) <= set(first)
    assert max(first[chat] for chat in others) - sent[0][0] <= 3 * 1100
    assert Counter(claim.chat for _, claim in sent)[flooded] <= 3 + 4


async def test_replies_go_first_and_share_the_budget(store: Store, clock: Clock) -> None:
    await lay(store, 1, *[ChatId(number) for number in range(100, 200)])
    start = clock.ms
    times = [start] * len((await store.outbox.claim(100, LEASE_MS)).claims)
    waits = [await store.outbox.reserve(ChatId(number)) for number in range(200, 230)]
    assert waits == [0] * (30 - len(times)) + [1000] * len(times)
    times += [start + wait for wait in waits]
    while clock.ms < start + 4000:
        claimed = await store.outbox.claim(100, LEASE_MS)
        times += [clock.ms] * len(claimed.claims)
        clock.forward(max(1, claimed.wait_ms))
    assert busiest(times, 1000) <= 30
    assert len(times) == 120


async def test_what_may_go_does_not_all_go_at_once(store: Store, clock: Clock) -> None:
    await lay(store, 1, *[ChatId(number) for number in range(100, 200)])
    start, times = clock.ms, list[int]()
    while clock.ms < start + 3000:
        claimed = await store.outbox.claim(100, LEASE_MS)
        times += [clock.ms] * len(claimed.claims)
        clock.forward(max(1, claimed.wait_ms))
    assert busiest(times, 200) == 9
    assert sum(time < start + 1000 for time in times) == 30


async def test_a_reply_counts_against_its_chat(store: Store, clock: Clock) -> None:
    assert [await store.outbox.reserve(ANN) for _ in range(4)] == [0, 0, 0, 1000]
    await lay(store, 1, ANN)
    clock.forward(1999)
    assert await nothing_claimed(store)
    clock.forward(1)
    await claim_one(store)


async def test_a_reply_to_a_held_chat_takes_nothing(store: Store, clock: Clock) -> None:
    await store.outbox.hold(ANN, 3_600_000)
    assert await store.outbox.reserve(ANN) == await store.outbox.reserve(ANN) == 3_600_000
    assert await store.outbox.reserve(BEN) == 0


@pytest.mark.parametrize("chat", [ANN, GROUP])
@pytest.mark.parametrize("edit", [False, True])
async def test_a_reply_that_is_given_up_takes_no_place_from_those_after_it(
    store: Store, chat: ChatId, *, edit: bool
) -> None:
    wait_ms = 0
    while wait_ms <= ANSWER_WAIT_S * 1000:
        wait_ms = await store.outbox.reserve(chat, edit=edit)
    assert await store.outbox.reserve(chat, edit=edit) == wait_ms


async def test_an_item_of_several_messages_costs_several(store: Store, clock: Clock) -> None:
    await lay(store, 1, GROUP)
    await lay(store, 2, GROUP)
    await store.outbox.settle(await claim_one(store), 1, extra_cost=9)
    clock.forward(60_000 // 20 * 7)
    assert await nothing_claimed(store)


async def test_what_waits_longest_is_parked_when_a_lane_is_full(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.outbox.LANE_KEPT", 2)
    for number in range(4):
        await lay(store, number, ANN)
    assert await store.outbox.parked(ANN) == dict.fromkeys((item(0), item(1)), "too many items were waiting")
    assert (await claim_one(store)).item == item(2)


async def test_what_expired_as_it_waited_does_not_hold_up_what_is_new(store: Store, clock: Clock) -> None:
    for number in range(60):
        await lay(store, number, GROUP)
    for _ in range(50):  # a chat that comes back after weeks: no call is made for these
        assert await store.outbox.park(await claim_one(store), "record expired", unasked=True)
    assert len(await drain(store, clock, until_ms=clock.ms + 2000)) == 3
    clock.forward(60_000)
    assert len(await drain(store, clock, until_ms=clock.ms + 2000)) == 3, "the limit holds as before"


async def test_reasons_do_not_pile_up_for_ever(store: Store, redis: Any, clock: Clock) -> None:
    await redis.hset(keys.parked(ANN), mapping={item(number): "blocked" for number in range(1000)})
    await lay(store, 2000, ANN)
    await store.outbox.park(await claim_one(store), "the last one")
    parked = await store.outbox.parked(ANN)
    assert len(parked) == 1000
    assert parked[item(2000)] == "the last one"


async def test_what_was_sent_is_remembered_by_count(
    store: Store, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.outbox.SENT_KEPT", 3)
    for number in range(5):
        await store.outbox.note_sent(ANN, item(number), 100 + number)
    assert [await store.outbox.sent_as(ANN, item(number)) for number in range(5)] == [
        None,
        None,
        102,
        103,
        104,
    ]
    assert 0 < await redis.pttl(keys.sent(ANN)) <= 7 * 86_400_000


def test_limits_follow_the_settings() -> None:
    assert limits(30, paid=False).messages == 30
    assert limits(29.5, paid=False).messages == 29
    assert limits(30, paid=True).messages == 1000
    slow = limits(0.5, paid=False)
    assert (slow.messages, slow.window_ms >= 2000) == (1, True)

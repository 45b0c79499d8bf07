"""What may have been sent is remembered as such, on a real server, with a clock of our own."""

from typing import Any

import pytest

from bot.items import Chat, ChatId, ChatKind, ItemId
from bot.store import keys
from bot.store.client import Store
from bot.store.outbox import Claim, Letter, Met
from tests.conftest import Clock

ANN, CHANNEL = ChatId(11), ChatId(-1_001_000_000_001)
LEASE_MS = 30_000


def item(number: int) -> ItemId:
    return ItemId(f"feedfeedfee.{number:011d}")


async def lay(store: Store, number: int, chat: ChatId = CHANNEL) -> None:
    await store.outbox.lay(item(number), number, [Letter(chat)])


async def claim_one(store: Store) -> Claim:
    (claim,) = (await store.outbox.claim(1, LEASE_MS)).claims
    return claim


async def sent_before(store: Store, clock: Clock, message_id: int) -> None:
    """Send one item, so that a message of the chat is known."""
    await lay(store, 1)
    await store.outbox.settle(await claim_one(store), message_id)
    clock.forward(10_000)
    await lay(store, 2)


async def test_a_first_attempt_is_in_no_doubt(store: Store, clock: Clock) -> None:
    await sent_before(store, clock, 40)
    assert (await claim_one(store)).doubt == ""


async def test_a_lease_that_ran_out_leaves_a_doubt_that_says_beyond_which_message(
    store: Store, clock: Clock
) -> None:
    await sent_before(store, clock, 40)
    await claim_one(store)
    await store.outbox.note_known(CHANNEL, 44)
    clock.forward(LEASE_MS)
    assert (await claim_one(store)).doubt == "40"


async def test_a_released_lease_leaves_a_doubt_too(store: Store, clock: Clock) -> None:
    await sent_before(store, clock, 40)
    await claim_one(store)
    await store.claims.release()
    clock.forward(3_000)
    assert (await claim_one(store)).doubt == "40"


async def test_where_no_message_is_known_the_doubt_says_so(store: Store, clock: Clock) -> None:
    await lay(store, 1)
    await store.outbox.defer(await claim_one(store), 0, met=Met.DOUBT)
    clock.forward(10_000)
    assert (await claim_one(store)).doubt == "?"


@pytest.mark.parametrize("met", [Met.NOTHING, Met.FLOOD])
async def test_what_was_surely_not_sent_is_in_no_doubt(store: Store, clock: Clock, met: Met) -> None:
    await sent_before(store, clock, 40)
    await store.outbox.defer(await claim_one(store), 0, met=met)
    clock.forward(60_000)
    assert (await claim_one(store)).doubt == ""


async def test_the_first_doubt_stands_until_it_is_settled(store: Store, clock: Clock) -> None:
    await sent_before(store, clock, 40)
    await store.outbox.defer(await claim_one(store), 0, met=Met.DOUBT)
    for message_id, met in ((45, Met.DOUBT), (46, Met.NOTHING)):
        clock.forward(60_000)
        await store.outbox.note_known(CHANNEL, message_id)
        await store.outbox.defer(await claim_one(store), 0, met=met)
    clock.forward(60_000)
    claim = await claim_one(store)
    assert claim.doubt == "40"
    assert await store.outbox.settle(claim, 41, found=True)
    assert await store.outbox.sent_as(CHANNEL, item(2)) == 41
    await lay(store, 3)
    clock.forward(60_000)
    assert (await claim_one(store)).doubt == ""


async def test_an_older_item_laid_meanwhile_goes_first_and_the_doubt_stays_with_its_own(
    store: Store, clock: Clock
) -> None:
    await lay(store, 5)
    await claim_one(store)
    await lay(store, 4)
    clock.forward(LEASE_MS)
    older = await claim_one(store)
    assert (older.item, older.doubt) == (item(4), "")
    await store.outbox.settle(older, 9)
    clock.forward(10_000)
    doubted = await claim_one(store)
    assert (doubted.item, doubted.doubt) == (item(5), "?")


async def test_known_messages_are_not_asked_for(store: Store) -> None:
    for message_id in (42, 44, 99):
        await store.outbox.note_known(CHANNEL, message_id)
    assert await store.outbox.unknown_after(CHANNEL, 40, 6) == [41, 43, 45, 46]
    assert await store.outbox.unknown_after(ANN, 0, 2) == [1, 2]


async def test_what_is_known_of_a_chats_messages_stays_small(store: Store, redis: Any) -> None:
    for message_id in range(1, 150):
        await store.outbox.note_known(CHANNEL, message_id)
    assert await redis.zcard(keys.known(CHANNEL)) == 100
    assert await store.outbox.unknown_after(CHANNEL, 100, 49) == []


@pytest.mark.parametrize("noted", [False, True], ids=["dead worker", "noted"])
async def test_while_a_message_is_in_doubt_those_beyond_it_stay_known(
    store: Store, clock: Clock, redis: Any, *, noted: bool
) -> None:
    """One of them may be ours, a reply: taken for the message in doubt, it would be overwritten."""
    await sent_before(store, clock, 40)
    assert await redis.pttl(keys.known(CHANNEL)) <= 3_600_000
    claim = await claim_one(store)
    if noted:
        await store.outbox.defer(claim, 0, met=Met.DOUBT)
        assert await redis.pttl(keys.known(CHANNEL)) > 7 * 86_400_000
    for message_id in range(41, 200):
        await store.outbox.note_known(CHANNEL, message_id)
    assert await store.outbox.unknown_after(CHANNEL, 40, 6) == []
    assert await redis.pttl(keys.known(CHANNEL)) > 7 * 86_400_000
    clock.forward(60_000)
    await store.outbox.settle(await claim_one(store), 200)
    assert await redis.pttl(keys.known(CHANNEL)) <= 3_600_000
    assert await redis.zcard(keys.known(CHANNEL)) == 100


async def test_what_a_dead_worker_held_is_in_doubt_for_as_long_as_nobody_claims_it(
    store: Store, clock: Clock, redis: Any
) -> None:
    """Also where the relay is started again the next day only."""
    await sent_before(store, clock, 40)
    await claim_one(store)
    assert await redis.pttl(keys.lease(CHANNEL)) > 7 * 86_400_000


async def test_a_migration_forgets_doubts_since_ids_begin_anew(store: Store, clock: Clock) -> None:
    await sent_before(store, clock, 40)
    await store.outbox.defer(await claim_one(store), 0, met=Met.DOUBT)
    new = ChatId(-100_777)
    await store.chats.migrate(CHANNEL, new)
    clock.forward(60_000)
    claim = await claim_one(store)
    assert (claim.chat, claim.doubt) == (new, "")


async def test_a_claim_brings_what_setting_needs(store: Store) -> None:
    await store.chats.save(Chat(CHANNEL, ChatKind.CHANNEL, language="zh", once=False))
    await lay(store, 1)
    wishes = (await claim_one(store)).wishes
    assert wishes is not None
    assert (wishes.chat.language, wishes.chat.wants_once, wishes.subscription) == ("zh", False, None)

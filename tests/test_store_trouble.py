"""What others do to the data, Redis or its clock: it is named in the log, and no other chat loses anything."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from bot import route
from bot.deliver import courier, surely
from bot.deliver.outcome import ChatLost
from bot.errors import StoreError, StoreUnfit
from bot.identity import feed_id
from bot.items import Alert, ChatId, ItemId
from bot.store import keys, records
from bot.store.client import Store
from bot.store.door import Pace
from tests.collecting import FEED
from tests.flowing import also, flow, follow, hand_on, people, titles, until
from tests.posting import FakeSender

BAD, *GOOD = CHATS = [ChatId(one) for one in (50_505, 3, 70_707, -9)]
"""One that trouble befalls, and others before and after it in every order."""

AT_ONCE_S = 1.5


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real loops, without real patience."""
    monkeypatch.setattr(courier, "IDLE_S", 0.02)
    monkeypatch.setattr(courier, "STORE_REST_S", 0.02)
    monkeypatch.setattr(courier, "STOP_WITHIN_S", 0.2)
    monkeypatch.setattr(surely, "RETRY_S", 0.01)
    monkeypatch.setattr(route, "BACKOFF_S", (0.02, 0.1))
    monkeypatch.setattr(route, "BLOCK_MS", 20)


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


@pytest.fixture
async def fast(redis: Any, brisk: None, caplog: pytest.LogCaptureFixture) -> Store:
    """Give a store by Redis' own clock, that may send as fast as it can; all chats hear the feed."""
    caplog.set_level(logging.INFO)
    store = Store(redis, send_rate=1000, pace=Pace(1, 1, 0))
    await store.prepare()
    await follow(store, FEED, people(*CHATS))
    return store


async def all_arrive(sender: FakeSender, expected: list[str], *chats: ChatId, within_s: float = 10) -> None:
    """Wait for the items in all of the chats; none may come twice, or before its time."""
    try:
        await until(lambda: all(set(expected) <= set(sender.titles(chat)) for chat in chats), within_s)
    except TimeoutError:
        heard = {chat: sender.titles(chat) for chat in chats}
        raise AssertionError(f"it came only {heard}") from None
    for chat in chats:
        assert sender.titles(chat) == expected


async def routed(store: Store) -> list[str]:
    """Lay three items for every chat; return their titles."""
    expected = await hand_on(store, range(3))
    await route.Router(store).route(await store.news.read("router", 10, 0))
    return expected


# What is in Redis


def wrong(key: str, *marks: pytest.MarkDecorator) -> ParameterSet:
    return pytest.param(key, id=key.replace(str(BAD), "bad"), marks=marks)


@pytest.mark.parametrize(
    "key",
    [
        wrong(keys.lane(BAD)),
        wrong(keys.lane_tries(BAD), pytest.mark.soak),
        wrong(keys.lane_notes(BAD), pytest.mark.soak),
        wrong(keys.lease(BAD), pytest.mark.soak),
        wrong(keys.chat(BAD), pytest.mark.soak),
        wrong(keys.sent(BAD), pytest.mark.soak),
        wrong(keys.parked(BAD), pytest.mark.soak),
        wrong(keys.chat_alerts(BAD)),
        wrong(keys.filtered(BAD)),
        wrong(f"cooling:{BAD}", pytest.mark.soak),
    ],
)
async def test_a_key_of_a_wrong_type_before_routing_is_named_and_stops_no_other_chat(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    await fast.alerts.add(Alert(0, BAD, "title", cooldown_s=60))
    if key == keys.filtered(BAD):
        await fast.chats.update(BAD, feed_id(FEED), lambda one: replace(one, never="title"))
    await redis.set(key, "no such thing")
    async with flow(fast, sender):
        await all_arrive(sender, await hand_on(fast, range(3)), *GOOD, within_s=AT_ONCE_S)
        assert str(BAD) in caplog.text


@pytest.mark.parametrize(
    "key",
    [
        wrong(keys.lane(BAD)),
        wrong(keys.lane_tries(BAD), pytest.mark.soak),
        wrong(keys.lane_notes(BAD), pytest.mark.soak),
        wrong(keys.lease(BAD), pytest.mark.soak),
        wrong(keys.chat(BAD), pytest.mark.soak),
        pytest.param(keys.sent(BAD), id="sent:bad"),
    ],
)
async def test_a_key_of_a_wrong_type_before_delivery_is_named_and_stops_no_other_chat(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    expected = await routed(fast)
    await redis.set(key, "no such thing")
    async with flow(fast, sender):
        await all_arrive(sender, expected, *GOOD, within_s=AT_ONCE_S)
        assert str(BAD) in caplog.text


@pytest.mark.parametrize("key", [keys.BUDGET, keys.WINDOW])
async def test_a_budget_of_a_wrong_type_holds_everything_up_until_it_is_gone_and_loses_nothing(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    expected = await routed(fast)
    await redis.set(key, "no such thing")
    async with flow(fast, sender):
        await until(lambda: "until the store is back: Redis refuses a step: WRONGTYPE" in caplog.text)
        await redis.delete(key)
        await all_arrive(sender, expected, *CHATS)


@pytest.mark.parametrize("key", ["edits", "tops"])
async def test_a_claim_that_failed_halfway_is_no_attempt_and_leaves_no_doubt(
    fast: Store, redis: Any, key: str
) -> None:
    await routed(fast)
    await redis.set(key, "no such thing")
    with pytest.raises(StoreError, match=f"the key {key} holds"):
        await fast.outbox.claim(9, 60_000)
    await redis.delete(key)
    claims = (await fast.outbox.claim(9, 60_000)).claims
    assert {claim.chat for claim in claims} == set(CHATS)
    assert {(claim.attempt, claim.doubt) for claim in claims} == {(1, "")}


async def test_a_budget_of_a_wrong_type_is_named(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture
) -> None:
    await routed(fast)
    await redis.set(keys.BUDGET, "no such thing")
    async with flow(fast, sender):
        await until(lambda: "until the store is back" in caplog.text)
    assert keys.BUDGET in caplog.text


@pytest.mark.parametrize("how", ["gone", also("of a wrong type")])
async def test_what_waits_arrives_though_the_key_that_says_who_waits_was_lost(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    expected = await routed(fast)
    await redis.delete(keys.READY)
    if how != "gone":
        await redis.set(keys.READY, "no such thing")
    async with flow(fast, sender):
        if how != "gone":
            await until(lambda: "until the store is back" in caplog.text)
            await redis.delete(keys.READY)
        await all_arrive(sender, expected, *CHATS, within_s=AT_ONCE_S)


RECORDS = {
    "expired": [],
    "empty": ["SET", b""],
    "of another form": ["SET", b"\x00 of another time"],
    "damaged": ["SET", b"\x01 nonsense"],
    "of a wrong type": ["RPUSH", b"a list"],
}


@pytest.mark.parametrize("how", list(RECORDS))
async def test_a_record_that_is_of_no_use_before_routing_is_named_and_all_other_items_arrive(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    first, _, last = await hand_on(fast, range(3))
    broken = (await fast.news.read("router", 10, 0))[1].item_id
    await spoil(redis, broken, how)
    async with flow(fast, sender):
        await all_arrive(sender, [first, last], *CHATS)
    assert f"item {broken}: its record is gone or cannot be read" in caplog.text


@pytest.mark.parametrize("how", list(RECORDS))
async def test_a_record_that_is_of_no_use_before_delivery_is_parked_and_the_next_item_follows(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    first, _, last = await routed(fast)
    (_, broken, _) = [ItemId(one.decode()) for one in await redis.zrange(keys.lane(BAD), 0, -1)]
    await spoil(redis, broken, how)
    async with flow(fast, sender):
        await all_arrive(sender, [first, last], *CHATS, within_s=AT_ONCE_S)
    for chat in CHATS:
        assert list(await fast.outbox.parked(chat)) == [broken]
        assert f"chat {chat}, item {broken}: not sent: " in caplog.text


async def spoil(redis: Any, item_id: ItemId, how: str) -> None:
    await redis.delete(keys.item(item_id))
    if command := RECORDS[how]:
        await redis.execute_command(command[0], keys.item(item_id), command[1])


@pytest.mark.parametrize("heard", [False, True], ids=["by nobody", "by an alert"])
async def test_a_lane_of_a_chat_that_never_was_is_named_and_harms_nobody(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture, *, heard: bool
) -> None:
    """Somebody wrote it by hand; Telegram says what it says of a chat that it does not know."""
    nowhere = ChatId(404_404)
    expected = await routed(fast)
    (first, *_) = await redis.zrange(keys.lane(BAD), 0, 0)
    await redis.zadd(keys.lane(nowhere), {first: 1})
    await redis.zadd(keys.READY, {str(nowhere): 1})
    if heard:
        await redis.hset(keys.lane_notes(nowhere), first, '[[1,"flood",["flood"]]]')
    sender.reply = lambda chat, _: ChatLost("chat not found") if chat == nowhere else None
    async with flow(fast, sender):
        await all_arrive(sender, expected, *CHATS)
        await until(lambda: f"chat {nowhere}" in caplog.text)
    assert ("chat not found" in caplog.text) == heard
    assert [chat for chat, *_ in sender.tried].count(nowhere) == heard, "it is not asked again and again"


# What Redis is told


async def test_scripts_that_are_forgotten_all_the_time_hold_nothing_up(
    fast: Store, redis: Any, sender: FakeSender
) -> None:
    async def forget() -> None:
        while True:
            await redis.script_flush()
            await asyncio.sleep(0)

    forgetting = asyncio.create_task(forget())
    async with flow(fast, sender):
        expected = [title for number in range(10) for title in await hand_on(fast, [number])]
        await all_arrive(sender, expected, *CHATS)
    forgetting.cancel()
    await asyncio.wait([forgetting])


@pytest.mark.parametrize(
    ("away", "back", "says"),
    [
        (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE"), "read-only replica"),
        (
            ("CONFIG", "SET", "min-replicas-to-write", "1"),
            ("CONFIG", "SET", "min-replicas-to-write", "0"),
            "busy",
        ),
    ],
    ids=["read-only", "without its replicas"],
)
async def test_a_redis_that_takes_nothing_more_is_told_and_nothing_is_lost_once_it_does(
    fast: Store,
    redis: Any,
    sender: FakeSender,
    caplog: pytest.LogCaptureFixture,
    away: tuple[str, ...],
    back: tuple[str, ...],
    says: str,
) -> None:
    """Also between a message and its note: what was sent meanwhile is noted as soon as it can be."""
    expected = titles(range(20))
    async with flow(fast, sender):
        await hand_on(fast, range(10))
        await until(lambda: len(sender.arrived) >= 5)
        await redis.execute_command(*away)
        try:
            await until(lambda: "until the store is back" in caplog.text and "routing waits" in caplog.text)
        finally:
            await redis.execute_command(*back)
        await hand_on(fast, range(10, 20))
        await all_arrive(sender, expected, *CHATS)
    assert any(says in one.message for one in caplog.records if one.levelname == "WARNING")


async def test_what_a_full_redis_did_not_take_is_not_acknowledged(fast: Store, redis: Any) -> None:
    """A chat whose keys are broken is passed over; a Redis that is full is no chat's fault."""
    await hand_on(fast, range(3))
    batch = await fast.news.read("router", 10, 0)
    await redis.execute_command("CONFIG", "SET", "maxmemory", "1")
    try:
        with pytest.raises(StoreUnfit, match="out of memory"):
            await route.Router(fast).route(batch)
    finally:
        await redis.execute_command("CONFIG", "SET", "maxmemory", "0")
    assert await fast.news.read("router", 10, 0) == batch
    assert [await fast.outbox.waiting(chat) for chat in CHATS] == [0] * len(CHATS)


@pytest.mark.parametrize("key", [keys.chat(BAD), keys.lease(BAD)])
async def test_one_chats_broken_key_lets_all_others_wait_again_when_that_is_lost(
    fast: Store, redis: Any, key: str
) -> None:
    await routed(fast)
    await redis.delete(keys.READY)
    await redis.delete(key)
    await redis.set(key, "no such thing")
    claimed = await fast.outbox.claim(9, 1_000)
    assert {claim.chat for claim in claimed.claims} >= set(GOOD)
    assert BAD in dict(claimed.broken)


@pytest.mark.parametrize("key", [keys.chat(BAD), keys.sent(BAD)])
async def test_one_chats_broken_key_stops_no_correction_for_others_and_no_news(
    fast: Store, redis: Any, sender: FakeSender, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    chats = [replace(one, corrections=True) for one in people(*CHATS)]
    for chat in chats:
        await fast.chats.save(chat)
    expected = await routed(fast)
    async with flow(fast, sender):
        await all_arrive(sender, expected, *CHATS)
        await redis.delete(key)
        await redis.set(key, "no such thing")
        item_id = ItemId((await redis.zrange(keys.sent(GOOD[0]), 0, 0))[0].decode())
        stored = await fast.news.get(item_id)
        assert stored
        corrected = replace(stored, item=replace(stored.item, title="What it is called now"))
        await redis.set(keys.item(item_id), records.pack(corrected))
        await redis.xadd(keys.NEWS, {"item": item_id, "edit": "text"})
        await until(lambda: {chat for chat, *_ in sender.edited} == set(GOOD))
        assert str(BAD) in caplog.text


async def test_one_chats_broken_key_holds_back_its_own_edit_only(fast: Store, redis: Any) -> None:
    item_id = ItemId("feedfeedfee.00000000001")
    for chat in people(*CHATS):
        await fast.chats.save(replace(chat, corrections=True))
        await fast.outbox.note_sent(chat.id, item_id, 9)
    await fast.edits.lay(item_id, "text", CHATS)
    await redis.delete(keys.sent(BAD))
    await redis.set(keys.sent(BAD), "no such thing")
    assert {claim.chat for claim in await fast.edits.claim(9, 1)} == set(GOOD)
    await redis.delete(keys.sent(BAD))
    await fast.outbox.note_sent(BAD, item_id, 9)
    await asyncio.sleep(0.01)
    assert BAD in {claim.chat for claim in await fast.edits.claim(9, 1)}, "once it is mended, it goes on"


async def test_one_chats_broken_key_stops_no_end_of_dead_mens_leases(fast: Store, redis: Any) -> None:
    await routed(fast)
    assert len((await fast.outbox.claim(9, 60_000)).claims) == len(CHATS)
    await redis.delete(keys.lease(BAD))
    await redis.set(keys.lease(BAD), "no such thing")
    assert await fast.claims.release() == len(GOOD)

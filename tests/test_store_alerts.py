"""What the store keeps of alerts and filters: rules, their versions, and what was counted."""

from dataclasses import replace
from typing import Any

import pytest

from bot.items import Alert, Chat, ChatId, ChatKind, FeedId, Hit, ItemId, Subscription, UserId
from bot.store import fields, keys
from bot.store.client import Store
from bot.store.outbox import Letter
from tests.conftest import Clock

ANN, BEN, GROUP, SUPER = ChatId(1), ChatId(2), ChatId(-5), ChatId(-1_000_000_000_005)
FEED = FeedId("AAAAAAAAAAA")
ITEM = ItemId("AAAAAAAAAAA.BBBBBBBBBBB")

WHOLE = Alert(
    0,
    ANN,
    "a OR 中",
    UserId(4),
    0,
    "Rates",
    muted=True,
    cooldown_s=60,
    also=GROUP,
    topic=7,
    pin=True,
    brief=True,
)


async def test_a_rule_is_kept_with_all_its_options(store: Store, clock: Clock) -> None:
    added = await store.alerts.add(WHOLE)
    assert added == replace(WHOLE, id=1, created_ms=clock.ms)
    assert await store.alerts.of(ANN) == [added]


async def test_a_rule_is_changed_as_it_stands_and_one_that_is_gone_stays_gone(store: Store) -> None:
    one = await store.alerts.add(Alert(0, ANN, "a"))
    await store.alerts.change(ANN, one.id, lambda alert: replace(alert, muted=True))
    changed = await store.alerts.change(ANN, one.id, lambda alert: replace(alert, name="A"))
    assert changed == replace(one, muted=True, name="A")
    assert await store.alerts.of(ANN) == [changed]
    assert await store.alerts.remove(ANN, one.id)
    assert await store.alerts.change(ANN, one.id, lambda alert: replace(alert, name="B")) is None
    assert await store.alerts.of(ANN) == []


async def test_two_who_change_a_rule_at_once_both_have_their_way(store: Store) -> None:
    one = await store.alerts.add(Alert(0, ANN, "a"))

    def slow(alert: Alert) -> Alert:
        if not alert.pin:
            raced.append(alert)
        return replace(alert, muted=True)

    raced: list[Alert] = []
    door = store.alerts._door
    real = door.do

    async def do(*command: Any, **how: Any) -> Any:
        found = await real(*command, **how)
        if command[0] == "HGET" and not raced:
            store.alerts._door.do = real  # type: ignore[method-assign]
            await store.alerts.change(ANN, one.id, lambda alert: replace(alert, pin=True))
            store.alerts._door.do = do  # type: ignore[method-assign]
            raced.append(one)
        return found

    door.do = do  # type: ignore[method-assign]
    try:
        changed = await store.alerts.change(ANN, one.id, slow)
    finally:
        door.do = real  # type: ignore[method-assign]
    assert changed == replace(one, muted=True, pin=True)


async def test_changes_tell_whose_rules_are_other_ones_since_a_version(store: Store, redis: Any) -> None:
    none = await store.alerts.changes(None)
    assert none.chats is None, "all of them are news"
    one = await store.alerts.add(Alert(0, ANN, "a"))
    await store.alerts.add(Alert(0, BEN, "b"))
    first = await store.alerts.changes(none.version)
    assert first.chats is not None
    assert sorted(first.chats) == [ANN, BEN]
    assert (await store.alerts.changes(first.version)).chats == ()
    await store.alerts.change(ANN, one.id, lambda alert: replace(alert, muted=True))
    await store.alerts.change(ANN, one.id, lambda alert: replace(alert, muted=False))
    await store.alerts.remove(BEN, 1)
    await store.alerts.remove(BEN, 1)
    assert sorted((await store.alerts.changes(first.version)).chats or ()) == [ANN, BEN]
    await redis.delete(keys.META)
    assert (await store.alerts.changes(first.version)).chats is None, "what was known is to be read again"


async def test_after_the_latest_changes_were_lost_those_that_follow_are_told(
    store: Store, redis: Any, clock: Clock
) -> None:
    """As they are by a Redis that takes over from another, which had not passed on all it had."""
    first = (await store.alerts.changes(None)).version
    await store.alerts.add(Alert(0, ANN, "a"))
    known = (await store.alerts.changes(first)).version
    await redis.hset(keys.META, "rules", first.at_ms)
    await redis.zrem(keys.RULES, ANN)
    assert (await store.alerts.changes(known)).chats is None
    clock.forward(1)
    await store.alerts.add(Alert(0, BEN, "a"))
    assert (await store.alerts.changes(known)).chats == (BEN,)


async def test_data_that_were_made_anew_are_read_anew(store: Store, redis: Any, clock: Clock) -> None:
    await store.alerts.add(Alert(0, ANN, "a"))
    known = (await store.alerts.changes(None)).version
    await redis.flushall()
    clock.forward(1)
    await store.prepare()
    await store.alerts.add(Alert(0, BEN, "a"))
    assert (await store.alerts.changes(known)).chats is None


async def test_rules_of_one_chat_that_cannot_be_read_hide_no_other_s(
    store: Store, redis: Any, caplog: pytest.LogCaptureFixture
) -> None:
    one = await store.alerts.add(Alert(0, ANN, "a"))
    await store.alerts.add(Alert(0, GROUP, "b"))
    await redis.hset(keys.chat_alerts(GROUP), "odd", "no rule")
    await redis.set(keys.chat_alerts(BEN), "no such thing")
    await redis.sadd(keys.CHATS, BEN, "odd")
    found = [some async for some in store.alerts.everyone()]
    assert [{chat: len(rules) for chat, rules in some.items()} for some in found] == [{ANN: 1, GROUP: 1}]
    assert await store.alerts.of_many([ANN, BEN]) == {ANN: [one], BEN: []}
    assert "chat 2: its alerts cannot be read" in caplog.text


async def test_everyone_is_everyone_who_has_rules(store: Store) -> None:
    for number in range(1, 1201):
        await store.alerts.add(Alert(0, ChatId(number), "a"))
    await store.chats.save(Chat(ChatId(5000)))
    found: dict[ChatId, list[Alert]] = {}
    async for some in store.alerts.everyone():
        assert len(some) <= 50, "a small set comes whole; what is read at a time must not"
        found |= some
    assert sorted(found) == list(range(1, 1201))


async def test_a_chat_that_migrates_takes_rules_filters_and_owner_along(store: Store) -> None:
    await store.chats.save(Chat(GROUP, ChatKind.GROUP, owner=UserId(4)))
    await store.alerts.add(replace(WHOLE, chat=GROUP, also=None))
    await store.filtered.note(ITEM, [(GROUP, "not")])
    before = (await store.alerts.changes(None)).version
    await store.chats.migrate(GROUP, SUPER)
    assert sorted((await store.alerts.changes(before)).chats or ()) == [SUPER, GROUP]
    assert [one.query for one in await store.alerts.of(SUPER)] == [WHOLE.query]
    assert (await store.traces.of(SUPER, ITEM)).kept_by == "not"
    assert [one.id for one in await store.chats.owned_by(UserId(4))] == [SUPER]


async def test_a_chat_that_migrates_to_one_with_rules_keeps_the_quiet_of_each(store: Store) -> None:
    def hit(number: int, owner: ChatId | None = None) -> Hit:
        return Hit(number, "a", cooldown_s=60, owner=owner)

    for chat in (GROUP, GROUP, SUPER):
        await store.alerts.add(Alert(0, chat, "a"))
    await store.alerts.remove(GROUP, 2)
    await store.outbox.lay(ITEM, 1, [Letter(GROUP, (hit(1), hit(2), hit(1, ANN)))])
    await store.chats.migrate(GROUP, SUPER)
    assert [one.id for one in await store.alerts.of(SUPER)] == [1, 2]
    for number, (one, expected) in enumerate([(hit(1), 1), (hit(2), 0), (hit(1, ANN), 0)]):
        item = ItemId(f"{FEED}.{number:011}")
        assert await store.outbox.lay(item, 2, [Letter(SUPER, (one,), alone=True)]) == expected


async def test_chats_without_rules_leave_no_trace_among_those_whose_rules_changed(
    store: Store, redis: Any, clock: Clock
) -> None:
    for chat in (ANN, BEN, GROUP):
        await store.chats.save(Chat(chat))
    await store.alerts.add(Alert(0, BEN, "a"))
    await store.alerts.remove(BEN, 1)
    await store.chats.migrate(GROUP, SUPER)
    for chat in (ANN, BEN):
        await store.chats.pause(chat, "blocked")
    clock.forward(40 * 86_400_000)
    assert sorted(await store.chats.abandon()) == [ANN, BEN]
    assert await redis.zrange(keys.RULES, 0, -1) == [b"2"]


async def test_owners_of_chats_that_an_older_relay_saved_are_noted_at_the_start(
    store: Store, redis: Any
) -> None:
    owned = Chat(GROUP, ChatKind.GROUP, owner=UserId(4))
    await store.chats.save(owned)
    await store.chats.save(Chat(SUPER))
    await redis.delete(keys.owned(UserId(4)))
    await redis.hdel(keys.META, "owners")
    await store.prepare()
    assert await store.chats.owned_by(UserId(4)) == [owned]
    await redis.delete(keys.owned(UserId(4)))
    await store.prepare()
    assert await store.chats.owned_by(UserId(4)) == [], "once for all"


async def test_an_owner_has_the_chats_that_name_them_now(store: Store) -> None:
    owned = Chat(GROUP, ChatKind.GROUP, owner=UserId(4))
    await store.chats.save(owned)
    await store.chats.save(Chat(ChatId(4), owner=UserId(4)))
    assert await store.chats.owned_by(UserId(4)) == [owned]
    await store.chats.save(replace(owned, owner=UserId(6)))
    assert await store.chats.owned_by(UserId(4)) == []
    assert [one.id for one in await store.chats.owned_by(UserId(6))] == [GROUP]


async def test_what_filters_keep_back_is_counted_once_and_bounded(
    store: Store, redis: Any, clock: Clock
) -> None:
    for _ in range(2):
        await store.filtered.note(ITEM, [(ANN, "only"), (BEN, "not")])
    assert [(await store.traces.of(chat, ITEM)).kept_by for chat in (ANN, BEN, GROUP)] == ["only", "not", ""]
    assert await store.filtered.counts(ANN) == {FEED: 1}
    for number in range(1100):
        await store.filtered.note(ItemId(f"{FEED}.{number:011}"), [(ANN, "not")])
    assert await redis.hlen(keys.filtered(ANN)) == 1000
    assert await store.filtered.counts(ANN) == {FEED: 1101}
    clock.forward(3 * 86_400_000)
    assert await store.filtered.counts(ANN) == {FEED: 1101}
    assert await store.filtered.counts(ANN, days=3) == {}


async def test_an_item_that_waits_is_told_by_an_alert_that_finds_it_later_and_counted_once(
    store: Store, clock: Clock
) -> None:
    hit = Hit(3, "a", ("A",), "Rates", pin=True, brief=True, topic=9)
    assert await store.outbox.lay(ITEM, 1, [Letter(ANN)]) == 1
    for _ in range(2):
        assert await store.outbox.lay(ITEM, 1, [Letter(ANN, (hit,), alone=True)]) == 0
    (claim,) = (await store.outbox.claim(5, 1000)).claims
    assert claim.hits == (hit,)
    assert await store.alerts.fired(ANN) == {3: 1}


async def test_alerts_that_find_an_item_one_after_the_other_are_all_told_and_counted_once(
    store: Store, clock: Clock
) -> None:
    """As they do where another chat's alert names a chat by its number before a migration."""
    others, own = Hit(1, "a", ("A",), owner=BEN), Hit(3, "b", ("B",), pin=True)
    for _ in range(2):
        for hits in ((others,), (own,)):
            await store.outbox.lay(ITEM, 1, [Letter(ANN, hits, alone=True)])
    (claim,) = (await store.outbox.claim(5, 1000)).claims
    assert claim.hits == (others, own)
    assert await store.alerts.fired(ANN) == {3: 1}


async def test_what_an_alert_sends_to_a_chat_that_was_not_known_waits_like_all_else(
    store: Store, redis: Any
) -> None:
    await store.outbox.lay(ITEM, 1, [Letter(ANN, (Hit(1, "a", owner=BEN),), alone=True)])
    await redis.delete(keys.READY)
    assert [one.chat for one in (await store.outbox.claim(5, 1000)).claims] == [ANN]


async def test_an_item_for_its_alerts_alone_is_not_laid_while_all_of_them_are_quiet(store: Store) -> None:
    quiet, loud = Hit(1, "a", cooldown_s=60), Hit(2, "b")
    other = ItemId("AAAAAAAAAAA.CCCCCCCCCCC")
    assert await store.outbox.lay(ITEM, 1, [Letter(ANN, (quiet, loud), alone=True)]) == 1
    assert await store.outbox.lay(other, 2, [Letter(ANN, (quiet,), alone=True)]) == 0
    assert await store.outbox.waiting(ANN) == 1
    assert await store.outbox.lay(other, 2, [Letter(ANN, (quiet, loud), alone=True)]) == 1
    assert await store.alerts.fired(ANN) == {1: 1, 2: 2}


async def test_a_month_s_quiet_is_kept_for_a_month(store: Store, redis: Any) -> None:
    month, day_ms = 30 * 86_400, 86_400_000
    hits = (Hit(1, "a", cooldown_s=month), Hit(2, "a", cooldown_s=60))
    await store.outbox.lay(ITEM, 1, [Letter(GROUP, hits, alone=True)])
    assert await redis.pttl(f"cooling:{GROUP}") > 29 * day_ms
    await store.alerts.add(Alert(0, GROUP, "a"))
    await store.chats.migrate(GROUP, SUPER)
    assert await redis.pttl(f"cooling:{SUPER}") > 29 * day_ms
    assert await redis.exists(f"cooling:{GROUP}") == 0


async def test_an_alert_of_another_chat_is_quiet_by_itself_and_counts_at_home(store: Store) -> None:
    mine, others = Hit(1, "a", cooldown_s=60), Hit(1, "a", cooldown_s=60, owner=BEN)
    other = ItemId("AAAAAAAAAAA.CCCCCCCCCCC")
    assert await store.outbox.lay(ITEM, 1, [Letter(ANN, (others,), alone=True)]) == 1
    assert await store.outbox.lay(other, 2, [Letter(ANN, (others,), alone=True)]) == 0
    assert await store.alerts.fired(ANN) == {}
    assert await store.outbox.lay(other, 2, [Letter(ANN, (mine,), alone=True)]) == 1
    assert await store.alerts.fired(ANN) == {1: 1}


@pytest.mark.parametrize("raw", [b"", b"[]", b"nonsense", b"[[1]]", b'[[1,"q",3]]', b'{"a":1}'])
def test_hits_that_cannot_be_read_are_none(raw: bytes) -> None:
    assert fields.hits(raw) == ()


def test_hits_of_an_older_relay_are_read() -> None:
    assert fields.hits(b'[[1,"q",["a","b"]]]') == (Hit(1, "q", ("a", "b")),)
    copied = Hit(1, "q", ("a",), owner=ChatId(-7))
    assert fields.hits(f"[{fields.of_hit(copied)}]".encode()) == (copied,)


def test_a_subscription_keeps_its_filters() -> None:
    one = Subscription(ANN, FEED, 1, only="a OR b", never="中")
    assert fields.subscription(ANN, FEED, fields.of_subscription(one).encode()) == one

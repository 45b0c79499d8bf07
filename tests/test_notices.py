"""Notices in the store: each is one however often it is put, and what was told is known for long."""

from dataclasses import replace
from typing import Any

import pytest

from bot.items import ChatId, Feed, Subscription, Taste, UserId, Validators
from bot.life import Event, Notice, distrusting
from bot.store import keys
from bot.store.candidates import Extent
from bot.store.client import Store
from bot.store.notices import Slip
from tests.conftest import Clock

OLD = "https://news.example/feed"
NEW = "https://other.example/feed"
ME, GROUP = ChatId(7), ChatId(-100)


async def follow(store: Store, url: str, chat: ChatId = ME) -> Feed:
    feed = await store.feeds.ensure(url)
    await store.chats.subscribe(Subscription(chat, feed.id, 1, UserId(7)))
    return feed


async def waiting(store: Store) -> list[Notice]:
    return [one async for some in store.notices.waiting() for one, _ in some]


def notice(feed: Feed, event: Event = Event.DEAD, since_ms: int = 5, **more: Any) -> Notice:
    return Notice(feed.id, event, since_ms, **more)


async def test_a_notice_put_twice_is_one_and_is_read_as_it_was_put(store: Store) -> None:
    feed = await store.feeds.ensure(OLD)
    told = [notice(feed, Event.MOVED, old=OLD, new="https://ä.example/?a b"), notice(feed, times=3)]
    for _ in range(2):
        await store.notices.put(told)
    await store.notices.put(())
    assert sorted(await waiting(store), key=lambda one: one.times) == told
    await store.notices.drop(told[0])
    assert await waiting(store) == told[1:]


async def test_what_others_wrote_among_the_notices_is_left_out(store: Store, redis: Any) -> None:
    feed = await store.feeds.ensure(OLD)
    await store.notices.put([notice(feed)])
    for number, raw in enumerate(["", "[]", "{}", '["a","b",1,2,"",""]', '["a","dead","x",2,"",""]', "\xff"]):
        await redis.hset(keys.NOTICES, f"odd{number}", raw)
        await redis.hset(keys.NOTICES, f"odd{number + 99}", f"1 {raw}")
        await redis.hset(keys.notices_for(ME), f"dead feed {number}", f"0 {raw}")
        await redis.hset(keys.notices_for(ME), f"dead feed x{number}", raw)
    assert await waiting(store) == [notice(feed)]
    assert await store.notices.slips(ME) == []


async def test_a_person_is_due_at_the_first_time_that_was_named(store: Store, clock: Clock) -> None:
    feed = await store.feeds.ensure(OLD)
    early, late = Slip(notice(feed), ME), Slip(notice(feed, Event.BACK), GROUP, 2)
    await store.notices.lay([(ME, early)], clock.ms + 10)
    await store.notices.lay([(ME, late), (GROUP, early)], clock.ms + 99)
    assert await store.notices.due(10) == []
    clock.forward(10)
    assert await store.notices.due(10) == [ME]
    assert await store.notices.slips(ME) == [late, early]
    await store.notices.settle(ME, [early], clock.ms + 500)
    assert await store.notices.slips(ME) == [late]
    clock.forward(100)
    assert await store.notices.due(10) == [GROUP]
    await store.notices.settle(GROUP, [early], None)
    clock.forward(1000)
    assert await store.notices.due(10) == [ME]


async def test_what_was_told_is_remembered_and_can_be_forgotten(store: Store, redis: Any) -> None:
    await store.notices.note_told(ME, {"dead a": "1.1", "gone b": "2.1"})
    await store.notices.note_told(ME, {"dead a": "1.2"})
    assert await store.notices.told(ME) == {"dead a": "1.2", "gone b": "2.1"}
    await store.notices.forget_told(ME, ["gone b", "never told"])
    await store.notices.forget_told(ME, [])
    assert await store.notices.told(ME) == {"dead a": "1.2"}
    assert await redis.pttl(keys.noticed(ME)) > 0


async def test_a_move_is_taken_back_at_once_and_without_validators(store: Store, clock: Clock) -> None:
    feed = await follow(store, OLD)
    (claimed,) = (await store.feeds.claim_due(1, 60_000)).feeds
    known = replace(feed, validators=Validators("etag", "", "hash"), life="o5,x")
    await store.feeds.finish(known, clock.ms + 60_000, moved_to=NEW)
    marks = distrusting("", NEW)
    assert not await store.notices.take_back(feed.id, at=OLD, back_to="https://x.example/", unmoved=marks)
    assert await store.notices.take_back(feed.id, at=NEW, back_to=OLD, unmoved=marks)
    now = await store.feeds.get(feed.id)
    assert now is not None
    assert (now.url, now.unmoved, now.validators.etag) == (OLD, marks, "")
    (due,) = (await store.feeds.claim_due(1, 60_000)).feeds
    assert due.id == claimed.id
    await store.feeds.finish(replace(now, unmoved=""), clock.ms)
    assert (await store.feeds.get(feed.id) or now).unmoved == marks, "a look does not undo it"
    found = await store.feeds.find(OLD)
    assert found is not None
    assert found.id == feed.id
    assert (await store.feeds.ensure(NEW)).id != feed.id
    await store.feeds.forget(feed.id)
    assert await store.feeds.find(OLD) is None
    assert await store.feeds.find(NEW) is not None


@pytest.mark.parametrize("brings", [True, False], ids=["news", "nothing new"])
async def test_a_look_at_the_new_place_during_an_undo_leaves_the_old_one_to_be_asked_without_validators(
    store: Store, clock: Clock, *, brings: bool
) -> None:
    feed = await follow(store, OLD)
    await store.news.intake(feed, (), due_ms=clock.ms, hand_on=True, moved_to=NEW)
    (claimed,) = (await store.feeds.claim_due(1, 60_000)).feeds
    assert await store.notices.take_back(feed.id, at=NEW, back_to=OLD, unmoved=distrusting("", NEW))
    looked, due_ms = (
        replace(claimed, validators=Validators("of the new place", "", "hash")),
        clock.ms + 60_000,
    )
    for _ in range(2):
        if brings:
            extent = Extent(b"marks")
            await store.news.intake(looked, (), due_ms=due_ms, hand_on=True, was=claimed, extent=extent)
        else:
            await store.feeds.finish(looked, due_ms, was=claimed)
        if looked.url == NEW:
            (claimed,) = (await store.feeds.claim_due(1, 60_000)).feeds
            assert (claimed.url, claimed.validators, claimed.marks) == (OLD, Validators(), b"")
            looked = replace(claimed, validators=Validators("of the old place", "", "hash"))
    assert (await store.feeds.get(feed.id) or claimed).validators == looked.validators
    assert await store.feeds.next_due_ms() == due_ms


async def test_how_all_feeds_do_is_told_by_their_lives(store: Store, clock: Clock) -> None:
    assert await store.notices.failing_since() == []
    for number in range(3):
        feed = await follow(store, f"https://n{number}.example/")
        await store.feeds.finish(replace(feed, life=f"f{number}"), clock.ms)
    assert sorted(await store.notices.failing_since()) == [0, 1000, 2000]


async def test_one_feed_takes_the_place_of_another_and_what_waits_from_that_is_kept(
    store: Store, redis: Any
) -> None:
    old = await follow(store, OLD)
    await store.chats.update(ME, old.id, lambda now: replace(now, title="Mine", taste=Taste(silent=True)))
    new = await follow(store, NEW)
    await redis.zadd(keys.lane(ME), {f"{old.id}.item": 1})
    was = await store.chats.subscription(ME, old.id)
    assert was is not None
    how = replace(was, feed=new.id, created_ms=9)
    assert await store.chats.succeed(how, old.id)
    assert await store.chats.subscriptions(ME) == [how]
    assert await store.chats.subscription(ME, old.id) is None
    assert await redis.zcard(keys.lane(ME)) == 1
    assert await store.feeds.all_ids() == [new.id]
    assert not await store.chats.succeed(how, old.id)
    assert not await store.chats.succeed(how, new.id)
    assert await store.chats.subscriptions(ME) == [how]

"""``/status``: told to owners in private, in one message whatever the numbers, and to nobody else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.chat.replies import LANGUAGES
from bot.errors import StoreUnavailable
from bot.fetch.answer import Failure
from bot.items import Chat, ChatId, ItemId
from bot.playground.playground import Playground
from bot.render.parts import TEXT_LIMIT, units
from bot.settings import Settings
from bot.store import keys
from bot.store.client import Store
from bot.store.outbox import Letter
from bot.store.status import COUNTS, DAY_MS
from tests.chatting import FEED, NOW, Stage, Web, conversation, items
from tests.conftest import Clock

EN = LANGUAGES["en"]
HOUR_MS = 3_600_000


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    web.publish(FEED, "Example News", items(3))
    async with Playground() as world:
        settings = Settings(owner_ids=frozenset({world.user.id}))
        async with conversation(store, clock, world=world, web=web, settings=settings) as stage:
            yield stage


async def park(redis: Any, at_ms: int, chat: int, item: str, why: str) -> None:
    await redis.zadd(keys.TROUBLES, {f"{chat} {item}": at_ms})
    await redis.hset(keys.parked(ChatId(chat)), item, why)


async def test_an_owner_of_a_new_relay_is_told_that_nothing_is_the_matter(stage: Stage) -> None:
    said = (await stage.ask(stage.world.user, "/status")).text
    assert said.startswith(EN.status_title)
    assert "Feeds: 0; failing: 0" in said
    assert "Chats: 1; paused by Telegram: 0" in said
    assert EN.status_held.format(count=0) in said
    assert EN.status_none_parked in said
    assert "Today (UTC): sent 0" in said
    assert "looking never" in said


async def test_an_owner_is_told_what_fails_waits_and_was_parked_by_name(
    stage: Stage, redis: Any, clock: Clock
) -> None:
    me, store = stage.world.user, stage.store
    await stage.ask(me, f"/sub {FEED}", more=2)
    feed = await store.feeds.find(FEED)
    assert feed
    bad = replace(feed, trouble=Failure.UNREACHABLE.value, failures=3, ok_ms=clock.ms - 3 * HOUR_MS)
    await store.feeds.finish(bad, 0)
    newest = (await store.archive.latest([feed.id], offset=0, limit=1))[0]
    await park(redis, clock.ms - 2 * HOUR_MS, me.id, newest.id, "message is too long")
    await park(redis, clock.ms - 5 * HOUR_MS, -77, "gone.item", "message is too long")
    await store.chats.save(Chat(ChatId(-5), title="Circle"))
    for item in ("a.1", "a.2"):
        await store.outbox.lay(ItemId(item), 1, [Letter(ChatId(-5)), Letter(ChatId(9))])
    for chat, why in [(9, "blocked"), (10, "by hand")]:
        await store.chats.save(Chat(ChatId(chat)))
        await store.chats.pause(ChatId(chat), why)
    today = clock.ms // DAY_MS
    for day, sent in [(today, 12), (today - 1, 34)]:
        counts = {"sent": sent, "edited": 2, "parked": 3, "flooded": 4, "found": 5}
        await redis.hset(keys.tally(day), mapping=counts)
    await store.claims.note_health("send")
    said = (await stage.ask(me, "/status")).text
    for line in [
        "Feeds: 1; failing: 1\n– Example News: not reachable, last read 3 h ago",
        "Chats: 4; paused by Telegram: 1; paused by hand: 1\n– blocked: 1",
        "Chats with news waiting: 1; items: 2; items behind pauses: 2\n– Circle: 2",
        "Parked, the last 2:\n– message is too long: 2",
        "– 2 h ago, “Story number 3” for Alex: message is too long",
        "– 5 h ago, “gone.item” for -77: message is too long",
        "Today (UTC): sent 12, edited 2, parked 3, flood waits 4, found already there 5",
        "Yesterday: sent 34, edited 2",
        "looking never, routing never, sending just now",
    ]:
        assert line in said


async def test_an_owner_is_told_who_must_wait_and_until_when(stage: Stage) -> None:
    outbox = stage.store.outbox
    await stage.store.chats.save(Chat(ChatId(-5), title="Circle"))
    for chat, hours in ((-5, 12), (-6, 1)):
        await outbox.hold(ChatId(chat), hours * HOUR_MS, flood=True)
    said = (await stage.ask(stage.world.user, "/status")).text
    until = [f"{NOW + timedelta(hours=hours):%Y-%m-%d %H:%M} UTC" for hours in (12, 1)]
    assert (
        "Chats held for over a minute (flood waits, no answers): 2\n"
        f"– Circle, until {until[0]}\n– -6, until {until[1]}\n\n"
    ) in said


async def test_a_stranger_is_told_how_to_become_an_owner_and_nothing_else(stage: Stage) -> None:
    stranger = stage.world.add_user("Stranger")
    said = (await stage.ask(stranger, "/status")).text
    assert said == EN.status_owners.format(person=stranger.id)
    assert EN.help_owner not in (await stage.ask(stranger, "/help")).text


async def test_in_a_group_nobody_is_told_be_it_an_owner(stage: Stage) -> None:
    group = stage.world.add_supergroup()
    assert (await stage.ask(group, "/status")).text == EN.status_private
    assert (await stage.ask(group, "/status", anonymous=True)).text == EN.status_private
    assert EN.help_owner not in (await stage.ask(group, "/help")).text


async def test_an_owner_finds_it_in_the_help(stage: Stage) -> None:
    assert (await stage.ask(stage.world.user, "/help")).text.endswith(f"\n\n{EN.help_owner}")


@pytest.mark.parametrize("part", ["status", "claims", "feeds"])
async def test_while_the_store_is_away_the_usual_sentence_is_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("Redis does not answer")

    step = {"status": "survey", "claims": "health", "feeds": "many"}[part]
    monkeypatch.setattr(getattr(stage.store, part), step, away)
    assert (await stage.ask(stage.world.user, "/status")).text == EN.no_memory


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_it_fits_into_one_message_whatever_the_numbers(
    stage: Stage, redis: Any, clock: Clock, language: str
) -> None:
    store, long, many = stage.store, "😀" * 300, 10**12
    owner = stage.world.user
    owner.language_code = language
    stage.web.publish(FEED, "Example", [replace(one, title=long) for one in items(3)])
    await stage.ask(owner, f"/sub {FEED}", more=2)
    feed = await store.feeds.find(FEED)
    assert feed
    stories = await store.archive.latest([feed.id], offset=0, limit=3)
    for number in range(1, 9):
        made = await store.feeds.ensure(f"https://feed{number}.example/{'x' * 300}")
        told = replace(made, title=long, failures=9, trouble=Failure.REFUSED.value, ok_ms=number)
        await store.feeds.finish(told, many)
        await redis.zadd(keys.SCHEDULE, {made.id: number})
        await store.chats.save(Chat(ChatId(-number), title=long))
        await store.outbox.lay(ItemId("a.1"), 1, [Letter(ChatId(-number))])
        await store.outbox.hold(ChatId(-number), many**2)
        await store.chats.save(Chat(ChatId(-100 - number), title=long))
        await store.chats.pause(ChatId(-100 - number), f"{number} {long}")
    for number in range(250):
        item = stories[number % 3].id if number < 3 else f"a.{number}"
        await park(redis, clock.ms - number, -1 - number % 8, item, f"{number % 9} {long}")
    for day in (clock.ms // DAY_MS, clock.ms // DAY_MS - 1):
        await redis.hset(keys.tally(day), mapping=dict.fromkeys(COUNTS, many))
    for work in ("look", "route", "send", "update"):
        await redis.hset(keys.HEALTH, work, 1)
    said = (await stage.ask(owner, "/status")).text
    print(f"{units(said)} units")
    assert said.startswith(LANGUAGES[language].status_title)
    assert said.count("…") == 3 + 3 + 4 + 3 + 4 + 3 * 3, "all that can be long is there, and cut"
    assert f" {many}" in said
    assert units(said) < TEXT_LIMIT * 0.9

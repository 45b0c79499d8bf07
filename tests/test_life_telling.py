"""Who is told what became of a feed, when, and how often: on the real store, with a voice that may fail."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.deliver.outcome import ChatLost, Refused
from bot.deliver.telling import audience
from bot.fetch.answer import Failed, Failure
from bot.items import Chat, ChatId, ChatKind, Feed, Subscription, UserId
from bot.life import Event, after_look
from bot.store.client import Store
from tests.conftest import Clock
from tests.telling import CHANNEL, DAY_MS, GROUP, ME, OTHER, Stage, Voice, buttons, teller


@pytest.fixture
async def stage(store: Store, clock: Clock) -> Stage:
    voice = Voice()
    return Stage(store, clock, voice, teller(store, clock, voice))


# Who


@pytest.mark.parametrize(
    ("chat", "by", "owner", "kind", "told"),
    [
        (7, 9, 9, "private", [7]),
        (-100, 7, 8, "supergroup", [7, 8, -100]),
        (-100, 7, 7, "group", [7, -100]),
        (-100, None, 8, "supergroup", [8, -100]),
        (-100, None, None, "group", [-100]),
        (-200, 7, 8, "channel", [7, 8]),
        (-200, None, None, "channel", []),
    ],
)
def test_people_are_told_in_private_a_group_where_there_is_nobody_and_a_channel_never(
    chat: int, by: int | None, owner: int | None, kind: str, told: Sequence[int]
) -> None:
    wish = Subscription(ChatId(chat), Feed("f", "").id, 1, UserId(by) if by else None)  # type: ignore[arg-type]
    known = Chat(ChatId(chat), ChatKind(kind), owner=UserId(owner) if owner else None)
    assert audience(wish, known) == list(told)
    if chat < 0 and not by:
        assert audience(wish, None) == []


async def test_a_death_in_a_channel_is_told_to_whoever_subscribed_it_and_without_a_sound(
    stage: Stage,
) -> None:
    feed = await stage.follow("news", CHANNEL, kind="channel")
    await stage.die(feed)
    await stage.rounds()
    ((to, message),) = stage.voice.said
    assert (to, message.silent) == (ME, True)
    assert message.text.text.startswith("The news (in The channel) has failed for days: not reachable")
    assert buttons(message) == ["Look for it again", "Leave The news"]


async def test_who_cannot_be_reached_is_passed_over_down_to_the_group_and_not_to_the_channel(
    stage: Stage,
) -> None:
    feed = await stage.follow("news", GROUP, by=7, kind="supergroup")
    await stage.store.chats.save(Chat(GROUP, ChatKind.SUPERGROUP, "The supergroup", owner=UserId(8)))
    await stage.follow("news", CHANNEL, by=7, kind="channel")
    stage.voice.outcomes = {ME: [ChatLost("blocked")] * 9, OTHER: [Refused("no")] * 9}
    await stage.die(feed)
    await stage.rounds(6)
    ((to, message),) = stage.voice.said
    assert to == GROUP
    assert message.text.text.startswith("The news has failed")


async def test_who_has_left_a_chat_is_told_of_its_feeds_no_more_but_whoever_comes_next_is(
    stage: Stage,
) -> None:
    feed = await stage.follow("news", GROUP, by=7, kind="supergroup")
    await stage.store.chats.save(Chat(GROUP, ChatKind.SUPERGROUP, "The supergroup", owner=UserId(8)))
    await stage.follow("news", CHANNEL, by=7, kind="channel")
    mine = await stage.follow("mine")
    await stage.follow("well", by=8)
    await stage.follow("good", OTHER, by=8)
    stage.voice.left = {(GROUP, ME), (CHANNEL, ME)}
    await stage.die(feed, mine)
    await stage.rounds(6)
    assert [text.split(" has")[0] for text in stage.voice.texts(ME)] == ["The mine"]
    assert [text.split(" has")[0] for text in stage.voice.texts(OTHER)] == ["The news (in The supergroup)"]
    assert len(stage.voice.said) == 2, "no channel is told"


async def test_who_has_left_or_paused_the_feed_is_not_told(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.follow("news", OTHER)
    await stage.store.chats.update(OTHER, feed.id, lambda now: replace(now, paused=True))
    await stage.die(feed)
    await stage.teller.round(asyncio.Event())
    await stage.store.chats.unsubscribe(ME, feed.id)
    await stage.rounds()
    assert stage.voice.said == []


async def test_a_chat_that_is_paused_is_not_told(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.store.chats.pause(ME, "by hand", lost=False)
    await stage.die(feed)
    await stage.rounds()
    assert stage.voice.said == []


async def test_a_move_that_cannot_be_undone_any_more_is_no_news(stage: Stage) -> None:
    feed = await stage.follow("news")
    for _ in range(2):
        await stage.look(feed, moved_to="https://new.example/feed")
        stage.clock.forward(3_600_000)
    stage.clock.forward(40 * DAY_MS)  # nobody told anything meanwhile, as where only polls are run
    await stage.look(feed)
    await stage.rounds()
    assert stage.voice.said == []


# When and how often


async def test_a_death_is_told_once_and_its_return_too(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.die(feed)
    await stage.rounds()
    await stage.die(feed)
    await stage.rounds()
    assert len(stage.voice.said) == 1, "three days later it is no news"
    await stage.look(feed)
    await stage.rounds()
    first, second = stage.voice.texts()
    assert first.startswith("The news has failed for days: not reachable")
    assert second.startswith("The news is back")
    await stage.look(feed)
    await stage.rounds()
    assert len(stage.voice.said) == 2


async def test_a_feed_that_came_back_before_it_was_told_is_not_spoken_of(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.die(feed)
    await stage.teller.round(asyncio.Event())
    await stage.look(feed)
    await stage.rounds()
    assert stage.voice.said == []


async def test_who_came_after_a_death_was_told_hears_nothing_of_the_return(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.die(feed)
    await stage.rounds()
    await stage.follow("news", OTHER, by=8)
    await stage.look(feed)
    await stage.rounds(apart_ms=DAY_MS)
    assert (len(stage.voice.texts(ME)), stage.voice.texts(OTHER)) == (2, [])


async def test_a_look_that_is_taken_again_because_it_was_not_saved_tells_nothing_twice(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.die(feed)
    before = await stage.store.feeds.get(feed.id)
    assert before is not None
    await stage.rounds()
    lost = replace(before, life=before.life.partition(" d")[0])
    again = after_look(replace(lost, failures=20), stage.clock.ms, failure=Failed(Failure.UNREACHABLE))
    assert [one.event for one in again.notices] == [Event.DEAD]
    await stage.store.notices.put(again.notices)
    stage.clock.forward(DAY_MS)
    await stage.rounds()
    assert len(stage.voice.said) == 1


async def test_a_move_is_told_with_its_undo_and_not_once_it_is_undone(stage: Stage) -> None:
    feed = await stage.follow("news")
    for _ in range(2):
        await stage.look(feed, moved_to="https://new.example/feed")
        stage.clock.forward(3_600_000)
    await stage.rounds()
    ((_, message),) = stage.voice.said
    assert "from https://news.example/feed to https://new.example/feed" in message.text.text
    assert buttons(message) == ["Undo the move"]
    await stage.follow("other")
    other = await stage.follow("other")
    for _ in range(2):
        await stage.look(other, moved_to="https://new.example/other")
        stage.clock.forward(3_600_000)
    at, back = "https://new.example/other", "https://other.example/feed"
    assert await stage.store.notices.take_back(other.id, at=at, back_to=back, unmoved="x")
    stage.clock.forward(DAY_MS)
    await stage.rounds()
    assert len(stage.voice.said) == 1


async def test_a_move_to_where_another_of_the_chats_feeds_is_names_that(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.follow("other")
    for _ in range(2):
        await stage.look(feed, moved_to="https://other.example/feed")
        stage.clock.forward(3_600_000)
    await stage.rounds()
    ((_, message),) = stage.voice.said
    assert "where The other is followed already" in message.text.text
    assert buttons(message) == ["Leave The news", "Undo the move"]


# Together


async def test_eighteen_feeds_of_one_host_are_one_message(stage: Stage) -> None:
    feeds = [await stage.follow(f"n{number}") for number in range(18)]
    for number in range(19):
        well = await stage.store.feeds.ensure(f"https://well{number}.example/feed")
        await stage.store.chats.subscribe(Subscription(ME, well.id, 1))
    await stage.die(*feeds)
    await stage.rounds()
    (text,) = stage.voice.texts()
    assert "Failing for days; I go on trying: 18" in text
    assert "16. " in text
    assert "17. " not in text
    assert "and 2 more" in text
    assert buttons(stage.voice.said[0][1]) == [str(number) for number in range(1, 17)]


async def test_between_two_messages_to_one_person_are_hours(stage: Stage) -> None:
    dead, moved = await stage.follow("dead"), await stage.follow("moved")
    await stage.die(dead)
    await stage.rounds()
    await stage.look(dead)
    for _ in range(3):
        await stage.look(moved, moved_to="https://new.example/feed")
    await stage.rounds(5, apart_ms=3_600_000)
    assert len(stage.voice.said) == 1
    await stage.rounds(1, apart_ms=3_600_000)
    _, text = stage.voice.texts()
    assert "Moved for good, and followed there: 1\n1. The moved · https://new.example/feed" in text
    assert "Back again: 1\n2. The dead" in text
    assert buttons(stage.voice.said[1][1]) == ["1"]


async def test_when_most_feeds_fail_at_once_it_is_our_network_and_only_the_owner_is_told(
    stage: Stage,
) -> None:
    feeds = [await stage.follow(f"n{number}") for number in range(6)]
    well = [await stage.follow(f"well{number}") for number in range(2)]
    await stage.die(*feeds)
    await stage.rounds(8)
    assert stage.voice.texts() == []
    (told,) = stage.voice.texts(ChatId(99))
    assert told.startswith("6 feeds fail at once")
    for feed in (*feeds[1:], *well):
        await stage.look(feed)
    await stage.rounds()
    (text,) = stage.voice.texts()
    assert text.startswith("The n0 has failed for days"), "what stays dead when that is over is told"


async def test_few_feeds_that_die_together_are_told(stage: Stage) -> None:
    feeds = [await stage.follow(f"n{number}") for number in range(3)]
    await stage.die(*feeds)
    await stage.rounds()
    (text,) = stage.voice.texts()
    assert "Failing for days; I go on trying: 3" in text

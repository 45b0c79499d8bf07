"""Who is told what became of a feed, when, and how often: on the real store, with a voice that may fail."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest

from bot.chat.fates import FeedWords
from bot.deliver.outcome import ChatLost, Down, Outcome, Refused, Sent, Unclear, Wait
from bot.deliver.telling import Pace, Teller, Told, audience
from bot.errors import StoreUnavailable
from bot.fetch.answer import Failed, Failure
from bot.items import Chat, ChatId, ChatKind, Feed, Subscription, UserId
from bot.life import DEAD_LOOKS, Event, Notice, after_look
from bot.render.parts import Message
from bot.settings import Settings
from bot.store.client import Store
from tests.conftest import Clock

ME, OTHER = ChatId(7), ChatId(8)
GROUP, CHANNEL = ChatId(-100), ChatId(-200)
DAY_MS = 86_400_000
HASTE = Pace(round_s=0.01, apart_s=0)


@dataclass
class Voice:
    """Takes messages, and fails as it is told."""

    said: list[tuple[ChatId, Message]] = field(default_factory=list)
    outcomes: dict[ChatId, list[Outcome]] = field(default_factory=dict)
    spoken: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, chat: ChatId, message: Message) -> Outcome:
        planned = self.outcomes.get(chat, [])
        outcome = planned.pop(0) if planned else Sent(len(self.said) + 1)
        if isinstance(outcome, Sent | Unclear):
            self.said.append((chat, message))
        self.spoken.set()
        return outcome

    def texts(self, chat: ChatId = ME) -> list[str]:
        return [message.text.text for to, message in self.said if to == chat]


@dataclass
class Stage:
    """A store, a teller, and feeds whose looks are made up."""

    store: Store
    clock: Clock
    voice: Voice
    teller: Teller

    async def follow(self, name: str, chat: ChatId = ME, *, by: int | None = 7, kind: str = "") -> Feed:
        feed = await self.store.feeds.ensure(f"https://{name}.example/feed")
        await self.store.feeds.finish(replace(feed, title=f"The {name}"), self.clock.ms)
        await self.store.chats.subscribe(Subscription(chat, feed.id, 1, UserId(by) if by else None))
        if kind:
            await self.store.chats.save(Chat(chat, ChatKind(kind), f"The {kind}"))
        return await self.store.feeds.get(feed.id) or feed

    async def look(self, feed: Feed, failure: Failure | None = None, *, moved_to: str | None = None) -> None:
        """Take a look as a collector does: notices first, then the feed."""
        known = await self.store.feeds.get(feed.id)
        assert known is not None
        now_ms = self.clock.ms
        if failure:
            known = replace(known, failures=known.failures + 1, trouble=failure.value)
        else:
            known = replace(known, failures=0, trouble="", ok_ms=now_ms)
        failed = Failed(failure) if failure else None
        lived = after_look(known, now_ms, failure=failed, moved_to=moved_to, read=True)
        await self.store.notices.put(lived.notices)
        await self.store.feeds.finish(lived.feed, now_ms + 60_000, moved_to=lived.moved_to)

    async def die(self, *feeds: Feed, why: Failure = Failure.UNREACHABLE) -> None:
        """Fail for more than three days."""
        for _ in range(DEAD_LOOKS):
            await asyncio.gather(*(self.look(feed, why) for feed in feeds))
            self.clock.forward(DAY_MS * 4 // 5)

    async def rounds(self, count: int = 4, *, apart_ms: int = 600_000) -> None:
        for _ in range(count):
            await self.teller.round(asyncio.Event())
            self.clock.forward(apart_ms)
        await self.teller.round(asyncio.Event())


@pytest.fixture
async def stage(store: Store, clock: Clock) -> Stage:
    voice = Voice()
    return Stage(store, clock, voice, teller(store, clock, voice))


def teller(store: Store, clock: Clock, voice: Voice, **settings: object) -> Teller:
    made = Settings.model_validate({"owner_ids": "99", **settings})
    return Teller(store, voice, FeedWords(clock), made, pace=HASTE)


def buttons(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]


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


async def test_who_has_left_or_paused_the_feed_is_not_told(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.follow("news", OTHER)
    await stage.store.chats.update(OTHER, feed.id, lambda now: replace(now, paused=True))
    await stage.die(feed)
    await stage.teller.round(asyncio.Event())
    await stage.store.chats.unsubscribe(ME, feed.id)
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


# What goes wrong


@pytest.mark.parametrize("outcome", [Wait(40.0), Down("out of order")], ids=["flood", "down"])
async def test_what_was_not_sent_is_told_later(stage: Stage, outcome: Outcome) -> None:
    feed = await stage.follow("news")
    stage.voice.outcomes = {ME: [outcome]}
    await stage.die(feed)
    await stage.rounds()
    assert len(stage.voice.said) == 1


async def test_what_may_have_been_sent_is_not_told_again(stage: Stage) -> None:
    feed = await stage.follow("news")
    stage.voice.outcomes = {ME: [Unclear("no answer")]}
    await stage.die(feed)
    await stage.rounds(50)
    assert len(stage.voice.said) == 1


async def test_a_teller_that_is_cut_off_while_it_speaks_does_not_repeat_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await stage.follow("news")
    await stage.die(feed)

    async def die(chat: ChatId, message: Message) -> Outcome:
        stage.voice.said.append((chat, message))
        raise StoreUnavailable("the process ends here")

    with monkeypatch.context() as patched:
        patched.setattr(stage.voice, "answer", die)
        with suppress(StoreUnavailable):
            await stage.rounds()
    await stage.rounds(50)
    assert len(stage.voice.said) == 1


async def test_a_notice_that_is_read_before_its_look_is_saved_waits_for_that(stage: Stage) -> None:
    feed = await stage.follow("news")
    new = "https://new.example/feed"
    await stage.look(feed, moved_to=new)
    stage.clock.forward(3_600_000)
    known = await stage.store.feeds.get(feed.id)
    assert known is not None
    lived = after_look(known, stage.clock.ms, moved_to=new, read=True)
    await stage.store.notices.put(lived.notices)
    await stage.rounds(2, apart_ms=60_000)
    await stage.store.feeds.finish(lived.feed, stage.clock.ms, moved_to=lived.moved_to)
    await stage.rounds(2, apart_ms=60_000)
    assert len(stage.voice.said) == 1


async def test_what_cannot_be_put_into_words_is_given_up_and_the_next_person_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    feed = await stage.follow("news")
    await stage.follow("news", OTHER)
    told = FeedWords.told

    def stumble(self: FeedWords, things: Sequence[Told], language: str, person: ChatId) -> Message:
        if person == ME:
            raise ZeroDivisionError
        return told(self, things, language, person)

    monkeypatch.setattr(FeedWords, "told", stumble)
    await stage.die(feed)
    await stage.rounds()
    assert [to for to, _ in stage.voice.said] == [OTHER]
    assert "cannot be told of its feeds" in caplog.text
    assert await stage.store.notices.slips(ME) == []


async def test_a_notice_of_a_feed_that_is_gone_from_the_store_comes_to_nothing(stage: Stage) -> None:
    feed = await stage.follow("news")
    await stage.store.notices.put([Notice(feed.id, Event.DEAD, 1)])
    await stage.store.feeds.forget(feed.id)
    await stage.rounds()
    assert stage.voice.said == []
    assert [one async for some in stage.store.notices.waiting() for one in some] == []


async def test_one_teller_tells_and_another_waits(store: Store, clock: Clock) -> None:
    voice = Voice()
    stage = Stage(store, clock, voice, teller(store, clock, voice))
    feed = await stage.follow("news")
    await stage.die(feed)
    stop = asyncio.Event()
    await store.claims.lead("telling", "another", 180_000)
    running = asyncio.create_task(stage.teller.run(stop))
    await asyncio.sleep(0.05)
    assert [one async for some in store.notices.waiting() for one in some]
    await store.claims.resign("telling", "another")
    async with asyncio.timeout(5):
        while not await store.notices.slips(ME):  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)
    clock.forward(600_000)
    async with asyncio.timeout(5):
        await voice.spoken.wait()
    stop.set()
    async with asyncio.timeout(5):
        await running
    assert await store.claims.lead("telling", "next", 1000)

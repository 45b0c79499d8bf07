"""What goes wrong while people are told what became of their feeds: nothing is lost, nor told twice."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from bot.chat.fates import FeedWords
from bot.deliver.outcome import Down, Outcome, Unclear, Wait
from bot.deliver.telling import LEAD_MS, Told
from bot.errors import StoreError, StoreUnavailable
from bot.items import Chat, ChatId
from bot.life import Event, Notice, after_look
from bot.render.parts import Message
from bot.store.client import Store
from tests.conftest import Clock
from tests.telling import CHANNEL, ME, OTHER, Stage, Voice, teller


@pytest.fixture
async def stage(store: Store, clock: Clock) -> Stage:
    voice = Voice()
    return Stage(store, clock, voice, teller(store, clock, voice))


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


async def test_nobody_is_told_by_a_teller_that_another_took_over_from_while_telegram_hung(
    store: Store, clock: Clock
) -> None:
    class Hung(Voice):
        async def has_left(self, chat: Chat, person: ChatId) -> bool:
            assert chat.id != person
            hanging._led_s -= LEAD_MS
            clock.forward(LEAD_MS + 1)
            return not await store.claims.lead("telling", "another", LEAD_MS)

    voice = Hung()
    hanging = teller(store, clock, voice)
    there = Stage(store, clock, voice, hanging)
    feed = await there.follow("news", CHANNEL, kind="channel")
    await there.follow("news", ChatId(-201), kind="channel")
    await store.claims.lead("telling", hanging._holder, LEAD_MS)
    await there.die(feed)
    await hanging.round(asyncio.Event())
    clock.forward(600_000)
    with pytest.raises(StoreError, match="taken over"):
        await hanging.round(asyncio.Event())
    assert voice.said == []

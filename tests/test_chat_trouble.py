"""Trouble in the middle of a conversation: nobody is told two things, nobody waits for somebody else."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from bot.chat.desk import Ask, Desk
from bot.chat.replies import LANGUAGES
from bot.deliver.outcome import Outcome, Sent, Wait
from bot.errors import StoreUnavailable
from bot.items import Chat, ChatId, ItemId
from bot.playground.playground import Playground
from bot.render.parts import Message, RichText
from bot.settings import Settings
from bot.store.claims import Claims
from bot.store.client import Store
from bot.subscribe import Subscriber
from tests.chatting import FEED, HASTE, Stage, Web, conversation, items
from tests.conftest import Clock

EN = LANGUAGES["en"]


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    web.publish(FEED, "Example News", items(3))
    async with Playground() as world, conversation(store, clock, world=world, web=web) as stage:
        yield stage


async def _away(*_: object) -> None:
    raise StoreUnavailable("Redis does not answer")


@pytest.mark.parametrize("step", ["note_sent", "end_update"])
async def test_a_store_that_fails_after_the_answer_takes_nothing_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    part = stage.store.outbox if step == "note_sent" else stage.store.claims
    monkeypatch.setattr(part, step, _away)
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    await stage.settled()
    assert len(stage.world.messages(stage.world.user)) == 2
    assert await stage.heard(stage.world.user) == [FEED]


async def test_a_deadline_that_passes_after_the_answer_takes_nothing_back(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web()
    web.publish(FEED, "Example News", items(3))

    async def hang(_chat: ChatId, _item: ItemId, _message: int) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(store.outbox, "note_sent", hang)
    pace = replace(HASTE, deadline_s=0.5)
    async with Playground() as world, conversation(store, clock, world=world, web=web, pace=pace) as stage:
        await stage.ask(world.user, f"/sub {FEED}", more=2)
        assert (await stage.ask(world.user, "/alerts")).text == EN.alerts_empty.format(at="")
        assert len(world.messages(world.user)) == 3


async def test_a_press_that_was_answered_before_the_store_failed_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    listed = await stage.ask(stage.world.user, "/list")
    monkeypatch.setattr(stage.store.chats, "unsubscribe", _away)
    await stage.press(listed, "✕ 1")
    await stage.becomes(listed, "Leave Example News?")
    await stage.press(listed, EN.yes)
    assert (await stage.world.wait_for_messages(stage.world.user, 4))[3].text == EN.no_memory


async def test_a_surprise_in_one_update_ends_no_conversation(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = stage.store.chats.get

    async def get(chat: ChatId) -> Chat | None:
        if chat == ChatId(-1001):
            raise ValueError("a record nobody expected")
        return await kept(chat)

    monkeypatch.setattr(stage.store.chats, "get", get)
    odd = {"chat": {"id": -1001, "type": "channel", "title": "Odd"}, "message_id": 1}
    stage.world.telegram.updates.add("channel_post", odd)
    await stage.settled()
    assert (await stage.ask(stage.world.user, "/list")).text == EN.list_empty
    assert [one for one in caplog.records if one.levelno == logging.ERROR and one.exc_info]


async def test_one_who_waits_hides_nobody_however_many_come_after(stage: Stage) -> None:
    stage.web.held = asyncio.Event()
    stage.world.say(stage.world.user, f"/sub {FEED}")
    await stage.web.looked.wait()
    group = stage.world.add_supergroup()
    stage.world.make_admin(group)
    for number in range(150):
        stage.world.say(group, f"talk {number}")
    other = stage.world.add_user("Other")
    assert (await stage.ask(other, "/list")).text == EN.list_empty
    stage.web.held.set()
    await stage.world.wait_for_messages(stage.world.user, 2)
    await stage.settled()
    assert len(stage.web.asked) == 1


async def test_the_lead_is_kept_however_long_a_poll_takes(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    often, kept = asyncio.Event(), Claims.lead
    times = 0

    async def lead(claims: Claims, name: str, holder: str, lease_ms: int) -> bool:
        nonlocal times
        times += 1
        if times >= 4:
            often.set()
        return await kept(claims, name, holder, lease_ms)

    monkeypatch.setattr(Claims, "lead", lead)
    pace = replace(HASTE, poll_s=5, lease_s=0.15)
    async with Playground() as world, conversation(store, clock, world=world, web=Web(), pace=pace):
        async with asyncio.timeout(2):
            await often.wait()


@dataclass
class Flooded:
    """A mouth that must wait before its first edit."""

    outcomes: list[Outcome]
    edits: list[str] = field(default_factory=list)

    async def answer(self, chat: ChatId, message: Message) -> Outcome:
        raise AssertionError(f"chat {chat} was told {message.text.text!r} instead")

    async def edit(self, chat: ChatId, message_id: int, message: Message) -> Outcome:  # noqa: ARG002  one page
        self.edits.append(message.text.text)
        return self.outcomes.pop(0)


@pytest.mark.parametrize(("seconds", "edits"), [(0.01, 2), (3600, 1)])
async def test_a_page_turned_too_fast_for_telegram_turns_a_little_later(
    stage: Stage, clock: Clock, seconds: float, edits: int
) -> None:
    mouth = Flooded([Wait(seconds), Sent(5)])
    finder = Subscriber(stage.store, stage.web, stage.web, Settings())
    desk = Desk(stage.store, stage.bot, mouth, finder, Settings(), clock)
    ask = Ask(Chat(ChatId(7)), EN, None, message=5, query="q")
    await desk.rewrite(ask, RichText("page 2"))
    assert mouth.edits == ["page 2"] * edits
    assert desk.told == ({ChatId(7)} if edits == 2 else set())


async def test_an_undo_needs_no_site(stage: Stage) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    left = await stage.ask(stage.world.user, "/unsub 1")
    del stage.web.documents[FEED]
    await stage.press(left, EN.undo)
    await stage.becomes(left, "followed again")
    assert await stage.heard(stage.world.user) == [FEED]
    assert len(stage.world.messages(stage.world.user)) == 3


async def test_items_that_go_or_come_while_one_leafs_leave_no_empty_page(stage: Stage) -> None:
    stage.web.publish(FEED, "Example News", items(8))
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    latest = await stage.ask(stage.world.user, "/latest")
    older = str(latest.button(EN.older)["callback_data"])
    await stage.press(latest, EN.older)
    await stage.becomes(latest, "6. Story number 3")
    stage.world.telegram.press(stage.world.user, latest, older.replace(":5:5:", ":500:5:"))
    await stage.becomes(latest, "1. Story number 8")

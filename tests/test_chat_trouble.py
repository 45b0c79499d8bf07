"""Trouble in the middle of a conversation: nobody is told two things, nobody waits for somebody else."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from bot.chat.desk import Ask, Desk
from bot.chat.replies import LANGUAGES
from bot.deliver.outcome import Outcome, Sent, Wait
from bot.errors import StoreUnavailable
from bot.items import Chat, ChatId, ItemId, Subscription
from bot.playground.playground import Playground
from bot.playground.world import Status
from bot.render.parts import Message, RichText
from bot.searching import Searcher
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
        assert (await stage.ask(world.user, "/alerts")).text == EN.alerting.alerts_empty.format(at="")
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


async def test_who_adds_us_while_the_store_fails_is_greeted_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, failed = stage.store.claims.end_update, asyncio.Event()

    async def end_update(update: int) -> None:
        if not failed.is_set():
            failed.set()
            raise StoreUnavailable("Redis does not answer")
        await kept(update)

    monkeypatch.setattr(stage.store.claims, "end_update", end_update)
    group = stage.world.add_supergroup("Circle", bot=Status.LEFT)
    stage.world.add_member(group)
    await stage.settled()
    assert failed.is_set()
    assert len(stage.world.messages(stage.world.user)) == 1


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
    desk = Desk(stage.store, stage.bot, mouth, finder, Settings(), clock, searcher=Searcher(stage.store))
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


async def test_two_hundred_feeds_are_leafed_through_and_each_can_be_left(stage: Stage) -> None:
    me = ChatId(stage.world.user.id)
    for number in range(200):
        feed = await stage.store.feeds.ensure(f"https://feed{number}.example/rss")
        await stage.store.chats.subscribe(Subscription(me, feed.id, created_ms=number))
    listed = await stage.ask(stage.world.user, "/list")
    seen = list(listed.buttons)
    for page in range(2, 26):
        await stage.press(listed, EN.following)
        await stage.becomes(listed, f"page {page} of 25")
        seen += listed.buttons
    assert [one for one in seen if one.startswith("✕")] == [f"✕ {n}" for n in range(1, 201)]
    await stage.press(listed, "✕ 200")
    await stage.becomes(listed, "Leave feed199.example/rss?")
    await stage.press(listed, EN.yes)
    await stage.becomes(listed, "no longer followed")
    many = " ".join(str(number) for number in range(1, 200))
    left = await stage.ask(stage.world.user, f"/unsub {many}")
    assert "199 feeds are no longer followed" in left.text
    assert (await stage.ask(stage.world.user, "/list")).text == EN.list_empty


async def test_a_feeds_password_is_not_shown_to_those_who_read_the_list(stage: Stage) -> None:
    me = ChatId(stage.world.user.id)
    feed = await stage.store.feeds.ensure("https://reader:hunter2@private.example/feed")
    await stage.store.chats.subscribe(Subscription(me, feed.id, created_ms=1))
    listed = await stage.ask(stage.world.user, "/list")
    assert "1. private.example/feed" in listed.text
    assert "hunter2" not in str(listed.content)


async def test_a_page_turned_while_items_arrive_repeats_but_never_skips(stage: Stage) -> None:
    stage.web.publish(FEED, "Example News", items(12))
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    latest = await stage.ask(stage.world.user, "/latest")
    seen = set(re.findall(r"Story number \d+", latest.text))
    fresh = replace(items(1)[0], guid="fresh", title="Fresh", link="https://news.example/fresh")
    stage.web.publish(FEED, "Example News", (fresh, *items(12)))
    await stage.ask(stage.world.user, f"/sub {FEED}")
    for page in ("6. ", "11. "):
        await stage.press(latest, EN.older)
        await stage.becomes(latest, page)
        seen |= set(re.findall(r"Story number \d+", latest.text))
    assert len(seen) == 12


async def test_whoever_blocks_us_before_the_answer_breaks_nothing(stage: Stage) -> None:
    stage.web.held = asyncio.Event()
    stage.world.say(stage.world.user, f"/sub {FEED}")
    await stage.web.looked.wait()
    stage.world.block()
    stage.web.held.set()
    await stage.settled()
    known = await stage.store.chats.get(ChatId(stage.world.user.id))
    assert known
    assert known.paused == "blocked"
    assert stage.world.messages(stage.world.user) == []


async def test_an_edited_command_and_a_reaction_are_left_alone(stage: Stage) -> None:
    await stage.ask(stage.world.user, "/help")
    chat = {"id": stage.world.user.id, "type": "private", "first_name": "Alex"}
    said = {"message_id": 2, "chat": chat, "from": {"id": chat["id"], "first_name": "A"}, "text": "/list"}
    for kind in ("edited_message", "message_reaction", "inline_query"):
        stage.world.telegram.updates.add(kind, said)
    await stage.settled()
    assert len(stage.world.messages(stage.world.user)) == 1


async def test_items_that_go_or_come_while_one_leafs_leave_no_empty_page(stage: Stage) -> None:
    stage.web.publish(FEED, "Example News", items(8))
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    latest = await stage.ask(stage.world.user, "/latest")
    older = str(latest.button(EN.older)["callback_data"])
    await stage.press(latest, EN.older)
    await stage.becomes(latest, "6. Story number 3")
    stage.world.telegram.press(stage.world.user, latest, older.replace(":5:5:", ":500:5:"))
    await stage.becomes(latest, "1. Story number 8")

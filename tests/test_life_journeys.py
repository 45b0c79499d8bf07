"""What people do about feeds that moved or died, through the local Telegram."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat.fates import FeedWords
from bot.chat.replies.en import EN
from bot.deliver.sender import Sender
from bot.deliver.telling import Pace, Teller
from bot.fetch.answer import Failed, Failure
from bot.items import ChatId, Feed, Taste
from bot.life import DEAD_LOOKS, after_look
from bot.playground import Message, Playground
from bot.settings import Settings
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.conftest import Clock

NEW = "https://new.example/feed"
SITE = "https://news.example/"
LINK = b'<html><head><link rel="alternate" type="application/rss+xml" title="%s" href="%s"></head></html>'


@pytest.fixture
def web() -> Web:
    made = Web()
    made.publish(FEED, "The news", items(3))
    return made


@pytest.fixture
async def stage(world: Playground, store: Store, clock: Clock, web: Web) -> AsyncIterator[Stage]:
    world.user.started = True
    async with conversation(store, clock, world=world, web=web) as running:
        yield running


async def known(stage: Stage, url: str = FEED) -> Feed:
    feed = await stage.store.feeds.find(url)
    assert feed is not None
    return feed


async def look(
    stage: Stage, clock: Clock, *, failure: Failure | None = None, moved_to: str | None = None
) -> None:
    """Take a look at the feed, as a collector does, and let hours go by."""
    feed = await known(stage)
    if failure:
        feed = replace(feed, failures=feed.failures + 1, trouble=failure.value)
    failed = Failed(failure) if failure else None
    lived = after_look(feed, clock.ms, failure=failed, moved_to=moved_to, read=True)
    await stage.store.notices.put(lived.notices)
    await stage.store.feeds.finish(lived.feed, clock.ms, moved_to=lived.moved_to)
    clock.forward(20 * 3_600_000)


async def told(stage: Stage, clock: Clock) -> Message:
    """Tell what there is to tell, and return the message."""

    async def no_picture(_url: str) -> bytes | None:
        return None

    async def sleep(seconds: float) -> None:
        clock.forward(round(seconds * 1000))

    mouth = Sender(stage.bot, no_picture, stage.store.outbox, sleep=sleep)
    teller = Teller(stage.store, mouth, FeedWords(clock), Settings(), pace=Pace(soon_s=0, later_s=0))
    before = len(stage.world.messages(stage.world.user))
    await teller.round(asyncio.Event())
    return (await stage.world.wait_for_messages(stage.world.user, before + 1))[before]


async def died(stage: Stage, clock: Clock) -> Message:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    for _ in range(DEAD_LOOKS):
        await look(stage, clock, failure=Failure.MISSING)
    return await told(stage, clock)


async def answer(stage: Stage, message: Message, label: str) -> Message:
    """Press a button and return the message that answers it."""
    before = len(stage.world.messages(message.chat_id))
    await stage.press(message, label)
    return (await stage.world.wait_for_messages(message.chat_id, before + 1))[before]


async def test_a_move_is_announced_and_taken_back_and_not_believed_again(stage: Stage, clock: Clock) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    for _ in range(2):
        await look(stage, clock, moved_to=NEW)
    assert (await known(stage)).url == NEW
    message = await told(stage, clock)
    assert f"from {FEED} to {NEW}" in message.text
    assert message.silent
    await stage.press(message, "Undo the move")
    await stage.becomes(message, f"is looked at at {FEED} again")
    assert message.buttons == []
    for _ in range(5):
        await look(stage, clock, moved_to=NEW)
    assert (await known(stage)).url == FEED
    assert await stage.store.feeds.find(NEW) is None, "whoever subscribes to that means another feed"


async def test_who_does_not_hear_the_feed_any_more_moves_nothing(stage: Stage, clock: Clock) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    for _ in range(2):
        await look(stage, clock, moved_to=NEW)
    message = await told(stage, clock)
    await stage.store.chats.unsubscribe(ChatId(stage.world.user.id), (await known(stage)).id)
    press = await stage.press(message, "Undo the move")
    assert await stage.world.wait_for_answer(press) == EN.stale_button
    assert (await known(stage)).url == NEW


async def test_a_dead_feed_is_found_again_at_its_site_and_followed_there_with_the_same_settings(
    stage: Stage, clock: Clock, web: Web
) -> None:
    message = await died(stage, clock)
    assert "has failed for days: not found" in message.text
    me, old = ChatId(stage.world.user.id), await known(stage)
    await stage.store.chats.update(me, old.id, lambda now: replace(now, taste=Taste(silent=True), only="x"))
    del web.documents[FEED]
    web.pages[SITE] = LINK % (b"The new news", NEW.encode())
    web.publish(NEW, "The new news", items(2, word="Other"))
    offered = await answer(stage, message, "Look for it again")
    assert "Shall I follow that instead of The news?" in offered.text
    await stage.press(offered, "Follow The new news")
    await stage.becomes(offered, "The new news is followed instead of The news")
    assert await stage.heard(stage.world.user) == [NEW]
    (wish,) = await stage.store.chats.subscriptions(me)
    assert (wish.taste.silent, wish.only) == (True, "x")
    again = await stage.press(message, "Look for it again")
    assert await stage.world.wait_for_answer(again) == EN.stale_button


async def test_of_several_feeds_at_its_site_one_is_chosen(stage: Stage, clock: Clock, web: Web) -> None:
    message = await died(stage, clock)
    del web.documents[FEED]
    others = ("https://news.example/world.xml", "https://news.example/sport.xml")
    web.pages[SITE] = b"".join(
        LINK % (name, url.encode()) for name, url in zip((b"World", b"Sport"), others, strict=True)
    )
    for url in others:
        web.publish(url, url.rpartition("/")[2], items(1, word=url))
    offered = await answer(stage, message, "Look for it again")
    assert offered.buttons == ["Follow World", "Follow Sport"]
    await stage.press(offered, "Follow Sport")
    await stage.becomes(offered, "is followed instead of The news")
    assert await stage.heard(stage.world.user) == [others[1]]


async def test_where_nothing_is_found_it_says_so_and_the_feed_can_be_left(
    stage: Stage, clock: Clock, web: Web
) -> None:
    message = await died(stage, clock)
    del web.documents[FEED]
    answered = await answer(stage, message, "Look for it again")
    assert "found no other feed: not found" in answered.text
    await stage.press(answered, "Leave The news")
    await stage.becomes(answered, "no longer followed")
    assert await stage.heard(stage.world.user) == []


async def test_the_list_shows_what_became_of_a_feed_and_a_number_what_can_be_done(
    stage: Stage, clock: Clock
) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    for _ in range(2):
        await look(stage, clock, failure=Failure.GONE)
    shown = await stage.ask(stage.world.user, "/list")
    assert "⚠ gone for good, its site says; I look once a week" in shown.text
    opened = await answer(stage, shown, "⚠ 1")
    assert opened.buttons == ["Look for it again", "Leave The news"]

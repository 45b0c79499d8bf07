"""Replies: ahead of news and within the budget, turned in place where they have pages."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.deliver.outcome import Refused, Sent, Wait
from bot.items import ChatId
from bot.render.parts import Button, Message, RichText
from tests.staging import TEXT, Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        yield one


async def test_a_reply_takes_its_place_in_the_budget_and_waits_for_it(stage: Stage) -> None:
    stage.outbox.wait_ms = 1_500
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Sent)
    assert stage.outbox.reserved == [stage.chat]
    assert stage.slept == [1.5]


async def test_a_reply_that_would_come_too_late_is_not_sent(stage: Stage) -> None:
    stage.outbox.wait_ms = 31_000
    assert await stage.sender.answer(stage.chat, Message(TEXT)) == Wait(31)
    assert stage.slept == []
    assert stage.texts() == []


async def test_a_flood_wait_on_a_reply_holds_the_news_too_and_the_reply_follows(stage: Stage) -> None:
    stage.world.fail_next("sendMessage", "flood", retry_after=1)
    now = asyncio.get_running_loop().time()
    stage.world.telegram.flood._now = lambda: now + sum(stage.slept)
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Sent)
    assert stage.outbox.held == [(stage.chat, 1_000)]
    assert stage.slept == [0, 1]
    assert stage.world.flood.offences == 0


async def test_a_long_flood_wait_on_a_reply_is_noted_and_not_waited_for(stage: Stage) -> None:
    stage.world.fail_next("sendMessage", "flood", retry_after=43_837)
    assert await stage.sender.answer(stage.chat, Message(TEXT)) == Wait(43_837)
    assert stage.outbox.held == [(stage.chat, 43_837_000)]
    assert stage.slept == [0]


async def test_a_reply_goes_out_while_the_store_is_away(stage: Stage) -> None:
    stage.outbox.away = True
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Sent)


async def test_a_reply_into_a_lost_topic_goes_to_general(stage: Stage) -> None:
    forum = stage.world.add_supergroup(forum=True)
    outcome = await stage.sender.answer(ChatId(forum.id), Message(TEXT, topic=4711))
    assert isinstance(outcome, Sent)
    assert stage.texts(forum) == [TEXT.text]


async def test_a_page_is_turned_in_place(stage: Stage) -> None:
    first = await stage.sender.answer(
        stage.chat, Message(RichText("page 1"), buttons=((Button("2", data="p:2"),),))
    )
    assert isinstance(first, Sent)
    second = Message(RichText("page 2"), buttons=((Button("1", data="p:1"),),))
    assert await stage.sender.edit(stage.chat, first.message_id, second) == first
    assert await stage.sender.edit(stage.chat, first.message_id, second) == first, (
        "nothing to change is no failure"
    )
    (sent,) = stage.world.messages(stage.world.user)
    assert (sent.text, sent.buttons) == ("page 2", ["1"])
    assert isinstance(await stage.sender.edit(stage.chat, 999_999, second), Refused)

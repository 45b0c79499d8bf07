"""Replies: ahead of news and within the budget, turned in place where they have pages."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.deliver import sender
from bot.deliver.outcome import ChatLost, Down, Refused, Sent, Unclear, Wait
from bot.items import ChatId
from bot.render.parts import Button, Message, RichText
from tests.staging import TEXT, Stage, staged
from tests.test_picture import png


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        yield one


async def test_a_reply_takes_its_place_in_the_budget_and_waits_for_it(stage: Stage) -> None:
    stage.outbox.wait_ms = 1_500
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Sent)
    assert stage.outbox.reserved == [stage.chat]
    assert stage.slept == [1.5]


async def test_an_album_takes_the_places_of_all_its_pictures_and_none_is_taken_for_news(
    stage: Stage,
) -> None:
    pictures = [f"/{number}.png" for number in range(3)]
    stage.shown |= {path: ("image/png", png(800, 600)) for path in pictures}
    message = Message(TEXT, tuple(one for path in pictures for one in stage.image(path)))
    assert isinstance(await stage.sender.answer(stage.chat, message), Sent)
    assert stage.outbox.reserved == [stage.chat] * 3
    ids = [one.id for one in stage.world.messages(stage.world.user)]
    assert stage.outbox.known == [(stage.chat, one) for one in ids]
    assert len(ids) == 3


async def test_a_reply_that_would_come_too_late_is_not_sent(stage: Stage) -> None:
    stage.outbox.wait_ms = 31_000
    assert await stage.sender.answer(stage.chat, Message(TEXT)) == Wait(31)
    assert stage.slept == []
    assert stage.texts() == []


async def test_a_flood_wait_on_a_reply_holds_the_news_too_and_the_reply_follows(stage: Stage) -> None:
    stage.world.fail_next("sendMessage", "flood", retry_after=1)
    now = asyncio.get_running_loop().time()
    stage.world.telegram.clock = stage.world.telegram.flood._now = lambda: now + sum(stage.slept)
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


@pytest.mark.parametrize(
    ("fault", "arrived"), [("reset_before", 1), ("reset_after", 2), ("bad_gateway", 1), ("internal", 1)]
)
async def test_a_reply_whose_connection_breaks_is_sent_once_more_after_a_second(
    stage: Stage, fault: str, arrived: int
) -> None:
    stage.world.fail_next("sendMessage", fault)
    outcome = await stage.sender.answer(stage.chat, Message(TEXT))
    assert outcome == Sent(stage.world.messages(stage.world.user)[-1].id)
    assert stage.texts() == [TEXT.text] * arrived
    assert stage.slept == [0, sender.AFTER_BREAK_S]
    assert stage.outbox.reserved == [stage.chat] * 2, "both cost a place"


@pytest.mark.parametrize("after", ["reset_before", "internal", "flood"])
async def test_a_reply_is_repeated_no_more_than_once(stage: Stage, after: str) -> None:
    stage.world.fail_next("sendMessage", "reset_before")
    stage.world.fail_next("sendMessage", after)
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Unclear | Down | Wait)
    assert stage.world.telegram.calls["sendMessage"] == 2
    assert stage.texts() == []


async def test_a_break_after_a_flood_wait_is_not_followed_by_a_third_attempt(stage: Stage) -> None:
    now = asyncio.get_running_loop().time()
    stage.world.telegram.flood._now = lambda: now + sum(stage.slept)
    stage.world.fail_next("sendMessage", "flood", retry_after=2)
    stage.world.fail_next("sendMessage", "reset_before")
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Unclear)
    assert stage.slept == [0, 2]


async def test_a_reply_that_hung_is_not_repeated_since_nobody_waits_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "TEXT_S", 0.08)
    monkeypatch.setattr(sender, "BREAK_S", 0.04)
    stage.world.fail_next("sendMessage", "hang_before")
    assert isinstance(await stage.sender.answer(stage.chat, Message(TEXT)), Unclear)
    assert stage.slept == [0]
    assert stage.texts() == []


async def test_what_telegram_refuses_is_not_repeated(stage: Stage) -> None:
    stage.world.block()
    assert await stage.sender.answer(stage.chat, Message(TEXT)) == ChatLost("blocked")
    assert stage.slept == [0]


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

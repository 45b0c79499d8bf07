"""Rich messages to the local Telegram: sent and changed as such, and in the classic form only where they are refused."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.deliver import form, richly
from bot.deliver.barred import Barred
from bot.deliver.outcome import (
    ChatLost,
    Halt,
    Migrated,
    NotOurs,
    Outcome,
    Sent,
    TopicLost,
    Unchanged,
    Unclear,
    Wait,
)
from bot.deliver.richly import Declined, Richly
from bot.items import ChatId
from bot.playground.pictures import skyline
from bot.render.parts import Button, Message, Rich
from tests.caller import Clock
from tests.staging import TEXT, Stage, staged

PLAIN = "<h1>T</h1><p>one</p>"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        one.shown["/a.png"] = ("image/png", skyline(1, 400, 300))
        yield one


def message(stage: Stage, path: str = "/a.png") -> Message:
    html = f'{PLAIN}<img src="{stage.web}{path}"/>'
    return Message(TEXT, buttons=((Button("More", data="m"),),), silent=True, rich=Rich(html, PLAIN))


async def send(
    stage: Stage, by: Richly, wanted: Message, chat: ChatId | None = None, within_s: float = 5
) -> Outcome | Declined:
    place = chat or stage.chat
    return await by.send(stage.sender.bot, place, wanted, form.where(place, wanted, paid=False), within_s)


def kinds(stage: Stage, chat: int | None = None) -> list[str]:
    """Return the kinds of the blocks of the last message."""
    rich = stage.world.messages(chat or stage.world.user)[-1].rich
    blocks = rich["blocks"] if rich else []
    assert isinstance(blocks, list)
    return [one["type"] for one in blocks]


async def test_a_rich_message_arrives_as_one(stage: Stage) -> None:
    wanted = replace(message(stage), rich=Rich("<p>openai:user@example.com</p>", "", is_rtl=True))
    outcome = await send(stage, Richly(Barred()), wanted)
    (sent,) = stage.world.messages(stage.world.user)
    assert outcome == Sent(sent.id)
    assert isinstance(outcome, Sent)
    assert outcome.calls == 1
    assert outcome.whole
    assert outcome.began_s is not None
    assert sent.rich == {
        "blocks": [{"type": "paragraph", "text": "openai:user@example.com"}],
        "is_rtl": True,
    }
    assert sent.silent
    assert sent.buttons == ["More"]


async def test_what_has_no_rich_form_is_declined_without_a_call(stage: Stage) -> None:
    assert await send(stage, Richly(Barred()), Message(TEXT)) == Declined()
    assert not stage.world.telegram.calls


async def test_a_picture_that_cannot_be_had_is_left_out(stage: Stage) -> None:
    outcome = await send(stage, Richly(Barred()), message(stage, "/none.png"))
    assert isinstance(outcome, Sent)
    assert outcome.calls == 2
    assert kinds(stage) == ["heading", "paragraph"]


@pytest.mark.parametrize(
    "refusal",
    [
        "RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND",
        "RICH_MESSAGE_PHOTO_URL_INVALID",
        "PHOTO_INVALID_DIMENSIONS",
        "failed to get HTTP URL content",
        "CHAT_SEND_PHOTOS_FORBIDDEN",
    ],
)
async def test_what_pictures_are_refused_for_passes_without_them(stage: Stage, refusal: str) -> None:
    stage.world.fail_next("sendRichMessage", "error", description=f"Bad Request: {refusal}")
    outcome = await send(stage, Richly(Barred()), message(stage))
    assert isinstance(outcome, Sent)
    assert kinds(stage) == ["heading", "paragraph"]


@pytest.mark.parametrize(
    "refusal",
    ["RICH_MESSAGE_URL_INVALID", "RICH_MESSAGE_HTML_INVALID", "can't parse InputRichMessage", "other"],
)
async def test_content_that_is_refused_goes_out_classic_this_time(stage: Stage, refusal: str) -> None:
    by = Richly(Barred())
    stage.world.fail_next("sendRichMessage", "error", description=f"Bad Request: {refusal}")
    assert await send(stage, by, message(stage)) == Declined(1)
    assert isinstance(await send(stage, by, message(stage)), Sent)


async def test_pictures_and_then_the_rest_refused_count_as_two_calls(stage: Stage) -> None:
    for word in ("RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND", "RICH_MESSAGE_URL_INVALID"):
        stage.world.fail_next("sendRichMessage", "error", description=f"Bad Request: {word}")
    assert await send(stage, Richly(Barred()), message(stage)) == Declined(2)


async def test_a_chat_without_the_right_is_left_in_peace_for_ten_minutes(stage: Stage) -> None:
    clock = Clock()
    by = Richly(Barred(), clock)
    group = stage.world.add_supergroup()
    group.denied = {"rich_messages"}
    assert await send(stage, by, message(stage), ChatId(group.id)) == Declined(1)
    assert await send(stage, by, message(stage), ChatId(group.id)) == Declined()
    assert isinstance(await send(stage, by, message(stage)), Sent), "other chats are another matter"
    clock.now += richly.REFUSED_FOR_S
    group.denied = set()
    assert isinstance(await send(stage, by, message(stage), ChatId(group.id)), Sent)


async def test_a_chat_that_takes_no_pictures_is_not_offered_them_again(stage: Stage) -> None:
    by = Richly(Barred())
    group = stage.world.add_supergroup()
    group.denied = {"photos"}
    for calls in (2, 1):
        outcome = await send(stage, by, message(stage), ChatId(group.id))
        assert isinstance(outcome, Sent)
        assert outcome.calls == calls


@pytest.mark.parametrize("word", ["Not Found: method not found", "Not Found"])
async def test_a_server_without_the_method_is_asked_once(
    stage: Stage, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    by = Richly(Barred())
    stage.world.fail_next("sendRichMessage", "error", code=404, description=word)
    assert await send(stage, by, message(stage)) == Declined()
    assert await send(stage, by, message(stage)) == Declined()
    assert stage.world.telegram.calls["sendRichMessage"] == 1
    assert [one.message.count("knows no rich messages") for one in caplog.records] == [1]


async def test_a_revoked_token_is_still_one(stage: Stage) -> None:
    stage.world.fail_next("sendRichMessage", "error", code=401, description="Unauthorized")
    assert isinstance(await send(stage, Richly(Barred()), message(stage)), Halt)


FAULTS = [
    ("flood", Wait, 0),
    ("internal", Unclear, 0),
    ("bad_gateway", Unclear, 0),
    ("reset_before", Unclear, 0),
    ("reset_after", Unclear, 1),
]


@pytest.mark.parametrize(("fault", "kind", "arrived"), FAULTS, ids=[one[0] for one in FAULTS])
async def test_trouble_that_is_not_about_the_form_is_told_as_it_is(
    stage: Stage, fault: str, kind: type[Outcome], arrived: int
) -> None:
    stage.world.fail_next("sendRichMessage", fault)
    assert isinstance(await send(stage, Richly(Barred()), message(stage)), kind)
    assert len(stage.world.messages(stage.world.user)) == arrived
    assert stage.world.telegram.calls["sendRichMessage"] == 1, "falling back might double it"


async def test_no_answer_is_unclear_even_with_the_pictures_at_fault(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(richly, "LEAST_S", 0.01)
    stage.world.fail_next("sendRichMessage", "hang_after")
    assert isinstance(await send(stage, Richly(Barred()), message(stage), within_s=0.1), Unclear)
    assert stage.world.telegram.calls["sendRichMessage"] == 1


async def test_with_no_time_left_nothing_is_tried(stage: Stage) -> None:
    assert await send(stage, Richly(Barred()), message(stage), within_s=richly.LEAST_S / 2) == Declined()
    assert not stage.world.telegram.calls


async def test_lost_chats_and_topics_are_named(stage: Stage) -> None:
    world = stage.world
    group = world.add_group()
    moved = world.migrate(group)
    assert await send(stage, Richly(Barred()), message(stage), ChatId(group.id)) == Migrated(ChatId(moved.id))
    forum = world.add_supergroup(forum=True)
    outcome = await send(stage, Richly(Barred()), replace(message(stage), topic=4711), ChatId(forum.id))
    assert isinstance(outcome, TopicLost)
    assert await send(stage, Richly(Barred()), message(stage), ChatId(424242)) == ChatLost("chat not found")
    world.block()
    assert await send(stage, Richly(Barred()), message(stage)) == ChatLost("blocked")


async def test_an_edit_tells_whether_it_stands_and_follows_a_correction(stage: Stage) -> None:
    by, bot = Richly(Barred()), stage.sender.bot
    wanted = message(stage)
    sent = await send(stage, by, wanted)
    assert isinstance(sent, Sent)
    assert await by.edit(bot, stage.chat, sent.message_id, wanted, 5) == Unchanged()
    assert isinstance(await by.edit(bot, stage.chat, 4711, wanted, 5), NotOurs)
    other = replace(wanted, rich=Rich("<p>two</p>", "<p>two</p>"))
    assert await by.edit(bot, stage.chat, sent.message_id, other, 5) == Sent(sent.message_id)
    assert kinds(stage) == ["paragraph"]


async def test_what_stands_without_its_pictures_is_found_too(stage: Stage) -> None:
    by = Richly(Barred())
    wanted = message(stage, "/none.png")
    sent = await send(stage, by, wanted)
    assert isinstance(sent, Sent)
    assert await by.edit(stage.sender.bot, stage.chat, sent.message_id, wanted, 5) == Unchanged()


async def test_an_edit_of_a_photo_or_of_what_is_refused_is_left_to_the_classic_form(stage: Stage) -> None:
    by, bot = Richly(Barred()), stage.sender.bot
    photo = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    assert isinstance(photo, Sent)
    assert await by.edit(bot, stage.chat, photo.message_id, message(stage), 5) == Declined(1)
    assert await by.edit(bot, stage.chat, photo.message_id, Message(TEXT), 5) == Declined()


async def test_an_older_server_takes_the_text_of_an_edit(stage: Stage) -> None:
    stage.world.telegram.rich = False
    text = await stage.sender.deliver(stage.chat, Message(TEXT, buttons=message(stage).buttons))
    assert isinstance(text, Sent)
    assert (
        await Richly(Barred()).edit(stage.sender.bot, stage.chat, text.message_id, message(stage), 5)
        == Unchanged()
    )

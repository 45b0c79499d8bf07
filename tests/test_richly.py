"""Rich messages to the local Telegram: sent and changed as such, and in the classic form only where they are refused."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web

from bot.deliver import form, richly
from bot.deliver.addresses import Addresses
from bot.deliver.barred import Barred
from bot.deliver.judging import Head
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
from bot.deliver.probe import Probes
from bot.deliver.richly import Declined, Richly
from bot.deliver.sender import Sender
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


def a_richly(stage: Stage, clock: Clock | None = None, probes: Probes | None = None) -> Richly:
    known = Addresses(stage.outbox, 1)
    return Richly(Barred(), probes or Probes(None), known, clock or time.monotonic)


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
    outcome = await send(stage, a_richly(stage), wanted)
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
    assert await send(stage, a_richly(stage), Message(TEXT)) == Declined()
    assert not stage.world.telegram.calls


async def test_a_picture_that_cannot_be_had_is_left_out(stage: Stage) -> None:
    outcome = await send(stage, a_richly(stage), message(stage, "/none.png"))
    assert isinstance(outcome, Sent)
    assert outcome.calls == 2
    assert kinds(stage) == ["heading", "paragraph"]


@pytest.fixture
async def seeing() -> AsyncIterator[Stage]:
    """A stage whose sender looks at pictures: eight, and others in the places of some."""
    async with staged(looking=True) as one:
        for number in range(8):
            one.shown[f"/{number}.png"] = ("image/png", skyline(number, 400, 300))
        yield one


def album(stage: Stage, others: tuple[tuple[str, ...], ...] = ()) -> Message:
    pictures = "".join(f'<img src="{stage.web}/{number}.png"/>' for number in range(8))
    known = tuple(tuple(stage.web + path for path in one) for one in others)
    return Message(TEXT, rich=Rich(f"{PLAIN}{pictures}", PLAIN, others=known))


async def for_people_only(request: web.Request) -> web.StreamResponse:
    if "TelegramBot" in request.headers["User-Agent"]:
        return web.Response(status=403)
    return web.Response(body=skyline(9, 400, 300), content_type="image/png")


async def test_icons_drawings_and_what_needs_a_copy_cost_no_other_picture(seeing: Stage) -> None:
    seeing.shown["/2.png"] = ("image/png", skyline(2, 16, 16))
    seeing.shown["/3.png"] = ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    seeing.shown["/5.png"] = ("application/octet-stream", skyline(5, 400, 300))
    outcome = await seeing.sender.deliver(seeing.chat, album(seeing))
    assert isinstance(outcome, Sent)
    assert outcome.calls == 1
    assert kinds(seeing).count("photo") == 5


async def test_a_picture_that_nobody_finds_costs_one_call_and_no_other_picture(seeing: Stage) -> None:
    seeing.shown["/2.png"] = ("image/png", skyline(2, 48, 48))
    del seeing.shown["/7.png"]
    outcome: Outcome
    for calls in (2, 1):
        outcome = await seeing.sender.deliver(seeing.chat, album(seeing))
        assert isinstance(outcome, Sent)
        assert outcome.calls == calls, "the next chat does not pay for what this one has learned"
        assert kinds(seeing).count("photo") == 6
    assert isinstance(outcome, Sent)
    asked = await seeing.sender.amend(seeing.chat, outcome.message_id, album(seeing))
    assert asked == Unchanged()


async def test_a_message_is_known_again_by_whoever_sees_its_pictures_for_the_first_time(
    seeing: Stage,
) -> None:
    del seeing.shown["/7.png"]
    outcome = await seeing.sender.deliver(seeing.chat, album(seeing))
    assert isinstance(outcome, Sent)

    async def peek(url: str) -> Head | None:
        mime, data = seeing.shown.get(url.removeprefix(seeing.web), ("", b""))
        return Head(data, len(data), mime) if data else None

    by = Sender(seeing.sender.bot, seeing.pictures, seeing.outbox, peek=peek)
    assert await by.amend(seeing.chat, outcome.message_id, album(seeing)) == Unchanged()


async def test_a_picture_kept_from_telegram_alone_costs_the_others_until_it_is_known(seeing: Stage) -> None:
    seeing.pages["/4.png"] = for_people_only
    seeing.ours["/4.png"] = None
    outcome = await seeing.sender.deliver(seeing.chat, album(seeing))
    assert isinstance(outcome, Sent)
    assert outcome.calls == 2
    assert kinds(seeing) == ["heading", "paragraph"], "nobody can tell which of eight good ones it was"
    assert isinstance(await seeing.sender.deliver(seeing.chat, Message(TEXT, seeing.image("/4.png"))), Sent)
    another = Sender(seeing.sender.bot, seeing.pictures, seeing.outbox)
    assert isinstance(await another.deliver(seeing.chat, album(seeing)), Sent)
    assert kinds(seeing).count("photo") == 7


async def test_a_picture_is_shown_from_another_of_its_addresses(seeing: Stage) -> None:
    seeing.shown["/big.png"] = seeing.shown["/0.png"]
    seeing.shown["/0.png"] = ("image/png", skyline(0, 48, 48))
    bot_id, _, _ = seeing.sender.bot.token.partition(":")
    await Addresses(seeing.outbox, int(bot_id)).note_bad(f"{seeing.web}/1.png")
    outcome = await seeing.sender.deliver(
        seeing.chat, album(seeing, (("/0.png", "/none.png", "/big.png"), ("/1.png", "/big.png")))
    )
    assert isinstance(outcome, Sent)
    assert outcome.calls == 1
    assert kinds(seeing).count("photo") == 8


async def test_looking_at_pictures_that_hang_takes_three_seconds_in_all(
    seeing: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(richly, "PROBE_S", 0.3)
    hanging = asyncio.Event()

    async def hang(_: web.Request) -> web.StreamResponse:
        await hanging.wait()
        return web.Response(status=404)

    for number in range(8):
        seeing.pages[f"/{number}.png"] = hang
    seeing.world.fail_next("sendRichMessage", "error", description="Bad Request: PHOTO_INVALID")
    began = asyncio.get_running_loop().time()
    outcome = await seeing.sender.deliver(seeing.chat, album(seeing))
    assert asyncio.get_running_loop().time() - began < 8 * 0.3, "all at once"
    hanging.set()
    assert isinstance(outcome, Sent)
    assert kinds(seeing) == ["heading", "paragraph"]


async def test_a_refusal_that_is_the_chats_own_leaves_its_pictures_their_good_name(seeing: Stage) -> None:
    del seeing.shown["/7.png"]
    group = seeing.world.add_supergroup()
    group.denied = {"photos"}
    outcome = await seeing.sender.deliver(ChatId(group.id), album(seeing))
    assert isinstance(outcome, Sent)
    assert outcome.calls == 2, "with fewer pictures nothing is gained there"
    assert isinstance(await seeing.sender.deliver(seeing.chat, album(seeing)), Sent)
    assert kinds(seeing).count("photo") == 7


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
    outcome = await send(stage, a_richly(stage), message(stage))
    assert isinstance(outcome, Sent)
    assert kinds(stage) == ["heading", "paragraph"]


@pytest.mark.parametrize(
    "refusal",
    ["RICH_MESSAGE_URL_INVALID", "RICH_MESSAGE_HTML_INVALID", "can't parse InputRichMessage", "other"],
)
async def test_content_that_is_refused_goes_out_classic_this_time(stage: Stage, refusal: str) -> None:
    by = a_richly(stage)
    stage.world.fail_next("sendRichMessage", "error", description=f"Bad Request: {refusal}")
    assert await send(stage, by, message(stage)) == Declined(1)
    assert isinstance(await send(stage, by, message(stage)), Sent)


async def test_pictures_and_then_the_rest_refused_count_as_two_calls(stage: Stage) -> None:
    for word in ("RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND", "RICH_MESSAGE_URL_INVALID"):
        stage.world.fail_next("sendRichMessage", "error", description=f"Bad Request: {word}")
    assert await send(stage, a_richly(stage), message(stage)) == Declined(2)


async def test_a_chat_without_the_right_is_left_in_peace_for_ten_minutes(stage: Stage) -> None:
    clock = Clock()
    by = a_richly(stage, clock)
    group = stage.world.add_supergroup()
    group.denied = {"rich_messages"}
    assert await send(stage, by, message(stage), ChatId(group.id)) == Declined(1)
    assert await send(stage, by, message(stage), ChatId(group.id)) == Declined()
    assert isinstance(await send(stage, by, message(stage)), Sent), "other chats are another matter"
    clock.now += richly.REFUSED_FOR_S
    group.denied = set()
    assert isinstance(await send(stage, by, message(stage), ChatId(group.id)), Sent)


async def test_a_chat_that_takes_no_pictures_is_not_offered_them_again(stage: Stage) -> None:
    by = a_richly(stage)
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
    by = a_richly(stage)
    stage.world.fail_next("sendRichMessage", "error", code=404, description=word)
    assert await send(stage, by, message(stage)) == Declined()
    assert await send(stage, by, message(stage)) == Declined()
    assert stage.world.telegram.calls["sendRichMessage"] == 1
    assert [one.message.count("knows no rich messages") for one in caplog.records] == [1]


async def test_a_revoked_token_is_still_one(stage: Stage) -> None:
    stage.world.fail_next("sendRichMessage", "error", code=401, description="Unauthorized")
    assert isinstance(await send(stage, a_richly(stage), message(stage)), Halt)


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
    assert isinstance(await send(stage, a_richly(stage), message(stage)), kind)
    assert len(stage.world.messages(stage.world.user)) == arrived
    assert stage.world.telegram.calls["sendRichMessage"] == 1, "falling back might double it"


async def test_no_answer_is_unclear_even_with_the_pictures_at_fault(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(richly, "LEAST_S", 0.01)
    stage.world.fail_next("sendRichMessage", "hang_after")
    assert isinstance(await send(stage, a_richly(stage), message(stage), within_s=0.1), Unclear)
    assert stage.world.telegram.calls["sendRichMessage"] == 1


async def test_with_no_time_left_nothing_is_tried(stage: Stage) -> None:
    assert await send(stage, a_richly(stage), message(stage), within_s=richly.LEAST_S / 2) == Declined()
    assert not stage.world.telegram.calls


async def test_lost_chats_and_topics_are_named(stage: Stage) -> None:
    world = stage.world
    group = world.add_group()
    moved = world.migrate(group)
    assert await send(stage, a_richly(stage), message(stage), ChatId(group.id)) == Migrated(ChatId(moved.id))
    forum = world.add_supergroup(forum=True)
    outcome = await send(stage, a_richly(stage), replace(message(stage), topic=4711), ChatId(forum.id))
    assert isinstance(outcome, TopicLost)
    assert await send(stage, a_richly(stage), message(stage), ChatId(424242)) == ChatLost("chat not found")
    world.block()
    assert await send(stage, a_richly(stage), message(stage)) == ChatLost("blocked")


async def test_an_edit_tells_whether_it_stands_and_follows_a_correction(stage: Stage) -> None:
    by, bot = a_richly(stage), stage.sender.bot
    wanted = message(stage)
    sent = await send(stage, by, wanted)
    assert isinstance(sent, Sent)
    assert await by.edit(bot, stage.chat, sent.message_id, wanted, 5) == Unchanged()
    assert isinstance(await by.edit(bot, stage.chat, 4711, wanted, 5), NotOurs)
    other = replace(wanted, rich=Rich("<p>two</p>", "<p>two</p>"))
    assert await by.edit(bot, stage.chat, sent.message_id, other, 5) == Sent(sent.message_id)
    assert kinds(stage) == ["paragraph"]


async def test_what_stands_without_its_pictures_is_found_too(stage: Stage) -> None:
    by = a_richly(stage)
    wanted = message(stage, "/none.png")
    sent = await send(stage, by, wanted)
    assert isinstance(sent, Sent)
    assert await by.edit(stage.sender.bot, stage.chat, sent.message_id, wanted, 5) == Unchanged()


async def test_an_edit_of_a_photo_or_of_what_is_refused_is_left_to_the_classic_form(stage: Stage) -> None:
    by, bot = a_richly(stage), stage.sender.bot
    photo = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    assert isinstance(photo, Sent)
    assert await by.edit(bot, stage.chat, photo.message_id, message(stage), 5) == Declined(1)
    assert await by.edit(bot, stage.chat, photo.message_id, Message(TEXT), 5) == Declined()


async def test_an_older_server_never_tells_a_text_that_is_a_part_for_the_whole(stage: Stage) -> None:
    """An edit with its text beside the rich form would be taken there, and the rest never be sent."""
    stage.world.telegram.rich = False
    text = await stage.sender.deliver(stage.chat, Message(TEXT, buttons=message(stage).buttons))
    assert isinstance(text, Sent)
    by, bot = a_richly(stage), stage.sender.bot
    assert await by.edit(bot, stage.chat, text.message_id, message(stage), 5) == Declined(1)
    assert await by.edit(bot, stage.chat, text.message_id, message(stage), 5) == Declined(), "not asked again"
    found = await stage.sender.amend(stage.chat, text.message_id, message(stage))
    assert found == Unchanged()
    assert isinstance(found, Unchanged)
    assert not found.whole

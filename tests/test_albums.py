"""Several files in one message: one bad one never costs the others, and the text always arrives."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import telegram

from bot.deliver import albums, calls
from bot.deliver.amend import amend
from bot.deliver.calls import Taken, Upload
from bot.deliver.outcome import Outcome, Sent, Unchanged, Unclear, Wait
from bot.items import ChatId
from bot.playground import world as playground
from bot.render.parts import CAPTION_LIMIT, Button, Media, MediaKind, Message, Preview, RichText
from tests.drawn import drawn
from tests.staging import TEXT, Stage, staged
from tests.test_judging import MP4
from tests.test_picture import png

FINE = {f"/{one}.png": ("image/png", drawn("PNG", 800, 600 + one)) for one in range(10)}
ODD = {
    "/huge.png": ("image/png", png(700, 500, bytes(6_000_000))),
    "/a.avif": ("image/avif", drawn("AVIF", 700, 501)),
    "/icon.png": ("image/png", png(16, 16)),
    "/page.png": ("text/html", b"<html>"),
    "/clip.mp4": ("video/mp4", MP4),
    "/film.mp4": ("video/mp4", MP4 + bytes(21 << 20)),
}
BUTTONS = ((Button("More", data="more:1"),),)
NOT_HAD = 'Bad Request: failed to send message #{} with the error message "{}"'


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give a stage whose sender looks before it asks."""
    async with staged(looking=True) as one:
        one.shown |= FINE | ODD
        yield one


@pytest.fixture
async def blind() -> AsyncIterator[Stage]:
    """Give a stage whose sender can see nothing of the web that Telegram sees."""
    async with staged() as one:
        one.shown |= FINE | ODD
        yield one


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the files of each album that was tried were named by."""
    named: list[list[str]] = []
    real = calls.send

    async def noted(
        bot: telegram.Bot, method: str, fields: calls.Fields, within_s: float, *more: tuple[Upload, ...]
    ) -> Taken | Outcome:
        if method == "sendMediaGroup":
            assert "reply_markup" not in fields
            assert [one["caption"] for one in fields["media"] if "caption" in one] == [TEXT.text]
            assert "caption" in fields["media"][0]
            named.append([one["media"] for one in fields["media"]])
        return await real(bot, method, fields, within_s, *more)

    monkeypatch.setattr(calls, "send", noted)
    return named


def album(stage: Stage, *paths: str) -> Message:
    """A message with a picture, or a video, at each of ``paths``."""
    media: list[Media] = []
    for path in paths:
        video = stage.file(MediaKind.VIDEO, path, mime="video/mp4", size=90)
        media += (video,) if path.endswith(".mp4") else stage.image(path)
    return Message(TEXT, tuple(media), preview=Preview("https://example.org/a"), buttons=BUTTONS)


def sizes(sent: list[playground.Message]) -> list[tuple[str, int]]:
    """Kind and height of what was sent, one after the other."""
    return [(one.media.kind, one.media.height) if one.media else ("text", 0) for one in sent]


def photos(*heights: int) -> list[tuple[str, int]]:
    return [("photo", one) for one in heights]


async def delivered(stage: Stage, message: Message) -> tuple[Sent, list[playground.Message]]:
    outcome = await stage.sender.deliver(stage.chat, message)
    sent = stage.world.messages(stage.world.user)
    assert isinstance(outcome, Sent)
    assert [outcome.message_id, *outcome.others] == [one.id for one in sent]
    assert [one.text for one in sent] == [TEXT.text, *[""] * (len(sent) - 1)]
    assert [one.type for one in sent[0].content.entities] == ["bold", "text_link"]
    assert not any(one.buttons for one in sent)
    assert len({one.album for one in sent}) == 1
    return outcome, sent


async def test_photos_and_videos_arrive_together_with_the_text_below_the_first(stage: Stage) -> None:
    outcome, sent = await delivered(stage, album(stage, "/0.png", "/clip.mp4", "/1.png"))
    assert sizes(sent) == [("photo", 600), ("video", 0), ("photo", 601)]
    assert outcome.calls == 1
    assert (stage.peeks, stage.downloads) == (["/0.png", "/clip.mp4", "/1.png"], [])


async def test_of_many_ten_are_sent(stage: Stage) -> None:
    _, sent = await delivered(stage, album(stage, *FINE, "/0.png", "/1.png"))
    assert len(sent) == 10


async def test_of_a_mixed_album_all_that_can_be_had_arrives(stage: Stage, called: list[list[str]]) -> None:
    paths = ("/gone.png", "/0.png", "/huge.png", "/icon.png", "/a.avif", "/page.png", "/film.mp4", "/1.png")
    outcome, sent = await delivered(stage, album(stage, *paths))
    assert sizes(sent) == photos(600, 500, 501, 601)
    assert outcome.calls == len(called) == 3
    assert sorted(stage.downloads) == ["/a.avif", "/gone.png", "/huge.png", "/page.png"]
    stage.downloads.clear()
    called.clear()
    again = await stage.sender.deliver(stage.chat, album(stage, *paths))
    assert isinstance(again, Sent)
    assert again.calls == 1
    assert sizes(stage.world.messages(stage.world.user)[4:]) == sizes(sent)
    assert not any("/" in name for name in called[0]), "all by Telegram's ids"
    assert stage.downloads == []


@pytest.mark.parametrize("bad", ["/gone.png", "/page.png", "/huge.png", "/a.avif"])
@pytest.mark.parametrize("at", [0, 2])
async def test_a_bad_item_is_replaced_by_our_copy_or_left_out(
    blind: Stage, called: list[list[str]], bad: str, at: int
) -> None:
    paths = ["/0.png", "/1.png"]
    paths.insert(at, bad)
    if bad in {"/huge.png", "/a.avif"}:
        blind.ours[bad] = ODD[bad][1]
    outcome, sent = await delivered(blind, album(blind, *paths))
    had = {"/huge.png": [500], "/a.avif": [501]}.get(bad, [])
    heights = [600, 601]
    heights[at:at] = had
    assert sizes(sent) == photos(*heights)
    assert outcome.calls == 2
    assert [one.removeprefix(blind.web) for one in called[0]] == paths
    assert len(blind.outbox.bad) == 1


async def test_of_the_last_call_nothing_is_part_that_may_fail(
    stage: Stage, called: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [f"/gone{one}.png" for one in range(5)]
    outcome, sent = await delivered(stage, album(stage, *gone, "/0.png", "/1.png"))
    assert sizes(sent) == photos(600, 601)
    assert outcome.calls == len(called) == albums.CALLS
    assert len(called[-1]) == 2


async def test_where_no_album_passes_one_photo_stands_for_it(blind: Stage, called: list[list[str]]) -> None:
    gone = [f"/gone{one}.png" for one in range(4)]
    outcome, sent = await delivered(blind, album(blind, *gone[:2], "/0.png", *gone[2:]))
    assert sizes(sent) == photos(600)
    assert len(called) == albums.CALLS - 1, "nothing was sure enough for the last one"
    assert outcome.calls <= 4


async def test_where_one_of_many_is_left_it_is_sent_alone(stage: Stage) -> None:
    outcome, sent = await delivered(stage, album(stage, "/icon.png", "/a.avif", "/film.mp4"))
    assert sizes(sent) == photos(501)
    assert outcome.calls == 1
    assert stage.downloads == ["/a.avif"]


async def test_where_nothing_is_left_the_text_arrives_with_its_preview(stage: Stage) -> None:
    outcome, sent = await delivered(stage, album(stage, "/icon.png", "/film.mp4", "/icon.png?2"))
    assert sizes(sent) == [("text", 0)]
    assert sent[0].preview == {"url": "https://example.org/a"}
    assert outcome.calls == 1


async def test_ids_that_are_not_taken_any_more_give_way_to_addresses_and_new_copies(
    stage: Stage, called: list[list[str]]
) -> None:
    message = album(stage, "/0.png", "/a.avif", "/1.png")
    await delivered(stage, message)
    files = stage.world.telegram.files
    files._files.clear()
    files._by_url.clear()
    outcome = await stage.sender.deliver(stage.chat, message)
    assert isinstance(outcome, Sent)
    assert outcome.calls == 2
    assert sizes(stage.world.messages(stage.world.user)[3:]) == photos(600, 501, 601)
    assert stage.outbox.bad == set()


async def test_chats_that_want_one_album_at_the_same_time_have_it_loaded_once(stage: Stage) -> None:
    paths = ("/gone.png", "/0.png", "/huge.png", "/a.avif", "/1.png")
    readers = [stage.world.add_user(f"Reader {one}") for one in range(6)]
    message = album(stage, *paths)
    outcomes = await asyncio.gather(*(stage.sender.deliver(ChatId(one.id), message) for one in readers))
    assert all(isinstance(one, Sent) for one in outcomes)
    assert {tuple(sizes(stage.world.messages(one))) for one in readers} == {tuple(photos(600, 500, 501, 601))}
    assert sorted(stage.peeks) == sorted(paths)
    assert sorted(stage.downloads) == ["/a.avif", "/gone.png", "/huge.png"]
    assert len(stage.world.telegram.files.fetched) == len(set(stage.world.telegram.files.fetched)) == 3
    assert len(stage.world.telegram.files._files) == 4


@pytest.mark.parametrize(
    ("denied", "expected"),
    [
        ({"videos"}, photos(600, 601)),
        ({"photos"}, [("video", 0), ("video", 0)]),
        ({"photos", "videos"}, [("text", 0)]),
    ],
)
async def test_a_group_gets_of_an_album_what_it_takes_and_is_not_asked_each_time(
    stage: Stage, denied: set[str], expected: list[tuple[str, int]]
) -> None:
    group = stage.world.add_supergroup()
    group.denied = denied
    stage.shown["/other.mp4"] = ODD["/clip.mp4"]
    message = album(stage, "/0.png", "/clip.mp4", "/1.png", "/other.mp4")
    for number in range(2):
        outcome = await stage.sender.deliver(ChatId(group.id), message)
        assert isinstance(outcome, Sent)
        assert (outcome.calls > 1) == (number == 0)
    assert sizes(stage.world.messages(group)) == expected * 2
    assert stage.outbox.bad == set()


@pytest.mark.parametrize(
    "refusal",
    [
        "Bad Request: group send failed",
        "Bad Request: MEDIA_EMPTY",
        NOT_HAD.format(99, "MEDIA_EMPTY"),
        NOT_HAD.format(0, "MEDIA_EMPTY"),
        NOT_HAD.format(1, "SOMETHING_NEW"),
        "Bad Request: message caption is too long",
        "Bad Request: can't parse entities: odd",
        "Bad Request: never this",
        NOT_HAD.format(2, "CHAT_SEND_PHOTOS_FORBIDDEN"),
    ],
)
async def test_whatever_is_said_against_an_album_the_text_arrives_once(stage: Stage, refusal: str) -> None:
    stage.world.fail_next("sendMediaGroup", "error", times=9, description=refusal)
    outcome = await stage.sender.deliver(stage.chat, album(stage, "/0.png", "/1.png"))
    assert isinstance(outcome, Sent)
    assert stage.texts() == [TEXT.text]
    assert stage.world.telegram.calls["sendMediaGroup"] <= albums.CALLS


async def test_a_copy_that_telegram_refuses_is_left_out_and_not_uploaded_again(stage: Stage) -> None:
    refusal = NOT_HAD.format(2, "IMAGE_PROCESS_FAILED")
    stage.world.fail_next("sendMediaGroup", "error", description=refusal)
    message = album(stage, "/0.png", "/a.avif", "/1.png")
    _, sent = await delivered(stage, message)
    assert sizes(sent) == photos(600, 601)
    await stage.sender.deliver(stage.chat, message)
    assert stage.downloads == ["/a.avif"]
    assert stage.outbox.bad == set()


async def test_a_caption_that_is_too_long_goes_out_as_a_text(stage: Stage) -> None:
    message = album(stage, "/0.png", "/1.png")
    long = Message(RichText("x" * (CAPTION_LIMIT + 1)), message.media)
    outcome = await stage.sender.deliver(stage.chat, long)
    assert isinstance(outcome, Sent)
    assert stage.texts() == [long.text.text]
    assert stage.outbox.bad == set()


@pytest.mark.parametrize(("fault", "kind", "arrived"), [("flood", Wait, 0), ("reset_after", Unclear, 2)])
async def test_trouble_on_the_way_is_told_and_no_other_form_is_tried(
    stage: Stage, fault: str, kind: type[Outcome], arrived: int
) -> None:
    stage.world.fail_next("sendMediaGroup", fault, retry_after=9)
    outcome = await stage.sender.deliver(stage.chat, album(stage, "/0.png", "/1.png"))
    assert isinstance(outcome, kind)
    assert len(stage.world.messages(stage.world.user)) == arrived


async def test_no_file_is_part_of_a_message_that_goes_out_plainly(stage: Stage) -> None:
    await stage.sender.deliver(stage.chat, album(stage, "/0.png", "/1.png"), plainly=True)
    assert sizes(stage.world.messages(stage.world.user)) == [("text", 0)]
    assert stage.peeks == []


async def test_copies_of_an_album_stay_within_their_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "COPIES_BYTES", 1)
    stage.shown["/b.avif"] = ("image/avif", drawn("AVIF", 700, 502))
    _, sent = await delivered(stage, album(stage, "/0.png", "/a.avif", "/b.avif", "/1.png"))
    assert sizes(sent) == photos(600, 501, 601)


FORMS = {
    "album": ("/0.png", "/1.png"),
    "photo": ("/0.png", "/icon.png"),
    "text": ("/icon.png", "/icon.png?2"),
}


@pytest.mark.parametrize("paths", FORMS.values(), ids=FORMS)
async def test_the_words_of_an_album_are_changed_whatever_form_it_went_out_in(
    stage: Stage, paths: tuple[str, ...]
) -> None:
    message = album(stage, *paths)
    outcome, sent = await delivered(stage, message)
    before = sizes(sent)
    bot, chat = stage.sender.bot, stage.chat
    assert await amend(bot, chat, outcome.message_id, message, within_s=5) == Unchanged()
    new = Message(RichText("later"), message.media, message.preview, message.buttons)
    assert await amend(bot, chat, outcome.message_id, new, within_s=5) == Sent(outcome.message_id)
    now = stage.world.messages(stage.world.user)
    assert [one.text for one in now] == ["later", *[""] * (len(now) - 1)]
    assert sizes(now) == before


@pytest.mark.parametrize("kind", [MediaKind.VIDEO, MediaKind.AUDIO])
async def test_the_words_under_another_file_are_changed_and_it_stays(stage: Stage, kind: MediaKind) -> None:
    stage.shown["/a"] = ("video/mp4", MP4) if kind is MediaKind.VIDEO else ("audio/mpeg", b"ID3")
    message = Message(TEXT, (stage.file(kind, "/a", size=90),), buttons=BUTTONS)
    outcome = await stage.sender.deliver(stage.chat, message)
    assert isinstance(outcome, Sent)
    bot, chat, number = stage.sender.bot, stage.chat, outcome.message_id
    assert await amend(bot, chat, number, message, new_picture=True, within_s=5) == Unchanged()
    new = Message(RichText("later"), message.media, buttons=BUTTONS)
    assert await amend(bot, chat, number, new, within_s=5) == Sent(number)
    (now,) = stage.world.messages(stage.world.user)
    assert (now.text, now.media and now.media.kind, now.buttons) == ("later", kind, ["More"])

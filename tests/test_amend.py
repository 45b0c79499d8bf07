"""Edits at the local Telegram, in every kind of chat: what changes, and what is told where nothing can."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from telegram import error as errors

from bot.deliver.amend import amend
from bot.deliver.outcome import (
    ChatLost,
    Down,
    Edited,
    Halt,
    Migrated,
    NotOurs,
    Sent,
    Unchanged,
    Unclear,
    Wait,
    of_edit_error,
)
from bot.deliver.sender import Sender
from bot.items import ChatId
from bot.playground import world as playground
from bot.render.parts import (
    CAPTION_LIMIT,
    Button,
    Entity,
    EntityKind,
    Message,
    Preview,
    Rich,
    RichText,
    units,
)
from tests.staging import TEXT, Stage, staged
from tests.test_picture import png

NEW = RichText("News later: 晴 ☀️", (Entity(EntityKind.ITALIC, 0, 4),))
LONG = RichText("A sentence of words. 🌧 " * 120)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        one.shown["/a.png"] = ("image/png", png(800, 600))
        one.shown["/b.png"] = ("image/png", png(640, 480))
        yield one


@pytest.fixture(params=["private", "group", "supergroup", "channel"])
def place(request: pytest.FixtureRequest, stage: Stage) -> playground.Chat:
    """A chat of each kind."""
    match request.param:
        case "group":
            return stage.world.add_group()
        case "supergroup":
            return stage.world.add_supergroup()
        case "channel":
            return stage.world.add_channel()
    return stage.world.chat(stage.world.user)


class Standing:
    """A message that was sent, and edits of it."""

    def __init__(self, stage: Stage, place: playground.Chat, message_id: int) -> None:
        self.stage, self.place, self.id = stage, place, message_id

    async def amend(self, message: Message, *, new_picture: bool = False, within_s: float = 5) -> Edited:
        bot, chat = self.stage.sender.bot, ChatId(self.place.id)
        return await amend(bot, chat, self.id, message, new_picture=new_picture, within_s=within_s)

    @property
    def now(self) -> playground.Message:
        return self.place.messages[self.id]

    @property
    def width(self) -> int:
        """Of its picture; 0 for none."""
        return self.now.media.width if self.now.media else 0


async def sent(stage: Stage, place: playground.Chat, message: Message, *, plainly: bool = False) -> Standing:
    outcome = await stage.sender.deliver(ChatId(place.id), message, plainly=plainly)
    assert isinstance(outcome, Sent)
    return Standing(stage, place, outcome.message_id)


async def test_a_text_is_changed_in_place(stage: Stage, place: playground.Chat) -> None:
    standing = await sent(stage, place, Message(TEXT))
    preview = Preview("https://example.org/b", large=True)
    assert await standing.amend(Message(NEW, preview=preview)) == Sent(standing.id)
    assert standing.now.text == NEW.text
    assert [one.type for one in standing.now.content.entities] == ["italic"]
    assert standing.now.preview == {"url": "https://example.org/b", "prefer_large_media": True}
    assert len(stage.world.messages(place)) == 1


async def test_the_words_under_a_photo_are_changed_and_it_stays(stage: Stage, place: playground.Chat) -> None:
    standing = await sent(stage, place, Message(TEXT, stage.image("/a.png")))
    assert await standing.amend(Message(NEW, stage.image("/b.png"))) == Sent(standing.id)
    assert standing.now.text == NEW.text
    assert [one.type for one in standing.now.content.entities] == ["italic"]
    assert standing.width == 800


async def test_a_photo_that_went_out_as_a_text_is_changed_as_a_text(
    stage: Stage, place: playground.Chat
) -> None:
    message = Message(TEXT, stage.image("/a.png"), preview=Preview("https://example.org/a"))
    standing = await sent(stage, place, message, plainly=True)
    outcome = await standing.amend(replace(message, text=NEW))
    assert outcome == Sent(standing.id)
    assert isinstance(outcome, Sent)
    assert outcome.calls == 2
    assert standing.now.text == NEW.text
    assert standing.now.preview == {"url": "https://example.org/a"}
    assert standing.width == 0


FORMS = ["rich", "rich without pictures", "album", "photo", "text"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("forgets", [False, True])
async def test_a_message_is_known_again_in_whatever_form_it_has_arrived(
    stage: Stage, place: playground.Chat, form: str, *, forgets: bool
) -> None:
    """By the same sender, or by one that knows nothing of what the server and the chat refused before."""
    fate = FORMS.index(form)
    pictures = "".join(f'<img src="{stage.web}/{one}.png"/>' for one in "ab")
    rich = Rich(f"<p>one</p>{pictures}", "<p>one</p>")
    media = (*stage.image("/a.png"), *stage.image("/b.png"))
    message = Message(TEXT, media, Preview("https://example.org/a"), rich=rich)
    refused = (
        ["sendRichMessage"] * min(fate, 2) + ["sendMediaGroup"] * (fate > 2) + ["sendPhoto"] * 9 * (fate > 3)
    )
    for method in refused:
        why = "caption is too long" if method == "sendMediaGroup" else "PHOTO_INVALID"
        stage.world.fail_next(method, "error", description=f"Bad Request: {why}")
    standing = await sent(stage, place, message)
    now = standing.now
    found = (bool(now.rich), bool(now.rich and "photo" in str(now.rich)), bool(now.album), bool(now.media))
    assert (
        found
        == {
            "rich": (True, True, False, False),
            "rich without pictures": (True, False, False, False),
            "album": (False, False, True, True),
            "photo": (False, False, False, True),
            "text": (False, False, False, False),
        }[form]
    )
    by = Sender(stage.sender.bot, stage.pictures, stage.outbox) if forgets else stage.sender
    asked = await by.amend(ChatId(place.id), standing.id, message)
    assert asked == (Unchanged() if now.media or form == "rich" else Sent(standing.id))
    nobodys = await by.amend(ChatId(place.id), standing.id + 5, message)
    assert isinstance(nobodys, NotOurs)


async def test_a_photo_keeps_a_text_that_fits_as_its_caption(stage: Stage, place: playground.Chat) -> None:
    standing = await sent(stage, place, Message(TEXT, stage.image("/a.png")))
    assert await standing.amend(Message(NEW)) == Sent(standing.id)
    assert standing.now.text == NEW.text
    assert standing.width == 800


async def test_a_photo_keeps_what_fits_of_a_text_that_does_not(stage: Stage, place: playground.Chat) -> None:
    standing = await sent(stage, place, Message(TEXT, stage.image("/a.png")))
    assert await standing.amend(Message(LONG)) == Sent(standing.id)
    assert CAPTION_LIMIT // 2 < units(standing.now.text) <= CAPTION_LIMIT
    assert LONG.text.startswith(standing.now.text)
    assert standing.width == 800


async def test_a_photo_gets_the_short_form_of_a_text_that_does_not_fit(
    stage: Stage, place: playground.Chat
) -> None:
    standing = await sent(stage, place, Message(TEXT, stage.image("/a.png")))
    assert await standing.amend(replace(Message(LONG), short=NEW)) == Sent(standing.id)
    assert standing.now.text == NEW.text


async def test_a_new_picture_takes_the_old_ones_place(stage: Stage, place: playground.Chat) -> None:
    standing = await sent(stage, place, Message(TEXT, stage.image("/a.png")))
    assert await standing.amend(Message(NEW, stage.image("/b.png")), new_picture=True) == Sent(standing.id)
    assert standing.width == 640
    assert standing.now.text == NEW.text
    assert [one.type for one in standing.now.content.entities] == ["italic"]


async def test_a_new_picture_that_nobody_can_have_leaves_the_old_one(
    stage: Stage, place: playground.Chat
) -> None:
    standing = await sent(stage, place, Message(TEXT, stage.image("/a.png")))
    outcome = await standing.amend(Message(NEW, stage.image("/gone.png")), new_picture=True)
    assert outcome == Sent(standing.id)
    assert standing.width == 800
    assert standing.now.text == NEW.text


async def test_a_new_picture_that_nobody_can_have_leaves_a_text_a_text(
    stage: Stage, place: playground.Chat
) -> None:
    standing = await sent(stage, place, Message(TEXT))
    outcome = await standing.amend(Message(NEW, stage.image("/gone.png")), new_picture=True)
    assert isinstance(outcome, Sent)
    assert outcome.calls == 3
    assert (standing.width, standing.now.text) == (0, NEW.text)


@pytest.mark.parametrize("plainly", [False, True], ids=["photo", "as text"])
@pytest.mark.parametrize("kind", ["text", "photo"])
async def test_an_edit_with_what_was_sent_changes_nothing_and_says_that_it_stands(
    stage: Stage,
    place: playground.Chat,
    kind: str,
    plainly: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    message = Message(
        TEXT,
        stage.image("/a.png") if kind == "photo" else (),
        preview=Preview("https://example.org/a", large=True, above=True),
        buttons=((Button("More", data="more:1"), Button("Site", url="https://example.org/")),),
        silent=True,
    )
    standing = await sent(stage, place, message, plainly=plainly)
    assert await standing.amend(message) == Unchanged()
    assert standing.now.buttons == ["More", "Site"]


@pytest.mark.parametrize("photo", [False, True], ids=["text", "photo"])
async def test_somebody_elses_message_is_not_ours(
    stage: Stage,
    place: playground.Chat,
    photo: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    said = Standing(stage, place, stage.world.say(place, TEXT.text).id)
    message = Message(TEXT, stage.image("/a.png") if photo else ())
    outcome = await said.amend(message)
    assert isinstance(outcome, NotOurs)
    assert not outcome.missing
    assert said.now.text == TEXT.text


@pytest.mark.parametrize("photo", [False, True], ids=["text", "photo"])
async def test_a_message_that_is_not_there_is_missing(
    stage: Stage,
    place: playground.Chat,
    photo: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    message = Message(TEXT, stage.image("/a.png") if photo else ())
    outcome = await Standing(stage, place, 4711).amend(message, new_picture=True)
    assert isinstance(outcome, NotOurs)
    assert outcome.missing


async def test_a_chat_that_is_lost_or_has_moved_is_named(stage: Stage) -> None:
    group = stage.world.add_group()
    standing = await sent(stage, group, Message(TEXT))
    moved = stage.world.migrate(group)
    assert await standing.amend(Message(NEW)) == Migrated(ChatId(moved.id))
    alone = await sent(stage, stage.world.chat(stage.world.user), Message(TEXT))
    stage.world.block()
    assert await alone.amend(Message(NEW)) == ChatLost("blocked")


@pytest.mark.parametrize("method", ["editMessageText", "editMessageCaption", "editMessageMedia"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [("flood", Wait), ("internal", Unclear), ("bad_gateway", Unclear), ("reset_after", Unclear)],
)
async def test_trouble_on_the_way_is_told_and_not_tried_in_another_form(
    stage: Stage, method: str, fault: str, kind: type[Edited]
) -> None:
    photo = () if method == "editMessageText" else stage.image("/a.png")
    standing = await sent(stage, stage.world.chat(stage.world.user), Message(TEXT, photo))
    stage.world.fail_next(method, fault, retry_after=9)
    stage.world.telegram.calls.clear()
    outcome = await standing.amend(Message(NEW, photo), new_picture=method == "editMessageMedia")
    assert isinstance(outcome, kind)
    assert sum(stage.world.telegram.calls.values()) == 1


async def test_no_answer_in_time_is_unclear(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.deliver.amend.LEAST_S", 0.0)
    standing = await sent(stage, stage.world.chat(stage.world.user), Message(TEXT))
    stage.world.fail_next("editMessageText", "hang_before")
    assert isinstance(await standing.amend(Message(NEW), within_s=0.08), Unclear)


TEXTS: list[tuple[str, Edited]] = [
    ("message is not modified: specified new message content and reply markup are exactly …", Unchanged()),
    ("message to edit not found", NotOurs("", missing=True)),
    ("message can't be edited", NotOurs("", missing=False)),
    ("MESSAGE_ID_INVALID", NotOurs("", missing=False)),
    ("MESSAGE_AUTHOR_REQUIRED", NotOurs("", missing=False)),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=[one[0][:24] for one in TEXTS])
def test_each_text_has_its_meaning_in_any_case(text: str, expected: Edited) -> None:
    for one in (f"Bad Request: {text}", text, text.lower(), text.upper()):
        outcome = of_edit_error(errors.BadRequest(one))
        assert type(outcome) is type(expected)
        if isinstance(outcome, NotOurs) and isinstance(expected, NotOurs):
            assert outcome.missing is expected.missing
            assert outcome.why


def test_what_is_no_matter_of_edits_means_what_it_means_elsewhere() -> None:
    assert of_edit_error(errors.BadRequest("chat not found")) == ChatLost("chat not found")
    assert isinstance(of_edit_error(errors.InvalidToken()), Halt)
    page = errors.BadRequest(
        "Bad Request (400). Parsing the server response b'message is not modified' failed"
    )
    page.__cause__ = errors.TelegramError("Invalid server response")
    assert isinstance(of_edit_error(page), Down)

"""Messages to the local Telegram: in the best form that passes, and the text always arrives."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import telegram

from bot.deliver import calls, form, picture, sender
from bot.deliver.calls import Taken
from bot.deliver.outcome import ChatLost, Down, Migrated, Outcome, Refused, Sent, TopicLost, Unclear, Wait
from bot.deliver.sender import Sender
from bot.deliver.transport import Transport
from bot.items import Chat, ChatId, ChatKind
from bot.playground.world import Kind, Member, Status
from bot.render.parts import TEXT_LIMIT, Button, Entity, EntityKind, Message, Preview, RichText, units
from tests.staging import TEXT, FakeOutbox, Stage, staged
from tests.test_picture import png


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        yield one


async def test_a_text_arrives_as_it_was_meant(stage: Stage) -> None:
    message = Message(
        TEXT,
        preview=Preview("https://example.org/a", large=True, above=True),
        buttons=((Button("More", data="more:1"), Button("Site", url="https://example.org/")),),
        silent=True,
    )
    outcome = await stage.sender.deliver(stage.chat, message)
    (sent,) = stage.world.messages(stage.world.user)
    assert outcome == Sent(sent.id)
    assert sent.text == TEXT.text
    assert [(one.type, one.offset, one.length) for one in sent.content.entities] == [
        ("bold", 0, 4),
        ("text_link", 5, 5),
    ]
    assert sent.silent
    assert sent.buttons == ["More", "Site"]
    assert sent.preview == {
        "url": "https://example.org/a",
        "prefer_large_media": True,
        "show_above_text": True,
    }


async def test_without_a_wanted_preview_there_is_none_of_another_link(stage: Stage) -> None:
    await stage.sender.deliver(stage.chat, Message(TEXT))
    (sent,) = stage.world.messages(stage.world.user)
    assert sent.preview == {"is_disabled": True}


async def test_a_picture_goes_by_its_address(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    (sent,) = stage.world.messages(stage.world.user)
    assert outcome == Sent(sent.id)
    assert sent.media is not None
    assert sent.media.kind == "photo"
    assert sent.text == TEXT.text
    assert len(sent.content.entities) == 2
    assert stage.downloads == []


async def test_the_next_address_of_the_same_picture_is_tried(stage: Stage) -> None:
    stage.shown["/b.png"] = ("image/png", png(800, 600))
    await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png", "/b.png")))
    (sent,) = stage.world.messages(stage.world.user)
    assert sent.media is not None
    assert stage.downloads == []


async def test_what_telegram_cannot_fetch_is_uploaded_once_and_then_sent_by_its_id(stage: Stage) -> None:
    stage.ours["/a.png"] = png(800, 600)
    others = [stage.world.add_user(f"Reader {one}") for one in range(3)]
    message = Message(TEXT, stage.image("/a.png"))
    for reader in [stage.world.user, *others]:
        assert isinstance(await stage.sender.deliver(ChatId(reader.id), message), Sent)
    media = [stage.world.messages(reader)[0].media for reader in [stage.world.user, *others]]
    assert len({one.file_id for one in media if one}) == 1
    assert stage.downloads == ["/a.png"]
    assert stage.world.telegram.files.fetched.count(stage.web + "/a.png") == 1
    assert len(stage.outbox.files) == 1


async def test_chats_that_want_one_picture_at_the_same_time_cost_few_downloads(stage: Stage) -> None:
    stage.ours["/a.png"] = png(800, 600)
    readers = [stage.world.add_user(f"Reader {one}") for one in range(20)]
    message = Message(TEXT, stage.image("/a.png"))
    outcomes = await asyncio.gather(*(stage.sender.deliver(ChatId(one.id), message) for one in readers))
    assert all(isinstance(one, Sent) for one in outcomes)
    assert len(stage.downloads) <= 4


async def test_a_file_id_that_is_not_taken_any_more_is_replaced_by_a_new_upload(stage: Stage) -> None:
    stage.ours["/a.png"] = png(800, 600)
    message = Message(TEXT, stage.image("/a.png"))
    await stage.sender.deliver(stage.chat, message)
    (key,) = stage.outbox.files
    stage.outbox.files[key] = "AgACphforgotten"
    assert isinstance(await stage.sender.deliver(stage.chat, message), Sent)
    assert all(one.media for one in stage.world.messages(stage.world.user))
    assert stage.outbox.files[key] != "AgACphforgotten"


async def test_an_upload_needs_no_store(stage: Stage) -> None:
    stage.outbox.away = True
    stage.ours["/a.png"] = png(800, 600)
    await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    (sent,) = stage.world.messages(stage.world.user)
    assert sent.media is not None


UNFIT = {
    "nothing": None,
    "a page": b"<html>please enable JavaScript</html>",
    "too long a side": png(9000, 2000),
    "too narrow": png(21, 1),
    "empty": png(0, 10),
    "too big": png(800, 600, bytes(picture.MAX_BYTES)),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@pytest.mark.parametrize("ours", UNFIT.values(), ids=UNFIT)
async def test_a_picture_nobody_can_use_never_costs_the_text(stage: Stage, ours: bytes | None) -> None:
    stage.shown["/a.png"] = ("text/html", b"<html>")
    stage.ours["/a.png"] = ours
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    (sent,) = stage.world.messages(stage.world.user)
    assert isinstance(outcome, Sent)
    assert (outcome.message_id, outcome.calls) == (sent.id, 2)
    assert sent.media is None
    assert sent.text == TEXT.text
    assert stage.world.telegram.files._files == {}, "nothing unfit was uploaded"


async def test_what_failed_lately_is_not_asked_again_for_the_next_chat(stage: Stage) -> None:
    message = Message(TEXT, stage.image("/a.png"))
    for _ in range(3):
        await stage.sender.deliver(stage.chat, message)
    assert stage.world.telegram.calls["sendPhoto"] == 1
    assert stage.downloads == ["/a.png"]
    assert stage.texts() == [TEXT.text] * 3


async def test_a_group_without_pictures_gets_the_text_and_is_not_asked_each_time(stage: Stage) -> None:
    group = stage.world.add_supergroup()
    group.denied = {"photos"}
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    for _ in range(2):
        outcome = await stage.sender.deliver(ChatId(group.id), Message(TEXT, stage.image("/a.png", "/b.png")))
        assert isinstance(outcome, Sent)
    assert stage.texts(group) == [TEXT.text] * 2
    assert stage.downloads == []
    assert stage.world.telegram.calls["sendPhoto"] == 1


async def test_plainly_leaves_the_picture_out(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")), plainly=True)
    assert stage.world.messages(stage.world.user)[0].media is None


async def test_no_time_left_means_text(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    message = Message(TEXT, stage.image("/a.png"))
    outcome = await stage.sender.deliver(stage.chat, message, within_s=sender.TEXT_S + 1)
    assert isinstance(outcome, Sent)
    assert stage.world.messages(stage.world.user)[0].media is None


async def test_entities_that_are_refused_leave_the_bare_text_with_its_link(stage: Stage) -> None:
    refusal = 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 3'
    stage.world.fail_next("sendMessage", "error", description=refusal)
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, buttons=((Button("More", data="m"),),)))
    (sent,) = stage.world.messages(stage.world.user)
    assert outcome == Sent(sent.id)
    assert sent.text == f"{TEXT.text}\nhttps://example.org/a"
    assert sent.buttons == []


async def test_a_caption_that_is_refused_goes_out_as_text(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    stage.world.fail_next("sendPhoto", "error", description="Bad Request: can't parse entities: odd")
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    assert isinstance(outcome, Sent)
    assert stage.texts() == [TEXT.text]


async def test_what_even_bare_is_refused_says_why(stage: Stage) -> None:
    stage.world.fail_next("sendMessage", "error", times=2, description="Bad Request: never this")
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT))
    assert outcome == Refused("Never this")
    assert stage.texts() == []


async def test_an_overlong_text_arrives_shortened(stage: Stage) -> None:
    outcome = await stage.sender.deliver(stage.chat, Message(RichText("词" * (TEXT_LIMIT + 500))))
    assert isinstance(outcome, Sent)
    assert stage.texts()[0].startswith("词词")


@pytest.mark.parametrize("letter", ["a", "🌧"])
def test_bare_text_keeps_the_limit_and_the_link(letter: str) -> None:
    link = Entity(EntityKind.LINK, 0, 2, "https://example.org/" + "x" * 500)
    made = form.bare(Message(RichText(letter * TEXT_LIMIT, (link,)), silent=True, topic=7))
    assert units(made.text.text) <= TEXT_LIMIT
    assert made.text.text.endswith(link.url)
    assert (made.silent, made.topic) == (True, 7)


FAULTS: list[tuple[str, type[Outcome], int]] = [
    ("internal", Unclear, 0),
    ("bad_gateway", Unclear, 0),
    ("reset_before", Unclear, 0),
    ("reset_after", Unclear, 1),
    ("flood", Wait, 0),
]


@pytest.mark.parametrize(("fault", "kind", "arrived"), FAULTS, ids=[one[0] for one in FAULTS])
async def test_each_trouble_on_the_way_is_told_apart(
    stage: Stage, fault: str, kind: type[Outcome], arrived: int
) -> None:
    stage.world.fail_next("sendMessage", fault, retry_after=43_837)
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT))
    assert isinstance(outcome, kind)
    assert len(stage.texts()) == arrived
    if isinstance(outcome, Wait):
        assert outcome.seconds == 43_837


@pytest.mark.parametrize("fault", ["hang_before", "hang_after"])
async def test_no_answer_in_time_is_unclear(stage: Stage, fault: str) -> None:
    stage.world.fail_next("sendMessage", fault)
    assert isinstance(await stage.sender.send(stage.chat, Message(TEXT), within_s=0.08), Unclear)


async def test_an_unclear_picture_is_not_followed_by_its_text(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    stage.world.fail_next("sendPhoto", "reset_after")
    outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    assert isinstance(outcome, Unclear)
    assert len(stage.world.messages(stage.world.user)) == 1, "falling back would have doubled it"


async def test_nobody_at_the_address_is_down() -> None:
    request = Transport(64)
    bot = telegram.Bot("1:a", base_url="http://127.0.0.1:1/bot", request=request)

    async def nothing(_: str) -> None:
        return None

    outcome = await Sender(bot, nothing, FakeOutbox()).deliver(ChatId(1), Message(TEXT))
    await request.shutdown()
    assert isinstance(outcome, Down)


async def test_lost_chats_and_topics_are_named(stage: Stage) -> None:
    world = stage.world
    world.block()
    assert await stage.sender.deliver(stage.chat, Message(TEXT)) == ChatLost("blocked")
    group = world.add_group()
    moved = world.migrate(group)
    assert await stage.sender.deliver(ChatId(group.id), Message(TEXT)) == Migrated(ChatId(moved.id))
    forum = world.add_supergroup(forum=True)
    outcome = await stage.sender.deliver(ChatId(forum.id), Message(TEXT, topic=4711))
    assert isinstance(outcome, TopicLost)
    world.kick(forum)
    assert await stage.sender.deliver(ChatId(forum.id), Message(TEXT)) == ChatLost("kicked")
    assert await stage.sender.deliver(ChatId(424242), Message(TEXT)) == ChatLost("chat not found")


async def test_a_topic_is_written_to(stage: Stage) -> None:
    forum = stage.world.add_supergroup(forum=True)
    topic = stage.world.add_topic(forum, "Feeds")
    await stage.sender.deliver(ChatId(forum.id), Message(TEXT, topic=topic.id))
    assert stage.world.messages(forum)[0].thread_id == topic.id


async def test_paid_sending_says_so_and_free_sending_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    real = calls.send

    async def look(
        bot: telegram.Bot, method: str, fields: calls.Fields, within_s: float, *more: tuple[calls.Upload, ...]
    ) -> Taken | Outcome:
        seen.append(fields["allow_paid_broadcast"])
        return await real(bot, method, fields, within_s, *more)

    monkeypatch.setattr(calls, "send", look)
    for paid in (True, False):
        async with staged(paid=paid) as stage:
            await stage.sender.send(stage.chat, Message(TEXT))
    assert seen == [True, None]


@pytest.mark.parametrize(
    ("kind", "status", "left"),
    [
        (Kind.SUPERGROUP, Status.MEMBER, False),
        (Kind.SUPERGROUP, Status.LEFT, True),
        (Kind.GROUP, Status.KICKED, True),
        (Kind.CHANNEL, Status.ADMINISTRATOR, False),
        (Kind.CHANNEL, Status.MEMBER, True),
    ],
)
async def test_who_has_left_a_chat_is_asked_of_telegram(
    stage: Stage, kind: Kind, status: Status, *, left: bool
) -> None:
    person = stage.world.add_user("Bob")
    chat = stage.world.people.add_chat(kind, "Ours", owner=stage.world.user)
    chat.members[person.id] = Member(person, status)
    ours = Chat(ChatId(chat.id), ChatKind(kind.value))
    assert await stage.sender.has_left(ours, ChatId(person.id)) is left


async def test_who_cannot_be_asked_after_has_not_left(stage: Stage) -> None:
    person = ChatId(stage.world.user.id)
    assert not await stage.sender.has_left(Chat(ChatId(-5)), person)
    hidden = stage.world.people.add_chat(Kind.CHANNEL, "Not ours", bot_status=Status.MEMBER)
    assert not await stage.sender.has_left(Chat(ChatId(hidden.id), ChatKind.CHANNEL), person)

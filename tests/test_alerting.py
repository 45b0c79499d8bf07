"""How an alert is told: loudly, briefly, in its topic, pinned; and what becomes of it where that cannot be."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.deliver import notices, pinning
from bot.deliver.outcome import ChatLost, Down, Edited, Migrated, Refused, Sent, TopicLost, Unclear, Wait
from bot.deliver.owners import Owners
from bot.items import Chat, ChatId, ChatKind, Hit, Style, Taste
from bot.playground import Kind, Status
from bot.render.parts import Message
from bot.store.client import Store
from tests.conftest import Clock
from tests.posting import ANN, GROUP, MINUTE, Post
from tests.staging import TEXT, Stage, staged
from tests.test_picture import png

PINNED = Hit(1, "flood", ("flood",), pin=True)
NO_RIGHT = Refused("Bad Request: not enough rights to manage pinned messages in the chat")


@pytest.fixture
def post(store: Store, clock: Clock) -> Post:
    return Post(store, clock)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        yield one


def topic_hit(topic: int) -> Hit:
    return Hit(4, "flood", ("flood",), "Floods", topic=topic)


def topics(post: Post) -> list[int | None]:
    return [message.topic for _, message, _ in post.sender.tried]


async def test_an_alert_is_heard_in_a_silent_chat_and_of_a_silent_subscription(post: Post) -> None:
    await post.subscribe(ANN, taste=Taste(silent=True))
    await post.store.chats.save(Chat(ANN, taste=Taste(silent=True)))
    await post.lay(1, ANN)
    await post.lay(2, ANN, hits=(Hit(1, "flood", ("flood",)),))
    await post.work(MINUTE)
    assert [message.silent for _, message in post.sender.arrived] == [True, False]


@pytest.mark.parametrize(("second", "style"), [(True, Style.HEADLINE), (False, Style.SUMMARY)])
async def test_an_item_is_told_briefly_where_all_of_its_alerts_want_that(
    post: Post, monkeypatch: pytest.MonkeyPatch, style: Style, second: object
) -> None:
    await post.subscribe(ANN, taste=Taste(Style.SUMMARY, template="{{ title }} by template"))
    hits = (Hit(1, "a", ("Item",), brief=True), Hit(2, "b", ("Item",), brief=bool(second)))
    await post.lay(1, ANN, hits=hits)
    await post.turn()
    ((_, message),) = post.sender.arrived
    is_brief = "🔔 a: Item\n🔔 b: Item" in message.text.text
    assert is_brief == (style is Style.HEADLINE)
    assert ("by template" in message.text.text) != is_brief


async def test_an_alert_s_topic_goes_before_its_subscription_s(post: Post) -> None:
    await post.subscribe(GROUP, topic=7)
    await post.lay(1, GROUP, hits=(Hit(1, "q"), topic_hit(9), topic_hit(8)))
    await post.work(MINUTE)
    assert topics(post) == [9]


@pytest.mark.parametrize("own", [7, None])
async def test_an_alert_whose_topic_is_lost_is_told_where_its_feed_is_and_its_owner_hears_of_it_once(
    post: Post, own: int | None
) -> None:
    made = await post.subscribe(GROUP, topic=own)
    post.sender.reply = lambda _, message: TopicLost("TOPIC_CLOSED") if message.topic == 9 else None
    for number in (1, 2):
        await post.lay(number, GROUP, hits=(topic_hit(9),))
    await post.work(MINUTE)
    assert post.sender.titles(GROUP) == ["Item 1", "Item 2"]
    assert topics(post) == [9, own, own], "what was lost a moment ago is not asked for again"
    ((_, sentence),) = post.told
    assert "“Floods”" in sentence
    assert "/alerts" in sentence
    assert (await post.store.chats.subscriptions(GROUP))[0].topic == made.topic
    post.carrier = post.a_carrier()
    await post.lay(3, GROUP, hits=(topic_hit(9),))
    await post.work(MINUTE)
    assert topics(post)[3:] == [9, own]
    assert len(post.told) == 1


async def test_where_an_alert_s_and_its_subscription_s_topics_are_lost_both_go_to_general(post: Post) -> None:
    await post.subscribe(GROUP, topic=7)
    post.sender.reply = lambda _, message: TopicLost("message thread not found") if message.topic else None
    await post.lay(1, GROUP, hits=(topic_hit(9),))
    await post.work(MINUTE)
    assert topics(post) == [9, 7, None]
    assert len(post.told) == 2
    post.sender.reply = lambda *_: TopicLost("TOPIC_CLOSED")
    await post.lay(2, GROUP, hits=(topic_hit(9),))
    await post.turn()
    assert await post.paused(GROUP) == "topic closed"
    assert await post.waiting(GROUP) == [1]


async def test_an_alert_s_lost_topic_that_is_its_subscription_s_too_is_left_by_both(post: Post) -> None:
    await post.subscribe(GROUP, topic=9)
    post.sender.reply = lambda _, message: TopicLost("message thread not found") if message.topic else None
    await post.lay(1, GROUP, hits=(topic_hit(9),))
    await post.lay(2, GROUP)
    await post.work(MINUTE)
    assert topics(post) == [9, None, None]
    assert (await post.store.chats.subscriptions(GROUP))[0].topic is None


async def test_an_alert_for_a_chat_without_the_feed_loses_its_topic_and_no_item(post: Post) -> None:
    await post.store.chats.save(Chat(GROUP, ChatKind.SUPERGROUP, title="Watchers"))
    post.sender.reply = lambda _, message: TopicLost("message thread not found") if message.topic else None
    await post.lay(1, GROUP, hits=(topic_hit(9),))
    await post.work(MINUTE)
    assert post.sender.titles(GROUP) == ["Item 1"]


async def test_what_an_alert_wants_pinned_is_pinned_once_after_it_is_noted(post: Post) -> None:
    await post.subscribe(ANN)
    noted: list[int | None] = []
    item = await post.lay(1, ANN, hits=(Hit(2, "q"), PINNED))
    await post.lay(2, ANN, hits=(Hit(2, "q"),))
    await post.lay(3, ANN)
    (claim,) = (await post.store.outbox.claim(1, 60_000)).claims
    real = post.sender.pin

    async def pin(chat: ChatId, message_id: int) -> Edited:
        noted.append(await post.store.outbox.sent_as(ANN, item))
        return await real(chat, message_id)

    post.sender.pin = pin  # type: ignore[method-assign]
    await post.carrier.carry(claim)
    await post.work(MINUTE)
    assert post.sender.pinned == [(ANN, 1)]
    assert noted == [1]
    assert len(post.sender.arrived) == 3


async def test_what_had_arrived_before_a_crash_is_pinned_when_it_is_found(post: Post) -> None:
    await post.subscribe(GROUP)
    await post.lay(1, GROUP)
    await post.turn()
    await post.lay(2, GROUP, hits=(PINNED,))
    post.sender.reply = lambda *_: Unclear("no answer")
    post.clock.forward(MINUTE)
    await post.turn()
    assert post.sender.pinned == []
    post.sender.edit_reply = lambda _, message_id: Sent(message_id)
    await post.work(MINUTE)
    assert post.sender.pinned == [(GROUP, 2)]


async def test_what_was_not_sent_is_not_pinned(post: Post) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN, hits=(PINNED,))
    post.sender.reply = lambda *_: Refused("Bad Request: no")
    await post.turn()
    assert post.sender.pinned == []


async def test_a_pin_delays_no_other_message(post: Post) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN, hits=(PINNED,))
    await post.lay(2, ANN)
    hangs, asked = asyncio.Event(), asyncio.Event()

    async def pin(_chat: ChatId, message_id: int) -> Edited:
        asked.set()
        await hangs.wait()
        return Sent(message_id)

    post.sender.pin = pin  # type: ignore[method-assign,assignment]  # by place
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(post.turn())
        await asked.wait()
        while len(post.sender.arrived) < 2:
            post.clock.forward(500)
            await post.turn()
        hangs.set()


@pytest.mark.parametrize(
    ("answer", "is_told"),
    [
        (NO_RIGHT, True),
        (ChatLost("no right to post"), True),
        (Refused("Bad Request: message to pin not found"), False),
        (ChatLost("kicked"), False),
        (Down("no route"), False),
        (Unclear("no answer"), False),
        (Migrated(ChatId(-100_777)), False),
    ],
)
async def test_a_pin_that_fails_costs_nothing_and_a_missing_right_is_told_once(
    post: Post, caplog: pytest.LogCaptureFixture, answer: Edited, *, is_told: bool
) -> None:
    caplog.set_level("INFO")
    await post.subscribe(GROUP)
    for number in (1, 2):
        await post.lay(number, GROUP, hits=(PINNED,))
    post.sender.pin_reply = lambda *_: answer
    await post.work(MINUTE)
    assert post.sender.titles(GROUP) == ["Item 1", "Item 2"]
    assert len(post.sender.pinned) == 2
    assert await post.paused(GROUP) == ""
    assert caplog.text.count("not pinned") == 2
    assert [("Pin messages" in sentence, "/alerts" in sentence) for _, sentence in post.told] == (
        [(True, True)] if is_told else []
    )


async def test_a_pin_that_trips_us_is_logged_and_harms_nothing(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    def trip(*_: object) -> Edited:
        raise RuntimeError("a slip")

    await post.subscribe(ANN)
    await post.lay(1, ANN, hits=(PINNED,))
    post.sender.pin_reply = trip
    await post.turn()
    assert await post.waiting(ANN) == [0]
    assert "by our own fault" in caplog.text


@pytest.mark.parametrize(("wait_s", "news_s"), [(5, 5), (3000, pinning.NEWS_WAIT_S)])
async def test_a_flood_wait_of_a_pin_is_kept(post: Post, wait_s: int, news_s: float) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN, hits=(PINNED,))
    await post.turn()
    post.sender.pin_reply = lambda *_: Wait(wait_s)
    for number in (2, 3):
        await post.lay(number, ANN, hits=(PINNED,))
    post.clock.forward(2_000)
    await post.turn()
    await post.work(round(news_s * 1000) - 500)
    assert len(post.sender.arrived) == 2, "news waits, too"
    await post.work(2_000)
    assert len(post.sender.arrived) == 3
    assert len(post.sender.pinned) == 2, "no pin before the end of the wait"


def test_the_right_that_is_missing_is_named_in_both_languages() -> None:
    group, channel = Chat(GROUP, ChatKind.SUPERGROUP, "A"), Chat(GROUP, ChatKind.CHANNEL, "B")
    assert "“Pin messages”" in notices.pin_refused(group, "en")
    assert "“置顶消息”" in notices.pin_refused(group, "zh-hans")
    assert "“Edit messages of others”" in notices.pin_refused(channel, "en")
    assert "“编辑他人消息”" in notices.pin_refused(channel, "zh")
    assert len(notices.alert_topic_lost(group, "x" * 1000, "zh")) < 200


async def test_an_owner_is_told_of_a_subject_once(post: Post) -> None:
    owners, chat = Owners(post.store.chats, post.ear), Chat(GROUP, owner=None)
    assert await owners.tell_once(chat, "one", "…")
    assert not await owners.tell_once(chat, "one", "…")
    assert await owners.tell_once(chat, "two", "…")


@pytest.mark.parametrize(
    ("kind", "status", "rights"),
    [
        (Kind.SUPERGROUP, Status.ADMINISTRATOR, {"can_pin_messages"}),
        (Kind.SUPERGROUP, Status.MEMBER, set()),
        (Kind.GROUP, Status.ADMINISTRATOR, {"can_pin_messages"}),
        (Kind.CHANNEL, Status.ADMINISTRATOR, {"can_post_messages", "can_edit_messages"}),
    ],
)
async def test_a_message_is_pinned_without_a_sound_wherever_that_is_allowed(
    stage: Stage, kind: Kind, status: Status, rights: set[str]
) -> None:
    place = stage.world.people.add_chat(kind, "Room", owner=stage.world.user)
    stage.world.people.set_bot(place, status, stage.world.user, rights=rights)
    chat = ChatId(place.id)
    sent = await stage.sender.deliver(chat, Message(TEXT))
    assert isinstance(sent, Sent)
    assert await stage.sender.pin(chat, sent.message_id) == sent
    assert place.pinned == sent.message_id
    *_, told = stage.world.messages(place)
    assert told.service
    assert told.silent
    assert isinstance(await stage.sender.deliver(chat, Message(TEXT)), Sent)


@pytest.mark.parametrize(
    ("kind", "rights"),
    [
        (Kind.SUPERGROUP, {"can_delete_messages"}),
        (Kind.GROUP, set()),
        (Kind.CHANNEL, {"can_post_messages", "can_pin_messages"}),
    ],
)
async def test_without_the_right_to_pin_that_is_what_is_said(
    stage: Stage, kind: Kind, rights: set[str]
) -> None:
    place = stage.world.people.add_chat(kind, "Room", owner=stage.world.user)
    stage.world.people.set_bot(place, Status.ADMINISTRATOR, stage.world.user, rights=rights)
    sent = await stage.sender.deliver(ChatId(place.id), Message(TEXT))
    assert isinstance(sent, Sent)
    outcome = await stage.sender.pin(ChatId(place.id), sent.message_id)
    assert isinstance(outcome, Refused)
    assert pinning._lacks_right(outcome)
    assert place.pinned is None


async def test_in_a_private_chat_the_first_of_an_album_is_pinned(stage: Stage) -> None:
    stage.shown |= {f"/{one}.png": ("image/png", png(800, 600)) for one in "ab"}
    media = stage.image("/a.png") + stage.image("/b.png")
    sent = await stage.sender.deliver(stage.chat, Message(TEXT, media))
    assert isinstance(sent, Sent)
    assert sent.others
    assert await stage.sender.pin(stage.chat, sent.message_id) == sent
    assert [one.pinned for one in stage.world.messages(stage.world.user)] == [True, False, False]


async def test_all_the_way_an_alert_is_heard_marked_named_and_pinned(
    store: Store, clock: Clock, stage: Stage
) -> None:
    post = Post(store, clock, sends=stage.sender)
    await post.subscribe(stage.chat, taste=Taste(silent=True))
    hit = Hit(1, "經濟 OR cafe", ("经济", "Café"), "Economy", pin=True)
    await post.lay(1, stage.chat, hits=(hit,), title="Café-经济: café of the 经济部")
    await post.lay(2, stage.chat)
    await post.work(MINUTE)
    first, told, second = stage.world.messages(stage.world.user)
    assert [(one.silent, one.pinned) for one in (first, second)] == [(False, True), (True, False)]
    assert first.text.endswith("🔔 Economy: 经济, Café")
    marked = [
        first.text[one.offset : one.offset + one.length]
        for one in first.content.entities
        if one.type == "underline"
    ]
    assert marked == ["Café", "经济", "café", "经济"]
    assert told.service, "the chat says itself that something was pinned"

"""What may have arrived is asked for before it is sent again."""

import pytest

from bot.deliver import carrier, letters
from bot.deliver.asking import IDS_ASKED
from bot.deliver.outcome import (
    ChatLost,
    Down,
    Edited,
    Halt,
    MediaRefused,
    NotOurs,
    Refused,
    Sent,
    Unchanged,
    Unclear,
    Wait,
)
from bot.items import ChatId, ItemId
from bot.render.parts import Media, MediaKind, Message, RichText
from bot.store.client import Store
from tests.conftest import Clock
from tests.posting import ANN, GROUP, MINUTE, Post

NONE, OTHERS = (
    NotOurs("message to edit not found", missing=True),
    NotOurs("message can't be edited", missing=False),
)


@pytest.fixture
async def post(store: Store, clock: Clock) -> Post:
    """A post whose group knows message 40, and whose next item got no answer."""
    made = Post(store, clock)
    await made.subscribe(GROUP)
    await made.store.outbox.note_known(GROUP, 40)
    await made.lay(1, GROUP)
    made.sender.reply = lambda *_: Unclear("no answer")
    await made.turn()
    made.sender.reply = lambda *_: None
    return made


def item_one(post: Post) -> ItemId:
    return next(iter(post.news.items))


def answers(post: Post, by_id: dict[int, Edited]) -> None:
    post.sender.edit_reply = lambda _, message_id: by_id.get(message_id, NONE)


def asked(post: Post) -> list[int]:
    return [message_id for _, message_id, _, _ in post.sender.edited]


@pytest.mark.parametrize("answer", [Unchanged(), Sent(41)])
async def test_what_is_found_is_settled_and_not_sent_again(post: Post, answer: Edited) -> None:
    answers(post, {41: answer})
    await post.work(MINUTE)
    assert await post.store.outbox.sent_as(GROUP, item_one(post)) == 41
    assert len(post.sender.tried) == 1
    ((chat, _, message, new_picture),) = post.sender.edited
    assert (chat, new_picture) == (GROUP, False)
    assert message == post.sender.tried[0][1], "precisely what was sent is asked for"


async def test_the_further_pictures_of_an_album_that_is_found_are_taken_for_no_other_item(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are ours and have no words: an edit would put another item's there, which then counts as sent."""
    album = tuple(Media(MediaKind.PHOTO, f"https://example.org/{one}.jpg") for one in range(3))
    monkeypatch.setattr(carrier, "ALBUM_WAIT_MS", 0)  # time passes on the test's clock alone
    monkeypatch.setattr(letters, "compose", lambda *_, **__: Message(RichText("Album"), album))
    answers(post, {41: Unchanged()})
    await post.work(MINUTE)
    monkeypatch.undo()
    second = await post.lay(2, GROUP)
    await post.store.outbox.claim(1, 60_000)
    post.clock.forward(60_000)  # its worker sent it as message 44, and died
    answers(post, {42: Sent(42), 43: Sent(43), 44: Unchanged()})
    await post.work(MINUTE)
    assert await post.store.outbox.sent_as(GROUP, item_one(post)) == 41
    assert await post.store.outbox.sent_as(GROUP, second) == 44


async def test_what_is_not_there_is_sent(post: Post) -> None:
    await post.work(MINUTE)
    assert asked(post) == [41, 42]
    assert len(post.sender.arrived) == 1


async def test_what_others_wrote_meanwhile_is_passed_over(post: Post) -> None:
    answers(
        post, {41: OTHERS, 42: NONE, 43: Refused("there is no text in the message to edit"), 44: Unchanged()}
    )
    await post.work(MINUTE)
    assert await post.store.outbox.sent_as(GROUP, item_one(post)) == 44
    assert len(post.sender.tried) == 1


async def test_what_is_known_to_be_another_message_is_not_touched(post: Post) -> None:
    for message_id in (41, 42):  # replies that went out meanwhile
        await post.store.outbox.note_known(GROUP, message_id)
    answers(post, {43: Unchanged()})
    await post.work(MINUTE)
    assert asked(post) == [43]


async def test_a_crowd_is_not_searched_through(post: Post) -> None:
    post.sender.edit_reply = lambda *_: OTHERS
    await post.work(5 * MINUTE)
    assert asked(post) == list(range(41, 41 + IDS_ASKED))
    assert len(post.sender.arrived) == 1, "then it is sent again"


@pytest.mark.parametrize("refusal", [Refused("Can't parse entities"), MediaRefused("Caption is too long")])
async def test_words_that_telegram_refuses_tell_nothing_of_an_id(post: Post, refusal: Edited) -> None:
    """They are read before the message is looked for: what nobody has must not be noted as somebody's."""
    post.sender.edit_reply = lambda *_: refusal
    await post.work(MINUTE)
    assert asked(post) == [41]
    assert len(post.sender.arrived) == 1
    assert await post.store.outbox.unknown_after(GROUP, 40, 3) == [41, 42, 43]


async def test_where_no_message_is_known_nothing_can_be_asked(store: Store, clock: Clock) -> None:
    post = Post(store, clock)
    await post.subscribe(GROUP)
    await post.lay(1, GROUP)
    post.sender.reply = lambda *_: Unclear("no answer")
    await post.turn()
    post.sender.reply = lambda *_: None
    await post.work(MINUTE)
    assert (asked(post), len(post.sender.arrived)) == ([], 1)


@pytest.mark.parametrize("trouble", [Wait(30), Down("no route"), Unclear("no answer")])
async def test_trouble_with_asking_sends_nothing_and_asks_again(post: Post, trouble: Edited) -> None:
    post.sender.edit_reply = lambda *_: trouble
    await post.work(20_000)
    assert len(post.sender.tried) == 1
    answers(post, {41: Unchanged()})
    await post.work(15 * MINUTE, 1_000)
    assert await post.store.outbox.sent_as(GROUP, item_one(post)) == 41
    assert len(post.sender.tried) == 1


async def test_a_chat_lost_meanwhile_is_paused_and_asked_on_its_return(post: Post) -> None:
    post.sender.edit_reply = lambda *_: ChatLost("kicked")
    await post.work(MINUTE)
    assert await post.paused(GROUP) == "kicked"
    answers(post, {41: Unchanged()})
    await post.store.chats.resume(GROUP)
    await post.work(MINUTE)
    assert await post.store.outbox.sent_as(GROUP, item_one(post)) == 41
    assert len(post.sender.tried) == 1


async def test_a_refused_token_ends_asking_too(post: Post) -> None:
    post.sender.edit_reply = lambda *_: Halt("Unauthorized")
    post.clock.forward(10_000)
    await post.turn()
    assert post.carrier.refused == "Unauthorized"


async def test_a_worker_that_died_is_asked_after_too(store: Store, clock: Clock) -> None:
    post = Post(store, clock)
    await post.subscribe(GROUP)
    await post.store.outbox.note_known(GROUP, 40)
    item = await post.lay(1, GROUP)
    await post.store.outbox.claim(1, 60_000)
    post.clock.forward(60_000)
    answers(post, {41: Unchanged()})
    await post.turn()
    assert await post.store.outbox.sent_as(GROUP, item) == 41
    assert post.sender.tried == []


async def test_asking_keeps_to_the_budget_of_edits(post: Post) -> None:
    for _ in range(6):
        await post.store.outbox.reserve(GROUP, edit=True)
    answers(post, {41: Unchanged()})
    post.clock.forward(3_000)
    await post.turn()
    assert asked(post) == [], "no worker waits for a place"
    await post.work(MINUTE)
    assert asked(post) == [41]
    assert len(post.sender.tried) == 1


async def test_a_chat_that_is_written_to_slowly_is_not_asked_for_the_same_message_for_ever(
    post: Post,
) -> None:
    """Since Telegram refused us there one edit at a time is free, and one hole alone proves nothing."""
    await post.store.outbox.hold(GROUP, 0, flood=True)
    await post.work(MINUTE)
    assert asked(post) == [41, 42]
    assert len(post.sender.arrived) == 1


async def test_asking_is_not_put_off_for_as_long_as_the_whole_bot_is_busy(post: Post) -> None:
    answers(post, {41: Unchanged()})
    crowd = [ChatId(number) for number in range(1_000, 1_060)]
    await post.subscribe(*crowd)
    first = item_one(post)
    for number in range(2, 20):
        await post.lay(number, *crowd)
    await post.work(30_000)
    assert sum(await post.waiting(*crowd)) > 0, "there was always somebody to be written to"
    assert await post.store.outbox.sent_as(GROUP, first) == 41


async def test_other_chats_go_on_meanwhile(post: Post) -> None:
    other = ChatId(12)
    await post.subscribe(other)
    post.sender.edit_reply = lambda *_: Down("no route")
    await post.lay(2, other)
    await post.work(20_000)
    assert post.sender.titles(other) == ["Item 2"]


async def test_a_private_chats_message_is_found_among_those_of_all_the_bots_private_chats(
    store: Store, clock: Clock
) -> None:
    """They count together: between ours and the last one known lie those that others got meanwhile."""
    post, others = Post(store, clock), [ChatId(number) for number in range(500, 520)]
    await post.subscribe(ANN)
    await store.outbox.note_known(ANN, 70)
    for place, chat in enumerate(others[:10]):
        await store.outbox.note_known(chat, 71 + place)
    item = await post.lay(1, ANN)
    post.sender.reply = lambda *_: Unclear("no answer")
    await post.turn()
    for place, chat in enumerate(others):
        await store.outbox.note_known(chat, 81 + place + (place >= 7))  # 88 is not known
    answers(post, {88: Unchanged()})
    await post.work(MINUTE)
    assert await store.outbox.sent_as(ANN, item) == 88
    assert asked(post) == [71, 72, 88]
    assert len(post.sender.tried) == 1


async def test_a_private_chats_first_message_is_asked_for_beyond_those_of_others(
    store: Store, clock: Clock
) -> None:
    post = Post(store, clock)
    await post.subscribe(ANN)
    await store.outbox.note_known(ChatId(500), 70)
    item = await post.lay(1, ANN)
    await store.outbox.claim(1, 60_000)
    post.clock.forward(60_000)
    answers(post, {71: Unchanged()})
    await post.turn()
    assert await store.outbox.sent_as(ANN, item) == 71


async def test_what_a_server_out_of_order_may_have_taken_is_asked_for_and_no_fault_of_the_item(
    store: Store, clock: Clock
) -> None:
    post = Post(store, clock)
    await post.subscribe(GROUP)
    await store.outbox.note_known(GROUP, 40)
    item = await post.lay(1, GROUP)
    post.sender.reply = lambda *_: Unclear("Internal Server Error: restart", is_down=True)
    await post.work(MINUTE)
    assert len(post.sender.tried) <= 7
    answers(post, {41: Unchanged()})
    await post.work(2 * MINUTE, 500)
    assert await store.outbox.sent_as(GROUP, item) == 41

"""Items that take several messages: in order, nothing between, and after any trouble none of them twice."""

import itertools
from dataclasses import replace

import pytest

from bot.deliver import carrier, correcting, letters
from bot.deliver.correcting import Corrector
from bot.deliver.letters import Letters
from bot.deliver.outcome import Down, NotOurs, Sent, Unchanged, Unclear, Wait
from bot.items import Chat, ChatId, ChatKind, Hit, ItemId, StoredItem, Taste
from bot.render.look import Look
from bot.render.parts import Media, MediaKind, Message, RichText
from bot.render.template_flaws import Flaw, Why
from bot.settings import read
from bot.store import keys
from bot.store.client import Store
from bot.store.outbox import paces
from tests.conftest import Clock
from tests.posting import ANN, GROUP, MINUTE, SETTINGS, Post

PARTS = ("one", "two", "three")


@pytest.fixture
def asked() -> list[int]:
    """How many messages each setting was allowed to take."""
    return []


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch, asked: list[int]) -> list[str]:
    """Set every item whose title begins with "Long" in three messages; the list says how each begins."""
    parts = list(PARTS)

    def compose(stored: StoredItem, look: Look, *, hits: tuple[Hit, ...] = ()) -> Message:
        title = stored.item.title
        asked.append(look.messages)
        if not title.startswith("Long"):
            return Message(RichText(title))
        first, *rest = (RichText(f"{title}: {one}") for one in parts)
        return Message(first, rest=tuple(rest))

    monkeypatch.setattr(letters, "compose", compose)
    return parts


@pytest.fixture
def post(store: Store, clock: Clock, long: list[str]) -> Post:
    return Post(store, clock)


def texts(post: Post, chat: ChatId = ANN) -> list[str]:
    return [message.text.text for to, message in post.sender.arrived if to == chat]


def spelled(*titles: str) -> list[str]:
    """Return what arrives of items with ``titles``."""
    return [
        text
        for title in titles
        for text in ([f"{title}: {one}" for one in PARTS] if title.startswith("Long") else [title])
    ]


@pytest.mark.parametrize("chat", [ANN, GROUP])
async def test_all_messages_of_an_item_come_in_order_before_the_next_item(post: Post, chat: ChatId) -> None:
    await post.subscribe(chat)
    await post.lay(1, chat, title="Long A")
    await post.lay(2, chat, title="Long B")
    await post.lay(3, chat, title="C")
    await post.work(MINUTE)
    assert texts(post, chat) == spelled("Long A", "Long B", "C")
    assert await post.waiting(chat) == [0]
    assert [message.silent for _, message in post.sender.arrived] == [False, True, True] * 2 + [False]


async def test_of_an_alert_s_item_the_first_message_is_loud_and_pinned_and_the_others_neither(
    post: Post,
) -> None:
    await post.subscribe(ANN, taste=Taste(silent=True))
    await post.lay(1, ANN, title="Long A", hits=(Hit(1, "a", ("A",), pin=True),))
    await post.work(MINUTE)
    assert texts(post) == spelled("Long A")
    assert [message.silent for _, message in post.sender.arrived] == [False, True, True]
    assert post.sender.pinned == [(ANN, 1)]


async def test_an_older_item_that_comes_meanwhile_waits_for_the_end(post: Post) -> None:
    await post.subscribe(ANN)
    await post.lay(5, ANN, title="Long B")
    await post.turn()
    await post.lay(1, ANN, title="A")
    await post.work(MINUTE)
    assert texts(post) == spelled("Long B", "A")


async def test_a_minute_of_a_group_holds_no_more_than_its_limit_with_them(post: Post) -> None:
    await post.subscribe(GROUP)
    for number in range(15):
        await post.lay(number, GROUP, title=f"Long {number:02}")
    times: list[int] = []
    post.sender.reply = lambda *_: times.append(post.clock.ms)
    await post.work(4 * MINUTE)
    assert texts(post, GROUP) == spelled(*(f"Long {number:02}" for number in range(15)))
    assert max(sum(start <= one < start + MINUTE for one in times) for start in times) <= 20


@pytest.mark.parametrize("trouble", [Wait(30), Down("no route"), Unclear("no answer")])
@pytest.mark.parametrize("at", [1, 2])
async def test_what_meets_trouble_goes_on_where_it_stopped(
    post: Post, trouble: Wait | Down | Unclear, at: int
) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN, title="Long A")
    met: list[str] = []

    def reply(_: ChatId, message: Message) -> Wait | Down | Unclear | None:
        if len(post.sender.arrived) == at and not met:
            met.append(message.text.text)
            return trouble
        return None

    post.sender.reply = reply
    await post.work(10 * MINUTE, step_ms=1_000)
    assert met == [f"Long A: {PARTS[at]}"]
    assert texts(post) == spelled("Long A")


async def test_one_that_arrived_before_a_worker_died_is_found_and_the_next_follows(post: Post) -> None:
    await post.subscribe(ANN)
    item = await post.lay(1, ANN, title="Long A")
    await post.turn()
    post.clock.forward(5_000)
    (claim,) = (await post.store.outbox.claim(1, 60_000)).claims
    assert claim.pieces == (1,)
    post.clock.forward(60_000)  # its worker sent "two" as message 2, and died
    post.carrier = post.a_carrier()
    post.sender.edit_reply = lambda _, message_id: (
        Unchanged() if message_id == 2 else NotOurs("none", missing=True)
    )
    await post.work(MINUTE)
    assert texts(post) == ["Long A: one", "Long A: three"]
    assert [(message_id, message.text.text) for _, message_id, message, _ in post.sender.edited] == [
        (2, "Long A: two")
    ]
    assert await post.store.outbox.sent_as(ANN, item) == 1


async def test_telling_it_twice_notes_a_message_once(post: Post) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN, title="Long A")
    (claim,) = (await post.store.outbox.claim(1, 60_000)).claims
    assert await post.store.outbox.piece(claim, 40)
    assert not await post.store.outbox.piece(claim, 40)
    assert not await post.store.outbox.piece(claim, 41)  # one who was slower than the lease
    post.clock.forward(5_000)
    (claim,) = (await post.store.outbox.claim(1, 60_000)).claims
    assert (claim.pieces, claim.attempt, claim.doubt) == ((40,), 1, "")


async def test_an_item_that_has_become_shorter_meanwhile_is_done(post: Post, long: list[str]) -> None:
    await post.subscribe(ANN)
    item = await post.lay(1, ANN, title="Long A")
    await post.turn()
    post.clock.forward(5_000)
    await post.turn()
    del long[1:]
    await post.lay(2, ANN, title="B")
    await post.work(MINUTE)
    assert texts(post) == ["Long A: one", "Long A: two", "B"]
    assert await post.store.outbox.sent_as(ANN, item) == 1
    assert await post.store._door.do("HGET", keys.pieces(ANN), item) == b"1 2"


async def rename(post: Post, item: ItemId, title: str) -> None:
    """Let the feed correct an item's title."""
    stored = post.news.items[item]
    post.news.items[item] = replace(stored, item=replace(stored.item, title=title))
    post.sender.edit_reply = lambda _, message_id: Sent(message_id)
    (chat,) = {chat for chat, _ in post.sender.arrived}
    assert await post.store.edits.lay(item, "text", [chat]) == 1


def a_corrector(post: Post) -> Corrector:
    async def halt(why: str) -> None:
        raise AssertionError(why)

    parts = Letters(post.news, post.store.outbox, SETTINGS)
    return Corrector(post.store.edits, post.store.outbox, parts, post.sender, halt)


async def correct(post: Post, *, for_ms: int = 0) -> None:
    """Edit whatever may be edited, for so long."""
    corrector, end_ms = a_corrector(post), post.clock.ms + for_ms
    while True:
        for claim in await corrector.claim(10):
            await corrector.correct(claim)
        if post.clock.ms >= end_ms:
            return
        post.clock.forward(1_000)


def edited(post: Post) -> list[tuple[int, str]]:
    return [(message_id, message.text.text) for _, message_id, message, _ in post.sender.edited]


async def test_a_correction_is_edited_into_each_message(post: Post) -> None:
    await post.subscribe(ANN)
    await post.store.chats.save(Chat(ANN, corrections=True))
    item = await post.lay(1, ANN, title="Long A")
    await post.work(MINUTE)
    await rename(post, item, "Long B")
    await correct(post)
    assert edited(post) == list(enumerate(spelled("Long B"), 1))
    assert not await a_corrector(post).claim(10)


async def test_a_correction_goes_on_where_the_budget_for_edits_ended(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a chat that is slow each message takes a claim of its own; none is edited again and again."""
    monkeypatch.setattr(correcting, "FURTHER_MS", 0)  # time passes on the test's clock alone
    await post.subscribe(GROUP)
    await post.store.chats.save(Chat(GROUP, ChatKind.SUPERGROUP, corrections=True))
    item = await post.lay(1, GROUP, title="Long A")
    await post.work(MINUTE)
    await post.store.outbox.hold(GROUP, 1, flood=True)
    slowness = await post.store._door.do("GET", f"slow:{GROUP}")
    for title in ("Long B", "Long C"):
        post.sender.edited.clear()
        await rename(post, item, title)
        await correct(post, for_ms=MINUTE)
        assert edited(post) == list(enumerate(spelled(title), 1))
    assert await post.store._door.do("GET", f"slow:{GROUP}") == slowness, "Telegram has refused nothing"


async def test_a_correction_between_two_messages_reaches_those_that_stand(post: Post) -> None:
    await post.subscribe(ANN)
    await post.store.chats.save(Chat(ANN, corrections=True))
    item = await post.lay(1, ANN, title="Long A")
    await post.turn()
    await rename(post, item, "Long B")
    await correct(post)
    assert edited(post) == []
    await post.work(MINUTE)
    await correct(post)
    assert texts(post) == ["Long A: one", "Long B: two", "Long B: three"]
    assert edited(post) == list(enumerate(spelled("Long B"), 1))


async def corrected(post: Post, long: list[str], parts: tuple[str, ...]) -> list[tuple[int, str]]:
    """Send an item, correct it into ``parts``, and return what its messages are edited into."""
    await post.subscribe(ANN)
    await post.store.chats.save(Chat(ANN, corrections=True))
    item = await post.lay(1, ANN, title="Long A")
    await post.work(MINUTE)
    long[:] = parts
    post.sender.edit_reply = lambda _, message_id: Sent(message_id)
    await post.store.edits.lay(item, "text", [ANN])

    async def halt(why: str) -> None:
        raise AssertionError(why)

    letters_ = Letters(post.news, post.store.outbox, SETTINGS)
    corrector = Corrector(post.store.edits, post.store.outbox, letters_, post.sender, halt)
    for claim in await corrector.claim(10):
        await corrector.correct(claim)
    return [(message_id, message.text.text) for _, message_id, message, _ in post.sender.edited]


async def test_nothing_of_the_old_text_stays_below_a_correction_that_is_shorter(
    post: Post, long: list[str]
) -> None:
    assert await corrected(post, long, ("new",)) == [(1, "Long A: new"), (2, "…"), (3, "…")]


async def test_a_correction_is_told_how_many_messages_there_are_to_hold_it(
    post: Post, long: list[str], asked: list[int]
) -> None:
    await corrected(post, long, ("a", "b", "c", "d"))
    assert asked[0] > 3
    assert asked[-1] == 3
    assert [message_id for _, message_id, *_ in post.sender.edited] == [1, 2, 3]


async def test_an_item_that_arrived_whole_in_its_first_message_needs_no_other(post: Post) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN, title="Long A")
    await post.lay(2, ANN, title="B")
    post.sender.reply = lambda _, message: (
        Sent(7, whole=True) if message.text.text.startswith("Long") else None
    )
    await post.work(MINUTE)
    assert [message.text.text for _, message, _ in post.sender.tried] == ["Long A: one", "B"]


async def test_a_group_that_becomes_a_supergroup_hears_the_rest_there(post: Post) -> None:
    old, new = ChatId(-77), ChatId(-1_001_000_000_077)
    await post.subscribe(old)
    await post.lay(1, old, title="Long A")
    await post.turn()
    await post.store.chats.migrate(old, new)
    await post.store.chats.save(Chat(new, ChatKind.SUPERGROUP))
    await post.work(MINUTE)
    assert texts(post, old) + texts(post, new) == spelled("Long A")


async def test_what_an_item_was_sent_as_is_kept_for_some_and_forgotten_with_the_chat(
    post: Post, store: Store
) -> None:
    await post.subscribe(ANN)
    for number in range(3):
        await post.lay(number, ANN, title=f"Long {number}")
    await post.work(MINUTE)
    assert await store._door.do("HLEN", keys.pieces(ANN)) == 3
    assert await store._door.do("HGET", keys.pieces(ANN), "open") is None
    assert 0 < await store._door.do("PTTL", keys.pieces(ANN)) <= SETTINGS.keep_days * 86_400_000


async def test_an_album_takes_the_places_of_all_its_pictures(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    album = tuple(Media(MediaKind.PHOTO, f"https://example.org/{one}.jpg") for one in range(9))
    monkeypatch.setattr(letters, "compose", lambda *_, **__: Message(RichText("Album"), album))
    monkeypatch.setattr(carrier, "ALBUM_WAIT_MS", 0)  # time passes on the test's clock alone
    post.sender.reply = lambda _, message: Sent(10, others=tuple(range(11, 19)) if message.media else ())
    await post.subscribe(GROUP)
    await post.lay(1, GROUP)
    await post.turn()
    assert await post.store._door.do("ZCARD", f"minute:{GROUP}") == 9
    assert await post.store.outbox.unknown_after(GROUP, 9, 12) == [19, 20, 21]
    await post.lay(2, GROUP)
    assert await post.turn() == 0, "nine messages take 27 seconds of a group's pace"
    for number in (3, 4):
        await post.lay(number, GROUP)
    times: list[int] = []

    def reply(_: ChatId, message: Message) -> Sent:
        times.append(post.clock.ms)
        return Sent(20 + 9 * len(times))

    post.sender.reply = reply
    await post.work(4 * MINUTE, step_ms=1_000)
    assert len(times) == 3
    assert times[2] - times[0] >= MINUTE, "no minute holds 27 messages"


@pytest.mark.parametrize("rate", ["20", "4"])
async def test_an_album_comes_through_in_a_chat_that_is_slow(
    post: Post, monkeypatch: pytest.MonkeyPatch, rate: str
) -> None:
    settings = read({"SEND_GROUP_RATE": rate})
    album = tuple(Media(MediaKind.PHOTO, f"https://example.org/{one}.jpg") for one in range(10))
    monkeypatch.setattr(letters, "compose", lambda *_, **__: Message(RichText("Album"), album))
    monkeypatch.setattr(carrier, "ALBUM_WAIT_MS", 0)
    post.store._door._pace = paces(settings.send_chat_rate, settings.send_group_rate)
    for _ in range(5):
        await post.store.outbox.hold(GROUP, 1, flood=True)
    await post.subscribe(GROUP)
    for number in range(3):
        await post.lay(number, GROUP)
    await post.work(20 * MINUTE, step_ms=1_000)
    assert len(texts(post, GROUP)) == 3


async def test_an_owner_is_told_once_that_a_template_was_not_used(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    flaws = itertools.chain([Flaw(Why.FIELD, 1, "titel", "title")] * 2, itertools.repeat(Flaw(Why.UNFIT)))
    monkeypatch.setattr(
        letters, "compose", lambda *_, **__: Message(RichText("In its style"), trouble=next(flaws))
    )
    await post.subscribe(GROUP, ANN)
    await post.lay(1, GROUP, ANN)
    await post.lay(2, GROUP)
    await post.work(MINUTE)
    assert len(texts(post, GROUP)) == 2
    (first, second) = sorted(post.told)
    assert ["There is no field “titel”." in sentence for _, sentence in (first, second)] == [True, True]
    assert {user for user, _ in post.told} == {ANN, 1}

"""One delivery: how the item is set for its chat, and what each outcome changes."""

import asyncio
from typing import Any

import pytest

from bot.deliver import carrier, letters, partners, surely
from bot.deliver.outcome import ChatLost, Migrated, Outcome, TopicLost, Wait
from bot.deliver.owners import Owners
from bot.deliver.partners import Ear
from bot.errors import StoreError, StoreUnavailable, StoreUnfit
from bot.items import Chat, ChatId, FeedId, Hit, Item, ItemId, StoredItem, Style, Taste, UserId
from bot.render.look import Look
from bot.render.message import compose
from bot.render.parts import EntityKind, Message
from bot.store.client import Store
from bot.store.outbox import Claim
from tests.conftest import Clock
from tests.posting import ANN, GROUP, HOUR, MINUTE, SETTINGS, Post


@pytest.fixture
def post(store: Store, clock: Clock) -> Post:
    return Post(store, clock)


async def test_an_item_that_cannot_be_set_goes_out_as_title_and_link(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def trip(*_: object, **__: object) -> Message:
        raise RecursionError("too deep")

    monkeypatch.setattr(letters, "compose", trip)
    await post.subscribe(ANN, topic=7, taste=Taste(silent=True))
    await post.lay(1, ANN, title="  A\ntitle ")
    await post.turn()
    ((_, message),) = post.sender.arrived
    assert message.text.text == "A title"
    assert {one.kind: one.url for one in message.text.entities} == {
        EntityKind.LINK: "https://example.org/1",
        EntityKind.BOLD: "",
    }
    assert (message.topic, message.silent) == (7, True)
    assert "could not be set" in caplog.text


@pytest.mark.parametrize(
    ("item", "text"), [(Item(), "(no title)"), (Item(link="https://a.b/"), "https://a.b/")]
)
def test_the_simplest_form_is_never_empty(item: Item, text: str) -> None:
    stored = StoredItem(ItemId("f.1"), FeedId("f"), item, 0, 0)
    assert letters.simplest(stored).text.text == text


async def test_a_chat_that_blocked_us_is_paused_keeps_its_items_and_gets_them_after_its_return(
    post: Post,
) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    await post.lay(2, ANN)
    post.sender.reply = lambda *_: ChatLost("blocked")
    await post.work(10_000)
    assert len(post.sender.tried) == 1
    assert await post.paused(ANN) == "blocked"
    assert await post.waiting(ANN) == [2]
    post.sender.reply = lambda *_: None
    await post.store.chats.resume(ANN)
    await post.work(10_000)
    assert post.sender.titles(ANN) == ["Item 1", "Item 2"]


async def test_the_owner_of_a_lost_channel_is_told_once_and_in_a_sentence(post: Post) -> None:
    await post.subscribe(GROUP)
    await post.lay(1, GROUP)
    post.sender.reply = lambda *_: ChatLost("kicked")
    await post.work(10_000)
    ((owner, sentence),) = post.told
    assert owner == UserId(1001 % 1000)
    assert "chat -1001" in sentence
    assert "kicked" in sentence
    await post.store.chats.resume(GROUP)
    await post.store.chats.pause(GROUP, "by hand")
    await post.carrier._lost(Claim(GROUP, ItemId("x"), "t", 1), "kicked")
    assert len(post.told) == 1, "what is paused already is no news"


async def test_an_owner_who_cannot_be_told_harms_nothing(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    async def deaf(_user: UserId, _sentence: str) -> None:
        raise RuntimeError("blocked too")

    post.carrier._owners = Owners(post.store.chats, Ear(deaf, post.store.claims.note_health))
    await post.subscribe(GROUP)
    await post.lay(1, GROUP)
    post.sender.reply = lambda *_: ChatLost("kicked")
    await post.turn()
    assert await post.paused(GROUP) == "kicked"
    assert "could not be told" in caplog.text


async def test_a_migrated_group_gets_everything_under_its_new_id_in_order(post: Post) -> None:
    new = ChatId(-100_777)
    await post.subscribe(GROUP)
    for number in (1, 2, 3):
        await post.lay(number, GROUP)
    post.sender.reply = lambda chat, _: Migrated(new) if chat == GROUP else None
    await post.work(MINUTE)
    assert post.sender.titles(new) == ["Item 1", "Item 2", "Item 3"]
    assert [one.chat for one in await post.store.chats.subscriptions(new)] == [new]
    assert await post.store.chats.subscriptions(GROUP) == []


async def test_a_lost_topic_sends_to_general_from_then_on_and_its_owner_is_told(post: Post) -> None:
    await post.subscribe(GROUP, topic=7)
    await post.lay(1, GROUP)
    await post.lay(2, GROUP)
    post.sender.reply = lambda _, message: TopicLost("message thread not found") if message.topic else None
    await post.work(MINUTE)
    assert post.sender.titles(GROUP) == ["Item 1", "Item 2"]
    assert [message.topic for _, message, _ in post.sender.tried] == [7, None, None]
    ((_, sentence),) = post.told
    assert "General" in sentence
    assert "Example" in sentence


async def test_what_learns_of_its_lost_topic_too_late_goes_to_general_with_its_next_claim(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier, "GENERAL_S", partners.DELIVERY_S + 1)
    await post.subscribe(GROUP, topic=7)
    await post.lay(1, GROUP)
    post.sender.reply = lambda _, message: TopicLost("message thread not found") if message.topic else None
    await post.turn()
    assert [message.topic for _, message, _ in post.sender.tried] == [7]
    await post.work(MINUTE)
    assert [message.topic for _, message, _ in post.sender.tried] == [7, None]


async def test_a_group_whose_general_topic_is_closed_is_paused(post: Post) -> None:
    await post.subscribe(GROUP, topic=7)
    await post.lay(1, GROUP)
    post.sender.reply = lambda *_: TopicLost("TOPIC_CLOSED")
    await post.turn()
    assert await post.paused(GROUP) == "topic closed"
    assert await post.waiting(GROUP) == [1]


async def test_a_missing_and_a_corrupt_record_are_parked_with_their_reasons(post: Post) -> None:
    await post.subscribe(ANN)
    gone, broken = await post.lay(1, ANN), await post.lay(2, ANN)
    await post.lay(3, ANN)
    del post.news.items[gone]
    post.news.corrupt.add(broken)
    await post.work(5_000)
    parked = await post.store.outbox.parked(ANN)
    assert parked[gone] == "record expired"
    assert "cannot be read" in parked[broken]
    assert post.sender.titles(ANN) == ["Item 3"]


async def test_after_unsubscribing_only_hits_still_come(post: Post) -> None:
    quiet = await post.lay(1, ANN)
    await post.lay(2, ANN, hits=(Hit(1, "flood", ("flood",)),))
    await post.work(5_000)
    assert (await post.store.outbox.parked(ANN)) == {quiet: "unsubscribed"}
    assert len(post.sender.arrived) == 1


async def test_a_paused_subscription_sends_nothing_but_hits(post: Post) -> None:
    await post.subscribe(ANN, paused=True)
    item = await post.lay(1, ANN)
    await post.lay(2, ANN, hits=(Hit(1, "flood", ("flood",)),))
    await post.work(5_000)
    assert (await post.store.outbox.parked(ANN)) == {item: "subscription paused"}
    assert len(post.sender.arrived) == 1


async def test_a_message_is_set_as_the_subscription_wishes_and_alerts_are_loud(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Look] = []
    fired: list[tuple[Hit, ...]] = []
    real = compose

    def watch(stored: StoredItem, look: Look, *, hits: tuple[Hit, ...] = ()) -> Message:
        asked.append(look)
        fired.append(hits)
        return real(stored, look, hits=hits)

    monkeypatch.setattr(letters, "compose", watch)
    taste = Taste(Style.HEADLINE, silent=True)
    await post.subscribe(ANN, taste=taste, title="My name for it", topic=7)
    await post.store.chats.save(Chat(ANN, language="zh", timezone="Asia/Shanghai"))
    await post.lay(1, ANN)
    hit = Hit(3, "quake", ("Quake",))
    await post.lay(2, ANN, hits=(hit,))
    await post.work(5_000)
    assert [look.style for look in asked] == [Style.HEADLINE] * 2
    assert [str(look.zone) for look in asked] == ["Asia/Shanghai"] * 2
    assert [look.language for look in asked] == ["zh"] * 2
    assert [look.source for look in asked] == ["My name for it"] * 2
    assert fired == [(), (hit,)]
    assert [(message.topic, message.silent) for _, message in post.sender.arrived] == [(7, True), (7, False)]


def test_an_unknown_time_zone_falls_back_to_the_settings() -> None:
    look = letters.look_for(Chat(ANN, timezone="Mars/Olympus"), Taste(), SETTINGS)
    assert look.zone == SETTINGS.timezone


class Faltering:
    """The outbox, whose ``settle`` does not reach Redis the first ``times`` times."""

    def __init__(self, store: Store, times: int, error: StoreError) -> None:
        self._outbox = store.outbox
        self.left = times
        self._error = error
        self.claim, self.defer = store.outbox.claim, store.outbox.defer
        self.park, self.hold = store.outbox.park, store.outbox.hold
        self.piece = store.outbox.piece
        self.reserve, self.unknown_after = store.outbox.reserve, store.outbox.unknown_after
        self.note_known, self.unknown_in_box = store.outbox.note_known, store.outbox.unknown_in_box

    async def settle(self, claim: Claim, message_id: int, **how: Any) -> bool:
        self.left -= 1
        if self.left >= 0:
            raise self._error
        return await self._outbox.settle(claim, message_id, **how)


async def test_that_it_was_sent_is_noted_however_often_the_store_is_away(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surely, "RETRY_S", 0.001)
    outbox = Faltering(post.store, 8, StoreUnavailable("gone"))
    post.carrier._outbox = outbox
    await post.subscribe(ANN)
    item = await post.lay(1, ANN)
    await post.turn()
    assert outbox.left < 0
    assert await post.store.outbox.sent_as(ANN, item) == 1
    await post.work(5_000)
    assert len(post.sender.tried) == 1


async def test_a_stop_before_it_could_be_noted_says_what_may_come_twice(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.carrier._outbox = Faltering(post.store, 1000, StoreUnavailable("gone"))
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await post.carrier.carry((await post.store.outbox.claim(1, 60_000)).claims[0])
    assert [one.levelname for one in caplog.records if "may come again" in one.message] == ["ERROR"]


async def test_a_store_that_refuses_the_note_outright_ends_no_loop(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.carrier._outbox = Faltering(post.store, 1, StoreError("a script is broken"))
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    await post.turn()
    assert "not noted" in caplog.text


async def test_what_was_loaded_too_slowly_goes_back_to_its_lane_as_if_it_had_not_been_claimed(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier, "BEFORE_S", -1)
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    await post.turn()
    assert post.sender.tried == []
    post.clock.forward(3_000)
    (claim,) = (await post.store.outbox.claim(1, 60_000)).claims
    assert (claim.attempt, claim.doubt) == (1, "")


async def test_a_clock_set_forward_sends_nothing_twice_that_is_on_its_way(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = asyncio.Event(), asyncio.Event()
    real = post.sender.deliver

    async def slow(chat: ChatId, message: Message, **how: bool) -> Outcome:
        begun.set()
        await go.wait()
        return await real(chat, message, plainly=how["plainly"])

    monkeypatch.setattr(post.sender, "deliver", slow)
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    async with asyncio.TaskGroup() as group:
        group.create_task(post.turn())
        await begun.wait()
        post.clock.forward(HOUR)
        again = group.create_task(post.turn())
        await asyncio.sleep(0.02)
        assert not again.done()
        go.set()
    monkeypatch.undo()
    await post.work(5_000)
    assert post.sender.titles(ANN) == ["Item 1"]


async def test_a_claim_that_came_too_early_is_given_back_although_the_store_refuses_for_a_moment(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = asyncio.Event(), asyncio.Event()
    deliver, defer = post.sender.deliver, post.store.outbox.defer
    refusals = [StoreUnfit("this Redis is a read-only replica")]

    async def slow(chat: ChatId, message: Message, **how: bool) -> Outcome:
        begun.set()
        await go.wait()
        return await deliver(chat, message, plainly=how["plainly"])

    async def refused(*args: Any, **how: Any) -> bool:
        if refusals:
            raise refusals.pop()
        return await defer(*args, **how)

    monkeypatch.setattr(surely, "RETRY_S", 0.01)
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    with monkeypatch.context() as patched:
        patched.setattr(post.sender, "deliver", slow)
        patched.setattr(post.store.outbox, "defer", refused)
        async with asyncio.TaskGroup() as group:
            group.create_task(post.turn())
            await begun.wait()
            post.clock.forward(HOUR)
            group.create_task(post.turn())
            await asyncio.sleep(0.02)
            go.set()
    assert refusals == []
    await post.lay(2, ANN)
    await post.work(5_000)
    assert post.sender.titles(ANN) == ["Item 1", "Item 2"]


@pytest.mark.parametrize("ahead_ms", [-HOUR, HOUR])
async def test_a_flood_wait_is_as_long_as_telegram_said_whatever_our_own_clock_says(
    store: Store, clock: Clock, ahead_ms: int
) -> None:
    post = Post(store, clock)
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    post.carrier = post.a_carrier(ahead_ms=ahead_ms)
    post.sender.reply = lambda *_: Wait(20)
    assert await post.turn() == 1
    post.sender.reply = lambda *_: None
    clock.forward(20_000)
    assert await post.turn() == 0
    clock.forward(1_000)
    assert await post.turn() == 1
    assert post.sender.titles(ANN) == ["Item 1"]

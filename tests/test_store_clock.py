"""Redis' clock is set an hour forward or back in the midst of work: nobody waits until it is right again."""

from dataclasses import replace

import pytest

from bot.deliver.outcome import Outcome, Unclear, Wait
from bot.identity import recognise
from bot.items import ChatId, Subscription
from bot.route import LEAD_MS, Router
from bot.store.candidates import Candidate
from bot.store.client import Store
from tests.collecting import FEED, item
from tests.conftest import Clock
from tests.posting import ANN, BEN, GROUP, HOUR, MINUTE, Post

IDLE = ChatId(99)
ALL = (ANN, BEN, GROUP, IDLE)
ITEMS = range(8)


@pytest.fixture
def post(store: Store, clock: Clock) -> Post:
    return Post(store, clock)


async def in_the_midst(post: Post) -> None:
    """Bring about every state: just sent to, in flight at a worker that is gone, deferred, and idle."""
    await post.subscribe(*ALL)
    for number in ITEMS[:4]:
        await post.lay(number, ANN, BEN, GROUP)
    trouble: dict[ChatId, Outcome] = {BEN: Unclear("no answer")}
    post.sender.reply = lambda chat, _: trouble.get(chat)
    await post.turn()
    await post.turn()
    claimed = await post.store.outbox.claim(10, MINUTE)
    assert claimed.claims, "one in flight, and its worker is gone"
    post.sender.reply = lambda *_: None
    post.carrier = post.a_carrier()


@pytest.mark.parametrize(
    "jumps",
    [
        pytest.param((HOUR,), id="forward"),
        pytest.param((-HOUR,), id="back"),
        pytest.param((HOUR, -HOUR), id="forward and back"),
        pytest.param((-HOUR, HOUR), id="back and forward"),
    ],
)
async def test_delivery_goes_on_within_two_minutes_in_every_chat(post: Post, jumps: tuple[int, ...]) -> None:
    await in_the_midst(post)
    for number, jump_ms in zip(ITEMS[4:], jumps, strict=False):
        post.clock.forward(jump_ms)
        await post.lay(number, *ALL)
        await post.turn()
    for number in ITEMS[4 + len(jumps) :]:
        await post.lay(number, *ALL)
    await post.work(2 * MINUTE, 1_000)
    expected = [f"Item {number}" for number in ITEMS]
    heard = {chat: post.sender.titles(chat) for chat in ALL}
    assert heard == {ANN: expected, BEN: expected, GROUP: expected, IDLE: expected[4:]}


async def test_a_flood_wait_is_not_cut_short_by_a_clock_that_is_set_back(post: Post) -> None:
    await post.subscribe(ANN, BEN)
    await post.lay(1, ANN)
    post.sender.reply = lambda chat, _: Wait(7_200) if chat == ANN else None
    await post.turn()
    post.clock.forward(-HOUR)
    await post.lay(2, ANN, BEN)
    await post.work(2 * HOUR - MINUTE, MINUTE)
    assert [chat for chat, *_ in post.sender.tried].count(ANN) == 1, "two hours were asked for"
    assert post.sender.titles(BEN) == ["Item 2"]


async def test_the_limits_hold_as_before_once_the_clock_was_set_back(post: Post) -> None:
    times: list[int] = []
    post.sender.reply = lambda *_: times.append(post.clock.ms)
    chats = [ChatId(number) for number in range(1, 121)]
    await post.subscribe(*chats)
    await post.lay(1, *chats)
    await post.work(800, 50)
    assert len(times) == 30
    post.clock.forward(-HOUR)
    await post.work(10_000, 50)
    assert len(post.sender.arrived) == len(chats)
    since = times[30:]
    assert max(sum(start <= time < start + 1_000 for time in since) for start in since) <= 30


async def test_a_group_whose_minute_was_full_goes_on_though_the_clock_was_set_back(post: Post) -> None:
    await post.subscribe(GROUP)
    for number in range(25):
        await post.lay(number, GROUP)
    await post.work(MINUTE)
    assert len(post.sender.arrived) >= 20
    post.clock.forward(-HOUR)
    await post.work(2 * MINUTE, 1_000)
    assert len(post.sender.arrived) == 25


async def test_a_chat_that_comes_back_after_the_clock_was_set_back_waits_for_no_old_lease(post: Post) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    assert (await post.store.outbox.claim(1, MINUTE)).claims, "its worker is gone"
    await post.store.chats.pause(ANN, "blocked")
    post.clock.forward(-HOUR)
    await post.turn()
    await post.store.chats.resume(ANN)
    await post.work(2 * MINUTE, 1_000)
    assert post.sender.titles(ANN) == ["Item 1"]


async def test_a_person_who_was_just_written_to_is_answered_once_the_clock_was_set_back(post: Post) -> None:
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    assert await post.turn() == 1
    post.clock.forward(-HOUR)
    assert await post.store.outbox.reserve(ANN) < 30_000, "beyond, a reply is given up"


async def test_a_dead_routers_lead_ends_although_the_clock_was_set_back(store: Store, clock: Clock) -> None:
    assert await store.claims.lead("route", "dead", LEAD_MS)
    clock.forward(-HOUR)
    clock.forward(2 * LEAD_MS)
    assert await store.claims.lead("route", "alive", LEAD_MS)


async def test_a_chat_that_subscribed_before_the_clock_was_set_back_misses_nothing(
    store: Store, clock: Clock
) -> None:
    feed = await store.feeds.ensure(FEED)
    await store.news.intake(feed, [], due_ms=0, hand_on=True)
    await store.chats.subscribe(Subscription(ANN, feed.id, await store.now_ms()))
    clock.forward(-HOUR)
    (key,) = recognise([item("new")], feed).keys
    news = [Candidate(key, item("new"), clock.ms)]
    await store.news.intake(replace(feed, seeded=True), news, due_ms=0, hand_on=True)
    assert await Router(store).route(await store.news.read("router", 10, 0)) == 1

"""The courier on a real store: nothing lost, in order, nobody bothered, whatever Telegram says."""

import asyncio
import logging
from collections.abc import Callable

import pytest
import telegram

from bot.deliver import carrier, courier, letters, partners
from bot.deliver.outcome import Down, Halt, Outcome, Refused, Unclear, Wait
from bot.deliver.sender import Sender
from bot.deliver.transport import Transport
from bot.errors import StoreUnavailable, TokenRefused
from bot.items import ChatId
from bot.playground.limits import FloodLimits
from bot.playground.playground import Playground
from bot.render.parts import Message
from bot.store.client import Store
from tests.conftest import Clock
from tests.posting import ANN, BEN, GROUP, HOUR, MINUTE, Post


@pytest.fixture
def post(store: Store, clock: Clock) -> Post:
    return Post(store, clock)


async def test_an_item_is_sent_settled_and_remembered_by_its_message(post: Post) -> None:
    await post.subscribe(ANN)
    item = await post.lay(1, ANN)
    post.clock.forward(2_500)
    assert await post.turn() == 1
    assert post.sender.titles(ANN) == ["Item 1"]
    assert await post.store.outbox.sent_as(ANN, item) == 1
    assert await post.waiting(ANN) == [0]
    assert post.carrier.tally.share_ms(0.5) == 2_500
    assert "sent 1" in post.carrier.tally.report()
    assert "send" in await post.store.claims.health()


async def test_lesson_1_a_flood_wait_of_twelve_hours_mutes_one_chat_and_ends_by_itself(post: Post) -> None:
    await post.subscribe(ANN, BEN)
    await post.lay(1, ANN, BEN)
    flood_s = 43_837
    until_ms = post.clock.ms + flood_s * 1000
    post.sender.reply = lambda chat, _: Wait(flood_s) if chat == ANN and post.clock.ms < until_ms else None
    await post.work(10_000)
    post.carrier = post.a_carrier()
    for number in range(2, 6):
        await post.lay(number, ANN, BEN)
        await post.work(HOUR, 5 * MINUTE)
    assert post.sender.titles(BEN) == [f"Item {number}" for number in range(1, 6)]
    assert post.sender.titles(ANN) == []
    assert sum(chat == ANN for chat, *_ in post.sender.tried) == 1, "nobody writes on during a flood wait"
    await post.work(9 * HOUR, 5 * MINUTE)
    assert post.sender.titles(ANN) == [f"Item {number}" for number in range(1, 6)]


async def test_lesson_2_two_hundred_items_reach_a_group_in_order_and_within_the_limit(post: Post) -> None:
    await post.subscribe(GROUP)
    for number in range(200):
        await post.lay(number, GROUP)
    times: list[int] = []

    def note(_chat: ChatId, _message: Message) -> None:
        times.append(post.clock.ms)

    post.sender.reply = note
    await post.work(12 * MINUTE, 500)
    assert post.sender.titles(GROUP) == [f"Item {number}" for number in range(200)]
    assert max(sum(start <= time < start + MINUTE for time in times) for start in times) <= 20


async def test_lesson_3_a_429_to_every_second_call_loses_and_repeats_nothing(post: Post) -> None:
    await post.subscribe(GROUP, ANN)
    for number in range(30):
        await post.lay(number, GROUP, ANN)
    calls = iter(range(10_000))
    post.sender.reply = lambda *_: Wait(3) if next(calls) % 2 else None
    await post.work(10 * MINUTE, 500)
    for chat in (GROUP, ANN):
        assert post.sender.titles(chat) == [f"Item {number}" for number in range(30)]


async def test_lesson_7_a_poison_item_is_parked_with_its_reason_and_all_others_go_out(post: Post) -> None:
    await post.subscribe(ANN, BEN)
    await post.lay(1, ANN, BEN)
    poison = await post.lay(2, ANN, BEN, title="poison")
    await post.lay(3, ANN, BEN)
    post.sender.reply = lambda _, message: (
        Refused("can't stand it") if "poison" in message.text.text else None
    )
    await post.work(5_000)
    for chat in (ANN, BEN):
        assert post.sender.titles(chat) == ["Item 1", "Item 3"]
        assert await post.store.outbox.parked(chat) == {poison: "Telegram refuses it: can't stand it"}
    assert len(post.sender.tried) == 6, "a refusal is final and not repeated"


async def test_telegram_down_for_hours_loses_nothing_and_costs_no_attempt(post: Post) -> None:
    chats = [ChatId(number) for number in range(100, 110)]
    await post.subscribe(*chats)
    for number in range(3):
        await post.lay(number, *chats)
    until_ms = post.clock.ms + 2 * HOUR
    post.sender.reply = lambda *_: Down("no route") if post.clock.ms < until_ms else None
    await post.work(2 * HOUR, 20_000)
    assert not post.sender.arrived
    assert len(post.sender.tried) < 2 * 3600 / 2, "an outage is not hammered at"
    claimed = await post.store.outbox.claim(1, 1)
    assert all(claim.attempt == 1 for claim in claimed.claims)
    await post.work(3 * MINUTE, 1000)
    for chat in chats:
        assert post.sender.titles(chat) == ["Item 0", "Item 1", "Item 2"]


async def test_an_outage_is_told_once(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await post.subscribe(ANN, BEN)
    await post.lay(1, ANN, BEN)
    back_ms = post.clock.ms + 10 * MINUTE
    post.sender.reply = lambda *_: Down("no route") if post.clock.ms < back_ms else None
    await post.work(15 * MINUTE, 1000)
    assert [one.levelname for one in caplog.records if "out of reach" in one.message] == ["WARNING"]
    assert sum("Telegram is back" in one.message for one in caplog.records) == 1


async def test_a_server_out_of_order_is_told_once(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await post.subscribe(ANN, BEN)
    await post.lay(1, ANN, BEN)
    back_ms = post.clock.ms + 10 * MINUTE
    down = Unclear("Internal Server Error: restart", is_down=True)
    post.sender.reply = lambda *_: down if post.clock.ms < back_ms else None
    await post.work(15 * MINUTE, 1000)
    assert sum("not clear" in one.message for one in caplog.records) == 1
    assert sum("Telegram is back" in one.message for one in caplog.records) == 1
    assert post.sender.titles(ANN) == post.sender.titles(BEN) == ["Item 1"]


async def test_no_answer_at_all_for_hours_parks_nothing(post: Post) -> None:
    await post.subscribe(ANN, BEN)
    await post.lay(1, ANN, BEN)
    back_ms = post.clock.ms + 5 * HOUR
    post.sender.reply = lambda *_: Unclear("no answer") if post.clock.ms < back_ms else None
    await post.work(6 * HOUR, 10_000)
    assert post.sender.titles(ANN) == post.sender.titles(BEN) == ["Item 1"]
    assert len(post.sender.tried) < 100, "each repetition might be a double"


async def test_what_gets_no_answer_while_others_do_loses_its_picture_and_is_parked_in_the_end(
    post: Post,
) -> None:
    await post.subscribe(ANN, BEN)
    stuck = await post.lay(1, ANN)
    await post.lay(2, ANN)
    post.sender.reply = lambda chat, message: (
        Unclear("no answer") if chat == ANN and message.text.text.startswith("Item 1") else None
    )
    for number in range(10, 400):
        await post.lay(number, BEN)
        await post.work(MINUTE, 10_000)
    plain = [
        plainly for chat, message, plainly in post.sender.tried if message.text.text.startswith("Item 1 ")
    ]
    plain = [plainly for chat, message, plainly in post.sender.tried if chat == ANN][:-1]
    assert plain == [False, False, *[True] * (len(plain) - 2)]
    assert len(plain) <= carrier.GIVE_UP + 1
    assert "given up" in (await post.store.outbox.parked(ANN))[stuck]
    assert post.sender.titles(ANN) == ["Item 2"]


async def test_an_item_that_takes_the_process_down_is_simplified_and_then_parked(post: Post) -> None:
    await post.subscribe(ANN)
    deadly = await post.lay(1, ANN)
    await post.lay(2, ANN)
    for attempt in range(1, carrier.GIVE_UP + 1):
        (claim,) = (await post.store.outbox.claim(1, 1_000)).claims
        assert claim.attempt == attempt
        letter = await post.carrier._letters.of(claim, simply=attempt >= carrier.SIMPLE_FROM)
        assert isinstance(letter, letters.Letter)
        post.clock.forward(5_000)
    await post.work(10_000)
    assert "given up" in (await post.store.outbox.parked(ANN))[deadly]
    assert post.sender.titles(ANN) == ["Item 2"]


async def test_our_own_failure_is_tried_again_and_stops_no_other_chat(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(chat: ChatId, _: Message) -> None:
        if chat == ANN and len(post.sender.tried) < 4:
            raise ZeroDivisionError("a bug")

    post.sender.reply = stumble
    await post.subscribe(ANN, BEN)
    await post.lay(1, ANN, BEN)
    await post.work(MINUTE)
    assert post.sender.titles(BEN) == post.sender.titles(ANN) == ["Item 1"]
    assert "ZeroDivisionError" in caplog.text


async def test_a_strict_telegram_is_never_written_to_too_often_and_every_text_arrives(
    store: Store, clock: Clock
) -> None:
    """Lessons 2 and 13 with the real sender: pictures that nobody can have cost calls of their own."""
    async with Playground(flood=FloodLimits(), clock=lambda: clock.ms / 1000) as world:
        request = Transport(64)
        bot = telegram.Bot(world.token, base_url=f"{world.url}/bot", request=request)

        async def nothing(_: str) -> None:
            return None

        post = Post(store, clock, sends=Sender(bot, nothing, store.outbox))
        group, reader = ChatId(world.add_group().id), ChatId(world.user.id)
        await post.subscribe(group, reader)
        for number in range(40):
            await post.lay(number, group, reader, picture=f"http://127.0.0.1:1/{number}.png")
        await post.work(6 * MINUTE, 500)
        await request.shutdown()
        for chat in (group, reader):
            firsts = [message.text.splitlines()[0] for message in world.messages(chat)]
            assert firsts == [f"Item {number}" for number in range(40)]
        assert (world.flood.refusals, world.flood.offences) == (0, 0)


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real loops, without real patience."""
    monkeypatch.setattr(courier, "IDLE_S", 0.005)
    monkeypatch.setattr(courier, "STORE_REST_S", 0.005)
    monkeypatch.setattr(courier, "STOP_WITHIN_S", 0.05)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  what is awaited has no event of its own
            await asyncio.sleep(0.002)


@pytest.mark.usefixtures("brisk")
async def test_the_loop_sends_what_comes_in_and_ends_when_told(post: Post) -> None:
    chats = [ChatId(number) for number in range(100, 140)]
    await post.subscribe(*chats)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(post.a_courier().run(stop))
        await post.lay(1, *chats)
        for count in (9, 18, 27, 30):
            await until(lambda count=count: len(post.sender.arrived) == count)  # type: ignore[misc]  # bound now
            post.clock.forward(200)
        post.clock.forward(2_000)
        await until(lambda: len(post.sender.arrived) == 39)
        post.clock.forward(200)
        await until(lambda: len(post.sender.arrived) == 40)
        stop.set()
    assert {chat for chat, _ in post.sender.arrived} == set(chats)


@pytest.mark.usefixtures("brisk")
async def test_a_stop_lets_the_item_in_hand_finish(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "STOP_WITHIN_S", 5)
    begun, go = asyncio.Event(), asyncio.Event()
    real = post.sender.deliver

    async def slow(chat: ChatId, message: Message, **how: bool) -> Outcome:
        begun.set()
        await go.wait()
        return await real(chat, message, plainly=how["plainly"])

    monkeypatch.setattr(post.sender, "deliver", slow)
    await post.subscribe(ANN)
    item = await post.lay(1, ANN)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(post.a_courier().run(stop))
        await begun.wait()
        stop.set()
        await asyncio.sleep(0.02)
        assert not running.done()
        go.set()
    assert await post.store.outbox.sent_as(ANN, item) == 1


@pytest.mark.usefixtures("brisk")
async def test_what_outlives_the_stop_is_cut_off_and_comes_back_with_its_lease(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def never(*_: object, **__: object) -> Outcome:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(post.sender, "deliver", never)
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    stop = asyncio.Event()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(post.a_courier().run(stop))
        await begun.wait()
        stop.set()
    assert "cut off" in caplog.text
    assert await post.waiting(ANN) == [1]
    monkeypatch.undo()
    post.clock.forward(round(partners.LEASE_S * 1000))
    assert await post.turn() == 1
    assert post.sender.titles(ANN) == ["Item 1"]


@pytest.mark.usefixtures("brisk")
async def test_a_refused_token_ends_the_loop_with_a_sentence_and_keeps_the_items(post: Post) -> None:
    post.sender.reply = lambda *_: Halt("Unauthorized")
    await post.subscribe(ANN, BEN)
    await post.lay(1, ANN, BEN)
    with pytest.raises(
        TokenRefused, match=r"Unauthorized.*TELEGRAM_BOT_TOKEN|TELEGRAM_BOT_TOKEN.*Unauthorized"
    ):
        async with asyncio.timeout(5):
            await post.a_courier().run(asyncio.Event())
    assert await post.waiting(ANN, BEN) == [1, 1]


@pytest.mark.usefixtures("brisk")
async def test_a_store_that_goes_away_and_comes_back_is_told_once_each(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    real, failures = post.store.outbox.claim, iter(range(100))

    async def claim(limit: int, lease_ms: int) -> object:
        if next(failures) < 5:
            raise StoreUnavailable("Redis does not answer")
        return await real(limit, lease_ms)

    monkeypatch.setattr(post.store.outbox, "claim", claim)
    await post.subscribe(ANN)
    await post.lay(1, ANN)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(post.a_courier().run(stop))
        await until(lambda: post.sender.arrived)
        stop.set()
    words = [one.message for one in caplog.records if one.name == "bot.deliver.courier"]
    assert sum("until the store is back" in one for one in words) == 1
    assert sum("the store is back; sending" in one for one in words) == 1
    assert any(one.startswith("sent 1") for one in words)

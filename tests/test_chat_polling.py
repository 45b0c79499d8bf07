"""Every update is handled once, in its chat's order, by one instance, whatever goes wrong around it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from telegram.error import Conflict, Forbidden, InvalidToken, TelegramError

from bot.chat.polling import refusal
from bot.chat.replies import LANGUAGES
from bot.errors import TokenRefused
from bot.items import Alert, ChatId
from bot.playground.playground import Playground
from bot.store.client import Store, connect
from tests.chatting import FEED, HASTE, Stage, Web, conversation, items
from tests.conftest import Clock
from tests.flowing import until

EN = LANGUAGES["en"]


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    web.publish(FEED, "Example News", items(3))
    async with Playground() as world, conversation(store, clock, world=world, web=web) as stage:
        yield stage


def warnings(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    said = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    return [one for one in said if words in one]


async def test_an_odd_update_hides_no_other(stage: Stage) -> None:
    updates = stage.world.telegram.updates
    odd: list[dict[str, object]] = [
        {},
        {"chat": 5},
        {"message_id": 1, "chat": {"id": 1, "type": "odd"}},
        {"chat": {"type": "private"}},
    ]
    for payload in odd:
        updates.add("message", payload)
    updates.add("callback_query", {"id": "7", "from": {"id": 7}})
    updates.add("my_chat_member", {"chat": {"id": 5, "type": "private"}})
    assert (await stage.ask(stage.world.user, "/list")).text == EN.list_empty
    await stage.settled()


async def test_a_handler_that_fails_says_so_and_is_not_called_again(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.web.raises = RuntimeError("boom")
    assert (await stage.ask(stage.world.user, f"/sub {FEED}")).text == EN.broken
    await stage.settled()
    assert len(stage.web.asked) == 1
    assert any(one.exc_info for one in caplog.records)


async def test_a_slow_chat_holds_up_no_other_and_keeps_its_own_order(stage: Stage) -> None:
    stage.web.held = asyncio.Event()
    other = stage.world.add_user("Other")
    stage.world.say(stage.world.user, f"/sub {FEED}")
    stage.world.say(stage.world.user, "/list")
    assert (await stage.ask(other, "/list")).text == EN.list_empty
    await until(lambda: stage.world.telegram.calls["getUpdates"] > 1)  # it was shown what is in hand again
    assert (await stage.ask(other, "/alerts")).text == EN.alerting.alerts_empty.format(at="")
    assert stage.world.messages(stage.world.user) == []
    assert stage.world.telegram.updates.pending >= 2, "Telegram keeps what is not handled"
    stage.web.held.set()
    answers = await stage.world.wait_for_messages(stage.world.user, 3)
    assert "now follows" in answers[0].text
    assert "1. Example News" in answers[2].text
    await stage.settled()
    assert len(stage.web.asked) == 1


async def test_what_takes_too_long_is_given_up_with_a_sentence(store: Store, clock: Clock) -> None:
    web = Web(held=asyncio.Event())
    pace = replace(HASTE, deadline_s=0.1)
    async with Playground() as world, conversation(store, clock, world=world, web=web, pace=pace) as stage:
        assert (await stage.ask(world.user, f"/sub {FEED}")).text == EN.too_slow
        assert (await stage.ask(world.user, "/list")).text == EN.list_empty


async def test_an_update_is_handled_once_and_one_that_killed_twice_is_left_alone(
    store: Store, clock: Clock
) -> None:
    async with Playground() as world:
        for text in ("/help", "/alerts", "/list"):
            world.say(world.user, text)
        first, second, _ = await _waiting(world)
        await store.claims.end_update(first)
        await store.claims.begin_update(second)
        await store.claims.begin_update(second)
        async with conversation(store, clock, world=world, web=Web()) as stage:
            await stage.settled()
        assert [one.text for one in world.messages(world.user)] == [EN.list_empty]


async def _waiting(world: Playground) -> list[int]:
    return [int(str(one["update_id"])) for one in await world.telegram.updates.get(0, 100, 0)]


async def test_what_was_begun_by_a_process_that_died_is_done_by_the_next(store: Store, clock: Clock) -> None:
    async with Playground() as world:
        world.say(world.user, "/list")
        (update,) = await _waiting(world)
        assert await store.claims.begin_update(update)
        async with conversation(store, clock, world=world, web=Web()):
            assert (await world.wait_for_messages(world.user))[0].text == EN.list_empty


async def test_a_second_instance_stays_passive_says_so_once_and_takes_over(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with Playground() as world:
        async with conversation(store, clock, world=world, web=Web()) as first:
            await first.ask(world.user, "/list")
            second = conversation(store, clock, world=world, web=Web())
            await second.__aenter__()
            for _ in range(3):
                await first.ask(world.user, "/list")
            await asyncio.sleep(4 * HASTE.passive_s)
            assert len(warnings(caplog, "stays passive")) == 1
            assert len(world.messages(world.user)) == 4
        world.say(world.user, "/alerts")
        assert (await world.wait_for_messages(world.user, 5))[4].text == EN.alerting.alerts_empty.format(
            at=""
        )
        await second.__aexit__(None, None, None)
        assert len(warnings(caplog, "another program")) == 0


async def test_another_program_on_the_token_is_waited_for_and_named_once(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    conflict = (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    async with Playground() as world:
        world.fail_next("getUpdates", "error", times=3, code=409, description=conflict)
        async with conversation(store, clock, world=world, web=Web()) as stage:
            assert (await stage.ask(world.user, "/list")).text == EN.list_empty
    assert len(warnings(caplog, "another program polls Telegram")) == 1


async def test_a_webhook_is_removed_after_saying_so(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with Playground() as world:
        world.telegram.webhook = "https://elsewhere.example/hook"
        world.fail_next("deleteWebhook", "internal")
        async with conversation(store, clock, world=world, web=Web()) as stage:
            assert (await stage.ask(world.user, "/list")).text == EN.list_empty
        assert world.telegram.webhook == ""
    assert warnings(caplog, "webhook set; it is removed now")


@pytest.mark.parametrize("method", ["getMe", "getUpdates"])
async def test_a_refused_token_ends_the_role_loudly(store: Store, clock: Clock, method: str) -> None:
    async with Playground() as world:
        world.fail_next(method, "error", code=401, description="Unauthorized")
        with pytest.raises(TokenRefused, match="TELEGRAM_BOT_TOKEN"):
            async with conversation(store, clock, world=world, web=Web()) as stage:
                await stage.ended()


def test_only_telegrams_own_word_on_the_token_counts() -> None:
    """Raised as the library raises them: around what the server said, or around what could not be read."""
    revoked = InvalidToken("Unauthorized")
    named = InvalidToken("The token `1:x` was rejected by the server.")
    named.__cause__ = revoked
    unread = InvalidToken("Unknown HTTPError (401). Parsing the server response `<html>` failed")
    unread.__cause__ = TelegramError("Invalid server response")
    assert refusal(revoked)
    assert "1:x" not in str(refusal(named))
    assert refusal(unread) is None
    assert refusal(Conflict("terminated by other getUpdates request")) is None
    assert refusal(Forbidden("Forbidden: something else")) is None


@pytest.mark.parametrize("fault", ["internal", "bad_gateway", "reset_before", "reset_after", "flood_bot"])
async def test_bad_weather_loses_nothing(
    store: Store, clock: Clock, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Playground() as world:
        world.fail_next("getUpdates", fault, times=2, retry_after=0)
        world.say(world.user, "/list")
        async with conversation(store, clock, world=world, web=Web()):
            assert (await world.wait_for_messages(world.user))[0].text == EN.list_empty
        assert len(world.messages(world.user)) == 1
    assert len(warnings(caplog, "Telegram does not answer")) <= 1


async def test_a_start_without_telegram_waits_for_it(store: Store, clock: Clock) -> None:
    async with Playground() as world:
        world.fail_next("getMe", "bad_gateway", times=2)
        async with conversation(store, clock, world=world, web=Web()) as stage:
            assert (await stage.ask(world.user, "/list")).text == EN.list_empty


async def test_telegram_out_of_order_in_the_middle_of_a_command_is_said(stage: Stage) -> None:
    stage.world.add_channel(username="morning_news")
    stage.world.fail_next("getChat", "internal")
    assert (await stage.ask(stage.world.user, "/list @morning_news")).text == EN.telegram_down


async def test_without_the_store_people_are_told_and_nothing_breaks(
    server: Path, clock: Clock, store: Store
) -> None:
    redis = connect(f"unix://{server}")
    brittle = Store(redis, clock=clock, deadline_s=0.05)
    group_update = {"chat": {"id": -500, "type": "group", "title": "Circle"}, "migrate_to_chat_id": -1000500}
    async with Playground() as world, conversation(brittle, clock, world=world, web=Web()) as stage:
        await stage.ask(world.user, "/list")
        await store.alerts.add(Alert(0, ChatId(-500), "kept", None))
        pauser = connect(f"unix://{server}")
        await pauser.execute_command("CLIENT", "PAUSE", 700, "ALL")  # type: ignore[no-untyped-call]  # the library's own
        world.telegram.updates.add("message", group_update)
        assert (await stage.ask(world.user, "/alerts")).text == EN.no_memory
        await pauser.aclose()
        async with asyncio.timeout(10):
            while not await _moved(store):  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.02)
        assert (await stage.ask(world.user, "/alerts")).text == EN.alerting.alerts_empty.format(at="")
        await stage.settled()
    await brittle.close()


async def _moved(store: Store) -> bool:
    return bool(await store.alerts.of(ChatId(-1000500)))


async def test_what_is_in_hand_at_the_stop_signal_is_finished_and_nothing_else_begun(
    store: Store, clock: Clock
) -> None:
    web = Web(held=asyncio.Event())
    web.publish(FEED, "Example News", items(3))
    async with Playground() as world:
        async with conversation(store, clock, world=world, web=web) as stage:
            world.say(world.user, f"/sub {FEED}")
            world.say(world.user, "/help")
            async with asyncio.timeout(5):
                await stage.web.looked.wait()
            assert web.held
            asyncio.get_running_loop().call_later(0.05, web.held.set)
        assert len(world.messages(world.user)) == 2
        async with conversation(store, clock, world=world, web=web):
            assert (await world.wait_for_messages(world.user, 3))[2].text.startswith(EN.help)
        assert await store.claims.lead("chat:" + world.token.partition(":")[0], "another", 1000), (
            "the lead was given up"
        )

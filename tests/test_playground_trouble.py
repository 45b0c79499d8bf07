"""Flood limits and planned trouble of the local Telegram."""

import aiohttp
import pytest

from bot.playground import Fault, FloodLimits, Playground
from tests.caller import Caller, Clock


async def test_a_group_takes_twenty_messages_a_minute() -> None:
    clock = Clock()
    async with Playground(flood=FloodLimits(), clock=clock) as world, aiohttp.ClientSession() as http:
        call, group = Caller(world, http), world.add_group()
        for _ in range(20):
            await call("sendMessage", chat_id=group.id, text="x")
            clock.now += 1
        status, answer = await call.raw("sendMessage", {"chat_id": group.id, "text": "x"})
        assert (status, answer["parameters"]) == (429, {"retry_after": 39})
        assert (world.flood.refusals, world.flood.offences) == (1, 0)
        await call("sendMessage", chat_id=world.user.id, text="other chats flow")
        await call.refused("sendMessage", chat_id=group.id, text="x")
        assert world.flood.offences == 1, "writing on during a retry_after is an offence"
        clock.now += 78
        await call("sendMessage", chat_id=group.id, text="x")
        assert world.flood.sent[group.id] == 21


async def test_a_private_chat_takes_a_burst_and_then_one_a_second() -> None:
    clock = Clock()
    async with Playground(flood=FloodLimits(), clock=clock) as world, aiohttp.ClientSession() as http:
        call, body = Caller(world, http), {"chat_id": world.user.id, "text": "x"}
        for _ in range(4):
            await call("sendMessage", **body)
        assert await call.refused("sendMessage", **body) == "Too Many Requests: retry after 1"
        clock.now += 2
        for _ in range(10):
            await call("sendMessage", **body)
            clock.now += 1


@pytest.mark.parametrize(
    ("fault", "status", "is_taken"),
    [
        (Fault.INTERNAL, 500, False),
        (Fault.BAD_GATEWAY, 502, False),
        (Fault.RESET_BEFORE, 0, False),
        (Fault.RESET_AFTER, 0, True),
        (Fault.HANG_BEFORE, -1, False),
        (Fault.HANG_AFTER, -1, True),
    ],
)
async def test_trouble_on_demand(
    world: Playground,
    call: Caller,
    http: aiohttp.ClientSession,
    fault: Fault,
    status: int,
    is_taken: bool,  # noqa: FBT001  a case's
) -> None:
    world.fail_next("sendMessage", fault)
    url = f"{world.url}/bot{world.token}/sendMessage"
    body = {"chat_id": world.user.id, "text": "x"}
    try:
        patience = aiohttp.ClientTimeout(total=0.3)
        async with http.post(url, json=body, timeout=patience) as answer:
            met = answer.status
    except TimeoutError:
        met = -1
    except aiohttp.ClientConnectionError:
        met = 0
    assert met == status
    assert bool(world.messages(world.user)) is is_taken
    await call("sendMessage", chat_id=world.user.id, text="and all is well again")


async def test_a_planned_flood_is_heeded_from_then_on() -> None:
    clock = Clock()
    async with Playground(clock=clock) as world, aiohttp.ClientSession() as http:
        call, body = Caller(world, http), {"chat_id": world.user.id, "text": "x"}
        world.fail_next("sendMessage", "flood", chat=world.user, retry_after=43837)
        status, answer = await call.raw("sendMessage", body)
        assert (status, answer["parameters"]) == (429, {"retry_after": 43837})
        clock.now += 43838
        await call("sendMessage", **body)
        assert (world.flood.refusals, world.flood.offences) == (1, 0)

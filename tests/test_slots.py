"""Looks that take long give their places to others, unless it is not for servers that they wait."""

import asyncio
import time

import pytest

from bot import slots
from bot.slots import HELD_MOST, OPEN_MOST, Slots


class Held:
    """How many bytes open looks hold."""

    bytes = 0

    def __call__(self) -> int:
        return self.bytes


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "LONG_LEAST_S", 0.01)


async def opened(places: Slots, wanted: int) -> int:
    """Begin looks that last, one after the other; return how many found a place."""
    count = 0
    for _ in range(wanted):
        try:
            async with asyncio.timeout(0.2):
                await places.take(lambda: None)
        except TimeoutError:
            break
        count += 1
    return count


async def test_looks_that_wait_for_servers_make_place_for_others_up_to_a_bound() -> None:
    assert await opened(Slots(2), 20) == 2 * OPEN_MOST


async def test_looks_that_hold_large_documents_make_place_for_none() -> None:
    held = Held()
    held.bytes = HELD_MOST + 1
    assert await opened(Slots(2, held), 20) == 2


async def test_once_documents_are_read_others_have_their_turn() -> None:
    held = Held()
    places = Slots(1, held)
    first = await places.take(lambda: None)
    held.bytes = HELD_MOST + 1
    second = asyncio.create_task(places.take(lambda: None))
    await asyncio.sleep(0.03)
    assert not second.done()
    held.bytes = 0
    places.give_back(first)
    async with asyncio.timeout(1):
        await second


async def test_a_loop_that_is_late_takes_its_own_slowness_for_no_server_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slots, "LATE_S", 0.02)
    places, given_up = Slots(1), 0

    def note() -> None:
        nonlocal given_up
        given_up += 1

    await places.take(note)
    for _ in range(5):
        time.sleep(0.05)  # noqa: ASYNC251  it is the loop that is busy
        await asyncio.sleep(0)
    assert given_up == 0
    async with asyncio.timeout(1):
        await places.take(note)
    assert given_up == 1

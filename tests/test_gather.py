"""What is written together is written once, and each caller hears what became of it."""

import asyncio

import pytest

from bot.errors import StoreUnavailable
from bot.store.gather import MOST, Gather


class Sink:
    """Takes what is sent; ``gate`` holds it up, ``trouble`` is raised."""

    def __init__(self) -> None:
        self.sent: list[list[int]] = []
        self.trouble: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, batch: list[int]) -> None:
        self.sent.append(batch)
        await self.gate.wait()
        if self.trouble:
            raise self.trouble


async def test_what_comes_at_nearly_the_same_time_is_sent_together() -> None:
    sink = Sink()
    gather = Gather[int](sink.send)
    await asyncio.gather(*map(gather.add, range(5)))
    await gather.add(5)
    assert sink.sent == [[0, 1, 2, 3, 4], [5]]


async def test_no_more_than_enough_is_sent_at_once_and_without_a_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.store.gather.DELAY_S", 3600)
    sink = Sink()
    gather = Gather[int](sink.send)
    async with asyncio.timeout(5):
        await asyncio.gather(*map(gather.add, range(2 * MOST)))
    assert [len(one) for one in sink.sent] == [MOST, MOST]


@pytest.mark.parametrize("trouble", [StoreUnavailable("gone"), TypeError("a bug")])
async def test_whatever_goes_wrong_each_caller_hears(trouble: Exception) -> None:
    """None may take for saved what was not."""
    sink = Sink()
    sink.trouble = trouble
    gather = Gather[int](sink.send)
    told = await asyncio.gather(*map(gather.add, range(3)), return_exceptions=True)
    assert told == [trouble] * 3
    sink.trouble = None
    await gather.add(4)


async def test_a_caller_who_is_cancelled_takes_nothing_from_the_others() -> None:
    sink = Sink()
    sink.gate.clear()
    gather = Gather[int](sink.send)
    one, other = asyncio.create_task(gather.add(1)), asyncio.create_task(gather.add(2))
    await asyncio.sleep(0)
    one.cancel()
    await asyncio.wait({one})
    sink.gate.set()
    await other
    assert sink.sent == [[1, 2]]

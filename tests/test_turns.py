"""One at a time for each key, and nobody for long."""

import asyncio

import pytest

from bot.deliver import turns
from bot.deliver.turns import Turns


class Visit:
    """Somebody who takes a turn and stays until told to go."""

    def __init__(self, line: Turns[str], key: str, within_s: float = 5) -> None:
        self.inside, self.go = asyncio.Event(), asyncio.Event()
        self.alone: bool | None = None
        self.task = asyncio.create_task(self._take(line, key, within_s))

    async def _take(self, line: Turns[str], key: str, within_s: float) -> None:
        async with line.take(key, within_s) as self.alone:
            self.inside.set()
            await self.go.wait()


async def settled() -> None:
    """Let everybody come as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_comes_in_at_a_time_in_the_order_they_came() -> None:
    line: Turns[str] = Turns()
    visits = [Visit(line, "a") for _ in range(4)]
    for place, one in enumerate(visits):
        await settled()
        assert [other.inside.is_set() for other in visits] == [n <= place for n in range(4)]
        one.go.set()
    await asyncio.gather(*(one.task for one in visits))
    assert all(one.alone for one in visits)


async def test_other_keys_wait_for_nothing() -> None:
    line: Turns[str] = Turns()
    one, other = Visit(line, "a"), Visit(line, "b")
    await settled()
    assert one.inside.is_set()
    assert other.inside.is_set()
    assert len(line) == 2
    one.go.set()
    other.go.set()
    await asyncio.gather(one.task, other.task)


async def test_nothing_is_kept_of_keys_nobody_waits_for() -> None:
    line: Turns[str] = Turns()
    for key in ("a", "b", "a"):
        async with line.take(key):
            assert len(line) == 1
    assert len(line) == 0


@pytest.mark.parametrize("within_s", [0.0, -1.0, 5.0])
async def test_a_free_turn_is_taken_in_no_time(within_s: float) -> None:
    async with Turns[str]().take("a", within_s) as alone:
        assert alone


async def test_whoever_has_waited_long_enough_comes_in_and_takes_nobodys_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "WAIT_S", 0.03)
    line: Turns[str] = Turns()
    slow = Visit(line, "a")
    await slow.inside.wait()
    late = [Visit(line, "a", within_s=60) for _ in range(3)]
    async with asyncio.timeout(2):
        for one in late:
            await one.inside.wait()
            one.go.set()
            await one.task
    assert [one.alone for one in late] == [False] * 3
    following = Visit(line, "a")
    await settled()
    assert not following.inside.is_set(), "the slow one is in there still"
    slow.go.set()
    following.go.set()
    await asyncio.gather(slow.task, following.task)
    assert following.alone
    assert len(line) == 0


async def test_whoever_is_cancelled_inside_lets_the_next_one_in() -> None:
    line: Turns[str] = Turns()
    first, second = Visit(line, "a"), Visit(line, "a")
    await first.inside.wait()
    first.task.cancel()
    async with asyncio.timeout(2):
        await second.inside.wait()
    second.go.set()
    await second.task
    assert len(line) == 0


async def test_whoever_is_cancelled_while_waiting_leaves_the_line() -> None:
    line: Turns[str] = Turns()
    first, second, third = (Visit(line, "a") for _ in range(3))
    await settled()
    second.task.cancel()
    await settled()
    assert second.task.cancelled()
    assert not third.inside.is_set()
    first.go.set()
    third.go.set()
    await asyncio.gather(first.task, third.task)
    assert third.alone
    assert len(line) == 0


async def test_whoever_is_cancelled_as_its_turn_comes_passes_it_on() -> None:
    line: Turns[str] = Turns()
    first, second, third = (Visit(line, "a") for _ in range(3))
    await settled()
    first.go.set()
    await first.task
    second.task.cancel()
    third.go.set()
    async with asyncio.timeout(2):
        await third.task
    assert third.alone
    assert len(line) == 0


async def test_whoever_fails_inside_lets_the_next_one_in() -> None:
    line: Turns[str] = Turns()
    with pytest.raises(ZeroDivisionError):
        async with line.take("a"):
            raise ZeroDivisionError
    async with line.take("a", 0) as alone:
        assert alone

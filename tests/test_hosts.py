"""Turns at hosts: two at a time, a rest after each, and peace for a host that wants it."""

import asyncio
from collections.abc import Callable

import pytest

from bot.fetch.answer import SHUT, Failed, Failure
from bot.fetch.hosts import AT_ONCE, PEACE_FIRST_S, PEACE_MOST_S, REST_MOST_S, Hosts, host_of
from bot.items import FeedId

HOST = "news.example"


class Timers:
    """The loop's timers, which run when a test says so: (seconds, what then)."""

    def __init__(self) -> None:
        self.set: list[tuple[float, Callable[[], None]]] = []

    def later(self, wait_s: float, then: Callable[[], None]) -> None:
        self.set.append((wait_s, then))

    def ring(self) -> float:
        wait_s, then = self.set.pop(0)
        then()
        return wait_s


@pytest.fixture
async def timers(monkeypatch: pytest.MonkeyPatch) -> Timers:
    made = Timers()
    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", made.later)
    return made


def done(hosts: Hosts, took_s: float = 0.0, host: str = HOST, *, doubted: bool = False) -> None:
    """End a turn that has taken so long."""
    hosts.give_back(host, asyncio.get_running_loop().time() - took_s, doubted=doubted)


async def waiting(hosts: Hosts, *, doubted: bool = False) -> asyncio.Task[None]:
    """Return a task that stands in the queue."""
    task = asyncio.create_task(hosts.queue(HOST, doubted=doubted))
    await asyncio.sleep(0)
    return task


async def test_a_host_has_two_turns_at_once_and_another_host_its_own() -> None:
    hosts = Hosts()
    assert [hosts.take(HOST) for _ in range(3)] == [True] * AT_ONCE + [False]
    assert hosts.take("other.example")
    done(hosts)
    assert hosts.take(HOST)


async def test_a_place_rests_for_as_long_as_the_answer_took(timers: Timers) -> None:
    hosts = Hosts()
    for took_s, rest_s in ((1.0, 1.0), (60.0, REST_MOST_S)):
        assert hosts.take(HOST)
        assert hosts.take(HOST)
        done(hosts, took_s)
        assert not hosts.take(HOST), "it rests"
        assert timers.ring() == pytest.approx(rest_s, abs=0.1)
        done(hosts)
        assert timers.set == [], "a quick answer needs no rest"


async def test_what_was_never_asked_needs_no_rest(timers: Timers) -> None:
    hosts = Hosts()
    assert hosts.take(HOST)
    hosts.give_back(HOST, float("inf"))
    assert timers.set == []


async def test_who_comes_first_goes_first_and_who_is_cancelled_holds_nobody_up() -> None:
    hosts = Hosts()
    assert hosts.take(HOST)
    assert hosts.take(HOST)
    first, second, third = [await waiting(hosts) for _ in range(3)]
    first.cancel()
    await asyncio.sleep(0)
    done(hosts)
    await second
    assert not third.done()
    assert not hosts.take(HOST), "nobody passes those who wait"
    done(hosts)
    await third


async def test_a_turn_that_comes_in_the_moment_of_a_cancellation_goes_to_the_next() -> None:
    hosts = Hosts()
    assert hosts.take(HOST)
    assert hosts.take(HOST)
    first, second = await waiting(hosts), await waiting(hosts)
    done(hosts)
    first.cancel()
    await second
    assert first.cancelled()
    for _ in range(AT_ONCE):
        done(hosts)
    assert [hosts.take(HOST) for _ in range(3)] == [True, True, False], "no place is lost"


async def test_looks_that_may_hang_have_one_place_and_go_last() -> None:
    hosts = Hosts()
    assert hosts.take(HOST, doubted=True)
    assert not hosts.take(HOST, doubted=True)
    assert hosts.take(HOST)
    doubted, usual = await waiting(hosts, doubted=True), await waiting(hosts)
    done(hosts)
    await usual
    done(hosts)
    await asyncio.sleep(0)
    assert not doubted.done(), "the other is still at it"
    done(hosts, doubted=True)
    await doubted


async def test_who_comes_late_is_told_how_long_it_may_take(timers: Timers) -> None:
    hosts = Hosts()
    assert hosts.wait_s(HOST) == 0
    assert hosts.take(HOST)
    assert hosts.take(HOST)
    done(hosts, 4.0)
    assert hosts.wait_s(HOST) == 0
    tasks = [await waiting(hosts) for _ in range(4)]
    assert hosts.wait_s(HOST) == pytest.approx(5 * 4.0, rel=0.05), "each answer, and its rest, two at a time"
    timers.ring()
    await tasks[0]
    for task in tasks:
        task.cancel()


async def test_a_turn_is_given_back_whatever_happens_in_it() -> None:
    hosts = Hosts()
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError):
            async with hosts.turn(HOST):
                _ = 1 // 0
    assert hosts.take(HOST)


REFUSED = Failed(Failure.FORBIDDEN)


def refused(hosts: Hosts, *names: str, by: Failed = REFUSED) -> list[float | None]:
    return [hosts.turned_away(HOST, FeedId(name), by) for name in names]


@pytest.mark.parametrize("why", sorted(SHUT))
def test_a_host_that_turns_several_feeds_away_is_left_in_peace_and_longer_each_time(why: Failure) -> None:
    hosts = Hosts()
    for times in range(8):
        assert refused(hosts, "a", "b", "c", by=Failed(why)) == [
            None, None, min(PEACE_FIRST_S * 2**times, PEACE_MOST_S),
        ]  # fmt: skip
    hosts.answered(HOST)
    assert refused(hosts, "a", "b", "c", by=Failed(why))[2] == PEACE_FIRST_S


def test_a_host_that_asks_for_a_pause_gets_it() -> None:
    hosts = Hosts()
    assert refused(hosts, "a", "b", by=asking_for(600)) == [None, 600]
    assert refused(hosts, "a", "b", by=asking_for(10**9)) == [None, PEACE_MOST_S]


def asking_for(seconds: int) -> Failed:
    return Failed(Failure.BUSY, retry_after_s=seconds)


def test_a_feed_that_is_turned_away_again_and_again_silences_no_host() -> None:
    hosts = Hosts()
    assert refused(hosts, *["a"] * 50) == [None] * 50
    for name in "bcdefgh":
        hosts.answered(HOST)
        assert refused(hosts, "a", name) == [None, None], "others come through between"


@pytest.mark.parametrize("why", sorted(set(Failure) - SHUT - {Failure.BUSY}))
def test_what_tells_of_one_feed_alone_silences_no_host(why: Failure) -> None:
    assert refused(Hosts(), *"abcdefgh", by=Failed(why)) == [None] * 8


def test_a_host_is_known_by_its_name_and_port() -> None:
    assert host_of("https://me:secret@News.example:8080/feed?x=@y") == "news.example:8080"
    assert host_of("nonsense") == ""

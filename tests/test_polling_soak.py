"""Bad input under load: what is slow, broken, endless or a bomb makes no good feed late, and fills no memory."""

import itertools
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.settings import read
from bot.store.client import open_store
from tests.far import Far, far
from tests.laps import Track, collector, resident, share, told, track

BAD = {"slow": 100, "resets": 50, "endless": 50, "bomb": 10}
GOOD = 790
LAPS = 5
ROUNDS = 100
WARM_UP = 30
"""Rounds until a process has what it keeps."""
SLOW_S = 5.0
"""How long a slow answer takes where laps are compared: all have ended before the next, few at a time."""
GROWTH = 1.05
FEW_MB = 4
"""Half of the largest document: more or less of one is in hand as a round ends."""
SLACK_S = 0.05
"""What laps differ by anyway: the store is asked so often how far they are."""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loop notice at once what a test makes due."""
    monkeypatch.setattr("bot.collect.IDLE_S", 0.02)


def bad(origin: Far) -> list[str]:
    return list(itertools.chain.from_iterable(origin.bad.values()))


async def test_good_feeds_wait_for_no_bad_ones(server: Path, redis: Any) -> None:
    kinds = {"slow": 5, "resets": 2, "endless": 2, "bomb": 1}
    few = {"FETCH_CONCURRENCY": "2", "FETCH_MAX_BYTES": "500000"}
    async with (
        far(feeds=12, addresses=6, size=0.02, bad=kinds, bad_addresses=6) as origin,
        track(server, redis, **few) as laps,
    ):
        await laps.follow(origin.urls)
        await laps.lap(10)
        without = await laps.lap(10)
        await laps.follow(bad(origin), good=False)
        beside = await laps.lap(60)
    print(told("alone", without), told("beside bad ones", beside), sep="\n")
    # Each slow answer takes 30 s, and there are more than twice as many of them as slots.
    assert beside[-1] < without[-1] + 2


@pytest.mark.soak
async def test_feeds_known_to_be_slow_keep_to_a_lane_of_their_own(server: Path, redis: Any) -> None:
    few = {"FETCH_CONCURRENCY": "2"}
    async with (
        far(feeds=20, addresses=10, size=0.02, bad={"slow": 24}, bad_addresses=24, slow_s=3) as origin,
        track(server, redis, **few) as laps,
    ):
        await laps.follow(origin.urls)
        await laps.lap(10)
        without = await laps.lap(10)
        await laps.follow(bad(origin), good=False)
        print(told("alone", without), told("first looks at slow ones", await laps.lap(60)), sep="\n")
        await laps.rest(60)
        beside = await laps.lap(60)
    print(told("beside slow ones", beside))
    # They all answer well in the end, in 3 s each, and are many more than may be open at once.
    assert beside[-1] < without[-1] + 2


@pytest.mark.soak
async def test_good_feeds_are_not_later_beside_bad_ones_by_more_than_a_tenth(
    server: Path, redis: Any
) -> None:
    found: dict[str, list[Sequence[float]]] = {"alone": [], "beside bad ones": []}
    async with (
        far(feeds=GOOD, addresses=160, bad=BAD, bad_addresses=40, slow_s=SLOW_S) as origin,
        track(server, redis) as laps,
    ):
        await laps.follow(origin.urls)
        await laps.lap(600)
        await laps.follow(bad(origin), good=False)
        await origin.ask(do="round", name="mix-new")
        print(told("first looks at the bad ones", await laps.lap(600)))
        for _ in range(LAPS):
            for name, times in found.items():  # in turn, so that a busy machine is so for both
                await laps.rest(120)
                await origin.ask(do="round", name="mix-new")
                times.append(await laps.lap(600, others=times is not found["alone"]))
                print(told(name, times[-1]))
    for part in (0.95, 1):  # the best laps would be those in which the machine has nothing else to do
        without, beside = (statistics.median(share(one, part) for one in times) for times in found.values())
        assert beside < 1.1 * without + SLACK_S


@pytest.mark.soak
async def test_memory_stays_flat_over_a_hundred_rounds(server: Path, redis: Any, tmp_path: Path) -> None:
    async with (
        far(feeds=GOOD, addresses=160, size=0.3, bad=BAD, bad_addresses=40) as origin,
        collector(tmp_path, server) as run,
        open_store(read({"REDIS_URL": f"unix://{server}"})) as store,
    ):
        assert run.process
        laps = Track(store, redis)
        await laps.follow(origin.urls)
        await laps.lap(600)
        await laps.follow(bad(origin), good=False)
        sizes = []
        for number in range(WARM_UP + ROUNDS):
            await origin.ask(do="round", name="mix-new")
            await laps.lap(120)
            sizes.append(resident(run.process.pid) / 2**20)
            if number % 10 == 0:
                print(f"round {number}: {sizes[-1]:.0f} MB")
    tens = [statistics.median(sizes[at : at + 10]) for at in range(WARM_UP, WARM_UP + ROUNDS, 10)]
    print("MB, ten rounds each:", *(f"{one:.1f}" for one in tens))
    assert max(tens) < GROWTH * tens[0] + FEW_MB

"""Several collectors on one Redis: each feed is looked at by one of them, and outlives it."""

import asyncio
import os
import signal
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.collect import LEASE_S
from bot.settings import read
from bot.store.client import open_store
from tests.far import Far, Request, far
from tests.laps import Track, collector, to_loopback

FEEDS = 60
POLL_S = (1, 2)
"""The shortest and the longest interval."""
HOLD_S = 0.5
"""How long an answer takes: of the feeds, some are always being looked at."""
TOGETHER_S = 12
AT_WORK = 5
SLACK_S = 3
"""What a busy machine may add to a wait."""


def by_feed(requests: Sequence[Request]) -> dict[str, list[Request]]:
    found: defaultdict[str, list[Request]] = defaultdict(list)
    for one in sorted(requests, key=lambda one: one.begun):
        found[one.feed].append(one)
    return found


def judge(requests: Sequence[Request]) -> None:
    """Assert that no feed was looked at twice at once, or earlier than it may."""
    pairs = [pair for looks in by_feed(requests).values() for pair in pairwise(looks)]
    at_once = [(first, then) for first, then in pairs if first.ended is None or then.begun < first.ended]
    too_early = [(first, then) for first, then in pairs if then.begun - first.begun < POLL_S[0]]
    print(f"{len(pairs)} looks after one another, {len(at_once)} at once, {len(too_early)} too early")
    assert not at_once
    assert not too_early


async def until_at_work(origin: Far, agent: str) -> None:
    """Wait until ``agent`` has a good many requests under way."""
    async with asyncio.timeout(TOGETHER_S):
        while sum(agent in one.agent and one.ended is None for one in await origin.requests()) < AT_WORK:  # noqa: ASYNC110
            await asyncio.sleep(HOLD_S / 20)


async def until_all_asked(origin: Far, agent: str, since: float, within_s: float) -> list[Request]:
    """Wait until each feed was asked by ``agent`` after ``since``; return all that was asked."""
    async with asyncio.timeout(within_s):
        while True:
            requests = await origin.requests()
            if len({one.feed for one in requests if agent in one.agent and one.begun > since}) == FEEDS:
                return requests
            await asyncio.sleep(0.2)


@pytest.mark.soak
async def test_collectors_share_feeds_and_take_up_those_of_a_killed_one(
    server: Path, redis: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pace = {"POLL_MIN_SECONDS": str(POLL_S[0]), "POLL_MAX_SECONDS": str(POLL_S[1])}
    async with (
        far(feeds=FEEDS, addresses=FEEDS, size=0.05, hold_s=HOLD_S) as origin,
        open_store(read(to_loopback(server))) as store,
    ):
        await Track(store, redis).follow(origin.urls)
        one = collector(tmp_path_factory.mktemp("one"), server, PUBLIC_URL="http://one.example", **pace)
        two = collector(tmp_path_factory.mktemp("two"), server, PUBLIC_URL="http://two.example", **pace)
        async with one as doomed, two:
            await asyncio.sleep(TOGETHER_S)
            assert doomed.process
            await until_at_work(origin, "one.example")
            os.killpg(doomed.process.pid, signal.SIGKILL)
            killed = time.monotonic()
            await doomed.process.wait()
            requests = await until_all_asked(origin, "two.example", killed, LEASE_S + POLL_S[1] + SLACK_S)
            judge(requests)
    shares = [sum(name in one.agent for one in requests) for name in ("one.example", "two.example")]
    in_hand = {
        one.feed
        for one in requests
        if "one.example" in one.agent and one.begun < killed and (one.ended or killed) >= killed
    }
    taken_up = {
        feed: min(one.begun for one in looks if one.begun > killed) - killed
        for feed, looks in by_feed(requests).items()
    }
    others = [wait for feed, wait in taken_up.items() if feed not in in_hand]
    print(
        f"{shares[0]} and {shares[1]} looks; {len(in_hand)} feeds in hand at the kill, "
        f"taken up within {max(taken_up[feed] for feed in in_hand):.1f} s; the others within {max(others):.1f} s"
    )
    assert min(shares) > FEEDS, "both had their part"
    assert in_hand, "the one that was killed was at work"
    assert max(others) < LEASE_S

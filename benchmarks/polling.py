"""What a poll costs: the relay beside a bare loop and a plain one, on feeds of an origin of our own.

    python benchmarks/polling.py [--quick | --feeds N] [--only floor relay plain] [--rounds cold mix-idle …]
                                 [--repeat N] [--profile] [--pages lead]

The feeds are the same in every run: of mixed formats and sizes (half have more than 60 KB), on 400 loopback
addresses. In each round every feed is asked once, by the *floor* (aiohttp, a conditional GET and a hash of
the body), then by the *relay* (as `newsrelay poll --all` in one long process), both in processes of their
own and at the same state of the feeds; the *plain* loop (aiohttp and feedparser) goes apart, with fewer
feeds. A round is repeated, since machines are never quiet, and the least cost counts. Costs are of the
processor, the processes below the asker included, Redis not; with them the parts of the relay's (its own
code, the kernel, the readers of documents), feeds a second, and what Redis did.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from delivering.figures import Figure, below, figure, machine, progress
from delivering.figures import table as list_of
from polling.figures import Cost, Line, table
from polling.hand import ROOT, Hand, environment, hand
from polling.rounds import Round
from polling.stage import Stage, stage

ASKERS = ("floor", "relay", "plain")
ADDRESSES = 400
AT_ONCE = 64
"""As many as the relay has by default."""
PLAIN_FEEDS = 200
"""The plain loop takes some 40 ms a feed, however many there are."""
FEEDS, QUICK = 2000, 300
MOST_MB = 150


def _asked() -> argparse.Namespace:
    first, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=first, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--feeds", type=int, default=FEEDS, help=f"how many feeds there are ({FEEDS})")
    size.add_argument("--quick", dest="feeds", action="store_const", const=QUICK, help=f"{QUICK} feeds")
    parser.add_argument("--only", nargs="+", choices=ASKERS, default=ASKERS, help="who asks; all by default")
    parser.add_argument(
        "--rounds",
        nargs="+",
        choices=tuple(Round),
        default=tuple(Round),
        help="in this order; all by default",
    )
    parser.add_argument("--repeat", type=int, default=3, help="how often, but for cold; the least counts (3)")
    parser.add_argument("--profile", action="store_true", help="where the relay's time goes in these rounds")
    parser.add_argument("--pages", default="off", help="the relay's setting PAGES; off by default")
    asked = parser.parse_args()
    asked.rounds = [Round(one) for one in asked.rounds]
    return asked


class Bench:
    """One run: the origin, and what was measured."""

    def __init__(self, asked: argparse.Namespace, origin: Hand, urls: Sequence[str], here: Stage) -> None:
        self.asked, self.origin, self.urls, self.here = asked, origin, urls, here
        self.lines = [Line(one) for one in asked.rounds]
        self.peaks: dict[str, tuple[float, float]] = {}
        self.whole: dict[str, Any] = {}
        self.origin_s = 0.0
        self.asked_for = 0
        self.pages = 0

    @property
    def settings(self) -> dict[str, str]:
        """The relay's, as environment."""
        return {
            "REDIS_URL": self.here.url,
            "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "FETCH_CONCURRENCY": str(AT_ONCE),
            "PAGES": self.asked.pages,
        }

    async def run(self, askers: Sequence[str]) -> None:
        """Let the askers go through the rounds, one after the other in each."""
        async with AsyncExitStack() as stack:
            hands: dict[str, Hand] = {}
            for name in askers:
                orders: dict[str, Any] = {"urls": self.some(name), "at_once": AT_ONCE}
                if name == "relay":
                    orders = {"settings": self.settings, "profile": self.asked.profile}
                hands[name], _ = await stack.enter_async_context(hand("polling.asking", do=name, **orders))
            if self.asked.rounds[:1] != [Round.COLD]:
                await self.round(Line(Round.COLD), hands)
            for line in self.lines:
                for _ in range(1 if line.round is Round.COLD or "plain" in askers else self.asked.repeat):
                    await self.round(line, hands, profile=self.asked.profile)
            for name, one in hands.items():
                self.peaks[name] = (one.peak.own / 2**20, one.peak.all / 2**20)
            if self.asked.profile and "relay" in hands:
                print((await hands["relay"].ask(do="profile"))["profile"], flush=True)

    async def round(self, line: Line, hands: dict[str, Hand], *, profile: bool = False) -> None:
        """Let the origin begin a round, and each asker ask all feeds as they are then."""
        progress(f"{line.round}: {', '.join(hands)}")
        await self.origin.ask(do="round", name=line.round)
        for name, one in hands.items():
            before, origin = await self.here.served(), await self.origin.ask(do="told")
            told = await one.ask(do="round", profile=profile)
            after, answered = await self.here.served(), await self.origin.ask(do="told")
            feeds = len(self.some(name))
            cost = Cost.of(told, feeds)
            if name == "relay":
                cost.commands = (after.commands - before.commands) / feeds
                cost.reads = (after.reads - before.reads) / feeds
                cost.redis_ms = (after.cpu_s - before.cpu_s) * 1000 / feeds
            if name not in line.costs or cost.all_ms < line.costs[name].all_ms:
                line.costs[name] = cost
            self.origin_s += answered["cpu_s"] - origin["cpu_s"]
            self.asked_for += feeds
            self.pages += answered["answers"].get("page", 0) - origin["answers"].get("page", 0)

    def some(self, name: str) -> Sequence[str]:
        """Return the feeds that an asker asks."""
        return self.urls[:: max(1, len(self.urls) // PLAIN_FEEDS)] if name == "plain" else self.urls

    async def process(self) -> None:
        """Measure ``newsrelay poll --all`` from its start to its end."""
        progress("mix-idle: newsrelay poll --all")
        await self.origin.ask(do="round", name=Round.MIX_IDLE)
        self.whole = await asyncio.to_thread(_poll, environment(**self.settings))


def _poll(environ: dict[str, str]) -> dict[str, Any]:
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bot", "poll", "--all"],
        env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout
    report = json.loads(process.stdout.read())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"newsrelay poll ended with {process.returncode}")
    cpu_s = used.ru_utime + used.ru_stime
    return {"cpu_s": cpu_s, "wall_s": time.monotonic() - began, "report": report}


def _figures(bench: Bench) -> list[Figure]:
    """Return what is measured once a run."""
    found = []
    for name, (own, all_) in bench.peaks.items():
        judged = {"goal": f"≤ {MOST_MB}", "met": below(MOST_MB + 0.1)} if name == "relay" else {}
        found.append(figure(f"most memory, {name}", own, "MB"))
        found.append(figure("… with all processes below it", all_, "MB", **judged))
    if bench.whole:
        each = bench.whole["cpu_s"] * 1000 / len(bench.urls)
        found.append(figure("newsrelay poll --all, mix-idle, from start to end: CPU for a poll", each, "ms"))
        floors = [
            line.costs["floor"].all_ms
            for line in bench.lines
            if line.round is Round.MIX_IDLE and "floor" in line.costs
        ]
        if floors:
            found.append(figure("… times the floor", each / floors[-1], ""))
        found.append(figure("… on the clock", bench.whole["wall_s"], "s"))
    found.append(figure("the origin's own CPU for an answer", bench.origin_s * 1000 / bench.asked_for, "ms"))
    return found


def _notes(bench: Bench) -> list[str]:
    """Return the relay's own report of each round."""
    told = [
        f"{line.round}: "
        + ", ".join(
            f"{count} {what}" for what, count in line.costs["relay"].report.items() if what != "feeds"
        )
        for line in bench.lines
        if "relay" in line.costs
    ]
    return told + ([f"{bench.pages} pages of items were asked for"] if bench.pages else [])


async def main() -> None:
    """Run what was asked for and print it."""
    asked = _asked()
    print(f"Polling {asked.feeds} feeds of mixed formats, on {machine()}")
    progress("feeds are written")
    async with (
        hand("polling.origin", feeds=asked.feeds, addresses=ADDRESSES) as (origin, told),
        stage() as here,
    ):
        sizes = told["bytes"]
        print(f"half have more than {sizes['median'] / 1000:.0f} KB, all have {sizes['all'] / 1e6:.0f} MB")
        bench = Bench(asked, origin, told["urls"], here)
        if "relay" in asked.only:
            await here.subscribe(bench.urls)
        if together := [name for name in ("floor", "relay") if name in asked.only]:
            await bench.run(together)
        if "relay" in asked.only:
            await bench.process()
        if "plain" in asked.only:
            await bench.run(["plain"])
    print("\nCPU for a poll, in milliseconds; of the relay's: user, system, readers")
    print(table(bench.lines))
    print(list_of("In all", _figures(bench), _notes(bench)))
    print(
        json.dumps(
            {
                "feeds": asked.feeds,
                "rounds": [line.told() for line in bench.lines],
                "peak_mb": bench.peaks,
                "whole": bench.whole,
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main())

"""How long items wait to be noticed, by policy, and how many looks that takes.

    python benchmarks/pacing.py [--quick] [--seed N] [--plot FILE.svg] [--corpus DIR]

Makes up posting histories of 200 feeds of ten kinds (`rhythms/histories.py`) and looks at them for 28
days, of which the first 7 do not count, by each policy:

- fixed: every 10 minutes, as RSStT, flowerss and MonitoRSS do;
- entry_frequency: Miniflux', with factors 1 and 6;
- learned: ours, within the settings' default bounds;
- best fixed: every feed by a wait of its own, in hindsight the one that leaves the least waiting for as
  many looks in all as ours took (the square root law, exact for feeds without a pattern);
- all-knowing: a look at each item as it comes, a minute apart at least: a bound, with how few it takes.

An item waits from when it could be had, which for some feeds is minutes after the time it tells. With
--corpus, real publication times too: each document's later half is looked at, knowing the first. Prints
the figures, by kind for ours and for 10 minutes; ends with 1 if ours is above half of the median of the
fixed 10 minutes, above their 95th percentile, or takes more looks. `--quick`: a fifth of the feeds.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from rhythms.chart import chart
from rhythms.histories import DAY, KINDS, History, population
from rhythms.policies import Learned, entry_frequency, fixed
from rhythms.simulation import (
    WARM_UP,
    Outcome,
    all_knowing,
    best_fixed,
    look_at,
    quantile,
    run,
)

from bot.errors import NotAFeed
from bot.parse.document import read

DAYS = 28
FIXED_S = 600
FIXED, LEARNED = "fixed 10 min", "learned"


def main() -> int:
    """Run the benchmark; 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--corpus", type=Path)
    arguments = parser.parse_args()
    histories = population(arguments.seed, DAYS, 0.2 if arguments.quick else 1.0)
    begun = time.process_time()
    learned = run(histories, Learned, DAYS)
    spent_us = (time.process_time() - begun) * 1e6
    looks = sum(one.looks for one in learned)
    print(
        f"{len(histories)} feeds, {DAYS} days; {spent_us / looks / DAYS:.0f} µs a look, simulation included\n"
    )
    policies = {
        FIXED: run(histories, fixed(FIXED_S), DAYS),
        "entry_frequency": run(histories, entry_frequency, DAYS),
        "entry_frequency x6": run(histories, partial(entry_frequency, factor=6), DAYS),
        LEARNED: learned,
        "best fixed": _each(histories, best_fixed(histories, DAYS, looks / len(histories))),
        "all-knowing": all_knowing(histories, DAYS),
    }
    _head()
    for name, outcomes in policies.items():
        _row(name, outcomes)
    print()
    _head()
    for kind in KINDS:
        for name in (FIXED, LEARNED):
            _row(f"{kind}, {name}", [one for one in policies[name] if one.kind == kind])
    if arguments.corpus:
        _corpus(arguments.corpus)
    if arguments.plot:
        shown = {name: one for name, one in policies.items() if name != "all-knowing"}
        arguments.plot.write_text(chart(shown, (FIXED, LEARNED)), encoding="utf-8")
    return _verdict(policies[FIXED], learned)


def _each(histories: Sequence[History], waits: Sequence[float]) -> list[Outcome]:
    """Look at each feed by a fixed wait of its own."""
    pairs = enumerate(zip(histories, waits, strict=True))
    return [look_at(history, fixed(wait), DAYS, 7919 * place) for place, (history, wait) in pairs]


def _head() -> None:
    heads = ("median s", "of feeds'", "mean s", "p95 s", "looks/day", "looks/item", "items")
    print(" " * 28 + "".join(f"{one:>11}" for one in heads))


def _row(name: str, outcomes: Sequence[Outcome]) -> None:
    """Print a line: the median over items, that over feeds of their own medians, looks a feed and day, …."""
    delays = [delay for one in outcomes for delay in one.delays]
    medians = [quantile(one.delays, 0.5) for one in outcomes if one.delays]
    looks = sum(one.looks for one in outcomes)
    figures = (
        f"{quantile(delays, 0.5):.0f}",
        f"{quantile(medians, 0.5):.0f}",
        f"{sum(delays) / max(len(delays), 1):.0f}",
        f"{quantile(delays, 0.95):.0f}",
        f"{looks / len(outcomes):.1f}",
        f"{looks * (DAYS - WARM_UP) / len(delays):.2f}" if delays else "–",
        f"{len(delays)}",
    )
    print(f"{name:28}" + "".join(f"{one:>11}" for one in figures))


def _verdict(plain: Sequence[Outcome], learned: Sequence[Outcome]) -> int:
    waits = [[delay for one in outcomes for delay in one.delays] for outcomes in (plain, learned)]
    misses = [
        quantile(waits[1], 0.5) > quantile(waits[0], 0.5) / 2,
        quantile(waits[1], 0.95) > quantile(waits[0], 0.95),
        sum(one.looks for one in learned) > sum(one.looks for one in plain),
    ]
    print("\ngoal:", "missed" if any(misses) else "met")
    return int(any(misses))


def _corpus(folder: Path) -> None:
    """Tell the same of real publication times, so few as a document holds; and of as many looks, fixed."""
    found = list(_recorded(folder))
    span = sum(days for _, _, days in found)
    print(f"\n{len(found)} recorded documents: their later halves, without a time to warm up")
    looks = 0.0
    for name in (FIXED, LEARNED, "fixed, as many looks"):
        wait_s = FIXED_S if name == FIXED else DAY * span / max(looks, 1)
        make = Learned if name == LEARNED else fixed(wait_s)
        outcomes = [
            look_at(one, make, days, 7919 * number, begin=begin, warm_up=0)
            for number, (one, begin, days) in enumerate(found)
        ]
        waits = [delay for one in outcomes for delay in one.delays]
        looks = sum(one.looks * days for one, (_, _, days) in zip(outcomes, found, strict=True))
        print(
            f"{name:28}median {quantile(waits, 0.5):.0f} s, p95 {quantile(waits, 0.95):.0f} s, "
            f"{looks / span:.1f} looks a day, {len(waits)} items"
        )


def _recorded(folder: Path) -> Iterator[tuple[History, int, int]]:
    """Yield the histories that documents tell, the middle of each, and how many days are after it."""
    dice = random.Random(1)
    for file in sorted(folder.iterdir()):
        try:
            document = read(file.read_bytes(), url="https://feed.example/")
        except NotAFeed:
            continue
        dates = sorted(int(one.published.timestamp()) for one in document.items if one.published)
        middle = len(dates) // 2
        if len(dates) < 10 or not DAY / 2 < dates[-1] - dates[middle] < 60 * DAY:
            continue
        begin = dates[middle - 1] + 1
        recent = [date for date in dates if date > begin - 60 * DAY]
        yield History("recorded", recent, recent, dice.random() < 0.5), begin, -(-(dates[-1] - begin) // DAY)


if __name__ == "__main__":
    sys.exit(main())

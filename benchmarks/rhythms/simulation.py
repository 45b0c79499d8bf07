"""Looking at histories by a policy: how long items waited, and how many looks that took."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

from .histories import BEGIN, DAY, DOCUMENT, History
from .policies import BOUNDS, Maker

WARM_UP = 7
"""Days that are looked at and not counted."""


@dataclass(slots=True)
class Outcome:
    """What came of looking at one feed: seconds that each item waited, and looks a day."""

    kind: str
    delays: list[float] = field(default_factory=list)
    looks: float = 0.0


def look_at(
    history: History, make: Maker, days: int, seed: int, *, begin: int = BEGIN, warm_up: int = WARM_UP
) -> Outcome:
    """Look at a feed for ``days`` from ``begin`` on, the first ``warm_up`` of which do not count."""
    policy = make(history, seed)
    outcome = Outcome(history.kind)
    counted_from, end = begin + warm_up * DAY, begin + days * DAY
    now, known, looks = float(begin + seed % 600), 0, 0
    while now < end:
        place = history.after(int(now))
        new = place - known
        if not new:
            dates: Sequence[int] = ()
        elif history.shows_all or not known:
            dates = history.dated[max(0, place - DOCUMENT) : place]
        else:
            dates = history.dated[known:place]
        if now >= counted_from:
            looks += 1
            outcome.delays += [now - seen for seen in history.seen[known:place] if seen >= counted_from]
        known = place
        now += policy(int(now), dates, new)
    outcome.looks = looks / (days - warm_up)
    return outcome


def run(histories: Sequence[History], make: Maker, days: int) -> list[Outcome]:
    """Look at all feeds by one policy."""
    return [look_at(history, make, days, 7919 * place) for place, history in enumerate(histories)]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def best_fixed(histories: Sequence[History], days: int, looks: float) -> list[float]:
    """Return the fixed wait of each feed that makes items wait least in all, for ``looks`` a feed and day.

    In hindsight: by how many items each feed will have had. The square root law, within the bounds.
    """
    counts = [len(one.seen) - one.after(BEGIN + WARM_UP * DAY) for one in histories]
    low, high = 1e-3, 1e6
    waits: list[float] = []
    for _ in range(60):
        price = sqrt(low * high)
        span = (days - WARM_UP) * DAY
        waits = [
            min(max(sqrt(2 * price * span / count), BOUNDS.min_s), 6 * 3600) if count else 6 * 3600.0
            for count in counts
        ]
        spent = sum(DAY / wait for wait in waits) / len(waits)
        low, high = (price, high) if spent > looks else (low, price)
    return waits


def all_knowing(histories: Sequence[History], days: int) -> list[Outcome]:
    """Look whenever an item comes, as often as the bounds allow: what no policy that cannot know can beat."""
    outcomes = []
    for history in histories:
        outcome, last, looks = Outcome(history.kind), 0.0, 0
        for seen in history.seen[history.after(BEGIN + WARM_UP * DAY - 1) :]:
            if seen > last:
                last, looks = max(float(seen), last + BOUNDS.min_s), looks + 1
            outcome.delays.append(last - seen)
        outcome.looks = looks / (days - WARM_UP)
        outcomes.append(outcome)
    return outcomes

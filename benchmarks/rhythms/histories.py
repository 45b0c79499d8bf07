"""Posting histories: when each of many made-up feeds has something new, by kind.

Every kind draws from a model of its own, none of which is the one that :mod:`bot.pacing` learns;
zones, rates, hours and minutes differ from feed to feed. A seed makes the same feeds each time.
"""

import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

BEGIN = 1_789_948_800
"""A Monday at midnight, UTC, from which on feeds are looked at."""

DAY = 86_400
BEFORE = 70
"""Days of history before: a document shows the last items of it."""

DOCUMENT = 20
"""Items in a document."""


@dataclass(frozen=True, slots=True)
class History:
    """A feed: when each item could be had, and what it says of that (0: nothing); epoch seconds."""

    kind: str
    seen: list[int]
    dated: list[int]
    shows_all: bool = False
    """Whether each changed document brings old publication times again, as one that is read whole does."""
    max_age_s: int = 0

    def after(self, moment: int) -> int:
        """Return the place of the first item that cannot be had at ``moment``."""
        return bisect_left(self.seen, moment + 1)


Dice = random.Random
_DIURNAL = [2, 1, 1, 1, 2, 4, 7, 10, 12, 12, 12, 12, 11, 11, 11, 12, 12, 11, 9, 8, 7, 6, 4, 3]


def _poisson(dice: Dice, days: int, per_day: float, weight: Callable[[int], float], most: float) -> list[int]:
    """Return moments at a rate that ``weight`` (of the hour since the first Monday) makes uneven."""
    moments: list[int] = []
    moment = -BEFORE * DAY * 1.0
    while True:
        moment += dice.expovariate(per_day * most / DAY)
        if moment >= days * DAY:
            return moments
        if dice.random() * most < weight(int(moment // 3600)):
            moments.append(int(moment))


def _hours(zone: int, first: int, last: int, weekend: float) -> Callable[[int], float]:
    """Return a weight that is 1 from ``first`` to ``last`` o'clock, "next day" included, in a zone."""

    def weight(hour: int) -> float:
        local = hour + zone
        is_in = (local - first) % 24 < (last - first) % 24
        return (weekend if local // 24 % 7 > 4 else 1.0) if is_in else 0.0

    return weight


def _newswire(dice: Dice, days: int) -> list[int]:
    zone, weekend = _zone(dice), dice.uniform(0.4, 0.9)

    def weight(hour: int) -> float:
        local = hour + zone
        return _DIURNAL[local % 24] / 7.5 * (weekend if local // 24 % 7 > 4 else 1.0)

    return _poisson(dice, days, dice.uniform(60, 350), weight, 1.7)


def _clock(dice: Dice, days: int) -> list[int]:
    first, often = dice.randrange(3600), dice.choice((1, 1, 1, 2))
    return [
        hour * 3600 + (first + part * 3600 // often) % 3600 + dice.randrange(90)
        for hour in range(-BEFORE * 24, days * 24)
        for part in range(often)
        if dice.random() < 0.9
    ]


def _office(dice: Dice, days: int) -> list[int]:
    weight = _hours(_zone(dice), dice.choice((7, 8, 9)), dice.choice((17, 18, 19)), dice.uniform(0, 0.3))
    return _poisson(dice, days, dice.uniform(4, 25) * 2.4, weight, 1)


def _daily(dice: Dice, days: int) -> list[int]:
    moment, spread = dice.randrange(DAY), dice.choice((20, 90, 240))
    last = dice.choice((5, 7, 7))
    return [
        day * DAY + moment + dice.randrange(spread)
        for day in range(-BEFORE, days)
        if day % 7 < last and dice.random() < 0.97
    ]


def _weekly(dice: Dice, days: int) -> list[int]:
    return _poisson(dice, days, dice.uniform(0.5, 3) / 7 * 1.7, _hours(_zone(dice), 8, 22, 0.8), 1)


def _bursty(dice: Dice, days: int) -> list[int]:
    weight = _hours(_zone(dice), 7, 23, 0.6)
    moments: list[int] = []
    for start in _poisson(dice, days, dice.uniform(1, 4) * 1.5, weight, 1):
        moment = float(start)
        for _ in range(dice.randint(2, 8)):
            moments.append(int(moment))
            moment += dice.expovariate(1 / 360)
    return moments


def _dead(dice: Dice, days: int) -> list[int]:
    end = -dice.randint(20, 69) * DAY
    return [moment for moment in _weekly(dice, days) if moment < end] or [end]


def _nocturnal(dice: Dice, days: int) -> list[int]:
    return _poisson(dice, days, dice.uniform(4, 20) * 3.4, _hours(_zone(dice), 22, 5, 1.0), 1)


def _event(dice: Dice, days: int) -> list[int]:
    moments, day = [], -BEFORE + dice.uniform(0, 9)
    while day < days:
        length, per_hour = dice.uniform(0.2, 1.5), dice.uniform(0.7, 5)
        moment = day
        while moment < day + length:
            moments.append(int(moment * DAY))
            moment += dice.expovariate(per_hour * 24)
        day += length + dice.expovariate(1 / 7)
    return [moment for moment in moments if moment < days * DAY]


def _irregular(dice: Dice, days: int) -> list[int]:
    return _poisson(dice, days, dice.uniform(1, 8), lambda _: 1.0, 1)


KINDS: dict[str, tuple[int, Callable[[Dice, int], list[int]]]] = {
    "newswire": (20, _newswire),
    "by the clock": (16, _clock),
    "office hours": (34, _office),
    "daily": (24, _daily),
    "weekly blog": (36, _weekly),
    "bursty": (16, _bursty),
    "dead": (24, _dead),
    "nocturnal": (10, _nocturnal),
    "events": (12, _event),
    "irregular": (8, _irregular),
}
"""How many feeds of each kind there are in 200."""


def population(seed: int, days: int, share: float = 1.0) -> list[History]:
    """Return 200 feeds, or ``share`` of them, with ``days`` of history from BEGIN on."""
    feeds = []
    for kind, (count, draw) in KINDS.items():
        for number in range(max(1, round(count * share))):
            dice = random.Random(f"{seed} {kind} {number}")
            feeds.append(_published(dice, kind, sorted(draw(dice, days))))
    return feeds


def _published(dice: Dice, kind: str, moments: list[int]) -> History:
    """Return a history with the flaws of real ones: caches, false and missing times, and what servers ask."""
    delay = dice.choice((0, 0, 0, 0, 0, 60, 180, 400))
    dated = [BEGIN + moment for moment in moments]
    seen = sorted(one + (delay and round(delay * dice.uniform(0.7, 1.3))) for one in dated)
    flaw = dice.random()
    if flaw < 0.04:
        dated = [0] * len(seen)
    elif flaw < 0.07:
        dated = [one // DAY * DAY for one in dated]
    max_age_s = dice.choice((120, 300, 900)) if dice.random() < 0.1 else 0
    return History(kind, seen, dated, dice.random() < 0.5, max_age_s)


def _zone(dice: Dice) -> int:
    return dice.choice((-8, -5, -5, 0, 1, 1, 1, 2, 2, 3, 8, 9))

"""Policies: when to look again. Each is made anew for a feed and asked after every look."""

import random
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.items import Feed, FeedId
from bot.pacing import Bounds, Pace, next_look

from .histories import DAY, History

BOUNDS = Bounds(60, DAY)
WEEK = 7 * DAY


Policy = Callable[[int, Sequence[int], int], float]
"""Asked with the time of a look, the publication times it brought (epoch s), and how many items were new."""

Maker = Callable[[History, int], Policy]
"""Makes a feed's policy, with a seed for its dice."""


def fixed(wait_s: float) -> Maker:
    """Return the policy that always waits the same."""
    return lambda _history, _seed: lambda _now, _dates, _new: wait_s


def entry_frequency(history: History, _seed: int, factor: int = 1) -> Policy:
    """Return Miniflux' policy: a week by the last week's items times ``factor``, from 5 min to 24 h.

    What the server asks is waited for at least.
    """

    def wait_s(now: int, _dates: Sequence[int], _new: int) -> float:
        count = history.after(now) - bisect_left(history.seen, now - WEEK)
        wait = min(max(WEEK / (count * factor), 300.0), DAY) if count else float(DAY)
        return min(max(wait, history.max_age_s), DAY)

    return wait_s


class Learned:
    """Ours."""

    def __init__(self, history: History, seed: int) -> None:
        self._dice = random.Random(seed)
        self._max_age_s = history.max_age_s or None
        self._feed = Feed(FeedId("f"), "https://feed.example/", looks=0)
        self._pace: Pace | None = None

    def __call__(self, now: int, dates: Sequence[int], new: int) -> float:
        """Return what :func:`bot.pacing.next_look` says, and keep what it has learnt."""
        last = self._pace
        self._feed = feed = replace(
            self._feed,
            looks=self._feed.looks + 1,
            looked_ms=now * 1000,
            changed_ms=now * 1000 if new else self._feed.changed_ms,
            rhythm=last.rhythm if last else "",
            interval_s=round(last.wait_s) if last else 0,
        )
        self._pace = next_look(
            feed,
            [date * 1000 for date in dates if date],
            now * 1000,
            bounds=BOUNDS,
            roll=self._dice.random(),
            max_age_s=self._max_age_s,
        )
        return self._pace.wait_s

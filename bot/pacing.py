"""When to look at a feed again.

Pure. A feed just subscribed to is looked at eagerly; after that its own rhythm decides, between
the bounds of the settings: a tenth of the usual gap between its items, so that an item waits for
us a twentieth of that gap on average. Failures back off; what a publisher asks for is honoured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from bot.fetch.answer import Failed, Failure
from bot.items import Document, Feed

EAGER_LOOKS = 10
"""Looks at the shortest interval after a subscription: whoever just subscribed is watching."""

ORDINARY_S = 600
"""The longest wait for a feed that is alive: it bounds how late its news can be."""

QUIET_S = 3600
"""The longest wait for a feed that has been silent for weeks."""

SILENCE_S = 2 * 86_400
"""Silence from which on the wait stretches, in proportion."""

SHARE = 10
"""Looks in the usual gap between two items."""

ASKED_S = 3600
"""How much of a wait that a feed asks for (max-age, ttl) is granted: generators write days."""

BUSY_S = 300
"""The first wait after 429 or 503 without Retry-After."""

RETRY_FIRST_S = 60
"""The first wait after any other failure."""

RETRY_LONGEST_S = 6 * 3600
DAY_S = 86_400
"""The wait after 410, and the longest Retry-After that is believed."""

JITTER = 0.1
"""Waits vary by this share, so that feeds found together do not stay together."""


class Why(StrEnum):
    """Why a feed is looked at again when it is. The values are stored; never rename them."""

    NEW = "new"
    """It was subscribed to just now."""
    RHYTHM = "rhythm"
    """That is how often it has something new."""
    FAILED = "failed"
    """The look failed."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait, in seconds, and why; ``rhythm`` is what is known of the feed's by now."""

    wait_s: float
    why: Why
    rhythm: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest wait that the settings allow, in seconds."""

    min_s: float
    max_s: float


def asked_of(document: Document) -> str:
    """Return what ``document`` asks of whoever looks at it, for :attr:`bot.items.Feed.asked`."""
    return f"ttl={document.ttl_s}" if document.ttl_s else ""


def next_look(
    feed: Feed,
    published: Sequence[int],
    now_ms: int,
    *,
    bounds: Bounds,
    roll: float,
    failure: Failed | None = None,
    max_age_s: int | None = None,
) -> Pace:
    """Return in how many seconds to look at ``feed`` again, counted from ``now_ms``.

    Args:
        feed: as known after this look (``looks`` and ``failures`` count it).
        published: publication times (epoch ms) of items that the look brought, in any order: of
            the whole document, or of what is new in it; those known before may come again.
        now_ms: the time of this look.
        bounds: kept in the end, except by Retry-After, which may ask for longer.
        roll: a die in [0, 1).
        failure: why this look brought nothing, if it did not.
        max_age_s: for how long the answer says to be good, if it does.
    """
    asked_s = max(max_age_s or 0, int(feed.asked.partition("=")[2] or 0))
    jitter = 1 + JITTER * (2 * roll - 1)
    if failure is not None:
        wait = _after_failure(failure, feed.failures) * jitter
        wait_s = max(_clamp(wait, bounds), min(failure.retry_after_s or 0, DAY_S))
        return Pace(wait_s, Why.FAILED, feed.rhythm)
    if feed.looks <= EAGER_LOOKS:
        return Pace(_clamp(bounds.min_s * jitter, bounds), Why.NEW, feed.rhythm)
    wait = min(_usual_gap_s(feed, published) / SHARE, ORDINARY_S)
    newest_ms = max((date for date in published if date <= now_ms), default=feed.changed_ms)
    silence_s = (now_ms - newest_ms) / 1000
    if silence_s > SILENCE_S:
        wait = max(wait, min(ORDINARY_S * silence_s / SILENCE_S, QUIET_S))
    return Pace(_clamp(max(wait, min(asked_s or 0, ASKED_S)) * jitter, bounds), Why.RHYTHM, feed.rhythm)


def _usual_gap_s(feed: Feed, published: Sequence[int]) -> float:
    """Return the median seconds between items; what is published at once counts as one."""
    moments = sorted(set(published))
    if len(moments) >= 2:
        return median(two - one for one, two in pairwise(moments)) / 1000
    if feed.rate_per_day > 0:
        return DAY_S / feed.rate_per_day
    return ORDINARY_S * SHARE


def _after_failure(failure: Failed, failures: int) -> float:
    if failure.why is Failure.GONE:
        return DAY_S
    first = BUSY_S if failure.why is Failure.BUSY else RETRY_FIRST_S
    # The exponent is bounded, since a dead feed may have failed thousands of times.
    return float(min(first * 2 ** min(max(failures - 1, 0), 16), RETRY_LONGEST_S))


def _clamp(wait: float, bounds: Bounds) -> float:
    return min(max(wait, bounds.min_s), bounds.max_s)

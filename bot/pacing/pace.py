"""When to look at a feed again, and why then: its rhythm, within what it asks and the settings allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.fetch.answer import SHUT, Failed, Failure
from bot.items import Feed
from bot.pacing.asking import granted_s, read_asked, skipped_s
from bot.pacing.forecast import PRICE_S, Forecast
from bot.pacing.learning import DOUBTFUL, first_rhythm, learn, rested, rhythm_of
from bot.pacing.rhythm import DOUBT, LONGEST, digits_of, number, pack, unpack, write

USUAL_MIN_S = 60
"""The shortest wait for which those below are meant. Where a shorter one is set, they are so much shorter,
but for those that are asked for: whoever sets it wants news sooner than others do."""

ORDINARY_S = 600
"""The wait for a feed whose documents tell nothing that can be believed."""

NEW_LOOKS = 64
"""A new feed is looked at after 1, 2, 4 … shortest waits, then after ORDINARY_S, and from so many looks on
after longer waits in proportion to their number, if it would be later by its rhythm: whoever has just
subscribed waits for news."""

LIVELY_S = 1800
"""The longest wait for a feed that is alive: it bounds how late its news can be."""

LIVELY_DAYS = 14
"""A feed silent for longer, and for longer than twice its longest silence, is waited for longer …"""

SILENT_S = 6 * 3600
"""… in proportion, and up to this."""

SPREAD = 0.3
"""The price of a look varies by this share, so waits by half of it: feeds found together do not stay so."""

ABOVE = 1.5
BELOW = 0.5
"""How much more or less than usual is told as the reason of a look."""

PUSHED_TIMES = 6
PUSHED_S = (3600, 6 * 3600)
"""How much longer the waits are while a hub pushes what is new, and their bounds."""

DAY_S = 86_400
"""The longest Retry-After that is believed."""

QUARTER_S = 900
HOUR_S = 3600

_BACKOFF: dict[Failure, tuple[float, float, float]] = {
    Failure.GONE: (QUARTER_S, 2, DAY_S),
    Failure.BAD_ADDRESS: (6 * HOUR_S, 2, DAY_S),
    Failure.REFUSED: (HOUR_S, 2, DAY_S),
    **dict.fromkeys(SHUT, (QUARTER_S, 2, DAY_S)),
    Failure.MISSING: (300, 2, 3 * HOUR_S),
    Failure.NOT_A_FEED: (300, 2, 3 * HOUR_S),
    Failure.TOO_COMPLEX: (QUARTER_S, 2, 6 * HOUR_S),
    Failure.TOO_BIG: (QUARTER_S, 2, 6 * HOUR_S),
    Failure.TOO_MANY_REDIRECTS: (300, 2, 6 * HOUR_S),
    Failure.BUSY: (300, 2, 3 * HOUR_S),
}
"""First wait, growth and longest wait by failure: what a person must mend is asked less."""

_OUTAGE = (60.0, 1.4, HOUR_S)
"""For all others, which pass by themselves: after an outage a feed is back within half as long again."""


class Why(StrEnum):
    """Why a feed is looked at again when it is. The values are stored; never rename them."""

    NEW = "new"
    """It was subscribed to just now."""
    RHYTHM = "rhythm"
    """That is how often it has something new."""
    LIVELY = "lively"
    """Something came just now, or much comes at this time: more may follow."""
    CALM = "calm"
    """Little comes at this time."""
    SILENT = "silent"
    """It has had nothing new for weeks."""
    UNKNOWN = "unknown"
    """Its documents do not tell when there is something new."""
    ASKED = "asked"
    """The feed, or its server, asks for such a pause."""
    SKIPPED = "skipped"
    """The feed asks not to be looked at in these hours or on these days."""
    PUSHED = "pushed"
    """A hub tells us what is new; the look is only to be sure."""
    SETTINGS = "settings"
    """POLL_MIN_SECONDS or POLL_MAX_SECONDS say so."""
    FAILED = "failed"
    """The look failed."""
    BUSY = "busy"
    """The server asked for a pause: 429 or 503, or Retry-After."""
    DENIED = "denied"
    """The server wants a login, forbids it, or says that the feed is gone."""


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
        feed: as known after this look (``looks``, ``failures`` and ``changed_ms`` count it);
            ``interval_s`` is still the wait before it.
        published: publication times (epoch ms) of items that the look brought, in any order: of
            the whole document, or of what is new in it; those known before may come again.
        now_ms: the time of this look.
        bounds: kept in the end, except by Retry-After, which may ask for longer.
        roll: a die in [0, 1).
        failure: why this look brought nothing, if it did not.
        max_age_s: for how long the answer says to be good, if it does.
    """
    now = now_ms // 1000
    haste = min(1.0, bounds.min_s / USUAL_MIN_S)
    if failure is not None:
        return _after_failure(feed, failure, bounds, roll, haste)
    digits, written = _learnt(feed, published, now, changed=feed.changed_ms == now_ms)
    usual_s, why = _by_rhythm(digits, now, roll)
    wait_s = usual_s * haste
    if (new_s := _new_s(feed.looks, bounds.min_s, haste)) < wait_s:
        wait_s, why = new_s * (1 + SPREAD * (roll - 0.5)), Why.NEW
    asked = read_asked(feed.asked)
    if (asked_s := granted_s(max(max_age_s or 0, asked.ttl_s), wait_s)) > wait_s:
        # Later by up to a tenth: whoever asks for a pause gets it whole.
        wait_s, why = asked_s * (1 + roll / 10), Why.ASKED
    if feed.pushed_until_ms > now_ms:
        # Soon after the hub's promise ends polling is on its own again.
        left_s = (feed.pushed_until_ms - now_ms) / 1000 + 60 * (1 + roll)
        wait_s = max(wait_s, min(max(wait_s * PUSHED_TIMES, PUSHED_S[0]), PUSHED_S[1], left_s))
        why = Why.PUSHED
    if (skipped := skipped_s(asked, now + wait_s)) > 0:
        wait_s, why = wait_s + skipped + 300 * roll, Why.SKIPPED
    kept_s = _clamp(wait_s, bounds)
    return Pace(kept_s, why if kept_s == wait_s else Why.SETTINGS, written)


def _learnt(feed: Feed, published: Sequence[int], now: int, *, changed: bool) -> tuple[bytes, str]:
    """Return the digits of the rhythm after this look, and the same in writing."""
    known = digits_of(feed.rhythm)
    if known and not published and not changed and (rest := rested(known, now)):
        return rest, feed.rhythm if rest is known else write(rest)
    dates = [date // 1000 for date in published]
    if known is None and len(set(dates)) > 2:
        rhythm = first_rhythm(dates, now)
    else:
        rhythm = unpack(known) if known else rhythm_of(feed.rate_per_day, feed.changed_ms // 1000, now)
        learn(
            rhythm,
            dates,
            now,
            before=now - feed.interval_s,
            changed=changed,
            pushed=feed.pushed_until_ms > now * 1000,
        )
    digits = pack(rhythm)
    return digits, write(digits)


def _by_rhythm(digits: bytes, now: int, roll: float) -> tuple[float, Why]:
    """Return the wait that a rhythm suggests where the shortest is the usual one, and why."""
    if digits[DOUBT] >= DOUBTFUL:
        return ORDINARY_S * (1 + SPREAD * (roll - 0.5)), Why.UNKNOWN
    forecast = Forecast(digits, now)
    silence_s = now - forecast.last
    lively_s, most_s = LIVELY_DAYS * DAY_S, float(LIVELY_S)
    if silence_s > lively_s:
        lively_s = max(lively_s, 2 * HOUR_S * number(digits, LONGEST, 2))
        most_s = min(max(most_s, LIVELY_S * silence_s / lively_s), SILENT_S)
    wait_s, ratio = forecast.due(PRICE_S * (1 + SPREAD * (2 * roll - 1)), most_s)
    if wait_s >= most_s:
        return most_s * (1 - SPREAD * roll / 2), Why.SILENT if silence_s > lively_s else Why.CALM
    if ratio > ABOVE:
        return wait_s, Why.LIVELY
    return wait_s, Why.CALM if ratio < BELOW else Why.RHYTHM


def _new_s(looks: int, min_s: float, haste: float) -> float:
    """Return the longest wait for a feed that has been looked at so often."""
    ordinary_s = ORDINARY_S * haste
    if looks > NEW_LOOKS:
        return ordinary_s * looks / NEW_LOOKS
    return min(min_s * 2.0 ** max(looks - 1, 0), ordinary_s)


def _after_failure(feed: Feed, failure: Failed, bounds: Bounds, roll: float, haste: float) -> Pace:
    asked_s = min(failure.retry_after_s or 0, DAY_S)
    is_busy = failure.why is Failure.BUSY
    # Where a server says for how long, nothing has to be guessed.
    first_s, growth, most_s = _OUTAGE if is_busy and asked_s else _BACKOFF.get(failure.why, _OUTAGE)
    # The exponent is bounded, since a dead feed may have failed thousands of times.
    wait_s = haste * min(first_s * growth ** min(max(feed.failures - 1, 0), 40), most_s)
    wait_s = _clamp(wait_s * (1 + SPREAD * (roll - 0.5)), bounds)
    if asked_s > wait_s:
        return Pace(asked_s * (1 + roll / 20), Why.BUSY, feed.rhythm)
    if is_busy:
        return Pace(wait_s, Why.BUSY, feed.rhythm)
    is_denied = failure.why in SHUT | {Failure.GONE, Failure.REFUSED}
    return Pace(wait_s, Why.DENIED if is_denied else Why.FAILED, feed.rhythm)


def _clamp(wait: float, bounds: Bounds) -> float:
    return min(max(wait, bounds.min_s), bounds.max_s)

"""How much is to be expected of a feed, and when it is worth another look.

What is expected at a time is a rate that depends on how long ago the last item came, times how
much more than usual comes at that hour of the day, on that day of the week and in those minutes
of the hour. Where little is known, all of this shrinks to the feed's overall rate.

A look is worth it once the items that are expected to wait for it have waited for PRICE_S
altogether. For a steady feed that is the square root law, by which a given number of looks over
many feeds leaves the least waiting; and a feed that publishes by the clock is looked at just
after it does.
"""

from bisect import bisect_right
from math import sqrt

from bot.pacing.rhythm import (
    AGES_S,
    BY_CLOCK,
    DAYS_HIGH,
    DAYS_LOW,
    ENDED,
    HOURS,
    LAST,
    LONGEST,
    SINCE,
    SLOT,
    SLOT_S,
    SLOTS,
    SPENT,
    number,
)

PRICE_S = 16.0
"""What a look costs: so many seconds of an item's waiting. Half of it takes 1.4 times the looks."""

PRIOR_MOMENTS = 0.5
PRIOR_H = 2.0
"""A feed of which nothing is known is one that had half an item in two hours: some ten minutes' wait."""

SHAPE_PRIOR = 0.5
"""Moments spread evenly over the hours, days and minutes, beside those counted."""

STAGE_PRIOR = 1.5
"""Silences that ended as the overall rate would have it, beside those counted."""

SHAPE_H = (48.0, 336.0, 3.0)
"""Hours after which half of what hours of the day, days of the week, minutes of the hour say is believed."""

SILENT_H = 24
"""A silence below this is never thought to be the end."""


_NEVER = 1 << 60


class Forecast:
    """What is to be expected of a feed, by the digits of its rhythm, as of one moment."""

    __slots__ = ("_day", "_digits", "_hour", "_span_h", "last", "now", "usual")

    def __init__(self, digits: bytes, now: int) -> None:
        """Take the digits of a rhythm, and the present in epoch seconds."""
        span_h = max(now / 3600 - number(digits, SINCE, 4), 1.0)
        counted = 64 * sum(digits[DAYS_HIGH:DAYS_LOW]) + sum(digits[DAYS_LOW:SLOT])
        self._digits = digits
        self._span_h = span_h
        self.now = now
        self.last = min(number(digits, LAST, 6), now)
        self.usual = (counted + PRIOR_MOMENTS) / (span_h + PRIOR_H) / 3600
        """Moments a second, over all."""
        self._hour = _shape(sum(digits[HOURS:DAYS_HIGH]) / 24, SHAPE_H[0] / span_h)
        self._day = _shape(counted / 7, SHAPE_H[1] / span_h)

    def weight(self, hour: int) -> float:
        """Return how many times the usual comes in ``hour`` (since the epoch)."""
        digits, day = self._digits, (hour // 24 + 3) % 7
        more, scale = self._hour
        more_day, scale_day = self._day
        return (
            (digits[HOURS + hour % 24] + more)
            * scale
            * (64 * digits[DAYS_HIGH + day] + digits[DAYS_LOW + day] + more_day)
            * scale_day
        )

    def week(self) -> list[float]:
        """Return what :meth:`weight` does of all hours of a week, from Monday's first on."""
        more, scale = self._hour
        more_day, scale_day = self._day
        hours = [(count + more) * scale for count in self._digits[HOURS:DAYS_HIGH]]
        days = zip(self._digits[DAYS_HIGH:DAYS_LOW], self._digits[DAYS_LOW:SLOT], strict=True)
        return [hour * (64 * high + low + more_day) * scale_day for high, low in days for hour in hours]

    def due(self, price_s: float, most_s: float) -> tuple[float, float]:
        """Return in how many seconds a look is worth ``price_s``, ``most_s`` if it is not before.

        And how much then comes, the usual being 1.
        """
        begin, end_all = self.now, self.now + int(most_s)
        left_share = self._left()
        slots = self._digits[SLOT:ENDED] if self._digits[BY_CLOCK] else b""
        more, scale = _shape(sum(slots) / SLOTS, SHAPE_H[2] / self._span_h)
        hour_end = stage_end = begin
        stage = bisect_right(AGES_S, begin - self.last)
        waiting = waited = rate = here = weight = 0.0
        while begin < end_all:
            if begin >= hour_end:
                weight = self.weight(begin // 3600) * left_share
                hour_end = begin - begin % 3600 + 3600
            if begin >= stage_end:
                rate = self._rate(stage)
                stage_end = self.last + AGES_S[stage] if stage < len(AGES_S) else _NEVER
                stage += 1
            here = rate * weight
            end = min(hour_end, stage_end)
            if slots:
                slot = begin % 3600 // SLOT_S
                here *= (slots[slot] + more) * scale
                end = min(end, _run_end(slots, slot, begin))
            long = end - begin
            grown = waited + long * (waiting + here * long / 2)
            if grown >= price_s:
                into_s = (sqrt(waiting * waiting + 2 * here * (price_s - waited)) - waiting) / here
                return min(begin - self.now + into_s, most_s), here / self.usual
            waited = grown
            waiting += here * long
            begin = end
        return most_s, here / self.usual

    def _rate(self, stage: int) -> float:
        """Return the moments a second to expect in a stage of the silence, at hours of weight 1."""
        digits, at = self._digits, SPENT + 3 * stage
        spent_s = 60 * (digits[at] << 12 | digits[at + 1] << 6 | digits[at + 2])
        return (digits[ENDED + stage] + STAGE_PRIOR) / (spent_s + STAGE_PRIOR / self.usual)

    def _left(self) -> float:
        """Return the share that is left of what is expected, after a silence that is unheard of."""
        longest_s = max(number(self._digits, LONGEST, 2), SILENT_H) * 7200
        silence_s = self.now - self.last
        return (longest_s / silence_s) ** 2 if silence_s > longest_s else 1.0


def _shape(mean: float, unseen: float) -> tuple[float, float]:
    """Return what to add to the count of a part, and by what to multiply the sum for a weight around 1.

    ``unseen`` is how much of the counts' ``mean`` is added, since they are of a short time.
    """
    more = SHAPE_PRIOR + mean * unseen
    return more, 1 / (mean + more)


def _run_end(slots: bytes, slot: int, moment: int) -> int:
    """Return when the run of slots that count the same as ``slot``, in which ``moment`` is, ends."""
    after = len(slots[slot:].lstrip(slots[slot : slot + 1]))
    return moment - moment % 3600 + (SLOTS - after) * SLOT_S

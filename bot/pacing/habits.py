"""A feed's rhythm in the words of people: in which hours, at which minute. For whoever asks why."""

from dataclasses import dataclass

from bot.pacing.rhythm import SLOT_S, digits_of, unpack

ENOUGH = 10
"""Moments from which on a habit is told."""

MOST_OF = 0.8
"""The share of moments that "mostly" is."""

LONGEST_H = 14
"""Hours of the day that are no habit when they are more."""


@dataclass(frozen=True, slots=True)
class Habits:
    """When a feed mostly publishes; what is not known, or is no habit, is None."""

    hours: tuple[int, int] | None = None
    """From which hour until which (both 0 to 23, UTC); the second may be the next day's."""
    minute: int | None = None
    """About which minute of the hour."""


def habits_of(rhythm: str) -> Habits:
    """Return what :attr:`bot.items.Feed.rhythm` tells; nothing for what is no rhythm."""
    digits = digits_of(rhythm)
    if digits is None:
        return Habits()
    known = unpack(digits)
    counted, hours = sum(known.hours), None
    if counted >= ENOUGH:
        long, first = min(
            (long, first)
            for first in range(24)
            for long in range(1, 25)
            if sum(known.hours[(first + one) % 24] for one in range(long)) >= MOST_OF * counted
        )
        hours = (first, (first + long) % 24) if long <= LONGEST_H else None
    most = max(known.slots)
    by_clock = known.by_clock and most >= MOST_OF / 2 * sum(known.slots)
    return Habits(hours, known.slots.index(most) * SLOT_S // 60 if by_clock else None)

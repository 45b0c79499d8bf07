"""What a feed asks of whoever looks at it, as it is stored, and how far that is granted.

In writing: ``ttl=3600 hours=00000f days=60``, the last two bits for hours (UTC) and days of the
week in hexadecimal, each left out where the feed asks nothing of the kind.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from bot.items import Document
from bot.pacing.rhythm import weekday

GRANTED_S = 600
"""A wait that is asked for is granted up to this, whatever the feed's rhythm …"""

GRANTED_TIMES = 4
"""… or up to so many times the wait that its rhythm suggests …"""

GRANTED_MOST_S = 3600
"""… and never beyond this: generators write days, and an hour into feeds that publish each minute."""

SKIPPED_S = 6 * 3600
"""The longest wait for the end of hours and days to skip: some feeds name all of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a feed asks: a pause between looks, and when not to be looked at, a bit for each hour and day."""

    ttl_s: int = 0
    hours: int = 0
    days: int = 0


NOTHING = Asked()


def dates_of(document: Document) -> list[int]:
    """Return when the items of ``document`` were published, in epoch ms, as far as it says."""
    return [int(item.published.timestamp() * 1000) for item in document.items if item.published]


def asked_of(document: Document) -> str:
    """Return what ``document`` asks of whoever looks at it, for :attr:`bot.items.Feed.asked`."""
    hours, days = _bits(document.skip_hours, 24), _bits(document.skip_days, 7)
    asked = (
        f"ttl={document.ttl_s}" if document.ttl_s else "",
        f"hours={hours:x}" if hours else "",
        f"days={days:x}" if days else "",
    )
    return " ".join(filter(None, asked))


@lru_cache(maxsize=256)
def read_asked(written: str) -> Asked:
    """Return what :func:`asked_of` wrote; what is not its writing asks nothing."""
    if not written:
        return NOTHING
    found = {"ttl": 0, "hours": 0, "days": 0}
    for one in written[:100].split():
        name, _, value = one.partition("=")
        if name in found and value.isascii() and value.isalnum():
            with suppress(ValueError):
                found[name] = int(value, 10 if name == "ttl" else 16)
    return Asked(found["ttl"], found["hours"] & 0xFFFFFF, found["days"] & 0x7F)


def granted_s(asked_s: int, wait_s: float) -> float:
    """Return how much of a pause is granted to a feed whose rhythm suggests ``wait_s``."""
    return min(asked_s, max(GRANTED_S, min(wait_s * GRANTED_TIMES, GRANTED_MOST_S)))


def skipped_s(asked: Asked, moment: float) -> float:
    """Return how long after ``moment`` (epoch seconds) the hours and days to skip last, at most SKIPPED_S."""
    if not asked.hours and not asked.days:
        return 0.0
    end = moment
    while end - moment < SKIPPED_S:
        hour = int(end // 3600)
        if not (asked.hours >> hour % 24 & 1 or asked.days >> weekday(hour) & 1):
            break
        end = (hour + 1) * 3600
    return min(end - moment, SKIPPED_S)


def _bits(numbers: tuple[int, ...], count: int) -> int:
    return sum(1 << number for number in set(numbers) if 0 <= number < count)

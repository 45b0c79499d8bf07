"""What is known of when a feed publishes, and how that is written down.

A rhythm counts the moments at which a feed had something new: by hour of the day, by day of the
week, by minute of the hour, and by how long ago the one before was. All times are UTC. Counts are
halved when they grow too large or too old, so that what was long ago fades.

In writing a rhythm is a version and 108 digits of base 64, each a character from "0" to "o":

    1 · newest 6 · last 6 · since_h 4 · longest_h 2 · doubt 1 · by_clock 1 · hours 24 ·
    days 7 high and 7 low · slots 30 · ended 5 · spent_min 5 of 3

A look that brought nothing new reads the few digits it needs. Any string is read, and one that is
no rhythm as none: whatever stands there, numbers stay within what their digits can hold.
"""

from dataclasses import dataclass, field

AGES_S = (240, 960, 3840, 15_360)
"""Ages of the last moment at which the chance of another one changes: 4, 16, 64 and 256 minutes."""

STAGES = len(AGES_S) + 1

SLOTS = 30
"""Parts of the hour that are told apart: what publishes by the clock does so in the same two minutes."""

SLOT_S = 3600 // SLOTS

VERSION = "1"
LENGTH = 109

# Where digits begin.
NEWEST, LAST, SINCE, LONGEST, DOUBT, BY_CLOCK = 1, 7, 13, 17, 19, 20
HOURS, DAYS_HIGH, DAYS_LOW, SLOT, ENDED, SPENT = 21, 45, 52, 59, 89, 94

_VALUES = bytes(max(0, code - 48) & 63 for code in range(256))
_DIGITS = bytes(48 + value % 64 for value in range(256))
_DIGIT_MOST = 63
_DAY_MOST = 64**2 - 1
_SPENT_MOST = 64**3 - 1

CLOCK_MOMENTS = 8
CLOCK_SHARE = 0.4
"""So many moments, such a share of them in three slots of the hour (a tenth, by chance): by the clock."""


@dataclass(slots=True)
class Rhythm:
    """Moments of a feed, counted; times are epoch seconds, or hours where the name says so."""

    newest: int = 0
    """The newest publication time that was counted."""
    last: int = 0
    """The last moment at which there was something new."""
    since_h: int = 0
    """From when on the days' counts are: later than the truth where they were halved."""
    longest_h: int = 0
    """The longest that the feed has been silent between two moments, in hours."""
    doubt: int = 0
    """How much speaks for it that what looks new is not: see :mod:`bot.pacing.learning`."""
    hours: list[int] = field(default_factory=lambda: [0] * 24)
    days: list[int] = field(default_factory=lambda: [0] * 7)
    slots: list[int] = field(default_factory=lambda: [0] * SLOTS)
    ended: list[int] = field(default_factory=lambda: [0] * STAGES)
    """How many silences ended in each stage of age: below the first of AGES_S, …, beyond the last."""
    spent_min: list[int] = field(default_factory=lambda: [0] * STAGES)
    """Minutes that silences lasted in each stage, an hour in which much comes weighing more."""

    @property
    def by_clock(self) -> bool:
        """Whether the feed publishes at certain minutes of the hour."""
        counted = sum(self.slots)
        return counted >= CLOCK_MOMENTS and sum(sorted(self.slots)[-3:]) >= CLOCK_SHARE * counted

    def count(self, moment: int) -> None:
        """Count a moment by the clock and the calendar."""
        hour = moment // 3600
        _add(self.hours, hour % 24, _DIGIT_MOST)
        _add(self.slots, moment % 3600 // SLOT_S, _DIGIT_MOST)
        self.days[weekday(hour)] += 1
        if self.days[weekday(hour)] > _DAY_MOST:
            self._halve_days(hour)

    def end(self, stage: int, spent_min: float) -> None:
        """Count a silence that ended in ``stage``."""
        self.ended[stage] += 1
        self.spend(stage, spent_min)
        if self.ended[stage] > _DIGIT_MOST:
            self._halve_stage(stage)

    def spend(self, stage: int, spent_min: float) -> None:
        """Count time that a silence lasted in ``stage``."""
        self.spent_min[stage] += round(spent_min)
        while self.spent_min[stage] > _SPENT_MOST:
            self._halve_stage(stage)

    def fade(self, hour: int) -> None:
        """Let everything count half of what it did, ``hour`` being the present one."""
        self._halve_days(hour)
        self.hours[:] = [count // 2 for count in self.hours]
        self.slots[:] = [count // 2 for count in self.slots]
        for stage in range(len(self.ended)):
            self._halve_stage(stage)
        self.longest_h -= self.longest_h // 4

    def _halve_days(self, hour: int) -> None:
        self.days[:] = [count // 2 for count in self.days]
        self.since_h = hour - (hour - self.since_h) // 2

    def _halve_stage(self, stage: int) -> None:
        self.ended[stage] //= 2
        self.spent_min[stage] //= 2


def weekday(hour: int) -> int:
    """Return the day of the week (0: Monday) of an hour since the epoch, which was on a Thursday."""
    return (hour // 24 + 3) % 7


def digits_of(written: str) -> bytes | None:
    """Return the digits of a rhythm in writing, each as a number below 64; ``None`` of what is none."""
    if len(written) != LENGTH or written[0] != VERSION or not written.isascii():
        return None
    return written.encode().translate(_VALUES)


def number(digits: bytes, place: int, places: int) -> int:
    """Return the number that ``places`` digits from ``place`` on are, the highest first."""
    value = 0
    for digit in digits[place : place + places]:
        value = value << 6 | digit
    return value


def unpack(digits: bytes) -> Rhythm:
    """Return the rhythm of these digits."""
    high, low = digits[DAYS_HIGH:DAYS_LOW], digits[DAYS_LOW:SLOT]
    return Rhythm(
        number(digits, NEWEST, 6),
        number(digits, LAST, 6),
        number(digits, SINCE, 4),
        number(digits, LONGEST, 2),
        digits[DOUBT],
        list(digits[HOURS:DAYS_HIGH]),
        [64 * more + less for more, less in zip(high, low, strict=True)],
        list(digits[SLOT:ENDED]),
        list(digits[ENDED:SPENT]),
        [number(digits, SPENT + 3 * stage, 3) for stage in range(STAGES)],
    )


def pack(rhythm: Rhythm) -> bytes:
    """Return the digits of ``rhythm``; numbers too large for theirs become the largest."""
    return b"".join(
        (
            b"\1",
            _places(rhythm.newest, 6),
            _places(rhythm.last, 6),
            _places(rhythm.since_h, 4),
            _places(rhythm.longest_h, 2),
            bytes((rhythm.doubt, rhythm.by_clock)),
            bytes(rhythm.hours),
            bytes(count >> 6 for count in rhythm.days),
            bytes(count & 63 for count in rhythm.days),
            bytes(rhythm.slots),
            bytes(rhythm.ended),
            *(_places(minutes, 3) for minutes in rhythm.spent_min),
        )
    )


def write(digits: bytes) -> str:
    """Return digits in writing, for :attr:`bot.items.Feed.rhythm`."""
    return digits.translate(_DIGITS).decode()


def _add(counts: list[int], place: int, most: int) -> None:
    counts[place] += 1
    if counts[place] > most:
        counts[:] = [count // 2 for count in counts]


def _places(value: int, places: int) -> bytes:
    value = min(max(value, 0), (1 << 6 * places) - 1)
    return bytes([value >> shift & 63 for shift in range(6 * places - 6, -1, -6)])

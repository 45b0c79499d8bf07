"""Times as feeds write them: RFC 822, ISO 8601, and what people make of both; durations too. Pure.

Nothing is guessed that is not there: no year or an ambiguous order of day and month is no time
at all (``None``), which is better than a wrong one. A time without a zone is taken as UTC.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from bot.parse.calendar_words import MONTHS, ZONES, key

EARLIEST = 1971
"""Publishing software writes 1970 or the year 1 for "no date"."""

LATEST = 2100

_PLAIN_ISO = re.compile(
    r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)", re.ASCII
)
_PLAIN_RFC = re.compile(
    r"""(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ ])?
        (\d\d?)[ ](Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ ]((?:19|20)\d\d)[ ]
        ([01]\d|2[0-3]):([0-5]\d):([0-5]\d)[ ](?:GMT|UTC|([+-])(0\d|1[0-4])([0-5]\d))""",
    re.VERBOSE | re.ASCII,
)
"""What most feeds write, to the letter; all else takes ten times as long."""

_ISO = re.compile(
    r"""(?P<year>\d{4})
        (?: [-/.](?P<month>\d{1,2}) (?: [-/.](?P<day>\d{1,2}) )? | (?P<month2>\d\d)(?P<day2>\d\d) )
        (?: (?:\s*[T,]\s*|\s+|(?<=\d{8})) (?P<time>.*) )?""",
    re.VERBOSE | re.IGNORECASE,
)
_SHORT_YEAR_FIRST = re.compile(
    r"(?P<year>\d\d)[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?:\s+(?P<time>.*))?"
)
_YEAR_LAST = re.compile(
    r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})[-/.](?P<year>\d{4})(?:[,\s]+(?P<time>.*))?"
)
_CJK = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일号]?(?P<time>.*)"
)
_CLOCK = re.compile(
    r"""(?<!\d)(?P<hour>\d{1,2}) \s*[:h時时시点]\s* (?P<minute>\d{1,2})
        (?: \s*[:分분]\s* (?P<second>\d{1,2}) )?
        (?: [.,](?P<fraction>\d+) )?""",
    re.VERBOSE | re.IGNORECASE,
)
_COMPACT_CLOCK = re.compile(
    r"T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,](?P<fraction>\d+))?(?=Z|[+-]|\s|$)"
)
_OFFSET = re.compile(
    r"(?<![\d-])(?:GMT|UTC|UT)?\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?(?!\d)",
    re.IGNORECASE,
)
_ZONE = re.compile(r"(?<![^\W\d_])([A-Za-z]{1,5})(?![^\W\d_])")
_HALF = re.compile(
    r"(?<![^\W\d_])([ap])\.?m(?![^\W\d_])|(上午|오전|午前)|(下午|오후|午後|晚上)", re.IGNORECASE
)
_WEEKDAY = re.compile(r"^[^\W\d_]+\.?,?\s+(?=\d+[-/.]\d+[-/.]\d)")
_WORD = re.compile(r"[^\s\d.,:;/()+-]+")
_NUMBER = re.compile(r"(?<![\d:.])\d{1,4}(?![\d:])")

_DURATION = re.compile(
    r"\s*(?:(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,4}):)?(?P<seconds>\d{1,6})(?:\.\d*)?\s*", re.ASCII
)
LONGEST_S = 7 * 86400
"""Nothing that comes with an item plays for longer than a week."""


def duration(value: object) -> int | None:
    """Return the seconds that ``value`` (``1:02:03``, ``62:03``, ``3723``) says; None for no time."""
    found = _DURATION.fullmatch(str(value)[:40]) if isinstance(value, str | int | float) else None
    if found is None:
        return None
    hours, minutes, seconds = (int(found[name] or 0) for name in ("hours", "minutes", "seconds"))
    total = hours * 3600 + minutes * 60 + seconds
    return total if 0 < total <= LONGEST_S else None


def read_date(value: object) -> datetime | None:
    """Return the time that ``value`` names, in UTC, or None if none can be read from it.

    ``value`` is text as found in a feed, or epoch seconds or milliseconds.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return _from_epoch(value)
    return _plausible(_plain(value) or _written(value)) if len(value) <= 200 else None


def _written(value: str) -> datetime | None:
    text = " ".join(unicodedata.normalize("NFKC", value).split())
    if re.fullmatch(r"\d{9,14}(\.\d+)?", text) and not re.fullmatch(r"(19|20)\d{12}", text):
        return _from_epoch(float(text))
    try:
        return _read(text)
    except (ValueError, OverflowError):
        return None


def _plain(text: str) -> datetime | None:
    """Read the two commonest forms, as all the rest of this module would; None for other texts."""
    try:
        if text[:1].isdigit() and _PLAIN_ISO.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
        if found := _PLAIN_RFC.fullmatch(text):
            day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
            moment = datetime(
                int(year), MONTHS[month.lower()], int(day), int(hour), int(minute), int(second), tzinfo=UTC
            )
            if not sign:
                return moment
            ahead = timedelta(hours=int(hours), minutes=int(minutes))
            return moment + ahead if sign == "-" else moment - ahead
    except ValueError:
        pass  # a day or an hour that does not exist
    return None


def _read(text: str) -> datetime | None:
    text = _WEEKDAY.sub("", text)
    if found := _ISO.match(text):
        month, day = found["month"] or found["month2"], found["day"] or found["day2"]
        return _made(int(found["year"]), int(month), int(day or 1), found["time"] or "")
    if found := _CJK.search(text):
        return _made(int(found["year"]), int(found["month"]), int(found["day"]), found["time"])
    if found := _YEAR_LAST.match(text):
        return _year_last(found)
    if found := _SHORT_YEAR_FIRST.match(text):
        year, month, day = (int(found[name]) for name in ("year", "month", "day"))
        # 18/01/30 can only begin with its year; 01/02/03 can be anything.
        return _made(2000 + year, month, day, found["time"] or "") if day > 12 or year > 31 else None
    return _by_words(text)


def _year_last(found: re.Match[str]) -> datetime | None:
    """Read ``31/12/2020`` and ``12/31/2020``; with dots, as in German, the day comes first."""
    one, two = int(found["one"]), int(found["two"])
    if found["mark"] == "." or one > 12 or one == two:
        day, month = one, two
    elif two > 12:
        day, month = two, one
    else:
        return None
    return _made(int(found["year"]), month, day, found["time"] or "")


def _by_words(text: str) -> datetime | None:
    """Read a date whose month is a word: ``Thu, 27 Feb 2025 16:19:43 GMT`` in any order and tongue."""
    month = next((MONTHS[name] for name in map(key, _WORD.findall(_spell(text))) if name in MONTHS), None)
    if month is None:
        return None
    clock = _CLOCK.search(text)
    rest = f"{text[: clock.start()]} {_OFFSET.sub(' ', text[clock.end() :])}" if clock else text
    numbers = _NUMBER.findall(rest)
    year = next((word for word in numbers if len(word) == 4), None)
    if year is None and len(numbers) >= 2:
        year = numbers[1]
    if year is None:
        return None
    numbers.remove(year)
    day = int(next((word for word in numbers if len(word) <= 2), "1"))
    after = text[clock.start() :] if clock else ""
    return _made(_full(int(year), len(year)), month, day, after)


def _full(year: int, digits: int) -> int:
    """Complete a year of two digits as RFC 2822 does."""
    return year if digits > 2 else year + (2000 if year < 50 else 1900)


def _spell(text: str) -> str:
    """Join abbreviations with inner dots, as Thai months have them."""
    return re.sub(r"(?<=[\u0e00-\u0e7f])\.(?=[\u0e00-\u0e7f])", "", text)


def _made(year: int, month: int, day: int, time: str) -> datetime:
    """Return the moment; ``time`` is what follows the date: clock, half of the day, zone.

    Raises:
        ValueError, OverflowError: there is no such moment.
    """
    moment = datetime(year, month, day, tzinfo=UTC)
    clock = _CLOCK.search(time) or _COMPACT_CLOCK.match(time)
    if clock is None:
        return moment
    hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
    half = _HALF.search(time)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half[3] or (half[1] or "").lower() == "p" else 0)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(f"no such time of day: {hour}:{minute}:{second}")
    micro = int((clock["fraction"] or "0")[:6].ljust(6, "0"))
    length = timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micro)
    return moment + length - _offset(time[clock.end() :])


def _offset(text: str) -> timedelta:
    """Return how far the zone that ``text`` names is ahead of UTC; zero if it names none."""
    if found := _OFFSET.search(text):
        hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
        if hours <= 15 and minutes < 60:
            return timedelta(hours=hours, minutes=minutes) * (1 if found["sign"] == "+" else -1)
    for word in _ZONE.findall(text):
        if (ahead := ZONES.get(word.upper())) is not None:
            return timedelta(hours=ahead)
    return timedelta()


def _from_epoch(value: float) -> datetime | None:
    """Read epoch seconds, or milliseconds where seconds would lie beyond the year 5000."""
    try:
        seconds = value / 1000 if abs(value) > 100_000_000_000 else value
        return _plausible(datetime.fromtimestamp(float(seconds), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _plausible(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and EARLIEST <= moment.year < LATEST else None

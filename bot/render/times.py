"""The time of an item as the chat's language writes it: order, names of months, 12 or 24 hours.

Babel takes 0.1 ms for each; all that was asked before is remembered.
"""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time, get_datetime_format

from bot.render.characters import one_line

PLAIN = "en_GB"
"""English without a country, and in the place of languages that nobody knows: 27 Feb 2025, 16:19."""


def moment(when: datetime, zone: ZoneInfo, language: str, beside_ms: int = 0) -> str:
    """Return ``when`` as calendars and clocks in ``zone`` show it, written in ``language``.

    A year that ``beside_ms`` (epoch milliseconds) has too goes without saying. UTC, which few live
    by, is named.
    """
    local = _local(when, zone)
    is_same_year = datetime.fromtimestamp(beside_ms // 1000, zone).year == local.year
    day = _day(local.date(), language, with_year=not is_same_year)
    clock = _clock(local.hour, local.minute, language)
    return _together(day, f"{clock} UTC" if zone.key == "UTC" else clock, language)


def _local(when: datetime, zone: ZoneInfo) -> datetime:
    try:
        return when.astimezone(zone)
    except (OverflowError, ValueError):
        return when


@lru_cache(maxsize=4096)
def _day(day: date, language: str, *, with_year: bool) -> str:
    return one_line(format_skeleton("yMMMd" if with_year else "MMMd", day, locale=_locale(language)))


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, language: str) -> str:
    return one_line(format_time(time(hour, minute), "short", locale=_locale(language)))


@lru_cache(maxsize=256)
def _pattern(language: str) -> str:
    return one_line(str(get_datetime_format("medium", _locale(language))))


def _together(day: str, clock: str, language: str) -> str:
    return _pattern(language).replace("{1}", day).replace("{0}", clock)


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    """Return the locale for a tag such as ``zh-hans``; of one that is not known, that of its language."""
    words = language.replace("_", "-").split("-")
    for tag in ("-".join(words), words[0]):
        if tag.lower() == "en":
            break
        try:
            return Locale.parse(tag, sep="-")
        except (ValueError, TypeError, UnknownLocaleError):
            continue
    return Locale.parse(PLAIN)

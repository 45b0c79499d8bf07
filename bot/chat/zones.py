"""Time zones as people name them: in full, by a city, by what a clock is ahead of UTC."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bot.rules import fold

WORD_LIMIT = 60
"""Letters in which a zone is looked for; the longest name has 32."""

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-−])\s*(\d{1,2})(?::?([0-5]\d))?")
_FIXED = re.compile(r"Etc/GMT([+-])(\d{1,2})")
_CLOSE = 0.72
"""How alike a name must be to be meant: one slip in five letters, and no other city of that length."""

_CITIES: Mapping[str, str] = {
    "beijing": "Asia/Shanghai", "peking": "Asia/Shanghai", "shenzhen": "Asia/Shanghai",
    "china": "Asia/Shanghai", "北京": "Asia/Shanghai", "上海": "Asia/Shanghai", "广州": "Asia/Shanghai",
    "深圳": "Asia/Shanghai", "中国": "Asia/Shanghai", "香港": "Asia/Hong_Kong", "澳门": "Asia/Macau",
    "台北": "Asia/Taipei", "臺北": "Asia/Taipei", "新加坡": "Asia/Singapore", "东京": "Asia/Tokyo",
    "東京": "Asia/Tokyo", "首尔": "Asia/Seoul", "伦敦": "Europe/London", "纽约": "America/New_York",
    "洛杉矶": "America/Los_Angeles", "旧金山": "America/Los_Angeles", "西雅图": "America/Los_Angeles",
    "温哥华": "America/Vancouver", "多伦多": "America/Toronto", "柏林": "Europe/Berlin",
    "巴黎": "Europe/Paris", "罗马": "Europe/Rome", "马德里": "Europe/Madrid", "莫斯科": "Europe/Moscow",
    "悉尼": "Australia/Sydney", "墨尔本": "Australia/Melbourne", "曼谷": "Asia/Bangkok",
    "吉隆坡": "Asia/Kuala_Lumpur", "迪拜": "Asia/Dubai", "delhi": "Asia/Kolkata", "new delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "india": "Asia/Kolkata",
    "munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "germany": "Europe/Berlin",
    "geneva": "Europe/Zurich", "milan": "Europe/Rome", "barcelona": "Europe/Madrid", "kyiv": "Europe/Kyiv",
    "saint petersburg": "Europe/Moscow", "москва": "Europe/Moscow", "киев": "Europe/Kyiv",
    "київ": "Europe/Kyiv", "san francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles",
    "washington": "America/New_York", "boston": "America/New_York", "miami": "America/New_York",
    "rio de janeiro": "America/Sao_Paulo", "utc": "UTC", "gmt": "UTC", "greenwich": "UTC",
}  # fmt: skip
"""Large cities after which no zone is called, and names in other scripts."""

_BETWEEN: Mapping[int, str] = {
    -570: "Pacific/Marquesas", -210: "America/St_Johns", 210: "Asia/Tehran", 270: "Asia/Kabul",
    330: "Asia/Kolkata", 345: "Asia/Kathmandu", 390: "Asia/Yangon", 525: "Australia/Eucla",
    570: "Australia/Darwin", 630: "Australia/Lord_Howe", 765: "Pacific/Chatham",
}  # fmt: skip
"""Minutes ahead of UTC that are no whole hours, for which there are no zones but those of places."""

_NEAR: Mapping[str, tuple[str, ...]] = {
    "ar": ("Africa/Cairo", "Asia/Riyadh", "Asia/Dubai", "Africa/Casablanca"),
    "de": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "en": ("Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles", "Australia/Sydney"),
    "es": ("Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires"),
    "fa": ("Asia/Tehran", "Asia/Kabul"),
    "fr": ("Europe/Paris", "Europe/Brussels", "Africa/Algiers", "America/Toronto"),
    "hi": ("Asia/Kolkata",),
    "id": ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"),
    "it": ("Europe/Rome",),
    "ja": ("Asia/Tokyo",),
    "ko": ("Asia/Seoul",),
    "nl": ("Europe/Amsterdam", "Europe/Brussels"),
    "pl": ("Europe/Warsaw",),
    "pt": ("America/Sao_Paulo", "Europe/Lisbon", "America/Manaus"),
    "ru": ("Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok"),
    "tr": ("Europe/Istanbul",),
    "uk": ("Europe/Kyiv",),
    "vi": ("Asia/Ho_Chi_Minh",),
    "zh": ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore"),
}
"""Where most of those live who speak a language; by primary subtag."""


_CONTINENTS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
    "Pacific/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unknown:
    """No zone is called so; ``close`` are names that may have been meant."""

    close: tuple[str, ...] = ()


def find(words: str) -> str | Unknown:
    """Return the name of the zone that ``words`` mean."""
    wanted = fold(words).replace("_", " ").strip()
    if len(wanted) > WORD_LIMIT:
        return Unknown()
    if offset := _OFFSET.fullmatch(wanted):
        return _fixed(offset)
    known = _known()
    if found := known.get(wanted):
        return found
    alike = [
        one for one in known if one[:1] == wanted[:1]
    ]  # all would take 20 ms, and this is the event loop
    close = difflib.get_close_matches(wanted, alike, 5, _CLOSE)
    return Unknown(tuple(dict.fromkeys(known[one] for one in close))[:3])


def near(language: str) -> tuple[str, ...]:
    """Return the zones to offer to whoever speaks ``language``, an IETF tag; UTC is always among them."""
    primary = language.replace("_", "-").partition("-")[0].lower()
    return (*_NEAR.get(primary, _NEAR["en"]), "UTC")


def city(zone: str) -> str:
    """Return the part of a zone's name by which people know it."""
    return zone.rpartition("/")[2].replace("_", " ")


def called(zone: str) -> str:
    """Return a zone's name, or how far it is ahead of UTC where that is all it says."""
    found = _FIXED.fullmatch(zone)
    return f"UTC{'-' if found[1] == '+' else '+'}{found[2]}" if found else zone


def _fixed(offset: re.Match[str]) -> str | Unknown:
    """Return the zone that is always so far ahead of UTC; its name counts the other way round."""
    ahead, hours, minutes = offset[1] == "+", int(offset[2]), int(offset[3] or 0)
    if minutes:
        between = _BETWEEN.get((60 * hours + minutes) * (1 if ahead else -1))
        return Unknown((between,) if between else ())
    if not hours:
        return "UTC"
    name = f"Etc/GMT{'-' if ahead else '+'}{hours}"
    return name if name in _names() else Unknown()


@cache
def _names() -> frozenset[str]:
    """Return the names of all zones."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {"Factory"}  # which means that nobody has set one


@cache
def _known() -> dict[str, str]:
    """Return every zone by its name and by its city's, in lower case and with spaces."""
    return dict(_called())


def _called() -> Iterator[tuple[str, str]]:
    """Yield what zones are called: what comes later goes before, so full names and places of their own."""
    places = [one for one in sorted(_names(), reverse=True) if one.startswith(_CONTINENTS)]
    for name in sorted(places, key=lambda one: -one.count("/")):
        yield city(name).lower(), name
    yield from _CITIES.items()
    for name in _names():
        yield name.replace("_", " ").lower(), name

"""What the head of an answer says: how it went, when to come back, what to send next time. Pure.

Headers are foreign bytes: whatever is not as the standards have it is left out, never an error.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from bot.fetch.address import normalise
from bot.fetch.answer import Failure

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})

LONGEST_WAIT_S = 7 * 86400
"""A server that asks us to stay away for longer is asked again after this."""

LONGEST_AGE_S = 365 * 86400
"""The most that caching headers mean anything by (RFC 9111 sees a year as "for ever")."""

_LONGEST_VALIDATOR = 1024
_VALIDATOR = re.compile(r"[\x20-\x7e]+")
_DIGITS = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
_LENGTH = re.compile(r"\d{1,15}", re.ASCII)
_OF = re.compile(r"/(\d{1,15})$", re.ASCII)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE | re.ASCII)
_LINK = re.compile(r'<([^<>]*)>((?:[^,"]|"[^"]*")*)')
_RELATION = re.compile(r'(?:^|[;\s])rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_TYPE = re.compile(r'(?:^|[;\s])type\s*=\s*"?([\w.+/-]{1,40})', re.IGNORECASE | re.ASCII)
_RELATIONS = frozenset({"hub", "self", "alternate"})
_MOST_LINKS = 8
_LONGEST_LINKS = 16 * 1024
"""Characters of links that are looked through, of the megabytes that a head may have."""

FEED_TYPES = {
    "application/rss+xml": "rss",
    "application/x-rss+xml": "rss",
    "text/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/x-atom+xml": "atom",
    "text/atom+xml": "atom",
    "application/rdf+xml": "rdf",
    "text/rdf+xml": "rdf",
    "application/feed+json": "json",
}
"""The types by which a page names a feed, and which kind of feed that is."""

_FAILURES = {
    401: Failure.LOGIN,
    402: Failure.DENIED,
    403: Failure.FORBIDDEN,
    404: Failure.MISSING,
    407: Failure.LOGIN,
    408: Failure.TOO_SLOW,
    410: Failure.GONE,
    429: Failure.BUSY,
    451: Failure.WITHHELD,
    503: Failure.BUSY,
}


def has_document(status: int) -> bool:
    """Tell whether an answer of ``status`` carries the document, whole.

    Not 204 and 205, which have none, nor 206 and 226, which are parts that nobody asked for.
    """
    return 200 <= status < 300 and status not in {204, 205, 206, 226}


def is_beginning(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether an answer carries the part that ``Range: bytes=0-…`` asks for."""
    return status == 206 and headers.get("Content-Range", "").strip().lower().startswith("bytes 0-")


def size(headers: Mapping[str, str]) -> int | None:
    """Return of how many bytes the whole document is, as far as an answer that carries some of it says."""
    if "Content-Range" in headers:
        found = _OF.search(headers["Content-Range"].strip())
        return int(found[1]) if found else None
    told = headers.get("Content-Length", "").strip()
    return int(told) if "Content-Encoding" not in headers and _LENGTH.fullmatch(told) else None


def failure_of(status: int) -> Failure:
    """Return what an answer of ``status``, which brought no document, means."""
    if 500 <= status < 600:
        return _FAILURES.get(status, Failure.SERVER_ERROR)
    return _FAILURES.get(status, Failure.BROKEN)


def validator(value: str) -> str:
    """Return an ETag or a Last-Modified that can be sent back as it came, else ""."""
    value = value.strip()
    return value if len(value) <= _LONGEST_VALIDATOR and _VALIDATOR.fullmatch(value) else ""


def text(value: str) -> str:
    """Return a header value with bytes that are no text replaced, so that it can be stored."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def retry_after_s(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return for how many seconds the server asks us to stay away, if it does."""
    asked = headers.get("Retry-After", "").strip()
    if _DIGITS.fullmatch(asked):
        return math.ceil(min(float(asked), LONGEST_WAIT_S))
    until = _date(asked)
    if until is None:
        return None
    return _bounded((until - (_date(headers.get("Date", "")) or now)).total_seconds(), LONGEST_WAIT_S)


def max_age_s(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return for how many seconds the document says to stay good, if it does."""
    found = _MAX_AGE.search(headers.get("Cache-Control", ""))
    if found:
        return min(int(found[1]), LONGEST_AGE_S)
    if "Expires" not in headers or (expires := _date(headers["Expires"])) is None:
        return None
    return _bounded((expires - (_date(headers.get("Date", "")) or now)).total_seconds(), LONGEST_AGE_S)


def links(values: Iterable[str], url: str) -> tuple[tuple[str, str], ...]:
    """Return (relation, absolute address) of the ``Link`` headers that name a hub or the feed itself.

    Of a page also ``alternate`` of those that name its feeds, last.
    """
    found: dict[tuple[str, str], None] = {}
    for target, parameters in _LINK.findall(", ".join(values)[:_LONGEST_LINKS]):
        relation = _RELATION.search(parameters)
        wanted = (
            _RELATIONS.intersection((relation[1] or relation[2] or "").lower().split()) if relation else ()
        )
        for name in sorted(wanted):
            if name == "alternate" and not _is_of_feed(parameters):
                continue
            try:
                found[name, normalise(urljoin(url, target))] = None
            except ValueError:
                continue
    return tuple(sorted(found, key=lambda one: one[0] == "alternate"))[:_MOST_LINKS]


def _is_of_feed(parameters: str) -> bool:
    kind = _TYPE.search(parameters)
    return kind is not None and kind[1].lower() in FEED_TYPES


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _bounded(seconds: float, most: int) -> int:
    return math.ceil(min(max(seconds, 0.0), float(most)))

"""Documents that take some milliseconds whatever they say, and so may be read where others wait. Pure.

Most parts, as :mod:`bot.parse.prune` cuts them, are such: small, well-formed as they stand, with items, and
with few of what takes time: elements that feedparser may have to hear, and marks at which our own
expressions stop to look. All others are for the workers to read, and to judge.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from lxml import etree

from bot.items import Document
from bot.parse import jsonfeed
from bot.parse.decode import told_text
from bot.parse.feed import Unreadable, read_tree
from bot.parse.mend import ending, may_stand, root_of, trim
from bot.parse.scan import Accepted, scan
from bot.parse.telegram_cut import HISTORY
from bot.parse.unasked import drop_unasked
from bot.parse.verdict import QUICK_BYTES, says_something

MOST_MARKS = 1_000
"""Of :data:`_MARKS` together: up to two microseconds each."""

MOST_ELEMENTS, MOST_ATTRIBUTES = 128, 128
"""Up to sixty microseconds each, and ten."""

MOST_PICTURES = 40
"""Tags of pictures and videos: up to forty microseconds each."""

SHORT, SHORT_VALUE = 200, 1_000
"""Letters of an element that is no text, link or identity, or between elements, and of an attribute:
feedparser takes quadratic time for the names of people."""

MOST_SQUARES = 200_000
"""Of the letters of all such elements together: up to ten nanoseconds each, a name of 200 some 300 µs."""

_LONG = frozenset(
    {
        *("title", "description", "summary", "content", "encoded", "subtitle"),
        *(
            "link",
            "guid",
            "id",
            "comments",
            "commentrss",
            "url",
            "keywords",
            "copyright",
            "rights",
            "full-text",
        ),
    }
)
_ATTRIBUTES = etree.XPath("count(//@*)")
_FIRST = ("<?xml", "<rss", "<feed", "<rdf:RDF")
_MARKS = "<&=,"
"""What begins tags, references, values of attributes, and words of a list."""

_PICTURES = ("<img", "<video", "<source")
_TEXTS = frozenset({"text", "plain", "html", "xhtml", "text/plain", "text/html", "application/xhtml+xml"})
_FILES = frozenset({"{http://search.yahoo.com/mrss/}content", "{http://search.yahoo.com/mrss}content"})
"""Elements that tell the type of a file, and not of what they hold."""


def read_quickly(body: bytes, url: str, content_type: str = "") -> Document | None:
    """Read what :func:`bot.parse.document.read` would, to the same document; None where a worker has to.

    Raises:
        NotAFeed: it is JSON, and no feed.
        Exception: whatever a library raises on odd documents.
    """
    text = told_text(body, content_type) if len(body) <= QUICK_BYTES else None
    if text is None or sum(map(text.count, _MARKS)) > MOST_MARKS:
        return None
    text = text.lstrip("\ufeff\u200b \t\r\n")
    if text.startswith("{"):
        return _read_json(text, url)
    if not text.startswith(_FIRST) or HISTORY in text:
        return None
    return _read_markup(text, root_of(text), url)


def _read_json(text: str, url: str) -> Document | None:
    written = text.lower()
    is_small = text.count("{") <= MOST_ELEMENTS and sum(map(written.count, _PICTURES)) <= MOST_PICTURES
    return jsonfeed.read(text, url) if is_small and "\\u" not in text else None


def _read_markup(text: str, root: int, url: str) -> Document | None:
    if root < 0 or "<!D" in text[:root] or ending(text[root:])[0]:
        return None
    whole = trim(text, root)
    scanned = scan(whole.encode()) if may_stand(whole) else None
    if not isinstance(scanned, Accepted) or not _is_small(scanned):
        return None
    drop_unasked(scanned.root)
    try:
        found = read_tree(scanned, url)
    except Unreadable:
        return None
    return found if any(map(says_something, found.items)) else None


def _is_small(scanned: Accepted) -> bool:
    """Whether a document has little of what takes time, and nothing that might hide some."""
    elements, attributes = scanned.held, cast("float", _ATTRIBUTES(scanned.root))
    if len(elements) > MOST_ELEMENTS or attributes > MOST_ATTRIBUTES:
        return False
    after = sum(len(tail) for one in elements if (tail := one.tail) and not tail.isspace())
    if after > SHORT or not all(map(_is_plain, elements)):
        return False
    texts = [(text, one.tag) for one in elements if (text := one.text)]
    named = [len(text.strip()) for text, tag in texts if len(text) > 20 and not _may_be_long(tag)]
    is_brief = max(named, default=0) <= SHORT and sum(length * length for length in named) <= MOST_SQUARES
    return is_brief and _pictures(text for text, _ in texts) <= MOST_PICTURES


def _pictures(texts: Iterable[str]) -> int:
    text = "".join(text for text in texts if "<" in text).lower()
    return sum(map(text.count, _PICTURES))


def _is_plain(element: etree._Element) -> bool:
    """Whether an element has no attributes that feedparser might take long for, or find something else by."""
    given = element.items()
    return not given or _are_plain(given, element)


@lru_cache(maxsize=1024)
def _may_be_long(tag: object) -> bool:
    return isinstance(tag, str) and tag.rpartition("}")[2].lower() in _LONG


def _are_plain(given: Any, element: etree._Element) -> bool:
    """Whether attributes are short, and none tells of base 64, in which anything may hide."""
    kinds = [value for name, value in given if name.rpartition("}")[2].lower() in ("type", "mode")]
    if any(len(value) > SHORT_VALUE for _, value in given):
        return False
    is_empty = not (len(element) or element.text)
    return is_empty or element.tag in _FILES or all(kind.strip().lower() in _TEXTS for kind in kinds)

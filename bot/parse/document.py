"""What a body is, whatever its sender calls it, and what it says. Pure.

read(body)  ─ decode ─┬─ {…     JSON Feed
                      ├─ <!--…  news document
                      ├─ t.me   the preview of a channel
                      └─ <rss…  scan ─┬─ accepted: shape; fields by us or by feedparser
                                      └─ refused: mend ─ scan ─┬─ accepted: as above
                                                               └─ refused: balance ─ scan ─ …
                                                                  or feedparser, at last item by item
"""

import re
from dataclasses import replace

from bot.errors import NotAFeed
from bot.items import Document
from bot.parse import jsonfeed, newsdoc, telegram_preview
from bot.parse.balance import balance
from bot.parse.decode import to_text
from bot.parse.feed import MAX_ITEMS, Unreadable, read_tree, read_xml
from bot.parse.mend import ending, first_items, may_stand, mend, root_of, trim
from bot.parse.pieces import read_pieces
from bot.parse.scan import ELEMENTS, MOST_ELEMENTS, Accepted, scan
from bot.parse.text import HTML_ELEMENTS, plain
from bot.parse.unasked import drop_unasked
from bot.parse.verdict import Effort, Refused, says_something

_MAGIC = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a picture or a recording"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "compressed data"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"\x7fELF", "a program"),
    (b"SQLite format", "a database"),
)
_FIRST_TAG = re.compile(r"<([A-Za-z][\w.:-]{0,60})")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_RSS_1 = re.compile(r"<(?:[\w.-]{1,30}:)?channel[\s/>]|purl\.org/rss/|netscape\.com/rdf/simple")
"""What tells a feed from other RDF."""

_BLANK = b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_KINDS = {
    "opml": "an OPML list of feeds; import it with /import",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap",
    "svg": "an SVG picture",
    "error": "an XML error message",
}


def read(body: bytes, *, url: str, content_type: str = "") -> Document:
    """Read a feed document of any kind; ``url`` is where it came from, "" for nowhere.

    Not bounded in time or memory: :class:`bot.parse.worker.Parser` is.

    Raises:
        NotAFeed: the body is something else, or nothing; the message says what.
    """
    document = attempt(body, url=url, content_type=content_type, effort=Effort.ALL)
    if isinstance(document, Refused):
        raise NotAFeed(document.reason)  # not reached: Effort.ALL refuses nothing
    return document


def attempt(body: bytes, *, url: str, content_type: str = "", effort: Effort) -> Document | Refused:
    """Read as :func:`read` does, or with less effort return why the document needs more."""
    if not body[:100].strip(_BLANK) and not body.strip(_BLANK):
        raise NotAFeed("the answer is empty")
    for magic, kind in _MAGIC:
        if body.startswith(magic):
            raise NotAFeed(f"this is {kind}, not a feed")
    text = to_text(body, content_type).lstrip("\ufeff\u200b \t\r\n")
    if not text:
        raise NotAFeed("the answer is empty")
    if newsdoc.matches(text):
        return newsdoc.read(text, url)
    if telegram_preview.matches(text, url):
        return telegram_preview.read(text, url)
    if text[0] in "{[":
        return jsonfeed.read(text, url)
    root = root_of(text)
    if root < 0 and text[0] != "<" and _BINARY.search(body[:1000]):
        raise NotAFeed("this is binary data, not a feed")
    if root < 0:
        raise NotAFeed(_verdict(text))
    return _read_markup(text, root, url, effort)


def _read_markup(text: str, root: int, url: str, effort: Effort) -> Document | Refused:
    whole, prolog = first_items(trim(text, root), MAX_ITEMS), text[:root][:20_000]
    most = ELEMENTS if effort is Effort.ACCEPTED_ONLY else MOST_ELEMENTS
    scanned = scan(whole.encode(), most) if may_stand(whole) else Refused("it may not stand as it is")
    if isinstance(scanned, Refused):
        mended = mend(whole, prolog)
        scanned = scan(mended.encode(), most)
    if isinstance(scanned, Refused) and isinstance(
        balanced := scan(balance(mended).encode(), most), Accepted
    ):
        scanned = balanced
    try:
        if isinstance(scanned, Accepted):
            drop_unasked(scanned.root)
            found = read_tree(scanned, url)
        elif effort is Effort.ACCEPTED_ONLY:
            return scanned
        else:
            found = read_xml(mended.encode(), url)
    except Unreadable as error:
        if effort is Effort.ACCEPTED_ONLY:
            return Refused(str(error))
        found = Document(format="rss")
    if not found.items:
        found = read_pieces(mend(whole, prolog), found, url)
    if not any(map(says_something, found.items)) and not _is_feed_root(text, root):
        raise NotAFeed(_verdict(text))
    breaks_off, half = ending(text[root:])
    return replace(found, breaks_off=breaks_off, half=half and bool(found.items)) if breaks_off else found


def _is_feed_root(text: str, root: int) -> bool:
    """Whether the feed's root is the document's own: a page may merely show or hold one."""
    first = _FIRST_TAG.search(text)
    named = _FIRST_TAG.match(text[root : root + 80])
    name = named[1].rpartition(":")[2].lower() if named else ""
    is_whole = name in ("rss", "feed") or (
        name == "rdf" and _RSS_1.search(text[root : root + 20_000]) is not None
    )
    return bool(first and first.start() == root and is_whole)


def _verdict(text: str) -> str:
    """Say in a sentence what ``text``, which is no feed, seems to be."""
    first = _FIRST_TAG.search(text)
    if first is None or not text.startswith("<"):
        start = plain(text[:60], limit=40)
        return f"this is plain text, not a feed; it begins with {start!r}"
    name = first[1].rpartition(":")[2].lower()
    title = _TITLE.search(text[:20_000])
    called = f" ({plain(title[1], limit=60)})" if title else ""
    is_html = name in HTML_ELEMENTS or re.search(r"<!doctype\s+html|<html", text[:2000], re.IGNORECASE)
    if name in _KINDS or is_html:
        return f"this is {_KINDS.get(name, 'an HTML page')}{called}, not a feed"
    return f"this is XML of another kind (<{name}>), not a feed"

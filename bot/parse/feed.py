"""From a feed's XML to a :class:`bot.items.Document`, by way of feedparser. Pure.

feedparser gets clean UTF-8 in a stream (given a path it would open the file), and neither
sanitises nor resolves anything: what it finds is foreign until :mod:`bot.render.markup` read it.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import feedparser
from lxml import etree

from bot.items import Document, Enclosure, Item
from bot.parse.addresses import absolute
from bot.parse.dates import duration, read_date
from bot.parse.events import Ambiguous, tell
from bot.parse.images import Offer, Rank, is_image, merit, number, videos_in_body
from bot.parse.scan import Accepted
from bot.parse.shape import GROUP, shape
from bot.parse.skips import skips_of
from bot.parse.text import as_html, decoded, guid, is_markup, plain

Fields = Mapping[str, Any]
"""What feedparser found in an item or a feed: a plain dictionary, since its own substitutes other fields."""

MAX_ITEMS = 10_000
"""Items read of one document; what comes after them is left out."""

BODY_LIMIT = 500_000
"""Characters kept of one body; a book is not news."""

LONGEST_TYPE = 255
"""Characters kept of a file's type, as many as a registered one may have."""

_LANGUAGE = re.compile(r"(?=.{2,35}\Z)[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_MAIL = re.compile(r"[(<]?(?:mailto:)?[^\s()<>]+@[^\s()<>]+[)>]?|https?://\S+")
_NAMED = re.compile(r"^\s*\(([^()]*)\)\s*$")
_ENDED_VOID = re.compile(
    r"(<(br|hr|img|input|wbr|area|col|embed)(?=[\s/>])[^<>]{0,4000}>)</\2>", re.IGNORECASE
)
"""How feedparser writes empty elements of XHTML; HTML takes ``</br>`` for another break."""

_VOID_END = re.compile("></(?:br|hr|img|input|wbr|area|col|embed)>", re.IGNORECASE)
"""What each of these holds: sought first, in a tenth of the time."""

_TEXT, _HTML = "text/plain", "text/html"
_TEXTS = (_HTML, _TEXT)
_NO_TEXT = re.compile(r"(?:image|audio|video|font)/|application/(?:octet-stream|pdf|zip)", re.IGNORECASE)
_COMMA = re.compile(r"[,;،、，；]")
_MEDIA = ((Rank.MEDIA, "media_content"), (Rank.THUMBNAIL, "media_thumbnail"))
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}


class Unreadable(Exception):
    """feedparser cannot read the document as a whole; perhaps item by item."""


def read_tree(accepted: Accepted, url: str) -> Document:
    """Read a document that the scan has accepted; its tree is changed on the way."""
    shape(accepted)
    skip_hours, skip_days = skips_of(accepted)
    try:
        heard = tell(accepted.root)
    except Ambiguous:
        found = read_xml(etree.tostring(accepted.root, encoding="utf-8"), url)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise Unreadable(f"feedparser fails on it: {error!r:.200}") from error
    else:
        found = _document(heard.feeddata, heard.entries, heard.version, url)
    return replace(found, skip_hours=skip_hours, skip_days=skip_days)


def read_xml(document: bytes, url: str) -> Document:
    """Read ``document`` (UTF-8, any state of health), which came from ``url`` ("" for nowhere).

    Bounded in nothing: call it where it can be killed.

    Raises:
        Unreadable: feedparser raised something; on odd documents that can be anything.
    """
    if not document.startswith(b"<?xml"):
        document = b'<?xml version="1.0" encoding="utf-8"?>\n' + document
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed = feedparser.parse(
            io.BytesIO(document), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise Unreadable(f"feedparser fails on it: {error!r:.200}") from error
    return _document(parsed.feed, parsed.entries, parsed.version, url)


class _Bases(dict[str | None, tuple[str | None, ...]]):
    """What the addresses of items are relative to, the first that is one, by the base that an item names."""

    def __init__(self, *of_feed: str | None) -> None:
        super().__init__()
        self._of_feed = of_feed

    def __missing__(self, own: str | None) -> tuple[str | None, ...]:
        self[own] = found = (absolute(own, *self._of_feed), *self._of_feed)
        return found


def _document(feed: Fields, entries: list[Fields], version: str, url: str) -> Document:
    """Return what feedparser found, in our words."""
    feed = dict(feed)
    links = _list(feed, "links")
    self_link = _rel(links, "self", url)
    link = absolute(feed.get("link"), self_link, url) or _rel(links, "alternate", url)
    bases = _Bases(self_link, link, url)
    title = plain(feed.get("title"), markup=_is_html(feed, "title"))
    language = _language(feed.get("language"))
    form = _format(version)
    shell = Item(source=title, language=language, author=_author(feed) if form == "atom" else "")
    items = tuple(_item(dict(entry), shell, bases) for entry in entries[:MAX_ITEMS])
    return Document(
        format=form,
        title=title,
        link=link,
        description=plain(feed.get("subtitle")),
        language=language,
        items=items,
        self_link=self_link,
        hub=_rel(links, "hub", url),
        ttl_s=_ttl(feed),
    )


def _item(fields: Fields, shell: Item, feed_bases: _Bases) -> Item:
    contents, links = _list(fields, "content"), _list(fields, "links")
    content, summary = _bodies(fields, contents)
    own_base = next((part.get("base") for part in contents if part.get("base")), None)
    details = (fields.get("summary_detail"), fields.get("title_detail"))
    detail = next((one for one in details if one and isinstance(one, dict)), {})  # elements may be named so
    base = own_base or detail.get("base")
    bases = feed_bases[base if isinstance(base, str) else None]
    first = next(filter(None, bases), None)
    published, updated = _times(fields)
    origin = fields.get("source")
    link = _link(fields, links, bases)
    return Item(
        guid=guid(fields.get("id")),
        title=plain(fields.get("title"), markup=_is_html(fields, "title")),
        link=link,
        published=published,
        updated=updated,
        author=_author(fields) or shell.author,
        source=(plain(dict.get(origin, "title")) if isinstance(origin, dict) else "") or shell.source,
        language=_language(fields.get("language")) or _language(detail.get("language")) or shell.language,
        summary_html=summary,
        content_html=content,
        images=merit(_offers(fields, links, bases), content or summary, first),
        enclosures=tuple(_enclosures(fields, links, bases)) or videos_in_body(content or summary, first),
        tags=_tags(fields),
        base=first,
        via=_via(fields, links, link, bases),
    )


def _list(fields: Fields, name: str) -> list[Any]:
    value = fields.get(name)
    if not value or not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]


def _is_html(fields: Fields, name: str) -> bool:
    """Whether a title may hold markup: everywhere but where Atom says that it is text."""
    detail = fields.get(f"{name}_detail")
    return not (isinstance(detail, dict) and detail.get("type") == _TEXT)


def _format(version: str) -> str:
    if version in ("rss090", "rss10"):
        return "rdf"
    return "atom" if version.startswith("atom") else "rss"


def _language(value: object) -> str:
    """Return a language tag such as ``zh-CN``, or "" where the feed names none that is one."""
    if not value or not isinstance(value, str):
        return ""
    tag = value.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _rel(links: list[Any], rel: str, *bases: str | None) -> str | None:
    """Return the first of ``links`` that is of a relation, absolute."""
    for one in links:
        if one.get("rel") == rel and (address := absolute(one.get("href"), *bases)):
            return address
    return None


def _link(fields: Fields, links: list[Any], bases: tuple[str | None, ...]) -> str | None:
    """Return where the item is to be read."""
    link = absolute(fields.get("link"), *bases) or _rel(links, "alternate", *bases)
    return link or _rel(links, "related", *bases) or _rel(links, "via", *bases)


def _via(fields: Fields, links: list[Any], link: str | None, bases: tuple[str | None, ...]) -> str | None:
    """Return another page about the item: where it was found, or a page of its own for its comments."""
    replies = [
        one.get("href")
        for one in links
        if one.get("rel") == "replies" and one.get("type") in (None, "text/html", "application/xhtml+xml")
    ]
    comments = fields.get("comments")
    has_page = isinstance(comments, str) and "/" in comments  # some write how many there are
    for address in (_rel(links, "via", *bases), *replies, comments if has_page else None):
        page = absolute(address, *bases)
        if page and page.partition("#")[0] != (link or "").partition("#")[0]:
            return page
    return None


def _times(fields: Fields) -> tuple[Any, Any]:
    """Return (published, updated); what was only updated was published then."""
    updated = read_date(fields.get("updated"))
    published = read_date(fields.get("published")) or read_date(fields.get("created")) or updated
    return published, updated


def _bodies(fields: Fields, contents: list[Any]) -> tuple[str, str]:
    """Return (content, summary) as HTML: the longest content, and the summary if it is another text."""
    written = [_as_markup(part.get("value"), part.get("type")) for part in contents]
    content = max(written, key=len, default="")
    detail = fields.get("summary_detail")
    value = fields.get("summary")
    if any(value == part.get("value") for part in contents):
        return content, ""
    kind = detail.get("type") if isinstance(detail, dict) and detail.get("value") == value else None
    summary = _as_markup(value, kind or _HTML)
    return content, "" if summary in written else summary


def _as_markup(value: object, kind: object) -> str:
    """Return the HTML of a body of a type; plain text becomes HTML that shows the same."""
    if not isinstance(value, str) or (kind not in _TEXTS and _NO_TEXT.match(str(kind))):
        return ""
    value = value[:BODY_LIMIT].strip()
    if _VOID_END.search(value):
        value = _ENDED_VOID.sub(r"\1", value)
    return as_html(decoded(value)) if kind == _TEXT and not is_markup(value) else value


def _author(fields: Fields) -> str:
    """Return the names of the authors; addresses of mail are nobody's business.

    feedparser takes a single author's name and mail address apart itself, and cuts long domains.
    """
    people = _list(fields, "authors")
    if len(people) < 2:
        return _name(plain(fields.get("author"), limit=200))
    found = [_name(plain(one.get("name"), limit=200)) for one in people]
    return ", ".join(list(dict.fromkeys(name for name in found if name))[:5])


def _name(text: str) -> str:
    if "@" in text or "(" in text or "://" in text:
        text = _NAMED.sub(r"\1", _MAIL.sub(" ", text))
    return text.strip(" <>,;")


def _tags(fields: Fields) -> tuple[str, ...]:
    words: dict[str, None] = {}
    for one in _list(fields, "tags")[:100]:
        label = plain(one.get("label") or one.get("term"), limit=400)
        is_one = label.isascii() and "," not in label and ";" not in label
        for word in (label,) if is_one else _COMMA.split(label):
            words[word.strip()[:60]] = None
    words.pop("", None)
    return tuple(words)[:30]


def _offers(fields: Fields, links: list[Any], bases: tuple[str | None, ...]) -> Iterator[Offer]:
    """Yield what the item offers as pictures, from all the places where feeds do."""
    for rank, name in _MEDIA:
        for media in _list(fields, name):
            url = absolute(media.get("url"), *bases)
            kind = str(media.get("type") or ""), str(media.get("medium") or "")
            if url and (rank is Rank.THUMBNAIL or is_image(url, *kind) or not any(kind)):
                group = str(media.get(GROUP) or ("thumbnail" if rank is Rank.THUMBNAIL else ""))
                width, height = number(media.get("width")), number(media.get("height"))
                yield Offer(url, rank, width, height, group)
    for link in links:
        if link.get("rel") == "enclosure":
            url = absolute(link.get("href"), *bases)
            if url and is_image(url, str(link.get("type") or "")):
                yield Offer(url, Rank.ENCLOSURE)
    picture = fields.get("image")
    if isinstance(picture, dict) and (url := absolute(picture.get("href"), *bases)):
        yield Offer(url, Rank.PODCAST)


def _enclosures(fields: Fields, links: list[Any], bases: tuple[str | None, ...]) -> Iterator[Enclosure]:
    """Yield the files that come with the item and are no pictures."""
    seen = set()
    files = [one for one in links if one.get("rel") == "enclosure"]
    files += (
        {**one, "href": one.get("url"), "length": one.get("filesize")}
        for one in _list(fields, "media_content")
        if str(one.get("type")).startswith(("audio/", "video/"))
    )
    for one in files:
        url, mime = absolute(one.get("href"), *bases), str(one.get("type") or "")[:LONGEST_TYPE]
        if url and url not in seen and not is_image(url, mime) and not mime.startswith("image"):
            seen.add(url)
            length = str(one.get("length") or "")
            size = int(length) if length.isascii() and length.isdigit() and len(length) < 13 else None
            told_s = duration(one.get("duration")) or duration(fields.get("itunes_duration"))
            yield Enclosure(url, mime, size, told_s)


def _ttl(feed: Fields) -> int | None:
    """Return the pause between looks that the publisher asks for, in seconds.

    Once an hour is what WordPress writes into every feed, whoever publishes: nobody asks for that.
    """
    minutes = str(feed.get("ttl") or "").strip()
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 7:
        return int(minutes) * 60 or None
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    often = str(feed.get("sy_updatefrequency") or "1").strip()
    if period is None or not (often.isascii() and often.isdigit() and len(often) < 7):
        return None
    pause_s = period // max(1, int(often))
    return pause_s if pause_s and (period, pause_s) != (3600, 3600) else None

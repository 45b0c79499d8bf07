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
from bot.parse.text import as_html, decoded, is_markup, plain

Fields = Mapping[str, Any]
"""What feedparser found in an item or a feed: a plain dictionary, since its own substitutes other fields."""

MAX_ITEMS = 10_000
"""Items read of one document; what comes after them is left out."""

BODY_LIMIT = 500_000
"""Characters kept of one body; a book is not news."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_NO_NAME = re.compile(r"[@(]|://")
_MAIL = re.compile(r"[(<]?(?:mailto:)?[^\s()<>]+@[^\s()<>]+[)>]?|https?://\S+")
_NAMED = re.compile(r"^\s*\(([^()]*)\)\s*$")
_ENDED_VOID = re.compile(
    r"(<(br|hr|img|input|wbr|area|col|embed)(?=[\s/>])[^<>]{0,4000}>)</\2>", re.IGNORECASE
)
"""How feedparser writes empty elements of XHTML; HTML takes ``</br>`` for another break."""

_VOID_END = re.compile("></(?:br|hr|img|input|wbr|area|col|embed)>", re.IGNORECASE)
"""What each of these holds: sought first, in a tenth of the time."""

_NO_TEXT = re.compile(r"(?:image|audio|video|font)/|application/(?:octet-stream|pdf|zip)", re.IGNORECASE)
_COMMA = re.compile(r"[,;،、，；]")
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


def _document(feed: Fields, entries: list[Fields], version: str, url: str) -> Document:
    """Return what feedparser found, in our words."""
    feed = dict(feed)
    self_link = _rel(feed, "self", url)
    link = absolute(feed.get("link"), self_link, url) or _rel(feed, "alternate", url)
    bases = (self_link, link, url)
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
        hub=_rel(feed, "hub", url),
        ttl_s=_ttl(feed),
    )


def _item(fields: Fields, shell: Item, feed_bases: tuple[str | None, ...]) -> Item:
    content, summary = _bodies(fields)
    own_base = next((part.get("base") for part in _list(fields, "content") if part.get("base")), None)
    details = (fields.get("summary_detail"), fields.get("title_detail"))
    detail = next((one for one in details if one and isinstance(one, dict)), {})  # elements may be named so
    base = absolute(own_base or detail.get("base"), *feed_bases)
    bases = (base, *feed_bases)
    published, updated = _times(fields)
    origin = fields.get("source")
    link = _link(fields, bases)
    return Item(
        guid=_text(fields.get("id")),
        title=plain(fields.get("title"), markup=_is_html(fields, "title")),
        link=link,
        published=published,
        updated=updated,
        author=_author(fields) or shell.author,
        source=(plain(dict.get(origin, "title")) if isinstance(origin, dict) else "") or shell.source,
        language=_language(fields.get("language")) or _language(detail.get("language")) or shell.language,
        summary_html=summary,
        content_html=content,
        images=merit(_offers(fields, bases), content or summary, next(filter(None, bases), None)),
        enclosures=tuple(_enclosures(fields, bases))
        or videos_in_body(content or summary, next(filter(None, bases), None)),
        tags=_tags(fields),
        base=next(filter(None, bases), None),
        via=_via(fields, link, bases),
    )


def _list(fields: Fields, name: str) -> list[Any]:
    value = fields.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _is_html(fields: Fields, name: str) -> bool:
    """Whether a title may hold markup: everywhere but where Atom says that it is text."""
    detail = fields.get(f"{name}_detail")
    return not (isinstance(detail, dict) and detail.get("type") == "text/plain")


def _format(version: str) -> str:
    if version in ("rss090", "rss10"):
        return "rdf"
    return "atom" if version.startswith("atom") else "rss"


def _language(value: object) -> str:
    """Return a language tag such as ``zh-CN``, or "" where the feed names none that is one."""
    tag = value.strip().replace("_", "-") if isinstance(value, str) else ""
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _rel(fields: Fields, rel: str, *bases: str | None) -> str | None:
    """Return the first link of a relation, absolute."""
    links = (absolute(one.get("href"), *bases) for one in _list(fields, "links") if one.get("rel") == rel)
    return next(filter(None, links), None)


def _link(fields: Fields, bases: tuple[str | None, ...]) -> str | None:
    """Return where the item is to be read."""
    link = absolute(fields.get("link"), *bases) or _rel(fields, "alternate", *bases)
    return link or _rel(fields, "related", *bases) or _rel(fields, "via", *bases)


def _via(fields: Fields, link: str | None, bases: tuple[str | None, ...]) -> str | None:
    """Return another page about the item: where it was found, or a page of its own for its comments."""
    replies = (
        one.get("href")
        for one in _list(fields, "links")
        if one.get("rel") == "replies" and one.get("type") in (None, "text/html", "application/xhtml+xml")
    )
    comments = _text(fields.get("comments")) or ""  # some write how many there are
    for address in (_rel(fields, "via", *bases), *replies, comments if "/" in comments else None):
        page = absolute(address, *bases)
        if page and page.partition("#")[0] != (link or "").partition("#")[0]:
            return page
    return None


def _times(fields: Fields) -> tuple[Any, Any]:
    """Return (published, updated); what was only updated was published then."""
    updated = read_date(fields.get("updated"))
    published = read_date(fields.get("published")) or read_date(fields.get("created")) or updated
    return published, updated


def _bodies(fields: Fields) -> tuple[str, str]:
    """Return (content, summary) as HTML: the longest content, and the summary if it is another text."""
    parts = _list(fields, "content")
    contents = [_as_markup(part) for part in parts]
    content = max(contents, key=len, default="")
    detail = fields.get("summary_detail")
    value = fields.get("summary")
    if value in [part.get("value") for part in parts]:
        return content, ""
    kind = detail.get("type") if isinstance(detail, dict) and detail.get("value") == value else None
    summary = _as_markup({"value": value, "type": kind or "text/html"})
    return content, "" if summary in contents else summary


def _as_markup(part: Fields) -> str:
    """Return the HTML of a body; plain text becomes HTML that shows the same."""
    value = part.get("value")
    if not isinstance(value, str) or _NO_TEXT.match(str(part.get("type"))):
        return ""
    value = value[:BODY_LIMIT].strip()
    if _VOID_END.search(value):
        value = _ENDED_VOID.sub(r"\1", value)
    is_text = part.get("type") == "text/plain" and not is_markup(value)
    return as_html(decoded(value)) if is_text else value


def _author(fields: Fields) -> str:
    """Return the names of the authors; addresses of mail are nobody's business.

    feedparser takes a single author's name and mail address apart itself, and cuts long domains.
    """
    people = [one.get("name") for one in _list(fields, "authors")]
    names = people if len(people) > 1 else [fields.get("author")]
    found = [_name(plain(name, limit=200)) for name in names]
    return ", ".join(list(dict.fromkeys(name for name in found if name))[:5])


def _name(text: str) -> str:
    if _NO_NAME.search(text):
        text = _NAMED.sub(r"\1", _MAIL.sub(" ", text))
    return text.strip(" <>,;")


def _tags(fields: Fields) -> tuple[str, ...]:
    labels = (plain(one.get("label") or one.get("term"), limit=400) for one in _list(fields, "tags")[:100])
    words = (word.strip()[:60] for label in labels for word in _COMMA.split(label))
    return tuple(dict.fromkeys(word for word in words if word))[:30]


def _offers(fields: Fields, bases: tuple[str | None, ...]) -> Iterator[Offer]:
    """Yield what the item offers as pictures, from all the places where feeds do."""
    for rank, name in ((Rank.MEDIA, "media_content"), (Rank.THUMBNAIL, "media_thumbnail")):
        for media in _list(fields, name):
            url = absolute(media.get("url"), *bases)
            kind = str(media.get("type") or ""), str(media.get("medium") or "")
            if url and (rank is Rank.THUMBNAIL or is_image(url, *kind) or not any(kind)):
                group = str(media.get(GROUP) or ("thumbnail" if rank is Rank.THUMBNAIL else ""))
                width, height = number(media.get("width")), number(media.get("height"))
                yield Offer(url, rank, width, height, group)
    for link in _list(fields, "links"):
        url = absolute(link.get("href"), *bases)
        if link.get("rel") == "enclosure" and url and is_image(url, str(link.get("type") or "")):
            yield Offer(url, Rank.ENCLOSURE)
    picture = fields.get("image")
    if isinstance(picture, dict) and (url := absolute(picture.get("href"), *bases)):
        yield Offer(url, Rank.PODCAST)


def _enclosures(fields: Fields, bases: tuple[str | None, ...]) -> Iterator[Enclosure]:
    """Yield the files that come with the item and are no pictures."""
    seen = set()
    told_s = duration(fields.get("itunes_duration"))
    links = [one for one in _list(fields, "links") if one.get("rel") == "enclosure"]
    media = [
        {**one, "href": one.get("url"), "length": one.get("filesize")}
        for one in _list(fields, "media_content")
    ]
    for one in (*links, *(one for one in media if str(one.get("type")).startswith(("audio/", "video/")))):
        url, mime = absolute(one.get("href"), *bases), str(one.get("type") or "")
        if url and url not in seen and not is_image(url, mime) and not mime.startswith("image"):
            seen.add(url)
            length = str(one.get("length") or "")
            size = int(length) if length.isascii() and length.isdigit() and len(length) < 13 else None
            yield Enclosure(url, mime, size, duration(one.get("duration")) or told_s)


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

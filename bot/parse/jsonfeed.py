"""JSON Feed 1.0 and 1.1, and what calls itself so. Pure.

Whatever has a list of items is read; a member of the wrong type counts as absent.
"""

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from bot.errors import NotAFeed
from bot.items import Document, Enclosure, Item
from bot.parse.addresses import absolute
from bot.parse.dates import duration, read_date
from bot.parse.decode import clean
from bot.parse.images import Offer, Rank, is_image, merit, videos_in_body
from bot.parse.loose import DECODER
from bot.parse.text import as_html, guid, plain

MAX_ITEMS = 10_000
BODY_LIMIT = 500_000

_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?')
_COMMA_TOO_MANY = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\Z))|,(?=\s*[}\]])')
_ITEMS = re.compile(r'"items"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"\s*,?\s*")
_WORDS = frozenset({"title", "url", "external_url", "content_html", "content_text", "summary"})

Members = dict[str, Any]
"""An object of the document as it was read: any type may stand anywhere."""


def read(text: str, url: str) -> Document:
    """Read a JSON document that came from ``url``.

    Raises:
        NotAFeed: it is no JSON, or holds no list of items.
    """
    try:
        feed = _loaded(text)
    except (ValueError, RecursionError):
        raise NotAFeed("this looks like JSON but cannot be read as such, and is not a feed") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAFeed("this is JSON, but not a feed: it has no list of items")
    if not _is_feed(feed):
        raise NotAFeed("this is JSON with a list of items, but not a feed: nothing in it is news")
    link = absolute(feed.get("home_page_url"), url)
    self_link = absolute(feed.get("feed_url"), link, url)
    title, language = plain(_string(feed, "title")), _string(feed, "language").replace("_", "-")[:35]
    author = _author(feed)
    bases = (self_link, link, url or None)
    hubs = (absolute(hub.get("url"), *bases) for hub in _objects(feed, "hubs") if hub.get("type") == "WebSub")
    shell = Item(source=title, language=language, author=author)
    items = [_item(one, shell, bases) for one in feed["items"][:MAX_ITEMS] if isinstance(one, dict)]
    return Document(
        format="json",
        title=title,
        link=link,
        description=plain(_string(feed, "description")),
        language=language,
        items=tuple(items),
        self_link=self_link,
        hub=next(filter(None, hubs), None),
        breaks_off=not text.rstrip().endswith("}"),
    )


def _loaded(text: str) -> object:
    """Return what ``text`` holds, without commas too many before a bracket and escapes that JSON has not.

    Of a text that breaks off, what is whole: the members before the items, and the first items.

    Raises:
        ValueError, RecursionError: it is no JSON, or too deep.
    """
    try:
        return DECODER.raw_decode(text)[0]
    except ValueError:
        text = _ESCAPE.sub(lambda match: match[0] if match[1] else "", text)
        text = _COMMA_TOO_MANY.sub(r"\1", text)
    try:
        return DECODER.raw_decode(text)[0]
    except ValueError:
        start = _ITEMS.search(text)
        if start is None:
            raise
    feed = DECODER.raw_decode(text[: start.start()].rstrip(", \t\r\n") + "}")[0]
    items: list[object] = []
    with contextlib.suppress(ValueError):
        at = start.end()
        while len(items) < MAX_ITEMS:
            one, end = DECODER.raw_decode(text, at)
            items.append(one)
            at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing too
    return {**feed, "items": items}


def _is_feed(feed: Members) -> bool:
    """Whether something here says that it is news: other JSON has lists of items too."""
    if "jsonfeed" in _string(feed, "version"):
        return True
    items = [one for one in feed["items"][:100] if isinstance(one, dict)]
    own = {"title", "home_page_url", "feed_url"} & set(feed) if not feed["items"] else set()
    return bool(own) or any(_WORDS & set(one) for one in items)


def _item(one: Members, shell: Item, bases: tuple[str | None, ...]) -> Item:
    link = absolute(one.get("url"), *bases)
    base = next(filter(None, (link, *bases)), None)
    content = _string(one, "content_html") or as_html(_string(one, "content_text"))
    attachments = [(absolute(part.get("url"), base), part) for part in _objects(one, "attachments")]
    published, updated = read_date(one.get("date_published")), read_date(one.get("date_modified"))
    return Item(
        guid=_identity(one.get("id")),
        title=plain(_string(one, "title"), markup=False),
        link=link or absolute(one.get("external_url"), *bases) or absolute(one.get("id")),
        published=published or updated,
        updated=updated,
        author=_author(one) or shell.author,
        source=shell.source,
        language=(_string(one, "language") or shell.language).replace("_", "-")[:35],
        summary_html=as_html(_string(one, "summary")),
        content_html=content,
        images=merit(_offers(one, attachments, base), content, base),
        enclosures=tuple(
            Enclosure(
                address,
                _string(part, "mime_type"),
                _length(part.get("size_in_bytes")),
                duration(part.get("duration_in_seconds")),
            )
            for address, part in attachments
            if address and not is_image(address, _string(part, "mime_type"))
        )
        or videos_in_body(content, base),
        tags=tuple(dict.fromkeys(filter(None, (plain(tag, limit=60) for tag in _values(one, "tags")))))[:30],
        base=base,
    )


def _offers(one: Members, attachments: list[tuple[str | None, Members]], base: str | None) -> Iterator[Offer]:
    for address, part in attachments:
        if address and is_image(address, _string(part, "mime_type")):
            yield Offer(address, Rank.ENCLOSURE)
    for name in ("image", "banner_image"):
        if address := absolute(one.get(name), base):
            yield Offer(address, Rank.ITEM)


def _identity(value: object) -> str | None:
    """Return the id as text; numbers are common though the format wants strings."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return guid(clean(value)) if isinstance(value, str) else None


def _author(members: Members) -> str:
    people = [*_objects(members, "authors"), members.get("author")]
    names = [plain(one.get("name") if isinstance(one, dict) else one, limit=100) for one in people]
    return ", ".join(dict.fromkeys(filter(None, names)))


def _string(members: Members, name: str) -> str:
    value = members.get(name)
    return clean(value[:BODY_LIMIT]) if isinstance(value, str) else ""


def _values(members: Members, name: str) -> list[Any]:
    value = members.get(name)
    return value[:200] if isinstance(value, list) else []


def _objects(members: Members, name: str) -> list[Members]:
    return [one for one in _values(members, name) if isinstance(one, dict)]


def _length(value: object) -> int | None:
    is_size = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**12
    return int(value) if is_size and isinstance(value, int | float) else None

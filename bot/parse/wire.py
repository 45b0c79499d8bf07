"""What the parser's processes say to each other. Pure.

    we to the worker   one line of JSON (:class:`Order`), then the body
    the worker to us   one line of JSON (:class:`Reply`), then the document, or the text

Plain JSON, since the writer has read hostile bytes: a document is one line for the feed and one
for each item, so that a large one is unpacked in small steps. Behind an item's line stand its summary and
its content, which are most of a document, as they are: marks and lines in them would have to be escaped.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.items import Document, Enclosure, Image, Item
from bot.parse.verdict import Effort

_read = json.JSONDecoder().raw_decode
_write = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode

ROOM = 1024 * 1024
"""Bytes of an answer that go at once, by a pipe of that size: most that Linux grants anybody. The usual
64 KB would make most documents come in pieces, each of which wakes both sides."""

READY = b"ready\n"
"""What a worker says when it has started."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to read: ``size`` bytes of body follow. An ``article`` is a page, wanted for its text."""

    size: int
    url: str
    content_type: str
    effort: Effort
    limit_s: float
    article: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of it; ``status`` is ``document``, ``text``, ``not a feed``, ``refused`` or ``too complex``.

    ``size`` bytes of document or text follow; ``resident`` is the memory that the worker holds.
    """

    status: str
    message: str = ""
    size: int = 0
    resident: int = 0


def pack_order(order: Order) -> bytes:
    """Return ``order`` as the line that precedes its body."""
    return json.dumps(asdict(order)).encode() + b"\n"


def unpack_order(line: bytes) -> Order:
    """Return the order that :func:`pack_order` packed; its effort is one again, and no mere text."""
    values = json.loads(line)
    return Order(**{**values, "effort": Effort(values["effort"])})


def pack(document: Document) -> bytes:
    """Return ``document`` as lines of JSON."""
    feed = [
        document.format,
        document.title,
        document.link,
        document.description,
        document.language,
        document.self_link,
        document.hub,
        document.ttl_s,
        document.skip_hours,
        document.skip_days,
        document.breaks_off,
        document.half,
    ]
    return b"".join((_line(feed), *(part for item in document.items for part in _item_parts(item))))


def unpack(data: bytes) -> Document:
    """Return the document that :func:`pack` packed.

    Raises:
        ValueError, TypeError: ``data`` is something else.
    """
    end = data.index(b"\n") + 1
    values = json.loads(data[:end])
    form, title, link, description, language, self_link, hub, ttl_s, *ends = values
    skip_hours, skip_days, breaks_off, half = ends
    return Document(
        format=form,
        title=title,
        link=link,
        description=description,
        language=language,
        items=tuple(_items(data, end)),
        self_link=self_link,
        hub=hub,
        ttl_s=ttl_s,
        skip_hours=tuple(skip_hours),
        skip_days=tuple(skip_days),
        breaks_off=breaks_off,
        half=half,
    )


def _line(values: list[Any]) -> bytes:
    return _write(values).encode() + b"\n"


def _item_parts(item: Item) -> tuple[bytes, bytes, bytes]:
    summary, content = item.summary_html.encode(), item.content_html.encode()
    values = [
        item.guid,
        item.title,
        item.link,
        _moment(item.published),
        _moment(item.updated),
        item.author,
        item.source,
        item.language,
        len(summary),
        len(content),
        [[one.url, one.alternatives, one.width, one.height] for one in item.images],
        [[one.url, one.mime, one.length, one.duration_s] for one in item.enclosures],
        item.tags,
        item.base,
        item.via,
    ]
    return _line(values), summary, content


def _items(data: bytes, start: int) -> Iterator[Item]:
    while start < len(data):
        end = data.index(b"\n", start) + 1
        line = data[start:end].decode()
        values, stop = _read(line)
        if stop != len(line) - 1:
            raise ValueError("a line that holds more than it should")
        guid, title, link, published, updated, author, source, language = values[:8]
        summary_size, content_size, images, enclosures, tags, base, via = values[8:]
        middle, start = end + summary_size, end + summary_size + content_size
        if not end <= middle <= start <= len(data):
            raise ValueError("an item that ends elsewhere")
        # By position, which takes a microsecond less than by names.
        yield Item(
            guid,
            title,
            link,
            _time(published),
            _time(updated),
            author,
            source,
            language,
            data[end:middle].decode(),
            data[middle:start].decode(),
            tuple([Image(url, tuple(others), width, height) for url, others, width, height in images]),
            tuple([Enclosure(*one) for one in enclosures]),
            tuple(tags),
            base,
            via,
        )


def _moment(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

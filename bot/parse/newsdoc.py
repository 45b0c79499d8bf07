"""News documents as people keep them in files: Markdown on top, HTML below. Pure.

Usually one item; several may follow each other, each with the comment that opens it.

<!--1740674343000-->                       when it was noticed, epoch milliseconds
[title](address)
------
<div><i>Thu, 27 Feb 2025 16:19:43 GMT</i></div><img src="…"><div><small>caption</small></div><p>…
"""

import re
from urllib.parse import urlsplit

from bot.items import Document, Item
from bot.parse.addresses import absolute
from bot.parse.dates import read_date
from bot.parse.images import merit, videos_in_body
from bot.parse.text import as_html, plain

_NEWS = re.compile(
    r"\s*(?:<!--\s*(?P<noticed>\d{9,14})\s*-->\s*)?(?:\#{1,6}[ \t]+)?"
    r"\[(?P<title>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]"
    r"\((?P<link>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\)[ \t]*\r?\n\s*[-=*_]{3,}[ \t]*(?:\r?\n|$)"
)
_TIME = re.compile(
    r"\s*<(?:div|p)>\s*<(i|em|time)\b[^>]{0,200}>([^<]{1,100})</\1>\s*</(?:div|p)>", re.IGNORECASE
)
_CAPTION = re.compile(
    r"<(div|p|figcaption)\b[^>]{0,200}>\s*<small\b[^>]{0,300}>(?:(?!</?small)[\s\S]){0,4000}</small>\s*</\1>",
    re.IGNORECASE,
)
_EMPTY_LINK = re.compile(r"<a\b[^>]{0,2000}>\s*</a>", re.IGNORECASE)
_NEXT = re.compile(r"^(?=<!--\s*\d{9,14}\s*-->\s*(?:\#{1,6}[ \t]+)?\[)", re.MULTILINE)
MAX_ITEMS = 10_000
_HEAD = 8_000
"""Characters in which title and rule must stand."""


def matches(text: str) -> bool:
    """Whether ``text`` is a news document: a title link and a rule come first."""
    return _NEWS.match(text[:_HEAD]) is not None


def read(text: str, url: str) -> Document:
    """Read a news document for which :func:`matches` holds."""
    parts = [part for part in _NEXT.split(text) if matches(part)][:MAX_ITEMS]
    items = tuple(_item(part, url) for part in parts)
    return Document(format="news", title=items[0].source, link=items[0].link, items=items)


def _item(text: str, url: str) -> Item:
    head = _NEWS.match(text[:_HEAD])
    assert head is not None
    link = absolute(head["link"], url)
    body = text[head.end() :].strip()
    time = _TIME.match(body)
    published = read_date(time[2].strip()) if time else None
    if time and published:
        body = body[time.end() :]
    base = link or absolute(url)
    images = merit((), body, base)
    body = _EMPTY_LINK.sub("", _CAPTION.sub("", body, count=1)).strip()
    return Item(
        guid=link,
        title=plain(re.sub(r"\\(.)", r"\1", head["title"])),
        link=link,
        published=published or read_date(head["noticed"]),
        source=(urlsplit(link).hostname or "").removeprefix("www.") if link else "",
        content_html=body if "<" in body else as_html(body),
        images=images,
        enclosures=videos_in_body(body, base),
        base=base,
    )

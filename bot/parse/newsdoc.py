"""News documents as people keep them in files: one item each, Markdown on top, HTML below. Pure.

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
from bot.parse.images import merit
from bot.parse.text import plain

_NEWS = re.compile(
    r"\s*(?:<!--\s*(?P<noticed>\d{9,14})\s*-->\s*)?\[(?P<title>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]"
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
_HEAD = 8_000
"""Characters in which title and rule must stand."""


def matches(text: str) -> bool:
    """Whether ``text`` is a news document: a title link and a rule come first."""
    return _NEWS.match(text[:_HEAD]) is not None


def read(text: str, url: str) -> Document:
    """Read a news document for which :func:`matches` holds."""
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
    body = _EMPTY_LINK.sub("", _CAPTION.sub("", body, count=1))
    noticed = read_date(head["noticed"])
    title = plain(re.sub(r"\\(.)", r"\1", head["title"]))
    host = (urlsplit(link).hostname or "").removeprefix("www.") if link else ""
    item = Item(
        guid=link,
        title=title,
        link=link,
        published=published or noticed,
        source=host,
        content_html=body.strip(),
        images=images,
        base=base,
    )
    return Document(format="news", title=host, link=link, items=(item,))

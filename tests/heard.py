"""A document as feedparser finds it in its text, beside what is found in its tree."""

import contextlib
from dataclasses import replace

from lxml import etree

from bot.items import Document
from bot.parse.feed import Unreadable, read_tree, read_xml
from bot.parse.scan import Accepted, scan
from bot.parse.shape import shape

URL = "https://feeds.example.org/feed"


def both(document: bytes) -> tuple[Document | None, Document | None]:
    """Return what is found by text and by tree: None where feedparser fails, twice None for no accepted XML."""
    one, other = scan(document), scan(document)
    if not isinstance(one, Accepted) or not isinstance(other, Accepted):
        return None, None
    shape(one)
    heard = told = None
    with contextlib.suppress(Unreadable):
        heard = read_xml(etree.tostring(one.root, encoding="utf-8"), URL)
    with contextlib.suppress(Unreadable):
        told = replace(read_tree(other, URL), skip_hours=(), skip_days=())
    return heard, told

"""The last resort for a document in which feedparser finds nothing: item by item. Pure.

Each stretch that looks like an item is read alone, so that a broken one takes no other with it.
"""

import re
from dataclasses import replace

from lxml import etree

from bot.items import Document, Item
from bot.parse.feed import MAX_ITEMS, Unreadable, read_tree
from bot.parse.scan import Accepted, scan

_ITEM = re.compile(r"<((?:[\w.-]{1,30}:)?(?:item|entry))(?=[\s/>])", re.IGNORECASE)
_FIVE = {"&amp;": "&#38;", "&lt;": "&#60;", "&gt;": "&#62;", "&quot;": "&#34;", "&apos;": "&#39;"}
_NAMESPACE = re.compile(r"\sxmlns(?::[\w.-]{1,30})?\s*=\s*(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}')")


def read_pieces(text: str, shell: Document, url: str) -> Document:
    """Return ``shell`` (the feed's own words, as far as found) with the items found in ``text``."""
    starts = [found.start() for found in _ITEM.finditer(text)][:MAX_ITEMS]
    if not starts:
        return shell
    namespaces = "".join(dict.fromkeys(_NAMESPACE.findall(text[: starts[0]])))
    stretches = zip(starts, [*starts[1:], len(text)], strict=True)
    pieces = [_whole(text[start:end], namespaces) for start, end in stretches]
    base = shell.self_link or shell.link or url
    items = _read(pieces, base) or [item for piece in pieces for item in _read([piece], base)]
    named = tuple(replace(item, source=item.source or shell.title) for item in items)
    return replace(shell, format="atom" if "entry" in text[starts[0] :][:40].lower() else "rss", items=named)


def _read(pieces: list[bytes], url: str) -> list[Item]:
    """Return the items in ``pieces``, or none where they cannot be read together."""
    scanned = scan(b"<rss><channel>" + b"".join(pieces) + b"</channel></rss>")
    if not isinstance(scanned, Accepted):
        return []
    try:
        return list(read_tree(scanned, url).items)
    except Unreadable:
        return []


def _whole(piece: str, namespaces: str) -> bytes:
    """Return one item well-formed, or b"" where nothing can be made of it.

    References are numbers while the recovering parser is at work: it drops named ones.
    """
    piece = re.sub(r"&(?:amp|lt|gt|quot|apos);", lambda match: _FIVE[match[0]], piece)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(f"<newsrelay{namespaces}>{piece}".encode(), parser)
    except etree.XMLSyntaxError:
        return b""
    return (
        etree.tostring(root[0], encoding="utf-8", with_tail=False) if root is not None and len(root) else b""
    )

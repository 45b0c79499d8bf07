"""The last resort for a document in which feedparser finds nothing: item by item. Pure.

Each stretch that looks like an item is read alone, so that a broken one takes no other with it.
"""

import re
from dataclasses import replace

from lxml import etree

from bot.items import Document
from bot.parse.feed import read_tree
from bot.parse.scan import Accepted, scan

_ITEM = re.compile(r"<((?:[\w.-]{1,30}:)?(?:item|entry))(?=[\s/>])", re.IGNORECASE)
_FIVE = {"&amp;": "&#38;", "&lt;": "&#60;", "&gt;": "&#62;", "&quot;": "&#34;", "&apos;": "&#39;"}
_NAMESPACE = re.compile(r"\sxmlns(?::[\w.-]{1,30})?\s*=\s*(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}')")


def read_pieces(text: str, shell: Document, url: str) -> Document:
    """Return ``shell`` (the feed's own words, as far as found) with the items found in ``text``."""
    starts = [found.start() for found in _ITEM.finditer(text)]
    if not starts:
        return shell
    namespaces = "".join(dict.fromkeys(_NAMESPACE.findall(text[: starts[0]])))
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    items = b"".join(filter(None, (_whole(piece, namespaces) for piece in pieces)))
    is_atom = "entry" in text[starts[0] : starts[0] + 30].lower()
    root = (
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', b"</feed>")
        if is_atom
        else (b"<rss><channel>", b"</channel></rss>")
    )
    scanned = scan(root[0] + items + root[1])
    if not isinstance(scanned, Accepted):
        return shell
    found = read_tree(scanned, shell.self_link or shell.link or url)
    items_named = tuple(replace(item, source=item.source or shell.title) for item in found.items)
    return replace(shell, format="atom" if is_atom else shell.format, items=items_named)


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

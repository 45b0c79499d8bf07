"""OPML: lists of feeds as other readers write them. Pure; the file may come from anybody.

Read strictly first, since a lenient parser drops what it does not understand without a word; a bare
``&``, the one fault that is common, is mended.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

MAX_BYTES = 4 * 1024 * 1024
"""The longest list; a subscription takes about 200 bytes."""

MAX_OUTLINES = 10_000
"""Feeds in a list. More is not a person's list of feeds."""

ADDRESS_LIMIT = 2048
"""Letters in an address; longer ones are left out."""

TITLE_LIMIT = 200
"""Letters in a title or a folder's name; longer ones are cut."""

_BARE_AMPERSAND = re.compile(rb"&(?!(?:[A-Za-z][A-Za-z0-9]*|#[0-9]+|#x[0-9A-Fa-f]+);)")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list. ``folder`` is the path of folders it lies in, joined by ``/``."""

    url: str
    title: str = ""
    folder: str = ""


def read(document: bytes) -> tuple[Outline, ...]:
    """Return the feeds that an OPML document lists, each address once, in order.

    Raises:
        ValueError: it is not OPML or beyond our limits; the message is a sentence for its sender.
    """
    if len(document) > MAX_BYTES:
        raise ValueError(f"This OPML file is too large; at most {MAX_BYTES // 2**20} MB can be read.")
    root = _root(document)
    if _local(root) != "opml":
        raise ValueError("This is not an OPML file: export the list of feeds as OPML and send that.")
    found: dict[str, Outline] = {}
    for outline in _outlines(root):
        found.setdefault(outline.url, outline)
        if len(found) > MAX_OUTLINES:
            raise ValueError(f"This OPML file lists more than {MAX_OUTLINES} feeds; send it in parts.")
    return tuple(found.values())


def write(outlines: Iterable[Outline], title: str = "newsrelay") -> bytes:
    """Return an OPML 2.0 document: feeds without a folder first, then the folders in order."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _clean(title)
    body = etree.SubElement(root, "body")
    folders = {"": body}
    for outline in sorted(outlines, key=lambda one: bool(one.folder)):
        if outline.folder not in folders:
            name = _clean(outline.folder)
            folders[outline.folder] = etree.SubElement(body, "outline", text=name, title=name)
        name = _clean(outline.title or outline.url)
        etree.SubElement(
            folders[outline.folder], "outline", type="rss", text=name, title=name, xmlUrl=_clean(outline.url)
        )
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _root(document: bytes) -> etree._Element:
    """Parse ``document`` without entities, network or limitless depth.

    Raises:
        ValueError: it is not well-formed, or declares entities of its own.
    """
    try:
        root = _parse(document)
    except (etree.XMLSyntaxError, ValueError):
        try:
            root = _parse(_BARE_AMPERSAND.sub(b"&amp;", document))
        except (etree.XMLSyntaxError, ValueError) as error:
            raise ValueError(
                "This is not an OPML file, or it is damaged: export the list again and send that."
            ) from error
    declared = root.getroottree().docinfo.internalDTD
    entities = declared.iterentities() if declared is not None else ()  # type: ignore[attr-defined]  # not in stubs
    if any(True for _ in entities):
        raise ValueError("This OPML file declares entities of its own, which is not safe to read.")
    return root


def _parse(document: bytes) -> etree._Element:
    # A parser for each document: one that has failed is not used again.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    return etree.fromstring(document.lstrip(), parser)


def _outlines(root: etree._Element) -> Iterator[Outline]:
    """Walk the outlines without recursion, so that depth costs nothing."""
    left: list[tuple[etree._Element, str]] = [(root, "")]
    while left:
        element, folder = left.pop()
        below = folder
        if _local(element) == "outline":
            told = {str(name).lower(): str(value) for name, value in element.attrib.items()}
            name = _line(told.get("title") or told.get("text") or "")
            url = told.get("xmlurl", "").strip()
            if url and len(url) <= ADDRESS_LIMIT:
                yield Outline(url, "" if name == url else name, folder)
            elif not url and name:
                below = f"{folder}/{name}"[:TITLE_LIMIT] if folder else name
        left += [(child, below) for child in reversed(element)]


def _local(element: etree._Element) -> str:
    """Return an element's name in lower case, without its namespace; "" for comments and the like."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _line(text: str) -> str:
    return " ".join(text.split())[:TITLE_LIMIT].strip()


def _clean(text: str) -> str:
    """Leave out what XML cannot hold: control characters and lone surrogates."""
    return _NOT_XML.sub("", text)

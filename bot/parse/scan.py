"""The strict scan: is this XML what a feed may be, and which items are in it? Pure.

A document that is not well-formed, or deeper, wider or larger than any feed, is refused; reading
it may then take long, so it is read where nobody waits behind it. Nothing is looked up, expanded
or downloaded.
"""

from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from bot.parse.verdict import Refused

DEPTH = 256
ATTRIBUTES = 256
ELEMENTS = 200_000
"""feedparser reads about a hundred thousand elements in a second: more are read apart."""

MOST_ELEMENTS = 1_000_000
"""More are not read in one piece at all."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A well-formed document within the bounds; its elements may be changed before it is read."""

    root: etree._Element
    items: tuple[etree._Element, ...]
    """Every ``item`` or ``entry``, in document order."""


def scan(document: bytes, elements: int = ELEMENTS) -> Accepted | Refused:
    """Look through ``document`` (UTF-8) once; time and memory are linear in its length.

    More than ``elements`` elements are refused.
    """
    if document.count(b"<") > 2 * elements:
        return Refused(f"more than {elements} elements")
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=False,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        return Refused(f"not well-formed: {error.msg}")
    return _within_bounds(root, elements)


def local_name(element: etree._Element) -> str:
    """Return the name of ``element`` in small letters, without its namespace."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: object) -> str:
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _within_bounds(root: etree._Element, most: int) -> Accepted | Refused:
    depth = elements = 0
    items = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        elements += 1
        if depth > DEPTH:
            return Refused(f"a depth beyond {DEPTH} elements")
        if elements > most:
            return Refused(f"more than {most} elements")
        if len(element.attrib) > ATTRIBUTES:
            return Refused(f"more than {ATTRIBUTES} attributes in one element")
        if depth <= 6 and local_name(element) in ("item", "entry"):
            items.append(element)
    return Accepted(root, tuple(items))

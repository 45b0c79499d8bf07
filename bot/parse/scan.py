"""The strict scan: is this XML what a feed may be, and which items are in it? Pure.

A document that is not well-formed, or deeper, wider or larger than any feed, is refused; reading
it may then take long, so it is read where nobody waits behind it. Nothing is looked up, expanded
or downloaded.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml import etree

from bot.parse.verdict import Refused

DEPTH = 256
"""What is deeper, the library refuses by itself."""

ATTRIBUTES = 256
NAMESPACES = 200
"""feedparser compares each element's with all others; feeds have some ten."""

LONGEST_NAME = 500
"""Characters of an element's name and namespace: names are kept from one document to the next."""

ELEMENTS = 200_000
"""feedparser reads about a hundred thousand elements in a second: more are read apart."""

HIGHEST = 6
"""Items are sought no deeper than this."""

MOST_ELEMENTS = 1_000_000
"""More are not read in one piece at all."""

_ITEMS = frozenset({"item", "entry"})
_TOO_WIDE = etree.XPath(f"boolean(/descendant::*/@*[{ATTRIBUTES + 1}])")
"""Asked of the library, which goes through a tree thirty times as fast as we do."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A well-formed document within the bounds; its elements may be changed before it is read."""

    root: etree._Element
    items: tuple[etree._Element, ...]
    """Every ``item`` or ``entry``, in document order."""

    held: list[etree._Element]
    """All elements, so that lxml does not make them anew for each of whoever goes through the tree."""

    tags: frozenset[object]
    """The tags of all elements."""


def scan(document: bytes, elements: int = ELEMENTS) -> Accepted | Refused:
    """Look through ``document`` (UTF-8) once; time and memory are linear in its length.

    More than ``elements`` elements are refused.
    """
    if len(document) > 2 * elements and document.count(b"<") > 2 * elements:
        return Refused(f"more than {elements} elements")
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=False,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # DEPTH holds
        remove_comments=True,
        remove_pis=True,
    )  # of one that several threads share, they would share all names, too
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        return Refused(f"not well-formed: {error.msg}")
    return _within_bounds(root, elements)


@lru_cache(maxsize=1024)
def local_name(tag: object) -> str:
    """Return the name of an element with this tag in small letters, without its namespace."""
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _within_bounds(root: etree._Element, most: int) -> Accepted | Refused:
    if _TOO_WIDE(root):
        return Refused(f"more than {ATTRIBUTES} attributes in one element")
    elements = list(root.iter())
    if len(elements) > most:
        return Refused(f"more than {most} elements")
    tags = frozenset([one.tag for one in elements])
    if max([len(tag) for tag in tags if isinstance(tag, str)]) > LONGEST_NAME:
        return Refused(f"a name of more than {LONGEST_NAME} letters")
    if len({_namespace(tag) for tag in tags}) > NAMESPACES:
        return Refused(f"more than {NAMESPACES} namespaces")
    wanted = {tag for tag in tags if local_name(tag) in _ITEMS}
    items = [one for one in elements if one.tag in wanted and _is_high(one)]
    return Accepted(root, tuple(items), elements, tags)


def _namespace(tag: object) -> str:
    return tag.rpartition("}")[0] if isinstance(tag, str) else ""


def _is_high(element: etree._Element) -> bool:
    return sum(1 for _ in islice(element.iterancestors(), HIGHEST)) < HIGHEST

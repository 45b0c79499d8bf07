"""Putting right in the tree what feedparser would misread. Pure, apart from the tree it is given.

feedparser lets a picture's caption replace the summary of its item, knows no ``<image>`` in an
item, forgets which pictures are sizes of one, and resolves an Atom id as if it were an address.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from bot.parse.scan import Accepted, local_name
from bot.parse.text import as_html, is_markup

GROUP = "newsrelay-group"
"""The attribute that tells which ``media:group`` a ``media:content`` stood in."""

MOST_FIELDS = 2_000
"""Elements kept of one item: feedparser takes seconds for a hundred thousand categories."""

_MEDIA = "http://search.yahoo.com/mrss"
_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_IDENTITIES = frozenset({"id", "guid", "link"})
_ADDRESS = re.compile(r"\s*(?:https?:/|/|www\.)", re.IGNORECASE)
_REPEATS = frozenset({"description", "summary"})
"""Fields of other vocabularies (Dublin Core, iTunes) that feedparser puts in place of the item's own."""

_CAPTIONS = frozenset(
    {"title", "description", "text", "credit", "copyright", "rating", "restriction", "license", "html"}
)
_OWN_WORDS = {
    "title": frozenset({"title"}),
    "description": frozenset({"description", "summary", "content", "encoded"}),
}


class _Needs(NamedTuple):
    """What is to be put right in items that hold such elements, in this order."""

    groups: bool
    image: bool
    words: tuple[tuple[int, bool], ...]
    """Places of the elements that may repeat each other, and whether they are the item's own."""
    identities: tuple[int, ...]
    """Places of the elements that may be taken for links."""


def shape(document: Accepted) -> None:
    """Change the items of ``document`` so that feedparser understands them as they were meant."""
    has_media = any(map(_is_media, document.tags))
    needs: dict[tuple[object, ...], _Needs] = {}  # the items of a feed are much alike
    for item in document.items:
        if len(item) > MOST_FIELDS:
            del item[MOST_FIELDS:]
        children = list(item)
        tags = (item.tag, *[child.tag for child in children])
        if (own := needs.get(tags)) is None:
            own = needs[tags] = _needs(*tags)
        _shape(item, children, own, has_media=has_media)


def _shape(item: etree._Element, children: list[etree._Element], needs: _Needs, *, has_media: bool) -> None:
    if has_media and (pictures := [one for one in _inside(children) if _is_media(one.tag)]):
        own = _own_words(item) if any(local_name(one.tag) in _OWN_WORDS for one in pictures) else set()
        for element in pictures:
            _quiet(element, own)
        if needs.groups:
            _number_groups(item)
    if needs.image:
        _name_picture(item)
    if needs.words:
        _drop_repeats(item, [(children[place], is_own) for place, is_own in needs.words])
    for place in needs.identities:
        _settle_link(children[place])


def _needs(item: object, *tags: object) -> _Needs:
    names, homes = [local_name(tag) for tag in tags], ("", _namespace(item))
    return _Needs(
        groups="group" in names,
        image="image" in names and local_name(item) == "item",
        words=tuple(
            (place, _namespace(tag) in homes)
            for place, tag in enumerate(tags)
            if names[place] in _REPEATS and not _is_media(tag)
        ),
        identities=tuple(place for place, name in enumerate(names) if name in _IDENTITIES),
    )


def _inside(children: list[etree._Element]) -> Iterator[etree._Element]:
    """Yield all elements of an item, most of which hold no others."""
    for child in children:
        if len(child):
            yield from child.iter()
        else:
            yield child


def _own_words(item: etree._Element) -> set[str]:
    """Return the names of what the item itself says, not its pictures."""
    return {local_name(child.tag) for child in item if not _is_media(child.tag) and _length(child)}


def _length(element: etree._Element) -> int:
    """Return how much an element says, in characters or elements."""
    return len((element.text or "").strip()) + len(element)


def _number_groups(item: etree._Element) -> None:
    groups = (one for one in item if local_name(one.tag) == "group" and _is_media(one.tag))
    for number, group in enumerate(groups):
        for content in group.iter(f"{{{_MEDIA}}}content", f"{{{_MEDIA}/}}content"):
            content.set(GROUP, str(number))


def _drop_repeats(item: etree._Element, words: list[tuple[etree._Element, bool]]) -> None:
    """Leave out empty descriptions, and those that repeat the item's own or say little more."""
    lengths = [_length(child) for child, _ in words]
    most = max([length for length, (_, is_own) in zip(lengths, words, strict=True) if is_own], default=0)
    for length, (child, is_own) in zip(lengths, words, strict=True):
        if not length or (not is_own and length <= 2 * most):
            item.remove(child)


def _settle_link(child: etree._Element) -> None:
    """Keep an identity from being taken for a link, and take as one what stands behind an empty link."""
    name, text = local_name(child.tag), child.text or ""
    if (name == "id" and ":" not in text) or (name == "guid" and not _ADDRESS.match(text)):
        child.set("isPermaLink", "false")
    if name == "link" and not child.attrib and not _length(child) and _ADDRESS.match(child.tail or ""):
        child.text, child.tail = child.tail, None


@lru_cache(maxsize=1024)
def _is_media(tag: object) -> bool:
    return isinstance(tag, str) and tag.startswith(f"{{{_MEDIA}")


def _namespace(tag: object) -> str:
    return tag.rpartition("}")[0] if isinstance(tag, str) else ""


def _quiet(element: etree._Element, own: set[str]) -> None:
    """Drop a picture's words, and markup inside thumbnails; keep them where the item has no words."""
    name = local_name(element.tag)
    parent = element.getparent()
    if name in _CAPTIONS and parent is not None:
        if name not in _OWN_WORDS or own & _OWN_WORDS[name]:
            parent.remove(element)
        elif name == "description" and element.get("type") != "html" and not is_markup(element.text or ""):
            element.text = as_html(element.text or "")
    elif name == "thumbnail":
        for child in list(element):
            element.remove(child)


def _name_picture(item: etree._Element) -> None:
    """Offer an RSS item's ``<image>``, which feedparser does not expect there, as its podcast picture."""
    for child in list(item):
        if local_name(child.tag) != "image" or child.get("href") is not None:
            continue
        address = child.get("url") or (child.text or "").strip()
        address = address or next((part.text or "" for part in child if local_name(part.tag) == "url"), "")
        item.remove(child)
        if address.strip():
            etree.SubElement(item, f"{{{_ITUNES}}}image", href=address.strip())

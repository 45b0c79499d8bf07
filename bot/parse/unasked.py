"""What a feed says of itself and nobody asks for: taken out, since feedparser takes long to hear it. Pure.

A list of a hundred addresses before the items, a picture, dates: none of it finds its way into a
:class:`bot.items.Document`, and nothing of it changes how the rest is understood.
"""

from typing import Any

from lxml import etree

from bot.parse.scan import local_name

_ATOM, _RSS_1 = "{http://www.w3.org/2005/Atom}", "{http://purl.org/rss/1.0/}"
_RDF, _DC = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{http://purl.org/dc/elements/1.1/}"
_ITEMS = ("item", "entry")
_NOTHING: frozenset[object] = frozenset()

_UNASKED: dict[object, frozenset[object]] = {
    **dict.fromkeys(("lastBuildDate", "pubDate", "generator", "docs", "cloud"), _NOTHING),
    "image": frozenset({"url", "title", "link", "width", "height", "description"}),
    **{_ATOM + name: _NOTHING for name in ("generator", "updated", "icon", "logo")},
    _RSS_1 + "items": frozenset({_RDF + "Seq", _RDF + "li"}),
    _RSS_1 + "image": _NOTHING,
    _DC + "date": _NOTHING,
}
"""By its tag, what may stand in it."""

_TITLES = frozenset({"title", _ATOM + "title", _RSS_1 + "title", _DC + "title"})
_XML = "{http://www.w3.org/XML/1998/namespace}"
_FRAMES = frozenset({"channel", _RSS_1 + "channel"})


def drop_unasked(root: etree._Element) -> None:
    """Take out of a document what it says of itself and nobody asks for.

    Where it has several titles, it hangs on what stands between them which of them feedparser takes. A
    document that is but an item, as Atom has them, or the rest of a broken one, says nothing of a feed.
    """
    if local_name(root.tag) in _ITEMS:
        return
    for frame in [root, *(one for one in root if one.tag in _FRAMES)]:
        tags = [(one.tag, one) for one in frame]
        if sum(tag in _TITLES for tag, _ in tags) > 1:
            continue
        for tag, one in tags:
            if tag in _UNASKED and _is_mute(one, _UNASKED[tag]):
                frame.remove(one)


def _is_mute(element: etree._Element, may_hold: frozenset[object]) -> bool:
    """Whether nothing stands behind an element, or in it that changes what follows."""
    if (element.tail or "").strip():
        return False
    return all((one is element or one.tag in may_hold) and _is_usual(one) for one in element.iter())


def _is_usual(element: etree._Element) -> bool:
    names: Any = element.attrib
    return not any(name.startswith(_XML) for name in names)

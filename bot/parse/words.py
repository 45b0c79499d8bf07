"""A feed's own words, each with who reads it as feedparser would: see :mod:`bot.parse.elements`. Pure."""

from lxml import etree

from bot.parse.elements import HTML, READERS, TEXT, TYPES
from bot.parse.fields import Attributes, Known, Reading, attributes_of, repaired, stripped

FRAMES = frozenset({"channel", "feed"})
"""By the names that feedparser has for them: what feeds say of themselves stands right in these."""


def _subtitle(feed: Reading, element: etree._Element, attributes: Attributes, kind: str) -> bool:
    declared = TYPES.get(attributes.get("type", kind))
    if declared is None or "summary" in feed.fields:
        return False  # what stands behind a summary is taken for a content
    subtitle = feed.content(element, declared)
    feed.store("subtitle", subtitle["value"])
    feed.fields["subtitle_detail"] = subtitle
    return True


def _link(feed: Reading, element: etree._Element, attributes: Attributes, _: str) -> bool:
    text = stripped(element)
    is_plain = "&" not in text and (text or attributes.get("href"))
    return bool(is_plain) and READERS["link"].read(feed, element, attributes, "")


def _word(feed: Reading, element: etree._Element, attributes: Attributes, field: str) -> bool:
    if attributes:
        return False  # feedparser would keep these in place of the text
    feed.store(field, repaired(stripped(element)))
    return True


_READERS: dict[str, Known] = {
    **{name: READERS[name] for name in ("title", "id", "language", "dc_language")},
    "link": Known(_link),
    "description": Known(_subtitle, HTML),
    "subtitle": Known(_subtitle, TEXT),
    **{name: Known(_word, name) for name in ("ttl", "sy_updateperiod", "sy_updatefrequency")},
}
"""By the names that feedparser has for elements, as they are wanted for a :class:`bot.items.Document`."""


def read_word(feed: Reading, element: etree._Element, name: str) -> bool:
    """Read an element that stands right in a frame; False where feedparser has to hear it.

    Then nothing has been changed, as where an element changes what others mean.
    """
    known = _READERS.get(name)
    if known is None or len(element) or (element.tail and not element.tail.isspace()):
        return False
    attributes = attributes_of(element.items())
    if attributes is None or not known.read(feed, element, attributes, known.argument):
        return False
    feed.pause()
    return True

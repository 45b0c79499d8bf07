"""Telling feedparser of a tree that was read already, rather than have it read the text again. Pure.

What it hears is what its own reading of the same document would tell it: namespaces, elements with
their attributes, text; so it finds the same. It is spared what nobody asks it for: dates, which
:mod:`bot.parse.dates` reads, and the pieces in which expat hands over text.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl

from feedparser.api import StrictFeedParser
from lxml import etree

_XML = "http://www.w3.org/XML/1998/namespace"


class Ambiguous(Exception):
    """The tree does not say by which of several prefixes an attribute was written."""


class _Parameters(dict[str, Any]):
    """What feedparser notes of the text it is in; copied for each, so copying is made cheap."""

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)


class _Listener(StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's own reader of events, without its reading of dates."""

    contentparams: dict[str, Any]
    named = ""
    """What feedparser calls the element that began or ended last, where it has no attributes."""

    def push_content(self, tag: str, attrs_d: Any, default_content_type: str, expecting_text: int) -> None:
        super().push_content(tag, attrs_d, default_content_type, expecting_text)
        self.contentparams = _Parameters(self.contentparams)

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        if not attrs:
            self.named = self.named or tag
        super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        self.named = self.named or tag
        super().unknown_endtag(tag)

    def _end_published(self) -> None:
        self.pop("published")

    def _end_updated(self) -> None:
        self.pop("updated")

    def _end_created(self) -> None:
        self.pop("created")

    def _end_expirationdate(self) -> None:
        self.pop("expired")

    _end_issued = _end_pubdate = _end_published
    _end_modified = _end_lastbuilddate = _end_updated


def tell(root: etree._Element) -> Any:
    """Return feedparser's reader after it heard all of ``root``: its ``feeddata``, ``entries``, ``version``.

    Raises:
        Ambiguous: have feedparser read the text.
        Exception: whatever feedparser raises, as it would of the text.
    """
    listener = _Listener("", None, "utf-8")
    listener.resolve_relative_uris = listener.sanitize_html = False
    prefixes: dict[str, str] = {_XML: "xml"}
    begun: dict[str, str] = {}  # by what names feedparser knows elements, until a prefix changes its meaning
    ended: dict[str, str] = {}
    begin = partial(StrictFeedParser.unknown_starttag, listener)
    end = partial(StrictFeedParser.unknown_endtag, listener)
    characters = listener.handle_data
    for event, what in etree.iterwalk(root, events=("start", "end", "start-ns")):
        if event == "start":
            if not what.attrib and not listener.decls and (name := begun.get(what.tag)):
                begin(name, [])
            else:
                listener.named = ""
                listener.startElementNS(_pair(what.tag), None, _attributes(what.attrib, prefixes))
                begun[what.tag] = listener.named
            if text := what.text:
                characters(text)
        elif event == "end":
            if name := ended.get(what.tag):
                end(name)
            else:
                listener.named = ""
                listener.endElementNS(_pair(what.tag), None)
                ended[what.tag] = listener.named
            # feedparser itself would keep the base of one item for all after it, where the feed has none.
            listener.baseuri = listener.basestack[-1] if listener.basestack else ""
            if what is not root and (text := what.tail):
                characters(text)
        else:
            prefix, uri = what
            listener.startPrefixMapping(prefix or None, uri)
            begun.clear()
            ended.clear()
            if prefix and prefixes.setdefault(uri, prefix) != prefix:
                prefixes[uri] = ""
    return listener


def _pair(name: str) -> tuple[str | None, str]:
    """Return (namespace, local name)."""
    if name[0] != "{":
        return None, name
    namespace, _, local = name[1:].partition("}")
    return namespace, local


def _attributes(given: Mapping[str, str], prefixes: dict[str, str]) -> AttributesNSImpl:
    attributes, names = {}, {}
    for name, value in given.items():
        pair = _pair(name)
        attributes[pair] = value
        names[pair] = pair[1]
        if pair[0] is not None:
            if not (prefix := prefixes.get(pair[0], "")):
                raise Ambiguous
            names[pair] = f"{prefix}:{pair[1]}"
    return AttributesNSImpl(attributes, names)

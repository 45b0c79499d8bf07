"""Telling feedparser of a tree that was read already, rather than have it read the text again. Pure.

What it hears is what its own reading of the same document would tell it: namespaces, elements with
their attributes, text; so it finds the same. It is spared what nobody asks it for: dates, which
:mod:`bot.parse.dates` reads, and the pieces in which expat hands over text. Of an item it hears only
what :mod:`bot.parse.fields` cannot read.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl

from feedparser.api import StrictFeedParser
from feedparser.urls import make_safe_absolute_uri
from lxml import etree

from bot.parse.elements import MOST_TAGS, known
from bot.parse.fields import Known, Reading

_XML = "http://www.w3.org/XML/1998/namespace"
_EACH_TIME = ("", "http://www.w3.org/1999/xlink")
"""Namespaces of which feedparser takes notice wherever they are declared, or never."""

_EVENTS = ("start", "end", "start-ns")
_NO_ATTRIBUTES = AttributesNSImpl({}, {})


class Ambiguous(Exception):
    """The tree does not say by which of several prefixes an attribute was written."""


class _Parameters(dict[str, Any]):
    """What feedparser notes of the text it is in; copied for each, so copying is made cheap."""

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)


class _Names(dict[object, Known | None]):
    """How to read elements, by their tags, as long as no prefix changes its meaning."""

    def __init__(self, name_of: Callable[[object], str]) -> None:
        super().__init__()
        self._name_of = name_of

    def __missing__(self, tag: object) -> Known | None:
        self[tag] = found = known(self._name_of(tag))
        return found


class _Listener(StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's own reader of events, without its reading of dates."""

    contentparams: dict[str, Any]
    decls: dict[str, str]
    named = ""
    """What feedparser calls the element that began or ended last, where it has no attributes."""

    is_asked = False
    """Whether it is only to be learnt by what name feedparser would call an element."""

    def __init__(self) -> None:
        super().__init__("", None, "utf-8")
        self.resolve_relative_uris = self.sanitize_html = False
        self._names: dict[object, str] = {}
        self.known = _Names(self.name_of)

    def push_content(self, tag: str, attrs_d: Any, default_content_type: str, expecting_text: int) -> None:
        super().push_content(tag, attrs_d, default_content_type, expecting_text)
        self.contentparams = _Parameters(self.contentparams)

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        if not attrs or self.is_asked:
            self.named = self.named or tag
        if not self.is_asked:
            super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        self.named = self.named or tag
        if not self.is_asked:
            super().unknown_endtag(tag)

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        if len(self._get_context().get("tags", ())) < MOST_TAGS:
            super()._add_tag(term, scheme, label)

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

    def name_of(self, tag: object) -> str:
        """Return by what name feedparser looks for handlers of an element, "" where it has no one name."""
        if (name := self._names.get(tag)) is None:
            name = self._names[tag] = self._ask(_pair(tag)) if isinstance(tag, str) else ""
        return name

    def forget_names(self) -> None:
        """Take heed of a prefix that has changed its meaning."""
        self._names.clear()
        self.known.clear()

    def _ask(self, pair: tuple[str | None, str]) -> str:
        waiting, self.decls, self.is_asked = self.decls, {}, True
        self.named = ""
        self.startElementNS(pair, None, _NO_ATTRIBUTES)
        begun, self.named = self.named, ""
        self.endElementNS(pair, None)
        self.decls, self.is_asked = waiting, False
        if begun != self.named:
            return ""
        prefix, _, local = begun.rpartition(":")
        prefix = self.namespacemap.get(prefix, prefix)
        return f"{prefix}_{local}" if prefix else local

    def is_new(self, prefix: str, uri: str) -> bool:
        """Whether it changes anything that ``prefix`` stands for ``uri``."""
        known = self._matchnamespaces.get(uri.lower())
        is_known = known is None or self.namespacemap.get(prefix or None) == known
        is_used = self.namespaces_in_use.get(prefix if known is None else known) == uri
        return not (is_known and is_used) or uri in _EACH_TIME

    def is_calm(self) -> bool:
        """Whether it is within an item and nothing else that changes what its elements mean."""
        return bool(self.inentry) and not (
            self.incontent
            or self.contentparams
            or self.insource
            or self.sourcedata
            or self.inimage
            or self.intextinput
            or self.inauthor
            or self.incontributor
            or self.inpublisher
            or self.svgOK
            or self._summaryKey
            or self.decls
            or not _is_settled(self.baseuri)
        )


@lru_cache(maxsize=256)
def _is_settled(base: str) -> bool:
    """Whether feedparser, which resolves a base against itself in each element, leaves this one as it is."""
    return not base or (make_safe_absolute_uri(base, base) or base) == base


def tell(root: etree._Element) -> Any:
    """Return feedparser's reader after it heard all of ``root``: its ``feeddata``, ``entries``, ``version``.

    Raises:
        Ambiguous: have feedparser read the text.
        Exception: whatever feedparser raises, as it would of the text.
    """
    return _Telling(root).told()


class _Telling:
    """One document that is being told of."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._listener = _Listener()
        self._prefixes: dict[str, str] = {_XML: "xml"}
        self._begun: dict[str, str] = {}  # by what names feedparser knows elements, until a prefix changes
        self._ended: dict[str, str] = {}
        declared = sum(1 for _ in etree.iterwalk(root, events=("start-ns",)))
        self._declares_within = declared > len(root.nsmap)

    def told(self) -> _Listener:
        """Tell of all of it."""
        listener, items = self._listener, 0
        walk = etree.iterwalk(self._root, events=_EVENTS)
        for event, what in walk:
            self._tell(event, what)
            if event == "start" and len(listener.entries) > items:
                if listener.is_calm():
                    self._read(what)
                    walk.skip_subtree()
                items = len(listener.entries)
        return listener

    def _read(self, item: etree._Element) -> None:
        """Read an item whose begin was told of, as far as we can."""
        reading = Reading(self._listener, self._hand_over)
        for child in item:
            if self._declares_within and self._redefines(child):
                self._hand_over(reading, child)
            else:
                reading.take(child)
        reading.pause()

    def _redefines(self, element: etree._Element) -> bool:
        """Whether prefixes change their meaning within ``element``."""
        return any(self._is_new(*one) for _, one in etree.iterwalk(element, events=("start-ns",)))

    def _is_new(self, prefix: str, uri: str) -> bool:
        return self._listener.is_new(prefix, uri) or (prefix != "" and self._prefixes.get(uri) != prefix)

    def _hand_over(self, reading: Reading, element: etree._Element) -> None:
        """Let feedparser hear an element of an item; what it leaves behind decides who reads the next."""
        listener = self._listener
        reading.pause()
        untold = reading.depth - 1 - listener.depth
        listener.depth += untold
        for event, what in etree.iterwalk(element, events=_EVENTS):
            self._tell(event, what)
        reading.depth = listener.depth + 1  # some ends it does not count
        listener.depth -= untold
        reading.resume()

    def _tell(self, event: str, what: Any) -> None:
        listener = self._listener
        if event == "start":
            if not what.attrib and not listener.decls and (name := self._begun.get(what.tag)):
                StrictFeedParser.unknown_starttag(listener, name, [])
            else:
                listener.named = ""
                listener.startElementNS(_pair(what.tag), None, _attributes(what.attrib, self._prefixes))
                self._begun[what.tag] = listener.named
            if text := what.text:
                listener.handle_data(text)
        elif event == "end":
            if name := self._ended.get(what.tag):
                StrictFeedParser.unknown_endtag(listener, name)
            else:
                listener.named = ""
                listener.endElementNS(_pair(what.tag), None)
                self._ended[what.tag] = listener.named
            # feedparser itself would keep the base of one item for all after it, where the feed has none.
            listener.baseuri = listener.basestack[-1] if listener.basestack else ""
            if what is not self._root and (text := what.tail):
                listener.handle_data(text)
        else:
            prefix, uri = what
            if self._is_new(prefix, uri):
                listener.startPrefixMapping(prefix or None, uri)
                listener.forget_names()
                self._begun.clear()
                self._ended.clear()
            if prefix and self._prefixes.setdefault(uri, prefix) != prefix:
                self._prefixes[uri] = ""


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

"""Telling feedparser of a tree that was read already, rather than have it read the text again. Pure.

What it hears is what its own reading of the same document would tell it: namespaces, elements with
their attributes, text; so it finds the same. It is spared what nobody asks it for: dates, which
:mod:`bot.parse.dates` reads, and the pieces in which expat hands over text. Of a feed's own words and of
its items it hears only what :mod:`bot.parse.words` and :mod:`bot.parse.elements` cannot read.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl

from feedparser.api import StrictFeedParser
from feedparser.urls import make_safe_absolute_uri
from feedparser.util import FeedParserDict
from lxml import etree

from bot.parse.elements import MOST_TAGS, known
from bot.parse.fields import Known, Reading
from bot.parse.words import FRAMES, read_word

_XML = "http://www.w3.org/XML/1998/namespace"
_EACH_TIME = ("", "http://www.w3.org/1999/xlink")
"""Namespaces of which feedparser takes notice wherever they are declared, or never."""

LONGEST_AUTHOR = 200
"""Characters of an author in which feedparser may seek a mail address, for the square of their number."""

MOST_KEPT, LETTERS_KEPT = 200, 10_000
"""Names kept from one document to the next, and letters of the prefixes that they depend on, with all that
these mean; of names, the scan bounds the length."""

_ITEMS = ("item", "entry")
"""The names of items, for which feedparser does the same."""

_EVENTS = ("start", "end", "start-ns")
_NO_ATTRIBUTES = AttributesNSImpl({}, {})


class Ambiguous(Exception):
    """The tree does not say by which of several prefixes an attribute was written."""


class _Parameters(dict[str, Any]):
    """What feedparser notes of the text it is in; copied for each, so copying is made cheap."""

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)


class _Names:
    """What feedparser calls elements, by their tags, where prefixes have one set of meanings.

    Attributes:
        known: how to read elements.
        named: by what names feedparser looks for their handlers, "" where it has no one name.
        begun, ended: by what names it hears of their begins and ends, where they have no attributes.
    """

    __slots__ = ("begun", "ended", "known", "named")

    def __init__(self) -> None:
        self.known: dict[object, Known | None] = {}
        self.named: dict[object, str] = {}
        self.begun: dict[str, str] = {}
        self.ended: dict[str, str] = {}


@lru_cache(maxsize=64)
def _kept_names(*_: tuple[object, ...]) -> _Names:
    """Return the names for these meanings of prefixes: feeds of one kind of software share theirs."""
    return _Names()


def _names(*meanings: Mapping[Any, Any]) -> _Names:
    """Return the same, but no more of them than a feed has use for."""
    pairs = [tuple(one.items()) for one in meanings]
    if sum([len(prefix or "") + len(meaning) for some in pairs for prefix, meaning in some]) > LETTERS_KEPT:
        return _Names()
    names = _kept_names(*pairs)
    if len(names.named) > MOST_KEPT or len(names.begun) > MOST_KEPT or len(names.ended) > MOST_KEPT:
        names.__init__()  # type: ignore[misc]
    return names


class _Listener(StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's own reader of events, without its reading of dates."""

    contentparams: dict[str, Any]
    decls: dict[str, str]
    lang: str | None
    named = ""
    """What feedparser calls the element that began or ended last, where it has no attributes."""

    is_asked = False
    """Whether it is only to be learnt by what name feedparser would call an element."""

    def __init__(self) -> None:
        super().__init__("", None, "utf-8")
        self.resolve_relative_uris = self.sanitize_html = False
        self.names = _names()

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

    def _sync_author_detail(self, key: str = "author") -> None:
        context = self._get_context()
        author = context.get(key)
        detail = context.get(f"{key}s", [FeedParserDict()])[-1]
        if detail or not isinstance(author, str) or len(author) <= LONGEST_AUTHOR:
            super()._sync_author_detail(key)
        else:
            context.setdefault(f"{key}_detail", detail)
            detail["name"] = author

    _end_issued = _end_pubdate = _end_published
    _end_modified = _end_lastbuilddate = _end_updated

    def name_of(self, tag: object) -> str:
        """Return by what name feedparser looks for handlers of an element, "" where it has no one name."""
        if (name := self.names.named.get(tag)) is None:
            name = self.names.named[tag] = self._ask(_pair(tag)) if isinstance(tag, str) else ""
        return name

    def known(self, tag: object) -> Known | None:
        """Return how to read elements with this tag."""
        try:
            return self.names.known[tag]
        except KeyError:
            found = self.names.known[tag] = known(self.name_of(tag))
            return found

    def heed_prefixes(self) -> None:
        """Take heed of a prefix that has changed its meaning."""
        self.names = _names(self.namespacemap, self.namespaces_in_use)

    def begin_item(self) -> bool:
        """Do what feedparser does of an item without attributes; False where it would do something else."""
        if self.incontent or not _is_settled(self.baseuri):
            return False
        self.depth += 1
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        self.intextinput = self.inimage = 0
        self.entries.append(FeedParserDict())
        self.elementstack.append(["item", 0, []])
        self.inentry, self.guidislink, self.title_depth = 1, 0, -1
        return True

    def end_item(self) -> bool:
        """Do what feedparser does at the end of an item; False where it would do something else."""
        is_open = self.elementstack and self.elementstack[-1][0] == "item"
        if self.incontent or self.svgOK or not is_open or not self.basestack or not self.langstack:
            return False
        self.elementstack.pop()
        self.inentry = self.hasContent = 0
        self.basestack.pop()
        self.langstack.pop()
        if self.langstack:
            self.lang = self.langstack[-1]
        self.depth -= 1
        return True

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
        """Whether it is within nothing that changes what elements mean."""
        return not (
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
        self._has_new_prefix = True
        declared = sum(1 for _ in etree.iterwalk(root, events=("start-ns",)))
        self._declares_within = declared > len(root.nsmap)

    def told(self) -> _Listener:
        """Tell of all of it."""
        listener, items, word = self._listener, 0, None
        walk = etree.iterwalk(self._root, events=_EVENTS)
        for event, what in walk:
            if word is what:  # its end
                word = None
                continue
            if event == "start" and self._is_word(what):
                word = what
                continue
            self._tell(event, what)
            if event == "start" and len(listener.entries) > items:
                if listener.inentry and listener.is_calm():
                    self._read(what)
                    walk.skip_subtree()
                items = len(listener.entries)
        return listener

    def _is_word(self, element: etree._Element) -> bool:
        """Whether an element is a word of the feed's own, and has been read."""
        listener = self._listener
        if self._has_new_prefix or not listener.infeed or listener.inentry or not listener.is_calm():
            return False
        frame = element.getparent()
        if frame is None or listener.name_of(frame.tag) not in FRAMES:
            return False
        feed = Reading(listener, self._hand_over, listener.feeddata)
        return read_word(feed, element, listener.name_of(element.tag))

    def _read(self, item: etree._Element) -> None:
        """Read an item whose begin was told of, as far as we can."""
        reading = Reading(self._listener, self._hand_over, self._listener.entries[-1])
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
        if event == "start":
            self._begin(what)
        elif event == "end":
            self._end(what)
        else:
            prefix, uri = what
            if self._is_new(prefix, uri):
                self._listener.startPrefixMapping(prefix or None, uri)
                self._has_new_prefix = True
            if prefix and self._prefixes.setdefault(uri, prefix) != prefix:
                self._prefixes[uri] = ""

    def _begin(self, element: etree._Element) -> None:
        listener = self._listener
        if self._has_new_prefix:
            listener.heed_prefixes()
            self._has_new_prefix = False
        tag, attributes = element.tag, element.attrib
        name = "" if attributes or listener.decls else listener.names.begun.get(tag)
        if name in _ITEMS and listener.begin_item():
            return  # what stands between its elements says nothing
        if name:
            StrictFeedParser.unknown_starttag(listener, name, [])
        else:
            listener.named = ""
            listener.startElementNS(_pair(tag), None, _attributes(attributes, self._prefixes))
            if not attributes:
                listener.names.begun[tag] = listener.named
        if text := element.text:
            listener.handle_data(text)

    def _end(self, element: etree._Element) -> None:
        listener = self._listener
        name = listener.names.ended.get(element.tag)
        if name not in _ITEMS or not listener.end_item():
            if name:
                StrictFeedParser.unknown_endtag(listener, name)
            else:
                listener.named = ""
                listener.endElementNS(_pair(element.tag), None)
                listener.names.ended[element.tag] = listener.named
        # feedparser itself would keep the base of one item for all after it, where the feed has none.
        listener.baseuri = listener.basestack[-1] if listener.basestack else ""
        if element is not self._root and (text := element.tail):
            listener.handle_data(text)


def _pair(name: str) -> tuple[str | None, str]:
    """Return (namespace, local name)."""
    if name[0] != "{":
        return None, name
    namespace, _, local = name[1:].partition("}")
    return namespace, local


def _attributes(given: Any, prefixes: dict[str, str]) -> AttributesNSImpl:
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

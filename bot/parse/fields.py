"""Reading the ordinary elements of an item ourselves, to the fields that feedparser would make of them. Pure.

Told of an element, feedparser takes some 25 µs, most of it to find out what is open around it; reading one
here takes two. feedparser stays the authority: what is not in the table of :mod:`bot.parse.elements`, or
leaves its reader in doubt, is handed over to it, element by element.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from feedparser.html import _cp1252
from lxml import etree

Attributes = dict[str, str]
"""By names in small letters; of ``rel`` and ``type`` the values, too."""

_C1 = re.compile("[\x80-\x9f]")
_NOT_READ = frozenset({"base", "lang", "mode"})
_LISTS = ("authors", "content", "links", "media_content", "media_thumbnail", "tags")


class Reader(Protocol):
    """Who reads one kind of element."""

    def __call__(
        self, item: "Reading", element: etree._Element, attributes: Attributes, argument: str, /
    ) -> bool:
        """Read ``element``; False where it is in doubt, and has changed nothing."""


class Known(NamedTuple):
    """How to read an element: by whom, with which argument of its own, and whether it may hold others.

    ``looks``: whether the reader sees for itself if it knows what the element holds.
    """

    read: Reader
    argument: str = ""
    holds: bool = False
    looks: bool = False


class Reading:
    """An item, or a feed's own words, read by us and by feedparser in turns.

    Attributes:
        heard: feedparser's reader, within the same; what it knows of bases, languages and titles is kept up.
        fields: what it says so far.
        depth: how deep feedparser would be in the element that is being read.
        is_lost: whether feedparser is left in a state in which it has to hear the rest.
    """

    __slots__ = (
        "_depths",
        "_hand_over",
        "_is_atom",
        "_item",
        "_known",
        "depth",
        "fields",
        "heard",
        "is_lost",
    )

    def __init__(self, heard: Any, hand_over: Callable[["Reading", etree._Element], None], of: Any) -> None:
        """Take feedparser's reader, who else reads, and ``of`` what: its last item, or its feed."""
        self.heard = heard
        self._item = of
        self.fields: dict[str, Any] = dict(self._item)
        self.depth: int = heard.depth + 1
        self.is_lost = False
        self._hand_over = hand_over
        # Of what a feed says twice, the last counts, however deep.
        self._depths: dict[str, int] = heard.property_depth_map.setdefault(of, {}) if heard.inentry else {}
        self._is_atom: bool = heard.version.startswith("atom")
        self._known: dict[object, Known | None] = heard.names.known

    def take(self, element: etree._Element) -> None:
        """Read an element of the item, or hand it over to feedparser."""
        tag = element.tag
        if not self.is_lost and (known := self._known.get(tag) or self.heard.known(tag)):
            read, argument, holds, looks = known
            if not len(element) or looks or (holds and self._knows_all_in(element)):
                given = element.items()
                attributes = attributes_of(given) if given else {}
                if attributes is not None and read(self, element, attributes, argument):
                    return
        self._hand_over(self, element)

    def pause(self) -> None:
        """Let feedparser know what we have read."""
        if not self.is_lost:
            self._item.update(self.fields)

    def resume(self) -> None:
        """Go on after feedparser has heard an element; what it has left behind may keep us from it."""
        self.fields = dict(self._item)
        self._known = self.heard.names.known
        lists = all(isinstance(self.fields.get(name, []), list) for name in _LISTS)
        self.is_lost = self.is_lost or not lists or not (self.heard.inentry and self.heard.is_calm())

    def _knows_all_in(self, element: etree._Element) -> bool:
        """Whether all in it is known, which goes for all in it, too: else depth would be paid for again."""
        is_within = self.depth > self.heard.depth + 1
        return is_within or all(self.heard.known(one.tag) for one in element.iterdescendants())

    def is_allowed(self, field: str) -> bool:
        """Whether no element less deep has said this field."""
        return self._depths.get(field, self.depth) >= self.depth

    def store(self, field: str, value: str) -> None:
        """Keep a field, unless an element less deep has said it."""
        if self._depths.get(field, self.depth) >= self.depth:
            self._depths[field] = self.depth
            self.fields[field] = value

    def resolved(self, address: str) -> str:
        """Return ``address`` absolute, as far as a base is known; "" stays so."""
        if not address or not (self.heard.baseuri or ":///" in address):
            return address
        return str(self.heard.resolve_uri(address))

    def content(self, element: etree._Element, kind: str) -> dict[str, Any]:
        """Return what feedparser tells of a text in which there may be markup."""
        text = stripped(element)
        value = text if text.isascii() else repaired(text)
        is_guessed = kind == "text/plain" and not self._is_atom and ("&" in text or "</" in text)
        language = self.heard.lang
        return {
            "type": "text/html" if is_guessed and self.heard.looks_like_html(text) else kind,
            "language": language.replace("_", "-") if language else language,
            "base": self.heard.baseuri,
            "value": value,
        }


def attributes_of(given: Any) -> Attributes | None:
    """Return attributes as feedparser names them; None where they say more than readers know of."""
    attributes: Attributes = {}
    for written, value in given:
        name = written.lower()
        if name[0] == "{" or name in _NOT_READ:
            return None
        attributes[name] = value.lower() if name in ("rel", "type") else value
    return attributes


def said(element: etree._Element) -> str:
    """Return the text of an element that holds no other as feedparser tells it."""
    text = element.text
    if not text:
        return ""
    text = text.strip()
    return text if text.isascii() else repaired(text)


def repaired(text: str) -> str:
    """Return ``text`` as feedparser repairs it: UTF-8 taken for Latin-1, and letters of Windows."""
    if text.isascii():
        return text
    try:  # noqa: SIM105  as often as there are texts
        text = text.encode("iso-8859-1").decode()
    except UnicodeError:
        pass
    return text.translate(_cp1252) if _C1.search(text) else text


def stripped(element: etree._Element) -> str:
    """Return the text of an element that holds no other, without white space around it."""
    text = element.text
    return text.strip() if text else ""

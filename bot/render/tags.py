"""Foreign HTML as a stream of text and tags.

A tree is what we do not build: a tree builder takes time quadratic in the depth (half a second for
64 kB of ``<ul><li>``) and reads all of a body of which we set the first lines. This reader is
linear, never fails, and stops when its reader does. It follows the HTML standard in what a tag, an
attribute, a comment and a raw text element is; it does not move misplaced elements about.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.references import unescape

TOKEN_LIMIT = 20_000
"""Tags read of one body: some 20 ms of work. What lies beyond is beyond any message as well."""

PIECE = 16_384
"""Characters of text decoded at a time: of a body without tags no more is read than its reader takes."""

LOOK_LIMIT = 8_000
"""Tokens of a body that are looked at ahead, so that what begins often and never ends costs no more."""

REST_LIMIT = 16_384
"""Characters of a tag in which attributes are looked for; pictures are sometimes written into them."""

RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"})
"""Elements whose content is no markup, nor anything to read."""

_LONGEST_REFERENCE = 40
"""Characters: the longest of HTML is ``&CounterClockwiseContourIntegral;``."""

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<rest>(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>"
)
_CARELESS_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<rest>[^>]*+)>")
"""What a tag is after one whose quotes are so broken that they would take in the rest of the body."""

_ATTRIBUTE = re.compile(r"([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?+")
_RAW_ENDS = {name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in RAW}
_TAG_BEGIN = re.compile("</?[a-zA-Z]")
_MARKUP_BEGIN = re.compile("<[a-zA-Z/!?]")
_LOOKS_CUT = re.compile(r"</?[a-zA-Z][\w:-]*(?:\s+[\w:-]+\s*=.*|[\s/]*)", re.DOTALL)


class Tag:
    """A tag as it stands: its name in lower case, whether it closes, or opens and closes at once."""

    __slots__ = ("_lower", "_read", "_rest", "closing", "empty", "name")

    def __init__(self, name: str, rest: str = "", *, closing: bool = False) -> None:
        self.name = name
        self.closing = closing
        self.empty = rest.endswith("/") and not closing
        self._rest = rest[:REST_LIMIT]
        self._lower = ""
        self._read: dict[str, str] | None = None

    @property
    def bare(self) -> bool:
        """Whether it has no attributes."""
        return not self._rest

    @property
    def may_play(self) -> bool:
        """Whether it begins the one raw text element whose attributes are worth reading."""
        return self.name == "iframe" and not self.closing

    def get(self, attribute: str) -> str:
        """Return the value of ``attribute``, entities decoded; "" where it is missing or empty."""
        if self._read is None:
            if not self._rest:
                return ""
            self._lower = self._lower or self._rest.lower()
            if attribute not in self._lower:
                return ""
        if self._read is None:
            self._read = {}
            for name, double, single, bare in _ATTRIBUTE.findall(self._rest):
                self._read.setdefault(name.lower(), unescape(double or single or bare))
        return self._read.get(attribute, "")

    def has(self, attribute: str) -> bool:
        """Tell whether ``attribute`` stands in the tag, be it without a value."""
        self.get(attribute)
        return self._read is not None and attribute in self._read


Token = str | Tag


@dataclass(frozen=True, slots=True)
class Seen:
    """What was looked at ahead: ``whole`` up to the end of its element, ``nested`` up to another in it."""

    tokens: list[Token]
    whole: bool = False
    nested: bool = False


class Source:
    """The tokens of a body, some of which may be looked at before they are read."""

    def __init__(self, html: str, most: int = TOKEN_LIMIT) -> None:
        self._tokens = tokens(html, most)
        self._ahead: list[Token] = []
        self._looks = LOOK_LIMIT

    def __iter__(self) -> Iterator[Token]:
        while True:
            while self._ahead:
                yield self._ahead.pop()
            for token in self._tokens:
                yield token
                if self._ahead:
                    break
            else:
                if not self._ahead:
                    return

    def push(self, given: Sequence[Token]) -> None:
        """Have ``given`` be read next."""
        self._ahead.extend(reversed(given))

    def look(self, most: int, most_text: int, name: str) -> Seen:
        """Take what follows up to the end of element ``name``, or to another that begins in it.

        At most ``most`` tokens and about ``most_text`` characters, and :data:`LOOK_LIMIT` tokens of
        a body in all.
        """
        taken: list[Token] = []
        length = 0
        while len(taken) < min(most, self._looks) and length < most_text:
            one = self._ahead.pop() if self._ahead else next(self._tokens, None)
            if one is None:
                break
            taken.append(one)
            if isinstance(one, str):
                length += len(one)
            elif one.name == name:
                self._looks -= len(taken)
                return Seen(taken, whole=one.closing, nested=not one.closing)
        whole = len(taken) < min(most, self._looks) and length < most_text
        self._looks -= len(taken)
        return Seen(taken, whole=whole)


def tokens(html: str, most: int = TOKEN_LIMIT) -> Iterator[Token]:
    """Yield the text, references decoded, and the tags of ``html``, up to ``most`` of them."""
    html = _without_cdata(html)
    pattern = _TAG
    start = at = 0
    for _ in range(most):
        begun = _MARKUP_BEGIN.search(html, at)
        if begun is None:
            break
        at = begun.start()
        found = pattern.match(html, at)
        if found is None and pattern is _TAG and _TAG_BEGIN.match(html, at):
            pattern = _CARELESS_TAG
            found = pattern.match(html, at)
        end = found.end() if found else _markup_end(html, at)
        if end == at:
            at += 1
            continue
        if at > start:
            yield from (unescape(html[start:at]),) if at - start <= PIECE else _texts(html, start, at)
        start = at = abs(end)
        if found:
            closes, name, rest = found.groups()
            tag = Tag(name.lower(), rest, closing=bool(closes))
            start = at = _raw_end(tag, html, at) if tag.name in RAW else at
            if tag.name not in RAW or tag.may_play:
                yield tag
        elif end < 0:
            break
    else:
        return
    if start < len(html):
        yield from _texts(html, start, len(html))


def _without_cdata(html: str) -> str:
    """Return ``html`` with what stands in sections of XML as if it stood there alone."""
    return html.replace("<![CDATA[", "").replace("]]>", "") if "<![CDATA[" in html else html


def _texts(html: str, start: int, end: int) -> Iterator[str]:
    """Yield the text from ``start`` to ``end`` in pieces that cut no reference apart."""
    while end - start > PIECE:
        stop = start + PIECE
        reference = html.rfind("&", stop - _LONGEST_REFERENCE, stop)
        stop = reference if reference >= 0 else stop
        yield unescape(html[start:stop])
        start = stop
    yield unescape(html[start:end])


def _raw_end(tag: Tag, html: str, at: int) -> int:
    """Return where the content of a raw text element that begins at ``at`` ends."""
    if tag.closing or tag.empty:
        return at
    found = _RAW_ENDS[tag.name].search(html, at)
    return found.start() if found else len(html)


def _markup_end(html: str, at: int) -> int:
    """Return where what begins with "<" at ``at``, and is no whole tag, ends.

    That is ``at`` itself where "<" is only text. Negative: no ">" ends it, so that the rest holds
    no tag any more; a tag cut off with its document is left out, anything else is read as text.
    """
    following = html[at + 1 : at + 2]
    begins = _TAG_BEGIN.match(html, at) is not None
    if html.startswith("<!--", at):
        end = html.find("-->", at + 2)
        return end + 3 if end >= 0 else -len(html)
    if following in {"!", "?"} or (following == "/" and not begins):
        end = html.find(">", at)
        return end + 1 if end >= 0 else -at or -1
    if begins:
        return -len(html) if _LOOKS_CUT.fullmatch(html, at) else -at or -1
    return at

"""Foreign HTML as a stream of text and tags.

A tree is what we do not build: a tree builder takes time quadratic in the depth (half a second for
64 kB of ``<ul><li>``) and reads all of a body of which we set the first lines. This reader is
linear, never fails, and stops when its reader does. It follows the HTML standard in what a tag, an
attribute, a comment and a raw text element is; it does not move misplaced elements about.
"""

import re
from collections.abc import Iterator
from html import unescape

TOKEN_LIMIT = 20_000
"""Tags read of one body: some 20 ms of work. What lies beyond is beyond any message as well."""

PIECE = 16_384
"""Characters of text decoded at a time: of a body without tags no more is read than its reader takes."""

REST_LIMIT = 16_384
"""Characters of a tag in which attributes are looked for; pictures are sometimes written into them."""

RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"})
"""Elements whose content is no markup, nor anything to read."""

_LONGEST_REFERENCE = 40
"""Characters: the longest of HTML is ``&CounterClockwiseContourIntegral;``."""

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<rest>(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>"
)
_ATTRIBUTE = re.compile(r"([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?+")
_RAW_ENDS = {name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in RAW}
_LOOKS_CUT = re.compile(r"</?[a-zA-Z][\w:-]*(?:\s+[\w:-]+\s*=.*|[\s/]*)", re.DOTALL)


class Tag:
    """A tag as it stands: its name in lower case, whether it closes, or opens and closes at once."""

    __slots__ = ("_read", "_rest", "closing", "empty", "name")

    def __init__(self, name: str, rest: str, *, closing: bool) -> None:
        self.name = name
        self.closing = closing
        self.empty = rest.endswith("/") and not closing
        self._rest = rest[:REST_LIMIT]
        self._read: dict[str, str] | None = None

    def get(self, attribute: str) -> str:
        """Return the value of ``attribute``, entities decoded; "" where it is missing or empty."""
        if attribute not in self._rest.lower():
            return ""
        if self._read is None:
            self._read = {}
            for name, double, single, bare in _ATTRIBUTE.findall(self._rest):
                self._read.setdefault(name.lower(), unescape(double or single or bare))
        return self._read.get(attribute, "")


def tokens(html: str) -> Iterator[str | Tag]:
    """Yield the text, references decoded, and the tags of ``html``, up to :data:`TOKEN_LIMIT` of them."""
    if "<![CDATA[" in html:
        html = html.replace("<![CDATA[", "").replace("]]>", "")
    start = at = 0
    for _ in range(TOKEN_LIMIT):
        at = html.find("<", at)
        if at < 0:
            break
        found = _TAG.match(html, at)
        end = found.end() if found else _markup_end(html, at)
        if end == at:
            at += 1
            continue
        if at > start:
            yield from _texts(html, start, at)
        start = at = abs(end)
        if found:
            tag = Tag(found["name"].lower(), found["rest"], closing=bool(found["close"]))
            if tag.name in RAW:
                start = at = _raw_end(tag, html, at)
            else:
                yield tag
        elif end < 0:
            break
    else:
        return
    if start < len(html):
        yield from _texts(html, start, len(html))


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
    if html.startswith("<!--", at):
        end = html.find("-->", at + 2)
        return end + 3 if end >= 0 else -len(html)
    if following in {"!", "?"} or (following == "/" and not html[at + 2 : at + 3].isalpha()):
        end = html.find(">", at)
        return end + 1 if end >= 0 else -at or -1
    if following.isalpha() or following == "/":
        return -len(html) if _LOOKS_CUT.fullmatch(html, at) else -at or -1
    return at

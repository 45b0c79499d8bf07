"""Closing what was left open: tags and attributes put in order where a document is not well-formed. Pure.

Linear in the length of the text. What it cannot mend stays as it was; the scan then says so again.
"""

import re
from collections.abc import Iterator
from itertools import islice

_NAME = r"[A-Za-z_][\w.-]{0,80}(?::[A-Za-z_][\w.-]{0,80})?"
_TAG = re.compile(rf"<(/?)({_NAME})(?=[\s/>\"'])((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>")
_LOOSE_TAG = re.compile(rf"<(/?)({_NAME})(?=[\s/>\"'])([^<>]*)>")
_ODD_TAG = re.compile(
    rf"<(/?)({_NAME})(?=[\s/>])((?:[^<>\"']++|\"[^\"]{{0,500}}\"|'[^']{{0,500}}'){{0,100}}+)>"
)
"""Angle brackets within quotation marks: tried last, since a mark may be missing."""

_ATTRIBUTE = re.compile(rf"(?<![\w.:-])({_NAME})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")

DEEPEST = 300
"""Beyond this depth nothing is mended: no feed is so deep."""

MOST_ATTRIBUTES = 100
"""Attributes kept of one element; namespaces come first, and no element has so many."""

_VOID = frozenset({"br", "img", "hr", "input", "wbr", "area", "col", "embed"})
"""Elements of HTML that have no end; those that feeds use as fields are not among them."""

_ITEMS = frozenset({"item", "entry"})
_FRAME = _ITEMS | {"channel", "rss", "rdf", "feed"}
_WORDS = frozenset(
    {
        "title",
        "link",
        "guid",
        "id",
        "pubdate",
        "published",
        "updated",
        "date",
        "creator",
        "comments",
        "category",
    }
)
"""Fields of an item that hold text alone: another field that begins in one ends it."""

_FIELDS = _WORDS | {"description", "summary", "content", "encoded", "author", "enclosure", "thumbnail"}


def balance(text: str) -> str:
    """Return ``text``, which begins with its root, with every element ended once and where it belongs.

    A text that breaks off in the middle loses its last, incomplete word or field.
    """
    out: list[str] = []
    open_names: list[str] = []
    last = 0
    for start, end, token in _tokens(text):
        out.append(text[last:start])
        last = end
        out.extend((token,) if isinstance(token, str) else _placed(token, open_names))
        if len(open_names) > DEEPEST:
            return text
    if not open_names:
        out.append(text[last:])
    out.extend(f"</{name}>" for name in reversed(open_names))
    return "".join(out)


def _tokens(text: str) -> Iterator[tuple[int, int, str | re.Match[str]]]:
    """Yield (start, end, token) of every tag (a match), CDATA section (as it is) and bare ``<`` (escaped)."""
    at = text.find("<")
    cdata_left = True
    while at >= 0:
        if cdata_left and text.startswith("<![CDATA[", at):
            close = text.find("]]>", at)
            cdata_left = close >= 0
            if cdata_left:
                yield at, close + 3, text[at : close + 3]
                at = text.find("<", close + 3)
                continue
        if found := _TAG.match(text, at) or _LOOSE_TAG.match(text, at) or _ODD_TAG.match(text, at):
            yield at, found.end(), found
            at = text.find("<", found.end())
        else:
            yield at, at + 1, "&lt;"
            at = text.find("<", at + 1)


def _placed(tag: re.Match[str], open_names: list[str]) -> Iterator[str]:
    """Yield ``tag`` as it may stand after the ``open_names``, and the ends that must precede it."""
    name, inner = tag[2], tag[3]
    if tag[1]:
        yield from _ended(name, open_names)
        return
    yield from _given_way(_local(name), open_names)
    is_empty = inner.rstrip().endswith("/") or name.lower() in _VOID
    if not is_empty:
        open_names.append(name)
    yield f"<{name}{''.join(_attributes(inner))}{'/' if is_empty else ''}>"


def _ended(name: str, open_names: list[str]) -> Iterator[str]:
    """Yield the ends of the innermost open ``name`` and of what is open within it; nothing if none is."""
    is_frame = _local(name) in _FRAME
    for place in range(len(open_names) - 1, -1, -1):
        if open_names[place].lower() == name.lower():
            while len(open_names) > place:
                yield f"</{open_names.pop()}>"
            return
        if not is_frame and _local(open_names[place]) in _FRAME:
            return


def _given_way(name: str, open_names: list[str]) -> Iterator[str]:
    """Yield the ends of what cannot be open where an element ``name`` (in small letters) begins."""
    if name in _ITEMS:
        inside = [place for place, one in enumerate(open_names) if _local(one) in _ITEMS]
        while inside and len(open_names) > inside[0]:
            yield f"</{open_names.pop()}>"
    elif name in _FIELDS and open_names and _local(open_names[-1]) in _WORDS:
        yield f"</{open_names.pop()}>"


def _attributes(inner: str) -> Iterator[str]:
    """Yield the attributes of a tag that have a value, each once and in quotation marks."""
    seen: set[str] = set()
    for found in islice(_ATTRIBUTE.finditer(inner), 10 * MOST_ATTRIBUTES):
        name, one, two, bare = found.groups("")
        if name not in seen and len(seen) < MOST_ATTRIBUTES:
            seen.add(name)
            value = one or two or bare.removesuffix("/")
            yield f' {name}="{_quoted(value)}"'


def _quoted(value: str) -> str:
    return value.replace('"', "&quot;").replace("<", "&lt;")


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()

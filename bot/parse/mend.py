"""Mending XML as text before any parser sees it. Pure; linear in the length of the text.

Document type and entities go, so that no parser has anything to expand; what stands before the
root and after it goes; bare ampersands and angle brackets, unknown entities and forbidden
character references are made harmless; prefixes that nobody declared are declared. Most broken
feeds are well-formed afterwards.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from html.entities import html5

_ROOT = re.compile(
    r"<(?:[A-Za-z_][\w.-]{0,30}:)?(?:rss|feed|rdf|channel|item|entry)(?=[\s/>])", re.IGNORECASE
)
_STRAY_DECLARATION = re.compile(r"^(<[\w.:-]+)\s+\?xml(?=\s)")
_OPENING = re.compile(r"<!\[CDATA\[|<!--|<\?", re.IGNORECASE)
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#0*(\d{1,7});|#[xX]0*([0-9a-fA-F]{1,6});|([A-Za-z][\w.-]{0,40});)?"
)
_ENTITY = re.compile(r"<!ENTITY\s+([A-Za-z][\w.-]{0,40})\s+(?:\"([^\"<%]{0,64})\"|'([^'<%]{0,64})')\s*>")
_ITEM = re.compile(r"<(?:[\w.-]{1,30}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_ITEM_END = re.compile(
    r"</(?:[\w.-]{1,30}:)?(?:item|entry)\s*>|<(?:[\w.-]{1,30}:)?(?:item|entry)(?:\s[^<>]{0,500})?/>",
    re.IGNORECASE,
)
_BARE = re.compile(r"<(?!/?[A-Za-z_])|<(?=[^<>\"']*(?:<|\Z))")
_ELEMENT_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]{0,30}):[A-Za-z_]")
_ATTRIBUTE_REST = re.compile(r":[A-Za-z_][\w.-]{0,60}\s*=")
"""What follows an attribute's prefix: sought first, since words after spaces are many, and these few."""

_ATTRIBUTE_PREFIX = re.compile(r"\s([A-Za-z_][\w.-]{0,30})\Z")
_DECLARED = re.compile(r"xmlns:([A-Za-z_][\w.-]{0,30})\s*=")

_ODD_NAME = re.compile("<[:\x80-\U0010ffff]")
_ATOM = ("atom:", "Atom:", "ATOM:")

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
"""What the usual prefixes mean where a document forgets to say so."""


def root_of(text: str) -> int:
    """Return where the root of a feed begins in ``text``, or -1: whatever precedes it is no part of it."""
    for kind, start, end in _pieces(text):
        if kind == "markup" and (found := _ROOT.search(text, start, end)):
            return found.start()
    return -1


def trim(text: str, root: int) -> str:
    """Return the document from ``root`` on, without what follows its end tag."""
    name = re.match(r"<([\w.:-]+)", text[root : root + 80])
    end = text.rfind(f"</{name[1]}") if name else -1
    close = text.find(">", end) if end > root else -1
    return text[root : close + 1] if close > 0 else text[root:]


def ending(text: str) -> tuple[bool, bool]:
    """Return whether ``text``, which begins with its root, breaks off, and if so, within an item."""
    name = re.match(r"<([\w.:-]+)", text[:80])
    if not name or text.rfind(f"</{name[1]}") > 0:
        return False, False
    begins = end = -1
    for kind, start, stop in _pieces(text):
        if kind == "markup":
            begins = max([begins, *(found.start() for found in _ITEM.finditer(text, start, stop))])
            end = max([end, *(found.end() for found in _ITEM_END.finditer(text, start, stop))])
    return True, begins >= max(end, 1)


def first_items(text: str, limit: int) -> str:
    """Return ``text`` with only its first ``limit`` items; what stands between and after them stays."""
    if len(text) <= limit * len("<item/>") or text.count("<") <= limit:
        return text
    kept = last = 0
    for count, found in enumerate(_ITEM_END.finditer(text), start=1):
        last = found.end()
        if count == limit:
            kept = last
    return text[:kept] + text[last:] if kept and last > kept else text


def may_stand(text: str) -> bool:
    """Whether a parser finds the same in ``text``, if that is well-formed, as after mending.

    Mending takes as long as parsing, and nine feeds in ten have no need of it. It does change what is
    well-formed: names that begin with no plain letter, and, by declaring it, a prefix that marks Atom and
    is named in a text alone.
    """
    is_marked = "xmlns:atom" in text or not any(map(text.__contains__, _ATOM))
    return is_marked and not ("<:" in text if text.isascii() else _ODD_NAME.search(text))


def mend(text: str, prolog: str = "") -> str:
    """Return ``text``, which begins with its root, well-formed as far as single characters go.

    ``prolog`` is what stood before the root: entities it defines in plain text are honoured.
    """
    own = {name: one or other for name, one, other in _ENTITY.findall(prolog)}
    parts = []
    for kind, start, end in _pieces(text):
        if kind == "markup":
            part = text[start:end]
            if "<!" in part or "<?" in part:
                part = _OPENING.sub("", part)
            if "&" in part:
                part = _REFERENCE.sub(lambda match: _reference(match, own), part)
            parts.append(_BARE.sub("&lt;", part).replace("]]>", "]]&gt;"))
        elif kind == "cdata":
            parts.append("<![CDATA[" + text[start + 9 : end])
    return _with_namespaces(_STRAY_DECLARATION.sub(r"\1", "".join(parts), count=1))


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, start, end) of the stretches of ``text``: markup, cdata, comment, instruction.

    An opening without its close is markup like any other; each close is sought once only.
    """
    closes = {"<![CDATA[": ("cdata", "]]>"), "<!--": ("comment", "-->"), "<?": ("instruction", "?>")}
    start = 0
    opening = _OPENING.search(text)
    while opening:
        at = opening.start()
        kind, close = closes.get(opening[0].upper(), ("", ""))
        end = text.find(close, opening.end()) if close else -1
        if end < 0:
            closes.pop(opening[0].upper(), None)
            opening = _OPENING.search(text, opening.end()) if closes else None
            continue
        if at > start:
            yield "markup", start, at
        start = end + len(close)
        yield kind, at, start
        opening = _OPENING.search(text, start)
    if start < len(text):
        yield "markup", start, len(text)


def _reference(match: re.Match[str], own: dict[str, str]) -> str:
    """Return what a reference (or a bare ``&``) is replaced by: nothing that a parser must look up."""
    decimal, hexadecimal, name = match.groups()
    if name and (name in own or f"{name};" in html5):
        return escape(unescape(own.get(name, match[0])))
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return match[0] if _is_allowed(code) else ""
    return "&amp;" + match[0][1:]


def _is_allowed(code: int) -> bool:
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


def _with_namespaces(text: str) -> str:
    """Declare on the root each prefix that is used and nowhere declared."""
    used = {*_ELEMENT_PREFIX.findall(text), *_attribute_prefixes(text)} - {"xml", "xmlns"}
    missing = sorted(used - set(_DECLARED.findall(text)))[:100]
    root = re.match(r"<[\w.:-]+", text)
    if not missing or not root:
        return text
    declared = "".join(
        f' xmlns:{one}="{NAMESPACES.get(one.lower(), f"urn:undeclared:{one}")}"' for one in missing
    )
    return text[: root.end()] + declared + text[root.end() :]


def _attribute_prefixes(text: str) -> Iterator[str]:
    for rest in _ATTRIBUTE_REST.finditer(text):
        at = rest.start()
        if found := _ATTRIBUTE_PREFIX.search(text, max(0, at - 32), at):
            yield found[1]

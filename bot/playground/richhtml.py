"""Rich HTML as a tree: a strict reading, for what nobody has seen Telegram take is refused here.

Unknown tags and references, tags that cross or never end, attributes that no tag has and bare "<"
and "&" all fail; only what the cut at :data:`MAX_SOURCE_BYTES` left open is closed in silence, as
Telegram does. Maps, buttons and formulas are not played.
"""

import re
from dataclasses import dataclass, field

from bot.playground.refusal import bad_request

MAX_SOURCE_BYTES = 34_996
"""Of longer sources only so much is read, without a word; a letter begun before still counts."""

STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "mark": "marked",
    "sub": "subscript", "sup": "superscript", "tg-spoiler": "spoiler",
}  # fmt: skip
INLINE = frozenset({*STYLES, "a", "br"})
_ATTRIBUTES = {
    "a": {"href", "name"}, "code": {"class"}, "ol": {"start", "type", "reversed"}, "li": {"value", "type"},
    "input": {"type", "checked"}, "blockquote": {"expandable"}, "img": {"src", "tg-spoiler"},
    "video": {"src", "tg-spoiler"}, "audio": {"src"}, "details": {"open"},
    "table": {"bordered", "striped", "compact"},
    "td": {"colspan", "rowspan", "align", "valign"}, "th": {"colspan", "rowspan", "align", "valign"},
}  # fmt: skip
_KNOWN = {
    *INLINE, *_ATTRIBUTES, "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "footer", "hr", "ul", "cite",
    "aside", "figure", "figcaption", "tg-collage", "tg-slideshow", "caption", "tr", "summary",
}  # fmt: skip
_VOID = frozenset({"br", "hr", "img", "input"})
_NAMED = {
    "lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": "\u00a0", "hellip": "…", "mdash": "—",
    "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”",
}  # fmt: skip

_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)((?:\s+[a-z-]+(?:=\"[^\"<]*\")?)*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"([a-z-]+)(?:=\"([^\"<]*)\")?")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z]{1,32}));|&")
_CONTROLS = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")
_REMOVED = re.compile("[\r\u2028-\u202e]")


@dataclass(slots=True)
class Node:
    """An element and what is in it, texts as they were written."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)


def invalid(why: str) -> Exception:
    """Return the refusal of a source that cannot be read; ``why`` is for whoever debugs, not Telegram's."""
    refusal = bad_request("RICH_MESSAGE_HTML_INVALID")
    refusal.add_note(why)
    return refusal


def read(source: str) -> Node:
    """Return the root of ``source``'s tree, its children the message's.

    Raises:
        ApiError: 400 ``RICH_MESSAGE_HTML_INVALID``.
    """
    source, is_cut = _received(source)
    if not source.strip():
        raise invalid("empty")
    root = Node("")
    open_ = [root]
    at = 0
    while at < len(source):
        if source[at] != "<":
            end = source.find("<", at)
            end = len(source) if end < 0 else end
            open_[-1].children.append(_decoded(source[at:end]))
            at = end
            continue
        found = _TAG.match(source, at)
        if found is None:
            raise invalid(f"no tag at {at}: {source[at : at + 40]!r}")
        _turn(open_, found)
        at = found.end()
    if len(open_) > 1 and not is_cut:
        raise invalid(f"{open_[-1].name} does not end")
    return root


def _received(source: str) -> tuple[str, bool]:
    """Return what of the source arrives, and whether it was cut."""
    octets = source.encode("utf-8", "replace")
    end = MAX_SOURCE_BYTES
    while end < len(octets) and octets[end] & 0xC0 == 0x80:
        end += 1
    is_cut = len(octets) > end
    return _REMOVED.sub("", _CONTROLS.sub(" ", octets[:end].decode("utf-8", "replace"))), is_cut


def _turn(open_: list[Node], found: re.Match[str]) -> None:
    """Open or close the element whose tag was found."""
    closing, name, rest, empty = found.groups()
    if name not in _KNOWN:
        raise invalid(f"unknown tag {name}")
    if closing:
        if rest or empty or open_[-1].name != name:
            raise invalid(f"</{name}> where </{open_[-1].name}> was due")
        open_.pop()
        return
    attributes = {key: _decoded(value) for key, value in _ATTRIBUTE.findall(rest)}
    if not attributes.keys() <= _ATTRIBUTES.get(name, set()):
        raise invalid(f"{name} has no {attributes.keys()}")
    if empty and name not in _VOID:
        raise invalid(f"{name} cannot be empty")
    node = Node(name, attributes)
    open_[-1].children.append(node)
    if name not in _VOID:
        open_.append(node)


def _decoded(text: str) -> str:
    if "&" not in text:
        return text
    return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    number, name = found[1] or found[2], found[3]
    if name in _NAMED:
        return _NAMED[name]
    code = int(number, 16 if found[1] else 10) if number else 0
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        raise invalid(f"unknown reference {found[0]}")
    return chr(code)

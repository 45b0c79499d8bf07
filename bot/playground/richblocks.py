"""The blocks of a rich message, in the Bot API's JSON, from its HTML; and every limit they keep to.

A strict reading: points of lists and rows of tables count as blocks and as levels. So many formats as
Telegram refuses (some 5850) do not fit into as much HTML as it reads.
"""

import re
from collections.abc import Callable, Iterator

from bot.playground.links import check_link
from bot.playground.refusal import bad_request
from bot.playground.richhtml import INLINE, STYLES, Node, invalid, read
from bot.playground.world import Json

MAX_LETTERS = 32_768
MAX_BLOCKS = 500
MAX_DEPTH = 16
MAX_FILES = 50
MAX_COLUMNS = 20

_SPACES = re.compile(r"[ \t\n]+")
_BLANK = re.compile("[\\s\u200b-\u200f\u2060\u2800\ufe00-\ufe0f\ufeff]*")
_MAIL = re.compile(r"mailto:[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+", re.IGNORECASE)
_PHONE = re.compile(r"tel:\+?[\d-]+", re.IGNORECASE)
_FILES = {"img": "photo", "video": "video", "audio": "audio"}
RichText = str | list["RichText"] | Json


def _in_letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(97 + rest) + letters
    return letters or "0"


def _in_roman(number: int) -> str:
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    signs = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    written = ""
    for value, sign in zip(values, signs, strict=True):
        written += sign * (max(number, 0) // value)
        number = max(number, 0) % value
    return written or "0"


_LABELS: dict[str, Callable[[int], str]] = {
    "1": str,
    "a": _in_letters,
    "A": lambda number: _in_letters(number).upper(),
    "i": _in_roman,
    "I": lambda number: _in_roman(number).upper(),
}


def blocks_of(html: str) -> list[Json]:
    """Return the blocks of ``html``; a file is named by its address: its kind's field holds that.

    Raises:
        ApiError: 400 in Telegram's words, for whatever it refuses.
    """
    maker = _Maker()
    blocks = maker.blocks(read(html), 1)
    if not maker.letters and not maker.files:
        raise bad_request("RICH_MESSAGE_EMPTY")
    return blocks


def files_in(blocks: object) -> Iterator[Json]:
    """Yield the blocks that are files, however deep they are."""
    if isinstance(blocks, list):
        for one in blocks:
            yield from files_in(one)
    elif isinstance(blocks, dict):
        if blocks.get("type") in _FILES.values():
            yield blocks
        for name in ("blocks", "items"):
            yield from files_in(blocks.get(name))


class _Maker:
    """Turns nodes into blocks and counts."""

    def __init__(self) -> None:
        self.letters = self.count = self.files = 0

    def blocks(self, parent: Node, depth: int) -> list[Json]:
        """Return what is in ``parent``, stretches of bare text as paragraphs."""
        made: list[Json] = []
        bare: list[Node | str] = []
        for child in [*parent.children, None]:
            if isinstance(child, str) or (isinstance(child, Node) and child.name in INLINE):
                bare.append(child)
                continue
            if not all(isinstance(one, str) and not one.strip() for one in bare):
                made.append(self.leaf("paragraph", Node("p", {}, list(bare)), depth))
            bare.clear()
            if child is not None:
                made.append(self.block(child, depth))
        return made

    def block(self, node: Node, depth: int) -> Json:
        """Return one block."""
        name = node.name
        if name in {"p", "footer"}:
            return self.leaf("paragraph" if name == "p" else "footer", node, depth)
        if len(name) == 2 and name[0] == "h" and name[1].isdigit():
            return self.leaf("heading", node, depth) | {"size": int(name[1])}
        make: dict[str, Callable[[Node, int], Json]] = {
            "pre": self.pre, "hr": self.rule, "ul": self.list_, "ol": self.list_, "blockquote": self.quote,
            "aside": self.aside, "details": self.details, "table": self.table, "figure": self.figure,
            "img": self.file, "video": self.file, "audio": self.file,
            "tg-collage": self.gallery, "tg-slideshow": self.gallery,
        }  # fmt: skip
        if name not in make:
            raise invalid(f"{name} is no block here")
        return make[name](node, depth)

    def counted(self, depth: int) -> None:
        """Count a block at ``depth``."""
        self.count += 1
        if self.count > MAX_BLOCKS:
            raise bad_request("RICH_MESSAGE_BLOCKS_TOO_MANY")
        self.deep(depth)

    def deep(self, depth: int) -> None:
        """Hold that ``depth`` is not too deep."""
        if depth > MAX_DEPTH:
            raise bad_request("RICH_MESSAGE_DEPTH_INVALID")

    def leaf(self, kind: str, node: Node, depth: int) -> Json:
        """Return a block that holds text alone."""
        self.counted(depth)
        return {"type": kind, "text": self.text(node, depth)}

    def text(self, node: Node, depth: int, *, may_be_empty: bool = False) -> RichText:
        """Return the text of an element that holds nothing but inline ones."""
        parts = self.inline(node, depth, [""])
        visible = _plain(parts)
        if not may_be_empty and _BLANK.fullmatch(visible):
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        return _joined(parts)

    def inline(self, node: Node, depth: int, seen: list[str]) -> list[RichText]:
        """Return an element's inline content; ``seen`` holds the letter before it, for white space."""
        parts: list[RichText] = []
        for child in node.children:
            if isinstance(child, str):
                text = _SPACES.sub(" ", child)
                if seen[0] in {"", " ", "\n"}:
                    text = text.lstrip(" ")
                self.spend(text)
            elif child.name == "br":
                text = "\n"
                self.spend(text)
            elif child.name in INLINE:
                self.deep(depth + 1)
                parts.append(self.styled(child, self.inline(child, depth + 1, seen)))
                continue
            else:
                raise invalid(f"{child.name} within a text")
            seen[0] = text[-1:] or seen[0]
            parts.append(text)
        return parts

    def spend(self, text: str) -> None:
        """Count visible letters."""
        self.letters += len(text)
        if self.letters > MAX_LETTERS:
            raise bad_request("RICH_MESSAGE_TEXT_TOO_LONG")

    def styled(self, node: Node, parts: list[RichText]) -> Json:
        """Return text in the look of its element."""
        if node.name != "a":
            return {"type": STYLES[node.name], "text": _joined(parts)}
        href = node.attributes.get("href", "")
        if _MAIL.fullmatch(href):
            return {"type": "email_address", "text": _joined(parts), "email_address": href[7:]}
        if _PHONE.fullmatch(href):
            return {"type": "phone_number", "text": _joined(parts), "phone_number": href[4:]}
        return {"type": "url", "text": _joined(parts), "url": _address(href)}

    def pre(self, node: Node, depth: int) -> Json:
        """Return preformatted text, whose white space stays."""
        self.counted(depth)
        language = ""
        inner = node
        if len(node.children) == 1 and isinstance(code := node.children[0], Node) and code.name == "code":
            language = code.attributes.get("class", "").removeprefix("language-")
            inner = code
        text = "".join(child for child in inner.children if isinstance(child, str))
        if not all(isinstance(child, str) for child in inner.children):
            raise invalid("formats within pre")
        if not text.strip():
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        self.spend(text)
        block: Json = {"type": "pre", "text": text}
        return block | {"language": language} if language else block

    def rule(self, _node: Node, depth: int) -> Json:
        """Return a rule."""
        self.counted(depth)
        return {"type": "divider"}

    def list_(self, node: Node, depth: int) -> Json:
        """Return a list."""
        self.counted(depth)
        points = _only(node, "li")
        if not points:
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        kind = node.attributes.get("type", "1") if node.name == "ol" else ""
        number = _number(node.attributes.get("start", "1"))
        items = []
        for point in points:
            number = _number(point.attributes["value"]) if "value" in point.attributes else number
            items.append(self.point(point, kind, number, depth + 1))
            number += 1
        return {"type": "list", "items": items}

    def point(self, node: Node, kind: str, number: int, depth: int) -> Json:
        """Return a point of a list; ``kind`` is that of its numbers, "" for none."""
        self.counted(depth)
        boxes = [one for one in node.children if isinstance(one, Node) and one.name == "input"]
        item: Json = {"label": "•"}
        if kind:
            if kind not in _LABELS:
                raise invalid(f"no numbers of type {kind}")
            item = {"label": f"{_LABELS[kind](number)}.", "value": number, "type": kind}
        for box in boxes:
            node.children.remove(box)
            item["has_checkbox"] = True
            if "checked" in box.attributes:
                item["is_checked"] = True
        blocks = self.blocks(node, depth + 1)
        if not blocks:
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        return item | {"blocks": blocks}

    def credit(self, node: Node, depth: int) -> Json:
        """Take the ``cite`` out of an element and return it as its credit."""
        for child in node.children:
            if isinstance(child, Node) and child.name == "cite":
                node.children.remove(child)
                return {"credit": self.text(child, depth)}
        return {}

    def quote(self, node: Node, depth: int) -> Json:
        """Return a quotation."""
        self.counted(depth)
        credit = self.credit(node, depth)
        if "expandable" in node.attributes:
            return {"type": "expandable_blockquote", "text": self.text(node, depth)} | credit
        blocks = self.blocks(node, depth + 1)
        if not blocks:
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        return {"type": "blockquote", "blocks": blocks} | credit

    def aside(self, node: Node, depth: int) -> Json:
        """Return a quotation set apart."""
        credit = self.credit(node, depth)
        return self.leaf("pullquote", node, depth) | credit

    def details(self, node: Node, depth: int) -> Json:
        """Return blocks that unfold."""
        self.counted(depth)
        first = next((one for one in node.children if isinstance(one, Node)), None)
        summary: RichText = ""
        if first is not None and first.name == "summary":
            node.children.remove(first)
            summary = self.text(first, depth)
        blocks = self.blocks(node, depth + 1)
        if not blocks:
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        block: Json = {"type": "details", "summary": summary, "blocks": blocks}
        return block | {"is_open": True} if "open" in node.attributes else block

    def table(self, node: Node, depth: int) -> Json:
        """Return a table."""
        self.counted(depth)
        block: Json = {"type": "table"}
        first = next((one for one in node.children if isinstance(one, Node)), None)
        if first is not None and first.name == "caption":
            node.children.remove(first)
            block["caption"] = self.text(first, depth)
        rows = [self.row(one, depth + 1) for one in _only(node, "tr")]
        if not rows:
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        flags = {f"is_{name}": True for name in ("bordered", "striped", "compact") if name in node.attributes}
        return block | {"cells": rows} | flags

    def row(self, node: Node, depth: int) -> list[Json]:
        """Return a row."""
        self.counted(depth)
        cells: list[Json] = []
        columns = 0
        for cell in _only(node, "td", "th"):
            self.deep(depth + 1)
            text = self.text(cell, depth + 1, may_be_empty=True)
            made: Json = {"text": text} if text else {}
            if cell.name == "th":
                made["is_header"] = True
            for name in ("colspan", "rowspan"):
                if name in cell.attributes and (span := _number(cell.attributes[name])) > 1:
                    made[name] = span
            made["align"] = cell.attributes.get("align", "center" if cell.name == "th" else "left")
            made["valign"] = cell.attributes.get("valign", "middle")
            columns += _number(cell.attributes.get("colspan", "1"))
            cells.append(made)
        if columns > MAX_COLUMNS:
            raise bad_request("RICH_MESSAGE_TABLE_COLS_TOO_MANY")
        if not cells:
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        return cells

    def figure(self, node: Node, depth: int) -> Json:
        """Return a file with what stands under it."""
        parts = _only(node, *_FILES, "figcaption")
        if len(parts) not in {1, 2} or parts[0].name == "figcaption":
            raise invalid("a figure of one file, and one caption after it")
        block = self.file(parts[0], depth)
        if len(parts) > 1:
            if parts[1].name != "figcaption":
                raise invalid("a figure of one file")
            credit = self.credit(parts[1], depth)
            block["caption"] = {"text": self.text(parts[1], depth)} | credit
        return block

    def file(self, node: Node, depth: int) -> Json:
        """Return a picture, video or audio, by its address."""
        self.counted(depth)
        self.files += 1
        if self.files > MAX_FILES:
            raise bad_request("RICH_MESSAGE_MEDIA_TOO_MANY")
        kind = _FILES[node.name]
        source = node.attributes.get("src", "")
        if not re.match(r"(?i)https?://[^\s]+|tg://photo\?id=[\w-]{1,64}$", source):
            raise bad_request(f"RICH_MESSAGE_{kind.upper()}_URL_INVALID")
        return {"type": kind, kind: source}

    def gallery(self, node: Node, depth: int) -> Json:
        """Return several files side by side."""
        self.counted(depth)
        blocks = [self.file(one, depth + 1) for one in _only(node, *_FILES)]
        if not blocks:
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        return {"type": node.name.removeprefix("tg-"), "blocks": blocks}


def _only(node: Node, *names: str) -> list[Node]:
    """Return an element's children, which must be of ``names``; between them only white space stands."""
    for child in node.children:
        if child.strip() if isinstance(child, str) else child.name not in names:
            raise invalid(f"{child} within {node.name}")
    return [child for child in node.children if isinstance(child, Node)]


def _plain(parts: RichText) -> str:
    if isinstance(parts, str):
        return parts
    if isinstance(parts, list):
        return "".join(map(_plain, parts))
    inner = parts.get("text", "")
    return _plain(inner) if isinstance(inner, str | list | dict) else ""


def _joined(parts: list[RichText]) -> RichText:
    kept = [part for part in parts if part]
    return kept[0] if len(kept) == 1 else kept or ""


def _address(href: str) -> str:
    if href.startswith("#") or re.match(r"tg://\S", href):
        return href
    if not re.match(r"(?i)https?://", href) or re.search(r"[\s\"<>]", href):
        raise bad_request("RICH_MESSAGE_URL_INVALID")
    try:
        return check_link(href)
    except ValueError:
        raise bad_request("RICH_MESSAGE_URL_INVALID") from None


def _number(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise invalid(f"{text!r} is no number")
    return int(text)

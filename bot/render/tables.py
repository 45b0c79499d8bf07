"""Tables: drawn where a phone is wide enough, else told row by row; those that lay a page out are undone.

A table is looked through before it is set: whether it is narrow, holds links or pictures, or another
table. What is looked through is bounded for each body; a table beyond is told as it comes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import zip_longest

from bot.render.characters import columns
from bot.render.elements import BLOCKS, LISTS, emoji
from bot.render.tags import Source, Tag, Token

WIDTH = 34
"""Columns of preformatted text that a phone shows without wrapping."""

_LOOKED_THROUGH = 1500
"""Tokens of one table; 100 rows of 5 cells."""

_TEXT_LIMIT = 6000
"""Characters of text in a table that is looked through: it has no room in a message in any case."""

_LONG_CELL = 200
"""Characters in a cell that make it a piece of a page instead of a value."""

_MOST_COLUMNS = 10
_ROW, _CELL = "#row", "#cell"
"""Names no element can have: rows and cells that are told as a line."""

_PARTS = frozenset({"tr", "td", "th", "thead", "tbody", "tfoot", "caption", "table", "col", "colgroup"})
_PIECES = (BLOCKS | LISTS | {"iframe", "video", "audio", "center"}) - {"p"}
_NUMBER = re.compile(r"[\d.,:%+\-–−±$€£¥₹\s]*[kKMBT%]?|[-–—?]")


class Layout(Enum):
    """How the rows of a table that was not rewritten are to be set."""

    BLOCKS = auto()
    LINES = auto()
    ROWS = auto()


@dataclass(slots=True)
class _Cell:
    """A cell: what it holds, how many columns and rows it takes, whether it names others."""

    span: int = 1
    down: int = 1
    head: bool = False
    tokens: list[Token] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    """What was looked through of a table; ``whole`` if that is all of it."""

    rows: list[list[_Cell]] = field(default_factory=list)
    heads: int = 0
    caption: list[Token] = field(default_factory=list)
    whole: bool = True
    laid_out: bool = False


def set_table(table: Tag, source: Source, text_of: Callable[[Sequence[Token]], str]) -> Layout | None:
    """Look a table through, and have ``source`` give it again: rewritten (None), or as it was.

    ``text_of`` reads the text of a cell.
    """
    seen = source.look(_LOOKED_THROUGH, _TEXT_LIMIT, "table")
    if tag_role(table) in {"presentation", "none"} or seen.nested:
        source.push(seen.tokens)
        return Layout.BLOCKS
    found = _read(seen.tokens)
    if found.laid_out or not seen.whole:
        source.push(seen.tokens)
        return Layout.BLOCKS if found.laid_out else Layout.ROWS
    if max((len(row) for row in found.rows), default=0) < 2:
        source.push(seen.tokens)
        return Layout.LINES
    drawn = _drawn(found, text_of)
    source.push([*_captioned(found), *(drawn or _told(found, text_of))])
    return None


def tag_role(tag: Tag) -> str:
    """Return the role that a tag claims."""
    return tag.get("role").strip().lower()


def _read(tokens: Sequence[Token]) -> _Table:
    """Sort the tokens of a table into its rows and cells; what stands between two cells goes to the first."""
    table = _Table()
    in_head = False
    into = table.caption
    for token in tokens:
        name = token.name if isinstance(token, Tag) else ""
        if isinstance(token, str) or name not in _PARTS:
            into.append(token)
        elif name == "thead":
            in_head = not token.closing
        elif not token.closing:
            begun = _begun(table, token, in_head=in_head)
            into = into if begun is None else begun
    table.rows = [row for row in table.rows if row]
    table.heads = _heads(table)
    table.laid_out = any(_is_piece(cell.tokens) for row in table.rows for cell in row)
    return table


def _begun(table: _Table, tag: Tag, *, in_head: bool) -> list[Token] | None:
    """Begin a row, a cell or the caption; return where what follows belongs."""
    if tag.name == "caption":
        return table.caption
    if tag.name == "tr" or not table.rows:
        table.rows.append([])
    if tag.name not in {"td", "th"}:
        return None
    span, down = (_count(tag.get(name)) for name in ("colspan", "rowspan"))
    cell = _Cell(span, down, head=in_head or tag.name == "th")
    table.rows[-1].append(cell)
    return cell.tokens


def _count(value: str) -> int:
    return (
        min(int(value), 50) if value.isascii() and value.isdecimal() and len(value) < 5 and int(value) else 1
    )


def _heads(table: _Table) -> int:
    """Return how many rows at the top name the columns."""
    heads = 0
    for row in table.rows[:-1]:
        if not all(cell.head for cell in row):
            break
        heads += 1
    if not heads and len(table.rows) > 2 and all(map(_is_bold, table.rows[0])):
        return int(not any(map(_is_bold, table.rows[1])))
    return heads if heads < 3 else 0


def _is_bold(cell: _Cell) -> bool:
    first = next((one for one in cell.tokens if not isinstance(one, str) or one.strip()), None)
    return isinstance(first, Tag) and first.name in {"b", "strong"}


def _is_piece(tokens: Sequence[Token]) -> bool:
    """Tell whether a cell holds a piece of a page: blocks, a picture, long text."""
    length = breaks = 0
    for one in tokens:
        if isinstance(one, str):
            length += len(one)
        elif not one.closing:
            if one.name in _PIECES or (one.name == "img" and not emoji(one)):
                return True
            breaks += one.name in {"p", "div"}
    return length > _LONG_CELL or breaks > 2


def _captioned(table: _Table) -> Iterator[Token]:
    if any(isinstance(one, Tag) or one.strip() for one in table.caption):
        yield from (Tag("p"), *table.caption, Tag("p", closing=True))


def _has_link(table: _Table) -> bool:
    return any(
        isinstance(one, Tag) and one.name == "a" and one.get("href")[:1] not in {"", "#"}
        for row in table.rows
        for cell in row
        for one in cell.tokens
    )


def _drawn(table: _Table, text_of: Callable[[Sequence[Token]], str]) -> list[Token]:
    """Return the table as preformatted text; nothing where it is too wide, or holds links."""
    if len(table.rows) < 2 or _has_link(table):
        return []
    grid = list(_grid(table, text_of))
    count = max(map(len, grid))
    if count > _MOST_COLUMNS:
        return []
    for row in grid:
        row.extend([""] * (count - len(row)))
    shown = [at for at in range(count) if any(row[at] for row in grid)]
    grid = [[row[at] for at in shown] for row in grid]
    if len(shown) < 2:
        return []
    widths = [max(columns(row[at]) for row in grid) for at in range(len(shown))]
    whole = sum(widths) + 2 * (len(widths) - 1)
    if whole > WIDTH:
        return []
    right = [all(_NUMBER.fullmatch(row[at]) for row in grid[table.heads :]) for at in range(len(shown))]
    lines = [_line(row, widths, right) for row in grid]
    if table.heads:
        lines.insert(table.heads, "─" * whole)
    text = "\n".join(one for one in lines if one)
    return [Tag("pre"), text, Tag("pre", closing=True)] if text.strip() else []


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    pieces = []
    for text, width, flush in zip(row, widths, right, strict=True):
        blanks = " " * (width - columns(text))
        pieces.append(blanks + text if flush else text + blanks)
    return "  ".join(pieces).rstrip()


def _grid(table: _Table, text_of: Callable[[Sequence[Token]], str]) -> Iterator[list[str]]:
    """Yield the texts of each row, a column each; a cell that takes several is in the first."""
    held: dict[int, int] = {}
    for row in table.rows:
        texts: list[str] = []
        for cell in row:
            _skip_held(texts, held)
            if cell.down > 1:
                held.update((len(texts) + at, cell.down) for at in range(cell.span))
            texts.append(text_of(cell.tokens))
            texts.extend([""] * (cell.span - 1))
        _skip_held(texts, held)
        held = {at: left - 1 for at, left in held.items() if left > 1}
        yield texts


def _skip_held(texts: list[str], held: dict[int, int]) -> None:
    """Leave the columns empty that a cell above takes."""
    while len(texts) in held:
        texts.append("")


def _told(table: _Table, text_of: Callable[[Sequence[Token]], str]) -> Iterator[Token]:
    """Yield the table as lines: a row each, or, where columns are many and have names, a value each."""
    names = [text_of(cell.tokens) for cell in table.rows[0]] if table.heads else []
    if len(names) > 2 and table.heads == 1:
        for row in table.rows[1:]:
            yield from _record(row, names)
        return
    yield Tag("p")
    for number, row in enumerate(table.rows):
        yield Tag(_ROW)
        for at, cell in enumerate(row):
            bold = number < table.heads or (cell.head and not at)
            yield Tag(_CELL)
            yield from _bold(cell.tokens) if bold else cell.tokens
        yield Tag(_ROW, closing=True)
    yield Tag("p", closing=True)


def _record(row: Sequence[_Cell], names: Sequence[str]) -> Iterator[Token]:
    """Yield a row as a paragraph: its first cell, then a line for each other with the name before it."""
    yield Tag("p")
    for at, (cell, name) in enumerate(zip_longest(row, names[: len(row)], fillvalue="")):
        if isinstance(cell, str) or not any(isinstance(one, Tag) or one.strip() for one in cell.tokens):
            continue
        yield Tag("div")
        if not at:
            yield from _bold(cell.tokens)
        else:
            yield f"{name}: " if name else ""
            yield from cell.tokens
        yield Tag("div", closing=True)
    yield Tag("p", closing=True)


def _bold(tokens: Sequence[Token]) -> Iterator[Token]:
    yield Tag("b")
    yield from tokens
    yield Tag("b", closing=True)

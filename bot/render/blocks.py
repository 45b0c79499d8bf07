"""The blocks of a rich message, and how they are written in Telegram's rich HTML, within its limits.

Telegram cuts the source beyond 34 996 bytes without a word and refuses everything else that is too
much; so what is written is counted as strictly as Telegram may count it, and ends in time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from bot.render.runs import Run, html_of, text_of

SOURCE_LIMIT = 34_000
"""Bytes of HTML, a thousand less than Telegram reads."""

LETTER_LIMIT = 32_768
"""Visible code points."""

BLOCK_LIMIT = 500
"""Blocks, points of lists and rows of tables."""

RUN_LIMIT = 4_000
"""Formats; some 5850 were refused."""

MEDIA_LIMIT = 20
"""Pictures. Telegram takes 50, in the better part of a minute, and one that fails costs them all."""

COLUMN_LIMIT = 20
"""Columns of a table, those that a cell spans counted."""

DEPTH_LIMIT = 8
"""Lists, points and quotes one within the other: with a table and its looks inside 15 of Telegram's 16."""


@dataclass(slots=True)
class Leaf:
    """A paragraph, a heading, preformatted text, a footer or a rule, by its ``tag``."""

    tag: str
    runs: list[Run]
    language: str = ""


@dataclass(slots=True)
class Picture:
    """A picture by its address, and what stands under it."""

    url: str
    caption: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class Cell:
    """A cell of a table, ``span`` columns wide."""

    runs: list[Run] = field(default_factory=list)
    is_head: bool = False
    span: int = 1
    align: str = ""


@dataclass(slots=True)
class Table:
    """A table, row by row."""

    rows: list[list[Cell]] = field(default_factory=list)
    caption: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """Blocks within a list (``ul``, ``ol``), a point (``li``), a ``blockquote`` or ``details``."""

    tag: str
    attributes: str = ""
    children: "list[Block]" = field(default_factory=list)
    summary: list[Run] = field(default_factory=list)


Block = Leaf | Picture | Table | Group


@dataclass(frozen=True, slots=True)
class Size:
    """What something takes of each limit."""

    source: int = 0
    letters: int = 0
    blocks: int = 0
    runs: int = 0
    media: int = 0

    def plus(self, other: "Size") -> "Size":
        """Return both together."""
        return Size(
            self.source + other.source,
            self.letters + other.letters,
            self.blocks + other.blocks,
            self.runs + other.runs,
            self.media + other.media,
        )

    @property
    def fits(self) -> bool:
        """Whether a message may be as large."""
        return (
            self.source <= SOURCE_LIMIT
            and self.letters <= LETTER_LIMIT
            and self.blocks <= BLOCK_LIMIT
            and self.runs <= RUN_LIMIT
            and self.media <= MEDIA_LIMIT
        )


def html(blocks: Iterable[Block], *, media: bool = True) -> str:
    """Return ``blocks`` as rich HTML; those that hold nothing are left out, as pictures are on demand."""
    return "".join(_html(block, media=media) for block in blocks)


def _html(block: Block, *, media: bool) -> str:
    match block:
        case Leaf():
            return _leaf(block)
        case Picture():
            return _picture(block) if media else ""
        case Table():
            rows = "".join(map(row_html, block.rows))
            caption = f"<caption>{html_of(block.caption)}</caption>" if block.caption else ""
            return f"<table bordered>{caption}{rows}</table>" if rows else ""
        case Group():
            return _group(block, media=media)


def _leaf(leaf: Leaf) -> str:
    if leaf.tag == "hr":
        return "<hr/>"
    if leaf.tag == "pre":
        language = f' class="language-{escape(leaf.language)}"' if leaf.language else ""
        return f"<pre><code{language}>{html_of(leaf.runs, chr(10))}</code></pre>"
    return f"<{leaf.tag}>{html_of(leaf.runs)}</{leaf.tag}>"


def _picture(picture: Picture) -> str:
    image = f'<img src="{escape(picture.url)}"/>'
    if not picture.caption:
        return image
    return f"<figure>{image}<figcaption>{html_of(picture.caption)}</figcaption></figure>"


def row_html(row: Sequence[Cell]) -> str:
    """Return a row of a table as rich HTML."""
    return f"<tr>{''.join(map(_cell, row))}</tr>"


def _cell(cell: Cell) -> str:
    tag = "th" if cell.is_head else "td"
    span = f' colspan="{cell.span}"' if cell.span > 1 else ""
    align = f' align="{cell.align}"' if cell.align else ""
    return f"<{tag}{span}{align}>{html_of(cell.runs)}</{tag}>"


def _group(group: Group, *, media: bool) -> str:
    """Return a group as rich HTML; a lone paragraph in a point or a quote needs no tag of its own."""
    lone = group.children[0] if len(group.children) == 1 else None
    if group.tag in {"li", "blockquote"} and isinstance(lone, Leaf) and lone.tag == "p":
        inner = html_of(lone.runs)
    else:
        inner = html(group.children, media=media)
    if group.tag == "details":
        summary = html_of(group.summary) or "…"
        return f"<details><summary>{summary}</summary>{inner}</details>" if inner else _lone_summary(group)
    return f"<{group.tag}{group.attributes}>{inner}</{group.tag}>" if inner else ""


def _lone_summary(group: Group) -> str:
    return f"<p>{html_of(group.summary)}</p>" if group.summary else ""


def size(block: Block) -> Size:
    """Return what ``block`` takes; of a group its tags alone, for its blocks come one by one."""
    match block:
        case Group():
            around = 2 * len(block.tag) + len(block.attributes) + 5
            if block.tag == "details":
                around += len(html_of(block.summary).encode()) + len("<summary></summary>")
            return Size(around, len(text_of(block.summary)), 1, _formats(block.summary))
        case Table():
            caption = html_of(block.caption).encode()
            around = len(caption) + len("<table bordered><caption></caption></table>")
            return Size(around, len(text_of(block.caption)), 1, _formats(block.caption))
        case Picture():
            source = len(_picture(block).encode()) + 2 * len("<figure><figcaption>")
            return Size(source, len(text_of(block.caption)), 1, _formats(block.caption), media=1)
        case Leaf():
            return Size(len(_leaf(block).encode()), len(text_of(block.runs)), 1, _formats(block.runs))


def row_size(row: Sequence[Cell]) -> Size:
    """Return what a row of a table takes."""
    runs = [run for cell in row for run in cell.runs]
    return Size(len(row_html(row).encode()), len(text_of(runs)), 1, _formats(runs))


def _formats(runs: Iterable[Run]) -> int:
    return sum(run.formatted for run in runs)

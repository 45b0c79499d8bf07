"""Tables of foreign HTML: which hold figures and which a page's layout, and their cells."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.render.addresses import picture
from bot.render.blocks import COLUMN_LIMIT, Cell, Table
from bot.render.runs import Run
from bot.render.tags import Tag

TAGS = 4_000
"""Tags and texts of one table looked at before it is read."""

CELL_LIMIT = 400
"""Characters of a cell; with more, side by side, nothing can be read on a phone."""

GRID = "grid"
"""A table with rows and columns that can be shown as one."""

ROWS = "rows"
"""One with too many columns, or too long to be looked at to its end: a paragraph for each row."""

_HEAVY = frozenset(
    (
        *(
            "article",
            "audio",
            "blockquote",
            "details",
            "dl",
            "figure",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
        ),
        *("menu", "ol", "pre", "section", "ul", "video"),
    )
)
"""What no cell of a rich message holds."""


@dataclass(slots=True)
class _Frame:
    """A table while it is looked at."""

    start: int
    rows: int = 0
    columns: int = 0
    widest: int = 0
    letters: int = 0
    is_layout: bool = False

    @property
    def way(self) -> str:
        """How it is to be read: :data:`GRID`, :data:`ROWS` or "", as any other text."""
        if self.is_layout or self.rows < 2 or self.widest < 2:
            return ""
        return GRID if self.widest <= COLUMN_LIMIT else ROWS


def whole(first: Tag, stream: Iterator[str | Tag]) -> list[str | Tag]:
    """Return a table from its first tag to its last, tables in it included; at most :data:`TAGS`."""
    read: list[str | Tag] = [first]
    depth = 1
    for token in stream:
        read.append(token)
        if isinstance(token, Tag) and token.name == "table":
            depth += -1 if token.closing else 1
        if not depth or len(read) >= TAGS:
            break
    return read


def kinds(read: list[str | Tag]) -> dict[int, str]:
    """Return how the tables in ``read`` are to be read, by the place of their first tag."""
    found: dict[int, str] = {}
    frames: list[_Frame] = []
    for index, token in enumerate(read):
        if isinstance(token, str):
            if frames:
                _look_at_text(frames[-1], token)
        elif token.name != "table":
            if frames and not token.closing:
                _look_at_tag(frames[-1], token)
        elif token.closing:
            if frames:
                done = frames.pop()
                found[done.start] = done.way
        else:
            if frames:
                frames[-1].is_layout = True
            frames.append(_Frame(index, is_layout=token.get("role") == "presentation"))
    return found | {frame.start: ROWS for frame in frames if frame.way}


def _look_at_text(frame: _Frame, text: str) -> None:
    frame.letters += len(text)
    if frame.letters > CELL_LIMIT and len(text.strip()) > CELL_LIMIT // 10:
        frame.is_layout = True


def _look_at_tag(frame: _Frame, tag: Tag) -> None:
    if tag.name == "tr":
        frame.rows += 1
        frame.columns = frame.letters = 0
    elif tag.name in {"td", "th"}:
        frame.columns += _span(tag)
        frame.widest = max(frame.widest, frame.columns)
        frame.letters = 0
    elif tag.name in _HEAVY or (tag.name == "img" and picture(tag, "https://a.example/")):
        frame.is_layout = True


@dataclass(slots=True)
class Grid:
    """A table being read: the row at hand, and the columns that cells of earlier rows reach down into."""

    table: Table = field(default_factory=Table)
    _row: list[Cell] = field(default_factory=list)
    _cell: Cell | None = None
    _reaching: dict[int, int] = field(default_factory=dict)
    _column: int = 0

    def begin_cell(self, tag: Tag) -> None:
        """Begin a cell, after those that reach down into the row; what has no column left joins the last."""
        self._step_over()
        span = _span(tag)
        if self._column + span > COLUMN_LIMIT and self._row:
            self._cell = self._row[-1]
            return
        rows = _number(tag.get("rowspan"))
        if rows > 1:
            self._reaching |= dict.fromkeys(range(self._column, self._column + span), rows)
        align = tag.get("align").lower()
        align = align if align in {"left", "center", "right"} else ""
        self._cell = Cell(is_head=tag.name == "th", span=span, align=align)
        self._row.append(self._cell)
        self._column += span

    def end_cell(self, runs: list[Run]) -> None:
        """End the cell at hand, which holds ``runs``."""
        if runs:
            if self._cell is None:
                self._cell = self._row[-1] if self._row else Cell()
                self._row = self._row or [self._cell]
            self._cell.runs = [*self._cell.runs, Run(" "), *runs] if self._cell.runs else runs
        self._cell = None

    def end_row(self, runs: list[Run]) -> list[Cell] | None:
        """Return the row that ends here, ``runs`` in its last cell; None where nothing is in it."""
        self.end_cell(runs)
        if not self._row:
            return None
        self._step_over()
        row, self._row, self._column = self._row, [], 0
        self._reaching = {column: left - 1 for column, left in self._reaching.items() if left > 1}
        return row if any(cell.runs for cell in row) else None

    def _step_over(self) -> None:
        """Leave the columns empty that a cell further up takes."""
        while self._column < COLUMN_LIMIT and self._column in self._reaching:
            self._row.append(Cell())
            self._column += 1


def _span(tag: Tag) -> int:
    return min(max(1, _number(tag.get("colspan"))), COLUMN_LIMIT + 1)


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 5 else 1

"""Foreign HTML becomes blocks of a rich message here: one bounded walk over its tags.

The walk knows where in the document it is; where a block goes, and whether it still fits, is the
sheet's business.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from bot.render import embeds
from bot.render.addresses import link, picture
from bot.render.blocks import SOURCE_LIMIT, Leaf, Picture, Size
from bot.render.characters import is_blank
from bot.render.elements import DROPPED, HEADINGS, is_no_news, numbering, remark
from bot.render.escaped import decoded
from bot.render.grids import GRID, ROWS, Grid, kinds, whole
from bot.render.runs import Marking, Run, Writer, text_of, trimmed
from bot.render.sheet import Sheet
from bot.render.tags import Tag, tokens

_STYLES = {
    **dict.fromkeys(("b", "strong"), "b"),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), "i"),
    **dict.fromkeys(("u", "ins"), "u"),
    **dict.fromkeys(("s", "strike", "del"), "s"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    **{name: name for name in ("mark", "sub", "sup", "tg-spoiler")},
}
"""Elements that only look different, and the tag they become."""

_FLOW = frozenset(
    (
        *("address", "article", "aside", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset"),
        *("figure", "footer", "header", "html", "legend", "main", "nav", "p", "section", "table", "tbody"),
        *("tfoot", "thead", "tr"),
    )
)
"""Elements that begin and end a paragraph."""

_GROUPS = {"ul": "ul", "menu": "ul", "ol": "ol", "li": "li", "blockquote": "blockquote", "details": "details"}
"""Elements that hold blocks, and the tag they become."""

_LEFT_OUT = DROPPED - {"picture"}
_VOID = frozenset(
    {"br", "hr", "img", "input", "wbr", "source", "track", "col", "link", "meta", "area", "param"}
)
_MARKS = {"q": ("“", "”"), "rt": ("（", "）")}

_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:wp-)?(?:caption|figcaption|photo-?credit|image-?credit)(?:$|[\s_-])|caption-text"
)
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight-source|brush:?)[-\s]?([\w+#.-]{1,32})")
_EMOJI = re.compile(
    "[\u203c-\u3299\U0001f000-\U0001faff\u00a9\u00ae\u200d\ufe0f0-9#*\U000e0020-\U000e007f]{1,16}"
)
_BACK = re.compile("\\s*[\u21a9\u21b5\u2191\u2b06\u23ce^][\\s\ufe0e\ufe0f]*")
"""What a link back from a footnote shows: within a chat it leads nowhere."""

TAGS = 6_000
"""Tags and texts read of one body: twice what fills a message, some 20 ms of work."""

_IMAGES = 100
"""Images looked at: what comes after them has no place in a message."""

_LONGEST_CAPTION = 1000
"""Characters under a picture; more are a text whose caption was never closed."""


def read_body(html: str, base: str | None, taken: Size, words: Marking | None = None) -> Sheet:
    """Return ``html`` as blocks that fit a rich message beside what is ``taken`` already.

    ``words`` are marked. Never raises, whatever ``html`` holds, and reads no more than it needs.
    """
    reader = _Reader(base, taken, words)
    reader.read(tokens(html))
    return reader.sheet


class _Reader:
    """Turns tags into blocks; holds where in the document we are."""

    def __init__(self, base: str | None, taken: Size, words: Marking | None) -> None:
        self.sheet = Sheet(taken)
        self._base = base
        self._words = words
        self._writer = Writer()
        self._kind = "p"
        self._skipped, self._skip_depth = "", 0
        self._caption, self._caption_depth = "", 0
        self._picture: Picture | None = None
        self._images = 0
        self._remark: str | None = ""  # what a picture says when pointed at; None once there is a text
        self._verbatim = 0
        self._language = ""
        self._prefix = ""
        self._grid: Grid | None = None
        self._has_rows = False
        self._is_within = False
        self._begin: dict[str, Callable[[Tag], None]] = {
            "a": self._link,
            "br": self._line_end,
            "hr": self._rule,
            "iframe": self._player,
            "img": self._image,
            "pre": self._pre,
            "summary": self._summary,
            **dict.fromkeys(("td", "th"), self._cell),
            **dict.fromkeys(_MARKS, self._mark),
        }

    def read(self, all_there_is: Iterator[str | Tag]) -> None:
        """Read to the end, or to where the message is full."""
        stream = islice(all_there_is, TAGS)
        for token in stream:
            if isinstance(token, Tag) and token.name == "table" and not token.closing and not self._skipped:
                read = whole(token, stream)
                ways = kinds(read)
                for index, one in enumerate(read):
                    self._take(one, ways.get(index, ""))
            else:
                self._take(token, "")
            if self.sheet.is_cut:
                break
        self._flush()
        if self._remark:
            self._writer.write(self._remark)
            self._flush()
        self.sheet.is_cut = self.sheet.is_cut or next(all_there_is, None) is not None
        self.sheet.finish()

    def _take(self, token: str | Tag, way: str) -> None:
        if self.sheet.is_cut:
            return
        if isinstance(token, str):
            self._text(token)
        elif token.closing:
            self._end(token.name)
        else:
            self._start(token, way)
            if token.empty and token.name not in _VOID:
                self._end(token.name)

    def _text(self, text: str) -> None:
        if self._skipped:
            return
        if self._verbatim:
            self._writer.write_as_is(text)
        elif not (self._is_within and _BACK.fullmatch(text)):
            self._writer.write(text if self._writer.is_open("code") else decoded(text))
        if self._writer.weight > SOURCE_LIMIT:
            self._flush()

    def _start(self, tag: Tag, way: str) -> None:
        name = tag.name
        if self._skipped:
            self._skip_depth += name == self._skipped
            return
        if self._is_left_out(tag):
            if name in _FLOW and not self._verbatim:
                self._flow("div", "")
            self._skipped, self._skip_depth = name, 1
            return
        if self._caption:
            self._caption_depth += name == self._caption != "p"
        elif self._is_caption(tag):
            self._flush()
            self._caption, self._caption_depth = name, 1
            return
        if (style := _STYLES.get(name)) is not None:
            self._style(tag, style)
        elif self._verbatim and name not in {"pre", "br"}:
            if (name in _FLOW or name == "li") and self._writer.letters:
                self._writer.write_as_is("\n")
        else:
            self._start_block(tag, way)

    def _start_block(self, tag: Tag, way: str) -> None:
        name = tag.name
        if name in HEADINGS:
            self._flush()
            self._kind = "h2" if name == "h1" else name
        elif name in _GROUPS:
            self._flush()
            if not self.sheet.open(_GROUPS[name], numbering(tag)) and name == "li":
                self._prefix = "• "
        elif name in _FLOW:
            self._flow(name, way)
        elif (begin := self._begin.get(name)) is not None:
            begin(tag)

    def _end(self, name: str) -> None:
        if self._skipped:
            self._skip_depth -= name == self._skipped
            if not self._skip_depth:
                self._skipped = ""
            return
        if name == self._caption:
            self._caption_depth -= 1
            if self._caption_depth <= 0:
                self._flush()
                self._caption = ""
                return
        style = _STYLES.get(name)
        if style is not None:
            if not self._verbatim:
                self._writer.close(style)
        elif name == "pre":
            if self._verbatim == 1:
                self._flush()
            self._verbatim = max(0, self._verbatim - 1)
        elif not self._verbatim:
            self._end_block(name)

    def _end_block(self, name: str) -> None:
        if name in HEADINGS or name == "summary":
            self._flush()
            self._kind = "p"
        elif name in _GROUPS:
            self._flush()
            self.sheet.close(_GROUPS[name])
        elif name in _FLOW:
            self._end_flow(name)
        elif name == "a":
            self._is_within = False
            self._writer.link("")
        elif name in _MARKS:
            self._writer.write(_MARKS[name][1])
        elif name in {"td", "th"} and self._grid:
            self._grid.end_cell(self._marked(self._writer.take()))

    def _is_left_out(self, tag: Tag) -> bool:
        if tag.name in _VOID or tag.empty:
            return False
        if tag.name in _LEFT_OUT:
            return True
        return not tag.bare and is_no_news(tag)

    def _is_caption(self, tag: Tag) -> bool:
        if tag.name in _VOID or self._picture is None:
            return False
        if tag.name == "figcaption":
            return True
        fresh = self.sheet.last is self._picture and not self._writer.letters
        return fresh and bool(_CAPTION.search(tag.get("class").lower()))

    def _style(self, tag: Tag, style: str) -> None:
        if not self._verbatim:
            self._writer.open(style)
        elif style == "code":
            self._name_language(tag)

    def _flow(self, name: str, way: str) -> None:
        """Begin a paragraph, in whatever form what surrounds it has paragraphs."""
        if name == "table" and way == GRID:
            self._flush()
            self._grid = Grid()
        elif self._grid and name == "tr":
            self._put_row()
        elif self._grid or (self._caption and name not in {"figure", "table"}):
            self._writer.line()
        else:
            self._flush()
            self._has_rows = way == ROWS or (self._has_rows and name != "table")
            if name == "figure":
                self._picture = None
            elif name == "dt":
                self._writer.open("b")

    def _end_flow(self, name: str) -> None:
        if self._grid:
            if name in {"tr", "table"}:
                self._put_row()
            elif name == "caption":
                self._grid.table.caption = self._marked(self._writer.take())
            else:
                self._writer.line()
            if name == "table":
                self._grid = None
        elif self._caption and name != "figure":
            self._writer.line()
        else:
            self._flush()
            if name == "figure":
                self._picture, self._caption = None, ""
            elif name == "dt":
                self._writer.close("b")
            self._has_rows = self._has_rows and name != "table"

    def _put_row(self) -> None:
        grid = self._grid
        row = grid.end_row(self._marked(self._writer.take())) if grid else None
        if grid and row:
            self._remark = None
            self.sheet.put_row(grid.table, row)

    def _flush(self) -> None:
        """End the paragraph, heading, caption or summary at hand, and put it in its place."""
        if self._grid:
            return
        letters, kind = self._writer.letters, self._kind
        runs = self._writer.take()
        if kind == "pre":
            runs = trimmed(runs)
        if not runs or is_blank(text_of(runs)):
            return
        self._kind, self._remark = "p", None
        runs = self._marked(runs)
        if self._caption and letters <= _LONGEST_CAPTION:
            if self._picture:
                self.sheet.put_caption(self._picture, runs)
        elif kind == "summary":
            self.sheet.put_summary(runs)
        else:
            self._caption = ""
            if self._prefix and kind == "p":
                runs = [Run(self._prefix), *runs]
            self._prefix = ""
            self.sheet.put(Leaf(kind, runs, self._language if kind == "pre" else ""))

    def _marked(self, runs: list[Run]) -> list[Run]:
        return self._words.marked(runs) if self._words and runs else runs

    def _link(self, tag: Tag) -> None:
        href = tag.get("href")
        self._is_within = href.startswith("#")
        self._writer.link(link(href, self._base))

    def _line_end(self, _tag: Tag) -> None:
        """End a line; a second end in a row ends the paragraph."""
        if self._verbatim:
            self._writer.write_as_is("\n")
        elif self._writer.line_end() > 1 and self._kind == "p" and not self._grid and not self._caption:
            self._flush()

    def _rule(self, _tag: Tag) -> None:
        self._flush()
        last = self.sheet.last
        if last and not (isinstance(last, Leaf) and last.tag == "hr"):
            self.sheet.put(Leaf("hr", []))

    def _pre(self, tag: Tag) -> None:
        if not self._verbatim:
            self._flush()
            self._kind, self._language = "pre", ""
        self._verbatim += 1
        self._name_language(tag)

    def _summary(self, _tag: Tag) -> None:
        self._flush()
        self._kind = "summary"

    def _cell(self, tag: Tag) -> None:
        if self._grid:
            self._grid.end_cell(self._marked(self._writer.take()))
            self._grid.begin_cell(tag)
        elif not self._has_rows:
            self._flush()
        elif self._writer.letters:
            self._writer.write(" | ")

    def _mark(self, tag: Tag) -> None:
        self._writer.write(_MARKS[tag.name][0])

    def _image(self, tag: Tag) -> None:
        """Put a picture where it stands; what is but an emoji is written."""
        alt = tag.get("alt")
        if alt and not alt.isascii() and _EMOJI.fullmatch(alt):
            self._writer.write(alt)
        elif not (self._grid or self._caption or self._kind == "summary" or self._images >= _IMAGES):
            self._images += 1
            self._remark = remark(tag) if self._remark == "" else self._remark
            url = picture(tag, self._base)
            self._picture = Picture(url or "")
            if url:
                kind = self._kind
                self._flush()
                self._kind = kind
                self.sheet.put_picture(self._picture)

    def _player(self, tag: Tag) -> None:
        """Lead to what a frame plays, where it is a known player."""
        found = embeds.player(tag.get("src") or tag.get("data-src"), tag.get("title"), self._base)
        if found is None:
            return
        alone = not (self._grid or self._caption)
        if alone:
            self._flush()
        self._writer.link(found[0])
        self._writer.write(f"▶ {found[1]}")
        self._writer.link("")
        if alone:
            self._flush()

    def _name_language(self, tag: Tag) -> None:
        found = _LANGUAGE.search(tag.get("class"))
        if found:
            self._language = found[1]

"""Foreign HTML becomes text with entities here, and nowhere else.

Total and bounded: any string gives a result, in time linear in what is read, and no more is read
than the limit asks for.
"""

from collections.abc import Iterable, Sequence

from bot.render import elements, embeds
from bot.render.cut import cut
from bot.render.elements import BLOCKS, CARRIERS, EMPTY, HEADINGS, LINES, LISTS, MARKS, PLAYERS, STYLE_OF
from bot.render.escaped import decoded, unescaped
from bot.render.links import absolute, contact, is_named
from bot.render.lists import Lists
from bot.render.parts import TEXT_LIMIT, EntityKind, RichText
from bot.render.rich import Builder
from bot.render.tables import Layout, set_table, tag_role
from bot.render.tags import TOKEN_LIMIT, Source, Tag, Token
from bot.render.tails import without_banner, without_tail

_SLACK = 200
"""Units read beyond the limit, so that the cut can see what follows."""

_TAGS_AT_LEAST = 2_000
"""Tags read of a body beside two for each unit wanted: one of so many that says so little says nothing."""

_CELL_LIMIT = 250
"""Units of a cell of a table that is drawn."""


def read_html(
    html: str,
    base: str | None = None,
    limit: int = TEXT_LIMIT,
    *,
    captions: bool = True,
    tails: bool = False,
    below_picture: bool = False,
) -> RichText:
    """Return ``html`` as text with entities, in at most ``limit`` UTF-16 units.

    ``base`` makes relative links absolute. ``captions`` false leaves out the captions of pictures
    and the links to players, for a text that stands beside one; ``tails`` true keeps what else is
    taken for a publisher's "Read more"; ``below_picture`` true leaves out the first picture's caption
    where no text precedes it, and lets the text begin before a link to a player does. Where nothing
    can be read but what a picture says when pointed at, as in web comics, that is the text.
    Never raises, whatever ``html`` holds.
    """
    reader = _Reader(base, limit + _SLACK, captions=captions, below=below_picture)
    reader.read(Source(unescaped(html), min(TOKEN_LIMIT, _TAGS_AT_LEAST + 2 * limit)))
    if not reader.builder.length:
        reader.read(Source(reader.said_of_picture))
    rich = reader.builder.build()
    if not tails:
        rich = without_banner(rich if reader.builder.full else without_tail(rich))
    return cut(rich, limit)


class _Reader:
    """Turns tags into entities and line ends; holds where in the document we are."""

    def __init__(self, base: str | None, limit: int, *, captions: bool, below: bool = False) -> None:
        self.builder = Builder(limit)
        self._source: Source | None = None
        self._base = base
        self._captions = captions
        self._below_picture = below
        self._held: list[tuple[str, str]] = []
        self._skipped = ""
        self._skip_depth = 0
        self._skipped_text: list[str] | None = None
        self._played = ""
        self._lists = Lists(self.builder)
        self._tables: list[Layout] = []
        self._carried: dict[str, list[tuple[EntityKind, ...]]] = {name: [] for name in CARRIERS}
        self._verbatim = 0
        self._language = ""
        self._shifted = ""
        self._within_page = False
        self._contact: tuple[str, int] | None = None
        self._picture_at = -1
        self._pictures = 0
        self.said_of_picture = ""

    def read(self, tokens: Iterable[Token]) -> None:
        """Read until there is nothing more, or the builder is full."""
        if isinstance(tokens, Source):
            self._source = tokens
        builder = self.builder
        for token in tokens:
            if isinstance(token, str):
                self.text(token)
            elif token.closing:
                self.end(token.name)
            else:
                self.start(token)
                if token.empty:
                    self.end(token.name)
            if builder.full:
                break
        self._let_go()

    def text(self, text: str) -> None:
        """Write ``text``, unless it stands in something left out."""
        if self._skipped:
            if self._skipped_text is not None:
                self._skipped_text.append(text)
            return
        if self._shifted:
            text = elements.shifted(text, self._shifted)
        if self._within_page and text.strip() in elements.SIGNS:
            return
        if self._verbatim:
            self.builder.write_as_is(text)
        else:
            self.builder.write(text if self.builder.is_open(EntityKind.CODE) else decoded(text))

    def start(self, tag: Tag) -> None:
        """Begin an element."""
        name = tag.name
        if self._skipped and not self._ends_skipped(name):
            self._start_skipped(tag)
            return
        if self._is_left_out(tag):
            if tag.empty:
                self._end_skipped(name)
            else:
                self._skipped, self._skip_depth = name, 1
            return
        kind = STYLE_OF.get(name)
        if kind is not None:
            if kind is EntityKind.CODE and self._verbatim:
                self.builder.name_language(elements.language(tag))
            if not elements.is_unstyled(tag):
                self.builder.open(kind)
        elif name in BLOCKS:
            self._block(tag)
        elif name in LINES:
            self._line(tag)
        else:
            self._other(tag)

    def end(self, name: str) -> None:
        """End an element; one that is not open is passed over."""
        if self._skipped:
            self._skip_depth -= name == self._skipped
            if not self._skip_depth:
                self._end_skipped(name)
            return
        kind = STYLE_OF.get(name)
        if kind is not None:
            self.builder.close(kind)
        elif name in BLOCKS:
            self._end_block(name)
        elif name in LINES:
            self.builder.block(1)
            if name in elements.BOLD_LINES:
                self.builder.close(EntityKind.BOLD)
        else:
            self._end_other(name)
        if name in CARRIERS and self._carried[name]:
            for one in self._carried[name].pop():
                self.builder.close(one)

    def _ends_skipped(self, name: str) -> bool:
        """Tell whether what is left out ends here without its end tag, as some elements may."""
        if name != self._skipped or name not in elements.ENDED_BY_THE_NEXT:
            return False
        self._skipped = ""
        return True

    def _start_skipped(self, tag: Tag) -> None:
        """Within what is left out, note what is played and how a formula is written."""
        name = tag.name
        self._skip_depth += name == self._skipped and not tag.empty
        if self._skipped in PLAYERS and name in {"source", "embed"}:
            self._played = self._played or tag.get("src")
        elif self._skipped_text and name == "annotation" and "tex" in tag.get("encoding"):
            self._skipped_text = self._skipped_text[:1]

    def _end_skipped(self, name: str) -> None:
        """Write what stands for an element that was left out, if anything does."""
        self._skipped = ""
        played, self._played = self._played, ""
        written, self._skipped_text = self._skipped_text, None
        if played:
            found = embeds.player(played, "", self._base)
            self._embed(found or (embeds.file(played, self._base) if name != "object" else None))
        if written:
            self._code(written[0] or "".join(written))

    def _is_left_out(self, tag: Tag) -> bool:
        """Tell whether the element holds no news: controls, share bars, captions where none are wanted."""
        name = tag.name
        if name in elements.LEFT_OUT:
            self._stand_in(tag)
            return True
        if not tag.bare and name not in EMPTY and elements.is_no_news(tag):
            return True
        begins = self._below_picture and not self.builder.length and self._pictures < 2
        if (self._captions and not begins) or name in EMPTY:
            return False
        return elements.is_caption(tag) or (name == "small" and self._picture_at == self.builder.length)

    def _stand_in(self, tag: Tag) -> None:
        """Note what is read in place of an element that is left out."""
        if tag.name == "math":
            self._skipped_text = [tag.get("alttext")]
        elif tag.name in PLAYERS:
            self._played = tag.get("src")

    def _block(self, tag: Tag) -> None:
        name, builder = tag.name, self.builder
        if self._held and builder.length:
            self._let_go()
        if name == "table" and self._tables_apart(tag):
            return
        builder.block(1 if name == "p" and self._lists else 2)
        if name in HEADINGS:
            builder.open(EntityKind.BOLD)
        elif name == "blockquote":
            builder.open(EntityKind.QUOTE)
        elif name == "pre":
            self._verbatim += 1
            builder.open(EntityKind.PRE)
            builder.name_language(elements.language(tag) or self._language)
        elif name == "figure":
            self._language = elements.language(tag, box=True)

    def _end_block(self, name: str) -> None:
        builder = self.builder
        if name in HEADINGS:
            builder.close(EntityKind.BOLD)
        elif name == "blockquote":
            builder.close(EntityKind.QUOTE)
        elif name == "pre":
            builder.close(EntityKind.PRE)
            self._verbatim = max(0, self._verbatim - 1)
            self._language = ""
        elif name == "table" and self._tables:
            self._tables.pop()
        builder.block(1 if name == "p" and self._lists else 2)

    def _tables_apart(self, tag: Tag) -> bool:
        """Have a table rewritten, if that can be; else note how its rows are set."""
        if self._source is None or self._verbatim:
            self._tables.append(Layout.ROWS)
            return False
        layout = set_table(tag, self._source, self._cell_text)
        if layout is None:
            return True
        self._tables.append(layout)
        return False

    def _cell_text(self, tokens: Sequence[Token]) -> str:
        """Return what a cell of a table says, on one line."""
        reader = _Reader(self._base, _CELL_LIMIT, captions=self._captions)
        reader.read(tokens)
        return " ".join(reader.builder.build().text.split())

    def _line(self, tag: Tag) -> None:
        self.builder.block(1)
        if tag.name in elements.BOLD_LINES:
            self.builder.open(EntityKind.BOLD)
        elif tag.name == "dd":
            self.builder.close(EntityKind.BOLD)
        elif tag.name == "div":
            self._carry(tag)
            self._language = elements.language(tag, box=True) or self._language

    def _carry(self, tag: Tag) -> None:
        """Begin what the attributes of an element without a meaning of its own ask for."""
        kinds = elements.styles(tag)
        self._carried[tag.name].append(kinds)
        for kind in kinds:
            self.builder.open(kind)

    def _other(self, tag: Tag) -> None:
        """Begin an element that is neither a style nor a plain block."""
        name = tag.name
        if name == "br":
            self.builder.line_end()
        elif name == "a":
            self._link(tag)
        elif name == "img":
            self._picture(tag)
        elif name in CARRIERS:
            self._carry(tag)
        elif name in LISTS:
            self._lists.begin(tag, self._source)
        elif name == "li":
            self._lists.point(tag)
        else:
            self._rare(tag)

    def _rare(self, tag: Tag) -> None:
        name, builder = tag.name, self.builder
        if name in {"tr", "td", "th", "#row", "#cell"}:
            self._cell(name)
        elif name in {"sup", "sub"}:
            self._shifted = name
        elif name in MARKS:
            builder.write(MARKS[name][0])
        elif name == "iframe":
            self._embed(embeds.player(tag.get("src") or tag.get("data-src"), tag.get("title"), self._base))
        elif name == "input" and tag.get("type").lower() == "checkbox":
            self._lists.box(checked=tag.has("checked"))

    def _cell(self, name: str) -> None:
        """Begin a row or a cell, as its table is set."""
        layout = self._tables[-1] if self._tables and name[0] != "#" else Layout.ROWS
        if layout is Layout.BLOCKS:
            self.builder.block(2 if name == "tr" else 1)
        elif name in {"tr", "#row"}:
            self.builder.row()
        elif layout is Layout.ROWS:
            self.builder.cell()

    def _end_other(self, name: str) -> None:
        builder = self.builder
        if name == "a":
            self._end_link()
        elif name in LISTS:
            self._lists.end()
        elif name in {"li", "tr", "#row"}:
            builder.block(1)
        elif name in {"sup", "sub"}:
            self._shifted = ""
        elif name in MARKS:
            builder.write(MARKS[name][1])

    def _link(self, tag: Tag) -> None:
        href = tag.get("href")
        self._end_link()
        self._within_page = href.startswith("#")
        if self._within_page:
            if tag_role(tag) == "doc-noteref":
                self._shifted = "note"
            return
        url = absolute(href, self._base)
        if url:
            self.builder.open(EntityKind.LINK, url)
        elif found := contact(href):
            self._contact = found, self.builder.mark()

    def _end_link(self) -> None:
        """End a link; what a mail or telephone link leads to is written out if it was not."""
        self.builder.close(EntityKind.LINK)
        self._within_page = False
        if self._shifted == "note":
            self._shifted = ""
        if self._contact is None:
            return
        (address, mark), self._contact = self._contact, None
        said = self.builder.since(mark)
        if said and not is_named(address, said):
            self.builder.write(f" ({address})")

    def _picture(self, tag: Tag) -> None:
        """Write an emoji or a formula that stands as a picture; of others only note that there was one."""
        sign = elements.emoji(tag)
        if sign:
            self.builder.write(sign)
        elif tag.get("class") == "latex":
            self._code(tag.get("alt"))
        else:
            self._picture_at = self.builder.length
            self._pictures += 1
            self.said_of_picture = self.said_of_picture or elements.remark(tag)

    def _embed(self, found: tuple[str, str] | None) -> None:
        """Write a line that leads to what a player would play."""
        if found is None or not self._captions:
            return
        if self._below_picture and not self.builder.length:
            self._held.append(found)
        else:
            self._lead_to(*found)

    def _let_go(self) -> None:
        """Write what was held back until there was text above it."""
        held, self._held = self._held, []
        for one in held:
            self._lead_to(*one)

    def _lead_to(self, url: str, name: str) -> None:
        builder = self.builder
        builder.block(2)
        builder.open(EntityKind.LINK, url)
        builder.write(f"▶ {name}")
        builder.close(EntityKind.LINK)
        builder.block(2)

    def _code(self, text: str) -> None:
        self.builder.open(EntityKind.CODE)
        self.builder.write(text)
        self.builder.close(EntityKind.CODE)

"""Foreign HTML becomes text with entities here, and nowhere else.

Total and bounded: any string gives a result, in time linear in what is read, and no more is read
than the limit asks for.
"""

import re
from html import unescape

import html2text

from bot.render.characters import WIDE, clean
from bot.render.cut import cut
from bot.render.links import absolute
from bot.render.parts import TEXT_LIMIT, EntityKind, RichText
from bot.render.rich import Builder
from bot.render.tags import RAW, Tag, tokens
from bot.render.tails import without_tail

STYLE_OF = {
    **dict.fromkeys(("b", "strong"), EntityKind.BOLD),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), EntityKind.ITALIC),
    **dict.fromkeys(("u", "ins"), EntityKind.UNDERLINE),
    **dict.fromkeys(("s", "strike", "del"), EntityKind.STRIKE),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), EntityKind.CODE),
    "tg-spoiler": EntityKind.SPOILER,
}
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | {"p", "blockquote", "pre", "figure", "table", "hr", "details", "dl", "fieldset"}
"""Elements set apart by an empty line."""

LINES = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "body",
            "caption",
            "center",
            "dd",
            "div",
            "dt",
            "figcaption",
            "footer",
        ),
        *("header", "html", "legend", "main", "nav", "section", "summary"),
    )
)
"""Elements that begin and end a line."""

DROPPED = frozenset(
    (
        *(
            "applet",
            "audio",
            "button",
            "canvas",
            "datalist",
            "embed",
            "form",
            "frameset",
            "head",
            "map",
            "math",
        ),
        *("meter", "noscript", "object", "picture", "progress", "rp", "select", "svg", "template", "video"),
    )
)
"""Elements left out with all they hold; of pictures the item keeps its own list."""

LISTS = frozenset({"ul", "ol", "menu"})

_MARKS = {"q": ("“", "”"), "rt": ("（", "）")}
"""Elements that a reader sees by the marks around them: quotations, readings beside characters."""

_NOT_NEWS = re.compile(
    r"(?:^|[\s_-])(?:sharedaddy|share(?:-?(?:bar|buttons?|links?|this))|addtoany|a2a_kit|jp-relatedposts|feedflare"
    r"|mc4wp\S*|social-(?:links|share|icons)|screen-reader-text|sr-only|visually-hidden)(?:$|[\s_-])"
)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:wp-)?(?:caption|figcaption|photo-?credit|image-?credit)(?:$|[\s_-])|caption-text"
)
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight-source|brush:?)[-\s]?([\w+#.-]{1,32})")
_EMOJI = re.compile(
    "[\u203c-\u3299\U0001f000-\U0001faff\u00a9\u00ae\u200d\ufe0f0-9#*\U000e0020-\U000e007f]{1,16}"
)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SLACK = 200
"""Units read beyond the limit, so that the cut can see what follows."""


def read_html(
    html: str, base: str | None = None, limit: int = TEXT_LIMIT, *, captions: bool = True
) -> RichText:
    """Return ``html`` as text with entities, in at most ``limit`` UTF-16 units.

    ``base`` makes relative links absolute. ``captions`` false leaves out the captions of
    pictures, for a text that stands beside one. Never raises, whatever ``html`` holds.
    """
    reader = _Reader(base, limit + _SLACK, captions=captions)
    for token in tokens(html):
        if isinstance(token, str):
            reader.text(token)
        elif token.closing:
            reader.end(token.name)
        else:
            reader.start(token)
            if token.empty:
                reader.end(token.name)
        if reader.builder.full:
            break
    rich = reader.builder.build()
    return cut(rich if reader.builder.full else without_tail(rich), limit)


class _Reader:
    """Turns tags into entities and line ends; holds where in the document we are."""

    def __init__(self, base: str | None, limit: int, *, captions: bool) -> None:
        self.builder = Builder(limit)
        self._base = base
        self._captions = captions
        self._skipped = ""
        self._skip_depth = 0
        self._lists: list[int | None] = []
        self._verbatim = 0
        self._raised = ""
        self._picture_at = -1

    def text(self, text: str) -> None:
        """Write ``text``, unless it stands in something left out."""
        if self._skipped:
            return
        if self._raised:
            text = text.translate(_RAISED if self._raised == "sup" else _LOWERED)
        if self._verbatim:
            self.builder.write_as_is(text)
        else:
            self.builder.write(text)

    def start(self, tag: Tag) -> None:
        """Begin an element."""
        name = tag.name
        if self._skipped:
            self._skip_depth += name == self._skipped
            return
        if self._is_left_out(tag):
            self._skipped, self._skip_depth = name, 1
            return
        kind = STYLE_OF.get(name)
        if kind is not None:
            if kind is EntityKind.CODE and self._verbatim:
                self._name_language(tag)
            self.builder.open(kind)
        elif name in BLOCKS:
            self._block(tag)
        elif name in LINES:
            self.builder.block(1)
            if name == "summary":
                self.builder.open(EntityKind.BOLD)
        else:
            self._other(tag)

    def end(self, name: str) -> None:
        """End an element; one that is not open is passed over."""
        if self._skipped:
            self._skip_depth -= name == self._skipped
            if not self._skip_depth:
                self._skipped = ""
            return
        kind = STYLE_OF.get(name)
        if kind is not None:
            self.builder.close(kind)
        elif name in BLOCKS:
            self._end_block(name)
        elif name in LINES:
            self.builder.block(1)
            if name == "summary":
                self.builder.close(EntityKind.BOLD)
        else:
            self._end_other(name)

    def _is_left_out(self, tag: Tag) -> bool:
        """Tell whether the element holds no news: controls, share bars, captions where none are wanted."""
        name = tag.name
        if name in DROPPED or name in RAW:
            return not tag.empty
        if name in {"br", "img", "hr", "input", "wbr"}:
            return False
        style = tag.get("class").lower()
        if style and _NOT_NEWS.search(style):
            return True
        if self._captions:
            return False
        if name == "figcaption" or (style and _CAPTION.search(style) and name != "img"):
            return True
        return name == "small" and self._picture_at == self.builder.length

    def _block(self, tag: Tag) -> None:
        name, builder = tag.name, self.builder
        builder.block(1 if name == "p" and self._lists else 2)
        if name in HEADINGS:
            builder.open(EntityKind.BOLD)
        elif name == "blockquote":
            builder.open(EntityKind.QUOTE)
        elif name == "pre":
            self._verbatim += 1
            builder.open(EntityKind.PRE)
            self._name_language(tag)

    def _end_block(self, name: str) -> None:
        builder = self.builder
        if name in HEADINGS:
            builder.close(EntityKind.BOLD)
        elif name == "blockquote":
            builder.close(EntityKind.QUOTE)
        elif name == "pre":
            builder.close(EntityKind.PRE)
            self._verbatim = max(0, self._verbatim - 1)
        builder.block(1 if name == "p" and self._lists else 2)

    def _other(self, tag: Tag) -> None:
        """Begin an element that is neither a style nor a plain block."""
        name = tag.name
        if name == "br":
            self.builder.line_end()
        elif name == "a":
            self._link(tag)
        elif name == "img":
            self._picture(tag)
        elif name in LISTS:
            self.builder.block(1 if self._lists else 2)
            self._lists.append(_number(tag.get("start")) if name == "ol" else None)
        elif name == "li":
            self._point()
        else:
            self._rare(tag)

    def _rare(self, tag: Tag) -> None:
        name, builder = tag.name, self.builder
        if name == "tr":
            builder.row()
        elif name in {"td", "th"}:
            builder.cell()
        elif name in {"sup", "sub"}:
            self._raised = name
        elif name in _MARKS:
            builder.write(_MARKS[name][0])
        elif name == "span" and "spoiler" in tag.get("class"):
            builder.open(EntityKind.SPOILER)

    def _end_other(self, name: str) -> None:
        builder = self.builder
        if name == "a":
            builder.close(EntityKind.LINK)
        elif name in LISTS:
            if self._lists:
                self._lists.pop()
            builder.block(1 if self._lists else 2)
        elif name in {"li", "tr"}:
            builder.block(1)
        elif name in {"sup", "sub"}:
            self._raised = ""
        elif name in _MARKS:
            builder.write(_MARKS[name][1])

    def _link(self, tag: Tag) -> None:
        url = absolute(tag.get("href"), self._base)
        self.builder.close(EntityKind.LINK)
        if url:
            self.builder.open(EntityKind.LINK, url)

    def _picture(self, tag: Tag) -> None:
        """Write an emoji that stands as a picture; of other pictures only note that there was one."""
        alt = tag.get("alt")
        if alt and not alt.isascii() and _EMOJI.fullmatch(alt):
            self.builder.write(alt)
        else:
            self._picture_at = self.builder.length

    def _point(self) -> None:
        """Begin a point of a list: a bullet, or the next number."""
        self.builder.block(1)
        indent = "  " * min(len(self._lists) - 1, 4)
        number = self._lists[-1] if self._lists else None
        if number is None:
            self.builder.prefix(f"{indent}• ")
        else:
            self.builder.prefix(f"{indent}{number}. ")
            self._lists[-1] = number + 1

    def _name_language(self, tag: Tag) -> None:
        found = _LANGUAGE.search(tag.get("class"))
        if found:
            self.builder.name_language(found[1])


def _number(start: str) -> int:
    return int(start) if start.isascii() and start.isdecimal() and len(start) < 7 else 1


PLAIN_LIMIT = 20_000
"""Letters of HTML that html2text is given: it takes a millisecond for each five thousand."""

_NESTING = re.compile(r"<(?:ul|ol|blockquote|table)\b", re.IGNORECASE)
_DEEP = 50
"""Lists, quotes and tables beyond which html2text, which indents for each, is not asked."""

_WHOLE_TAG = re.compile(r"<[^<>]*+>")
_LONG_GAP = re.compile(r"\s{50}")

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>|~])")
_GAP = re.compile(f"(?<=[{WIDE}]) (?=[{WIDE}])")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*")
_LINE_TAIL = re.compile(r"[ \t]++$", re.MULTILINE)


def plain(html: str) -> str:
    """Return ``html`` as plain text: links, pictures and emphasis gone, paragraphs and lists kept.

    Never raises: where html2text would give up (it raises on ``<![foo bar]>``) or take long, our
    own reading stands in.
    """
    if not _is_tame(html):
        return read_html(html, limit=PLAIN_LIMIT).text
    writer = html2text.HTML2Text(bodywidth=0)
    writer.ignore_links = writer.ignore_images = writer.ignore_emphasis = True
    writer.unicode_snob = True
    try:
        text = writer.handle(html)
    except Exception:  # noqa: BLE001  its parser raises what it likes: AssertionError, IndexError, …
        return read_html(html, limit=PLAIN_LIMIT).text
    text = clean(unescape(_ESCAPED.sub(r"\1", text)))
    return _EMPTY_LINES.sub("\n\n", _LINE_TAIL.sub("", _GAP.sub("", text))).strip()


def _is_tame(html: str) -> bool:
    """Tell whether html2text reads ``html`` in linear time.

    It (and the parser it builds on) takes minutes for 200 kB of tags that do not end, of blanks, or
    of lists in lists.
    """
    return (
        len(html) <= PLAIN_LIMIT
        and len(_NESTING.findall(html)) <= _DEEP
        and "<" not in _WHOLE_TAG.sub("", html)
        and not _LONG_GAP.search(html)
    )

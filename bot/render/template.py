"""A chat's own template of its messages: checked when it is saved, filled for each item.

A line end in what comes out is a line end in the message, as people write in chats; but for one
right after a tag that ends a line by itself (``</p>``, ``<br>`` …), and within ``<pre>`` as it stands.
What tags mean: :mod:`bot.render.markup`. What a template may say: :mod:`bot.render.template_language`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import jinja2
from jinja2 import nodes

from bot.errors import RelayError
from bot.items import Hit, Item, StoredItem
from bot.render.alerts import merged
from bot.render.characters import is_blank, one_line
from bot.render.elements import BLOCKS, LINES, LISTS
from bot.render.hashtags import hashtag
from bot.render.lead import lead, with_page
from bot.render.links import absolute
from bot.render.look import Look
from bot.render.markup import read_html
from bot.render.parts import TEXT_LIMIT
from bot.render.template_filters import Formatted
from bot.render.template_flaws import Flaw, Why
from bot.render.template_language import ENVIRONMENT, NAMES, SOURCE_LIMIT, TemplateWrong, read
from bot.render.times import moment
from bot.render.title import title_of

__all__ = ["SOURCE_LIMIT", "TemplateFailed", "TemplateWrong", "check", "fill"]

OUTPUT_LIMIT = 40_000
"""Letters of HTML, after which no more of a template is filled: ten messages' worth."""

CONTENT_LIMIT = 2 * TEXT_LIMIT
"""Units of ``content``. Reading so much takes some ten milliseconds."""

LIST_LIMIT = 20
"""Members of a list, and of a hit's words: loops are as long as this, whatever a feed holds."""

_WORDS_LIMIT = 1000
"""Letters of a field that is a name or a title."""

_SEEN = 64
"""Units read to see that there is something to see."""

_ENDS_LINE = BLOCKS | LINES | LISTS | {"li", "tr", "br"}
_MARK = re.compile(r"(<(/?)([a-zA-Z][a-zA-Z0-9-]*+)[^<>]*+>)([ \t]*\n)?|\n")


class TemplateFailed(RelayError):
    """An item could not be set by a template; the flaw says why, for whoever wrote it."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.said("en"))
        self.flaw = flaw


@dataclass(frozen=True, slots=True)
class _Compiled:
    template: jinja2.Template
    names: frozenset[str]
    """The fields it names; no other is made."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What fields are made of."""

    item: Item
    look: Look
    hits: tuple[Hit, ...]
    noticed_ms: int


def check(source: str) -> None:
    """Return if ``source`` is a template that may be kept.

    Some ten milliseconds for the longest; :func:`fill` is spared them then.

    Raises:
        TemplateWrong: it may not; the flaw says what is wrong, in which line, and what to do.
    """
    _compiled(source)


def fill(source: str, stored: StoredItem, look: Look, hits: tuple[Hit, ...] = ()) -> str:
    """Return what the template ``source`` makes of ``stored``: HTML for :func:`bot.render.markup.read_html`.

    It has something to show, and some :data:`OUTPUT_LIMIT` letters at most.

    Raises:
        TemplateFailed: nothing came out, or the template does not fit this item, or is none.
    """
    try:
        compiled = _compiled(source)
    except TemplateWrong as error:
        raise TemplateFailed(error.flaw) from error
    given = _Given(with_page(stored), look, hits, stored.noticed_ms)
    html = _with_line_ends(
        _written(compiled.template, {name: _FIELDS[name](given) for name in compiled.names})
    )
    if is_blank(read_html(html, limit=_SEEN).text):
        raise TemplateFailed(Flaw(Why.CAME_OUT_EMPTY))
    return html


@lru_cache(maxsize=128)
def _compiled(source: str) -> _Compiled:
    """Return ``source`` ready to be filled. Refused ones are not remembered: they are seldom tried."""
    tree = read(source)
    names = frozenset(one.name for one in tree.find_all(nodes.Name)) & NAMES
    try:
        return _Compiled(ENVIRONMENT.from_string(tree), names)
    except (jinja2.TemplateError, SyntaxError, RecursionError, ValueError) as error:
        raise TemplateWrong(Flaw(Why.UNUSABLE)) from error


def _written(template: jinja2.Template, fields: dict[str, object]) -> str:
    """Return what ``template`` writes, up to the limit."""
    pieces: list[str] = []
    length = 0
    try:
        for piece in template.generate(fields):
            pieces.append(piece)
            length += len(piece)
            if length > OUTPUT_LIMIT:
                break
    except Exception as error:  # a stranger's template may raise what it likes, and must end no delivery
        raise TemplateFailed(Flaw(Why.UNFIT)) from error
    return "".join(pieces)


def _with_line_ends(html: str) -> str:
    """Return ``html`` with ``<br>`` for its line ends."""
    verbatim = False

    def told(found: re.Match[str]) -> str:
        nonlocal verbatim
        tag, closing, name, after = found.groups()
        if not tag:
            return "\n" if verbatim else "<br>"
        name = name.lower()
        if name == "pre":
            verbatim = not closing
        if not after or (name in _ENDS_LINE and not verbatim):
            return str(tag)
        return tag + ("\n" if verbatim else "<br>")

    return _MARK.sub(told, html)


def _line(text: str) -> str:
    return one_line(text[:_WORDS_LIMIT])


def _summary(given: _Given) -> Formatted:
    return Formatted.of(lead(given.item, title_of(given.item).text))


def _content(given: _Given) -> Formatted:
    item = given.item
    return Formatted.of(read_html(item.content_html or item.summary_html, item.base, CONTENT_LIMIT))


def _image(given: _Given) -> str:
    addresses = (one.url for one in given.item.images[:LIST_LIMIT])
    return next((url for one in addresses if (url := absolute(one))), "")


def _published(given: _Given) -> datetime | None:
    """Return when the item was published, or else updated, as the chat's clocks show it."""
    when = given.item.published or given.item.updated
    try:
        return when.astimezone(given.look.zone) if when else None
    except (OverflowError, ValueError):
        return when


def _time(given: _Given) -> str:
    """Return the time as the foot of a message has it."""
    when = given.item.published or given.item.updated
    return moment(when, given.look.zone, given.look.language, given.noticed_ms) if when else ""


def _tags(given: _Given) -> tuple[str, ...]:
    return tuple(tag for one in given.item.tags[:LIST_LIMIT] if (tag := _line(one)))


def _hashtags(given: _Given) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"#{tag}" for one in _tags(given) if (tag := hashtag(one))))


def _labels(given: _Given) -> tuple[str, ...]:
    return tuple(f"#{tag}" for one in given.look.labels[:LIST_LIMIT] if (tag := hashtag(one)))


def _hits(given: _Given) -> tuple[Hit, ...]:
    return merged(
        tuple(
            Hit(
                one.alert,
                _line(one.query),
                tuple(_line(word) for word in one.words[:LIST_LIMIT]),
                _line(one.label),
            )
            for one in given.hits[:LIST_LIMIT]
        )
    )


_FIELDS: dict[str, Callable[[_Given], object]] = {
    "title": lambda given: title_of(given.item).text,
    "link": lambda given: absolute(given.item.link or "") or "",
    "source": lambda given: _line(given.look.source or given.item.source),
    "author": lambda given: _line(given.item.author),
    "time": _time,
    "published": _published,
    "summary": _summary,
    "content": _content,
    "tags": _tags,
    "hashtags": _hashtags,
    "labels": _labels,
    "image": _image,
    "via": lambda given: absolute(given.item.via or "") or "",
    "hits": _hits,
    "language": lambda given: _line(given.item.language),
}
"""Each field and what makes it; :data:`bot.render.template_language.NAMES` has the same."""

"""Building text with entities: a writer that keeps offsets, and the normal form Telegram would make.

Normal form: nothing that Telegram would trim or remove; entities sorted by offset, the outer
before the inner, none crossing another; code within nothing but a quote, no quote in a quote, no
link in a link; at most :data:`bot.render.parts.ENTITY_LIMIT` of them for each message that the
text fills.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from bot.render.characters import clean, collapse, turned_once
from bot.render.parts import ENTITY_LIMIT, TEXT_LIMIT, Entity, EntityKind, RichText, units

STYLES = (EntityKind.BOLD, EntityKind.ITALIC, EntityKind.UNDERLINE, EntityKind.STRIKE, EntityKind.SPOILER)
"""Kinds that may be cut in two wherever they cross another; in the order Telegram nests them."""

QUOTES = frozenset({EntityKind.QUOTE, EntityKind.EXPANDABLE})
SOLID = frozenset({EntityKind.CODE, EntityKind.PRE})
"""Kinds that hold nothing and stand in nothing but a quote."""

SPANS_FOR_ONE = 4
"""Stretches noted while writing for each entity that can be sent: what touches is joined later. Beyond it
formatting is lost, as Telegram would lose it, and never text.
"""

_RANK = {
    EntityKind.QUOTE: 0,
    EntityKind.EXPANDABLE: 0,
    EntityKind.PRE: 1,
    EntityKind.CODE: 2,
    EntityKind.LINK: 3,
} | {kind: 4 + index for index, kind in enumerate(STYLES)}
_PENDING = -1
_HELD = 400
"""Characters of white space within preformatted text, at most, between two that are seen."""


@dataclass(slots=True)
class _Open:
    """A stretch being written; ``start`` is pending until something visible is written in it."""

    start: int = _PENDING
    url: str = ""
    language: str = ""


class Builder:
    """Writes text with entities; white space is held back until something visible follows.

    So neither the text nor an entity ever begins or ends with white space. Writing beyond
    ``limit`` units sets :attr:`full`; what was written so far stays whole.
    """

    def __init__(self, limit: int = TEXT_LIMIT) -> None:
        self._limit = limit
        self._parts: list[str] = []
        self._units = 0
        self._lines = 0
        self._space = False
        self._held = ""
        self._prefix = ""
        self._cell = False
        self._row = 0
        self._depth: dict[EntityKind, int] = {}
        self._open: dict[EntityKind, _Open] = {}
        self._spans: list[Entity] = []

    @property
    def full(self) -> bool:
        """Whether the limit is reached: nothing more need be written."""
        return self._units >= self._limit

    @property
    def length(self) -> int:
        """Units written so far."""
        return self._units

    def is_open(self, kind: EntityKind) -> bool:
        """Tell whether a stretch of ``kind`` is being written."""
        return kind in self._open

    def write(self, text: str) -> None:
        """Write text in which runs of white space count as one space."""
        text = collapse(clean(text))
        core = text.strip()
        if not core:
            self._space = self._space or bool(text)
            return
        self._space = self._space or text[0].isspace()
        self._put(core)
        self._space = text[-1].isspace()

    def write_as_is(self, text: str) -> None:
        """Write preformatted text: its line ends and spaces stay, save those at its very edges."""
        text = clean(text).expandtabs(4)
        if self._lines:
            self._lines = max(self._lines, min(2, self._held.count("\n")))
        else:
            text = self._held + text
        self._held = ""
        core = text.rstrip()
        if not core:
            self._held = text[-_HELD:]
            return
        self._held = text[len(core) :][:_HELD]
        if not self._units or self._lines or self._is_pending(EntityKind.PRE):
            core = core.lstrip("\n")
        self._space = False
        self._put(core)

    def line_end(self) -> None:
        """End the line; a second one makes an empty line, a third nothing more."""
        self._lines = min(2, self._lines + 1)

    def block(self, lines: int) -> None:
        """Have what follows begin on a new line (1) or after an empty one (2)."""
        self._lines = max(self._lines, lines)
        self._held = ""

    def prefix(self, text: str) -> None:
        """Put ``text`` (a bullet, an indent) before what is written next, if anything is."""
        self._prefix = text

    @property
    def prefixed(self) -> bool:
        """Whether a prefix waits for something to stand before."""
        return bool(self._prefix)

    def mark(self) -> int:
        """Return a mark for :meth:`since`."""
        return len(self._parts)

    def since(self, mark: int) -> str:
        """Return what was written since ``mark``."""
        return "".join(self._parts[mark:])

    def row(self) -> None:
        """Begin a row of a table."""
        self.block(1)
        self._row = self._units
        self._cell = False

    def cell(self) -> None:
        """Begin a cell: what follows is set apart from what the row holds already."""
        self._cell = True

    def open(self, kind: EntityKind, url: str = "", language: str = "") -> None:
        """Begin a stretch of ``kind``; where Telegram allows none, only its text is written."""
        self._depth[kind] = self._depth.get(kind, 0) + 1
        if kind is EntityKind.LINK:
            self._end(EntityKind.LINK)
        elif kind in self._open or (kind in QUOTES and QUOTES & self._open.keys()):
            return
        if kind not in STYLES and EntityKind.PRE in self._open:
            return
        if kind in QUOTES or kind is EntityKind.PRE:
            self._end(EntityKind.LINK)
            self._end(EntityKind.CODE)
        elif kind is EntityKind.LINK:
            if EntityKind.CODE in self._open:
                return
        elif kind is EntityKind.CODE and EntityKind.LINK in self._open:
            return
        self._open[kind] = _Open(url=url, language=language)

    def close(self, kind: EntityKind) -> None:
        """End the stretch of ``kind`` begun last; without one, nothing happens."""
        depth = self._depth.get(kind, 0)
        if not depth:
            return
        self._depth[kind] = depth - 1
        if kind in self._open and (depth == 1 or kind is EntityKind.LINK):
            if kind in QUOTES or kind is EntityKind.PRE:
                for inner in (EntityKind.LINK, EntityKind.CODE, EntityKind.PRE):
                    self._end(inner)
            self._end(kind)

    def name_language(self, language: str) -> None:
        """Say which language the preformatted block being written is in."""
        if EntityKind.PRE in self._open:
            self._open[EntityKind.PRE].language = language

    def build(self) -> RichText:
        """Return what was written, in normal form; stretches still open end here."""
        for kind in tuple(self._open):
            self._end(kind)
        text = turned_once("".join(self._parts))
        return RichText(text, arrange(self._spans, entities_for(self._units)))

    def _is_pending(self, kind: EntityKind) -> bool:
        return kind in self._open and self._open[kind].start == _PENDING

    def _end(self, kind: EntityKind) -> None:
        found = self._open.pop(kind, None)
        if found is None or found.start == _PENDING:
            return
        if len(self._spans) >= SPANS_FOR_ONE * entities_for(self._limit):
            return
        length = self._units - found.start
        self._spans.append(Entity(kind, found.start, length, url=found.url, language=found.language))

    def _put(self, text: str) -> None:
        """Write ``text``, which begins and ends visibly, after whatever is held back."""
        if self._units:
            if self._lines:
                self._append("\n" * self._lines)
            elif self._cell and self._units > self._row:
                self._append(" | ")
            elif self._space:
                self._append(" ")
        self._begin(QUOTES)
        if self._prefix:
            self._append(self._prefix)
        self._lines, self._space, self._cell, self._prefix = 0, False, False, ""
        self._begin(_RANK)
        self._append(text)

    def _begin(self, kinds: Iterable[EntityKind]) -> None:
        if self._open:
            for kind in kinds:
                if kind in self._open and self._open[kind].start == _PENDING:
                    self._open[kind].start = self._units

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._units += units(text)


def entities_for(length: int) -> int:
    """Return how many entities a text of ``length`` units may hold, in as many messages as it takes."""
    return ENTITY_LIMIT * max(1, -(-length // TEXT_LIMIT))


def arrange(entities: Iterable[Entity], most: int = ENTITY_LIMIT) -> tuple[Entity, ...]:
    """Return ``entities`` in normal form: crossing styles cut apart, like ones joined, the order Telegram's.

    Beyond ``most`` of them the last styles go first, then the last of the others. Those that are
    no styles must not cross each other; :class:`Builder` sees to that.
    """
    given = list(entities)
    if len(given) < 2:
        return tuple(given)
    fixed = sorted((one for one in given if one.kind not in STYLES), key=_place)
    kept = fixed[:most]
    if len(fixed) < len(given):
        edges = _Edges(fixed)
        styles = [piece for kind in STYLES for run in _runs(given, kind) for piece in edges.around(run)]
        kept += _nested(styles)[: most - len(kept)]
        kept.sort(key=_place)
    return tuple(kept)


def _place(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _RANK[entity.kind]


def _last_first(entity: Entity) -> tuple[int, int, int]:
    return -entity.offset, entity.length, -_RANK[entity.kind]


def _runs(entities: list[Entity], kind: EntityKind) -> list[Entity]:
    """Return the stretches of one style, those that touch or overlap as one."""
    runs: list[Entity] = []
    for one in sorted((one for one in entities if one.kind is kind), key=_place):
        if runs and one.offset <= runs[-1].offset + runs[-1].length:
            end = max(runs[-1].offset + runs[-1].length, one.offset + one.length)
            runs[-1] = runs[-1].at(runs[-1].offset, end - runs[-1].offset)
        else:
            runs.append(one)
    return runs


class _Edges:
    """Where styles must be cut: at the edges of code and quotes, and of links that they do not hold."""

    def __init__(self, fixed: list[Entity]) -> None:
        whole = [one for one in fixed if one.kind is not EntityKind.LINK]
        self._edges = sorted({place for one in whole for place in (one.offset, one.offset + one.length)})
        solid = [one for one in whole if one.kind in SOLID]
        self._solid = [(one.offset, one.offset + one.length) for one in solid]
        self._links = [(one.offset, one.offset + one.length) for one in fixed if one.kind is EntityKind.LINK]

    def around(self, run: Entity) -> list[Entity]:
        """Cut a style's stretch so that it crosses no other entity, holds no quote and touches no code."""
        start, end = run.offset, run.offset + run.length
        inner = self._edges[bisect_right(self._edges, start) : bisect_left(self._edges, end)]
        bounds = {start, end, *inner, *self._crossed(start, end)}
        if len(bounds) == 2 and not self._solid:
            return [run]
        return [
            run.at(first, last - first)
            for first, last in pairwise(sorted(bounds))
            if not self._is_solid(first, last)
        ]

    def _crossed(self, start: int, end: int) -> Iterable[int]:
        """Yield the edges of links that begin or end between ``start`` and ``end``, but not both."""
        before = bisect_left(self._links, (start, start))
        if before and start < self._links[before - 1][1]:
            last = self._links[before - 1][1]
            yield min(last, end)
        ending = bisect_left(self._links, (end, end))
        if ending and end < self._links[ending - 1][1]:
            yield max(self._links[ending - 1][0], start)

    def _is_solid(self, first: int, last: int) -> bool:
        at = bisect_right(self._solid, (first, last))
        return any(begin <= first and last <= end for begin, end in self._solid[max(0, at - 1) : at + 1])


def _nested(styles: list[Entity]) -> list[Entity]:
    """Cut stretches of styles so that any two of them are apart or one within the other."""
    done: list[Entity] = []
    waiting = sorted(styles, key=_place, reverse=True)
    around: list[int] = []
    while waiting:
        one = waiting.pop()
        while around and around[-1] <= one.offset:
            around.pop()
        end = one.offset + one.length
        if around and around[-1] < end:
            rest = one.at(around[-1], end - around[-1])
            one = one.at(one.offset, around[-1] - one.offset)
            insort(waiting, rest, key=_last_first)
        around.append(one.offset + one.length)
        done.append(one)
    return done


def plain_text(text: str) -> RichText:
    """Return ``text``, on one line and clean, without entities."""
    return RichText(one) if (one := collapse(clean(text)).strip()) else RichText()


def styled(rich: RichText, kind: EntityKind, url: str = "") -> RichText:
    """Return ``rich`` with one more entity over all of it."""
    length = units(rich.text)
    if not length:
        return rich
    over = Entity(kind, 0, length, url)
    if not rich.entities:
        return RichText(rich.text, (over,))
    return RichText(rich.text, arrange((over, *rich.entities), entities_for(length)))


def part(rich: RichText, start: int, end: int) -> RichText:
    """Return the characters from ``start`` to ``end`` (as Python counts), without white space around."""
    text = rich.text[start:end]
    start += len(text) - len(text.lstrip())
    return stretch(rich, start, start + len(text.strip()))


def stretch(rich: RichText, start: int, end: int) -> RichText:
    """Return the characters from ``start`` to ``end`` (as Python counts) as they are."""
    text = rich.text[start:end]
    first = units(rich.text[:start])
    last = first + units(text)
    entities = []
    for one in rich.entities:
        begin, stop = max(one.offset, first), min(one.offset + one.length, last)
        if begin < stop:
            entities.append(one.at(begin - first, stop - begin))
    if len(text) == units(text):
        entities = [one for one in entities if not text[one.offset : one.offset + one.length].isspace()]
    return RichText(text, arrange(entities, entities_for(last - first)))


def concat(*parts: RichText) -> RichText:
    """Return ``parts`` one after the other."""
    entities: list[Entity] = []
    offset = 0
    for one in parts:
        entities.extend(entity.at(entity.offset + offset, entity.length) for entity in one.entities)
        offset += units(one.text)
    return RichText("".join(one.text for one in parts), arrange(entities, entities_for(offset)))


def join(separator: str, parts: Iterable[RichText]) -> RichText:
    """Return those of ``parts`` that hold anything, with ``separator`` between them."""
    said = [one for one in parts if one.text]
    if len(said) < 2:
        return said[0] if said else RichText()
    entities: list[Entity] = []
    offset = 0
    for one in said:
        entities += (entity.at(entity.offset + offset, entity.length) for entity in one.entities)
        offset += units(one.text) + units(separator)
    most = entities_for(offset)
    text = separator.join(one.text for one in said)
    return RichText(text, tuple(entities) if len(entities) <= most else arrange(entities, most))

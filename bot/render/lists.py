"""Lists: bullets, numbers and boxes before their points, indented as deep as they are nested."""

from bot.render.parts import TEXT_LIMIT
from bot.render.rich import Builder
from bot.render.tags import Source, Tag

_LOOKED_THROUGH = 1500
"""Tokens of a list that counts down, to know from where."""

_DEEPEST = 4
"""Levels beyond which no more is indented: a phone is narrow."""


class Lists:
    """The lists that are open where one reads: the next number of each, None for bullets, and its step."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._open: list[tuple[int | None, int]] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    def begin(self, tag: Tag, source: Source | None) -> None:
        """Begin a list; one that counts down is looked through in ``source`` for where it starts."""
        self._builder.block(1 if self._open else 2)
        if tag.name != "ol":
            self._open.append((None, 0))
            return
        start, backwards = _number(tag.get("start")), tag.has("reversed")
        if start is None:
            start = _points(source) if backwards and source and not self._open else 1
        self._open.append((start, -1 if backwards else 1))

    def end(self) -> None:
        """End the innermost list, whatever its kind; without one, only a block ends."""
        if self._open:
            self._open.pop()
        self._builder.block(1 if self._open else 2)

    def point(self, tag: Tag) -> None:
        """Begin a point: a bullet, or the next number."""
        self._builder.block(1)
        number, step = self._open[-1] if self._open else (None, 0)
        if number is None:
            self._builder.prefix(f"{self._indent()}• ")
            return
        value = _number(tag.get("value"))
        number = number if value is None else value
        self._builder.prefix(f"{self._indent()}{number}. ")
        self._open[-1] = number + step, step

    def box(self, *, checked: bool) -> None:
        """Write the box of a point that is to be checked, in place of its bullet."""
        if self._builder.prefixed:
            self._builder.prefix(self._indent())
        self._builder.write("☑ " if checked else "☐ ")

    def _indent(self) -> str:
        return "  " * min(len(self._open) - 1, _DEEPEST)


def _points(source: Source) -> int:
    """Return how many points the list has that begins where ``source`` is read."""
    seen = source.look(_LOOKED_THROUGH, 10 * TEXT_LIMIT, "ol")
    source.push(seen.tokens)
    return sum(isinstance(one, Tag) and one.name == "li" and not one.closing for one in seen.tokens)


def _number(value: str) -> int | None:
    value = value.strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 7 else None

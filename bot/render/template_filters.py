"""What a message template may do to a field: small total functions, linear in what they are given.

They stand in for the filters of the same names that Jinja2 brings: some of those multiply, and none
of them knows where a text with formatting may be cut.
"""

import re
from collections.abc import Callable
from datetime import datetime

from bot.items import Hit
from bot.render.cut import cut
from bot.render.hashtags import hashtag
from bot.render.parts import TEXT_LIMIT, RichText
from bot.render.serialise import serialise

DIRECTIVES: dict[str, Callable[[datetime], str]] = {
    "d": lambda when: f"{when.day:02}",
    "e": lambda when: str(when.day),
    "m": lambda when: f"{when.month:02}",
    "Y": lambda when: str(when.year),
    "y": lambda when: f"{when.year % 100:02}",
    "H": lambda when: f"{when.hour:02}",
    "M": lambda when: f"{when.minute:02}",
    "S": lambda when: f"{when.second:02}",
    "%": lambda _: "%",
}
"""What may follow "%" in a pattern of ``date``: numbers alone, which every language reads."""

PATTERN = "%Y-%m-%d %H:%M"
"""How a time is written where no pattern is given."""

_DIRECTIVE = re.compile("%(.)", re.DOTALL)


class Formatted(str):
    """A text with its formatting: HTML to whoever writes it out, ``rich`` to whoever changes it."""

    __slots__ = ("rich",)
    rich: RichText

    @classmethod
    def of(cls, rich: RichText) -> "Formatted":
        """Return ``rich`` as HTML."""
        made = cls(serialise(rich))
        made.rich = rich
        return made

    def __html__(self) -> str:
        """Return itself: to Jinja2, what is HTML already."""
        return str(self)


def shown(value: object) -> object:
    """Return ``value`` as it is written out: a list with commas, a time by its numbers, none as nothing."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return _joined(value)
    if isinstance(value, datetime):
        return date(value)
    return value.label if isinstance(value, Hit) else value


def date(value: object, pattern: str = PATTERN) -> str:
    """Return a time as ``pattern`` has it (see :data:`DIRECTIVES`); what is no time gives nothing."""
    if not isinstance(value, datetime):
        return ""
    return _DIRECTIVE.sub(lambda one: DIRECTIVES[one[1]](value) if one[1] in DIRECTIVES else "", pattern)


def unknown_directives(pattern: str) -> list[str]:
    """Return what ``pattern`` asks for and :func:`date` does not know; a lone "%" at its end too."""
    asked = [one[0] for one in _DIRECTIVE.finditer(pattern) if one[1] not in DIRECTIVES]
    return asked + ["%"] * (_DIRECTIVE.sub("", pattern)[-1:] == "%")


def _hashtag(value: object) -> str:
    tag = hashtag(_text(value))
    return f"#{tag}" if tag else ""


def _text(value: object) -> str:
    """Return the words of ``value``, without formatting."""
    if isinstance(value, Formatted):
        return value.rich.text
    return str(shown(value))


def _joined(value: object, separator: str = ", ") -> object:
    return separator.join(_text(one) for one in value) if isinstance(value, tuple) else value


def _truncate(value: object, letters: int) -> object:
    if isinstance(value, Formatted):
        return Formatted.of(cut(value.rich, letters))
    return cut(RichText(_text(value)), letters).text


def _replace(value: object, old: str, new: str) -> str:
    return _text(value).replace(old, new, TEXT_LIMIT // max(1, len(new)))


FILTERS: dict[str, Callable[..., object]] = {
    "upper": lambda value: _text(value).upper(),
    "lower": lambda value: _text(value).lower(),
    "title": lambda value: _text(value).title(),
    "capitalize": lambda value: _text(value).capitalize(),
    "trim": lambda value: value if isinstance(value, Formatted) else _text(value).strip(),
    "truncate": _truncate,
    "default": lambda value, instead: value or instead,
    "join": _joined,
    "replace": _replace,
    "first": lambda value: value[0] if isinstance(value, tuple) and value else "",
    "last": lambda value: value[-1] if isinstance(value, tuple) and value else "",
    "length": lambda value: len(value) if isinstance(value, tuple) else len(_text(value)),
    "escape": lambda value: value,
    "striptags": _text,
    "date": date,
    "hashtag": _hashtag,
}
"""By name. ``escape`` has nothing left to do: whatever a field holds is escaped where it is written."""

"""The words that fired an alert, marked where they stand."""

import re
from collections.abc import Iterator
from itertools import islice

from bot.render.characters import WIDE
from bot.render.parts import Entity, EntityKind, RichText, units
from bot.render.rich import arrange

MARKED_LIMIT = 24
"""Places in a message where matched words are marked."""

_LETTER = re.compile(f"[^\\W_{WIDE}]")


def marked(rich: RichText, words: tuple[str, ...]) -> RichText:
    """Return ``rich`` with each of ``words`` underlined wherever it stands as a word."""
    if not words or not rich.text:
        return rich
    text, lower = rich.text, rich.text.lower()
    there = [word for word in dict.fromkeys(words) if word.lower() in lower]
    places = sorted(place for word in there for place in islice(_places(word, text), MARKED_LIMIT))
    marks = [
        Entity(EntityKind.UNDERLINE, units(text[:start]), units(text[start:end]))
        for start, end in places[:MARKED_LIMIT]
    ]
    return RichText(text, arrange((*rich.entities, *marks))) if marks else rich


def _places(word: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where ``word`` stands in ``text``: no letter touches it, save where one writes without spaces."""
    for found in re.finditer(re.escape(word), text, re.IGNORECASE) if word.strip() else ():
        start, end = found.span()
        if not (_joins(text, start) or _joins(text, end)):
            yield start, end


def _joins(text: str, at: int) -> bool:
    """Tell whether letters of one word stand on both sides of ``at``."""
    return 0 < at < len(text) and bool(_LETTER.match(text, at - 1) and _LETTER.match(text, at))

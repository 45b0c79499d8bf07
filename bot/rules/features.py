"""What an item can be found by: its words, their beginnings, and pairs of letters where no space parts words.

Where a needle is found in a text, each of its features (:func:`asked`) is one of the text's. Those of an
item are not told apart by field: in which one a needle stands is left to the rule.
"""

import re
from collections.abc import Iterator
from operator import add

from bot.rules.nodes import Field
from bot.rules.searchable import Searchable
from bot.rules.text import Needle, runs, words

_BEGINNING = 3
"""Letters of the beginning of a word: ``elect*`` asks for ``ele*``, so that each word has only one."""

_STAR = "*"
"""Ends the features that are part of a word: beginnings, and letters by themselves."""

_ASCII = re.compile("[\x00-\x7f]+")
"""Marks, in a run: every text has them, and a query more than them."""

_FIELDS = tuple(field for field in Field if field is not Field.LANG)


class Features:
    """The features of an item."""

    def __init__(self, item: Searchable) -> None:
        texts = [text for field in _FIELDS for text in item.within(field)]
        self._folded = "\n".join(text.folded for text in texts)
        self._words = set[str]().union(*(text.words for text in texts))

    def whole(self) -> set[str]:
        """Return words, what they may be the plurals of, and pairs of unspaced letters: most features."""
        has = self._words | _singulars([word for word in self._words if word[-1] == "s"])
        if not self._folded.isascii():
            for run in set(runs(self._folded)):
                has.update(map(add, run, run[1:]))
        return has

    def beginnings(self) -> set[str]:
        """Return the features that beginnings of words are."""
        return {word[:_BEGINNING] + _STAR for word in self._words if len(word) >= _BEGINNING}

    def parts(self, wanted: set[str]) -> Iterator[str]:
        """Yield the features that the parts of words in ``wanted`` are, of those that the item has."""
        yield from (part + _STAR for part in wanted.intersection([word[:_BEGINNING] for word in self._words]))
        if not self._folded.isascii():
            yield from (part + _STAR for part in wanted.intersection(self._folded))


def part_of(feature: str) -> str:
    """Return the beginning or the letter that ``feature`` is, nothing where it is a word or a pair."""
    return feature[:-1] if feature[-1] == _STAR else ""


def is_letter(feature: str) -> bool:
    """Tell whether ``feature`` is a single letter of an unspaced script."""
    return feature[1:] == _STAR


def asked(needle: Needle) -> list[str]:
    """Return features that every text has in which ``needle`` is found; none where none is certain.

    A single letter of an unspaced script is among them only where there is nothing else.
    """
    found, certain = words(needle.folded), list[str]()
    if found and needle.prefix and needle.folded.endswith(found[-1]):
        word = found.pop()
        certain = [word[:_BEGINNING] + _STAR] if len(word) >= _BEGINNING else []
    unspaced = [part for run in runs(needle.folded) for part in _ASCII.split(run) if part]
    pairs = [pair for part in unspaced for pair in map(add, part, part[1:])]
    return list(dict.fromkeys((*certain, *found, *pairs))) or [part + _STAR for part in unspaced]


def _singulars(words: list[str]) -> set[str]:
    """Return what ``words`` may be the plurals of, as :class:`Needle` makes them in English."""
    return {
        *(word[:-1] for word in words),
        *(word[:-2] for word in words if word.endswith("es")),
        *(word[:-3] + "y" for word in words if word.endswith("ies")),
    }

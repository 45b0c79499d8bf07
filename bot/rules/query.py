"""The query language: for now plain words, all of which must occur, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.rules.folding import fold
from bot.rules.nodes import Heard
from bot.rules.text import Needle, Text

QUERY_LIMIT = 200
"""Characters in a query: longer than any that is meant, short enough for a line in a list."""

WORDS_LIMIT = 20
"""Words in a query."""

_QUOTES = "\"'“”„‟‘’‚«»‹›「」『』《》,;，、；"
"""What stands around words in a sentence, and is not looked for."""


@dataclass(frozen=True)
class Searchable:
    """The plain texts of an item that words are looked for in, folded once for all rules.

    ``body`` is the summary and the content as text. Words may stand in ``title``, ``body`` and
    ``tags``; ``author`` and ``source`` are there for queries that name them.
    """

    title: str = ""
    body: str = ""
    author: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    link: str = ""
    language: str = ""

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Where words are looked for, the shortest and most telling first."""
        return tuple(Text(text) for text in (self.title, *self.tags, self.body) if text)


@dataclass(frozen=True, slots=True)
class Rule:
    """A query, read.

    Attributes:
        query: as it was written, without needless space.
        words: folded, each once, in the order written; never empty.
    """

    query: str
    words: tuple[str, ...]

    @property
    def node(self) -> None:
        """The tree."""

    def may_match(self, words: bytes) -> bool:
        """Tell whether an item with this signature may match."""
        return words is not None

    def hit(
        self,
        item: Searchable,
        heard: Heard | None = None,  # noqa: ARG002
    ) -> tuple[str, ...] | None:
        """Return the words as they stand in ``item``, in the rule's order, or None for no match."""
        found = []
        for word in self.words:
            if not (place := _first(item.texts, word)):
                return None
            found.append(place)
        return tuple(text.original(*span) for text, span in found)


def parse(query: str, *, negative: bool = False) -> Rule:  # noqa: ARG001
    """Return the rule that ``query`` asks for.

    Raises:
        ValueError: the query is empty or overlong; the message is a sentence for its author.
    """
    query = " ".join(query.split())
    if len(query) > QUERY_LIMIT:
        raise ValueError(f"This query is too long: {len(query)} characters, at most {QUERY_LIMIT}.")
    words = [fold(part.strip(_QUOTES) or part) for part in query.split()]
    words = list(dict.fromkeys(word for word in words if any(letter not in _QUOTES for letter in word)))
    if not words:
        raise ValueError("This query is empty: name at least one word to look for.")
    if len(words) > WORDS_LIMIT:
        raise ValueError(f"This query has too many words: {len(words)}, at most {WORDS_LIMIT}.")
    return Rule(query, tuple(words))


def matches(query: str, item: Searchable) -> tuple[str, ...] | None:
    """Return the words of ``item`` that ``query`` asks for, or None. Raises as :func:`parse` does."""
    return parse(query).hit(item)


def _first(texts: Sequence[Text], word: str) -> tuple[Text, tuple[int, int]] | None:
    needle = Needle.of(word, exact=True)
    return next(((text, span) for text in texts for span in text.places(needle)), None)

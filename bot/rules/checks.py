"""The tree of a query made ready to be asked of items: the cheapest parts first, none more than it takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Protocol

from bot.rules import regex
from bot.rules.folding import fold
from bot.rules.nodes import Either, Every, Field, Heard, In, Near, Node, Not, Phrase, Regex, Term, Within
from bot.rules.searchable import Searchable
from bot.rules.text import Needle, Text

WORDS_TOLD = 24
"""Spellings that are told of one hit."""

WORD_TOLD = 100
"""Characters of one that is told; a longer one, which a regex finds, marks too much to tell anything."""

_PLACES_TOLD = 500
"""Places in one text that are looked at for further spellings."""

_BETWEEN = re.compile(r"[\s\-.,:;'\"/·・、，：；]*")
"""What may stand between the words of a phrase, folded: space, hyphens and light marks."""

_PARTS = re.compile("[a-z0-9]+")

Span = tuple[int, int]


class Check(Protocol):
    """A part of a query, made ready."""

    @property
    def cost(self) -> float:
        """What asking takes, beside other checks."""

    def holds(self, item: Searchable, heard: Heard) -> bool:
        """Tell whether ``item``, which a chat hears so, is what is asked for."""

    def found(self, item: Searchable, heard: Heard) -> Iterator["Literal"]:
        """Yield what is found of it in an item for which it holds, nothing of what is excluded."""


def check(node: Node, field: Field | None = None) -> Check:
    """Return ``node`` made ready, to be looked for in ``field``; in title, tags and body for None."""
    match node:
        case Term(text, prefix):
            return Language(text, prefix) if field is Field.LANG else Literal(_word(node), field)
        case Phrase():
            return Literal(_phrase(node), field)
        case Near(distance, terms):
            parts = tuple(_word(one) if isinstance(one, Term) else _phrase(one) for one in terms)
            return Literal(Together(distance, parts), field)
        case Regex(pattern):
            return Literal(Expression(pattern), field)
        case In(name):
            return Called(tuple(fold(name).split()))
        case Within(inside, inner):
            return check(inner, inside)
        case Not(inner):
            return Denied(check(inner, field))
        case Every(nodes) | Either(nodes):
            checks = sorted((check(one, field) for one in nodes), key=lambda one: one.cost)
            return All(tuple(checks)) if isinstance(node, Every) else Any(tuple(checks))


def told(asked: Check, item: Searchable, heard: Heard) -> tuple[str, ...]:
    """Return the spellings by which ``item``, for which ``asked`` holds, was found: see :meth:`Rule.hit`."""
    places = [(text, one) for one in asked.found(item, heard) for text in item.within(one.field)]
    places.sort(key=lambda place: item.ranks[id(place[0])])
    words: dict[str, None] = {}
    for text, one in places:
        for word in islice(one.wanted.told(item, text), _PLACES_TOLD):
            if len(word) <= WORD_TOLD and word:
                words[word] = None
            if len(words) == WORDS_TOLD:
                return tuple(words)
    return tuple(words)


class Wanted(Protocol):
    """Something that is looked for in one text at a time."""

    @property
    def cost(self) -> float:
        """What looking takes, beside others."""

    def is_in(self, item: Searchable, text: Text) -> bool:
        """Tell whether it stands in ``text`` of ``item``."""

    def told(self, item: Searchable, text: Text) -> Iterator[str]:
        """Yield it as it is written there, once for each place."""


class Spans(Protocol):
    """What has places in a folded text."""

    def spans(self, text: Text) -> Iterator[Span]:
        """Yield start and end of each place, in order."""


class Spotted:
    """Something with places."""

    def spans(self, text: Text) -> Iterator[Span]:
        """Yield start and end of each place, in order."""
        raise NotImplementedError

"""The tree of a query made ready to be asked of items: the cheapest parts first, none more than it takes."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from bot.rules import regex
from bot.rules.folding import fold
from bot.rules.nodes import (
    Either,
    Every,
    Field,
    Heard,
    In,
    Near,
    Node,
    Not,
    Phrase,
    Regex,
    Term,
    Within,
    leaves,
)
from bot.rules.searchable import Searchable
from bot.rules.sought import PLACES_NEAR, Share, Sought, sought

WORDS_TOLD = 24
"""Spellings that are told of one hit."""

WORD_TOLD = 100
"""Characters of one that is told; a longer one, which a regex finds, marks too much to tell anything."""

PLACES_TOLD = 100
"""Places in one text that are looked at for further spellings."""

PARTS = re.compile("[a-z0-9]+")


class Check(ABC):
    """A part of a query, made ready. ``cost`` is what asking takes, beside others."""

    __slots__ = ()
    cost: float

    @abstractmethod
    def holds(self, item: Searchable, heard: Heard) -> bool:
        """Tell whether ``item``, which a chat hears so, is what is asked for."""

    @abstractmethod
    def found(self, item: Searchable, heard: Heard) -> Iterator["Literal"]:
        """Yield what is found of it in an item for which it holds, nothing of what is excluded."""


def ready(node: Node) -> Check:
    """Return ``node`` made ready, to be looked for in title, tags and body."""
    steps = sum(regex.steps(leaf.pattern) for leaf in leaves(node) if isinstance(leaf, Regex))
    terms = sum(len(leaf.terms) for leaf in leaves(node) if isinstance(leaf, Near))
    return _ready(node, None, Share(regex.reach(steps), PLACES_NEAR // max(terms, 1)))


def _ready(node: Node, field: Field | None, share: Share) -> Check:
    match node:
        case Term(text, prefix) if field is Field.LANG:
            return Language(text, prefix)
        case Term() | Phrase() | Near() | Regex():
            return Literal(sought(node, share), field)
        case In(name):
            return Called(name)
        case Within(inside, inner):
            return _ready(inner, inside, share)
        case Not(inner):
            return Denied(_ready(inner, field, share))
        case Every(nodes) | Either(nodes):
            checks = tuple(sorted((_ready(one, field, share) for one in nodes), key=lambda one: one.cost))
            return AllOf(checks) if isinstance(node, Every) else AnyOf(checks)


def told(asked: Check, item: Searchable, heard: Heard) -> tuple[str, ...]:
    """Return the spellings by which ``item``, for which ``asked`` holds, was found, the title's first."""
    places = [(text, one) for one in asked.found(item, heard) for text in item.within(one.field)]
    places.sort(key=lambda place: item.ranks[id(place[0])])
    words: dict[str, None] = {}
    for text, one in places:
        for word in islice(one.sought.told(text), PLACES_TOLD):
            if 0 < len(word) <= WORD_TOLD:
                words[word] = None
            if len(words) == WORDS_TOLD:
                return tuple(words)
    return tuple(words)


class Literal(Check):
    """Something sought in a field, or in title, tags and body."""

    __slots__ = ("cost", "field", "sought")

    def __init__(self, sought: Sought, field: Field | None) -> None:
        self.sought = sought
        self.field = field
        self.cost = sought.cost if field in (None, Field.BODY) else sought.cost / 2

    def holds(self, item: Searchable, heard: Heard) -> bool:  # noqa: ARG002  the same for every chat
        """Tell whether one of the texts has it."""
        sought = self.sought
        for text in item.within(self.field):  # noqa: SIM110  twice as fast as any() over a generator
            if sought.is_in(text):
                return True
        return False

    def found(self, item: Searchable, heard: Heard) -> Iterator["Literal"]:  # noqa: ARG002
        """Yield itself."""
        yield self


class Language(Check):
    """A language, or its beginning: ``zh`` asks for all that begins so, as RFC 4647's basic filtering."""

    cost = 0.1

    def __init__(self, tag: str, prefix: bool) -> None:  # noqa: FBT001  a field of its node
        self._tag = _tag(tag)
        self._prefix = prefix

    def holds(self, item: Searchable, heard: Heard) -> bool:  # noqa: ARG002
        """Tell whether the item says that it is in this language."""
        said = _tag(item.language)
        return said.startswith(self._tag) if self._prefix else f"{said}-".startswith(f"{self._tag}-")

    def found(self, item: Searchable, heard: Heard) -> Iterator[Literal]:  # noqa: ARG002
        """Yield nothing: no word of the item says it."""
        return iter(())


def _tag(language: str) -> str:
    return language.replace("_", "-").lower()


class Called(Check):
    """The feed, or its folder, is called so."""

    cost = 0.2

    def __init__(self, name: str) -> None:
        self._words = tuple(fold(name).split())

    def holds(self, item: Searchable, heard: Heard) -> bool:  # noqa: ARG002  the feed decides
        """Tell whether all words occur in the names, or all in the folder's."""
        return any(all(_occurs(word, *name) for word in self._words) for name in _names(heard))

    def found(self, item: Searchable, heard: Heard) -> Iterator[Literal]:  # noqa: ARG002
        """Yield nothing: no word of the item says it."""
        return iter(())


@lru_cache(maxsize=4096)
def _names(heard: Heard) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what a chat calls a feed, and its folder: folded, and the Latin words in it."""
    called = (fold(name) for name in (" ".join(heard.names), heard.folder))
    return tuple((name, tuple(PARTS.findall(name))) for name in called)


def _occurs(word: str, name: str, parts: tuple[str, ...]) -> bool:
    """Look for a Latin word where words begin, for others anywhere: as feeds are called in a chat."""
    if word.isascii() and word.isalnum():
        return any(part.startswith(word) for part in parts)
    return word in name


class Denied(Check):
    """What must not be."""

    __slots__ = ("_inner", "cost")

    def __init__(self, inner: Check) -> None:
        self._inner = inner
        self.cost = inner.cost

    def holds(self, item: Searchable, heard: Heard) -> bool:
        """Tell whether it is not."""
        return not self._inner.holds(item, heard)

    def found(self, item: Searchable, heard: Heard) -> Iterator[Literal]:  # noqa: ARG002
        """Yield nothing."""
        return iter(())


class AllOf(Check):
    """What must all be."""

    __slots__ = ("_checks", "cost")

    def __init__(self, checks: tuple[Check, ...]) -> None:
        self._checks = checks
        self.cost = sum(one.cost for one in checks)

    def holds(self, item: Searchable, heard: Heard) -> bool:
        """Tell whether all hold."""
        for one in self._checks:  # noqa: SIM110  twice as fast as all() over a generator
            if not one.holds(item, heard):
                return False
        return True

    def found(self, item: Searchable, heard: Heard) -> Iterator[Literal]:
        """Yield what is found of each."""
        for one in self._checks:
            yield from one.found(item, heard)


class AnyOf(Check):
    """Of what one must be."""

    __slots__ = ("_checks", "cost")

    def __init__(self, checks: tuple[Check, ...]) -> None:
        self._checks = checks
        self.cost = sum(one.cost for one in checks)

    def holds(self, item: Searchable, heard: Heard) -> bool:
        """Tell whether one holds."""
        for one in self._checks:  # noqa: SIM110  twice as fast as any() over a generator
            if one.holds(item, heard):
                return True
        return False

    def found(self, item: Searchable, heard: Heard) -> Iterator[Literal]:
        """Yield what is found of those that hold."""
        for one in self._checks:
            if one.holds(item, heard):
                yield from one.found(item, heard)

"""The tree of a query made ready to be asked of items: the cheapest parts first, none more than it takes."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice

from bot.rules import regex
from bot.rules.folding import fold
from bot.rules.nodes import Either, Every, Field, Heard, In, Near, Node, Not, Phrase, Regex, Term, Within
from bot.rules.searchable import Searchable
from bot.rules.text import Needle, Text, in_sequence, says_something

WORDS_TOLD = 24
"""Spellings that are told of one hit."""

WORD_TOLD = 100
"""Characters of one that is told; a longer one, which a regex finds, marks too much to tell anything."""

PLACES_TOLD = 100
"""Places in one text that are looked at for further spellings."""

PLACES_NEAR = 20_000
"""Places in one text that are looked at for what is near: more than any article has, in some 20 ms."""

PARTS = re.compile("[a-z0-9]+")

Span = tuple[int, int]


class Check(ABC):
    """A part of a query, made ready. ``cost`` is what asking takes, beside others."""

    cost: float

    @abstractmethod
    def holds(self, item: Searchable, heard: Heard) -> bool:
        """Tell whether ``item``, which a chat hears so, is what is asked for."""

    @abstractmethod
    def found(self, item: Searchable, heard: Heard) -> Iterator["Literal"]:
        """Yield what is found of it in an item for which it holds, nothing of what is excluded."""


class Sought(ABC):
    """Something that stands in one text, or does not. ``cost`` is what looking takes, beside others."""

    cost: float

    @abstractmethod
    def is_in(self, text: Text) -> bool:
        """Tell whether it stands in ``text``."""

    @abstractmethod
    def told(self, text: Text) -> Iterator[str]:
        """Yield it as it is written there, once for each place."""


def ready(node: Node) -> Check:
    """Return ``node`` made ready, to be looked for in title, tags and body."""
    return _ready(node, None, regex.reach(sum(map(regex.steps, _patterns(node)))))


def _ready(node: Node, field: Field | None, reach: int) -> Check:  # noqa: PLR0911  one return for each kind
    match node:
        case Term(text, prefix) if field is Field.LANG:
            return Language(text, prefix)
        case Term() | Phrase() | Near():
            return Literal(_spotted(node), field)
        case Regex(pattern):
            return Literal(Expression(pattern, reach), field)
        case In(name):
            return Called(name)
        case Within(inside, inner):
            return _ready(inner, inside, reach)
        case Not(inner):
            return Denied(_ready(inner, field, reach))
        case Every(nodes) | Either(nodes):
            checks = tuple(sorted((_ready(one, field, reach) for one in nodes), key=lambda one: one.cost))
            return AllOf(checks) if isinstance(node, Every) else AnyOf(checks)


def _patterns(node: Node) -> Iterator[str]:
    match node:
        case Regex(pattern):
            yield pattern
        case Not(inner) | Within(_, inner):
            yield from _patterns(inner)
        case Every(nodes) | Either(nodes):
            yield from chain.from_iterable(map(_patterns, nodes))
        case _:
            pass


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


class Spotted(Sought):
    """Something that has places in a folded text."""

    @abstractmethod
    def spans(self, text: Text) -> Iterator[Span]:
        """Yield start and end of each place, in order."""

    def is_in(self, text: Text) -> bool:
        """Tell whether there is a place."""
        return next(self.spans(text), None) is not None

    def told(self, text: Text) -> Iterator[str]:
        """Yield what the text has there."""
        return (text.original(start, end) for start, end in self.spans(text))


def _spotted(node: Term | Phrase | Near) -> Spotted:
    match node:
        case Term(text, prefix, exact):
            return Word(Needle.of(text, prefix=prefix, exact=exact))
        case Phrase(words):
            return Adjacent(tuple(Needle.of(word, exact=True) for word in words))
        case Near(distance, terms):
            return Nearby(distance, tuple(_spotted(one) for one in dict.fromkeys(terms)))


class Word(Spotted):
    """A term."""

    cost = 1

    def __init__(self, needle: Needle) -> None:
        self._needle = needle

    def is_in(self, text: Text) -> bool:
        """Tell whether it stands there."""
        return text.has(self._needle)

    def spans(self, text: Text) -> Iterator[Span]:
        """Yield its places."""
        return text.places(self._needle)


class Adjacent(Spotted):
    """Words side by side: around each place of the one that is seen least."""

    def __init__(self, needles: tuple[Needle, ...]) -> None:
        self._needles = needles
        self._sequence = in_sequence(" ".join(needle.folded for needle in needles))
        self._is_plain = all(needle.word and not needle.marks for needle in needles)
        self.cost = 1 + len(needles) / 2

    def is_in(self, text: Text) -> bool:
        """Tell whether there is a place, in most texts by a look at the order of its words."""
        if not all(map(text.has, self._needles)) or self._sequence not in text.sequence:
            return False
        return self._is_plain or super().is_in(text)

    def spans(self, text: Text) -> Iterator[Span]:
        """Yield where they follow one another."""
        counts = [text.folded.count(needle.stem) for needle in self._needles]
        if not all(counts):
            return
        rarest = counts.index(min(counts))
        before, after = self._needles[:rarest][::-1], self._needles[rarest + 1 :]
        for start, end in text.places(self._needles[rarest]):
            last = _along(text, after, end)
            if last is not None:
                first = _back(text, before, start)
                if first is not None:
                    yield first, last


def _along(text: Text, needles: tuple[Needle, ...], place: int) -> int | None:
    """Return where the last of ``needles`` ends, which follow one another from ``place`` on, or None."""
    folded = text.folded
    for needle in needles:
        while (end := text.at(needle, place)) < 0:
            if place >= len(folded) or says_something(folded[place]):
                return None
            place += 1
        place = end
    return place


def _back(text: Text, needles: tuple[Needle, ...], place: int) -> int | None:
    """Return where the last of ``needles`` begins, which go back one by one from ``place``, or None."""
    folded = text.folded
    for needle in needles:
        # An exact needle is as long as its stem.
        while text.at(needle, place - len(needle.stem)) != place:
            place -= 1
            if place < 0 or says_something(folded[place]):
                return None
        place -= len(needle.stem)
    return place


class Nearby(Spotted):
    """Terms near each other: found in runs of places, each at most so many words from the next."""

    def __init__(self, distance: int, parts: tuple[Spotted, ...]) -> None:
        self._distance = distance
        self._parts = parts
        self.cost = 1 + sum(part.cost for part in parts)

    def spans(self, text: Text) -> Iterator[Span]:
        """Yield the places of the terms in each run that holds all of them."""
        if not all(part.is_in(text) for part in self._parts):
            return
        most = PLACES_NEAR // len(self._parts)
        places = sorted(
            (start, end, number)
            for number, part in enumerate(self._parts)
            for start, end in islice(part.spans(text), most)
        )
        run: list[Span] = []
        seen: set[int] = set()
        reach = 0
        for start, end, number in places:
            if start - reach > self._distance and self._is_far(text, reach, start):
                run, seen = [], set()
            reach = max(reach, end)
            run.append((start, end))
            seen.add(number)
            if len(seen) == len(self._parts):
                yield from run
                run = []

    def _is_far(self, text: Text, end: int, start: int) -> bool:
        """Tell whether too many words stand between, which are as many characters at least."""
        return text.ordinal(start) - text.ordinal(end) > self._distance


class Expression(Sought):
    """A regular expression."""

    cost = 8

    def __init__(self, pattern: str, reach: int) -> None:
        self._pattern = pattern
        self._reach = reach

    def is_in(self, text: Text) -> bool:
        """Tell whether it is found."""
        return regex.found(self._pattern, text.raw, self._reach)

    def told(self, text: Text) -> Iterator[str]:
        """Yield what it matches."""
        return regex.matches(self._pattern, text.raw, self._reach)


class Literal(Check):
    """Something sought in a field, or in title, tags and body."""

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

"""What a query looks for in one text, made ready: words, alone, side by side or near, and regexes."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from bot.rules import regex
from bot.rules.nodes import Near, Phrase, Regex, Term
from bot.rules.text import Needle, Text, in_sequence, says_something

PLACES_NEAR = 10_000
"""Places in one text that are looked at for all terms of a query that are near others: 5,000 for each of
two, more than any article has, and some 10 ms."""

Span = tuple[int, int]


class Share(NamedTuple):
    """How much of a text the parts of one query may look at: the more of them there are, the less each."""

    regex_bytes: int
    near_places: int


class Sought(ABC):
    """Something that stands in one text, or does not. ``cost`` is what looking takes, beside others."""

    __slots__ = ()
    cost: float

    @abstractmethod
    def is_in(self, text: Text) -> bool:
        """Tell whether it stands in ``text``."""

    @abstractmethod
    def told(self, text: Text) -> Iterator[str]:
        """Yield it as it is written there, once for each place."""


class Spotted(Sought):
    """Something that has places in a folded text."""

    __slots__ = ()

    @abstractmethod
    def spans(self, text: Text) -> Iterator[Span]:
        """Yield start and end of each place, in order."""

    def is_in(self, text: Text) -> bool:
        """Tell whether there is a place."""
        return next(self.spans(text), None) is not None

    def told(self, text: Text) -> Iterator[str]:
        """Yield what the text has there."""
        return (text.original(start, end) for start, end in self.spans(text))


def sought(node: Term | Phrase | Near | Regex, share: Share) -> Sought:
    """Return ``node`` made ready."""
    return Expression(node.pattern, share.regex_bytes) if isinstance(node, Regex) else _spotted(node, share)


def _spotted(node: Term | Phrase | Near, share: Share) -> Spotted:
    match node:
        case Term(text, prefix, exact):
            return Word(Needle.of(text, prefix=prefix, exact=exact))
        case Phrase(words):
            return Adjacent(tuple(Needle.of(word, exact=True) for word in words))
        case Near(distance, terms):
            parts = tuple(_spotted(one, share) for one in dict.fromkeys(terms))
            return Nearby(distance, parts, share.near_places)


class Word(Spotted):
    """A term."""

    __slots__ = ("_needle",)

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

    def __init__(self, distance: int, parts: tuple[Spotted, ...], most: int) -> None:
        self._distance = distance
        self._most = most
        self._parts = parts
        self.cost = 1 + sum(part.cost for part in parts)

    def spans(self, text: Text) -> Iterator[Span]:
        """Yield the places of the terms in each run that holds all of them."""
        if not all(part.is_in(text) for part in self._parts):
            return
        places = sorted(
            (start, end, number)
            for number, part in enumerate(self._parts)
            for start, end in islice(part.spans(text), self._most)
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

    def __init__(self, pattern: str, most: int) -> None:
        self._pattern = pattern
        self._most = most

    def is_in(self, text: Text) -> bool:
        """Tell whether it is found."""
        return regex.found(self._pattern, text.raw, self._most)

    def told(self, text: Text) -> Iterator[str]:
        """Yield what it matches."""
        return regex.matches(self._pattern, text.raw, self._most)

"""Finding words in a text, as people mean them: at the edges their script has.

Scripts that part words by spaces are matched by whole words; Chinese, Japanese, Korean, Thai and
their like, which do not (or hang endings on words), by substring. Where both meet, each end of
a word goes by its own script: "AI芯片" holds the word "AI", "SAID" does not.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Self

from bot.rules.folding import JOINING, STACK, UNEVEN, fold, letters_in, marked, one_of

_SPACED = (
    "\u0080-\u0dff\u0f00-\u0fff\u10a0-\u10ff\u1200-\u177f\u1800-\u194f\u1a00-\u1a1f\u1ab0-\u2e7f"
    "\ua4d0-\ua95f\ua980-\ua9df\uaa00-\uaa5f\uaa80-\uabff"
)
"""Blocks of scripts that part words by spaces, with the signs between them."""

_SOUTHEAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaa7f"
"""Thai, Lao, Myanmar, Khmer and Tai, which do not."""

_HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff"
"""Korean parts words, but hangs endings on them."""

_EAST = (
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\ua48c\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
"""Letters of Chinese and Japanese, and Yi."""

_LETTERS = "0-9a-z\U00010000-\U0001afef\U0001e000-\U0001efff" + "".join(
    letter
    for letter in letters_in(_SPACED)
    if (kind := unicodedata.category(letter))[0] in "LM" or kind in ("Nd", "Nl")
)
"""Letters, digits and marks, folded, of scripts that part words by spaces."""

_SINGLE = _EAST + "".join(
    letter for letter in letters_in(_SOUTHEAST) if unicodedata.category(letter)[0] in "LN"
)
_MARKS = "".join(
    letter for letter in letters_in(_SPACED + _SOUTHEAST) if unicodedata.category(letter)[0] == "M"
)

_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
_LETTER = one_of(_LETTERS)
_JOINS = one_of(JOINING)

_WORD = re.compile(f"{_LETTER}+")
_GAPS = "".join(letter if _WORD.match(letter) else " " for letter in map(chr, range(128)))
_RUN = re.compile(f"{one_of(_LETTERS + _SPACES, none=True)}+")
_INSIDE = re.compile(f"(?<={_LETTER}){_LETTER}")
_EDGES = " .,:;!?'\"()-"
"""What most often stands beside a word. Asking for it first takes a fifth of the time."""

_COUNTED = re.compile(f"{one_of(_LETTERS + _HANGUL)}+|{one_of(_SINGLE)}")

_SAID = re.compile(f"{_LETTER}+|[^ ]")

_CLUSTER = rf"\s(?:\s|{_JOINS})+|{one_of(JOINING, none=True)}?{_JOINS}+"
"""A letter with what joins it, or a gap: what folds together, where that is more than one character."""

_WHOLE = re.compile(f"{_CLUSTER}|.", re.DOTALL)
_ODD = re.compile(f"{_CLUSTER}|{one_of(UNEVEN + JOINING)}")
_MARK = re.compile(one_of(_MARKS))
_MARKABLE = re.compile("[a-zе]")
"""The letters of which :func:`marked` tells."""

_TAIL = re.compile(f"{one_of(_MARKS + JOINING)}{{1,{STACK}}}")
"""Marks and vowel signs behind a letter: no more than a letter can have."""

_BEHIND = "\u00ad\u200b\u200e\u200f\u202c\u2060\u2069\ufeff"
"""Invisible characters that part what follows from a word, and are none of its."""

_NO_PLURAL = frozenset({
    "new", "mean", "good", "custom", "economic", "politic", "physic", "mathematic", "athletic", "electronic",
    "genetic", "mar", "len",
})  # fmt: skip
"""Words that are another word with an s: news, means, economics, Mars, a lens."""


def words(folded: str) -> list[str]:
    """Return the words of a folded text that stand in scripts with spaces, in order."""
    if folded.isascii():  # four times as fast
        return folded.translate(_GAPS).split()
    return _WORD.findall(folded)


def runs(folded: str) -> list[str]:
    """Return the stretches between white space and :func:`words`: unspaced scripts and symbols."""
    return _RUN.findall(folded)


def in_sequence(folded: str) -> str:
    """Return the words of a folded text in order, a space around each; one letter of others is a word.

    Where a phrase stands in a text, its words so stand in the text's.
    """
    gaps = {ord(letter): " " for letter in set(folded) if not says_something(letter)}
    return f" {' '.join(_SAID.findall(folded.translate(gaps)))} "


def says_something(letter: str) -> bool:
    """Tell whether ``letter`` cannot stand between the words of a phrase, as space and punctuation may."""
    return letter not in " -.,:'\"" and (
        letter.isalnum()
        or unicodedata.category(letter)[0] == "M"
        or is_picture(letter)
        or bool(_WORD.match(letter))
    )


def is_picture(letter: str) -> bool:
    """Tell whether ``letter`` is a symbol that people look for, such as an emoji."""
    return not letter.isascii() and unicodedata.category(letter)[0] == "S"


def _tidied(folded: str) -> str:
    """Return ``folded`` with one space for each stretch of spaces and line breaks."""
    for gap in "\n\t\r":
        folded = folded.replace(gap, " ")
    while "  " in folded:
        folded = folded.replace("  ", " ")
    return folded


@dataclass(frozen=True, slots=True)
class Needle:
    """A word, or words side by side, to be looked for.

    ``folded`` is what is compared, with single spaces; empty where nothing can be looked for.
    ``prefix``: the last word may go on. ``exact``: no plural. ``endings`` are what may follow
    ``stem``, ``forms`` the two together. ``marks`` are the letters whose marks must be there too, by
    their place in ``folded``. ``word``: it is one word, or the beginning of one. ``loose``: it is found
    wherever its stem stands, since its ends are no letters that make up words, and no marks are asked for.
    """

    folded: str
    prefix: bool
    exact: bool
    stem: str
    endings: tuple[str, ...]
    forms: tuple[str, ...]
    marks: tuple[tuple[int, str], ...]
    word: bool
    loose: bool

    @classmethod
    def of(cls, text: str, *, prefix: bool = False, exact: bool = False) -> Self:
        """Return the needle for ``text`` as it was written in a query."""
        padded = _tidied(fold(text))
        folded = padded.strip()
        stem, endings = (folded, ("",)) if prefix or exact else _plural(folded)
        lead = len(padded) - len(padded.lstrip())
        marks = tuple((place - lead, letter) for place, letter in _marks(text).items())
        edged = not folded or _WORD.match(folded) or _WORD.match(folded, len(folded) - 1)
        word, loose = bool(_WORD.fullmatch(folded)), not edged and not marks
        forms = tuple(stem + ending for ending in endings)
        return cls(folded, prefix, exact, stem, endings, forms, marks, word, loose)


def _plural(folded: str) -> tuple[str, tuple[str, ...]]:
    """Return the stem of an English word and what it may end in."""
    last = re.search("[a-z]{3,}$", folded)
    if not last or last[0] in _NO_PLURAL or _INSIDE.match(folded, last.start()):
        return folded, ("",)
    if re.search("[^aeiou]y$", folded):
        return folded[:-1], ("y", "ies", "ys")
    if folded.endswith(("ch", "o")):
        return folded, ("", "s", "es")
    return folded, ("", "es" if folded.endswith(("s", "x", "z", "sh")) else "s")


@dataclass(frozen=True)
class Text:
    """A text to be searched, folded once however much is looked for."""

    raw: str

    @cached_property
    def folded(self) -> str:
        """The text as it is compared: :func:`fold`, and single spaces between words."""
        return _tidied(fold(self.raw))

    @cached_property
    def words(self) -> frozenset[str]:
        """The :func:`words` of the text."""
        return frozenset(words(self.folded))

    @cached_property
    def sequence(self) -> str:
        """What the text says, as :func:`in_sequence` has it."""
        return in_sequence(self.folded)

    def has(self, needle: Needle) -> bool:
        """Tell whether there are :meth:`places` of ``needle``, in less time."""
        if needle.word:
            if not (self._begins(needle.stem) if needle.prefix else not self.words.isdisjoint(needle.forms)):
                return False
            return not needle.marks or self._is_spelled(needle)
        if needle.loose:
            return needle.stem in self.folded
        return next(self.places(needle), None) is not None

    def _begins(self, stem: str) -> bool:
        """Tell whether a word begins with ``stem``."""
        place = bisect_left(self._sorted, stem)
        return place < len(self._sorted) and self._sorted[place].startswith(stem)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.words)

    def _is_spelled(self, needle: Needle) -> bool:
        """Tell whether the marks of ``needle`` are there where it stands but for them."""
        return any(_have(_marks(spelling), needle) for spelling in self._spelled(needle))

    def _spelled(self, needle: Needle) -> dict[str, list[tuple[int, int]]]:
        """Return the spellings of ``needle`` with whatever marks, each with its places."""
        if self.raw.isascii():
            return {}
        bare = replace(needle, marks=())
        if (spelled := self._spellings.get(bare)) is None:
            spelled = self._spellings[bare] = {}
            for start, end in self.places(bare):
                spelled.setdefault(self._spelling(start, end), []).append((start, end))
        return spelled

    @cached_property
    def _spellings(self) -> dict[Needle, dict[str, list[tuple[int, int]]]]:
        """What :meth:`_spelled` has found: many may ask for one word, each with marks of its own."""
        return {}

    def places(self, needle: Needle) -> Iterator[tuple[int, int]]:
        """Yield where ``needle`` stands in :attr:`folded`: start and end, in order, not overlapping."""
        if needle.marks:
            spelled = self._spelled(needle).items()
            yield from sorted(chain(*(spans for one, spans in spelled if _have(_marks(one), needle))))
            return
        folded, stem = self.folded, needle.stem
        start = folded.find(stem) if stem else -1
        while start >= 0:
            after, end = start + 1, start + len(stem)
            is_edge = folded[start - 1 : start] in _EDGES
            if is_edge and "" in needle.endings and folded[end : end + 1] in _EDGES:
                yield start, end
                after = end
            elif not is_edge and _INSIDE.match(folded, start):
                after = _skip(_WORD, folded, start)
            elif end := self._end(needle, start):
                yield start, end
                after = end
            start = folded.find(stem, after)

    def at(self, needle: Needle, start: int) -> int:
        """Return where ``needle`` ends that begins at ``start`` of :attr:`folded`, -1 where none does."""
        folded, stem = self.folded, needle.stem
        if start < 0 or not stem or not folded.startswith(stem, start) or _INSIDE.match(folded, start):
            return -1
        end = self._end(needle, start)
        if not end or (needle.marks and not _have(_marks(self._spelling(start, end)), needle)):
            return -1
        return end

    def _end(self, needle: Needle, start: int) -> int:
        """Return where the needle ends whose stem stands at ``start``, or 0 where it does not."""
        folded, place = self.folded, start + len(needle.stem)
        if needle.prefix:
            return _skip(_WORD, folded, place) if _INSIDE.match(folded, place) else place
        for ending in needle.endings:
            end = place + len(ending)
            if folded.startswith(ending, place) and (
                folded[end : end + 1] in _EDGES or not _INSIDE.match(folded, end)
            ):
                return end
        return 0

    def _spelling(self, start: int, end: int) -> str:
        return self.raw[self._letters.at(start)[0] : self._letters.at(end - 1)[1]]

    def original(self, start: int, end: int) -> str:
        """Return what stands in :attr:`raw` for ``folded[start:end]``, whole letters only."""
        if start >= end:
            return ""
        first, last = self._letters.at(start)[0], self._letters.at(end - 1)[1]
        stop = max(first - STACK, 0)
        while first > stop and _MARK.match(self.raw, first):
            first -= 1
        return self.raw[first : _skip(_TAIL, self.raw, last)].rstrip(_BEHIND)

    def ordinal(self, place: int) -> int:
        """Return how many words begin before ``place`` of :attr:`folded`; an unspaced letter is a word."""
        return bisect_left(self._beginnings, place)

    @cached_property
    def _beginnings(self) -> list[int]:
        return [word.start() for word in _COUNTED.finditer(self.folded)]

    @cached_property
    def _letters(self) -> "_Letters":
        is_even = self.raw.isascii() and len(self.raw) == len(self.folded)
        return _Letters("" if is_even else self.raw)


class _Letters:
    """Where the letters of a folded text stand in the raw one, looked through as far as was asked.

    Only the odd letters, which do not fold one to one, are noted; from each to the next one counts.
    """

    def __init__(self, raw: str) -> None:
        self._rest = _ODD.finditer(raw)
        self._shift = 0
        self._sizes: dict[str, int] = {}
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._spans: list[tuple[int, int]] = []

    def at(self, place: int) -> tuple[int, int]:
        """Return the letter, start and end, that stands at ``place`` of the folded text."""
        while (not self._starts or self._starts[-1] <= place) and (letter := next(self._rest, None)):
            self._note(letter)
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return place, place + 1
        if place < self._ends[index]:
            return self._spans[index]
        start = self._spans[index][1] + place - self._ends[index]
        return start, start + 1

    def _note(self, letter: re.Match[str]) -> None:
        size = self._sizes.get(letter[0])
        if size is None:
            size = self._sizes[letter[0]] = len(_tidied(fold(letter[0])))
        start = letter.start() + self._shift
        self._starts.append(start)
        self._ends.append(start + size)
        self._spans.append(letter.span())
        self._shift += size - len(letter[0])


def _skip(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _have(marks: dict[int, str], needle: Needle) -> bool:
    return all(marks.get(place) == letter for place, letter in needle.marks)


def _marks(text: str) -> dict[int, str]:
    """Return the letters of ``text`` whose marks count, by their place when it is folded."""
    marks: dict[int, str] = {}
    if text.isascii() or not _MARKABLE.search(fold(text)):
        return marks
    place = 0
    for letter in _WHOLE.findall(text):
        if fine := marked(letter):
            marks[place] = fine
        place += len(_tidied(fold(letter)))
    return marks

"""Finding words in a text, as people mean them: at the edges their script has.

Scripts that part words by spaces are matched by whole words; Chinese, Japanese, Korean, Thai and
their like, which do not (or hang endings on words), by substring. Where both meet, each end of
a word goes by its own script: "AI芯片" holds the word "AI", "SAID" does not.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from bot.rules.folding import JOINING, UNEVEN, character_class, fold

_HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff"
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff"  # Myanmar
    "\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf"  # Khmer, Tai
    "\u2e80-\u312f\u3190-\u33ff\u3400-\u4dbf\u4e00-\ua4cf"  # Han, kana, bopomofo, Yi
    "\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff"  # Han and kana further on
)
_MARK = character_class(
    letter
    for letter in map(chr, (*range(0x300, 0x3100), *range(0xA4D0, 0x12000)))
    if unicodedata.category(letter)[0] == "M"
)
_LETTER = "0-9a-z" + character_class(
    letter
    for letter in map(
        chr, (*range(0x80, 0x3400), *range(0xA4D0, 0xAC00), *range(0xF900, 0x17000), *range(0x1E000, 0x1F000))
    )
    if (unicodedata.category(letter)[0] in "LM" or unicodedata.category(letter) in ("Nd", "Nl"))
    and not re.match(f"[{_HANGUL}{_UNSPACED}]", letter)
)
"""Letters, digits and marks, folded, of scripts that part words by spaces."""

_WORD = re.compile(f"[{_LETTER}]+")
_REST = re.compile(f"[{_LETTER}]*")
_RUN = re.compile(rf"[^\s{_LETTER}]+")
_COUNTED = re.compile(rf"[{_LETTER}{_HANGUL}]+|[{_UNSPACED}]")
_INSIDE = re.compile(f"(?<=[{_LETTER}])(?=[{_LETTER}])")
_WHOLE = re.compile(f"[^{JOINING}]?[{JOINING}]+|.", re.DOTALL)
"""A letter of a text that is not yet folded, with what joins it."""

_ODD = re.compile(rf"\s[\s{JOINING}]+|[\n\t\r]|[^{JOINING}][{JOINING}]+|[{UNEVEN}{JOINING}]", re.DOTALL)
_TAIL = re.compile(f"[{_MARK}{JOINING}]*")

_NO_PLURAL = frozenset(
    [
        "new",
        "mean",
        "good",
        "custom",
        "economic",
        "politic",
        "physic",
        "athletic",
        "electronic",
        "genetic",
        "mathematic",
        "mar",
        "len",
    ]
)
"""Words whose form with an s is another word: news, means, Mars, a lens."""


def words(folded: str) -> list[str]:
    """Return the words of a folded text that stand in scripts with spaces, in order."""
    return _WORD.findall(folded)


def runs(folded: str) -> list[str]:
    """Return the stretches between white space and :func:`words`: unspaced scripts and symbols."""
    return _RUN.findall(folded)


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
    ``stem``. ``marks`` are the letters whose marks must be there too, by their place in ``folded``.
    """

    folded: str
    prefix: bool
    exact: bool
    stem: str
    endings: tuple[str, ...]
    marks: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, text: str, *, prefix: bool = False, exact: bool = False) -> Self:
        """Return the needle for ``text`` as it was written in a query."""
        text = " ".join(text.split())
        folded = _tidied(fold(text)).strip()
        stem, endings = (folded, ("",)) if prefix or exact else _plural(folded)
        return cls(folded, prefix, exact, stem, endings, tuple(_marks(text).items()))

    @property
    def forms(self) -> tuple[str, ...]:
        """The folded spellings that are looked for; for a prefix, the beginning."""
        return tuple(self.stem + ending for ending in self.endings)


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

    def places(self, needle: Needle) -> Iterator[tuple[int, int]]:
        """Yield where ``needle`` stands in :attr:`folded`: start and end, in order, not overlapping."""
        folded, stem = self.folded, needle.stem
        if not stem:
            return
        start = folded.find(stem)
        while start >= 0:
            if _INSIDE.match(folded, start):
                end = start = _REST.match(folded, start).end()  # type: ignore[union-attr]  # it matches nothing, too
            else:
                end = self._end(needle, start)
                if end > start and self._marked(needle, start, end):
                    yield start, end
                    start = end
                else:
                    start += 1
            start = folded.find(stem, start)

    def at(self, needle: Needle, start: int) -> int:
        """Return where ``needle`` ends that begins at ``start`` of :attr:`folded`, -1 where none does."""
        folded, stem = self.folded, needle.stem
        if start < 0 or not stem or not folded.startswith(stem, start) or _INSIDE.match(folded, start):
            return -1
        end = self._end(needle, start)
        return end if end > start and self._marked(needle, start, end) else -1

    def _end(self, needle: Needle, start: int) -> int:
        """Return where the needle that begins at ``start`` ends, or -1."""
        folded = self.folded
        place = start + len(needle.stem)
        if needle.prefix:
            return _REST.match(folded, place).end() if _INSIDE.match(folded, place) else place  # type: ignore[union-attr]
        for ending in needle.endings:
            end = place + len(ending)
            if folded.startswith(ending, place) and not _INSIDE.match(folded, end):
                return end
        return -1

    def _marked(self, needle: Needle, start: int, end: int) -> bool:
        if not needle.marks:
            return True
        marks = _marks(self.original(start, end))
        return all(marks.get(place) == letter for place, letter in needle.marks)

    def original(self, start: int, end: int) -> str:
        """Return what stands in :attr:`raw` for ``folded[start:end]``, whole letters only."""
        if start >= end:
            return ""
        first, last = self._letter(start)[0], self._letter(end - 1)[1]
        return self.raw[first : _TAIL.match(self.raw, last).end()]  # type: ignore[union-attr]

    def ordinal(self, place: int) -> int:
        """Return how many words begin before ``place`` of :attr:`folded`; an unspaced letter is a word."""
        return bisect_left(self._beginnings, place)

    @cached_property
    def _beginnings(self) -> list[int]:
        return [word.start() for word in _COUNTED.finditer(self.folded)]

    def _letter(self, place: int) -> tuple[int, int]:
        """Return the letter of :attr:`raw`, start and end, that stands at ``place`` of :attr:`folded`."""
        starts, ends, odd = self._odd
        index = bisect_right(starts, place) - 1
        if index < 0:
            return place, place + 1
        if place < ends[index]:
            return odd[index]
        begin = odd[index][1] + place - ends[index]
        return begin, begin + 1

    @cached_property
    def _odd(self) -> tuple[list[int], list[int], list[tuple[int, int]]]:
        """Where letters stand that do not fold to just one: start and end folded, and in :attr:`raw`."""
        starts, ends, odd = [], [], []
        shift = 0
        for letter in _ODD.finditer(self.raw):
            size = len(_tidied(fold(letter[0])))
            start = letter.start() + shift
            starts.append(start)
            ends.append(start + size)
            odd.append(letter.span())
            shift += size - len(letter[0])
        return starts, ends, odd


def _marks(text: str) -> dict[int, str]:
    """Return the Latin letters with marks, and ё, of ``text``, by their place when it is folded."""
    if text.isascii():
        return {}
    marks, place = {}, 0
    for letter in _WHOLE.findall(text):
        plain = fold(letter)
        if len(plain) == 1 and plain in "abcdefghijklmnopqrstuvwxyzе" and not letter.isascii():
            fine = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", letter).casefold())
            if fine not in (plain, "ı", "i\u0307") and (plain != "е" or fine == "ё"):
                marks[place] = fine
        place += len(plain)
    return marks

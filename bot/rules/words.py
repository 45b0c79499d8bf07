"""Words as people mean them: folded to one spelling, found at the edges their script has.

Scripts that part words by spaces are matched by whole words; Chinese, Japanese, Korean, Thai and
their like, which do not (or hang endings on words), by substring. Where both meet, each end of
a word goes by its own script: "AI芯片" holds the word "AI", "SAID" does not.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

_UNSPACED = re.compile(
    "[\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1100-\u11ff"  # Hangul letters
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u303f\u3040-\u312f\u3130-\u318f\u31a0-\u31ff"  # radicals, kana, bopomofo, Hangul letters
    "\u3400-\u4dbf\u4e00-\u9fff"  # Han
    "\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    "\uf900-\ufaff\uff66-\uffdc"  # Han and half-width forms
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff]"  # kana and Han of the further planes
)

_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]")
"""Soft hyphens, joiners and variant selectors: they change how a word looks, not which it is."""

_VOWEL_OR_FINAL = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")
"""Hangul letters that join the one before into a syllable, without being combining marks."""


def fold(text: str) -> str:
    """Return ``text`` in the one spelling that is compared: width, case and compositions unified."""
    if text.isascii():
        return text.lower()
    text = _INVISIBLE.sub("", text)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True)
class Text:
    """A text to be searched, folded once however many words are looked for."""

    raw: str

    @cached_property
    def folded(self) -> str:
        """The text as it is compared."""
        return fold(self.raw)

    def find(self, word: str) -> tuple[int, int] | None:
        """Return where the folded, non-empty ``word`` first stands in :attr:`folded`, or None."""
        start = self.folded.find(word)
        while start >= 0:
            if _parts(self.folded, start) and _parts(self.folded, start + len(word)):
                return start, start + len(word)
            start = self.folded.find(word, start + 1)
        return None

    def original(self, start: int, end: int) -> str:
        """Return what stands in :attr:`raw` for ``folded[start:end]``, whole letters only."""
        letters = self._letters
        if letters is None:
            return self.raw[start:end]
        first, last = letters[start], letters[end - 1]
        return self.raw[first[0] : last[1]]

    @cached_property
    def _letters(self) -> list[tuple[int, int]] | None:
        """For each folded letter the stretch of :attr:`raw` it comes from; None where they agree."""
        if self.raw.isascii():
            return None
        spans: list[tuple[int, int]] = []
        start = 0
        for end in range(1, len(self.raw) + 1):
            if end < len(self.raw) and _joins(self.raw[end]):
                continue
            spans += [(start, end)] * len(fold(self.raw[start:end]))
            start = end
        # Folding letter by letter differs from folding the whole only in malformed sequences.
        spans += [(start, start)] * (len(self.folded) - len(spans))
        return spans


def _parts(text: str, place: int) -> bool:
    """Tell whether a word may begin or end between ``text[place - 1]`` and ``text[place]``."""
    return not (0 < place < len(text) and _spaced(text[place - 1]) and _spaced(text[place]))


def _spaced(letter: str) -> bool:
    """Tell whether ``letter`` is part of a word in a script that parts its words."""
    if letter.isascii():
        return letter.isalnum()
    return unicodedata.category(letter)[0] in "LNM" and not _UNSPACED.match(letter)


def _joins(letter: str) -> bool:
    """Tell whether ``letter`` may melt into the one before it when folded."""
    return not letter.isascii() and bool(
        unicodedata.combining(letter)
        or _VOWEL_OR_FINAL.match(letter)
        or _INVISIBLE.match(letter)
        or letter in "\uff9e\uff9f"  # half-width voicing marks
    )

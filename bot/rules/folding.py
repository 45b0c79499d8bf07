"""One spelling for what people take for the same word: the coarse form that texts and queries are compared in.

What it takes for the same is told in `docs/queries.md`. Nearly all of it is a matter of single
characters; only what joins (marks, Hangul letters, invisible characters) is seen to beforehand.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.rules.han import SIMPLIFIED, TRADITIONAL

_MARKS = (
    "\u0300-\u036f\u0483-\u0489"  # of Latin, Greek and Cyrillic
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # of Hebrew
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0898-\u089f\u08ca-\u08e1"
    "\u08e3-\u08ff"  # of Arabic
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # of all and of symbols
    "\u3099\u309a"  # voicing of what has no voiced form
)
_INVISIBLE = (
    "\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
"""What changes how a word looks and not which it is; the tatweel, which stretches a word, among it."""

_LIKE = {
    "'": "\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u05f3\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\ua78c\uff07",
    '"': "\u00ab\u00bb\u02ba\u05f4\u201c\u201d\u201e\u201f\u2033\u2036",
    "-": "\u058a\u05be\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58",
    "a": "\u0251",
    "ae": "æǽǣ",
    "b": "ƀɓ",
    "c": "ȼɕ",
    "d": "đðɖɗ",
    "e": "ɇ",
    "f": "ƒ",
    "g": "ǥɠ",
    "h": "ħɦ",
    "i": "ıɨ",
    "j": "ɉ",
    "k": "ƙĸ",
    "l": "łƚɫ",
    "n": "ŋɲƞɳ",
    "o": "øɵǿ",
    "oe": "œ",
    "p": "ƥ",
    "r": "ɍɽ",
    "s": "ʂ",
    "ss": "ß",
    "t": "ŧƭʈ",
    "th": "þ",
    "u": "ʉ",
    "v": "ʋ",
    "y": "ɏƴ",
    "z": "ƶȥ",
    "σ": "ς",
    "е": "ёѐ",
    "и": "ѝ",
    "ا": "أإآٱٲٳ",
    "و": "ؤ",
    "ي": "ئىیېۍےۓ",
    "ه": "ةۀہۂۃھەۿ",
    "ک": "كڪ",
}
"""Letters that decomposition leaves apart, under what they are compared as."""

_SAME = {old: new for new, letters in _LIKE.items() for old in letters}
_SAME |= dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))

_KEPT = frozenset("™℠" + "".join(map(chr, (*range(0x2150, 0x2160), 0x2189, 0xBC, 0xBD, 0xBE))))
"""What would decompose into a part of the word before it: "Windows™", "3½"."""

_STACK = 30
"""Marks that one letter can have: as many as Unicode's stream-safe texts allow."""


def fold(text: str) -> str:
    """Return ``text`` in the spelling that is compared. Folding again changes nothing; the time is linear."""
    if text.isascii():
        return text.lower()
    if not _JOINING.search(text):
        return _TOUCHED.sub(_spelled, text).lower()
    folded = _joined(text)
    while (again := _joined(folded)) != folded:  # what was taken away had kept others apart
        folded = again
    return folded


def _joined(text: str) -> str:
    text = _HALF_KANA.sub(_full_width, _UNSEEN.sub("", text))
    text = unicodedata.normalize("NFC", _STACKED.sub(r"\1", text))
    return _TOUCHED.sub(_spelled, text).lower()


def _full_width(kana: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", kana[0])


def _spelled(letter: re.Match[str]) -> str:
    return _SPELLINGS[letter[0]]


class _Spellings(dict[str, str]):
    """What single characters are compared as, worked out when first met."""

    def __missing__(self, letter: str) -> str:
        self[letter] = spelling = _spelling(letter)
        return spelling


def _spelling(letter: str) -> str:
    if letter in _KEPT or "\u3131" <= letter <= "\u318e":
        return letter
    if letter in _SAME:
        return _SAME[letter]
    if letter.isspace():
        return " "
    if _AWAY.match(letter):
        return ""
    if "\uffa1" <= letter <= "\uffdc":  # half-width Hangul letters
        wide = unicodedata.decomposition(letter).partition(" ")[2]
        return chr(int(wide, 16)) if wide else letter
    plain = unicodedata.normalize("NFKC", letter)
    if plain.startswith(" "):  # an accent that stands alone
        return letter
    plain = unicodedata.normalize("NFKC", plain.casefold().lower())
    return "".join(map(_base, plain))


def _base(letter: str) -> str:
    """Return the fold of a small letter that has no compatibility decomposition."""
    if letter in _SAME:
        return _SAME[letter]
    if _AWAY.match(letter):
        return ""
    if (digit := unicodedata.decimal(letter, None)) is not None:
        return str(digit)
    if "\u30a1" <= letter <= "\u30f6" or letter in "\u30fd\u30fe":
        return chr(ord(letter) - 0x60)
    parts = unicodedata.normalize("NFD", letter)
    if parts[0].isalpha() and not _CYRILLIC.match(letter) and _ACCENTS.fullmatch(parts, 1):
        return _base(parts[0])
    return letter


_BLOCKS = (
    (0x80, 0x33FF),
    (0xA4D0, 0xABFF),
    (0xD7B0, 0xD7FF),
    (0xF900, 0x11FFF),
    (0x16A00, 0x16FFF),
    (0x1D000, 0x1D7FF),
    (0x1DF00, 0x1F2FF),
    (0x1FBF0, 0x1FBFF),
    (0x2F800, 0x2FA1F),
)


def _points() -> Iterator[str]:
    """Yield the characters that folding may change, but for ASCII, and Han, which have a table."""
    for first, last in _BLOCKS:
        yield from (
            letter for letter in map(chr, range(first, last + 1)) if unicodedata.category(letter) != "Cn"
        )


def _joins(letter: str) -> bool:
    """Tell whether normal form C may change what stands before ``letter``, or ``letter`` itself."""
    return bool(unicodedata.combining(letter)) or not unicodedata.is_normalized("NFC", letter)


def _seconds(letters: Iterable[str]) -> Iterator[str]:
    """Yield what some letter of ``letters`` has after its first part."""
    for letter in letters:
        parts = unicodedata.decomposition(letter)
        if " " in parts and not parts.startswith("<"):
            yield chr(int(parts.split()[1], 16))


def character_class(letters: Iterable[str]) -> str:
    """Return the inside of a regular expression's ``[...]`` that holds just ``letters``."""
    ranges: list[list[int]] = []
    for point in sorted(map(ord, letters)):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_ACCENTS = re.compile("[\u0300-\u036f]+")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_AWAY = re.compile(f"[{_MARKS}{_INVISIBLE}]")
_UNSEEN = re.compile(f"[{_INVISIBLE}]+")
_HALF_KANA = re.compile("[\uff66-\uff9f]+")
_SPELLINGS = _Spellings()

JOINING = f"{_MARKS}{_INVISIBLE}\u1161-\u1175\u11a8-\u11c2\uff9e\uff9f" + character_class(
    {letter for letter in _points() if _joins(letter)} | set(_seconds(_points()))
)
"""Characters, as the inside of a class, whose fold depends on what they stand beside."""

_JOINING = re.compile(f"[{JOINING}]")
_STACKED = re.compile(f"([{JOINING}]{{{_STACK}}})[{JOINING}]+")
_TOUCHED = re.compile(
    f"[{character_class({letter for letter in {*_points(), *_SAME} if letter == 'Σ' or _spelling(letter) != letter.lower()})}]"
)

UNEVEN = character_class({letter for letter in {*_points(), *_SAME} if len(_spelling(letter)) != 1})
"""Characters, as the inside of a class, that fold to none or to several."""

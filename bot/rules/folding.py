"""One spelling for what people take for the same word: the form that texts and queries are compared in.

What counts as the same is told in `docs/queries.md`. Nearly all of it is a matter of single
characters; only what joins (marks, Hangul letters, invisible characters) is seen to beforehand.
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.rules.han import SIMPLIFIED, TRADITIONAL

_MARKS = (
    "\u0300-\u036f\u0483-\u0489"  # of Latin, Greek and Cyrillic
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # of Hebrew
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # of Arabic
    "\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # of any script, and of symbols
    "\u3099\u309a"  # voicing, where there is no voiced letter
)
"""Marks that a word is the same without."""

_INVISIBLE = (
    "\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufcf2-\ufcf4\ufe00-\ufe0f\ufe71\ufe77\ufe79\ufe7b\ufe7d\ufe7f\ufeff\uffa0\U000e0000-\U000e0fff"
)
"""What changes how a word looks and not which it is; the tatweel, which stretches a word, among it."""

_LIKE = {
    "'": "´ʹʻʼʽˈˊˋ׳‘’‚‛′‵‹›ꞌ＇",
    '"': "«»ʺ״“”„‟″‶",
    "-": "֊־᠆‐‑‒–—―⁃−﹘",
    "a": "ɑ",
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
"""Characters that decomposition leaves apart, or would take too far, under what they are compared as."""

_SAME = {old: new for new, letters in _LIKE.items() for old in letters}
_SAME |= dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))

_KEPT = "™℠¼½¾⅐-⅟↉ㄱ-ㆎ"
"""What would decompose into a part of the word before it ("Windows™", "3½"), and Hangul letters alone."""

_CLOSELY = "\u0080-\u23ff\u2c60-\u2dff\u3000-\u31ff\ua620-\uabff\ud7b0-\ud7ff"
"""Where each character is looked at, whether folding touches it."""

_WIDE = "\uff01-\uffdf"
_ODD = (
    "\u2460-\u24ff\u2a0c\u2a74-\u2a76\u2adc"
    "\u2e9f\u2ef3\u2f00-\u2fd5\u3200-\u33ff\uf900-\ufdff\ufe10-\ufeff\uffe0-\uffef"
    "\U00010000-\U0001f2ff\U0001fbf0-\U000e0fff"
)
"""Where folding touches most, or that few texts have: whole blocks, since each range costs every text."""

_MARKED_FAR = (
    "\U000101f0-\U0001037f\U00010a00-\U00010f8f\U00011000-\U00011dff\U00016af0-\U00016fff\U0001bc9d-\U0001bc9e"
    "\U0001d160-\U0001d244\U0001e000-\U0001e94f"
)
"""The blocks beyond the first plane that have marks."""

STACK = 30
"""Marks on one letter that are looked at: as many as Unicode allows in a stream-safe text."""


def fold(text: str) -> str:
    """Return ``text`` in the spelling that is compared.

    Folding again changes nothing. The time is linear whatever the text, far below that of normal
    form KC for what is usual: tens of microseconds for a news item.
    """
    if text.isascii():
        return text.lower()
    if not _JOINS.search(text):
        return _spelled(text)
    text = _UNSEEN.sub("", text)
    while _JOINS.search(text):
        text = _HALF_KANA.sub(_full_width, text)
        text = unicodedata.normalize("NFC", _STACKED.sub(r"\1", text))
        folded = _spelled(text)
        if folded == text or not _MOVES.search(text):
            return folded
        text = folded  # what went may have kept others apart
    return _spelled(text)


def marked(letter: str) -> str:
    """Return ``letter``, with what joins it, small and with its marks; empty where none counts.

    Those of Latin letters count, and the dots of ё. Greek ones do not, which capitals go without, nor
    those that few people write: Arabic, Hebrew and Russian stress. Nor does the dot of i.
    """
    plain = fold(letter)
    if letter.isascii() or not _MARKED.fullmatch(plain):
        return ""
    bare = _STACKED.sub(r"\1", _UNSEEN.sub("", letter))
    fine = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", bare).casefold())
    counts = fine == "ё" if plain == "е" else fine not in {plain, "ı", "i\u0307"}
    return fine if counts else ""


def _spelled(text: str) -> str:
    parts = _TOUCHED.split(text)
    parts[1::2] = map(_SPELLINGS.__getitem__, parts[1::2])
    return "".join(parts).lower()


def _full_width(kana: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", kana[0])


class _Spellings(dict[str, str]):
    """What single characters are compared as, worked out when first met."""

    def __missing__(self, letter: str) -> str:
        self[letter] = spelling = _spelling(letter)
        return spelling


def _spelling(letter: str) -> str:
    if letter in _SAME:
        return _SAME[letter]
    if letter.isspace():
        return " "
    if _HALF_HANGUL.match(letter):  # of full width, and left alone
        return chr(int(unicodedata.decomposition(letter).removeprefix("<narrow> "), 16))
    plain = unicodedata.normalize("NFKC", letter)
    if plain.startswith(" "):  # an accent without a letter
        accent = unicodedata.normalize("NFD", letter)[0]
        return _SAME.get(accent, accent)
    if _ALONE.match(letter):
        return letter
    return "".join(map(_base, unicodedata.normalize("NFKC", plain.casefold().lower())))


def _base(letter: str) -> str:
    """Return the fold of a small letter that has no compatibility decomposition."""
    if letter in _SAME:
        return _SAME[letter]
    if _AWAY.match(letter):
        return ""
    if (digit := unicodedata.decimal(letter, None)) is not None:
        return str(digit)
    if _KATAKANA.match(letter):
        return chr(ord(letter) - 0x60)
    parts = unicodedata.normalize("NFD", letter)
    if _ACCENTS.fullmatch(parts, 1) and parts[0].isalpha() and not _CYRILLIC.match(letter):
        return _base(parts[0])
    return letter


def one_of(inside: str, *, none: bool = False) -> str:
    """Return a regular expression for one character (``none``: for any but those) of a class.

    ``inside`` is what would stand in its brackets, without escapes. The class is written as the
    exception from its complement: so the engine, which looks up the first plane in a table and then
    goes through the ranges of the others, passes by what does not belong at once.
    """
    gaps, begin = [], 0
    spans = (
        (ord(part[1]), ord(part[2] or part[1])) for part in re.finditer("(.)(?:-(.))?", inside, re.DOTALL)
    )
    for first, last in sorted(spans):
        if first > begin:
            gaps.append(f"{re.escape(chr(begin))}-{re.escape(chr(first - 1))}")
        begin = max(begin, last + 1)
    return f"[{'' if none else '^'}{''.join(gaps)}{chr(begin)}-\U0010ffff]"


def letters_in(inside: str) -> Iterator[str]:
    """Yield the assigned characters of a class of ranges."""
    for span in re.finditer("(.)-(.)", inside, re.DOTALL):
        for letter in map(chr, range(ord(span[1]), ord(span[2]) + 1)):
            if unicodedata.category(letter) != "Cn":
                yield letter


def _is_joining(letter: str) -> bool:
    """Tell whether ``letter`` may melt into the one before it."""
    return bool(unicodedata.combining(unicodedata.normalize("NFD", letter)[0]))


def _second(letter: str) -> str:
    """Return what makes ``letter`` of its first part, if it is so composed."""
    first, _, second = unicodedata.decomposition(letter).partition(" ")
    return chr(int(second, 16)) if second and not first.startswith("<") else ""


def _is_touched(letter: str) -> bool:
    """Tell whether more befalls ``letter`` than that it is made small."""
    small = letter.lower()
    return bool(
        not unicodedata.is_normalized("NFKC", letter)
        or len(small) > 1
        or small in _SAME
        or small != letter.casefold()
        or letter.isspace()
        or letter.isdecimal()
        or _ASIDE.match(letter)
        or (unicodedata.decomposition(small) and _base(small) != small)
    )


_ACCENTS = re.compile("[\u0300-\u036f]+")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_KATAKANA = re.compile("[\u30a1-\u30f6\u30fd\u30fe]")
_MARKED = re.compile("[a-zе]")
_HALF_KANA = re.compile("[\uff66-\uff9f]+")
_HALF_HANGUL = re.compile("[\uffa1-\uffbe\uffc2-\uffc7\uffca-\uffcf\uffd2-\uffd7\uffda-\uffdc]")
_ASIDE = re.compile(f"[{_MARKS}{_INVISIBLE}\u30a1-\u30f6\u30fd\u30feΣ]")  # Σ is made small by its place
_ALONE = re.compile(f"[{_KEPT}]")
_AWAY = re.compile(f"[{_MARKS}{_INVISIBLE}]")
_UNSEEN = re.compile(f"[{_INVISIBLE}]+")
_SPELLINGS = _Spellings()

_TOUCHED_CLOSELY = "".join(filter(_is_touched, letters_in(_CLOSELY)))

JOINING = f"{_MARKS}{_INVISIBLE}\u1161-\u1175\u11a8-\u11c2\ufb1e\uff9e\uff9f" + "".join(
    (letter if _is_joining(letter) else "") + _second(letter) for letter in letters_in(_CLOSELY + _MARKED_FAR)
)
"""The class of characters whose fold depends on what they stand behind."""

UNEVEN = "".join(letter for letter in _TOUCHED_CLOSELY if len(_SPELLINGS[letter]) != 1) + _ODD
"""The class of characters that fold to none or several; of rare blocks, the others too."""

_JOINS = re.compile(one_of(JOINING))
_STACKED = re.compile(f"({one_of(JOINING)}{{{STACK}}}){one_of(JOINING)}+")
_MOVES = re.compile(one_of(UNEVEN))
_TOUCHED = re.compile(f"({one_of(_TOUCHED_CLOSELY + TRADITIONAL + _WIDE + _ODD)})")

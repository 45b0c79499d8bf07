"""Single characters: which of them Telegram takes, how wide they look, where one may cut between two.

Telegram itself turns control characters into spaces and removes U+2028 to U+202E and the rings and
lines U+030A, U+0333, U+033F; doing so first keeps our offsets true. Zero-width characters that
only hide words from search go as well; joiners that shape emoji and scripts stay.
"""

import re
import unicodedata

KEPT_SPACES = "\u00a0\u202f\u3000"
"""Spaces that mean something alone: no-break, its narrow form, and the ideographic one."""

_TO_SPACE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_GONE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffc\ufffe\uffff\ud800-\udfff\U000e0000-\U000e001f\U000e0080-\U000e00ff"
)
UNSEEN = _GONE + "\u200e\u200f"
"""What cannot be seen within a word, for a character class; joiners can, by what they join."""

_ODD = re.compile(
    f"[{_TO_SPACE}{_GONE}\r\u2028\u2029\u0300-\u036f\u200c-\u200f\ufe00-\ufe0f\U000e0020-\U000e007f]"
)
_ODD_ASCII = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CONTROLS = re.compile(f"[{_TO_SPACE}]")
_UNWANTED = re.compile(f"[{_GONE}\r]")
_LINE_ENDS = re.compile("[\u2028\u2029]")
_RINGS = re.compile("[\u030a\u0333\u033f]")
_FLOODS = re.compile(
    "(?<=[\u0300-\u036f]{4})[\u0300-\u036f]+"  # marks piled up to disfigure a text
    "|(?<=[\u200c\u200d])[\u200c\u200d]+"
    "|(?<=[\u200e\u200f])[\u200e\u200f]+"
    "|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]+"
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0020-\U000e007f]+"  # tags belong to flags alone
)
_TURNS = re.compile("[\u200e\u200f](?=[\u200e\u200f])")
_SPACES = re.compile(rf"\s{{2,}}|[^\S {KEPT_SPACES}]")
_VISIBLE = re.compile("[^\\s\u200c-\u200f\ufe00-\ufe0f\u2800\U000e0020-\U000e007f]")

CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Letters that are written without spaces between words (and Korean ones, as wide), for a character class."""

WIDE = CJK + "\u3000-\u303f\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
"""Whatever takes the place of two Latin letters, for a character class."""

_WIDE = re.compile(f"[{WIDE}]")
_WRAP = re.compile(f"(?<=[{WIDE}”’…—])[ \t]*\n\\s*(?=[{WIDE}])|(?<=[{WIDE}])[ \t]*\n\\s*(?=[“‘])")
_EXTENDS = re.compile(
    "[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece\u200c\u200d\ufe00-\ufe0f\uff9e\uff9f"
    "\u1160-\u11ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
_BEGINS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
"""Signs of Arabic and Syriac that are drawn around what follows them."""

_JOINS = 9
"""The combining class of what joins two consonants to one: the virama of India, the coeng of the Khmer."""

_LEADING_VOWELS = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
_FOLLOWING_VOWELS = frozenset("\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eaf\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6")
_SILENT = re.compile("[\u0e01-\u0e2e][\u0e31-\u0e3a]?\u0e4c")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")


def clean(text: str) -> str:
    """Return ``text`` without what Telegram removes and what only disturbs; line feeds and tabs stay."""
    if text.isascii():
        if text.isprintable() or not _ODD_ASCII.search(text):
            return text
        return _CONTROLS.sub(" ", text.replace("\r", ""))
    if not _ODD.search(text):
        return text
    if _RINGS.search(text):
        text = _RINGS.sub("", unicodedata.normalize("NFC", text))
    return _FLOODS.sub("", _UNWANTED.sub("", _LINE_ENDS.sub("\n", _CONTROLS.sub(" ", text))))


def turned_once(text: str) -> str:
    """Return ``text`` as Telegram has it where marks of direction meet: only the last stays one."""
    return text if text.isascii() else _TURNS.sub("\u200c", text)


def collapse(text: str) -> str:
    """Return ``text`` with each run of white space as one space; none where a line of CJK was wrapped."""
    if "\n" in text and not text.isascii():
        text = _WRAP.sub("", text)
    if any(map(text.__contains__, KEPT_SPACES)):
        return _SPACES.sub(" ", text)
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    return f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}"


def one_line(text: str) -> str:
    """Return ``text``, clean, on one line."""
    return collapse(clean(text)).strip()


def is_blank(text: str) -> bool:
    """Tell whether nothing of ``text`` can be seen; Telegram refuses such a message."""
    return _VISIBLE.search(text) is None


def is_turned(text: str) -> bool:
    """Tell whether ``text`` has letters that are written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(one) in {"R", "AL"} for one in text)


def width(text: str) -> int:
    """Return how wide ``text`` looks, in Latin letters: a CJK character counts two."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def columns(text: str) -> int:
    """Return how many columns ``text`` takes where all letters are of one width."""
    if text.isascii():
        return len(text)
    taken, joined = 0, False
    for one in text:
        if joined or unicodedata.category(one) in {"Mn", "Me", "Cf"}:
            joined = one == "\u200d"
        elif one == "\ufe0f":
            joined = False
        else:
            taken += 2 if unicodedata.east_asian_width(one) in {"W", "F"} else 1
    return taken


def within_width(text: str, most: int) -> int:
    """Return how many characters of ``text`` fit into ``most`` Latin letters' width."""
    if len(text) <= most // 2 or text.isascii():
        return min(len(text), most)
    wide = 0
    for wide, found in enumerate(_WIDE.finditer(text, 0, most), 1):
        if found.end() + wide > most:
            return min(found.start(), most - wide + 1)
    return min(len(text), most - wide)


def is_seam(text: str, index: int) -> bool:
    """Tell whether one may cut before ``text[index]`` without breaking what is seen as one character."""
    if not 0 < index < len(text):
        return True
    before, after = text[index - 1], text[index]
    if before == "\u200d" or before in _BEGINS:
        return False
    if after.isascii():
        return True
    if _EXTENDS.match(after) or unicodedata.category(after) in {"Mn", "Me", "Mc"} or _joined(before, after):
        return False
    if _FLAG_LETTER.match(after):
        start = index
        while start and _FLAG_LETTER.match(text[start - 1]):
            start -= 1
        return (index - start) % 2 == 0
    return True


def _joined(before: str, after: str) -> bool:
    """Tell whether two letters are drawn as one: consonants of India, syllables of old Korean."""
    if unicodedata.combining(before) == _JOINS:
        return unicodedata.category(after) == "Lo"
    return "\u1100" <= before <= "\u115f" and "\uac00" <= after <= "\ud7af"


def splits_syllable(text: str, index: int) -> bool:
    """Tell whether a cut before ``text[index]`` parts what Thai and Lao write as one syllable."""
    return 0 < index < len(text) and (
        text[index - 1] in _LEADING_VOWELS
        or text[index] in _FOLLOWING_VOWELS
        or _SILENT.match(text, index) is not None
    )


def seam_before(text: str, index: int) -> int:
    """Return the last place up to ``index`` where one may cut; ``index`` itself if there is none but 0."""
    at = index
    while at > 0 and not is_seam(text, at):
        at -= 1
    return at or index

"""A query as it is typed or pasted becomes tokens, each with its place.

What people paste is read as they mean it: quotes, brackets, dashes and stars of every width, marks of
a sentence around words. A backslash takes the meaning off the character behind it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto

from bot.rules.flaws import Flaw, QueryError, Why
from bot.rules.folding import fold
from bot.rules.nodes import Field
from bot.rules.text import is_picture

NEAR_MOST = 100
"""Words between two that are near: more is a page, not a place."""

NEAR_USUAL = 5
"""Words between two that are near, where the query does not say."""

PREFIX_LEAST = 2
"""Letters before a star: one would find a tenth of all words."""

FIELDS = (*Field, "in")
"""What may stand before a colon."""

_OPEN, _CLOSE, _OR, _SLASH, _STAR, _COLON = "(（", ")）", "|｜", "/／", "*＊", ":："
_MINUS = "-－‐‑‒–—―−﹣"
_DASHES = "–—―−"
"""These part words; a hyphen joins them."""

_QUOTES = '"＂“”„‟'
_CLOSING = {
    **dict.fromkeys('"＂', ('"＂', _QUOTES)),
    **dict.fromkeys("“„‟”", ("”“", _QUOTES)),
    "«": ("»",),
    "»": ("«»",),
    "‹": ("›",),
    "›": ("‹›",),
    "「": ("」",),
    "『": ("』",),
    "｢": ("｣",),
    "〝": ("〞〟",),
}
"""What ends each quote; the second choice where people mix them."""

_SEPARATORS = ",;，、；；。！？：《》〈〉」』｣〞〟»›[]{}【】〔〕［］｛｝､｡،؛؟۔।॥"
"""What stands between words and is not looked for."""

_BREAKS = frozenset(_SEPARATORS + _OPEN + _CLOSE + _OR + _DASHES + "".join(_CLOSING))
_PART = frozenset("'‘’‚‛`´-")
_LEADING = _PART | frozenset("#＃+＋…!?¡¿:;")
_TRAILING = _PART | frozenset(_QUOTES + ".,:;!?…/／")
"""Marks at the ends of a word that belong to the sentence around it."""

_NAME = re.compile("([A-Za-z]{1,20})[:：]")
_NEAR = re.compile(r"near(?:[/／]([0-9０-９]+)\s*)?[(（]", re.IGNORECASE)
_NEAR_ALONE = re.compile("near[/／][0-9０-９]+", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9A-Za-zÀ-ɏЀ-ҁҊ-ӿ一-鿿가-힣]+(?=\s|\Z)")
"""Words of which nothing need be asked: most are, and of many rules each counts."""

_HEBREW = re.compile("[\u0590-\u05ff]")
_SPACES = re.compile(r"\s+")


class Kind(Enum):
    """What a token is to the grammar."""

    WORD = auto()
    QUOTED = auto()
    REGEX = auto()
    FIELD = auto()
    IN = auto()
    NEAR = auto()
    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: ``typed`` as it was written, from the character ``place`` on, counted from 1.

    ``text`` is what it holds; ``words`` those of a quoted text; ``number`` the distance of a near.
    ``star``: of a word, it ends in one; of a quoted text, where one stands, from 1.
    """

    kind: Kind
    place: int
    typed: str
    text: str = ""
    words: tuple[str, ...] = ()
    number: int = 0
    star: int = 0


_KEYWORDS = {
    "OR": Kind.OR,
    "ＯＲ": Kind.OR,
    "AND": Kind.AND,
    "ＡＮＤ": Kind.AND,
    "NOT": Kind.NOT,
    "ＮＯＴ": Kind.NOT,
}

_Letters = list[tuple[str, bool]]
"""Characters, each with whether a backslash made it one."""


def tokens(query: str) -> list[Token]:
    """Return the tokens of ``query``, an :attr:`Kind.END` last.

    Raises:
        QueryError: something in it can have no meaning.
    """
    return _Lexer(query).read()


def tidied(query: str, read: Sequence[Token]) -> str:
    """Return ``query`` on one line without needless space; regexes stay as they are."""
    pieces, done = [], 0
    for token in read:
        if token.kind is Kind.REGEX:
            start = token.place - 1
            pieces += [_SPACES.sub(" ", query[done:start]), token.typed]
            done = start + len(token.typed)
    return "".join((*pieces, _SPACES.sub(" ", query[done:]))).strip()


class _Lexer:
    def __init__(self, query: str) -> None:
        self._query = query
        self._at = 0
        self._tokens: list[Token] = []

    def read(self) -> list[Token]:
        end = len(self._query)
        while self._at < end:
            self._step(self._query[self._at])
        self._tokens.append(Token(Kind.END, max(end, 1), ""))
        return self._tokens

    def _step(self, letter: str) -> None:
        if letter in _OPEN:
            self._add(Kind.OPEN, self._at + 1)
        elif letter in _CLOSE:
            self._close()
        elif letter in _OR:
            self._add(Kind.OR, self._past(_OR))
        elif letter in _MINUS:
            self._minus()
        elif letter in _CLOSING:
            self._quoted(letter)
        elif letter in _SLASH:
            self._slash()
        elif letter.isspace() or letter in _BREAKS:
            self._at += 1
        elif not self._named():
            self._word()

    def _add(self, kind: Kind, end: int, text: str = "", *, number: int = 0) -> None:
        typed = self._query[self._at : end]
        self._tokens.append(Token(kind, self._at + 1, typed, text, number=number))
        self._at = end

    def _close(self) -> None:
        """Read a bracket; two with nothing between say nothing."""
        last = self._tokens[-1] if self._tokens else None
        if last and last.kind is Kind.OPEN:
            self._at += 1
            self._drop(self._tokens.pop())
        else:
            self._add(Kind.CLOSE, self._at + 1)

    def _past(self, letters: str) -> int:
        """Return where the run of ``letters`` that begins here ends."""
        end = self._at
        while end < len(self._query) and self._query[end] in letters:
            end += 1
        return end

    def _letter(self, place: int) -> str:
        """Return the character at ``place``, a space beyond the ends."""
        return self._query[place] if 0 <= place < len(self._query) else " "

    def _minus(self) -> None:
        """Take a dash for a minus where one thing follows at once and none precedes."""
        end = self._past(_MINUS)
        if self._begins() and end == self._at + 1 and not self._is_end(end):
            self._add(Kind.NOT, end)
        else:
            self._at = end

    def _begins(self) -> bool:
        """Tell whether something new may begin here, and no sign that joins what stands on both sides."""
        before = self._letter(self._at - 1)
        last = self._tokens[-1] if self._tokens else None
        after = last is not None and last.kind in (Kind.FIELD, Kind.IN, Kind.NOT) and self._is_next(last)
        return after or before.isspace() or before in _OPEN + _OR + _SEPARATORS

    def _is_next(self, token: Token) -> bool:
        return token.place + len(token.typed) == self._at + 1

    def _is_end(self, place: int) -> bool:
        """Tell whether a word that comes to ``place`` ends there."""
        letter = self._letter(place)
        return letter.isspace() or letter in _SEPARATORS + _CLOSE + _OR

    def _quoted(self, mark: str) -> None:
        end = self._closing(self._at + 1, mark)
        if end is None:
            if mark in "»›":
                self._at += 1
                return
            known = _CLOSING[mark][0][0]
            raise QueryError(Flaw(Why.OPEN_QUOTE, self._at + 1, mark, known))
        start = self._at
        letters, star = [], 0
        for place, letter, meant in self._letters(start + 1, end):
            letters.append((letter, meant))
            star = star or (place + 1 if letter in _STAR and not meant else 0)
        self._at = end + 1
        words = tuple(_words(letters))
        typed = self._query[start : self._at]
        text = "".join(letter for letter, _ in letters)
        token = Token(Kind.QUOTED, start + 1, typed, text, words, star=star)
        self._tokens.append(token) if words else self._drop(token)

    def _closing(self, start: int, mark: str) -> int | None:
        """Return where the quote that ``mark`` opened ends, None for nowhere."""
        for closing in _CLOSING[mark]:
            place = start
            while place < len(self._query):
                if self._query[place] in closing:
                    return place
                place += 2 if self._query[place] == "\\" else 1
        return None

    def _letters(self, start: int, end: int) -> Iterator[tuple[int, str, bool]]:
        """Return place, character and whether a backslash stood before it."""
        place = start
        while place < end:
            meant = self._query[place] == "\\" and place + 1 < end
            place += meant
            yield place, self._query[place], meant
            place += 1

    def _slash(self) -> None:
        """Read a regex; a slash that joins, or by itself, or two, stand between words."""
        start = self._at
        following = self._letter(start + 1)
        if not self._begins() or following.isspace() or following in _SLASH:
            self._at = self._past(_SLASH)
            return
        end = start + 1
        while end < len(self._query) and self._query[end] not in _SLASH:
            end += 2 if self._query[end] == "\\" else 1
        if end >= len(self._query):
            raise QueryError(Flaw(Why.OPEN_REGEX, start + 1))
        pattern = re.sub(r"\\([/／])", r"\1", self._query[start + 1 : end])
        end += 1
        if self._letter(end) == "i" and self._is_end(end + 1):
            end += 1
        if not self._is_end(end):
            raise QueryError(Flaw(Why.REGEX_END, end + 1, self._query[end:].split()[0]))
        self._add(Kind.REGEX, end, pattern)

    def _named(self) -> bool:
        """Read ``near(`` or the name of a field; return whether one stands here."""
        if near := _NEAR.match(self._query, self._at):
            distance = near[1] or str(NEAR_USUAL)
            if len(distance) > len(str(NEAR_MOST)) or int(distance) > NEAR_MOST:
                raise QueryError(Flaw(Why.NEAR_DISTANCE, self._at + 1, near[0][:-1].strip(), most=NEAR_MOST))
            self._add(Kind.NEAR, near.end(), number=int(distance))
            return True
        named = _NAME.match(self._query, self._at)
        if not named:
            return False
        name, end = named[1].lower(), named.end()
        if name in FIELDS:
            self._add(Kind.IN if name == "in" else Kind.FIELD, end, name)
            return True
        self._guess(named[1], named[0][-1], self._letter(end))
        return False

    def _guess(self, name: str, colon: str, following: str) -> None:
        """Refuse a word that looks like a field which there is not."""
        if following.isspace() or following in _SEPARATORS + _SLASH + _COLON + _CLOSE + _OR:
            return
        meant = get_close_matches(name.lower(), FIELDS, 1, 0.75)
        if meant:
            raise QueryError(Flaw(Why.FIELD_MEANT, self._at + 1, name, f"{meant[0]}:"))
        of_field = name.islower() or name.istitle()
        if of_field and colon == ":" and (following.isalpha() or following in _OPEN or following in _CLOSING):
            known = ", ".join(f"{field}:" for field in FIELDS)
            raise QueryError(Flaw(Why.FIELD, self._at + 1, name, known))

    def _word(self) -> None:
        start = self._at
        if (plain := _PLAIN.match(self._query, start)) and plain[0] not in _KEYWORDS:
            self._add(Kind.WORD, plain.end(), plain[0])
            return
        letters: _Letters = []
        for place, letter, meant in self._letters(start, len(self._query)):
            if letter.isspace() or (not meant and letter in _BREAKS and not self._is_inside(place)):
                break
            letters.append((letter, meant))
            self._at = place + 1
        self._at = max(self._at, start + 1)
        typed = self._query[start : self._at]
        if kind := _KEYWORDS.get(typed):
            self._tokens.append(Token(kind, start + 1, typed))
            return
        if _NEAR_ALONE.fullmatch(typed):
            raise QueryError(Flaw(Why.NEAR_FEW, start + 1))
        letters = _stripped(letters)
        star = 0
        while letters and letters[-1][0] in _STAR and not letters[-1][1]:
            letters.pop()
            star = 1
        text = "".join(letter for letter, _ in letters)
        token = Token(Kind.WORD, start + 1, typed, text, star=star)
        if not _says_something(text):
            self._drop(token)
            return
        if any(letter in _STAR and not meant for letter, meant in letters):
            raise QueryError(Flaw(Why.STAR, start + 1, typed))
        if star and sum(letter.isalnum() for letter in text) < PREFIX_LEAST:
            raise QueryError(Flaw(Why.SHORT_PREFIX, start + 1, typed, most=PREFIX_LEAST))
        self._tokens.append(token)

    def _is_inside(self, place: int) -> bool:
        """Tell whether the mark at ``place`` is a word's own: of numbers, inches, Hebrew, one quote alone."""
        mark = self._query[place]
        before, after = self._letter(place - 1), self._letter(place + 1)
        if mark == ",":
            return before.isdecimal() and after.isdecimal()
        if mark not in _QUOTES:
            return False
        if self._is_end(place + 1) or (_HEBREW.match(before) and _HEBREW.match(after)):
            return True
        return self._closing(place + 1, mark) is None

    def _drop(self, token: Token) -> None:
        """Leave out what says nothing, and the minus that stands right before it."""
        last = self._tokens[-1] if self._tokens else None
        if last and last.kind is Kind.NOT and last.place + len(last.typed) == token.place:
            self._tokens.pop()


def _words(letters: _Letters) -> Iterator[str]:
    """Return the words of a quoted text."""
    word: _Letters = []
    for letter, meant in (*letters, (" ", False)):
        if letter.isspace() or (not meant and (letter in _BREAKS or letter in _STAR)):
            text = "".join(one for one, _ in _stripped(word))
            if _says_something(text):
                yield text
            word = []
        else:
            word.append((letter, meant))


def _stripped(letters: _Letters) -> _Letters:
    """Take off the marks at the ends that no backslash stands before."""
    start, end = 0, len(letters)
    while start < end and letters[start][0] in _LEADING and not letters[start][1]:
        start += 1
    while end > start and letters[end - 1][0] in _TRAILING and not letters[end - 1][1]:
        end -= 1
    return letters[start:end]


def _says_something(text: str) -> bool:
    """Tell whether there is a letter, a digit or a picture to look for."""
    return any(letter.isalnum() or is_picture(letter) for letter in fold(text))

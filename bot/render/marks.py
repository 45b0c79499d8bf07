"""The words that fired an alert, marked where they stand.

They are looked for as they stand in the item, whatever their case, the white space and what cannot be seen
in them, and marked where they stand as words. A regular expression may have found a part of a word: what
stands nowhere as a word is then marked within others. What it takes is bounded by the length of the text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest

from bot.items import Hit
from bot.render.characters import KEPT_SPACES, UNSEEN, WIDE, is_seam, one_line
from bot.render.parts import ENTITY_LIMIT, Entity, EntityKind, RichText, units
from bot.render.rich import STYLES, arrange

MARKED_LIMIT = 24
"""Places in a message where matched words are marked: each word's first comes before any word's second."""

WORDS_LIMIT = 48
"""Words looked for: those of two alerts that found as many as an alert may."""

LOOKS = 2_400
"""Places looked at, of all words together: a word may stand within others thousands of times."""

_REGEX = "/"
"""What a query that holds a regular expression holds, too."""

_LETTER = re.compile(f"[^\\W_{WIDE}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""A letter of a script that parts its words: not of the Chinese, the Thai and their like."""

_UNSEEN = re.compile(f"[{UNSEEN}]+")

Span = tuple[int, int]
"""Where something begins and ends in a text, in characters."""


@dataclass(frozen=True, slots=True)
class _Needle:
    """A word, folded; a letter before it, or one after it, may make it a part of another word.

    ``may_be_part``: where it stands nowhere as a word, a part of one will do.
    """

    word: str
    begins: bool
    ends: bool
    may_be_part: bool


class Words:
    """The words of some alerts, ready to be looked for in texts."""

    def __init__(self, hits: Iterable[Hit] = ()) -> None:
        named = [[(word, _REGEX in hit.query) for word in hit.words] for hit in hits]
        by_rank = chain.from_iterable(zip_longest(*named, fillvalue=("", False)))
        words = {tidy: is_part for word, is_part in by_rank if (tidy := one_line(_UNSEEN.sub("", word)))}
        forms = {form: words[word] for word in islice(words, WORDS_LIMIT) for form in _forms(word)}
        self._needles = tuple(
            _Needle(form, _is_letter(form[0]), _is_letter(form[-1]), is_part)
            for form, is_part in forms.items()
        )

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._needles)

    def settled_by(self, text: str) -> "Words":
        """Return the words, to be looked for within others where ``text`` has them only so.

        For a text that is marked piece by piece: each piece alone would tell otherwise.
        """
        settled, folded = Words(), _folded(_seen(text)[0])
        settled._needles = tuple(self._settled(needle, folded) for needle in self._needles)
        return settled

    def _settled(self, needle: _Needle, folded: str) -> _Needle:
        if needle.may_be_part and not _found(needle, folded, self._looks)[0]:
            needle = replace(needle, begins=False, ends=False)
        return replace(needle, may_be_part=False)

    def places(self, text: str, most: int = MARKED_LIMIT) -> list[Span]:
        """Return at most ``most`` places of the words in ``text``, in order, none touching another."""
        seen, at = _seen(text)
        folded, looks = _folded(seen), self._looks
        ranked: list[tuple[int, Span]] = []
        for needle in self._needles:
            if needle.word in folded:
                whole, within = _found(needle, folded, looks)
                ranked += enumerate(whole if whole or not needle.may_be_part else within)
        joined = _joined(sorted(span for _, span in sorted(ranked)[: max(0, most)]))
        return [(at[start], at[end - 1] + 1) for start, end in joined]

    @property
    def _looks(self) -> int:
        return LOOKS // max(1, len(self._needles))


def marked(rich: RichText, words: Words | tuple[str, ...], most: int = ENTITY_LIMIT) -> RichText:
    """Return ``rich`` with the words underlined, in at most ``most`` entities if it has no more itself.

    Marks go before other styles, which are the item's own business, and give way to its links, code
    and quotes, which lead somewhere or say what a text is.
    """
    if isinstance(words, tuple):
        words = Words((Hit(0, "", words),))
    fixed = sum(one.kind not in STYLES for one in rich.entities)
    places = words.places(rich.text, min(MARKED_LIMIT, most - fixed)) if words else []
    if not places:
        return rich
    kept = arrange(rich.entities, most - len(places))
    return RichText(rich.text, arrange((*kept, *_underlines(rich.text, places)), most))


def _underlines(text: str, places: Iterable[Span]) -> Iterator[Entity]:
    at = offset = 0
    for start, end in places:
        offset += units(text[at:start])
        length = units(text[start:end])
        yield Entity(EntityKind.UNDERLINE, offset, length)
        at, offset = end, offset + length


def _forms(word: str) -> Iterator[str]:
    """Yield the spellings that look like ``word``, folded: letters and their marks together, or apart."""
    yield _folded(word)
    if not word.isascii():
        yield _folded(unicodedata.normalize("NFC", word))
        yield _folded(unicodedata.normalize("NFD", word))


def _seen(text: str) -> tuple[str, Sequence[int]]:
    """Return what can be seen of ``text``, and where in ``text`` each of its characters stands."""
    if text.isascii() or not _UNSEEN.search(text):
        return text, range(len(text))
    at: list[int] = []
    end = 0
    for unseen in _UNSEEN.finditer(text):
        at += range(end, unseen.start())
        end = unseen.end()
    at += range(end, len(text))
    return _UNSEEN.sub("", text), at


def _folded(text: str) -> str:
    """Return ``text`` in lower case and with one kind of space, each character at its place."""
    if not text.isascii():
        text = text.replace("İ", "i")  # which alone becomes two letters
        for space in KEPT_SPACES:
            text = text.replace(space, " ")
    return text.replace("\n", " ").replace("\t", " ").lower()


def _found(needle: _Needle, folded: str, looks: int) -> tuple[list[Span], list[Span]]:
    """Return where ``needle`` stands as a word, and where within others, some of each at most."""
    whole: list[Span] = []
    within: list[Span] = []
    start = folded.find(needle.word)
    while start >= 0 and looks and len(whole) < MARKED_LIMIT:
        looks -= 1
        end = start + len(needle.word)
        is_within = (needle.begins and start and _is_letter(folded[start - 1])) or (
            needle.ends and end < len(folded) and _is_letter(folded[end])
        )
        places = within if is_within else whole
        if len(places) < MARKED_LIMIT and is_seam(folded, start) and is_seam(folded, end):
            places.append((start, end))
        start = folded.find(needle.word, start + 1 if is_within else end)
    return whole, within


def _is_letter(one: str) -> bool:
    return one.isalnum() and (one.isascii() or _LETTER.match(one) is not None)


def _joined(places: Iterable[Span]) -> list[Span]:
    """Return ``places``, which are in order, those that touch as one."""
    joined: list[Span] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined

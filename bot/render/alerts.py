"""The alerts that fired, as the foot of a message tells them: each once, with what it found."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.items import Hit
from bot.render.characters import UNSEEN, is_turned, one_line, seam_before
from bot.render.cut import ELLIPSIS, cut, fits
from bot.render.marks import WORDS_LIMIT, Words, marked
from bot.render.parts import EntityKind, RichText, units
from bot.render.rich import join, plain_text, styled

ALERT_LIMIT = 160
"""Units of the line of one alert."""

ALERT_LEAST = 32
"""Units that each alert may take, however many there are: fewer say little."""

ALERTS_LIMIT = 16
"""Alerts that are named; of more, the lines would be longer than most leads."""

GLIMPSE_LIMIT = 120
"""Units of the line around a word that the message shows nowhere else."""

GLIMPSE_BEFORE = 40
"""Characters of it before the word."""

_MARKS = 4
"""Words marked in it."""

_LEFT_TO_RIGHT = "\u200e"
_RIGHT_TO_LEFT = "\u200f"

_BETWEEN = re.compile(r"[\s。，、；：！？]")

_UNSEEN = re.compile(f"[{UNSEEN}\u200c\u200d\ufe0e\ufe0f]")


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The line around what ``hit``, one of :func:`merged`, found, its words marked."""

    hit: Hit
    line: RichText


@lru_cache(maxsize=16)
def merged(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return one hit of each label, with the words of all: one rule may reach a chat in several ways.

    Each word is told once, as first spelled, whatever its case and what cannot be seen in it. An item
    asks several times.
    """
    first: dict[str, Hit] = {}
    words: dict[str, dict[str, str]] = {}
    for hit in hits:
        label = _key(hit.label)
        first.setdefault(label, hit)
        found = words.setdefault(label, {})
        for word in hit.words[:WORDS_LIMIT]:
            found.setdefault(_key(word), word)
    return tuple(replace(hit, words=tuple(words[label].values())) for label, hit in first.items())


def _key(text: str) -> str:
    """Return what may be shown of ``text``, without what cannot be seen and in one case and width."""
    text = text[: 2 * ALERT_LIMIT]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return one_line(text).casefold()


def alert_lines(hits: tuple[Hit, ...], room: int, glimpse: Glimpse | None = None) -> RichText:
    """Return in ``room`` units a line for each of ``hits``, and how many more there are than that names.

    A ``glimpse`` stands below its alert, in what room the alerts leave.
    """
    told = merged(hits)
    lines: list[RichText] = []
    left = room - units(_more(len(told)))
    named = told[:ALERTS_LIMIT]
    for at, hit in enumerate(named):
        share = max(ALERT_LEAST, left // (len(named) - at) - 1)
        line = _line(hit, min(ALERT_LIMIT, share))
        if units(line.text) >= left:
            break
        lines.append(line)
        left -= units(line.text) + 1
    rest = len(told) - len(lines)
    if glimpse and glimpse.hit in told[: len(lines)] and units(glimpse.line.text) < left:
        lines.insert(told.index(glimpse.hit) + 1, glimpse.line)
    return join("\n", (*lines, RichText(_more(rest)) if rest else RichText()))


_LINKED = re.compile(r"[/@#$]")
"""What a client makes a link of, where it begins a query: as code it stays what it is."""


def _more(count: int) -> str:
    return f"{ELLIPSIS} +{count}"


def _line(hit: Hit, room: int) -> RichText:
    """Return in ``room`` units what an alert is called, and what it found where that is something else."""
    label = plain_text(f"🔔 {hit.label}")
    if _LINKED.match(hit.label):
        label = join("", (RichText("🔔 "), styled(plain_text(hit.label), EntityKind.CODE)))
    found = plain_text(", ".join(hit.words))
    if not found.text or _key(found.text) == _key(hit.label):
        return cut(label, room)
    between = f":{_turn(hit.label)} " if is_turned(hit.label) or is_turned(found.text) else ": "
    label = cut(label, max(room // 2, room - units(between + found.text)))
    return join(between, (label, cut(found, room - units(label.text + between))))


def _turn(text: str) -> str:
    """Return the mark of the direction that ``text`` begins with: what comes after it goes on in that."""
    ways = (unicodedata.bidirectional(one) for one in text)
    return (
        _RIGHT_TO_LEFT
        if next((one for one in ways if one in {"L", "R", "AL"}), "L") != "L"
        else _LEFT_TO_RIGHT
    )


def unmarked(hits: tuple[Hit, ...], shown: str) -> list[Hit]:
    """Return those of ``hits``, merged, that have found words, but none in ``shown``.

    An alert that is to be told by title and source only is none of them: it is meant so.
    """
    told = [hit for hit in merged(hits)[:ALERTS_LIMIT] if hit.words and not hit.brief]
    return [hit for hit in told if not Words((hit,)).places(shown, 1)]


def glimpse_of(hits: Iterable[Hit], text: str) -> Glimpse | None:
    """Return a line of ``text`` for the first of ``hits`` that has a word there."""
    for hit in hits:
        words = Words((hit,))
        if places := words.places(text, 1):
            line = marked(RichText(_around(text, places[0][0])), words, _MARKS)
            if line.entities:
                return Glimpse(hit, line)
    return None


def _around(text: str, place: int) -> str:
    """Return a line of ``text`` from a little before ``place``, begun and ended between words if it can."""
    begin = max(0, place - GLIMPSE_BEFORE)
    if begin:
        found = _BETWEEN.search(text, begin, place)
        begin = found.end() if found else seam_before(text, begin)
    line = (ELLIPSIS if begin else "") + one_line(text[begin : begin + 2 * GLIMPSE_LIMIT])
    if units(line) <= GLIMPSE_LIMIT and begin + 2 * GLIMPSE_LIMIT >= len(text):
        return line
    most = fits(line, GLIMPSE_LIMIT - len(ELLIPSIS))
    space = line.rfind(" ", most // 2, most + 1)
    return line[: space if space > 0 else seam_before(line, most)] + ELLIPSIS

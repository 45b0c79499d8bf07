"""What people type behind ``/filter``: whose filter, what becomes of it, and which query.

Pure. What to do is understood in every language that we speak.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.chat.commands import names_chat
from bot.chat.replies import LANGUAGES
from bot.items import Subscription
from bot.rulebook import rule_of
from bot.rules import fold


class Way(StrEnum):
    """What a command does to a filter; the values are what people type, in English."""

    ONLY = "only"
    NOT = "not"
    OFF = "off"


_WAYS: Mapping[str, Way] = {way.value: way for way in Way} | {
    fold(texts.finding.filter_words[way]): way for texts in LANGUAGES.values() for way in Way
}
_EVERY = {fold(texts.finding.filter_words["all"]) for texts in LANGUAGES.values()} | {"all"}


@dataclass(frozen=True, slots=True)
class Told:
    """``whose`` stands before ``way`` (None for none) and ``query`` behind it.

    ``other`` is the query of the other one of the two filters, where both are told at once.
    """

    whose: str
    way: Way | None = None
    query: str = ""
    other: str = ""

    def changed(self, wish: Subscription) -> Subscription:
        """Return ``wish`` with the filters that are told: one that is not stays."""
        match self.way:
            case Way.ONLY:
                return replace(wish, only=self.query, never=self.other or wish.never)
            case Way.NOT:
                return replace(wish, never=self.query, only=self.other or wish.only)
        return replace(wish, only="", never="")


def read(words: str, names: Sequence[str]) -> Told:
    """Read what stands behind the command.

    The first word that says what to do parts the feed from the query. Where one stands in a feed's own
    name, that name, written whole, goes before: ``names`` are those of the chat's feeds. With "off", the
    feed may stand behind it. The query may be followed by the other filter and its query.
    """
    parts = words.split(" ")
    places = [place for place, part in enumerate(parts) if fold(part) in _WAYS]
    if not places:
        return Told(words)
    known = {fold(one) for one in names}
    whole = (place for place in places if fold(" ".join(parts[:place])) in known)
    place = next(whole, places[0])
    whose, way, query = " ".join(parts[:place]), _WAYS[fold(parts[place])], " ".join(parts[place + 1 :])
    if way is Way.OFF:
        return Told(whose or query, way)
    if not query:
        return Told(whose)
    if _WAYS.get(fold(query)) is Way.OFF:
        return Told(whose, way)
    return Told(whose, way, *_both(query, Way.NOT if way is Way.ONLY else Way.ONLY))


def _both(query: str, other: Way) -> tuple[str, str]:
    """Divide a query before the word for the other filter, if what stands on either side is a query.

    NOT in capitals is a part of it.
    """
    parts = query.split(" ")
    for place, part in enumerate(parts):
        if _WAYS.get(fold(part)) is other and part != "NOT":
            sides = " ".join(parts[:place]), " ".join(parts[place + 1 :])
            if all(one and rule_of(one) for one in sides):
                return sides
    return query, ""


def tells_way(words: str) -> bool:
    """Tell whether ``words`` say what is to become of a filter, and do not only ask how it stands."""
    return any(fold(part) in _WAYS for part in words.split(" "))


def is_every(whose: str) -> bool:
    """Tell whether ``whose`` filter is that of every feed."""
    return fold(whose) in _EVERY


def chat_first(words: str) -> str:
    """Return ``words`` with the chat that they name at their beginning, unless it is a part of the query."""
    parts = words.split(" ")
    place = next((place for place, part in enumerate(parts) if fold(part) in _WAYS), len(parts) - 1)
    end = len(parts) if _WAYS.get(fold(parts[place]), Way.OFF) is Way.OFF else place
    named = next((one for one in parts[:end] if names_chat(one)), None)
    if named is not None:
        parts.remove(named)
        parts.insert(0, named)
    return " ".join(parts)

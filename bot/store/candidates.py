"""What of a document is taken in, and what of it is known already. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.identity import Keys, Sighting
from bot.items import Item, Key, Page

_T = TypeVar("_T")

ITEMS_AT_ONCE = 200
"""How many candidates one step takes: some milliseconds of Redis' time."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of a document, with the keys it is known by and its place in the lanes.

    ``page`` is what its own page says; kept if the item is new.
    """

    keys: Keys
    item: Item
    order_ms: int
    page: Page = field(default_factory=Page)


def candidates_of(seen: Sighting) -> list[Candidate]:
    """Return what a look has seen, as it may be taken in."""
    return [Candidate(*one) for one in zip(seen.keys, seen.items, seen.order_ms, strict=True)]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a document is taken in.

    ``marks`` are those of all its items (:mod:`bot.parse.prune`): b"" where it has none, None to leave
    what is known of them. Of a part, what it leaves out is known, and kept up by whole documents.
    A part that ``is_new``, of :data:`ITEMS_AT_ONCE` items at most, is refused if any key of it was seen.
    """

    marks: bytes | None = b""
    is_part: bool = False
    is_new: bool = False


WHOLE = Extent()


@dataclass(frozen=True, slots=True)
class Known:
    """What of a document seems known: a hint, for others may take it in meanwhile.

    ``keys`` are those that were seen, of the trusted ones; ``prints`` those of the items of its feed that are
    kept, by the second half of their ids.
    """

    keys: frozenset[Key] = frozenset()
    prints: Mapping[bytes, bytes] = field(default_factory=dict)

    def has(self, candidate: Candidate) -> bool:
        """Tell whether a candidate seems known."""
        return not self.keys.isdisjoint(candidate.keys.trusted)


NONE_KNOWN = Known()


def portions(each: Sequence[_T]) -> list[Sequence[_T]]:
    """Return what is of each candidate, step by step."""
    return [each[start : start + ITEMS_AT_ONCE] for start in range(0, len(each), ITEMS_AT_ONCE)]

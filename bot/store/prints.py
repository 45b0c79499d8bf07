"""What a feed's kept items were made of when they were last seen, and what of a document corrects them. Pure.

A print as Redis has it: eight bytes of :func:`raw_print`, then one that counts the
corrections handed on so far.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xxhash import xxh3_64_intdigest

from bot import identity
from bot.errors import CorruptRecord
from bot.identity import Keys
from bot.items import Edit, FeedId, Item, ItemId, Key, StoredItem
from bot.store import records

EDITS_MOST = 3
"""How many corrections of one item are handed on, ever."""

STORM_FROM = 3
"""Corrections in one document from which on they may be a storm: see :func:`is_storm`."""

_PRINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Change:
    """A kept item that its feed now tells otherwise.

    ``before`` is its print as Redis has it, ``raw`` the first part of the new one. With an
    ``edit`` the change is a correction, and ``stored`` takes the place of the item's record.
    """

    item_id: ItemId
    item: Item
    before: bytes
    raw: bytes
    edit: Edit = Edit.NONE
    stored: StoredItem | None = None

    @property
    def may_be_edited(self) -> bool:
        """Whether a correction would still be handed on."""
        return self.before[_PRINT_BYTES] < EDITS_MOST


@dataclass(frozen=True, slots=True)
class Compared:
    """The known items of a document beside the kept ones: how many of them it shows, and what changed."""

    shown: int = 0
    changes: tuple[Change, ...] = ()


def raw_print(item: Item) -> int:
    """Return an unsigned 64-bit hash of what title and lead are made of, as it stands in the feed.

    Equal prints: nothing was corrected. Link and picture are left out, since their change alone
    corrects nothing, and both carry sessions and signatures that change at every fetch.
    """
    parts = f"{item.title}\0{item.summary_html}\0{item.content_html}"
    return xxh3_64_intdigest(parts.encode("utf-8", "surrogatepass"))


def of_new(item: Item) -> bytes:
    """Return the print of an item that is taken in."""
    return _raw(item) + b"\0"


def compare(feed: FeedId, known: Iterable[tuple[Keys, Item]], kept: Mapping[bytes, bytes]) -> Compared:
    """Return which of the ``kept`` items (prints by the second half of their ids) a document tells otherwise.

    An item is found by the strongest trusted key that a kept one got its id from. One that the
    document tells twice is unchanged if either is as it was, else as the first of them has it.
    """
    prints = {identity.key_of(half): (half, known_as) for half, known_as in kept.items()}
    same: set[Key] = set()
    changes: dict[Key, Change] = {}
    for keys, item in known:
        key = next((one for one in keys.trusted if one in prints), None)
        if key is None or key in same:
            continue
        half, before = prints[key]
        raw = _raw(item)
        if before.startswith(raw):
            same.add(key)
        elif key not in changes:
            changes[key] = Change(ItemId(f"{feed}.{half.decode()}"), item, before, raw)
    changed = tuple(one for key, one in changes.items() if key not in same)
    return Compared(len(same | set(changes)), changed)


def judge(compared: Compared, found: Sequence[bytes | None]) -> tuple[Change, ...] | None:
    """Return the changes of ``compared`` with corrections marked; ``found`` are the records they had.

    ``None`` in a storm (:func:`is_storm`), as soon as it shows: one judgement may take a
    millisecond. What has no record any more is not corrected.
    """
    judged: list[Change] = []
    corrections = 0
    for change, record in zip(compared.changes, found, strict=True):
        judged.append(_judged(change, record))
        corrections += bool(judged[-1].edit)
        if is_storm(corrections, compared.shown):
            return None
    return tuple(judged)


def is_storm(corrections: int, shown: int) -> bool:
    """Tell whether so many of the ``shown`` items are corrected at once that it is the feed that changed.

    A rotating advertisement, a new template, a shop's prices: nobody corrects that much in one look.
    """
    return corrections >= STORM_FROM and corrections * 3 > shown


def _raw(item: Item) -> bytes:
    return raw_print(records.as_kept(item)).to_bytes(_PRINT_BYTES, "big")


def _judged(change: Change, record: bytes | None) -> Change:
    if record is None or not change.may_be_edited:
        return change
    try:
        old = records.unpack(record)
    except CorruptRecord:
        return change  # whoever reads it will tell
    from bot.corrections import correction

    edit = correction(old.item, records.as_kept(change.item))
    return replace(change, edit=edit, stored=replace(old, item=change.item) if edit else None)

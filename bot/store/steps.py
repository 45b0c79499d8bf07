"""What one step of an intake is told of items (``lua/intake.lua``): their records, prints and keys."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot import identity
from bot.items import Feed, Item, Page, StoredItem
from bot.store import prints, records, words
from bot.store.candidates import Candidate, Extent
from bot.store.door import Argument
from bot.store.prints import Change

ITEMS_INLINE = 100
PACKED_INLINE = 100_000
"""Letters of HTML in a step, of so many items at most, that are packed on the event loop: some 5 ms."""

SIGNED_INLINE = 5_000
"""The same where words are told, of corrections, say: up to 20 ms for so many items, or where all is tags."""

_ALL, _NOTHING, _UNKEPT = 1, 0, -1
"""What a step is told of a candidate: nothing where it seemed known, no record that would be trimmed."""


@dataclass(frozen=True, slots=True)
class Intake:
    """One call of :meth:`News.intake`, as all its steps need it."""

    feed: Feed
    told: Sequence[Argument]
    """The fields of the feed that change."""
    candidates: Sequence[Candidate]
    hand_on: bool
    extent: Extent
    due_ms: int | None
    moved: tuple[str, str]
    noticed_ms: int
    kept_most: int
    """How many items of the feed are kept."""
    kept_from_ms: int
    """Items of an earlier place are not kept: they would be trimmed at once."""
    changes: Sequence[Change]

    @property
    def signs(self) -> bool:
        """Whether words of new items are told: of a feed to which somebody has just subscribed, that is.

        What is handed on is signed by the router, which reads its texts anyway, and of a collector's first
        look, which brings many items that nobody may ever search, by whoever does.
        """
        return not self.hand_on


async def arguments(
    intake: Intake, some: Sequence[Candidate], known: Sequence[bool], *, last: bool
) -> tuple[str, list[Argument]]:
    """Return what :func:`_told_of` does, made in a thread where it takes long."""
    changes = intake.changes if last else ()
    corrected = [change.stored for change in changes if change.stored]
    sizes = [_units(one.item, one.page) for one, is_known in zip(some, known, strict=True) if not is_known]
    sizes += [_units(one.item, one.page) for one in corrected]
    most = SIGNED_INLINE if intake.signs or corrected else PACKED_INLINE
    if sum(sizes) < most and len(some) <= ITEMS_INLINE:
        return _told_of(intake, some, known, changes)
    return await asyncio.to_thread(_told_of, intake, some, known, changes)


def _units(item: Item, page: Page) -> int:
    """Return how many letters of HTML there are of an item, and of its page."""
    return sum(map(len, (item.summary_html, item.content_html, page.lead_html, page.text_html)))


def _told_of(
    intake: Intake, some: Sequence[Candidate], known: Sequence[bool], changes: Sequence[Change]
) -> tuple[str, list[Argument]]:
    """Return what a step is told of ``some`` candidates, and the rest of its arguments.

    The rest are the records of candidates, and before these the kept items that changed.
    """
    args: list[Argument] = [len(changes)]
    for change in changes:
        corrected = records.pack(change.stored) if change.stored else b""
        words_of = _words(change.stored) if change.stored else b""
        args += [change.item_id, change.before, change.raw, change.edit, corrected, words_of]
    told: list[tuple[str, int, int, str, str]] = []
    for one, is_known in zip(some, known, strict=True):
        item_id = identity.item_id(intake.feed.id, one.keys)
        tells = _NOTHING if is_known else _UNKEPT if one.order_ms < intake.kept_from_ms else _ALL
        if tells == _ALL:
            stored = StoredItem(item_id, intake.feed.id, one.item, intake.noticed_ms, one.order_ms, one.page)
            words_of = _words(stored) if intake.signs else b""
            args += [records.pack(stored), prints.of_new(one.item), words_of]
        trusted, every = one.keys.trusted, one.keys.all
        others = [key for key in every if key not in trusted]
        told.append((item_id, one.order_ms, tells, " ".join(map(str, trusted)), " ".join(map(str, others))))
    return json.dumps(told), args


def _words(stored: StoredItem) -> bytes:
    from bot.matching import sign

    return words.record(stored.id, stored.order_ms, sign(stored))

"""News: items taken in, kept, handed on to routers, and found again.

*Seen* and *handed on* are one step of Redis', so an item is both or neither; what lets a server
answer "not modified" is saved in the last of those steps, never before.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import nlargest

from bot import identity
from bot.errors import CorruptRecord, StoreError
from bot.identity import Keys
from bot.items import Feed, FeedId, Item, ItemId, Page, StoredItem
from bot.links import feed_address
from bot.store import fields, keys, prints, records, words
from bot.store.changes import changes
from bot.store.door import Argument, Door
from bot.store.keeping import Keeping
from bot.store.prints import Change

GRACE_MS = 86_400_000
"""How long an item beyond those stays for lanes that it waits in."""

ITEMS_AT_ONCE = 200
"""How many candidates one step takes: some milliseconds of Redis' time."""

_UNPACKED = b""
"""Stands for a record that was left out since its item seemed known."""
_UNKEPT = b"-"
"""Stands for a record that would be trimmed at once: remembered, not kept."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of a document, with the keys it is known by and its place in the lanes.

    ``page`` is what its own page says; kept if the item is new.
    """

    keys: Keys
    item: Item
    order_ms: int
    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a document is taken in.

    ``marks`` are those of all its items (:mod:`bot.parse.prune`): b"" where it has none, None to leave
    what is known of them. Of a part, what it leaves out is known, and kept up by whole documents.
    """

    marks: bytes | None = b""
    is_part: bool = False


WHOLE = Extent()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a document's items.

    Attributes:
        new: those that were not known, the oldest first.
        handed_on: how many of them went to the routers.
        seeded_now: this was the feed's first look, or counts as one (see ``lost``).
        lost: the feed had been looked at before, but nothing of what it showed is remembered:
            taken as a first look, so that no chat is flooded.
        corrected: how many corrections of known items went to the routers.
        refused: nothing was taken in: a part of a document is no first look.
    """

    new: tuple[ItemId, ...] = ()
    handed_on: int = 0
    seeded_now: bool = False
    lost: bool = False
    corrected: int = 0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class NewsEntry:
    """An item handed on, and the number by which it is acknowledged.

    ``edit`` is "" for a new item; ``text`` for one whose feed corrected it, and ``media`` where
    its picture is another one, too (:class:`bot.corrections.Edit`). The record is the new one.
    """

    entry_id: str
    item_id: ItemId
    edit: str = ""


@dataclass(frozen=True, slots=True)
class _Intake:
    """One call of :meth:`News.intake`, as all its steps need it."""

    feed: Feed
    told: Sequence[Argument]
    """The fields of the feed that change."""
    candidates: Sequence[Candidate]
    hand_on: bool
    is_part: bool
    due_ms: int | None
    moved: tuple[str, str]
    noticed_ms: int
    kept_most: int
    """How many items of the feed are kept."""
    kept_from_ms: int
    """Items of an earlier place are not kept: they would be trimmed at once."""
    changes: Sequence[Change]


@dataclass(slots=True)
class _Tally:
    """What the steps of one intake add up to."""

    new: list[ItemId] = field(default_factory=list)
    handed_on: int = 0
    seeded_now: bool = False
    lost: bool = False
    corrected: int = 0
    refused: bool = False

    def taken(self) -> Taken:
        told = self.handed_on, self.seeded_now, self.lost, self.corrected, self.refused
        return Taken(tuple(self.new), *told)


class News:
    """The items. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door, *, keep_ms: int, keep_items: int) -> None:
        self._door = door
        self._keep_ms = keep_ms
        self._keeping = Keeping(door, keep_items)

    async def intake(
        self,
        feed: Feed,
        candidates: Sequence[Candidate],
        *,
        due_ms: int | None,
        hand_on: bool,
        moved_to: str | None = None,
        was: Feed | None = None,
        extent: Extent = WHOLE,
    ) -> Taken:
        """Take in what a document holds: keep what is new and, with ``hand_on``, hand it on.

        So are corrections, :data:`bot.store.prints.EDITS_MOST` of a kept item at most. The state of
        ``feed``, its validators, ``moved_to`` and ``due_ms`` are saved with the last of the steps.
        If this raises, call it again: what was taken in stays so, and the rest follows. The first
        look at a feed hands nothing on.

        With ``was``, the feed as it was claimed, only what differs of it is written; without
        ``due_ms`` (epoch ms) it stays due when it is.
        """
        # What is handed on first is in its lanes first: no item may be on its way before an older one.
        candidates = sorted(candidates, key=lambda one: one.order_ms)
        kept_most = await self._keeping.most()
        orders = nlargest(kept_most, (one.order_ms for one in candidates))
        full = len(orders) == kept_most and not (hand_on and feed.seeded)
        known, kept = await self._known(feed.id, candidates)
        told = [(one.keys, one.item) for one, is_known in zip(candidates, known, strict=True) if is_known]
        intake = _Intake(
            feed=feed,
            told=_told(feed, was, extent),
            is_part=extent.is_part,
            candidates=candidates,
            hand_on=hand_on,
            due_ms=due_ms,
            moved=(feed_address(moved_to), moved_to) if moved_to else ("", ""),
            noticed_ms=await self._door.now_ms(),
            kept_most=kept_most,
            kept_from_ms=orders[-1] if full else 0,
            changes=await changes(self._door, feed, told, kept, hand_on=hand_on),
        )
        tally = _Tally()
        if not await self._steps(intake, known, tally):
            # Its memory changed while we were at it: pack everything and let the steps decide.
            every = replace(intake, kept_from_ms=0)
            if not await self._steps(every, [False] * len(candidates), tally):
                raise StoreError(f"feed {feed.id}: its items were not taken in; the next look tries again")
        if tally.lost:
            logger.warning("feed %s: what it had shown is lost; its items are taken as seen", feed.id)
        return tally.taken()

    async def unseen(self, feed_id: FeedId, candidates: Sequence[Candidate]) -> list[bool]:
        """Return of each candidate whether it seems new: a hint, for others may take it in meanwhile."""
        known, _ = await self._known(feed_id, candidates)
        return [not one for one in known]

    async def none_seen(self, feed_id: FeedId, candidates: Sequence[Candidate]) -> bool:
        """Tell whether no key at all of the candidates was seen: they are new, whatever else there is."""
        all_keys = [key for one in candidates for key in one.keys.all]
        commands: list[tuple[Argument, ...]] = [
            ("SMISMEMBER", place, *all_keys) for place in (keys.seen_young(feed_id), keys.seen_old(feed_id))
        ]
        return not all_keys or not any(map(any, await self._door.many(commands)))

    async def _known(
        self, feed_id: FeedId, candidates: Sequence[Candidate]
    ) -> tuple[list[bool], dict[bytes, bytes]]:
        """Return of each candidate whether it seems known, and the prints of the items that are kept.

        Only what seems unknown is packed. The prints are fetched whole: there are few, and Redis
        walks all of them for each that it is asked for.
        """
        commands: list[tuple[Argument, ...]] = [
            ("SMISMEMBER", place, *(key for one in some for key in one.keys.trusted))
            for some in _portions(candidates)
            for place in (keys.seen_young(feed_id), keys.seen_old(feed_id))
        ]
        if not commands:
            return [], {}
        *answers, kept = await self._door.many([*commands, ("HGETALL", keys.feed_prints(feed_id))])
        known: list[bool] = []
        for some, young, old in zip(_portions(candidates), answers[::2], answers[1::2], strict=True):
            seen = iter(map(max, young, old))
            # A list, not a generator: every key's answer must be taken, found or not.
            known += [any([next(seen) for _ in one.keys.trusted]) for one in some]  # noqa: C419
        return known, kept

    async def _steps(self, intake: _Intake, known: Sequence[bool], tally: _Tally) -> bool:
        """Take the candidates in, step by step. False: a record that was left out is wanted after all."""
        portions = _portions(intake.candidates) or [()]
        head: list[Argument] = [self._keep_ms, intake.kept_most, GRACE_MS]
        count = sum(len(one.keys.all) for one in intake.candidates)
        head += ["" if intake.is_part else count, *intake.moved]
        due: Argument = "" if intake.due_ms is None else intake.due_ms
        for number, some in enumerate(portions):
            last = number == len(portions) - 1
            known_here = known[number * ITEMS_AT_ONCE :][:ITEMS_AT_ONCE]
            rest = await asyncio.to_thread(_arguments, intake, some, known_here, last=last)
            steer = (intake.feed.id, int(intake.hand_on), int(last), due)
            answer = await self._door.run("intake", *steer, *head, len(intake.told), *intake.told, *rest)
            state, handed_on, seeded_now, lost, corrected, *new = answer
            tally.new += [identity.item_id(intake.feed.id, some[index].keys) for index in new]
            tally.handed_on += handed_on
            tally.seeded_now |= bool(seeded_now)
            tally.lost |= bool(lost)
            tally.corrected += corrected
            tally.refused = state == -2
            if state != 1:
                return bool(state != -1)
        return True

    async def get(self, item_id: ItemId) -> StoredItem | None:
        """Return an item, or ``None`` if it is kept no longer.

        Raises:
            CorruptRecord: it is there but cannot be read.
        """
        record = await self._door.do("GET", keys.item(item_id))
        return records.unpack(record) if record else None

    async def many(self, item_ids: Iterable[ItemId]) -> list[StoredItem]:
        """Return those of the items that are still kept and can be read, in that order."""
        wanted = [keys.item(one) for one in item_ids]
        found = await self._door.do("MGET", *wanted) if wanted else []
        return await asyncio.to_thread(_readable, wanted, found)

    async def read(self, consumer: str, count: int, block_ms: int) -> list[NewsEntry]:
        """Return up to ``count`` items to route, waiting up to ``block_ms`` for the first.

        Items that a router took and did not acknowledge come first, so that a chat gets what
        is older first. Only one router reads at a time: see :meth:`bot.store.claims.Claims.lead`.
        ``consumer`` names it.
        """
        try:
            return await self._read(consumer, count, block_ms)
        except StoreError as error:
            if "NOGROUP" not in str(error):
                raise
        await self._make_group()
        return await self._read(consumer, count, block_ms)

    async def _read(self, consumer: str, count: int, block_ms: int) -> list[NewsEntry]:
        taken_over = await self._door.do(
            "XAUTOCLAIM", keys.NEWS, keys.ROUTERS, consumer, 0, "0-0", "COUNT", count
        )
        if left := _entries(taken_over[1]):
            return left
        # BLOCK 0 would wait for ever.
        command: list[Argument] = ["XREADGROUP", "GROUP", keys.ROUTERS, consumer, "COUNT", count]
        command += ["BLOCK", block_ms] if block_ms > 0 else []
        answer = await self._door.do(*command, "STREAMS", keys.NEWS, ">", block_ms=block_ms)
        return _entries(answer[0][1]) if answer else []

    async def _make_group(self) -> None:
        """Make the routers' group, from the first item on; another router may have made it just now."""
        try:
            await self._door.do("XGROUP", "CREATE", keys.NEWS, keys.ROUTERS, "0", "MKSTREAM")
        except StoreError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def ack(self, entry_ids: Sequence[str]) -> None:
        """Note that items were routed, all their lanes written: they leave the stream."""
        if entry_ids:
            await self._door.run("ack", keys.ROUTERS, *entry_ids)


def _told(feed: Feed, was: Feed | None, extent: Extent) -> list[Argument]:
    """Return the fields of the feed that change, as names and values by turns."""
    told: list[Argument] = [*fields.flat(fields.of_feed(feed, was))]
    return told if extent.marks is None else [*told, "marks", extent.marks]


def _portions(candidates: Sequence[Candidate]) -> list[Sequence[Candidate]]:
    return [candidates[start : start + ITEMS_AT_ONCE] for start in range(0, len(candidates), ITEMS_AT_ONCE)]


def _arguments(
    intake: _Intake, some: Sequence[Candidate], known: Sequence[bool], *, last: bool
) -> list[Argument]:
    """Return the part of the step's arguments that tells of items; packing takes time.

    Those are ``some`` candidates, and in the ``last`` step the kept items that changed.
    """
    changes = intake.changes if last else ()
    args: list[Argument] = [len(changes)]
    for change in changes:
        corrected = records.pack(change.stored) if change.stored else b""
        told = _words(change.stored) if change.stored else b""
        args += [change.item_id, change.before, change.raw, change.edit, corrected, told]
    for one, is_known in zip(some, known, strict=True):
        item_id = identity.item_id(intake.feed.id, one.keys)
        new_print = told = b""
        if is_known:
            record = _UNPACKED
        elif one.order_ms < intake.kept_from_ms:
            record = _UNKEPT
        else:
            stored = StoredItem(item_id, intake.feed.id, one.item, intake.noticed_ms, one.order_ms, one.page)
            record, new_print = records.pack(stored), prints.of_new(one.item)
            # A collector's first look brings many items that nobody may ever search: whoever does signs
            # them. Whoever has just subscribed to one feed will.
            told = _words(stored) if intake.feed.seeded or not intake.hand_on else b""
        others = [key for key in one.keys.all if key not in one.keys.trusted]
        every = (*one.keys.trusted, *others)
        args += [item_id, one.order_ms, record, new_print, told, len(one.keys.trusted), len(every), *every]
    return args


def _words(stored: StoredItem) -> bytes:
    from bot.matching import sign

    return words.record(stored.id, stored.order_ms, sign(stored))


def _entries(raw: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> list[NewsEntry]:
    """Return what a stream answers with; an entry that was deleted meanwhile has no fields."""
    return [
        NewsEntry(number.decode(), ItemId(told[b"item"].decode()), told.get(b"edit", b"").decode())
        for number, told in raw
        if told
    ]


def _readable(names: Sequence[str], found: Sequence[bytes | None]) -> list[StoredItem]:
    """Return the items of those records that are there and can be read."""
    items = []
    for name, record in zip(names, found, strict=True):
        if record is None:
            continue
        try:
            items.append(records.unpack(record))
        except CorruptRecord as error:
            logger.warning("%s is left out: %s", name, error)
    return items

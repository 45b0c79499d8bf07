"""News: items taken in, kept, handed on to routers, and found again.

*Seen* and *handed on* are one step of Redis', so an item is both or neither; what lets a server
answer "not modified" is saved in the last of those steps, never before.
"""

import asyncio
import logging
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import nlargest

from bot import identity
from bot.errors import CorruptRecord, StoreError
from bot.identity import Keys
from bot.items import Feed, FeedId, Item, ItemId, Page, StoredItem
from bot.store import fields, keys, prints, records
from bot.store.changes import changes
from bot.store.door import Argument, Door
from bot.store.prints import Change

ITEMS_PER_FEED = 60
"""How many items of a feed can be found again.

1000 busy feeds then take some 200 MB (benchmarks/memory.py), and 256 MB leave room for the chats.
"""

GRACE_MS = 86_400_000
"""How long an item beyond those stays for lanes that it waits in."""

ITEMS_AT_ONCE = 200
"""How many candidates one step takes: some milliseconds of Redis' time."""

SCANNED = 2000
"""How many items a search by words looks at."""

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
class Taken:
    """What became of a document's items.

    Attributes:
        new: those that were not known, the oldest first.
        handed_on: how many of them went to the routers.
        seeded_now: this was the feed's first look, or counts as one (see ``lost``).
        lost: the feed had been looked at before, but nothing of what it showed is remembered:
            taken as a first look, so that no chat is flooded.
        corrected: how many corrections of known items went to the routers.
    """

    new: tuple[ItemId, ...] = ()
    handed_on: int = 0
    seeded_now: bool = False
    lost: bool = False
    corrected: int = 0


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
    candidates: Sequence[Candidate]
    hand_on: bool
    due_ms: int
    moved: tuple[str, str]
    noticed_ms: int
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

    def taken(self) -> Taken:
        return Taken(tuple(self.new), self.handed_on, self.seeded_now, self.lost, self.corrected)


class News:
    """The items. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door, *, keep_ms: int) -> None:
        self._door = door
        self._keep_ms = keep_ms

    async def intake(
        self,
        feed: Feed,
        candidates: Sequence[Candidate],
        *,
        due_ms: int,
        hand_on: bool,
        moved_to: str | None = None,
    ) -> Taken:
        """Take in what a document holds: keep what is new and, with ``hand_on``, hand it on.

        So are corrections of the items that are kept, :data:`bot.store.prints.EDITS_MOST` of each
        at most.

        The state of ``feed``, its validators, ``moved_to`` and ``due_ms`` are saved with the
        last of the steps. If this raises, call it again: what was taken in stays so, and the
        rest follows. The first look at a feed hands nothing on.
        """
        # Documents begin with the newest item, and what is handed on first is in its lanes first:
        # it must not be on its way to a chat while an older one is not yet laid.
        candidates = sorted(candidates, key=lambda one: one.order_ms)
        orders = nlargest(ITEMS_PER_FEED, (one.order_ms for one in candidates))
        full = len(orders) == ITEMS_PER_FEED and not (hand_on and feed.seeded)
        known, kept = await self._known(feed.id, candidates)
        told = [(one.keys, one.item) for one, is_known in zip(candidates, known, strict=True) if is_known]
        intake = _Intake(
            feed=feed,
            candidates=candidates,
            hand_on=hand_on,
            due_ms=due_ms,
            moved=(identity.feed_address(moved_to), moved_to) if moved_to else ("", ""),
            noticed_ms=await self._door.now_ms(),
            kept_from_ms=orders[-1] if full else 0,
            changes=await changes(self._door, feed, told, kept, hand_on=hand_on),
        )
        tally = _Tally()
        if not await self._steps(intake, known, tally):
            # Its memory changed while we were at it: pack everything and let the steps decide.
            every = replace(intake, kept_from_ms=0)
            if not await self._steps(every, [False] * len(candidates), tally):
                raise StoreError(
                    f"feed {feed.id}: its items could not be taken in; the next look tries again"
                )
        if tally.lost:
            logger.warning("feed %s: what it had shown is lost; its items are taken as seen", feed.id)
        return tally.taken()

    async def unseen(self, feed_id: FeedId, candidates: Sequence[Candidate]) -> list[bool]:
        """Return of each candidate whether it seems new: a hint, for others may take it in meanwhile."""
        known, _ = await self._known(feed_id, candidates)
        return [not one for one in known]

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
        head: list[Argument] = [self._keep_ms, ITEMS_PER_FEED, GRACE_MS]
        head += [sum(len(one.keys.all) for one in intake.candidates), *intake.moved]
        told = fields.flat(fields.of_feed(intake.feed))
        for number, some in enumerate(portions):
            last = number == len(portions) - 1
            known_here = known[number * ITEMS_AT_ONCE :][:ITEMS_AT_ONCE]
            rest = await asyncio.to_thread(_arguments, intake, some, known_here, last=last)
            steer = (intake.feed.id, int(intake.hand_on), int(last), intake.due_ms)
            answer = await self._door.run("intake", *steer, *head, len(told), *told, *rest)
            state, handed_on, seeded_now, lost, corrected, *new = answer
            tally.new += [identity.item_id(intake.feed.id, some[index].keys) for index in new]
            tally.handed_on += handed_on
            tally.seeded_now |= bool(seeded_now)
            tally.lost |= bool(lost)
            tally.corrected += corrected
            if state != 1:
                return bool(state == 0)
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

    async def latest(
        self, feed_ids: Sequence[FeedId], *, offset: int, limit: int, words: Sequence[str] = ()
    ) -> list[StoredItem]:
        """Return the newest items of some feeds together, ``limit`` of them after ``offset``.

        With ``words`` only items whose source's name holds all of them count, among the
        :data:`SCANNED` newest.
        """
        commands = [
            ("ZRANGE", keys.feed_items(one), 0, ITEMS_PER_FEED - 1, "REV", "WITHSCORES") for one in feed_ids
        ]
        newest = sorted(
            (
                (float(order), item)
                for answer in await self._door.many(commands)
                for item, order in zip(answer[::2], answer[1::2], strict=True)
            ),
            reverse=True,
        )
        if words:
            newest = newest[:SCANNED]
        wanted = [_folded(word) for word in words]
        enough = offset + limit
        at_once = ITEMS_AT_ONCE if words else min(ITEMS_AT_ONCE, enough)
        found: list[StoredItem] = []
        while newest and len(found) < enough:
            ids = [ItemId(item.decode()) for _, item in newest[:at_once]]
            found += [one for one in await self.many(ids) if _is_from(one, wanted)]
            newest = newest[at_once:]
        return found[offset:enough]

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
        args += [change.item_id, change.before, change.raw, change.edit, corrected]
    for one, is_known in zip(some, known, strict=True):
        item_id = identity.item_id(intake.feed.id, one.keys)
        new_print = b""
        if is_known:
            record = _UNPACKED
        elif one.order_ms < intake.kept_from_ms:
            record = _UNKEPT
        else:
            stored = StoredItem(item_id, intake.feed.id, one.item, intake.noticed_ms, one.order_ms, one.page)
            record, new_print = records.pack(stored), prints.of_new(one.item)
        others = [key for key in one.keys.all if key not in one.keys.trusted]
        every = (*one.keys.trusted, *others)
        args += [item_id, one.order_ms, record, new_print, len(one.keys.trusted), len(every), *every]
    return args


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


def _is_from(stored: StoredItem, words: Sequence[str]) -> bool:
    source = _folded(stored.item.source)
    return all(word in source for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()

"""News: items taken in, kept, handed on to routers, and found again.

*Seen* and *handed on* are one step of Redis', so an item is both or neither; what lets a server
answer "not modified" is saved in the last of those steps, never before.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import nlargest
from itertools import chain, compress

from bot import identity
from bot.errors import CorruptRecord, StoreError
from bot.items import Feed, FeedId, ItemId, StoredItem
from bot.links import feed_address
from bot.store import fields, keys, records
from bot.store.candidates import NONE_KNOWN, WHOLE, Candidate, Extent, Known, portions
from bot.store.changes import changes
from bot.store.door import Argument, Door
from bot.store.keeping import Keeping
from bot.store.steps import Intake, arguments

GRACE_MS = 86_400_000
"""How long an item beyond those stays for lanes that it waits in."""

logger = logging.getLogger(__name__)


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
        refused: nothing was taken in: a part of a document is no first look, or is not as new as was said.
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

    async def intake(  # noqa: PLR0913  all that one look saves
        self,
        feed: Feed,
        candidates: Sequence[Candidate],
        *,
        due_ms: int | None,
        hand_on: bool,
        moved_to: str | None = None,
        was: Feed | None = None,
        extent: Extent = WHOLE,
        known: Known | None = None,
    ) -> Taken:
        """Take in what a document holds: keep what is new and, with ``hand_on``, hand it on.

        So are corrections, :data:`bot.store.prints.EDITS_MOST` of a kept item at most. The state of
        ``feed``, ``moved_to`` and ``due_ms`` are saved with the last of the steps. If this raises, call it
        again: what was taken in stays so, and the rest follows. A first look hands nothing on.

        With ``was``, the feed as it was claimed, only what differs of it is written; without
        ``due_ms`` (epoch ms) it stays due when it is. Without ``known``, it is asked for.
        """
        # What is handed on first is in its lanes first: no item may be on its way before an older one.
        candidates = sorted(candidates, key=lambda one: one.order_ms)
        kept_most = await self._keeping.most()
        if known is None:
            known = NONE_KNOWN if extent.is_new else await self.recall(feed.id, candidates)
        seem_known = [known.has(one) for one in candidates]
        shown = [(one.keys, one.item) for one in compress(candidates, seem_known)]
        intake = Intake(
            feed=feed,
            told=_told(feed, was, extent),
            extent=extent,
            candidates=candidates,
            hand_on=hand_on,
            due_ms=due_ms,
            moved=(feed_address(moved_to), moved_to) if moved_to else ("", ""),
            noticed_ms=await self._door.about_now_ms(),
            kept_most=kept_most,
            kept_from_ms=0 if hand_on and feed.seeded else _kept_from(candidates, kept_most),
            changes=await changes(self._door, feed, shown, known.prints, hand_on=hand_on),
        )
        tally = _Tally()
        if not await self._steps(intake, seem_known, tally):
            # Its memory changed while we were at it: pack everything and let the steps decide.
            every = replace(intake, kept_from_ms=0)
            if not await self._steps(every, [False] * len(candidates), tally):
                raise StoreError(f"feed {feed.id}: its items were not taken in; the next look tries again")
        if tally.lost:
            logger.warning("feed %s: what it had shown is lost; its items are taken as seen", feed.id)
        return tally.taken()

    async def none_seen(self, feed_id: FeedId, candidates: Sequence[Candidate]) -> bool:
        """Tell whether no key at all of these few candidates seems seen, trusted or not."""
        every = [key for one in candidates for key in one.keys.all]
        places = keys.seen_young(feed_id), keys.seen_old(feed_id)
        return not any(map(any, await self._door.many([("SMISMEMBER", one, *every) for one in places])))

    async def recall(self, feed_id: FeedId, candidates: Sequence[Candidate]) -> Known:
        """Return what of these candidates seems known.

        The prints are fetched whole: there are few, and Redis walks all of them for each that it is
        asked for.
        """
        asked = [[key for one in some for key in one.keys.trusted] for some in portions(candidates)]
        commands: list[tuple[Argument, ...]] = [
            ("SMISMEMBER", place, *some)
            for some in asked
            for place in (keys.seen_young(feed_id), keys.seen_old(feed_id))
        ]
        if not commands:
            return NONE_KNOWN
        *answers, kept = await self._door.many([*commands, ("HGETALL", keys.feed_prints(feed_id))])
        each = zip(asked, answers[::2], answers[1::2], strict=True)
        seen = (compress(some, map(max, young, old)) for some, young, old in each)
        return Known(frozenset(chain.from_iterable(seen)), kept)

    async def _steps(self, intake: Intake, known: Sequence[bool], tally: _Tally) -> bool:
        """Take the candidates in, step by step. False: a record that was left out is wanted after all."""
        steps = portions(intake.candidates) or [()]
        head: list[Argument] = [self._keep_ms, intake.kept_most, GRACE_MS]
        whole = sum(len(one.keys.all) for one in intake.candidates)
        part = "new" if intake.extent.is_new else "part"
        head += [part if intake.extent.is_part else whole, *intake.moved]
        due: Argument = "" if intake.due_ms is None else intake.due_ms
        for number, (some, known_here) in enumerate(zip(steps, portions(known) or [()], strict=True)):
            last = number == len(steps) - 1
            told, rest = await arguments(intake, some, known_here, last=last)
            steer = (intake.feed.id, int(intake.hand_on), int(last), due)
            answer = await self._door.run(
                "intake", *steer, *head, told, len(intake.told), *intake.told, *rest
            )
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


def _kept_from(candidates: Sequence[Candidate], kept_most: int) -> int:
    """Return from which place on the newest ``kept_most`` are, 0 where there are fewer."""
    orders = nlargest(kept_most, (one.order_ms for one in candidates))
    return orders[-1] if len(orders) == kept_most else 0


def _told(feed: Feed, was: Feed | None, extent: Extent) -> list[Argument]:
    """Return the fields of the feed that change, as names and values by turns."""
    told: list[Argument] = [*fields.flat(fields.of_feed(feed, was))]
    return told if extent.marks is None else [*told, "marks", extent.marks]


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

"""Loop two: for each item handed on, who hears it, which alerts it fires, and whom filters keep it from.

    news ► subscribers of its feed ► filters and alerts of those chats ► a lane each ► acknowledged ► signed

An item is acknowledged after all its lanes are written; before, any router may take it up again,
and laying it twice queues it once. So whatever fails here is repeated, never skipped, but for an
item whose record is gone: of that there is nothing to deliver.

Every router keeps all alert rules of the bot in memory. It reads what has changed in them before
each batch, so that a rule is in force for whatever is handed on after it was made.
"""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot.errors import StoreError
from bot.items import ChatId, Feed, FeedId, Hit, ItemId, StoredItem, Subscription
from bot.matching import searchable, sign
from bot.rulebook import Firing, Reader, Rulebook
from bot.rules import Heard
from bot.store.alerts import Version
from bot.store.client import Store
from bot.store.news import NewsEntry
from bot.store.outbox import Letter

log = logging.getLogger(__name__)

BATCH = 50
"""Items routed together: enough to read subscribers once for a burst of one feed."""

BLOCK_MS = 1000
"""How long to wait for news at a time; also how soon the loop notices that it is to stop."""

BACKOFF_S = (0.2, 5.0)
"""The first and the longest wait while the store does not answer."""

ROLE = "route"

RESIGN_S = 1.0
"""How long a router that stops tries to make room for the next."""

LEAD_MS = 20_000
"""How long a router that has died keeps the others waiting; renewed with each batch."""

PASSIVE_S = 1.0
"""How soon a router that waits asks again."""

SIGN_S = 0.5
"""How long items of a batch are signed: usual ones take 2 ms each, one of nothing but tags half a second.
Those that time is too short for are signed by whoever searches them first."""

MANY_RULES = 10_000
"""From so many on, the garbage collector is kept from going through them: it holds the loop for 1 µs each."""


@dataclass(slots=True)
class _Sorted:
    """What becomes of one item in some chats."""

    letters: dict[ChatId, Letter] = field(default_factory=dict)
    kept_from: list[tuple[ChatId, str]] = field(default_factory=list)

    def add(self, chat: ChatId, hits: tuple[Hit, ...] = (), *, alone: bool = False) -> None:
        """Let a chat have the item; one that has it by several ways has it once."""
        before = self.letters.get(chat)
        if before:
            hits, alone = before.hits + hits, before.alone and alone
        self.letters[chat] = Letter(chat, hits, alone)


class Router:
    """Puts items into lanes, in the order in which they were handed on.

    Any number of routers may wait at one store; one of them works, lest a chat get an item that
    one has laid before an older one that another still has in hand.
    """

    def __init__(self, store: Store, *, holder: str = "router") -> None:
        """Take the store; ``holder`` names this router, and no other, among those that wait."""
        self._store = store
        self._holder = holder
        self._led_s = time.monotonic()
        self._rules = Rulebook()
        self._known: Version | None = None
        """The version of the rules that are known; None before the first time."""

    async def run(self, stop: asyncio.Event) -> None:
        """Route whatever is handed on, until ``stop``; the batch in hand is finished."""
        try:
            await self._run(stop)
        finally:
            # A store that does not answer must not hold up the stop: the lead then ends with its lease.
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(RESIGN_S):
                    await self._store.claims.resign(ROLE, self._holder)

    async def _run(self, stop: asyncio.Event) -> None:
        backoff_s = BACKOFF_S[0]
        batch: Sequence[NewsEntry] = ()
        while not stop.is_set() or batch:
            try:
                if not await self._store.claims.lead(ROLE, self._holder, LEAD_MS):
                    batch = ()
                    await self._learn()  # whoever takes over has them at hand
                    await _first_of(stop, PASSIVE_S)
                    continue
                if not batch:
                    batch = await self._store.news.read(ROLE, BATCH, BLOCK_MS)
                if batch:
                    await self.route(batch)
                batch, backoff_s = (), BACKOFF_S[0]
            except StoreError as error:
                if stop.is_set():
                    return  # what was not acknowledged is taken up by the next router
                log.warning("routing waits %.1f s: %s", backoff_s, error)
                await _first_of(stop, backoff_s)
                backoff_s = min(backoff_s * 2, BACKOFF_S[1])

    async def route(self, batch: Sequence[NewsEntry]) -> int:
        """Lay each item of ``batch`` into the lanes it belongs in, a correction for whoever has the item.

        Then acknowledge them all; only then are they signed, for which nothing waits. Returns how many
        lanes were written to.

        Raises:
            StoreError: some lanes may be written; nothing is acknowledged, route the batch again.
        """
        async for _ in self._changes():
            await self._stay()
        wanted = dict.fromkeys(entry.item_id for entry in batch)
        found = {stored.id: stored for stored in await self._store.news.many(wanted)}
        for item_id in sorted(wanted.keys() - found):
            log.error("item %s: its record is gone or cannot be read; it reaches nobody", item_id)
        told = [(entry, found[entry.item_id]) for entry in batch if entry.item_id in found]
        readers: dict[ItemId, Reader] = {}
        laid = edits = 0
        for feed_id in dict.fromkeys(stored.feed for _, stored in told):
            mine = [(entry, stored) for entry, stored in told if stored.feed == feed_id]
            new, changed = await self._route_feed(feed_id, mine, readers)
            laid, edits = laid + new, edits + changed
        await self._store.news.ack([entry.entry_id for entry in batch])
        await self._store.claims.note_health("route")
        log.info("routed %d items into %d lanes%s", len(found), laid, f", {edits} edits" if edits else "")
        await self._sign([stored for entry, stored in told if not entry.edit], readers)
        return laid

    async def _route_feed(
        self,
        feed_id: FeedId,
        told: Sequence[tuple[NewsEntry, StoredItem]],
        readers: dict[ItemId, Reader],
    ) -> tuple[int, int]:
        """Lay items of one feed; return how many lanes were written to, and how many edits there are."""
        laid = edits = 0
        feed = await self._store.feeds.get(feed_id) or Feed(feed_id, "")
        now_ms = await self._store.now_ms()
        # A portion at a time, so that the first of many who hear a feed need not wait for the last.
        async for some in self._store.feeds.subscribers_in_portions(feed_id):
            for entry, stored in told:
                hearing = [one for one in some if _hears(one, stored, now_ms)]
                if entry.edit:
                    edits += await self._store.edits.lay(stored.id, entry.edit, self._may_have(hearing))
                    continue
                sorted_ = await self._sort(stored, feed, hearing, readers)
                letters = list(sorted_.letters.values())
                laid += await self._store.outbox.lay(stored.id, stored.order_ms, letters)
                await self._store.filtered.note(stored.id, sorted_.kept_from)
            await self._stay()
        return laid, edits

    async def _sign(self, items: Sequence[StoredItem], readers: Mapping[ItemId, Reader]) -> None:
        """Keep which words items hold, for searches, of those that :data:`SIGN_S` suffices for."""

        def signed() -> Iterator[tuple[StoredItem, bytes]]:
            ends_s = time.monotonic() + SIGN_S
            for one in items:
                if time.monotonic() >= ends_s:
                    return
                yield one, sign(one, readers[one.id].texts if one.id in readers else None)

        with suppress(StoreError):
            await self._store.archive.sign(await asyncio.to_thread(list, signed()))

    def _may_have(self, hearing: Sequence[Subscription]) -> list[ChatId]:
        """Return the chats that may have got an item, whatever filters and alerts say of it now."""
        own = [one.chat for one in hearing]
        return list(dict.fromkeys([*own, *(also for chat in own for also in self._rules.also(chat))]))

    async def _sort(
        self,
        stored: StoredItem,
        feed: Feed,
        hearing: Sequence[Subscription],
        readers: dict[ItemId, Reader],
    ) -> _Sorted:
        """Return who gets an item, and how; ``readers`` keeps what was made of items that were looked at."""
        if not any(one.only or one.never or self._rules.has(one.chat) for one in hearing):
            return _everybody(hearing)
        try:
            # In a thread: rules are many, and a regular expression may take its time.
            work = asyncio.to_thread(self._sorted, stored, feed, hearing, readers)
            sorting = asyncio.ensure_future(work)
            while not sorting.done():
                await asyncio.wait((sorting,), timeout=LEAD_MS / 4000)
                await self._stay()
            return sorting.result()
        except StoreError:
            raise
        except Exception:
            # An item that cannot be matched is still news.
            log.exception("item %s: alerts and filters could not be asked; it goes out to all", stored.id)
            return _everybody(hearing)

    def _sorted(
        self, stored: StoredItem, feed: Feed, hearing: Sequence[Subscription], readers: dict[ItemId, Reader]
    ) -> _Sorted:
        if stored.id not in readers:
            readers[stored.id] = self._rules.reader(searchable(stored))
        return _sorted(readers[stored.id], feed, hearing)

    async def _learn(self) -> None:
        """Take in what has become of alert rules since the last time."""
        async for _ in self._changes():
            pass

    async def _changes(self) -> AsyncIterator[None]:
        """Take in what has become of alert rules, some chats at a time; all of them at the first."""
        changes = await self._store.alerts.changes(self._known)
        if changes.chats is None:
            begun_s, everybody = time.monotonic(), set[ChatId]()
            async for some in self._store.alerts.everyone():
                await asyncio.to_thread(self._rules.put_all, some)
                everybody |= some.keys()
                yield
            self._rules.keep(everybody)
            if len(self._rules) >= MANY_RULES:
                gc.freeze()
            if everybody:
                log.info("%d alert rules learned in %.1f s", len(self._rules), time.monotonic() - begun_s)
        elif changes.chats:
            await asyncio.to_thread(self._rules.put_all, await self._store.alerts.of_many(changes.chats))
        # Only now: what fails in between is read again.
        self._known = changes.version

    async def _stay(self) -> None:
        """Renew the lead in the middle of a batch: an item for many chats takes its time.

        Raises:
            StoreError: another router has it, and with it what is not acknowledged.
        """
        now_s = time.monotonic()
        if now_s - self._led_s <= LEAD_MS / 4000:
            return
        self._led_s = now_s
        if not await self._store.claims.lead(ROLE, self._holder, LEAD_MS):
            raise StoreError("another router has taken over")


def _hears(subscription: Subscription, stored: StoredItem, now_ms: int) -> bool:
    """Tell whether an item is meant for a subscription: not what was noticed before it.

    A subscription of a time to come was made before the clock was set back: all that comes is news to it.
    """
    since_ms = subscription.created_ms
    return not subscription.paused and (since_ms <= stored.noticed_ms or since_ms > now_ms)


def _everybody(hearing: Sequence[Subscription]) -> _Sorted:
    """Return that all get an item, none of them for an alert."""
    result = _Sorted()
    for one in hearing:
        result.add(one.chat)
    return result


def _sorted(reader: Reader, feed: Feed, hearing: Sequence[Subscription]) -> _Sorted:
    """Return who gets an item: whom no filter keeps it from, and where an alert fires, filtered or not."""
    result = _Sorted()
    failed: Exception | None = None
    for one in hearing:
        heard = heard_as(one, feed)
        try:
            firing = reader.firing(one.chat, heard)
            kept = reader.filtered(one.only, one.never, heard) if one.only or one.never else ""
        except Exception as error:  # noqa: BLE001  what trips us is one chat's, and no other's
            firing, kept, failed = [], "", error
        if kept:
            result.kept_from.append((one.chat, kept))
        if firing or not kept:
            result.add(one.chat, tuple(fired.hit() for fired in firing), alone=bool(kept))
        _copy(result, one.chat, firing)
    if failed:
        log.error("alerts and filters of some chats could not be asked; it goes out there", exc_info=failed)
    return result


def _copy(result: _Sorted, chat: ChatId, firing: Sequence[Firing]) -> None:
    """Let the other chats that some alerts name have the item, too."""
    for fired in firing:
        if fired.alert.also is not None and fired.alert.also != chat:
            result.add(fired.alert.also, (fired.hit(copied=True),), alone=True)


def heard_as(subscription: Subscription, feed: Feed) -> Heard:
    """Return how a subscription's chat calls its feed: what ``in:`` asks about."""
    names = (subscription.title, feed.title, feed.url)
    return Heard(tuple(filter(None, names)), subscription.folder)


async def _first_of(stop: asyncio.Event, seconds: float) -> None:
    """Wait for ``stop``, at most ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return

"""Loop one: look at the feeds that are due, each in its turn.

    claim ► a turn at its host ► a slot ► look (bot.looking)

A claim is a lease that is renewed while the look lasts, so a feed whose worker dies is soon looked at
by another. What is slow or broken must not make the rest late: a look that takes much longer than most
gives its slot to others, and feeds whose last look failed have few slots of their own.
"""

import asyncio
import logging
import math
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import StoreError
from bot.fetch.hosts import Hosts, host_of
from bot.items import Feed, FeedId
from bot.looking import Looker
from bot.looks import Look, PollReport, Tally
from bot.settings import Settings
from bot.slots import Slots
from bot.store.client import Store
from bot.store.feeds import Claimed

log = logging.getLogger(__name__)

LEASE_S = 30.0
"""How soon the feeds of a collector that died are taken up by another."""

RENEW_S = 8.0

IDLE_S = 1.0
"""How soon a feed that became due out of turn, as after a subscription, is noticed."""

GRACE_S = 5.0
"""How long looks in hand may go on once the loop is told to stop; what is cut off loses nothing."""

SOONEST_S = 0.05
"""The shortest wait for a feed that is nearly due."""

CLAIM_MOST = 200
"""Feeds that are claimed in one step: some milliseconds of Redis' time."""

AHEAD = 1000
"""Looks that :meth:`Collector.poll` has begun, waits for their turns included, before it waits."""

BACKOFF_S = (0.2, 5.0)
"""The first and the longest wait while the store does not answer."""

DOUBTED_SHARE = 4
"""Feeds whose last look failed, or took long, share a slot for each so many of the others."""

NEVER = -1
"""Fewer than there can be."""

IN_HAND_MOST = 5000
"""Feeds in hand at most, whatever they wait for."""

HOST_PATIENCE_S = 20.0
"""A feed that would wait longer for its turn at a host is put off by that time instead."""

REST_SPREAD_MS = 10_000
"""Within how much time feeds are looked at whose host turned us away while they waited for their turn."""

DOUBTED_LATER_S = 30.0
"""By how much such a feed is put off where many of them wait."""


@dataclass(slots=True)
class _Hand:
    """A feed in hand; its look has begun at ``begun_s`` by the loop's clock, infinity before."""

    task: asyncio.Task[Any] | None
    begun_s: float = math.inf
    cut_off: bool = False

    def bound(self, longest_s: float) -> None:
        """End the look if it has taken longer: every part of it has a limit of its own, so it hangs."""
        took_s = asyncio.get_running_loop().time() - self.begun_s
        if self.task and took_s > longest_s and not self.cut_off:
            self.cut_off = True
            self.task.cancel()


class Collector:
    """Looks at feeds. One serves any number of feeds; any number share one store."""

    def __init__(
        self,
        store: Store,
        looker: Looker,
        settings: Settings,
        *,
        hosts: Hosts | None = None,
        dice: Callable[[], float] = random.random,
    ) -> None:
        """Take the parts; ``hosts`` is shared with whoever else asks the web at leisure."""
        self._store = store
        self._looker = looker
        self._hosts = hosts or Hosts()
        self._dice = dice
        self._concurrency = settings.fetch_concurrency
        self._slots = Slots(self._concurrency, lambda: looker.held_bytes)
        self._doubted_slots = asyncio.Semaphore(max(1, self._concurrency // DOUBTED_SHARE))
        self._resting: dict[str, int] = {}
        """Hosts left in peace, and until when (epoch ms)."""
        self._in_hand: dict[FeedId, _Hand] = {}
        self._pressing = 0
        """How many of them have or want a slot: none that wait at a host or gave theirs up."""
        self._doubted = 0
        """How many of them are doubted."""
        self._slow: set[FeedId] = set()
        """Feeds whose last answer took long."""
        self._hungry_from = NEVER
        """At how many that are pressing whoever had no room for more goes on."""
        self._room = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Look at whatever is due, until ``stop``; then looks in hand get a moment to end."""
        backoff_s = BACKOFF_S[0]
        looks: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            stopping = group.create_task(stop.wait())
            renewing = group.create_task(self._renew())
            while not stop.is_set():
                self._room.clear()
                try:
                    wait_s, backoff_s = await self._start(group, looks), BACKOFF_S[0]
                except StoreError as error:
                    log.warning("collecting waits %.1f s: %s", backoff_s, error)
                    wait_s, backoff_s = backoff_s, min(backoff_s * 2, BACKOFF_S[1])
                room = group.create_task(self._room.wait())
                await asyncio.wait({stopping, room}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
                room.cancel()
            if looks:
                _, late = await asyncio.wait(looks, timeout=GRACE_S)
                for look in late:
                    look.cancel()
            renewing.cancel()

    async def poll(self, *, every: bool) -> PollReport:
        """Look once at each feed that is due, or with ``every`` at each feed that somebody hears.

        Raises:
            StoreError: the store does not answer; what was taken in until then stays so.
        """
        begun_s, begun, ahead = time.monotonic(), 0, asyncio.Semaphore(AHEAD)
        tally, portion = Tally(), max(1, self._concurrency // 4)
        self._hungry_from = self._concurrency - portion
        feeds = self._these(await self._store.feeds.all_ids()) if every else self._due()

        async def take(feed: Feed) -> None:
            try:
                tally.note(await self._one(feed))
            finally:
                ahead.release()

        renewing = asyncio.create_task(self._renew())
        try:
            async with asyncio.TaskGroup() as group:
                async for feed in self._doubted_last(feeds):
                    if begun % portion == 0:
                        await self._for_room()
                    await ahead.acquire()
                    group.create_task(take(feed))
                    begun += 1
        except ExceptionGroup as trouble:
            raise trouble.exceptions[0] from None  # looks let nothing but StoreError out
        finally:
            renewing.cancel()
        return tally.report(time.monotonic() - begun_s)

    async def _for_room(self) -> None:
        """Wait until there are slots for a portion more: waiting for slots is half of what looks cost."""
        await asyncio.sleep(0)  # those begun just now are counted by then
        while self._pressing > self._hungry_from:
            self._room.clear()
            await self._room.wait()

    async def _doubted_last(self, feeds: AsyncIterator[Feed]) -> AsyncIterator[Feed]:
        """Yield those of ``feeds`` behind all others that may hang for as long as a look may."""
        doubted: list[FeedId] = []
        async for feed in feeds:
            if self._is_doubted(feed):
                doubted.append(feed.id)
            else:
                yield feed
        async for feed in self._these(doubted):
            yield feed

    async def _these(self, ids: Sequence[FeedId]) -> AsyncIterator[Feed]:
        """Yield feeds, as the store has them by then."""
        for start in range(0, len(ids), CLAIM_MOST):
            for feed in await self._store.feeds.many(ids[start : start + CLAIM_MOST]):
                yield feed

    async def _due(self) -> AsyncIterator[Feed]:
        """Yield each feed that is due, claimed; it ends where only known ones are left, given back."""
        known: set[FeedId] = set()
        while True:
            claimed = await self._claim(CLAIM_MOST)
            again = [(feed.id, claimed.now_ms) for feed in claimed.feeds if feed.id in known]
            await self._store.feeds.put_off(again)
            if len(again) == len(claimed.feeds):
                return
            fresh = [feed for feed in claimed.feeds if feed.id not in known]
            known.update(feed.id for feed in fresh)
            self._in_hand |= {feed.id: _Hand(None) for feed in fresh}  # claims are renewed while they wait
            for feed in fresh:
                yield feed

    async def _start(self, group: asyncio.TaskGroup, looks: set[asyncio.Task[None]]) -> float:
        """Begin a look at each due feed there is room for; return how long to wait for the next, in s."""
        room = min(CLAIM_MOST, 2 * self._concurrency - self._pressing, IN_HAND_MOST - len(looks))
        if room <= 0:
            self._hungry_from = self._concurrency
            return IDLE_S
        claimed = await self._claim(room)
        later: list[tuple[FeedId, int]] = []
        for feed in claimed.feeds:
            if feed.id in self._in_hand:
                continue  # its claim ran out while the store was away, and is renewed from now on
            if wait_s := self._later_s(feed, claimed.now_ms):
                later.append((feed.id, claimed.now_ms + int(wait_s * 1000)))
                continue
            look = group.create_task(self._survive(feed))
            looks.add(look)
            look.add_done_callback(looks.discard)
        await self._store.feeds.put_off(later)
        is_hungry = len(claimed.feeds) == room
        self._hungry_from = self._concurrency if is_hungry else NEVER
        if is_hungry:  # what was put off has made room for what is due behind it
            return SOONEST_S if later else IDLE_S
        if claimed.next_due_ms is None:
            return IDLE_S
        return min(max((claimed.next_due_ms - claimed.now_ms) / 1000, SOONEST_S), IDLE_S)

    def _is_doubted(self, feed: Feed) -> bool:
        """Tell whether a look at ``feed`` may well hang: the last one failed, or its answer took long."""
        return feed.failures > 0 or feed.id in self._slow

    def _later_s(self, feed: Feed, now_ms: int) -> float:
        """Return by how much a feed that is due is put off, in seconds; 0 for not at all."""
        host = host_of(feed.url)
        spread = 1 + self._dice() / 10
        if (until_ms := self._resting.get(host, 0)) > now_ms:
            return (until_ms - now_ms) / 1000 * spread
        if (wait_s := self._hosts.wait_s(host)) > HOST_PATIENCE_S:
            return wait_s * spread
        if self._is_doubted(feed) and self._doubted >= 2 * self._concurrency:
            return DOUBTED_LATER_S * spread
        return 0.0

    async def _claim(self, limit: int) -> Claimed:
        claimed = await self._store.feeds.claim_due(limit, int(LEASE_S * 1000))
        self._resting = dict(claimed.resting)
        return claimed

    async def _survive(self, feed: Feed) -> None:
        """Look at one feed; whatever that raises is logged and the loop's no more."""
        doubted = self._is_doubted(feed)
        self._doubted += doubted
        try:
            await self._one(feed)
        except StoreError as error:
            log.warning("feed %s: the look is not saved and will be taken again: %s", feed.id, error)
        except Exception:
            log.exception("feed %s: the look could not be noted; it will be taken again", feed.id)
        finally:
            self._doubted -= doubted

    async def _one(self, feed: Feed) -> Look | None:
        """Look at one feed in its turn; None where its host is left in peace.

        Raises:
            StoreError: what the look came to could not be saved.
        """
        host = host_of(feed.url)
        doubted = self._is_doubted(feed)
        hand = self._in_hand[feed.id] = _Hand(asyncio.current_task())
        try:
            look = await (self._doubtful if doubted else self._usual)(feed, host, hand)
        except asyncio.CancelledError:
            if not hand.cut_off:
                raise
            # It may have come as far as to be saved.
            known = await self._store.feeds.get(feed.id)
            look = await self._looker.hung(known) if known else None
        finally:
            del self._in_hand[feed.id]
        if look:
            (self._slow.add if look.asked_s else self._slow.discard)(feed.id)
            await self._heed(host, look)
        return look

    async def _usual(self, feed: Feed, host: str, hand: _Hand) -> Look | None:
        """Look at a feed that was well, in a slot for as long as most take."""
        at_once = self._hosts.take(host)
        self._pressing += at_once
        if not at_once:
            await self._hosts.queue(host)
            self._pressing += 1
        try:
            slot = await self._slots.take(self._freed)
            hand.begun_s = slot.begun_s
            try:
                return await self._unless_resting(feed, host)
            finally:
                self._slots.give_back(slot)
        finally:
            self._hosts.give_back(host, hand.begun_s)

    async def _doubtful(self, feed: Feed, host: str, hand: _Hand) -> Look | None:
        """Look at a feed whose look may well hang: one at a time at its host, which leaves others a place."""
        if not self._hosts.take(host, doubted=True):
            await self._hosts.queue(host, doubted=True)
        try:
            async with self._doubted_slots:
                hand.begun_s = asyncio.get_running_loop().time()
                return await self._unless_resting(feed, host)
        finally:
            self._hosts.give_back(host, hand.begun_s, doubted=True)

    async def _unless_resting(self, feed: Feed, host: str) -> Look | None:
        """Look at a feed, or give it back where its host has turned us away while it waited."""
        until_ms = self._resting.get(host)
        if until_ms and until_ms > await self._store.about_now_ms():
            await self._store.feeds.put_off([(feed.id, until_ms + int(self._dice() * REST_SPREAD_MS))])
            return None
        return await self._looker.look_at(feed)

    def _freed(self) -> None:
        self._pressing -= 1
        self._make_room()

    def _make_room(self) -> None:
        if self._pressing <= self._hungry_from:
            self._room.set()

    async def _heed(self, host: str, look: Look) -> None:
        """Leave a host in peace that turns our feeds away."""
        if look.failure is None:
            self._hosts.answered(host)
            return
        peace_s = self._hosts.turned_away(host, look.feed, look.failure)
        if peace_s is not None:
            log.warning("%s turns its feeds away (%s): not asked for %d s", host, look.failure.why, peace_s)
            until_ms = await self._store.about_now_ms() + int(peace_s * 1000)
            self._resting[host] = until_ms
            await self._store.feeds.leave_in_peace(host, until_ms)

    async def _renew(self) -> None:
        """Keep the claims of feeds in hand, for as long as their looks last."""
        while True:
            await asyncio.sleep(RENEW_S)
            for hand in self._in_hand.values():
                hand.bound(self._looker.longest_s)
            try:
                await self._store.feeds.renew(list(self._in_hand), int(LEASE_S * 1000))
            except StoreError as error:
                log.debug("claims are not renewed: %s", error)

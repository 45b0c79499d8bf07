"""What hubs push is taken in beside the answers to them: one at a time for a feed, and not too much.

Nothing is lost here, since nothing depends on it: before a hub is answered, its feed is due for a look
soon, which taking in what was pushed makes needless.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from bot.errors import StoreError
from bot.fetch.answer import Fetched
from bot.items import FeedId

HANDS = 8
"""Feeds taken in at once."""

MOST_FEEDS = 1000
"""Feeds of which something may wait."""

MOST_BYTES = 32 * 1024 * 1024
"""What may wait of documents, all feeds together."""

MOST_DOCUMENTS = 16
"""What may wait of one feed's documents; where there are more, one look at the feed brings them all."""

LOOK_GAP_S = 10.0
"""A hub makes us ask for its feed no more often than this."""

WITHIN_S = 180
"""How long taking in may last: a look does not last so long."""

NET_MS = 60_000
"""How soon a feed is looked at whose push is lost after the hub was answered."""

SOON_MS = 10_000
"""How soon a feed is looked at whose push there is no room for."""

log = logging.getLogger(__name__)


class Looking(Protocol):
    """The part of the looker that pushes need."""

    async def look(self, feed_id: FeedId) -> object:
        """Ask for the feed's document, and take in what is new."""

    async def pushed(self, feed_id: FeedId, answer: Fetched) -> object:
        """Take in what is new in a document that a hub has pushed; ask the feed where that cannot be told."""


class Schedule(Protocol):
    """What is asked of :class:`bot.store.pushes.Pushes`."""

    async def ping(self, feed_id: FeedId, within_ms: int) -> bool:
        """Let the feed be looked at in ``within_ms`` at the latest; False: nobody hears it."""

    async def taken(self, feed_id: FeedId) -> None:
        """Let it be looked at when it was to be before."""


@dataclass(slots=True)
class _Waiting:
    """What has come of one feed and is not yet taken in."""

    documents: deque[Fetched] = field(default_factory=deque)
    look: bool = False
    """Whether the feed itself is to be asked afterwards."""


class Pings:
    """Takes in what was pushed. ``clock`` is monotonic, in seconds."""

    def __init__(
        self, looker: Looking, schedule: Schedule, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._looker = looker
        self._schedule = schedule
        self._clock = clock
        self._waiting: dict[FeedId, _Waiting] = {}
        self._bytes = 0
        self._queue: asyncio.Queue[FeedId] = asyncio.Queue()
        self._in_hand: set[FeedId] = set()
        """Feeds that are queued or being taken in."""
        self._looked: dict[FeedId, float] = {}
        self._later: dict[FeedId, asyncio.TimerHandle] = {}
        """Feeds that are looked at once the gap since the last look is over."""

    async def take(self, feed_id: FeedId, document: Fetched | None) -> None:
        """See that what a hub has pushed is not lost, and let it be taken in; None: ask the feed itself.

        Raises:
            StoreError: it may be lost; the hub shall push it again.
        """
        if not await self._schedule.ping(feed_id, NET_MS):
            return
        if not self._put(feed_id, document):
            await self._schedule.ping(feed_id, SOON_MS)

    async def run(self, stop: asyncio.Event) -> None:
        """Take in what comes, until ``stop``; what is in hand then is finished, the rest looked for later."""
        async with asyncio.TaskGroup() as group:
            hands = [group.create_task(self._work(stop)) for _ in range(HANDS)]
            await stop.wait()
            for timer in self._later.values():
                timer.cancel()
            for _ in hands:
                self._queue.put_nowait(FeedId(""))  # ends the wait of one hand

    def _put(self, feed_id: FeedId, document: Fetched | None) -> bool:
        """Queue what came; False: there is no room for it."""
        waiting = self._waiting.get(feed_id)
        if waiting is None:
            if len(self._waiting) >= MOST_FEEDS:
                return False
            waiting = _Waiting()
        if document is None or len(waiting.documents) >= MOST_DOCUMENTS:
            waiting.look = True
        elif self._bytes + len(document.body) > MOST_BYTES:
            return False
        else:
            waiting.documents.append(document)
            self._bytes += len(document.body)
        self._waiting[feed_id] = waiting
        self._enqueue(feed_id)
        return True

    def _enqueue(self, feed_id: FeedId) -> None:
        """Queue a feed of which something waits; one that is only to be asked may have to wait for that."""
        if feed_id in self._in_hand:
            return
        if timer := self._later.pop(feed_id, None):
            timer.cancel()
        gap_s = 0.0 if self._waiting[feed_id].documents else self._gap_s(feed_id)
        if gap_s > 0:
            self._later[feed_id] = asyncio.get_running_loop().call_later(gap_s, self._enqueue, feed_id)
            return
        self._in_hand.add(feed_id)
        self._queue.put_nowait(feed_id)

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            feed_id = await self._queue.get()
            waiting = self._waiting.pop(feed_id, None)
            if waiting is None:
                continue
            self._bytes -= sum(len(one.body) for one in waiting.documents)
            await self._survive(feed_id, waiting)
            self._in_hand.discard(feed_id)
            if feed_id in self._waiting:
                self._enqueue(feed_id)
                with suppress(StoreError):  # the look that has just ended has set another time
                    await self._schedule.ping(feed_id, NET_MS)

    async def _survive(self, feed_id: FeedId, waiting: _Waiting) -> None:
        """Take in what waited for one feed; whatever that raises, a look comes later by itself."""
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._take_in(feed_id, waiting)
        except (StoreError, TimeoutError) as error:
            log.warning("feed %s: what its hub pushed is looked for later: %s", feed_id, error or "too slow")
        except Exception:
            log.exception("feed %s: what its hub pushed is looked for later; to take it in failed", feed_id)

    async def _take_in(self, feed_id: FeedId, waiting: _Waiting) -> None:
        for document in waiting.documents:
            await self._looker.pushed(feed_id, document)
        if waiting.look and self._gap_s(feed_id) > 0:
            self._waiting.setdefault(feed_id, _Waiting()).look = True
        elif waiting.look:
            self._looked[feed_id] = self._clock()
            await self._looker.look(feed_id)
        if feed_id not in self._waiting:
            await self._schedule.taken(feed_id)

    def _gap_s(self, feed_id: FeedId) -> float:
        """Return for how long the feed is not to be asked, since it has just been."""
        now_s = self._clock()
        if len(self._looked) > MOST_FEEDS:
            self._looked = {one: at_s for one, at_s in self._looked.items() if now_s - at_s < LOOK_GAP_S}
        return self._looked.get(feed_id, now_s - LOOK_GAP_S) + LOOK_GAP_S - now_s

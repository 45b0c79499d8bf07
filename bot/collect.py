"""Loop one: look at the feeds that are due, and take in what is new.

    claim ► ask ► read ► recognise ► pages of new items ► intake      (a document that changed)
              └──────────┴─► finish                                   (nothing new, or a failure)

A claim is a lease longer than any look, so a feed whose worker dies is looked at again. What
lets a server answer "not modified" is saved in the step that takes the items in, never before:
whatever breaks in between, the next look sees the same document. One feed's trouble, whatever
it is, stays that feed's; where the store is gone, nothing is decided, and the loop waits. Times
are by the store's clock, which all processes share.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from bot.errors import NotAFeed, StoreError, TooComplex
from bot.fetch.answer import Answer, Failed, Failure, Fetched, NotModified
from bot.identity import Sighting, sight
from bot.items import Document, Feed, FeedId, Item, Validators
from bot.life import after_look
from bot.pacing import Bounds, asked_of, next_look
from bot.pages import MOST, WITHIN_S, PageFinder
from bot.settings import Settings
from bot.store.client import Store
from bot.store.news import Candidate

log = logging.getLogger(__name__)

READING_S = 60
"""How long a document may take to be read, the wait for a free reader included."""

STORING_S = 60
"""What the steps of one look at the store may take together, many times what they do."""

IDLE_S = 1.0
"""How soon a feed that became due out of turn, as after a subscription, is noticed."""

GRACE_S = 5.0
"""How long looks in hand may go on once the loop is told to stop; what is cut off loses nothing."""

SOONEST_S = 0.05
"""The shortest wait for a feed that is nearly due."""

POLL_BATCH = 1000
"""Feeds that one round of :meth:`Collector.poll` claims at once."""

BACKOFF_S = (0.2, 5.0)
"""The first and the longest wait while the store does not answer."""

ITEMS_INLINE = 100
"""Documents with more items are recognised off the event loop (some 50 µs an item)."""


class Fetching(Protocol):
    """The part of :class:`bot.fetch.client.Client` that a look needs."""

    async def get(self, url: str, validators: Validators = ...) -> Answer:
        """Return what is at ``url``, or why there is nothing."""


class Reading(Protocol):
    """The part of :class:`bot.parse.worker.Parser` that a look needs."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        """Return what the document says, or raise NotAFeed or TooComplex."""


class Outcome(StrEnum):
    """How a look ended."""

    NOT_MODIFIED = "not modified"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    FAILED = "failed"
    FORGOTTEN = "forgotten"
    """The feed is gone from the store: nobody hears it any more."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a feed came to; ``new_items`` are those handed on to chats."""

    feed: FeedId
    outcome: Outcome
    new_items: int = 0


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a round of looks came to: ``feeds`` looked at, by outcome."""

    feeds: int
    not_modified: int
    unchanged: int
    changed: int
    failed: int
    new_items: int
    seconds: float


class Collector:
    """Looks at feeds. One serves any number of feeds; any number share one store."""

    def __init__(
        self,
        store: Store,
        client: Fetching,
        parser: Reading,
        settings: Settings,
        *,
        dice: Callable[[], float] = random.random,
        on_lost: Callable[[Feed], Awaitable[None]] | None = None,
        pages: PageFinder | None = None,
    ) -> None:
        """Take the parts.

        Args:
            store: where feeds and news are kept.
            client: what asks the web.
            parser: what reads documents.
            settings: concurrency, timeouts and the bounds of the interval.
            dice: uniform in [0, 1).
            on_lost: told of a feed whose memory of seen items is gone from the store.
            pages: what asks the pages of new items; none are asked without.
        """
        self._store = store
        self._client = client
        self._parser = parser
        self._concurrency = settings.fetch_concurrency
        self._bounds = Bounds(settings.poll_min_seconds, settings.poll_max_seconds)
        look_s = settings.fetch_timeout_seconds + READING_S + WITHIN_S + STORING_S
        self._lease_ms = int(look_s * 1000)
        self._dice = dice
        self._on_lost = on_lost
        self._pages = pages

    async def run(self, stop: asyncio.Event) -> None:
        """Look at whatever is due, until ``stop``; then looks in hand get a moment to end."""
        backoff_s = BACKOFF_S[0]
        looks: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            stopping = group.create_task(stop.wait())
            while not stop.is_set():
                try:
                    wait_s, backoff_s = await self._start(group, looks), BACKOFF_S[0]
                except StoreError as error:
                    log.warning("collecting waits %.1f s: %s", backoff_s, error)
                    wait_s, backoff_s = backoff_s, min(backoff_s * 2, BACKOFF_S[1])
                # A look that ends makes room only where there was none.
                ending = looks if len(looks) >= self._concurrency else set()
                await asyncio.wait({stopping, *ending}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            if looks:
                _, late = await asyncio.wait(looks, timeout=GRACE_S)
                for look in late:
                    look.cancel()

    async def poll(self, *, every: bool) -> PollReport:
        """Look once at each feed that is due, or with ``every`` at each feed that somebody hears.

        Raises:
            StoreError: the store does not answer; what was taken in until then stays so.
        """
        begun = time.monotonic()
        room = asyncio.Semaphore(self._concurrency)
        looks: dict[FeedId, asyncio.Task[Look]] = {}

        async def one(feed_id: FeedId) -> Look:
            async with room:
                return await self.look(feed_id)

        try:
            async with asyncio.TaskGroup() as group:
                batch = await (self._store.feeds.all_ids() if every else self._due())
                while fresh := [feed_id for feed_id in batch if feed_id not in looks]:
                    looks |= {feed_id: group.create_task(one(feed_id)) for feed_id in fresh}
                    await asyncio.wait([looks[feed_id] for feed_id in fresh])
                    batch = [] if every else await self._due()
        except ExceptionGroup as trouble:
            raise trouble.exceptions[0] from None  # looks let nothing but StoreError out
        done = [look.result() for look in looks.values()]
        ended = [look.outcome for look in done]
        return PollReport(
            feeds=len(ended),
            not_modified=ended.count(Outcome.NOT_MODIFIED),
            unchanged=ended.count(Outcome.UNCHANGED),
            changed=ended.count(Outcome.CHANGED),
            failed=ended.count(Outcome.FAILED),
            new_items=sum(look.new_items for look in done),
            seconds=round(time.monotonic() - begun, 3),
        )

    async def look(self, feed_id: FeedId) -> Look:
        """Look at one feed and save what came of it, whatever that is.

        Raises:
            StoreError: nothing was saved, or only items; the lease brings the feed back.
        """
        feed = await self._store.feeds.get(feed_id)
        if feed is None:
            return Look(feed_id, Outcome.FORGOTTEN)
        try:
            return await self._look(feed)
        except StoreError:
            raise
        except Exception:
            log.exception("feed %s (%s): the look broke; it counts as failed", feed.id, _host(feed.url))
            # Without validators the next look is unconditional: what this one held is not lost.
            return await self._failed(
                replace(feed, validators=Validators()), Failed(Failure.BROKEN, "internal error")
            )

    async def _look(self, feed: Feed) -> Look:
        sent = feed.validators if feed.seeded else Validators()
        answer = await self._client.get(feed.url, sent)
        now_ms = await self._store.now_ms()
        if isinstance(answer, NotModified):
            return await self._same(feed, answer, Outcome.NOT_MODIFIED, now_ms)
        if isinstance(answer, Failed):
            return await self._failed(feed, answer)
        got = Validators(answer.etag, answer.modified, answer.body_hash)
        if sent.body_hash and got.body_hash == sent.body_hash:
            return await self._same(replace(feed, validators=got), answer, Outcome.UNCHANGED, now_ms)
        document = await self._read(answer)
        if isinstance(document, Failed):
            return await self._failed(feed, document)
        return await self._taken(replace(feed, validators=got), answer, document, now_ms)

    async def _read(self, answer: Fetched) -> Document | Failed:
        try:
            async with asyncio.timeout(READING_S):
                return await self._parser.read(answer.body, answer.url, answer.content_type)
        except NotAFeed as error:
            return Failed(Failure.NOT_A_FEED, str(error))
        except TooComplex as error:
            return Failed(Failure.TOO_COMPLEX, str(error))
        except TimeoutError:
            return Failed(Failure.TOO_COMPLEX, f"not read within {READING_S} s")

    async def _taken(self, feed: Feed, answer: Fetched, document: Document, now_ms: int) -> Look:
        """Take in a document that changed."""
        seen = await _sight(document, feed, now_ms)
        feed = _well(replace(seen.feed, changed_ms=now_ms), now_ms)
        feed = replace(feed, asked=asked_of(document))
        feed, due_ms = self._due_again(feed, now_ms, _dates(document.items), max_age_s=answer.max_age_s)
        feed, moved_to = await self._lived(feed, now_ms, moved_to=answer.moved_to, read=True)
        candidates = [Candidate(*one) for one in zip(seen.keys, seen.items, seen.order_ms, strict=True)]
        if self._pages and feed.seeded:  # a first look hands nothing on
            candidates = await self._pages.of_new(
                self._store.news, feed, candidates, most=MOST, within_s=WITHIN_S
            )
        taken = await self._store.news.intake(
            feed, candidates, due_ms=due_ms, hand_on=True, moved_to=moved_to
        )
        if taken.lost:
            log.error("feed %s (%s): what was seen is lost; taken as a first look", feed.id, _host(feed.url))
            if self._on_lost:
                await self._on_lost(feed)
        if taken.new:
            log.info("feed %s: %d new, %d handed on", feed.id, len(taken.new), taken.handed_on)
        if taken.corrected:
            log.info("feed %s: %d corrected", feed.id, taken.corrected)
        await self._store.claims.note_health("look")
        return Look(feed.id, Outcome.CHANGED, taken.handed_on)

    async def _same(self, feed: Feed, answer: Fetched | NotModified, outcome: Outcome, now_ms: int) -> Look:
        """Note that there is nothing new."""
        feed, due_ms = self._due_again(_well(feed, now_ms), now_ms, (), max_age_s=answer.max_age_s)
        feed, moved_to = await self._lived(
            feed, now_ms, moved_to=answer.moved_to, read=outcome is Outcome.UNCHANGED
        )
        await self._store.feeds.finish(feed, due_ms, moved_to=moved_to)
        await self._store.claims.note_health("look")
        return Look(feed.id, outcome)

    async def _failed(self, feed: Feed, failure: Failed) -> Look:
        """Note that the look failed, and why."""
        now_ms = await self._store.now_ms()
        feed = replace(
            feed,
            looked_ms=now_ms,
            looks=feed.looks + 1,
            failures=feed.failures + 1,
            trouble=failure.why.value,
        )
        feed, due_ms = self._due_again(feed, now_ms, (), failure=failure)
        feed, _ = await self._lived(feed, now_ms, failure=failure)
        level = logging.WARNING if feed.failures == 1 else logging.INFO
        log.log(level, "feed %s (%s): %s: %s", feed.id, _host(feed.url), failure.why.value, failure.detail)
        await self._store.feeds.finish(feed, due_ms)
        return Look(feed.id, Outcome.FAILED)

    def _due_again(
        self,
        feed: Feed,
        now_ms: int,
        published: Sequence[int],
        *,
        failure: Failed | None = None,
        max_age_s: int | None = None,
    ) -> tuple[Feed, int]:
        """Return the feed with its new interval, and when it is due again (epoch ms)."""
        pace = next_look(
            feed,
            published,
            now_ms,
            bounds=self._bounds,
            roll=self._dice(),
            failure=failure,
            max_age_s=max_age_s,
        )
        paced = replace(feed, interval_s=round(pace.wait_s), rhythm=pace.rhythm, wait_why=pace.why.value)
        return paced, now_ms + int(pace.wait_s * 1000)

    async def _lived(
        self,
        feed: Feed,
        now_ms: int,
        *,
        failure: Failed | None = None,
        moved_to: str | None = None,
        read: bool = False,
    ) -> tuple[Feed, str | None]:
        """Return the feed with its fate noted, and its new address once that is believed."""
        lived = after_look(feed, now_ms, failure=failure, moved_to=moved_to, read=read)
        await self._store.notices.put(lived.notices)
        if lived.moved_to:
            log.info("feed %s (%s) moved for good, to %s", feed.id, _host(feed.url), _host(lived.moved_to))
        return lived.feed, lived.moved_to

    async def _start(self, group: asyncio.TaskGroup, looks: set[asyncio.Task[None]]) -> float:
        """Begin a look at each due feed there is room for; return how long to wait for the next, in s."""
        room = self._concurrency - len(looks)
        if room <= 0:
            return IDLE_S
        claimed = await self._store.feeds.claim_due(room, self._lease_ms)
        for feed_id in claimed:
            look = group.create_task(self._survive(feed_id))
            looks.add(look)
            look.add_done_callback(looks.discard)
        if len(claimed) == room:
            return IDLE_S
        due_ms = await self._store.feeds.next_due_ms()
        if due_ms is None:
            return IDLE_S
        wait_s = (due_ms - await self._store.now_ms()) / 1000
        return min(max(wait_s, SOONEST_S), IDLE_S)

    async def _survive(self, feed_id: FeedId) -> None:
        """Look at one feed; whatever that raises is logged and the loop's no more."""
        try:
            async with asyncio.timeout(self._lease_ms / 1000):
                await self.look(feed_id)
        except TimeoutError:
            log.warning("feed %s: the look outlasted its lease and was cut off", feed_id)
        except StoreError as error:
            log.warning("feed %s: the look is not saved and will be taken again: %s", feed_id, error)
        except Exception:
            log.exception("feed %s: the look could not be noted; it will be taken again", feed_id)

    async def _due(self) -> list[FeedId]:
        return await self._store.feeds.claim_due(POLL_BATCH, self._lease_ms)


async def _sight(document: Document, feed: Feed, now_ms: int) -> Sighting:
    if len(document.items) <= ITEMS_INLINE:
        return sight(document, feed, now_ms)
    return await asyncio.to_thread(sight, document, feed, now_ms)


def _host(url: str) -> str:
    """Return as much of an address as a log may show: the rest may hold a password or a private token."""
    return urlsplit(url).hostname or "no host"


def _well(feed: Feed, now_ms: int) -> Feed:
    """Return the feed after a look that brought a readable answer."""
    return replace(feed, looked_ms=now_ms, ok_ms=now_ms, looks=feed.looks + 1, failures=0, trouble="")


def _dates(items: Sequence[Item]) -> list[int]:
    return [int(item.published.timestamp() * 1000) for item in items if item.published]

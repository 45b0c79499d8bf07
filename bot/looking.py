"""One look at a feed: ask, see what changed, read that, recognise it, take it in.

    ask ─┬─ 304, or the same bytes ───────────────────────────────────────────────► finish
         └─ cut ─┬─ no item that was not there before ────────────────────────────► finish
                 ├─ some: read those alone ─ all plainly new? ─────┬─ yes ► intake
                 │                                                 └─ no ─┐
                 └─ it resists, or has not been read whole for a day ─────┴ read all ► intake

What lets a server answer "not modified" is saved in the step that takes the items in, never before:
whatever breaks in between, the next look sees the same document. One feed's trouble, whatever it is,
stays that feed's; where the store is gone, nothing is decided. Times are by the store's clock, which
all processes share.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import NotAFeed, StoreError, TooComplex
from bot.fetch.answer import Answer, Failed, Failure, Fetched, NotModified
from bot.fetch.hosts import Hosts, host_of
from bot.fetch.room import STANDS_S, Room
from bot.fetch.websub import called
from bot.floods import NEWS_MOST, newest, of_late
from bot.identity import Sighting, sight, stand_alone, takes_long
from bot.items import Document, Feed, FeedId, Validators
from bot.life import Lived, after_look, is_old
from bot.links import feed_address
from bot.looks import (
    CUT,
    PAGES_MOST,
    PAGES_S,
    SLOW_S,
    Fetching,
    Look,
    Outcome,
    Reading,
    View,
    after_reading,
    is_of_other_hub,
    well,
)
from bot.pacing import Bounds, Pace, dates_of, next_look
from bot.parse.prune import MARK, Cut, cut, joined
from bot.settings import Settings
from bot.store.candidates import ITEMS_AT_ONCE, Extent, candidates_of
from bot.store.client import Store
from bot.store.news import Taken

if TYPE_CHECKING:
    from bot.pages import PageFinder  # loads what reads texts, which most polls can do without

log = logging.getLogger(__name__)

READING_S = 600
"""How long a document may take to be read, the wait for a reader included: long at a cold start."""

STORING_S = 60
"""What the steps of one look at the store may take together, many times what they do."""

WHOLE_MS = 20 * 3_600_000
"""How long a document is read by its changes alone. Whole readings tell what items are to each other, and
let what is remembered of items that are shown no more be forgotten (bot/store/keys.py)."""

STALE_TIMES, STALE_MOST = 8, 200
"""Marks for each item, and beside those, that are known at most. Hubs that push all that is new add to them
and leave looks nothing new, which would replace them."""

BYTES_INLINE = 1_000_000
"""Larger documents are cut off the event loop (some 5 ms a megabyte)."""


class Looker:
    """Looks at feeds, one at a time or many at once."""

    def __init__(  # noqa: PLR0913  all that a look needs
        self,
        store: Store,
        client: Fetching,
        parser: Reading,
        settings: Settings,
        *,
        dice: Callable[[], float] = random.random,
        on_lost: Callable[[Feed], Awaitable[None]] | None = None,
        pages: "Callable[[], PageFinder] | None" = None,
        hosts: Hosts | None = None,
        room: Room | None = None,
    ) -> None:
        """Take the parts.

        Args:
            store: where feeds and news are kept.
            client: what asks the web.
            parser: what reads documents.
            settings: timeouts and the bounds of the interval.
            dice: uniform in [0, 1).
            on_lost: told of a feed whose memory of seen items is gone from the store.
            pages: gives what asks the pages of new items, when there are some; none are asked without.
            hosts: whose turn it is, shared with whoever else asks the web.
            room: what heavy documents take until they are read, shared with whoever fetches them.
        """
        self._store = store
        self._client = client
        self._parser = parser
        self._bounds = Bounds(settings.poll_min_seconds, settings.poll_max_seconds)
        self._dice = dice
        self._on_lost = on_lost
        self._pages = pages
        self._hosts = hosts or Hosts()
        self._room = room or Room()
        self.longest_s = settings.fetch_timeout_seconds + STANDS_S + READING_S + PAGES_S + STORING_S
        """How long a look may take; what takes longer hangs."""
        self.held_bytes = 0
        """How large the documents are that are read now, or wait for it."""

    async def look(self, feed_id: FeedId) -> Look:
        """Look at one feed in its turn at its host, and save what came of it, whatever that is.

        Raises:
            StoreError: nothing was saved, or only items; whoever claimed the feed leaves it to its lease.
        """
        feed = await self._store.feeds.get(feed_id)
        if feed is None:
            return Look(feed_id, Outcome.FORGOTTEN)
        async with self._hosts.turn(host_of(feed.url)):
            return await self.look_at(feed)

    async def look_at(self, feed: Feed) -> Look:
        """Look at a feed as :meth:`look` does, whose turn it is; ``feed`` is as the store has it now."""
        try:
            return await self._look(feed)
        except StoreError:
            raise
        except Exception:
            log.exception("feed %s (%s): the look broke; it counts as failed", feed.id, host_of(feed.url))
            # Without validators the next look is unconditional: what this one held is not lost.
            failure = Failed(Failure.BROKEN, "internal error")
            return await self._failed(feed, replace(feed, validators=Validators()), failure)

    async def hung(self, feed: Feed) -> Look:
        """Note that the look at ``feed`` was cut off: it failed. Raises StoreError as :meth:`look`."""
        return await self._failed(feed, feed, Failed(Failure.TOO_SLOW, "it took for ever and was cut off"))

    async def pushed(self, feed_id: FeedId, answer: Fetched) -> Look:
        """Take in a document that a hub has sent for a feed; where that tells too little, look at the feed.

        Raises:
            StoreError: as :meth:`look`.
        """
        feed = await self._store.feeds.get(feed_id)
        if feed is None:
            return Look(feed_id, Outcome.FORGOTTEN)
        if feed.seeded:
            view = View(feed, answer, feed.validators, await self._store.about_now_ms())
            found = await _cut(answer, feed.marks)
            if found and not found.fresh:
                return Look(feed.id, Outcome.UNCHANGED)
            taken = await self._part(view, found, pushed=True)
            if taken:
                return taken
        return await self.look(feed_id)

    async def _look(self, feed: Feed) -> Look:
        sent = feed.validators if feed.seeded else Validators()
        begun_s = time.monotonic()
        answer = await self._client.get(feed.url, sent)
        asked_s = time.monotonic() - begun_s - (answer.waited_s if isinstance(answer, Fetched) else 0.0)
        look = await self._understood(feed, sent, answer)
        return replace(look, asked_s=asked_s) if asked_s > SLOW_S else look

    async def _understood(self, feed: Feed, sent: Validators, answer: Answer) -> Look:
        """Make of an answer what it is."""
        now_ms = await self._store.about_now_ms()
        if isinstance(answer, NotModified):
            return await self._same(feed, feed.validators, answer, Outcome.NOT_MODIFIED, now_ms)
        if isinstance(answer, Failed):
            return await self._failed(feed, feed, answer)
        got = Validators(answer.etag, answer.modified, answer.body_hash)
        if sent.body_hash and got.body_hash == sent.body_hash:
            return await self._same(feed, got, answer, Outcome.UNCHANGED, now_ms)
        return await self._changed(View(feed, answer, got, now_ms))

    async def _changed(self, view: View) -> Look:
        """Take in what is new in a document of other bytes than the last."""
        feed, answer = view.feed, view.answer
        marks = feed.marks if feed.seeded else b""
        found = await _cut(answer, marks)
        if found and marks and not found.fresh:
            anew = await _cut(answer, b"") if len(marks) > MARK * STALE_MOST else None
            if not anew or len(marks) <= MARK * (STALE_TIMES * anew.count + STALE_MOST):
                return await self._same(feed, view.got, answer, Outcome.UNCHANGED, view.now_ms)
            found = anew
        elif found and 2 * found.fresh <= found.count and view.now_ms - feed.whole_ms < WHOLE_MS:
            taken = await self._part(view, found)
            if taken:
                return taken
        document = await self._read(answer.body, answer)
        if isinstance(document, Failed):
            return await self._failed(feed, feed, document)
        if document.breaks_off and feed.validators.body_hash != CUT + view.got.body_hash:
            # Unless it comes again as it is, it was cut off on its way: its last item is another one then.
            view = replace(view, got=Validators("", "", CUT + view.got.body_hash))
            found = None
            if document.half and feed.seeded:
                document = replace(document, items=document.items[:-1])
        seen = await _sight(document, feed, view.now_ms)
        told = found.marks if found and found.count == len(document.items) else b""
        return await self._taken(view, document, seen, Extent(told))

    async def _part(self, view: View, found: Cut | None, *, pushed: bool = False) -> Look | None:
        """Take in the items of a document that were not there before, if they are plainly new.

        None: whether they are new, or where their place is, can only be told by the whole document.
        """
        feed, answer = view.feed, view.answer
        document = await self._read(found.rest if found else answer.body, answer)
        if isinstance(document, Failed) or (found and len(document.items) != found.fresh):
            return None
        is_own = feed_address(called(answer, document)) == feed_address(answer.url)
        if pushed and (not is_own or any(is_old(one, feed) for one in document.items)):
            return None  # another feed's, or sent again: the feed itself is believed
        seen = await _sight(document, feed, view.now_ms)
        if not 0 < len(seen.items) <= ITEMS_AT_ONCE:
            return None
        if not stand_alone(seen, view.now_ms, in_front=bool(found and found.is_front)):
            return None
        kept = joined(feed.marks if pushed else b"", found.marks) if found else None
        extent = Extent(kept, is_part=True, is_new=True)
        taken = await self._taken(view, document, seen, extent, pushed=pushed)
        return None if taken.outcome is Outcome.UNCHANGED else taken

    async def _read(self, body: bytes, answer: Fetched) -> Document | Failed:
        self.held_bytes += len(body)
        try:
            async with asyncio.timeout(READING_S):
                with self._room.keep(len(body)):
                    return await self._parser.read(body, answer.url, answer.content_type)
        except NotAFeed as error:
            return Failed(Failure.NOT_A_FEED, str(error))
        except TooComplex as error:
            return Failed(Failure.TOO_COMPLEX, str(error))
        except TimeoutError:
            return Failed(Failure.TOO_COMPLEX, f"not read within {READING_S} s")
        finally:
            self.held_bytes -= len(body)

    async def _taken(
        self, view: View, document: Document, seen: Sighting, extent: Extent, *, pushed: bool = False
    ) -> Look:
        """Take in what a document holds; UNCHANGED where a part of one could not be."""
        candidates = candidates_of(seen)
        is_known = view.feed.looks and not extent.is_new
        known = await self._store.news.recall(seen.feed.id, candidates if is_known else ())
        unseen = [not known.has(one) for one in candidates]
        if seen.feed.seeded and sum(unseen) > NEWS_MOST:
            candidates = await newest(self._store.news, view.feed, candidates, unseen)
        feed = after_reading(
            view, document, seen.feed, is_part=extent.is_part, brings=any(unseen), pushed=pushed
        )
        due_ms, lived = None, Lived(feed)
        if pushed:
            feed.rhythm = self._pace(feed, view.now_ms, dates_of(document)).rhythm
        else:
            due_ms = self._due_again(feed, view.now_ms, dates_of(document), max_age_s=view.answer.max_age_s)
            lived = after_look(feed, view.now_ms, moved_to=view.answer.moved_to, read=True)
        began_cut = view.feed.looks == 1 and view.feed.validators.body_hash.startswith(CUT) and not pushed
        pages = self._pages if feed.seeded else None  # a first look hands nothing on
        acts = pages or began_cut or lived.notices or is_of_other_hub(feed, view.feed)
        # The step asks that again; but what is to be refused has no page asked and nothing told before.
        if extent.is_new and acts and not await self._store.news.none_seen(feed.id, candidates):
            return Look(feed.id, Outcome.UNCHANGED)
        await self._tell_hub(feed, view.feed)
        feed, moved_to = await self._lived(lived)
        elsewhere = lived.elsewhere and not extent.is_part  # its rest was seen before
        if (elsewhere or began_cut) and view.feed.seeded:
            candidates = await of_late(self._store.news, view.feed, candidates, unseen, always=began_cut)
        if pages:
            candidates = await pages().of_new(feed, candidates, known, most=PAGES_MOST, within_s=PAGES_S)
        taken = await self._store.news.intake(
            feed, candidates, due_ms=due_ms, hand_on=True, moved_to=moved_to, was=view.feed,
            extent=extent, known=known,
        )  # fmt: skip
        if taken.refused:
            return Look(feed.id, Outcome.UNCHANGED)
        await self._note(feed, taken)
        if taken.handed_on and not pushed and view.feed.pushed_until_ms > view.now_ms:
            await self._store.pushes.missed(feed.id)
        return Look(feed.id, Outcome.CHANGED, taken.handed_on)

    async def _note(self, feed: Feed, taken: Taken) -> None:
        """Log what was taken in, and tell of a memory that is gone."""
        if taken.lost:
            log.error("feed %s (%s): what was seen is lost: a first look", feed.id, host_of(feed.url))
            if self._on_lost:
                await self._on_lost(feed)
        if taken.new:
            log.info("feed %s: %d new, %d handed on", feed.id, len(taken.new), taken.handed_on)
        if taken.corrected:
            log.info("feed %s: %d corrected", feed.id, taken.corrected)

    async def _tell_hub(self, feed: Feed, was: Feed) -> None:
        """Note that a feed names another hub than it did, or none any more, for whoever asks hubs."""
        if is_of_other_hub(feed, was):
            if feed.hub:
                await self._store.pushes.offer(feed.id, feed.hub, feed.hub_topic)
            else:
                await self._store.pushes.withdraw(feed.id)

    async def _same(
        self, was: Feed, got: Validators, answer: Fetched | NotModified, outcome: Outcome, now_ms: int
    ) -> Look:
        """Note that there is nothing new."""
        feed = well(was, now_ms, got)
        due_ms = self._due_again(feed, now_ms, (), max_age_s=answer.max_age_s)
        is_read = outcome is Outcome.UNCHANGED
        feed, moved_to = await self._lived(after_look(feed, now_ms, moved_to=answer.moved_to, read=is_read))
        await self._store.feeds.finish(feed, due_ms, moved_to=moved_to, was=was)
        return Look(feed.id, outcome)

    async def _failed(self, was: Feed, feed: Feed, failure: Failed) -> Look:
        """Note that the look failed, and why."""
        now_ms = await self._store.about_now_ms()
        looks, failures = feed.looks + 1, feed.failures + 1
        feed = replace(feed, looked_ms=now_ms, looks=looks, failures=failures, trouble=failure.why.value)
        due_ms = self._due_again(feed, now_ms, (), failure=failure)
        lived = after_look(feed, now_ms, failure=failure)
        feed, _ = await self._lived(lived)
        due_ms = max(due_ms, now_ms + 1000 * (lived.rest_s or 0))
        level = logging.WARNING if feed.failures == 1 else logging.INFO
        log.log(level, "feed %s (%s): %s: %s", feed.id, host_of(feed.url), failure.why.value, failure.detail)
        await self._store.feeds.finish(feed, due_ms, was=was)
        return Look(feed.id, Outcome.FAILED, failure=failure)

    def _due_again(
        self,
        feed: Feed,
        now_ms: int,
        published: Sequence[int],
        *,
        failure: Failed | None = None,
        max_age_s: int | None = None,
    ) -> int:
        """Note when and why ``feed``, which nobody else has yet, is due again; return when, in epoch ms."""
        pace = self._pace(feed, now_ms, published, failure, max_age_s)
        feed.interval_s, feed.rhythm, feed.wait_why = round(pace.wait_s), pace.rhythm, pace.why.value
        return now_ms + int(pace.wait_s * 1000)

    def _pace(
        self,
        feed: Feed,
        now_ms: int,
        published: Sequence[int],
        failure: Failed | None = None,
        max_age_s: int | None = None,
    ) -> Pace:
        bounds, roll = self._bounds, self._dice()
        return next_look(
            feed, published, now_ms, bounds=bounds, roll=roll, failure=failure, max_age_s=max_age_s
        )

    async def _lived(self, lived: Lived) -> tuple[Feed, str | None]:
        """Return the feed with its fate noted, and its new address once that is believed.

        What is to be told of it is stored first: should the feed not be saved, the next look finds the same.
        """
        if lived.notices:
            await self._store.notices.put(lived.notices)
        for notice in lived.notices:
            log.info("feed %s (%s): %s", lived.feed.id, host_of(lived.feed.url), notice.event.value)
        if lived.moved_to:
            moved = host_of(lived.feed.url), host_of(lived.moved_to)
            log.info("feed %s (%s) moved for good, to %s", lived.feed.id, *moved)
        return lived.feed, lived.moved_to


async def _sight(document: Document, feed: Feed, now_ms: int) -> Sighting:
    if takes_long(document):
        return await asyncio.to_thread(sight, document, feed, now_ms)
    return sight(document, feed, now_ms)


async def _cut(answer: Fetched, marks: bytes) -> Cut | None:
    if len(answer.body) <= BYTES_INLINE:
        return cut(answer.body, marks, answer.content_type)
    return await asyncio.to_thread(cut, answer.body, marks, answer.content_type)

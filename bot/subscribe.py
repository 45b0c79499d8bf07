"""From what a person typed to a feed that is looked after: find it, take the first look, subscribe.

A first look takes a feed's items as seen and hands nothing on; the newest of them is the sample
that the person is shown. Times are by the store's clock, which all processes share.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.discovery import Catch, Discovery, Fetching, Lead, Reading
from bot.fetch.address import normalise
from bot.fetch.answer import Failed
from bot.fetch.sites import translated
from bot.fetch.websub import offer_of
from bot.floods import NEWS_MOST, newest
from bot.identity import item_id, order, rate_of, sight
from bot.items import ChatId, Document, Feed, StoredItem, Subscription, UserId, Validators
from bot.looks import CUT, PAGES_MOST
from bot.pacing import Bounds, asked_of, dates_of, next_look
from bot.parse.text import plain
from bot.settings import Settings
from bot.store.candidates import Candidate, candidates_of
from bot.store.client import Store

if TYPE_CHECKING:
    from bot.pages import PageFinder

log = logging.getLogger(__name__)

SAMPLE_TITLE = 100
"""Letters of an item's title that tell one feed of a page from another."""

SAMPLE_S = 3.0
"""The longest that a person waits for the pages of items."""

STALE_MS = 3_600_000
"""A look older than this at a feed that nobody hears is no start for a subscription: what came
since would arrive as a flood, and is not news."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed, looked at. ``latest`` is its newest item, the sample; None for an empty feed."""

    feed: Feed
    document: Document
    latest: StoredItem | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One of several feeds of a page, read: what it is called, its newest item's title, its items a day.

    ``latest`` is None for an empty feed; ``rate_per_day`` is 0 where its times do not tell.
    """

    url: str
    title: str
    latest: str | None = None
    rate_per_day: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A page that has several feeds, those of a site's own rules first and those of comments last.

    ``untried``: how many others it names at least.
    """

    candidates: tuple[Offer, ...]
    untried: int = 0


class Subscriber:
    """Finds feeds and subscribes chats to them."""

    def __init__(
        self,
        store: Store,
        client: Fetching,
        parser: Reading,
        settings: Settings,
        *,
        pages: "Callable[[], PageFinder] | None" = None,
    ) -> None:
        """Take the parts; ``pages`` gives what asks the pages of new items: none are asked without."""
        self._store = store
        self._discovery = Discovery(client, parser, settings)
        self._pages = pages
        self._bounds = Bounds(settings.poll_min_seconds, settings.poll_max_seconds)
        self._rsshub = settings.rsshub_url

    async def find(self, address: str) -> Found | Choice | Failed:
        """Return the feed at ``address``, or the feeds of the page there, or why there is none.

        Takes a look at the feed: its items are seen afterwards, and handed on only to chats
        that hear it already. Bounded by the client's timeout, and a moment for the sample's own page.

        Raises:
            StoreError: the store does not answer; try again.
        """
        found = await self._discovery.find(address)
        if isinstance(found, Catch):
            return await self._look(found)
        if isinstance(found, Failed):
            return found
        now_ms = await self._store.now_ms()
        return Choice(tuple(_offer(one, now_ms) for one in found.leads), found.untried)

    async def add(
        self,
        chat: ChatId,
        feed: Feed,
        *,
        by: UserId | None = None,
        topic: int | None = None,
        title: str = "",
        folder: str = "",
    ) -> bool:
        """Subscribe ``chat`` to ``feed``. False: it was subscribed already, and that is left as it is.

        Raises:
            StoreError: the store does not answer; adding again is safe.
        """
        now_ms = await self._store.now_ms()
        wish = Subscription(chat, feed.id, now_ms, by, title=title, folder=folder, topic=topic)
        known = await self._store.feeds.get(feed.id)
        stale = known is not None and known.seeded and now_ms - known.looked_ms > STALE_MS
        if stale and not await self._store.feeds.subscribers(feed.id):
            # A feed begins afresh when its last subscriber leaves: that is the one step which
            # does so only if nobody else has come meanwhile.
            await self._store.chats.subscribe(wish)
            await self._store.chats.unsubscribe(chat, feed.id)
        return await self._store.chats.subscribe(wish)

    async def take_up(
        self, chat: ChatId, address: str, *, by: UserId | None = None, title: str = "", folder: str = ""
    ) -> bool:
        """Subscribe ``chat`` to the feed at ``address``, unseen: lists of feeds are taken at their word.

        The first look follows by itself. False: the chat was subscribed already.

        Raises:
            ValueError: this is no address that could be asked; the message is a sentence.
            StoreError: the store does not answer; taking it up again is safe.
        """
        feed = await self._store.feeds.ensure(normalise(translated(address, self._rsshub)))
        return await self.add(chat, feed, by=by, title=title, folder=folder)

    async def _look(self, caught: Catch) -> Found:
        """Take the first look at a feed, or one more if it is known."""
        known = await self._store.feeds.ensure(caught.url)
        heard = known.seeded and bool(await self._store.feeds.subscribers(known.id))
        document, now_ms = caught.document, await self._store.now_ms()
        if heard and document.half:  # the next look tells whether it was cut off on its way
            document = replace(document, items=document.items[:-1])
        seen = await asyncio.to_thread(sight, document, known, now_ms)
        feed, due_ms = self._looked(seen.feed, caught, now_ms)
        if not heard and (hub := offer_of(caught.answer, document)):
            # It is asked once somebody hears the feed; of one that is heard, looks note what changes.
            feed = replace(feed, hub=hub.hub, hub_topic=hub.topic)
        candidates = candidates_of(seen)
        seen_before = await self._store.news.recall(known.id, candidates)
        unseen = [not seen_before.has(one) for one in candidates]
        if heard and sum(unseen) > NEWS_MOST:
            candidates = await newest(self._store.news, known, candidates, unseen)
        if self._pages:
            most = PAGES_MOST if heard else 1
            candidates = await self._pages().of_new(
                feed, candidates, seen_before, most=most, within_s=SAMPLE_S
            )
        taken = await self._store.news.intake(
            feed, candidates, due_ms=due_ms, hand_on=heard, known=seen_before
        )
        log.info("feed %s: found, %d items of it new", feed.id, len(taken.new))
        stored = await self._store.archive.latest([feed.id], offset=0, limit=1)
        return Found(
            replace(feed, seeded=True), document, stored[0] if stored else _newest(feed, candidates, now_ms)
        )

    def _looked(self, feed: Feed, caught: Catch, now_ms: int) -> tuple[Feed, int]:
        """Return a feed that was sighted, and looked at by that, and when it is due again (epoch ms)."""
        document, answer = caught.document, caught.answer
        got = Validators(answer.etag, answer.modified, answer.body_hash)
        feed = replace(
            feed,
            validators=Validators("", "", CUT + got.body_hash) if document.breaks_off else got,
            looked_ms=now_ms,
            ok_ms=now_ms,
            changed_ms=now_ms,
            looks=feed.looks + 1,
            failures=0,
            trouble="",
            asked=asked_of(document),
        )
        # The whole document tells how often it has news; later looks bring what is new alone.
        dates = dates_of(document)
        pace = next_look(feed, dates, now_ms, bounds=self._bounds, roll=0.5, max_age_s=answer.max_age_s)
        feed = replace(feed, interval_s=round(pace.wait_s), rhythm=pace.rhythm, wait_why=pace.why.value)
        return feed, now_ms + int(pace.wait_s * 1000)


def _newest(feed: Feed, candidates: Sequence[Candidate], noticed_ms: int) -> StoredItem | None:
    """Return the newest item of a look, where the store keeps none so old."""
    one = max(candidates, key=lambda one: one.order_ms, default=None)
    if one is None:
        return None
    return StoredItem(item_id(feed.id, one.keys), feed.id, one.item, noticed_ms, one.order_ms, one.page)


def _offer(lead: Lead, now_ms: int) -> Offer:
    """Return what tells a feed from others of its page."""
    items = lead.catch.document.items
    latest = max(zip(order(items, now_ms), range(len(items)), strict=True), default=None)
    said = None
    if latest is not None:
        newest = items[latest[1]]
        said = newest.title or plain(newest.summary_html or newest.content_html, limit=SAMPLE_TITLE)
    return Offer(lead.catch.url, lead.title, said, rate_of(items, now_ms))

"""From what a person typed to a feed that is looked after: find it, take the first look, subscribe.

A first look takes a feed's items as seen and hands nothing on; the newest of them is the sample
that the person is shown. Times are by the store's clock, which all processes share.
"""

import asyncio
import logging
from asyncio import Semaphore
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.errors import NotAFeed, TooComplex
from bot.fetch.address import host_of, lacks_scheme, normalise
from bot.fetch.answer import Answer, Failed, Failure, Fetched, NotModified
from bot.fetch.client import Kind
from bot.fetch.discover import Candidate as Lead
from bot.fetch.discover import feeds_of, is_of_comments
from bot.fetch.sites import telegram_channel, translated
from bot.fetch.websub import offer_of
from bot.identity import feed_address, item_id, order, rate_of, sight
from bot.items import ChatId, Document, Feed, StoredItem, Subscription, UserId, Validators
from bot.pacing import Bounds, asked_of, next_look
from bot.pages import MOST, SAMPLE_WITHIN_S, PageFinder
from bot.parse.text import plain
from bot.settings import Settings
from bot.store.client import Store
from bot.store.news import Candidate

log = logging.getLogger(__name__)

MOST_LEADS = 8
"""How many addresses that a page leads to are asked, and as many that are but guessed."""

AT_ONCE_A_HOST = 2
"""How many of them are asked at the same time at one host."""

SAMPLE_TITLE = 100
"""Letters of an item's title that tell one feed of a page from another."""

READING_S = 60
"""How long a document may take to be read, the wait for a free reader included."""

STALE_MS = 3_600_000
"""A look older than this at a feed that nobody hears is no start for a subscription: what came
since would arrive as a flood, and is not news."""


class Fetching(Protocol):
    """The part of :class:`bot.fetch.client.Client` that finding needs."""

    async def get(self, url: str, validators: Validators = ..., *, kind: Kind = ...) -> Answer:
        """Return what is at ``url``, or why there is nothing."""


class Reading(Protocol):
    """The part of :class:`bot.parse.worker.Parser` that finding needs."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        """Return what the document says, or raise NotAFeed or TooComplex."""


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


@dataclass(frozen=True, slots=True)
class _Catch:
    """A document that is a feed, and the address to ask for it from now on."""

    url: str
    answer: Fetched
    document: Document


@dataclass(frozen=True, slots=True)
class _Tried:
    """A lead that was asked and leads to a feed."""

    lead: Lead
    catch: _Catch

    @property
    def title(self) -> str:
        """What the page calls the feed, else what that calls itself."""
        return self.lead.title or self.catch.document.title

    @property
    def of_comments(self) -> bool:
        """Whether it brings what people say of the news, not news."""
        return is_of_comments(self.lead.url, f"{self.lead.title} {self.catch.document.title}")

    def is_same(self, other: "_Tried") -> bool:
        """Tell whether this is ``other`` once more: behind another address, or in another format."""
        mine, theirs = self.catch.document, other.catch.document
        if feed_address(self.catch.answer.url) == feed_address(other.catch.answer.url):
            return True
        few = min(len(mine.items), len(theirs.items))
        pairs = zip(mine.items[:few], theirs.items[:few], strict=True)
        alike = all((one.link, one.title) == (two.link, two.title) for one, two in pairs)
        return bool(few and alike and mine.title == theirs.title)


@dataclass(frozen=True, slots=True)
class _Page:
    """A document that is no feed but may lead to one, and what it seems to be."""

    answer: Fetched
    why: str


class Subscriber:
    """Finds feeds and subscribes chats to them."""

    def __init__(
        self,
        store: Store,
        client: Fetching,
        parser: Reading,
        settings: Settings,
        *,
        pages: PageFinder | None = None,
    ) -> None:
        """Take the parts; without ``pages`` none are asked."""
        self._store = store
        self._client = client
        self._parser = parser
        self._pages = pages
        self._bounds = Bounds(settings.poll_min_seconds, settings.poll_max_seconds)
        self._within_s = settings.fetch_timeout_seconds
        self._rsshub = settings.rsshub_url

    async def find(self, address: str) -> Found | Choice | Failed:
        """Return the feed at ``address``, or the feeds of the page there, or why there is none.

        Takes a look at the feed: its items are seen afterwards, and handed on only to chats
        that hear it already. ``rsshub://route`` is asked for at RSSHUB_URL. Bounded by the client's
        timeout, twice where a page comes first, and a moment for the sample's own page.

        Raises:
            StoreError: the store does not answer; try again.
        """
        try:
            address = translated(address.strip(), self._rsshub)
            url = normalise(address)
        except ValueError as error:
            return Failed(Failure.BAD_ADDRESS, str(error))
        caught = await self._ask(address, url, Kind.PAGE)
        if isinstance(caught, _Catch):
            return await self._look(caught)
        until = asyncio.get_running_loop().time() + self._within_s
        leads = await self._leads(caught, url)
        told = [lead for lead in leads if not lead.guessed]
        tried = await self._verify(told[:MOST_LEADS], until)
        posts = [one for one in tried if not one.of_comments]
        guessed = None if posts else await self._guess([lead for lead in leads if lead.guessed], until)
        if guessed or len(posts) == 1 or len(tried) == 1:
            # Of comments only where there is nothing else.
            return await self._look((guessed or (posts or tried)[0]).catch)
        if tried:
            posts += [one for one in tried if one.of_comments]
            now_ms = await self._store.now_ms()
            offers = tuple(_offer(one, now_ms) for one in posts)
            return Choice(offers, untried=len(told[MOST_LEADS:]))
        return Failed(Failure.NOT_A_FEED, caught.why) if isinstance(caught, _Page) else caught

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

    async def _ask(self, address: str, url: str, kind: Kind) -> _Catch | _Page | Failed:
        """Return what is at ``address``; ``url`` is its normal form."""
        answer = await self._client.get(address, kind=kind)
        if isinstance(answer, NotModified):
            return Failed(Failure.BROKEN, "the server answered 304 although nothing was known of the feed")
        if isinstance(answer, Failed):
            return answer
        if lacks_scheme(address) and answer.url.startswith("http://"):
            url = url.replace("https://", "http://", 1)
        try:
            async with asyncio.timeout(READING_S):
                document = await self._parser.read(answer.body, answer.url, answer.content_type)
        except NotAFeed as error:
            return _Page(answer, str(error))
        except TooComplex as error:
            return Failed(Failure.TOO_COMPLEX, str(error))
        except TimeoutError:
            return Failed(Failure.TOO_COMPLEX, f"it could not be read within {READING_S} s")
        return _Catch(url, answer, document)

    async def _leads(self, caught: _Page | Failed, url: str) -> tuple[Lead, ...]:
        """Return where the feeds of a page may be; without a page, what its address alone tells."""
        by_address = tuple(lead for lead in feeds_of(b"", url) if not lead.guessed)
        if isinstance(caught, Failed):
            return by_address
        if not _is_page(caught.answer):
            return ()
        leads = await asyncio.to_thread(feeds_of, caught.answer.body, caught.answer.url)
        # A page may lead elsewhere for a reason of its own: to a login, or to ask for consent.
        known = {lead.url for lead in leads if not lead.guessed}
        leads = (*(lead for lead in by_address if lead.url not in known), *leads) if not known else leads
        channel = telegram_channel(url)
        if channel and self._rsshub:
            leads += (Lead(f"{self._rsshub}/telegram/channel/{channel}", guessed=True),)
        return leads

    async def _verify(self, leads: Sequence[Lead], until: float) -> list[_Tried]:
        """Ask ``leads``, a few at once a host; return those that are feeds by then, each feed once.

        ``until`` is a time of the running loop.
        """
        gates: defaultdict[str, Semaphore] = defaultdict(lambda: Semaphore(AT_ONCE_A_HOST))

        async def ask(lead: Lead) -> _Tried | None:
            async with gates[host_of(lead.url)]:
                caught = await self._ask(lead.url, lead.url, Kind.FEED)
            return _Tried(lead, caught) if isinstance(caught, _Catch) else None

        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask(one)) for one in leads]
            if asked:
                await asyncio.wait(asked, timeout=max(0, until - asyncio.get_running_loop().time()))
            for one in asked:
                one.cancel()  # of those that are done, this changes nothing
        found: list[_Tried] = []
        for task in asked:
            tried = None if task.cancelled() else task.result()
            if tried and not any(tried.is_same(one) for one in found):
                found.append(tried)
        return found

    async def _guess(self, leads: Sequence[Lead], until: float) -> _Tried | None:
        """Ask what may be feeds, a few at a time, until one is; those of comments do not count."""
        for place in range(0, min(len(leads), MOST_LEADS), AT_ONCE_A_HOST):
            for one in await self._verify(leads[place : place + AT_ONCE_A_HOST], until):
                if not one.of_comments:
                    return one
        return None

    async def _look(self, caught: _Catch) -> Found:
        """Take the first look at a feed, or one more if it is known."""
        feed = await self._store.feeds.ensure(caught.url)
        now_ms = await self._store.now_ms()
        seen = await asyncio.to_thread(sight, caught.document, feed, now_ms)
        answer = caught.answer
        feed = replace(
            seen.feed,
            validators=Validators(answer.etag, answer.modified, answer.body_hash),
            looked_ms=now_ms,
            ok_ms=now_ms,
            changed_ms=now_ms,
            looks=feed.looks + 1,
            failures=0,
            trouble="",
            asked=asked_of(caught.document),
        )
        # The whole document tells how often it has news; later looks bring what is new alone.
        dates = [int(one.published.timestamp() * 1000) for one in caught.document.items if one.published]
        pace = next_look(feed, dates, now_ms, bounds=self._bounds, roll=0.5, max_age_s=answer.max_age_s)
        due_ms = now_ms + int(pace.wait_s * 1000)
        feed = replace(feed, interval_s=round(pace.wait_s), rhythm=pace.rhythm, wait_why=pace.why.value)
        candidates = [Candidate(*one) for one in zip(seen.keys, seen.items, seen.order_ms, strict=True)]
        heard = feed.seeded and bool(await self._store.feeds.subscribers(feed.id))
        if not heard and (hub := offer_of(answer, caught.document)):
            # It is asked once somebody hears the feed; of one that is heard, looks note what changes.
            feed = replace(feed, hub=hub.hub, hub_topic=hub.topic)
        if self._pages:
            candidates = await self._pages.of_new(
                self._store.news, feed, candidates, most=MOST if heard else 1, within_s=SAMPLE_WITHIN_S
            )
        taken = await self._store.news.intake(feed, candidates, due_ms=due_ms, hand_on=heard)
        log.info("feed %s: found, %d items of it new", feed.id, len(taken.new))
        stored = await self._store.archive.latest([feed.id], offset=0, limit=1)
        return Found(
            replace(feed, seeded=True),
            caught.document,
            stored[0] if stored else _newest(feed, candidates, now_ms),
        )


def _newest(feed: Feed, candidates: Sequence[Candidate], noticed_ms: int) -> StoredItem | None:
    """Return the newest item of a look, where the store keeps none so old."""
    one = max(candidates, key=lambda one: one.order_ms, default=None)
    if one is None:
        return None
    return StoredItem(item_id(feed.id, one.keys), feed.id, one.item, noticed_ms, one.order_ms, one.page)


def _offer(tried: _Tried, now_ms: int) -> Offer:
    """Return what tells a feed from others of its page."""
    items = tried.catch.document.items
    latest = max(zip(order(items, now_ms), range(len(items)), strict=True), default=None)
    said = None
    if latest is not None:
        newest = items[latest[1]]
        said = newest.title or plain(newest.summary_html or newest.content_html, limit=SAMPLE_TITLE)
    return Offer(tried.lead.url, tried.title, said, rate_of(items, now_ms))


def _is_page(answer: Fetched) -> bool:
    return "html" in answer.content_type.lower() or answer.body[:1000].lstrip(
        b"\xef\xbb\xbf \r\n\t"
    ).startswith(b"<")

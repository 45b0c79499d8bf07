"""An item's own page, asked where the item's feed says too little.

    new items ► those in need ► their pages, side by side ► what is of use ► intake

Pages are asked by whoever has looked at a feed, before its items are taken in: once for each item,
however many chats hear it. An item waits for that a few seconds at most; what has not come until
then, or fails, it goes without. What is known of hosts is this process' own, bounded, and no harm
to lose.
"""

import asyncio
import logging
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from heapq import nlargest
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from bot.errors import TooComplex
from bot.fetch.answer import SHUT, Answer, Failed, Failure, Fetched
from bot.fetch.client import Kind
from bot.fetch.sites import is_of_telegram
from bot.items import Feed, Image, Item, Page
from bot.links import canonical_link, is_home
from bot.parse.article import LONGEST
from bot.parse.images import is_image
from bot.parse.page import BEGINNING, card_of, is_page
from bot.render.characters import width
from bot.render.lead import lead
from bot.render.markup import read_html
from bot.render.tails import is_teaser
from bot.settings import Pages, Settings
from bot.store.candidates import Candidate, Known
from bot.store.records import CONTENT_LIMIT, as_kept

log = logging.getLogger(__name__)

PAGE_S = 5.0
"""How long one page may take."""

LOOK_AT_ONCE = 4
HOST_AT_ONCE = 2
AT_ONCE = 16
"""Pages asked at the same time in all: with PAGES=full, 32 MB of them."""

REST_S = 3600.0
"""For how long a host is left alone that turns us away, or whose pages are of no use."""

MISSES = 5
"""Pages in a row without anything of use, after which a host is left alone."""

MOST_HOSTS = 2000
"""Hosts that something is known of; the longest unasked is forgotten first."""

REMEMBERED = 20
"""Pages of a host that a new one is compared with."""

SHORTEST_LEAD = 40
"""How wide a lead must be, in Latin letters: less is a name or a slogan."""

SHORT = 1000
"""A text less wide than this may be but the beginning of one."""

_FILE = re.compile(
    r"\.(?:pdf|epub|docx?|xlsx?|pptx?|od[tsp]|mp[34]|m4[abv]|ogg|oga|ogv|opus|flac|wav|webm|mov|avi|mkv"
    r"|zip|gz|tgz|bz2|xz|zst|7z|rar|tar|iso|img|dmg|exe|msi|apk|deb|rpm|jar|torrent|ics|csv)\Z",
    re.IGNORECASE,
)


class Asking(Protocol):
    """The part of :class:`bot.fetch.client.Client` that pages need."""

    async def get(
        self,
        url: str,
        *,
        max_bytes: int | None = ...,
        timeout_s: float | None = ...,
        kind: Kind = ...,
        beginning: bool = ...,
    ) -> Answer:
        """Return what is at ``url``, or why there is nothing."""


class Reading(Protocol):
    """The part of :class:`bot.parse.worker.Parser` that pages need."""

    async def text(self, page: bytes, url: str, content_type: str = "") -> str:
        """Return the text of a page, or raise TooComplex."""


@dataclass(frozen=True, slots=True)
class _Need:
    """What an item lacks of these, and the host that may have it; ``wide`` is how wide its own text is."""

    item: Item
    link: str
    host: str
    image: bool
    lead: bool
    text: bool
    wide: int


class _Host:
    """What is known of a host: whether to ask it, and what its last pages said."""

    def __init__(self) -> None:
        self.room = asyncio.Semaphore(HOST_AT_ONCE)
        self.closed_until = 0.0
        self._misses = 0
        self._said: dict[str, Page] = {}

    def note(self, link: str, page: Page) -> None:
        """Remember what the page of ``link`` says of itself."""
        if page.image or page.lead_html:
            self._said.pop(link, None)
            self._said[link] = replace(page, text_html="")
        if len(self._said) > REMEMBERED:
            del self._said[next(iter(self._said))]

    def only(self, link: str, page: Page) -> Page:
        """Return ``page`` without what pages of other links say, too: that is the site's, not the item's."""
        others = [said for other, said in self._said.items() if other != link]
        shared = page.image and any(said.image and said.image.url == page.image.url for said in others)
        repeated = any(said.lead_html == page.lead_html for said in others)
        return replace(
            page, image=None if shared else page.image, lead_html="" if repeated else page.lead_html
        )

    def count(self, *, useful: bool, now: float) -> None:
        """Count a page; too many in a row without use close the host for a while."""
        self._misses = 0 if useful else self._misses + 1
        if self._misses >= MISSES:
            self.closed_until = max(self.closed_until, now + REST_S)


class PageFinder:
    """Asks pages. One serves all of a process' feeds."""

    def __init__(
        self,
        client: Asking,
        parser: Reading,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the parts; ``clock`` tells seconds."""
        self._client = client
        self._parser = parser
        self._wanted = settings.pages
        self._clock = clock
        self._room = asyncio.Semaphore(AT_ONCE)
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def of_new(
        self,
        feed: Feed,
        candidates: Sequence[Candidate],
        known: Known,
        *,
        most: int,
        within_s: float,
    ) -> list[Candidate]:
        """Return ``candidates``, the newest ``most`` that do not seem ``known`` with what their pages say."""
        paged = list(candidates)
        if self._wanted is Pages.OFF:
            return paged
        own = _own_pages([one.item for one in candidates])
        new = [place for place in own if not known.has(candidates[place])]
        newest = nlargest(most, new, key=lambda place: candidates[place].order_ms)
        pages = await self.find([candidates[place].item for place in newest], feed, within_s=within_s)
        for place, page in zip(newest, pages, strict=True):
            paged[place] = replace(paged[place], page=page)
        return paged

    async def find(self, items: Sequence[Item], feed: Feed, *, within_s: float) -> list[Page]:
        """Return of each item what its page adds to what its feed says; an empty page for nothing.

        The first of ``items`` are asked first. Raises nothing, and takes no longer than ``within_s``.
        """
        pages = [Page()] * len(items)
        if self._wanted is Pages.OFF or not items:
            return pages
        begun = self._clock()
        needs: dict[int, _Need] = {}
        found: dict[int, Page] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                needs = await asyncio.to_thread(self._needs, items, feed)
                await self._gather(needs, found)
        for place, page in found.items():
            self._host(needs[place].host).note(needs[place].link, page)
        for place, page in found.items():
            try:
                pages[place] = await self._of_use(needs[place], page)
            except Exception:
                log.exception("feed %s: the page of an item cannot be weighed; it goes without", feed.id)
        if found:
            useful, took_s = sum(page != Page() for page in pages), self._clock() - begun
            log.info("feed %s: %d of %d pages of use, %.1f s", feed.id, useful, len(found), took_s)
        return pages

    async def _gather(self, needs: Mapping[int, _Need], found: dict[int, Page]) -> None:
        """Ask all pages, and put what they say into ``found`` as it comes."""
        room = asyncio.Semaphore(LOOK_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for place, need in needs.items():
                group.create_task(self._survive(place, need, room, found))

    def _needs(self, items: Sequence[Item], feed: Feed) -> dict[int, _Need]:
        """Return which of ``items``, by their places, lack something that their pages may have."""
        needs = {}
        for place in _own_pages(items):
            try:
                need = _need(as_kept(items[place]), feed, full=self._wanted is Pages.FULL)
            except Exception:
                log.exception("feed %s: an item of it cannot be weighed; its page is not asked", feed.id)
                continue
            if need:
                needs[place] = need
        return needs

    async def _survive(
        self, place: int, need: _Need, room: asyncio.Semaphore, found: dict[int, Page]
    ) -> None:
        """Ask one page into ``found``; whatever that raises is logged and nobody else's."""
        host = self._host(need.host)
        try:
            async with room, host.room, self._room:
                if host.closed_until > self._clock():
                    return
                answer = await self._ask(need, host)
                found[place] = Page() if answer is None else await _card(answer)
                if answer and need.text and is_page(answer.body, answer.content_type):
                    # The text may come too late, and the rest is here already.
                    found[place] = await self._with_text(found[place], need, answer)
        except Exception:
            log.exception("the page of an item at %s could not be read", need.host)

    async def _ask(self, need: _Need, host: _Host) -> Fetched | None:
        """Return what is at an item's link, None where that is nothing of its own."""
        try:
            answer = await self._client.get(
                need.link,
                max_bytes=LONGEST if need.text else BEGINNING,
                timeout_s=PAGE_S,
                kind=Kind.PAGE,
                beginning=True,
            )
        except asyncio.CancelledError:
            host.count(useful=False, now=self._clock())
            raise
        if isinstance(answer, Failed) and answer.why in SHUT | {Failure.BUSY}:
            host.closed_until = self._clock() + max(REST_S, answer.retry_after_s or 0)
        if not isinstance(answer, Fetched):
            return None
        sent_home = is_home(canonical_link(answer.url)) and not is_home(canonical_link(need.link))
        return None if sent_home else answer

    async def _with_text(self, card: Page, need: _Need, answer: Fetched) -> Page:
        """Return ``card`` with the whole text, if that is wider than what the feed gave."""
        try:
            html = await self._parser.text(answer.body, answer.url, answer.content_type)
        except TooComplex as error:
            log.info("the text of a page at %s is not read: %s", need.host, error)
            return card
        kept = as_kept(Item(content_html=html))
        wide = await asyncio.to_thread(lambda: width(_text(kept)))
        return replace(card, text_html=kept.content_html) if wide > need.wide else card

    async def _of_use(self, need: _Need, page: Page) -> Page:
        """Return of ``page`` what its item lacks, and count the host's luck."""
        host = self._host(need.host)
        own = host.only(need.link, page)
        has_lead = need.lead and own.lead_html and await asyncio.to_thread(_is_lead, need.item, own.lead_html)
        useful = Page(own.image if need.image else None, own.lead_html if has_lead else "", own.text_html)
        host.count(useful=useful != Page(), now=self._clock())
        return useful

    def _host(self, name: str) -> _Host:
        host = self._hosts.setdefault(name, _Host())
        self._hosts.move_to_end(name)
        if len(self._hosts) > MOST_HOSTS:
            self._hosts.popitem(last=False)
        return host


async def _card(answer: Fetched) -> Page:
    """Return what a document says of itself: a page in its head, a picture by being one."""
    if is_page(answer.body, answer.content_type):
        return await asyncio.to_thread(card_of, answer.body, answer.url, answer.content_type)
    if answer.content_type.lower().startswith("image/") and is_image(answer.url, answer.content_type):
        return Page(Image(answer.url))
    return Page()


def _own_pages(items: Sequence[Item]) -> list[int]:
    """Return the places of the items that have a page of their own: one that several share is nobody's."""
    links = [(item.link or "").partition("#")[0] for item in items]
    times = Counter(links)
    return [place for place, link in enumerate(links) if link and times[link] == 1]


def _need(item: Item, feed: Feed, *, full: bool) -> _Need | None:
    """Return what ``item`` lacks; None for nothing, or where no page could have it."""
    link = item.link or ""
    parts = urlsplit(link)
    if not parts.hostname or _FILE.search(parts.path) or canonical_link(link) in _homes(feed):
        return None
    if is_of_telegram(link):  # its pages name the channel's face and nothing that its preview does not tell
        return None
    image, no_lead = not item.images, not lead(item, item.title).text
    text = _text(item) if full else ""
    short = full and (width(text) < SHORT or is_teaser(text))
    if not (image or no_lead or short):
        return None
    return _Need(item, link, parts.hostname, image=image, lead=no_lead, text=short, wide=width(text))


def _homes(feed: Feed) -> set[str]:
    """Return the canonical links of the pages that the feed as a whole has."""
    told = [one for one in (feed.url, feed.link) if one]
    return {canonical_link(one) for one in (*told, *(urljoin(one, "/") for one in told))}


def _text(item: Item) -> str:
    """Return all that the feed says of ``item``."""
    htmls = (item.content_html, item.summary_html)
    return max((read_html(html, item.base, CONTENT_LIMIT).text for html in htmls), key=width)


def _is_lead(item: Item, html: str) -> bool:
    """Whether what a page says of itself is worth reading below the item's title."""
    told = lead(replace(item, summary_html=html, content_html=""), item.title)
    return width(told.text) >= SHORTEST_LEAD

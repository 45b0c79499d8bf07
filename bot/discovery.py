"""From what a person typed to the feed that is there, or to those that the page there leads to.

A person waits meanwhile: what is asked is bounded in number and time, and what cannot be told from a page
is guessed only where nothing better is known.
"""

import asyncio
import math
from asyncio import Semaphore
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.errors import NotAFeed, TooComplex
from bot.fetch.address import host_of, lacks_scheme, normalise
from bot.fetch.answer import Answer, Failed, Failure, Fetched, NotModified
from bot.fetch.client import Kind
from bot.fetch.discover import Candidate, feeds_of, is_of_comments, onward
from bot.fetch.sites import telegram_channel, translated
from bot.items import Document, Validators
from bot.links import feed_address
from bot.settings import Settings

MOST_LEADS = 8
"""How many addresses that a page leads to are asked, and as many that are but guessed."""

AT_ONCE_A_HOST = 2
"""How many of them are asked at the same time at one host."""

SOON_S = 6.0
"""How long the other feeds of a page are waited for, once there is one that brings news, and a page that
another one sends its readers to."""

GUESS_S = 3.0
GUESSES_S = 8.0
"""How long each guess, and all of them, are waited for: a feed that nobody has named is no loss."""

READING_S = 60
"""How long a document may take to be read, the wait for a free reader included."""


class Fetching(Protocol):
    """The part of :class:`bot.fetch.client.Client` that finding needs."""

    async def get(self, url: str, validators: Validators = ..., *, kind: Kind = ...) -> Answer:
        """Return what is at ``url``, or why there is nothing."""


class Reading(Protocol):
    """The part of :class:`bot.parse.worker.Parser` that finding needs."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        """Return what the document says, or raise NotAFeed or TooComplex."""


@dataclass(frozen=True, slots=True)
class Catch:
    """A document that is a feed, and the address to ask for it from now on."""

    url: str
    answer: Fetched
    document: Document


@dataclass(frozen=True, slots=True)
class Lead:
    """A feed that a page has led to, and what the page says of it."""

    candidate: Candidate
    catch: Catch

    @property
    def title(self) -> str:
        """What the page calls the feed, else what that calls itself."""
        return self.candidate.title or self.catch.document.title

    @property
    def of_comments(self) -> bool:
        """Whether it brings what people say of the news, not news."""
        return is_of_comments(self.catch.url, f"{self.candidate.title} {self.catch.document.title}")

    def is_same(self, other: "Lead") -> bool:
        """Tell whether this is ``other`` once more: behind another address, or in another format."""
        mine, theirs = self.catch.document, other.catch.document
        if feed_address(self.catch.answer.url) == feed_address(other.catch.answer.url):
            return True
        few = min(len(mine.items), len(theirs.items))
        pairs = zip(mine.items[:few], theirs.items[:few], strict=True)
        alike = all((one.link, one.title) == (two.link, two.title) for one, two in pairs)
        return bool(few and alike and mine.title == theirs.title)


@dataclass(frozen=True, slots=True)
class Several:
    """The feeds of a page, those of comments last; ``untried``: how many others it names at least."""

    leads: tuple[Lead, ...]
    untried: int = 0


@dataclass(frozen=True, slots=True)
class _Page:
    """A document that is no feed but may lead to one, and what it seems to be."""

    answer: Fetched
    why: str


class Discovery:
    """Finds feeds on the web."""

    def __init__(self, client: Fetching, parser: Reading, settings: Settings) -> None:
        """Take the parts; of the settings, the timeout and the instance of RSSHub count."""
        self._client = client
        self._parser = parser
        self._within_s = settings.fetch_timeout_seconds
        self._rsshub = settings.rsshub_url

    async def find(self, address: str) -> Catch | Several | Failed:
        """Return the feed at ``address``, or the feeds of the page there, or why there is none.

        ``rsshub://route`` is asked for at RSSHUB_URL, a channel of Telegram at its preview. All that is
        asked together is bounded by the timeout of one answer.
        """
        try:
            address = translated(address.strip(), self._rsshub)
            url = normalise(address)
        except ValueError as error:
            return Failed(Failure.BAD_ADDRESS, str(error))
        until = asyncio.get_running_loop().time() + self._within_s
        caught = await self._ask(address, url, Kind.PAGE)
        if isinstance(caught, Catch):
            return caught
        candidates = await self._candidates(caught, url)
        if isinstance(caught, _Page) and not any(_is_told(one) for one in candidates):
            further = await self._onward(caught.answer, until)
            if isinstance(further, Catch):
                return further
            elsewhere = await self._candidates(further, further.answer.url) if further else ()
            candidates = tuple({one.url: one for one in (*elsewhere, *candidates)}.values())
        found = await self._of_page(candidates, until)
        if found:
            return found
        return Failed(Failure.NOT_A_FEED, caught.why) if isinstance(caught, _Page) else caught

    async def _of_page(self, candidates: Sequence[Candidate], until: float) -> Catch | Several | None:
        """Return the feed that a page leads to, or several to choose from: news before what is said of it."""
        told = [one for one in candidates if _is_told(one)]
        found = await self._verify(told[:MOST_LEADS], until, soon_s=SOON_S)
        posts = [one for one in found if not one.of_comments]
        if not posts:
            guessed = await self._guess([one for one in candidates if one.guessed], until)
            if guessed:
                return guessed.catch
            distant = [one for one in candidates if one.distant]
            found += await self._verify(distant[:MOST_LEADS], until, soon_s=SOON_S)
        if len(posts) == 1 or len(found) == 1:
            return (posts or found)[0].catch
        found.sort(key=lambda one: one.of_comments)
        return Several(tuple(found), untried=len(told[MOST_LEADS:])) if found else None

    async def _ask(self, address: str, url: str, kind: Kind) -> Catch | _Page | Failed:
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
        return Catch(url, answer, document)

    async def _onward(self, page: Fetched, until: float) -> Catch | _Page | None:
        """Return what is where a page sends its readers; None if it sends them nowhere, or in vain."""
        if not _is_page(page):
            return None
        target = await asyncio.to_thread(onward, page.body, page.url, page.content_type, refresh=page.refresh)
        if not target:
            return None
        try:
            async with asyncio.timeout_at(min(until, asyncio.get_running_loop().time() + SOON_S)):
                further = await self._ask(target, target, Kind.PAGE)
        except TimeoutError:
            return None
        return None if isinstance(further, Failed) else further

    async def _candidates(self, caught: _Page | Failed, url: str) -> tuple[Candidate, ...]:
        """Return where the feeds of a page may be; without a page, what its address alone tells."""
        found = tuple(one for one in feeds_of(b"", url) if not one.guessed)
        if isinstance(caught, _Page):
            if not _is_page(caught.answer):
                return ()
            page = caught.answer
            links = [target for relation, target in page.links if relation == "alternate"]
            named = await asyncio.to_thread(feeds_of, page.body, page.url, page.content_type, links=links)
            # A page may lead elsewhere for a reason of its own: to a login, or to ask for consent.
            found = named if any(_is_told(one) for one in named) else (*found, *named)
        channel = telegram_channel(url)
        if channel and self._rsshub:
            found += (Candidate(f"{self._rsshub}/telegram/channel/{channel}", guessed=True),)
        return found

    async def _verify(
        self, candidates: Sequence[Candidate], until: float, *, soon_s: float = math.inf
    ) -> list[Lead]:
        """Ask ``candidates``, a few at once a host; return those that are feeds by then, each feed once.

        ``until`` is a time of the running loop. After ``soon_s`` one that brings news is enough.
        """
        gates: defaultdict[str, Semaphore] = defaultdict(lambda: Semaphore(AT_ONCE_A_HOST))
        loop = asyncio.get_running_loop()
        enough = min(until, loop.time() + soon_s)

        async def ask(one: Candidate) -> Lead | None:
            async with gates[host_of(one.url)]:
                caught = await self._ask(one.url, one.url, Kind.FEED)
            return Lead(one, caught) if isinstance(caught, Catch) else None

        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask(one)) for one in candidates]
            left = set(asked)
            while left:
                has_news = any(one and not one.of_comments for one in _ended(asked))
                wait_s = (enough if has_news else until) - loop.time()
                if wait_s <= 0:
                    break
                _, left = await asyncio.wait(left, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            for one in left:
                one.cancel()
        found: list[Lead] = []
        for lead in _ended(asked):
            if lead and not any(lead.is_same(one) for one in found):
                found.append(lead)
        return found

    async def _guess(self, candidates: Sequence[Candidate], until: float) -> Lead | None:
        """Ask what may be feeds, a few at a time, until one is; those of comments do not count."""
        loop = asyncio.get_running_loop()
        if len(candidates) > 1:
            until = min(until, loop.time() + GUESSES_S)
        for place in range(0, min(len(candidates), MOST_LEADS), AT_ONCE_A_HOST):
            soon = until if len(candidates) == 1 else min(until, loop.time() + GUESS_S)
            for one in await self._verify(candidates[place : place + AT_ONCE_A_HOST], soon):
                if not one.of_comments:
                    return one
        return None


def _ended(asked: Sequence[asyncio.Task[Lead | None]]) -> Iterator[Lead | None]:
    """Yield what those tasks came to that have ended by themselves, in order."""
    return (one.result() for one in asked if one.done() and not one.cancelled())


def _is_told(candidate: Candidate) -> bool:
    """Tell whether a page names a feed for its own."""
    return not candidate.guessed and not candidate.distant


def _is_page(answer: Fetched) -> bool:
    return "html" in answer.content_type.lower() or answer.body[:1000].lstrip(
        b"\xef\xbb\xbf \r\n\t"
    ).startswith(b"<")

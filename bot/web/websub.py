"""Where hubs call back: they ask whether we have asked, and push what is new.

A call at an address that we have told no hub costs one look into the store, and no more. Nothing is
believed of a push but what its signature covers; what has a wrong one, or none, is thanked for and dropped.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from bot.errors import StoreError
from bot.fetch import head
from bot.fetch.answer import Failed, Failure, Fetched
from bot.fetch.hosts import host_of
from bot.fetch.websub import PATH, Mode, Question, again_in_s, is_signed, question, renewed_in_s
from bot.items import FeedId
from bot.settings import Settings
from bot.store.pushes import Push

BODY_S = 30.0
"""How long a push may take to arrive."""

BODIES = 16
"""Pushes that arrive at once; others wait for them."""

BODIES_OF_ONE = 2
"""… of one feed; others are asked to come again."""

INLINE_BYTES = 256 * 1024
"""Larger pushes are checked off the event loop (some 3 ms a megabyte)."""

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

log = logging.getLogger(__name__)


class Pushes(Protocol):
    """What is asked of :class:`bot.store.pushes.Pushes`."""

    async def called(self, callback: str) -> Push | None:
        """Return what a hub that knows us by ``callback`` pushes."""

    async def verify(self, push: Push, mode: str, topic: str, *, lease_ms: int, renew_ms: int) -> bool:
        """Return whether we agree, and put it in force."""

    async def deny(self, push: Push, topic: str, again_ms: int) -> bool:
        """Note that a hub will not push."""


class Inbox(Protocol):
    """What is asked of :class:`bot.pings.Pings`."""

    async def take(self, feed_id: FeedId, document: Fetched | None) -> None:
        """Let a document be taken in, or the feed be asked."""


class Callbacks:
    """Answers hubs. ``dice``: uniform in [0, 1)."""

    def __init__(
        self, pushes: Pushes, inbox: Inbox, settings: Settings, *, dice: Callable[[], float] = random.random
    ) -> None:
        self._pushes = pushes
        self._inbox = inbox
        self._most_bytes = settings.fetch_max_bytes
        self._dice = dice
        self._bodies = asyncio.Semaphore(BODIES)
        self._arriving: Counter[FeedId] = Counter()

    def routes(self) -> list[web.RouteDef]:
        """Return where this answers. What is no callback by its looks is not asked after."""
        place = PATH + "{callback:[A-Za-z0-9_-]{43}}"
        return [web.get(place, self._answer, allow_head=False), web.post(place, self._receive)]

    async def _answer(self, request: web.Request) -> web.Response:
        """Answer a hub that asks whether we have asked it."""
        asked = question(request.query)
        try:
            push = await self._pushes.called(request.match_info["callback"])
            if push is None or asked is None:
                return _said(404)
            if not await self._agreed(push, asked):
                log.info(
                    "feed %s: nobody has asked its hub for what it asks: %s", push.feed, asked.mode.value
                )
                return _said(404)
        except StoreError as error:
            log.warning("a hub is not answered: %s", error)
            return _said(503)
        return _said(200, asked.challenge)

    async def _agreed(self, push: Push, asked: Question) -> bool:
        """Return whether we have asked for that; if so, it is in force from now on."""
        host = host_of(push.hub)
        if asked.mode is Mode.DENIED:
            again_s = again_in_s(max(push.failures, 1), Failed(Failure.DENIED), self._dice())
            denied = await self._pushes.deny(push, asked.topic, round(again_s * 1000))
            if denied:
                log.warning("feed %s: its hub %s will not push it; it is polled", push.feed, host)
            return denied
        renew_ms = round(renewed_in_s(asked.lease_s, self._dice()) * 1000)
        agreed = await self._pushes.verify(
            push, asked.mode, asked.topic, lease_ms=asked.lease_s * 1000, renew_ms=renew_ms
        )
        if agreed and asked.mode is Mode.SUBSCRIBE:
            log.info("feed %s: its hub %s pushes it for %d s", push.feed, host, asked.lease_s)
        return agreed

    async def _receive(self, request: web.Request) -> web.Response:
        """Take what a hub pushes: see that it is not lost, answer, and let it be taken in beside that."""
        try:
            push = await self._pushes.called(request.match_info["callback"])
            if push is None or not push.wanted:
                return _said(404)
            return _said(await self._pushed(request, push))
        except StoreError as error:
            log.warning("a hub is asked to push again later: %s", error)
            return _said(503)

    async def _pushed(self, request: web.Request, push: Push) -> int:
        """Return the status that answers a push. Raises StoreError: it may be lost."""
        if self._arriving[push.feed] >= BODIES_OF_ONE:
            return 503
        try:
            body = await self._arrived(request, push.feed)
        except TimeoutError:
            return 408
        if body is None:
            return 413
        if await _is_signed(body, request.headers.get("X-Hub-Signature", ""), push.secret):
            await self._inbox.take(push.feed, _document(request, body, push))
        else:
            log.warning("feed %s: a push without the right signature is dropped", push.feed)
        return 202

    async def _arrived(self, request: web.Request, feed_id: FeedId) -> bytes | None:
        """Return what is pushed, None if that is more than any feed may have.

        Raises:
            TimeoutError: it does not arrive.
        """
        if (request.content_length or 0) > self._most_bytes:
            return None
        self._arriving[feed_id] += 1
        try:
            async with self._bodies, asyncio.timeout(BODY_S):
                body = bytearray()
                async for piece in request.content.iter_any():
                    body += piece
                    if len(body) > self._most_bytes:
                        return None
                return bytes(body)
        finally:
            self._arriving[feed_id] -= 1
            self._arriving += Counter()  # drops what is 0


async def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    if len(body) <= INLINE_BYTES:
        return is_signed(body, signature, secret)
    return await asyncio.to_thread(is_signed, body, signature, secret)


def _document(request: web.Request, body: bytes, push: Push) -> Fetched | None:
    """Return what was pushed, None where that only says that there is something."""
    if not body.strip() or request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return None
    links = head.links(request.headers.getall("Link", ()), push.topic)
    kind = request.headers.get("Content-Type", "")
    return Fetched(url=push.topic, body=body, content_type=kind, links=links)


def _said(status: int, text: str = "") -> web.Response:
    return web.Response(status=status, text=text, headers=_HEADERS)

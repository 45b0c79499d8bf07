"""The web role: ``/health``, ``/metrics`` and a status page, for whoever can reach the port.

It listens on all addresses, because platforms that set PORT route to it from outside; it tells
counts and ages only, so nothing is given away. Keep the port closed where even that is too much.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from aiohttp import web

from bot.errors import SettingsError, StoreError
from bot.items import ChatId, FeedId
from bot.settings import Settings
from bot.web import pages
from bot.web.pages import Snapshot
from bot.web.websub import Callbacks

ANSWER_WITHIN_S = 4.0
"""Supervisors give up after five seconds or so; a store that needs longer counts as away."""

FRESH_S = 2.0
"""One look at the store serves all requests for so long, however many come."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

logger = logging.getLogger(__name__)


class Feeds(Protocol):
    """What is asked of :class:`bot.store.feeds.Feeds`."""

    async def all_ids(self) -> Sequence[FeedId]:
        """Return every feed."""

    async def next_due_ms(self) -> int | None:
        """Return when the next feed is due."""


class Chats(Protocol):
    """What is asked of :class:`bot.store.chats.Chats`."""

    async def all_ids(self) -> Sequence[ChatId]:
        """Return every chat."""


class Pushes(Protocol):
    """What is asked of :class:`bot.store.pushes.Pushes`."""

    async def count(self) -> int:
        """Return how many feeds are pushed now."""


class Claims(Protocol):
    """What is asked of :class:`bot.store.claims.Claims`."""

    async def health(self) -> Mapping[str, int]:
        """Return when what last went well."""


class Store(Protocol):
    """What is asked of :class:`bot.store.client.Store`."""

    @property
    def feeds(self) -> Feeds:
        """The feeds."""

    @property
    def chats(self) -> Chats:
        """The chats."""

    @property
    def pushes(self) -> Pushes:
        """What hubs push."""

    @property
    def claims(self) -> Claims:
        """Leases and health."""


class Web:
    """Answers on ``settings.port``, hubs too with ``callbacks``. ``clock`` is the wall clock in epoch ms."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        callbacks: Callbacks | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._store = store
        self._callbacks = callbacks
        self._port = settings.port
        self._clock = clock
        self._looking = asyncio.Lock()
        self._latest: tuple[float, Snapshot] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set.

        Raises:
            SettingsError: the port is not given, or is taken.
        """
        if self._port is None:
            raise SettingsError(("PORT: the web role needs a port to listen on; set one, like PORT=8080",))
        app = web.Application(client_max_size=64 * 1024)
        app.add_routes(
            [web.get("/", self._status), web.get("/health", self._health), web.get("/metrics", self._metrics)]
        )
        if self._callbacks:
            app.add_routes(self._callbacks.routes())
        runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=2, lingering_time=1, auto_decompress=False
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, "0.0.0.0", self._port).start()  # noqa: S104  see the charter
            logger.info("the status page is on port %d", self._port)
            await stop.wait()
        except OSError as error:
            problem = f"PORT: {self._port} cannot be listened on ({error.strerror}); choose another"
            raise SettingsError((problem,)) from error
        finally:
            await runner.cleanup()

    async def _health(self, _: web.Request) -> web.Response:
        now = await self._snapshot()
        return web.Response(
            text=pages.health(now),
            status=200 if now.well else 503,
            content_type="application/json",
            headers=_HEADERS,
        )

    async def _metrics(self, _: web.Request) -> web.Response:
        now = await self._snapshot()
        headers = _HEADERS | {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(text=pages.metrics(now), headers=headers)

    async def _status(self, _: web.Request) -> web.Response:
        return web.Response(
            text=pages.status(await self._snapshot()), content_type="text/html", headers=_HEADERS
        )

    async def _snapshot(self) -> Snapshot:
        """Return how things stand, not older than :data:`FRESH_S`."""
        async with self._looking:
            if self._latest is None or time.monotonic() - self._latest[0] >= FRESH_S:
                self._latest = (time.monotonic(), await self._look())
            return self._latest[1]

    async def _look(self) -> Snapshot:
        now_ms = self._clock()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                due_ms = await self._store.feeds.next_due_ms()
                return Snapshot(
                    now_ms,
                    store=True,
                    last_ms=await self._store.claims.health(),
                    overdue_s=max(0, now_ms - due_ms) // 1000 if due_ms is not None else 0,
                    feeds=len(await self._store.feeds.all_ids()),
                    pushed=await self._store.pushes.count(),
                    chats=len(await self._store.chats.all_ids()),
                )
        except (StoreError, TimeoutError) as error:
            logger.debug("the store does not answer the status page: %s", error)
            return Snapshot(now_ms, store=False)

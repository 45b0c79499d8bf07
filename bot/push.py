"""Asking hubs to push: which feeds have one, when to ask it, when to ask again, when to let it be.

    named by a feed ► asked ► verified (bot.web.websub) ► renewed before the lease ends ► …
                        └─ not taken, not verified, denied: polled as ever, asked again later and later

What a hub is asked is noted before it is asked, so that any process may answer when it calls back, and
a process that dies in between costs a while, and nothing else. Any number may share one store.
"""

import asyncio
import logging
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from bot.errors import StoreError
from bot.fetch.answer import Failed
from bot.fetch.websub import DOWN, PATH, Mode, Offer, again_in_s, form
from bot.settings import Settings
from bot.store.pushes import Push

AT_ONCE = 8
"""Feeds claimed together; of those with one hub, one is asked after the other."""

IDLE_S = 2.0
"""How soon a hub that a feed has just named is asked."""

BACKOFF_S = (1.0, 30.0)
"""The first and the longest wait while the store does not answer."""

DOWN_S = 300.0
"""For so long a hub that did not answer is asked for no other feed either."""

log = logging.getLogger(__name__)


class Pushes(Protocol):
    """What is asked of :class:`bot.store.pushes.Pushes`."""

    async def claim(self, limit: int, lease_ms: int) -> list[Push]:
        """Return feeds whose hub is to be asked now."""

    async def ask(self, push: Push, mode: str, again_ms: int) -> bool:
        """Note that a hub is asked; False: it is not wanted any more."""

    async def put_off(self, push: Push, again_ms: int) -> bool:
        """Note that it did not take that."""


class Posting(Protocol):
    """The part of :class:`bot.fetch.client.Client` that asking hubs needs."""

    async def post(self, url: str, form: Mapping[str, str]) -> Failed | None:
        """Send a form; return why it was not taken, if it was not."""


class Hubs:
    """Keeps the subscriptions at hubs. ``dice``: uniform in [0, 1)."""

    def __init__(
        self,
        pushes: Pushes,
        client: Posting,
        settings: Settings,
        *,
        dice: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pushes = pushes
        self._client = client
        self._callbacks = settings.public_url + PATH
        self._lease_ms = int((settings.fetch_timeout_seconds * AT_ONCE + 60) * 1000)
        self._dice = dice
        self._clock = clock
        self._down: dict[str, float] = {}
        """Hub → until when (by ``clock``) it is left alone."""

    async def run(self, stop: asyncio.Event) -> None:
        """Ask whatever hub is to be asked, until ``stop``."""
        backoff_s = BACKOFF_S[0]
        while not stop.is_set():
            try:
                wait_s = 0.0 if await self.turn() == AT_ONCE else IDLE_S
                backoff_s = BACKOFF_S[0]
            except StoreError as error:
                log.warning("hubs are not asked for %.1f s: %s", backoff_s, error)
                wait_s, backoff_s = backoff_s, min(backoff_s * 2, BACKOFF_S[1])
            try:
                async with asyncio.timeout(wait_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def turn(self) -> int:
        """Ask the hubs of the feeds that are due; return how many feeds those are.

        Raises:
            StoreError: the store does not answer; what was claimed comes back with its lease.
        """
        claimed = await self._pushes.claim(AT_ONCE, self._lease_ms)
        hubs: dict[str, list[Push]] = defaultdict(list)
        for push in claimed:
            hubs[push.hub].append(push)
        done = await asyncio.gather(
            *(self._ask(hub, some) for hub, some in hubs.items()), return_exceptions=True
        )
        for trouble in done:
            if isinstance(trouble, BaseException):
                raise trouble
        return len(claimed)

    async def _ask(self, hub: str, pushes: Sequence[Push]) -> None:
        """Ask one hub for some feeds; once it does not answer, the others are left to their lease."""
        now_s = self._clock()
        self._down = {one: until_s for one, until_s in self._down.items() if until_s > now_s}
        for push in pushes:
            if hub in self._down:
                return
            failure = await self._ask_for(push)
            if failure and failure.why in DOWN:
                self._down[hub] = self._clock() + DOWN_S

    async def _ask_for(self, push: Push) -> Failed | None:
        """Ask the hub of one feed for what is wanted of it; return why it did not take that, if so."""
        mode = Mode.SUBSCRIBE if push.wanted else Mode.UNSUBSCRIBE
        if not push.callback:
            push = replace(push, callback=push.feed + secrets.token_urlsafe(24), secret=secrets.token_hex(32))
        again_s = again_in_s(push.failures + 1, None, self._dice())
        if not await self._pushes.ask(push, mode, round(again_s * 1000)):
            return None
        asked = form(mode, Offer(push.hub, push.topic), self._callbacks + push.callback, push.secret)
        failure = await self._client.post(push.hub, asked)
        if failure is None:
            log.debug("feed %s: its hub %s was asked to %s", push.feed, _host(push.hub), mode.value)
            return None
        again_s = again_in_s(push.failures + 1, failure, self._dice())
        if await self._pushes.put_off(push, round(again_s * 1000)):
            level = logging.INFO if push.failures or mode is Mode.UNSUBSCRIBE else logging.WARNING
            log.log(level, "feed %s: its hub did not %s: %s", push.feed, mode.value, failure.detail)
        return failure


def _host(url: str) -> str:
    return urlsplit(url).hostname or "no host"

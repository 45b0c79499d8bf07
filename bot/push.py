"""Asking hubs to push: which feeds have one, when to ask it, when to ask again, when to let it be.

    named by a feed ► asked ► verified (bot.web.websub) ► renewed before the lease ends ► …
                        └─ not taken, not verified, denied: polled as ever, asked again later and later

What a hub is asked is noted before it is asked, so that any process may answer when it calls back, and
a process that dies in between costs a while, and nothing else. Any number may share one store.
"""

import asyncio
import logging
import math
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.errors import StoreError
from bot.fetch.answer import Failed
from bot.fetch.hosts import host_of
from bot.fetch.websub import DOWN, PATH, Mode, Offer, again_in_s, form
from bot.settings import Settings
from bot.store.pushes import Push

AT_ONCE = 8
"""Feeds claimed together; of those with one hub, one is asked after the other."""

IDLE_S = 2.0
"""How soon a hub that a feed has just named is asked."""

BACKOFF_S = (1.0, 30.0)
"""The first and the longest wait while the store does not answer."""

STAY_S = 60.0
"""How often a process says that hubs reach it, or asks whether they reach any."""

DOWN_S = 300.0
"""For so long a hub that did not answer is asked for no other feed either."""

log = logging.getLogger(__name__)


class Pushes(Protocol):
    """What is asked of :class:`bot.store.pushes.Pushes`."""

    async def reach(self, public_url: str) -> int:
        """Note where hubs reach us; return how many feeds were pushed to elsewhere."""

    async def stay(self, public_url: str) -> int:
        """Note that they do so still; return how many feeds were pushed to elsewhere, where nobody is now."""

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


class Watched(Protocol):
    """The part of :class:`bot.store.pushes.Pushes` that watching needs."""

    async def stay(self, public_url: str) -> int:
        """Note that hubs reach us nowhere; return how many feeds nobody is pushed any more."""


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
        # Where nothing listens, hubs reach nobody.
        self._public_url = settings.public_url if settings.port is not None else ""
        self._lease_ms = int((settings.fetch_timeout_seconds * AT_ONCE + 60) * 1000)
        self._dice = dice
        self._clock = clock
        self._down: dict[str, float] = {}
        """Host of a hub → until when (by ``clock``) it is left alone."""

    async def run(self, stop: asyncio.Event) -> None:
        """Ask whatever hub is to be asked, until ``stop``; without PUBLIC_URL, only end the trust in hubs."""
        backoff_s, told_s = BACKOFF_S[0], -math.inf
        while not stop.is_set():
            try:
                if self._clock() - told_s >= STAY_S:
                    await self._tell(still=told_s >= 0)
                    told_s = self._clock()
                if not self._public_url:
                    return
                wait_s = 0.0 if await self.turn() == AT_ONCE else IDLE_S
                backoff_s = BACKOFF_S[0]
            except Exception as error:
                wait_s, backoff_s = backoff_s, min(backoff_s * 2, BACKOFF_S[1])
                if isinstance(error, StoreError):
                    log.warning("hubs are not asked for %.1f s: %s", wait_s, error)
                else:
                    log.exception("a hub could not be asked; it is asked again later")
            await _wait(stop, wait_s)

    async def _tell(self, *, still: bool) -> None:
        """Note where hubs reach us, for the first time or still."""
        if concerned := await (self._pushes.stay if still else self._pushes.reach)(self._public_url):
            log.info("PUBLIC_URL is another one now; the hubs of %d feeds do not know it yet", concerned)

    async def turn(self) -> int:
        """Ask the hubs of the feeds that are due; return how many feeds those are.

        Raises:
            StoreError: the store does not answer; what was claimed comes back with its lease.
        """
        claimed = await self._pushes.claim(AT_ONCE, self._lease_ms)
        hosts: dict[str, list[Push]] = defaultdict(list)
        for push in claimed:
            hosts[host_of(push.hub)].append(push)
        done = await asyncio.gather(
            *(self._ask(host, some) for host, some in hosts.items()), return_exceptions=True
        )
        for trouble in done:
            if isinstance(trouble, BaseException):
                raise trouble
        return len(claimed)

    async def _ask(self, host: str, pushes: Sequence[Push]) -> None:
        """Ask the hubs of one host for some feeds; once it does not answer, the rest is left to its lease."""
        now_s = self._clock()
        self._down = {one: until_s for one, until_s in self._down.items() if until_s > now_s}
        for push in pushes:
            if host in self._down:
                return
            failure = await self._ask_for(push)
            if failure and failure.why in DOWN:
                self._down[host] = self._clock() + DOWN_S

    async def _ask_for(self, push: Push) -> Failed | None:
        """Ask the hub of one feed for what is wanted of it; return why it did not take that, if so."""
        mode = Mode.SUBSCRIBE if push.wanted else Mode.UNSUBSCRIBE
        if not push.callback:
            push = replace(push, callback=push.feed + secrets.token_urlsafe(24), secret=secrets.token_hex(32))
        again_s = again_in_s(push.failures + 1, None, self._dice())
        if not await self._pushes.ask(push, mode, round(again_s * 1000)):
            return None
        asked = form(mode, Offer(push.hub, push.topic), self._public_url + PATH + push.callback, push.secret)
        failure = await self._client.post(push.hub, asked)
        if failure is None:
            log.debug("feed %s: its hub %s was asked to %s", push.feed, host_of(push.hub), mode.value)
            return None
        again_s = again_in_s(push.failures + 1, failure, self._dice())
        if await self._pushes.put_off(push, round(again_s * 1000)):
            level = logging.INFO if push.failures or mode is Mode.UNSUBSCRIBE else logging.WARNING
            log.log(level, "feed %s: its hub did not %s: %s", push.feed, mode.value, failure.detail)
        return failure


async def watch(pushes: Watched, stop: asyncio.Event) -> None:
    """End the trust in hubs once they reach no process any more, until ``stop``; let others speak first."""
    while not await _wait(stop, STAY_S):
        try:
            if concerned := await pushes.stay(""):
                log.info("hubs reach no process any more; %d feeds are polled as ever", concerned)
        except StoreError as error:
            log.debug("whether hubs reach anybody is not known: %s", error)


async def _wait(stop: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until ``stop``; return whether that is set."""
    try:
        async with asyncio.timeout(seconds):
            return await stop.wait()
    except TimeoutError:
        return stop.is_set()

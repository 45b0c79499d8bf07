"""Politeness: how much of a host's time we take, and when we leave it in peace.

A host has two looks of ours at a time at most. After each, its place rests for as long as the answer
took: a quick host is asked quickly, one that labours is asked seldom. A host that turns away several
feeds in a row, and lets none through between, wants us to stay away, and is not asked for any.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.fetch.answer import SHUT, Failed, Failure
from bot.items import FeedId

AT_ONCE = 2
"""Connections to one host, as browsers and crawlers had it of old."""

REST_MOST_S = 5.0
REST_LEAST_S = 0.02
"""Shorter rests are none: a timer takes more than they give."""

TURNED_AWAY = {Failure.BUSY: 2, **dict.fromkeys(SHUT, 3)}
"""How many feeds in a row a host must turn away before it is left in peace for all of them."""

PEACE_FIRST_S = 120
PEACE_MOST_S = 3600
"""For how long, unless it says so itself; longer after each time that it was in vain."""


@dataclass(slots=True)
class _Host:
    busy: int = 0
    doubted: int = 0
    """How many of those are looks that may well hang: one at most."""
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    waiting_doubted: deque[asyncio.Future[None]] = field(default_factory=deque)
    took_s: float = 0.0
    """How long its answers take, the latest counting most."""


@dataclass(slots=True)
class _Refusals:
    feeds: set[FeedId] = field(default_factory=set)
    times: int = 0


class Hosts:
    """Turns at hosts, within one process. For use in one event loop."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}
        self._refusals: dict[str, _Refusals] = {}

    def wait_s(self, host: str) -> float:
        """Return for how long whoever comes now will wait for a turn at ``host``, roughly, in seconds."""
        known = self._hosts.get(host)
        return (len(known.waiting) + 1) * 2 * known.took_s / AT_ONCE if known and known.waiting else 0.0

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at ``host``; its end begins the rest."""
        if not self.take(host):
            await self.queue(host)
        begun_s = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            self.give_back(host, begun_s)

    def take(self, host: str, *, doubted: bool = False) -> bool:
        """Take a turn at ``host``, if there is one at once; whoever has it gives it back.

        Looks that are ``doubted``, since the last one failed or hung, have one place and no more.
        """
        known = self._hosts.get(host)
        if known is None:
            known = self._hosts[host] = _Host()
        if known.busy >= AT_ONCE or (doubted and known.doubted):
            return False
        known.busy += 1
        known.doubted += doubted
        return True

    async def queue(self, host: str, *, doubted: bool = False) -> None:
        """Wait for a turn at ``host`` that is not free: first come first served, the doubted last."""
        known, turn = self._hosts[host], asyncio.get_running_loop().create_future()
        (known.waiting_doubted if doubted else known.waiting).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._free(host, known, doubted=doubted)  # it came in the same moment
            raise

    def give_back(self, host: str, begun_s: float, *, doubted: bool = False) -> None:
        """End a turn that began at ``begun_s`` by the loop's clock; infinity: nothing was asked."""
        known, loop = self._hosts[host], asyncio.get_running_loop()
        took_s = max(loop.time() - begun_s, 0.0)
        known.took_s += (took_s - known.took_s) / 4 if known.took_s else took_s
        if took_s < REST_LEAST_S:
            self._free(host, known, doubted=doubted)
        else:
            loop.call_later(min(took_s, REST_MOST_S), lambda: self._free(host, known, doubted=doubted))

    def _free(self, host: str, known: _Host, *, doubted: bool) -> None:
        """Give the place to whoever waits longest; a host that nobody asks is forgotten."""
        known.busy -= 1
        known.doubted -= doubted
        if _handed(known.waiting):
            known.busy += 1
        elif not known.doubted and _handed(known.waiting_doubted):
            known.busy += 1
            known.doubted += 1
        elif not known.busy:
            self._hosts.pop(host, None)

    def answered(self, host: str) -> None:
        """Note that ``host`` let a look through."""
        self._refusals.pop(host, None)

    def turned_away(self, host: str, feed: FeedId, failure: Failed) -> float | None:
        """Note that ``host`` gave a failure for ``feed``; return for how long to leave it in peace, if so.

        In seconds. A failure that tells only of the feed (it is missing, or no feed) notes nothing.
        """
        enough = TURNED_AWAY.get(failure.why)
        if enough is None:
            return None
        refusals = self._refusals.setdefault(host, _Refusals())
        refusals.feeds.add(feed)
        if len(refusals.feeds) < enough:
            return None
        refusals.feeds.clear()
        wait_s = PEACE_FIRST_S * 2 ** min(refusals.times, 10)
        refusals.times += 1
        return float(min(max(wait_s, failure.retry_after_s or 0), PEACE_MOST_S))


def _handed(waiting: deque[asyncio.Future[None]]) -> bool:
    """Let the first of those who wait go on, if there is one."""
    while waiting:
        turn = waiting.popleft()
        if not turn.done():
            turn.set_result(None)
            return True
    return False


def host_of(url: str) -> str:
    """Return the host of a normal http(s) address with its port, by which places are told apart."""
    return url.split("/", 3)[2].rpartition("@")[2].lower() if "://" in url else ""

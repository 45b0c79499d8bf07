"""Room for documents until they are read: how much is in hand at once, and how fast it is filled.

Most documents are light, and ask nobody. One that has become heavy takes room as it grows, and may
never hold more than it leaves: the more of them there are, the sooner each waits. Once some wait, one
has its fill beside the room, until its end; then the next of those that wait, in the order in which
they became heavy: the first of them hold the most, and leave that to others. What has come takes room until
it is read, and while that fills the room, none has its fill. Very large ones are read at a pace, since they
would keep the processor from others.

The time of those that wait for room stands for a while, but the one that others wait for has to come along.
Where many wait, the next is turned away: it would keep its place among looks from those that are light.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

LIGHT = 512 * 1024
"""Bytes of a document, unpacked, that are had without asking; of fifty feeds one has more. With less, a good
feed that is hardly heavy stands behind each endless one that came before it."""

ROOM = 16 * 1024 * 1024
"""Bytes beyond those that heavy documents share, but for the one that has its fill."""

MOST_WAITING = 16
"""Documents that may wait for room, of the 64 and more that are under way: as many as may be doubted."""

PIECE_KEPT = 64
"""Bytes that it takes to keep a piece of a document, beside its own."""

STANDS_S = 120.0
"""How long the time of a call may stand in all; then it runs on."""

PATIENCE_S = 2.0
LEAST = 64 * 1024
"""What the one that has its fill brings in so much time, while others wait for it, or it is given up."""

PACE = 64 * 1024 * 1024
"""Bytes of work a second with very large documents, a tenth of what a processor does: those that come in,
and those of the document, which are the same bytes again where it is not packed."""

QUICK = 1024 * 1024
"""Bytes of work with a document that are done at once."""

LATE_S = 0.002
YIELD_S = 0.01
YIELD_MOST_S = 0.1
"""A loop that wakes us so late has more to do for others: they go first, for a while."""

STEP = 512 * 1024
"""Bytes of work between two waits for the pace: each costs as much as reading some of them."""

CRUMB = 2 * 1024
"""Bytes of work that a piece is at least, however small it is."""


_NO_ROOM = "sent a large document, and there was no room for it beside others"


class Crowded(Exception):
    """Too many documents wait for room already."""


class Clock:
    """The time that one call has; it can stand, and end before its time."""

    def __init__(self, seconds: float) -> None:
        """Take how long it runs; it begins with its ``limit``."""
        self.limit = asyncio.timeout(seconds)
        self.stood_s = 0.0
        """For how long it stood."""
        self.verdict = f"did not answer in full within {seconds:g} s"
        """What a server did whose time is over."""

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let no time pass meanwhile, but for what is longer than it may stand."""
        loop, verdict = asyncio.get_running_loop(), self.verdict
        begun_s = loop.time()
        left_s = (self.limit.when() or begun_s) - begun_s
        self.verdict = _NO_ROOM
        self.limit.reschedule(begun_s + left_s + STANDS_S - self.stood_s)
        yield
        self.verdict = verdict
        self.limit.reschedule(loop.time() + left_s)
        self.stood_s += loop.time() - begun_s

    def end(self) -> None:
        """Let the time be over."""
        if not self.limit.expired():
            self.verdict = "sent a large document so slowly that others waited for it"
            self.limit.reschedule(asyncio.get_running_loop().time())


@dataclass(slots=True, eq=False)
class Share:
    """What one document has of the room; a context manager, which gives it back."""

    room: "Room"
    clock: Clock
    size: int = 0
    held: int = 0
    """How many bytes of it are in the room."""
    wanted: int = 0
    turn: asyncio.Future[None] | None = None
    """What it waits for."""
    worked: int = 0
    paced: int = QUICK

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.room.leave(self)

    async def came(self, size: int, *, packed: bool) -> None:
        """Take in a piece as it came; if ``packed``, it may be kept beside what it unpacks to."""
        if packed:
            await self._take(size)
        await self._work(max(size, CRUMB))

    async def grown(self, size: int) -> None:
        """Take in a piece of the document itself."""
        await self._take(size + PIECE_KEPT)
        await self._work(size)

    async def _take(self, size: int) -> None:
        self.size += size
        if self.size > LIGHT:
            await self.room.take(self, min(size, self.size - LIGHT))

    async def _work(self, size: int) -> None:
        self.worked += size
        if self.worked - self.paced > STEP:
            work, self.paced = self.worked - self.paced, self.worked
            await self.room.pace(work)


class Room:
    """The room for heavy documents of one process. For use in one event loop."""

    def __init__(self) -> None:
        self._free = ROOM
        self._heavy: dict[Share, None] = {}
        """Those that have asked for room, in that order."""
        self._filled: Share | None = None
        """The one that may have its fill."""
        self._kept = 0
        """How many bytes have come and wait to be read, beyond those that are light."""
        self._paced_s = 0.0
        """Until when what was read takes by the pace, by the loop's clock."""
        self._watch: asyncio.TimerHandle | None = None

    @property
    def held(self) -> int:
        """How many bytes heavy documents hold until they are read, beyond those that each may have anyway."""
        return sum(one.held for one in self._heavy) + self._kept

    @property
    def waiting(self) -> int:
        """How many documents wait for room."""
        return sum(one.turn is not None for one in self._heavy)

    def share(self, clock: Clock) -> Share:
        """Return the share of a document, none so far; ``clock`` is that of its call."""
        return Share(self, clock)

    @contextmanager
    def keep(self, size: int) -> Iterator[None]:
        """Let a document of ``size`` bytes take room, which has come and is to be read."""
        size = max(0, size - LIGHT)
        self._kept += size
        self._free -= size
        try:
            yield
        finally:
            self._kept -= size
            self._free += size
            if size:
                self._go_on()

    async def take(self, share: Share, size: int) -> None:
        """Wait until there is room for ``size`` more bytes of a document, which are in hand, and take it.

        Raises:
            Crowded: too many wait already.
        """
        self._heavy[share] = None
        share.wanted = size
        while not self._fits(share):
            if self._filled is None and self._kept < ROOM:
                self._fill(share)
            else:
                await self._wait(share)
        share.held += size
        if share is not self._filled:
            self._free -= size

    async def _wait(self, share: Share) -> None:
        if self.waiting >= MOST_WAITING:
            share.clock.verdict = _NO_ROOM
            raise Crowded
        share.turn = asyncio.get_running_loop().create_future()
        if self._watch is None and self._filled:
            self._watch_over(self._filled)
        with share.clock.standing():
            await share.turn
        share.turn = None

    async def pace(self, size: int) -> None:
        """Wait as long as ``size`` bytes take, and a while longer if others have need of the loop."""
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        self._paced_s = due_s = max(self._paced_s, now_s) + size / PACE
        until_s = now_s + YIELD_MOST_S
        while True:
            await asyncio.sleep(due_s - loop.time())
            now_s = loop.time()
            if now_s - due_s < LATE_S or now_s > until_s:
                return
            due_s = now_s + YIELD_S

    def leave(self, share: Share) -> None:
        """Give back the room of a document that has come to its end, and let others go on."""
        if share not in self._heavy:
            return
        del self._heavy[share]
        if share is self._filled:
            self._filled = None
        else:
            self._free += share.held
        self._go_on()

    def _go_on(self) -> None:
        """Let those that wait go on as far as there is room."""
        waiting = [one for one in self._heavy if one.turn and not one.turn.done()]
        if waiting and self._filled is None and self._kept < ROOM:
            self._fill(waiting[0])
            if self._watch is None:
                self._watch_over(waiting[0])
        for one in waiting:
            if one.turn and self._fits(one):
                one.turn.set_result(None)

    def _fill(self, share: Share) -> None:
        """Let a document have its fill, which no other shares."""
        self._filled = share
        self._free += share.held

    def _fits(self, share: Share) -> bool:
        return share.held + share.wanted <= self._free or share is self._filled

    def _watch_over(self, filled: Share) -> None:
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(PATIENCE_S, self._judge, filled, filled.held)

    def _judge(self, filled: Share, held: int) -> None:
        """Give up a document that has its fill but comes too slowly, as long as others wait for that."""
        self._watch = None
        if self._filled and any(one.turn for one in self._heavy):
            if self._filled is filled and filled.held - held < LEAST:
                filled.clock.end()
            self._watch_over(self._filled)

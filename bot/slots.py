"""How many looks there are at once: those that take much longer than most give their places to others."""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

LONG = 4
"""A look that takes so many times longer than most gives up its slot."""

LONG_LEAST_S = 0.1
LATE_S = 0.02
"""A loop that is so late has enough to do: looks are slow by that, and more of them would be so too."""

OPEN_MOST = 4
"""How many looks may be open for each slot, those that gave theirs up included."""

HELD_MOST = 4 * 1024 * 1024
"""Beyond so many bytes of documents in hand it is one look a slot: they wait for readers, not servers."""


class Slots:
    """How many looks there are at once; those that take long count no more, up to a bound."""

    def __init__(self, count: int, held: Callable[[], int] = lambda: 0) -> None:
        """Take how many there are, and what tells how many bytes of documents open looks hold."""
        self._count = count
        self._held = held
        self._young = deque[Slot]()
        """Slots in the order in which they were taken, given back or not, until they are old."""
        self._counted = 0
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._usual_s = LONG_LEAST_S / LONG
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, freed: Callable[[], None]) -> "Slot":
        """Wait for a slot; whoever has it gives it back. ``freed`` hears when another may have its place."""
        while self._counted >= self._count or self._open >= self._most():
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                freed()
                self._wake()
                raise
        loop = asyncio.get_running_loop()
        slot = Slot(loop.time(), freed)
        self._counted += 1
        self._open += 1
        self._young.append(slot)
        if self._timer is None:
            self._timer = loop.call_later(LONG_LEAST_S / 2, self._age, loop)
        return slot

    def give_back(self, slot: "Slot") -> None:
        """End a look; how long it took counts in what is usual."""
        took_s = asyncio.get_running_loop().time() - slot.begun_s
        # A running median: up and down by the same small share.
        self._usual_s *= 1 + (1 if took_s > self._usual_s else -1) / 32
        self._usual_s = max(self._usual_s, LONG_LEAST_S / LONG)
        self._open -= 1
        self._free(slot)
        self._wake()

    def _most(self) -> int:
        return self._count if self._held() > HELD_MOST else OPEN_MOST * self._count

    def _age(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let others have the places of looks that take long, unless it is our own loop that is slow."""
        is_late = self._timer is not None and loop.time() - self._timer.when() > LATE_S
        self._timer = None
        oldest_s = -math.inf if is_late else loop.time() - max(LONG * self._usual_s, LONG_LEAST_S)
        while self._young and (self._young[0].is_free or self._young[0].begun_s < oldest_s):
            self._free(self._young.popleft())
        if self._young:
            self._timer = loop.call_later(LONG_LEAST_S / 2, self._age, loop)

    def _free(self, slot: "Slot") -> None:
        if not slot.is_free:
            slot.is_free = True
            self._counted -= 1
            slot.freed()
            self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


@dataclass(slots=True, eq=False)
class Slot:
    """One look's place among those at work, since ``begun_s`` by the loop's clock."""

    begun_s: float
    freed: Callable[[], None]
    is_free: bool = False

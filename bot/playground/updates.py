"""The queue of updates and its one long-polling reader."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.playground.refusal import ApiError
from bot.playground.world import Json

DAY_S = 24 * 3600.0
CALLBACK_S = 150.0
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(frozen=True, slots=True)
class Update:
    """One update on its way; ``until`` is on the clock of its queue."""

    id: int
    kind: str
    payload: Json
    until: float

    def json(self) -> Json:
        """Return the Bot API's Update object."""
        return {"update_id": self.id, self.kind: self.payload}


class Updates:
    """What the bot has not confirmed yet. ``now`` is a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float], first_id: int = 100_000) -> None:
        self._now = now
        self._next_id = first_id
        self._waiting: list[Update] = []
        self._arrived = asyncio.Event()
        self._poll = 0
        self._last_offset: int | None = None
        self._last_start = float("-inf")
        self._allowed: frozenset[str] = frozenset()

    def add(self, kind: str, payload: Json, lifetime_s: float = DAY_S) -> None:
        """Queue an update, unless the bot does not want its kind."""
        wanted = kind in self._allowed if self._allowed else kind not in _NOT_BY_DEFAULT
        if wanted:
            self._waiting.append(Update(self._next_id, kind, payload, self._now() + lifetime_s))
            self._next_id += 1
            self._wake()

    def allow(self, kinds: Iterable[str]) -> None:
        """Keep from now on to these kinds; none means the usual ones."""
        self._allowed = frozenset(kinds)

    @property
    def pending(self) -> int:
        """How many updates wait."""
        return len(self._waiting)

    def clear(self) -> None:
        """Forget what waits (``drop_pending_updates``)."""
        self._waiting.clear()

    def interrupt(self) -> None:
        """End the poll that is under way, if any, with 409."""
        self._poll += 1
        self._wake()

    async def get(self, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """Wait for updates from ``offset`` on, and confirm what lies before it.

        A negative offset keeps only the last so many. Asking for the same offset again at once is held
        as Telegram holds it: it waits three seconds if there is nothing, and brings one update at most.

        Raises:
            ApiError: 409, another poll has begun meanwhile.
        """
        self.interrupt()
        poll, start = self._poll, self._now()
        if offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset > 0:
            self._waiting = [update for update in self._waiting if update.id >= offset]
        if offset == self._last_offset:
            if start < self._last_start + 3:
                timeout_s = max(timeout_s, 3)
            if start < self._last_start + 0.5:
                limit = 1
        self._last_offset, self._last_start = offset, start
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := self._current(limit)) and poll == self._poll:
                    await self._arrived.wait()
        except TimeoutError:
            found = []
        if poll != self._poll:
            raise ApiError(409, CONFLICT)
        return [update.json() for update in found]

    def _current(self, limit: int) -> list[Update]:
        now = self._now()
        self._waiting = [update for update in self._waiting if update.until > now]
        return self._waiting[:limit]

    def _wake(self) -> None:
        """Wake every poll: each waits on the event that stood when it looked."""
        self._arrived.set()
        self._arrived = asyncio.Event()

"""One at a time for each key: who comes later waits for what the attempt before brings, but not for long."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

WAIT_S = 5.0
"""Nobody waits longer for others: one slow picture must not hold up everybody."""

K = TypeVar("K", bound=Hashable)


class _Line:
    """Those who want the same."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.people = 0


class Turns(Generic[K]):
    """A line for each key that somebody holds or waits for; nothing is kept of the others."""

    def __init__(self) -> None:
        self._lines: dict[K, _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @asynccontextmanager
    async def take(self, key: K, within_s: float = WAIT_S) -> AsyncIterator[bool]:
        """Come in when those before are out again, and let the next one in by going out.

        Whoever has waited for ``within_s`` seconds (:data:`WAIT_S` at most) comes in beside them: False.
        """
        line = self._lines.setdefault(key, _Line())
        line.people += 1
        alone = False
        try:
            alone = await _acquired(line.lock, min(within_s, WAIT_S))
            yield alone
        finally:
            if alone:
                line.lock.release()
            line.people -= 1
            if not line.people:
                del self._lines[key]


async def _acquired(lock: asyncio.Lock, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            return await lock.acquire()
    except TimeoutError:
        return False

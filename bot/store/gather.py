"""Small writes that can wait a moment, made together: many looks end at nearly the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

DELAY_S = 0.01
"""How long the first of them waits for others."""

MOST = 100
"""How many are made together at most: some milliseconds of Redis' time."""

One = TypeVar("One")


class Gather(Generic[One]):
    """Hands what several callers add to ``send`` in one call, and its outcome back to each of them."""

    def __init__(self, send: Callable[[list[One]], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: list[tuple[One, asyncio.Future[None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()

    async def add(self, one: One) -> None:
        """Have ``one`` written with others, and return once it is.

        A caller who is cancelled meanwhile takes nothing back. Raises whatever ``send`` does.
        """
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._waiting.append((one, written))
        if len(self._waiting) >= MOST:
            self._leave()
        elif self._timer is None:
            self._timer = loop.call_later(DELAY_S, self._leave)
        await written

    def _leave(self) -> None:
        """Send off what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting, []
        sending = asyncio.get_running_loop().create_task(self._go(batch))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def _go(self, batch: list[tuple[One, asyncio.Future[None]]]) -> None:
        trouble: Exception | None = None
        try:
            await self._send([one for one, _ in batch])
        except Exception as error:  # noqa: BLE001  it is those callers'
            trouble = error
        for _, written in batch:
            if written.done():
                continue
            if trouble:
                written.set_exception(trouble)
            else:
                written.set_result(None)

"""A look at the beginning of what an address holds, before Telegram is asked to load it.

Telegram's refusal costs the chat a call and the address its good name for days; a look costs a part of a
second. What was seen is remembered for all chats, and so is that nothing could be seen.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bot.deliver.judging import Facts, Head, Verdict, facts_of, judge
from bot.deliver.recent import Recent
from bot.deliver.turns import Turns
from bot.render.parts import Media

HEAD_BYTES = 64 * 1024
"""Enough for the shape of nearly every picture: only large previews within a JPEG push it further behind."""

PROBE_S = 3.0
"""What takes longer is not waited for: the address is tried as it is."""

Peek = Callable[[str], Awaitable[Head | None]]
"""The beginning of what an address holds, guarded and bounded; None where it cannot be had."""


class Probes:
    """Looks, one at a time at each address. Without ``peek`` nothing is known of any."""

    def __init__(self, peek: Peek | None) -> None:
        self._peek = peek
        self._turns: Turns[str] = Turns()
        self._seen: Recent[str, tuple[Facts | None]] = Recent(5_000, 600, time.monotonic)

    async def verdict(self, media: Media, url: str, within_s: float) -> Verdict:
        """Return what is to be done with ``url``, in :data:`PROBE_S` seconds or in ``within_s``."""
        return judge(media, await self._facts(url, min(PROBE_S, within_s)))

    async def _facts(self, url: str, within_s: float) -> Facts | None:
        if self._peek is None:
            return None
        seen = self._seen.get(url)
        if seen is None:
            try:
                async with asyncio.timeout(within_s), self._turns.take(url, within_s):
                    seen = self._seen.get(url)
                    if seen is None:
                        head = await self._peek(url)
                        seen = (None if head is None else facts_of(head),)
            except TimeoutError:
                seen = (None,)
            self._seen.put(url, seen)
        return seen[0]

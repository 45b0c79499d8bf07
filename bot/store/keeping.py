"""How many items of a feed are kept: the archive gives way before Redis is full."""

import logging
import time

from bot.errors import StoreError
from bot.store.door import Door

KEPT_WHEN_SHORT = 55
"""How many items of a feed are kept where Redis is short of memory."""

MEMORY_SHORT = 0.7
"""How full Redis may be before it counts as short: of its ``maxmemory``, else of half the machine's."""

MEMORY_S = 60.0
"""How often that is looked at."""

logger = logging.getLogger(__name__)


class Keeping:
    """Tells how many items of a feed to keep, ``keep_items`` at most."""

    def __init__(self, door: Door, keep_items: int) -> None:
        self._door = door
        self._keep_items = keep_items
        self._is_short = False
        self._looked_s = float("-inf")

    async def most(self) -> int:
        """Return how many items of a feed to keep now.

        1000 busy feeds of :data:`KEPT_WHEN_SHORT` items take some 245 MB (benchmarks/memory.py).
        """
        now_s = time.monotonic()
        if now_s - self._looked_s > MEMORY_S:
            self._looked_s = now_s
            try:
                told = await self._door.do("INFO", "memory")
            except StoreError:  # a server that does not tell takes items all the same
                told = {}
            room = told.get("maxmemory") or told.get("total_system_memory", 0) / 2
            short = 0 < MEMORY_SHORT * room < told.get("used_memory", 0)
            if short and not self._is_short:
                logger.warning(
                    "Redis holds %d MB of %d MB: no more than %d items of each feed are kept from now on",
                    told["used_memory"] >> 20, int(room) >> 20, KEPT_WHEN_SHORT,
                )  # fmt: skip
            self._is_short = short
        return min(self._keep_items, KEPT_WHEN_SHORT) if self._is_short else self._keep_items

"""What must be noted is noted, however long the store is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.errors import StoreUnavailable, StoreUnfit

RETRY_S = 0.1
"""The first pause before asking a store again that is away; it doubles up to fifty times that."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


async def surely(step: Callable[[], Awaitable[T]]) -> T:
    """Run a step of the store's, again and again while the store is away."""
    pause_s = RETRY_S
    while True:
        try:
            return await step()
        except (StoreUnavailable, StoreUnfit) as error:
            logger.debug("waiting for the store: %s", error)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, 50 * RETRY_S)

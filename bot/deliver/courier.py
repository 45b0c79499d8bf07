"""Loop three: claim chats that may hear us now, and send each its next item.

Several items are on their way at once, never two to one chat: the claim's lease sees to that, in
this process and in all others.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from bot.deliver.carrier import LEASE_S, Carrier, Ear, Lanes, People, Sends
from bot.deliver.letters import Items, Letters
from bot.errors import StoreError, TokenRefused
from bot.settings import Settings
from bot.store.outbox import Claimed

WORKERS = 32
"""Deliveries at the same time: 30 a second at a second each; a slow picture holds up one of them."""

STOP_WITHIN_S = 10.0
"""How long deliveries in hand may take after the stop signal."""

IDLE_S = 0.25
"""How soon an idle outbox is asked again: it bounds what waiting adds to an item's way."""

STORE_REST_S = 1.0
"""How soon a store that is away is asked again."""

REPORT_S = 60.0
"""How often the log says how many went out."""

logger = logging.getLogger(__name__)


class Courier:
    """Delivers what the outbox holds until told to stop. ``clock`` is in epoch milliseconds."""

    def __init__(
        self,
        outbox: Lanes,
        news: Items,
        chats: People,
        sender: Sends,
        settings: Settings,
        *,
        ear: Ear,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._outbox = outbox
        self._carrier = Carrier(outbox, chats, Letters(news, chats, settings), sender, ear, clock)
        self._wake = asyncio.Event()
        self._store_away = False
        self._reported_s = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop`` is set; then what is in hand may finish within :data:`STOP_WITHIN_S`.

        Raises:
            TokenRefused: Telegram will not have us; what was in hand has gone back to its lane.
        """
        hands: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            bell = group.create_task(self._ring(stop))
            while not stop.is_set() and not self._carrier.refused:
                self._wake.clear()
                claimed = await self._claim(WORKERS - len(hands))
                for claim in claimed.claims:
                    hand = group.create_task(self._carrier.carry(claim))
                    hands.add(hand)
                    hand.add_done_callback(hands.discard)
                    hand.add_done_callback(lambda _: self._wake.set())
                await self._rest(claimed.wait_ms / 1000)
                self._report()
            await _finish(hands)
            bell.cancel()
        self._report(now=True)
        if self._carrier.refused:
            raise TokenRefused(
                f"Telegram refuses TELEGRAM_BOT_TOKEN ({self._carrier.refused}); ask @BotFather"
            )

    async def _claim(self, room: int) -> Claimed:
        """Ask for at most ``room`` items; while the store is away, or there is no room, there are none."""
        if not room:
            return Claimed((), round(IDLE_S * 1000))
        try:
            claimed = await self._outbox.claim(room, round(LEASE_S * 1000))
        except StoreError as error:
            if not self._store_away:
                logger.warning("nothing is sent until the store is back: %s", error)
            self._store_away = True
            return Claimed((), round(STORE_REST_S * 1000))
        if self._store_away:
            logger.info("the store is back; sending goes on")
        self._store_away = False
        return claimed

    async def _rest(self, wanted_s: float) -> None:
        """Wait for as long as there can be no work; a hand that comes free, or the stop, ends it."""
        longest_s = STORE_REST_S if self._store_away else IDLE_S
        try:
            async with asyncio.timeout(min(wanted_s, longest_s)):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _ring(self, stop: asyncio.Event) -> None:
        """End the rest when ``stop`` is set."""
        await stop.wait()
        self._wake.set()

    def _report(self, *, now: bool = False) -> None:
        """Say every minute what went out."""
        if not now and time.monotonic() - self._reported_s < REPORT_S:
            return
        self._reported_s = time.monotonic()
        if line := self._carrier.tally.report():
            logger.info("%s", line)


async def _finish(hands: set[asyncio.Task[None]]) -> None:
    """Let deliveries in hand end; what takes too long is cut off and comes back with its lease."""
    if not hands:
        return
    _, late = await asyncio.wait(hands, timeout=STOP_WITHIN_S)
    for hand in late:
        hand.cancel()
    if late:
        logger.warning("%d deliveries were cut off by the stop; they are taken up again", len(late))

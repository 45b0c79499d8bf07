"""Loop three: claim chats that may hear us now, and send each its next item.

Several items are on their way at once, never two to one chat: the claim's lease sees to that, in
this process and in all others.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.deliver.carrier import Carrier
from bot.deliver.correcting import Corrector, Edits
from bot.deliver.letters import Items, Letters, Memory
from bot.deliver.partners import LEASE_S, Ear, Lanes, People, Sends
from bot.deliver.standing import Standing
from bot.errors import StoreError, TokenRefused
from bot.items import ChatId
from bot.settings import Settings
from bot.store.edits import EditClaim
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

TIDY_S = 3600.0
"""How often chats are forgotten that were lost long ago."""

JUMP_MS = 5_000
"""A clock that differs by this much from what has passed was set."""

logger = logging.getLogger(__name__)


class Outbox(Lanes, Memory, Protocol):
    """What is needed of :class:`bot.store.outbox.Outbox`."""

    async def claim(self, limit: int, lease_ms: int) -> Claimed:
        """Hand out what may be sent now."""


class Chats(People, Protocol):
    """What is needed of :class:`bot.store.chats.Chats`."""

    async def abandon(self) -> list[ChatId]:
        """Forget chats that were lost long ago."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """The rooms of the store that delivering takes from."""

    outbox: Outbox
    edits: Edits
    news: Items
    chats: Chats


class Courier:
    """Delivers what the outbox holds until told to stop. ``clock`` is in epoch milliseconds."""

    def __init__(
        self,
        store: Shelves,
        sender: Sends,
        settings: Settings,
        *,
        ear: Ear,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._outbox = store.outbox
        self._chats = store.chats
        letters = Letters(store.news, store.outbox, settings)
        standing = Standing()
        self._carrier = Carrier(store.outbox, store.chats, letters, sender, ear, clock, standing)
        self._corrector = Corrector(store.edits, store.outbox, letters, sender, self._halt, standing)
        self._wake = asyncio.Event()
        self._store_away = False
        self._reported_s = self._tidied_s = time.monotonic()
        self._clocks: tuple[int, float] | None = None
        """Redis' clock (ms) and ours (s) at the last claim."""

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
                rest_s = await self._start(group, hands)
                await self._rest(rest_s)
                self._report()
                await self._tidy()
            await _finish(hands)
            bell.cancel()
        self._report(now=True)
        if self._carrier.refused:
            raise TokenRefused(
                f"Telegram refuses TELEGRAM_BOT_TOKEN ({self._carrier.refused}); ask @BotFather"
            )

    async def _start(self, group: asyncio.TaskGroup, hands: set[asyncio.Task[None]]) -> float:
        """Begin whatever may be done now, news first; return for how long there is nothing more, in s."""
        room = (1 if self._carrier.is_careful else WORKERS) - len(hands)
        claimed = await self._claim(room)
        self._look_after(claimed)
        work = [self._carrier.carry(claim) for claim in claimed.claims]
        rest_ms, room = claimed.wait_ms, room - len(work)
        if claimed.edit_ms == 0 and room > 0:
            edits = await self._claim_edits(room)
            work += [self._corrector.correct(edit) for edit in edits]
        elif claimed.edit_ms:
            rest_ms = min(rest_ms, claimed.edit_ms)
        for one in work:
            hand = group.create_task(one)
            hands.add(hand)
            hand.add_done_callback(hands.discard)
            hand.add_done_callback(lambda _: self._wake.set())
        return rest_ms / 1000

    async def _claim_edits(self, room: int) -> tuple[EditClaim, ...]:
        """Ask for edits; while the store is away there are none."""
        try:
            return await self._corrector.claim(room)
        except StoreError as error:
            logger.debug("no edits while the store is away: %s", error)
            return ()

    async def _claim(self, room: int) -> Claimed:
        """Ask for at most ``room`` items; while the store is away, or there is no room, there are none."""
        if room <= 0:
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

    def _look_after(self, claimed: Claimed) -> None:
        """Tell of what a claim met beside its work: chats that cannot be served, a clock that was set."""
        for chat, why in claimed.broken:
            logger.error(
                "chat %d: its keys in Redis hold what is not newsrelay's (%s); it is left alone until "
                "something new is laid for it",
                chat,
                why,
            )
        if not claimed.now_ms:
            return
        now_s = time.monotonic()
        if self._clocks:
            then_ms, then_s = self._clocks
            jump_ms = claimed.now_ms - then_ms - (now_s - then_s) * 1000
            if abs(jump_ms) >= JUMP_MS:
                logger.warning(
                    "Redis' clock was set %s by %.0f s; what waits goes on by the new time",
                    "back" if jump_ms < 0 else "forward",
                    abs(jump_ms) / 1000,
                )
        self._clocks = (claimed.now_ms, now_s)

    async def _tidy(self) -> None:
        """Forget chats that were lost long ago, now and then."""
        if time.monotonic() - self._tidied_s < TIDY_S:
            return
        self._tidied_s = time.monotonic()
        try:
            while gone := await self._chats.abandon():
                logger.info("chats lost long ago are forgotten: %s", ", ".join(map(str, gone)))
        except StoreError as error:
            logger.debug("lost chats are forgotten later: %s", error)

    async def _halt(self, why: str) -> None:
        """Stop: Telegram will not have us."""
        self._carrier.refused = why

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

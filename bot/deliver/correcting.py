"""Messages that were sent follow what their feeds say now: each is edited in place.

An edit may be repeated without harm, so nothing is asked for here: what fails is tried again, and
what Telegram does not take is left as it stands. News goes first.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.deliver.asking import Amends, Later
from bot.deliver.letters import Letters, Withdrawn, messages_of
from bot.deliver.outcome import Down, Edited, Halt, NotOurs, Sent, Unchanged, Unclear, Wait
from bot.deliver.recent import Recent
from bot.deliver.standing import Standing
from bot.items import ChatId, ItemId
from bot.render.parts import Message, RichText
from bot.store.edits import EditClaim

LEASE_S = 90.0
"""Longer than an edit in both forms: what a killed worker held comes back then."""

BEGUN_S = 10.0
"""No further message of an item is begun later than this: the next claim goes on with it."""

AGAIN_S = 20.0
"""How soon an edit that met an outage is tried again; it is in no hurry. Without an answer, it doubles …"""

LONGEST_S = 3600.0
"""… up to this: what keeps Telegram from answering may be the edit itself, until its item expires."""

PLAIN_FROM = 2
"""Edits without an answer from which on the words alone are changed: it may be the picture."""

FURTHER_MS = 4_000
"""How long the edit of an item's further message waits for its place."""

OVER = Message(RichText("…"))
"""What is left of a message of an item that has become too short to need it."""

logger = logging.getLogger(__name__)


class Edits(Protocol):
    """What is needed of :class:`bot.store.edits.Edits`."""

    async def claim(self, limit: int, lease_ms: int) -> tuple[EditClaim, ...]:
        """Hand out messages to edit now."""

    async def finish(self, claim: EditClaim, *, again_ms: int | None = None, done: bool = False) -> None:
        """Note what became of one."""


class Budget(Protocol):
    """What is needed of :class:`bot.store.outbox.Outbox`."""

    async def reserve(
        self, chat_id: ChatId, cost: int = 1, *, edit: bool = False, within_ms: int = ...
    ) -> int:
        """Take a place for an edit."""

    async def hold(self, chat_id: ChatId | None, wait_ms: int, *, flood: bool = False) -> None:
        """Let everything wait that is meant for the chat."""


class Corrector:
    """Edits messages, any number at a time. ``halt`` hears why Telegram will not have us at all."""

    def __init__(
        self,
        edits: Edits,
        outbox: Budget,
        letters: Letters,
        amends: Amends,
        halt: Callable[[str], Awaitable[None]],
        standing: Standing | None = None,
    ) -> None:
        self._standing = standing or Standing()
        self._edits = edits
        self._outbox = outbox
        self._letters = letters
        self._amends = amends
        self._halt = halt
        self._unclear: Recent[tuple[ChatId, ItemId], int] = Recent(10_000, 2 * LONGEST_S, time.monotonic)
        """How often in a row an edit got no answer, as far as this worker knows."""
        self._changed: Recent[tuple[ChatId, ItemId, str], int] = Recent(10_000, LONGEST_S, time.monotonic)
        """How many of an item's messages say already what a note of a correction is about."""

    async def claim(self, room: int) -> tuple[EditClaim, ...]:
        """Return up to ``room`` messages to edit now."""
        return await self._edits.claim(room, round(LEASE_S * 1000))

    async def correct(self, claim: EditClaim) -> None:
        """Edit one message and note the outcome; what goes wrong with it stays here."""
        try:
            outcome = await self._attempt(claim)
            await self._conclude(claim, outcome)
        except Exception:  # its lease brings it back
            logger.exception(
                "chat %d, message %d: the edit failed by our fault", claim.chat, claim.message_id
            )

    async def _attempt(self, claim: EditClaim) -> Edited | Withdrawn | Later:
        """Edit the item's messages, one after the other; the claim took the place of the first of them."""
        began = asyncio.get_running_loop().time()
        letter = await self._letters.again(claim)
        if isinstance(letter, Withdrawn):
            return letter
        times = self._unclear.get((claim.chat, claim.item)) or 0
        new_picture = claim.new_picture and times < PLAIN_FROM
        ids = claim.pieces or (claim.message_id,)
        messages = messages_of(letter.message)[: len(ids)]
        standing = zip(ids, [*messages, *[OVER] * (len(ids) - len(messages))], strict=True)
        outcome: Edited = Unchanged()
        done = self._changed.get(_what(claim)) or 0
        for place, (message_id, message) in list(enumerate(standing))[done:]:
            is_new = new_picture and not place
            if not is_new and self._standing.holds(claim.chat, message_id, message, edits=claim.earlier):
                self._stands(claim, place, message_id, message, Unchanged(whole=True))
                continue
            if place > done:
                if asyncio.get_running_loop().time() - began > BEGUN_S:
                    return Later(0)
                wait_ms = await self._outbox.reserve(claim.chat, edit=True, within_ms=FURTHER_MS)
                if wait_ms > FURTHER_MS:
                    return Later(wait_ms)
                await asyncio.sleep(wait_ms / 1000)
            outcome = await self._amends.amend(claim.chat, message_id, message, new_picture=is_new)
            if not isinstance(outcome, Sent | Unchanged):
                return outcome
            self._stands(claim, place, message_id, message, outcome)
        return outcome

    def _stands(
        self, claim: EditClaim, place: int, message_id: int, message: Message, outcome: Sent | Unchanged
    ) -> None:
        """Remember that one of the item's messages says what it should."""
        edits, whole = claim.earlier + 1, outcome.whole
        self._standing.note(claim.chat, message_id, message, edits=edits, whole=whole)
        self._changed.put(_what(claim), place + 1)

    async def _conclude(self, claim: EditClaim, outcome: Edited | Withdrawn | Later) -> None:
        if not isinstance(outcome, Wait | Down | Unclear | Later):
            self._changed.drop(_what(claim))
        match outcome:
            case Sent() | Unchanged():
                how = "corrected" if isinstance(outcome, Sent) else "stands as it should"
                logger.info("chat %d, message %d: %s", claim.chat, claim.message_id, how)
                self._unclear.drop((claim.chat, claim.item))
                await self._edits.finish(claim, done=isinstance(outcome, Sent))
            case Wait(seconds):
                wait_ms = round(seconds * 1000) + 500
                await self._outbox.hold(claim.chat, wait_ms, flood=True)
                await self._edits.finish(claim, again_ms=wait_ms)
            case Later(wait_ms):
                await self._edits.finish(claim, again_ms=wait_ms)
            case Down():
                await self._edits.finish(claim, again_ms=round(AGAIN_S * 1000))
            case Unclear():
                times = self._unclear.get((claim.chat, claim.item)) or 0
                self._unclear.put((claim.chat, claim.item), times + 1)
                again_s = min(AGAIN_S * 2.0**times, LONGEST_S)
                await self._edits.finish(claim, again_ms=round(again_s * 1000))
            case Halt(why):
                await self._edits.finish(claim, again_ms=0)
                await self._halt(why)
            case Withdrawn(why) | NotOurs(why):
                logger.info("chat %d, message %d: left as it is: %s", claim.chat, claim.message_id, why)
                await self._edits.finish(claim)
            case _:  # the chat is lost, has moved, or refuses: the next item that is sent there shows it
                logger.info("chat %d, message %d: left as it is: %s", claim.chat, claim.message_id, outcome)
                await self._edits.finish(claim)


def _what(claim: EditClaim) -> tuple[ChatId, ItemId, str]:
    return claim.chat, claim.item, claim.note

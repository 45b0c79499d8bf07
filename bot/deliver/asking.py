"""Before a message is sent again of which nobody knows whether it arrived: ask Telegram.

A message has a higher id than all before it in its chat. An edit that would change nothing tells of
each id that may be it whose message that is, and leaves no trace: "message is not modified" for ours,
"can't be edited" for another's, "not found" for none. What is found is proof. What is not found is
proof where ids follow each other closely, in channels and supergroups; elsewhere the message is sent
again all the same (docs/decisions/0008-asking-before-repeating.md).
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Protocol

from bot.deliver.outcome import (
    ChatLost,
    Down,
    Edited,
    Halt,
    MediaRefused,
    Migrated,
    NotOurs,
    Refused,
    Sent,
    TopicLost,
    Unchanged,
    Unclear,
    Wait,
)
from bot.deliver.recent import Recent
from bot.items import ChatId, ItemId
from bot.render.parts import Message
from bot.store.outbox import Claim

IDS_ASKED = 6
"""How many ids are asked for: what others wrote since lies between, and each costs an edit."""

HOLES = 2
"""So many ids in a row that nobody has: there is nothing beyond. One alone may have been deleted."""

PLACE_MS = 1_000
"""A place that comes free within the bot's window is waited for: a busy bot never has one at once."""

AGAIN_MS = 10_000
"""After so long several edits are free again in nearly any chat."""

HOLE_S = 60.0
"""How long an id that nobody had is not asked for again: where one edit at a time is free, it
would be the only one that is ever asked for."""

_OTHER_FORM = "in the message to edit"
"""What is said of a message that has neither text nor caption."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """It had arrived, with this id; ``whole`` as of :class:`bot.deliver.outcome.Sent`."""

    message_id: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """It cannot be asked for now; nothing may be sent before it was."""

    wait_ms: int


Answer = Found | Later | Wait | ChatLost | Migrated | Unclear | Down | Halt | None
"""None: as far as can be told it has not arrived."""


class Shelf(Protocol):
    """What is needed of :class:`bot.store.outbox.Outbox`."""

    async def reserve(
        self, chat_id: ChatId, cost: int = 1, *, edit: bool = False, within_ms: int = ...
    ) -> int:
        """Take a place for an edit if one comes free in time; return the milliseconds to wait for it."""

    async def note_known(self, chat_id: ChatId, message_id: int) -> None:
        """Note a message that is another."""

    async def unknown_after(self, chat_id: ChatId, after: int, count: int) -> list[int]:
        """Return the ids that may be it."""

    async def unknown_in_box(self, chat_id: ChatId, after: int, count: int) -> list[int]:
        """Return the ids that may be it where all private chats and basic groups count together."""


class Amends(Protocol):
    """What is needed of :class:`bot.deliver.sender.Sender`."""

    async def amend(
        self, chat: ChatId, message_id: int, message: Message, *, new_picture: bool = False
    ) -> Edited:
        """Make ``message`` of a message that was sent."""


class Asking:
    """Asks, and remembers for a while how far it came with each item."""

    def __init__(self, shelf: Shelf, amends: Amends) -> None:
        self._shelf = shelf
        self._amends = amends
        self._holes: Recent[tuple[ChatId, ItemId], frozenset[int]] = Recent(1_000, HOLE_S, time.monotonic)
        """The ids that nobody had."""

    async def ask(self, claim: Claim, message: Message) -> Answer:
        """Return whether ``message``, sent under an earlier claim, stands in the chat.

        What is another's is noted, so that a claim that had to wait for its next edit goes on from there.
        """
        answer = await self._ask(claim, message)
        if answer is None:
            # It is sent now: what nobody had may be its id next time.
            self._holes.put((claim.chat, claim.item), frozenset())
        return answer

    async def _ask(self, claim: Claim, message: Message) -> Answer:
        what = (claim.chat, claim.item)
        asked = self._holes.get(what) or frozenset()
        ids, is_dense = await self._candidates(claim)
        holes = 0
        for message_id in ids:
            answer: Edited | Later
            if message_id in asked:
                answer = NotOurs("nobody had it a moment ago", missing=True)
            else:
                answer = await self._one(claim, message_id, message)
            match answer:
                case Sent(whole=whole) | Unchanged(whole=whole):
                    return Found(message_id, whole)
                case NotOurs(missing=True):
                    holes += 1
                    asked |= {message_id}
                    self._holes.put(what, asked)
                    if holes == HOLES and is_dense:
                        return None
                case Later() | Wait() | ChatLost() | Migrated() | Unclear() | Down() | Halt():
                    return answer
                case Refused(why) | MediaRefused(why) | TopicLost(why) if _OTHER_FORM not in why.lower():
                    break  # the words are refused, whatever message they are for
                case _:  # another's, or one of ours that is something else
                    holes = 0
                    await self._shelf.note_known(claim.chat, message_id)
        return None

    async def _candidates(self, claim: Claim) -> tuple[list[int], bool]:
        """Return the ids that the message may have, and whether they follow each other closely."""
        own, _, box = claim.doubt.partition(" ")
        if not own.isdecimal() and not box.isdecimal():
            logger.info("chat %d, item %s: no message there is known to ask beyond", claim.chat, claim.item)
        ids: list[int] = []
        if own.isdecimal():
            ids += await self._shelf.unknown_after(claim.chat, int(own), HOLES if box else IDS_ASKED)
        if box.isdecimal():
            ids += await self._shelf.unknown_in_box(claim.chat, int(box), IDS_ASKED)
        return list(dict.fromkeys(ids)), not box

    async def _one(self, claim: Claim, message_id: int, message: Message) -> Edited | Later:
        """Ask for one id, if the budget for edits allows it."""
        wait_ms = await self._shelf.reserve(claim.chat, edit=True, within_ms=PLACE_MS)
        if wait_ms > PLACE_MS:
            return Later(max(wait_ms, AGAIN_MS))
        await asyncio.sleep(wait_ms / 1000)
        return await self._amends.amend(claim.chat, message_id, message)

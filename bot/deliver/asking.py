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
    Migrated,
    NotOurs,
    PhotoRefused,
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
    """It had arrived, with this id."""

    message_id: int


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
        self._holes: Recent[tuple[ChatId, ItemId], int] = Recent(1_000, HOLE_S, time.monotonic)
        """The last id asked for, where nobody had it."""

    async def ask(self, claim: Claim, message: Message) -> Answer:
        """Return whether ``message``, sent under an earlier claim, stands in the chat.

        What is another's is noted, so that a claim that had to wait for its next edit goes on from there.
        """
        if not claim.doubt.isdecimal():
            logger.info("chat %d, item %s: no message there is known to ask beyond", claim.chat, claim.item)
            return None
        what = (claim.chat, claim.item)
        holes = 0
        for message_id in await self._shelf.unknown_after(claim.chat, int(claim.doubt), IDS_ASKED):
            if message_id == self._holes.get(what):
                holes = 1
                continue
            wait_ms = await self._shelf.reserve(claim.chat, edit=True, within_ms=PLACE_MS)
            if wait_ms > PLACE_MS:
                return Later(max(wait_ms, AGAIN_MS))
            await asyncio.sleep(wait_ms / 1000)
            match await self._amends.amend(claim.chat, message_id, message):
                case Sent() | Unchanged():
                    return Found(message_id)
                case NotOurs(missing=True):
                    holes += 1
                    if holes == HOLES:
                        return None
                    self._holes.put(what, message_id)
                case Wait() | ChatLost() | Migrated() | Unclear() | Down() | Halt() as trouble:
                    return trouble
                case Refused(why) | PhotoRefused(why) | TopicLost(why) if _OTHER_FORM not in why.lower():
                    break  # the words are refused, whatever message they are for
                case _:  # another's, or one of ours that is something else
                    holes = 0
                    self._holes.drop(what)
                    await self._shelf.note_known(claim.chat, message_id)
        return None

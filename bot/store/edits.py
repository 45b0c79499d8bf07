"""Messages to be edited, since their items were corrected: who is sent them is noted in the outbox.

The budgets are those of the outbox' scripts: each chat has one for edits, the bot's is shared.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from bot.items import ChatId, Hit, ItemId
from bot.store import fields
from bot.store.door import Door
from bot.store.outbox import LETTERS_AT_ONCE, Limits, broken_chats, message_ids
from bot.store.wishes import Wishes, read_wishes

IN_FLIGHT_MS = 5_000
"""How soon an edit asks again for the message that is just being sent."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EditClaim:
    """The right to edit one message, until the lease ends. ``note`` tells it from a later correction."""

    chat: ChatId
    item: ItemId
    message_id: int
    note: str
    wishes: Wishes
    pieces: tuple[int, ...] = ()
    """Its messages, where it takes several; ``message_id`` is the first of them."""
    hits: tuple[Hit, ...] = ()
    """The alerts that it was told for."""
    earlier: int = 0
    """How many edits of the item were begun in the chat before, within two days."""

    @property
    def new_picture(self) -> bool:
        """Whether the item has another picture now."""
        return self.note.startswith("media")


class Edits:
    """The edits to be made. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door, limit: Limits) -> None:
        self._door = door
        self._limit = limit

    async def lay(self, item_id: ItemId, what: str, chats: Sequence[ChatId]) -> int:
        """Let the messages that an item was sent as follow it; return how many there are.

        ``what`` is ``text``, or ``media`` where the picture is another one. What still waits in
        a lane is set from what is known when its turn comes.
        """
        laid = 0
        for start in range(0, len(chats), LETTERS_AT_ONCE):
            some = chats[start : start + LETTERS_AT_ONCE]
            found, *broken = await self._door.run("lay_edits", item_id, what, IN_FLIGHT_MS, *some)
            laid += found
            for chat, why in broken_chats(broken):
                logger.error("chat %d, item %s: cannot be corrected there: %s", chat, item_id, why)
        return laid

    async def claim(self, limit: int, lease_ms: int) -> tuple[EditClaim, ...]:
        """Return up to ``limit`` messages to edit now; each must be finished within ``lease_ms``."""
        nonce = uuid.uuid4().hex[:16]
        limits = (self._limit.messages, self._limit.window_ms)
        found = await self._door.run("claim_edits", limit, lease_ms, nonce, *limits)
        return tuple(
            EditClaim(
                ChatId(int(chat)),
                ItemId(item.decode()),
                message,
                note.decode(),
                read_wishes(chat, item, how, told),
                message_ids(pieces),
                fields.hits(hits),
                earlier,
            )
            for chat, item, message, note, how, told, pieces, hits, earlier in found
        )

    async def finish(self, claim: EditClaim, *, again_ms: int | None = None, done: bool = False) -> None:
        """Note that a message was edited (``done``), is to be tried again, or is to be left as it is."""
        again = "" if again_ms is None else again_ms
        await self._door.run("finish_edit", claim.chat, claim.item, claim.note, again, int(done))

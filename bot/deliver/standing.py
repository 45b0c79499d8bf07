"""What messages say that this worker has sent or changed, so that none is changed to what it says already.

A correction may concern what a chat does not see: the lead, where titles alone are wanted. Others edit
as well, so what is remembered counts only until an edit of the item is begun elsewhere: the store
counts those (:attr:`bot.store.edits.EditClaim.earlier`).
"""

import time
from collections.abc import Callable

from bot.deliver.recent import Recent
from bot.items import ChatId
from bot.render.parts import Message

KEPT = 10_000
"""Messages that are remembered: some 3 MB."""

KEPT_S = 86_400.0
"""Shorter than the store counts edits. Nearly all corrections come on the same day."""


class Standing:
    """What stands in chats, as far as it is known. ``clock`` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._marks: Recent[tuple[ChatId, int], tuple[int, int]] = Recent(KEPT, KEPT_S, clock)

    def note(self, chat: ChatId, message_id: int, message: Message, *, edits: int, whole: bool) -> None:
        """Remember that ``message`` stands there, ``edits`` of its item having been begun.

        ``whole``: in its rich form, if it has one.
        """
        self._marks.put((chat, message_id), (_mark(message, rich=whole), edits))

    def holds(self, chat: ChatId, message_id: int, message: Message, *, edits: int) -> bool:
        """Tell whether ``message`` is what stands there for certain."""
        return self._marks.get((chat, message_id)) == (_mark(message, rich=True), edits)


def _mark(message: Message, *, rich: bool) -> int:
    """Return a hash of all that an edit can change."""
    shown = message.rich if rich else None
    return hash((message.text, message.short, message.media, message.preview, message.buttons, shown))

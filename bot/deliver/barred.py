"""Kinds of files that chats take none of: a group's rights, as its refusals tell them."""

import time

from bot.deliver.recent import Recent
from bot.items import ChatId
from bot.render.parts import MediaKind


class Barred:
    """Remembers for ten minutes what a chat refused, so that it is not asked with each item."""

    def __init__(self) -> None:
        self._known: Recent[tuple[ChatId, MediaKind], bool] = Recent(10_000, 600, time.monotonic)

    def kinds(self, chat: ChatId) -> frozenset[MediaKind]:
        """Return what ``chat`` lately took none of."""
        return frozenset(kind for kind in MediaKind if (chat, kind) in self._known)

    def note(self, chat: ChatId, kinds: frozenset[MediaKind]) -> None:
        """Remember that it takes none of ``kinds``."""
        for kind in kinds:
            self._known.put((chat, kind), value=True)

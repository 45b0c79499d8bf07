"""What filters kept from a chat: counted by feed, and of each item which filter it was."""

import logging
from collections.abc import Sequence

from bot.items import ChatId, FeedId, ItemId
from bot.store import keys
from bot.store.door import Argument, Door
from bot.store.outbox import broken_chats

DAY_MS = 86_400_000

AT_ONCE = 500
"""Chats noted in one step."""

logger = logging.getLogger(__name__)


class Filtered:
    """What filters kept back. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door, *, keep_ms: int) -> None:
        self._door = door
        self._keep_ms = keep_ms

    async def note(self, item_id: ItemId, kept_from: Sequence[tuple[ChatId, str]]) -> None:
        """Note which filter, ``only`` or ``not``, keeps an item from each chat; twice is once."""
        for start in range(0, len(kept_from), AT_ONCE):
            args: list[Argument] = []
            for chat, which in kept_from[start : start + AT_ONCE]:
                args += [chat, which]
            _, *broken = await self._door.run("note_filtered", item_id, self._keep_ms, *args)
            for chat, why in broken_chats(broken):
                logger.error("chat %d, item %s: that it is filtered cannot be noted: %s", chat, item_id, why)

    async def counts(self, chat_id: ChatId, days: int = 7) -> dict[FeedId, int]:
        """Return of each feed how many items filters kept from a chat in the last ``days``."""
        today = await self._door.now_ms() // DAY_MS
        raws = await self._door.many(
            [("HGETALL", keys.filtered_on(chat_id, today - back)) for back in range(days)]
        )
        counts: dict[FeedId, int] = {}
        for raw in raws:
            for name, count in raw.items():
                feed = FeedId(name.decode())
                counts[feed] = counts.get(feed, 0) + int(count)
        return counts

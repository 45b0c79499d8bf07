"""One item's way to one chat, as far as it is noted; and when its feed is looked at next."""

from dataclasses import dataclass

from bot.items import ChatId, FeedId, Hit, ItemId
from bot.store import fields, keys
from bot.store.door import Door


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of an item in a chat.

    ``sent``: the message that it was sent as, 0 if that was before the chat migrated, None if it was not.
    ``place``: how many items wait before it, None if it does not wait; ``waiting``: how many wait in all.
    ``parked``: why it will not be sent, ``kept_by``: the filter (``only``, ``not``) that kept it back; or "".
    ``hits``: the alerts that it was told for.
    """

    sent: int | None = None
    place: int | None = None
    waiting: int = 0
    parked: str = ""
    kept_by: str = ""
    hits: tuple[Hit, ...] = ()


class Traces:
    """What is noted of items' ways. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def of(self, chat_id: ChatId, item_id: ItemId) -> Trace:
        """Return what became of an item in a chat."""
        sent, place, waiting, parked, kept_by, hits = await self._door.many(
            [
                ("ZSCORE", keys.sent(chat_id), item_id),
                ("ZRANK", keys.lane(chat_id), item_id),
                ("ZCARD", keys.lane(chat_id)),
                ("HGET", keys.parked(chat_id), item_id),
                ("HGET", keys.filtered(chat_id), item_id),
                ("HGET", keys.hits(chat_id), item_id),
            ]
        )
        return Trace(
            None if sent is None else int(float(sent)),
            place,
            int(waiting),
            (parked or b"").decode(errors="replace"),
            (kept_by or b"").decode(errors="replace"),
            fields.hits(hits),
        )

    async def item_of(self, chat_id: ChatId, message_id: int) -> ItemId | None:
        """Return the item that a message of a chat is of, or a part of; ``None`` if it is none's."""
        if message_id <= 0:
            return None
        found, pieces = await self._door.many(
            [
                ("ZRANGE", keys.sent(chat_id), message_id, message_id, "BYSCORE"),
                ("HGETALL", keys.pieces(chat_id)),
            ]
        )
        if found:
            return ItemId(found[0].decode())
        wanted = str(message_id).encode()
        return next((ItemId(item.decode()) for item, ids in pieces.items() if wanted in ids.split()), None)

    async def next_look_ms(self, feed_id: FeedId) -> int | None:
        """Return when a feed is due, in epoch milliseconds; ``None`` if it is not looked at."""
        due = await self._door.do("ZSCORE", keys.SCHEDULE, feed_id)
        return None if due is None else int(float(due))

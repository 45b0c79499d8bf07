"""How a chat wants an item, as the scripts that hand out work tell it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.items import Chat, ChatId, FeedId, Subscription
from bot.store import fields


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a chat wants an item, as it stood when it was claimed.

    ``subscription`` is None if it has ended. ``feeds`` is how many the chat hears. ``version``
    changes with what the item says, "" if that is not known. ``weak_link``: the item's feed has
    shown one link on different items.
    """

    chat: Chat
    subscription: Subscription | None
    feeds: int = 1
    version: str = ""
    weak_link: bool = False


def read_wishes(
    chat: bytes,
    item: bytes,
    how: bytes,
    told: Sequence[bytes],
    feeds: int = 1,
    version: bytes = b"",
    weak_link: bytes = b"",
) -> Wishes:
    """Return what a claim script tells of a chat."""
    chat_id, feed_id = ChatId(int(chat)), FeedId(item.decode().partition(".")[0])
    known = dict(zip(told[::2], told[1::2], strict=True))
    subscription = fields.subscription(chat_id, feed_id, how) if how else None
    return Wishes(fields.chat(chat_id, known), subscription, feeds, version.hex(), weak_link == b"1")

"""What Telegram shows of a chat with each message that it takes there.

A chat that a list of subscriptions named by its id alone becomes known by that: an id does not tell
a channel from a group, and a channel is served otherwise.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.errors import StoreError
from bot.items import Chat, ChatKind

_KINDS = frozenset(kind.value for kind in ChatKind)

logger = logging.getLogger(__name__)


class Chats(Protocol):
    """What is needed of :class:`bot.store.chats.Chats`."""

    async def save(self, chat: Chat, *, before: Chat | None = None) -> None:
        """Save what differs from what was known ``before``."""


@dataclass(frozen=True, slots=True)
class Place:
    """A chat as Telegram shows it; "" for a name that it has not."""

    kind: ChatKind
    title: str = ""
    username: str = ""


def place_of(message: Mapping[str, Any]) -> Place | None:
    """Return the chat of a message that Telegram took, None where that is not told."""
    told = message.get("chat")
    kind = told.get("type") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(kind, str) or kind not in _KINDS:
        return None
    names = (told.get(name) for name in ("title", "first_name", "username"))
    title, person, username = (name if isinstance(name, str) else "" for name in names)
    return Place(ChatKind(kind), title or person, username)


def as_shown(chat: Chat, place: Place) -> Chat:
    """Return ``chat`` with what ``place`` tells of it; a title stays, which whoever speaks there sets."""
    return replace(chat, kind=place.kind, title=chat.title or place.title, username=place.username)


async def learn(chats: Chats, chat: Chat, place: Place | None) -> None:
    """Note what ``place`` tells of ``chat`` that is new; the next message tells it again."""
    shown = as_shown(chat, place) if place else chat
    if shown == chat:
        return
    try:
        await chats.save(shown, before=chat)
    except StoreError as error:
        logger.debug("chat %d: what it is could not be noted: %s", chat.id, error)
        return
    logger.info("chat %d is a %s", chat.id, shown.kind)

"""What a claim says: the item, set as its chat wants it; or why it will not be sent after all."""

import logging
from dataclasses import dataclass, replace
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.errors import CorruptRecord
from bot.items import Chat, ChatId, FeedId, ItemId, StoredItem, Subscription
from bot.render.message import compose
from bot.render.parts import Entity, EntityKind, Message, Preview, RichText, units
from bot.settings import Settings
from bot.store.outbox import Claim

TITLE_LIMIT = 1_000
"""Letters of a title in the simplest form; no headline needs more."""

logger = logging.getLogger(__name__)


class Items(Protocol):
    """What is needed of :class:`bot.store.news.News`."""

    async def get(self, item_id: ItemId) -> StoredItem | None:
        """Return the item; raises CorruptRecord."""


class Wishes(Protocol):
    """What is needed of :class:`bot.store.chats.Chats`."""

    async def get(self, chat_id: ChatId) -> Chat | None:
        """Return what we know of a chat."""

    async def subscriptions(self, chat_id: ChatId) -> list[Subscription]:
        """Return what it hears."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, ready to go, and whose wish it is; ``subscription`` is None if that has ended."""

    message: Message
    chat: Chat
    subscription: Subscription | None
    noticed_ms: int
    source: str = ""
    """The feed, as the item names it."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """There is nothing to send; ``why`` is kept for whoever asks."""

    why: str


class Letters:
    """Sets items for chats."""

    def __init__(self, news: Items, chats: Wishes, settings: Settings) -> None:
        self._news = news
        self._chats = chats
        self._settings = settings

    async def of(self, claim: Claim, *, simply: bool = False) -> Letter | Withdrawn:
        """Return what to send for ``claim``; ``simply`` leaves it at title and link.

        Raises:
            StoreUnavailable: the store is away.
        """
        try:
            stored = await self._news.get(claim.item)
        except CorruptRecord as error:
            return Withdrawn(str(error))
        if stored is None:
            return Withdrawn("record expired")
        subscription = await self._subscription(claim.chat, stored.feed)
        if not claim.hits:
            if subscription is None:
                return Withdrawn("unsubscribed")
            if subscription.paused:
                return Withdrawn("subscription paused")
        chat = await self._chats.get(claim.chat) or Chat(claim.chat)
        wish = subscription or Subscription(claim.chat, stored.feed, stored.noticed_ms)
        message = simplest(stored) if simply else self._set(claim, stored, wish, chat)
        loud = bool(claim.hits) or not wish.silent
        message = replace(message, topic=wish.topic, silent=not loud)
        return Letter(message, chat, subscription, stored.noticed_ms, stored.item.source)

    def language(self, chat: Chat) -> str:
        """Return the language of fixed words in ``chat``."""
        return chat.language or self._settings.language

    async def _subscription(self, chat: ChatId, feed: FeedId) -> Subscription | None:
        return next((one for one in await self._chats.subscriptions(chat) if one.feed == feed), None)

    def _set(self, claim: Claim, stored: StoredItem, wish: Subscription, chat: Chat) -> Message:
        """Compose the message; an item that trips us is set in the simplest form instead of not at all."""
        try:
            return compose(
                stored,
                style=wish.style,
                zone=self._zone(chat),
                language=self.language(chat),
                hits=claim.hits,
                image_proxy=self._settings.image_proxy,
                source=wish.title,
            )
        except Exception:
            logger.exception("item %s could not be set; it goes out as title and link", claim.item)
            return simplest(stored)

    def _zone(self, chat: Chat) -> ZoneInfo:
        try:
            return ZoneInfo(chat.timezone) if chat.timezone else self._settings.timezone
        except (KeyError, ValueError, OSError):
            return self._settings.timezone


def simplest(stored: StoredItem) -> Message:
    """Return title and link, the title linked: the form that nothing in an item can spoil."""
    item = stored.item
    title = " ".join(item.title.split())[:TITLE_LIMIT] or item.link or item.source or "(no title)"
    bold = Entity(EntityKind.BOLD, 0, units(title))
    if not item.link:
        return Message(RichText(title, (bold,)))
    link = Entity(EntityKind.LINK, 0, units(title), url=item.link)
    return Message(RichText(title, (link, bold)), preview=Preview(item.link))

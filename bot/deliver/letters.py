"""What a claim says: the item, set as its chat wants it; or why it will not be sent after all."""

import logging
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.deliver.recent import Recent
from bot.errors import CorruptRecord, StoreError, StoreUnavailable, StoreUnfit
from bot.items import Chat, ChatId, Hit, ItemId, StoredItem, Style, Subscription, Taste
from bot.render.look import Look, look_of
from bot.render.message import compose
from bot.render.parts import Entity, EntityKind, Message, Preview, RichText, units
from bot.render.template_flaws import Flaw
from bot.settings import Settings
from bot.store.edits import EditClaim
from bot.store.outbox import Claim
from bot.store.wishes import Wishes
from bot.stories import stories

TITLE_LIMIT = 1_000
"""Letters of a title in the simplest form; no headline needs more."""

KEPT = 300
"""Items, and messages made of them, that are kept for the next chat that wants them: some 3 MB."""

KEPT_S = 600.0

logger = logging.getLogger(__name__)


class Items(Protocol):
    """What is needed of :class:`bot.store.news.News`."""

    async def get(self, item_id: ItemId) -> StoredItem | None:
        """Return the item; raises CorruptRecord."""


class Memory(Protocol):
    """What is needed of :class:`bot.store.outbox.Outbox`."""

    async def told(self, chat_id: ChatId, stories: Sequence[int]) -> list[bool]:
        """Return of each key of a story whether the chat was told one that has it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, ready to go, and whose wish it is; ``subscription`` is None if that has ended.

    ``stories`` are the keys to note once it is sent, where the chat wants each story once. ``more``:
    others of the item follow it; ``done``: all were sent already. ``trouble`` is why the chat's
    template was not used, ``None`` if it was. ``pin``: an alert wants the item's first message pinned.
    """

    message: Message
    chat: Chat
    subscription: Subscription | None
    noticed_ms: int
    source: str = ""
    """The feed, as the item names it."""
    stories: tuple[int, ...] = ()
    more: bool = False
    done: bool = False
    trouble: Flaw | None = None
    pin: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """There is nothing to send; ``why`` is kept for whoever asks, ``tally`` is what it counts as."""

    why: str
    tally: str = "parked"


class Letters:
    """Sets items for chats. What many chats want alike is set once."""

    def __init__(self, news: Items, memory: Memory, settings: Settings) -> None:
        self._news = news
        self._memory = memory
        self._settings = settings
        self._items: Recent[tuple[ItemId, str], StoredItem] = Recent(KEPT, KEPT_S, time.monotonic)
        self._set_before: Recent[Hashable, Message] = Recent(KEPT, KEPT_S, time.monotonic)

    async def of(self, claim: Claim, *, simply: bool = False) -> Letter | Withdrawn:
        """Return what to send for ``claim``; ``simply`` leaves it at title and link.

        Raises:
            StoreUnavailable: the store is away.
        """
        wishes = claim.wishes or Wishes(Chat(claim.chat), None)
        stored = await self._stored(claim.item, wishes.version)
        if isinstance(stored, Withdrawn):
            return stored
        if not claim.hits:
            if wishes.subscription is None:
                return Withdrawn("unsubscribed")
            if wishes.subscription.paused:
                return Withdrawn("subscription paused")
        stories = self._stories(stored, wishes, loud=bool(claim.hits))
        if stories and not claim.pieces and _was_told(await self._memory.told(claim.chat, stories)):
            return Withdrawn("the same story came from another feed", "same")
        if claim.hits:  # what was told loudly is not told again without a sound
            stories += self._stories(stored, wishes, loud=False)
        letter = self._letter(stored, wishes, claim.hits, simply=simply, stories=stories)
        return _piece(letter, len(claim.pieces)) if claim.pieces or letter.message.rest else letter

    async def again(self, claim: EditClaim) -> Letter | Withdrawn:
        """Return what a message that was sent is to say now; of several, the first with the rest.

        It takes no more of them than there are. Raises as :meth:`of`.
        """
        stored = await self._stored(claim.item, "")
        if isinstance(stored, Withdrawn):
            return stored
        if claim.wishes.subscription is None and not claim.hits:
            return Withdrawn("unsubscribed")
        several = len(claim.pieces)
        letter = self._letter(stored, claim.wishes, claim.hits, messages=max(1, several))
        if several:  # a rich message would be all of it, above the others
            return replace(letter, message=replace(letter.message, rich=None))
        return letter

    def language(self, chat: Chat) -> str:
        """Return the language of fixed words in ``chat``."""
        return chat.language or self._settings.language

    async def _stored(self, item_id: ItemId, version: str) -> StoredItem | Withdrawn:
        """Return the item. ``version`` changes with what it says: "" if that is not known."""
        if version and (known := self._items.get((item_id, version))):
            return known
        try:
            stored = await self._news.get(item_id)
        except (StoreUnavailable, StoreUnfit):
            raise
        except (CorruptRecord, StoreError) as error:  # what stands there cannot be read
            return Withdrawn(str(error))
        if stored is None:
            return Withdrawn("record expired")
        if version:
            self._items.put((item_id, version), stored)
        return stored

    def _stories(self, stored: StoredItem, wishes: Wishes, *, loud: bool) -> tuple[int, ...]:
        """Return the keys of the story; none where it cannot come twice, or may.

        What an alert found may come of feeds that the chat does not hear: for those of another chat.
        """
        if not wishes.chat.wants_once or (wishes.feeds < 2 and not loud):
            return ()
        return stories(stored.item, stored.feed, weak_link=wishes.weak_link, loud=loud)

    def _letter(
        self,
        stored: StoredItem,
        wishes: Wishes,
        hits: tuple[Hit, ...],
        *,
        simply: bool = False,
        stories: tuple[int, ...] = (),
        messages: int | None = None,
    ) -> Letter:
        chat = wishes.chat
        wish = wishes.subscription or Subscription(chat.id, stored.feed, stored.noticed_ms)
        look = look_for(chat, wish.taste, self._settings, source=wish.title)
        look = look if messages is None else replace(look, messages=messages)
        if hits and all(hit.brief for hit in hits):
            look = replace(look, style=Style.HEADLINE, template="")
        message = simplest(stored) if simply else self._set(stored, look, hits, wishes.version)
        loud = bool(hits) or not look.silent
        topic = next((hit.topic for hit in hits if hit.topic is not None), wish.topic)
        if topic is not None or not loud:
            message = replace(message, topic=topic, silent=not loud)
        return Letter(
            message,
            chat,
            wishes.subscription,
            stored.noticed_ms,
            stored.item.source,
            stories,
            trouble=message.trouble,
            pin=any(hit.pin for hit in hits),
        )

    def _set(self, stored: StoredItem, look: Look, hits: tuple[Hit, ...], version: str) -> Message:
        """Compose the message; an item that trips us is set in the simplest form instead of not at all."""
        key = (stored.id, version, look)
        if version and not hits and (before := self._set_before.get(key)):
            return before
        try:
            message = compose(stored, look, hits=hits)
        except Exception:
            logger.exception("item %s could not be set; it goes out as title and link", stored.id)
            return simplest(stored)
        if version and not hits:
            self._set_before.put(key, message)
        return message


def messages_of(message: Message) -> tuple[Message, ...]:
    """Return ``message`` and those that go on where its text ends, each as it is sent."""
    goes_on = (Message(text, preview=Preview(""), silent=True, topic=message.topic) for text in message.rest)
    return (replace(message, rest=()), *goes_on)


def _piece(letter: Letter, place: int) -> Letter:
    """Return the letter with its item's message number ``place``, from 0; by now there may be fewer."""
    messages = messages_of(letter.message)
    if place >= len(messages):
        return replace(letter, done=True)
    return replace(letter, message=messages[place], more=place + 1 < len(messages))


def look_for(chat: Chat, taste: Taste, settings: Settings, *, source: str = "") -> Look:
    """Return how ``chat`` wants an item to look; ``taste`` and ``source``, its name, are a subscription's."""
    try:
        zone = ZoneInfo(chat.timezone) if chat.timezone else settings.timezone
    except (KeyError, ValueError, OSError):  # one that is no longer known
        zone = settings.timezone
    language = chat.language or settings.language
    return look_of(
        taste.over(chat.taste).over(settings.taste),
        zone,
        language,
        source=source,
        image_proxy=settings.image_proxy,
    )


def _was_told(known: Sequence[bool]) -> bool:
    """Tell whether a feed other than the item's own has told its story: see :func:`bot.stories.stories`."""
    return any(by_any and not by_own for by_any, by_own in zip(known[::2], known[1::2], strict=True))


def simplest(stored: StoredItem) -> Message:
    """Return title and link, the title linked: the form that nothing in an item can spoil."""
    item = stored.item
    title = " ".join(item.title.split())[:TITLE_LIMIT] or item.link or item.source or "(no title)"
    bold = Entity(EntityKind.BOLD, 0, units(title))
    if not item.link:
        return Message(RichText(title, (bold,)))
    link = Entity(EntityKind.LINK, 0, units(title), url=item.link)
    return Message(RichText(title, (link, bold)), preview=Preview(item.link))

"""Where a command is served: what was asked, by whom, and the means to answer it.

A handler takes a :class:`Desk` and an :class:`Ask`, does one thing, and answers through the desk.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.chat.replies.texts import Texts
from bot.chat.updates import Person
from bot.deliver.outcome import Halt, Outcome, Refused, Sent, Wait
from bot.deliver.sender import ANSWER_WAIT_S
from bot.errors import TokenRefused
from bot.fetch.answer import Failed
from bot.items import Chat, ChatId, ChatKind, Feed, UserId
from bot.render.parts import Button, Message, RichText
from bot.searching import Searcher
from bot.settings import Settings
from bot.store.client import Store
from bot.subscribe import Choice, Found

log = logging.getLogger(__name__)

TOAST_LIMIT = 200
"""Letters that Telegram shows when a button answers."""

Buttons = Sequence[Sequence[Button]]


class Finder(Protocol):
    """What the conversation needs of :class:`bot.subscribe.Subscriber`."""

    async def find(self, address: str) -> Found | Choice | Failed:
        """Look at an address a person named, and take the first look at the feed behind it."""

    async def add(
        self, chat: ChatId, feed: Feed, *, by: UserId | None = None, topic: int | None = None
    ) -> bool:
        """Subscribe ``chat``; ``False`` if it was subscribed already."""


class Mouth(Protocol):
    """What the conversation needs of :class:`bot.deliver.sender.Sender`."""

    async def answer(self, chat: ChatId, message: Message) -> Outcome:
        """Send ahead of news, within the limits; without the store, at once."""

    async def edit(self, chat: ChatId, message_id: int, message: Message) -> Outcome:
        """Set one of our messages anew."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One command or pressed button.

    ``person`` is ``None`` for an administrator who writes in the group's own name (``anonymous``).
    ``message`` is the command's own message, or ours under which a button was pressed; ``query`` is
    the button's, "" for a command. ``raw`` is the argument with its lines and spaces as they are,
    ``replied`` the text that is replied to, ``replied_to`` the id of that message.
    """

    chat: Chat
    texts: Texts
    person: Person | None
    anonymous: bool = False
    argument: str = ""
    raw: str = ""
    replied: str = ""
    replied_to: int | None = None
    links: tuple[str, ...] = ()
    topic: int | None = None
    message: int = 0
    query: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts a handler works with; ``now_ms`` is the wall clock.

    A desk serves one update; ``told`` are the chats that have been told something in the course of it.
    """

    store: Store
    bot: Bot
    mouth: Mouth
    finder: Finder
    settings: Settings
    now_ms: Callable[[], int]
    told: set[ChatId] = field(default_factory=set)
    searcher: Searcher = field(kw_only=True)

    async def answer(self, ask: Ask, text: RichText, buttons: Buttons = ()) -> None:
        """Answer in the chat and topic where it was asked."""
        await self.tell(ask.chat.id, text, buttons, topic=ask.topic)

    async def tell(
        self, chat: ChatId, text: RichText, buttons: Buttons = (), *, topic: int | None = None
    ) -> Outcome:
        """Send a text to a chat, ahead of its news."""
        message = Message(text, buttons=tuple(map(tuple, buttons)), topic=topic)
        return await self.show(chat, message)

    async def show(self, chat: ChatId, message: Message) -> Outcome:
        """Send a message to a chat, ahead of its news."""
        return self._noted(chat, await self.mouth.answer(chat, message))

    async def rewrite(self, ask: Ask, text: RichText, buttons: Buttons = ()) -> None:
        """Set the message under which a button was pressed anew; where that is gone, send another."""
        message = Message(text, buttons=tuple(map(tuple, buttons)), topic=ask.topic)
        outcome = await self.mouth.edit(ask.chat.id, ask.message, message)
        if isinstance(outcome, Wait) and outcome.seconds <= ANSWER_WAIT_S:
            await asyncio.sleep(outcome.seconds)
            outcome = await self.mouth.edit(ask.chat.id, ask.message, message)
        if isinstance(self._noted(ask.chat.id, outcome), Refused):
            await self.show(ask.chat.id, message)

    async def toast(self, ask: Ask, text: str = "", *, loud: bool = False) -> bool:
        """End a button's waiting, with a short text if there is something to say.

        False: there is no button, or it has been answered or has waited too long already.
        """
        if not ask.query:
            return False
        try:
            await self.bot.answer_callback_query(ask.query, text[:TOAST_LIMIT] or None, show_alert=loud)
        except TelegramError as error:
            log.debug("a button's answer came too late: %s", error)
            return False
        return True

    async def refuse(self, ask: Ask, text: str) -> None:
        """Say no: over the button where one was pressed, else in the chat."""
        if ask.query:
            await self.toast(ask, text, loud=True)
        else:
            await self.answer(ask, RichText(text))

    async def show_typing(self, ask: Ask) -> None:
        """Show that something is being done; it is no harm if it fails."""
        try:
            await self.bot.send_chat_action(ask.chat.id, ChatAction.TYPING, message_thread_id=ask.topic)
        except TelegramError as error:
            log.debug("could not show typing in chat %s: %s", ask.chat.id, error)

    def _noted(self, chat: ChatId, outcome: Outcome) -> Outcome:
        """Pass an outcome on; what stops everything is raised, what failed is logged."""
        if isinstance(outcome, Halt):
            raise TokenRefused(outcome.why)
        if isinstance(outcome, Sent):
            self.told.add(chat)
        else:
            log.info("a reply to chat %s was not sent: %s", chat, outcome)
        return outcome


def here(ask: Ask, chat: Chat) -> bool:
    """Tell whether ``chat`` is the one in which it was asked, not one managed from there."""
    return ask.chat.id == chat.id


def at(ask: Ask, chat: Chat) -> str:
    """Return what must stand behind a command, so that it is about ``chat``: nothing in that chat itself."""
    return "" if here(ask, chat) else f" {handle(chat)}"


def name(chat: Chat) -> str:
    """Return what people call a chat."""
    return chat.title or (f"@{chat.username}" if chat.username else str(chat.id))


def handle(chat: Chat) -> str:
    """Return how a command names a chat: its @name, or its id where it has none."""
    return f"@{chat.username}" if chat.username else str(chat.id)


def is_private(chat: Chat) -> bool:
    """Tell whether a chat is one person's."""
    return chat.kind is ChatKind.PRIVATE

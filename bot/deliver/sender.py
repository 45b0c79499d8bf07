"""A message to a chat: the calls to Telegram, their deadlines, and the ladder its files climb down.

The text always arrives: what Telegram will not take goes out with less, down to bare words.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import telegram
from telegram import (
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberOwner,
    ChatMemberRestricted,
)
from telegram.error import TelegramError

from bot.deliver import calls, form
from bot.deliver.addresses import Addresses, Marks
from bot.deliver.albums import Albums
from bot.deliver.amend import amend
from bot.deliver.barred import Barred
from bot.deliver.calls import Taken
from bot.deliver.outcome import (
    Down,
    Edited,
    MediaRefused,
    Outcome,
    Refused,
    Sent,
    TopicLost,
    Unclear,
    Wait,
)
from bot.deliver.partners import DELIVERY_S
from bot.deliver.posting import Posting
from bot.deliver.probe import Peek, Probes
from bot.deliver.richly import RICH_S, Declined, Richly
from bot.deliver.scaling import Redraw, Scaling
from bot.deliver.showing import ADDRESS_S, LEAST_S, Showing, counted, left, outcome_of
from bot.deliver.uploads import Files, Pictures, Uploads
from bot.errors import StoreError
from bot.items import Chat, ChatId, ChatKind
from bot.render.ladder import Rung, Way, cost, rungs
from bot.render.parts import Message
from bot.store.outbox import REPLY_WAIT_MS

TEXT_S = 15.0
"""Kept back for the text while pictures are tried."""

PIN_S = 5.0
"""For a pin, which changes a message that stands: no other waits for it."""

ASK_S = 10.0
"""For what somebody is in a chat, of which whoever asks need not be sure."""

REFUSALS = 6
"""Calls that Telegram may refuse before the text goes alone: each delays it, and weighs on the limits."""

ANSWER_WAIT_S = REPLY_WAIT_MS / 1000
"""A person who asked is not left waiting longer than this for a free place in the budget."""

BREAK_S = 5.0
"""A call that fails in less time has met a connection that broke; in more, one that hangs."""

AFTER_BREAK_S = 1.0
"""From a break to the repetition of a reply."""

logger = logging.getLogger(__name__)


class Budget(Protocol):
    """What a reply needs of the outbox: its place in the budget, ahead of news."""

    async def reserve(self, chat_id: ChatId, cost: int = 1, *, edit: bool = False) -> int:
        """Take a place now; return the milliseconds to wait for it."""

    async def hold(self, chat_id: ChatId | None, wait_ms: int, *, flood: bool = False) -> None:
        """Let the chat (None: every chat) hear nothing for ``wait_ms``."""

    async def note_known(self, chat_id: ChatId, message_id: int) -> None:
        """Note a message that is none of the chat's news."""


class Outbox(Budget, Files, Marks, Protocol):
    """What the sender needs of :class:`bot.store.outbox.Outbox`."""


class Sender:
    """Sends and edits messages through one bot.

    ``pictures`` downloads what an address holds, ``peek`` the beginning of it, both guarded and
    bounded, or None. ``redraw`` makes a photo that Telegram takes of a picture that it would not.
    ``paid`` lets Telegram take its price for a faster rate. ``sleep`` is what waits; tests replace it.

    Attributes:
        bot: what speaks to Telegram, for calls that are no messages.
    """

    def __init__(
        self,
        bot: telegram.Bot,
        pictures: Pictures,
        outbox: Outbox,
        *,
        peek: Peek | None = None,
        redraw: Redraw | None = None,
        paid: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.bot = bot
        self._outbox = outbox
        self._sleep = sleep
        bot_id = int(bot.token.partition(":")[0])
        self._posting = Posting(bot, paid)
        self._addresses = Addresses(outbox, bot_id)
        uploads = Uploads(pictures, outbox, bot_id, redraw or Scaling().redraw)
        probes = Probes(peek)
        self._showing = Showing(self._posting, self._addresses, uploads, probes)
        self._barred = Barred()
        self._richly = Richly(self._barred, probes, self._addresses)
        self._albums = Albums(self._posting, self._addresses, uploads, probes, self._barred)

    async def deliver(
        self, chat: ChatId, message: Message, *, plainly: bool = False, within_s: float = DELIVERY_S
    ) -> Outcome:
        """Send ``message`` in the best form that passes, in about ``within_s`` seconds.

        ``plainly`` leaves files out: for a message whose picture may be what kept Telegram from
        answering. Returns anything but :class:`MediaRefused`; :class:`Refused` only where even the
        bare words were refused.
        """
        deadline = asyncio.get_running_loop().time() + within_s
        refusals = 0
        if message.rich and not plainly:
            where = form.where(chat, message, paid=self._posting.paid)
            rich = await self._richly.send(self.bot, chat, message, where, within_s - TEXT_S)
            if not isinstance(rich, Declined):
                return rich
            refusals = rich.calls
        *shown, text = rungs(message)
        for rung in () if plainly else shown:
            left_s = deadline - TEXT_S - asyncio.get_running_loop().time()
            if left_s < LEAST_S or refusals >= REFUSALS:
                break
            outcome = await self._shown(chat, rung, left_s)
            if not isinstance(outcome, MediaRefused | Refused):
                return counted(outcome, refusals)
            refusals += outcome.calls
            if isinstance(outcome, Refused):
                break
            logger.debug("chat %d: %s of %s: %s", chat, rung.way, rung.url or "all", outcome.why)
            self._barred.note(chat, outcome.forbidden)
        return counted(await self._in_words(chat, text.message, deadline), refusals)

    async def send(self, chat: ChatId, message: Message, *, within_s: float = TEXT_S) -> Outcome:
        """Call Telegram once, with the text."""
        return outcome_of(await self._posting.text(chat, message, within_s))

    async def answer(self, chat: ChatId, message: Message) -> Outcome:
        """Send a reply, ahead of news: within the budget, and once more after a flood wait or a break.

        Only what broke quickly is repeated: after a hang nobody waits a second time. Of a repeated
        reply the first may have arrived, too: somebody who asked rather reads it twice than never.

        Returns :class:`Wait` unsent where the budget or Telegram asks for more than
        :data:`ANSWER_WAIT_S`. Sends without a budget while the store is away: the reply may
        well be the one that says so.
        """
        loop = asyncio.get_running_loop()
        wait_s = 0.0
        for attempt in range(2):
            wait_s = max(wait_s, await self._place(chat, cost(message)))
            if wait_s > ANSWER_WAIT_S:
                return Wait(wait_s)
            await self._sleep(wait_s)
            began = loop.time()
            outcome = await self._reply(chat, message)
            if isinstance(outcome, Wait):
                wait_s = outcome.seconds
                await self._hold(chat, wait_s)
            elif isinstance(outcome, Unclear | Down) and loop.time() - began < BREAK_S and not attempt:
                logger.info("chat %d: a reply is sent once more: %s", chat, outcome.why)
                wait_s = AFTER_BREAK_S
            else:
                break
        return outcome

    async def has_left(self, chat: Chat, person: ChatId) -> bool:
        """Tell whether a person has certainly left a chat, or cares for a channel no more.

        False where Telegram does not tell, which it need not unless we administer the chat.
        """
        try:
            async with asyncio.timeout(ASK_S):
                member = await self.bot.get_chat_member(chat.id, person)
        except (TelegramError, TimeoutError):
            return False
        if chat.kind is ChatKind.CHANNEL:  # whoever only reads it cannot change what it hears
            return not isinstance(member, ChatMemberOwner | ChatMemberAdministrator)
        is_out = isinstance(member, ChatMemberRestricted) and not member.is_member
        return is_out or isinstance(member, ChatMemberLeft | ChatMemberBanned)

    async def _reply(self, chat: ChatId, message: Message) -> Outcome:
        """Send a reply once, to General where its topic is lost, and note its ids."""
        outcome = await self.deliver(chat, message)
        if isinstance(outcome, TopicLost) and message.topic is not None:
            outcome = await self.deliver(chat, replace(message, topic=None))
        if isinstance(outcome, Sent):
            for message_id in (outcome.message_id, *outcome.others):
                await self._note(chat, message_id)
        return outcome

    async def edit(self, chat: ChatId, message_id: int, message: Message) -> Outcome:
        """Replace a text message of ours, its buttons included; nothing to change counts as done.

        Returns :class:`Wait` where the chat's budget for edits asks for more than :data:`ANSWER_WAIT_S`.
        """
        wait_s = await self._place(chat, edit=True)
        if wait_s > ANSWER_WAIT_S:
            return Wait(wait_s)
        await self._sleep(wait_s)
        fields = {"chat_id": chat, "message_id": message_id, **form.as_text(message)}
        outcome = await calls.send(self.bot, "editMessageText", fields, TEXT_S)
        if isinstance(outcome, Refused) and "message is not modified" in outcome.why.lower():
            return Sent(message_id)
        return Sent(message_id) if isinstance(outcome, Taken) else outcome

    async def amend(
        self, chat: ChatId, message_id: int, message: Message, *, new_picture: bool = False
    ) -> Edited:
        """Make ``message`` of an item's message that stands: see :mod:`bot.deliver.amend`."""
        within_s = ADDRESS_S if new_picture else TEXT_S
        if message.rich:
            rich = await self._richly.edit(self.bot, chat, message_id, message, RICH_S)
            if not isinstance(rich, Declined):
                return rich
        return await amend(self.bot, chat, message_id, message, new_picture=new_picture, within_s=within_s)

    async def pin(self, chat: ChatId, message_id: int) -> Edited:
        """Pin a message without a sound; :class:`Sent` where it is pinned."""
        fields = {"chat_id": chat, "message_id": message_id, "disable_notification": True}
        return await calls.edit(self.bot, "pinChatMessage", fields, PIN_S)

    async def _shown(self, chat: ChatId, rung: Rung, left_s: float) -> Outcome:
        """Try one rung that shows files, unless the chat takes none of that kind."""
        if rung.way is Way.ALBUM:
            return await self._albums.show(chat, rung.message, left_s)
        if rung.media is None or rung.media.kind in self._barred.kinds(chat):
            return MediaRefused("no file that the chat takes", calls=0)
        return await self._showing.show(chat, rung, left_s)

    async def _in_words(self, chat: ChatId, message: Message, deadline: float) -> Outcome:
        """Send the text; what Telegram refuses to read as it is, goes out bare."""
        outcome = await self.send(chat, message, within_s=_for_text_s(deadline))
        if not isinstance(outcome, Refused | MediaRefused):
            return outcome
        logger.warning("chat %d: goes out as bare text, since Telegram says: %s", chat, outcome.why)
        outcome = await self.send(chat, form.bare(message), within_s=_for_text_s(deadline))
        return Refused(outcome.why) if isinstance(outcome, MediaRefused) else counted(outcome, 1)

    async def _place(self, chat: ChatId, places: int = 1, *, edit: bool = False) -> float:
        """Return for how many seconds a reply to ``chat`` that takes so many places must wait."""
        try:
            return await self._outbox.reserve(chat, places, edit=edit) / 1000
        except StoreError as error:
            logger.debug("chat %d: replied without a place in the budget: %s", chat, error)
            return 0.0

    async def _note(self, chat: ChatId, message_id: int) -> None:
        """Note a reply's id, so that no item in doubt is taken for it."""
        try:
            await self._outbox.note_known(chat, message_id)
        except StoreError as error:
            logger.debug("chat %d: the reply %d could not be noted: %s", chat, message_id, error)

    async def _hold(self, chat: ChatId, seconds: float) -> None:
        """Let news wait too for as long as Telegram asked."""
        try:
            await self._outbox.hold(chat, round(seconds * 1000), flood=True)
        except StoreError as error:
            logger.debug("chat %d: a flood wait of %.0f s could not be noted: %s", chat, seconds, error)


def _for_text_s(deadline: float) -> float:
    return min(TEXT_S, left(deadline))

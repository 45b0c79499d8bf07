"""Changing a message that stands in a chat, whatever form it went out in.

An edit with the very content of a message tells whether that message is ours and stands: it answers
:class:`Unchanged`, where it is somebody else's or gone :class:`NotOurs`. So an edit must hold to the
letter what :mod:`bot.deliver.sender` sent.
"""

import asyncio
from dataclasses import dataclass, replace

import telegram

from bot.deliver import calls, form
from bot.deliver.outcome import Edited, MediaRefused, Refused, Sent
from bot.items import ChatId
from bot.render.cut import cut
from bot.render.ladder import addresses, rungs
from bot.render.parts import CAPTION_LIMIT, Message

LEAST_S = 1.0
"""What a second form gets, when the refusal of the first took nearly all the time."""


async def amend(
    bot: telegram.Bot,
    chat: ChatId,
    message_id: int,
    message: Message,
    *,
    new_picture: bool = False,
    within_s: float,
) -> Edited:
    """Make ``message`` of what stands as ``message_id``; return what became of that.

    What stands may be a file, the first of an album or, since all fall back to it, a text, and stays
    that: a caption is cut to its limit where ``message`` is a longer text. With ``new_picture`` the
    photo is replaced too, or put in; where Telegram does not take it, the words alone are changed.
    """
    edit = _Edit(bot, chat, message_id, asyncio.get_running_loop().time() + within_s)
    *_, text = rungs(message)
    message = replace(message, buttons=text.message.buttons)
    if not message.media:
        outcome = await edit.text(text.message)
        if not _lacks(outcome, "text"):
            return outcome
        return _also(
            await edit.caption(replace(message, text=message.short or cut(message.text, CAPTION_LIMIT)))
        )
    refusals = 0
    known = addresses(message.photo) if message.photo else ()
    if new_picture and known:
        outcome = await edit.picture(message, known[0])
        if not isinstance(outcome, MediaRefused):
            return outcome
        refusals = 1
    outcome = await edit.caption(message)
    if _lacks(outcome, "caption"):
        outcome = _also(await edit.text(text.message))
    return _also(outcome, refusals)


@dataclass(frozen=True, slots=True)
class _Edit:
    """The calls that change one message, each until ``deadline`` of the loop's clock."""

    bot: telegram.Bot
    chat: ChatId
    message_id: int
    deadline: float

    async def text(self, message: Message) -> Edited:
        """Change a text."""
        return await self._call("editMessageText", form.as_text(message))

    async def caption(self, message: Message) -> Edited:
        """Change the words under a file."""
        return await self._call("editMessageCaption", form.as_caption(message))

    async def picture(self, message: Message, address: str) -> Edited:
        """Change photo and words."""
        return await self._call("editMessageMedia", form.as_media(message, address))

    async def _call(self, method: str, fields: form.Form) -> Edited:
        left_s = max(LEAST_S, self.deadline - asyncio.get_running_loop().time())
        place = {"chat_id": self.chat, "message_id": self.message_id}
        return await calls.edit(self.bot, method, place | fields, left_s)


def _lacks(outcome: Edited, what: str) -> bool:
    """Tell whether what stands there is of the other form."""
    return (
        isinstance(outcome, Refused) and f"there is no {what} in the message to edit" in outcome.why.lower()
    )


def _also(outcome: Edited, refusals: int = 1) -> Edited:
    """Add the calls that were refused before."""
    return replace(outcome, calls=outcome.calls + refusals) if isinstance(outcome, Sent) else outcome

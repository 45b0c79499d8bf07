"""The rich form of a message: sent and changed, as long as server, chat and content let it.

Whatever they refuse goes out in the classic form instead; what is not about the form (a lost chat,
a flood wait, an outage) is returned as it is. After a call without an answer nothing else is tried:
the message may stand there already.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import telegram

from bot.deliver import calls, form
from bot.deliver.barred import Barred
from bot.deliver.calls import Taken
from bot.deliver.outcome import Edited, Halt, MediaRefused, Outcome, Refused, Sent, Unchanged
from bot.deliver.recent import Recent
from bot.items import ChatId
from bot.render.parts import MediaKind, Message, Rich

RICH_S = 40.0
"""How long Telegram may take, which loads every picture before it answers: some 50 take 47 s."""

LEAST_S = 3.0
"""Not tried once more in less time than this."""

REFUSED_FOR_S = 600.0
"""How long a chat that lately took no rich message is not asked again."""

_NO_RIGHT = "not enough rights to send the rich message"
_NO_METHOD = "not found"
"""How the refusal of a server begins that knows no such method; that of a token begins otherwise."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Declined:
    """It has to be the classic form. ``calls`` were refused on the way and weigh on Telegram's limits."""

    calls: int = 0


class Richly:
    """Sends and changes rich messages, and remembers who will have none.

    ``barred`` knows which chats take no pictures, and learns it. ``clock`` is monotonic, in seconds.
    """

    def __init__(self, barred: Barred, clock: Callable[[], float] = time.monotonic) -> None:
        self._barred = barred
        self._is_known = True
        """Until the server says that it knows no rich messages; that holds while we run."""
        self._without: Recent[ChatId, bool] = Recent(10_000, REFUSED_FOR_S, clock)

    async def send(
        self, bot: telegram.Bot, chat: ChatId, message: Message, where: form.Form, within_s: float
    ) -> Outcome | Declined:
        """Send ``message`` in its rich form, without its pictures if they are what is refused.

        ``where`` says where it goes, and how loudly (:func:`bot.deliver.form.where`). Never returns
        :class:`MediaRefused` or :class:`Refused`.
        """
        deadline = _now() + min(within_s, RICH_S)
        refused = 0
        for html in self._forms(chat, message.rich):
            left_s = deadline - _now()
            if left_s < LEAST_S:
                break
            fields = where | form.as_rich(message, html)
            outcome = await calls.send(bot, "sendRichMessage", fields, left_s)
            if isinstance(outcome, Taken):
                return replace(outcome.outcome, calls=1 + refused, whole=True)
            if isinstance(outcome, Halt) and outcome.why.lower().startswith(_NO_METHOD):
                self._forget(outcome.why)
                return Declined(refused)
            if not isinstance(outcome, MediaRefused | Refused):
                return outcome
            refused += 1
            if not self._may_go_on(chat, outcome):
                break
        return Declined(refused)

    async def edit(
        self, bot: telegram.Bot, chat: ChatId, message_id: int, message: Message, within_s: float
    ) -> Edited | Declined:
        """Make ``message``, in its rich form, of what stands as ``message_id``.

        The classic text goes with it: a server that knows no rich messages takes that by itself.
        :class:`Declined` where a photo stands there, or the rich form is refused.
        """
        deadline = _now() + min(within_s, RICH_S)
        refused = 0
        for html in self._forms(chat, message.rich):
            left_s = deadline - _now()
            if left_s < LEAST_S:
                break
            place = {"chat_id": chat, "message_id": message_id}
            fields = place | form.as_text(message) | form.as_rich(message, html)
            outcome = await calls.edit(bot, "editMessageText", fields, left_s)
            if not isinstance(outcome, MediaRefused | Refused):
                return _whole(outcome, refused)
            refused += 1
            if not self._may_go_on(chat, outcome):
                break
        return Declined(refused)

    def _forms(self, chat: ChatId, rich: Rich | None) -> tuple[str, ...]:
        """Return what is to be tried of a rich message, the best first."""
        if rich is None or not self._is_known or chat in self._without:
            return ()
        if rich.html == rich.without_media or MediaKind.PHOTO in self._barred.kinds(chat):
            return (rich.without_media,)
        return (rich.html, rich.without_media)

    def _may_go_on(self, chat: ChatId, refusal: MediaRefused | Refused) -> bool:
        """Learn from a refusal; tell whether the same may pass without pictures."""
        logger.info("chat %d: a rich message is refused: %s", chat, refusal.why)
        if isinstance(refusal, MediaRefused):
            self._barred.note(chat, refusal.forbidden)
            return True
        if _NO_RIGHT in refusal.why.lower():
            self._without.put(chat, value=True)
        return False

    def _forget(self, why: str) -> None:
        if self._is_known:
            self._is_known = False
            logger.warning("this Bot API server knows no rich messages: articles go out as text (%s)", why)


def _whole(outcome: Edited, refused: int) -> Edited:
    """Say of an edit that went well what a rich message is: all of its item."""
    match outcome:
        case Sent():
            return replace(outcome, calls=1 + refused, whole=True)
        case Unchanged():
            return Unchanged(whole=True)
        case _:
            return outcome


def _now() -> float:
    return asyncio.get_running_loop().time()

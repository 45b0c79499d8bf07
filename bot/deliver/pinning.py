"""Messages that an alert wants pinned: one call each, after they were sent and that was noted.

A pin is a favour. It delays no other message, is not tried again and costs no message anything; so one is
missing where Telegram refused it or did not answer, or where we stopped or crashed between the two.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from bot.deliver import notices
from bot.deliver.outcome import ChatLost, Edited, Refused, Sent, Wait
from bot.deliver.owners import Owners
from bot.deliver.partners import Lanes, Sends
from bot.deliver.recent import Recent
from bot.items import Chat, ChatId

NEWS_WAIT_S = 60.0
"""How long news waits, too, where Telegram wants no pins for longer: then it seems to mean pins alone."""

REST_S = 3600.0
"""No flood wait is remembered for longer."""

logger = logging.getLogger(__name__)


class Pins:
    """Pins messages. ``language`` tells in which one to speak of a chat."""

    def __init__(self, sender: Sends, lanes: Lanes, owners: Owners, language: Callable[[Chat], str]) -> None:
        self._sender = sender
        self._lanes = lanes
        self._owners = owners
        self._language = language
        self._rests: Recent[ChatId, float] = Recent(10_000, REST_S, time.monotonic)
        """Until when Telegram wants no pins, by the loop's clock."""

    async def pin(self, chat: Chat, message_id: int) -> None:
        """Pin a message without a sound, since it was heard itself; whatever comes of that stays here."""
        if (self._rests.get(chat.id) or 0.0) > asyncio.get_running_loop().time():
            logger.info("chat %d, message %d: not pinned: Telegram wants quiet", chat.id, message_id)
            return
        try:
            await self._conclude(chat, message_id, await self._sender.pin(chat.id, message_id))
        except Exception:
            logger.exception("chat %d, message %d: not pinned, by our own fault", chat.id, message_id)

    async def _conclude(self, chat: Chat, message_id: int, outcome: Edited) -> None:
        if isinstance(outcome, Sent):
            logger.debug("chat %d, message %d: pinned", chat.id, message_id)
            return
        logger.info("chat %d, message %d: not pinned: %s", chat.id, message_id, outcome)
        if isinstance(outcome, Wait):
            self._rests.put(chat.id, asyncio.get_running_loop().time() + outcome.seconds)
            wait_s = min(outcome.seconds, NEWS_WAIT_S)
            await self._lanes.hold(chat.id, round(wait_s * 1000) + 500)
        elif _lacks_right(outcome):
            sentence = notices.pin_refused(chat, self._language(chat))
            await self._owners.tell_once(chat, "no right to pin", sentence)


def _lacks_right(outcome: Edited) -> bool:
    """Tell whether it was refused for want of a right: to a pin "no right to post" says nothing else."""
    if isinstance(outcome, ChatLost):
        return outcome.why == "no right to post"
    return isinstance(outcome, Refused) and "not enough rights" in outcome.why.lower()

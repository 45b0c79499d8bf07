"""Who answers for a chat is told in private when something there is not as wished."""

import asyncio
import logging

from bot.deliver.partners import DELIVERY_S, Ear, People
from bot.errors import StoreError
from bot.items import Chat

TELL_S = DELIVERY_S / 4
"""How long telling may take: it is done beside a delivery."""

logger = logging.getLogger(__name__)


class Owners:
    """Tells the owners of chats. Their not being told harms nothing, so nothing is raised."""

    def __init__(self, chats: People, ear: Ear) -> None:
        self._chats = chats
        self._ear = ear

    async def tell(self, chat: Chat, sentence: str, *, even_there: bool = False) -> None:
        """Tell the owner of ``chat``, unless that is the chat itself; ``even_there``: then too."""
        if chat.owner is None or (int(chat.owner) == int(chat.id) and not even_there):
            return
        try:
            async with asyncio.timeout(TELL_S):
                await self._ear.tell(chat.owner, sentence)
        except Exception:
            logger.exception("the owner of chat %d could not be told", chat.id)

    async def tell_once(self, chat: Chat, subject: str, sentence: str, *, even_there: bool = False) -> bool:
        """Tell it as :meth:`tell` does, unless of this ``subject`` was told; return whether it was news."""
        try:
            if not await self._chats.first_time(chat.id, subject):
                return False
        except StoreError as error:
            logger.debug("chat %d: its owner is not told of %s: %s", chat.id, subject, error)
            return False
        await self.tell(chat, sentence, even_there=even_there)
        return True

"""Drafts: what buttons are about that is longer than they carry, on any instance and after a restart."""

import base64
import hashlib

from bot.items import ChatId
from bot.store import keys
from bot.store.door import Door

KEPT_S = 86_400
"""How long a yes is waited for; after that, the item it was shown with is no news either."""


class Drafts:
    """Texts that wait for a yes or for another page. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def keep(self, chat_id: ChatId, text: str) -> str:
        """Keep ``text`` for :data:`KEPT_S` and return by what it is found: eleven URL-safe characters.

        The same text of the same chat is the same draft, so that keeping it again does no harm.
        """
        raw = hashlib.blake2b(text.encode(), digest_size=8).digest()
        digest = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        await self._door.do("SET", keys.draft(chat_id, digest), text, "EX", KEPT_S)
        return digest

    async def get(self, chat_id: ChatId, digest: str) -> str | None:
        """Return the text, None once it is gone."""
        raw: bytes | None = await self._door.do("GET", keys.draft(chat_id, digest))
        return None if raw is None else raw.decode()

    async def drop(self, chat_id: ChatId, digest: str) -> None:
        """Forget the text: the answer was no."""
        await self._door.do("DEL", keys.draft(chat_id, digest))

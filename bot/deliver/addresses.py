"""What is known of files' addresses: those Telegram could not use, and its ids of those it could.

Telegram remembers for days that an address failed, so asking again is vain, for any chat and any
worker: that is in the store. A file that it took it calls by an id, which the next chats get instead
of the address, so that nothing is fetched again. Both are of an address as one kind of file: what is
no photo may be a video, and the id of the one is not taken for the other.
"""

import logging
import time
from hashlib import blake2b
from typing import Protocol

from bot.deliver.recent import Recent
from bot.errors import StoreError
from bot.render.parts import MediaKind

logger = logging.getLogger(__name__)


class Marks(Protocol):
    """Addresses that Telegram could not use, by the bot and the hash of the address."""

    async def is_bad_address(self, bot_id: int, url_hash: str) -> bool:
        """Tell whether it was noted, by any worker."""

    async def note_bad_address(self, bot_id: int, url_hash: str) -> None:
        """Note it for as long as Telegram may remember."""


_Use = tuple[str, MediaKind]
"""An address as one kind of file."""


class Addresses:
    """The store's marks with a memory before them; without the store, the memory alone."""

    def __init__(self, marks: Marks, bot_id: int) -> None:
        self._marks = marks
        self._bot_id = bot_id
        self._bad: Recent[_Use, bool] = Recent(5_000, 3600, time.monotonic)
        self._unmarked: Recent[_Use, bool] = Recent(5_000, 60, time.monotonic)
        """Not for long, since another worker may mark them meanwhile."""
        self._ids: Recent[_Use, str] = Recent(2_000, 600, time.monotonic)
        """Not for long: a "picture of the day" changes under its address."""

    async def is_bad(self, url: str, kind: MediaKind = MediaKind.PHOTO) -> bool:
        """Tell whether Telegram could not use ``url`` lately."""
        use = (url, kind)
        if use in self._bad:
            return True
        if use in self._unmarked:
            return False
        try:
            bad = await self._marks.is_bad_address(self._bot_id, _hash(use))
        except StoreError as error:
            logger.debug("whether an address is bad could not be found out: %s", error)
            bad = False
        (self._bad if bad else self._unmarked).put(use, value=True)
        return bad

    async def note_bad(self, url: str, kind: MediaKind = MediaKind.PHOTO) -> None:
        """Remember that Telegram could not use ``url``."""
        self._bad.put((url, kind), value=True)
        try:
            await self._marks.note_bad_address(self._bot_id, _hash((url, kind)))
        except StoreError as error:
            logger.debug("a bad address could not be noted: %s", error)

    def file_id(self, url: str, kind: MediaKind = MediaKind.PHOTO) -> str | None:
        """Return what Telegram calls the file it found at ``url`` lately."""
        return self._ids.get((url, kind))

    def keep_file_id(self, url: str, file_id: str, kind: MediaKind = MediaKind.PHOTO) -> None:
        """Remember what Telegram calls it."""
        self._ids.put((url, kind), file_id)

    def forget_file_id(self, url: str, file_id: str, kind: MediaKind = MediaKind.PHOTO) -> None:
        """Give up an id that Telegram does not take any more, unless there is a newer one."""
        if self._ids.get((url, kind)) == file_id:
            self._ids.drop((url, kind))


def _hash(use: _Use) -> str:
    """Return the hash of an address; other kinds than photos have their own, told apart by a space."""
    url, kind = use
    named = url if kind is MediaKind.PHOTO else f"{kind} {url}"
    return blake2b(named.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

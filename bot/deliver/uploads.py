"""Pictures by way of our own copy: downloaded once, uploaded once, then sent by Telegram's file id."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Protocol

from bot.deliver import picture
from bot.deliver.calls import Taken, Upload
from bot.deliver.outcome import Outcome, PhotoRefused
from bot.deliver.recent import Recent
from bot.errors import StoreError

AT_ONCE = 4
"""Copies held in memory at the same time, each of up to 10 MB."""

DOWNLOAD_S = 10.0
"""Waiting for a place and downloading, together; what is left of the time is for the upload."""

Pictures = Callable[[str], Awaitable[bytes | None]]
"""What an address holds, guarded and bounded; None where it cannot be had."""

Photo = Callable[[str | Upload, float], Awaitable[Taken | Outcome]]
"""Sends a photo, by file id or as an upload, within so many seconds."""

logger = logging.getLogger(__name__)


class Files(Protocol):
    """Telegram's file ids of pictures uploaded before, by the bot and the digest of their bytes."""

    async def file_id(self, bot_id: int, digest: str) -> str | None:
        """Return the id, if it is still known."""

    async def keep_file_id(self, bot_id: int, digest: str, file_id: str) -> None:
        """Remember it."""


class Uploads:
    """Sends copies of pictures; many chats that want the same one cost one download and one upload."""

    def __init__(self, pictures: Pictures, files: Files, bot_id: int) -> None:
        self._pictures = pictures
        self._files = files
        self._bot_id = bot_id
        self._places = asyncio.Semaphore(AT_ONCE)
        self._digests: Recent[str, str] = Recent(2_000, 600, time.monotonic)
        """What addresses held lately. Not for long: a "picture of the day" changes under its address."""
        self._unfit: Recent[str, str] = Recent(2_000, 600, time.monotonic)

    async def send(self, url: str, photo: Photo, within_s: float) -> Outcome:
        """Send a copy of what ``url`` holds by calling ``photo``; PhotoRefused if it cannot be had."""
        if why := self._unfit.get(url):
            return PhotoRefused(why, asked=False)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        try:
            async with asyncio.timeout(min(DOWNLOAD_S, within_s)):
                await self._places.acquire()
        except TimeoutError:
            return PhotoRefused("no place for a copy came free in time", asked=False)
        try:
            known = await self._by_id(self._digests.get(url), photo, deadline - loop.time())
            return known or await self._by_copy(url, photo, deadline)
        finally:
            self._places.release()

    async def _by_copy(self, url: str, photo: Photo, deadline: float) -> Outcome:
        """Download, check and upload; the file id is kept."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(min(DOWNLOAD_S, deadline - loop.time())):
                data = await self._pictures(url)
        except TimeoutError:
            data = None
        why = "our own download failed" if data is None else picture.unfit(data)
        shape = None if data is None else picture.shape_of(data)
        if why or data is None or shape is None:
            self._unfit.put(url, why)
            return PhotoRefused(why, asked=False)
        digest = blake2b(data, digest_size=16).hexdigest()
        self._digests.put(url, digest)
        if known := await self._by_id(digest, photo, deadline - loop.time()):
            return known
        upload = Upload("photo", f"picture.{shape.kind}", data)
        answer = await photo(upload, max(1.0, deadline - loop.time()))
        if not isinstance(answer, Taken):
            return answer
        if answer.photo:
            await self._keep(digest, answer.photo)
        return answer.outcome

    async def _by_id(self, digest: str | None, photo: Photo, within_s: float) -> Outcome | None:
        """Send what was uploaded before; None if nothing was, or its id is not taken any more."""
        if digest is None:
            return None
        try:
            file_id = await self._files.file_id(self._bot_id, digest)
        except StoreError:
            return None
        if file_id is None:
            return None
        answer = await photo(file_id, max(1.0, within_s))
        if isinstance(answer, Taken):
            return answer.outcome
        stale = isinstance(answer, PhotoRefused) and not answer.any_picture
        return None if stale else answer

    async def _keep(self, digest: str, file_id: str) -> None:
        """Remember the id; without it the next chat costs one more upload, no more than that."""
        try:
            await self._files.keep_file_id(self._bot_id, digest, file_id)
        except StoreError as error:
            logger.debug("a file id could not be kept: %s", error)

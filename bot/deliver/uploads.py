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
from bot.deliver.turns import Turns
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
        self._turns: Turns[str] = Turns()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._digests: Recent[str, str] = Recent(2_000, 600, time.monotonic)
        """What addresses held lately. Not for long: a "picture of the day" changes under its address."""
        self._unfit: Recent[str, str] = Recent(2_000, 600, time.monotonic)
        """Why there is nothing to be had from an address, or nothing that Telegram takes."""

    async def send(self, url: str, photo: Photo, within_s: float) -> Taken | Outcome:
        """Send a copy of what ``url`` holds by calling ``photo``; PhotoRefused if it cannot be had.

        One chat at a time has a copy made; the others wait a little for what that brings.
        """
        deadline = asyncio.get_running_loop().time() + within_s
        outdated: set[str] = set()
        while True:
            known = await self._known(self._digests.get(url), outdated)
            if known is None:
                async with self._turns.take(url, within_s):
                    if why := self._unfit.get(url):
                        return PhotoRefused(why, asked=bool(outdated))
                    known = await self._known(self._digests.get(url), outdated)
                    if known is None:
                        return await self._by_copy(url, photo, deadline, outdated)
            answer = await photo(known, _left_s(deadline))
            if not _is_outdated(answer):
                return answer
            outdated.add(known)

    async def _by_copy(self, url: str, photo: Photo, deadline: float, outdated: set[str]) -> Taken | Outcome:
        """Download, check and upload; the file id is kept, or why the picture is of no use."""
        try:
            async with asyncio.timeout(min(DOWNLOAD_S, _left_s(deadline))):
                await self._places.acquire()
        except TimeoutError:
            return PhotoRefused("no place for a copy came free in time", asked=bool(outdated))
        try:
            data = await self._downloaded(url, deadline)
            why = "our own download failed" if data is None else picture.unfit(data)
            shape = None if data is None else picture.shape_of(data)
            if why or data is None or shape is None:
                self._unfit.put(url, why)
                return PhotoRefused(why, asked=bool(outdated))
            digest = blake2b(data, digest_size=16).hexdigest()
            self._digests.put(url, digest)
            if known := await self._known(digest, outdated):
                answer = await photo(known, _left_s(deadline))
                if not _is_outdated(answer):
                    return answer
            answer = await photo(Upload("photo", f"picture.{shape.kind}", data), _left_s(deadline))
            if isinstance(answer, Taken) and answer.photo:
                await self._keep(digest, answer.photo)
            if isinstance(answer, PhotoRefused) and answer.blames_picture:
                self._unfit.put(url, answer.why)
            return answer
        finally:
            self._places.release()

    async def _downloaded(self, url: str, deadline: float) -> bytes | None:
        try:
            async with asyncio.timeout(min(DOWNLOAD_S, _left_s(deadline))):
                return await self._pictures(url)
        except TimeoutError:
            return None

    async def _known(self, digest: str | None, outdated: set[str]) -> str | None:
        """Return the file id of what was uploaded before; None if nothing was, or the id is outdated."""
        if digest is None:
            return None
        try:
            file_id = await self._files.file_id(self._bot_id, digest)
        except StoreError:
            return None
        return None if file_id in outdated else file_id

    async def _keep(self, digest: str, file_id: str) -> None:
        """Remember the id; without it the next chat costs one more upload, no more than that."""
        try:
            await self._files.keep_file_id(self._bot_id, digest, file_id)
        except StoreError as error:
            logger.debug("a file id could not be kept: %s", error)


def _left_s(deadline: float) -> float:
    return max(1.0, deadline - asyncio.get_running_loop().time())


def _is_outdated(answer: Taken | Outcome) -> bool:
    """Tell whether Telegram does not take a file id any more."""
    return isinstance(answer, PhotoRefused) and answer.blames_picture

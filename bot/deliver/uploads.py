"""Pictures by way of our own copy: downloaded once, uploaded once, then sent by Telegram's file id."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from bot.deliver import picture
from bot.deliver.calls import Taken, Upload
from bot.deliver.outcome import MediaRefused, Outcome
from bot.deliver.recent import Recent
from bot.deliver.scaling import Redraw
from bot.deliver.turns import Turns
from bot.errors import StoreError
from bot.render.parts import MediaKind

AT_ONCE = 4
"""Copies held in memory at the same time, each of up to 20 MB."""

DOWNLOAD_S = 10.0
"""Waiting for a place and downloading, together; what is left of the time is for the upload."""

UPLOAD_S = 2.0
"""An upload is not begun in less time: cut off, nobody would know whether it arrived."""

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


@dataclass(frozen=True, slots=True)
class Copy:
    """Our own copy of a picture: Telegram's id of it, or what is to be uploaded."""

    digest: str
    """Of the picture as it was found; it may have been drawn anew since."""
    named: str | Upload


class Uploads:
    """Copies of pictures; many chats that want the same one cost one download and one upload.

    ``redraw`` makes one that Telegram takes of a picture that it would not.
    """

    def __init__(self, pictures: Pictures, files: Files, bot_id: int, redraw: Redraw) -> None:
        self._pictures = pictures
        self._files = files
        self._bot_id = bot_id
        self._redraw = redraw
        self._turns: Turns[str] = Turns()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._digests: Recent[str, str] = Recent(2_000, 600, time.monotonic)
        """What addresses held lately. Not for long: a "picture of the day" changes under its address."""
        self._unfit: Recent[str, str] = Recent(2_000, 600, time.monotonic)
        """Why there is nothing to be had from an address, or nothing that Telegram takes."""

    async def send(self, url: str, photo: Photo, within_s: float) -> Taken | Outcome:
        """Send a copy of what ``url`` holds by calling ``photo``; MediaRefused if it cannot be had.

        One chat at a time has a copy made; the others wait a little for what that brings.
        """
        deadline = asyncio.get_running_loop().time() + within_s
        outdated: set[str] = set()
        while True:
            known = await self._known(self._digests.get(url), outdated)
            if known is None:
                async with self._turns.take(url, within_s):
                    if why := self._unfit.get(url):
                        return MediaRefused(why, calls=len(outdated))
                    known = await self._known(self._digests.get(url), outdated)
                    if known is None:
                        return await self._by_copy(url, photo, deadline, outdated)
            answer = await photo(known, _left_s(deadline))
            if not _is_outdated(answer):
                return answer
            outdated.add(known)

    async def copy(self, url: str, within_s: float, outdated: frozenset[str] = frozenset()) -> Copy | None:
        """Return a copy of what ``url`` holds, to be sent with others; None if it cannot be had.

        ``outdated`` are ids that Telegram does not take any more.
        """
        deadline = asyncio.get_running_loop().time() + within_s
        async with self._turns.take(url, within_s):
            if url in self._unfit:
                return None
            digest = self._digests.get(url)
            if digest and (known := await self._known(digest, outdated)):
                return Copy(digest, known)
            async with self._place(deadline) as has_place:
                made = await self._made(url, deadline, outdated) if has_place else None
        return made if isinstance(made, Copy) else None

    async def keep(self, copy: Copy, file_id: str) -> None:
        """Remember what Telegram calls a copy; without it the next chat costs one more upload."""
        if not file_id:
            return
        try:
            await self._files.keep_file_id(self._bot_id, copy.digest, file_id)
        except StoreError as error:
            logger.debug("a file id could not be kept: %s", error)

    def blame(self, url: str, why: str) -> None:
        """Remember that Telegram does not take a copy of what ``url`` holds."""
        self._unfit.put(url, why)

    async def _by_copy(self, url: str, photo: Photo, deadline: float, outdated: set[str]) -> Taken | Outcome:
        """Download, check and upload; the file id is kept, or why the picture is of no use."""
        async with self._place(deadline) as has_place:
            if not has_place:
                return MediaRefused("no place for a copy came free in time", calls=len(outdated))
            made = await self._made(url, deadline, outdated)
            if isinstance(made, Copy) and isinstance(made.named, str):  # found under another address
                answer = await photo(made.named, _left_s(deadline))
                if not _is_outdated(answer):
                    return answer
                outdated.add(made.named)
                made = await self._made(url, deadline, outdated)
            if isinstance(made, Copy) and deadline - asyncio.get_running_loop().time() < UPLOAD_S:
                made = "no time is left to upload it"
            if isinstance(made, str):
                return MediaRefused(made, calls=len(outdated))
            answer = await photo(made.named, _left_s(deadline))
            if isinstance(answer, Taken):
                await self.keep(made, answer.file_id(MediaKind.PHOTO))
            if isinstance(answer, MediaRefused) and answer.blames_file:
                self.blame(url, answer.why)
            return answer

    @asynccontextmanager
    async def _place(self, deadline: float) -> AsyncIterator[bool]:
        """Hold a place for one copy; False if none came free in time."""
        try:
            async with asyncio.timeout(min(DOWNLOAD_S, _left_s(deadline))):
                await self._places.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self._places.release()

    async def _made(self, url: str, deadline: float, outdated: Collection[str]) -> Copy | str:
        """Download a picture and make of it what Telegram takes; return why there is nothing of that kind."""
        data = await self._downloaded(url, deadline)
        if why := _useless(data):
            self.blame(url, why)
        if data is None or why:
            return why
        digest = await asyncio.to_thread(_digest, data)
        self._digests.put(url, digest)
        if known := await self._known(digest, outdated):
            return Copy(digest, known)
        if why := picture.unfit(data):
            data = await self._drawn(data, deadline)
            why = picture.unfit(data) if data else f"{why}, and it cannot be drawn anew"
        shape = picture.shape_of(data) if data else None
        if why or data is None or shape is None:
            self.blame(url, why)
            return why
        return Copy(digest, Upload("photo", f"picture.{shape.kind}", data))

    async def _downloaded(self, url: str, deadline: float) -> bytes | None:
        try:
            async with asyncio.timeout(min(DOWNLOAD_S, _left_s(deadline))):
                return await self._pictures(url)
        except TimeoutError:
            return None

    async def _drawn(self, data: bytes, deadline: float) -> bytes | None:
        try:
            async with asyncio.timeout(_left_s(deadline)):
                return await self._redraw(data)
        except TimeoutError:
            return None

    async def _known(self, digest: str | None, outdated: Collection[str]) -> str | None:
        """Return the file id of what was uploaded before; None if nothing was, or the id is outdated."""
        if digest is None:
            return None
        try:
            file_id = await self._files.file_id(self._bot_id, digest)
        except StoreError:
            return None
        return None if file_id in outdated else file_id


def _useless(data: bytes | None) -> str:
    """Return why no copy can be made of what was downloaded, "" if one may be."""
    if data is None:
        return "our own download failed"
    shape = picture.shape_of(data)
    return "no picture" if shape is None else picture.hopeless(shape)


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _left_s(deadline: float) -> float:
    return max(1.0, deadline - asyncio.get_running_loop().time())


def _is_outdated(answer: Taken | Outcome) -> bool:
    """Tell whether Telegram does not take a file id any more."""
    return isinstance(answer, MediaRefused) and answer.blames_file

"""Files: those uploaded, those fetched by address, and what Telegram says to unfit ones."""

import hashlib
import ipaddress
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from bot.playground.arguments import Upload
from bot.playground.refusal import bad_request

MAX_PHOTO_BY_URL = 5 * 1024 * 1024
MAX_FILE_BY_URL = 20 * 1024 * 1024
MAX_PHOTO_UPLOAD = 10 * 1024 * 1024
FETCH_TIMEOUT_S = 10.0

UNREACHABLE = "WEBPAGE_CURL_FAILED"
WRONG_TYPE = "WEBPAGE_MEDIA_EMPTY"
UNUSABLE = "MEDIA_EMPTY"
WORDS = {
    UNREACHABLE: "failed to get HTTP URL content",
    WRONG_TYPE: "wrong type of the web page content",
    UNUSABLE: "wrong file identifier/HTTP URL specified",
}
"""How the Bot API words the inner server's codes; within an album the code itself shows."""

_PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_DOCUMENT_TYPES = frozenset({"image/gif", "application/pdf", "application/zip"})


class MediaError(Exception):
    """A file that cannot be used; the message is the inner server's code."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as Telegram keeps it."""

    file_id: str
    kind: str
    mime: str
    data: bytes
    filename: str = ""
    width: int = 0
    height: int = 0


def image_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height by the header of a PNG, GIF, JPEG or WebP; None for anything else."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:6] in {b"GIF87a", b"GIF89a"} and len(data) >= 10:
        return struct.unpack("<HH", data[6:10])
    if data[:2] == b"\xff\xd8":
        return _jpeg_size(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp_size(data)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    form = data[12:16]
    if form == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _checked_photo(data: bytes) -> tuple[int, int]:
    size = image_size(data)
    if size is None or 0 in size:
        raise MediaError("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > 10000 or max(size) > 20 * min(size):
        raise MediaError("PHOTO_INVALID_DIMENSIONS")
    return width, height


class Files:
    """All files of one local Telegram; an async context manager, since it fetches by address.

    Only this machine's own addresses are fetched: the playground never leaves the machine, and an
    address elsewhere fails as an unreachable one does. What an address gave is remembered, failures
    too, as Telegram remembers it: asking again does not help.
    """

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._by_url: dict[tuple[str, str], StoredFile | str] = {}
        self._session: aiohttp.ClientSession | None = None
        self.fetched: list[str] = []
        """Every address really asked for, in order."""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=FETCH_TIMEOUT_S),
            headers={"User-Agent": "TelegramBot (like TwitterBot)"},
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def find(self, file_id: str) -> StoredFile:
        """Return a file by its id, a photo's smaller size included.

        Raises:
            ApiError: 400, no such file.
        """
        stored = self._files.get(file_id) or self._files.get(file_id.removesuffix("s"))
        if stored is None:
            raise bad_request("invalid file_id")
        return stored

    def keep(self, kind: str, mime: str, data: bytes, filename: str = "") -> StoredFile:
        """Store a file.

        Raises:
            MediaError: a photo that is none or has impossible dimensions.
        """
        width = height = 0
        if kind == "photo":
            width, height = _checked_photo(data)
        elif kind == "animation":
            width, height = image_size(data) or (0, 0)
        digest = hashlib.sha256(kind.encode() + data).hexdigest()[:24]
        file_id = f"AgAC{kind[:2]}{digest}{len(self._files):06d}"
        stored = StoredFile(file_id, kind, mime, data, filename, width, height)
        self._files[file_id] = stored
        return stored

    def take_upload(self, kind: str, upload: Upload) -> StoredFile:
        """Take an uploaded file.

        Raises:
            ApiError: 400, empty or too big.
            MediaError: a photo that is none.
        """
        if not upload.data:
            raise bad_request("file must be non-empty")
        if kind == "photo" and len(upload.data) > MAX_PHOTO_UPLOAD:
            raise bad_request(
                f"file of size {len(upload.data)} bytes is too big for a photo; "
                f"the maximum size is {MAX_PHOTO_UPLOAD} bytes"
            )
        return self.keep(kind, upload.mime, upload.data, upload.filename)

    def reuse(self, kind: str, file_id: str) -> StoredFile:
        """Find a file that a message names by its id.

        Raises:
            ApiError: 400, unknown here or of another kind.
        """
        stored = self._files.get(file_id) or self._files.get(file_id.removesuffix("s"))
        if stored is None:
            raise bad_request(
                "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"
            )
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.capitalize()} as {kind.capitalize()}")
        return stored

    async def fetch(self, kind: str, url: str) -> StoredFile:
        """Get a file by its address, once: the answer holds for good.

        Raises:
            ApiError: 400, an address that is none.
            MediaError: not to be had or not to be used.
        """
        if "://" in url and not url.lower().startswith(("http://", "https://")):
            raise bad_request("invalid file HTTP URL specified: Unsupported URL protocol")
        known = self._by_url.get((kind, url))
        if known is None:
            self.fetched.append(url)
            try:
                known = await self._really_fetch(kind, url if "://" in url else f"http://{url}")
            except MediaError as trouble:
                known = str(trouble)
            self._by_url[kind, url] = known
        if isinstance(known, str):
            raise MediaError(known)
        return known

    async def _really_fetch(self, kind: str, url: str) -> StoredFile:
        limit = MAX_PHOTO_BY_URL if kind == "photo" else MAX_FILE_BY_URL
        data = bytearray()
        try:
            address = URL(url)
            if not _is_local(address.host or "") or self._session is None:
                raise MediaError(UNREACHABLE)
            async with self._session.get(address) as answer:
                if answer.status != 200:
                    raise MediaError(UNREACHABLE)
                mime = answer.content_type
                if not _takes(kind, mime):
                    raise MediaError(WRONG_TYPE)
                async for chunk in answer.content.iter_chunked(1 << 16):
                    data += chunk
                    if len(data) > limit:
                        raise MediaError(UNUSABLE)
        except (TimeoutError, aiohttp.ClientError, ValueError, OSError):
            raise MediaError(UNREACHABLE) from None
        return self.keep(kind, mime, bytes(data), url.rpartition("/")[2])


def _takes(kind: str, mime: str) -> bool:
    if kind == "photo":
        return mime in _PHOTO_TYPES
    if kind == "document":
        return mime in _DOCUMENT_TYPES
    if kind == "animation":
        return mime in {"image/gif", "video/mp4"}
    return mime.startswith(f"{kind}/")


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

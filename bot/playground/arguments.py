"""The parameters of one call, however they came: query, form, multipart or JSON body.

Telegram treats every parameter as text, and so does this: a JSON body's numbers, lists and objects
are written back to text, and each method reads the text as what it needs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.playground.refusal import ApiError, bad_request

MAX_FILE_BYTES = 50 * 1024 * 1024
"""What the Bot API takes in one upload; beyond it is answered 413."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body."""

    filename: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Arguments:
    """The texts and files of one call; every reader raises :class:`ApiError` 400 for nonsense."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as it was sent."""
        return self.texts.get(name, default)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number; what is none counts as the default, as with Telegram."""
        try:
            return int(self.texts.get(name, ""))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """Return whether a switch is on: ``true``, ``yes`` or ``1``."""
        return self.texts.get(name, "").strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, what: str) -> object:
        """Return a parameter's JSON value, or None where it is missing.

        ``what`` names the value in the refusal: ``can't parse <what> JSON object``.
        """
        raw = self.texts.get(name, "")
        if not raw.strip():
            return None
        try:
            value: object = json.loads(raw)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None
        return value


def _as_texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {
        name: item if isinstance(item, str) else json.dumps(item)
        for name, item in value.items()
        if item is not None
    }


async def _read_multipart(request: web.Request) -> tuple[dict[str, str], dict[str, Upload]]:
    texts: dict[str, str] = {}
    files: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.filename is None:
            texts[part.name] = (await part.read()).decode("utf-8", "surrogateescape")
            continue
        data = bytearray()
        while chunk := await part.read_chunk(1 << 16):
            data += chunk
            if len(data) > MAX_FILE_BYTES:
                raise ApiError(413, "Request Entity Too Large")
        mime = part.headers.get("Content-Type", "application/octet-stream")
        files[part.name] = Upload(part.filename, mime, bytes(data))
    return texts, files


async def read_arguments(request: web.Request) -> Arguments:
    """Read a call's parameters; a body that cannot be read counts as empty, as with Telegram.

    Raises:
        ApiError: 413 for a file beyond :data:`MAX_FILE_BYTES`.
    """
    texts = dict(request.query)
    files: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            texts |= _as_texts(json.loads(await request.read()))
        elif request.content_type == "multipart/form-data":
            more, files = await _read_multipart(request)
            texts |= more
        elif request.content_type == "application/x-www-form-urlencoded":
            texts |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    except ValueError:  # broken JSON, broken multipart: what was read so far counts
        pass
    return Arguments(texts, files)

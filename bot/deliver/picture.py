"""Whether bytes are a picture that Telegram takes as a photo: kind, size and shape, from the header alone.

Nothing is decoded, so nothing can explode; what passes here may still be refused by Telegram.
"""

from dataclasses import dataclass

MAX_BYTES = 10 * 1024 * 1024
"""Of an uploaded photo (https://core.telegram.org/bots/api#sending-files)."""

MAX_SIDES = 10_000
"""Width and height together, in pixels."""

MAX_RATIO = 20
"""The longer side over the shorter."""

_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers that open a frame and hold its size: SOF0 to SOF15, less tables and extensions."""

_JPEG_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}
"""JPEG markers without a length: restarts, start of image, TEM."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a picture's header says: its kind (a file name's ending) and its size in pixels."""

    kind: str
    width: int
    height: int


def shape_of(data: bytes) -> Shape | None:
    """Return what the header of ``data`` says, or None if it is no picture of a kind that Telegram takes."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 24:
        return Shape("png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24]))
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return Shape("gif", int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp(data)
    return None


def unfit(data: bytes) -> str:
    """Return why Telegram would not take ``data`` as a photo, or "" if nothing speaks against it."""
    if len(data) > MAX_BYTES:
        return f"the picture has {len(data)} bytes, more than {MAX_BYTES}"
    shape = shape_of(data)
    if shape is None:
        return "not a JPEG, PNG, GIF or WebP picture"
    short, long = sorted((shape.width, shape.height))
    if not short:
        return "the picture is empty"
    if short + long > MAX_SIDES or long > MAX_RATIO * short:
        return f"the picture's shape is {shape.width}x{shape.height}"
    return ""


def _jpeg(data: bytes) -> Shape | None:
    """Walk the segments up to the frame header; each step goes forward, so the walk ends."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _JPEG_SIZES:
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            return Shape("jpg", width, height)
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _JPEG_BARE:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    return None


def _webp(data: bytes) -> Shape | None:
    """Read the size from the first chunk: extended, lossless or lossy form."""
    if data[12:16] == b"VP8X":
        width, height = int.from_bytes(data[24:27], "little"), int.from_bytes(data[27:30], "little")
        return Shape("webp", width + 1, height + 1)
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return Shape("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if data[12:16] == b"VP8 ":
        width, height = int.from_bytes(data[26:28], "little"), int.from_bytes(data[28:30], "little")
        return Shape("webp", width & 0x3FFF, height & 0x3FFF)
    return None

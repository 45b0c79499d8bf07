"""Whether bytes are a picture that Telegram takes as a photo: kind, size and shape, from the header alone.

Nothing is decoded, so nothing can explode; what passes here may still be refused by Telegram.
"""

from dataclasses import dataclass

BY_ADDRESS = 5 * 1024 * 1024
"""Bytes of a photo that Telegram loads itself (https://core.telegram.org/bots/api#sending-files)."""

MAX_BYTES = 10 * 1024 * 1024
"""Of an uploaded photo, likewise."""

MAX_SIDES = 10_000
"""Width and height together, in pixels."""

MAX_RATIO = 20
"""The longer side over the shorter."""

ICON_SIDE = 100
"""A picture both of whose sides are shorter is an icon …"""

ICON_EDGE = 32
"""… and so is one with a side shorter than this: a line, a button, a pixel that counts readers."""

TAKEN = frozenset({"jpg", "png", "gif", "webp"})
"""Kinds that Telegram takes as photos."""

REDRAWN = TAKEN | {"avif", "bmp", "tiff"}
"""Kinds that can be drawn anew as a JPEG."""

_BRANDS = {b"avif": "avif", b"avis": "avif"} | dict.fromkeys(
    (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"), "heic"
)
"""Brands of the ISO container that hold still pictures (ISO/IEC 23008-12, AV1 Image File Format)."""

_STARTS = (
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\0\0\1\0", "ico"),
    (b"\0\0\2\0", "ico"),
)

_DRAWING_WITHIN = 1024
"""Bytes within which an SVG opens: declarations and comments may come first."""

_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers that open a frame and hold its size: SOF0 to SOF15, less tables and extensions."""

_JPEG_STEPS = 2_000
"""Segments and fill bytes before the frame: a profile and pictures in the picture take some hundreds."""

_JPEG_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}
"""JPEG markers without a length: restarts, start of image, TEM."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a picture's header says: its kind (a file name's ending) and its size in pixels.

    The size is 0 by 0 for kinds that are told by their first bytes alone.
    """

    kind: str
    width: int = 0
    height: int = 0
    moves: bool = False
    """Whether it is an animated WebP; of a GIF only its frames would tell."""

    @property
    def is_icon(self) -> bool:
        """Whether it is too small to be anything but an icon or a line."""
        short, long = sorted((self.width, self.height))
        return self.kind == "ico" or (long > 0 and (long < ICON_SIDE or short < ICON_EDGE))

    @property
    def is_strip(self) -> bool:
        """Whether it is longer and narrower than Telegram shows, scaled or not."""
        short, long = sorted((self.width, self.height))
        return long > MAX_RATIO * short

    @property
    def is_wide(self) -> bool:
        """Whether it has more pixels a side than Telegram takes."""
        return self.width + self.height > MAX_SIDES


def shape_of(data: bytes) -> Shape | None:  # noqa: PLR0911  one return for each kind reads as a table
    """Return what the header of ``data`` says, or None if it is no picture, or says it further behind."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 24:
        return Shape("png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24]))
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return Shape("gif", int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp(data)
    if data[4:8] == b"ftyp" and (brand := _BRANDS.get(data[8:12])):
        # A picture of the general brand may well be an AVIF: it names that among those it is compatible with.
        return Shape("avif" if b"avif" in data[8:64] else brand)
    for start, kind in _STARTS:
        if data.startswith(start):
            return Shape(kind)
    return Shape("svg") if _is_drawing(data) else None


def unfit(data: bytes) -> str:
    """Return why Telegram would not take ``data`` as a photo, or "" if nothing speaks against it."""
    if len(data) > MAX_BYTES:
        return f"the picture has {len(data)} bytes, more than {MAX_BYTES}"
    shape = shape_of(data)
    if shape is None or shape.kind not in TAKEN:
        return "not a JPEG, PNG, GIF or WebP picture"
    if shape.moves or shape.is_wide or not shape.width or not shape.height:
        return f"the picture's shape is {shape.width}x{shape.height}" + (", moving" if shape.moves else "")
    return hopeless(shape)


def hopeless(shape: Shape) -> str:
    """Return why no copy of such a picture would be shown either, however it is drawn; "" if one may be."""
    if shape.kind not in REDRAWN:
        return f"nothing here draws {shape.kind}"
    if shape.kind in TAKEN and not (shape.width and shape.height):
        return "the picture is empty"
    if shape.is_icon:
        return f"an icon of {shape.width}x{shape.height}"
    return f"a strip of {shape.width}x{shape.height}" if shape.is_strip else ""


def _jpeg(data: bytes) -> Shape | None:
    """Walk the segments up to the frame header, so many of them at most."""
    at = 2
    for _ in range(_JPEG_STEPS):
        if at + 9 > len(data) or data[at] != 0xFF:
            break
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
        return Shape("webp", width + 1, height + 1, moves=bool(data[20] & 2))
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return Shape("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if data[12:16] == b"VP8 ":
        width, height = int.from_bytes(data[26:28], "little"), int.from_bytes(data[28:30], "little")
        return Shape("webp", width & 0x3FFF, height & 0x3FFF)
    return None


def _is_drawing(data: bytes) -> bool:
    start = data[:_DRAWING_WITHIN].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in start

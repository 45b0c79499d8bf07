"""Sound, moving pictures and film for the newsroom, made byte by byte: MP3, GIF and MP4."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.playground.canvas import Colour
from bot.playground.pictures import drawn

FILM_SIZE = (480, 272)
"""Whole macroblocks of 16 pixels."""
GIF_SIZE = (320, 180)
FRAMES = 24
FRAMES_A_SECOND = 8

_SILENT = b"\xff\xfb\x10\xc0" + bytes(100)
"""A frame of MPEG-1 layer III, mono, 44.1 kHz, 32 kbit/s, in which nothing sounds."""
_FRAME_S = 1152 / 44_100


@lru_cache(maxsize=8)
def sound(seconds: int, title: str, performer: str) -> bytes:
    """Return an MP3 of silence with its title and who performs it."""
    tags = b"".join(
        name + struct.pack(">IH", len(text) + 1, 0) + b"\3" + text
        for name, text in ((b"TIT2", title.encode()), (b"TPE1", performer.encode()))
    )
    sizes = (len(tags) >> 21 & 127, len(tags) >> 14 & 127, len(tags) >> 7 & 127, len(tags) & 127)
    return b"ID3\4\0\0" + bytes(sizes) + tags + _SILENT * round(seconds / _FRAME_S)


def sound_size(seconds: int, title: str, performer: str) -> int:
    """Return how many bytes :func:`sound` has."""
    return len(sound(seconds, title, performer))


def _frames(name: str, width: int, height: int) -> Iterator[tuple[list[bytes], list[Colour]]]:
    """Draw a picture over which a red balloon drifts; yield each frame's rows and the colours."""
    canvas = drawn(name, width, height)
    red, gleam, line = (canvas.colour(c) for c in ((222, 64, 66), (250, 214, 206), (70, 50, 56)))
    still = canvas.columns
    for number in range(FRAMES):
        canvas.columns = [bytearray(column) for column in still]
        part = number / FRAMES
        size = height * 0.09
        x, y = width * (-0.06 + 1.12 * part), height * (0.34 - 0.5 * part * (1 - part))
        canvas.box(x, y + size, x + 2, y + size * 2.6, line)
        canvas.disc(x, y, size, red, 0.88)
        canvas.disc(x - size * 0.3, y - size * 0.36, size * 0.18, gleam)
        yield canvas.rows(), canvas.colours[:256]


@lru_cache(maxsize=4)
def gif(name: str) -> bytes:
    """Return an animation without end. Takes a good part of a second: not for an event loop."""
    width, height = GIF_SIZE
    body, before = [], list[bytes]()
    colours: list[Colour] = []
    for rows, colours in _frames(name, width, height):  # noqa: B007  those of the last are those of all
        changed = [y for y, row in enumerate(rows) if not before or row != before[y]] or [0]
        top, bottom, before = changed[0], changed[-1] + 1, rows
        control = b"\x21\xf9\4\4" + struct.pack("<H", 100 // FRAMES_A_SECOND) + b"\0\0"
        place = b"\x2c" + struct.pack("<HHHHB", 0, top, width, bottom - top, 0)
        packed = _lzw(b"".join(rows[top:bottom]))
        blocks = (packed[at : at + 255] for at in range(0, len(packed), 255))
        body += [control, place, b"\x08", *(bytes([len(one)]) + one for one in blocks), b"\0"]
    palette = b"".join(bytes(colour) for colour in colours).ljust(768, b"\0")
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + palette
    return head + b"\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0" + b"".join(body) + b"\x3b"


def _lzw(pixels: bytes) -> bytes:
    """Pack bytes as GIF wants them; the table begins anew when it is full."""
    clear, end = 256, 257
    out, held, width, bits = bytearray(), 0, 9, 0
    table: dict[bytes, int] = {}

    def put(code: int) -> None:
        nonlocal held, bits
        held |= code << bits
        bits += width
        while bits >= 8:
            out.append(held & 255)
            held >>= 8
            bits -= 8

    put(clear)
    table, fresh, known = {bytes([n]): n for n in range(256)}, 258, b""
    for at in range(len(pixels)):
        longer = known + pixels[at : at + 1]
        if longer in table:
            known = longer
            continue
        put(table[known])
        if fresh < 4096:
            table[longer] = fresh
            fresh += 1
            width = min((fresh - 1).bit_length(), 12)
        else:
            put(clear)
            table, fresh, width = {bytes([n]): n for n in range(256)}, 258, 9
        known = longer[-1:]
    put(table[known])
    put(end)
    out.append(held & 255)
    return bytes(out)


@dataclass(slots=True)
class Bits:
    """Bits written one after the other, as H.264 counts them."""

    done: bytearray
    held: int = 1
    """The bits of the byte begun, behind a 1."""

    def put(self, value: int, count: int = 1) -> None:
        """Write ``count`` bits of a number."""
        for shift in range(count - 1, -1, -1):
            self.held = self.held << 1 | value >> shift & 1
            if self.held > 255:
                self.done.append(self.held & 255)
                self.held = 1

    def count(self, value: int) -> None:
        """Write a number in Exp-Golomb code."""
        length = (value + 1).bit_length()
        self.put(value + 1, 2 * length - 1)

    def samples(self, data: bytes) -> None:
        """Write whole bytes from the next whole byte on."""
        while self.held > 1:
            self.put(0)
        self.done += data

    def unit(self, kind: int) -> bytes:
        """End a NAL unit of this kind and return it, guarded against what looks like its end."""
        self.put(1)
        while self.held > 1:
            self.put(0)
        return bytes([kind]) + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", bytes(self.done))


def _parameters() -> tuple[bytes, bytes]:
    """Return what decoders must know before the first picture: baseline, one reference, no filter."""
    columns, lines = FILM_SIZE[0] // 16, FILM_SIZE[1] // 16
    sequence = Bits(bytearray(b"\x42\xc0\x1e"))
    for number in (0, 0, 2, 1):
        sequence.count(number)
    sequence.put(0)
    sequence.count(columns - 1)
    sequence.count(lines - 1)
    sequence.put(0b1100, 4)
    picture = Bits(bytearray())
    picture.count(0)
    picture.count(0)
    picture.put(0, 2)
    for _ in range(3):
        picture.count(0)
    picture.put(0, 3)
    for _ in range(3):
        picture.count(0)
    picture.put(0b100, 3)
    return sequence.unit(0x67), picture.unit(0x68)


def _picture(number: int, blocks: list[bytes], before: list[bytes]) -> bytes:
    """Return a picture's NAL unit: the first whole, of the others what has changed, as raw samples."""
    bits = Bits(bytearray())
    bits.count(0)
    bits.count(5 if number else 7)
    bits.count(0)
    bits.put(number % 16, 4)
    if number:
        bits.put(0, 3)
    else:
        bits.count(0)
        bits.put(0, 2)
    bits.count(0)
    bits.count(1)
    skipped = 0
    for block, old in zip(blocks, before or [b""] * len(blocks), strict=True):
        if block == old:
            skipped += 1
            continue
        if number:
            bits.count(skipped)
            skipped = 0
        bits.count(30 if number else 25)
        bits.samples(block)
    if skipped:
        bits.count(skipped)
    return bits.unit(0x61 if number else 0x65)


def _blocks(rows: list[bytes], colours: list[Colour]) -> list[bytes]:
    """Return a frame's macroblocks: 256 samples of light, twice 64 of colour."""
    weights = ((16, 0.257, 0.504, 0.098), (128, -0.148, -0.291, 0.439), (128, 0.439, -0.368, -0.071))
    light, blue, red = (
        bytes(round(base + r * x + g * y + b * z) for x, y, z in colours).ljust(256, b"\x80")
        for base, r, g, b in weights
    )
    planes = [[row.translate(light) for row in rows]]
    planes += [[row[::2].translate(table) for row in rows[::2]] for table in (blue, red)]
    found = []
    for top in range(0, len(rows), 16):
        for left in range(0, len(rows[0]), 16):
            parts = [row[left : left + 16] for row in planes[0][top : top + 16]]
            for plane in planes[1:]:
                parts += [row[left // 2 : left // 2 + 8] for row in plane[top // 2 : top // 2 + 8]]
            found.append(b"".join(parts))
    return found


@lru_cache(maxsize=2)
def film(name: str) -> bytes:
    """Return an MP4 of some seconds, without sound. Takes a part of a second: not for an event loop."""
    pictures, before = [], list[bytes]()
    for number, (rows, colours) in enumerate(_frames(name, *FILM_SIZE)):
        blocks = _blocks(rows, colours)
        unit = _picture(number, blocks, before)
        pictures.append(struct.pack(">I", len(unit)) + unit)
        before = blocks
    kind = _box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    body = _index(pictures, 0)
    index = _index(pictures, len(kind) + len(body) + 8)
    return kind + index + _box(b"mdat", *pictures)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def _full(name: bytes, *numbers: int, more: bytes = b"") -> bytes:
    """Return a box that begins with a version and flags; its first number is both."""
    return _box(name, struct.pack(f">{len(numbers)}I", *numbers), more)


def _index(pictures: list[bytes], start: int) -> bytes:
    """Return the film's table of contents; ``start`` is where its pictures begin."""
    width, height = FILM_SIZE
    units = FRAMES_A_SECOND
    matrix = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    sequence, picture = _parameters()
    decoder = b"\1" + sequence[1:4] + b"\xff\xe1" + struct.pack(">H", len(sequence)) + sequence
    decoder += b"\1" + struct.pack(">H", len(picture)) + picture
    sample = bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HHIIIH", width, height, 72 << 16, 72 << 16, 0, 1)
    sample += bytes(32) + struct.pack(">Hh", 24, -1) + _box(b"avcC", decoder)
    sizes = struct.pack(f">{len(pictures)}I", *(len(one) for one in pictures))
    table = _box(
        b"stbl",
        _full(b"stsd", 0, 1, more=_box(b"avc1", sample)),
        _full(b"stts", 0, 1, len(pictures), 1),
        _full(b"stss", 0, 1, 1),
        _full(b"stsc", 0, 1, 1, len(pictures), 1),
        _full(b"stsz", 0, 0, len(pictures), more=sizes),
        _full(b"stco", 0, 1, start),
    )
    source = _box(b"dinf", _full(b"dref", 0, 1, more=_full(b"url ", 1)))
    media = _box(b"minf", _full(b"vmhd", 1, 0, 0), source, table)
    handler = _full(b"hdlr", 0, 0, more=b"vide" + bytes(12) + b"film\0")
    clock = _full(b"mdhd", 0, 0, 0, units, len(pictures), 0x55C40000)
    size = struct.pack(">II", width << 16, height << 16)
    track = _full(b"tkhd", 7, 0, 0, 1, 0, len(pictures), 0, 0, 0, 0, more=matrix + size)
    movie = _full(
        b"mvhd", 0, 0, 0, units, len(pictures), 1 << 16, 1 << 24, 0, 0, more=matrix + bytes(24) + b"\0\0\0\2"
    )
    return _box(b"moov", movie, _box(b"trak", track, _box(b"mdia", clock, handler, media)))

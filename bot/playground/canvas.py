"""A canvas of 256 colours on which the newsroom's pictures are drawn, column by column, and PNG of it."""

import random
import struct
import zlib
from collections.abc import Iterator, Sequence

Colour = tuple[int, int, int]


def blend(one: Colour, other: Colour, part: float) -> Colour:
    """Return the colour that lies ``part`` of the way from one to the other."""
    a, b, c = (round(x + (y - x) * part) for x, y in zip(one, other, strict=True))
    return a, b, c


class Canvas:
    """A picture in the making; what is drawn beyond its edges is lost in silence."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.columns = [bytearray(height) for _ in range(width)]
        self.colours: list[Colour] = []

    def colour(self, colour: Colour) -> int:
        """Return the number of a colour, a new one or the one that it has."""
        if colour in self.colours:
            return self.colours.index(colour)
        self.colours.append(colour)
        return len(self.colours) - 1

    def shades(self, stops: Sequence[Colour], steps: int, top: int, bottom: int) -> bytes:
        """Return a column of the picture's height that goes through ``stops`` from ``top`` to ``bottom``."""
        first = len(self.colours)
        for step in range(steps):
            place = step / max(steps - 1, 1) * (len(stops) - 1)
            at = min(int(place), len(stops) - 2)
            self.colours.append(blend(stops[at], stops[at + 1], place - at))
        scale = steps / max(bottom - top, 1)
        return bytes(first + min(max(int((y - top) * scale), 0), steps - 1) for y in range(self.height))

    def cover(self, shades: bytes) -> None:
        """Fill the picture."""
        for column in self.columns:
            column[:] = shades

    def below(self, edge: Sequence[float], shades: bytes) -> None:
        """Fill what is below an edge, given as a height from the top for each column."""
        for column, y in zip(self.columns, edge, strict=False):
            top = max(int(y), 0)
            column[top:] = shades[top:]

    def upright(self, x: float, top: float, bottom: float, fill: int | bytes) -> None:
        """Fill a part of one column, with a colour or with the same part of a column of shades."""
        first, last = max(int(top), 0), min(int(bottom), self.height)
        if 0 <= int(x) < self.width and first < last:
            column = self.columns[int(x)]
            column[first:last] = bytes([fill]) * (last - first) if isinstance(fill, int) else fill[first:last]

    def box(self, left: float, top: float, right: float, bottom: float, fill: int) -> None:
        """Fill a rectangle."""
        for x in range(max(int(left), 0), min(int(right), self.width)):
            self.upright(x, top, bottom, fill)

    def disc(self, x: float, y: float, radius: float, fill: int | bytes, wide: float = 1) -> None:
        """Fill a circle, or an ellipse that is ``wide`` times as wide as it is high."""
        for column, half in _halves(x, radius, wide):
            self.upright(column, y - half, y + half, fill)

    def sail(self, foot: float, y: float, width: float, height: float, fill: int) -> None:
        """Fill a triangle that stands on ``y`` and is highest at ``foot``; a negative width goes left."""
        for step in range(int(abs(width))):
            x = foot + (step if width > 0 else -step)
            self.upright(x, y - height * (1 - step / abs(width)), y, fill)

    def rows(self) -> list[bytes]:
        """Return the picture row by row."""
        flat = b"".join(self.columns)
        return [flat[y :: self.height] for y in range(self.height)]

    def png(self) -> bytes:
        """Return the picture as PNG."""
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        body = zlib.compress(b"".join(b"\0" + row for row in self.rows()), 6)
        palette = b"".join(bytes(colour) for colour in self.colours[:256])
        parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", body), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _halves(x: float, radius: float, wide: float) -> Iterator[tuple[int, float]]:
    reach = radius * wide
    for column in range(int(x - reach), int(x + reach) + 1):
        rest = radius**2 - ((column - x) / wide) ** 2
        if rest > 0:
            yield column, rest**0.5


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def ridge(dice: random.Random, width: int, level: float, swing: float, detail: int) -> list[float]:
    """Return an edge around ``level`` that swings by ``swing``: waves upon waves, ``detail`` of them.

    Each is half as high as the one before, and twice as short.
    """
    edge = [level] * width
    span, height = width / 1.6, swing
    for _ in range(detail):
        knots = [dice.uniform(-1, 1) for _ in range(int(width / span) + 3)]
        shift = dice.random()
        for x in range(width):
            at = x / span + shift
            left = int(at)
            part = at - left
            part = part * part * (3 - 2 * part)
            edge[x] += height * (knots[left] + (knots[left + 1] - knots[left]) * part)
        span, height = max(span / 2, 2.0), height / 2
    return edge

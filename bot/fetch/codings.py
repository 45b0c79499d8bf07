"""Bodies freed of their Content-Encoding, piece by piece and never more than allowed. Pure.

Leniency, and its end: a body that is said to be coded and is plainly a document is read as it
stands; a coding nobody knows is taken for a slip of the same kind; what follows the last member of a
gzip body is ignored, as gzip itself does. But a coded body that ends before its own end mark is
broken, even if much of it can be read: its items would be taken for all there are, and its
validators would keep us from seeing the rest.
"""

import sys
import zlib
from collections.abc import Iterator, Sequence
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # it has no stubs

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 64 * 1024
"""Bytes; no step of a decoder hands out (much) more at once, whatever it is fed."""

PIECES = 4096
CRUMB = 64
"""A body may come in so many pieces, and beyond that in one for each so many bytes that are allowed: what
comes by the byte takes far more time than it has bytes."""

ACCEPTED = "gzip, deflate, br, zstd"
_MOST_CODINGS = 3
_MOST_MEMBERS = 1000
_ZSTD_WINDOW_LOG = 23
"""8 MB, all that RFC 9659 allows on the web; the format itself goes up to gigabytes."""

_DOCUMENT_STARTS = (b"<", b"{", b"[")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class BadCodingError(Exception):
    """The body is not in the coding that it claims, or ends too early; the message says which."""


class TooMuchError(Exception):
    """The body, or what lies between two of its codings, has more bytes than allowed."""


class Decoder(Protocol):
    """One coding of one body."""

    def step(self, data: bytes) -> bytes:
        """Take ``data`` in and return the next piece, b"" if nothing more comes of it for now."""

    @property
    def complete(self) -> bool:
        """Whether the end mark has been read."""


class Body:
    """Takes the bytes of one body as they arrive, and gives what they decode to.

    ``codings`` is the header's value. Nothing allocates more than a few :data:`PIECE` at once (and a
    decoder's own window: at most 16 MB), and each layer ends after ``most`` bytes.
    """

    def __init__(self, codings: str, most: int) -> None:
        names = [name.strip().lower() for name in codings.split(",")]
        known = [_DECODERS[name] for name in names if name in _DECODERS]
        if len(known) > _MOST_CODINGS:
            raise BadCodingError(f"it is encoded {len(known)} times over")
        self._layers = [_Layer(decoder(), most) for decoder in reversed(known)]
        self._left = most
        self._pieces_left = PIECES + most // CRUMB

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what ``data`` adds to the document, in pieces.

        Raises:
            BadCodingError: if it cannot be decoded.
            TooMuchError: if it becomes too much, in the middle of iterating.
        """
        self._left -= len(data)
        self._pieces_left -= 1
        if self._left < 0 or self._pieces_left < 0:
            raise TooMuchError
        yield from _through(self._layers, data)

    def finish(self) -> None:
        """Raise :class:`BadCodingError` unless every coding has come to its end."""
        if any(layer.unfinished for layer in self._layers):
            raise BadCodingError("it broke off before its end")


def _through(layers: Sequence["_Layer"], data: bytes) -> Iterator[bytes]:
    if not layers:
        yield data
        return
    for piece in layers[0].feed(data):
        yield from _through(layers[1:], piece)


class _Layer:
    """One decoder, its bound, and the way round it for bodies that are not coded at all."""

    def __init__(self, decoder: Decoder, most: int) -> None:
        self._decoder = decoder
        self._left = most
        self._held = bytearray()  # what went in before anything came out
        self._plain = False
        self._started = False

    @property
    def unfinished(self) -> bool:
        """Whether bytes went in and the end mark has not been among them."""
        return not self._plain and bool(self._started or self._held) and not self._decoder.complete

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._plain:
            yield self._counted(data)
            return
        if not self._started:
            self._held += data
        try:
            while piece := self._decoder.step(data):
                self._started, data = True, b""
                yield self._counted(piece)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            if self._started or not _looks_plain(self._held):
                raise BadCodingError("it cannot be decompressed") from error
            self._plain = True
            yield self._counted(bytes(self._held))
        if self._started:
            self._held.clear()

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left < 0:
            raise TooMuchError
        return piece


def _looks_plain(start: bytes | bytearray) -> bool:
    """Tell whether a body starts like XML, HTML or JSON; UTF-16 has its zero bytes around that."""
    for bom in _BOMS:
        start = start.removeprefix(bom)
    return bytes(start[:256]).lstrip(b" \t\r\n\0").startswith(_DOCUMENT_STARTS)


class _Zlib:
    """What gzip and deflate share: members, one after the other."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._one = zlib.decompressobj(wbits)
        self._members = 1
        self._rest = b""

    @property
    def complete(self) -> bool:
        return self._one.eof

    def step(self, data: bytes) -> bytes:
        self._rest += data
        while self._rest:
            if self._one.eof and not self._next_member():
                return b""
            piece = self._one.decompress(self._rest, PIECE)
            self._rest = self._one.unused_data if self._one.eof else self._one.unconsumed_tail
            if piece:
                return piece
        # What the window still holds comes without further input.
        return b"" if self._one.eof else self._one.decompress(b"", PIECE)

    def _next_member(self) -> bool:
        """Begin with the next gzip member if one follows; drop what follows otherwise."""
        if self._wbits != _GZIP or not b"\x1f\x8b".startswith(self._rest[:2]):
            self._rest = b""
        if len(self._rest) < 2:
            return False
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BadCodingError("it has too many parts")
        self._one = zlib.decompressobj(self._wbits)
        return True


_GZIP = 31
_ZLIB = 15
_RAW = -15


class _Gzip(_Zlib):
    def __init__(self) -> None:
        super().__init__(_GZIP)


class _Deflate:
    """The coding of two meanings: zlib's form by the standard, bare deflate by some servers."""

    def __init__(self) -> None:
        self._head = b""
        self._inner: _Zlib | None = None

    @property
    def complete(self) -> bool:
        return self._inner is not None and self._inner.complete

    def step(self, data: bytes) -> bytes:
        if self._inner is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            first, second = self._head[:2]
            is_zlib = first & 0x0F == 8 and (first << 8 | second) % 31 == 0
            self._inner, data = _Zlib(_ZLIB if is_zlib else _RAW), self._head
        return self._inner.step(data)


class _Brotli:
    def __init__(self) -> None:
        self._one = brotli.Decompressor()
        self._rest = b""

    @property
    def complete(self) -> bool:
        return bool(self._one.is_finished())

    def step(self, data: bytes) -> bytes:
        self._rest += data
        if self._one.is_finished():
            self._rest = b""
            return b""
        taken = b""
        if self._one.can_accept_more_data():
            taken, self._rest = self._rest, b""
        return bytes(self._one.process(taken, output_buffer_limit=PIECE))


class _Zstd:
    def __init__(self) -> None:
        self._one = self._new()
        self._frames = 1
        self._rest = b""

    @staticmethod
    def _new() -> "zstd.ZstdDecompressor":
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    @property
    def complete(self) -> bool:
        return self._one.eof

    def step(self, data: bytes) -> bytes:
        self._rest += data
        while True:
            if self._one.eof:
                if not self._rest:
                    return b""
                self._frames += 1
                if self._frames > _MOST_MEMBERS:
                    raise BadCodingError("it has too many parts")
                self._one = self._new()
            if self._one.needs_input and not self._rest:
                return b""
            piece = self._one.decompress(self._rest, PIECE)
            self._rest = self._one.unused_data if self._one.eof else b""
            if piece:
                return piece


_DECODERS: dict[str, type[Decoder]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}

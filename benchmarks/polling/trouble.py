"""Servers that misbehave: how the origin answers for feeds that are slow, cut off, without end, or bombs."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from itertools import pairwise

PIECES = 60
"""In how many pieces a slow answer comes."""

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
_BEGIN = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Without end</title>\n'
_ITEM = b"<item><title>More</title><guid>%d</guid><description>and more of it</description></item>\n"
_BOMB_BYTES = 64 * 1024 * 1024
_DEEP = 100_000


class Trouble(StrEnum):
    """What is wrong with a feed's server."""

    SLOW = "slow"
    """A good document, but in so small pieces that it takes long."""
    RESETS = "resets"
    """The connection is reset, before or in the middle of the document."""
    ENDLESS = "endless"
    """One item after the other, for as long as anybody listens."""
    BOMB = "bomb"
    """Little that becomes much: by gzip, by entities, by depth."""


class Bad:
    """One connection on which answers misbehave."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._ended: Callable[[], None] = _nothing
        self._is_full = False
        self._flood: Callable[[], None] | None = None
        self._later: asyncio.TimerHandle | None = None

    def answer(
        self, what: Trouble, number: int, document: bytes, slow_s: float, ended: Callable[[], None]
    ) -> None:
        """Begin to answer for a feed, a slow one in ``slow_s``; ``ended`` hears of the end."""
        self._ended = ended
        if what is Trouble.SLOW:
            self._transport.write(_HEAD + b"Content-Length: %d\r\n\r\n" % len(document))
            self._drip(document, -(-len(document) // PIECES), slow_s / PIECES)
        elif what is Trouble.RESETS:
            if number % 2:
                self._transport.write(_HEAD + b"Content-Length: 100000\r\n\r\n" + _BEGIN)
            self._reset()
        elif what is Trouble.ENDLESS:
            self._transport.write(_HEAD + b"Connection: close\r\n\r\n" + _BEGIN)
            self._pour(number)
        else:
            self._transport.write(bomb(number % 3))
            self._ended()

    def pause(self) -> None:
        """Stop pouring: nobody takes what there is."""
        self._is_full = True

    def resume(self) -> None:
        """Pour on."""
        self._is_full = False
        if self._flood:
            # Not from within the transport: what fails there would end it a second time.
            asyncio.get_running_loop().call_soon(self._flood)

    def lost(self) -> None:
        """Give up: the other side is gone."""
        self._flood = None
        if self._later:
            self._later.cancel()
            self._ended()

    def _drip(self, left: bytes, size: int, pause_s: float) -> None:
        self._later = None
        self._transport.write(left[:size])
        if left[size:]:
            loop = asyncio.get_running_loop()
            self._later = loop.call_later(pause_s, self._drip, left[size:], size, pause_s)
        else:
            self._ended()

    def _reset(self) -> None:
        place: socket.socket = self._transport.get_extra_info("socket")
        place.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
        self._ended()

    def _pour(self, number: int) -> None:
        portion = b"".join(_ITEM % (number * 1000 + place) for place in range(700))

        def flood() -> None:
            while not self._is_full and not self._transport.is_closing():
                self._transport.write(portion)

        self._flood = flood
        self._ended()
        flood()


def _nothing() -> None:
    """Nobody has asked yet."""


@cache
def bomb(kind: int) -> bytes:
    """Return an answer that is a bomb of one of three kinds."""
    coding = b""
    if kind == 0:
        body = gzip.compress(_BEGIN + b" " * _BOMB_BYTES, 1)
        coding = b"Content-Encoding: gzip\r\n"
    elif kind == 1:
        names = "abcdefghij"
        told = "".join(f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in pairwise(names))
        body = (
            f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol">{told}]>'
            '<rss version="2.0"><channel><title>&j;</title><item><title>&j;</title></item></channel></rss>'
        ).encode()
    else:
        body = _BEGIN + b"<item><description>" + b"<b>" * _DEEP
    return _HEAD + coding + b"Content-Length: %d\r\n\r\n" % len(body) + body

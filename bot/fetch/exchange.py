"""One request and the head of its answer, over connections that are kept.

aiohttp dials, keeps the connections and reads what comes. Its session, made for any request there is,
takes two thirds of the time of a short exchange, so it is left out: docs/decisions/0023-exchange.md.
"""

import asyncio
import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.connector import Connection
from multidict import CIMultiDictProxy
from yarl import URL

CONNECT_S = 10
"""For look-up, connect, TLS and a proxy's consent together, all addresses of a host included."""

PLACES = 1024
"""Hosts of which is remembered how they are asked."""

_MOST_HEADS = 10
"""Heads read for one answer: those before the last only say that it will come (1xx)."""

_PIECE = 64 * 1024
"""Bytes that are read at once, and that wait to be taken until no more is read (twice that for a moment)."""

_MOST_HEADERS = 200
_LONGEST_HEADER = 16 * 1024
_UNSENT = re.compile(r"[\x00\r\n]")
_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Reply:
    """The head of an answer, and its ``content`` as it comes; a context manager.

    At its end the connection is free for the next, unless the content was not read to its own.
    """

    status: int
    headers: CIMultiDictProxy[str]
    content: aiohttp.StreamReader
    connection: Connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.release()


@dataclass(frozen=True, slots=True)
class _Place:
    """How a host is asked: what the connector dials by, and what every request there says."""

    dial: aiohttp.ClientRequest
    headers: str
    before_path: str
    """Nothing, or the host itself where a proxy is told whom to ask."""


class Exchange:
    """Asks, and reads the heads of answers. For use in one event loop."""

    def __init__(self, connector: aiohttp.TCPConnector, headers: Mapping[str, str], proxy: str) -> None:
        """Take the connector, which is closed with us, what every request says, and the proxy ("": none)."""
        self._connector = connector
        self._headers = headers
        self._proxy = URL(proxy) if proxy else None
        self._timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_S)
        self._place = lru_cache(PLACES)(self._place_of)

    async def close(self) -> None:
        """Close all connections at once."""
        await self._connector.close()

    async def ask(self, url: str, headers: Mapping[str, str], form: bytes | None = None) -> Reply:
        """Ask for ``url``, an address as :func:`bot.fetch.address.normalise` writes it; a ``form`` is posted.

        Raises:
            Exception: one of :data:`bot.fetch.trouble.EXPECTED`.
        """
        path_at = url.index("/", url.index("://") + 3)
        place = self._place(url[:path_at])
        if form is not None:
            headers = {**headers, "Content-Type": _FORM, "Content-Length": str(len(form))}
        if _UNSENT.search("".join(headers.values())):
            raise ValueError("no header can say this")
        request = (
            f"{'GET' if form is None else 'POST'} {place.before_path}{url[path_at:]} HTTP/1.1\r\n"
            f"{place.headers}{_lines(headers)}\r\n"
        ).encode()
        try:
            return await self._begin(place, request + (form or b""))
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            if form is not None:
                raise  # it may have been heard
            # Most likely the server closed a connection that was kept, just as it was used again.
            return await self._begin(place, request)

    async def _begin(self, place: _Place, request: bytes) -> Reply:
        """Send ``request``, and read the head of the answer."""
        try:
            connection = await self._connector.connect(place.dial, [], self._timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError("no connection in time") from error
        try:
            protocol = connection.protocol
            if protocol is None or protocol.transport is None or len(protocol):
                # Closed, or it holds an answer that nobody asked for: ours would be the next one's then.
                raise aiohttp.ServerDisconnectedError  # noqa: TRY301  closed as after any other trouble

            protocol.transport.max_size = _PIECE  # type: ignore[attr-defined]  # of asyncio, which tells it nowhere
            protocol.set_response_params(
                read_until_eof=True,
                auto_decompress=False,
                read_bufsize=_PIECE,
                max_line_size=_LONGEST_HEADER,
                max_field_size=_LONGEST_HEADER,
                max_headers=_MOST_HEADERS,
            )
            protocol.transport.write(request)
            for _ in range(_MOST_HEADS):
                head, content = await protocol.read()
                if not 100 <= head.code < 200 or head.code == 101:
                    return Reply(head.code, head.headers, content, connection)
            raise ValueError("it only ever says that it will answer")  # noqa: TRY301  as above
        except BaseException:
            connection.close()  # the answer may still come, and would be taken for the next one's
            raise

    def _place_of(self, start: str) -> _Place:
        """Return how a host is asked; ``start`` is an address up to its path."""
        asked = URL(start, encoded=True)
        url = asked.with_user(None)
        headers = {
            "Host": url.host_port_subcomponent or "",
            **self._headers,
            **_login(asked, "Authorization"),
        }
        before_path = ""
        if self._proxy and url.scheme == "http":
            before_path = f"http://{headers['Host']}"
            headers |= _login(self._proxy, "Proxy-Authorization")
        dial = aiohttp.ClientRequest("GET", url, loop=asyncio.get_running_loop(), proxy=self._proxy)
        return _Place(dial, _lines(headers), before_path)


def _login(url: URL, header: str) -> dict[str, str]:
    """Return the header that says who we are, where ``url`` does."""
    if url.raw_user is None and url.raw_password is None:
        return {}
    who = f"{url.user or ''}:{url.password or ''}"
    return {header: f"Basic {base64.b64encode(who.encode()).decode()}"}


def _lines(headers: Mapping[str, str]) -> str:
    return "".join([f"{name}: {value}\r\n" for name, value in headers.items()])

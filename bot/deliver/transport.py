"""How calls reach Telegram: python-telegram-bot's requests over aiohttp.

The library's own way, httpx, takes several times the computing (docs/decisions/0006-transport.md).
What went wrong is chained below the library's error; :mod:`bot.deliver.outcome` knows by it whether
anything was sent. No message of an error holds the address, which holds the token.
"""

import asyncio
from io import BytesIO

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

ANSWER_BYTES = 16 * 1024 * 1024
"""Far more than Telegram's longest answer, 4 MB of updates."""

KEEP_ALIVE_S = 30.0
"""An idle connection is used for less time than Telegram keeps it, so that hardly a call meets its end."""

DEFAULT_S = 5.0
"""Connecting, and each wait for the answer, where the caller does not say; as the library has it."""

UPLOAD_S = 20.0
"""Writing an upload, likewise; anything else is handed to the system at once."""

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Transport(BaseRequest):
    """Carries calls over at most ``connections``; a call waits ``pool_s`` for a free one.

    Opens at the first call if not before; :meth:`shutdown` closes it for good, or until
    :meth:`initialize`. Answers are not asked for compressed: they are small.
    """

    def __init__(self, connections: int, *, pool_s: float = 1.0) -> None:
        self._connections = connections
        self._pool_s = pool_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds without a byte of the answer, where the caller does not say."""
        return DEFAULT_S

    async def initialize(self) -> None:
        """Open what was not open."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE_S),
                headers={"User-Agent": self.USER_AGENT, "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close all connections; calls are refused from now on."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body of the answer; timeouts are seconds, or None for no end.

        aiohttp has one limit for a free connection and connecting, the sum of both. Only an upload
        can be slow in writing: it and the first of its answer must come within the sum of all four.
        """
        if self._session is None:
            await self.initialize()
        session = self._session
        if session is None or session.closed:
            raise NetworkError("the connections to Telegram have been closed")
        upload = request_data is not None and request_data.contains_files
        connect_s, read_s = _seconds(connect_timeout, DEFAULT_S), _seconds(read_timeout, DEFAULT_S)
        before_s = _sum(_seconds(pool_timeout, self._pool_s), connect_s)
        answered_s = _sum(before_s, _seconds(write_timeout, UPLOAD_S), read_s) if upload else None
        limits = aiohttp.ClientTimeout(total=None, connect=before_s, sock_connect=connect_s, sock_read=read_s)
        try:
            async with asyncio.timeout(answered_s):
                answer = await session.request(
                    method,
                    url,
                    data=_body(request_data),
                    headers=None if upload else _FORM,
                    timeout=limits,
                    allow_redirects=False,
                )
            async with answer:
                return answer.status, await _read(answer)
        except TimeoutError as error:
            raise TimedOut(f"Timed out ({type(error).__name__})") from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(_why(error)) from error


def _body(data: RequestData | None) -> bytes | aiohttp.FormData | None:
    """Return the parameters as a form, which every Bot API server reads; with files in parts."""
    if data is None:
        return None
    if not data.contains_files:
        # yarl writes it in a fifth of the time that urllib takes.
        return URL.build(query=data.json_parameters).raw_query_string.encode()
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, kind) in data.multipart_data.items():
        what = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, what, filename=filename, content_type=kind)
    return form


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """Return the body, which may not be without end."""
    parts, left = [], ANSWER_BYTES
    while part := await answer.content.readany():
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise NetworkError(f"an answer of more than {ANSWER_BYTES} bytes")
    return b"".join(parts)


def _seconds(given: object, default: float) -> float | None:
    """Return what the caller said; what is neither a number nor None is the library's "not said"."""
    return given if given is None or isinstance(given, int | float) else default


def _sum(*seconds: float | None) -> float | None:
    """Return the sum, or None where one of them has no end."""
    return sum(one for one in seconds if one is not None) if None not in seconds else None


def _why(error: Exception) -> str:
    """Name ``error``; of its words only the system's own are taken, since others hold the address."""
    cause = error.__cause__ if isinstance(error, aiohttp.ClientConnectorError) else None
    words = cause.strerror if isinstance(cause, OSError) else None
    return f"{type(error).__name__}: {words}" if words else type(error).__name__

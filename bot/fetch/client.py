"""One bounded, guarded, conditional GET, redirects included; whatever happens is a value.

Bounds of one :meth:`Client.get`: the total time (all redirects, and the body), the time to connect,
the size of headers, ten redirects, and the body's bytes after decompression. Redirects are followed
here and not by the library, so that each hop meets the guard, keeps credentials to their own host,
and is known to be permanent or not. With ``FETCH_PROXY`` only the proxy is dialled and the guard sees
no address behind it: literal addresses and odd ports are refused by their looks, and the proxy
itself must keep names from leading into private networks.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache, partial
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import aiohttp
from xxhash import xxh3_128_hexdigest
from yarl import URL

from bot.fetch import address, head
from bot.fetch.answer import Answer, Failed, Failure, Fetched, NotModified
from bot.fetch.codings import ACCEPTED, PIECE, Body, TooMuchError
from bot.fetch.dial import connector
from bot.fetch.exchange import Exchange, Reply
from bot.fetch.hosts import Hosts, host_of
from bot.fetch.room import LIGHT, Clock, Crowded, Room
from bot.fetch.trouble import EXPECTED, failed
from bot.items import Validators
from bot.settings import Settings

ADDRESSES = 4096
"""Addresses of which is remembered whether they look forbidden."""

TURN_S = 3
"""How long a redirect waits for its turn at another host."""

MOST_REDIRECTS = 10

_MOST_COOKIES = 50
"""Cookies that one answer may set, as many as a browser keeps of a site at least (RFC 6265)."""

_NONE = Validators()


class Kind(StrEnum):
    """What is hoped for; servers are told by ``Accept``, and may send something else."""

    FEED = "feed"
    PAGE = "page"
    IMAGE = "image"


_ACCEPT = {
    Kind.FEED: (
        "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
        "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
    ),
    Kind.PAGE: (
        "text/html, application/xhtml+xml, application/atom+xml;q=0.9, application/rss+xml;q=0.9, "
        "application/feed+json;q=0.9, application/xml;q=0.8, */*;q=0.5"
    ),
    Kind.IMAGE: "image/jpeg, image/png, image/webp;q=0.9, image/*;q=0.8, */*;q=0.1",
}


@dataclass(slots=True)
class _Wish:
    """What one call asks for, the same at every hop."""

    validators: Validators
    kind: Kind
    max_bytes: int
    beginning: bool
    clock: Clock

    def headers(self) -> dict[str, str]:
        """Return the headers that say so; validators that no header can hold are left out."""
        headers = {
            "Accept": _ACCEPT[self.kind],
            "If-None-Match": head.validator(self.validators.etag),
            "If-Modified-Since": head.validator(self.validators.modified),
            "Range": f"bytes=0-{self.max_bytes - 1}" if self.beginning else "",
        }
        return {name: value for name, value in headers.items() if value}


class _Chain:
    """How far the redirects of one call have led."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.moved_to: str | None = None
        """The last address that permanent redirects alone lead to, None if that is the first one."""
        self._start = url
        self._permanent = True
        self._jar: aiohttp.CookieJar | None = None

    def follow(self, reply: Reply) -> None:
        """Go on to where ``reply`` leads.

        Its cookies go along if they may, and are forgotten with the chain: some servers redirect in
        circles until theirs come back.

        Raises:
            ValueError: with a sentence, if nobody can go there.
        """
        left = self.url
        self.url = address.follow(left, head.text(reply.headers["Location"]))
        self._permanent = self._permanent and reply.status in head.PERMANENT
        if self._permanent:
            self.moved_to = self.url if self.url != self._start else None
        if cookies := reply.headers.getall("Set-Cookie", ()):
            self._jar = self._jar or aiohttp.CookieJar(unsafe=True)
            self._jar.update_cookies_from_headers(cookies[:_MOST_COOKIES], URL(left, encoded=True))

    def headers(self) -> dict[str, str]:
        """Return the Cookie header for the next hop, if there are cookies for it."""
        if self._jar is None:
            return {}
        cookies = self._jar.filter_cookies(URL(self.url, encoded=True)).values()
        return {"Cookie": "; ".join(f"{one.key}={one.coded_value}" for one in cookies)} if cookies else {}


class Client:
    """Asks the web. An async context manager; one is enough for a process."""

    def __init__(self, settings: Settings, hosts: Hosts | None = None) -> None:
        """Take the settings; redirects wait for their turn among ``hosts``, the first address does not."""
        self._settings = settings
        self._hosts = hosts
        self._exchange: Exchange | None = None
        self.room = Room()
        allow, proxied = settings.fetch_allow_networks, bool(settings.fetch_proxy)
        self._refusal = lru_cache(ADDRESSES)(partial(address.refusal_by_looks, allow=allow, proxied=proxied))

    async def __aenter__(self) -> Self:
        """Open the session; nothing is dialled yet."""
        proxy = self._settings.fetch_proxy
        headers = {"User-Agent": user_agent(self._settings), "Accept-Encoding": ACCEPTED}
        dial = connector(self._settings.fetch_allow_networks, proxied=bool(proxy))
        self._exchange = Exchange(dial, headers, proxy)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections at once."""
        exchange, self._exchange = self._exchange, None
        if exchange:
            await exchange.close()

    async def get(
        self,
        url: str,
        validators: Validators = _NONE,
        *,
        max_bytes: int | None = None,
        timeout_s: float | None = None,
        kind: Kind = Kind.FEED,
        beginning: bool = False,
    ) -> Answer:
        """Return what is at ``url``, or why there is nothing; nothing that the network does is raised.

        Where ``url`` names no scheme and https cannot be reached, http is asked in the same time.
        :class:`NotModified` only comes of validators. Limits not given are those of the settings.
        Where the ``beginning`` is enough, what is longer than ``max_bytes`` is cut there and no failure.
        """
        try:
            start = address.normalise(url)
        except ValueError as error:
            return Failed(Failure.BAD_ADDRESS, str(error))
        clock = Clock(timeout_s or self._settings.fetch_timeout_seconds)
        wish = _Wish(validators, kind, max_bytes or self._settings.fetch_max_bytes, beginning, clock)
        try:
            async with clock.limit:
                answer = await self._follow(start, wish)
                unreachable = isinstance(answer, Failed) and answer.why is Failure.UNREACHABLE
                if unreachable and address.lacks_scheme(url):
                    answer = await self._follow(start.replace("https://", "http://", 1), wish)
        except (TimeoutError, Crowded):
            return Failed(Failure.TOO_SLOW, f"{address.host_of(start)} {clock.verdict}")
        return answer

    async def post(self, url: str, form: Mapping[str, str]) -> Failed | None:
        """Send ``form`` to ``url``; return None once it was taken (2xx), or why it was not.

        Guarded and bounded as :meth:`get`. Of redirects 307 and 308 alone are followed: what they lead to
        is sent the same.
        """
        try:
            chain = _Chain(address.normalise(url))
        except ValueError as error:
            return Failed(Failure.BAD_ADDRESS, str(error))
        seconds, host = self._settings.fetch_timeout_seconds, address.host_of(chain.url)
        try:
            async with asyncio.timeout(seconds):
                for _ in range(MOST_REDIRECTS + 1):
                    done, answer = await self._sent(chain, form)
                    if done:
                        return answer
        except TimeoutError:
            return Failed(Failure.TOO_SLOW, f"{host} did not answer within {seconds:g} s")
        return Failed(Failure.TOO_MANY_REDIRECTS, f"{host} redirects more than {MOST_REDIRECTS} times")

    async def _sent(self, chain: _Chain, form: Mapping[str, str]) -> tuple[bool, Failed | None]:
        """Send ``form`` to where ``chain`` stands; return whether that is the end, and of what failure."""
        host = address.host_of(chain.url)
        if reason := self._refusal(chain.url):
            return True, Failed(Failure.REFUSED, f"{host} is not asked: {reason}")
        try:
            with await self._open.ask(chain.url, {"Accept": "*/*"}, urlencode(form).encode()) as reply:
                status = reply.status
                if status in {307, 308} and "Location" in reply.headers:
                    chain.follow(reply)
                    return False, None
                if 200 <= status < 300:
                    return True, None
                return True, self._turned_away(chain.url, reply)
        except EXPECTED as error:
            return True, failed(chain.url, error, 0)

    async def _follow(self, start: str, wish: _Wish) -> Answer:
        """Ask ``start`` and wherever it redirects to."""
        chain = _Chain(start)
        for _ in range(MOST_REDIRECTS + 1):
            if reason := self._refusal(chain.url):
                return Failed(Failure.REFUSED, f"{address.host_of(chain.url)} is not asked: {reason}")
            try:
                if chain.url is start or self._hosts is None or host_of(chain.url) == host_of(start):
                    answer = await self._hop(chain, wish)
                else:
                    async with _turn(self._hosts, host_of(chain.url)):
                        answer = await self._hop(chain, wish)
            except EXPECTED as error:
                return failed(chain.url, error, wish.max_bytes)
            if answer is not None:
                return answer
        return Failed(
            Failure.TOO_MANY_REDIRECTS,
            f"{address.host_of(start)} redirects more than {MOST_REDIRECTS} times",
        )

    @property
    def _open(self) -> Exchange:
        if self._exchange is None:
            raise RuntimeError("the client is not open: async with Client(settings) as client")
        return self._exchange

    async def _hop(self, chain: _Chain, wish: _Wish) -> Answer | None:
        """Ask where ``chain`` stands; None if that leads on.

        Raises:
            Exception: one of :data:`bot.fetch.trouble.EXPECTED`.
        """
        headers = wish.headers() | chain.headers()
        with await self._open.ask(chain.url, headers) as reply:
            status, now = reply.status, datetime.now(UTC)
            if status in head.REDIRECTS and "Location" in reply.headers:
                try:
                    chain.follow(reply)
                except ValueError as error:
                    return Failed(Failure.REFUSED, f"{address.host_of(chain.url)}: {error}")
                return None
            if status == 304 and (wish.validators.etag or wish.validators.modified):
                return NotModified(chain.moved_to, head.max_age_s(reply.headers, now))
            is_part = wish.beginning and head.is_beginning(status, reply.headers)
            if not is_part and not head.has_document(status):
                return self._turned_away(chain.url, reply)
            body = await _body(reply, wish, self.room)
            return _fetched(reply, body, chain, now, wish.clock.stood_s)

    def _turned_away(self, url: str, reply: Reply) -> Failed:
        """Return what an answer means that brought nothing; 407 to plain http is of the proxy itself."""
        host, status = address.host_of(url), reply.status
        if status == 407 and self._settings.fetch_proxy and url.startswith("http:"):
            return Failed(Failure.UNREACHABLE, f"the proxy does not connect us to {host}: it answered 407")
        wait_s = head.retry_after_s(reply.headers, datetime.now(UTC))
        return Failed(head.failure_of(status), f"{host} answered {status}", wait_s)


@asynccontextmanager
async def _turn(hosts: Hosts, host: str) -> AsyncIterator[None]:
    """Wait a moment for a turn at the ``host`` that a redirect leads to, then go all the same."""
    async with AsyncExitStack() as stack:
        with suppress(TimeoutError):
            async with asyncio.timeout(TURN_S):
                await stack.enter_async_context(hosts.turn(host))
        yield


def user_agent(settings: Settings) -> str:
    """Return who we say we are: a publisher who wonders shall find the operator, if he wants to be found."""
    contact = f"+{settings.public_url}" if settings.public_url else "self-hosted feed relay"
    return f"newsrelay/{version('newsrelay')} ({contact})"


def _fetched(reply: Reply, body: bytes, chain: _Chain, now: datetime, waited_s: float) -> Fetched:
    headers, url = reply.headers, address.without_user(chain.url)
    return Fetched(
        url=url,
        body=body,
        content_type=head.text(headers.get("Content-Type", "")),
        etag=head.validator(headers.get("ETag", "")),
        modified=head.validator(headers.get("Last-Modified", "")),
        body_hash=xxh3_128_hexdigest(body),
        moved_to=chain.moved_to,
        max_age_s=head.max_age_s(headers, now),
        links=head.links(headers.getall("Link", ()), url),
        size=head.size(headers),
        refresh=head.text(headers.get("Refresh", "")),
        waited_s=waited_s,
    )


async def _body(reply: Reply, wish: _Wish, room: Room) -> bytes:
    """Return the document, decoded: the whole of it, or its beginning where that is wished for.

    Raises:
        TooMuchError: if the whole, or what is sent of it, has more bytes than wished for.
        BadCodingError: if it cannot be decoded, or comes in crumbs.
    """
    most, length = wish.max_bytes, int(reply.headers.get("Content-Length", 0))
    if length > most and not wish.beginning:
        raise TooMuchError
    codings = reply.headers.getall("Content-Encoding", ())
    if (
        0 < length <= LIGHT
        and not codings
        and "Transfer-Encoding" not in reply.headers
        and not wish.beginning
    ):
        return await reply.content.read()
    # A beginning is cut here; its codings may go on to the end of the piece in hand.
    body = Body(",".join(codings), most + 4 * PIECE if wish.beginning else most)
    document: list[bytes] = []  # one that grew in one piece would be copied again and again
    left = most
    with room.share(wish.clock) as share:
        async for data, _ in reply.content.iter_chunks():
            await share.came(len(data), packed=bool(codings))
            for piece in body.feed(data):
                left -= len(piece)
                if left < 0 and not wish.beginning:
                    raise TooMuchError
                await share.grown(len(piece))
                document.append(piece)
                if left < 0:
                    return b"".join(document)[:most]
    if not wish.beginning:
        body.finish()
    return b"".join(document)

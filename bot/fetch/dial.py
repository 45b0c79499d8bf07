"""Where we reach out: names looked up in threads of their own, and the guard before every connect.

The guard is the connector's socket factory: it sees the address that is about to be dialled, after
redirects and look-ups, also where a host has several and they are raced. A resolver would not do:
addresses written in numbers never reach it.
"""

import asyncio
import errno
import socket
import threading
from collections.abc import Sequence
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from bot.fetch.address import Network, refusal

LOOKUPS = 64
"""Names looked up at once; the loop's default executor has a handful of threads, shared with all."""

DNS_CACHE_S = 60
KEEP_ALIVE_S = 15
NO_ADDRESS = "its name leads to nothing that is an address"


class DialRefused(OSError):
    """The guard forbids an address.

    Raised while dialling; an OSError, so that aiohttp goes on to the next address of the host, and
    passes on this very error in the end.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(errno.EACCES, reason)
        self.reason = reason


def _refusal(address: str, port: int, allow: Sequence[Network]) -> str | None:
    try:
        return refusal(ip_address(address), port, allow)
    except ValueError:
        return NO_ADDRESS


class Guard:
    """Makes sockets for addresses that may be dialled, and for no others."""

    def __init__(self, allow: Sequence[Network]) -> None:
        self._allow = tuple(allow)

    def __call__(self, info: AddrInfoType) -> socket.socket:
        """Return a socket for ``info``.

        Raises:
            DialRefused: if the address is forbidden.
        """
        family, kind, protocol, _, place = info
        reason = _refusal(str(place[0]), int(place[1]), self._allow)
        if reason:
            raise DialRefused(reason)
        return socket.socket(family, kind, protocol)


class Resolver(AbstractResolver):
    """Looks names up with the system's own resolver.

    Of a name's addresses those that the guard would refuse are left out while others remain: what
    then fails is the network's doing and is said to be. Where all are forbidden, the guard says so.

    Each look-up has a daemon thread, at most :data:`LOOKUPS` at once. A thread of an executor would be
    waited for when the process ends, and a dead name server holds one for half a minute.
    """

    def __init__(self, allow: Sequence[Network]) -> None:
        self._allow = tuple(allow)
        self._slots = asyncio.Semaphore(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of ``host``, as numbers.

        Raises:
            OSError: if it has none, or they cannot be found out now.
        """
        async with self._slots:
            found = await look_up(host, port, family)
        allowed = [one for one in found if not _refusal(one[1], port, self._allow)]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, address in allowed or found
        ]

    async def close(self) -> None:
        """Nothing is held; look-ups under way end by themselves."""


_Found = list[tuple[socket.AddressFamily, str]]


async def look_up(host: str, port: int, family: socket.AddressFamily) -> _Found:
    """Return what the system knows ``host`` by, asked in a thread of its own.

    Raises:
        OSError: if that is nothing.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_Found] = loop.create_future()

    def settle(found: _Found | OSError) -> None:
        if answer.done():  # whoever asked has gone
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: _Found | OSError
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
            found = [(info[0], str(info[4][0])) for info in infos]
        except OSError as error:
            found = error
        except UnicodeError:  # labels that no name server could be asked for
            found = OSError(errno.EINVAL, "not a name")
        try:
            loop.call_soon_threadsafe(settle, found)
        except RuntimeError:
            return  # the loop has closed meanwhile

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    return await answer


def connector(allow: Sequence[Network], *, proxied: bool) -> aiohttp.TCPConnector:
    """Return a guarded connector; call it within the loop.

    Behind a proxy only the proxy is ever dialled: it is exempt, being the operator's own choice.
    How many connections there are at once is the callers' to bound, who know what is urgent.
    """
    return aiohttp.TCPConnector(
        resolver=Resolver(allow),
        socket_factory=None if proxied else Guard(allow),
        ssl=True,  # the one context of the library: each reads all certificates, in 30 ms
        ttl_dns_cache=DNS_CACHE_S,
        keepalive_timeout=KEEP_ALIVE_S,
        limit=0,
    )

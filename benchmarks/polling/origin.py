"""The origin: a process that serves feeds on many loopback addresses, and costs as little as it can.

Orders come as lines of JSON on its standard input, an answer to each goes to its standard output:

    {"feeds": 2000, "addresses": 400}  ► {"urls": […], "bad": {…}, "bytes": {"median": …, "all": …}}
    {"do": "round", "name": "mix-new"} ► {"acts": {"builds": …, …}, "items": …}
    {"do": "told"}                     ► {"answers": {"200": …, "304": …}, "cpu_s": …}
    {"do": "log"}                      ► {"requests": [[feed, asked at, answered at, by whom], …]}

Counts are since the last round, times seconds of :func:`time.monotonic`, which all processes of a
machine share; a request that is not answered in full has null. The first orders may say also:

- "size": a factor of what items hold;
- "hold_s": how long a good answer is kept back;
- "bad": how many more feeds misbehave, like {"slow": 100, "resets": 50} (polling.trouble; "kind/number"
  in the log), at so many "bad_addresses" of their own, or among the good ones; "slow_s": how long a slow
  answer takes.

The end of its input stops it. A document is made when it changes and kept whole with its headers, so
that a request costs a look at its head and one write. Many addresses in 127.0.0.0/8 are Linux' own;
elsewhere one has to be enough.
"""

import asyncio
import hashlib
import json
import re
import resource
import socket
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from email.utils import formatdate
from typing import Any

from polling.papers import Paper
from polling.rounds import Act, Round, act
from polling.trouble import Bad, Trouble, bomb

_ASKED = re.compile(rb"GET /((?:(\w+)/)?(\d+))\.xml HTTP/1\.1\r\n")
_NONE_MATCH = re.compile(rb"\r\nif-none-match: *([^\r]+)", re.IGNORECASE)
_SINCE = re.compile(rb"\r\nif-modified-since: *([^\r]+)", re.IGNORECASE)
_AGENT = re.compile(rb"\r\nuser-agent: *([^\r]+)", re.IGNORECASE)
_LONGEST_HEAD = 64 * 1024
_PAGE = b"<!doctype html><title>An item</title><p>There is nothing more here.</p>"
_BUFFER = 4 * 1024 * 1024
"""Room for most documents in the kernel, so that they are written at once."""


class Shelf:
    """One feed as it is served: its answers, whole."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.etag = self.modified = b""
        self.full = self.short = b""
        self.size = 0
        self.is_honest = True
        """Whether it answers 304 where it may."""
        self.changed = paper.now
        self.lay()

    def lay(self) -> None:
        """Lay out the document that there is now."""
        body, number = self.paper.document(), self.paper.number
        self.size = len(body)
        # Of ten servers six know both validators, two an ETag alone and two a date alone.
        if number % 10 < 8:
            self.etag = b'"' + hashlib.md5(body, usedforsecurity=False).hexdigest().encode() + b'"'
        if number % 10 not in {6, 7}:
            self.modified = formatdate(self.changed, usegmt=True).encode()
        known = [b"Server: nginx", b"Date: " + formatdate(time.time(), usegmt=True).encode()]
        known += [b"ETag: " + self.etag] if self.etag else []
        known += [b"Last-Modified: " + self.modified] if self.modified else []
        known += [b"Cache-Control: max-age=300"] if number % 3 == 0 else []
        kind = self.paper.content_type.encode()
        told = [*known, b"Content-Type: " + kind, b"Content-Length: %d" % self.size]
        self.full = b"\r\n".join([b"HTTP/1.1 200 OK", *told, b"", body])
        self.short = b"\r\n".join([b"HTTP/1.1 304 Not Modified", *known, b"", b""])

    def do(self, what: Act) -> None:
        """Let a round come over it."""
        self.is_honest = what is Act.NOTHING
        if what in {Act.NOTHING, Act.REPEATS}:
            return
        # A date of whole seconds has to be another one each time.
        self.changed = max(time.time(), self.changed + 1)
        if what is Act.BUILDS:
            self.paper.build()
        else:
            self.paper.publish(1 if what is Act.PUBLISHES_ONE else 2, time.time())
        self.lay()

    def answer(self, head: bytes) -> bytes:
        """Return what a request is answered."""
        if self.is_honest:
            if match := _NONE_MATCH.search(head):
                return self.short if match[1] == self.etag else self.full
            if match := _SINCE.search(head):
                return self.short if match[1] == self.modified else self.full
        return self.full


class Origin:
    """All feeds, and what has been asked of them since the last round."""

    def __init__(self, orders: dict[str, Any], sites: Sequence[str], bad_sites: Sequence[str]) -> None:
        now = time.time()
        size = orders.get("size", 1.0)
        self.shelves = [
            Shelf(Paper(number, sites[number % len(sites)], now, size=size))
            for number in range(orders["feeds"])
        ]
        self.bad = {
            Trouble(kind): [
                f"{bad_sites[number % len(bad_sites)]}/{kind}/{number}.xml" for number in range(count)
            ]
            for kind, count in orders.get("bad", {}).items()
        }
        for number, _ in enumerate(self.bad.get(Trouble.BOMB, ())):
            bomb(number % 3)  # made beforehand: it takes a moment
        self.hold_s: float = orders.get("hold_s", 0.0)
        self.slow_s: float = orders.get("slow_s", 30.0)
        self.answers: Counter[str] = Counter()
        self.requests: list[list[Any]] = []
        self.turn = 0

    def round(self, name: Round) -> dict[str, Any]:
        """Begin a round."""
        self.turn += 1
        self.answers.clear()
        self.requests = []
        acts: Counter[str] = Counter()
        for number, shelf in enumerate(self.shelves):
            done = act(name, number, self.turn)
            acts[done] += 1
            shelf.do(done)
        return {"acts": acts, "items": acts[Act.PUBLISHES_ONE] + 2 * acts[Act.PUBLISHES_TWO]}

    def told(self) -> dict[str, Any]:
        """Tell what was answered, and what that has cost since the process began."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {"answers": self.answers, "cpu_s": used.ru_utime + used.ru_stime}

    def asked(self, name: str, head: bytes) -> Callable[[], None]:
        """Note a request; return what notes its end."""
        agent = _AGENT.search(head)
        request: list[Any] = [name, time.monotonic(), None, agent[1].decode() if agent else ""]
        self.requests.append(request)

        def ended() -> None:
            request[2] = time.monotonic()

        return ended


class Talk(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self._bad: Bad | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        place: socket.socket = transport.get_extra_info("socket")
        place.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)

    def connection_lost(self, _: Exception | None) -> None:
        """End what goes on."""
        if self._bad:
            self._bad.lost()

    def pause_writing(self) -> None:
        """Pour no more for now."""
        if self._bad:
            self._bad.pause()

    def resume_writing(self) -> None:
        """Pour on."""
        if self._bad:
            self._bad.resume()

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        assert self._transport
        data = self._rest + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            self._answer(data[: end + 2], self._transport)
            data = data[end + 4 :]
        self._rest = data
        if len(data) > _LONGEST_HEAD:
            self._transport.abort()

    def _answer(self, head: bytes, transport: asyncio.Transport) -> None:
        origin, asked = self._origin, _ASKED.match(head)
        if asked is None or (not asked[2] and int(asked[3]) >= len(origin.shelves)):
            origin.answers["page"] += 1
            length = b"Content-Length: %d\r\n\r\n" % len(_PAGE)
            transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + length + _PAGE)
            return
        ended = origin.asked(asked[1].decode(), head)
        if asked[2]:
            kind = Trouble(asked[2].decode())
            origin.answers[kind] += 1
            self._bad = self._bad or Bad(transport)
            document = origin.shelves[0].paper.document()
            self._bad.answer(kind, int(asked[3]), document, origin.slow_s, ended)
            return
        shelf = origin.shelves[int(asked[3])]
        answer = shelf.answer(head)
        origin.answers["304" if answer is shelf.short else "200"] += 1
        if origin.hold_s:
            loop = asyncio.get_running_loop()
            loop.call_later(origin.hold_s, lambda: (transport.write(answer), ended()))
        else:
            transport.write(answer)
            ended()


def addresses(count: int) -> list[str]:
    """Return so many loopback addresses."""
    return [f"127.7.{number // 250}.{number % 250 + 1}" for number in range(count)]


async def serve(orders: dict[str, Any], inbox: asyncio.StreamReader) -> None:
    """Serve until the input ends."""
    good, bad = orders["addresses"], orders.get("bad_addresses", 0)
    hosts = addresses(good + bad)
    with socket.create_server((hosts[0], 0), backlog=1024) as first:
        port = first.getsockname()[1]
        sites = [f"http://{host}:{port}" for host in hosts]
        origin = Origin(orders, sites[:good], sites[good:] or sites)
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: Talk(origin), sock=first)
        if len(hosts) > 1:
            await loop.create_server(lambda: Talk(origin), hosts[1:], port, backlog=1024)
        sizes = [shelf.size for shelf in origin.shelves]
        urls = [f"{shelf.paper.site}/{shelf.paper.number}.xml" for shelf in origin.shelves]
        say(
            {
                "urls": urls,
                "bad": origin.bad,
                "bytes": {"median": statistics.median(sizes), "all": sum(sizes)},
            }
        )
        while line := await inbox.readline():
            order = json.loads(line)
            if order["do"] == "round":
                say(origin.round(Round(order["name"])))
            elif order["do"] == "log":
                say({"requests": origin.requests})
            else:
                say(origin.told())


def say(told: dict[str, Any]) -> None:
    """Answer the one who gave the orders."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


async def _main() -> None:
    inbox = asyncio.StreamReader(limit=1024 * 1024)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(inbox), sys.stdin)
    await serve(json.loads(await inbox.readline()), inbox)


if __name__ == "__main__":
    asyncio.run(_main())

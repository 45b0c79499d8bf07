"""A process that asks all feeds once in each round: barely, plainly, or as the relay does.

    {"do": "floor" | "plain", "urls": […], "at_once": 64}    ► {"ready": true}
    {"do": "relay", "settings": {…}, "profile": true}        ► {"ready": true}

    {"do": "round", "profile": true}  ► {"user_s": …, "system_s": …, "below_s": …, "wall_s": …, "report": {…}}
    {"do": "profile"}                 ► {"profile": "…"}

The end of its input stops it. Only what it runs is imported, so that its memory is that of what it runs.
"""

import asyncio
import hashlib
import io
import json
import logging
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from polling.profile import Samples, sampled
from polling.used import Used, say

Turn = Callable[[], Awaitable[dict[str, Any]]]
"""One round; what it came to."""


class Bare:
    """All feeds by aiohttp: conditional where validators are known, connections kept alive."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self.urls: list[str] = orders["urls"]
        self.at_once: int = orders["at_once"]
        self.known: dict[str, dict[str, str]] = {}
        self.hashes: dict[str, bytes] = {}

    async def ask(self, session: Any, url: str) -> str:
        """Ask one feed; return how that ended."""
        async with session.get(url, headers=self.known.get(url, {})) as answer:
            if answer.status == 304:
                return "not_modified"
            body = await answer.read()
            told = answer.headers
            pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
            self.known[url] = {ours: told[theirs] for ours, theirs in pairs if theirs in told}
            return self.take(url, body)

    def take(self, url: str, body: bytes) -> str:
        """Take a body in: the floor is to know whether it is the same."""
        digest = hashlib.sha256(body).digest()
        same = self.hashes.get(url) == digest
        self.hashes[url] = digest
        return "unchanged" if same else "changed"

    async def round(self, session: Any) -> dict[str, Any]:
        """Ask all feeds, so many at a time."""
        left, ended = iter(self.urls), Counter[str]()

        async def one() -> None:
            for url in left:
                ended[await self.ask(session, url)] += 1

        await asyncio.gather(*(one() for _ in range(self.at_once)))
        return dict(ended)


class Plain(Bare):
    """The same, and every document is read by feedparser, as its guide says."""

    def __init__(self, orders: dict[str, Any]) -> None:
        super().__init__(orders)
        self.seen: set[tuple[str, str]] = set()

    def take(self, url: str, body: bytes) -> str:
        """Read a document and remember its items."""
        import feedparser  # noqa: PLC0415  the floor does without

        found = feedparser.parse(io.BytesIO(body))
        new = {(url, one.get("id") or one.get("link", "")) for one in found.entries} - self.seen
        self.seen |= new
        return "changed" if new else "unchanged"


async def bare(orders: dict[str, Any], serve: Callable[[Turn], Awaitable[None]]) -> None:
    """Ask as a plain loop would."""
    import aiohttp  # noqa: PLC0415  the relay has its own

    work = {"floor": Bare, "plain": Plain}[orders["do"]](orders)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:
        await serve(lambda: work.round(session))


async def relay(orders: dict[str, Any], serve: Callable[[Turn], Awaitable[None]]) -> None:
    """Ask as ``newsrelay poll --all`` does, again and again in one process."""
    from bot.loading import loading  # noqa: PLC0415  the floor does without

    with loading():
        from bot.parts import open_parts  # noqa: PLC0415
        from bot.settings import read  # noqa: PLC0415

    async with open_parts(read(orders["settings"])) as parts:
        collector = parts.collector()

        async def turn() -> dict[str, Any]:
            return asdict(await collector.poll(every=True))

        await serve(turn)


async def _main() -> None:
    inbox = asyncio.StreamReader(limit=64 * 1024 * 1024)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(inbox), sys.stdin)
    orders = json.loads(await inbox.readline())
    samples = Samples() if orders.get("profile") else None

    async def serve(turn: Turn) -> None:
        say({"ready": True})
        while line := await inbox.readline():
            order = json.loads(line)
            if order["do"] == "profile":
                say({"profile": samples.told() if samples else ""})
                continue
            before = Used.now()
            with sampled(samples if order.get("profile") else None):
                report = await turn()
            say({**Used.now().since(before), "report": report})

    await (relay if orders["do"] == "relay" else bare)(orders, serve)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, format="asking: %(message)s")
    asyncio.run(_main())

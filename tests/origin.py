"""A publisher for tests: feeds that grow on demand, pages and pictures, served on loopback."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Piece:
    """One item as its publisher writes it."""

    guid: str
    title: str
    body: str
    link: str
    published: datetime
    image: str = ""


@dataclass
class Origin:
    """A site with feeds at ``/<name>.xml``; ``others`` answers whatever else a test wants."""

    url: str = ""
    feeds: dict[str, list[Piece]] = field(default_factory=dict)
    others: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    window: int = 10_000
    """How many of its newest items a feed shows."""

    def publish(self, name: str, *, title: str = "", image: str = "") -> Piece:
        """Add an item to the feed ``name`` and return it."""
        pieces = self.feeds.setdefault(name, [])
        number = len(pieces) + 1
        piece = Piece(
            guid=f"{name}-{number}",
            title=title or f"{name} item {number:04d}",
            body=f"<p>Item number {number} of {name} has a body. It ends in a second sentence.</p>",
            link=f"{self.url}/{name}/{number}",
            published=BEGIN + timedelta(minutes=number),
            image=image,
        )
        pieces.append(piece)
        return piece

    def rss(self, name: str) -> str:
        """Return the feed's document, newest item first."""
        shown = "".join(
            f"<item><guid isPermaLink='false'>{piece.guid}</guid><title>{escape(piece.title)}</title>"
            f"<link>{escape(piece.link)}</link><pubDate>{format_datetime(piece.published)}</pubDate>"
            f"<description>{escape(piece.body)}</description>"
            + (f'<enclosure url="{escape(piece.image)}" type="image/png" length="1"/>' if piece.image else "")
            + "</item>"
            for piece in reversed(self.feeds[name][-self.window :])
        )
        return (
            f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>The {name}</title>"
            f"<link>{self.url}/</link><description/>{shown}</channel></rss>"
        )

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve one request."""
        path = request.path
        self.asked[path] += 1
        if path in self.others:
            return await self.others[path](request)
        name = path.strip("/").removesuffix(".xml")
        if name not in self.feeds:
            return web.Response(status=404)
        body = self.rss(name).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": etag})


@asynccontextmanager
async def serve() -> AsyncIterator[Origin]:
    """Serve an empty :class:`Origin` on a free port of loopback."""
    origin = Origin()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", origin.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        origin.url = f"http://{host}:{port}"
        yield origin
    finally:
        await runner.cleanup()

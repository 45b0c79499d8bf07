"""Feeds that are really written, fetched from a small web, read and kept: one look at a time, on a real store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any

import pytest

from bot.fetch.answer import Fetched
from bot.items import ChatId, Document, Feed, FeedId, Subscription
from bot.looking import Looker
from bot.looks import Look
from bot.parse.document import read
from bot.settings import Pages, Settings
from bot.store import keys
from bot.store.client import Store
from tests.collecting import Web
from tests.conftest import Clock

ANN = ChatId(11)
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Post:
    """One item as its feed writes it; a ``name`` makes a guid, a link and a title where none is given."""

    name: str
    at_ms: float | None = None
    title: str | None = None
    guid: str | None = None
    link: str | None = None
    text: str = ""

    @property
    def shown(self) -> str:
        """Its title."""
        return self.title if self.title is not None else f"Title {self.name}"

    def written(self) -> str:
        """Return it as an item of RSS; "" for a guid or a link leaves that out."""
        title = self.shown
        guid = self.guid if self.guid is not None else f"id-{self.name}"
        link = self.link if self.link is not None else f"https://elsewhere.example/{self.name}"
        parts = [
            f"<title>{escape(title)}</title>",
            f"<description>{escape(self.text or self.name)}</description>",
        ]
        if guid:
            parts.append(f'<guid isPermaLink="false">{escape(guid)}</guid>')
        if link:
            parts.append(f"<link>{escape(link)}</link>")
        if self.at_ms is not None:
            date = datetime.fromtimestamp(self.at_ms / 1000, UTC).isoformat()
            parts.append(f'<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">{date}</dc:date>')
        return f"<item>{''.join(parts)}</item>"


def old(clock: Clock, count: int = 6) -> list[Post]:
    """Return posts an hour apart, the newest first; what the text says makes each one's bytes its own."""
    return [Post(f"old{number}", clock.ms - (number + 1) * HOUR_MS) for number in range(count)]


def paper(posts: Sequence[Post], *, note: str = "", hub: str = "") -> bytes:
    """Return the document of a feed of these, in this order; ``note`` changes nothing but its bytes."""
    named = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{hub}"/>' if hub else ""
    head = f'<rss version="2.0"><channel><title>News</title>{named}<lastBuildDate>{note}</lastBuildDate>'
    return f"{head}{chr(10).join(one.written() for one in posts)}</channel></rss>".encode()


@dataclass
class Reader:
    """Reads documents as the parser does, in this process; ``sizes`` notes how many items each had."""

    sizes: list[int] = field(default_factory=list)

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        document = read(body, url=url, content_type=content_type)
        self.sizes.append(len(document.items))
        return document


class Newspaper:
    """One feed, whoever looks at it, and what was handed on of it."""

    def __init__(self, store: Store, redis: Any, url: str = "https://news.example/feed") -> None:
        self.store, self.redis, self.url = store, redis, url
        self.web, self.reader = Web(), Reader()
        self.lost: list[Feed] = []
        settings = Settings(pages=Pages.OFF)
        self.looker = Looker(store, self.web, self.reader, settings, dice=lambda: 0.5, on_lost=self._note)
        self.id = FeedId("")
        self._after = "-"

    async def _note(self, feed: Feed) -> None:
        self.lost.append(feed)

    async def follow(self) -> None:
        feed = await self.store.feeds.ensure(self.url)
        await self.store.chats.subscribe(Subscription(ANN, feed.id, created_ms=1))
        self.id = feed.id

    async def leave(self) -> None:
        await self.store.chats.unsubscribe(ANN, self.id)

    async def feed(self) -> Feed:
        found = await self.store.feeds.get(self.id)
        assert found is not None
        return found

    def publish(self, *posts: Post, note: str = "", hub: str = "") -> None:
        self.web.put(self.url, paper(posts, note=note, hub=hub))

    async def look(self, *posts: Post, note: str = "", hub: str = "") -> Look:
        """Publish these, and look."""
        self.publish(*posts, note=note, hub=hub)
        return await self.looker.look(self.id)

    async def push(self, *posts: Post, body: bytes | None = None) -> Look:
        """Let a hub push a document of these."""
        return await self.looker.pushed(self.id, Fetched(self.url, paper(posts) if body is None else body))

    async def handed(self) -> list[str]:
        """Return the titles of what was handed on since this was asked last, corrections with a star."""
        entries = await self.redis.xrange(keys.NEWS, self._after)
        if entries:
            self._after = b"(" + entries[-1][0]
        told = []
        for _, entry in entries:
            if entry[b"item"].startswith(self.id.encode()):
                stored = await self.store.news.get(entry[b"item"].decode())
                assert stored is not None
                told.append(stored.item.title + ("*" if b"edit" in entry else ""))
        return told

    async def told(self) -> list[tuple[str, str, str]]:
        """Return guid, title and text of each item that is kept, as corrected by now, in no order."""
        kept = await self.store.archive.latest([self.id], offset=0, limit=100)
        return sorted((one.item.guid or "", one.item.title, one.item.summary_html) for one in kept)


@contextmanager
def whole() -> Iterator[None]:
    """Let every document be read as a whole meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.looking.cut", lambda *_: None)
        yield

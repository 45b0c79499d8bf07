"""Stored items for tests: taken in as a look at their feed does it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot import identity
from bot.items import Document, Feed, Item
from bot.matching import sign
from bot.store.candidates import Candidate
from bot.store.client import Store
from tests.conftest import Clock


async def feed_of(store: Store, number: int = 1) -> Feed:
    """Make a feed that has been looked at before."""
    made = await store.feeds.ensure(f"https://feed{number}.example/rss")
    return Feed(made.id, made.url, seeded=True)


async def publish(
    store: Store, clock: Clock, feed: Feed, *titles: str, hours: float = 1, signed: bool = True
) -> None:
    """Take in items with these titles, the first the newest, so many hours apart."""
    now = datetime.fromtimestamp(clock.ms / 1000, UTC)
    items = [
        Item(
            guid=f"{title} {n}",
            title=title,
            link=f"https://x.example/{n}",
            published=now - timedelta(hours=hours * n),
        )
        for n, title in enumerate(titles)
    ]
    await take_in(store, clock, feed, items, signed=signed)


async def take_in(
    store: Store, clock: Clock, feed: Feed, items: Sequence[Item], *, signed: bool = True
) -> None:
    """Take in items that a feed publishes now, hand them on, and sign them as the router does."""
    seen = identity.sight(Document("rss", items=tuple(items)), feed, clock.ms)
    rows = zip(seen.keys, seen.items, seen.order_ms, strict=True)
    await store.news.intake(feed, [Candidate(*one) for one in rows], due_ms=clock.ms, hand_on=True)
    taken = await store.archive.latest([feed.id], offset=0, limit=len(items))
    await store.archive.sign([(one, sign(one)) for one in taken if signed])

"""How much memory busy feeds take: each with a full store of items and both generations of keys.

    python benchmarks/memory.py [FEEDS]

Prints what 1000 such feeds take, which must stay under 256 MB, and of what it is made. The items
are those of the corpus where it lies beside the project, else generated ones; bodies average
5 KB in both. Ends with 1 if the limit is passed.
"""

import asyncio
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.errors import RelayError
from bot.identity import recognise
from bot.items import ChatId, Feed, Image, Item, Key, Subscription
from bot.parse.document import read
from bot.store import keys, records
from bot.store.client import Store, connect
from bot.store.embedded import EmbeddedServer
from bot.store.news import KEPT_WHEN_SHORT, Candidate

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "feeds"
LIMIT_MB = 256
BODY = 5000
SEEN = 4000
"""Keys in each generation of a feed that has been busy for long."""


def from_corpus() -> list[Item]:
    """Return the items of all feeds of the corpus that can be read, and have a body."""
    found: list[Item] = []
    for path in sorted(CORPUS.iterdir()) if CORPUS.is_dir() else ():
        if path.stat().st_size < 500_000:
            try:
                found += read(path.read_bytes(), url="https://feeds.example/rss").items[:40]
            except RelayError:
                continue
    return [item for item in found if len(item.content_html or item.summary_html) > 500]


def generated(dice: random.Random) -> list[Item]:
    """Return items of words that compress about as prose does."""
    words = ["".join(dice.choices("etaoinshrdlcumwfgypbvk", k=dice.randint(2, 11))) for _ in range(4000)]

    def paragraph() -> str:
        return f"<p>{' '.join(dice.choice(words) for _ in range(60)).capitalize()}.</p>\n"

    return [
        Item(
            guid=f"https://news.example/{number}",
            title=" ".join(dice.choices(words, k=9)),
            link=f"https://news.example/{'-'.join(dice.choices(words, k=6))}",
            author="A. Writer",
            source="The Example Times",
            language="en",
            summary_html=paragraph(),
            content_html="".join(paragraph() for _ in range(dice.randint(2, 20))),
            images=(Image(f"https://cdn.example/{number}.jpg"),),
            tags=tuple(dice.choices(words, k=4)),
        )
        for number in range(500)
    ]


def dressed(items: Sequence[Item], feed: Feed, dice: random.Random) -> Iterator[Candidate]:
    """Yield a full store of candidates for one feed, bodies averaging :data:`BODY` characters."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    own = []
    for number in range(KEPT_WHEN_SHORT):
        item = dice.choice(items)
        mark = f"{feed.id}-{number}"
        own.append(
            replace(
                item,
                guid=f"https://news.example/?p={mark}",
                link=f"{item.link or 'https://news.example/'}?{mark}",
                published=start + timedelta(minutes=number),
            )
        )
    for number, (item, found) in enumerate(zip(own, recognise(own, feed).keys, strict=True)):
        yield Candidate(found, item, 1_790_000_000_000 + number)


def length(item: Item) -> int:
    """Return how many characters of HTML an item has."""
    return len(item.summary_html) + len(item.content_html)


def averaging(items: Sequence[Item]) -> list[Item]:
    """Return ``items`` without the shortest or the longest, so that :data:`BODY` is their average length."""
    by_length = sorted(items, key=length)
    while statistics.mean(map(length, by_length)) > BODY:
        by_length.pop()
    while statistics.mean(map(length, by_length)) < BODY:
        del by_length[0]
    return by_length


async def fill(store: Store, redis: Any, feeds: int, items: Sequence[Item]) -> dict[str, float]:
    """Fill the store and return how many bytes what takes."""
    dice = random.Random(1)
    empty = (await redis.info("memory"))["used_memory"]
    made = []
    for number in range(feeds):
        feed = await store.feeds.ensure(f"https://feed{number}.example/rss")
        await store.chats.subscribe(Subscription(ChatId(1), feed.id, 1))
        await store.news.intake(feed, list(dressed(items, feed, dice)), due_ms=1, hand_on=False)
        made.append(feed)
    with_items = (await redis.info("memory"))["used_memory"]
    seen = 0
    for feed in made:
        for place in (keys.seen_young(feed.id), keys.seen_old(feed.id)):
            more = [Key(dice.getrandbits(64) - 2**63) for _ in range(SEEN - await redis.scard(place))]
            seen += await redis.sadd(place, *more)
    with_keys = (await redis.info("memory"))["used_memory"]
    return {
        "an item": (with_items - empty) / feeds / KEPT_WHEN_SHORT,
        "a seen key": (with_keys - with_items) / seen,
        "a feed": (with_keys - empty) / feeds,
    }


async def main(feeds: int) -> int:
    """Measure on a server of our own; return the exit code."""
    found = from_corpus()
    items = averaging(found or generated(random.Random(1)))
    print(
        f"{len(items)} items {'of the corpus' if found else 'generated'}, {BODY} characters each on average;"
    )
    print(
        f"{KEPT_WHEN_SHORT} items and {2 * SEEN} keys a feed, HTML cut at {records.CONTENT_LIMIT} characters"
    )
    with tempfile.TemporaryDirectory() as place:
        async with EmbeddedServer(Path(place)) as server:
            redis: Any = connect(f"unix://{server.socket}")
            costs = await fill(Store(redis), redis, feeds, items)
            await redis.aclose()
    for what, size in costs.items():
        print(f"{what:>12}: {size:10.1f} bytes")
    total = costs["a feed"] * 1000 / 2**20
    print(f"1000 busy feeds: {total:.0f} MB of {LIMIT_MB} MB (measured on {feeds})")
    return 0 if total <= LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)))

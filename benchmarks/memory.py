"""How much memory feeds take: busy ones, the keys of what they have shown, and feeds that keep no item.

    python benchmarks/memory.py [FEEDS] [--keys N] [--bare N]

Prints what 1000 busy feeds take, each with a full store of items and both generations of keys, which
must stay under 256 MB, and of what it is made. The items are those of the corpus where it lies beside
the project, else generated ones; bodies average 5 KB in both. Then what a seen key takes, all taken in
as documents that come day by day, with our server's settings and with those that a Redis has by itself;
and what a feed takes that was looked at and subscribed to, but keeps no item. Ends with 1 if a limit is
passed.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.errors import RelayError
from bot.identity import recognise
from bot.items import ChatId, Feed, Image, Item, Key, Subscription, Validators
from bot.pacing import Bounds, next_look
from bot.parse.document import read
from bot.store import keys, records
from bot.store.candidates import Candidate, Extent
from bot.store.client import Store, connect
from bot.store.embedded import EmbeddedServer
from bot.store.keeping import KEPT_WHEN_SHORT

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "feeds"
LIMIT_MB = 256
BODY = 5000
SEEN = 4000
"""Keys in each generation of a feed that has been busy for long."""

KEY_MOST_BYTES = 10
BARE_MOST_BYTES = 1500
KEYS_A_FEED = 6000
"""Between rotations a busy feed has 4000 to 8000 in both generations together."""
DOCUMENT = 100
"""Items in a document of those that come day by day, all of them new."""
MARKS = 20
"""Items whose marks a feed without items keeps: those of its last document."""
WARM_UP = 50
"""Feeds after which scripts are loaded and connections open."""
PLAIN_INTSET = 512
"""What ``set-max-intset-entries`` is where nobody has set it."""
DAY_MS = 86_400_000
START_MS = 1_790_000_000_000


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


async def seen(store: Store, redis: Any, wait: Callable[[int], None], count: int) -> tuple[int, float]:
    """Take in documents until ``count`` keys were seen; return how many there are, and the bytes of one."""
    total, size, number = 0, 0, 0
    while total < count:
        feed = await store.feeds.ensure(f"https://keys{number}.example/rss")
        number += 1
        sets = keys.seen_young(feed.id), keys.seen_old(feed.id)
        own, day = 0, 0
        while own < KEYS_A_FEED:
            items = [shown(feed, day, place) for place in range(DOCUMENT)]
            found = recognise(items, feed).keys
            candidates = [Candidate(one, item, START_MS) for one, item in zip(found, items, strict=True)]
            await store.news.intake(feed, candidates, due_ms=START_MS, hand_on=False)
            wait(DAY_MS)
            own, day = sum([await redis.scard(place) for place in sets]), day + 1
        total += own
        for place in sets:
            size += await redis.memory_usage(place, samples=0) or 0
    return total, size / total


def shown(feed: Feed, day: int, place: int) -> Item:
    """Return an item of a document of that day."""
    published = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=place)
    name = f"{feed.id}/{day}/{place}"
    return Item(guid=name, title=f"Title {name}", link=f"https://news.example/{name}", published=published)


async def bare(store: Store, redis: Any, count: int) -> float:
    """Return the bytes that one of ``count`` feeds takes which one chat hears and which keep no item."""
    dice = random.Random(2)
    before = 0
    for number in range(-WARM_UP, count):
        if number == 0:
            before = (await redis.info("memory"))["used_memory"]
        site = f"https://www.a-newspaper-{number}.example"
        feed = await store.feeds.ensure(f"{site}/feeds/all.rss.xml")
        await store.chats.subscribe(Subscription(ChatId(1), feed.id, START_MS))
        learnt = looked_at(feed, number, site, dice)
        marks = dice.randbytes(8 * MARKS)
        await store.news.intake(learnt, [], due_ms=START_MS, hand_on=True, extent=Extent(marks))
        await store.feeds.finish(replace(learnt, looks=learnt.looks + 1), START_MS + number)
    return ((await redis.info("memory"))["used_memory"] - before) / count


def looked_at(feed: Feed, number: int, site: str, dice: random.Random) -> Feed:
    """Return what is known of a feed that has published for a month, five items a day."""
    digest = f"{dice.getrandbits(128):032x}"
    published = sorted(START_MS - dice.randrange(30 * DAY_MS) for _ in range(150))
    feed = replace(
        feed,
        title=f"The Example Newspaper of Town {number}",
        link=f"{site}/",
        language="en-GB",
        validators=Validators(f'W/"{digest}"', "Thu, 26 Nov 2026 07:00:00 GMT", digest),
        looked_ms=START_MS, changed_ms=START_MS, ok_ms=START_MS, whole_ms=START_MS,
        looks=500, interval_s=614, rate_per_day=4.9, asked="ttl=3600", wait_why="rhythm",
    )  # fmt: skip
    bounds = Bounds(60, 86_400)
    for at in range(0, len(published), 5):
        told = next_look(
            feed, published[max(0, at - 20) : at + 5], published[at + 4], bounds=bounds, roll=0.5
        )
        feed = replace(feed, rhythm=told.rhythm)
    return feed


@asynccontextmanager
async def empty(intset: int | None = None) -> AsyncIterator[tuple[Store, Any, Callable[[int], None]]]:
    """Give a store with nothing in it, and what lets so many milliseconds of its time pass."""
    with tempfile.TemporaryDirectory() as place:
        async with EmbeddedServer(Path(place)) as server:
            redis: Any = connect(f"unix://{server.socket}")
            if intset is not None:
                await redis.config_set("set-max-intset-entries", intset)
            now = [START_MS]

            def wait(ms: int) -> None:
                now[0] += ms

            yield Store(redis, clock=lambda: now[0]), redis, wait
            await redis.aclose()


async def busy(feeds: int) -> bool:
    """Print what busy feeds take; return whether that is within the limit."""
    found = from_corpus()
    items = averaging(found or generated(random.Random(1)))
    print(
        f"{len(items)} items {'of the corpus' if found else 'generated'}, {BODY} characters each on average;"
    )
    print(
        f"{KEPT_WHEN_SHORT} items and {2 * SEEN} keys a feed, HTML cut at {records.CONTENT_LIMIT} characters"
    )
    async with empty() as (store, redis, _):
        costs = await fill(store, redis, feeds, items)
    for what, size in costs.items():
        print(f"{what:>12}: {size:10.1f} bytes")
    total = costs["a feed"] * 1000 / 2**20
    print(f"1000 busy feeds: {total:.0f} MB of {LIMIT_MB} MB (measured on {feeds})")
    return total <= LIMIT_MB


async def main(asked: argparse.Namespace) -> int:
    """Measure on servers of our own; return the exit code."""
    fits = await busy(asked.feeds)
    async with empty() as (store, redis, wait):
        count, ours = await seen(store, redis, wait, asked.keys)
    print(f"a seen key: {ours:.2f} bytes, at most {KEY_MOST_BYTES} (measured on {count})")
    async with empty(PLAIN_INTSET) as (store, redis, wait):
        count, plain = await seen(store, redis, wait, asked.keys // 10)
    print(f"… with set-max-intset-entries {PLAIN_INTSET}: {plain:.2f} bytes (measured on {count})")
    async with empty() as (store, redis, _):
        each = await bare(store, redis, asked.bare)
    print(f"a feed without items: {each:.0f} bytes, at most {BARE_MOST_BYTES} (measured on {asked.bare})")
    return 0 if fits and ours <= KEY_MOST_BYTES and each <= BARE_MOST_BYTES else 1


def _asked() -> argparse.Namespace:
    first, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=first, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feeds", nargs="?", type=int, default=100, help="busy feeds to measure on (100)")
    parser.add_argument("--keys", type=int, default=1_000_000, help="seen keys to measure on (1,000,000)")
    parser.add_argument("--bare", type=int, default=5000, help="feeds without items to measure on (5000)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(_asked())))

"""How long a search takes, by how many items there are and how many feeds a chat hears.

    python benchmarks/search.py [ITEMS] [--searches N]

Fills an embedded Redis with ITEMS (default 100,000) in 2000 feeds: English and Chinese words as often as
language has them, 2 KB each, 5000 different texts. Then chats that hear 20, 50 and 200 of the feeds
search for a common word, a rare one, two words, a phrase, Chinese, and what nothing holds; each search is
another chat's, so that nothing of it was read before. Prints milliseconds, those of this process's
processor, and what reading sheets from Redis, looking through signatures, and reading and asking items
took of them; the first two overlap. Also for how long the event loop stood at the longest. Ends with 1
if the 95th percentile is above the goal.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

from bot.identity import feed_id
from bot.items import FeedId, Item, ItemId, StoredItem
from bot.matching import sign
from bot.rules import Heard, parse
from bot.searching import Searcher
from bot.store import keys, records, words
from bot.store.client import Store, connect
from bot.store.embedded import EmbeddedServer

FEEDS = 2000
GOAL_MS = 200
TEXTS = 5000
"""Different texts: making one takes longer than writing ten items."""
SCOPES = (20, 50, 200)
START_MS = 1_790_000_000_000
SPAN_MS = 7 * 86_400_000


class Language:
    """Words of a made-up language, the first the most frequent, as the ranks of real ones are."""

    def __init__(self, dice: random.Random, letters: str, lengths: tuple[int, int], between: str) -> None:
        made = ("".join(dice.choices(letters, k=dice.randint(*lengths))) for _ in range(40_000))
        self.words = list(dict.fromkeys(made))
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self.words))))
        self._dice, self._between = dice, between

    def text(self, count: int) -> str:
        """Return so many words."""
        return self._between.join(self._dice.choices(self.words, cum_weights=self._weights, k=count))


def languages(dice: random.Random) -> tuple[Language, Language]:
    """Return English and Chinese, as far as a search can tell."""
    han = "".join(map(chr, range(0x4E00, 0x4E00 + 2500)))
    return Language(dice, "etaoinshrdlcumwfgypbvk", (3, 10), " "), Language(dice, han, (2, 2), "")


def texts(dice: random.Random, count: int) -> list[tuple[Item, bytes]]:
    """Return items with their signatures; every fifth is Chinese."""
    english, chinese = languages(dice)
    made = []
    for number in range(count):
        speaks, length = (chinese, 330) if number % 5 == 0 else (english, 300)
        title, body = speaks.text(9), speaks.text(length)
        item = Item(
            guid=str(number),
            title=title,
            link=f"https://news.example/{english.text(5).replace(' ', '-')}/{number}",
            source="The Example Times",
            summary_html=f"<p>{body}</p>",
        )
        made.append((item, sign(StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0))))
    return made


async def fill(
    redis: Any, dice: random.Random, pool: Sequence[tuple[Item, bytes]], count: int
) -> list[FeedId]:
    """Write the items of all feeds as taking them in would leave them."""
    feeds = [feed_id(f"https://feed{number}.example/rss") for number in range(FEEDS)]
    for feed in feeds:
        pipe = redis.pipeline(transaction=False)
        sheet, places = list[bytes](), dict[str, int]()
        for number in range(count // FEEDS):
            item, signature = dice.choice(pool)
            item_id, order_ms = ItemId(f"{feed}.{number:011d}"), START_MS + dice.randrange(SPAN_MS)
            record = records.pack(StoredItem(item_id, feed, item, order_ms, order_ms))
            pipe.set(keys.item(item_id), record)
            places[item_id] = order_ms
            sheet.append(words.record(item_id, order_ms, signature))
        pipe.zadd(keys.feed_items(feed), places)
        young = len(sheet) // 16  # half of what may wait until it is merged
        pipe.set(keys.words_old(feed), b"".join(sorted(sheet[young:], key=len)))
        pipe.set(keys.words_young(feed), b"".join(sheet[:young]))
        await pipe.execute()
    return feeds


def queries(dice: random.Random) -> dict[str, str]:
    """Return what is searched for, by its kind; the dice are those that the texts were made with."""
    english, chinese = languages(dice)
    return {
        "common": english.words[100],
        "rare": english.words[30_000],
        "two words": f"{english.words[300]} {english.words[700]}",
        "phrase": f'"{english.words[3]} {english.words[5]}"',
        "Chinese": chinese.words[2000],
        "no match": "zzyzx qqfrob",
    }


class Shares:
    """Seconds spent in the parts of a search, added up."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(("sheets", "signatures", "items"), 0.0)

    def timed(self, part: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Return ``call``, which adds its time to a part."""

        async def measured(*args: Any) -> Any:
            began = time.perf_counter()
            try:
                return await call(*args)
            finally:
                self.spent[part] += time.perf_counter() - began

        return measured


class Pulse:
    """How long the event loop stood at the longest, told by a task that should run every 2 ms."""

    def __init__(self) -> None:
        self.worst_ms = 0.0

    async def beat(self) -> None:
        """Measure until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.002)
            self.worst_ms = max(self.worst_ms, 1000 * (time.perf_counter() - began) - 2)


async def measure(
    store: Store, feeds: Sequence[FeedId], asked: dict[str, str], searches: int, dice: random.Random
) -> list[float]:
    """Search, and print a line for each kind of query and number of feeds."""
    shares, everything = Shares(), list[float]()
    archive, news = cast("Any", store.archive), cast("Any", store.news)
    archive.sheets = shares.timed("sheets", archive.sheets)
    news.many = shares.timed("items", news.many)
    to_thread = asyncio.to_thread

    async def in_thread(call: Any, *args: Any) -> Any:
        part = {"likely": "signatures", "of": "items"}.get(getattr(call, "__name__", ""))
        return await (shares.timed(part, to_thread)(call, *args) if part else to_thread(call, *args))

    asyncio.to_thread = in_thread  # type: ignore[assignment]
    searcher = Searcher(store)
    print("feeds query      found   p50   p95   max ms   CPU   of it sheets, signatures, items")
    for scope in SCOPES:
        for kind, query in asked.items():
            rule, took, found = parse(query), list[float](), 0
            shares.spent = dict.fromkeys(shares.spent, 0.0)
            worked_s = time.process_time()
            for _ in range(searches):
                heard = {one: Heard((one,)) for one in dice.sample(feeds, scope)}
                began = time.perf_counter()
                page = await searcher.search(rule, heard, limit=5)
                took.append(1000 * (time.perf_counter() - began))
                found += len(page.matches)
            everything += took
            cpu_ms = 1000 * (time.process_time() - worked_s) / searches
            cuts = statistics.quantiles(took, n=20, method="inclusive")
            parts = ", ".join(f"{1000 * one / searches:.0f}" for one in shares.spent.values())
            shown = f"{scope:5} {kind:10} {found / searches:5.1f}"
            print(f"{shown} {cuts[9]:5.0f} {cuts[18]:5.0f} {max(took):5.0f} {cpu_ms:8.0f}   {parts}")
    asyncio.to_thread = to_thread
    return everything


async def main() -> int:
    """Fill, search, and tell."""
    parser = argparse.ArgumentParser(description="How long a search takes.")
    parser.add_argument("items", nargs="?", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=20, help="of each kind")
    told = parser.parse_args()
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        async with EmbeddedServer(Path(place)) as server:
            redis: Any = connect(f"unix://{server.socket}")
            store = Store(redis)
            await redis.config_set("appendonly", "no")
            began = time.perf_counter()
            pool = texts(dice, min(TEXTS, told.items))
            size = statistics.mean(len(signature) for _, signature in pool)
            feeds = await fill(redis, dice, pool, told.items)
            memory = (await redis.info("memory"))["used_memory"]
            took_s = time.perf_counter() - began
            print(
                f"{told.items} items in {FEEDS} feeds, {memory >> 20} MB of Redis, filled in {took_s:.0f} s;"
            )
            print(f"signatures of {size:.0f} bytes")
            asked, pulse = queries(random.Random(1)), Pulse()
            beating = asyncio.create_task(pulse.beat())
            took = await measure(store, feeds, asked, told.searches, dice)
            beating.cancel()
            await store.close()
    p95_ms = statistics.quantiles(took, n=20)[18]
    print(
        f"all: p50 {statistics.median(took):.0f} ms, p95 {p95_ms:.0f} ms (goal {GOAL_MS});"
        f" the loop stood {pulse.worst_ms:.0f} ms at the longest"
    )
    return int(p95_ms > GOAL_MS)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

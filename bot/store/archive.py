"""The archive: the items that are kept of each feed, by time, and by which words they may hold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.items import FeedId, ItemId, StoredItem
from bot.store import keys
from bot.store.door import Argument, Door
from bot.store.news import News

AT_ONCE = 200
"""Items read together: some 20 ms of computing, in a thread."""

FEEDS_AT_ONCE = 20
"""Feeds listed together: at most some 2 MB of signatures."""


class Entry(NamedTuple):
    """One item of the archive; ``words`` is its signature (:mod:`bot.rules.signature`), b"" for none yet."""

    order_ms: int
    item: ItemId
    words: bytes


class Archive:
    """The kept items, found again. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door, news: News, *, keep_ms: int) -> None:
        self._door = door
        self._news = news
        self._keep_ms = keep_ms

    async def latest(self, feed_ids: Sequence[FeedId], *, offset: int, limit: int) -> list[StoredItem]:
        """Return the newest items of some feeds together, ``limit`` of them after ``offset``."""
        enough = offset + limit
        answers = await self._door.many(
            [("ZRANGE", keys.feed_items(one), 0, enough - 1, "REV", "WITHSCORES") for one in feed_ids]
        )
        newest = sorted(
            (
                (float(order), item)
                for answer in answers
                for item, order in zip(answer[::2], answer[1::2], strict=True)
            ),
            reverse=True,
        )
        found: list[StoredItem] = []
        at_once = min(AT_ONCE, enough)
        while newest and len(found) < enough:
            found += await self._news.many(ItemId(item.decode()) for _, item in newest[:at_once])
            newest = newest[at_once:]
        return found[offset:enough]

    async def catalogue(self, feed_ids: Sequence[FeedId]) -> list[Entry]:
        """Return an entry for every kept item of some feeds, the newest first."""
        found: list[Entry] = []
        for start in range(0, len(feed_ids), FEEDS_AT_ONCE):
            some = feed_ids[start : start + FEEDS_AT_ONCE]
            commands: list[tuple[Argument, ...]] = []
            for one in some:
                commands += [
                    ("ZRANGE", keys.feed_items(one), 0, -1, "WITHSCORES"),
                    ("HGETALL", keys.feed_words(one)),
                ]
            answers = await self._door.many(commands)
            for feed, items, words in zip(some, answers[::2], answers[1::2], strict=True):
                found += _entries(feed, items, words)
        found.sort(reverse=True)
        return found

    async def sign(self, signatures: Iterable[tuple[ItemId, bytes]]) -> None:
        """Keep the signatures of items, those that are still kept."""
        args: list[Argument] = [part for pair in signatures for part in pair]
        if args:
            await self._door.run("sign", self._keep_ms, *args)


def _entries(feed: FeedId, items: Sequence[bytes], words: Mapping[bytes, bytes]) -> list[Entry]:
    before = len(feed) + 1
    return [
        Entry(int(float(order)), ItemId(item.decode()), words.get(item[before:], b""))
        for item, order in zip(items[::2], items[1::2], strict=True)
    ]

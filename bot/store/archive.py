"""The archive: the items that are kept of each feed, by time, and by which words they may hold."""

from collections.abc import Iterable, Sequence

from bot.items import FeedId, ItemId, StoredItem
from bot.store import keys, words
from bot.store.door import Argument, Door
from bot.store.news import News
from bot.store.words import Entry, Sheet

AT_ONCE = 200
"""Items read together: some 20 ms of computing, in a thread."""

RECORDS_AT_ONCE = 2_500
"""Items whose records are read together: some 2 MB, which fits a processor's cache."""


class Archive:
    """The kept items, found again. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door, news: News, *, keep_ms: int, keep_items: int) -> None:
        self._door = door
        self._news = news
        self._keep_ms = keep_ms
        self.feeds_at_once = max(1, RECORDS_AT_ONCE // keep_items)
        """Feeds whose sheets are to be read together."""

    async def latest(
        self, feed_ids: Sequence[FeedId], *, offset: int, limit: int, before_ms: int = 0
    ) -> list[StoredItem]:
        """Return the newest items of some feeds together, ``limit`` of them after ``offset``.

        With ``before_ms`` only older ones count.
        """
        enough = offset + limit
        span = (f"({before_ms}" if before_ms else "+inf", "-inf", "BYSCORE", "REV", "LIMIT", 0, enough)
        answers = await self._door.many(
            [("ZRANGE", keys.feed_items(one), *span, "WITHSCORES") for one in feed_ids]
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

    async def counts(self, feed_ids: Sequence[FeedId], since_ms: int) -> dict[FeedId, int]:
        """Return how many items are kept of each feed from ``since_ms`` on."""
        commands = [("ZCOUNT", keys.feed_items(one), since_ms, "+inf") for one in feed_ids]
        return dict(zip(feed_ids, await self._door.many(commands), strict=True))

    async def sheets(self, feed_ids: Sequence[FeedId]) -> list[Sheet]:
        """Return which words the items of some feeds may hold; some 300 KB of each busy one."""
        if not feed_ids:
            return []
        places = [place for one in feed_ids for place in (keys.words_old(one), keys.words_young(one))]
        kept = [
            command
            for one in map(keys.feed_items, feed_ids)
            for command in (("ZCARD", one), ("ZRANGE", one, 0, 0, "WITHSCORES"))
        ]
        parts, *told = await self._door.many([("MGET", *places), *kept])
        each = zip(feed_ids, parts[::2], parts[1::2], told[::2], told[1::2], strict=True)
        return [
            Sheet(feed, old or b"", young or b"", count, int(float(oldest[1])) if oldest else 0)
            for feed, old, young, count, oldest in each
        ]

    async def unsigned(self, sheet: Sheet) -> list[Entry]:
        """Return the kept items of a feed that have no record in its sheet."""
        raw = await self._door.do("ZRANGE", keys.feed_items(sheet.feed), 0, -1, "WITHSCORES")
        known = words.recorded(sheet)
        entries = (
            words.entry(ItemId(item.decode()), int(float(order)))
            for item, order in zip(raw[::2], raw[1::2], strict=True)
        )
        return [one for one in entries if one.item not in known]

    async def sign(self, signed: Iterable[tuple[StoredItem, bytes]]) -> None:
        """Keep the signatures of items, of those that are still kept."""
        args: list[Argument] = []
        for stored, signature in signed:
            args += [stored.id, words.record(stored.id, stored.order_ms, signature)]
        if args:
            await self._door.run("sign", self._keep_ms, *args)

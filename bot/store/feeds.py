"""Feeds: what we know of each, who hears it, and when it is looked at next."""

from collections.abc import AsyncIterator, Iterable

from bot import identity
from bot.items import ChatId, Feed, FeedId, Subscription
from bot.store import fields, keys
from bot.store.door import Door

UNHEARD_DAYS = 30
"""How long what we know of a feed stays once nobody hears it: long enough to change one's mind."""

UNHEARD_MS = UNHEARD_DAYS * 86_400_000

PORTION = 500
"""Subscriptions read together: some 10 ms of computing."""


class Feeds:
    """The feeds, by id and by address. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def ensure(self, url: str, *, due_ms: int | None = None) -> Feed:
        """Return the feed at ``url``, made (unseeded) if it is new.

        Feeds are told apart by :func:`bot.identity.feed_address`. With ``due_ms`` the feed is
        looked at then, at the latest, provided that somebody hears it.
        """
        feed_id = identity.feed_id(url)
        due = "" if due_ms is None else due_ms
        found = await self._door.run("ensure", identity.feed_address(url), feed_id, url, due, UNHEARD_MS)
        known = FeedId(found.decode())
        return await self.get(known) or Feed(known, url)

    async def get(self, feed_id: FeedId) -> Feed | None:
        """Return what we know of a feed, or ``None``."""
        found = await self.many([feed_id])
        return found[0] if found else None

    async def find(self, url: str) -> Feed | None:
        """Return the feed at ``url``, by any address it has had, or ``None``."""
        known = await self._door.do("HGET", keys.FEEDS, identity.feed_address(url))
        return await self.get(FeedId(known.decode())) if known else None

    async def many(self, feed_ids: Iterable[FeedId]) -> list[Feed]:
        """Return those of ``feed_ids`` that we know, in that order."""
        wanted = list(feed_ids)
        raws = await self._door.many([("HGETALL", keys.feed(one)) for one in wanted])
        return [fields.feed(one, raw) for one, raw in zip(wanted, raws, strict=True) if raw]

    async def all_ids(self) -> list[FeedId]:
        """Return every feed that somebody hears, the one that is due first at the front."""
        return [FeedId(one.decode()) for one in await self._door.do("ZRANGE", keys.SCHEDULE, 0, -1)]

    async def claim_due(self, limit: int, lease_ms: int) -> list[FeedId]:
        """Return up to ``limit`` feeds that are due, and put each off by ``lease_ms``.

        Whoever claims a feed ends with :meth:`finish` or :meth:`bot.store.news.News.intake`;
        if it dies instead, the feed is due again after the lease.
        """
        return [FeedId(one.decode()) for one in await self._door.run("claim_due", limit, lease_ms)]

    async def next_due_ms(self) -> int | None:
        """Return when the next feed is due, in epoch milliseconds; ``None`` if there is none."""
        first = await self._door.do("ZRANGE", keys.SCHEDULE, 0, 0, "WITHSCORES")
        return int(float(first[1])) if first else None

    async def finish(self, feed: Feed, due_ms: int, *, moved_to: str | None = None) -> None:
        """Save the state of ``feed`` after a look that brought no items, and when to look again.

        ``moved_to`` becomes its address; the old one still finds it. ``seeded`` is not saved
        here but in the step that takes items in; a feed that is gone by now stays gone.
        """
        moved = (identity.feed_address(moved_to), moved_to) if moved_to else ("", "")
        await self._door.run("finish", feed.id, due_ms, *moved, *fields.flat(fields.of_feed(feed)))

    async def subscribers(self, feed_id: FeedId) -> list[Subscription]:
        """Return who hears the feed, and how."""
        raw = await self._door.do("HGETALL", keys.feed_chats(feed_id))
        return [
            fields.subscription(ChatId(int(chat_id)), feed_id, value)
            for chat_id, value in sorted(raw.items(), key=lambda pair: int(pair[0]))
        ]

    async def subscribers_in_portions(self, feed_id: FeedId) -> AsyncIterator[list[Subscription]]:
        """Yield who hears the feed, some hundreds at a time and in no order.

        Whoever subscribes or leaves meanwhile may be among them or not; a chat may come twice.
        """
        cursor = 0
        while True:
            after, raw = await self._door.do("HSCAN", keys.feed_chats(feed_id), cursor, "COUNT", PORTION)
            yield [fields.subscription(ChatId(int(chat)), feed_id, value) for chat, value in raw.items()]
            cursor = int(after)
            if not cursor:
                return

    async def forget(self, feed_id: FeedId) -> None:
        """Drop a feed and all we know of it, its subscriptions included; its items expire by themselves."""
        await self._door.run("forget", feed_id)

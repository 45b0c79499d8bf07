"""Feeds: what we know of each, who hears it, and when it is looked at next."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot import identity
from bot.items import ChatId, Feed, FeedId, Subscription
from bot.links import feed_address
from bot.store import fields, keys
from bot.store.door import Argument, Door
from bot.store.gather import Gather

UNHEARD_DAYS = 30
"""How long what we know of a feed stays once nobody hears it: long enough to change one's mind."""

UNHEARD_MS = UNHEARD_DAYS * 86_400_000

PORTION = 500
"""Subscriptions, or feeds, read together: some 10 ms of computing."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Feeds to be looked at, at ``now_ms``, the longest due first.

    ``next_due_ms`` is when one is due that was not claimed, or was and is not given back; None for never.
    ``resting`` are hosts to be left in peace, and until when (epoch ms).
    """

    feeds: tuple[Feed, ...]
    now_ms: int
    next_due_ms: int | None = None
    resting: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Finish:
    """One look that has ended."""

    feed: Feed
    due_ms: int
    moved_to: str | None
    told: list[str]

    def arguments(self) -> list[object]:
        """Return what ``lua/finish.lua`` is told of it."""
        moved = [feed_address(self.moved_to), self.moved_to] if self.moved_to else []
        return [self.feed.id, str(self.due_ms), self.told, int(self.feed.seeded), *moved]


class Feeds:
    """The feeds, by id and by address. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._finished = Gather[_Finish](self._finish)

    async def ensure(self, url: str, *, due_ms: int | None = None) -> Feed:
        """Return the feed at ``url``, made (unseeded) if it is new.

        Feeds are told apart by :func:`bot.links.feed_address`. With ``due_ms`` the feed is
        looked at then, at the latest, provided that somebody hears it.
        """
        feed_id = identity.feed_id(url)
        due = "" if due_ms is None else due_ms
        found = await self._door.run("ensure", feed_address(url), feed_id, url, due, UNHEARD_MS)
        known = FeedId(found.decode())
        return await self.get(known) or Feed(known, url)

    async def get(self, feed_id: FeedId) -> Feed | None:
        """Return what we know of a feed, or ``None``."""
        found = await self.many([feed_id])
        return found[0] if found else None

    async def find(self, url: str) -> Feed | None:
        """Return the feed at ``url``, by any address it has had, or ``None``."""
        known = await self._door.do("HGET", keys.FEEDS, feed_address(url))
        return await self.get(FeedId(known.decode())) if known else None

    async def many(self, feed_ids: Iterable[FeedId]) -> list[Feed]:
        """Return those of ``feed_ids`` that we know, in that order."""
        wanted = list(feed_ids)
        told: list[Sequence[bytes | None]] = []
        for start in range(0, len(wanted), PORTION):
            told += await self._door.run("records", *wanted[start : start + PORTION])
        return [fields.feed(one, raw) for one, raw in zip(wanted, told, strict=True) if raw[0]]

    async def all_ids(self) -> list[FeedId]:
        """Return every feed that somebody hears, the one that is due first at the front."""
        return [FeedId(one.decode()) for one in await self._door.do("ZRANGE", keys.SCHEDULE, 0, -1)]

    async def claim_due(self, limit: int, lease_ms: int) -> Claimed:
        """Claim up to ``limit`` feeds that are due, and put each off by ``lease_ms``.

        Whoever claims a feed ends with :meth:`finish`, :meth:`put_off` or
        :meth:`bot.store.news.News.intake`; if it dies instead, the feed is due again after the lease.
        """
        now_ms, next_ms, resting, *told = await self._door.run("claim_due", limit, lease_ms)
        pairs = zip(told[::2], told[1::2], strict=True)
        return Claimed(
            tuple(fields.feed(FeedId(one.decode()), raw) for one, raw in pairs if raw[0]),
            now_ms,
            None if next_ms < 0 else next_ms,
            {host.decode(): int(until) for host, until in zip(resting[::2], resting[1::2], strict=True)},
        )

    async def renew(self, feed_ids: Sequence[FeedId], lease_ms: int) -> None:
        """Keep claims for ``lease_ms`` more; claims that have ended meanwhile stay ended."""
        if feed_ids:
            await self._door.run("renew", lease_ms, *feed_ids)

    async def put_off(self, due: Iterable[tuple[FeedId, int]]) -> None:
        """Give back claims of feeds that were not looked at; each is due at its time (epoch ms)."""
        told: list[Argument] = [part for pair in due for part in pair]
        if told:
            await self._door.run("put_off", *told)

    async def leave_in_peace(self, host: str, until_ms: int) -> None:
        """Note for all collectors that ``host`` is not to be asked until then (epoch ms)."""
        await self._door.do("ZADD", keys.RESTING, "GT", until_ms, host)

    async def next_due_ms(self) -> int | None:
        """Return when the next feed is due, in epoch milliseconds; ``None`` if there is none."""
        first = await self._door.do("ZRANGE", keys.SCHEDULE, 0, 0, "WITHSCORES")
        return int(float(first[1])) if first else None

    async def finish(
        self, feed: Feed, due_ms: int, *, moved_to: str | None = None, was: Feed | None = None
    ) -> None:
        """Save the state of ``feed`` after a look that brought no items, and when to look again.

        ``moved_to`` becomes its address; the old one still finds it. ``seeded`` is not saved
        here but in the step that takes items in; a feed that is gone by now stays gone, and one
        that was left and followed again meanwhile is looked at anew.
        With ``was``, the feed as it was claimed, only what differs is written. Looks that end
        within some milliseconds are saved together.
        """
        told = fields.flat(fields.of_feed(feed, was))
        await self._finished.add(_Finish(feed, due_ms, moved_to, told))

    async def _finish(self, looks: list[_Finish]) -> None:
        well = any(one.feed.looked_ms and not one.feed.failures for one in looks)
        told = json.dumps([one.arguments() for one in looks], ensure_ascii=False)
        await self._door.run("finish", int(well), told.encode(errors="replace"))

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

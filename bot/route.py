"""Loop two: for each item handed on, who hears it, and which alerts it fires.

    news ► subscribers of its feed ► alerts of those chats ► a lane each ► acknowledged

An item is acknowledged after all its lanes are written; before, any router may take it up again,
and laying it twice queues it once. So whatever fails here is repeated, never skipped, but for an
item whose record is gone: of that there is nothing to deliver.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from bot.errors import StoreError
from bot.items import Alert, ChatId, Hit, Item, ItemId, StoredItem, Subscription
from bot.render.markup import read_html
from bot.rules import Rule, Searchable, parse
from bot.store.client import Store
from bot.store.news import NewsEntry
from bot.store.outbox import Letter

log = logging.getLogger(__name__)

BATCH = 50
"""Items routed together: enough to read subscribers and alerts once for a burst of one feed."""

BLOCK_MS = 1000
"""How long to wait for news at a time; also how soon the loop notices that it is to stop."""

BACKOFF_S = (0.2, 5.0)
"""The first and the longest wait while the store does not answer."""

RULES_KEPT = 20_000
"""Queries kept read; they change rarely and most chats' are their own."""

INLINE_CHECKS = 500
"""Alerts that are tried on the event loop; more go to a thread (some 20 µs each)."""


SEARCHED_UNITS = 50_000
"""How much text of an item alerts are looked for in: the length of a long article."""


ROLE = "route"

RESIGN_S = 1.0
"""How long a router that stops tries to make room for the next."""

LEAD_MS = 20_000
"""How long a router that has died keeps the others waiting; renewed with each batch."""

PASSIVE_S = 1.0
"""How soon a router that waits asks again."""


class Router:
    """Puts items into lanes, in the order in which they were handed on.

    Any number of routers may wait at one store; one of them works, lest a chat get an item that
    one has laid before an older one that another still has in hand.
    """

    def __init__(self, store: Store, *, holder: str = "router") -> None:
        """Take the store; ``holder`` names this router, and no other, among those that wait."""
        self._store = store
        self._holder = holder
        self._led_s = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Route whatever is handed on, until ``stop``; the batch in hand is finished."""
        try:
            await self._run(stop)
        finally:
            # A store that does not answer must not hold up the stop: the lead then ends with its lease.
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(RESIGN_S):
                    await self._store.claims.resign(ROLE, self._holder)

    async def _run(self, stop: asyncio.Event) -> None:
        backoff_s = BACKOFF_S[0]
        batch: Sequence[NewsEntry] = ()
        while not stop.is_set() or batch:
            try:
                if not await self._store.claims.lead(ROLE, self._holder, LEAD_MS):
                    batch = ()
                    await _first_of(stop, PASSIVE_S)
                    continue
                if not batch:
                    batch = await self._store.news.read(ROLE, BATCH, BLOCK_MS)
                if batch:
                    await self.route(batch)
                batch, backoff_s = (), BACKOFF_S[0]
            except StoreError as error:
                if stop.is_set():
                    return  # what was not acknowledged is taken up by the next router
                log.warning("routing waits %.1f s: %s", backoff_s, error)
                await _first_of(stop, backoff_s)
                backoff_s = min(backoff_s * 2, BACKOFF_S[1])

    async def route(self, batch: Sequence[NewsEntry]) -> int:
        """Lay each item of ``batch`` into the lanes it belongs in, a correction for whoever has the item.

        Then acknowledge them all. Returns how many lanes were written to.

        Raises:
            StoreError: some lanes may be written; nothing is acknowledged, route the batch again.
        """
        wanted = dict.fromkeys(entry.item_id for entry in batch)
        found = {stored.id: stored for stored in await self._store.news.many(wanted)}
        for item_id in sorted(wanted.keys() - found):
            log.error("item %s: its record is gone or cannot be read; it reaches nobody", item_id)
        told = [(entry, found[entry.item_id]) for entry in batch if entry.item_id in found]
        now_ms = await self._store.now_ms()
        laid = edits = 0
        for feed_id in dict.fromkeys(stored.feed for _, stored in told):
            mine = [(entry, stored) for entry, stored in told if stored.feed == feed_id]
            texts: dict[ItemId, Searchable | None] = {}
            # A portion at a time, so that the first of many who hear a feed need not wait for the last.
            async for some in self._store.feeds.subscribers_in_portions(feed_id):
                alerts = await self._store.alerts.of_many([one.chat for one in some if not one.paused])
                for entry, stored in mine:
                    chats = [one.chat for one in some if _hears(one, stored, now_ms)]
                    letters = await _letters(stored, chats, alerts, texts)
                    if letters and entry.edit:
                        edits += await self._store.edits.lay(stored.id, entry.edit, letters)
                    elif letters:
                        laid += await self._store.outbox.lay(stored.id, stored.order_ms, letters)
                await self._stay()
        await self._store.news.ack([entry.entry_id for entry in batch])
        await self._store.claims.note_health("route")
        log.info("routed %d items into %d lanes%s", len(found), laid, f", {edits} edits" if edits else "")
        return laid

    async def _stay(self) -> None:
        """Renew the lead in the middle of a batch: an item for many chats takes its time.

        Raises:
            StoreError: another router has it, and with it what is not acknowledged.
        """
        now_s = time.monotonic()
        if now_s - self._led_s <= LEAD_MS / 4000:
            return
        self._led_s = now_s
        if not await self._store.claims.lead(ROLE, self._holder, LEAD_MS):
            raise StoreError("another router has taken over")


def searchable(item: Item) -> Searchable:
    """Return the plain texts of an item, as rules see them."""
    bodies = (
        read_html(html, item.base, SEARCHED_UNITS).text
        for html in (item.summary_html, item.content_html)
        if html
    )
    return Searchable(
        title=item.title,
        body="\n".join(bodies),
        author=item.author,
        source=item.source,
        tags=item.tags,
    )


def hits(texts: Searchable, alerts: Sequence[Alert]) -> tuple[Hit, ...]:
    """Return the alerts that fire on an item, in the order given."""
    found = []
    for alert in alerts:
        rule = _rule(alert.query)
        words = rule.hit(texts) if rule else None
        if words is not None:
            found.append(Hit(alert.id, alert.query, words))
    return tuple(found)


def _hears(subscription: Subscription, stored: StoredItem, now_ms: int) -> bool:
    """Tell whether an item is meant for a subscription: not what was noticed before it.

    A subscription of a time to come was made before the clock was set back: all that comes is news to it.
    """
    since_ms = subscription.created_ms
    return not subscription.paused and (since_ms <= stored.noticed_ms or since_ms > now_ms)


def _searchable(stored: StoredItem) -> Searchable | None:
    try:
        return searchable(stored.item)
    except Exception:
        # An item that cannot be matched is still news.
        log.exception("item %s: alerts could not be matched; it goes out without", stored.id)
        return None


async def _letters(
    stored: StoredItem,
    chats: Sequence[ChatId],
    alerts: Mapping[ChatId, Sequence[Alert]],
    read: dict[ItemId, Searchable | None],
) -> list[Letter]:
    """Return the letter for each of ``chats``; ``read`` keeps the texts of items that were looked at."""
    checks = sum(len(alerts[chat]) for chat in chats)
    if checks and stored.id not in read:
        read[stored.id] = _searchable(stored)
    texts = read.get(stored.id)
    if texts is None or not checks:
        return [Letter(chat) for chat in chats]

    def match() -> list[Letter]:
        return [Letter(chat, hits(texts, alerts[chat])) for chat in chats]

    try:
        return match() if checks <= INLINE_CHECKS else await asyncio.to_thread(match)
    except Exception:
        log.exception("item %s: alerts could not be matched; it goes out without", stored.id)
        return [Letter(chat) for chat in chats]


@lru_cache(maxsize=RULES_KEPT)
def _rule(query: str) -> Rule | None:
    """Return the rule of a stored query; None, once logged, for one that is no longer understood."""
    try:
        return parse(query)
    except ValueError as error:
        log.warning("alert %r is not understood: %s", query, error)
        return None


async def _first_of(stop: asyncio.Event, seconds: float) -> None:
    """Wait for ``stop``, at most ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return

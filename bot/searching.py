"""Stored items that a query finds: a page of them, or how often a rule would have fired.

    catalogue (an entry for each item of the feeds) ► those whose signature may match ► read, and asked

The signatures (:mod:`bot.rules.signature`) leave a few items to read; what has none yet, since it came
with a feed's first look, is read once, and signed. All work on many items is done in a thread.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.items import FeedId, ItemId, StoredItem
from bot.matching import searchable
from bot.rules import Heard, Rule, signature
from bot.store.archive import Entry
from bot.store.client import Store

READ_AT_ONCE = 50
"""Items read and asked at a time: some 25 ms of a thread."""

SEARCH_S = 2.0
"""How long one search may take: whoever waits longer thinks it is broken. What it found by then is told."""

TRIED_MOST = 400
"""Matches of a back-test that are counted one by one; beyond, it is "more than"."""

SAMPLES = 3

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Match:
    """An item that a query finds, and the words by which it does, as they stand there."""

    stored: StoredItem
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Matches, the newest first.

    ``more``: older ones follow. ``until_ms``: not 0 where time ran out: older items were not looked at.
    """

    matches: tuple[Match, ...] = ()
    more: bool = False
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Backtest:
    """How often a rule would have fired on the items of the last ``days``; ``more``: at least so often."""

    fired: int
    days: float
    samples: tuple[Match, ...] = ()
    more: bool = False

    @property
    def per_day(self) -> float:
        """How often a day."""
        return self.fired / max(self.days, 1.0)


class Searcher:
    """Searches the items of some feeds. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def search(self, rule: Rule, heard: Mapping[FeedId, Heard], *, offset: int, limit: int) -> Page:
        """Return ``limit`` of the items that ``rule`` finds, after ``offset``; ``heard`` are the feeds."""
        found, until_ms = await self._find(rule, heard, offset + limit + 1, 0)
        return Page(tuple(found[offset : offset + limit]), len(found) > offset + limit, until_ms)

    async def test(self, rule: Rule, heard: Mapping[FeedId, Heard], *, days: int = 7) -> Backtest:
        """Return how often ``rule`` would have fired in the last ``days``, as far as items are kept."""
        now_ms = await self._store.now_ms()
        since_ms = now_ms - days * DAY_MS
        found, until_ms = await self._find(rule, heard, TRIED_MOST + 1, since_ms)
        more = len(found) > TRIED_MOST or bool(until_ms)
        found = found[:TRIED_MOST]
        if len(found) == TRIED_MOST:
            until_ms = until_ms or found[-1].stored.order_ms
        span = (now_ms - until_ms) / DAY_MS if until_ms else float(days)
        return Backtest(len(found), min(max(span, 0.0), float(days)), tuple(found[:SAMPLES]), more)

    async def _find(
        self, rule: Rule, heard: Mapping[FeedId, Heard], enough: int, since_ms: int
    ) -> tuple[list[Match], int]:
        """Return up to ``enough`` matches, the newest first, and how far back it looked if time ran out."""
        ends_s = time.monotonic() + SEARCH_S
        entries = await self._store.archive.catalogue(list(heard))
        likely = await asyncio.to_thread(_likely, rule, entries, since_ms)
        found: list[Match] = []
        for start in range(0, len(likely), READ_AT_ONCE):
            some = likely[start : start + READ_AT_ONCE]
            items = await self._store.news.many(one.item for one in some)
            unsigned = {one.item for one in some if not one.words}
            matches, signed = await asyncio.to_thread(_asked, rule, items, heard, unsigned)
            found += matches
            await self._store.archive.sign(signed)
            if len(found) >= enough:
                return found[:enough], 0
            if time.monotonic() > ends_s and start + READ_AT_ONCE < len(likely):
                return found, some[-1].order_ms
        return found, 0


def _likely(rule: Rule, entries: Sequence[Entry], since_ms: int) -> list[Entry]:
    """Return the entries of items that may match, those from ``since_ms`` on."""
    young = (one for one in entries if one.order_ms >= since_ms)
    return [one for one in young if not one.words or rule.may_match(one.words)]


def _asked(
    rule: Rule, items: Sequence[StoredItem], heard: Mapping[FeedId, Heard], unsigned: set[ItemId]
) -> tuple[list[Match], list[tuple[ItemId, bytes]]]:
    """Return which of ``items`` match, and the signatures of those that have none."""
    matches, signed = [], []
    for stored in items:
        texts = searchable(stored)
        if stored.id in unsigned:
            signed.append((stored.id, signature(texts)))
        words = rule.hit(texts, heard[stored.feed])
        if words is not None:
            matches.append(Match(stored, words))
    return matches, [pair for pair in signed if pair[1]]

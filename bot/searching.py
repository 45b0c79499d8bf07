"""Stored items that a query finds: a page of them, or how often a rule would have fired.

sheets (a record for each item of the feeds) ► those whose signature may match ► read, newest first, and asked

The signatures (:mod:`bot.rules.signature`) leave a few items to read, and reading ends when the page is
full. All work on many items is done in a thread. What it takes grows with the items of the chat's own
feeds, not with those of the bot (docs/scaling.md).
"""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop

from bot.items import FeedId, ItemId, StoredItem
from bot.links import canonical_link
from bot.matching import searchable, sign
from bot.rules import Heard, Rule, Sieve, parse
from bot.store.client import Store
from bot.store.words import Entry, Everything, Passes, Sheet, likely

log = logging.getLogger(__name__)

READ_AT_ONCE = 50
"""Items read and asked at a time: some 25 ms of a thread."""

LIKELY_MOST = 1000
"""Items that may match that are remembered in one round; older ones are looked for when these are read."""

MOMENT_MOST = 500
"""Items of one moment that are read together; more have the same time only if somebody wills it."""

SEARCH_S = 2.0
"""How long one search may take: whoever waits longer thinks it is broken. What it found by then is told."""

SEARCHES_AT_ONCE = 3
"""Searches under way in one process; others wait for them: each keeps a thread busy."""

TRIED_MOST = 400
"""Matches of a back-test that are counted one by one; beyond, it is "more than"."""

SAMPLES = 3

FEW = 5
"""Items of a feed that tell how many of it match; of fewer, those that are missing count as none."""

LINK_WORDS = 8
"""Words of a link by which its items are found among all others."""

DAY_MS = 86_400_000

_LINK_WORD = re.compile(r"(?<![a-z0-9%])[a-z0-9]+(?![a-z0-9%])")
"""Words of a canonical link's path that stand in every spelling of it: none beside an escaped letter."""

LATEST_MS = 1 << 48
"""Later than any item."""


@dataclass(frozen=True, slots=True)
class Match:
    """An item that a query finds, and the words by which it does, as they stand there."""

    stored: StoredItem
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Matches, the newest first.

    ``more``: older ones follow. ``until_ms``: not 0 where time ran out: what is older than that was not
    looked at, and a search for what is before it goes on from there.
    """

    matches: tuple[Match, ...] = ()
    more: bool = False
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Backtest:
    """How often a rule would have fired on the items of the last ``days``; ``more``: at least so often.

    ``per_day`` goes by how much each feed brings: what is kept of a busy or new one may be of hours only.
    """

    fired: int
    days: float
    samples: tuple[Match, ...] = ()
    more: bool = False
    per_day: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """From when on, and before when, items are looked for (epoch ms)."""

    since_ms: int = 0
    before_ms: int = LATEST_MS


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: of signatures, whether an item may be meant; of items, whether it is.

    Everything here is done in a thread.
    """

    sieve: Passes
    asks: Callable[[StoredItem], tuple[str, ...] | None]

    def likely(
        self, sheets: Iterable[Sheet], span: Span, before: Sequence[Entry], floor_ms: int
    ) -> tuple[list[Entry], int, list[Sheet]]:
        """Return the items that may match, those from ``before`` among them, but of many the newest only.

        And from when on all are among them, ``floor_ms`` or later; and the sheets that lack items.
        """
        found, lacking = list(before), []
        for sheet in sheets:
            entries, whole = likely(sheet, self.sieve, span.since_ms, span.before_ms)
            found += entries
            if not whole:
                lacking.append(sheet)
        return *_trimmed(found, floor_ms), lacking

    def of(
        self, items: Sequence[StoredItem], unsigned: set[ItemId], ends_s: float
    ) -> tuple[list[Match], list[tuple[StoredItem, bytes]], int]:
        """Return which of ``items`` match, signatures of those that have none, and how many were looked at.

        Those are all unless it is ``ends_s`` before, by :func:`time.monotonic`; one moment's stay together.
        """
        matches: list[Match] = []
        signed: list[tuple[StoredItem, bytes]] = []
        for place, stored in enumerate(items):
            if place and stored.order_ms != items[place - 1].order_ms and time.monotonic() > ends_s:
                return matches, signed, place
            if stored.id in unsigned:
                signed.append((stored, sign(stored)))
            try:
                words = self.asks(stored)
            except Exception:  # one odd item must not hide all others
                log.exception("item %s cannot be searched", stored.id)
                continue
            if words is not None:
                matches.append(Match(stored, words))
        return matches, signed, len(items)


class Searcher:
    """Searches the items of some feeds, each time for ``search_s`` at most, usually :data:`SEARCH_S`.

    Every method raises :class:`StoreUnavailable`.
    """

    def __init__(self, store: Store, *, search_s: float | None = None) -> None:
        self._store = store
        self._search_s = search_s
        self._places = asyncio.Semaphore(SEARCHES_AT_ONCE)

    async def search(
        self, rule: Rule, heard: Mapping[FeedId, Heard], *, limit: int, offset: int = 0, before_ms: int = 0
    ) -> Page:
        """Return ``limit`` of the items that ``rule`` finds, after ``offset``; ``heard`` are the feeds.

        With ``before_ms`` only older items are looked at.
        """
        span = Span(before_ms=before_ms or LATEST_MS)
        found, until_ms = await self._find(_by_rule(rule, heard), list(heard), offset + limit + 1, span)
        return Page(tuple(found[offset : offset + limit]), len(found) > offset + limit, until_ms)

    async def test(self, rule: Rule, heard: Mapping[FeedId, Heard], *, days: int = 7) -> Backtest:
        """Return how often ``rule`` would have fired in the last ``days``, as far as items are kept."""
        now_ms = await self._store.now_ms()
        since_ms = now_ms - days * DAY_MS
        found, until_ms = await self._find(_by_rule(rule, heard), list(heard), TRIED_MOST + 1, Span(since_ms))
        more = len(found) > TRIED_MOST or bool(until_ms)
        found = found[:TRIED_MOST]
        if len(found) == TRIED_MOST:
            until_ms = until_ms or found[-1].stored.order_ms
        span = min(max((now_ms - until_ms) / DAY_MS, 0.0), float(days)) if until_ms else float(days)
        per_day = await self._per_day(found, max(since_ms, until_ms), span)
        return Backtest(len(found), span, tuple(found[:SAMPLES]), more, per_day)

    async def _per_day(self, found: Sequence[Match], since_ms: int, days: float) -> float:
        """Return how many such items come in a day, by what share of each feed's they are."""
        fired = Counter(one.stored.feed for one in found)
        kept = await self._store.archive.counts(list(fired), since_ms)
        rates = {feed.id: feed.rate_per_day for feed in await self._store.feeds.many(fired)}
        total = 0.0
        for feed, count in fired.items():
            share = count / max(kept[feed], FEW)
            total += min(share, 1.0) * (rates.get(feed) or kept[feed] / max(days, 1 / 24))
        return total

    async def by_link(self, link: str, feeds: Sequence[FeedId], *, most: int = 3) -> Page:
        """Return the newest items with that link, as :func:`bot.links.canonical_link` compares them."""
        wanted = canonical_link(link)
        if not wanted:
            return Page()
        path = wanted.removeprefix("//").partition("?")[0].partition("/")[2]
        words = _LINK_WORD.findall(path.lower())[-LINK_WORDS:]

        def asks(stored: StoredItem) -> tuple[str, ...] | None:
            return () if canonical_link(stored.item.link or "") == wanted else None

        rule = parse(" ".join(f"link:{word}" for word in words)) if words else None
        sieve = Sieve(rule.node) if rule else Everything()
        found, until_ms = await self._find(_Asked(sieve, asks), feeds, most, Span())
        return Page(tuple(found), until_ms=until_ms)

    async def _find(
        self, asked: _Asked, feeds: Sequence[FeedId], enough: int, span: Span
    ) -> tuple[list[Match], int]:
        """Return up to ``enough`` matches, the newest first, and how far back it looked if time ran out."""
        async with self._places:
            ends_s = time.monotonic() + (SEARCH_S if self._search_s is None else self._search_s)
            found: list[Match] = []
            at_once = min(enough + 2, READ_AT_ONCE)
            while True:
                heap, unsigned, floor_ms = await self._candidates(asked, feeds, span)
                while heap:
                    some = _newest(heap, at_once)
                    at_once = min(2 * at_once, READ_AT_ONCE)  # those that match little are many
                    items = await self._store.news.many(one.item for one in some)
                    matches, signed, done = await asyncio.to_thread(asked.of, items, unsigned, ends_s)
                    found += matches
                    await self._store.archive.sign(signed)
                    if len(found) >= enough:
                        return found[:enough], 0
                    if done < len(items):
                        return found, items[done - 1].order_ms
                    if (heap or floor_ms) and time.monotonic() > ends_s:
                        return found, some[-1].order_ms
                if not floor_ms:
                    return found, 0
                span = replace(span, before_ms=floor_ms)

    async def _candidates(
        self, asked: _Asked, feeds: Sequence[FeedId], span: Span
    ) -> tuple[list[Entry], set[ItemId], int]:
        """Return the newest items that may match, as a heap, and which of them have no record.

        And from when on all that may are among them, 0 for ever: of what is in half of all items few are
        read. The next sheets are on their way while a thread looks through those that have come.
        """
        archive = self._store.archive
        some = archive.feeds_at_once
        portions = [feeds[start : start + some] for start in range(0, len(feeds), some)]
        heap: list[Entry] = []
        lacking: list[Sheet] = []
        floor_ms = 0
        coming = await archive.sheets(portions[0]) if portions else []
        for following in [*portions[1:], []]:
            sheets = coming
            young = replace(span, since_ms=max(span.since_ms, floor_ms))
            coming, (heap, floor_ms, poor) = await asyncio.gather(
                archive.sheets(following), asyncio.to_thread(asked.likely, sheets, young, heap, floor_ms)
            )
            lacking += poor
        unsigned = [one for sheet in lacking for one in await archive.unsigned(sheet)]
        since_ms = max(span.since_ms, floor_ms)
        unsigned = [one for one in unsigned if since_ms <= one.order_ms < span.before_ms]
        heap += unsigned
        await asyncio.to_thread(heapify, heap)
        return heap, {one.item for one in unsigned}, floor_ms


def _trimmed(entries: list[Entry], floor_ms: int) -> tuple[list[Entry], int]:
    """Return the newest of many entries, and from when on all are among them; of few, all that there are."""
    if len(entries) <= LIKELY_MOST:
        return entries, floor_ms
    entries.sort()
    last_ms = entries[LIKELY_MOST - 1].order_ms
    kept = [one for one in entries[:LIKELY_MOST] if one.order_ms > last_ms]
    return (kept, last_ms + 1) if kept else (entries, floor_ms)  # of one moment all are kept


def _newest(heap: list[Entry], count: int) -> list[Entry]:
    """Take the newest items off ``heap``, each once, and all those of the last one's moment."""
    taken: dict[ItemId, Entry] = {}
    last_ms = LATEST_MS
    while heap and len(taken) < MOMENT_MOST and (len(taken) < count or heap[0].order_ms == last_ms):
        entry = heappop(heap)
        taken[entry.item] = entry
        last_ms = entry.order_ms
    return list(taken.values())


def _by_rule(rule: Rule, heard: Mapping[FeedId, Heard]) -> _Asked:
    """Return what asks whether a rule finds an item."""
    return _Asked(Sieve(rule.node), lambda stored: rule.hit(searchable(stored), heard[stored.feed]))

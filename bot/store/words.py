"""Which words the kept items of a feed may hold: a record for each in one string of bytes. Pure.

A search reads these of all feeds of a chat, so they are packed: a hundred thousand come in some 50 ms, where
a hash of as many takes 200. What is new goes to the end of a short young string, which is added to the
old one now and then (``lua/words.lua``), where records of one size stand together.

A record: its length (2 bytes), the item's place in time (6 bytes, ms), the second half of its id (11 bytes),
its signature (:mod:`bot.rules.signature`), which is empty where it has none.
"""

from typing import NamedTuple, Protocol

from bot.items import FeedId, ItemId

_HEAD = 19
_LONGEST = 0xFFFF

TOGETHER = 8
"""Records of one size that are looked through together: with fewer, each by itself is as quick."""


class Sheet(NamedTuple):
    """The records of one feed, the old and the young ones, and how many items of it are kept."""

    feed: FeedId
    old: bytes
    young: bytes
    kept: int
    oldest_ms: int = 0
    """The place in time of the oldest of these; records of older ones stay until they are merged."""


class Entry(NamedTuple):
    """One item of the archive; the newest is the least. Of many only the first few are ever named."""

    ago_ms: int
    """Its place in time, counted backwards from 1970."""
    feed: FeedId
    half: bytes
    """The second half of its id."""

    @property
    def order_ms(self) -> int:
        """Its place in time."""
        return -self.ago_ms

    @property
    def item(self) -> ItemId:
        """Its id."""
        return ItemId(f"{self.feed}.{self.half.decode(errors='replace')}")


def entry(item_id: ItemId, order_ms: int) -> Entry:
    """Return the entry of an item."""
    feed, _, half = item_id.partition(".")
    return Entry(-order_ms, FeedId(feed), half.encode())


def record(item_id: ItemId, order_ms: int, signature: bytes) -> bytes:
    """Return the record of an item."""
    half = item_id.partition(".")[2].encode()
    own = signature if len(signature) <= _LONGEST - _HEAD else b""
    return (_HEAD + len(own)).to_bytes(2) + max(order_ms, 0).to_bytes(6) + half + own


class Passes(Protocol):
    """Which signatures are looked for: :class:`bot.rules.Sieve` is one."""

    def passes(self, signature: bytes) -> bool:
        """Tell whether a signature is one of them."""

    def passing(self, raw: bytes, first: int, stride: int, count: int, size: int) -> list[int]:
        """Tell the same of many signatures of one size, by the numbers of those that are."""


class Everything:
    """Lets every signature pass."""

    def passes(self, signature: bytes) -> bool:  # noqa: ARG002  whatever it is
        """Tell that it does."""
        return True

    def passing(self, raw: bytes, first: int, stride: int, count: int, size: int) -> list[int]:  # noqa: ARG002
        """Tell that all do."""
        return list(range(count))


def likely(sheet: Sheet, sieve: Passes, since_ms: int, before_ms: int) -> tuple[list[Entry], bool]:
    """Return the items from ``since_ms`` to before ``before_ms`` whose signature passes, in no order.

    And whether every kept item has a record. Records of one size that follow each other, as they do
    once they are merged, are looked through together: some 10 µs for a run of any length.
    """
    found: list[Entry] = []
    seen = set[bytes]()
    oldest = max(sheet.oldest_ms, 0).to_bytes(6)
    for raw in (sheet.old, sheet.young):
        at, end = 0, len(raw) - _HEAD
        while at <= end:
            size = max(raw[at] << 8 | raw[at + 1], _HEAD)
            count = _run(raw, at, size)
            for number in _passing(sieve, raw, at, size, count):
                one = at + size * number
                order_ms = int.from_bytes(raw[one + 2 : one + 8])
                if since_ms <= order_ms < before_ms:
                    found.append(Entry(-order_ms, sheet.feed, raw[one + 8 : one + _HEAD]))
            each = range(at, at + size * count, size)
            seen.update([raw[one + 8 : one + _HEAD] for one in each if raw[one + 2 : one + 8] >= oldest])
            at += size * count
    return found, len(seen) >= sheet.kept


def _passing(sieve: Passes, raw: bytes, at: int, size: int, count: int) -> list[int]:
    """Return which of ``count`` records of ``size`` bytes pass, by number from 0."""
    if count >= TOGETHER:
        return sieve.passing(raw, at + _HEAD, size, count, size - _HEAD)
    each = range(at, at + size * count, size)
    return [number for number, one in enumerate(each) if sieve.passes(raw[one + _HEAD : one + size])]


def _run(raw: bytes, at: int, size: int) -> int:
    """Return how many whole records of ``size`` bytes follow each other from ``at`` on, at least 1."""
    most = max((len(raw) - at) // size, 1)
    high, low = raw[at : at + 1], raw[at + 1 : at + 2]
    count, step = 1, 8
    while count < most:
        first, last = at + size * count, at + size * min(count + step, most)
        heads, tails = raw[first:last:size], raw[first + 1 : last : size]
        alike = min(len(heads) - len(heads.lstrip(high)), len(tails) - len(tails.lstrip(low)))
        count += alike
        if alike < len(heads):
            break
        step *= 4
    return count


def recorded(sheet: Sheet) -> set[ItemId]:
    """Return the items that have a record."""
    everything, _ = likely(sheet, Everything(), 0, 1 << 48)
    return {one.item for one in everything}

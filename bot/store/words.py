"""Which words the kept items of a feed may hold: a record for each in one string of bytes. Pure.

A search reads these of all feeds of a chat, so they are packed: a hundred thousand come in some 50 ms, where
a hash of as many takes 200. What is new goes to the end of a short young string, which is added to the
old one now and then (``lua/words.lua``): the item of two records is what the later one says.

A record: its length (2 bytes), the item's place in time (6 bytes, ms), the second half of its id (11 bytes),
its signature (:mod:`bot.rules.signature`), which is empty where it has none.
"""

from collections.abc import Callable
from typing import NamedTuple

from bot.items import FeedId, ItemId

_HEAD = 19
_LONGEST = 0xFFFF


class Sheet(NamedTuple):
    """The records of one feed, the young ones last, and how many items of it are kept."""

    feed: FeedId
    records: bytes
    kept: int


class Entry(NamedTuple):
    """One item of the archive, by its place in time."""

    order_ms: int
    item: ItemId


def record(item_id: ItemId, order_ms: int, signature: bytes) -> bytes:
    """Return the record of an item."""
    half = item_id.partition(".")[2].encode()
    own = signature if len(signature) <= _LONGEST - _HEAD else b""
    return (_HEAD + len(own)).to_bytes(2) + max(order_ms, 0).to_bytes(6) + half + own


def likely(
    sheet: Sheet, passes: Callable[[bytes], bool], since_ms: int, before_ms: int
) -> tuple[list[Entry], bool]:
    """Return the items from ``since_ms`` to before ``before_ms`` whose signature ``passes``, in no order.

    And whether every kept item has a record. Some 0.6 µs for each, and what ``passes`` takes.
    """
    feed, raw, kept = sheet
    found: list[Entry] = []
    at, count, end = 0, 0, len(raw) - _HEAD
    while at <= end:
        size = raw[at] << 8 | raw[at + 1]
        order_ms = int.from_bytes(raw[at + 2 : at + 8])
        if since_ms <= order_ms < before_ms and passes(raw[at + _HEAD : at + size]):
            found.append(
                Entry(order_ms, ItemId(f"{feed}.{raw[at + 8 : at + _HEAD].decode(errors='replace')}"))
            )
        at += max(size, _HEAD)
        count += 1
    return found, count >= kept


def recorded(sheet: Sheet) -> set[ItemId]:
    """Return the items that have a record."""
    everything, _ = likely(sheet, lambda _: True, 0, 1 << 48)
    return {one.item for one in everything}

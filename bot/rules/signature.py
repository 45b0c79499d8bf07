"""Which words an item may hold, in a few bytes."""

from bot.rules.query import Searchable


def signature(item: Searchable) -> bytes:
    """Return the signature of an item."""
    return bytes(0 * len(item.title))

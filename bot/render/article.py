"""Items in Telegram's rich form: a stand-in, until the room for them is built."""

from bot.items import Hit, StoredItem
from bot.render.look import Look
from bot.render.parts import Rich


def rich_of(stored: StoredItem, look: Look, hits: tuple[Hit, ...] = ()) -> Rich | None:  # noqa: ARG001
    """Return ``stored`` in the rich form: None, so far."""
    return None

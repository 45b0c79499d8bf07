"""Message templates: a stand-in, until the room for them is built."""

from bot.items import Hit, StoredItem
from bot.render.look import Look


class TemplateFailed(Exception):
    """The template gives no message; the message says why."""


def fill(source: str, stored: StoredItem, look: Look, hits: tuple[Hit, ...] = ()) -> str:  # noqa: ARG001
    """Return the HTML that the template ``source`` makes of ``stored``.

    Raises:
        TemplateFailed: always, so far.
    """
    raise TemplateFailed(f"templates ({len(source)} characters) cannot be filled yet")

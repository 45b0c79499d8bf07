"""What becomes of a feed in the long run: whether it has moved for good. Pure."""

from dataclasses import dataclass, replace

from bot.fetch.answer import Failed
from bot.items import Feed

MOVED_LOOKS = 2
"""Looks in a row that must find a feed moved for good to one address before that is believed."""


@dataclass(frozen=True, slots=True)
class Lived:
    """A feed with its fate noted; ``moved_to`` is its address from now on, None where that stays."""

    feed: Feed
    moved_to: str | None = None


def after_look(feed: Feed, *, failure: Failed | None = None, moved_to: str | None = None) -> Lived:
    """Return what a look at ``feed`` came to in the long run.

    Args:
        feed: as known after the look (``failures``, ``ok_ms`` and ``changed_ms`` count it).
        failure: why it brought nothing, if it did not.
        moved_to: where permanent redirects led it, if they did.
    """
    if failure is not None or not moved_to:
        return Lived(replace(feed, life="") if feed.life else feed)
    times, _, target = feed.life.partition(" ")
    count = int(times) + 1 if target == moved_to else 1
    if count < MOVED_LOOKS:
        return Lived(replace(feed, life=f"{count} {moved_to}"))
    return Lived(replace(feed, life=""), moved_to)

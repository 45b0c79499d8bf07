"""What a language must be able to say when an address is followed: what was found there, and what it brings.

See :mod:`bot.chat.replies.texts`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribing:
    """One language's sentences on feeds that are found, and on those that bring very much."""

    # several feeds of a page
    offer_latest: str
    """The title of a feed's newest item, in its line."""
    offer_empty: str

    # RSSHub, and channels of Telegram
    rsshub_off: str
    rsshub_route: str
    rsshub_failed: str
    rsshub_no_feed: str
    """The reason in ``rsshub_failed``, where what came is no feed."""
    telegram_none: str

    # a feed that brings very much
    flood: str
    flood_stands: str
    """How it is once something was chosen, before ``flood_choose``."""
    flood_choose: str
    flood_goes: str
    flood_how: str
    flood_word: str
    """What stands in ``flood_how`` where the feed gives no word for an example."""
    flood_filter: str
    flood_headline: str
    flood_silent: str
    flood_leave: str
    flood_go: str

"""What a language must be able to say of what becomes of feeds. See :mod:`bot.chat.replies.texts`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """One language's sentences on feeds that move, go, die, come back, fall silent.

    ``{feed}`` is the feed's name, with the chat that hears it where that is another.
    """

    heard_in: str

    # one feed
    moved: str
    moved_beside: str
    gone: str
    dead: str
    back: str
    silent: str
    well: str

    # several, by bot.life.Event
    several: str
    heads: Mapping[str, str]
    line: str
    more: str
    foot: str
    foot_back: str

    ours: str
    """For those who run the relay: most feeds fail at once."""

    # in lists
    gone_short: str
    silent_short: str

    # buttons and what comes of them
    undo: str
    leave: str
    seek: str
    unmoved: str
    unmoved_already: str
    seek_found: str
    seek_several: str
    seek_same: str
    seek_nothing: str
    instead: str
    instead_done: str

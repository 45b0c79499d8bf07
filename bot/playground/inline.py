"""Inline mode as Telegram keeps it: words typed behind the bot's name, and the cards that it offers."""

import asyncio
from dataclasses import dataclass, field

from bot.playground.text import Formatted
from bot.playground.world import Json, Keyboard, User

ANSWER_S = 10.0
"""An answer that comes later is refused (pyTelegramBotAPI#270)."""

KEPT_S = 30.0
"""How long a query waits to be fetched."""

MAX_QUERY = 256
"""Characters; clients cut what is longer."""


@dataclass(frozen=True, slots=True)
class Result:
    """One card, and the message that whoever chooses it posts."""

    id: str
    title: str
    description: str
    url: str
    thumbnail: str
    content: Formatted
    preview: Json
    keyboard: Keyboard


@dataclass(slots=True)
class InlineQuery:
    """Words, whose they are, and what the bot answers; ``until`` is on its Telegram's clock."""

    id: str
    user: User
    words: str
    offset: str
    until: float
    results: tuple[Result, ...] = ()
    next_offset: str = ""
    button: Json = field(default_factory=dict)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def result(self, name: str) -> Result:
        """Return the card with that id.

        Raises:
            LookupError: there is none.
        """
        for one in self.results:
            if one.id == name:
                return one
        raise LookupError(f"no result {name!r} among {[one.id for one in self.results]}")

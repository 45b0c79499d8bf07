"""What a carrier works with: the lanes, the people, what sends, and who hears of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.deliver.outcome import Edited, Outcome
from bot.items import Chat, ChatId, FeedId, Subscription, UserId
from bot.render.parts import Message
from bot.store.outbox import Claim, Claimed, Met

BEFORE_S = 12.0
"""How long a message may be loaded, asked for and waited with; then it is for the next claim to send it."""

DELIVERY_S = 48.0
"""All that one delivery may take; a last call that is begun at its end has a few seconds of its own."""

AFTER_S = 10.0
"""For such calls, and for noting what became of it."""

LEASE_S = BEFORE_S + DELIVERY_S + AFTER_S
"""No call is under way when it ends: what a killed worker held comes back then, and is asked for."""


class Lanes(Protocol):
    """What is needed of :class:`bot.store.outbox.Outbox`."""

    async def claim(self, limit: int, lease_ms: int) -> Claimed:
        """Hand out what may be sent now."""

    async def settle(
        self,
        claim: Claim,
        message_id: int,
        *,
        extra_cost: int = 0,
        age_ms: int | None = None,
        found: bool = False,
        stories: Sequence[int] = (),
        others: Sequence[int] = (),
    ) -> bool:
        """Note that it was sent, and what it cost beyond one message."""

    async def defer(
        self,
        claim: Claim,
        wait_ms: int,
        *,
        counts: bool = True,
        met: Met = Met.NOTHING,
        unasked: bool = False,
    ) -> bool:
        """Keep it for later."""

    async def piece(self, claim: Claim, message_id: int, *, age_ms: int | None = None) -> bool:
        """Note that one message of several was sent."""

    async def park(self, claim: Claim, why: str, *, unasked: bool = False, tally: str = "parked") -> bool:
        """Give it up, with the reason."""

    async def hold(self, chat_id: ChatId | None, wait_ms: int, *, flood: bool = False) -> None:
        """Let everybody wait."""

    async def reserve(
        self,
        chat_id: ChatId,
        cost: int = 1,
        *,
        edit: bool = False,
        beside: bool = False,
        within_ms: int = ...,
    ) -> int:
        """Take places for an edit, or for an album's further pictures."""

    async def note_known(self, chat_id: ChatId, message_id: int) -> None:
        """Note a message that is none in doubt."""

    async def unknown_after(self, chat_id: ChatId, after: int, count: int) -> list[int]:
        """Return the ids that a message in doubt may have."""

    async def unknown_in_box(self, chat_id: ChatId, after: int, count: int) -> list[int]:
        """Return those that it may have in a private chat or basic group."""


class People(Protocol):
    """What is needed of :class:`bot.store.chats.Chats`."""

    async def get(self, chat_id: ChatId) -> Chat | None:
        """Return what we know of a chat."""

    async def save(self, chat: Chat, *, before: Chat | None = None) -> None:
        """Save what differs from what was known ``before``."""

    async def update(
        self, chat_id: ChatId, feed_id: FeedId, how: Callable[[Subscription], Subscription]
    ) -> Subscription | None:
        """Change a subscription; None if it has ended."""

    async def pause(self, chat_id: ChatId, why: str) -> bool:
        """Send nothing any more; return whether anything was sent until now."""

    async def migrate(self, old: ChatId, new: ChatId) -> None:
        """Move everything to another id."""

    async def first_time(self, chat_id: ChatId, subject: str) -> bool:
        """Note that the chat's owner is told of some subject; False if that was done already."""


class Sends(Protocol):
    """What is needed of :class:`bot.deliver.sender.Sender`."""

    async def deliver(
        self, chat: ChatId, message: Message, *, plainly: bool = False, within_s: float = DELIVERY_S
    ) -> Outcome:
        """Send a message in the best form that passes."""

    async def amend(
        self, chat: ChatId, message_id: int, message: Message, *, new_picture: bool = False
    ) -> Edited:
        """Make ``message`` of a message that was sent."""

    async def pin(self, chat: ChatId, message_id: int) -> Edited:
        """Pin a message that was sent."""


@dataclass(frozen=True, slots=True)
class Ear:
    """Who hears of it: ``tell`` a person in private, ``note_health`` that a kind of work goes well."""

    tell: Callable[[UserId, str], Awaitable[None]]
    note_health: Callable[[str], Awaitable[None]]

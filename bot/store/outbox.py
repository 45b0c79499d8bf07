"""The outbox: a lane for each chat, and the claim, which hands out only what may be sent now.

All limits live in the scripts, so that any number of workers keeps them together. Times are
Redis' own, and what workers ask for are durations, since their clocks need not agree with it. A
chat's number tells its kind: below 0 are groups and channels.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from bot.items import ChatId, Hit, ItemId
from bot.store import fields, keys
from bot.store.door import Argument, Door, Pace

PAID_RATE = 1000
"""Messages a second with paid broadcasts (telegram.md, section 6)."""

MARGIN_MS = 12
"""What a window is longer than Telegram's, for messages that take different times to get there.

It costs 1.2 % of the rate; the rest of the 2 % that may be lost is left to wake-ups that come late.
"""

LETTERS_AT_ONCE = 500
"""How many chats one step writes to: a few milliseconds of Redis' time."""

SENT_KEPT = 500
"""How many delivered items a chat remembers (some 50 KB): what a router that dies can bring
again is the last few it read, far fewer than that."""

LANE_KEPT = 25_000
"""How many items may wait for one chat; beyond, the oldest are parked, with that as the reason."""

FILE_KEPT_S = 30 * 86_400
"""How long Telegram's id of an upload is used."""

BAD_KEPT_S = 3 * 86_400
"""How long an address that Telegram could not use is uploaded instead; it remembers that for days itself."""


@dataclass(frozen=True, slots=True)
class Limits:
    """No more than ``messages`` within any ``window_ms``, over all chats together."""

    messages: int
    window_ms: int


@dataclass(frozen=True, slots=True)
class Letter:
    """An item's way to one chat, and the alerts of that chat which it fired."""

    chat: ChatId
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one item to one chat, until the lease ends.

    ``attempt`` counts from 1; ``token`` tells this claim from any later one of the same chat.
    """

    chat: ChatId
    item: ItemId
    token: str
    attempt: int
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """What may be sent now, and in how many milliseconds it is worth asking again (0: at once).

    Whoever settles, defers or parks a claim meanwhile may ask at once: the chat's next item may be ready.
    """

    claims: tuple[Claim, ...]
    wait_ms: int


def limits(send_rate: float, *, paid: bool) -> Limits:
    """Return the bot-wide limits: ``send_rate`` messages a second, or what is paid for."""
    rate = max(send_rate, PAID_RATE) if paid else send_rate
    messages = max(1, floor(rate))
    return Limits(messages, max(1000, ceil(messages / rate * 1000)) + MARGIN_MS)


def paces(chat_rate: float, group_rate: float) -> Pace:
    """Return the intervals for so many messages a second in a private chat, and a minute in a group.

    A group's is a little longer, so that three at once do not make a minute hold more.
    """
    return Pace(max(1, ceil(1000 / chat_rate)), max(1, ceil(67_000 / group_rate)))


class Outbox:
    """The lanes and the claims on them. Every method raises :class:`StoreUnavailable`.

    A call whose answer is lost may have been done. Repeating it is safe: laying queues an item
    once, a lost claim comes back after its lease, and settling twice settles once.
    """

    def __init__(self, door: Door, limit: Limits, *, keep_ms: int) -> None:
        self._door = door
        self._limit = limit
        self._keep_ms = keep_ms

    async def lay(self, item_id: ItemId, order_ms: int, letters: Sequence[Letter]) -> int:
        """Put an item into the lanes of many chats; return how many of them it is new to.

        An item that waits in a lane, was sent, or was parked there is not laid again. The lane
        of a paused chat is written too; it is read when the chat is resumed.
        """
        new = 0
        for start in range(0, len(letters), LETTERS_AT_ONCE):
            args: list[Argument] = []
            for letter in letters[start : start + LETTERS_AT_ONCE]:
                args += [letter.chat, fields.of_hits(letter.hits)]
            new += await self._door.run("lay", item_id, order_ms, LANE_KEPT, self._keep_ms, *args)
        return new

    async def claim(self, limit: int, lease_ms: int) -> Claimed:
        """Return up to ``limit`` items to send now, at most one for a chat, the longest ready first.

        Each must be settled, deferred or parked within ``lease_ms``; otherwise its chat is
        handed out again.
        """
        nonce = uuid.uuid4().hex[:16]
        limits = (self._limit.messages, self._limit.window_ms)
        wait_ms, *found = await self._door.run("claim", limit, lease_ms, nonce, *limits)
        claims = tuple(
            Claim(ChatId(int(chat)), ItemId(item.decode()), token.decode(), attempt, fields.hits(note))
            for chat, item, token, attempt, note in found
        )
        return Claimed(claims, wait_ms)

    async def settle(self, claim: Claim, message_id: int, *, extra_cost: int = 0) -> bool:
        """Note that the item was sent as ``message_id``, and let the chat's next one follow.

        ``extra_cost`` is how many messages beyond the first it took. False: the claim was no
        longer ours; that the item was sent is noted all the same.
        """
        args = (message_id, extra_cost, self._limit.window_ms, SENT_KEPT, self._keep_ms)
        return bool(await self._door.run("settle", claim.chat, claim.item, claim.token, *args))

    async def defer(
        self, claim: Claim, wait_ms: int, *, whole_bot: bool = False, counts: bool = True
    ) -> bool:
        """Keep the item first in its lane, and send the chat (or anybody) nothing for ``wait_ms``.

        With ``counts=False`` the attempt does not count: a flood wait or an outage is no fault
        of the item's. False: the claim was no longer ours; the wait is kept all the same.
        """
        args = (wait_ms, int(whole_bot), int(counts))
        return bool(await self._door.run("defer", claim.chat, claim.item, claim.token, *args))

    async def park(self, claim: Claim, why: str, *, unasked: bool = False) -> bool:
        """Take the item out of the lane for good, with the reason, and let the next one follow.

        ``unasked``: Telegram was not called for it, so it takes nothing of the budget.
        """
        args = (why, self._keep_ms, int(unasked))
        return bool(await self._door.run("park", claim.chat, claim.item, claim.token, *args))

    async def reserve(self, chat_id: ChatId, cost: int = 1) -> int:
        """Take ``cost`` messages of the chat's and the bot's budget for a reply, ahead of all news.

        Returns in how many milliseconds the reply may be sent. More than a minute (the chat
        is held) takes nothing: ask again then, or do without.
        """
        nonce = uuid.uuid4().hex[:16]
        limits = (self._limit.messages, self._limit.window_ms)
        return int(await self._door.run("reserve", chat_id, cost, nonce, *limits))

    async def hold(self, chat_id: ChatId | None, wait_ms: int) -> None:
        """Send nothing to the chat, or with ``None`` to anybody, for ``wait_ms``."""
        await self._door.run("hold", "" if chat_id is None else chat_id, wait_ms)

    async def note_sent(self, chat_id: ChatId, item_id: ItemId, message_id: int) -> None:
        """Note that an item was sent outside the lane, so that it is not sent again from it."""
        await self._door.run("note_sent", chat_id, item_id, message_id, SENT_KEPT, self._keep_ms)

    async def sent_as(self, chat_id: ChatId, item_id: ItemId) -> int | None:
        """Return the message that an item was sent as; ``None`` if it was not, or before a migration."""
        found = await self._door.do("ZSCORE", keys.sent(chat_id), item_id)
        return int(float(found)) or None if found else None

    async def parked(self, chat_id: ChatId) -> dict[ItemId, str]:
        """Return what will not be sent to the chat, and why."""
        raw = await self._door.do("HGETALL", keys.parked(chat_id))
        return {ItemId(item.decode()): why.decode(errors="replace") for item, why in raw.items()}

    async def waiting(self, chat_id: ChatId) -> int:
        """Return how many items wait for the chat."""
        return int(await self._door.do("ZCARD", keys.lane(chat_id)))

    async def file_id(self, bot_id: int, digest: str) -> str | None:
        """Return what Telegram calls a picture that this bot has uploaded before."""
        found = await self._door.do("GET", keys.file(bot_id, digest))
        return found.decode() if found else None

    async def keep_file_id(self, bot_id: int, digest: str, file_id: str) -> None:
        """Note what Telegram calls a picture; other bots cannot use it."""
        await self._door.do("SET", keys.file(bot_id, digest), file_id, "EX", FILE_KEPT_S)

    async def is_bad_address(self, bot_id: int, url_hash: str) -> bool:
        """Tell whether Telegram could not use a picture's address lately."""
        return bool(await self._door.do("EXISTS", keys.bad(bot_id, url_hash)))

    async def note_bad_address(self, bot_id: int, url_hash: str) -> None:
        """Note that Telegram could not use a picture's address, for as long as it may remember that."""
        await self._door.do("SET", keys.bad(bot_id, url_hash), "1", "EX", BAD_KEPT_S)

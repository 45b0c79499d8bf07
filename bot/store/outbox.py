"""The outbox: a lane for each chat, and the claim, which hands out only what may be sent now.

All limits live in the scripts, so that any number of workers keeps them together. Times are
Redis' own, and what workers ask for are durations, since their clocks need not agree with it. A
chat's number tells its kind: below 0 are groups and channels.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from math import ceil, floor

from bot.errors import StoreError
from bot.items import ChatId, Hit, ItemId
from bot.store import fields, keys
from bot.store.door import Argument, Door, Pace
from bot.store.wishes import Wishes, read_wishes

PAID_RATE = 1000
"""Messages a second with paid broadcasts (telegram.md, section 6)."""

UNBOUNDED_A_MINUTE = 600
"""From so many messages a minute on, a group's are not counted: only a server without limits allows that."""

LETTERS_AT_ONCE = 500
"""How many chats one step writes to: a few milliseconds of Redis' time."""

SENT_KEPT = 2000
"""How many delivered items a chat remembers (at most some 200 KB): those of KEEP_DAYS for nearly every
chat, so that corrections find their messages."""

STORIES_KEPT_MS = 2 * 86_400_000
"""For how long a story that a chat was told is known again when another feed tells it."""

LANE_KEPT = 25_000
"""How many items may wait for one chat; beyond, the oldest are parked, with that as the reason."""

BOX_SEARCHED = 500
"""How far beyond a message in doubt its own id can lie among those of other chats: some 16 s at full rate."""

UNANSWERED_KEPT = 1000
"""Claims without an answer that are remembered; what is beyond comes back with its lease."""

REPLY_WAIT_MS = 30_000
"""No reply waits longer for its place: whoever asked has gone by then."""

FILE_KEPT_S = 30 * 86_400
"""How long Telegram's id of an upload is used."""

BAD_KEPT_S = 3 * 86_400
"""How long an address that Telegram could not use is uploaded instead; it remembers that for days itself."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """No more than ``messages`` within any ``window_ms``, over all chats together."""

    messages: int
    window_ms: int


@dataclass(frozen=True, slots=True)
class Letter:
    """An item's way to one chat, and the alerts that it fires there.

    ``alone``: the chat gets it for its alerts only, so not at all if all of them are to be quiet now.
    """

    chat: ChatId
    hits: tuple[Hit, ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one item to one chat, until the lease ends, and what setting it needs.

    ``attempt`` counts from 1; ``token`` tells this claim from any later one of the same chat.
    """

    chat: ChatId
    item: ItemId
    token: str
    attempt: int
    hits: tuple[Hit, ...] = ()
    pieces: tuple[int, ...] = ()
    """The messages that the item was sent as so far, where it takes several."""
    doubt: str = ""
    """Not "": an attempt before may have arrived, with a higher message id than this ("?": unknown)."""
    wishes: Wishes | None = None
    """None where somebody else than the claim script made the claim."""


class Met(StrEnum):
    """What a claim met that was not sent."""

    NOTHING = ""
    FLOOD = "flood"
    """Telegram refused it as too much: the chat's pace goes down."""
    DOUBT = "doubt"
    """It may have been sent: the next claim says so."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What may be sent now, and in how many milliseconds it is worth asking again (0: at once).

    Whoever settles, defers or parks a claim meanwhile may ask at once: the chat's next item may be ready.
    """

    claims: tuple[Claim, ...]
    wait_ms: int
    edit_ms: int | None = None
    """In how many milliseconds a message is to be edited; None if there is none."""
    now_ms: int = 0
    back_ms: int = 0
    """How far Redis' clock was set back, 0 if it was not."""
    broken: tuple[tuple[ChatId, str], ...] = ()
    """Chats whose keys hold what is not ours, and what Redis says of it; they are left alone."""


def limits(send_rate: float, *, paid: bool) -> Limits:
    """Return the bot-wide limits: ``send_rate`` messages a second, or what is paid for."""
    rate = max(send_rate, PAID_RATE) if paid else send_rate
    messages = max(1, floor(rate))
    return Limits(messages, max(1000, ceil(messages / rate * 1000)))


def paces(chat_rate: float, group_rate: float) -> Pace:
    """Return the intervals for so many messages a second in a private chat, and a minute in a group."""
    most = max(1, floor(group_rate)) if group_rate <= UNBOUNDED_A_MINUTE else 0
    return Pace(max(1, ceil(1000 / chat_rate)), max(1, ceil(60_000 / group_rate)), most)


class Outbox:
    """The lanes and the claims on them. Every method raises :class:`StoreUnavailable`.

    A call whose answer is lost may have been done. Repeating it is safe: laying queues an item
    once, a lost claim comes back after its lease, and settling twice settles once.
    """

    def __init__(self, door: Door, limit: Limits, *, keep_ms: int) -> None:
        self._door = door
        self._limit = limit
        self._keep_ms = keep_ms
        self._unanswered: set[str] = set()
        """Words of claims whose answer never came: Redis may have handed something out for them."""

    async def lay(self, item_id: ItemId, order_ms: int, letters: Sequence[Letter]) -> int:
        """Put an item into the lanes of many chats; return how many of them it is new to.

        An item that waits in a lane, was sent, or was parked there is not laid again. The lane
        of a paused chat is written too; it is read when the chat is resumed. Alerts that fire are
        counted, and those that fired within their cooldown do not.
        """
        new = 0
        for start in range(0, len(letters), LETTERS_AT_ONCE):
            args: list[Argument] = []
            for letter in letters[start : start + LETTERS_AT_ONCE]:
                args += [letter.chat, int(letter.alone), len(letter.hits)]
                for hit in letter.hits:
                    args += [hit.alert, hit.cooldown_s, fields.of_hit(hit)]
            laid, *broken = await self._door.run("lay", item_id, order_ms, LANE_KEPT, self._keep_ms, *args)
            new += laid
            for chat, why in broken_chats(broken):
                logger.error(
                    "chat %d, item %s: cannot be laid there, it is lost to it: %s", chat, item_id, why
                )
        return new

    async def claim(self, limit: int, lease_ms: int) -> Claimed:
        """Return up to ``limit`` items to send now, at most one for a chat, the longest ready first.

        Each must be settled, deferred or parked within ``lease_ms``; otherwise its chat is
        handed out again.
        """
        if self._unanswered:
            await self._door.run("void", *self._unanswered)
            self._unanswered.clear()
        nonce = uuid.uuid4().hex[:16]
        limits = (self._limit.messages, self._limit.window_ms)
        try:
            answer = await self._door.run("claim", limit, lease_ms, nonce, *limits)
        except StoreError:  # a script that failed halfway has handed something out, too
            if len(self._unanswered) < UNANSWERED_KEPT:
                self._unanswered.add(nonce)
            raise
        wait_ms, edit_ms, now_ms, back_ms, broken, *found = answer
        claims = tuple(
            Claim(
                ChatId(int(chat)),
                ItemId(item.decode()),
                token.decode(),
                attempt,
                fields.hits(note),
                message_ids(rest[-1]),
                doubt.decode(),
                read_wishes(chat, item, how, told, *rest[:-1]),
            )
            for chat, item, token, attempt, note, doubt, how, told, *rest in found
        )
        due_ms = None if edit_ms < 0 else edit_ms
        return Claimed(claims, wait_ms, due_ms, now_ms, back_ms, broken_chats(broken))

    async def piece(self, claim: Claim, message_id: int, *, age_ms: int | None = None) -> bool:
        """Note that one message of the item was sent and more are to follow, before anything else there.

        Telling it twice notes it once. False: the claim was no longer ours.
        """
        age = "" if age_ms is None else age_ms
        args = (message_id, len(claim.pieces), self._keep_ms, age)
        return bool(await self._door.run("piece", claim.chat, claim.item, claim.token, *args))

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
        """Note that the item was sent, at last as ``message_id``, and let the chat's next one follow.

        ``extra_cost`` is how many messages beyond the first it took, ``age_ms`` how long ago the call
        began that Telegram took it with. ``found``: it was there already, from an attempt whose end
        nobody knew. ``stories`` are the keys it is known again by when another feed tells it,
        ``others`` the ids of an album's further messages. False: the claim was no longer ours;
        that the item was sent is noted all the same.
        """
        age = "" if age_ms is None else age_ms
        args = (message_id, extra_cost, SENT_KEPT, self._keep_ms, age, int(found), STORIES_KEPT_MS)
        place, further = len(claim.pieces), " ".join(map(str, others))
        claimed = (claim.chat, claim.item, claim.token)
        return bool(await self._door.run("settle", *claimed, *args, place, further, *stories))

    async def defer(
        self,
        claim: Claim,
        wait_ms: int,
        *,
        counts: bool = True,
        met: Met = Met.NOTHING,
        unasked: bool = False,
    ) -> bool:
        """Keep the item first in its lane, and send the chat nothing for ``wait_ms``.

        With ``counts=False`` the attempt does not count: a flood wait or an outage is no fault
        of the item's. ``unasked``: Telegram was not called to send it, so it takes nothing of the
        budget. False: the claim was no longer ours; the wait is kept all the same.
        """
        args = (wait_ms, int(counts), met.value, int(unasked))
        return bool(await self._door.run("defer", claim.chat, claim.item, claim.token, *args))

    async def park(self, claim: Claim, why: str, *, unasked: bool = False, tally: str = "parked") -> bool:
        """Take the item out of the lane for good, with the reason, and let the next one follow.

        ``unasked``: Telegram was not called for it, so it takes nothing of the budget. ``tally``
        is what it counts as in the day's figures.
        """
        args = (why, self._keep_ms, int(unasked), tally)
        return bool(await self._door.run("park", claim.chat, claim.item, claim.token, *args))

    async def reserve(
        self,
        chat_id: ChatId,
        cost: int = 1,
        *,
        edit: bool = False,
        beside: bool = False,
        within_ms: int = REPLY_WAIT_MS,
    ) -> int:
        """Take ``cost`` messages of the chat's and the bot's budget, ahead of all news.

        An ``edit`` has a budget of its own in the chat. ``beside``: they go with a message that was
        claimed, so that the chat's turn need not come first. Returns in how many milliseconds it may
        be sent. More than ``within_ms`` takes nothing: ask again then, or do without.
        """
        nonce = uuid.uuid4().hex[:16]
        limits = (self._limit.messages, self._limit.window_ms)
        what = "edit" if edit else "beside" if beside else ""
        return int(await self._door.run("reserve", chat_id, cost, nonce, *limits, what, within_ms))

    async def hold(self, chat_id: ChatId | None, wait_ms: int, *, flood: bool = False) -> None:
        """Send nothing to the chat, or with ``None`` to anybody, for ``wait_ms``.

        ``flood``: Telegram refused us as too much, so the pace goes down afterwards.
        """
        await self._door.run("hold", "" if chat_id is None else chat_id, wait_ms, int(flood))

    async def told(self, chat_id: ChatId, stories: Sequence[int]) -> list[bool]:
        """Return of each key of a story whether the chat was told one that has it, within two days."""
        if not stories:
            return []
        found = await self._door.run("told", chat_id, STORIES_KEPT_MS, *stories)
        return [bool(one) for one in found]

    async def note_known(self, chat_id: ChatId, message_id: int) -> None:
        """Note a message of a chat that is none of its news: what is looked for there is another one."""
        await self._door.run("note_known", chat_id, message_id)

    async def unknown_after(self, chat_id: ChatId, after: int, count: int) -> list[int]:
        """Return those of the ``count`` message ids beyond ``after`` that may be of anything."""
        raw = await self._door.do("ZRANGE", keys.known(chat_id), after + 1, after + count, "BYSCORE")
        known = {int(one) for one in raw}
        return [one for one in range(after + 1, after + count + 1) if one not in known]

    async def unknown_in_box(self, chat_id: ChatId, after: int, count: int) -> list[int]:
        """Return the first ``count`` ids beyond ``after`` that no message of the box is known to have.

        The box are all private chats and basic groups of the bot, which count their messages together.
        """
        places = (keys.known(chat_id), keys.KNOWN_IN_BOX)
        last = after + BOX_SEARCHED
        raws = await self._door.many([("ZRANGE", one, after + 1, last, "BYSCORE") for one in places])
        known = {int(one) for raw in raws for one in raw}
        return list(islice((one for one in range(after + 1, last + 1) if one not in known), count))

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


def message_ids(raw: bytes) -> tuple[int, ...]:
    """Return the ids of an item's messages, where it takes several."""
    return tuple(map(int, raw.split()))


def broken_chats(broken: Sequence[bytes]) -> tuple[tuple[ChatId, str], ...]:
    """Return the chats whose keys are not as they should be, and what Redis says of them."""
    named = zip(broken[::2], broken[1::2], strict=True)
    return tuple((ChatId(int(chat)), why.decode(errors="replace")) for chat, why in named)

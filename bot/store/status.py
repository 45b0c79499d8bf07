"""How everything stands, for those who run the relay: counted in Redis, in small pieces.

A piece takes some 2 ms of Redis' time, and all of them together at most some 20: of more feeds or
chats than that allows, so many are looked at.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from bot.items import ChatId, FeedId, ItemId
from bot.store import keys
from bot.store.door import Door

PIECE = 1000
"""Feeds or chats that one step looks at."""

FEEDS_LOOKED = 2 * PIECE
LANES_LOOKED = PIECE
CHATS_LOOKED = 6 * PIECE

PARKED_LOOKED = 200
"""As many as are remembered with their time."""

HELD_LOOKED = 1000
"""Of all marks in the budget, those that last longest."""

HELD_MS = 60_000
"""Whoever is held for less is no news."""

FEW = 3
"""Of the worst, as many are told by name."""

DAY_MS = 86_400_000

COUNTS = ("sent", "edited", "parked", "flooded", "found", "same")
"""What is counted by the day: the fields of ``tally:{day}``."""


@dataclass(frozen=True, slots=True)
class Failing:
    """Of ``feeds`` that are heard ``looked`` were looked at, those due last; ``failing`` of them fail.

    ``worst`` are the ones without a good look for longest.
    """

    feeds: int
    looked: int
    failing: int
    worst: tuple[FeedId, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """How many chats are paused for one reason, and how many items wait behind that."""

    why: str
    chats: int
    items: int


@dataclass(frozen=True, slots=True)
class Pauses:
    """Of ``chats`` that we know ``looked`` were looked at; the reason of most pauses comes first."""

    chats: int
    looked: int
    reasons: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """``chats`` that may hear have something waiting: ``items`` for the ``looked`` that were looked at."""

    chats: int
    looked: int
    items: int
    longest: tuple[tuple[ChatId, int], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """``chats`` hear nothing for over a minute, after a flood wait or attempts that were not answered.

    ``longest`` are those who wait longest, and until when (ms).
    """

    chats: int
    longest: tuple[tuple[ChatId, int], ...]


@dataclass(frozen=True, slots=True)
class Parked:
    """An item that will not be delivered to a chat."""

    chat: ChatId
    item: ItemId
    at_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Survey:
    """How everything stood at ``at_ms`` by the store's clock; ``parked`` has the newest first.

    ``today`` and ``yesterday`` (UTC) hold every one of :data:`COUNTS`.
    """

    at_ms: int
    failing: Failing
    pauses: Pauses
    waiting: Waiting
    held: Held
    parked: tuple[Parked, ...]
    today: Mapping[str, int]
    yesterday: Mapping[str, int]


class Status:
    """Looks everything over. The method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def survey(self) -> Survey:
        """Return how everything stands: not of one moment, since it is counted piece by piece."""
        now_ms = await self._door.now_ms()
        day = now_ms // DAY_MS
        feeds, chats, ready, budget, today, yesterday = await self._door.many(
            [
                ("ZCARD", keys.SCHEDULE),
                ("SCARD", keys.CHATS),
                ("ZCOUNT", keys.READY, "-inf", "(+inf"),
                ("ZREVRANGE", keys.BUDGET, 0, HELD_LOOKED - 1, "WITHSCORES"),
                ("HGETALL", keys.tally(day)),
                ("HGETALL", keys.tally(day - 1)),
            ]
        )
        return Survey(
            at_ms=now_ms,
            failing=await self._failing(feeds),
            pauses=await self._pauses(chats),
            waiting=await self._waiting(ready),
            held=_held(budget, now_ms + HELD_MS),
            parked=await self._parked(),
            today=_counts(today),
            yesterday=_counts(yesterday),
        )

    async def _failing(self, feeds: int) -> Failing:
        """Look at the feeds due last first: what fails is put off."""
        looked = failing = 0
        worst: list[tuple[int, FeedId]] = []
        for first in range(0, min(feeds, FEEDS_LOOKED), PIECE):
            seen, bad, *found = await self._door.run("survey_feeds", first, first + PIECE - 1, FEW)
            looked, failing = looked + seen, failing + bad
            worst += [
                (ok_ms, FeedId(one.decode())) for ok_ms, one in zip(found[::2], found[1::2], strict=True)
            ]
        return Failing(max(feeds, looked), looked, failing, tuple(one for _, one in sorted(worst)[:FEW]))

    async def _pauses(self, chats: int) -> Pauses:
        looked = 0
        counts: Counter[str] = Counter()
        items: Counter[str] = Counter()
        async for some in self._some_chats():
            looked += len(some)
            found = await self._door.run("survey_pauses", *some)
            for raw, count, held in zip(found[::3], found[1::3], found[2::3], strict=True):
                why = raw.decode(errors="replace")
                counts[why] += count
                items[why] += held
        reasons = tuple(Pause(why, count, items[why]) for why, count in counts.most_common())
        return Pauses(max(chats, looked), looked, reasons)

    async def _some_chats(self) -> AsyncIterator[list[bytes]]:
        """Give chats piece by piece, up to the limit; a small set comes whole, whatever one asks for."""
        cursor, left = 0, CHATS_LOOKED
        while left > 0:
            following, found = await self._door.do("SSCAN", keys.CHATS, cursor, "COUNT", PIECE)
            found = found[:left]
            left -= len(found)
            for start in range(0, len(found), PIECE):
                yield found[start : start + PIECE]
            cursor = int(following)
            if not cursor:
                return

    async def _waiting(self, chats: int) -> Waiting:
        looked = items = 0
        longest: list[tuple[int, ChatId]] = []
        for first in range(0, min(chats, LANES_LOOKED), PIECE):
            seen, held, *found = await self._door.run("survey_lanes", first, first + PIECE - 1, FEW)
            looked, items = looked + seen, items + held
            longest += [(count, ChatId(int(one))) for count, one in zip(found[::2], found[1::2], strict=True)]
        most = sorted(longest, reverse=True)[:FEW]
        return Waiting(max(chats, looked), looked, items, tuple((one, count) for count, one in most))

    async def _parked(self) -> tuple[Parked, ...]:
        found = await self._door.run("survey_parked", PARKED_LOOKED)
        return tuple(
            Parked(ChatId(int(chat)), ItemId(item.decode()), int(float(at)), why.decode(errors="replace"))
            for chat, item, at, why in zip(found[::4], found[1::4], found[2::4], found[3::4], strict=True)
        )


def _held(budget: Sequence[bytes], from_ms: int) -> Held:
    """Find the holds among the budget's marks, which come as member and score, the latest first."""
    held = [
        (ChatId(int(member[1:])), int(float(till)))
        for member, till in zip(budget[::2], budget[1::2], strict=True)
        if member.startswith(b"h") and float(till) > from_ms
    ]
    return Held(len(held), tuple(held[:FEW]))


def _counts(raw: Mapping[bytes, bytes]) -> dict[str, int]:
    return {name: int(raw.get(name.encode(), 0)) for name in COUNTS}

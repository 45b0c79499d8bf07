"""What is to be told of feeds, to whom, and what was told: written by collectors, read by whoever delivers.

A notice waits with its feed until it is laid out for those who hear that, and there until it is told. Laying
out and telling is one worker's at a time (:meth:`bot.store.claims.Claims.lead`); whatever is done twice, as
after a crash, changes nothing.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from bot.items import ChatId, FeedId
from bot.life import Event, Notice, failing_since_ms
from bot.links import feed_address
from bot.store import fields, keys
from bot.store.door import Argument, Door

PORTION = 500
"""Notices read together."""

REMEMBERED_MS = 180 * 86_400_000
"""How long it is known what somebody was told: a feed that is back after that is no news to them."""

SAMPLE = 2000
"""Feeds by which it is judged how all of them do: some 10 ms of Redis' time."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A notice laid out for one person.

    ``chat`` is the one of theirs that hears the feed, ``tried`` how many others could not be reached who
    would rather have been told.
    """

    notice: Notice
    chat: ChatId
    tried: int = 0

    @property
    def name(self) -> str:
        """What it is kept by: of one event of a feed in a chat the last notice counts."""
        return f"{self.notice.event.value} {self.notice.feed} {self.chat}"

    @property
    def subject(self) -> str:
        """By what it is remembered that it was told."""
        return subject(self.notice.feed, self.notice.event)


def subject(feed: FeedId, event: Event) -> str:
    """Return by what it is remembered that somebody was told of an ``event`` of ``feed``."""
    return f"{event.value} {feed}"


class Notices:
    """The notices. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def put(self, notices: Sequence[Notice]) -> None:
        """Keep what is to be told; the same notice is one, however often it is put."""
        if notices:
            now_ms = await self._door.now_ms()
            told = [part for one in notices for part in (_id(one), f"{now_ms} {_of_notice(one)}")]
            await self._door.do("HSET", keys.NOTICES, *told)

    async def waiting(self) -> AsyncIterator[list[tuple[Notice, int]]]:
        """Yield the notices that are not laid out yet, and when each was put (ms), in no order.

        They come some hundreds at a time.
        """
        cursor = 0
        while True:
            after, raw = await self._door.do("HSCAN", keys.NOTICES, cursor, "COUNT", PORTION)
            pairs = [(_notice(value.partition(b" ")[2]), _before(value)) for value in raw.values()]
            yield [(notice, put_ms) for notice, put_ms in pairs if notice]
            cursor = int(after)
            if not cursor:
                return

    async def drop(self, notice: Notice) -> None:
        """Forget a notice: it is laid out, or has come to nothing."""
        await self._door.do("HDEL", keys.NOTICES, _id(notice))

    async def lay(self, slips: Sequence[tuple[ChatId, Slip]], due_ms: int) -> None:
        """Lay each slip out for its person, who is due then, unless there is a time for them already."""
        commands: list[tuple[Argument, ...]] = []
        for person, slip in slips:
            commands.append(("HSET", keys.notices_for(person), slip.name, _of_slip(slip)))
            commands.append(("ZADD", keys.NOTICES_DUE, "NX", due_ms, person))
        if commands:
            await self._door.many(commands)

    async def due(self, limit: int) -> list[ChatId]:
        """Return up to ``limit`` people who may be told something now, who has waited longest first."""
        now_ms = await self._door.now_ms()
        found = await self._door.do("ZRANGEBYSCORE", keys.NOTICES_DUE, "-inf", now_ms, "LIMIT", 0, limit)
        return [ChatId(int(one)) for one in found]

    async def slips(self, person: ChatId) -> list[Slip]:
        """Return what is laid out for a person."""
        raw = await self._door.do("HGETALL", keys.notices_for(person))
        found = [_slip(name, value) for name, value in raw.items()]
        return sorted((one for one in found if one), key=lambda one: (one.notice.since_ms, one.name))

    async def told(self, person: ChatId) -> dict[str, str]:
        """Return what a person was told: period by subject."""
        raw = await self._door.do("HGETALL", keys.noticed(person))
        return {name.decode(): period.decode() for name, period in raw.items()}

    async def note_told(self, person: ChatId, periods: Mapping[str, str]) -> None:
        """Note what a person is told, period by subject; before they are, so that nobody hears it twice."""
        if periods:
            pairs = [part for pair in periods.items() for part in pair]
            place = keys.noticed(person)
            await self._door.many([("HSET", place, *pairs), ("PEXPIRE", place, REMEMBERED_MS)])

    async def forget_told(self, person: ChatId, subjects: Sequence[str]) -> None:
        """Forget that a person was told: it was not taken, or holds no longer."""
        if subjects:
            await self._door.do("HDEL", keys.noticed(person), *subjects)

    async def settle(self, person: ChatId, done: Sequence[Slip], again_ms: int | None) -> None:
        """Drop what is ``done`` with; the person is due again then, or with None at their next notice."""
        commands: list[tuple[Argument, ...]] = []
        if done:
            commands.append(("HDEL", keys.notices_for(person), *(one.name for one in done)))
        if again_ms is None:
            commands.append(("ZREM", keys.NOTICES_DUE, person))
        else:
            commands.append(("ZADD", keys.NOTICES_DUE, again_ms, person))
        await self._door.many(commands)

    async def failing_since(self) -> list[int]:
        """Return since when each of some thousands of feeds that are heard fails (ms); 0: it does not."""
        feeds = await self._door.do("ZRANDMEMBER", keys.SCHEDULE, SAMPLE) or ()
        states = await self._door.many([("HGET", keys.feed(FeedId(one.decode())), "state") for one in feeds])
        return [failing_since_ms(fields.life_of(state or b"")) for state in states]

    async def take_back(self, feed_id: FeedId, *, at: str, back_to: str, unmoved: str) -> bool:
        """Let a feed that has moved to ``at`` be looked at where it was, at once.

        ``unmoved``: marks of where it is not to move again; who subscribes to that gets another feed.
        False: it is elsewhere by now.
        """
        places = (at, feed_address(at), back_to, feed_address(back_to))
        return bool(await self._door.run("take_back", feed_id, *places, unmoved))


def _id(notice: Notice) -> str:
    return f"{notice.event.value} {notice.feed} {notice.period}"


def _of_notice(notice: Notice) -> str:
    return json.dumps(
        [notice.feed, notice.event.value, notice.since_ms, notice.times, notice.old, notice.new]
    )


def _notice(raw: bytes) -> Notice | None:
    """Return the notice that ``raw`` tells of, None where that cannot be read."""
    try:
        feed, event, since_ms, times, old, new = json.loads(raw)
        return Notice(FeedId(str(feed)), Event(event), int(since_ms), int(times), str(old), str(new))
    except (ValueError, TypeError):
        return None


def _before(raw: bytes) -> int:
    """Return the number before the first space, 0 where there is none."""
    number = raw.partition(b" ")[0]
    return int(number) if number.isdigit() and len(number) <= 15 else 0


def _of_slip(slip: Slip) -> str:
    return f"{slip.tried} {_of_notice(slip.notice)}"


def _slip(name: bytes, raw: bytes) -> Slip | None:
    notice = _notice(raw.partition(b" ")[2])
    try:
        return Slip(notice, ChatId(int(name.rpartition(b" ")[2])), _before(raw)) if notice else None
    except ValueError:
        return None

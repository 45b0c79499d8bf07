"""Alerts: the rules of each chat, which of them have changed, and how often each has fired."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.errors import StoreError, StoreUnavailable, StoreUnfit
from bot.items import Alert, ChatId
from bot.store import fields, keys
from bot.store.chats import SWAPS
from bot.store.door import Door

DAY_MS = 86_400_000

PORTION = 50
"""Chats whose rules are read together: 5000 rules at most, some milliseconds of the loop."""

logger = logging.getLogger(__name__)


class Version(NamedTuple):
    """How far somebody knows what has become of rules."""

    at_ms: int
    """Of the latest change; no two have the same."""
    born_ms: int
    """When the data was made: those of another time know nothing of that change."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What has become of rules since a version; ``chats`` is None where all are to be read again."""

    version: Version
    chats: tuple[ChatId, ...] | None


class Alerts:
    """The rules. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def add(self, alert: Alert) -> Alert:
        """Add a rule to its chat and return it with its number, which no other has had, and the time."""
        alert = replace(alert, created_ms=await self._door.now_ms())
        number = await self._door.run("add_alert", alert.chat, fields.of_alert(alert))
        return replace(alert, id=int(number))

    async def change(self, chat_id: ChatId, number: int, how: Callable[[Alert], Alert]) -> Alert | None:
        """Change a rule as ``how`` says; return what stands there then, None if it was gone."""
        for _ in range(SWAPS):
            raw = await self._door.do("HGET", keys.chat_alerts(chat_id), number)
            if raw is None:
                return None
            changed = how(fields.alert(chat_id, number, raw))
            if await self._door.run("swap_alert", chat_id, number, raw, fields.of_alert(changed)):
                return changed
        raise StoreUnavailable(f"alert {number} of chat {chat_id} changes all the time; try again")

    async def remove(self, chat_id: ChatId, number: int) -> bool:
        """Remove a rule. False: there was none of that number."""
        return bool(await self._door.run("swap_alert", chat_id, number, "", ""))

    async def of(self, chat_id: ChatId) -> list[Alert]:
        """Return the chat's rules, the oldest first."""
        return (await self.of_many([chat_id]))[chat_id]

    async def of_many(self, chat_ids: Iterable[ChatId]) -> dict[ChatId, list[Alert]]:
        """Return the rules of each of ``chat_ids``, an empty list for a chat without any."""
        found: dict[ChatId, list[Alert]] = {}
        wanted = list(chat_ids)
        for start in range(0, len(wanted), PORTION):
            some = wanted[start : start + PORTION]
            found |= await asyncio.to_thread(_rules, some, await self._raws(some))
        return found

    async def _raws(self, chat_ids: Sequence[ChatId]) -> list[Mapping[bytes, bytes]]:
        """Return what stands there of each chat; of one where that is not ours, nothing, lest all suffer."""
        commands = [("HGETALL", keys.chat_alerts(one)) for one in chat_ids]
        try:
            return await self._door.many(commands)
        except (StoreUnavailable, StoreUnfit):
            raise
        except StoreError as error:
            if len(chat_ids) == 1:
                logger.error("chat %d: its alerts cannot be read: %s", chat_ids[0], error)  # noqa: TRY400
                return [{}]
        return [raw for one in chat_ids for raw in await self._raws([one])]

    async def everyone(self) -> AsyncIterator[dict[ChatId, list[Alert]]]:
        """Yield the rules of all chats that have any, some chats at a time."""
        cursor = 0
        while True:
            answer, raw = await self._door.do("SSCAN", keys.CHATS, cursor, "COUNT", PORTION)
            # A small set comes whole, whatever is asked for.
            for start in range(0, len(raw), PORTION):
                found = await self.of_many(_ids(raw[start : start + PORTION]))
                yield {chat: rules for chat, rules in found.items() if rules}
            cursor = int(answer)
            if not cursor:
                return

    async def changes(self, since: Version | None) -> Changes:
        """Return which chats' rules have changed since a version; None: since before all of them.

        Whatever was changed before this is called is among them: a rule that was added before an
        item came is in force for it.
        """
        after = since.at_ms if since else 0
        (now, born), chats = await self._door.many(
            [("HMGET", keys.META, "rules", "born_ms"), ("ZRANGE", keys.RULES, f"({after}", "+inf", "BYSCORE")]
        )
        version = Version(int(now or 0), int(born or 0))
        # Redis may have lost what it had, or the latest of it.
        is_other = since is None or version.born_ms != since.born_ms or version.at_ms < since.at_ms
        return Changes(version, None if is_other else tuple(_ids(chats)))

    async def fired(self, chat_id: ChatId, days: int = 7) -> dict[int, int]:
        """Return how often each rule of a chat has fired in the last ``days``, today among them."""
        today = await self._door.now_ms() // DAY_MS
        raws = await self._door.many([("HGETALL", keys.fired(chat_id, today - back)) for back in range(days)])
        counts: dict[int, int] = {}
        for raw in raws:
            for name, count in raw.items():
                counts[int(name)] = counts.get(int(name), 0) + int(count)
        return counts


def _rules(chat_ids: Sequence[ChatId], raws: Sequence[Mapping[bytes, bytes]]) -> dict[ChatId, list[Alert]]:
    """Return the rules of chats, read; what is not ours among them is passed over."""
    return {
        chat_id: [
            fields.alert(chat_id, number, value)
            for number, value in sorted((int(name), value) for name, value in raw.items() if name.isdigit())
        ]
        for chat_id, raw in zip(chat_ids, raws, strict=True)
    }


def _ids(raw: Iterable[bytes]) -> list[ChatId]:
    return [ChatId(int(one)) for one in raw if one.removeprefix(b"-").isdigit()]

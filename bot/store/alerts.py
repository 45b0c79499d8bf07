"""Alerts: the rules of each chat, which of them have changed, and how often each has fired."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace

from bot.errors import StoreUnavailable
from bot.items import Alert, ChatId
from bot.store import fields, keys
from bot.store.chats import SWAPS
from bot.store.door import Door

DAY_MS = 86_400_000

PORTION = 500
"""Chats whose rules are read together."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What has become of rules since a version; ``chats`` is None where all are to be read again."""

    version: int
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
        wanted = list(chat_ids)
        raws = await self._door.many([("HGETALL", keys.chat_alerts(one)) for one in wanted])
        return {
            chat_id: [
                fields.alert(chat_id, number, value)
                for number, value in sorted(
                    (int(name), value) for name, value in raw.items() if name != b"next"
                )
            ]
            for chat_id, raw in zip(wanted, raws, strict=True)
        }

    async def everyone(self) -> AsyncIterator[dict[ChatId, list[Alert]]]:
        """Yield the rules of all chats that have any, some chats at a time."""
        cursor = 0
        while True:
            answer, chats = await self._door.do("SSCAN", keys.CHATS, cursor, "COUNT", PORTION)
            found = await self.of_many(ChatId(int(one)) for one in chats)
            yield {chat: rules for chat, rules in found.items() if rules}
            cursor = int(answer)
            if not cursor:
                return

    async def version(self) -> int:
        """Return the number of changes so far."""
        return int(await self._door.do("HGET", keys.META, "rules") or 0)

    async def changes(self, since: int) -> Changes:
        """Return which chats' rules have changed since a version.

        Whatever was changed before this is called is among them: a rule that was added before an
        item came is in force for it.
        """
        now, chats = await self._door.many(
            [("HGET", keys.META, "rules"), ("ZRANGE", keys.RULES, f"({since}", "+inf", "BYSCORE")]
        )
        version = int(now or 0)
        if version < since:  # Redis has lost what it had
            return Changes(version, None)
        return Changes(version, tuple(ChatId(int(one)) for one in chats))

    async def fired(self, chat_id: ChatId, days: int = 7) -> dict[int, int]:
        """Return how often each rule of a chat has fired in the last ``days``, today among them."""
        today = await self._door.now_ms() // DAY_MS
        raws = await self._door.many([("HGETALL", keys.fired(chat_id, today - back)) for back in range(days)])
        counts: dict[int, int] = {}
        for raw in raws:
            for name, count in raw.items():
                counts[int(name)] = counts.get(int(name), 0) + int(count)
        return counts

"""Small leases: which update was handled, who leads, and how things stand."""

from bot.store import keys
from bot.store.door import Door

UPDATE_KEPT_S = 86_400
"""Telegram repeats an update for at most a day (telegram.md, section 7)."""

UPDATE_TRIES = 2
"""An update that was begun twice and never ended has taken two processes with it: leave it alone."""


class Claims:
    """Leases and marks. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def begin_update(self, update_id: int) -> bool:
        """Return whether to handle the update: not if it was handled, or begun twice in vain."""
        return bool(await self._door.run("begin_update", update_id, UPDATE_TRIES, UPDATE_KEPT_S))

    async def end_update(self, update_id: int) -> None:
        """Note that the update was handled, whether or not that went well."""
        await self._door.do("SET", keys.update(update_id), "done", "EX", UPDATE_KEPT_S)

    async def lead(self, name: str, holder: str, lease_ms: int) -> bool:
        """Take or renew the role ``name`` for ``lease_ms``. False: another holds it."""
        return bool(await self._door.run("lead", name, holder, lease_ms))

    async def release(self) -> int:
        """End every lease there is; return how many were on feeds and chats.

        Only for whoever knows that nobody else is at work on this store.
        """
        return int(await self._door.run("release"))

    async def resign(self, name: str, holder: str) -> None:
        """Give up the role ``name``, if ``holder`` has it."""
        await self._door.run("resign", name, holder)

    async def note_health(self, what: str) -> None:
        """Note that ``what`` (look, route, send, update …) has just gone well."""
        await self._door.run("note_health", what)

    async def health(self) -> dict[str, int]:
        """Return when what last went well, in epoch milliseconds."""
        raw = await self._door.do("HGETALL", keys.HEALTH)
        return {name.decode(): int(value) for name, value in raw.items()}

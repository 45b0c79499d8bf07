"""The store: one handle on Redis for all rooms, opened only on a Redis that keeps what it is given."""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.errors import StoreError, StoreUnavailable, StoreUnfit
from bot.settings import Settings
from bot.store import keys
from bot.store.alerts import Alerts
from bot.store.archive import Archive
from bot.store.chats import Chats
from bot.store.claims import Claims
from bot.store.door import DEADLINE_S, Door, Pace
from bot.store.drafts import Drafts
from bot.store.edits import Edits
from bot.store.embedded import EmbeddedServer
from bot.store.feeds import Feeds
from bot.store.filtered import Filtered
from bot.store.news import News
from bot.store.notices import Notices
from bot.store.outbox import Outbox, limits, paces
from bot.store.pushes import Pushes
from bot.store.status import Status
from bot.store.traces import Traces

SCHEMA = "1"
CONNECTIONS = 64
"""At the same time; further calls wait for one, and each holds it for a round trip only."""

OLDEST = (6, 2)
"""SMISMEMBER, ZADD GT, ZRANGE REV and XAUTOCLAIM came with Redis 6.2; every Valkey has them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``newsrelay check``."""

    name: str
    ok: bool
    says: str


class Store:
    """Everything that outlives the process.

    ``clock`` (epoch milliseconds) replaces Redis' own in tests; leases, limits and due times go by it.
    """

    def __init__(  # noqa: PLR0913  what it is opened with
        self,
        redis: Redis,
        *,
        keep_days: float = 7,
        keep_items: int = 500,
        send_rate: float = 30,
        send_paid: bool = False,
        clock: Callable[[], int] | None = None,
        deadline_s: float = DEADLINE_S,
        pace: Pace = Pace(),  # noqa: B008  frozen
    ) -> None:
        self._door = Door(redis, clock=clock, deadline_s=deadline_s, pace=pace)
        keep_ms = round(keep_days * 86_400_000)
        self.feeds = Feeds(self._door)
        self.pushes = Pushes(self._door)
        self.news = News(self._door, keep_ms=keep_ms, keep_items=keep_items)
        self.archive = Archive(self._door, self.news, keep_ms=keep_ms, keep_items=keep_items)
        self.chats = Chats(self._door, keep_ms=keep_ms)
        self.alerts = Alerts(self._door)
        self.filtered = Filtered(self._door, keep_ms=keep_ms)
        limit = limits(send_rate, paid=send_paid)
        self.outbox = Outbox(self._door, limit, keep_ms=keep_ms)
        self.edits = Edits(self._door, limit)
        self.claims = Claims(self._door)
        self.drafts = Drafts(self._door)
        self.notices = Notices(self._door)
        self.status = Status(self._door)
        self.traces = Traces(self._door)

    async def ping(self) -> None:
        """Return if Redis answers; raise :class:`StoreUnavailable` otherwise."""
        await self._door.do("PING")

    async def now_ms(self) -> int:
        """Return the time that leases and limits go by, in epoch milliseconds."""
        return await self._door.now_ms()

    async def about_now_ms(self) -> int:
        """Return that time within some milliseconds, mostly without asking."""
        return await self._door.about_now_ms()

    async def prepare(self) -> bool:
        """Mark the data as ours; return whether there was none before.

        Raises:
            StoreUnfit: this Redis would not keep it, or holds that of another version.
        """
        for check in await self.fitness():
            if not check.ok:
                raise StoreUnfit(check.says)
        schema = await self._door.do("HGET", keys.META, "schema")
        if schema not in {None, SCHEMA.encode()}:
            raise StoreUnfit(
                f"the data is of version {schema.decode()}, this newsrelay reads {SCHEMA}; update it"
            )
        await self._door.do("HSETNX", keys.META, "schema", SCHEMA)
        await self.chats.note_owners()
        return bool(await self._door.do("HSETNX", keys.META, "born_ms", await self.now_ms()))

    async def fitness(self) -> list[Check]:
        """Return whether this Redis is of use: its version, eviction, role and persistence."""
        server, memory, copies, disk = await self._door.many(
            [("INFO", section) for section in ("server", "memory", "replication", "persistence")]
        )
        return [_version(server), _eviction(memory), _role(copies), _persistence(disk)]

    async def close(self) -> None:
        """Give up the connections."""
        await self._door.close()


def _version(server: dict[str, Any]) -> Check:
    name = "Valkey" if server.get("valkey_version") else "Redis"
    version = str(server.get("valkey_version") or server.get("redis_version") or "unknown")
    speaks = str(server.get("redis_version") or "6.2")
    numbers = tuple(int(part) for part in speaks.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        return Check(
            "version", ok=False, says=f"{name} {version} is too old; use Redis 6.2 or Valkey, or newer"
        )
    return Check("version", ok=True, says=f"{name} {version}")


def _eviction(memory: dict[str, Any]) -> Check:
    policy = memory.get("maxmemory_policy", "unknown")
    if policy not in {"noeviction", "unknown"}:
        says = f"Redis evicts keys ({policy}), which loses news; set maxmemory-policy noeviction there"
        return Check("eviction", ok=False, says=says)
    says = "off" if policy == "noeviction" else "unknown: this server does not tell; it must be noeviction"
    return Check("eviction", ok=True, says=says)


def _role(copies: dict[str, Any]) -> Check:
    if copies.get("role") not in {"slave", "replica"}:
        return Check("role", ok=True, says="primary")
    return Check("role", ok=False, says="this Redis is a replica; point REDIS_URL at the primary")


def _persistence(disk: dict[str, Any]) -> Check:
    if disk.get("aof_last_write_status", "ok") != "ok":
        return Check(
            "persistence", ok=False, says="Redis cannot write its append-only file; see its log and its disk"
        )
    if str(disk.get("aof_enabled")) == "1":
        return Check("persistence", ok=True, says="append-only file on")
    says = "append-only file off: a crash of Redis loses news; set appendonly yes there"
    return Check("persistence", ok=True, says=says)


def connect(url: str) -> Redis:
    """Return a client that connects when it is used; it never repeats a command by itself.

    Deadlines are the door's, since some commands block on purpose. Text that is no Unicode
    is kept as far as it goes rather than refused.

    Raises:
        StoreUnfit: the address cannot be understood.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=DEADLINE_S,
            protocol=2,
            socket_timeout=None,
            socket_connect_timeout=DEADLINE_S,
            encoding_errors="replace",
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        return Redis.from_pool(pool)
    except ValueError as error:
        raise StoreUnfit(
            "REDIS_URL cannot be understood; write it like redis://:password@host:6379/0"
        ) from error


@asynccontextmanager
async def _address(
    settings: Settings, when_alone: Callable[[Path], Awaitable[object]] | None = None
) -> AsyncIterator[str]:
    """Give the address of Redis, started if it is the embedded one; see :class:`EmbeddedServer`."""
    if settings.redis_url:
        yield settings.redis_url
        return
    async with EmbeddedServer(Path(settings.data_dir), when_alone) as server:
        yield f"unix://{server.socket}"


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store of ``settings``: at REDIS_URL, or on the embedded server.

    Raises:
        StoreUnavailable: Redis does not answer, or there is none to start.
        StoreUnfit: it would lose what it is given.
    """
    async with _address(settings, _release) as url:
        store = Store(
            connect(url),
            keep_days=settings.keep_days,
            keep_items=settings.keep_items,
            send_rate=settings.send_rate,
            send_paid=settings.send_paid,
            pace=paces(settings.send_chat_rate, settings.send_group_rate),
        )
        try:
            if await store.prepare():
                logger.info("the store is new: every feed begins with a first look")
            yield store
        finally:
            with contextlib.suppress(StoreError):
                await store.close()


async def _release(socket: Path) -> None:
    """End the leases of those who used our own server before and were killed."""
    store = Store(connect(f"unix://{socket}"))
    try:
        if ended := await store.claims.release():
            logger.info("%d leases of a relay that did not end well are taken up", ended)
    finally:
        with contextlib.suppress(StoreError):
            await store.close()


async def examine(settings: Settings) -> list[Check]:
    """Return how things stand with Redis, for ``newsrelay check``; what is wrong is an answer too."""
    try:
        async with _address(settings) as url:
            store = Store(connect(url))
            try:
                await store.ping()
                return [Check("redis", ok=True, says="reachable"), *await store.fitness()]
            finally:
                with contextlib.suppress(StoreUnavailable):
                    await store.close()
    except StoreError as error:
        return [Check("redis", ok=False, says=str(error))]

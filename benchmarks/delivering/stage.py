"""What each scene works with: a store of its own, the Telegram, and processes that deliver."""

import asyncio
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import identity, route
from bot.items import Chat, ChatId, ChatKind, Document, Feed, StoredItem, Subscription
from bot.store import keys
from bot.store.candidates import Candidate
from bot.store.client import Store, connect
from bot.store.embedded import EmbeddedServer
from bot.store.outbox import Letter
from delivering.material import FEEDS, Lanes, feed_id, feed_url, heard_by, item, number_of
from delivering.telegrams import Place, Wanted, Witness, environment

HOUR_MS = 3_600_000
UNLIMITED = {"send_rate": 100_000.0, "send_chat_rate": 1000.0, "send_group_rate": 60_000.0}
"""Settings that let everything pass: beyond what a user may set, but the scripts are the same."""


class Worker:
    """A process of :mod:`delivering.worker`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, **orders: object) -> dict[str, Any]:
        """Give an order and return the answer.

        Raises:
            RuntimeError: the process has ended; why is on its standard error.
        """
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(orders).encode() + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker ended with {await self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def stop(self) -> None:
        """Let it end what it has in hand."""
        assert self._process.stdin
        self._process.stdin.close()
        async with asyncio.timeout(30):
            await self._process.wait()


@asynccontextmanager
async def worker(**orders: object) -> AsyncIterator[Worker]:
    """Start a process with its first orders, and give it when it is ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "delivering.worker"),
        env=environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    made = Worker(process)
    try:
        await made.ask(**orders)
        yield made
        await made.stop()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@dataclass(frozen=True, slots=True)
class Stage:
    """One scene's store and Telegram."""

    folder: Path
    redis: Any
    store: Store
    telegram: Witness

    def relay(self, *roles: str, profile: str = "", **settings: object) -> Any:
        """Return a worker that runs roles of the relay here, as a context."""
        told = {
            "telegram_bot_token": self.telegram.token,
            "telegram_api_url": self.telegram.url,
            "data_dir": str(self.folder / "data"),
            **settings,
        }
        record = str(self.telegram.record) if self.telegram.record else None
        return worker(do="relay", roles=roles, settings=told, record=record, profile=profile)

    async def people(self, chats: Sequence[ChatId], *, feeds: bool = True) -> None:
        """Make the feeds and chats known, and subscribe each chat to its feeds."""
        for number in range(FEEDS):
            feed = await self.store.feeds.ensure(feed_url(number))
            await self._look(feed, ())  # the first look at a feed hands nothing on

        async def know(place: int, chat: ChatId) -> None:
            kind = ChatKind.PRIVATE if chat > 0 else ChatKind.CHANNEL
            await self.store.chats.save(Chat(chat, kind, title=f"chat {place}"))
            for number in heard_by(place) if feeds else ():
                await self.store.chats.subscribe(Subscription(chat, feed_id(number), 0))

        await together(know(place, chat) for place, chat in enumerate(chats))

    async def take_in(self, numbers: Iterable[int]) -> None:
        """Take items in as looks at their feeds do: they are kept, and handed on to be routed."""
        of_feed: defaultdict[int, list[int]] = defaultdict(list)
        for number in sorted(numbers):
            of_feed[number % FEEDS].append(number)
        for place, some in of_feed.items():
            feed = await self.store.feeds.get(feed_id(place))
            assert feed is not None
            await self._look(feed, some)

    async def _look(self, feed: Feed, numbers: Sequence[int]) -> None:
        """Look at a feed whose document holds these items, the newest first."""
        now_ms = await self.store.now_ms()
        document = Document("rss", items=tuple(item(number) for number in reversed(numbers)))
        seen = identity.sight(document, feed, now_ms)
        candidates = [Candidate(*one) for one in zip(seen.keys, seen.items, seen.order_ms, strict=True)]
        await self.store.news.intake(seen.feed, candidates, due_ms=now_ms + HOUR_MS, hand_on=True)

    async def route(self) -> int:
        """Route what was taken in to those who hear it; return how many messages that makes."""
        router = route.Router(self.store)
        laid = 0
        while batch := await self.store.news.read(route.ROLE, route.BATCH, 0):
            laid += await router.route(batch)
        return laid

    async def lay(self, lanes: Lanes) -> None:
        """Take the items of the lanes in, and lay each for the chats that are to get it."""
        hearers: defaultdict[int, list[Letter]] = defaultdict(list)
        for chat, numbers in lanes.items():
            for number in numbers:
                hearers[number].append(Letter(chat))
        await self.take_in(hearers)
        for one in await self.handed_on():
            await self.store.outbox.lay(one.id, one.order_ms, hearers[number_of(one.item.title)])

    async def handed_on(self) -> list[StoredItem]:
        """Take what was handed on from the stream, in the place of a router."""
        found: list[StoredItem] = []
        while batch := await self.store.news.read(route.ROLE, route.BATCH, 0):
            found += await self.store.news.many(one.item_id for one in batch)
            await self.store.news.ack([one.entry_id for one in batch])
        return found

    async def hold(self) -> None:
        """Let nothing go out until :meth:`go`."""
        await self.store.outbox.hold(None, HOUR_MS)

    async def go(self) -> None:
        """End the hold."""
        await self.redis.zrem(keys.BUDGET, "bot")

    async def waiting(self) -> int:
        """Return how many chats have something waiting; the end mark is none."""
        return int(await self.redis.zcount(keys.READY, "-inf", "(+inf"))

    async def drained(self, within_s: float) -> bool:
        """Return whether the lanes became empty, nothing in flight, within that time."""
        try:
            async with asyncio.timeout(within_s):
                while await self.waiting():  # noqa: ASYNC110  Redis sets no Event of ours
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return False
        return True

    async def redis_cpu_s(self) -> float:
        """Return what Redis has used."""
        told = await self.redis.info("cpu")
        return float(told["used_cpu_sys"]) + float(told["used_cpu_user"])


@asynccontextmanager
async def stage(place: Place, wanted: Wanted) -> AsyncIterator[Stage]:
    """Set a stage: an embedded Redis with nothing in it, and a Telegram."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with EmbeddedServer(folder / "data") as server, place.open(wanted, folder) as telegram:
            redis: Any = connect(f"unix://{server.socket}")
            made = Store(redis)
            await made.prepare()
            yield Stage(folder, redis, made, telegram)
            await redis.aclose()


async def together(works: Iterable[Awaitable[object]], at_once: int = 32) -> None:
    """Await all of ``works``, so many at a time."""
    left = iter(works)

    async def hand() -> None:
        for one in left:
            await one

    await asyncio.gather(*(hand() for _ in range(at_once)))

"""Part (b), limits off: how much of the library's own speed is left for emptying the outbox."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.items import ChatId
from delivering.figures import Figure, at_least, figure, progress
from delivering.material import lanes
from delivering.stage import UNLIMITED, Stage, Worker, stage, worker
from delivering.telegrams import Place, Wanted

AT_ONCE = 32
"""Calls at the same time in the bare loop: as many deliveries as one courier has in hand."""
SLOWEST_PER_S = 20
"""Fewer than this are a fault and not a figure."""


@dataclass(frozen=True, slots=True)
class Run:
    """So many messages, in so much time on the clock and of the processors'."""

    count: int
    wall_s: float
    cpu_s: float
    telegram_s: float | None = None
    redis_s: float = 0.0

    @property
    def per_s(self) -> float:
        """Messages a second."""
        return self.count / self.wall_s

    @property
    def per_cpu_s(self) -> float:
        """Messages for a second of the workers' CPU time."""
        return self.count / self.cpu_s


async def relayed(place: Place, count: int, chats: int, workers: int, profile: str = "") -> Run:
    """Let so many workers empty lanes of ``count`` items together.

    Raises:
        RuntimeError: not every message came.
    """
    async with stage(place, Wanted(private=chats, limits=False)) as here:
        some = [ChatId(one) for one in here.telegram.chats]
        each = -(-count // len(some))
        await here.people(some)
        await here.lay(lanes(some, [each] * len(some)))
        await here.hold()
        async with AsyncExitStack() as stack:
            hands: list[Worker] = [
                await stack.enter_async_context(here.relay("deliver", profile=profile, **UNLIMITED))
                for _ in range(workers)
            ]
            before = await _used(here, hands)
            began = time.monotonic()
            await here.go()
            if not await here.drained(60 + count / SLOWEST_PER_S):
                raise RuntimeError(f"{await here.waiting()} lanes are left")
            wall_s = time.monotonic() - began
            after = await _used(here, hands)
        seen = await here.telegram.seen()
        if len(seen.sent) != each * len(some):
            raise RuntimeError(f"{len(seen.sent)} messages came of {each * len(some)}")
    telegram_s = after[1] - before[1] if after[1] is not None and before[1] is not None else None
    return Run(each * len(some), wall_s, after[0] - before[0], telegram_s, after[2] - before[2])


async def _used(here: Stage, hands: list[Worker]) -> tuple[float, float | None, float]:
    """Return the CPU time of workers, Telegram and Redis so far."""
    told = await asyncio.gather(*(one.ask(do="mark") for one in hands))
    seen = await here.telegram.seen(10**9)
    return sum(one["cpu_s"] for one in told), seen.cpu_s, await here.redis_cpu_s()


async def bare(place: Place, count: int, chats: int, transport: str) -> Run:
    """Send as many of the same messages with the library alone."""
    async with stage(place, Wanted(private=chats, limits=False)) as here:
        settings = {
            "telegram_bot_token": here.telegram.token,
            "telegram_api_url": here.telegram.url,
            **UNLIMITED,
        }
        orders = {
            "settings": settings,
            "transport": transport,
            "chats": list(here.telegram.chats),
            "count": count,
            "at_once": AT_ONCE,
            "items": list(range(200)),
        }
        async with worker(do="bare", **orders) as hand:
            before = (await here.telegram.seen(10**9)).cpu_s
            told = await hand.ask(do="go")
            after = (await here.telegram.seen(10**9)).cpu_s
    used = after - before if after is not None and before is not None else None
    return Run(count, told["wall_s"], told["cpu_s"], used)


async def measure(place: Place, count: int, *, profile: str = "") -> list[Figure]:
    """Return the lines of this part for ``count`` messages in each run."""
    chats = min(1000, count)
    lines: list[Figure] = []
    found: dict[str, Run] = {}
    for name, workers in (("one worker", 1), ("four workers", 4)):
        progress(f"limits off, {name}: {count} messages")
        run = found[name] = await relayed(place, count, chats, workers, profile if workers == 1 else "")
        goal, met = ("≥ 1000 where the machine allows", at_least(1000)) if workers == 4 else ("", None)
        lines.append(figure(f"{name}: sends a second", run.per_s, "/s", goal=goal, met=met))
        lines.append(figure("… sends for a CPU-second", run.per_cpu_s, "/CPU-s"))
        lines.append(figure("… CPU of the workers for a message", run.cpu_s / run.count * 1e6, "µs"))
        lines.append(figure("… CPU of Redis for a message", run.redis_s / run.count * 1e6, "µs"))
        if run.telegram_s is not None:
            used = run.telegram_s / run.count * 1e6
            lines.append(figure("… CPU of the local Telegram for a message", used, "µs"))
    for name, transport in (("library's default transport", "default"), ("relay's transport", "relay")):
        progress(f"limits off, bare loop, {name}: {count} messages")
        run = await bare(place, count, chats, transport)
        lines.append(figure(f"bare loop, {name}: sends a second", run.per_s, "/s"))
        lines.append(figure("… sends for a CPU-second", run.per_cpu_s, "/CPU-s"))
        part = 100 * found["one worker"].per_cpu_s / run.per_cpu_s
        lines.append(
            figure("… of that for a CPU-second, one worker", part, "%", goal="≥ 70", met=at_least(70))
        )
    return lines

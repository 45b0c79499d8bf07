"""Part (b), limits off: how much of the library's own speed is left for emptying the outbox."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.items import ChatId
from delivering.figures import Figure, at_least, cores, figure, progress
from delivering.material import FEEDS, heard_by
from delivering.stage import UNLIMITED, Stage, Worker, stage, worker
from delivering.telegrams import Place, Wanted

AT_ONCE = 32
"""Calls at the same time in the bare loop: as many deliveries as one courier has in hand."""
ITEMS_MOST = 100
HEARERS = 30
"""How many chats an item goes to at least; with more messages than that makes it is more."""
SLOWEST_PER_S = 20
"""Fewer than this are a fault and not a figure."""

NOTES = f"""\
items are taken in, routed and laid as in life: of {FEEDS} feeds, each chat hears two or three of them
the bare loop sends the same texts and entities, made beforehand, by the library's send_message, \
{AT_ONCE} at a time
cores in use: CPU time for a second on the clock; sends for a CPU-second are what one worker does that \
has a core for itself""".splitlines()


@dataclass(frozen=True, slots=True)
class Mix:
    """How many items go to how many chats."""

    items: int
    chats: int


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


def mix(count: int, chats: int | None = None) -> Mix:
    """Return what makes about ``count`` messages, in at most so many chats."""
    items = max(1, min(ITEMS_MOST, count // HEARERS))
    heard = sum(len(heard_by(place)) for place in range(FEEDS)) / FEEDS
    wanted = max(1, round(count * FEEDS / (items * heard)))
    return Mix(items, wanted if chats is None else min(wanted, chats))


async def relayed(place: Place, wanted: Mix, workers: int, profile: str = "") -> Run:
    """Let so many workers empty the lanes together.

    Raises:
        RuntimeError: not every message came.
    """
    async with stage(place, Wanted(private=wanted.chats, limits=False)) as here:
        await here.people(list(here.telegram.chats))
        await here.hold()
        await here.take_in(range(wanted.items))
        count = await here.route()
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
        if len(seen.sent) != count:
            raise RuntimeError(f"{len(seen.sent)} messages came of {count}")
    telegram_s = after[1] - before[1] if after[1] is not None and before[1] is not None else None
    return Run(count, wall_s, after[0] - before[0], telegram_s, after[2] - before[2])


async def _used(here: Stage, hands: list[Worker]) -> tuple[float, float | None, float]:
    """Return the CPU time of workers, Telegram and Redis so far."""
    told = await asyncio.gather(*(one.ask(do="mark") for one in hands))
    seen = await here.telegram.seen(10**9)
    return sum(one["cpu_s"] for one in told), seen.cpu_s, await here.redis_cpu_s()


async def bare(place: Place, wanted: Mix, count: int, transport: str) -> Run:
    """Send as many of the same messages with the library alone."""
    async with stage(place, Wanted(private=wanted.chats, limits=False)) as here:
        settings = {
            "telegram_bot_token": here.telegram.token,
            "telegram_api_url": here.telegram.url,
            **UNLIMITED,
        }
        orders = {
            "settings": settings,
            "transport": transport,
            "chats": [ChatId(one) for one in here.telegram.chats],
            "count": count,
            "at_once": AT_ONCE,
            "items": list(range(wanted.items)),
        }
        async with worker(do="bare", **orders) as hand:
            before = (await here.telegram.seen(10**9)).cpu_s
            told = await hand.ask(do="go")
            after = (await here.telegram.seen(10**9)).cpu_s
    used = after - before if after is not None and before is not None else None
    return Run(count, told["wall_s"], told["cpu_s"], used)


async def measure(place: Place, count: int, *, profile: str = "") -> tuple[list[Figure], Sequence[str]]:
    """Return the lines of this part for about ``count`` messages in each run."""
    wanted = mix(count, len(place.chats) if place.url else None)
    progress(f"limits off, one worker: {wanted.items} items to {wanted.chats} chats")
    alone = await relayed(place, wanted, 1, profile)
    progress(f"limits off, four workers: {alone.count} messages")
    four = await relayed(place, wanted, 4)
    progress(f"limits off, bare loop, library's default transport: {alone.count} messages")
    default = await bare(place, wanted, alone.count, "default")
    progress(f"limits off, bare loop, relay's transport: {alone.count} messages")
    ours = await bare(place, wanted, alone.count, "relay")
    name = f"{alone.count} messages: {wanted.items} items to {wanted.chats} chats"
    part = 100 * alone.per_cpu_s / default.per_cpu_s
    lines = [
        *_of_relay(f"{name}, one worker", alone),
        *_of_relay("four workers", four, _judged(four.per_s, workers=4)),
        *_of_bare("bare loop, library's default transport", default),
        figure("… of that for a CPU-second, one worker", part, "%", goal="≥ 70", met=at_least(70)),
        *_of_bare("bare loop, relay's transport", ours),
        figure("… of that for a CPU-second, one worker", 100 * alone.per_cpu_s / ours.per_cpu_s, "%"),
    ]
    return lines, NOTES


def _judged(per_s: float, *, workers: int) -> Figure:
    """Return the verdict on several workers, or why there is none: each needs a core of its own."""
    goal = "≥ 1000 where the machine allows"
    if per_s < 1000 and cores() < workers + 2:
        return Figure(
            "", "", goal, instead=f"no verdict: {cores()} cores for {workers} workers, Telegram, Redis"
        )
    return Figure("", "", goal, per_s >= 1000)


def _of_relay(name: str, run: Run, verdict: Figure = Figure("", "")) -> list[Figure]:  # noqa: B008  frozen
    sends = figure(f"{name}: sends a second", run.per_s, "/s")
    used = [("workers", run.cpu_s), ("local Telegram", run.telegram_s), ("Redis", run.redis_s)]
    known = [(who, used_s) for who, used_s in used if used_s is not None]
    return [
        Figure(sends.what, sends.value, verdict.goal, verdict.is_met, verdict.instead),
        figure("… sends for a CPU-second", run.per_cpu_s, "/CPU-s"),
        *(figure(f"… CPU of {who} for a message", used_s / run.count * 1e6, "µs") for who, used_s in known),
        *(figure(f"… cores in use by {who}", used_s / run.wall_s, f"of {cores()}") for who, used_s in known),
    ]


def _of_bare(name: str, run: Run) -> list[Figure]:
    return [
        figure(f"{name}: sends a second", run.per_s, "/s"),
        figure("… sends for a CPU-second", run.per_cpu_s, "/CPU-s"),
    ]

"""Part (c): from an item's coming into the stream of news to Telegram's taking it for the first chat."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from bot.items import Alert, ChatId, FeedId, Subscription
from bot.store import keys
from delivering.figures import Figure, below, figure, progress, share
from delivering.material import FEEDS, SEED, feed_id, number_of
from delivering.stage import Stage, stage, together
from delivering.telegrams import Place, Wanted

HEARERS = (1, 1000, 10_000)
PATIENCE_S = 30.0

NOTES = (
    "router and courier in one process, keeping the usual limits; one chat in ten has an alert",
    "routing: from the item's coming into the stream to its leaving it, all lanes written",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many items are taken in for 1, 1000 and 10,000 chats."""

    one: int
    thousand: int
    ten_thousand: int


@dataclass(frozen=True, slots=True)
class Way:
    """How long one item took, in milliseconds."""

    first_ms: float
    routed_ms: float


async def measure(place: Place, size: Size) -> tuple[list[Figure], Sequence[str]]:
    """Return the lines of this part."""
    lines: list[Figure] = []
    for hearers, count in zip(HEARERS, (size.one, size.thousand, size.ten_thousand), strict=True):
        progress(f"latency: {count} items to {hearers} chats")
        found, ways = await _ways(place, hearers, count)
        first = [one.first_ms for one in ways]
        routed = [one.routed_ms for one in ways]
        name = f"to {found} chat{'s' if found > 1 else ''}, {count} items: first chat"
        lines += [
            figure(f"{name}, half within", share(first, 0.5), "ms", goal="< 100", met=below(100)),
            figure("… 95 % within", share(first, 0.95), "ms"),
            figure("… routing, half within", share(routed, 0.5), "ms"),
            figure("… worst", max(routed), "ms", goal="< 1000", met=below(1000)),
        ]
    return lines, NOTES


async def _ways(place: Place, hearers: int, count: int) -> tuple[int, list[Way]]:
    """Take in ``count`` items one after the other; return the number of chats, and how long each took."""
    async with stage(place, Wanted(private=hearers, limits=False)) as here:
        chats = list(here.telegram.chats)
        await here.people(chats, feeds=False)
        await _subscribe(here, chats, feed_id(0))
        dice = random.Random(SEED)
        ways = []
        async with here.relay("route", "deliver"):
            for number in range(1, count + 1):
                await asyncio.sleep(dice.uniform(1.1, 1.4))
                ways.append(await _way(here, number * FEEDS))
                await _clear(here, chats)
    return len(chats), ways


async def _subscribe(here: Stage, chats: Sequence[ChatId], feed: FeedId) -> None:
    await together(here.store.chats.subscribe(Subscription(chat, feed, 0)) for chat in chats)
    await together(here.store.alerts.add(Alert(0, chat, "nothing like this", None)) for chat in chats[::10])


async def _way(here: Stage, number: int) -> Way:
    """Take one item in; return when it was routed, and when the first chat had it."""
    before = len((await here.telegram.seen()).sent)
    await here.take_in([number])
    told = await here.redis.xinfo_stream(keys.NEWS)
    entered_ms = int(bytes(told["last-generated-id"]).partition(b"-")[0])
    async with asyncio.timeout(PATIENCE_S):
        while await here.redis.xlen(keys.NEWS):  # noqa: ASYNC110  Redis sets no Event of ours
            await asyncio.sleep(0.002)
        routed_ms = await here.store.now_ms()
        while True:
            sent = (await here.telegram.seen(before)).sent
            if mine := [one.at_s for one in sent if number_of(one.line) == number]:
                return Way(min(mine) * 1000 - entered_ms, routed_ms - entered_ms)
            await asyncio.sleep(0.005)


async def _clear(here: Stage, chats: Sequence[ChatId]) -> None:
    """Drop what still waits, so that the next item finds the relay at rest; what is in flight arrives."""
    for start in range(0, len(chats), 1000):
        some = chats[start : start + 1000]
        lanes = [name(chat) for chat in some for name in (keys.lane, keys.lane_notes, keys.lane_tries)]
        await here.redis.delete(*lanes)
    await here.redis.delete(keys.READY)

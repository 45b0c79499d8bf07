"""Part (a), limits on: is the allowed rate used up, without bothering anybody, and fairly?"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.items import ChatId
from bot.playground.limits import FloodLimits
from bot.store.outbox import Letter, paces
from delivering import judge
from delivering.figures import Figure, at_least, below, figure, most_within, progress, share, zero
from delivering.material import FEEDS, SEED, feed_id, lanes, number_of, uneven
from delivering.stage import Stage, stage
from delivering.telegrams import Place, Seen, Wanted

BOT_PER_S = 30
SLACK = FloodLimits().bot_slack
GROUP_PER_MINUTE = 20
PACE = paces(1, GROUP_PER_MINUTE)
GROUP_ITEMS = 200
_FIRST_OF_NOW_AND_THEN = 1_000_000
"""The numbers of the items that one chat gets now and then begin here."""

NOTES = """\
allowed rate: 30 a second, over the stretch in which the chats that have items left could hear more than that
longest wait in vain: for how long at most, without a break, some chat's own pace allowed its next item \
while fewer than 30 messages had been taken within the last second
extra delay: from an item's coming into the lane of a chat that gets one now and then to its being taken, \
while another chat has thousands waiting and a group hundreds""".splitlines()


@dataclass(frozen=True, slots=True)
class Size:
    """How many chats share how many messages; how long the second scene is watched, and its longest lane."""

    private: int
    channels: int
    messages: int
    watch_s: int
    busy_items: int


async def measure(place: Place, size: Size, *, workers: int = 1) -> tuple[list[Figure], Sequence[str]]:
    """Return the lines of this part, both scenes at once: each has its own store, Telegram and workers."""
    progress(f"limits on: {size.messages} messages to {size.private} private chats, {size.channels} channels")
    if place.url:  # one bot cannot play two scenes at once
        found = [*await crowd(place, size, workers), *await neighbours(place, size)]
    else:
        both = await asyncio.gather(crowd(place, size, workers), neighbours(place, size))
        found = [line for lines in both for line in lines]
    return found, NOTES


async def crowd(place: Place, size: Size, workers: int) -> list[Figure]:
    """Many chats with lanes of uneven lengths, all waiting from the beginning."""
    wanted_chats = Wanted(private=size.private, channels=size.channels)
    async with stage(place, wanted_chats) as here, AsyncExitStack() as hands:
        chats = list(here.telegram.chats)
        wanted = lanes(chats, uneven(len(chats), size.messages))
        await here.people(chats)
        await here.lay(wanted)
        await here.hold()
        for _ in range(workers):
            await hands.enter_async_context(here.relay("deliver"))
        ready_s = await here.store.now_ms() / 1000
        await here.go()
        await here.drained(1.2 * size.messages / BOT_PER_S + 20)
        seen = await here.telegram.seen()
    until = judge.binding_end(seen.sent, wanted, BOT_PER_S, PACE)
    bound = [one.at_s for one in seen.sent if one.at_s <= until]
    part = 100 * judge.rate(bound) / BOT_PER_S
    name = f"{size.messages} messages to {len(chats)} chats"
    return [
        figure(f"{name}: of the allowed rate", part, "%", goal="≥ 98", met=at_least(98)),
        figure("… over a stretch of", bound[-1] - bound[0], "s"),
        _most_in_a_second(seen),
        figure("… most in any minute in one channel", _most_in_a_minute(seen), f"of {GROUP_PER_MINUTE}"),
        figure("… longest wait in vain", judge.worst_wait(seen.sent, ready_s, BOT_PER_S, PACE), "s"),
        *_faults(seen),
        figure("… lost, or not come in time", judge.lost(seen.sent, wanted), goal="0", met=zero),
    ]


async def neighbours(place: Place, size: Size) -> list[Figure]:
    """A group with 200 waiting, a chat with thousands, and a chat that gets one now and then."""
    async with stage(place, Wanted(private=2, groups=1)) as here:
        busy, calm, group = sorted(here.telegram.chats, key=lambda one: (one < 0, one))
        await here.people([busy, calm, group])
        await here.lay(lanes([busy, calm, group], [size.busy_items, 0, GROUP_ITEMS]))
        await here.hold()
        async with here.relay("deliver"):
            await here.go()
            laid = await _now_and_then(here, calm, size.watch_s)
            seen = await here.telegram.seen()
            # What is left would take hours: the scene ends here.
            await here.hold()
    at = {number_of(one.line): one.at_s for one in seen.sent if one.chat == calm}
    delays = [at[number] - since for number, since in laid.items() if number in at]
    heard = [one.at_s for one in seen.sent if one.chat == group]
    name = f"a group with {GROUP_ITEMS} waiting"
    each = judge.minutes(heard, heard[-1])
    most = most_within(heard, 60)
    return [
        figure(f"{name}: most messages within any minute", most, f"of {GROUP_PER_MINUTE}"),
        *(
            figure(f"… in its {which} whole minute", number, f"of {GROUP_PER_MINUTE}")
            for which, number in zip(("worst", "best"), (min(each), max(each)) if each else (), strict=False)
        ),
        figure(
            f"beside a chat with {size.busy_items} waiting: extra delay, half within", share(delays, 0.5), "s"
        ),
        figure("… worst", max(delays), "s", goal="< 1", met=below(1)),
        figure("… not come", len(laid) - len(delays), goal="0", met=zero),
        _most_in_a_second(seen),
        *_faults(seen),
    ]


async def _now_and_then(here: Stage, chat: ChatId, for_s: float) -> dict[int, float]:
    """Lay an item for ``chat`` every few seconds; return when, by number."""
    dice = random.Random(SEED)
    loop = asyncio.get_running_loop()
    end = loop.time() + for_s
    laid: dict[int, float] = {}
    number = _FIRST_OF_NOW_AND_THEN
    heard = {one.feed for one in await here.store.chats.subscriptions(chat)}
    while loop.time() < end - 2:
        number += 1
        while feed_id(number % FEEDS) not in heard:
            number += 1
        await here.take_in([number])
        [one] = await here.handed_on()
        laid[number] = await here.store.now_ms() / 1000
        await here.store.outbox.lay(one.id, one.order_ms, [Letter(chat)])
        await asyncio.sleep(dice.uniform(1.2, 2.4))
    await asyncio.sleep(2)
    return laid


def _most_in_a_second(seen: Seen) -> Figure:
    limit = f"of {BOT_PER_S}, {SLACK} more are forgiven"
    return figure("… most calls in any second, refused ones too", seen.most_in_a_second, limit)


def _most_in_a_minute(seen: Seen) -> int:
    times: defaultdict[ChatId, list[float]] = defaultdict(list)
    for one in seen.sent:
        if one.chat < 0:
            times[one.chat].append(one.at_s)
    return max((most_within(some, 60) for some in times.values()), default=0)


def _faults(seen: Seen) -> list[Figure]:
    return [
        figure("… answered with 429", seen.refusals, goal="0", met=zero),
        figure("… offences (sent during a retry_after)", seen.offences, goal="0", met=zero),
        figure("… out of order", judge.out_of_order(seen.sent), goal="0", met=zero),
        figure("… duplicates", seen.duplicates, goal="0", met=zero),
    ]

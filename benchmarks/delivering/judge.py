"""What the messages that Telegram took say of the relay. Pure: times are seconds since 1970."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.items import ChatId
from bot.store.door import Pace
from delivering.material import Lanes, number_of
from delivering.telegrams import Sending


def out_of_order(sent: Sequence[Sending]) -> int:
    """Count messages whose item stands before one that its chat already has."""
    last: dict[ChatId, int] = {}
    wrong = 0
    for one in sent:
        number = number_of(one.line)
        wrong += number < last.get(one.chat, -1)
        last[one.chat] = max(number, last.get(one.chat, -1))
    return wrong


def lost(sent: Sequence[Sending], wanted: Lanes) -> int:
    """Count items that never came to their chat."""
    there = Counter((one.chat, number_of(one.line)) for one in sent)
    return sum((chat, number) not in there for chat, numbers in wanted.items() for number in numbers)


def binding_end(sent: Sequence[Sending], wanted: Lanes, per_s: float, pace: Pace) -> float:
    """Return until when the bot's limit was what held: while the chats with items left could hear more."""
    left = {chat: len(numbers) for chat, numbers in wanted.items()}
    could_hear = sum(_per_s(chat, pace) for chat, number in left.items() if number)
    for one in sent:
        left[one.chat] -= 1
        if left[one.chat] == 0:
            could_hear -= _per_s(one.chat, pace)
            if could_hear < per_s:
                return one.at_s
    return sent[-1].at_s


def rate(times: Sequence[float]) -> float:
    """Return messages a second: the slope of their number over time, which bursts at the ends leave alone."""
    middle, half = sum(times) / len(times), (len(times) - 1) / 2
    spread = sum((at - middle) ** 2 for at in times)
    return sum((at - middle) * (number - half) for number, at in enumerate(times)) / spread


def minutes(times: Sequence[float], until: float) -> list[int]:
    """Return how many came in each whole minute from the first on."""
    whole = int((until - times[0]) // 60)
    marks = [times[0] + 60 * number for number in range(whole + 1)]
    places = [bisect_left(times, mark) for mark in marks]
    return [after - before for before, after in pairwise(places)]


def room(times: Sequence[float], per_s: int, until: float) -> Iterator[tuple[float, float]]:
    """Yield the stretches in which fewer than ``per_s`` messages had been taken within the last second."""
    open_from: float | None = times[0]
    for place, at in enumerate(times):
        # From this message on until the oldest of the last ``per_s`` is a second old, all is used.
        oldest = times[place - per_s + 1] if place >= per_s - 1 else None
        if oldest is None or oldest + 1 <= at:
            continue
        if open_from is not None and open_from < at:
            yield open_from, at
        open_from = oldest + 1
    if open_from is not None and open_from < until:
        yield open_from, until


def worst_wait(sent: Sequence[Sending], ready_s: float, per_s: int, pace: Pace) -> float:
    """Return the longest time for which a chat could have heard its next item, and the bot had room, in vain.

    A chat is ready from ``ready_s`` on, and after each message as soon as its own pace allows the next
    (three at once, then one an interval). The bot has room while fewer than ``per_s`` messages were
    taken within the last second.
    """
    stretches = list(room([one.at_s for one in sent], per_s, sent[-1].at_s))
    begins, ends = [one[0] for one in stretches], [one[1] for one in stretches]
    arrival: dict[ChatId, float] = {}
    since: dict[ChatId, float] = {}
    worst = 0.0
    for one in sent:
        ready = since.get(one.chat, ready_s)
        first, last = bisect_right(ends, ready), bisect_left(begins, one.at_s)
        for begin, end in stretches[first:last]:
            worst = max(worst, min(end, one.at_s) - max(begin, ready))
        interval = 1 / _per_s(one.chat, pace)
        arrival[one.chat] = max(arrival.get(one.chat, 0), one.at_s) + interval
        since[one.chat] = max(one.at_s, arrival[one.chat] - 2 * interval)
    return worst


def _per_s(chat: ChatId, pace: Pace) -> float:
    return 1000 / (pace.private_ms if chat > 0 else pace.shared_ms)

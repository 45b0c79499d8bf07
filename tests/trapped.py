"""A relay that kills itself in a gap that has a name.

``python -m tests.trapped``, which tests/nursery.py starts, has imported what is slow to import and
waits for orders, a line of JSON each. It forks a relay for each, says its process id, and at its end
how it ended. The relay is the real one, through its front door; only the one method at the gap is
wrapped, from outside.
"""

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot import __main__ as front_door
from bot import pings, route
from bot.__main__ import stop_signal as hear_signals
from bot.deliver.sender import Sender
from bot.fetch.client import Client
from bot.store import candidates, outbox
from bot.store.chats import Chats
from bot.store.door import Door
from bot.store.news import News
from bot.store.outbox import Outbox
from bot.store.pushes import Pushes
from tests.nursery import PORTION, Order

Fits = Callable[[tuple[Any, ...], Any], bool]


def step(name: str) -> Fits:
    """Tell the calls of one script from those of all others."""
    return lambda args, _: bool(args[0] == name)


@dataclass(frozen=True)
class Gap:
    """Before or after a call of ``method``; ``stuck`` is one that does not return meanwhile."""

    owner: type
    method: str
    after: bool
    fits: Fits = lambda _args, _answer: True
    stuck: tuple[type, str] | None = None


GAPS = {
    "after claim": Gap(Outbox, "claim", after=True, fits=lambda _, claimed: bool(claimed.claims)),
    "before send": Gap(Sender, "deliver", after=False),
    "after send before settle": Gap(Sender, "deliver", after=True),
    "after piece": Gap(Outbox, "piece", after=True),
    "after settle": Gap(Outbox, "settle", after=True),
    "before defer": Gap(Outbox, "defer", after=False),
    "after defer": Gap(Outbox, "defer", after=True),
    "before park": Gap(Outbox, "park", after=False),
    "after park": Gap(Outbox, "park", after=True),
    "some lanes written": Gap(Door, "run", after=True, fits=step("lay")),
    "all lanes written, not acknowledged": Gap(News, "ack", after=False),
    "all sent, not acknowledged": Gap(Outbox, "settle", after=True, stuck=(News, "ack")),
    "after acknowledgement": Gap(News, "ack", after=True),
    "before migration": Gap(Chats, "migrate", after=False),
    "after migration": Gap(Chats, "migrate", after=True),
    "hub asked": Gap(Client, "post", after=True),
    "push noted": Gap(Pushes, "ping", after=True),
    "push taken in, not noted": Gap(Pushes, "taken", after=False),
    "between two steps of a document": Gap(Door, "run", after=True, fits=step("intake")),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def never(*_: object, **__: object) -> None:
    await asyncio.Event().wait()


def set_trap(gap: Gap, nth: int) -> None:
    """Wrap the method at the gap."""
    real, times = getattr(gap.owner, gap.method), count(1)

    async def trapped(self: object, *args: Any, **named: Any) -> Any:
        if not gap.after and gap.fits(args, None) and next(times) == nth:
            die()
        answer = await real(self, *args, **named)
        if gap.after and gap.fits(args, answer) and next(times) == nth:
            die()
        return answer

    setattr(gap.owner, gap.method, trapped)
    if gap.stuck is not None:
        setattr(*gap.stuck, never)


def shorten_leases(lease_ms: int) -> None:
    """Let a lease end while a test waits for it."""
    real = Outbox.claim

    async def claim(self: Outbox, limit: int, wanted_ms: int) -> outbox.Claimed:
        return await real(self, limit, min(wanted_ms, lease_ms))

    setattr(Outbox, "claim", claim)  # noqa: B010  mypy will not have a method assigned to
    route.LEAD_MS = lease_ms  # who routes is told by a lease, too


def stop_signal() -> asyncio.Event:
    """Be told to stop from now on; a signal that came before comes now."""
    stop = hear_signals()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    return stop


def run(order: Order) -> None:
    """Be the relay of ``order``, to the end."""
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(order.folder)
    log = os.open("relay.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    candidates.ITEMS_AT_ONCE = PORTION
    outbox.LETTERS_AT_ONCE = 1
    route.BLOCK_MS = 50
    pings.NET_MS = 500
    if order.lease_ms:
        shorten_leases(order.lease_ms)
    if order.gap:
        set_trap(GAPS[order.gap], order.nth)
    front_door.stop_signal = stop_signal
    status = front_door.main(["run", *order.roles])
    sys.stdout.flush()
    os._exit(status)


def main() -> None:
    """Run one order after the other.

    A relay's id is told before it hears signals: those that tell it to stop wait until it does.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    gc.freeze()
    for line in sys.stdin:
        told: dict[str, Any] = json.loads(line)
        pid = os.fork()
        if not pid:
            run(Order(**told))
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()

"""The worker's side of :mod:`bot.parse.worker`: a process that reads documents as ordered.

It is run with ``python -m bot.parse.reading BYTES``, holds itself to that much memory and to the
time each order grants, and ends when its input does: it cannot outlive whoever started it.
"""

import contextlib
import json
import math
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

from bot.errors import NotAFeed
from bot.parse import wire
from bot.parse.article import text_of
from bot.parse.document import attempt
from bot.parse.verdict import Refused
from bot.parse.wire import READY, ROOM, Order, Reply

if sys.platform != "win32":
    import fcntl
    import resource


def serve(orders: BinaryIO, replies: BinaryIO) -> None:
    """Read documents as ordered until the orders end; the worker's whole life."""
    replies.write(READY)
    replies.flush()
    while line := orders.readline():
        order = wire.unpack_order(line)
        body = orders.read(order.size)
        if len(body) < order.size:
            return
        _limit_time(order.limit_s)
        reply, payload = _answer(order, body)
        reply = replace(reply, size=len(payload), resident=_resident())
        replies.write(json.dumps(asdict(reply)).encode() + b"\n" + payload)
        replies.flush()


def _answer(order: Order, body: bytes) -> tuple[Reply, bytes]:
    try:
        if order.article:
            text = text_of(body, order.url, order.content_type).encode(errors="replace")
            return Reply("text"), text
        found = attempt(body, url=order.url, content_type=order.content_type, effort=order.effort)
        if isinstance(found, Refused):
            return Reply("refused", found.reason), b""
        payload = wire.pack(found)
    except NotAFeed as error:
        return Reply("not a feed", str(error)), b""
    except (MemoryError, RecursionError):
        return Reply("too complex", "it takes too much memory to read"), b""
    except Exception as error:  # noqa: BLE001  whatever a library raises, the next document is to be read
        return Reply("too complex", f"reading it fails: {error!r:.200}"), b""
    return Reply("document"), payload


def _limit_memory(most: int) -> None:
    """Hold this process to ``most`` bytes of address space, where the system can (macOS cannot)."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    """Have this process ended after so many more seconds of computing, whoever is left to watch it."""
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = math.ceil(used.ru_utime + used.ru_stime + seconds)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _resident() -> int:
    """Return the bytes this process holds in memory; 0 where the system does not tell.

    Not by ``ru_maxrss`` on Linux: it survives exec, so a child would be as large as its parent was.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if sys.platform == "darwin" else 0
    return pages * resource.getpagesize()


def _widen(pipe: int) -> None:
    """Let a whole answer into the pipe, where the system can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, ROOM)


def main() -> None:
    """Serve on standard input and output; what a library prints goes nowhere."""
    _limit_memory(int(sys.argv[1]))
    with contextlib.suppress(OSError):
        os.nice(5)
    _widen(1)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()

"""Processes that work for the benchmark: started, given orders, and watched from outside."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
WATCH_S = 0.05
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")
_ANSWER = 256 * 1024 * 1024


@dataclass(slots=True)
class Peak:
    """The most memory that was seen, in bytes: of a process alone, and of it and all below it."""

    own: int = 0
    all: int = 0


class Hand:
    """A process that takes an order and answers it, a line of JSON each."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.peak = Peak()

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
            raise RuntimeError(f"a process ended with {await self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def watch(self) -> None:
        """Look at the memory of the process and all below it, until cancelled."""
        pid = self._process.pid
        while True:
            sizes = [resident(one) for one in (pid, *descendants(pid))]
            self.peak.own = max(self.peak.own, sizes[0])
            self.peak.all = max(self.peak.all, sum(sizes))
            await asyncio.sleep(WATCH_S)

    async def stop(self) -> None:
        """Let it end."""
        assert self._process.stdin
        self._process.stdin.close()
        async with asyncio.timeout(30):
            await self._process.wait()


@asynccontextmanager
async def hand(module: str, **orders: object) -> AsyncIterator[tuple[Hand, dict[str, Any]]]:
    """Start a process with its first orders; give it, and what it says when it is ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", module),
        env=environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_ANSWER,
    )
    made = Hand(process)
    watch = asyncio.create_task(made.watch())
    try:
        ready = await made.ask(**orders)
        yield made, ready
        await made.stop()
    finally:
        watch.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()


def environment(**more: str) -> Mapping[str, str]:
    """Return what a process of ours gets to see: this tree's code, and no proxy."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "benchmarks"))), **more}


def descendants(pid: int) -> list[int]:
    """Return the processes that ``pid`` has started, and those that they have."""
    found: list[int] = []
    for child in _children(pid):
        found += [child, *descendants(child)]
    return found


def _children(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                yield from map(int, (task / "children").read_text().split())


def resident(pid: int) -> int:
    """Return the bytes of memory a process has now; 0 if it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0


def computed_s(pid: int) -> float:
    """Return the seconds that a live process has computed, without its children; 0 if it is gone."""
    with suppress(OSError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / _TICK
    return 0.0

"""Relays that can be killed and started again without the time that importing takes: see tests/trapped.py."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.relay import ROOT

PORTION = 10
"""How many items of a document one step takes in the relays here: few, so that there are several."""


@dataclass(frozen=True)
class Order:
    """Which relay to run: with ``gap`` it dies when it comes there for the ``nth`` time."""

    folder: str
    environment: dict[str, str]
    roles: tuple[str, ...]
    gap: str = ""
    nth: int = 1
    lease_ms: int = 0
    """The longest lease on a chat; 0 for the relay's own."""


@dataclass
class Nursery:
    """Starts relays, one at a time, and hears how they end."""

    process: subprocess.Popen[bytes]
    pid: int = 0
    """Of the relay that runs; 0 for none."""

    async def start(self, order: Order) -> None:
        """Start a relay."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        self.pid = await self._told()

    async def ended(self) -> int:
        """Wait for its end; return its exit code, below 0 for the signal that ended it."""
        status = await self._told()
        self.pid = 0
        return status

    async def stop(self) -> int:
        """SIGTERM; return the exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return await self.ended()

    async def clear(self) -> None:
        """End what a test that failed has left running."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            await self.ended()

    async def _told(self) -> int:
        assert self.process.stdout is not None
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.process.stdout, ready.set)
        try:
            async with asyncio.timeout(20):
                await ready.wait()
        finally:
            loop.remove_reader(self.process.stdout)
        return int(self.process.stdout.readline())


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Give a nursery; whatever still runs at the end is killed."""
    command = [sys.executable, "-m", "tests.trapped"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, bufsize=0, start_new_session=True
    ) as process:
        try:
            yield Nursery(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def log_of(folder: Path) -> str:
    """Return what the relays in ``folder`` have said."""
    return (folder / "relay.log").read_text(encoding="utf-8", errors="replace")

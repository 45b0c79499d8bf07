"""An origin of many feeds in a process of its own (``benchmarks/polling/origin.py``), good ones and bad ones."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent


class Request(NamedTuple):
    """Which feed was asked, from when until when (:func:`time.monotonic`), and by whom (User-Agent)."""

    feed: str
    begun: float
    ended: float | None
    agent: str


@dataclass(frozen=True, slots=True)
class Far:
    """The process; ``urls`` are the good feeds, ``bad`` the others by what is wrong with them."""

    process: asyncio.subprocess.Process
    urls: list[str]
    bad: dict[str, list[str]]

    async def ask(self, **order: object) -> dict[str, Any]:
        """Give an order and return the answer; the module says which there are."""
        return await _ask(self.process, order)

    async def requests(self) -> list[Request]:
        """Return what was asked since the round began."""
        return [Request(*told) for told in (await self.ask(do="log"))["requests"]]


@asynccontextmanager
async def far(**orders: object) -> AsyncIterator[Far]:
    """Start an origin with its first orders."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "polling.origin",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "benchmarks")},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=64 * 1024 * 1024,
    )  # fmt: skip
    try:
        told = await _ask(process, orders)
        yield Far(process, told["urls"], told["bad"])
    finally:
        process.kill()
        await process.wait()


async def _ask(process: asyncio.subprocess.Process, order: dict[str, object]) -> dict[str, Any]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(order).encode() + b"\n")
    answer: dict[str, Any] = json.loads(await process.stdout.readline())
    return answer

"""An origin of many feeds in a process of its own (``benchmarks/polling/origin.py``), good ones and bad ones."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Far:
    """The process; ``urls`` are the good feeds, ``bad`` the others by what is wrong with them."""

    process: asyncio.subprocess.Process
    urls: list[str]
    bad: dict[str, list[str]]

    async def ask(self, **order: object) -> dict[str, Any]:
        """Give an order and return the answer; the module says which there are."""
        return await _ask(self.process, order)

    async def requests(self) -> list[tuple[str, float, float | None]]:
        """Return what was asked since the round began: which feed, from when until when (monotonic, s)."""
        return [(name, begun, ended) for name, begun, ended in (await self.ask(do="log"))["requests"]]


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

"""The relay as its users run it: a process of its own, that can be stopped, and killed at any moment."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.playground import Playground

ROOT = Path(__file__).parent.parent


@dataclass
class Relay:
    """``newsrelay`` in ``folder``, with its log and its embedded Redis there."""

    folder: Path
    environment: Mapping[str, str]
    process: asyncio.subprocess.Process | None = None
    started: list[asyncio.subprocess.Process] = field(default_factory=list)
    kills: int = field(default=0)

    @property
    def log(self) -> str:
        """What the relay has said so far."""
        return (self.folder / "relay.log").read_text(encoding="utf-8", errors="replace")

    async def command(self, *words: str, check: bool = True) -> tuple[int, str, str]:
        """Run one command to its end; return its exit code, output and errors."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words,
            env=self.environment, cwd=self.folder, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        code = process.returncode or 0
        assert not check or code == 0, f"newsrelay {' '.join(words)}: {code}: {err.decode()}"
        return code, out.decode(), err.decode()

    async def start(self, *roles: str) -> None:
        """Start the relay in a process group of its own; return as soon as it runs."""
        with (self.folder / "relay.log").open("ab") as log:
            begin = log.tell()
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", *roles,
                env=self.environment, cwd=self.folder, start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.started.append(self.process)
        await self.says("newsrelay runs", begin)

    async def says(self, words: str, begin: int = 0) -> None:
        """Wait until the relay has said ``words`` in its log, from the byte ``begin`` on."""
        assert self.process is not None
        async with asyncio.timeout(30):
            while words not in self.log[begin:]:
                assert self.process.returncode is None, self.log[begin:]
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """SIGKILL the relay, its workers and its Redis, as a machine that loses power would."""
        assert self.process is not None
        self.kills += 1
        os.killpg(self.process.pid, signal.SIGKILL)
        self.kill_redis()
        await self.process.wait()

    def kill_redis(self) -> None:
        """SIGKILL the embedded server, if one was started."""
        for pid in self.redis_pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def redis_pids(self) -> list[int]:
        """Return the embedded server's process ids, as its own log tells them."""
        log = self.folder / "data" / "redis.log"
        told = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        pids = [int(pid) for pid in re.findall(r"^(\d+):M", told, re.MULTILINE)]
        return pids[-1:]

    async def stop(self) -> int:
        """SIGTERM; return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            return await self.process.wait()


@asynccontextmanager
async def relay(folder: Path, world: Playground, **settings: str) -> AsyncIterator[Relay]:
    """Prepare a relay that speaks to ``world``; whatever still runs at the end is killed."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "default",
        "TELEGRAM_BOT_TOKEN": world.token,
        "TELEGRAM_API_URL": world.url,
        "DATA_DIR": str(folder / "data"),
        "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "POLL_MIN_SECONDS": "1",
        "POLL_MAX_SECONDS": "2",
        "PAGES": "off",
        **settings,
    }
    made = Relay(folder, environment)
    try:
        yield made
    finally:
        for process in made.started:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        made.kill_redis()

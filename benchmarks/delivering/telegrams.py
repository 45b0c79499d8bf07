"""The Telegram that is written to: the project's own in a process of its own, or any other Bot API."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from bot.items import ChatId
from delivering.figures import most_within

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that Telegram took: when (seconds since 1970), where, and its first line."""

    at_s: float
    chat: ChatId
    line: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What came to Telegram; ``most_in_a_second``: calls, refused ones too; ``cpu_s``: None if unknown."""

    sent: Sequence[Sending]
    refusals: int
    offences: int
    duplicates: int
    most_in_a_second: int
    cpu_s: float | None = None


class Witness(Protocol):
    """A Telegram, and what it has seen."""

    url: str
    token: str
    chats: Sequence[ChatId]
    record: Path | None

    async def seen(self, after: int = 0) -> Seen:
        """Tell what was sent after the first ``after`` messages, and the counts of all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What chats a scene needs, and whether the flood limits hold."""

    private: int = 0
    channels: int = 0
    groups: int = 0
    limits: bool = True


class LocalTelegram:
    """The playground's process."""

    record: Path | None = None

    def __init__(self, told: dict[str, Any], http: aiohttp.ClientSession) -> None:
        self.url: str = told["url"]
        self.token: str = told["token"]
        self.chats: Sequence[ChatId] = [ChatId(one) for one in told["chats"]]
        self._http = http

    async def seen(self, after: int = 0) -> Seen:
        """Ask it."""
        async with self._http.get(f"{self.url}/playground/stats", params={"after": after}) as answer:
            told = await answer.json()
        sent = [Sending(at, ChatId(chat), line) for at, chat, line in sorted(told["sent"])]
        counts = ("refusals", "offences", "duplicates", "most_in_a_second", "cpu_s")
        return Seen(sent, *(told[name] for name in counts))


@dataclass
class OtherTelegram:
    """Another Bot API; what it has seen is what the workers write down of its answers."""

    url: str
    token: str
    chats: Sequence[ChatId]
    record: Path | None
    _calls: list[dict[str, Any]] = field(default_factory=list)
    _read: int = 0

    async def seen(self, after: int = 0) -> Seen:
        """Read the record: an offence is a call to a chat that began within its ``retry_after``."""
        self._catch_up()
        done = [call for call in self._calls if call["code"] == 200]
        sent = [Sending(call["at"], ChatId(call["chat"]), call["line"]) for call in done]
        texts = Counter((one.chat, one.line) for one in sent)
        refusals = offences = 0
        silent: dict[int, float] = {}
        for call in sorted(self._calls, key=lambda one: float(one["began"])):
            offences += call["began"] < silent.get(call["chat"], 0)
            if call["code"] == 429:
                refusals += 1
                silent[call["chat"]] = call["at"] + call["wait"]
        most = most_within(sorted(float(call["began"]) for call in self._calls), 1)
        return Seen(sent[after:], refusals, offences, len(sent) - len(texts), most)

    def _catch_up(self) -> None:
        if self.record is None or not self.record.exists():
            return
        with self.record.open(encoding="utf-8") as lines:
            lines.seek(self._read)
            while (line := lines.readline()).endswith("\n"):
                self._calls.append(json.loads(line))
                self._read = lines.tell()


@dataclass(frozen=True, slots=True)
class Place:
    """Where Telegram is: here unless an address is given."""

    url: str = ""
    token: str = ""
    chats: Sequence[ChatId] = ()

    @asynccontextmanager
    async def open(self, wanted: Wanted, folder: Path) -> AsyncIterator[Witness]:
        """Give a Telegram with such chats; another one's chats are taken as far as they go."""
        if self.url:
            people = [one for one in self.chats if one > 0]
            others = [one for one in self.chats if one < 0]
            some = (*people[: wanted.private], *others[: wanted.channels + wanted.groups])
            yield OtherTelegram(self.url, self.token, some, folder / "calls.jsonl")
            return
        kinds = {"private": wanted.private, "channels": wanted.channels, "groups": wanted.groups}
        words = [word for kind, number in kinds.items() for word in (f"--{kind}", str(number))]
        words += [] if wanted.limits else ["--no-limits"]
        async with _process("-P", "-m", "bot.playground", *words) as (process, http):
            _prefer(process.pid)
            assert process.stdout
            yield LocalTelegram(json.loads(await process.stdout.readline()), http)


@asynccontextmanager
async def _process(
    *words: str,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, aiohttp.ClientSession]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, env=environment(), stdout=asyncio.subprocess.PIPE, limit=16 * 1024 * 1024
    )
    try:
        async with aiohttp.ClientSession() as http:
            yield process, http
    finally:
        process.terminate()
        await process.wait()


def _prefer(pid: int) -> None:
    """Let a process go first where we may: a judge that waits for its turn takes what comes for a burst."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, pid, -10)


def environment() -> dict[str, str]:
    """Return what a process of ours gets to see: this tree's code, and no proxy."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "benchmarks")))}

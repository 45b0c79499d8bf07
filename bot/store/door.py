"""The one way to Redis: every call has a deadline, and every error of Redis' becomes one of ours.

Scripts are files in ``bot/store/lua``. A script that needs functions which several share names
their files on a line ``-- uses: clock, pace``; they are put before it. What the scripts return
is bytes: nothing is decoded here, since items are binary.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    NoScriptError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.errors import StoreError, StoreUnavailable, StoreUnfit
from bot.store import keys as names

DEADLINE_S = 5.0
"""How long one call may take, beyond what it blocks on purpose."""

AGREED_S = 5.0
"""For how long our clock and Redis' are taken to go alike."""

Argument = str | bytes | int | float


@dataclass(frozen=True, slots=True)
class Pace:
    """What Telegram lets one chat hear (telegram.md, section 6): see ``lua/pace.lua``.

    After three messages at once, one in each interval; and in a group or channel no more than ``shared_most``
    within any minute (0: no such bound).
    """

    private_ms: int = 1000
    shared_ms: int = 3000
    shared_most: int = 20


SCRIPTS = Path(__file__).with_name("lua")

_USES = re.compile(r"^-- uses: (.+)$", re.MULTILINE)

_PASSING = (
    "LOADING",
    "MASTERDOWN",
    "BUSY ",
    "NOREPLICAS",
    "TRYAGAIN",
    "CLUSTERDOWN",
    "max number of clients",
)
_UNFIT = {
    "OOM": "Redis is out of memory; raise its maxmemory, or lower KEEP_DAYS",
    "READONLY": "this Redis is a read-only replica; point REDIS_URL at the primary",
    "MISCONF": "Redis cannot write to its disk; see its log, then make room or mend the disk",
    "NOAUTH": "Redis wants a password; put it into REDIS_URL like redis://:password@host",
    "WRONGPASS": "Redis refuses the password in REDIS_URL",
    "invalid password": "Redis refuses the password in REDIS_URL",
    "NOPERM": "this Redis user may not do what newsrelay needs; allow it all commands and keys",
    "unknown command": "this Redis is too old or lacks commands; use Redis 6.2 or Valkey, or newer",
}


def translate(error: Exception) -> StoreError:
    """Return what ``error`` of Redis' means to us; total, and never with a password in it."""
    # The client takes the code off the front of answers that it has a class for.
    text = f"{getattr(error, 'status_code', None) or ''} {error}".strip()
    if any(word in text for word in _PASSING) or isinstance(error, BusyLoadingError):
        return StoreUnavailable(f"Redis is busy and will answer later: {text}")
    for word, sentence in _UNFIT.items():
        if word in text:
            return StoreUnfit(sentence)
    if isinstance(error, AuthenticationError | AuthorizationError):
        return StoreUnfit(_UNFIT["WRONGPASS"])
    if isinstance(error, ResponseError):
        return StoreError(f"Redis refuses a step: {text}")
    reason = text or type(error).__name__
    return StoreUnavailable(f"Redis does not answer ({reason}); see that it runs and that REDIS_URL is right")


@contextmanager
def translated() -> Iterator[None]:
    """Turn whatever Redis, the network or a deadline raises into our own errors."""
    try:
        yield
    except (RedisError, RedisConnectionError, RedisTimeoutError, OSError, TimeoutError) as error:
        raise translate(error) from error


@cache
def _source(name: str) -> str:
    return (SCRIPTS / f"{name}.lua").read_text(encoding="utf-8")


@cache
def script(name: str, pace: Pace) -> tuple[str, str]:
    """Return the whole text of a script, shared functions first, and its SHA-1 as Redis knows it."""
    text = _source(name)
    uses = _USES.search(text)
    shared = [_source(one.strip()) for one in uses.group(1).split(",")] if uses else []
    constants = f"local PRIVATE_MS, SHARED_MS = {pace.private_ms}, {pace.shared_ms}\n"
    constants += f"local SHARED_MOST = {pace.shared_most}"
    whole = "\n".join([constants, *shared, text])
    return whole, hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class _Call:
    """One run of a script that waits for its trip to Redis, and for its answer."""

    text: str
    digest: str
    rest: tuple[Argument, ...]
    answer: asyncio.Future[Any]


class Door:
    """What the rooms of the store speak to Redis through.

    Scripts that are run in the same moment share one trip: under load a courier settles several
    messages at once, and the trip costs more than the script.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        clock: Callable[[], int] | None = None,
        deadline_s: float = DEADLINE_S,
        pace: Pace = Pace(),
    ) -> None:
        self._redis: Any = redis  # execute_command has no types
        self._clock = clock
        self._pace = pace
        self._deadline_s = deadline_s
        self._ahead_ms = 0
        """What Redis' clock shows more than our monotonic one."""
        self._asked_s = float("-inf")
        self._waiting: list[_Call] = []
        self._trips: set[asyncio.Task[None]] = set()

    @property
    def steered_ms(self) -> int:
        """What scripts take for now: 0 tells them to ask Redis' own clock, which all workers share."""
        return self._clock() if self._clock else 0

    async def now_ms(self) -> int:
        """Return the time by the clock that scripts go by, in epoch milliseconds."""
        if self._clock:
            return self._clock()
        seconds, micros = await self.do("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    async def about_now_ms(self) -> int:
        """Return the time as :meth:`now_ms` does, to some milliseconds, mostly without a trip."""
        if self._clock:
            return self._clock()
        now_s = time.monotonic()
        if now_s - self._asked_s > AGREED_S:
            # As if the answer took no time: what is noticed now is not noted as noticed before.
            self._ahead_ms = await self.now_ms() - round(now_s * 1000)
            self._asked_s = now_s
        return self._ahead_ms + round(time.monotonic() * 1000)

    async def do(self, *command: Argument, block_ms: int = 0) -> Any:
        """Return what Redis answers to one command, which may block for ``block_ms``.

        Raises:
            StoreUnavailable: no answer within the deadline; whether it was done is not known.
            StoreUnfit: Redis will not do it until somebody changes something there.
        """
        with translated():
            async with asyncio.timeout(self._deadline_s + block_ms / 1000):
                return await self._redis.execute_command(*command)

    async def many(self, commands: Sequence[Sequence[Argument]]) -> list[Any]:
        """Return the answers to ``commands``, sent together; they are not one step. Raises as :meth:`do`."""
        if not commands:
            return []
        with translated():
            async with asyncio.timeout(self._deadline_s), self._redis.pipeline(transaction=False) as pipe:
                for command in commands:
                    pipe.execute_command(*command)
                answers: list[Any] = await pipe.execute()
                return answers

    async def run(self, name: str, *args: Argument, keys: Sequence[str] = ()) -> Any:
        """Return what the script ``name`` answers; its first argument is always the time.

        Raises:
            StoreUnavailable, StoreUnfit: as :meth:`do`.
        """
        loop = asyncio.get_running_loop()
        rest = (len(keys), *keys, self.steered_ms, *args)
        call = _Call(*script(name, self._pace), rest, loop.create_future())
        if not self._waiting:
            loop.call_soon(self._leave)
        self._waiting.append(call)
        try:
            with translated():
                async with asyncio.timeout(self._deadline_s):
                    return await call.answer
        except StoreError as error:
            if "WRONGTYPE" in str(error) and (named := await self._misfits()):
                raise StoreError(f"{error}; {named}") from error
            raise

    def _leave(self) -> None:
        """Send off what waits."""
        calls, self._waiting = self._waiting, []
        trip = asyncio.get_running_loop().create_task(self._trip(calls))
        self._trips.add(trip)
        trip.add_done_callback(self._trips.discard)

    async def _trip(self, calls: Sequence[_Call]) -> None:
        """Run the scripts of ``calls`` and hand each its answer, or the error that it met."""
        answers: Sequence[Any]
        try:
            async with asyncio.timeout(self._deadline_s):
                answers = await self._together([("EVALSHA", one.digest, *one.rest) for one in calls])
                if any(isinstance(one, NoScriptError) for one in answers):
                    # Redis has forgotten its scripts; those that it knew have been run.
                    answers = [
                        (await self._together([("EVAL", call.text, *call.rest)]))[0]
                        if isinstance(answer, NoScriptError)
                        else answer
                        for call, answer in zip(calls, answers, strict=True)
                    ]
        except Exception as error:  # noqa: BLE001  each of those who wait makes of it what it is
            answers = [error] * len(calls)
        for call, answer in zip(calls, answers, strict=True):
            if call.answer.done():
                continue
            if isinstance(answer, Exception):
                call.answer.set_exception(answer)
            else:
                call.answer.set_result(answer)

    async def _together(self, commands: Sequence[tuple[Argument, ...]]) -> list[Any]:
        """Return the answers to ``commands``; what Redis refuses of them is an answer, too."""
        if len(commands) == 1:
            try:
                return [await self._redis.execute_command(*commands[0])]
            except ResponseError as error:
                return [error]
        async with self._redis.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            answers: list[Any] = await pipe.execute(raise_on_error=False)
            return answers

    async def _misfits(self) -> str:
        """Return in words which keys without an id hold what is not ours, "" if none does."""
        kinds = await self.many([("TYPE", key) for key in names.TYPES])
        told = [
            f"the key {key} holds a {kind.decode()}, not newsrelay's {names.TYPES[key]}: delete or rename it"
            for key, kind in zip(names.TYPES, kinds, strict=True)
            if kind.decode() not in {"none", names.TYPES[key]}
        ]
        return "; ".join(told)

    async def close(self) -> None:
        """Give up the connections, once the answers on their way have come."""
        if self._trips:
            await asyncio.wait(self._trips, timeout=self._deadline_s)
        with translated():
            async with asyncio.timeout(self._deadline_s):
                await self._redis.aclose()

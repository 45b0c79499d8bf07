"""Reading documents: what is sure to be quick here, all else in child processes that can be killed.

What the strict scan accepts is read by the ordinary workers; what it refuses goes to a worker of
its own, so that a hostile document delays no good feed. A worker is started when first needed,
used again, and replaced when it has grown, died or been killed: bounded in time and memory.

The other side is :mod:`bot.parse.reading`; what is said between the two is in
:mod:`bot.parse.wire`. What parses is loaded with the first small document.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import NotAFeed, TooComplex
from bot.fetch.address import host_of
from bot.items import Document
from bot.loading import loading
from bot.parse import wire
from bot.parse.verdict import QUICK_BYTES, Effort, Refused
from bot.parse.wire import READY, ROOM, Order, Reply

log = logging.getLogger(__name__)

START_S = 60.0
"""A worker that is not ready after this is broken; on a busy small machine it takes a second."""

END_S = 5.0
"""A killed worker ends at once, but for a machine that is beyond help."""

PATIENCE = 3
"""How many times its limit of computing time a document may take by the clock: others compute too."""

MOST_DOCUMENTS = 2_000
"""A worker is replaced after this many: libraries leak."""

MOST_RESIDENT = 128 * 1024 * 1024
"""A worker that has once grown beyond this many bytes is replaced, to give them back."""

MOST_HERE = 250
"""A thread that reads here is replaced after this many: up to 45 KB of each may stay as long as it."""

MOST_ANSWER = 64 * 1024 * 1024
LARGE_ANSWER = 100_000
"""Answers beyond this many bytes are unpacked off the event loop."""

SIGXCPU = getattr(signal, "SIGXCPU", 0)
"""What ends a worker that has computed for as long as it may."""


_Quickly = Callable[[bytes, str, str], Document | None]
"""See :func:`bot.parse.quick.read_quickly`."""

_KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")


class _Here:
    """Reads small documents in a thread of their own, for which the caller waits as if there was none.

    libxml2 keeps all names, and all white space between elements, that a thread has read. Hostile documents
    have new ones each time, and this process is to live long.
    """

    def __init__(self, read: _Quickly) -> None:
        self._read = read
        self._thread = ThreadPoolExecutor(1)
        self._served = 0

    def read(self, body: bytes, url: str, content_type: str) -> Document | None:
        """Read a document; see :func:`bot.parse.quick.read_quickly`."""
        if self._served >= MOST_HERE:
            self.close()
            self._thread, self._served = ThreadPoolExecutor(1), 0
        self._served += 1
        return self._thread.submit(self._read, body, url, content_type).result()

    def close(self) -> None:
        """Have the thread end."""
        self._thread.shutdown(wait=False)


class _Died(Exception):
    """The worker ended in the middle of a document."""


class _Worker:
    """One child process, or the lack of one: started when needed. Serves one caller at a time."""

    def __init__(self, limit_s: float, memory_bytes: int) -> None:
        self._limit_s = limit_s
        self._memory_bytes = memory_bytes
        self._process: asyncio.subprocess.Process | None = None
        self._ended: list[asyncio.subprocess.Process] = []
        self._served = 0

    async def read(self, body: bytes, url: str, content_type: str, effort: Effort) -> Document | Refused:
        """Read a document; see :meth:`Parser.read`. Cancelled, it leaves no answer behind."""
        order = Order(len(body), url, content_type, effort, self._limit_s)
        return await self._understood(*await self._answer(order, body))

    async def text(self, body: bytes, url: str, content_type: str) -> str:
        """Read a page's text; see :meth:`Parser.text`. Cancelled, it leaves no answer behind."""
        order = Order(len(body), url, content_type, Effort.ALL, self._limit_s, article=True)
        reply, payload = await self._answer(order, body)
        if reply.status != "text":
            raise TooComplex(reply.message)
        return payload.decode(errors="replace")

    async def _answer(self, order: Order, body: bytes) -> tuple[Reply, bytes]:
        """Have the order carried out, by one process or the next.

        Raises:
            TooComplex: it takes too much time or memory.
        """
        while True:
            process = await self._ready()
            is_fresh = self._served == 0
            try:
                async with asyncio.timeout(PATIENCE * self._limit_s):
                    reply, payload = await self._ask(process, order, body)
            except TimeoutError:
                self._kill()
                raise TooComplex(f"it takes more than {PATIENCE * self._limit_s:g} seconds to read") from None
            except _Died:
                await self._bury(process)
                if not is_fresh and process.returncode != -SIGXCPU:
                    continue  # it may have ended before it saw this document
                raise TooComplex(
                    f"it takes more than {self._limit_s:g} seconds, or too much memory, to read"
                ) from None
            except BaseException:
                self._kill()
                raise
            self._served += 1
            if self._served >= MOST_DOCUMENTS or reply.resident > MOST_RESIDENT:
                self._kill()
            return reply, payload

    async def close(self) -> None:
        """End the process and wait for its end, so that none is left."""
        self._kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                for process in self._ended:
                    await process.wait()
        self._ended.clear()

    async def _ready(self) -> asyncio.subprocess.Process:
        """Return the process, started and listening.

        Raises:
            TooComplex: it cannot be started now; whoever asked tries again later.
        """
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._kill()
        self._served = 0
        try:
            async with asyncio.timeout(START_S):
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "bot.parse.reading",
                    str(self._memory_bytes),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    limit=ROOM,
                    start_new_session=True,  # Ctrl-C is for us; the worker ends with its input
                    env=_environment(),
                )
                assert self._process.stdout is not None
                await self._process.stdout.readuntil(READY)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            self._kill()
            raise TooComplex(f"no reader could be started for it: {error or 'too slow'}") from error
        except BaseException:
            self._kill()
            raise
        return self._process

    @staticmethod
    async def _ask(process: asyncio.subprocess.Process, order: Order, body: bytes) -> tuple[Reply, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(wire.pack_order(order))
            process.stdin.write(body)
            await process.stdin.drain()
            reply = Reply(**json.loads(await process.stdout.readuntil(b"\n")))
            if not 0 <= reply.size <= MOST_ANSWER:
                raise _Died
            return reply, await process.stdout.readexactly(reply.size)
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError, TypeError) as error:
            raise _Died from error

    async def _understood(self, reply: Reply, payload: bytes) -> Document | Refused:
        if reply.status == "refused":
            return Refused(reply.message)
        if reply.status == "not a feed":
            raise NotAFeed(reply.message)
        if reply.status != "document":
            self._kill()
            raise TooComplex(reply.message)
        try:
            if len(payload) < LARGE_ANSWER:
                return wire.unpack(payload)
            return await asyncio.to_thread(wire.unpack, payload)
        except (ValueError, TypeError) as error:
            self._kill()
            raise TooComplex("the reader's answer cannot be understood") from error

    async def _bury(self, process: asyncio.subprocess.Process) -> None:
        """Wait a moment for the end of a process that has closed its output, before it is killed.

        Killing what is ending just now would take its exit status from the event loop.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await process.wait()
        self._kill()

    def _kill(self) -> None:
        """End the process at once; its end is awaited in :meth:`close`, or by the event loop."""
        process, self._process = self._process, None
        self._ended = [one for one in self._ended if one.returncode is None]
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        self._ended.append(process)


class Parser:
    """Reads documents, here or in bounded child processes; an async context manager.

    Attributes:
        workers: how many documents are read at the same time; by default one less than there are
            processors, at most four.
        limit_s: seconds of computing a document may take; thrice that by the clock.
        memory_bytes: address space a worker may take, where the system can hold it to that.
        quick_bytes: larger documents are read by workers, whatever they hold.
    """

    def __init__(
        self,
        workers: int | None = None,
        limit_s: float = 10.0,
        memory_bytes: int = 1024 * 1024 * 1024,
        *,
        quick_bytes: int = QUICK_BYTES,
    ) -> None:
        self._quick_bytes = quick_bytes
        self._quickly: _Here | None = None
        self._loading = asyncio.Lock()
        count = workers or max(1, min(4, (os.cpu_count() or 1) - 1))
        self._ordinary = [_Worker(limit_s, memory_bytes) for _ in range(count)]
        self._patient = [_Worker(limit_s, memory_bytes)]
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        self._free_patient: asyncio.Queue[_Worker] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        for worker in self._ordinary:
            self._free.put_nowait(worker)
        for worker in self._patient:
            self._free_patient.put_nowait(worker)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._quickly:
            self._quickly.close()
            self._quickly = None
        for worker in (*self._ordinary, *self._patient):
            await worker.close()

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        """Read a feed document; ``url`` is where it came from, "" for nowhere.

        Raises:
            NotAFeed: it is something else; the message says what.
            TooComplex: it takes too much time or memory.
        """
        if len(body) <= self._quick_bytes and (known := await self._here(body, url, content_type)):
            return known
        found = await self._read(self._free, body, url, content_type, Effort.ACCEPTED_ONLY)
        if isinstance(found, Refused):
            log.info(
                "a document of %s is refused by the strict scan (%s); reading it apart",
                host_of(url),
                found.reason,
            )
            found = await self._read(self._free_patient, body, url, content_type, Effort.ALL)
        if isinstance(found, Refused):
            raise TooComplex(f"its reader gives it up: {found.reason}")
        return found

    async def text(self, page: bytes, url: str, content_type: str = "") -> str:
        """Return the text of an article's page as HTML, "" where it has none; needs the extra.

        Not by the ordinary workers: feeds go first.

        Raises:
            TooComplex: it takes too much time or memory.
        """
        worker = await self._free_patient.get()
        try:
            return await worker.text(page, url, content_type)
        finally:
            self._free_patient.put_nowait(worker)

    async def _here(self, body: bytes, url: str, content_type: str) -> Document | None:
        """Return a small document that takes no longer to read than to ask for; None where a worker has to.

        Raises:
            NotAFeed: it is something else.
        """
        try:
            here = self._quickly or await self._loaded()
            return here.read(body, url, content_type)
        except NotAFeed:
            raise
        except Exception as error:  # noqa: BLE001  whatever a library raises: a worker says what comes of it
            log.debug("a document of %s is read apart: %r", host_of(url), error)
            return None

    async def _loaded(self) -> _Here:
        async with self._loading:
            if self._quickly is None:
                self._quickly = _Here(await asyncio.to_thread(_load))
            return self._quickly

    @staticmethod
    async def _read(
        free: asyncio.Queue[_Worker], body: bytes, url: str, content_type: str, effort: Effort
    ) -> Document | Refused:
        worker = await free.get()
        try:
            return await worker.read(body, url, content_type, effort)
        finally:
            free.put_nowait(worker)


def _load() -> _Quickly:
    """Load what parses: a tenth of a second and some 8 MB, less than a worker takes to start."""
    with loading():
        from bot.parse.quick import read_quickly  # noqa: PLC0415  most polls read nothing
    return read_quickly


def _environment() -> dict[str, str]:
    """Return what a worker needs to start, and nothing else: it has no business with our secrets."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    places = [str(Path(__file__).resolve().parents[2]), *filter(None, sys.path)]
    return kept | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(places)),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

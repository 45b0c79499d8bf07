"""Our own Redis: a server beside us that keeps its data in DATA_DIR, and comes back when it dies.

All newsrelay processes of one data directory share it: the first one in starts it, the last one
out stops it. Who may do what is told by two locked files, and the kernel frees a lock when its
holder dies, however that happens:

- ``server.lock`` is held by the server itself, which inherits it: while it is held, there is a
  server, and nobody starts a second one on the same data.
- ``users.lock`` is shared by all who use it: whoever leaves and can have it alone is the last.

The server is nobody's child but its own session's: it outlives a ``kill -9`` of whoever started
it, does not hear Ctrl-C, and looks the same to all. Why so: docs/decisions/0002-embedded-server.md.
"""

import asyncio
import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import StoreError, StoreUnavailable
from bot.store.binary import find_binary

START_S = 60.0
"""How long the server may take to load its data."""

STOP_S = 3.0
"""How long a stop waits to see the server end, which takes a fraction of that; a server told to end does so
without us, and whoever starts one meanwhile waits for it."""

PROBE_S = 2.0
PATHS_FIT = 100
"""Bytes of a Unix socket's path: macOS allows 104 with the final zero, Linux 108."""

LOG_BYTES = 1024 * 1024
"""Beyond this the server's log is put aside at the next start."""

_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What the server gets to see; the bot's token is not among it."""

_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 5.0

logger = logging.getLogger(__name__)


def socket_path(data_dir: Path) -> Path:
    """Return where the server of ``data_dir`` listens: in it, or in a private place if that is too long."""
    place = data_dir.resolve()
    near = place / "redis.sock"
    if len(os.fsencode(near)) < PATHS_FIT:
        return near
    digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"newsrelay-{os.getuid()}" / f"{digest}.sock"


class EmbeddedServer:
    """The server of one data directory, for as long as the context lasts.

    ``when_alone`` is run on the answering server, given its socket, if nobody else uses it: no one
    can come in before it ends. Whatever leases the data holds are then those of the dead.
    """

    def __init__(self, data_dir: Path, when_alone: Callable[[Path], Awaitable[object]] | None = None) -> None:
        self._data_dir = data_dir.absolute()
        self.socket = socket_path(data_dir)
        self._when_alone = when_alone
        self._users: int | None = None
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start the server, or attach to the one that runs; return when it answers.

        Raises:
            StoreUnavailable: there is none to start, it cannot use the directory, or it does not come up.
        """
        self._make_places()
        try:
            self._users = self._open("users.lock")
            if _lock(self._users, fcntl.LOCK_EX):
                await self._ensure_running()
                if self._when_alone is not None:
                    await self._when_alone(self.socket)
            # Between letting go and sharing, another may find itself alone: we hold nothing yet,
            # and wait here until it shares, too.
            await self._wait_for_lock(self._users, "users.lock", fcntl.LOCK_SH)
            await self._ensure_running()
        except BaseException:
            await self._leave()
            raise
        # Not in a group: what goes wrong where the store is used must come through as it is.
        self._watch = asyncio.create_task(self._keep_running(), name="embedded redis")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server if nobody else uses it."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        await self._leave()

    def _make_places(self) -> None:
        if (before := _unexpanded(self._data_dir)) and not self._data_dir.exists():
            raise StoreUnavailable(
                f"~ in DATA_DIR is the home directory now, and was a folder called ~ until now; "
                f"move what is there: mv '{before}' '{self._data_dir}'"
            )
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            self.socket.parent.mkdir(mode=0o700, exist_ok=True)
            if (
                self.socket.parent.stat().st_uid != os.getuid()
                and self.socket.parent != self._data_dir.resolve()
            ):
                raise PermissionError(None, "belongs to somebody else", str(self.socket.parent))
            probe = self._data_dir / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            where = error.filename or self._data_dir
            raise StoreUnavailable(
                f"DATA_DIR cannot be used: {where}: {error.strerror}; "
                "make it writable, or set another DATA_DIR, or REDIS_URL"
            ) from error

    def _open(self, name: str) -> int:
        return os.open(self._data_dir / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    async def _wait_for_lock(self, descriptor: int, name: str, how: int) -> None:
        try:
            async with asyncio.timeout(START_S):
                while not _lock(descriptor, how):  # noqa: ASYNC110  other processes set no Event of ours
                    await asyncio.sleep(_PAUSE_S)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"another newsrelay does not let go of {self._data_dir / name}; stop it"
            ) from error

    async def _ensure_running(self) -> None:
        """Return when a server answers; start one if none is alive."""
        try:
            async with asyncio.timeout(START_S):
                started = False
                while not await self._answers():
                    descriptor = self._open("server.lock")
                    try:
                        if _lock(descriptor, fcntl.LOCK_EX):
                            if started:
                                raise StoreUnavailable(f"Redis ended as it started: {self._last_words()}")
                            await self._start(descriptor)
                            started = True
                    finally:
                        os.close(descriptor)
                    await asyncio.sleep(_PAUSE_S)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"the Redis of {self._data_dir} does not answer at {self.socket}; see {self._log}"
            ) from error
        except OSError as error:
            raise StoreUnavailable(f"DATA_DIR cannot be used: {error}") from error

    async def _start(self, descriptor: int) -> None:
        """Start a server that holds the lock of ``descriptor`` for as long as it lives."""
        binary = await asyncio.to_thread(find_binary, self._data_dir)
        self.socket.unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        # The shell ends at once, and so the server is not our child: nobody need wait for it, and
        # nothing of asyncio's or subprocess' ends it with us.
        command = ("/bin/sh", "-c", '"$@" >>redis.log 2>&1 </dev/null &', "sh", *self._command(binary))
        shell = await asyncio.create_subprocess_exec(
            *command,
            cwd=self._data_dir,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            start_new_session=True,
            pass_fds=(descriptor,),
        )
        await shell.wait()
        logger.info("%s started on %s", binary, self._data_dir)

    def _command(self, binary: Path) -> tuple[str, ...]:
        flags = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self._data_dir),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-use-rdb-preamble": "no",  # so that Redis and Valkey read each other's files
            "aof-load-truncated": "yes",  # a power cut may tear the last command; the rest is whole
            "auto-aof-rewrite-min-size": "16mb",
            "save": "",
            "maxmemory": "0",
            "maxmemory-policy": "noeviction",
            "set-max-intset-entries": "8192",  # 8 bytes instead of 40 for each key that a feed has shown
            "hash-max-listpack-value": "256",  # what is known of a feed takes 200 bytes less
            "daemonize": "no",
        }
        return (str(binary), *(part for name, value in flags.items() for part in (f"--{name}", value)))

    @property
    def _log(self) -> Path:
        return self._data_dir / "redis.log"

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = self._log.read_text(errors="replace").strip().splitlines()
            return f"{lines[-1].strip()} ({self._log})" if lines else f"see {self._log}"
        return f"see {self._log}"

    async def _answers(self) -> bool:
        """Return whether the server is there and has its data loaded."""
        try:
            async with asyncio.timeout(PROBE_S):
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
                try:
                    writer.write(b"PING\r\n")
                    return (await reader.readline()).startswith(b"+PONG")
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False

    async def _keep_running(self) -> None:
        """Start the server again whenever it dies; an open connection tells at once."""
        pause_s = _PAUSE_S
        while True:
            try:
                await self._ensure_running()
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
                try:
                    pause_s = _PAUSE_S
                    await reader.read(1)
                finally:
                    writer.close()
                logger.warning("the Redis of %s is gone; starting it again", self._data_dir)
            except (OSError, StoreError) as error:
                logger.warning("the Redis of %s cannot be started, trying again: %s", self._data_dir, error)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _leave(self) -> None:
        """Let go of the server, and stop it if nobody else holds on to it."""
        users, self._users = self._users, None
        if users is None:
            return
        try:
            if _lock(users, fcntl.LOCK_EX):
                await self._stop()
        finally:
            os.close(users)

    async def _stop(self) -> None:
        """Stop the server, be it only starting; whoever starts one meanwhile waits for us."""
        try:
            descriptor = self._open("server.lock")
            try:
                async with asyncio.timeout(STOP_S):
                    while not _lock(descriptor, fcntl.LOCK_EX):
                        await self._tell_to_end()
                        await asyncio.sleep(_PAUSE_S)
            finally:
                os.close(descriptor)
        except (OSError, TimeoutError) as error:
            logger.warning("the Redis of %s did not stop: %r", self._data_dir, error)

    async def _tell_to_end(self) -> None:
        """Tell the server to write down what it has and end, and wait until it has, if it hears us yet."""
        with suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(str(self.socket))
            try:
                writer.write(b"SHUTDOWN NOSAVE\r\n")
                await reader.read()
            finally:
                writer.close()


async def remove_unused(data_dir: Path) -> None:
    """Stop the server of a directory that nobody uses, and remove all of it; one in use is left alone."""
    try:
        users = os.open(data_dir / "users.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if _lock(users, fcntl.LOCK_EX):  # nobody can come in meanwhile
            await EmbeddedServer(data_dir)._stop()  # noqa: SLF001  of this module
            await asyncio.to_thread(shutil.rmtree, data_dir, ignore_errors=True)
    finally:
        os.close(users)


def _unexpanded(data_dir: Path) -> Path | None:
    """Return the folder that ``DATA_DIR=~/…`` meant before ~ was expanded, where there is one."""
    literal = Path("~")
    if not literal.is_dir() or not data_dir.is_relative_to(Path.home()):
        return None
    before = literal / data_dir.relative_to(Path.home())
    return before if before.is_dir() else None


def _lock(descriptor: int, how: int) -> bool:
    """Return whether the file could be locked at once."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

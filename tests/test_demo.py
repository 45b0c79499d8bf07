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


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the directory for what is temporary; its path is short, as usual."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest_asyncio.fixture
async def left(place: Path) -> AsyncIterator[tuple[Path, int]]:
    """Give the folder of a demo that was killed, and its server, which runs."""
    folder = place / f"{demo.FOLDER}left"
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
    left: tuple[Path, int], place: Path
) -> None:
    folder, pid = left
    held, strange = place / f"{demo.FOLDER}held", place / f"{demo.FOLDER}strange"
    strange.mkdir()
    link, mine = place / f"{demo.FOLDER}link", place / "mine"
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

"""Starting and stopping: a stop is heard in every state, and leaves nothing behind."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import __main__ as front_door
from bot import app
from bot.deliver.account import check_token
from bot.errands.checks import check
from bot.errors import SettingsError, StoreUnavailable
from bot.items import Role
from bot.playground import Playground
from bot.route import Router
from bot.settings import Settings, read
from bot.store import embedded
from bot.store.embedded import EmbeddedServer
from tests.test_embedded import alive, client, pid_of


def settings(data_dir: Path, **others: str) -> Settings:
    return read({"DATA_DIR": str(data_dir), **others})


async def test_a_check_of_what_is_no_telegram_names_it_in_a_line_without_its_page(tmp_path: Path) -> None:
    async def page(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 501 No\r\nContent-Length: 20\r\n\r\n<html>\n<p>No\n</html>")
        writer.close()

    async with await asyncio.start_server(page, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        says = (await check_token(settings(tmp_path, TELEGRAM_BOT_TOKEN="1:x", TELEGRAM_API_URL=url))).says
    assert "(501)" in says
    assert "TELEGRAM_API_URL" in says
    assert "html" not in says


async def test_a_stop_is_heard_while_the_start_still_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop = asyncio.Event()
    with (tmp_path / "users.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as by a relay that is just ending, or hangs as it does
        running = asyncio.create_task(
            app.run(settings(tmp_path), frozenset({Role.COLLECT, Role.ROUTE}), stop=stop)
        )
        await asyncio.sleep(0.05)
        assert not running.done()
        stop.set()
        async with asyncio.timeout(2):
            await running
    assert not (tmp_path / "redis.log").exists(), "no server was started"


async def test_a_stop_while_the_server_starts_stops_it_too(tmp_path: Path) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(app.run(settings(tmp_path), frozenset({Role.ROUTE}), stop=stop))
    async with asyncio.timeout(5):
        while not (tmp_path / "redis.log").exists():  # noqa: ASYNC110  the server rings no bell
            await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(5):
        await running
    with (tmp_path / "server.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held for as long as a server lives


async def test_an_address_for_hubs_at_which_nobody_listens_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop, told = asyncio.Event(), settings(tmp_path, PUBLIC_URL="https://relay.example")
    caplog.set_level("INFO")
    running = asyncio.create_task(app.run(told, frozenset({Role.ROUTE, Role.WEB}), stop=stop))
    async with asyncio.timeout(5):
        while "newsrelay runs" not in caplog.text:  # noqa: ASYNC110  a log rings no bell
            await asyncio.sleep(0)
        stop.set()
        await running
    assert "set a port" in caplog.text


async def test_what_goes_wrong_at_the_start_is_told_as_it_is(tmp_path: Path) -> None:
    away = settings(tmp_path, REDIS_URL="redis://127.0.0.1:1/0")
    with pytest.raises(StoreUnavailable, match="does not answer"):
        await app.run(away, frozenset({Role.ROUTE}), stop=asyncio.Event())


async def test_a_server_that_hangs_does_not_hold_up_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedded, "STOP_S", 0.1)
    async with EmbeddedServer(tmp_path):
        pid = await pid_of(tmp_path)
        os.kill(pid, signal.SIGSTOP)
    assert "did not stop" in caplog.text
    os.kill(pid, signal.SIGCONT)
    async with asyncio.timeout(5):
        while alive(pid):  # noqa: ASYNC110  it was told, and ends when it can
            await asyncio.sleep(0.02)


async def test_a_role_that_breaks_ends_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise StoreUnavailable("broken on purpose")

    monkeypatch.setattr(Router, "run", broken)
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(10):
            await app.run(settings(tmp_path), frozenset({Role.COLLECT, Role.ROUTE}), stop=asyncio.Event())
    assert caught.group_contains(StoreUnavailable, match="on purpose")
    async with client(tmp_path) as redis:
        with pytest.raises(Exception, match=r"No such file|refused"):
            await redis.ping()


async def test_whole_texts_without_what_reads_them_are_a_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.settings.find_spec", lambda _: None)
    full = settings(tmp_path, PAGES="full")
    with pytest.raises(
        SettingsError, match=r"PAGES: full needs the extra: pip install newsrelay\[fulltext\]"
    ):
        await app.run(full, frozenset({Role.COLLECT}), stop=asyncio.Event())
    assert not (tmp_path / "redis.log").exists(), "no server was started"
    first = await anext(aiter(check(full)))
    assert (first.ok, "newsrelay[fulltext]" in first.says) == (False, True)
    first = await anext(aiter(check(settings(tmp_path))))
    assert first.ok


async def test_a_check_tells_who_we_are_and_whether_inline_mode_is_on(tmp_path: Path) -> None:
    async with Playground() as world:
        ours = settings(tmp_path, TELEGRAM_BOT_TOKEN=world.token, TELEGRAM_API_URL=world.url)
        assert (await check_token(ours)).says == "@newsrelay_demo_bot"
        world.telegram.inline = False
        check = await check_token(ours)
        assert check.ok
        assert "/setinline" in check.says


async def test_a_stop_is_heard_while_a_role_is_being_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []

    @contextmanager
    def loading() -> Iterator[None]:
        os.kill(os.getpid(), signal.SIGTERM)
        yield

    async def run(*_: object, stop: asyncio.Event) -> None:
        async with asyncio.timeout(5):
            told.append(await stop.wait())

    monkeypatch.setattr(front_door, "loading", loading)
    monkeypatch.setattr(app, "run", run)
    before = signal.signal(signal.SIGTERM, lambda *_: pytest.fail("it would have died"))
    try:
        asked = front_door.parser().parse_args(["run", "route"])
        assert await front_door.run(asked, settings(tmp_path)) == 0
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGTERM, before)
    assert told == [True]

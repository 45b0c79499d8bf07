"""The parser's processes: bounded, replaceable, and never a reason to wait for somebody else's feed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.errors import NotAFeed, TooComplex
from bot.items import Document, Enclosure, Image, Item
from bot.parse import wire, worker
from bot.parse.document import read
from bot.parse.reading import serve
from bot.parse.verdict import Effort
from bot.parse.worker import Parser

SPECIMENS = Path(__file__).parent / "specimens"
FEED = b"<rss><channel><title>t</title><item><title>one</title></item></channel></rss>"
HOSTILE = b"<rss><channel><item>" + b"<a>" * 300_000 + b"</item></channel></rss>"
"""feedparser takes some ten seconds for it, and the strict scan refuses it."""

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc to look into")


@pytest_asyncio.fixture
async def parser() -> AsyncIterator[Parser]:
    async with Parser(workers=1, quick_bytes=0, limit_s=0.4) as running:
        yield running


async def until(holds: Callable[[], bool]) -> None:
    """Look again and again until something that tells nobody has come to pass."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  a process tells nobody that it has started or ended
            await asyncio.sleep(0.01)


def pids(parser: Parser) -> list[int]:
    """Return the processes that the parser has now, the ordinary ones first."""
    workers = (*parser._ordinary, *parser._patient)
    return [one._process.pid for one in workers if one._process is not None]


def feed(title: str) -> bytes:
    return FEED.replace(b"one", title.encode())


def of(pid: int) -> Path:
    return Path("/proc", str(pid))


@pytest.mark.parametrize("file", sorted(SPECIMENS.glob("*.*")), ids=lambda file: file.name)
async def test_a_worker_says_what_the_reading_itself_says(parser: Parser, file: Path) -> None:
    body = await asyncio.to_thread(file.read_bytes)
    assert await parser.read(body, "https://a.example/f") == read(body, url="https://a.example/f")


async def test_a_worker_starts_when_first_needed_and_serves_again(parser: Parser) -> None:
    assert pids(parser) == []
    await parser.read(FEED, "")
    first = pids(parser)
    assert len(first) == 1
    assert (await parser.read(feed("two"), "")).items[0].title == "two"
    assert pids(parser) == first


async def test_what_is_no_feed_is_said_and_the_worker_lives_on(parser: Parser) -> None:
    with pytest.raises(NotAFeed, match="HTML page"):
        await parser.read(b"<html><body>hello</body></html>", "")
    first = pids(parser)
    assert await parser.read(FEED, "")
    assert pids(parser) == first


async def test_what_takes_too_long_is_given_up_and_the_next_is_read(parser: Parser) -> None:
    with pytest.raises(TooComplex, match="seconds"):
        await parser.read(HOSTILE, "")
    assert (await parser.read(FEED.replace(b"</rss>", b""), "")).items[0].title == "one"


async def test_a_hostile_document_delays_no_good_feed() -> None:
    async with Parser(workers=1, quick_bytes=0, limit_s=5) as parser, asyncio.TaskGroup() as group:
        await parser.read(FEED, "")
        hostile = group.create_task(parser.read(HOSTILE, ""))
        await until(lambda: len(pids(parser)) == 2)  # it has been refused and is read apart
        for number in range(20):
            assert (await parser.read(feed(str(number)), "")).items[0].title == str(number)
        assert not hostile.done()
        hostile.cancel()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS holds no process to its address space")
async def test_what_takes_too_much_memory_is_given_up() -> None:
    async with Parser(workers=1, quick_bytes=0, memory_bytes=256 * 1024 * 1024) as parser:
        assert await parser.read(FEED, "")
        with pytest.raises(TooComplex, match="memory"):
            await parser.read(FEED.replace(b"one", b"o" * 60_000_000), "")
        assert await parser.read(FEED, "")


async def test_a_cancelled_reading_leaves_no_answer_to_the_next_caller(parser: Parser) -> None:
    for number in range(6):
        reading = asyncio.create_task(parser.read(feed("stale"), ""))
        await asyncio.sleep(0.004 * number)
        reading.cancel()
        await asyncio.wait([reading])
        assert (await parser.read(feed(str(number)), "")).items[0].title == str(number)


async def test_cancelling_in_the_queue_keeps_the_worker(parser: Parser) -> None:
    await parser.read(FEED, "")
    first = pids(parser)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(parser.read(feed("kept"), ""))
        await asyncio.sleep(0)
        waiting = group.create_task(parser.read(feed("given up"), ""))
        await asyncio.sleep(0)
        waiting.cancel()
    assert reading.result().items[0].title == "kept"
    assert pids(parser) == first


async def test_a_worker_killed_between_documents_is_replaced_unseen(parser: Parser) -> None:
    await parser.read(FEED, "")
    (pid,) = pids(parser)
    os.kill(pid, signal.SIGKILL)
    assert (await parser.read(feed("after"), "")).items[0].title == "after"
    assert pids(parser) != [pid]


async def test_a_worker_is_replaced_after_its_share_of_documents(
    parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MOST_DOCUMENTS", 2)
    await parser.read(FEED, "")
    first = pids(parser)
    await parser.read(FEED, "")
    assert pids(parser) == []
    await parser.read(FEED, "")
    assert pids(parser) != first


async def test_a_worker_that_has_grown_is_replaced(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MOST_RESIDENT", 1)
    assert await parser.read(FEED, "")
    assert pids(parser) == []


async def test_many_readers_share_few_workers_and_each_gets_its_own() -> None:
    async with Parser(workers=2, quick_bytes=0) as parser, asyncio.TaskGroup() as group:
        readings = [group.create_task(parser.read(feed(str(number)), "")) for number in range(40)]
        await asyncio.wait(readings)
        assert len(pids(parser)) == 2
    assert [one.result().items[0].title for one in readings] == [str(number) for number in range(40)]


@needs_proc
async def test_no_process_is_left_behind() -> None:
    async with Parser(workers=2, quick_bytes=0, limit_s=0.4) as parser:
        reading = asyncio.create_task(parser.read(HOSTILE, ""))
        await parser.read(FEED, "")
        await until(lambda: len(pids(parser)) == 2)
        left = pids(parser)
        reading.cancel()
        await asyncio.wait([reading])
    await until(lambda: not any(of(pid).exists() for pid in left))


@needs_proc
async def test_a_worker_knows_nothing_of_our_secrets(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:secret")
    monkeypatch.setenv("REDIS_URL", "redis://:secret@localhost")
    await parser.read(FEED, "")
    (pid,) = pids(parser)
    assert b"PATH=" in of(pid).joinpath("environ").read_bytes()
    assert b"secret" not in of(pid).joinpath("environ").read_bytes()
    held = {str(file.readlink()) for file in of(pid).joinpath("fd").iterdir()}
    assert all(one.startswith(("pipe:", "/dev/null", "anon_inode:")) for one in held)


@needs_proc
async def test_a_worker_does_not_outlive_whoever_started_it(tmp_path: Path) -> None:
    script = tmp_path / "relay.py"
    script.write_text(
        "import asyncio\n"
        "from bot.parse.worker import Parser\n"
        "async def main():\n"
        "    async with Parser(workers=1, quick_bytes=0) as parser:\n"
        f"        await parser.read({FEED!r}, '')\n"
        "        print(parser._ordinary[0]._process.pid, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    root = str(Path(__file__).parent.parent)
    relay = await asyncio.create_subprocess_exec(
        sys.executable, str(script), stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}
    )
    assert relay.stdout is not None
    pid = int(await asyncio.wait_for(relay.stdout.readline(), 30))
    assert of(pid).exists()
    relay.kill()
    await relay.wait()
    await until(lambda: not of(pid).exists())


async def test_a_worker_that_cannot_be_started_fails_the_document_alone(
    parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(TooComplex, match="no reader could be started"):
            await parser.read(FEED, "")
    assert await parser.read(FEED, "")


@pytest.mark.parametrize(
    "answer", [b"[]\n", b"{}\n", b"nonsense\n", b'{"status":"document","size":-1}\n', b"x" * 100_000]
)
async def test_an_answer_that_cannot_be_understood_is_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    other = tmp_path / "python"
    other.write_bytes(
        b"#!/bin/sh\nprintf 'ready\\n'\nhead -n 1 > /dev/null\ncat <<'END'\n" + answer + b"\nEND\n"
    )
    other.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(other))
    async with Parser(workers=1, quick_bytes=0, limit_s=2) as parser:
        with pytest.raises(TooComplex):
            await parser.read(FEED, "")


async def test_a_large_answer_is_unpacked_beside_the_loop() -> None:
    longest: list[float] = []

    async def watch() -> None:
        clock = asyncio.get_running_loop().time
        while True:
            before = clock()
            await asyncio.sleep(0)
            longest.append(clock() - before)

    items = b"".join(
        b"<item><title>%d</title><description>%s</description></item>" % (n, b"x" * 500) for n in range(3000)
    )
    watching = asyncio.create_task(watch())
    async with Parser(quick_bytes=0) as parser:
        found = await parser.read(b"<rss><channel>" + items + b"</channel></rss>", "")
    watching.cancel()
    assert len(found.items) == 3000
    assert max(longest) < 0.2


def test_documents_come_over_the_wire_as_they_were() -> None:
    for file in sorted(SPECIMENS.glob("*.*")):
        document: Document = read(file.read_bytes(), url="https://a.example/f")
        assert wire.unpack(wire.pack(document)) == document


def test_every_field_of_an_item_comes_over_the_wire() -> None:
    when = datetime(2026, 11, 26, tzinfo=UTC)
    item = Item(
        *("guid", "title", "https://a.example/1", when, when, "author", "source", "en", "summary", "content"),
        images=(Image("https://a.example/i.png", ("https://b.example/i.png",), 3, 4),),
        enclosures=(Enclosure("https://a.example/1.mp3", "audio/mpeg", 5, 6),),
        tags=("tag",),
        base="https://a.example/",
        via="https://talk.example/1",
    )
    assert all(getattr(item, one.name) for one in fields(item))
    assert wire.unpack(wire.pack(Document("rss", items=(item,)))).items == (item,)


@pytest.mark.parametrize("data", [b"", b"{}", b"[1,2]", b'["rss","","","","","","",null]\n[1]', b"\xff"])
def test_what_was_never_packed_is_refused_by_the_wire(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError, StopIteration)):
        wire.unpack(data)


def test_a_body_comes_over_the_wire_whatever_is_in_it_and_no_other_length_of_it() -> None:
    item = Item(summary_html='新聞\n"[1]"\n', content_html="<p class='x'>\r\n\\</p>\n[]")
    document = Document("rss", items=(item, Item(title="t"), item))
    packed = wire.pack(document)
    assert wire.unpack(packed) == document
    for data in (packed[:-1], packed + b"x", packed.replace(b",13,23,", b",-9,45,")):
        with pytest.raises(ValueError, match=r"."):
            wire.unpack(data)


def test_the_other_side_of_the_wire_is_not_loaded_here() -> None:
    code = "import bot.parse.worker, sys; print(*({'feedparser', 'lxml', 'chardet'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<rss><a></rss>", b"<rss/>"])
def test_a_worker_tells_what_it_holds_whatever_it_read(body: bytes) -> None:
    """Or one that hostile documents have filled, of which none is read, would read no other."""
    order = wire.Order(len(body), "", "", Effort.ACCEPTED_ONLY, limit_s=1e8)
    replies = BytesIO()
    serve(BytesIO(wire.pack_order(order) + body), replies)
    reply = json.loads(replies.getvalue().splitlines()[1])
    assert reply["resident"] > 1_000_000


def environment(name: str) -> Any:
    return worker._environment().get(name)


def test_a_worker_finds_the_same_libraries_as_we_do() -> None:
    assert set(filter(None, sys.path)) <= set(environment("PYTHONPATH").split(os.pathsep))


@needs_proc
async def test_a_large_relay_does_not_replace_its_workers_at_each_document() -> None:
    """On Linux a child's peak begins as high as its parent's: that once told every worker to go."""
    ballast = b"x" * (worker.MOST_RESIDENT + 50 * 1024 * 1024)
    async with Parser(workers=1, quick_bytes=0) as parser:
        await parser.read(feed("one"), "")
        first = pids(parser)
        await parser.read(feed("two"), "")
        assert first == pids(parser) != []
    assert ballast

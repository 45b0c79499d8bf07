"""Heavy documents share their room: they are bounded, make nobody wait who is light, and end."""

import asyncio
import gc
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.fetch import room as rooms
from bot.fetch.answer import Failure
from bot.fetch.client import Client
from bot.fetch.room import Clock, Room, Share
from tests.fetching import failed, fetched, settings, wire

KB, MB = 1024, 1024 * 1024
LIGHT = 128 * KB
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = b"<p>endless</p>" * 4000
PIECE = 64 * KB
"""What comes in one go at most, and is in hand before it is counted."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "LIGHT", LIGHT)
    monkeypatch.setattr(rooms, "ROOM", MB)
    monkeypatch.setattr(rooms, "PACE", 1e12)
    monkeypatch.setattr(rooms, "YIELD_MOST_S", 0)


@pytest.fixture
def no_garbage_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a document without end."""
    writer.write(HEAD)
    while True:
        writer.write(ENDLESS)
        await writer.drain()


async def until(comes: Callable[[], bool]) -> None:
    """Let the loop go on until that is so."""
    async with asyncio.timeout(5):
        while not comes():  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0)


@pytest.mark.usefixtures("no_garbage_collector")
async def test_many_endless_documents_hold_little_and_leave_nothing() -> None:
    async with Client(settings()) as client:
        async with wire(pour) as url:
            failed(await client.get(url, max_bytes=LIGHT))  # whatever is kept from now on
            tracemalloc.start()
            answers = await asyncio.gather(*[client.get(url, max_bytes=3 * MB) for _ in range(12)])
        left, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert {failed(answer).why for answer in answers} == {Failure.TOO_BIG}
    # What they share, and the largest; each has what is light, what is on its way, and what is sent here.
    assert peak < MB + 3 * MB + 12 * (LIGHT + 8 * PIECE)
    assert left < 256 * KB


async def test_a_light_answer_overtakes_heavy_ones_and_so_does_one_that_is_hardly_heavy() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"x" * 600 * KB)
        await reader.read()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"<rss/>" + b" " * (LIGHT + 20 * KB))

    async with wire(stall) as slow, wire(answer) as good, Client(settings()) as client:
        heavy = [asyncio.create_task(client.get(slow)) for _ in range(5)]
        await until(lambda: client.room.waiting >= 3)
        assert len(fetched(await client.get(good)).body) > LIGHT
        assert not any(task.done() for task in heavy)
        for task in heavy:
            task.cancel()
        await asyncio.wait(heavy)
    assert client.room.held == 0


async def test_no_time_passes_for_who_waits_and_whoever_is_waited_for_has_to_come_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "PATIENCE_S", 0.3)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"x" * 1500 * KB)
        while True:
            await asyncio.sleep(0.01)
            writer.write(b"x")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"x" * 1500 * KB)

    async with wire(drip) as slow, wire(answer) as good, Client(settings()) as client:
        first = asyncio.create_task(client.get(slow, timeout_s=60))
        await until(lambda: client.room.held > MB)
        waited = fetched(await client.get(good, timeout_s=0.2))
        assert len(waited.body) == 1500 * KB
        assert waited.waited_s > 0.2
        late = failed(await first)
    assert late.why is Failure.TOO_SLOW
    assert "slowly" in late.detail


async def test_what_drips_has_its_whole_time_while_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PATIENCE_S", 0.01)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"x" * 1500 * KB)
        for _ in range(10):
            await asyncio.sleep(0.01)
            writer.write(b"x")

    async with wire(drip) as slow, Client(settings()) as client:
        assert len(fetched(await client.get(slow)).body) == 1500 * KB + 10


async def test_the_time_of_a_call_stands_while_it_waits() -> None:
    room = Room()
    clocks = [Clock(10) for _ in range(3)]
    shares = [room.share(clock) for clock in clocks]

    async def grow(share: Share) -> None:
        async with share.clock.limit:
            with share:
                for _ in range(30):
                    await share.grown(100 * KB)

    tasks = [asyncio.create_task(grow(share)) for share in shares[1:]]
    async with clocks[0].limit:
        with shares[0]:
            await shares[0].grown(3 * MB)
            await until(lambda: room.waiting > 0)
            now_s = asyncio.get_running_loop().time()
            assert max(clock.limit.when() or 0 for clock in clocks[1:]) > now_s + 100
    await asyncio.gather(*tasks)


async def test_who_waits_for_room_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "STANDS_S", 0.05)
    room = Room()
    first, second = room.share(Clock(10)), room.share(Clock(0.05))

    async def grow(share: Share) -> None:
        async with share.clock.limit:
            with share:
                await share.grown(3 * MB)

    with first:
        await first.grown(3 * MB)
        with pytest.raises(TimeoutError):
            await grow(second)
    assert "no room" in second.clock.verdict
    assert (room.held, room.waiting) == (0, 0)


async def test_those_that_wait_have_their_fill_in_the_order_in_which_they_became_heavy() -> None:
    room, ended = Room(), list[int]()

    async def grow(number: int) -> None:
        with room.share(Clock(10)) as share:
            async with share.clock.limit:
                await share.grown(300 * KB + 100 * KB * (number % 2))
                await asyncio.sleep(0)
                await share.grown(3 * MB)
                ended.append(number)

    await asyncio.gather(*map(grow, range(6)))
    assert ended[1:] == sorted(ended[1:]), "the first to find no room has its fill at once"


async def test_none_has_its_fill_while_what_has_come_and_is_not_read_fills_the_room() -> None:
    room, filled = Room(), list[Share]()

    async def grow() -> None:
        with room.share(Clock(10)) as share:
            async with share.clock.limit:
                await share.grown(3 * MB)
                filled.append(share)

    with room.keep(2 * MB):
        growing = asyncio.create_task(grow())
        await until(lambda: room.waiting == 1)
        for _ in range(10):
            await asyncio.sleep(0)
        assert not filled
    await growing
    assert len(filled) == 1
    assert room.held == 0


async def test_who_has_its_fill_after_such_a_pause_has_to_come_along_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "PATIENCE_S", 0.02)
    room, clocks = Room(), [Clock(60), Clock(60)]

    async def stall(clock: Clock) -> None:
        with room.share(clock) as share:
            async with clock.limit:
                await share.grown(3 * MB)
                await asyncio.Event().wait()

    with room.keep(2 * MB):
        tasks = [asyncio.create_task(stall(clock)) for clock in clocks]
        await until(lambda: room.waiting == 2)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(tasks[0]), 2)
    assert "slowly" in clocks[0].verdict
    tasks[1].cancel()
    await asyncio.wait(tasks)


async def test_of_many_that_would_wait_for_room_the_next_is_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "MOST_WAITING", 2)

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"x" * 900 * KB)
        await reader.read()

    async with wire(stall) as slow, Client(settings()) as client:
        heavy = [asyncio.create_task(client.get(slow, timeout_s=60)) for _ in range(4)]
        await until(lambda: client.room.waiting == 2)
        answer = failed(await client.get(slow, timeout_s=60))
        assert (answer.why, client.room.waiting) == (Failure.TOO_SLOW, 2)
        assert "no room" in answer.detail
        for task in heavy:
            task.cancel()
        await asyncio.wait(heavy)


@examples(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 4 * MB), st.integers(1, PIECE), st.booleans(), st.integers(0, 60)),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_comes_and_goes_is_bounded_and_goes_on(documents: list[tuple[int, int, bool, int]]) -> None:
    """Some break off, and of some nobody wants to know any more."""
    most_held = 0

    async def read(room: Room, size: int, piece: int, *, breaks_off: bool) -> None:
        nonlocal most_held
        left = size // 2 if breaks_off else size
        with suppress(ConnectionError), room.share(Clock(10)) as share:
            async with share.clock.limit:
                while left > 0:
                    await share.grown(min(max(piece, size // 50), left))
                    left -= max(piece, size // 50)
                    most_held = max(most_held, room.held)
                    await asyncio.sleep(0)
                if breaks_off:
                    raise ConnectionError
        with room.keep(size):
            for _ in range(5):
                most_held = max(most_held, room.held)
                await asyncio.sleep(0)

    async def give_up(task: asyncio.Task[None], turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()

    async def read_all() -> Room:
        room = Room()
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            for size, piece, breaks_off, turns in documents:
                task = group.create_task(read(room, size, piece, breaks_off=breaks_off))
                if turns:
                    group.create_task(give_up(task, turns))
        return room

    room = asyncio.run(read_all())
    assert (room.held, room.waiting) == (0, 0)
    # What comes and what waits to be read have a room each, and the last into each goes beyond it.
    assert most_held <= 2 * (rooms.ROOM + 4 * MB) + len(documents) * (PIECE + 100)


async def test_very_large_documents_are_read_later_while_the_loop_has_others_to_serve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "YIELD_MOST_S", 5)
    served = 0

    async def serve() -> None:
        nonlocal served
        for _ in range(10):
            until_s = time.perf_counter() + 0.005
            while time.perf_counter() < until_s:
                pass
            served += 1
            await asyncio.sleep(0)

    serving = asyncio.create_task(serve())
    await Room().pace(1)
    assert served >= 3
    await serving
    await asyncio.wait_for(Room().pace(1), 1)


@pytest.mark.usefixtures("no_garbage_collector")
@pytest.mark.parametrize("coding", [b"", b"Content-Encoding: gzip\r\n"])
async def test_a_document_that_comes_by_the_byte_ends_soon_and_holds_nobody_up(coding: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        begin = packer.compress(b"<rss>") + packer.flush(zlib.Z_SYNC_FLUSH)
        writer.write(CHUNKED.replace(b"\r\n\r\n", b"\r\n" + coding + b"\r\n"))
        writer.write(b"%x\r\n%b\r\n" % (len(begin), begin))
        while True:
            writer.write(b"1\r\n\0\r\n" * 10_000)
            await writer.drain()

    longest_s, is_over = 0.0, False

    async def watch() -> None:
        nonlocal longest_s
        while not is_over:
            begun_s = time.thread_time()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.thread_time() - begun_s)

    async with wire(talk) as url, Client(settings()) as client:
        watching = asyncio.create_task(watch())
        answer = failed(await client.get(url, max_bytes=500 * KB))
        is_over = True
        await watching
    assert answer.why in {Failure.BROKEN, Failure.TOO_BIG}
    assert longest_s < 0.02


async def test_a_document_in_many_small_chunks_is_read() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + b"14\r\n<item>one line</item\r\n" * 8000 + b"0\r\n\r\n")

    async with wire(talk) as url, Client(settings()) as client:
        assert len(fetched(await client.get(url)).body) == 20 * 8000

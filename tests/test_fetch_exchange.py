"""Connections that are kept: none gives one look another's answer, and none that was closed fails a look."""

import asyncio
from itertools import count

import pytest

from bot.fetch.answer import Failure
from bot.fetch.client import Client
from bot.items import Validators
from tests import fetching
from tests.fetching import failed, fetched, wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"


async def test_a_connection_that_the_server_closes_while_it_is_kept_is_dialled_again() -> None:
    answers = count()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + str(next(answers)).encode())

    async with wire(talk) as url, Client(fetching.settings()) as client:
        bodies = [fetched(await client.get(url)).body for _ in range(3)]
    assert bodies == [b"0", b"1", b"2"]


async def test_a_connection_that_is_closed_as_it_is_used_again_is_dialled_again() -> None:
    dialled = count(1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(dialled)
        writer.write(OK + str(number).encode())
        await reader.readuntil(b"\r\n\r\n")  # the next request, which is not answered

    async with wire(talk) as url, Client(fetching.settings()) as client:
        bodies = [fetched(await client.get(url)).body for _ in range(2)]
    assert bodies == [b"1", b"2"]


async def test_a_server_that_always_hangs_up_is_asked_twice_and_no_more() -> None:
    dialled = count()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        next(dialled)

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url)).why is Failure.UNREACHABLE
    assert next(dialled) == 2


async def test_what_is_posted_is_not_sent_twice() -> None:
    dialled = count()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        next(dialled)

    async with wire(talk) as url, Client(fetching.settings()) as client:
        answer = await client.post(url, {"a": "b"})
    assert answer
    assert (answer.why, next(dialled)) == (Failure.UNREACHABLE, 1)


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nContent-", OK])
async def test_an_answer_that_comes_too_late_is_nobody_elses(begin: bytes) -> None:
    dialled, late = count(1), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if next(dialled) > 1:
            writer.write(OK + b"2")
            await reader.read()
            return
        writer.write(begin)
        await late.wait()
        writer.write((OK + b"1")[len(begin) :])
        await reader.read()

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url, timeout_s=0.1)).why is Failure.TOO_SLOW
        late.set()
        assert fetched(await client.get(url)).body == b"2"


@pytest.mark.parametrize("unasked", [OK + b"x", OK, b"garbage"])
async def test_an_answer_that_nobody_asked_for_is_nobodys(unasked: bytes) -> None:
    dialled = count(1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(dialled)
        writer.write(OK + str(number).encode())
        if number == 1:
            await asyncio.sleep(0.01)  # the connection is kept by then
            writer.write(unasked)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"y")

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert fetched(await client.get(url)).body == b"1"
        await asyncio.sleep(0.05)
        assert fetched(await client.get(url)).body == b"2"


async def test_a_server_that_says_again_and_again_that_it_will_answer_is_given_up() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await reader.read()

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url, timeout_s=1)).why is Failure.BROKEN


async def test_a_body_that_is_not_read_to_its_end_takes_its_connection_with_it() -> None:
    dialled = count(1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            number = next(dialled)
            body = b"x" * 200_000 if number == 1 else b"2"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await reader.readuntil(b"\r\n\r\n")

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url, max_bytes=100)).why is Failure.TOO_BIG
        assert fetched(await client.get(url)).body == b"2"


async def test_a_cookie_cannot_add_to_what_is_asked() -> None:
    heads = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n"
            b'Set-Cookie: a="b\\015\\012X-Evil: 1"\r\n\r\n'
        )
        while True:
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(OK + b"x")

    async with wire(talk) as url, Client(fetching.settings()) as client:
        await client.get(url)
    assert all(b"\r\nX-Evil" not in head for head in heads)


async def test_an_etag_cannot_add_to_what_is_asked() -> None:
    heads = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"x")
        heads.append(await reader.readuntil(b"\r\n\r\n"))

    async with wire(talk) as url, Client(fetching.settings()) as client:
        for _ in range(2):
            await client.get(url, Validators('"a"\r\nX-Evil: 1', "b\nX-Evil: 2"))
    assert heads
    assert all(b"X-Evil" not in head for head in heads)

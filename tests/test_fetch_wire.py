"""Servers that do not speak HTTP as they should: each becomes a value, none stalls or crashes us."""

import asyncio
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fetch.answer import Failed, Failure, Fetched
from bot.fetch.client import Client
from tests import fetching
from tests.fetching import ask_wire, failed, fetched, wire

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", Failure.UNREACHABLE),
        (b"<rss>no HTTP at all</rss>", Failure.BROKEN),
        (b"ICY 200 OK\r\n\r\nradio", Failure.BROKEN),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Failure.BROKEN),
        (b"HTTP/1.1 abc\r\n\r\n", Failure.BROKEN),
        (b"HTTP/1.1 200", Failure.UNREACHABLE),
        (HEAD + b"Content-Length: 10\r\n\r\nshort", Failure.UNREACHABLE),
        (HEAD + b"Content-Length: 4\r\n\r\nmore than that", Failure.BROKEN),
        (HEAD + b"Content-Length: -1\r\n\r\nx", Failure.BROKEN),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", Failure.BROKEN),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", Failure.UNREACHABLE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", Failure.BROKEN),
        (HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\n", Failure.BROKEN),
        (HEAD + b"X: y\r\n" * 5000 + b"\r\n", Failure.BROKEN),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8bnonsense", Failure.BROKEN),
        (HEAD + b"Content-Encoding: gzip, gzip, br, gzip\r\n\r\nx", Failure.BROKEN),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            Failure.BROKEN,
        ),
        (b"HTTP/1.1 302 Found\r\nLocation: http://[\xff\r\n\r\n", Failure.REFUSED),
        (b"HTTP/1.1 302 Found\r\nLocation: \r\n\r\n", Failure.TOO_MANY_REDIRECTS),
        (b"HTTP/1.1 503 \xff\xfe\r\nRetry-After: \xff\r\n\r\n", Failure.BUSY),
    ],
)
async def test_what_is_not_http_is_a_failure_with_a_reason(answer: bytes, why: Failure) -> None:
    assert failed(await ask_wire(answer)).why is why


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"\r\nbody",
        b"HTTP/1.0 200 OK\r\n\r\nbody",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + HEAD + b"\r\nbody",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nbody\r\n0\r\nTrailer: z\r\n\r\n",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody".replace(b"body", b"<xx>"),
        HEAD + b"Content-Encoding: none\r\nContent-Length: 4\r\n\r\nbody",
    ],
)
async def test_odd_but_readable_answers_are_read(answer: bytes) -> None:
    assert fetched(await ask_wire(answer)).body in {b"body", b"<xx>"}


async def test_headers_that_are_no_text_do_no_harm() -> None:
    answer = fetched(
        await ask_wire(
            HEAD + b'ETag: "\xff\xfe"\r\nContent-Type: text/\xe9\xff\r\nLast-Modified: \xc3\xa9\r\n'
            b"Link: <\xff>; rel=hub, <http://[>; rel=self\r\nExpires: never\r\nCache-Control: max-age=\xff\r\n\r\nx"
        )
    )
    assert (answer.etag, answer.modified, answer.max_age_s) == ("", "", None)
    answer.content_type.encode()
    for name, target in answer.links:
        assert (name, target.isascii()) == ("hub", True)


async def test_a_reset_in_the_middle_is_unreachable() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.transport.abort()

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url)).why is Failure.UNREACHABLE


@pytest.mark.parametrize(
    ("begin", "drop"),
    [(b"", b""), (b"HTTP/1.1 2", b""), (HEAD + b"X: ", b"y"), (HEAD + b"\r\n", b"y"), (b"", b"\r\n")],
)
async def test_a_server_that_drips_is_given_up(begin: bytes, drop: bytes) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.01)

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url, timeout_s=0.15)).why is Failure.TOO_SLOW


@pytest.mark.parametrize(
    "endless",
    [b"x" * 65536, b"10000\r\n" + b"x" * 65536 + b"\r\n", b"1\r\nx\r\n" * 10_000],
    ids=["plain", "chunked", "small chunks"],
)
async def test_an_endless_body_ends_at_its_cap(endless: bytes) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chunked = b"Transfer-Encoding: chunked\r\n" if b"\r\n" in endless else b""
        writer.write(HEAD + chunked + b"\r\n")
        while True:
            writer.write(endless)
            await writer.drain()

    async with wire(talk) as url, Client(fetching.settings()) as client:
        tracemalloc.start()
        try:
            answer = failed(await client.get(url, max_bytes=100_000))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert answer.why is Failure.TOO_BIG
    assert peak < 8_000_000


@pytest.mark.parametrize(
    "endless", [b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, b"X: y\r\n" * 1000], ids=["1xx", "headers"]
)
async def test_endless_heads_end(endless: bytes) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"" if endless.startswith(b"HTTP") else HEAD)
        while True:
            writer.write(endless)
            await writer.drain()

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url, timeout_s=0.3)).why in {Failure.TOO_SLOW, Failure.BROKEN}


async def test_a_length_bounds_no_body_that_comes_in_chunks() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url, max_bytes=100_000)).why in {Failure.TOO_BIG, Failure.BROKEN}


async def test_a_body_announced_too_big_is_not_even_begun() -> None:
    sent = 0

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(HEAD + b"Content-Length: 200000000\r\n\r\n")
        while sent < 200_000_000:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    async with wire(talk) as url, Client(fetching.settings()) as client:
        assert failed(await client.get(url)).why is Failure.TOO_BIG
    assert sent < 8_000_000


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    async with wire(lambda _r, _w: asyncio.sleep(0)) as url:
        pass
    async with Client(fetching.settings()) as client:
        assert failed(await client.get(url)).why is Failure.UNREACHABLE


def _pieces() -> st.SearchStrategy[bytes]:
    lines = [
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 301 x\r\n", b"HTTP/1.1 304\r\n", b"\r\n", b"\r\n\r\n", b"<rss/>", b"0\r\n",
        b"Content-Length: 3\r\n", b"Content-Encoding: deflate\r\n", b"Transfer-Encoding: chunked\r\n", b"Location: /\r\n",
        b"Connection: keep-alive\r\n", b"Set-Cookie: a=\xff; Domain=..\r\n", b"ETag: \x00\r\n", b"5\r\nab", b"\x1f\x8b",
    ]  # fmt: skip
    return st.lists(st.sampled_from(lines) | st.binary(max_size=8), max_size=10).map(b"".join)


@settings(deadline=None, max_examples=60)
@given(_pieces())
def test_whatever_a_server_says_is_an_answer(said: bytes) -> None:
    answer = asyncio.run(ask_wire(said, timeout_s=0.5))
    assert isinstance(answer, Fetched | Failed)

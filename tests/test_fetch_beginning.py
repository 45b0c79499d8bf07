"""Only the beginning of a document is wanted, whatever a server makes of that."""

import asyncio
import gzip
import random
from collections.abc import AsyncIterator

import brotli  # type: ignore[import-untyped]  # it has no stubs
import pytest

from bot.fetch.answer import Failure
from bot.fetch.client import Client
from bot.fetch.head import is_beginning
from tests.fetching import Site, failed, fetched, settings, site_on, wire

PAGE = b"<html>" + random.Random(1).randbytes(3_000_000)
MOST = 1000


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with site_on() as site:
        yield site


async def beginning(url: str, most: int = MOST) -> bytes:
    async with Client(settings()) as client:
        answer = fetched(await client.get(url, max_bytes=most, beginning=True))
    return answer.body


@pytest.mark.parametrize("most", [1, 1000, 256 * 1024])
async def test_what_is_longer_is_cut_and_no_failure(site: Site, most: int) -> None:
    assert await beginning(site.put("/page", PAGE), most) == PAGE[:most]
    assert site.asked[0].headers["Range"] == f"bytes=0-{most - 1}"


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_the_cut_counts_decoded_bytes(site: Site, coding: str) -> None:
    plain = b"<p>" * 1_000_000
    packed = {"gzip": gzip.compress, "br": brotli.compress}[coding]
    url = site.put("/page", packed(plain), Content_Encoding=coding)
    assert await beginning(url, 300_000) == plain[:300_000]


async def test_what_is_shorter_comes_whole(site: Site) -> None:
    assert await beginning(site.put("/page", b"<p>short</p>")) == b"<p>short</p>"


async def test_the_part_that_was_asked_for_is_taken(site: Site) -> None:
    url = site.put("/page", PAGE[:MOST], 206, Content_Range=f"bytes 0-{MOST - 1}/3000000")
    assert await beginning(url) == PAGE[:MOST]


async def test_a_part_of_a_packed_page_is_read_as_far_as_it_goes(site: Site) -> None:
    part = gzip.compress(PAGE)[:2000]
    url = site.put("/page", part, 206, Content_Encoding="gzip", Content_Range="bytes 0-1999/3000000")
    got = await beginning(url, 100_000)
    assert 1000 < len(got) <= 2000
    assert PAGE.startswith(got)


async def test_another_part_is_none_and_nobody_else_gets_parts(site: Site) -> None:
    async with Client(settings()) as client:
        url = site.put("/middle", PAGE[:MOST], 206, Content_Range="bytes 500-1499/3000000")
        assert failed(await client.get(url, beginning=True)).why is Failure.BROKEN
        url = site.put("/part", PAGE[:MOST], 206, Content_Range="bytes 0-999/3000000")
        assert failed(await client.get(url)).why is Failure.BROKEN
        assert "Range" not in site.asked[-1].headers
        assert failed(await client.get(site.put("/long", PAGE), max_bytes=MOST)).why is Failure.TOO_BIG


async def test_a_body_without_end_is_left_after_the_beginning() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b"<p>endless</p>" * 100)
            await writer.drain()

    async with wire(talk) as url:
        assert len(await beginning(url)) == MOST


async def test_the_connection_of_a_page_that_was_cut_is_not_used_again(site: Site) -> None:
    async with Client(settings()) as client:
        for _ in range(3):
            answer = fetched(await client.get(site.put("/page", PAGE), max_bytes=MOST, beginning=True))
            assert answer.body == PAGE[:MOST]
            assert fetched(await client.get(site.put("/feed", b"<rss/>"))).body == b"<rss/>"


async def test_redirects_carry_the_wish_along(site: Site) -> None:
    site.put("/page", PAGE)
    assert await beginning(site.redirect("/old", "/page")) == PAGE[:MOST]
    assert [one.headers.get("Range") for one in site.asked] == ["bytes=0-999"] * 2


def test_a_part_is_the_beginning_if_its_head_says_so() -> None:
    assert is_beginning(206, {"Content-Range": " Bytes 0-9/10"})
    assert not is_beginning(206, {"Content-Range": "bytes 1-9/10"})
    assert not is_beginning(206, {})
    assert not is_beginning(200, {"Content-Range": "bytes 0-9/10"})

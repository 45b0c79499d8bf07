"""Documents written to break a reader: each ends in time, says something, and the next one is read.

Run as a program (``python -m tests.test_parse_hostile``) it prints how long each takes.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.errors import NotAFeed, TooComplex
from bot.parse.feed import MAX_ITEMS
from bot.parse.worker import Parser

LIMIT_S = 10.0
GOOD = b"<item><title>good</title><link>https://a.example/1</link></item>"


def rss(inner: bytes, before: bytes = b"") -> bytes:
    return before + b"<rss><channel><title>t</title>" + inner + b"</channel></rss>"


def declared(*entities: str) -> bytes:
    return f"<!DOCTYPE r [{''.join(f'<!ENTITY {one}>' for one in entities)}]>".encode()


LAUGHS = [f'l{n} "{f"&l{n - 1};" * 10}"' for n in range(1, 10)]
SECRET = Path(__file__).resolve()
"""A file whose contents must never come out of a document that names it."""

HARMLESS = {
    "billion laughs": rss(GOOD + b"<item><title>&l9;</title></item>", declared('l0 "ha"', *LAUGHS)),
    "quadratic blow-up": rss(
        GOOD + b"<item><title>" + b"&a;" * 50_000 + b"</title></item>", declared(f'a "{"a" * 50_000}"')
    ),
    "entity of a file": rss(
        GOOD + b"<item><title>x&e;</title></item>", declared(f'e SYSTEM "file://{SECRET}"')
    ),
    "entity of an address": rss(
        GOOD + b"<item><title>x&e;</title></item>", declared('e SYSTEM "http://127.0.0.1:9/x"')
    ),
    "parameter entity": rss(GOOD, declared(f'% p SYSTEM "file://{SECRET}"').replace(b"]>", b"%p;]>")),
    "100,000 attributes": rss(GOOD + b"<item " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"/>"),
    "50,000 comments": rss(b"<!--" * 50_000 + GOOD),
    "50,000 CDATA": rss(GOOD + b"<item><title>" + b"<![CDATA[" * 50_000 + b"</title></item>"),
    "50,000 instructions": rss(GOOD + b"<?" * 50_000),
    "zero bytes": rss(GOOD.replace(b"good", b"g\0o\0o\0d")),
    "a title of 10 MB": rss(GOOD + b"<item><title>" + b"a" * 10_000_000 + b"</title></item>"),
    "references": rss(GOOD + b"<item><title>" + b"&" * 500_000 + b"</title></item>"),
    "quotation marks": rss(GOOD + b"<item><title>" + b'<a "' * 100_000 + b"</title></item>"),
    "pictures": rss(GOOD + b"<item><description>" + b"&lt;img &quot;" * 100_000 + b"</description></item>"),
    "dates": rss(GOOD + b"<item><title>a</title><pubDate>" + b"1 Jan " * 50_000 + b"</pubDate></item>"),
    "tags in another language": rss(
        GOOD
        + b"<item><x xml:lang='de'>"
        + b"".join(b"<category>%d</category>" % n for n in range(20_000))
        + b"</x></item>"
    ),
}
"""Documents whose good item is found all the same."""

GIVEN_UP = {
    "a path": str(SECRET).encode(),
    "an address": b"http://127.0.0.1:9/feed",
    "8 MB of <": b"<" * 8_000_000,
    "JSON, deep": b'{"items":' + b"[" * 1_000_000,
    "JSON, deeper": b'{"items":[' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]}",
    "JSON, quotation marks": b'{"items":["' + b'\\"' * 500_000,
    "Markdown": b"[a](" * 1_000_000,
    "noise": bytes((n * 7919) % 256 for n in range(300_000)),
}
"""What is no feed at all."""

HEAVY = {
    "a million items": rss(b"<item/>" * 1_000_000),
    "a depth of 200,000": rss(GOOD + b"<item>" + b"<a>" * 200_000 + b"</item>"),
    "200,000 categories": rss(GOOD + b"<item>" + b"<category>x</category>" * 200_000 + b"</item>"),
}
"""What may be read or given up, but ends."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parser() -> AsyncIterator[Parser]:
    async with Parser(workers=1, limit_s=LIMIT_S) as running:
        yield running


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", HARMLESS)
async def test_the_good_item_beside_it_is_found(parser: Parser, name: str) -> None:
    found = await parser.read(HARMLESS[name], "https://a.example/f")
    assert any(item.title == "good" for item in found.items)
    assert "A file whose contents" not in repr(found)
    assert all(len(item.title) < 10_000 for item in found.items)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", GIVEN_UP)
async def test_what_is_no_feed_is_said_to_be_none(parser: Parser, name: str) -> None:
    with pytest.raises(NotAFeed):
        await parser.read(GIVEN_UP[name], "https://a.example/f")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", HEAVY)
async def test_what_is_heavy_ends_and_the_next_is_read(parser: Parser, name: str) -> None:
    try:
        assert len((await parser.read(HEAVY[name], "")).items) <= MAX_ITEMS
    except TooComplex as error:
        assert "takes more than" in str(error)
    assert (await parser.read(rss(GOOD), "")).items[0].title == "good"


async def measure() -> None:
    """Print the seconds that each document takes, from order to answer."""
    async with Parser(workers=1, limit_s=LIMIT_S) as parser:
        await parser.read(rss(GOOD), "")
        for name, body in {**HARMLESS, **GIVEN_UP, **HEAVY}.items():
            began = time.perf_counter()
            try:
                says = f"{len((await parser.read(body, '')).items)} items"
            except (NotAFeed, TooComplex) as error:
                says = str(error)
            print(f"{time.perf_counter() - began:6.2f} s  {name}: {says[:70]}")


if __name__ == "__main__":
    asyncio.run(measure())

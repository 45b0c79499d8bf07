"""What is read in our own process is read alike, and takes little time whatever it says."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any
from xml.sax.saxutils import escape

import pytest
import pytest_asyncio

from bot.errors import NotAFeed
from bot.items import Document
from bot.parse import quick, worker
from bot.parse.document import read
from bot.parse.prune import cut
from bot.parse.quick import read_quickly
from bot.parse.verdict import QUICK_BYTES
from bot.parse.worker import Parser
from tests.laps import resident
from tests.test_parse_worker import pids

SPECIMENS = sorted((Path(__file__).parent / "specimens").glob("*.*"))
CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "feeds"
URL = "https://a.example/f"
NAMESPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(inner: str, head: str = "") -> bytes:
    told = (
        f'<rss version="2.0" {NAMESPACES}><channel><title>t</title>{head}<item><title>q</title>{inner}</item>'
    )
    return f"{told}</channel></rss>".encode()


def atom(inner: str) -> bytes:
    told = f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES} xml:base="http://a.example/x/"><title>t</title>'
    return f"{told}<entry><title>q</title>{inner}</entry></feed>".encode()


def feed(items: object) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


@pytest.mark.parametrize("file", SPECIMENS, ids=lambda file: file.name)
def test_a_specimen_is_read_as_by_the_whole_reading_or_left_to_it(file: Path) -> None:
    body = file.read_bytes()
    try:
        found = read_quickly(body, URL)
    except NotAFeed as error:
        with pytest.raises(NotAFeed, match=str(error)):
            read(body, url=URL)
    else:
        assert found in (None, read(body, url=URL))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of captured feeds is not here")
def test_most_parts_of_captured_feeds_are_read_quickly_and_as_by_the_whole_reading() -> None:
    parts: list[bytes] = []
    for file in sorted(CORPUS.iterdir())[::2]:
        body = file.read_bytes()
        end = b"</entry>" if b"</entry>" in body else b"</item>"
        first = body.find(end) + len(end)
        start = body.find(end.replace(b"/", b"")[:-1])
        before = cut(body[:start] + body[first:], b"")
        now = cut(body, before.marks) if before and 0 < start < first < len(body) else None
        parts += [now.rest] if now and now.fresh == 1 else []
    found = [read_quickly(part, URL) for part in parts]
    assert all(one in (None, read(part, url=URL)) for one, part in zip(found, parts, strict=True))
    assert len(parts) > 40
    assert sum(map(bool, found)) > 0.8 * len(parts)


@pytest.mark.parametrize(
    "body",
    [
        rss("<description>&lt;img src='/1.jpg'&gt; Twelve were hurt.</description>"),
        rss("<dc:creator>Ann</dc:creator><pubDate>Thu, 26 Nov 2026 07:00:00 GMT</pubDate>"),
        atom('<content type="html">&lt;p&gt;x</content><link href="1"/>'),
        rss("").decode().encode("utf-16"),
        feed([{"id": "1", "title": "one", "content_html": "<img src='/1.jpg'>"}]),
        b'\xef\xbb\xbf<?xml version="1.0" encoding="gbk"?>\n' + rss("<description>新聞</description>"),
    ],
)
def test_what_is_small_and_plain_is_read_quickly(body: bytes) -> None:
    assert read_quickly(body, URL) == read(body, url=URL)


PICTURE = "&lt;img src=x>"
LEFT = {
    "large": rss(f"<description>{'x' * QUICK_BYTES}</description>"),
    "references": rss(f"<description>{'&amp;' * quick.MOST_MARKS}</description>"),
    "words of a list": rss(f"<itunes:keywords>{'a,' * quick.MOST_MARKS}</itunes:keywords>"),
    "elements": rss("<x/>" * quick.MOST_ELEMENTS),
    "attributes": rss('<x a="1" b="2" c="3" d="4" e="5" f="6" g="7" h="8"/>' * (quick.MOST_ATTRIBUTES // 8)),
    "a long attribute": rss(f'<enclosure url="{"x" * (quick.SHORT_VALUE + 1)}"/>'),
    "pictures": rss(f"<description>{PICTURE * (quick.MOST_PICTURES + 1)}</description>"),
    "pictures in parts": rss(f"<description>{PICTURE * 40}</description><content:encoded>{PICTURE}</content:encoded>"),
    "pictures in references": rss(f"<description>{'&lt;I&#109;G>' * 41}</description>"),
    "videos in JSON": feed([{"id": "1", "content_html": "<VIDEO>" * 41}]),
    "objects in JSON": feed([{"id": "1"}] * quick.MOST_ELEMENTS),
    "hidden letters in JSON": b'{"items": [{"id": "1", "content_html": "\\u003cimg>"}]}',
    "a long name": rss(f"<author>{'www.' * 60}</author>"),
    "a long name of the feed's": rss("", f"<managingEditor>{'www.' * 60}</managingEditor>"),
    "many names": rss(f"<author>{'www.' * 45}</author>" * 8),
    "a long name in pieces": rss(f"<author>{('www.' * 10 + '<b/>') * 7}</author>"),
    "base 64": atom('<content mode="base64" type="text/html">PGltZz4=</content>'),
    "base 64 by its type": atom('<content type="x/y">PGltZz4=</content>'),
    "base 64 by a type with a prefix": atom('<content xmlns:a="http://www.w3.org/2005/Atom" a:Type="x/y">PA==</content>'),
    "entities": b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]>' + rss("<description>&a;</description>"),
    "cut off": rss("")[:-9],
    "not well-formed": rss("<description>a & b</description>"),
    "no items": b"<rss><channel><title>t</title></channel></rss>",
    "an item that says nothing": b"<rss><channel><title>t</title><item/></channel></rss>",
    "HTML": b"<html><body>hello</body></html>",
    "a page that shows a feed": b"<html><pre>" + rss("") + b"</pre></html>",
    "nothing": b"",
    "an encoding that is guessed": "<rss><channel><item><title>новости дня, и другие</title></item></channel></rss>".encode("cp1251"),
    "a news document": b"[title](https://a.example/1)\n------\n<p>text",
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_what_may_take_long_or_is_odd_is_left_to_the_workers(name: str) -> None:
    assert read_quickly(LEFT[name], URL) is None


MANY = (
    "<category>x</category>",
    '<category domain="a">x, y</category>',
    '<title type="html">&lt;b>x</title>',
    "<description><p>x</p></description>",
    '<content:encoded type="text/html">x</content:encoded>',
    '<link xml:base="http://a.example/b/" href="../a"/>',
    "<author>a@b.example (x)</author>",
    "<author><name>x</name><email>a@b.example</email></author>",
    '<media:content url="http://a/b.png"><media:title>x</media:title><media:thumbnail url="c"/></media:content>',
    '<x xmlns="http://a.example/ns"/>',
    '<q:x xmlns:q="http://search.yahoo.com/mrss/" q:a="1"/>',
    '<x xml:lang="de">a</x>',
    "<item><title>a</title><link>http://a/1</link></item>",
    "</item><item><title>a</title><description>&lt;img src=a></description><pubDate>1 Jan</pubDate>",
    "<image><url>a</url></image>",
    '<source url="a">b</source>',
    "<pubDate>Thu, 1 Janvier 2026 10:20 CEST</pubDate>",
    '<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>',
)


MOST_CALLS = 40_000
"""A call takes some 0.3 microseconds: these are 12 milliseconds."""


def work(body: bytes) -> int:
    """Return how many functions, of Python's or C's, are called to read ``body``."""
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    read_quickly(body, URL)  # what is known by then is asked for once
    sys.setprofile(count)
    try:
        read_quickly(body, URL)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("one", MANY)
@pytest.mark.parametrize("write", [rss, atom])
def test_many_elements_are_little_work(one: str, write: Callable[[str], bytes]) -> None:
    body = write(one * ((quick.MOST_ELEMENTS - 5) // (one.count("<") - one.count("</"))))
    assert work(body) < MOST_CALLS


@pytest.mark.parametrize("tag", ["a", "description", "item", "author", "media:group", "svg"])
def test_depth_is_little_work(tag: str) -> None:
    assert work(rss(f"<{tag}>" * 120 + f"</{tag}>" * 120)) < MOST_CALLS


PIECES = """a é 你 \n & &amp; &lt; &#8 &a < <b> </b> </ <img <img> <img␣src= <video␣ <source␣ <script <style> </script>
    <br <p> <!-- --> <![CDATA[ " ' = =" a= srcset=" class=" src=" http:// https://a.b/ / // . - _ ? # % %41 @ : , ; ( )
    [ ] { } xxxxxxxxxxxx 1 12: 2020- Jan␣ +01 T AM width= 300x200 icon pixel .jpg www. feeds. /http mailto: İ ， data:"""
TOKENS = [one.replace("␣", " ") for one in PIECES.split()] + [" ", "\n", "\t", "\u00a0", "\u0080", "\u200b"]
ELEMENTS = [
    *(
        "title",
        "description",
        "content:encoded",
        "guid",
        "link",
        "pubDate",
        "dc:date",
        "category",
        "author",
        "x",
    ),
    *("dc:creator", "media:title", "media:description", "comments", "source", "itunes:duration", "image"),
    *("itunes:keywords", "itunes:summary", "language", "updated"),
]


def repetitious(dice: Random) -> bytes:
    """Return a document of one stretch, repeated: superlinear expressions show by such."""

    def unit(depth: int = 0) -> str:
        deeper = [unit(depth + 1) for _ in range(1 - depth)]
        parts = [
            dice.choice(deeper or TOKENS) if dice.random() < 0.4 else dice.choice(TOKENS) for _ in range(3)
        ]
        return "".join((one * dice.choice((1, 1, 2, 5, 40, 300, 4000)))[:4200] for one in parts)

    stretch = unit()
    told = "".join(dice.choices(TOKENS, k=dice.randrange(3))) + stretch * (29_000 // len(stretch) + 1)
    for mark in "<&=,":
        told = mark.join(told.split(mark)[:200])
    element = dice.choice(ELEMENTS)
    body = f"<{element}>{escape(told[:29_000])}</{element}>".replace("\x00", "")
    return dice.choice((rss, atom))(body)


@pytest.mark.soak
def test_no_document_of_bounded_work_takes_long() -> None:
    """20 ms are what the event loop may stand still; the least of three readings counts."""
    dice = Random(20)
    found = 0
    for _ in range(20_000):
        body = repetitious(dice)
        times: list[float] = []
        for _ in range(3):
            began = time.process_time()
            found += read_quickly(body, URL) is not None
            times.append(time.process_time() - began)
            if times[-1] < 0.01:
                break
        assert min(times) < 0.02, body
    assert found > 5_000


@pytest_asyncio.fixture
async def parser() -> AsyncIterator[Parser]:
    async with Parser(workers=1) as running:
        yield running


async def test_a_small_document_needs_no_process_and_a_large_one_does(parser: Parser) -> None:
    small, large = rss(""), rss(f"<description>{'x' * QUICK_BYTES}</description>")
    assert [one.title for one in (await parser.read(small, URL)).items] == ["q"]
    assert pids(parser) == []
    assert [one.title for one in (await parser.read(large, URL)).items] == ["q"]
    assert len(pids(parser)) == 1


async def test_what_is_no_feed_is_said(parser: Parser) -> None:
    with pytest.raises(NotAFeed, match="no list of items"):
        await parser.read(b'{"a": 1}', URL)
    assert pids(parser) == []


async def test_whatever_a_library_raises_a_worker_reads_it(
    parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Document | None:
        raise RecursionError

    monkeypatch.setattr(quick, "read_quickly", broken)
    assert [one.title for one in (await parser.read(rss(""), URL)).items] == ["q"]
    assert len(pids(parser)) == 1


async def test_what_cannot_be_loaded_here_a_worker_reads(
    parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError("too many open files")

    monkeypatch.setattr(worker, "_load", full)
    assert [one.title for one in (await parser.read(rss(""), URL)).items] == ["q"]
    assert len(pids(parser)) == 1


async def test_who_gives_up_while_it_is_loaded_leaves_it_to_the_others(parser: Parser) -> None:
    first = asyncio.create_task(parser.read(rss(""), URL))
    others = [asyncio.create_task(parser.read(rss(""), URL)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()
    assert [len((await one).items) for one in others] == [1, 1, 1]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc to look into")
async def test_names_that_no_other_document_has_do_not_stay(
    parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MOST_HERE", 10)

    async def grown(first: int, count: int) -> int:
        before = resident(os.getpid())
        for number in range(first, first + count):
            names = "".join(f"<n{number}x{one}{'y' * 250}/>" for one in range(100))
            assert (await parser.read(rss(names), URL)).items
        return resident(os.getpid()) - before

    await grown(0, 50)
    assert await grown(50, 200) < 2_000_000, "200 of 25 KB"
    assert pids(parser) == []

"""The whole text of a page, read in a worker that can be killed."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.errors import TooComplex
from bot.parse.article import text_of
from bot.parse.worker import Parser

URL = "https://news.example/2026/a-page"
STORY = "".join(
    f"<p>Paragraph {number} says a good deal, as paragraphs of stories do.</p>" for number in range(9)
)


def article(inside: str) -> bytes:
    return (
        f"<html><head><meta charset=utf-8><title>T</title></head><body><article>{inside}</article>".encode()
    )


def text(inside: str) -> str:
    return text_of(article(STORY + inside), URL, "text/html")


@pytest_asyncio.fixture
async def parser() -> AsyncIterator[Parser]:
    async with Parser(workers=1, limit_s=0.6) as running:
        yield running


async def test_a_worker_says_what_the_reading_itself_says_and_reads_feeds_again(parser: Parser) -> None:
    page = article(STORY)
    assert await parser.text(page, URL, "text/html") == text_of(page, URL, "text/html")
    assert (await parser.read(b"<rss><channel><title>t</title></channel></rss>", URL)).title == "t"
    assert await parser.text(b"", URL) == ""


def test_links_pictures_lists_quotes_and_code_are_kept_with_whole_addresses() -> None:
    found = text(
        "<p>See <a href='../b'>the <em>other</em> page</a>, which says even more about all of this.</p>"
        "<ul><li>one point</li><li>another point</li></ul><blockquote>Somebody said so.</blockquote>"
        "<figure><img src='/c.jpg' alt='C'></figure><pre><code>print(1)</code></pre><h2>A heading</h2>"
        + STORY
    )
    assert '<a href="https://news.example/b">' in found
    assert "<li>one point</li>" in found
    assert "<blockquote>Somebody said so.</blockquote>" in found
    assert 'src="https://news.example/c.jpg"' in found
    assert "<pre>print(1)</pre>" in found
    assert "<h2>A heading</h2>" in found


@pytest.mark.parametrize("encoding", ["gbk", "windows-1251", "shift_jis"])
def test_a_text_comes_in_the_encoding_of_its_page(encoding: str) -> None:
    words = {"gbk": "大桥昨日落成", "windows-1251": "Вчера открыли мост", "shift_jis": "新しい橋が開通"}[
        encoding
    ]
    page = f"<html><head><meta charset={encoding}></head><body><article>{f'<p>{words}</p>' * 30}</article>"
    assert words in text_of(page.encode(encoding), URL, "text/html")


@pytest.mark.parametrize(
    "page", [b"", b"<html>", b"\xff\xfe\x00", b"<?xml version='1.0' encoding='gbk'?><p>x", b"{}"]
)
def test_what_has_no_text_gives_none(page: bytes) -> None:
    assert text_of(page, URL) in {"", "<p>x</p>"}


@pytest.mark.parametrize(
    "page",
    [
        b"<table><tr><td>" * 130_000,
        pytest.param(b"<div>" * 400_000, marks=pytest.mark.soak),
        pytest.param(b"<p>a<b>" * 280_000, marks=pytest.mark.soak),
        pytest.param(STORY.encode() * 4000, marks=pytest.mark.soak),
    ],
)
async def test_a_hostile_page_is_read_or_given_up_in_bounded_time(parser: Parser, page: bytes) -> None:
    begun = time.monotonic()
    try:
        await parser.text(page, URL, "text/html")
    except TooComplex as error:
        assert " " in str(error)
    assert time.monotonic() - begun < 10
    assert "Paragraph 1" in await parser.text(article(STORY), URL, "text/html")

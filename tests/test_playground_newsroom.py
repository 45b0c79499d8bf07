"""The newsroom is one that a relay can read: valid feeds, honest validators, pictures, pages."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from bot.playground.demo import Stage, stage
from bot.playground.media import image_size
from bot.playground.papers import Form, Picture, open_papers
from bot.playground.pictures import SCENES, scene
from bot.playground.recordings import GIF_SIZE

ATOM = "{http://www.w3.org/2005/Atom}"
RSS1 = "{http://purl.org/rss/1.0/}"


@pytest.fixture
async def show() -> AsyncIterator[Stage]:
    async with stage(port=0, every_s=3600) as opened:
        yield opened


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


async def body_of(http: aiohttp.ClientSession, show: Stage, key: str) -> bytes:
    async with http.get(f"{show.api_url}/newsroom/feeds/{key}") as answer:
        assert answer.status == 200
        return await answer.read()


def titles(form: Form, body: bytes) -> list[str | None]:
    """Read the items' titles with the standard library alone."""
    if form is Form.JSON:
        return [item["title"] for item in json.loads(body)["items"]]
    if form is Form.NEWS:
        return [body.decode().splitlines()[1].partition("](")[0].removeprefix("[")]
    root = ET.parse(io.BytesIO(body)).getroot()
    path = {Form.RSS: ".//item/title", Form.ATOM: f".//{ATOM}entry/{ATOM}title"}.get(
        form, f".//{RSS1}item/{RSS1}title"
    )
    return [element.text for element in root.findall(path)]


async def test_every_paper_is_a_feed_and_shows_what_was_published(
    show: Stage, http: aiohttp.ClientSession
) -> None:
    forms = {paper.form for paper in show.newsroom.papers.values()}
    assert forms == set(Form)
    for key, paper in show.newsroom.papers.items():
        newest = show.newsroom.publish(key)
        found = titles(paper.form, await body_of(http, show, key))
        assert found[0] == newest.title
        assert len(found) == (1 if paper.form is Form.NEWS else len(paper.pieces))


async def test_an_unchanged_feed_is_not_sent_again(show: Stage, http: aiohttp.ClientSession) -> None:
    url = f"{show.api_url}/newsroom/feeds/herald"
    async with http.get(url) as answer:
        known = {"If-None-Match": answer.headers["ETag"]}
        since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    for headers in (known, since):
        async with http.get(url, headers=headers) as answer:
            assert answer.status == 304
    show.newsroom.publish("herald")
    for headers in (known, since):
        async with http.get(url, headers=headers) as answer:
            assert answer.status == 200


async def test_the_moody_server_fails_now_and_then(show: Stage, http: aiohttp.ClientSession) -> None:
    seen = []
    for _ in range(8):
        async with http.get(f"{show.api_url}/newsroom/feeds/weather") as answer:
            seen.append(answer.status)
    assert seen.count(503) == 2
    assert seen.count(200) == 6


async def test_the_wire_begins_with_the_seed_and_its_picture_comes_through_the_proxy(
    show: Stage, http: aiohttp.ClientSession
) -> None:
    text = (await body_of(http, show, "wire")).decode()
    assert "美俄外交官举行工作级别会谈" in text
    assert "Thu, 27 Feb 2025 16:19:43 GMT" in text
    source = text.partition('<img src="')[2].partition('"')[0]
    assert source.startswith(f"{show.api_url}/newsroom/proxy?url=gdb.voanews.com/")
    async with http.get(source) as answer:
        assert answer.content_type == "image/png"
        assert image_size(await answer.read()) == (900, 600)


async def test_pictures_are_as_their_pieces_say(show: Stage, http: aiohttp.ClientSession) -> None:
    for kind, status, mime in (
        (Picture.FINE, 200, "image/png"),
        (Picture.MISTYPED, 200, "application/octet-stream"),
        (Picture.GONE, 404, "text/plain"),
    ):
        url = f"{show.api_url}/newsroom/pictures/{kind}/herald-1-640x400.png"
        async with http.get(url) as answer:
            assert (answer.status, answer.content_type) == (status, mime)
            if status == 200:
                assert image_size(await answer.read()) == (640, 400)


async def test_the_home_page_names_the_feeds_and_items_have_pages(
    show: Stage, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{show.api_url}/newsroom/") as answer:
        page = await answer.text()
    assert page.count('rel="alternate"') == len(show.newsroom.papers) - 1
    piece = show.newsroom.publish("craft")
    async with http.get(f"{show.api_url}/newsroom/craft/{piece.number}") as answer:
        assert piece.title in await answer.text()
    async with http.get(f"{show.api_url}/newsroom/craft/999") as answer:
        assert answer.status == 404


async def test_what_comes_with_an_item_is_there_and_its_feed_says_so(
    show: Stage, http: aiohttp.ClientSession
) -> None:
    for _ in range(6):
        show.newsroom.publish("lens")
    feed = (await body_of(http, show, "lens")).decode()
    root = ET.fromstring(feed)
    for mime in ("audio/mpeg", "video/mp4"):
        enclosure = next(one for one in root.iter("enclosure") if one.get("type") == mime)
        async with http.get(enclosure.get("url", "")) as answer:
            assert answer.content_type == mime
            assert (await answer.read())[:3] in {b"ID3", b"\0\0\0"}
    async with http.get(feed.partition(".gif")[0].rpartition('"')[2] + ".gif") as answer:
        assert image_size(await answer.read()) == GIF_SIZE
    async with http.get(f"{show.api_url}/newsroom/files/lens/999/snow-40.mp3") as answer:
        assert answer.status == 404


async def test_what_only_its_page_tells_is_not_in_the_feed(show: Stage, http: aiohttp.ClientSession) -> None:
    for _ in range(3):
        piece = show.newsroom.publish("herald")
    assert piece.story.told_by_page
    words = piece.story.paragraphs[0][:40]
    assert words not in (await body_of(http, show, "herald")).decode()
    async with http.get(f"{show.api_url}/newsroom/herald/{piece.number}") as answer:
        page = await answer.text()
    assert words in page
    assert 'property="og:description"' in page


async def test_a_mistake_in_a_title_is_corrected_once(show: Stage, http: aiohttp.ClientSession) -> None:
    url = f"{show.api_url}/newsroom/feeds/herald"
    piece = show.newsroom.publish("herald")
    assert piece.is_wrong
    assert titles(Form.RSS, await body_of(http, show, "herald"))[0] == piece.story.wrong
    async with http.get(url) as answer:
        known = {"If-None-Match": answer.headers["ETag"]}
    assert show.newsroom.correct(after=timedelta(minutes=1)) == []
    assert [one.title for one in show.newsroom.correct()] == [piece.story.title]
    assert show.newsroom.correct() == []
    async with http.get(url, headers=known) as answer:
        assert answer.status == 200
    assert titles(Form.RSS, await body_of(http, show, "herald"))[0] == piece.story.title


@pytest.mark.parametrize("size", [(10, 10), (2400, 12), (12, 2400)])
def test_every_scene_can_be_drawn_in_any_size(size: tuple[int, int]) -> None:
    for name in SCENES:
        assert image_size(scene.__wrapped__(f"{name}-1", *size)) == size


def test_the_show_never_ends_and_never_repeats_a_title() -> None:
    for paper in open_papers().values():
        if paper.form is not Form.NEWS:
            seen = {paper.publish(paper.pieces[0].published).title for _ in range(6 * len(paper.stock))}
            assert len(seen) == 6 * len(paper.stock)


async def test_items_come_out_by_themselves() -> None:
    async with stage(port=0, every_s=0.01) as show:
        before = sum(paper.printed for paper in show.newsroom.papers.values())
        async with asyncio.timeout(3):
            while sum(paper.printed for paper in show.newsroom.papers.values()) < before + 3:  # noqa: ASYNC110  time is what passes here
                await asyncio.sleep(0.02)


async def test_a_port_in_use_gives_way_to_the_next() -> None:
    async with stage(port=0) as first:
        taken = int(first.api_url.rpartition(":")[2])
        async with stage(port=taken) as second:
            assert taken < int(second.api_url.rpartition(":")[2]) < taken + 20


async def test_other_host_names_are_refused(show: Stage, http: aiohttp.ClientSession) -> None:
    async with http.get(show.url, headers={"Host": "rebound.example"}) as answer:
        assert answer.status == 403


def test_a_picture_is_drawn_the_same_from_the_same_seed() -> None:
    for name in SCENES:
        picture = scene.__wrapped__(f"{name}-7", 160, 100)
        assert picture == scene(f"{name}-7", 160, 100)
        assert picture != scene(f"{name}-8", 160, 100)
        assert image_size(picture) == (160, 100)

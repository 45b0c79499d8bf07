"""One conditional GET: what it brings, what it sends, where redirects lead it."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from xxhash import xxh3_128_hexdigest

from bot.fetch.answer import Failure, NotModified
from bot.fetch.client import MOST_REDIRECTS, Client, Kind, user_agent
from bot.items import Validators
from tests.fetching import Site, failed, fetched, settings, site_on


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with site_on() as site:
        yield site


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(settings()) as client:
        yield client


async def test_a_document_comes_with_all_that_is_to_be_remembered(site: Site, client: Client) -> None:
    url = site.put(
        "/feed",
        b"<rss/>",
        ETag='W/"a b"',
        Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT",
        Content_Type="text/xml; charset=gb2312",
        Cache_Control="public, max-age=900",
        Link='</hub>; rel=hub, <https://a.example/feed>; rel="self"',
        Refresh="0; url=/other",
    )
    answer = fetched(await client.get(url))
    assert (answer.url, answer.body, answer.content_type) == (url, b"<rss/>", "text/xml; charset=gb2312")
    assert (answer.etag, answer.modified) == ('W/"a b"', "Mon, 02 Nov 2026 10:00:00 GMT")
    assert answer.body_hash == xxh3_128_hexdigest(b"<rss/>")
    assert (answer.max_age_s, answer.moved_to, answer.refresh) == (900, None, "0; url=/other")
    assert answer.links == (("hub", site.at("/hub")), ("self", "https://a.example/feed"))


async def test_we_say_who_we_are_and_what_we_want(site: Site, client: Client) -> None:
    await client.get(site.put("/feed"))
    await client.get(site.put("/picture"), kind=Kind.IMAGE)
    feed, picture = (request.headers for request in site.asked)
    assert feed["User-Agent"].startswith("newsrelay/")
    assert feed["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert "application/rss+xml" in feed["Accept"]
    assert picture["Accept"].startswith("image/jpeg")
    assert not {"Cookie", "Authorization", "If-None-Match", "If-Modified-Since"} & set(feed)
    assert "(+https://relay.example)" in user_agent(settings(PUBLIC_URL="https://relay.example/"))


async def test_validators_are_sent_and_answered_with_not_modified(site: Site, client: Client) -> None:
    url = site.put("/feed", status=304, Cache_Control="max-age=60")
    assert await client.get(url, Validators(etag='"x"')) == NotModified(max_age_s=60)
    assert await client.get(url, Validators(modified="yesterday")) == NotModified(max_age_s=60)
    assert site.asked[0].headers["If-None-Match"] == '"x"'
    assert site.asked[1].headers["If-Modified-Since"] == "yesterday"


async def test_not_modified_without_having_asked_is_broken(site: Site, client: Client) -> None:
    url = site.put("/feed", status=304)
    assert failed(await client.get(url, Validators(body_hash="00"))).why is Failure.BROKEN


async def test_validators_that_no_header_can_hold_are_not_sent(site: Site, client: Client) -> None:
    url = site.put("/feed", b"x")
    for etag in ("a\r\nX-Evil: 1", "\udcff", "é", "x" * 5000, "\x00"):
        fetched(await client.get(url, Validators(etag=etag, modified=etag)))
    assert all("If-None-Match" not in request.headers for request in site.asked)
    assert all("If-Modified-Since" not in request.headers for request in site.asked)


async def test_an_empty_document_is_a_document(site: Site, client: Client) -> None:
    assert fetched(await client.get(site.put("/feed"))).body == b""


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (204, Failure.BROKEN), (206, Failure.BROKEN), (300, Failure.BROKEN), (301, Failure.BROKEN),
        (400, Failure.BROKEN), (401, Failure.LOGIN), (402, Failure.DENIED), (403, Failure.FORBIDDEN),
        (404, Failure.MISSING), (408, Failure.TOO_SLOW), (410, Failure.GONE), (429, Failure.BUSY),
        (451, Failure.WITHHELD), (500, Failure.SERVER_ERROR), (503, Failure.BUSY), (522, Failure.SERVER_ERROR),
        (999, Failure.BROKEN),
    ],
)  # fmt: skip
async def test_every_status_means_something(site: Site, client: Client, status: int, why: Failure) -> None:
    answer = failed(await client.get(site.put("/feed", status=status)))
    assert answer.why is why
    assert str(status) in answer.detail


async def test_a_busy_server_is_believed_about_when_to_come_back(site: Site, client: Client) -> None:
    answer = failed(await client.get(site.put("/feed", status=429, Retry_After="120")))
    assert (answer.why, answer.retry_after_s) == (Failure.BUSY, 120)


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ([301], 1),
        ([308, 301], 2),
        ([302], 0),
        ([301, 302], 1),
        ([302, 301], 0),
        ([301, 307, 308], 1),
        ([303], 0),
    ],
)
async def test_the_address_moves_as_far_as_all_redirects_are_permanent(
    site: Site, client: Client, statuses: list[int], moved: int
) -> None:
    for number, status in enumerate(statuses):
        site.redirect(f"/{number}", f"/{number + 1}", status)
    site.put(f"/{len(statuses)}", b"x")
    answer = fetched(await client.get(site.at("/0")))
    assert answer.url == site.at(f"/{len(statuses)}")
    assert answer.moved_to == (site.at(f"/{moved}") if moved else None)


async def test_ten_redirects_are_followed_and_no_more(site: Site, client: Client) -> None:
    for number in range(20):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.put(f"/{MOST_REDIRECTS}", b"x")
    assert fetched(await client.get(site.at("/0"))).body == b"x"
    site.redirect(f"/{MOST_REDIRECTS}", "/x")
    site.asked.clear()
    assert failed(await client.get(site.at("/0"))).why is Failure.TOO_MANY_REDIRECTS
    assert len(site.asked) == MOST_REDIRECTS + 1


async def test_odd_redirects_are_followed_as_browsers_do(site: Site, client: Client) -> None:
    site.pages["/target page"] = lambda request: web.Response(text=request.query_string)
    site.redirect("/a/b", " ../target page?q=ü#part ")
    answer = fetched(await client.get(site.at("/a/b#own")))
    assert answer.body == "q=ü".encode()
    assert "#" not in answer.url


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://a.example/", "http://10.0.0.1/", "http://[::ffff:10.0.0.1]/"]
)
async def test_redirects_are_guarded_hop_by_hop(site: Site, client: Client, to: str) -> None:
    assert failed(await client.get(site.redirect("/feed", to))).why is Failure.REFUSED


async def test_credentials_go_to_their_own_host_only(site: Site, client: Client) -> None:
    site.redirect("/a", "/b", 301)
    site.redirect("/b", site.at("/c", "localhost"), 301)
    site.put("/c", b"x")
    answer = fetched(await client.get(site.at("/a", "u%40x:p%C3%A9@127.0.0.1")))
    sent = [request.headers.get("Authorization", "") for request in site.asked]
    assert sent[0] == sent[1]
    assert base64.b64decode(sent[0].removeprefix("Basic ")).startswith(b"u@x:p")
    assert sent[2] == ""
    assert answer.url == site.at("/c", "localhost")


async def test_credentials_stay_with_an_address_that_moves_within_its_host_and_show_nowhere_else(
    site: Site, client: Client
) -> None:
    site.redirect("/a", "/b", 301)
    site.put("/b", b"x", Link="</hub>; rel=hub")
    answer = fetched(await client.get(site.at("/a", "u:secret@127.0.0.1")))
    assert answer.moved_to == site.at("/b", "u:secret@127.0.0.1")
    assert "secret" not in answer.url + str(answer.links)
    site.put("/b", status=500)
    assert "secret" not in failed(await client.get(site.at("/a", "u:secret@127.0.0.1"))).detail


async def test_a_server_that_wants_its_cookie_back_is_given_it_within_one_call(
    site: Site, client: Client
) -> None:
    def gate(request: web.Request) -> web.Response:
        if request.cookies.get("pass") == "yes":
            return web.Response(text="in")
        response = web.Response(status=302, headers={"Location": "/feed"})
        response.set_cookie("pass", "yes")
        return response

    site.pages["/feed"] = gate
    answer = fetched(await client.get(site.at("/feed")))
    assert (answer.body, answer.moved_to) == (b"in", None)
    await client.get(site.at("/feed"))
    assert "Cookie" not in site.asked[2].headers, "the next call knows nothing of it"


async def test_cookies_do_not_leave_their_host(site: Site, client: Client) -> None:
    site.redirect("/a", site.at("/b", "localhost"), Set_Cookie="secret=1")
    site.put("/b", b"x")
    fetched(await client.get(site.at("/a")))
    assert "Cookie" not in site.asked[1].headers


async def test_without_a_scheme_http_is_tried_where_https_cannot_be_reached(
    site: Site, client: Client
) -> None:
    url = site.put("/feed", b"x")
    assert fetched(await client.get(url.removeprefix("http://"))).url == url
    assert failed(await client.get(url.replace("http:", "https:"))).why is Failure.UNREACHABLE


@pytest.mark.parametrize("url", ["", "nonsense", "file:///etc/passwd", "http://", "http://a.example:0/"])
async def test_what_is_no_address_is_said_so(client: Client, url: str) -> None:
    assert failed(await client.get(url)).why is Failure.BAD_ADDRESS


async def test_a_document_may_have_so_many_bytes_and_no_more(site: Site, client: Client) -> None:
    url = site.put("/feed", b"x" * 2000)
    assert len(fetched(await client.get(url, max_bytes=2000)).body) == 2000
    assert failed(await client.get(url, max_bytes=1999)).why is Failure.TOO_BIG
    async with Client(settings(FETCH_MAX_BYTES="1024")) as small:
        assert failed(await small.get(url)).why is Failure.TOO_BIG


async def test_the_time_is_for_all_redirects_together(site: Site, client: Client) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.08)
        return web.Response(status=302, headers={"Location": f"/{len(site.asked)}"})

    site.pages = {f"/{number}": slow for number in range(20)}
    answer = failed(await client.get(site.at("/0"), timeout_s=0.2))
    assert answer.why is Failure.TOO_SLOW
    assert len(site.asked) <= 3


async def test_being_stopped_is_not_an_answer(site: Site, client: Client) -> None:
    arrived = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        arrived.set()
        await asyncio.Event().wait()
        return web.Response()

    site.pages["/feed"] = never
    task = asyncio.create_task(client.get(site.at("/feed")))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_connections_are_used_again(site: Site, client: Client) -> None:
    url = site.put("/feed", b"x")
    for _ in range(3):
        fetched(await client.get(url))
    assert len({request.transport for request in site.asked}) == 1


async def test_a_client_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await Client(settings()).get("http://a.example/")

"""What is sent to hubs goes past the same guard as what feeds are asked, and within the same bounds."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.fetch.answer import Failed, Failure
from bot.fetch.client import MOST_REDIRECTS, Client
from bot.settings import read
from tests.fetching import Site, settings, site_on, wire

FORM = {"hub.mode": "subscribe", "hub.topic": "https://a.example/?q=ü&x=1"}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with site_on() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(settings()) as opened:
        yield opened


def takes(site: Site, path: str = "/hub") -> list[dict[str, str]]:
    """Let a path take forms; return what comes."""
    came: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        came.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=202)

    site.pages[path] = answer
    return came


async def test_a_form_arrives_as_it_is(site: Site, client: Client) -> None:
    came = takes(site)
    assert await client.post(site.at("/hub"), FORM) is None
    assert came == [FORM]
    assert site.asked[0].method == "POST"


@pytest.mark.parametrize("status", [307, 308])
async def test_a_hub_that_has_moved_is_sent_the_same(site: Site, client: Client, status: int) -> None:
    came = takes(site)
    site.redirect("/old", "/hub", status)
    assert await client.post(site.at("/old"), FORM) is None
    assert came == [FORM]


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_no_other_redirect_is_followed(site: Site, client: Client, status: int) -> None:
    came = takes(site)
    site.redirect("/old", "/hub", status)
    failure = await client.post(site.at("/old"), FORM)
    assert failure is not None
    assert failure.why is Failure.BROKEN
    assert came == []


@pytest.mark.parametrize(
    ("status", "why"),
    [(400, Failure.BROKEN), (403, Failure.FORBIDDEN), (404, Failure.MISSING), (500, Failure.SERVER_ERROR)],
)
async def test_what_a_hub_says_no_with_is_told(site: Site, client: Client, status: int, why: Failure) -> None:
    site.put("/hub", b"no such topic", status)
    failure = await client.post(site.at("/hub"), FORM)
    assert failure == Failed(why, f"127.0.0.1 answered {status}")


async def test_a_busy_hub_says_until_when(site: Site, client: Client) -> None:
    site.put("/hub", b"", 503, Retry_After="120")
    failure = await client.post(site.at("/hub"), FORM)
    assert failure == Failed(Failure.BUSY, "127.0.0.1 answered 503", 120)


async def test_the_guard_holds_for_hubs_and_for_where_they_lead(site: Site) -> None:
    came = takes(site)
    async with Client(read({})) as client:
        failure = await client.post(site.at("/hub"), FORM)
        assert failure is not None
        assert failure.why is Failure.REFUSED
        failure = await client.post(site.at("/hub", "localhost"), FORM)
        assert failure is not None
        assert failure.why is Failure.REFUSED
    only = read({"FETCH_ALLOW_NETWORKS": "127.0.0.1/32"})
    site.redirect("/old", site.at("/hub", "127.0.0.2"), 307)
    async with Client(only) as client:
        failure = await client.post(site.at("/old"), FORM)
        assert failure is not None
        assert failure.why is Failure.REFUSED
    assert came == []


async def test_a_circle_ends(site: Site, client: Client) -> None:
    site.redirect("/round", "/round", 307)
    failure = await client.post(site.at("/round"), FORM)
    assert failure is not None
    assert failure.why is Failure.TOO_MANY_REDIRECTS
    assert len(site.asked) == MOST_REDIRECTS + 1


async def test_a_hub_that_does_not_answer_is_given_up() -> None:
    async def silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with wire(silent) as url, Client(settings(FETCH_TIMEOUT_SECONDS="0.1")) as client:
        failure = await client.post(url, FORM)
    assert failure is not None
    assert failure.why is Failure.TOO_SLOW


async def test_what_is_no_address_is_not_asked(client: Client) -> None:
    failure = await client.post("ftp://hub.example/", FORM)
    assert failure is not None
    assert failure.why is Failure.BAD_ADDRESS
    failure = await client.post("http://127.0.0.1:1/", FORM)
    assert failure is not None
    assert failure.why is Failure.UNREACHABLE

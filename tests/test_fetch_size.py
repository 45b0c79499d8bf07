"""How large the whole is of which the beginning came."""

import pytest
from aiohttp import web

from bot.fetch.answer import Failure
from bot.fetch.client import Client, Kind
from bot.fetch.head import size
from tests.fetching import failed, fetched, settings, site_on

WHOLE = bytes(range(256)) * 2_000


def ranged(request: web.Request) -> web.Response:
    part = WHOLE[request.http_range]
    told = {"Content-Range": f"bytes 0-{len(part) - 1}/{len(WHOLE)}"}
    return web.Response(status=206, body=part, headers=told)


async def test_a_beginning_comes_with_the_size_of_the_whole() -> None:
    async with site_on() as site, Client(settings()) as client:
        site.pages["/part"] = ranged
        for url in (site.at("/part"), site.put("/whole", WHOLE)):
            answer = fetched(await client.get(url, max_bytes=1000, kind=Kind.IMAGE, beginning=True))
            assert (answer.body, answer.size) == (WHOLE[:1000], len(WHOLE))
        inner = site.redirect("/inner", "http://10.0.0.1/secret.png")
        assert failed(await client.get(inner, max_bytes=1000, beginning=True)).why is Failure.REFUSED


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Content-Length": "12"}, 12),
        ({"Content-Length": "-1"}, None),
        ({"Content-Length": "9" * 400}, None),
        ({"Content-Length": "12", "Content-Encoding": "gzip"}, None),
        ({"Content-Length": "12", "Content-Range": "bytes 0-11/40"}, 40),
        ({"Content-Length": "12", "Content-Range": "bytes 0-11/*"}, None),
        ({"Content-Length": "12", "Content-Range": "bytes=0-11"}, None),
    ],
)
def test_the_size_is_what_the_server_says_of_the_whole(headers: dict[str, str], expected: int | None) -> None:
    assert size(headers) == expected

"""The guard at dial time: whatever name or number leads there, no forbidden address is ever connected to."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from aiohttp.connector import AddrInfoType

from bot.fetch import dial
from bot.fetch.answer import Failure
from bot.fetch.client import Client
from bot.settings import read
from tests.fetching import Site, failed, fetched, settings, site_on


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with site_on() as site:
        yield site


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the addresses that sockets are made for, behind the guard."""
    seen: list[str] = []
    real = dial.Guard.__call__

    def watch(guard: dial.Guard, info: AddrInfoType) -> socket.socket:
        made = real(guard, info)
        seen.append(str(info[4][0]))
        return made

    monkeypatch.setattr(dial.Guard, "__call__", watch)
    return seen


def use(monkeypatch: pytest.MonkeyPatch, **names: list[list[str]]) -> None:
    """Let names lead where a test wants; each look-up takes the next of a name's answers."""
    answers = {name: iter(each) for name, each in names.items()}

    async def look_up(
        host: str, port: int, family: socket.AddressFamily
    ) -> list[tuple[socket.AddressFamily, str]]:
        found = next(answers[host.partition(".")[0]])
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in found]

    monkeypatch.setattr(dial, "look_up", look_up)
    monkeypatch.setattr(dial, "DNS_CACHE_S", 0)


LOCAL_FORMS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "0.0.0.0", "①②⑦.0.0.1", "%31%32%37.0.0.1", "localhost",
    "LOCALHOST", "localhost.", "a.localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "169.254.169.254", "[fd00:ec2::254]", "10.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", LOCAL_FORMS)
async def test_no_spelling_of_a_private_address_is_dialled(host: str, dialled: list[str]) -> None:
    async with Client(read({})) as client:
        answer = failed(await client.get(f"http://{host}/"))
    assert answer.why is Failure.REFUSED
    assert not dialled


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], ["127.0.0.1", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1%lo"], ["not an address"]],
)
async def test_a_name_that_leads_home_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], dialled: list[str]
) -> None:
    use(monkeypatch, inner=[addresses])
    async with Client(read({})) as client:
        answer = failed(await client.get("http://inner.example/"))
    assert answer.why is Failure.REFUSED
    assert answer.detail.startswith("inner.example is not asked: it")
    assert not dialled


async def test_a_name_on_an_odd_port_is_refused_for_its_port(
    monkeypatch: pytest.MonkeyPatch, dialled: list[str]
) -> None:
    use(monkeypatch, outer=[["8.8.8.8", "1.1.1.1"]])
    async with Client(read({})) as client:
        answer = failed(await client.get("http://outer.example:6379/"))
    assert (answer.why, "ports" in answer.detail, dialled) == (Failure.REFUSED, True, [])


async def test_of_several_addresses_only_the_allowed_are_dialled(
    monkeypatch: pytest.MonkeyPatch, site: Site, dialled: list[str]
) -> None:
    use(monkeypatch, both=[["10.0.0.1", "::1", "127.0.0.1", "192.168.0.1"]] * 2)
    site.put("/feed", b"x")
    async with Client(read({"FETCH_ALLOW_NETWORKS": "127.0.0.0/8"})) as client:
        assert fetched(await client.get(site.at("/feed", "both.example"))).body == b"x"
        assert dialled == ["127.0.0.1"]


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["::1", "127.0.0.1", "::"]]
)
async def test_where_an_allowed_address_fails_beside_a_refused_one_the_host_is_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    use(monkeypatch, both=[addresses])
    async with Client(read({"FETCH_ALLOW_NETWORKS": "127.0.0.0/8"})) as client:
        answer = failed(await client.get("http://both.example:1/"))
    assert answer.why is Failure.UNREACHABLE


async def test_the_guard_alone_would_do(
    monkeypatch: pytest.MonkeyPatch, site: Site, dialled: list[str]
) -> None:
    """The resolver's choice is a courtesy; what it lets through is still refused one by one."""
    monkeypatch.setattr(dial.Resolver, "resolve", _everything)
    site.put("/feed", b"x")
    async with Client(read({"FETCH_ALLOW_NETWORKS": "127.0.0.0/8"})) as client:
        assert fetched(await client.get(site.at("/feed", "any.example"))).body == b"x"
    assert dialled == ["127.0.0.1"]


async def _everything(_: dial.Resolver, host: str, port: int, **_more: object) -> list[ResolveResult]:
    return [
        ResolveResult(hostname=host, host=one, port=port, family=kind, proto=0, flags=0)
        for kind, one in [
            (socket.AF_INET6, "::1"),
            (socket.AF_INET, "10.0.0.1"),
            (socket.AF_INET6, "::ffff:10.0.0.1"),
            (socket.AF_INET, "127.0.0.1"),
        ]
    ]


async def test_a_name_that_changes_its_mind_is_refused_the_second_time(
    monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    use(monkeypatch, rebind=[["127.0.0.1"], ["127.0.0.2"], ["10.0.0.1"]])
    site.put("/feed", b"x", Connection="close")
    async with Client(read({"FETCH_ALLOW_NETWORKS": "127.0.0.1/32"})) as client:
        url = site.at("/feed", "rebind.example")
        assert fetched(await client.get(url)).body == b"x"
        assert failed(await client.get(url)).why is Failure.REFUSED
        assert failed(await client.get(url)).why is Failure.REFUSED


async def test_a_redirect_to_a_name_that_leads_home_is_refused(
    monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    use(monkeypatch, inner=[["10.0.0.1"]])
    async with Client(settings()) as client:
        answer = failed(await client.get(site.redirect("/feed", "http://inner.example/")))
    assert (answer.why, "inner.example" in answer.detail) == (Failure.REFUSED, True)


async def test_names_are_looked_up_for_real() -> None:
    found = await dial.Resolver(()).resolve("localhost", 80)
    assert {one["host"] for one in found} & {"127.0.0.1", "::1"}
    for name in ("a" * 64 + ".example", "ab..example"):
        with pytest.raises(OSError):
            await dial.Resolver(()).resolve(name, 80)


async def test_a_name_server_that_hangs_delays_only_whoever_asks(
    monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    freed, real = threading.Event(), socket.getaddrinfo

    def slow(host: str, *rest: object, **named: object) -> object:
        if host == "slow.example":
            freed.wait(10)
        return real("127.0.0.1", *rest, **named)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    site.put("/feed", b"x")
    async with Client(settings()) as client:
        stuck = [
            asyncio.create_task(client.get(f"http://slow.example:{port}/", timeout_s=0.3))
            for port in range(1, 30)
        ]
        await asyncio.sleep(0)
        assert fetched(await client.get(site.at("/feed", "quick.example"), timeout_s=0.25)).body == b"x"
        assert {failed(answer).why for answer in await asyncio.gather(*stuck)} == {Failure.TOO_SLOW}
    freed.set()


async def test_without_a_certificate_that_holds_there_is_no_connection(tmp_path: Path) -> None:
    if not (openssl := shutil.which("openssl")):
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    what = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    command = [openssl, *what.split(), "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, timeout=20)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server, Client(settings()) as client:
        answer = failed(await client.get(f"https://localhost:{server.sockets[0].getsockname()[1]}/"))
    assert (answer.why, "certificate" in answer.detail) == (Failure.UNREACHABLE, True)


async def test_a_proxy_is_asked_for_everything_and_guarded_by_looks(site: Site) -> None:
    async def forward(request: web.Request) -> web.Response:
        return web.Response(
            text=f"{request.headers['Host']} {request.headers.get('Proxy-Authorization', '-')}"
        )

    site.pages["/feed"] = forward
    async with Client(read({"FETCH_PROXY": site.at("", "u:p@127.0.0.1")})) as client:
        assert fetched(await client.get("http://a.example/feed")).body == b"a.example Basic dTpw"
        refused = [
            "http://10.0.0.1/feed",
            "http://localhost/feed",
            "http://a.example:22/feed",
            "http://0x7f.1/feed",
        ]
        for url in refused:
            assert failed(await client.get(url)).why is Failure.REFUSED
        assert len(site.asked) == 1
        answer = failed(await client.get("https://a.example/feed"))
    assert (answer.why, "p@" in answer.detail) == (Failure.UNREACHABLE, False)


async def test_a_proxy_that_is_not_there_is_said_so() -> None:
    async with Client(read({"FETCH_PROXY": "http://u:secret@127.0.0.1:1"})) as client:
        answer = failed(await client.get("http://a.example/"))
    assert (answer.why, "proxy" in answer.detail, "secret" in answer.detail) == (
        Failure.UNREACHABLE,
        True,
        False,
    )


async def test_a_proxy_that_wants_a_password_is_said_to_be_the_one_and_no_fault_of_the_feed(
    site: Site,
) -> None:
    site.put("/feed", status=407)
    async with Client(read({"FETCH_PROXY": site.at("")})) as client:
        answers = [
            failed(await client.get("http://a.example/feed")),
            await client.post("http://a.example/feed", {"a": "b"}),
        ]
    for answer in answers:
        assert answer
        assert (answer.why, "proxy" in answer.detail) == (Failure.UNREACHABLE, True)
    async with Client(settings()) as client:
        assert failed(await client.get(site.at("/feed"))).why is Failure.LOGIN

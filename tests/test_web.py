"""The web role: what it answers when all is well, when the store is away, and when nobody collects."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.errors import SettingsError, StoreUnavailable
from bot.items import ChatId, FeedId
from bot.settings import Settings, read
from bot.web import pages, server
from bot.web.pages import Snapshot
from bot.web.server import Web

NOW_MS = 1_740_000_000_000


class FakeStore:
    """Is the store and its rooms in one; ``away`` is what Redis does when it is gone."""

    def __init__(self) -> None:
        self.feeds = self.claims = self.pushes = self
        self.chats = FakeChats()
        self.away = False
        self.silent = False
        self.due_ms: int | None = NOW_MS + 5_000
        self.looks = 0

    async def next_due_ms(self) -> int | None:
        self.looks += 1
        if self.away:
            raise StoreUnavailable("Redis at redis://:hidden@db does not answer")
        if self.silent:
            await asyncio.Event().wait()
        return self.due_ms

    async def all_ids(self) -> list[FeedId]:
        return [FeedId("a"), FeedId("b")]

    async def count(self) -> int:
        return 1

    async def health(self) -> Mapping[str, int]:
        return {"look": NOW_MS - 30_000, "send": NOW_MS - 7_200_000}


class FakeChats:
    async def all_ids(self) -> list[ChatId]:
        return [ChatId(1), ChatId(2), ChatId(-3)]


def settings_with_a_free_port() -> Settings:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return read({"PORT": str(one.getsockname()[1])})


@asynccontextmanager
async def serving(store: FakeStore) -> AsyncIterator[aiohttp.ClientSession]:
    """A running web role, and a session that asks it."""
    settings = settings_with_a_free_port()
    stop = asyncio.Event()
    base = f"http://127.0.0.1:{settings.port}"
    async with asyncio.TaskGroup() as group, aiohttp.ClientSession(base) as session:
        group.create_task(Web(store, settings, clock=lambda: NOW_MS).run(stop))
        for _ in range(200):
            try:
                async with session.get("/health"):
                    break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.01)
        try:
            yield session
        finally:
            stop.set()


@pytest.fixture(autouse=True)
def _always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "FRESH_S", 0.0)


async def test_health_tells_the_age_of_each_kind_of_work() -> None:
    async with serving(FakeStore()) as session, session.get("/health") as answer:
        assert answer.status == 200
        assert answer.content_type == "application/json"
        assert json.loads(await answer.text()) == {
            "ok": True,
            "store": True,
            "last_look": 30,
            "last_route": None,
            "last_send": 7200,
            "last_update": None,
            "overdue": 0,
            "feeds": 2,
            "pushed": 1,
            "chats": 3,
        }


async def test_health_is_503_while_the_store_is_away_and_200_again_afterwards() -> None:
    store = FakeStore()
    async with serving(store) as session:
        store.away = True
        async with session.get("/health") as answer:
            assert answer.status == 503
            body = await answer.text()
            assert json.loads(body)["store"] is False
            assert "hidden" not in body
        store.away = False
        async with session.get("/health") as answer:
            assert answer.status == 200


async def test_a_store_that_never_answers_is_away_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ANSWER_WITHIN_S", 0.05)
    store = FakeStore()
    store.silent = True
    async with serving(store) as session, session.get("/health") as answer:
        assert answer.status == 503


async def test_health_is_503_when_due_feeds_are_not_looked_at() -> None:
    store = FakeStore()
    store.due_ms = NOW_MS - (pages.OVERDUE_S + 1) * 1000
    async with serving(store) as session, session.get("/health") as answer:
        assert answer.status == 503
        assert json.loads(await answer.text())["overdue"] == pages.OVERDUE_S + 1


async def test_many_requests_cost_one_look_at_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "FRESH_S", 60.0)
    store = FakeStore()
    async with serving(store) as session:

        async def ask() -> int:
            async with session.get("/metrics") as answer:
                return answer.status

        assert set(await asyncio.gather(*(ask() for _ in range(20)))) == {200}
    assert store.looks == 1


async def test_metrics_are_in_prometheus_form_with_few_series() -> None:
    async with serving(FakeStore()) as session, session.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        lines = (await answer.text()).splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values["newsrelay_up"] == "1"
    assert values["newsrelay_feeds"] == "2"
    assert float(values['newsrelay_last_success_timestamp_seconds{work="look"}']) == NOW_MS / 1000 - 30
    described = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {name.partition("{")[0] for name in values} <= described
    assert len(values) < 20


async def test_the_page_is_one_document_without_foreign_assets() -> None:
    async with serving(FakeStore()) as session, session.get("/") as answer:
        text = await answer.text()
        assert answer.content_type == "text/html"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "All is well" in text
    assert "2 h ago" in text
    assert "never" in text
    assert "http://" not in text
    assert "https://" not in text


async def test_an_unknown_page_is_404() -> None:
    async with serving(FakeStore()) as session, session.get("/secrets") as answer:
        assert answer.status == 404


async def test_a_taken_port_is_said_in_a_sentence() -> None:
    with socket.socket() as one:
        one.bind(("0.0.0.0", 0))
        one.listen()
        settings = read({"PORT": str(one.getsockname()[1])})
        with pytest.raises(SettingsError, match="choose another"):
            await Web(FakeStore(), settings).run(asyncio.Event())


async def test_no_port_is_said_in_a_sentence() -> None:
    with pytest.raises(SettingsError, match="PORT=8080"):
        await Web(FakeStore(), read({})).run(asyncio.Event())


@pytest.mark.parametrize(
    ("age_s", "words"),
    [(None, "never"), (0, "0 s ago"), (119, "119 s ago"), (120, "2 min ago"), (172_800, "2 d ago")],
)
def test_ages_are_told_in_the_unit_that_tells_enough(age_s: float | None, words: str) -> None:
    assert pages._ago(age_s, " ago") == words


def test_a_clock_that_went_back_makes_no_negative_age() -> None:
    assert Snapshot(1_000, store=True, last_ms={"look": 5_000}).age_s("look") == 0

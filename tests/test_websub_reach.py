"""Whether any process can be pushed to: who says so, who asks, and what follows once none can."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot import push
from bot.app import run
from bot.errands.polling import poll
from bot.errors import StoreUnavailable
from bot.fetch.client import Client
from bot.items import Role
from bot.push import Hubs, watch
from bot.store.client import open_store
from bot.store.pushes import SILENT_MS, Push
from tests.fetching import settings
from tests.pushing import web_settings
from tests.test_websub_store import HUB, URL, agreed, heard


class Said:
    """Notes what processes say of where they are reached; every other time the store does not answer."""

    def __init__(self, times: int, stop: asyncio.Event) -> None:
        self.said: list[str] = []
        self.times, self.stop = times, stop

    async def reach(self, public_url: str) -> int:
        self.said.append(f"first {public_url}")
        return 0

    async def stay(self, public_url: str) -> int:
        self.said.append(public_url)
        if len(self.said) >= self.times:
            self.stop.set()
        if len(self.said) % 2:
            raise StoreUnavailable("Redis does not answer")
        return 0

    async def claim(self, limit: int, lease_ms: int) -> list[Push]:
        assert (limit, lease_ms) > (0, 0)
        return []

    async def ask(self, push: Push, mode: str, again_ms: int) -> bool:
        raise AssertionError(push, mode, again_ms)

    async def put_off(self, push: Push, again_ms: int) -> bool:
        raise AssertionError(push, again_ms)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "IDLE_S", 0.005)
    monkeypatch.setattr(push, "STAY_S", 0.01)
    monkeypatch.setattr(push, "BACKOFF_S", (0.005, 0.005))


async def test_a_process_that_can_be_pushed_to_says_so_again_and_again() -> None:
    told, stop = web_settings(), asyncio.Event()
    pushes = Said(4, stop)
    async with Client(told) as client, asyncio.timeout(5):
        await Hubs(pushes, client, told).run(stop)
    assert pushes.said[:4] == [f"first {told.public_url}", *[told.public_url] * 3]


async def test_a_process_that_cannot_asks_again_and_again_but_not_at_once() -> None:
    stop = asyncio.Event()
    pushes = Said(3, stop)
    async with asyncio.timeout(5):
        await watch(pushes, stop)
    assert pushes.said == ["", "", ""]
    async with asyncio.timeout(5):
        await watch(pushes, stop)
    assert len(pushes.said) == 3


@pytest.mark.parametrize("how", ["a collector", "a relay that nobody reaches", "a poll"])
async def test_feeds_are_polled_as_ever_as_soon_as_no_process_can_be_pushed_to(
    redis: Any, server: Path, how: str
) -> None:
    there = {"REDIS_URL": f"unix://{server}"}
    async with open_store(settings(**there)) as store:
        await store.pushes.reach("https://relay.example")
        feed = await heard(store)
        await store.pushes.offer(feed.id, HUB, URL)
        await agreed(store)
        later_ms = await store.now_ms() + 86_400_000
        await store.feeds.finish(feed, later_ms)
        await redis.hset("meta", "reached_ms", await store.now_ms() - SILENT_MS)
        if how == "a poll":
            await poll(settings(**there), every=False)
        else:
            roles = {Role.COLLECT, Role.WEB} if how != "a collector" else {Role.COLLECT}
            stop = asyncio.Event()
            running = asyncio.create_task(run(settings(**there), frozenset(roles), stop=stop))
            async with asyncio.timeout(5):
                while await store.pushes.count():  # noqa: ASYNC110  the store rings no bell
                    await asyncio.sleep(0.01)
            stop.set()
            await running
        assert await store.pushes.count() == 0
        assert (await store.feeds.next_due_ms() or later_ms) <= await store.now_ms() + 600_000

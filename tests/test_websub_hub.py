"""Subscriptions at a strict hub, over HTTP, by the test list of the Recommendation (websub.rocks).

Of its numbers, 100 to 104 (discovery) are tried in tests/test_websub.py, 203 and 204 in
tests/test_websub_post.py too, and 205 and 300 to 302 in tests/test_websub_callback.py.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest

from bot import push
from bot.fetch.answer import Failed
from bot.fetch.client import Client
from bot.items import Subscription
from bot.push import AT_ONCE, DOWN_S, Hubs
from bot.store.client import Store
from tests.conftest import Clock
from tests.fetching import settings
from tests.hub import a_hub
from tests.pushing import ANN, BODY, DAY, FEED, TOPIC, Looker, Scene, a_scene, running, web_settings


@pytest.fixture
async def scene(store: Store, clock: Clock) -> AsyncIterator[Scene]:
    async with a_scene(store, clock) as made:
        yield made


async def test_a_subscription_is_asked_for_verified_and_kept(scene: Scene) -> None:
    await scene.subscribed()
    asked = scene.hub.asked[0]
    assert asked["hub.topic"] == TOPIC, "200: the topic is what the feed calls itself"
    assert scene.hub.answers == [200]
    assert len(asked["hub.callback"].rpartition("/")[2]) == 43, "nobody can guess it"
    assert await scene.pushed_until() == scene.clock.ms + 10 * DAY
    await scene.turn()
    assert len(scene.hub.asked) == 1


async def test_every_feed_has_a_callback_and_a_secret_of_its_own(scene: Scene) -> None:
    await scene.subscribed()
    other = await scene.store.feeds.ensure("https://b.example/feed")
    await scene.store.chats.subscribe(Subscription(ANN, other.id, 1))
    await scene.store.pushes.offer(other.id, scene.hub.url, "https://b.example/feed")
    await scene.turn()
    first, second = scene.hub.asked
    assert first["hub.callback"] != second["hub.callback"]
    assert first["hub.secret"] != second["hub.secret"]
    assert len(scene.hub.held) == 2


@pytest.mark.parametrize(("path", "status"), [("203", 307), ("204", 308)])
async def test_a_hub_that_leads_to_another_is_followed(scene: Scene, path: str, status: int) -> None:
    scene.hub.redirects[f"/{path}"] = (status, scene.hub.url)
    await scene.store.pushes.offer(scene.feed.id, f"{scene.hub.url}{path}", TOPIC)
    await scene.turn()
    assert scene.hub.held
    assert await scene.publish() == [202]
    await scene.until(lambda: scene.looker.pushes)


async def test_a_hub_may_grant_another_lease(scene: Scene) -> None:
    scene.hub.lease = "3600"
    await scene.subscribed()
    assert await scene.pushed_until() == scene.clock.ms + 3_600_000


async def test_a_subscription_is_renewed_before_its_lease_ends_at_the_same_callback(scene: Scene) -> None:
    await scene.subscribed()
    first = scene.callback, scene.hub.asked[0]["hub.secret"]
    scene.clock.forward(9 * DAY)
    await scene.turn()
    assert (scene.callback, scene.hub.asked[1]["hub.secret"]) == first
    assert await scene.pushed_until() == scene.clock.ms + 10 * DAY
    assert len(scene.hub.held) == 1


async def test_a_hub_that_denies_is_heard_and_asked_again_tomorrow(scene: Scene) -> None:
    await scene.subscribed()
    assert await scene.hub.deny(scene.callback, "https://other.example/") == 404
    assert await scene.pushed_until() > 0
    assert await scene.hub.deny(scene.callback, TOPIC) == 200
    assert await scene.pushed_until() == 0
    await scene.turn()
    assert len(scene.hub.asked) == 1
    scene.clock.forward(2 * DAY)
    await scene.turn()
    assert len(scene.hub.asked) == 2
    assert await scene.pushed_until() > 0


async def test_a_hub_that_refuses_is_polled_and_asked_less_and_less(scene: Scene) -> None:
    scene.hub.status = 400
    await scene.store.pushes.offer(scene.feed.id, scene.hub.url, TOPIC)
    for days in (2, 3, 5, 9, 9):
        await scene.turn()
        await scene.turn()
        assert await scene.pushed_until() == 0
        scene.clock.forward(days * DAY)
    assert len(scene.hub.asked) == 5


async def test_a_hub_that_is_down_is_asked_for_one_feed_only_and_comes_back(scene: Scene) -> None:
    await scene.store.pushes.offer(scene.feed.id, scene.hub.url, TOPIC)
    for number in range(AT_ONCE * 2):
        feed = await scene.store.feeds.ensure(f"https://{number}.example/feed")
        await scene.store.chats.subscribe(Subscription(ANN, feed.id, 1))
        await scene.store.pushes.offer(feed.id, scene.hub.url, feed.url)
    scene.hub.status = 500
    while await scene.hubs.turn():
        continue
    assert len(scene.hub.asked) == 1
    scene.hub.status = 202
    scene.now_s[0] += DOWN_S + 1
    scene.clock.forward(DAY)
    while await scene.hubs.turn():
        await scene.hub.rest()
    assert len(scene.hub.held) == AT_ONCE * 2 + 1


async def test_a_hub_that_is_gone_at_the_renewal_ends_the_trust(scene: Scene) -> None:
    await scene.subscribed()
    scene.hub.status = 503
    scene.clock.forward(9 * DAY)
    await scene.turn()
    assert await scene.pushed_until() == 0, "it is polled as ever"
    scene.hub.status = 202
    scene.now_s[0] += DOWN_S + 1
    scene.clock.forward(DAY // 24)
    await scene.turn()
    assert await scene.pushed_until() == scene.clock.ms + 10 * DAY


async def test_a_hub_that_never_calls_back_is_not_trusted(scene: Scene) -> None:
    scene.hub.verifies = False
    await scene.store.pushes.offer(scene.feed.id, scene.hub.url, TOPIC)
    for _ in range(3):
        await scene.turn()
        assert await scene.pushed_until() == 0
        scene.clock.forward(DAY // 24)
    assert len(scene.hub.asked) == 3


async def test_a_feed_that_nobody_hears_is_unsubscribed(
    scene: Scene, redis: Any, http: aiohttp.ClientSession
) -> None:
    await scene.subscribed()
    await scene.store.chats.unsubscribe(ANN, scene.feed.id)
    assert await scene.publish() == [404]
    await scene.turn()
    assert scene.hub.asked[-1].keys() == {"hub.mode", "hub.topic", "hub.callback"}
    assert scene.hub.held == {}
    assert not await redis.exists(f"push:{scene.feed.id}", "pushes", "pushed")
    async with http.post(scene.callback, data=BODY) as answer:
        assert answer.status == 404
    assert not scene.looker.pushes
    assert not scene.looker.looks


async def test_a_relay_that_dies_between_asking_and_being_asked_agrees_when_it_is_back(
    store: Store, clock: Clock
) -> None:
    told, looker = web_settings(), Looker()
    feed = await store.feeds.ensure(FEED)
    await store.chats.subscribe(Subscription(ANN, feed.id, 1))
    async with a_hub() as hub, Client(told) as client:
        hub.verifies = False
        await store.pushes.offer(feed.id, hub.url, TOPIC)
        await Hubs(store.pushes, client, told).turn()
        (asked,) = hub.asked
        async with running(store, looker, told):
            assert await hub.ask(asked["hub.callback"], "subscribe", TOPIC)
    found = await store.feeds.get(feed.id)
    assert found
    assert found.pushed_until_ms == clock.ms + 10 * DAY


async def test_a_relay_that_dies_before_it_has_asked_asks_when_it_is_back(scene: Scene) -> None:
    await scene.store.pushes.offer(scene.feed.id, scene.hub.url, TOPIC)
    (claimed,) = await scene.store.pushes.claim(AT_ONCE, 60_000)
    assert await scene.store.pushes.ask(claimed, "subscribe", 600_000)
    scene.clock.forward(600_000)
    await scene.turn()
    assert scene.hub.held


async def test_hubs_are_told_where_the_relay_has_moved(scene: Scene) -> None:
    told = scene.store.pushes
    assert await told.reach("https://one.example") == 0
    await scene.subscribed()
    assert await told.reach("https://one.example") == 0
    assert await scene.pushed_until() > 0
    assert await told.reach("https://two.example") == 1
    assert await scene.pushed_until() == 0
    await scene.turn()
    assert len(scene.hub.asked) == 2
    assert await scene.pushed_until() > 0


@pytest.mark.parametrize("told", [{}, {"PUBLIC_URL": "https://relay.example"}], ids=["nothing", "no port"])
async def test_where_nobody_can_call_no_hub_is_asked_or_trusted(
    scene: Scene, store: Store, told: dict[str, str]
) -> None:
    await store.pushes.reach("https://relay.example")
    await scene.subscribed()
    deaf = settings(**told)
    async with Client(deaf) as client, asyncio.timeout(5):
        await Hubs(store.pushes, client, deaf).run(asyncio.Event())
    assert await scene.pushed_until() == 0
    assert len(scene.hub.asked) == 1


async def test_a_mistake_of_ours_does_not_end_the_loop(
    scene: Scene, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "BACKOFF_S", (0.01, 0.01))
    right = scene.hubs._client

    class Broken:
        async def post(self, url: str, form: Mapping[str, str]) -> Failed | None:
            scene.hubs._client = right
            scene.clock.forward(DAY)
            raise RuntimeError(url, form)

    scene.hubs._client = Broken()
    stop = asyncio.Event()
    await store.pushes.offer(scene.feed.id, scene.hub.url, TOPIC)
    task = asyncio.create_task(scene.hubs.run(stop))
    await scene.until(lambda: scene.hub.held)
    stop.set()
    await task


async def test_the_loop_asks_soon_and_stops_at_once(scene: Scene, store: Store) -> None:
    stop = asyncio.Event()
    await store.pushes.offer(scene.feed.id, scene.hub.url, TOPIC)
    task = asyncio.create_task(scene.hubs.run(stop))
    await scene.until(lambda: scene.hub.held)
    stop.set()
    async with asyncio.timeout(1):
        await task

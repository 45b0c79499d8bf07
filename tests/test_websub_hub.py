"""The relay and a strict hub, over HTTP: what the test list of the Recommendation asks of subscribers.

The numbers are those of the list (websub.rocks): discovery (100 to 104) is tried in tests/test_websub.py,
the redirects of a hub (203, 204) in tests/test_websub_post.py, too.
"""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bot.fetch.answer import Fetched
from bot.fetch.client import Client
from bot.items import ChatId, Feed, FeedId, Subscription
from bot.pings import NET_MS, Pings
from bot.push import AT_ONCE, DOWN_S, Hubs
from bot.settings import Settings
from bot.store.client import Store, connect
from bot.web import websub
from bot.web.server import Web
from bot.web.websub import Callbacks
from tests.conftest import Clock
from tests.fetching import settings
from tests.flowing import until
from tests.hub import Hub, a_hub

FEED = "https://a.example/feed"
TOPIC = "https://a.example/own?x=1&y=%C3%BC"
BODY = b"<feed>news</feed>"
ANN = ChatId(1)
DAY = 86_400_000


@dataclass
class Looker:
    """Notes what is taken in."""

    looks: list[FeedId] = field(default_factory=list)
    pushes: list[tuple[FeedId, Fetched]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def look(self, feed_id: FeedId) -> None:
        self.looks.append(feed_id)

    async def pushed(self, feed_id: FeedId, answer: Fetched) -> None:
        await self.gate.wait()
        self.pushes.append((feed_id, answer))


@dataclass
class Scene:
    """A relay's web role that takes pushes, a hub, and a feed that names it and that somebody hears."""

    store: Store
    clock: Clock
    hub: Hub
    hubs: Hubs
    looker: Looker
    feed: Feed
    now_s: list[float]

    @property
    def callback(self) -> str:
        return self.hub.asked[-1]["hub.callback"]

    async def turn(self) -> None:
        """Ask what is to be asked, and let the hub come back to it."""
        await self.hubs.turn()
        await self.hub.rest()

    async def subscribed(self) -> None:
        await self.store.pushes.offer(self.feed.id, self.hub.url, TOPIC)
        await self.turn()
        assert self.hub.held

    async def pushed_until(self) -> int:
        feed = await self.store.feeds.get(self.feed.id)
        assert feed
        return feed.pushed_until_ms

    async def publish(self, body: bytes = BODY, method: str = "sha256", **headers: str) -> list[int]:
        return await self.hub.publish(TOPIC, body, method, **headers)

    async def until(self, true: Callable[[], object]) -> None:
        await until(true, within_s=5)


def web_settings(**more: str) -> Settings:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    return settings(PORT=f"{port}", PUBLIC_URL=f"http://127.0.0.1:{port}", FETCH_MAX_BYTES="100000", **more)


@asynccontextmanager
async def running(store: Store, looker: Looker, told: Settings) -> AsyncIterator[Callbacks]:
    """Serve the web role, with the callbacks."""
    stop = asyncio.Event()
    pings = Pings(looker, store.pushes)
    callbacks = Callbacks(store.pushes, pings, told, dice=lambda: 0.5)
    tasks = [asyncio.create_task(one.run(stop)) for one in (pings, Web(store, told, callbacks=callbacks))]
    for _ in range(500):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", told.port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.005)
    try:
        yield callbacks
    finally:
        stop.set()
        await asyncio.gather(*tasks)


@pytest.fixture
async def scene(store: Store, clock: Clock) -> AsyncIterator[Scene]:
    told, looker, now_s = web_settings(), Looker(), [1000.0]
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(a_hub())
        client = await stack.enter_async_context(Client(told))
        await stack.enter_async_context(running(store, looker, told))
        feed = await store.feeds.ensure(FEED)
        await store.chats.subscribe(Subscription(ANN, feed.id, 1))
        hubs = Hubs(store.pushes, client, told, dice=lambda: 0.5, clock=lambda: now_s[0])
        yield Scene(store, clock, hub, hubs, looker, feed, now_s)


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


async def test_205_a_topic_that_nobody_asked_for_is_not_agreed_to(scene: Scene) -> None:
    await scene.subscribed()
    assert not await scene.hub.ask(scene.callback, "subscribe", "https://evil.example/")
    assert not await scene.hub.ask(scene.callback, "unsubscribe", TOPIC)
    assert not await scene.hub.ask(scene.callback, "publish", TOPIC)
    assert not await scene.hub.ask(scene.callback[:-1] + "~", "subscribe", TOPIC)
    assert not await scene.hub.ask(scene.callback[:-3] + "___", "subscribe", TOPIC)
    assert scene.hub.answers[1:] == [404] * 5
    assert await scene.pushed_until() > 0
    assert await scene.hub.ask(scene.callback, "subscribe", TOPIC), "a hub may make sure at any time"


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


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_300_what_is_pushed_is_taken_in(scene: Scene, method: str) -> None:
    await scene.subscribed()
    await scene.store.feeds.finish(scene.feed, scene.clock.ms + DAY)
    scene.looker.gate.clear()
    assert await scene.publish(method=method) == [202]
    assert await scene.store.feeds.next_due_ms() == scene.clock.ms + NET_MS, "should it be lost from here on"
    scene.looker.gate.set()
    await scene.until(lambda: scene.looker.pushes)
    assert scene.looker.pushes == [(scene.feed.id, Fetched(TOPIC, BODY, content_type="application/atom+xml"))]
    async with asyncio.timeout(5):
        while await scene.store.feeds.next_due_ms() != scene.clock.ms + DAY:  # noqa: ASYNC110  Redis has none
            await asyncio.sleep(0.005)


async def test_a_large_document_is_taken_in_and_a_larger_one_is_not(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websub, "INLINE_BYTES", 1000)
    await scene.subscribed()
    assert await scene.publish(b"x" * 100_000) == [202]
    await scene.until(lambda: scene.looker.pushes)
    assert await scene.publish(b"x" * 100_001) == [413]
    assert len(scene.looker.pushes) == 1


async def test_a_document_that_does_not_tell_its_length_is_cut_off(
    scene: Scene, http: aiohttp.ClientSession
) -> None:
    await scene.subscribed()

    async def long() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 10_000

    async with http.post(scene.callback, data=long()) as answer:
        assert answer.status == 413


async def test_a_document_that_does_not_come_is_not_waited_for(
    scene: Scene, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websub, "BODY_S", 0.05)
    await scene.subscribed()
    over = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"<"
        await over.wait()

    async with http.post(scene.callback, data=slow()) as answer:
        assert answer.status == 408
    over.set()
    assert await scene.publish() == [202], "and there is room for others"


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("", {}),
        ("sha256", {"X-Hub-Signature": "sha256=" + "0" * 64}),
        ("sha256", {"X-Hub-Signature": "md5=" + "0" * 32}),
        ("sha256", {"X-Hub-Signature": "nonsense"}),
    ],
    ids=["302 none", "301 wrong", "another method", "nonsense"],
)
async def test_what_is_not_signed_right_is_thanked_for_and_dropped(
    scene: Scene, redis: Any, method: str, headers: dict[str, str]
) -> None:
    await scene.subscribed()
    await scene.store.feeds.finish(scene.feed, scene.clock.ms + DAY)
    told = {"Content-Type": "application/atom+xml", **headers}
    assert await scene.hub.publish(TOPIC, BODY, method, **told) == [202]
    assert await scene.publish(b"") == [202]
    await scene.until(lambda: scene.looker.looks)
    assert scene.looker.pushes == []


@pytest.mark.parametrize("body", [b"", b" \r\n"])
async def test_a_push_without_a_document_asks_the_feed(scene: Scene, body: bytes) -> None:
    await scene.subscribed()
    assert await scene.publish(body) == [202]
    await scene.until(lambda: scene.looker.looks)
    assert scene.looker.looks == [scene.feed.id]


async def test_a_packed_document_is_not_unpacked_but_asked_for(scene: Scene) -> None:
    await scene.subscribed()
    assert await scene.publish(gzip.compress(b"0" * 5_000_000), **{"Content-Encoding": "gzip"}) == [202]
    await scene.until(lambda: scene.looker.looks)
    assert scene.looker.pushes == []


async def test_forged_calls_are_404_and_write_nothing(
    scene: Scene, redis: Any, http: aiohttp.ClientSession
) -> None:
    await scene.subscribed()
    before = (await redis.info("persistence"))["rdb_changes_since_last_save"]
    base = scene.callback.rpartition("/")[0]
    for name in (scene.feed.id + "x" * 32, "y" * 43, "x", "x" * 500, "..%2f" + "x" * 38, ""):
        for method in ("GET", "POST", "HEAD", "PUT"):
            query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "x"}
            async with http.request(method, f"{base}/{name}", params=query, data=BODY) as answer:
                assert answer.status in {404, 405}, (method, name)
    assert (await redis.info("persistence"))["rdb_changes_since_last_save"] == before


async def test_a_challenge_is_echoed_as_text_that_no_browser_runs(
    scene: Scene, http: aiohttp.ClientSession
) -> None:
    await scene.subscribed()
    query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "<script>alert(1)</script>"}
    async with http.get(scene.callback, params=query) as answer:
        assert await answer.text() == "<script>alert(1)</script>"
        assert answer.content_type == "text/plain"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


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


async def test_without_redis_a_hub_is_asked_to_come_again(clock: Clock) -> None:
    away = connect("redis://127.0.0.1:1/0")
    store, told, looker = Store(away, clock=clock), web_settings(), Looker()
    callback = f"{told.public_url}/websub/{'x' * 43}"
    async with running(store, looker, told), a_hub() as hub:
        hub.held[TOPIC, callback] = "s"
        assert await hub.publish(TOPIC, BODY) == [503]
        assert await hub.ask(callback, "subscribe", TOPIC) is False
        assert hub.answers == [503]
    assert looker.pushes == []
    await store.close()


async def test_the_loop_asks_soon_and_stops_at_once(scene: Scene, store: Store) -> None:
    stop = asyncio.Event()
    await store.pushes.offer(scene.feed.id, scene.hub.url, TOPIC)
    task = asyncio.create_task(scene.hubs.run(stop))
    await scene.until(lambda: scene.hub.held)
    stop.set()
    async with asyncio.timeout(1):
        await task

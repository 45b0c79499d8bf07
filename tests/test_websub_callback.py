"""What comes to a callback, over HTTP: questions, pushes, and whatever else anybody may send there."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.fetch.answer import Fetched
from bot.pings import NET_MS
from bot.store.client import Store, connect
from bot.web import websub
from tests.conftest import Clock
from tests.hub import a_hub
from tests.pushing import BODY, DAY, TOPIC, Looker, Scene, a_scene, running, web_settings


@pytest.fixture
async def scene(store: Store, clock: Clock) -> AsyncIterator[Scene]:
    async with a_scene(store, clock) as made:
        yield made


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


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_300_what_is_pushed_is_taken_in(scene: Scene, method: str) -> None:
    await scene.subscribed()
    await scene.store.feeds.finish(scene.feed, scene.clock.ms + DAY)
    scene.looker.gate.clear()
    assert await scene.publish(method=method) == [202]
    assert await scene.store.feeds.next_due_ms() == scene.clock.ms + NET_MS, "should it be lost from here on"
    scene.looker.gate.set()
    await scene.until(lambda: scene.looker.pushes)
    links = (("hub", scene.hub.url), ("self", TOPIC))
    document = Fetched(TOPIC, BODY, content_type="application/atom+xml", links=links)
    assert scene.looker.pushes == [(scene.feed.id, document)]
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


async def test_one_feed_does_not_keep_the_pushes_of_others_waiting(
    scene: Scene, http: aiohttp.ClientSession
) -> None:
    await scene.subscribed()
    over, sent = asyncio.Event(), asyncio.Semaphore(0)

    async def slow() -> AsyncIterator[bytes]:
        yield b"<"
        sent.release()
        await over.wait()

    slowly = [
        asyncio.create_task(http.post(scene.callback, data=slow())) for _ in range(websub.BODIES_OF_ONE)
    ]
    for _ in slowly:
        await sent.acquire()
    while await scene.publish() != [503]:
        continue
    over.set()
    for one in slowly:
        assert (await one).status == 202
    for _ in range(2 * websub.BODIES_OF_ONE):
        assert await scene.publish() == [202]


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

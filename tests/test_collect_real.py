"""Loops one and two with a real publisher, client, parser and store: from a document to a lane."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.collect import Collector
from bot.fetch.client import Client
from bot.items import ChatId
from bot.looking import Looker
from bot.parse.worker import Parser
from bot.route import Router
from bot.settings import read
from bot.store.client import Store
from bot.subscribe import Found, Subscriber
from tests.conftest import Clock
from tests.origin import Origin, serve

CHAT = ChatId(7)


@dataclass
class Relay:
    """The loops, and what they work on."""

    store: Store
    clock: Clock
    origin: Origin
    collector: Collector
    subscriber: Subscriber

    async def poll(self) -> tuple[int, int, int, int]:
        """Look at every feed and route; return how many were not modified, changed, failed, and items new."""
        self.clock.forward(60_000)
        report = await self.collector.poll(every=True)
        while batch := await self.store.news.read("router", 100, 0):
            await Router(self.store).route(batch)
        return report.not_modified, report.changed, report.failed, report.new_items

    async def waiting(self) -> list[str]:
        """Return the titles that wait for the chat, taken out in the order of its lane."""
        titles = []
        while claimed := (await self.store.outbox.claim(1, 1000)).claims:
            stored = await self.store.news.get(claimed[0].item)
            assert stored
            titles.append(stored.item.title)
            await self.store.outbox.settle(claimed[0], len(titles))
            self.clock.forward(10_000)
        return titles


@pytest_asyncio.fixture
async def relay(store: Store, clock: Clock) -> AsyncIterator[Relay]:
    settings = read({"FETCH_ALLOW_NETWORKS": "127.0.0.0/8"})
    async with serve() as origin, Client(settings) as client, Parser() as parser:
        collector = Collector(store, Looker(store, client, parser, settings), settings)
        subscriber = Subscriber(store, client, parser, settings)
        yield Relay(store, clock, origin, collector, subscriber)


async def test_each_new_item_reaches_the_chat_once_and_in_order(relay: Relay) -> None:
    relay.origin.publish("daily")
    relay.origin.publish("daily", title="The sample")
    found = await relay.subscriber.find(f"{relay.origin.url}/daily.xml")
    assert isinstance(found, Found)
    assert found.latest is not None
    assert found.latest.item.title == "The sample"
    assert await relay.subscriber.add(CHAT, found.feed)
    assert await relay.poll() == (1, 0, 0, 0)
    for title in ("Two", "Three"):
        relay.origin.publish("daily", title=title)
    assert await relay.poll() == (0, 1, 0, 2)
    assert await relay.poll() == (1, 0, 0, 0)
    assert await relay.waiting() == ["Two", "Three"]


async def test_what_a_feed_still_shows_after_an_outage_is_not_lost(relay: Relay) -> None:
    relay.origin.window = 5
    relay.origin.publish("daily")
    await relay.subscriber.take_up(CHAT, f"{relay.origin.url}/daily.xml")
    assert await relay.poll() == (0, 1, 0, 0)
    kept, relay.origin.feeds = relay.origin.feeds, {}
    assert await relay.poll() == (0, 0, 1, 0)
    relay.origin.feeds = kept
    for number in range(20):
        relay.origin.publish("daily", title=f"T{number}")
    assert await relay.poll() == (0, 1, 0, 5)
    assert await relay.waiting() == [f"T{number}" for number in range(15, 20)]


async def test_a_correction_is_counted_and_what_still_waits_is_sent_corrected(
    relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    relay.origin.publish("daily")
    await relay.subscriber.take_up(CHAT, f"{relay.origin.url}/daily.xml")
    assert await relay.poll() == (0, 1, 0, 0)
    piece = relay.origin.publish("daily", title="Five dead")
    assert await relay.poll() == (0, 1, 0, 1)
    piece.title = "Seven dead"
    with caplog.at_level(logging.INFO, "bot.looking"):
        assert await relay.poll() == (0, 1, 0, 0)
    assert any(one.endswith(": 1 corrected") for one in caplog.messages)
    assert await relay.waiting() == ["Seven dead"]

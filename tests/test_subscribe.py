"""From what a person types to a subscription."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import StoreUnavailable, TooComplex
from bot.fetch.answer import Failed, Failure, Fetched
from bot.items import ChatId, Document, Feed, Subscription, UserId, Validators
from bot.settings import Settings
from bot.store.client import Store
from bot.subscribe import STALE_MS, Found, Subscriber
from tests.collecting import FEED, START_MS, Reader, Web
from tests.conftest import Clock, claimed
from tests.subscribing import PAGE, Desk

CHAT = ChatId(1)


async def test_a_feeds_address_finds_it_and_its_newest_item_as_a_sample() -> None:
    desk = Desk()
    desk.web.serve(FEED, "b", "a", etag="1")
    found = await desk.found(f" {FEED} ")
    assert found.feed.title == "Example News"
    assert found.feed.seeded
    assert found.latest is not None
    assert found.latest.item.title == "Title b"
    assert desk.memory.items[found.latest.id] == found.latest
    assert desk.memory.handed == []
    known = desk.memory.known[found.feed.id]
    assert (known.url, known.looks, known.validators.etag, known.looked_ms) == (FEED, 1, "1", START_MS)


async def test_an_empty_feed_is_found_without_a_sample() -> None:
    desk = Desk()
    desk.web.serve(FEED)
    assert (await desk.found(FEED)).latest is None


async def test_what_is_no_page_leads_nowhere() -> None:
    desk = Desk()
    desk.web.put(PAGE, b"\x7fELF", content_type="application/octet-stream")
    assert await desk.subscriber.find(PAGE) == Failed(Failure.NOT_A_FEED, "this is a page of HTML")
    assert len(desk.web.asked) == 1


@pytest.mark.parametrize("address", ["", "ftp://e.example/x", "file:///etc/passwd", "http://"])
async def test_what_is_no_address_is_refused_with_a_sentence(address: str) -> None:
    desk = Desk()
    answer = await desk.subscriber.find(address)
    assert isinstance(answer, Failed)
    assert answer.why is Failure.BAD_ADDRESS
    assert answer.detail
    assert desk.web.asked == []


async def test_a_failure_is_handed_on_as_it_is() -> None:
    desk = Desk()
    failed = Failed(Failure.UNREACHABLE, "no such name")
    desk.web.answers[PAGE] = failed
    assert await desk.subscriber.find(PAGE) == failed


async def test_a_page_that_is_denied_may_have_a_feed_at_a_known_place() -> None:
    desk = Desk()
    desk.web.answers["https://github.com/a/b"] = Failed(Failure.DENIED, "403")
    desk.web.serve("https://github.com/a/b/releases.atom", "v1")
    assert (await desk.found("https://github.com/a/b")).feed.url == "https://github.com/a/b/releases.atom"


async def test_a_scheme_that_was_guessed_is_the_one_that_answered() -> None:
    desk = Desk()
    answer = Fetched("http://news.example/feed", b"feed a", "", body_hash="1")
    desk.web.answers["news.example/feed"] = answer
    assert (await desk.found("news.example/feed")).feed.url == "http://news.example/feed"


class Slow(Reader):
    """Never gets to the end, or gives up."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:  # noqa: ARG002  as the real one
        if b"maze" in body:
            raise TooComplex("this takes too long")
        return await asyncio.Future()


@pytest.mark.parametrize("body", [b"feed maze", b"feed a"])
async def test_a_document_that_cannot_be_read_in_time_is_too_complex(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discovery.READING_S", 0.01)
    desk = Desk(Slow())
    desk.web.put(FEED, body)
    answer = await desk.subscriber.find(FEED)
    assert isinstance(answer, Failed)
    assert answer.why is Failure.TOO_COMPLEX


async def test_finding_a_feed_that_others_hear_hands_them_what_is_new() -> None:
    desk = Desk()
    desk.web.serve(FEED, "a")
    feed = (await desk.found(FEED)).feed
    await desk.subscriber.add(ChatId(2), feed)
    desk.web.serve(FEED, "b", "a")
    await desk.found(FEED)
    assert [desk.memory.items[one].item.title for one in desk.memory.handed] == ["Title b"]


async def test_finding_a_feed_that_nobody_hears_any_more_hands_nothing_on() -> None:
    desk = Desk()
    desk.web.serve(FEED, "a")
    feed = (await desk.found(FEED)).feed
    await desk.subscriber.add(CHAT, feed)
    await desk.memory.unsubscribe(CHAT, feed.id)
    desk.web.serve(FEED, "c", "b", "a")
    assert (await desk.found(FEED)).feed.seeded
    assert desk.memory.handed == []


async def test_adding_says_whether_it_is_new_and_keeps_what_was_asked() -> None:
    desk = Desk()
    desk.web.serve(FEED, "a")
    feed = (await desk.found(FEED)).feed
    assert await desk.subscriber.add(CHAT, feed, by=UserId(7), topic=3, title="Mine", folder="News")
    assert not await desk.subscriber.add(CHAT, feed, by=UserId(8))
    assert desk.memory.subscribed == {
        (CHAT, feed.id): Subscription(CHAT, feed.id, START_MS, UserId(7), "Mine", "News", 3)
    }


async def test_a_list_is_taken_up_without_a_look() -> None:
    desk = Desk()
    assert await desk.subscriber.take_up(CHAT, "news.example/feed", title="Mine", folder="News")
    assert not await desk.subscriber.take_up(CHAT, "http://www.news.example/feed/")
    (wish,) = desk.memory.subscribed.values()
    assert (wish.title, wish.folder) == ("Mine", "News")
    assert not desk.memory.known[wish.feed].seeded
    assert desk.web.asked == []
    with pytest.raises(ValueError, match=r"\w"):
        await desk.subscriber.take_up(CHAT, "mailto:me@news.example")


async def test_a_feed_looked_at_long_ago_begins_afresh() -> None:
    desk = Desk()
    desk.web.serve(FEED, "a")
    feed = (await desk.found(FEED)).feed
    desk.memory.now += STALE_MS + 1
    assert await desk.subscriber.take_up(CHAT, FEED)
    known = desk.memory.known[feed.id]
    assert (known.seeded, known.validators) == (False, Validators())
    desk.memory.known[feed.id] = replace(known, seeded=True)
    assert await desk.subscriber.take_up(ChatId(2), FEED)
    assert desk.memory.known[feed.id].seeded


async def test_a_lost_store_is_said() -> None:
    desk = Desk()
    desk.web.serve(FEED, "a")
    for step in ("ensure", "intake"):
        desk.memory.down = {step}
        with pytest.raises(StoreUnavailable):
            await desk.subscriber.find(FEED)


async def test_a_feed_is_found_kept_left_and_found_afresh_in_the_real_store(
    store: Store, clock: Clock
) -> None:
    web = Web()
    subscriber = Subscriber(store, web, Reader(), Settings())
    web.serve(FEED, "b", "a")
    found = await subscriber.find(FEED)
    assert isinstance(found, Found)
    assert found.latest is not None
    assert found.latest.item.title == "Title b"
    assert await subscriber.add(CHAT, found.feed)
    assert await claimed(store, 10, 1000) == [found.feed.id]
    await store.chats.unsubscribe(CHAT, found.feed.id)
    left: Feed | None = await store.feeds.get(found.feed.id)
    assert left is not None
    assert not left.seeded
    web.serve(FEED, "c", "b", "a")
    clock.forward(STALE_MS * 2)
    again = await subscriber.find(FEED)
    assert isinstance(again, Found)
    assert again.latest is not None
    assert again.latest.item.title == "Title c"
    clock.forward(STALE_MS * 2)
    assert await subscriber.add(CHAT, again.feed)
    fresh = await store.feeds.get(found.feed.id)
    assert fresh is not None
    assert not fresh.seeded
    assert [one.feed for one in await store.chats.subscriptions(CHAT)] == [found.feed.id]
    assert await store.news.read("router", 10, 10) == []

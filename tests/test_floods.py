"""What is new to us and no news: floods of items, and what a document that broke off did not show."""

from typing import Any

import pytest
import pytest_asyncio

from bot.settings import read
from bot.store.client import Store
from bot.subscribe import Found, Subscriber
from tests.conftest import Clock
from tests.newspaper import HOUR_MS, Newspaper, Post, old, paper


@pytest_asyncio.fixture
async def news(store: Store, redis: Any) -> Newspaper:
    made = Newspaper(store, redis)
    await made.follow()
    return made


async def test_of_very_many_new_items_at_once_the_newest_are_handed_on_and_none_comes_later(
    news: Newspaper, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("floods", "looking"):
        monkeypatch.setattr(f"bot.{room}.NEWS_MOST", 3)
    first = Post("first", clock.ms - HOUR_MS)
    await news.look(first)
    many = [Post(f"n{number}", clock.ms - HOUR_MS + 1000 * number) for number in range(1, 9)]
    assert (await news.look(*reversed(many), first)).new_items == 3
    assert await news.handed() == ["Title n6", "Title n7", "Title n8"]
    assert (await news.look(*reversed(many), first, note="again")).new_items == 0


@pytest.mark.parametrize("cut", [b"</title>", b"id-new</guid>", b"<description>ne"])
async def test_an_item_that_a_document_breaks_off_within_comes_whole_and_once(
    news: Newspaper, clock: Clock, cut: bytes
) -> None:
    posts = old(clock)
    await news.look(*posts)
    whole = paper([*posts, Post("new", clock.ms)])
    news.web.put(news.url, whole[: whole.rindex(cut) + len(cut)], etag="same")
    await news.looker.look(news.id)
    assert await news.handed() == []
    news.web.put(news.url, whole, etag="same")
    await news.looker.look(news.id)
    assert await news.handed() == ["Title new"]


async def test_a_feed_that_always_breaks_off_is_believed_at_the_second_look(
    news: Newspaper, clock: Clock
) -> None:
    posts = old(clock)
    await news.look(*posts)
    broken = paper([*posts, Post("new", clock.ms)]).removesuffix(b"</item></channel></rss>")
    for _ in range(3):
        news.web.put(news.url, broken)
        await news.looker.look(news.id)
    assert await news.handed() == ["Title new"]


async def test_what_a_first_look_missed_of_a_document_that_broke_off_is_no_news(
    news: Newspaper, clock: Clock
) -> None:
    posts = [Post(f"old{number}", clock.ms - (number + 3) * HOUR_MS - 61_000) for number in range(6)]
    whole = paper(posts)
    news.web.put(news.url, whole[: whole.index(b"Title old3")])
    await news.looker.look(news.id)
    await news.look(Post("new", clock.ms), *posts)
    assert await news.handed() == ["Title new"]
    await news.look(Post("newer", clock.ms + 1), Post("new", clock.ms), *posts)
    assert await news.handed() == ["Title newer"]


async def test_a_document_that_broke_off_at_the_first_look_of_who_subscribed_makes_no_old_item_news(
    store: Store, redis: Any, clock: Clock
) -> None:
    news = Newspaper(store, redis)
    posts = [Post(f"old{number}", clock.ms - (number + 3) * HOUR_MS - 61_000) for number in range(6)]
    whole = paper(posts)
    news.web.put(news.url, whole[: whole.index(b"Title old3")], etag="same")
    subscriber = Subscriber(store, news.web, news.reader, read({"PAGES": "off"}))
    assert isinstance(await subscriber.find(news.url), Found)
    await news.follow()
    news.web.put(news.url, paper([Post("new", clock.ms), *posts]), etag="same")
    await news.looker.look(news.id)
    assert await news.handed() == ["Title new"]


async def test_whoever_subscribes_to_a_feed_that_others_hear_hands_them_no_flood_and_no_half_item(
    news: Newspaper, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("floods", "subscribe"):
        monkeypatch.setattr(f"bot.{room}.NEWS_MOST", 3)
    first = Post("first", clock.ms - HOUR_MS)
    await news.look(first)
    many = [Post(f"n{number}", clock.ms - HOUR_MS + 1000 * number) for number in range(1, 9)]
    whole = paper([*reversed(many), first, Post("half", clock.ms)])
    news.web.put(news.url, whole[: whole.rindex(b"</title>")])
    subscriber = Subscriber(news.store, news.web, news.reader, read({"PAGES": "off"}))
    assert isinstance(await subscriber.find(news.url), Found)
    assert await news.handed() == ["Title n6", "Title n7", "Title n8"]
    news.web.put(news.url, whole)
    await news.looker.look(news.id)
    assert await news.handed() == ["Title half"]

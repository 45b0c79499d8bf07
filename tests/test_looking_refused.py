"""What a look does with new items before it knows whether they can be read alone: nothing that would stay."""

from dataclasses import replace
from typing import Any, cast

import pytest
import pytest_asyncio

from bot.items import FeedId
from bot.looking import Looker
from bot.looks import Look, Outcome
from bot.pages import PageFinder
from bot.settings import Settings
from bot.store.candidates import Candidate
from bot.store.client import Store
from tests.conftest import Clock
from tests.newspaper import HOUR_MS, Newspaper, Post, old, paper


@pytest_asyncio.fixture
async def news(store: Store, redis: Any) -> Newspaper:
    made = Newspaper(store, redis)
    await made.follow()
    return made


async def test_what_cannot_be_read_alone_has_no_page_asked_before_it_is_read_whole(
    news: Newspaper, clock: Clock
) -> None:
    asked: list[int] = []

    class Finder:
        async def of_new(self, *given: Any, **_: object) -> list[Candidate]:
            asked.append(len(given[1]))
            return list(given[1])

    posts = old(clock)
    await news.look(*posts)
    finder = cast("PageFinder", Finder())
    parts = news.store, news.web, news.reader, Settings()
    news.looker = Looker(*parts, dice=lambda: 0.5, pages=lambda: finder)
    changed = [Post("new", clock.ms), replace(posts[0], text="another text"), *posts[1:]]
    assert await news.look(*changed) == Look(news.id, Outcome.CHANGED, 1)
    assert news.reader.sizes == [6, 2, 7]
    assert asked == [7]


@pytest.mark.parametrize("beside", ["what is known", "what has changed"])
async def test_what_is_dated_back_is_news_where_a_feed_is_led_elsewhere_and_shows_what_it_did(
    news: Newspaper, clock: Clock, beside: str
) -> None:
    posts = old(clock)
    await news.look(*posts)
    if beside == "what has changed":
        posts[0] = replace(posts[0], text="another text")
    late = Post("late", clock.ms - 100 * HOUR_MS)
    news.web.put(news.url, paper([late, *posts]), moved_to="https://new.example/feed")
    await news.looker.look(news.id)
    assert "Title late" in await news.handed()


async def test_what_is_plainly_new_is_asked_for_in_its_step_alone_where_nothing_is_told_before(
    news: Newspaper, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object) -> None:
        raise AssertionError

    posts = old(clock)
    await news.look(*posts)
    monkeypatch.setattr(news.store.news, "none_seen", ask)
    posts.insert(0, Post("new", clock.ms))
    assert await news.look(*posts) == Look(news.id, Outcome.CHANGED, 1)
    changed = [Post("newer", clock.ms + 9), replace(posts[1], text="another text"), *posts[2:]]
    assert await news.look(*changed) == Look(news.id, Outcome.CHANGED, 1)
    assert news.reader.sizes == [6, 1, 2, 7]
    assert await news.handed() == ["Title new", "Title newer", "Title old0*"]


async def test_what_cannot_be_read_alone_has_no_hub_told_of_before_it_is_read_whole(
    news: Newspaper, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    offer = news.store.pushes.offer

    async def note(feed: FeedId, hub: str, topic: str) -> None:
        told.append(news.reader.sizes[-1])
        await offer(feed, hub, topic)

    posts = old(clock)
    await news.look(*posts)
    monkeypatch.setattr(news.store.pushes, "offer", note)
    changed = [Post("new", clock.ms), replace(posts[0], text="another text"), *posts[1:]]
    assert await news.look(*changed, hub="https://hub.example/") == Look(news.id, Outcome.CHANGED, 1)
    assert (news.reader.sizes, told) == ([6, 2, 7], [7])

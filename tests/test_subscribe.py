"""From what a person types to a subscription."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import StoreUnavailable, TooComplex
from bot.fetch.answer import Failed, Failure, Fetched
from bot.items import ChatId, Document, Feed, Subscription, UserId, Validators
from bot.settings import Settings
from bot.store.client import Store
from bot.subscribe import AT_ONCE_A_HOST, STALE_MS, Choice, Found, Offer, Subscriber
from tests.collecting import FEED, START_MS, Memory, Reader, Web
from tests.conftest import Clock

PAGE = "https://news.example/"
CHAT = ChatId(1)


class Desk:
    """A subscriber on a web and a memory of its own."""

    def __init__(
        self, reader: Reader | None = None, *, within_s: float = 30, rsshub_url: str = "https://rsshub.app"
    ) -> None:
        self.web, self.memory = Web(), Memory()
        settings = Settings(fetch_timeout_seconds=within_s, rsshub_url=rsshub_url)
        self.subscriber = Subscriber(self.memory.store, self.web, reader or Reader(), settings)

    def page(self, *links: str, url: str = PAGE, rel: str = "alternate") -> None:
        """Publish a page that names these feeds."""
        named = "".join(
            f'<link rel="{rel}" type="application/rss+xml" title="Feed {number}" href="{link}">'
            for number, link in enumerate(links)
        )
        self.web.put(url, f"<html><head>{named}</head></html>".encode(), content_type="text/html")

    async def found(self, address: str) -> Found:
        """Find a feed; anything else fails the test."""
        answer = await self.subscriber.find(address)
        assert isinstance(answer, Found), answer
        return answer


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


async def test_a_page_with_one_feed_leads_to_it() -> None:
    desk = Desk()
    desk.page("/feed")
    desk.web.answers["news.example"] = desk.web.answers[PAGE]
    desk.web.serve(FEED, "a")
    assert (await desk.found("news.example")).feed.url == FEED


async def test_a_page_with_several_feeds_offers_those_that_are_there() -> None:
    desk = Desk()
    desk.page("/feed", "/gone", "/local", "/page")
    desk.page(url="https://news.example/page")
    desk.web.serve(FEED, "a")
    desk.web.serve("https://news.example/local", "b")
    desk.web.serve("https://news.example/gone")
    choice = await desk.subscriber.find(PAGE)
    assert isinstance(choice, Choice)
    assert choice.candidates == (
        Offer(FEED, "Feed 0", "Title a"),
        Offer("https://news.example/gone", "Feed 1"),
        Offer("https://news.example/local", "Feed 2", "Title b"),
    )
    assert desk.memory.known == {}


async def test_two_addresses_of_one_feed_are_no_choice() -> None:
    desk = Desk()
    desk.page("/feed", "/old-feed")
    desk.web.serve(FEED, "a")
    desk.web.serve("https://news.example/old-feed", "a", moved_to=FEED)
    assert (await desk.found(PAGE)).feed.url == FEED


async def test_guesses_are_tried_only_where_the_page_names_none() -> None:
    desk = Desk()
    desk.web.serve("https://news.example/rss", "a")
    desk.page()
    assert (await desk.found(PAGE)).feed.url == "https://news.example/rss"
    named = Desk()
    named.web.serve("https://news.example/rss", "a")
    named.web.serve("https://news.example/named", "b")
    named.page("/named")
    assert (await named.found(PAGE)).feed.url == "https://news.example/named"
    assert "https://news.example/rss" not in [url for url, _ in named.web.asked]


async def test_no_more_than_eight_addresses_of_a_page_are_asked_and_two_at_once_of_a_host() -> None:
    desk = Desk()
    desk.page(*(f"/feed{number}" for number in range(15)))
    for number in range(15):
        desk.web.serve(f"https://news.example/feed{number}", f"i{number}")
    choice = await desk.subscriber.find(PAGE)
    assert isinstance(choice, Choice)
    assert len(choice.candidates) == 8
    assert desk.web.most_at_once == AT_ONCE_A_HOST == 2


async def test_of_several_hosts_each_is_asked_at_once() -> None:
    desk = Desk()
    urls = [f"https://{host}.example/feed" for host in "abcde"]
    desk.page(*urls)
    for url in urls:
        desk.web.serve(url, url[8])
    assert isinstance(await desk.subscriber.find(PAGE), Choice)
    assert desk.web.most_at_once == 5


async def test_guesses_are_asked_two_at_a_time_until_one_is_a_feed() -> None:
    desk = Desk()
    desk.page()
    desk.web.serve("https://news.example/rss.xml", "a")
    assert (await desk.found(PAGE)).feed.url == "https://news.example/rss.xml"
    assert [url for url, _ in desk.web.asked[1:]] == [
        f"https://news.example/{one}" for one in ("feed", "rss", "rss.xml", "atom.xml")
    ]
    assert desk.web.most_at_once == 2


async def test_whoever_is_slow_is_not_waited_for_longer_than_for_one_answer() -> None:
    desk = Desk(within_s=0.05)
    desk.page("/feed", "/slow", "/slower")
    desk.web.serve(FEED, "a")
    desk.web.hang = {"https://news.example/slow", "https://news.example/slower"}
    assert (await desk.found(PAGE)).feed.url == FEED


async def test_a_page_with_one_feed_of_news_and_one_of_comments_leads_to_the_news() -> None:
    desk = Desk()
    desk.page("/comments/feed/", "/feed")
    desk.web.serve("https://news.example/comments/feed/", "c")
    desk.web.serve(FEED, "a")
    assert (await desk.found(PAGE)).feed.url == FEED


async def test_comments_are_offered_behind_the_news_and_taken_only_where_there_is_no_news() -> None:
    desk = Desk()
    desk.page("/comments/feed/", "/a", "/b")
    for number, path in enumerate(("comments/feed/", "a", "b")):
        desk.web.serve(f"{PAGE}{path}", str(number))
    choice = await desk.subscriber.find(PAGE)
    assert isinstance(choice, Choice)
    assert [one.url[21:] for one in choice.candidates] == ["a", "b", "comments/feed/"]
    alone = Desk()
    alone.page("/comments/feed/")
    alone.web.serve("https://news.example/comments/feed/", "c")
    alone.web.serve("https://news.example/rss", "a")
    assert (await alone.found(PAGE)).feed.url == "https://news.example/rss"
    del alone.web.answers["https://news.example/rss"]
    assert (await alone.found(PAGE)).feed.url == "https://news.example/comments/feed/"


async def test_one_feed_in_two_formats_is_no_choice() -> None:
    desk = Desk()
    desk.page("/feed", "/atom", "/short")
    desk.web.serve(FEED, "a", "b", "c")
    desk.web.serve("https://news.example/atom", "a", "b", "c")
    desk.web.serve("https://news.example/short", "a", "b")
    assert (await desk.found(PAGE)).feed.url == FEED
    desk.web.serve("https://news.example/short", "a", "c")
    choice = await desk.subscriber.find(PAGE)
    assert isinstance(choice, Choice)
    assert [one.url for one in choice.candidates] == [FEED, "https://news.example/short"]


async def test_a_rate_and_what_an_item_without_title_says_are_told_of_each_feed() -> None:
    class Dated(Reader):
        async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
            document = await super().read(body, url, content_type)
            now = datetime.fromtimestamp(START_MS / 1000, UTC)
            times = (now - timedelta(hours=6 * place) for place in range(5))
            items = zip(document.items, times, strict=False)
            return replace(document, items=tuple(replace(one, title="", published=at) for one, at in items))

    desk = Desk(Dated())
    desk.page("/feed", "/other")
    desk.web.serve(FEED, *"abcde")
    desk.web.serve("https://news.example/other", *"vwxyz")
    choice = await desk.subscriber.find(PAGE)
    assert isinstance(choice, Choice)
    assert [(one.latest, one.rate_per_day) for one in choice.candidates] == [("a", 5.0), ("v", 5.0)]


async def test_a_route_of_rsshub_is_asked_for_at_the_instance_and_kept_as_its_address() -> None:
    desk = Desk(rsshub_url="https://hub.example")
    desk.web.serve("https://hub.example/github/issue/a/b", "a")
    assert (await desk.found("rsshub://github/issue/a/b")).feed.url == "https://hub.example/github/issue/a/b"
    assert await desk.subscriber.take_up(CHAT, "rsshub://github/issue/a/b")
    (wish,) = desk.memory.subscribed.values()
    assert desk.memory.known[wish.feed].url == "https://hub.example/github/issue/a/b"
    off = await Desk(rsshub_url="").subscriber.find("rsshub://github/issue/a/b")
    assert isinstance(off, Failed)
    assert "RSSHUB_URL" in off.detail


async def test_a_channel_without_preview_is_looked_for_at_the_instance_of_rsshub() -> None:
    desk = Desk(rsshub_url="https://hub.example")
    desk.page(url="https://t.me/durov")
    desk.page(url="https://t.me/s/durov")
    desk.web.serve("https://hub.example/telegram/channel/durov", "a")
    assert (await desk.found("https://t.me/durov")).feed.url == "https://hub.example/telegram/channel/durov"


async def test_where_a_page_leads_elsewhere_its_address_tells_all_the_same() -> None:
    desk = Desk()
    asks = Fetched("https://consent.youtube.com/m?x=1", b"<html>Before you continue</html>", "text/html")
    desk.web.answers["https://www.youtube.com/user/ann"] = asks
    desk.web.serve("https://www.youtube.com/feeds/videos.xml?user=ann", "a")
    assert (await desk.found("https://www.youtube.com/user/ann")).latest is not None


async def test_a_page_without_feed_says_what_it_is() -> None:
    desk = Desk()
    desk.page()
    assert await desk.subscriber.find(PAGE) == Failed(Failure.NOT_A_FEED, "this is a page of HTML")


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
    monkeypatch.setattr("bot.subscribe.READING_S", 0.01)
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
    assert await store.feeds.claim_due(10, 1000) == [found.feed.id]
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

"""Which feed a page leads to, and which of several are offered: asked politely, told apart, news before comments."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.discovery import AT_ONCE_A_HOST
from bot.fetch.answer import Failed, Failure, Fetched
from bot.fetch.discover import GUESSES
from bot.items import ChatId, Document
from bot.subscribe import Choice, Offer
from tests.collecting import FEED, START_MS, Reader
from tests.subscribing import PAGE, Desk

CHAT = ChatId(1)


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


async def test_a_json_feed_by_its_old_type_is_found_where_nothing_else_says_feed() -> None:
    desk = Desk()
    desk.web.serve("https://news.example/posts", "a")
    desk.web.serve("https://news.example/rss", "b")
    body = b'<link rel="alternate" type="application/json" title="News" href="/posts">'
    desk.page(body=body)
    assert (await desk.found(PAGE)).feed.url == "https://news.example/posts"
    assert "https://news.example/atom.xml" not in [url for url, _ in desk.web.asked]


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


async def test_once_there_is_news_the_other_feeds_of_a_page_are_waited_for_a_moment_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.discovery.SOON_S", 0.05)
    desk = Desk(within_s=600)
    desk.page("/comments/feed/", "/feed", "/slow")
    desk.web.serve(FEED, "a")
    desk.web.serve("https://news.example/comments/feed/", "c")
    desk.web.hang = {"https://news.example/slow"}
    assert (await desk.found(PAGE)).feed.url == FEED


async def test_guesses_that_hang_do_not_keep_a_person_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discovery.GUESS_S", 0.05)
    desk = Desk(within_s=600)
    desk.page()
    desk.web.hang = {"https://news.example/feed", "https://news.example/rss"}
    desk.web.serve("https://news.example/atom.xml", "a")
    assert (await desk.found(PAGE)).feed.url == "https://news.example/atom.xml"
    monkeypatch.setattr("bot.discovery.GUESSES_S", 0.1)
    desk.web.hang = {f"https://news.example{one}" for one in GUESSES}
    assert isinstance(await desk.subscriber.find(PAGE), Failed)


async def test_all_that_is_asked_for_a_person_takes_no_longer_than_one_answer_may() -> None:
    desk = Desk(within_s=0.1)
    desk.page("/slow")
    desk.web.hang = {"https://news.example/slow", "https://news.example/feed"}
    begun_s = time.monotonic()
    assert isinstance(await desk.subscriber.find(PAGE), Failed)
    assert time.monotonic() - begun_s < 2.9, "a guess alone may take three"


async def test_a_feed_of_another_site_is_taken_only_where_this_one_has_none() -> None:
    desk = Desk()
    links = '<a href="https://friend.example/rss">A friend</a> <a href="https://other.example/feed">x</a>'
    desk.web.put(PAGE, links.encode(), content_type="text/html")
    desk.web.serve("https://friend.example/rss", "f")
    desk.web.serve("https://news.example/atom.xml", "a")
    assert (await desk.found(PAGE)).feed.url == "https://news.example/atom.xml"
    del desk.web.answers["https://news.example/atom.xml"]
    assert (await desk.found(PAGE)).feed.url == "https://friend.example/rss"


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


@pytest.mark.parametrize("preview", [None, Failed(Failure.UNREACHABLE, "no way there")])
async def test_a_channel_without_preview_is_looked_for_at_the_instance_of_rsshub(
    preview: Failed | None,
) -> None:
    desk = Desk(rsshub_url="https://hub.example")
    desk.page(url="https://t.me/s/durov")
    if preview:
        desk.web.answers["https://t.me/s/durov"] = preview
    desk.web.serve("https://hub.example/telegram/channel/durov", "a")
    assert (await desk.found("https://t.me/durov")).feed.url == "https://hub.example/telegram/channel/durov"


async def test_a_public_channel_is_followed_by_its_preview_whichever_link_to_it_is_sent() -> None:
    desk = Desk()
    desk.web.serve("https://t.me/s/durov", "a")
    links = (
        "t.me/Durov",
        "https://t.me/durov/7?single",
        "telegram.me/s/DUROV",
        "http://www.t.me/s/durov?before=7",
    )
    assert {(await desk.found(link)).feed.url for link in links} == {"https://t.me/s/durov"}
    assert {url for url, _ in desk.web.asked} == {"https://t.me/s/durov"}
    await desk.subscriber.take_up(CHAT, "https://t.me/s/Durov")
    assert [one.url for one in desk.memory.known.values()] == ["https://t.me/s/durov"]


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


async def test_a_feed_that_a_pages_headers_name_is_found() -> None:
    desk = Desk()
    desk.page()
    page = desk.web.answers[PAGE]
    assert isinstance(page, Fetched)
    desk.web.answers[PAGE] = replace(page, links=(("self", PAGE), ("alternate", "https://news.example/all")))
    desk.web.serve("https://news.example/all", "a")
    assert (await desk.found(PAGE)).feed.url == "https://news.example/all"


async def test_a_page_that_only_sends_on_leads_to_the_feeds_of_the_other_or_to_the_feed_itself() -> None:
    desk, blog = Desk(), "https://blog.example/home/"
    desk.web.put(
        PAGE,
        b'<meta http-equiv=refresh content="0;url=https://blog.example/home/">',
        content_type="text/html",
    )
    desk.page("/atom", url=blog)
    desk.web.serve("https://blog.example/atom", "a")
    assert (await desk.found(PAGE)).feed.url == "https://blog.example/atom"
    desk.web.put(PAGE, b"Moved", content_type="text/html")
    page = desk.web.answers[PAGE]
    assert isinstance(page, Fetched)
    desk.web.answers[PAGE] = replace(page, refresh=f"0; url={blog}")
    assert (await desk.found(PAGE)).feed.url == "https://blog.example/atom"
    desk.web.serve(blog, "b")
    assert (await desk.found(PAGE)).feed.url == blog


async def test_a_page_that_names_its_feeds_is_taken_at_its_word_wherever_it_sends_on() -> None:
    desk = Desk()
    refresh = '<noscript><meta http-equiv="refresh" content="0; url=/noscript"></noscript>'
    named = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    desk.web.put(PAGE, (refresh + named).encode(), content_type="text/html")
    desk.web.serve(FEED, "a")
    assert (await desk.found(PAGE)).feed.url == FEED
    desk.web.put(PAGE, refresh.encode(), content_type="text/html")
    desk.web.answers["https://news.example/noscript"] = Failed(Failure.MISSING, "404")
    assert (await desk.found(PAGE)).feed.url == FEED, "which is guessed, as ever"


async def test_a_place_that_a_page_sends_on_to_and_that_does_not_answer_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.discovery.SOON_S", 0.05)
    desk = Desk(within_s=600)
    desk.web.put(PAGE, b'<meta http-equiv=refresh content="0;url=/slow">', content_type="text/html")
    desk.web.hang.add("https://news.example/slow")
    desk.web.serve(FEED, "a")
    assert (await desk.found(PAGE)).feed.url == FEED

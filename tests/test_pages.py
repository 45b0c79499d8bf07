"""Which pages are asked, what of them is of use, and which hosts are left alone."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from bot import pages
from bot.errors import TooComplex
from bot.fetch.answer import Answer, Failed, Failure, Fetched
from bot.fetch.client import Kind
from bot.items import Feed, FeedId, Image, Item, Page
from bot.pages import MISSES, MOST_HOSTS, REST_S, PageFinder
from bot.parse.page import BEGINNING
from bot.render.lead import lead
from bot.settings import read

FEED = Feed(FeedId("f"), "https://news.example/feed.xml", link="https://news.example/")
LEAD = "A bridge was opened yesterday, and half of the town came to see it."
Respond = Callable[[str], Answer | Awaitable[Answer]]


def page(image: str = "", lead: str = "", body: str = "") -> str:
    return (
        f'<html><head><meta property="og:image" content="{image}">'
        f'<meta property="og:description" content="{lead}"></head><body>{body}'
    )


def bare(name: str, **given: object) -> Item:
    """Return an item of which its feed tells nothing but the title."""
    plain = Item(guid=name, title=f"The title {name}", link=f"https://news.example/{name}")
    return replace(plain, **given)  # type: ignore[arg-type]  # fields by name, as the caller gives them


def missing(_: str) -> Answer:
    return Failed(Failure.MISSING, "404")


@dataclass
class Desk:
    """A finder on a web and a clock of its own; addresses that nobody serves are missing."""

    wanted: str = "lead"
    served: dict[str, Respond] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    wishes: list[tuple[int | None, Kind, bool]] = field(default_factory=list)
    now: float = 1000.0
    at_once: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        settings = read({"PAGES": self.wanted})
        self.finder = PageFinder(self, self, settings, clock=lambda: self.now)

    def serve(
        self, name: str, html: str, *, host: str = "news.example", at: str = "", kind: str = "text/html"
    ) -> None:
        url = f"https://{host}/{name}"
        self.served[url] = lambda _: Fetched(at or url, html.encode(), kind)

    async def get(
        self,
        url: str,
        *,
        max_bytes: int | None = None,
        timeout_s: float | None = None,
        kind: Kind = Kind.FEED,
        beginning: bool = False,
    ) -> Answer:
        assert timeout_s
        self.asked.append(url)
        self.wishes.append((max_bytes, kind, beginning))
        for what in ("all", url.split("/")[2]):
            self.at_once[what] += 1
            self.most[what] = max(self.most[what], self.at_once[what])
        try:
            await asyncio.sleep(0)
            answer = self.served.get(url, missing)(url)
            return await answer if isinstance(answer, Awaitable) else answer
        finally:
            for what in ("all", url.split("/")[2]):
                self.at_once[what] -= 1

    async def text(self, page: bytes, _: str, __: str = "") -> str:
        _, _, body = page.decode().partition("<body>")
        if "hostile" in body:
            raise TooComplex("it takes too much memory to read")
        if "slow" in body:
            await asyncio.Event().wait()
        return body

    async def find(self, *items: Item, within_s: float = 5, feed: Feed = FEED) -> list[Page]:
        return await self.finder.find(items, feed, within_s=within_s)

    async def one(self, item: Item, feed: Feed = FEED) -> Page:
        (found,) = await self.find(item, feed=feed)
        return found


async def test_a_bare_item_gets_the_picture_and_the_lead_of_its_page() -> None:
    desk = Desk()
    desk.serve("a", page("/a.jpg", LEAD))
    assert await desk.one(bare("a")) == Page(Image("https://news.example/a.jpg"), LEAD)
    assert desk.wishes == [(BEGINNING, Kind.PAGE, True)]


PICTURE = (Image("https://news.example/own.jpg"),)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"images": PICTURE}, Page(None, LEAD)),
        ({"summary_html": f"<p>{LEAD}</p>"}, Page(Image("https://news.example/a.jpg"))),
        ({"content_html": f"<p>{LEAD}</p>"}, Page(Image("https://news.example/a.jpg"))),
        ({"images": PICTURE, "summary_html": "<a href='/c'>Comments</a>"}, Page(None, LEAD)),
        ({"images": PICTURE, "summary_html": "<p>The title a</p>"}, Page(None, LEAD)),
    ],
)
async def test_an_item_gets_what_it_lacks_and_no_more(given: dict[str, object], found: Page) -> None:
    desk = Desk()
    desk.serve("a", page("/a.jpg", LEAD))
    assert await desk.one(bare("a", **given)) == found


async def test_an_item_that_lacks_nothing_has_its_page_left_alone() -> None:
    desk = Desk()
    assert await desk.one(bare("a", images=PICTURE, summary_html=f"<p>{LEAD}</p>")) == Page()
    assert desk.asked == []


@pytest.mark.parametrize(
    "link",
    [
        None,
        "https://news.example/",
        "http://www.news.example",
        "https://news.example/feed.xml",
        "https://news.example/?utm_source=rss",
        "https://news.example/paper.pdf",
        "https://cdn.example/episode.MP3?x=1",
        "https://cdn.example/source.tar.gz",
        "https://t.me/news/7",
    ],
)
async def test_what_is_no_page_of_the_items_own_is_not_asked(link: str | None) -> None:
    desk = Desk()
    assert await desk.one(bare("a", link=link)) == Page()
    assert desk.asked == []


async def test_the_feeds_own_link_is_no_items_page() -> None:
    desk = Desk()
    blog = replace(FEED, link="https://news.example/blog/")
    await desk.one(bare("a", link="https://news.example/blog"), feed=blog)
    assert desk.asked == []


async def test_a_page_that_several_items_share_is_nobodys() -> None:
    desk = Desk()
    links = "https://news.example/log#1", "https://news.example/log#2", "https://news.example/b"
    await desk.find(*(bare(str(number), link=link) for number, link in enumerate(links)))
    assert desk.asked == ["https://news.example/b"]


async def test_somebody_elses_home_page_may_be_what_an_item_is_about() -> None:
    desk = Desk()
    desk.serve("", page("/a.jpg", LEAD), host="product.example")
    assert (await desk.one(bare("a", link="https://product.example/"))).lead_html == LEAD


async def test_a_page_that_sends_us_home_says_nothing() -> None:
    desk = Desk()
    desk.serve("gone", page("/a.jpg", LEAD), at="https://news.example/")
    assert await desk.one(bare("gone")) == Page()


async def test_a_link_to_a_picture_is_the_picture_if_its_server_says_so() -> None:
    desk = Desk()
    desk.serve("a.jpg", "\xff", kind="image/jpeg")
    assert await desk.one(bare("a.jpg")) == Page(Image("https://news.example/a.jpg"))
    desk.serve("File:b.jpg", page("/real/b.jpg"))
    assert await desk.one(bare("File:b.jpg")) == Page(Image("https://news.example/real/b.jpg"))
    desk.serve("c.svg", "<svg/>", kind="image/svg+xml")
    assert await desk.one(bare("c.svg")) == Page()


@pytest.mark.parametrize(
    "kind", ["application/pdf", "video/mp4", "application/octet-stream", "application/json"]
)
async def test_what_is_no_page_says_nothing(kind: str) -> None:
    desk = Desk()
    desk.serve("a", page("/a.jpg", LEAD), kind=kind)
    assert await desk.one(bare("a")) == Page()


@pytest.mark.parametrize("lead", ["", "The title a", "The title a - Example News", "Home", "News", "…"])
async def test_a_lead_that_says_nothing_is_none(lead: str) -> None:
    desk = Desk()
    desk.serve("a", page("/a.jpg", lead))
    assert await desk.one(bare("a")) == Page(Image("https://news.example/a.jpg"))


async def test_a_chinese_lead_counts_double() -> None:
    desk = Desk()
    desk.serve("a", page("", "新大桥昨日正式落成，全城市民纷纷前往参观。"))
    assert (await desk.one(bare("a"))).lead_html


async def test_a_logo_is_known_by_the_second_page_that_shows_it() -> None:
    desk = Desk()
    for name in "abc":
        desk.serve(name, page("/logo.png", LEAD + name))
    assert (await desk.one(bare("a"))).image
    assert await desk.one(bare("b")) == Page(None, LEAD + "b")
    assert await desk.one(bare("c")) == Page(None, LEAD + "c")
    assert (await desk.one(bare("a"))).image is None


async def test_within_one_look_a_logo_is_known_at_once_and_a_slogan_too() -> None:
    desk = Desk()
    for name in "abc":
        desk.serve(name, page("/logo.png", LEAD))
    desk.serve("d", page("/d.png", LEAD + " Indeed."))
    found = await desk.find(*map(bare, "abcd"))
    assert found == [Page()] * 3 + [Page(Image("https://news.example/d.png"), LEAD + " Indeed.")]


async def test_the_same_page_asked_twice_shows_no_logo_and_other_hosts_may_show_the_same() -> None:
    desk = Desk()
    desk.serve("a", page("https://cdn.example/a.jpg", LEAD))
    desk.serve("a", page("https://cdn.example/a.jpg", LEAD), host="other.example")
    for link in ("https://news.example/a", "https://other.example/a", "https://news.example/a"):
        assert await desk.one(bare("a", link=link)) == Page(Image("https://cdn.example/a.jpg"), LEAD)


async def test_a_host_whose_pages_are_of_no_use_is_left_alone_for_an_hour() -> None:
    desk = Desk()
    for number in range(MISSES + 3):
        await desk.one(bare(str(number)))
    assert len(desk.asked) == MISSES
    await desk.one(bare("x", link="https://other.example/x"))
    assert len(desk.asked) == MISSES + 1
    desk.now += REST_S
    desk.serve("good", page("/a.jpg", LEAD))
    assert (await desk.one(bare("good"))).lead_html
    await desk.one(bare("bad"))
    assert (await desk.one(bare("good"))).lead_html


async def test_luck_in_between_keeps_a_host_open() -> None:
    desk = Desk()
    for number in range(3 * MISSES):
        desk.serve(f"{number}", page(f"/{number}.jpg") if number % MISSES == MISSES - 1 else "")
        await desk.one(bare(str(number)))
    assert len(desk.asked) == 3 * MISSES


@pytest.mark.parametrize(("retry_after_s", "rest_s"), [(None, REST_S), (10, REST_S), (7200, 7200)])
@pytest.mark.parametrize("why", [Failure.DENIED, Failure.FORBIDDEN, Failure.BUSY])
async def test_a_host_that_turns_us_away_is_left_alone(
    why: Failure, retry_after_s: int | None, rest_s: float
) -> None:
    desk = Desk()
    desk.served["https://news.example/a"] = lambda _: Failed(why, "no", retry_after_s)
    await desk.one(bare("a"))
    desk.now += rest_s - 1
    await desk.one(bare("b"))
    assert len(desk.asked) == 1
    desk.now += 1
    await desk.one(bare("b"))
    assert len(desk.asked) == 2


async def test_no_host_and_no_look_asks_too_much_at_once() -> None:
    desk = Desk()
    same = [bare(str(number)) for number in range(8)]
    await desk.find(*same)
    assert desk.most == {"all": 2, "news.example": 2}
    far = [bare(str(number), link=f"https://{number}.example/a") for number in range(30)]
    await desk.find(*far)
    assert desk.most["all"] == pages.LOOK_AT_ONCE
    looks = [[replace(one, link=f"{one.link}/{look}") for one in far] for look in range(10)]
    await asyncio.gather(*(desk.find(*items) for items in looks))
    assert desk.most["all"] == pages.AT_ONCE
    assert desk.most["0.example"] <= pages.HOST_AT_ONCE


async def test_what_does_not_come_in_time_is_done_without_and_the_rest_is_kept() -> None:
    desk = Desk()

    async def never(_: str) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    desk.served["https://slow.example/a"] = never
    desk.serve("b", page("/b.jpg", LEAD))
    found = await desk.find(bare("a", link="https://slow.example/a"), bare("b"), within_s=0.5)
    assert found == [Page(), Page(Image("https://news.example/b.jpg"), LEAD)]
    assert desk.at_once["all"] == 0


async def test_a_host_that_never_answers_is_soon_waited_for_no_more() -> None:
    desk = Desk()

    async def never(_: str) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    desk.served["https://news.example/a"] = never
    while not desk.finder._host("news.example").closed_until:
        await desk.find(bare("a"), within_s=0.02)
    assert await desk.one(bare("a")) == Page()
    assert len(desk.asked) == MISSES


async def test_what_breaks_is_logged_and_harms_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()

    def broken(_: str) -> Answer:
        raise RuntimeError("boom")

    desk.served["https://news.example/a"] = broken
    desk.serve("b", page("/b.jpg", LEAD))
    assert (await desk.find(bare("a"), bare("b")))[1].lead_html == LEAD
    assert "could not be read" in caplog.text


@pytest.mark.parametrize("paged", [False, True])
async def test_an_item_that_cannot_be_weighed_harms_nobody_else(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, *, paged: bool
) -> None:
    """Be it as its feed tells it, or with what its page says."""
    desk = Desk()

    def weighed(item: Item, title: str = "") -> object:
        if item.guid == "a" and bool(item.summary_html) is paged:
            raise ValueError("boom")
        return lead(item, title)

    monkeypatch.setattr(pages, "lead", weighed)
    desk.serve("a", page("/a.jpg", LEAD[1:]))
    desk.serve("b", page("/b.jpg", LEAD))
    assert (await desk.find(bare("a"), bare("b")))[1].lead_html == LEAD
    assert "cannot be weighed" in caplog.text


async def test_being_stopped_is_not_swallowed() -> None:
    desk = Desk()
    begun = asyncio.Event()

    async def never(_: str) -> Answer:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    desk.served["https://news.example/a"] = never
    task = asyncio.create_task(desk.one(bare("a")))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_known_of_hosts_is_bounded() -> None:
    desk = Desk()
    for number in range(MOST_HOSTS + 10):
        desk.finder._host(f"{number}.example")
    assert len(desk.finder._hosts) == MOST_HOSTS
    host = desk.finder._host("a.example")
    for number in range(1000):
        host.note(f"https://a.example/{number}", Page(lead_html=str(number)))
    assert len(host._said) == pages.REMEMBERED


async def test_off_asks_nothing() -> None:
    desk = Desk("off")
    assert await desk.find(bare("a"), bare("b")) == [Page(), Page()]
    assert desk.asked == []

"""Pages of new items with a real publisher, client, parser and store: what is kept, and what it costs."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import web

from bot.collect import Collector
from bot.errors import StoreUnavailable
from bot.fetch.client import Client
from bot.items import ChatId, Document, Feed, Image, Page, StoredItem
from bot.looking import Looker
from bot.pages import PageFinder
from bot.parse.document import read
from bot.parse.worker import Parser
from bot.settings import Settings
from bot.settings import read as settings_of
from bot.store.client import Store
from bot.subscribe import Found, Subscriber
from tests.conftest import Clock
from tests.origin import Answer, Origin, Piece, serve

CHAT = ChatId(7)
LEAD = "A bridge was opened yesterday, and half of the town came to see it."


class Inline(Parser):
    """Reads feeds in this process: no child has to start for each test."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        return read(body, url=url, content_type=content_type)


@dataclass
class Desk:
    """A feed of items without summaries at a publisher, and the loops that look at it."""

    store: Store
    clock: Clock
    origin: Origin
    client: Client
    parser: Parser
    settings: Settings
    finder: PageFinder = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start as a new process would, knowing nothing of hosts."""
        self.finder = PageFinder(self.client, self.parser, self.settings)
        parts = self.store, self.client, self.parser, self.settings
        self.collector = Collector(self.store, Looker(*parts, pages=lambda: self.finder), self.settings)
        self.subscriber = Subscriber(*parts, pages=lambda: self.finder)

    def publish(self, html: str | bytes | Answer | None = None, *, image: str = "") -> Piece:
        """Add an item of which the feed tells nothing; its page says ``html``, by default a picture and a lead."""
        piece = self.origin.publish("daily", image=image)
        piece.body = ""
        path = piece.link.removeprefix(self.origin.url)
        if html is None:
            html = f'<meta property="og:image" content="{path}.jpg"><meta name="description" content="{LEAD} {path}">'
        self.origin.others[path] = html if callable(html) else answering(html)
        return piece

    async def subscribe(self) -> Found:
        found = await self.subscriber.find(f"{self.origin.url}/daily.xml")
        assert isinstance(found, Found)
        await self.subscriber.add(CHAT, found.feed)
        return found

    async def poll(self) -> int:
        self.clock.forward(60_000)
        return (await self.collector.poll(every=True)).new_items

    async def newest(self, feed: Feed, count: int = 1) -> list[StoredItem]:
        return await self.store.archive.latest([feed.id], offset=0, limit=count)

    def asked(self, piece: Piece) -> int:
        return self.origin.asked[piece.link.removeprefix(self.origin.url)]

    def page(self, piece: Piece) -> Page:
        """Return what :meth:`publish` has the page of ``piece`` say."""
        return Page(Image(f"{piece.link}.jpg"), f"{LEAD} {piece.link.removeprefix(self.origin.url)}")


def answering(body: str | bytes, content_type: str = "text/html", status: int = 200) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        raw = body if isinstance(body, bytes) else body.encode()
        return web.Response(body=raw, content_type=content_type, status=status)

    return answer


@pytest_asyncio.fixture
async def desk(store: Store, clock: Clock, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    wanted = getattr(request, "param", "lead")
    settings = settings_of({"FETCH_ALLOW_NETWORKS": "127.0.0.0/8", "PAGES": wanted})
    reader = Parser if wanted == "full" else Inline
    async with serve() as origin, Client(settings) as client, reader(workers=1) as parser:
        yield Desk(store, clock, origin, client, parser, settings)


async def test_a_new_item_is_kept_with_what_its_page_says_and_the_page_asked_once(desk: Desk) -> None:
    old, sample = desk.publish(), desk.publish()
    found = await desk.subscribe()
    assert found.latest
    assert found.latest.page == desk.page(sample)
    assert (desk.asked(old), desk.asked(sample)) == (0, 1)
    new = [desk.publish() for _ in range(3)]
    assert await desk.poll() == 3
    assert [one.page for one in await desk.newest(found.feed, 3)] == [desk.page(one) for one in reversed(new)]
    desk.publish()
    assert await desk.poll() == 1
    assert await desk.poll() == 0
    assert [desk.asked(one) for one in (old, sample, *new)] == [0, 1, 1, 1, 1]


@pytest.mark.parametrize("desk", ["off"], indirect=True)
async def test_off_asks_no_page(desk: Desk) -> None:
    sample = desk.publish()
    found = await desk.subscribe()
    new = desk.publish()
    assert await desk.poll() == 1
    assert [one.page for one in await desk.newest(found.feed, 2)] == [Page(), Page()]
    assert (desk.asked(sample), desk.asked(new)) == (0, 0)


async def test_a_first_look_of_the_collector_asks_no_page(desk: Desk) -> None:
    pieces = [desk.publish() for _ in range(3)]
    await desk.subscriber.take_up(CHAT, f"{desk.origin.url}/daily.xml")
    assert await desk.poll() == 0
    assert [desk.asked(one) for one in pieces] == [0, 0, 0]


async def test_only_the_newest_twenty_of_a_look_are_looked_up(desk: Desk) -> None:
    desk.publish()
    await desk.subscribe()
    pieces = [desk.publish() for _ in range(25)]
    assert await desk.poll() == 25
    assert [desk.asked(one) for one in pieces] == [0] * 5 + [1] * 20


async def test_a_page_that_a_new_item_shares_with_a_known_one_is_not_asked(desk: Desk) -> None:
    log = desk.publish()
    desk.publish()
    await desk.subscribe()
    desk.publish().link = f"{log.link}#two"
    assert await desk.poll() == 1
    assert desk.asked(log) == 0


async def test_what_others_hear_already_gets_its_pages_when_one_more_subscribes(desk: Desk) -> None:
    desk.publish()
    found = await desk.subscribe()
    new = [desk.publish() for _ in range(2)]
    desk.clock.forward(60_000)
    await desk.subscribe()
    assert [one.page for one in await desk.newest(found.feed, 2)] == [desk.page(one) for one in reversed(new)]


async def test_a_crash_between_page_and_intake_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish()
    found = await desk.subscribe()
    new = desk.publish()

    async def crash(*_: object, **__: object) -> None:
        raise StoreUnavailable("Redis does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(desk.store.news, "intake", crash)
        with pytest.raises(StoreUnavailable):
            await desk.poll()
    desk.start()
    assert await desk.poll() == 1
    assert (await desk.newest(found.feed))[0].page == desk.page(new)
    assert desk.asked(new) == 2


async def test_a_correction_keeps_the_page_and_what_is_unchanged_is_none(desk: Desk) -> None:
    desk.publish()
    found = await desk.subscribe()
    new = desk.publish()
    assert await desk.poll() == 1
    await taken(desk)
    desk.publish(image=f"{desk.origin.url}/x.png")
    await desk.poll()
    assert [edit for _, edit in await taken(desk)] == [""]
    new.title = "Another title"
    assert await desk.poll() == 0
    assert [edit for _, edit in await taken(desk)] == ["text"]
    (stored,) = [one for one in await desk.newest(found.feed, 3) if one.item.title == "Another title"]
    assert stored.page == desk.page(new)
    assert desk.asked(new) == 1


async def taken(desk: Desk) -> list[tuple[str, str]]:
    entries = await desk.store.news.read("test", 100, 0)
    await desk.store.news.ack([one.entry_id for one in entries])
    return [(one.item_id, one.edit) for one in entries]


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def dripping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    while True:
        await response.write(b"<p>")
        await asyncio.sleep(0.01)


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    await response.write(f'<meta property="og:description" content="{LEAD}">'.encode())
    while True:
        await response.write(b"<p>endless</p>" * 1000)


async def inward(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://10.0.0.1/secret")


BIG = f'<meta property="og:description" content="{LEAD}">'.encode() + b"<p>much</p>" * 1_000_000

BAD: dict[str, tuple[Answer, str]] = {
    "missing": (answering("", status=404), ""),
    "broken": (answering("", status=500), ""),
    "denied": (answering("", status=403), ""),
    "inward": (inward, ""),
    "binary": (answering(bytes(range(256)) * 400), ""),
    "picture without a type": (answering(b"\x89PNG", "application/octet-stream"), ""),
    "silent": (never, ""),
    "dripping": (dripping, ""),
    "endless": (endless, LEAD),
    "10 MB": (answering(BIG), LEAD),
}


@pytest.mark.parametrize("how", BAD)
async def test_an_item_arrives_in_time_whatever_its_page_does(
    desk: Desk, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.looking.PAGES_S", 1)
    desk.publish()
    found = await desk.subscribe()
    answer, lead = BAD[how]
    bad, good = desk.publish(answer), desk.publish()
    begun = time.monotonic()
    assert await desk.poll() == 2
    took_s = time.monotonic() - begun
    pages = [one.page for one in await desk.newest(found.feed, 2)]
    assert pages == [desk.page(good), Page(None, lead)]
    assert (desk.asked(bad), desk.asked(good)) == (1, 1)
    print(f"{how}: {took_s:.2f} s")
    assert took_s < 5, "six where nothing is given up before its time"


async def test_a_page_that_redirects_inward_is_not_fetched(desk: Desk) -> None:
    async with serve() as other:
        port = int(other.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("0.0.0.0", port)  # one could go there
        writer.close()

        async def to_the_inside(_: web.Request) -> web.StreamResponse:
            raise web.HTTPFound(f"http://0.0.0.0:{port}/secret")

        desk.publish()
        await desk.subscribe()
        desk.publish(to_the_inside)
        assert await desk.poll() == 1
        assert other.asked == {}


STORY = "".join(
    f"<p>Paragraph {number} of the story says a good deal more than the feed, with <a href='/more'>a link</a>"
    f" and <b>weight</b>, as long as it is read to its end.</p>"
    for number in range(20)
)


@pytest.mark.parametrize("desk", ["full"], indirect=True)
async def test_full_keeps_the_whole_text_with_links_pictures_and_lists(desk: Desk) -> None:
    desk.publish()
    found = await desk.subscribe()
    head = f'<html><head><title>T</title><meta property="og:description" content="{LEAD}"></head>'
    desk.publish(
        f"{head}<body><nav><a href='/'>Home</a> <a href='/shop'>Shop</a></nav><article><h1>daily item 0002</h1>{STORY}"
        "<img src='/one.jpg'><ul><li>first point of it</li><li>second point of it</li></ul></article>"
        "<footer>All rights reserved</footer></body></html>"
    )
    assert await desk.poll() == 1
    (stored,) = await desk.newest(found.feed)
    text = stored.page.text_html
    assert stored.page.lead_html == LEAD
    assert text.count("<p>Paragraph") == 20
    assert f'<a href="{desk.origin.url}/more">a link</a>' in text
    assert f'src="{desk.origin.url}/one.jpg"' in text
    assert "<li>first point of it</li>" in text
    assert "Shop" not in text
    assert "rights" not in text

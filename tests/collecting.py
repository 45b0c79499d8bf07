"""A web, a reader and a store that are small enough to see through, for the loops' tests.

The web serves documents that are lists of items; the store keeps the promises of the real one
(new by trusted keys, seeded, leases) in dictionaries, and breaks where a test tells it to.
"""

# ruff: noqa: ARG002  what stands for another takes what that takes, wanted or not

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

from xxhash import xxh3_128_hexdigest

from bot.collect import Collector
from bot.errors import NotAFeed, StoreUnavailable
from bot.fetch.answer import Answer, Failed, Failure, Fetched, NotModified
from bot.fetch.client import Kind
from bot.identity import feed_id, item_id
from bot.items import (
    Alert,
    ChatId,
    Document,
    Feed,
    FeedId,
    Item,
    ItemId,
    Key,
    StoredItem,
    Subscription,
    Validators,
)
from bot.life import Notice
from bot.links import feed_address
from bot.looking import Looker
from bot.pages import PageFinder
from bot.settings import read
from bot.store.alerts import Changes, Version
from bot.store.candidates import WHOLE, Candidate, Extent, Known
from bot.store.client import Store
from bot.store.feeds import Claimed
from bot.store.news import NewsEntry, Taken
from bot.store.outbox import Letter
from tests.laying import Kept, Laid

START_MS = 1_770_000_000_000
NOTHING = Validators()
FEED = "https://news.example/feed"
OTHER = "https://other.example/feed"


def item(name: str, **given: object) -> Item:
    """Return an item told apart by its name alone."""
    plain = Item(
        guid=name, title=f"Title {name}", link=f"https://news.example/{name}", summary_html=f"<p>{name}</p>"
    )
    return replace(plain, **given)  # type: ignore[arg-type]  # fields by name, as the caller gives them


@dataclass
class Web:
    """Addresses and what they answer; ``asked`` notes every request with its validators."""

    answers: dict[str, Answer | Exception] = field(default_factory=dict)
    asked: list[tuple[str, Validators]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    hang: set[str] = field(default_factory=set)
    """Addresses that never answer."""
    at_once: int = 0
    most_at_once: int = 0

    def serve(self, url: str, *names: str, etag: str = "", moved_to: str | None = None) -> None:
        """Publish a feed of these items at ``url``."""
        self.put(url, ("feed " + " ".join(names)).encode(), etag=etag, moved_to=moved_to)

    def put(
        self, url: str, body: bytes, *, etag: str = "", content_type: str = "", moved_to: str | None = None
    ) -> None:
        """Publish any document at ``url``."""
        self.answers[url] = Fetched(
            moved_to or url, body, content_type, etag, body_hash=xxh3_128_hexdigest(body), moved_to=moved_to
        )

    async def get(
        self,
        url: str,
        validators: Validators = NOTHING,
        *,
        max_bytes: int | None = None,
        timeout_s: float | None = None,
        kind: Kind = Kind.FEED,
        beginning: bool = False,
    ) -> Answer:
        """Answer as a server would that knows ETags."""
        self.asked.append((url, validators))
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
            await (asyncio.Event().wait() if url in self.hang else asyncio.sleep(0))
        finally:
            self.at_once -= 1
        answer = self.answers.get(url, Failed(Failure.MISSING, "404"))
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Fetched) and answer.etag and answer.etag == validators.etag:
            return NotModified(answer.moved_to)
        return answer


class Reader:
    """Reads what :class:`Web` serves."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        """Return a document with an item for each word after ``feed``."""
        kind, _, names = body.decode().partition(" ")
        if kind != "feed":
            raise NotAFeed("this is a page of HTML")
        return Document("rss", title="Example News", items=tuple(map(item, names.split())))

    async def text(self, page: bytes, url: str, content_type: str = "") -> str:
        """Return what stands in the body of a page."""
        return page.decode().partition("<body>")[2]


@dataclass
class Memory:
    """The store, all of whose rooms are this one object."""

    now: int = START_MS
    known: dict[FeedId, Feed] = field(default_factory=dict)
    due: dict[FeedId, int] = field(default_factory=dict)
    seen: dict[FeedId, set[Key]] = field(default_factory=dict)
    items: dict[ItemId, StoredItem] = field(default_factory=dict)
    handed: list[ItemId] = field(default_factory=list)
    acked: list[str] = field(default_factory=list)
    subscribed: dict[tuple[ChatId, FeedId], Subscription] = field(default_factory=dict)
    rules: dict[ChatId, list[Alert]] = field(default_factory=dict)
    lanes: dict[ChatId, dict[ItemId, Letter]] = field(default_factory=dict)
    edits: Laid = field(default_factory=Laid)
    filtered: Kept = field(default_factory=Kept)
    told: list[Notice] = field(default_factory=list)
    health: set[str] = field(default_factory=set)
    resting: dict[str, int] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    """Names of the steps that do not answer."""
    at_once: bool = False
    """Whether all who hear a feed come in one portion, not each in its own."""
    saved: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something was saved."""

    @property
    def store(self) -> Store:
        """This memory in the place of the real one."""
        return cast("Store", self)

    async def put(self, notices: Sequence[Notice]) -> None:
        self._answer("put")
        self.told += notices

    async def sign(self, _: Sequence[tuple[StoredItem, bytes]]) -> None:
        self._answer("sign")

    @property
    def feeds(self) -> "Memory":
        return self

    news = claims = chats = outbox = archive = alerts = notices = feeds

    def _answer(self, step: str) -> None:
        if step in self.down:
            raise StoreUnavailable("Redis does not answer")

    def follow(self, url: str, chat: int = 1, *, since: int = 0, paused: bool = False) -> FeedId:
        """Subscribe a chat to a feed that is due at once."""
        known = feed_id(url)
        self.known.setdefault(known, Feed(known, url))
        self.due.setdefault(known, 0)
        wish = Subscription(ChatId(chat), known, since, paused=paused)
        self.subscribed[wish.chat, known] = wish
        return known

    async def now_ms(self) -> int:
        return self.now

    async def ensure(self, url: str, *, due_ms: int | None = None) -> Feed:
        self._answer("ensure")
        same = (one for one in self.known.values() if feed_address(one.url) == feed_address(url))
        feed = next(same, None) or Feed(feed_id(url), url)
        return self.known.setdefault(feed.id, feed)

    async def get(self, known: FeedId) -> Feed | None:
        self._answer("get")
        return self.known.get(known)

    async def all_ids(self) -> list[FeedId]:
        return list(self.due)

    async def about_now_ms(self) -> int:
        return self.now

    async def claim_due(self, limit: int, lease_ms: int) -> Claimed:
        self._answer("claim_due")
        ready = sorted((due, known) for known, due in self.due.items() if due <= self.now)[:limit]
        self.due |= {known: self.now + lease_ms for _, known in ready}
        feeds = tuple(self.known[known] for _, known in ready)
        return Claimed(feeds, self.now, min(self.due.values(), default=None), dict(self.resting))

    async def put_off(self, due: Iterable[tuple[FeedId, int]]) -> None:
        self.due |= dict(due)

    async def renew(self, feeds: Sequence[FeedId], lease_ms: int) -> None:
        self._answer("renew")
        self.due |= dict.fromkeys(feeds, self.now + lease_ms)

    async def leave_in_peace(self, host: str, until_ms: int) -> None:
        self.resting[host] = until_ms

    async def finish(
        self, feed: Feed, due_ms: int, *, moved_to: str | None = None, was: Feed | None = None
    ) -> None:
        self._answer("finish")
        self.health |= {"look"} if not feed.failures else set()
        seeded = self.known[feed.id].seeded
        self.known[feed.id] = replace(feed, url=moved_to or feed.url, seeded=seeded)
        self._schedule(feed.id, due_ms)

    def _schedule(self, known: FeedId, due_ms: int) -> None:
        if any(feed == known for _, feed in self.subscribed):
            self.due[known] = due_ms
        self.saved.set()

    async def unseen(self, known: FeedId, candidates: Sequence[Candidate]) -> list[bool]:
        return [not (await self.recall(known, [one])).has(one) for one in candidates]

    async def none_seen(self, known: FeedId, candidates: Sequence[Candidate]) -> bool:
        return not any(self.seen.get(known, set()).intersection(one.keys.all) for one in candidates)

    async def recall(self, known: FeedId, candidates: Sequence[Candidate]) -> Known:
        told = {key for one in candidates for key in one.keys.trusted}
        return Known(frozenset(told & self.seen.get(known, set())))

    async def intake(
        self,
        feed: Feed,
        candidates: Sequence[Candidate],
        *,
        due_ms: int | None,
        hand_on: bool,
        extent: Extent = WHOLE,
        moved_to: str | None = None,
        **_: object,
    ) -> Taken:
        self._answer("intake")
        was = self.known[feed.id]
        lost = was.seeded and feed.id not in self.seen
        told = {key for one in candidates for key in one.keys.all if extent.is_new}
        if extent.is_part and (lost or not was.seeded or self.seen[feed.id] & told):
            return Taken(refused=True)
        self.health.add("look")
        marks = was.marks if extent.marks is None else extent.marks
        seen = self.seen.setdefault(feed.id, set())
        new = []
        for one in candidates:
            if not seen.intersection(one.keys.trusted):
                new.append(item_id(feed.id, one.keys))
                self.items[new[-1]] = StoredItem(new[-1], feed.id, one.item, self.now, one.order_ms, one.page)
            seen.update(one.keys.all)
        hand_on = hand_on and was.seeded and not lost
        self.handed += new if hand_on else []
        self.known[feed.id] = replace(feed, url=moved_to or feed.url, seeded=True, marks=marks)
        self._schedule(feed.id, self.due.get(feed.id, 0) if due_ms is None else due_ms)
        return Taken(tuple(new), len(new) if hand_on else 0, not was.seeded or lost, lost)

    async def latest(
        self, feeds: Sequence[FeedId], *, offset: int, limit: int, words: Sequence[str] = ()
    ) -> list[StoredItem]:
        found = sorted(
            (one for one in self.items.values() if one.feed in feeds), key=lambda one: -one.order_ms
        )
        return found[offset : offset + limit]

    async def lead(self, name: str, holder: str, lease_ms: int) -> bool:
        return True

    async def resign(self, name: str, holder: str) -> None:
        return

    async def note_health(self, what: str) -> None:
        self.health.add(what)

    async def read(self, consumer: str, count: int, block_ms: int) -> list[NewsEntry]:
        self._answer("read")
        await asyncio.sleep(0.001)
        batch, self.handed = self.handed[:count], self.handed[count:]
        return [NewsEntry(f"{number}-0", one) for number, one in enumerate(batch)]

    async def many(self, wanted: Sequence[ItemId | FeedId]) -> list[StoredItem | Feed]:
        self._answer("many")
        return [found for one in wanted if (found := self.items.get(one) or self.known.get(one))]  # type: ignore[arg-type]

    async def ack(self, entries: Sequence[str]) -> None:
        self._answer("ack")
        self.acked += entries
        self.saved.set()

    async def subscribers(self, known: FeedId) -> list[Subscription]:
        self._answer("subscribers")
        return [one for (_, feed), one in self.subscribed.items() if feed == known]

    async def subscribers_in_portions(self, known: FeedId) -> AsyncIterator[list[Subscription]]:
        every = await self.subscribers(known)
        for some in [every] if self.at_once else [[one] for one in every]:
            yield some

    async def subscribe(self, wish: Subscription) -> bool:
        self._answer("subscribe")
        new = (wish.chat, wish.feed) not in self.subscribed
        self.subscribed.setdefault((wish.chat, wish.feed), wish)
        self.due[wish.feed] = min(self.due.get(wish.feed, self.now), self.now)
        return new

    async def unsubscribe(self, chat: ChatId, known: FeedId) -> bool:
        was = self.subscribed.pop((chat, known), None)
        if was and not await self.subscribers(known):
            self.due.pop(known, None)
            self.known[known] = replace(self.known[known], seeded=False, validators=Validators())
        return was is not None

    async def changes(self, since: Version | None) -> Changes:
        return Changes(Version(self.now, 0), None)

    async def everyone(self) -> AsyncIterator[dict[ChatId, list[Alert]]]:
        self._answer("everyone")
        yield dict(self.rules)

    async def lay(self, known: ItemId, order_ms: int, letters: Sequence[Letter]) -> int:
        self._answer("lay")
        new = 0
        for letter in letters:
            lane = self.lanes.setdefault(letter.chat, {})
            new += known not in lane
            lane.setdefault(known, letter)
        return new


async def until(memory: Memory, true: Callable[[], bool]) -> None:
    """Return once ``true``, asked again whenever something is saved, and now and then."""
    async with asyncio.timeout(5):
        while not true():
            memory.saved.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(memory.saved.wait(), 0.02)


class Relay:
    """A collector on a web and a memory of its own."""

    def __init__(self, **settings: Any) -> None:
        self.web = Web()
        self.memory = Memory()
        self.lost: list[Feed] = []
        self.settings = replace(read({"FETCH_TIMEOUT_SECONDS": "1", "PAGES": "off"}), **settings)
        self.looker = self.make(Reader())
        self.collector = Collector(self.memory.store, self.looker, self.settings, dice=lambda: 0.5)

    def make(self, reader: Reader) -> Looker:
        async def note(feed: Feed) -> None:
            self.lost.append(feed)

        parts = self.memory.store, self.web, reader, self.settings
        pages = PageFinder(self.web, reader, self.settings)
        return Looker(*parts, dice=lambda: 0.5, on_lost=note, pages=lambda: pages)

    def titles(self) -> list[str]:
        return [self.memory.items[one].item.title for one in self.memory.handed]

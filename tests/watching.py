"""Looks at one feed that names a hub and that Ann hears: the real store and looker, and a web that is made up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.items import ChatId, Document, Feed, Subscription
from bot.looking import Looker
from bot.parse.document import read
from bot.settings import Pages, Settings
from bot.store.client import Store
from bot.subscribe import Found, Subscriber
from tests.collecting import FEED, Web
from tests.conftest import Clock

HUB = "https://hub.example/"
ANN = ChatId(1)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SETTINGS = Settings(pages=Pages.OFF)


class Reader:
    """Reads documents here."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        """Return what the document says."""
        return read(body, url=url, content_type=content_type)


def atom(clock: Clock, names: Sequence[str], *, hub: str = HUB, me: str = FEED) -> bytes:
    """Return a feed whose items were published an hour after each other, the last one some minutes ago."""
    links = (f"<link rel='hub' href='{hub}'/>" if hub else "") + f"<link rel='self' href='{me}'/>"
    entries = ""
    for place, name in enumerate(reversed(names)):
        at = datetime.fromtimestamp(clock.ms / 1000 - 3600 * place - 421, UTC).isoformat()
        entries += f"<entry><title>{name}</title><id>{name}</id><updated>{at}</updated></entry>"
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><id>a</id>{links}{entries}</feed>".encode()


@dataclass
class Scene:
    """The real store, and a web with one feed that names a hub and that Ann hears."""

    store: Store
    clock: Clock
    web: Web = field(default_factory=Web)
    feed: Feed = field(init=False)

    def __post_init__(self) -> None:
        self.looker = Looker(self.store, self.web, Reader(), SETTINGS, dice=lambda: 0.5)

    def publish(self, *names: str, hub: str = HUB) -> None:
        self.web.put(FEED, atom(self.clock, names, hub=hub))

    async def look(self) -> int:
        """Look at the feed; return in how many ms it is due again."""
        await self.looker.look(self.feed.id)
        due_ms = await self.store.feeds.next_due_ms()
        assert due_ms is not None
        return due_ms - self.clock.ms

    async def trust(self) -> None:
        """Let the hub promise to push."""
        (push,) = await self.store.pushes.claim(8, MINUTE)
        assert await self.store.pushes.ask(push, "subscribe", MINUTE)
        assert await self.store.pushes.verify(
            push, "subscribe", push.topic, lease_ms=10 * DAY, renew_ms=8 * DAY
        )

    async def pushed_until(self) -> int:
        known = await self.store.feeds.get(self.feed.id)
        assert known
        return known.pushed_until_ms


async def a_scene(store: Store, clock: Clock) -> Scene:
    """Set the scene."""
    made = Scene(store, clock)
    made.publish("a", "b", "c")
    found = await Subscriber(store, made.web, Reader(), SETTINGS).find(FEED)
    assert isinstance(found, Found)
    made.feed = found.feed
    await store.chats.subscribe(Subscription(ANN, found.feed.id, 1))
    for number in range(6):  # beyond the first looks, which come soon
        clock.forward(HOUR)
        made.publish(*"abc", *map(str, range(number)))
        await made.look()
    return made

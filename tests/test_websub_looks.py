"""What looks and hubs have to do with each other: who is asked, who is trusted, and what is believed of a push."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.fetch.answer import Fetched
from bot.items import ChatId, Document, Feed, Subscription
from bot.looking import Looker, Outcome
from bot.parse.document import read
from bot.settings import Settings
from bot.store.client import Store
from bot.subscribe import Found, Subscriber
from tests.collecting import FEED, OTHER, Web
from tests.conftest import Clock

HUB = "https://hub.example/"
ANN = ChatId(1)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SETTINGS = Settings.model_validate({"pages": "off", "poll_min_seconds": 60, "poll_max_seconds": 86_400})


class Reader:
    """Reads documents here."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        """Return what the document says."""
        return read(body, url=url, content_type=content_type)


def atom(clock: Clock, names: Sequence[str], *, hub: str = HUB, me: str = FEED) -> bytes:
    """Return a feed whose items were published an hour after each other, the last one just now."""
    links = (f"<link rel='hub' href='{hub}'/>" if hub else "") + f"<link rel='self' href='{me}'/>"
    entries = ""
    for place, name in enumerate(reversed(names)):
        at = datetime.fromtimestamp(clock.ms / 1000 - 3600 * place, UTC).isoformat()
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


@pytest.fixture
async def scene(store: Store, clock: Clock) -> Scene:
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


async def test_the_hub_of_a_feed_that_is_subscribed_to_is_asked_before_anything_new_comes(
    store: Store, clock: Clock
) -> None:
    scene = Scene(store, clock)
    scene.publish("a")
    found = await Subscriber(store, scene.web, Reader(), SETTINGS).find(FEED)
    assert isinstance(found, Found)
    await store.chats.subscribe(Subscription(ANN, found.feed.id, 1))
    (push,) = await store.pushes.claim(8, MINUTE)
    assert (push.hub, push.topic) == (HUB, FEED)


async def test_a_feed_that_is_pushed_is_looked_at_seldom_and_as_ever_once_it_names_no_hub(
    scene: Scene,
) -> None:
    usual_ms = await scene.look()
    await scene.trust()
    scene.clock.forward(HOUR)
    stretched_ms = await scene.look()
    assert stretched_ms > 2 * usual_ms
    scene.publish("a", "b", "c", hub="")
    assert await scene.look() < stretched_ms / 2
    assert await scene.pushed_until() == 0


async def test_a_hub_that_missed_twice_is_not_waited_for(scene: Scene) -> None:
    await scene.trust()
    for name in "xy":
        scene.clock.forward(HOUR)
        scene.publish("a", "b", "c", name)
        due_ms = await scene.look()
    assert await scene.pushed_until() == 0
    assert due_ms <= 10 * MINUTE


async def test_what_a_hub_pushes_is_handed_on(scene: Scene) -> None:
    asked = len(scene.web.asked)
    look = await scene.looker.pushed(scene.feed.id, Fetched(FEED, atom(scene.clock, ["x"])))
    assert (look.outcome, look.new_items) == (Outcome.CHANGED, 1)
    assert len(scene.web.asked) == asked


async def test_an_old_push_that_comes_again_hands_nothing_on(scene: Scene) -> None:
    old = atom(scene.clock, ["long ago"])
    scene.clock.forward(3 * DAY)
    await scene.look()
    look = await scene.looker.pushed(scene.feed.id, Fetched(FEED, old))
    assert look.new_items == 0


@pytest.mark.parametrize("how", ["header", "document"])
async def test_a_document_of_another_feed_is_not_taken_for_this_ones(scene: Scene, how: str) -> None:
    body = atom(scene.clock, ["x", "y"], me=OTHER if how == "document" else FEED)
    links = (("self", OTHER),) if how == "header" else ()
    asked = len(scene.web.asked)
    look = await scene.looker.pushed(scene.feed.id, Fetched(FEED, body, links=links))
    assert look.new_items == 0
    assert len(scene.web.asked) == asked + 1, "the feed itself is asked"

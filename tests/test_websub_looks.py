"""What looks and hubs have to do with each other: who is asked, who is trusted, and what is believed of a push."""

import pytest

from bot.fetch.answer import Fetched
from bot.items import Subscription
from bot.looks import Outcome
from bot.store.client import Store
from bot.subscribe import Found, Subscriber
from tests.collecting import FEED, OTHER
from tests.conftest import Clock
from tests.watching import ANN, DAY, HOUR, HUB, MINUTE, SETTINGS, Reader, Scene, a_scene, atom


@pytest.fixture
async def scene(store: Store, clock: Clock) -> Scene:
    return await a_scene(store, clock)


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

"""A feed that is found elsewhere: what its chats hear of it, and what not."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.store.client import Store
from tests.collecting import FEED, OTHER
from tests.conftest import Clock
from tests.watching import DAY, HOUR, Scene, a_scene, atom


@pytest.fixture
async def scene(store: Store, clock: Clock) -> Scene:
    return await a_scene(store, clock)


async def heard(scene: Scene, *names: str, to: str | None = OTHER) -> int:
    """Look at the feed where permanent redirects lead to ``to``; return how many items are handed on."""
    scene.web.put(FEED, atom(scene.clock, names), moved_to=to)
    return (await scene.looker.look(scene.feed.id)).new_items


async def test_a_feed_that_moves_and_names_all_its_items_anew_repeats_none_but_tells_what_is_new(
    scene: Scene,
) -> None:
    old = [f"other-{number}" for number in range(60)]
    scene.clock.forward(HOUR)
    assert await heard(scene, *old) == 3, "of the last hours, which may have come since the last look"
    scene.clock.forward(HOUR)
    assert await heard(scene, *old[1:], "news") == 1
    known = await scene.store.feeds.get(scene.feed.id)
    assert known
    assert known.url == OTHER
    scene.clock.forward(HOUR)
    scene.web.put(OTHER, atom(scene.clock, [*old[2:], "news", "more"]))
    assert (await scene.looker.look(scene.feed.id)).new_items == 1


async def test_a_feed_that_moves_with_its_items_tells_all_that_it_did_not_tell(scene: Scene) -> None:
    await heard(scene, "a", "b", to=None)
    scene.clock.forward(HOUR)
    assert await heard(scene, *[f"late-{number}" for number in range(60)], "b") == 60


async def test_a_feed_that_was_away_for_long_tells_what_it_published_meanwhile_wherever_it_is(
    scene: Scene,
) -> None:
    scene.clock.forward(5 * DAY)
    assert await heard(scene, *[f"other-{number}" for number in range(100)]) == 100


async def test_all_new_items_at_the_same_feeds_other_scheme_are_told(scene: Scene) -> None:
    scene.clock.forward(HOUR)
    names = [f"other-{number}" for number in range(60)]
    assert await heard(scene, *names, to=FEED.replace("https", "http")) == 60


@pytest.mark.parametrize("how", ["days", "none"])
async def test_items_at_another_place_that_tell_the_day_alone_are_told_for_a_day_and_those_without_never(
    scene: Scene, how: str
) -> None:
    day = datetime.fromtimestamp(scene.clock.ms / 1000, UTC).date()
    entries = ""
    for number in range(30):
        at = f"<updated>{day - timedelta(days=number)}T00:00:00Z</updated>" if how == "days" else ""
        entries += f"<entry><title>No {number}</title><id>other-{number}</id>{at}</entry>"
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title>{entries}</feed>"
    scene.web.put(FEED, body.encode(), moved_to=OTHER)
    look = await scene.looker.look(scene.feed.id)
    assert look.new_items in ({1, 2} if how == "days" else {0})
    assert not (await scene.looker.look(scene.feed.id)).new_items

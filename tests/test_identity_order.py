"""When items were published, as far as documents tell, and what a look teaches about a feed."""

from datetime import timedelta

import pytest
from hypothesis import given

from bot.identity import feed_id, order, sight
from bot.items import Document, Feed, Item
from tests.test_identity import NOON, documents, make

NOTICED_MS = int(NOON.timestamp() * 1000)


def test_places_follow_publication_and_not_the_document() -> None:
    document = [make(2), make(0), make(1)]
    places = order(document, NOTICED_MS)
    assert sorted(range(3), key=places.__getitem__) == [0, 2, 1]


def test_an_item_from_the_future_is_placed_at_its_notice() -> None:
    document = [make(0, published=NOON + timedelta(days=2)), make(1, published=NOON + timedelta(days=1))]
    assert order(document, NOTICED_MS) == (NOTICED_MS, NOTICED_MS - 1)


def test_undated_documents_are_read_newest_first() -> None:
    document = [make(number, published=None) for number in range(3)]
    assert order(document, NOTICED_MS) == (NOTICED_MS, NOTICED_MS - 1, NOTICED_MS - 2)


def test_an_undated_item_stands_by_its_older_neighbour() -> None:
    down = [make(0), make(1, published=None), make(2)]
    up = down[::-1]
    assert sorted(range(3), key=order(down, NOTICED_MS).__getitem__) == [2, 1, 0]
    assert sorted(range(3), key=order(up, NOTICED_MS).__getitem__) == [0, 1, 2]
    assert order(down, NOTICED_MS)[1] < order([make(0)], NOTICED_MS)[0]


def test_an_update_time_serves_where_publication_is_not_told() -> None:
    assert order([make(1, published=None, updated=NOON - timedelta(days=1))], NOTICED_MS) == (
        NOTICED_MS - 86_400_000,
    )


@given(documents)
def test_places_are_distinct_and_never_in_the_future(document: list[Item]) -> None:
    places = order(document, NOTICED_MS)
    assert len(set(places)) == len(document) == len(places)
    assert all(place <= NOTICED_MS for place in places)
    dated = [(item.published, place) for item, place in zip(document, places, strict=True) if item.published]
    for one, first in dated:
        for two, second in dated:
            assert not (one < two and first > second)


def test_a_sighting_learns_the_feed_and_keeps_what_is_not_said() -> None:
    feed = Feed(feed_id("https://e.example/f"), "https://e.example/f", title="Old", language="de")
    document = Document("rss", title="New", link="https://e.example/", items=(make(1), make(2)))
    seen = sight(document, feed, NOTICED_MS)
    assert (seen.feed.title, seen.feed.link, seen.feed.language) == ("New", "https://e.example/", "de")
    assert seen.feed.rate_per_day == pytest.approx(24.0)
    assert len(seen.items) == len(seen.keys) == len(seen.order_ms) == 2
    assert sight(Document("rss"), seen.feed, NOTICED_MS).feed == seen.feed


def test_an_item_that_says_nothing_is_left_out() -> None:
    seen = sight(
        Document("rss", items=(Item(guid="x"), make(1), Item())), Feed(feed_id("x"), "x"), NOTICED_MS
    )
    assert seen.items == (make(1),)
    assert len(seen.keys) == len(seen.order_ms) == 1

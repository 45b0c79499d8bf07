"""Which items are the same, told by sequences of looks at one feed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAFeed
from bot.identity import (
    feed_id,
    recognise,
)
from bot.items import Document, Enclosure, Feed, Image, Item, Key
from bot.links import canonical_link

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Memory:
    """What a feed has shown, by the rule of the store: new if no trusted key was seen."""

    def __init__(self, url: str = "https://news.example/feed", link: str = "https://news.example/") -> None:
        self.feed = Feed(feed_id(url), url, link=link)
        self.seen: set[Key] = set()

    def look(self, items: Sequence[Item]) -> list[Item]:
        """Return the new items of a document, in its order."""
        known = recognise(items, self.feed)
        self.feed = replace(self.feed, weak_guid=known.weak_guid, weak_link=known.weak_link)
        new = []
        for item, keys in zip(items, known.keys, strict=True):
            if not self.seen.intersection(keys.trusted):
                new.append(item)
            self.seen.update(keys.all)
        return new


def make(number: int, **given: object) -> Item:
    """Return an ordinary item: all its names differ from those of other numbers."""
    item = Item(
        guid=f"id-{number}",
        title=f"Title {number}",
        link=f"https://news.example/{number}",
        published=NOON - timedelta(hours=number),
        summary_html=f"<p>Text {number}</p>",
    )
    return replace(item, **given)  # type: ignore[arg-type]  # fields by name, as the caller gives them


def later(memory: Memory, *documents: Sequence[Item]) -> list[int]:
    """Return how many items of each document are new."""
    return [len(memory.look(document)) for document in documents]


def test_the_same_document_brings_nothing_new() -> None:
    document = [make(number) for number in range(5)]
    assert later(Memory(), document, document, document[::-1], document[1:3], document) == [5, 0, 0, 0, 0]


def test_a_new_item_is_new_wherever_it_stands() -> None:
    document = [make(number) for number in range(5)]
    for place in range(6):
        memory = Memory()
        memory.look(document)
        assert memory.look([*document[:place], make(9), *document[place:]]) == [make(9)]


EDITS: dict[str, dict[str, object]] = {
    "title": {"title": "Corrected"},
    "content": {"summary_html": "<p>Corrected</p>"},
    "date": {"published": NOON + timedelta(hours=3)},
    "link": {"link": "https://news.example/a-new-slug"},
    "all but the guid": {
        "title": "C",
        "summary_html": "C",
        "published": None,
        "link": "https://news.example/c",
    },
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_item_with_its_guid_is_known(edit: dict[str, object]) -> None:
    document = [make(number) for number in range(3)]
    assert later(Memory(), document, [make(0, **edit), *document[1:]]) == [3, 0]


@pytest.mark.parametrize(
    "edit", [{"title": "Corrected"}, {"summary_html": "Corrected"}, {"published": NOON + timedelta(hours=3)}]
)
def test_an_edited_item_without_guid_is_known_by_its_link(edit: dict[str, object]) -> None:
    document = [make(number, guid=None) for number in range(3)]
    assert later(Memory(), document, [make(0, guid=None, **edit), *document[1:]]) == [3, 0]


def test_guids_that_change_at_every_fetch_repeat_nothing() -> None:
    looks = [[make(number, guid=f"{fetch}-{number}") for number in range(4)] for fetch in range(5)]
    assert later(Memory(), *looks) == [4, 0, 0, 0, 0]


def test_guids_and_dates_made_up_at_every_fetch_repeat_nothing() -> None:
    looks = [
        [
            make(number, guid=f"{fetch}-{number}", published=NOON + timedelta(minutes=fetch, seconds=number))
            for number in range(4)
        ]
        for fetch in range(5)
    ]
    assert later(Memory(), *looks) == [4, 0, 0, 0, 0]


def test_a_new_scheme_of_guids_repeats_nothing() -> None:
    before = [make(number) for number in range(4)]
    after = [make(number, guid=f"https://news.example/?p={number}") for number in range(4)]
    assert later(Memory(), before, after, [make(9, guid="https://news.example/?p=9"), *after]) == [4, 0, 1]


def test_a_feed_that_goes_https_repeats_nothing() -> None:
    before = [
        make(number, guid=f"http://news.example/{number}", link=f"http://news.example/{number}")
        for number in range(4)
    ]
    after = [
        replace(
            item,
            guid=f"https://www.news.example/{number}/",
            link=f"https://www.news.example/{number}/",
            title="Edited",
        )
        for number, item in enumerate(before)
    ]
    assert later(Memory(), before, after) == [4, 0]


def test_a_guid_with_a_session_in_it_repeats_nothing() -> None:
    looks = [
        [
            make(number, guid=f"https://news.example/{number};jsessionid={fetch}A", title=f"T{fetch}")
            for number in range(3)
        ]
        for fetch in range(3)
    ]
    assert later(Memory(), *looks) == [3, 0, 0]


@pytest.mark.parametrize(
    "guid", [None, "", " ", "0", "null", "-", "00000000-0000-0000-0000-000000000000", "same"]
)
def test_a_guid_that_says_nothing_swallows_and_repeats_nothing(guid: str | None) -> None:
    document = [make(number, guid=guid) for number in range(4)]
    assert later(Memory(), document, document[:2], [make(8, guid=guid), *document], document[::-1]) == [
        4,
        0,
        1,
        0,
    ]


def test_a_single_item_that_says_guid_0_is_replaced_by_a_new_one() -> None:
    assert later(Memory(), [make(1, guid="0")], [make(2, guid="0")], [make(2, guid="0")]) == [1, 1, 0]


def test_a_guid_that_is_the_sites_address_is_none() -> None:
    looks = [[make(number, guid="https://news.example/")] for number in range(3)]
    assert later(Memory(), *looks) == [1, 1, 1]


def test_a_constant_guid_is_not_trusted_again_once_the_other_items_are_gone() -> None:
    memory = Memory()
    assert later(memory, [make(1, guid="x"), make(2, guid="x")], [make(3, guid="x")]) == [2, 1]
    assert memory.feed.weak_guid


def test_guids_that_differ_in_their_fragment_are_different() -> None:
    thread = "https://forum.example/thread/7"
    document = [make(number, guid=thread, link=f"{thread}#post{number}") for number in range(3)]
    assert later(Memory(), document, [make(7, guid=thread, link=f"{thread}#post7"), *document]) == [3, 1]


def test_one_guid_and_link_twice_in_a_document_is_one_item() -> None:
    assert later(Memory(), [make(1), make(1, title="Again"), make(1)], [make(1)]) == [1, 0]


def test_one_item_under_two_guids_is_one_item() -> None:
    assert later(Memory(), [make(1), make(1, guid="id-1-again")]) == [1]


def test_a_live_blog_tells_its_items_on_one_page() -> None:
    page = "https://news.example/live"
    document = [make(number, link=page) for number in range(3)]
    assert later(Memory(), document, [make(7, link=page), *document]) == [3, 1]
    assert later(Memory(), [make(1, link=page)], [make(2, link=page)], [make(3, link=page)]) == [1, 1, 1]


def test_a_live_blog_without_guids_tells_them_by_title() -> None:
    page = "https://news.example/live"
    document = [make(number, link=page, guid=None) for number in range(3)]
    assert later(
        Memory(), document, [make(7, link=page, guid=None), *document], [make(7, link=page, guid=None)]
    ) == [3, 1, 0]


@pytest.mark.parametrize(
    "changed",
    [
        {"images": (Image("https://img.example/2.jpg?sig=1"),), "published": NOON},
        {"images": (Image("https://img.example/2.jpg?sig=1"),), "published": None},
        {"published": NOON},
    ],
    ids=["picture and date", "picture", "date"],
)
def test_a_photo_of_the_day_is_new_each_day(changed: dict[str, object]) -> None:
    def photo(guid: str, **given: object) -> Item:
        item = make(
            0, guid=guid, link="https://news.example/photo", title="Photo of the day", summary_html=""
        )
        return replace(item, **given)  # type: ignore[arg-type]  # fields by name

    first = photo("a", images=(Image("https://img.example/1.jpg"),), published=NOON - timedelta(days=1))
    earlier = make(5, published=NOON - timedelta(days=3))
    second = photo("b", **{"images": first.images, **changed})
    assert later(Memory(), [first, earlier], [second, first, earlier], [second]) == [2, 1, 0]


def test_signatures_in_picture_addresses_are_no_news() -> None:
    def fetched(fetch: int) -> list[Item]:
        picture = Image(f"https://img.example/1.jpg?sig={fetch}")
        return [make(1, guid=f"g{fetch}", published=None, images=(picture,))]

    assert later(Memory(), fetched(1), fetched(2)) == [1, 0]


def test_items_that_link_to_the_home_page_are_told_apart() -> None:
    looks = [
        [make(number, guid=None, link=link)]
        for number, link in enumerate(
            ["https://news.example", "http://www.news.example/", "https://other.example/"]
        )
    ]
    assert later(Memory(), *looks) == [1, 1, 1]


def test_reports_of_one_midnight_with_guids_of_their_own_are_all_news() -> None:
    document = [
        make(number, title="Report", link=None, published=NOON, guid=f"r{number}") for number in range(3)
    ]
    assert later(Memory(), document, document) == [3, 0]


def test_items_without_any_name_are_told_by_what_they_hold() -> None:
    bare = [Item(summary_html=f"<p>{text}</p>") for text in ("one", "two")]
    files = [Item(enclosures=(Enclosure(f"https://pod.example/{number}.mp3"),)) for number in range(2)]
    assert later(Memory(), [*bare, *files, Item()], [*bare, *files, Item()]) == [5, 0]


def test_a_short_notice_that_recurs_is_news_each_time_even_without_guid_and_link() -> None:
    document = [make(number, guid=None, link=None, title="", summary_html="Added") for number in range(3)]
    assert later(Memory(), document, document, [make(9, guid=None, link=None, title=""), *document]) == [
        3,
        0,
        1,
    ]


def test_white_space_and_markup_are_no_edit() -> None:
    one = Item(title="A  title", summary_html="<p>Caf&eacute;\n au lait</p>")
    two = Item(title="A title ", summary_html="<div>Café au <!-- x -->lait</div>")
    assert later(Memory(), [one], [two]) == [1, 0]


def test_a_guid_that_comes_and_goes_repeats_nothing() -> None:
    with_guid, without = [make(1), make(2)], [make(1, guid=None), make(2, guid=None)]
    assert later(Memory(), with_guid, without, with_guid) == [2, 0, 0]
    assert later(Memory(), without, with_guid, without) == [2, 0, 0]


# Properties

names = st.sampled_from(
    [None, "", "0", "a", "b", "https://news.example/a", "http://news.example/a?utm_source=x"]
)
links = st.sampled_from(
    [None, "https://news.example", "https://news.example/a", "https://news.example/b", "x:y"]
)
dates = st.sampled_from([None, NOON, NOON - timedelta(seconds=1), NOON - timedelta(days=1)])
odd_items = st.builds(
    Item,
    guid=names,
    title=st.sampled_from(["", "One", "Two"]),
    link=links,
    published=dates,
    summary_html=st.sampled_from(["", "x", "<b>y</b>"]),
)
documents = st.lists(odd_items, max_size=8)


@given(documents, st.data())
def test_no_part_and_no_order_of_what_was_seen_is_new(document: list[Item], data: st.DataObject) -> None:
    memory = Memory()
    memory.look(document)
    for _ in range(3):
        part = data.draw(st.permutations(document)) if document else []
        assert memory.look(part[: data.draw(st.integers(0, len(part)))]) == []


@given(documents, st.lists(st.integers(0, 20), unique=True, max_size=6), st.randoms())
def test_items_that_share_nothing_with_any_other_are_always_new(
    odd: list[Item], numbers: list[int], random: object
) -> None:
    memory = Memory()
    memory.look(odd)
    fresh = [make(number) for number in numbers]
    assert memory.look([*fresh, *odd]) == fresh


@given(documents)
def test_every_item_has_a_trusted_key_and_trusted_keys_are_its_own(document: list[Item]) -> None:
    for keys in recognise(document, Memory().feed).keys:
        assert keys.trusted
        assert set(keys.trusted) <= set(keys.all)
        assert all(-(2**63) <= key < 2**63 for key in keys.all)


def test_ten_thousand_items_take_linear_time() -> None:
    document = [make(number, summary_html="<" * 2000) for number in range(2000)]
    begun = datetime.now(UTC)
    recognise(document, Memory().feed)
    assert datetime.now(UTC) - begun < timedelta(seconds=5)


# Real feeds


def _read(name: str) -> Document:
    from bot.parse.document import read  # noqa: PLC0415  only where there is a corpus to read

    return read((CORPUS / "feeds" / name).read_bytes(), url="https://feed.example/")


@pytest.fixture(scope="module")
def manifest() -> dict[str, list[dict[str, object]]]:
    if not (CORPUS / "manifest.json").exists():
        pytest.skip("the corpus is not here")
    found: dict[str, list[dict[str, object]]] = json.loads((CORPUS / "manifest.json").read_text("utf-8"))
    return found


def test_of_two_fetches_of_a_real_feed_one_item_is_new(manifest: dict[str, list[dict[str, object]]]) -> None:
    memory = Memory()
    memory.look(_read("macrumors-2014-t1.rss").items)
    (new,) = memory.look(_read("macrumors-2014-t2.rss").items)
    assert new.title == "Apple Adds Beats Music to App Store List of 'Apps Made by Apple'"


def test_real_feeds_repeat_nothing_and_swallow_nothing(manifest: dict[str, list[dict[str, object]]]) -> None:
    for entry in manifest["files"]:
        name = str(entry["file"])
        try:
            document = _read(name)
        except NotAFeed:
            continue
        memory = Memory("https://feed.example/", document.link or "")
        first = memory.look(document.items)
        distinct = {
            (
                canonical_link(item.link or ""),
                item.title,
                item.published,
                item.summary_html,
                item.content_html,
            )
            for item in document.items
        }
        guids = {(item.guid or "").strip() or item for item in document.items}
        assert min(len(distinct), len(guids)) <= len(first) <= len(document.items), name
        assert memory.look(document.items) == [], name
        assert memory.look(document.items[::-1]) == [], name

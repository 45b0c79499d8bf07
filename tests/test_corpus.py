"""Captured feeds with expected values beside them; they lie outside the repository and may be absent."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotAFeed
from bot.items import Document, Item
from bot.parse.document import read

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"

pytestmark = pytest.mark.skipif(
    not (CORPUS / "manifest.json").exists(), reason="the corpus of captured feeds is not here"
)


def manifest() -> list[dict[str, Any]]:
    file = CORPUS / "manifest.json"
    if not file.exists():
        return []
    files: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["files"]
    return files


FEEDS = [one for one in manifest() if one["expect"]["is_feed"]]
OTHERS = [one for one in manifest() if not one["expect"]["is_feed"]]


def name(one: dict[str, Any]) -> str:
    return str(one["file"])


@cache
def document(file: str, url: str) -> Document:
    return read((CORPUS / "feeds" / file).read_bytes(), url=url)


def parsed(one: dict[str, Any]) -> Document:
    return document(one["file"], one.get("assumed_feed_url", ""))


def first(one: dict[str, Any]) -> tuple[Item, dict[str, Any]]:
    expected = one["expect"].get("first")
    if not expected:
        pytest.skip("no first item is expected")
    return parsed(one).items[0], expected


@pytest.mark.parametrize("one", OTHERS, ids=name)
def test_what_is_no_feed_is_called_none(one: dict[str, Any]) -> None:
    with pytest.raises(NotAFeed, match="not a feed"):
        parsed(one)


@pytest.mark.parametrize("one", FEEDS, ids=name)
def test_all_items_are_found_under_the_ids_they_have(one: dict[str, Any]) -> None:
    expected, guids = one["expect"], [item.guid for item in parsed(one).items]
    assert len(guids) == expected["entries"]
    assert len({guid for guid in guids if guid}) == expected["distinct_ids"]
    assert guids.count(None) == expected["entries_without_id"]


@pytest.mark.parametrize("one", FEEDS, ids=name)
def test_the_feed_has_its_title(one: dict[str, Any]) -> None:
    if one["expect"]["feed_title"] is None and one["format"] == "html":
        pytest.skip("a feed inside a page: nothing is expected of its title")
    assert parsed(one).title == (one["expect"]["feed_title"] or "")


@pytest.mark.parametrize("one", FEEDS, ids=name)
def test_the_first_item_has_its_title_id_and_link(one: dict[str, Any]) -> None:
    item, expected = first(one)
    titles = (expected["title"] or "", expected.get("title_if_double_encoding_is_repaired"))
    assert item.title in titles
    assert item.guid == expected["id"]
    assert item.link in expected.get("link_accept", [expected["link"]])


@pytest.mark.parametrize("one", FEEDS, ids=name)
def test_the_first_item_has_its_time(one: dict[str, Any]) -> None:
    item, expected = first(one)
    time = item.published.strftime("%Y-%m-%dT%H:%M:%SZ") if item.published else None
    assert time in expected.get("published_accept", [expected["published"]])


@pytest.mark.parametrize("one", FEEDS, ids=name)
def test_the_first_item_has_its_picture_and_no_pixel(one: dict[str, Any]) -> None:
    item, expected = first(one)
    accepted = [expected["image"], *expected.get("image_also_acceptable", [])]
    if "null is as good" in expected.get("image_note", ""):
        accepted.append(None)
    assert (item.images[0].url if item.images else None) in accepted
    shown = {url for image in item.images for url in (image.url, *image.alternatives)}
    assert not shown & set(expected.get("image_must_not_be", []))


@pytest.mark.parametrize(
    "one", [one for one in FEEDS if "enclosure" in (one["expect"].get("first") or {})], ids=name
)
def test_the_first_item_has_its_enclosure(one: dict[str, Any]) -> None:
    item, expected = first(one)
    address = expected["enclosure"]["url"]
    if not address.startswith("http"):
        pytest.skip("a placeholder, not an address")
    assert address in {*(file.url for file in item.enclosures), *(image.url for image in item.images)}


@pytest.mark.parametrize("one", FEEDS, ids=name)
def test_every_item_is_fit_to_be_sent(one: dict[str, Any]) -> None:
    for item in parsed(one).items:
        assert item.title == " ".join(item.title.split())
        assert item.link is None or item.link.startswith(("http://", "https://"))
        assert all(image.url.startswith(("http://", "https://")) for image in item.images)
        repr(item).encode()

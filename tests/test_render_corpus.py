"""Every item of the corpus, set: Telegram reads of each message exactly what we wrote."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import NotAFeed
from bot.items import FeedId, Item, ItemId, Length, StoredItem, Style
from bot.parse.document import read
from bot.render.characters import is_blank
from bot.render.look import MOST_MESSAGES, Look
from bot.render.markup import read_html
from bot.render.message import compose
from bot.render.parts import CAPTION_LIMIT, ENTITY_LIMIT, TEXT_LIMIT, RichText, units
from bot.render.preview import summary
from bot.render.serialise import serialise
from tests.oracle import as_sent, has_marks, looks, parse_html

FEEDS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "feeds"
LOOK = Look(ZoneInfo("Asia/Shanghai"), "en", hashtags=True, author=True)

Corpus = list[tuple[str, Item]]


def items(paths: Iterable[Path], most: int | None = None) -> Iterator[tuple[str, Item]]:
    for path in paths:
        try:
            document = read(path.read_bytes(), url="https://feeds.example.org/feed")
        except NotAFeed:
            continue
        for item in document.items[:most]:
            yield path.name, item


def feeds() -> list[Path]:
    if not FEEDS.is_dir():
        pytest.skip("the corpus of feeds is not beside this checkout")
    return sorted(FEEDS.iterdir())


@pytest.fixture(scope="module")
def sample() -> Corpus:
    """Three items of every third feed: the others of a feed are set by the same templates."""
    return list(items(feeds()[::3], 3))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """All items of all feeds."""
    return list(items(feeds()))


def check(name: str, rich: RichText) -> None:
    assert parse_html(serialise(rich)) == rich, name
    if not has_marks(rich.text):
        sent = as_sent(rich)
        assert sent.text == rich.text, name
        assert looks(sent) == looks(rich), name


def check_set(name: str, item: Item, look: Look) -> None:
    message = compose(StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0), look)
    assert len(message.rest) < MOST_MESSAGES, name
    for number, text in enumerate((message.text, *message.rest)):
        assert not is_blank(text.text), name
        assert units(text.text) <= (CAPTION_LIMIT if message.media and not number else TEXT_LIMIT), name
        assert len(text.entities) <= ENTITY_LIMIT, name
        check(name, text)


def looks_for(style: Style) -> list[Look]:
    return [replace(LOOK, style=style, length=one, split=one is Length.LONG) for one in Length]


def test_items_in_every_style_are_read_back_as_they_were_written(sample: Corpus) -> None:
    assert len(sample) > 100
    for number, (name, item) in enumerate(sample):
        for style in Style:
            check_set(name, item, looks_for(style)[number % 3])


@pytest.mark.soak
@pytest.mark.parametrize("style", list(Style))
def test_every_item_in_every_style_and_length_is_read_back_as_it_was_written(
    corpus: Corpus, style: Style
) -> None:
    assert len(corpus) > 4000
    for name, item in corpus:
        for look in looks_for(style):
            check_set(name, item, look)


def test_bodies_are_read_back_as_they_were_written(sample: Corpus) -> None:
    for name, item in sample:
        rich = read_html(item.content_html or item.summary_html, item.base)
        if rich.text:
            check(name, rich)


@pytest.mark.soak
def test_every_body_is_read_back_as_it_was_written(corpus: Corpus) -> None:
    test_bodies_are_read_back_as_they_were_written(corpus)


def test_every_plain_summary_says_what_its_message_says(sample: Corpus) -> None:
    for name, item in sample:
        stored = StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0)
        text = compose(stored, Look(ZoneInfo("UTC"), "en")).text.text
        letters = "".join(one for one in text if one.isalnum())
        assert "".join(one for one in summary(item) if one.isalnum()) in letters, name

"""Every item of the corpus, set: Telegram reads of each message exactly what we wrote."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import NotAFeed
from bot.items import FeedId, Item, ItemId, StoredItem
from bot.parse.document import read
from bot.render.characters import is_blank
from bot.render.look import Look
from bot.render.markup import read_html
from bot.render.message import compose
from bot.render.parts import CAPTION_LIMIT, ENTITY_LIMIT, RichText, units
from bot.render.preview import summary
from bot.render.serialise import serialise
from tests.oracle import as_sent, has_marks, looks, parse_html

FEEDS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "feeds"
MOST = 25
"""Items of one feed: the others are set by the same templates."""


def items() -> Iterator[tuple[str, Item]]:
    for path in sorted(FEEDS.iterdir()):
        try:
            document = read(path.read_bytes(), url="https://feeds.example.org/feed")
        except NotAFeed:
            continue
        for item in document.items[:MOST]:
            yield path.name, item


@pytest.fixture(scope="module")
def corpus() -> list[tuple[str, Item]]:
    if not FEEDS.is_dir():
        pytest.skip("the corpus of feeds is not beside this checkout")
    return list(items())


def check(name: str, rich: RichText) -> None:
    assert parse_html(serialise(rich)) == rich, name
    if not has_marks(rich.text):
        sent = as_sent(rich)
        assert sent.text == rich.text, name
        assert looks(sent) == looks(rich), name


def test_every_message_is_read_back_as_it_was_written(corpus: list[tuple[str, Item]]) -> None:
    assert len(corpus) > 1000
    for name, item in corpus:
        stored = StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0)
        message = compose(stored, Look(ZoneInfo("UTC"), "en"))
        assert not is_blank(message.text.text), name
        assert units(message.text.text) <= CAPTION_LIMIT, name
        assert len(message.text.entities) <= ENTITY_LIMIT, name
        check(name, message.text)


def test_every_body_is_read_back_as_it_was_written(corpus: list[tuple[str, Item]]) -> None:
    for name, item in corpus[::2]:
        rich = read_html(item.content_html or item.summary_html, item.base)
        if rich.text:
            check(name, rich)


def test_every_plain_summary_says_what_its_message_says(corpus: list[tuple[str, Item]]) -> None:
    for name, item in corpus[::7]:
        stored = StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0)
        text = compose(stored, Look(ZoneInfo("UTC"), "en")).text.text
        letters = "".join(one for one in text if one.isalnum())
        assert "".join(one for one in summary(item) if one.isalnum()) in letters, name

"""Every item of the corpus as a rich message: the local Telegram takes it, and nothing that can be read is lost."""

import contextlib
import random
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.errors import NotAFeed
from bot.items import FeedId, Item, ItemId, StoredItem
from bot.parse.document import read
from bot.playground.richblocks import blocks_of, files_in
from bot.render.article import rich_of
from bot.render.blocks import MEDIA_LIMIT, SOURCE_LIMIT, Size, html
from bot.render.body import read_body
from bot.render.look import Look
from bot.render.markup import read_html
from bot.render.parts import EntityKind
from tests.test_render_corpus import FEEDS

LOOK = Look(ZoneInfo("UTC"), "en")
SEED = 20_261_126
OTHERWISE = ("display", "Подробнее", "mailto:", "<video", "<audio", "<th>")
"""What is read otherwise in a message: the hidden, tails in the midst of a paragraph, links to addresses that
a message writes out, files, to which an article's foot leads, and tables told as "heading: value"."""

MUTANTS = 10_000


def corpus(step: int) -> list[tuple[str, Item]]:
    """Return the items of every ``step``-th feed that have a body."""
    if not FEEDS.is_dir():
        pytest.skip("the corpus of feeds is not beside this checkout")
    found = []
    for path in sorted(FEEDS.iterdir())[::step]:
        with contextlib.suppress(NotAFeed):
            document = read(path.read_bytes(), url="https://feeds.example.org/feed")
            found += [(path.name, one) for one in document.items if one.content_html or one.summary_html]
    return found


@pytest.fixture(scope="module")
def some() -> list[tuple[str, Item]]:
    return corpus(12)


@pytest.fixture(scope="module")
def every() -> list[tuple[str, Item]]:
    return corpus(1)


def check(name: str, item: Item) -> bool:
    """Hold that what is made of ``item`` is taken; tell whether anything was."""
    made = rich_of(StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0), LOOK)
    if made is None:
        return False
    assert made.showing({url: url for url, *_ in made.pictures}) == made.html, name
    assert made.showing({}) == made.without_media, name
    some = made.showing({url: url for url, *_ in made.pictures[::2]})
    for one in (made.html, some, made.without_media):
        assert len(one.encode()) <= SOURCE_LIMIT, name
        pictures = list(files_in(blocks_of(one)))
        assert (
            len(pictures) <= (0 if one is made.without_media else MEDIA_LIMIT)
            or made.html == made.without_media
        ), name
    return True


def said(block: object, links: set[str]) -> str:
    """Return what can be read in blocks, and add where they lead."""
    if isinstance(block, str):
        return block
    if isinstance(block, list):
        return "".join(said(one, links) for one in block)
    if not isinstance(block, dict):
        return ""
    links |= {str(block["url"])} if "url" in block else set()
    names = ("summary", "text", "items", "caption", "cells", "blocks", "credit")
    return "".join(said(block[name], links) for name in names if name in block)


def letters(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text) if one.isalpha())


def differing(some: Iterable[tuple[str, Item]]) -> tuple[int, list[str]]:
    """Return how many bodies fit a message, and those that say less or other than their plain reading."""
    seen, other = 0, []
    for name, item in some:
        source = item.content_html or item.summary_html
        sheet = read_body(source, item.base, Size())
        if sheet.is_cut or sheet.size.media >= MEDIA_LIMIT:  # captions go with pictures left out
            continue
        if any(one in source for one in OTHERWISE):
            continue
        seen += 1
        links: set[str] = set()
        text = said(blocks_of(html(sheet.blocks)), links) if sheet.blocks else ""
        plain = read_html(source, item.base, limit=SOURCE_LIMIT)
        wanted = {one.url.replace('"', "%22") for one in plain.entities if one.kind is EntityKind.LINK}
        if letters(text) != letters(plain.text) or not wanted <= links:
            other.append(f"{name}: {item.title}")
    return seen, other


def test_what_is_made_of_real_items_is_taken(some: list[tuple[str, Item]]) -> None:
    assert sum(check(*one) for one in some) > 10


def test_nothing_that_can_be_read_is_lost(some: list[tuple[str, Item]]) -> None:
    seen, other = differing(some)
    assert seen > 150
    assert other == []


@pytest.mark.soak
def test_what_is_made_of_every_item_is_taken_and_nothing_is_lost(every: list[tuple[str, Item]]) -> None:
    assert sum(check(*one) for one in every) > 300
    seen, other = differing(every)
    assert seen > 2000
    assert other == []


@pytest.mark.soak
def test_what_is_made_of_items_gone_wrong_is_taken(every: list[tuple[str, Item]]) -> None:
    dice = random.Random(SEED)
    pieces = [item.content_html or item.summary_html for _, item in every]
    for number in range(MUTANTS):
        name, item = dice.choice(every)
        made = mutated(item.content_html or item.summary_html, pieces, dice)
        check(f"{name}, mutant {number} of seed {SEED}", replace(item, content_html=made, enclosures=()))


def mutated(source: str, others: list[str], dice: random.Random) -> str:
    """Return ``source`` with pieces of it lost, repeated, swapped, or replaced by those of another."""
    for _ in range(dice.randrange(1, 8)):
        start = dice.randrange(len(source) + 1)
        end = min(len(source), start + dice.randrange(1, 400))
        other = dice.choice(others)
        place = dice.randrange(len(other) + 1)
        piece = dice.choice(
            ("", source[start:end] * 2, other[place : place + 400], "<", ">", '"', "</div>", "<table>")
        )
        source = source[:start] + piece + source[end:]
    return source

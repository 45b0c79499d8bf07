"""Keys are stored: whatever makes them quickly, makes those that were made of the same names before."""

import html
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from bot.identity import feed_id, recognise, sight, takes_long
from bot.items import Document, Enclosure, Feed, Image, Item
from bot.links import canonical_link

FEED = Feed(feed_id("https://news.example/feed"), "https://news.example/feed")
ITEM = Item(
    guid="a guid", title="A title", link="https://news.example/1", published=datetime(2026, 3, 1, tzinfo=UTC)
)
WHITE = [
    " ",
    "  ",
    "\n",
    "\t",
    "\r\n",
    "\x0b",
    "\x1c",
    "\x85",
    "\xa0",
    "\u1680",
    "\u2009",
    "\u2028",
    "\u3000",
]
MARKS = [
    "<p>",
    "</p>",
    "<",
    ">",
    "<br",
    "&nbsp;",
    "&emsp;",
    "&#32;",
    "&amp;nbsp;",
    "&",
    "\x00",
    "\u200b",
    "\ud83d",
    "新",
    "word",
]
HTML = st.lists(st.sampled_from(WHITE + MARKS) | st.text(max_size=4), max_size=30).map("".join)
PARTS = ["//", "/", "a", ".jpg", ".webp", ".x", "?", "#", "w=1", "&", ".é12"]
ADDRESSES = st.lists(st.sampled_from(PARTS), max_size=12).map(
    lambda parts: "https://i.example/" + "".join(parts)
)


def keys_of(item: Item) -> list[int]:
    """Return the keys of an item that has all names, by the plainest way to them."""
    link, title, stamp = canonical_link(item.link or ""), item.title, str(item.published).replace(" ", "T")
    text = " ".join(html.unescape(" ".join(re.split("<[^<>]*>", item.content_html))).split())
    addresses = [re.sub(r"(//[^?#]*\.\w{3,4})[?#].*", r"\1", canonical_link(one.url)) for one in item.images]
    files = [] if text else [canonical_link(one.url) for one in item.enclosures]
    names = ("G", item.guid or ""), ("L", link), ("P", link, title, stamp)
    whole = ("D", link, title, stamp, text, *addresses, *files), ("C", link, title, text, *addresses, *files)
    return [_signed("\0".join(one)) for one in (*names, *whole)]


def _signed(name: str) -> int:
    number = xxh3_64_intdigest(name.encode("utf-8", "surrogatepass"))
    return number - 2**64 if number >= 2**63 else number


@given(HTML, st.lists(ADDRESSES, max_size=1), st.lists(ADDRESSES, max_size=2))
def test_a_key_is_what_it_ever_was(content: str, images: Sequence[str], files: Sequence[str]) -> None:
    item = replace(
        ITEM,
        content_html=content,
        images=tuple(map(Image, images)),
        enclosures=tuple(map(Enclosure, files)),
    )
    (keys,) = recognise([item], FEED).keys
    assert list(keys.all) == keys_of(item)


def test_addresses_made_to_keep_us_busy_do_not() -> None:
    odd = [f"https://i.example/{'//.a' * 980}?{number}" for number in range(100)]
    odd += [f"https://{'é.' * 1900}{number}/" for number in range(100)]
    odd += [f"https://{''.join(map(chr, range(20_000, 20_240)))}.{number}/" for number in range(100)]
    items = tuple(Item(title=one[-2:], link=one, images=(Image(one),)) for one in odd)
    begun = time.process_time()
    sight(Document("rss", items=items), FEED, 0)
    assert time.process_time() - begun < 1, "0.1 s; it took 6"


@pytest.mark.parametrize(
    "items",
    [
        (ITEM,) * 101,
        (replace(ITEM, content_html="words " * 8000),) * 4,
        (replace(ITEM, content_html="&é" * 1500),) * 2,
        (replace(ITEM, guid="_" * 1_000_000),),
        (replace(ITEM, link="https://news.example/?" + "a&" * 1900),) * 10,
        (replace(ITEM, link=f"https://{'é.' * 120}/"),) * 10,
        (replace(ITEM, enclosures=(Enclosure("https://news.example/?" + "a&" * 1900),) * 10),),
        (replace(ITEM, enclosures=(Enclosure("https://n.e"),) * 1000),),
    ],
    ids=["items", "texts", "references", "guids", "links", "hosts", "files", "many-files"],
)
def test_what_takes_long_is_known_before(items: tuple[Item, ...]) -> None:
    assert takes_long(Document("rss", items=items))
    assert not takes_long(Document("rss", items=items[:1])) or len(items) == 1
    assert not takes_long(Document("rss", items=(ITEM,) * 100))

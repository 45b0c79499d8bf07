"""An item is kept as a few hundred bytes, and comes back as it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CorruptRecord
from bot.items import FeedId, Image, Item, ItemId, Page, StoredItem
from bot.store.records import inflated, pack, unpack

ITEM = Item(
    guid="1",
    title="Ärger 🎈",
    link="https://a.example/1",
    published=datetime(2026, 1, 2, tzinfo=UTC),
    content_html="<p>The new government</p>",
    images=(Image("https://a.example/1.jpg", ("https://b.example/1.jpg",), 10, 20),),
    tags=("x",),
)
STORED = StoredItem(
    ItemId("abcdefghijk.lmnopqrstuv"), FeedId("abcdefghijk"), ITEM, 5, 3, Page(lead_html="<p>lead")
)

BEFORE = bytes.fromhex(
    "018b564a4c4a4e494d4bcfc8cccad6cbc9cdcb2f2804baa7b44c49c754c75847c91058461e6e01467b91c287f97d1d401e2c"
    "4613f5522b80319493aa0f5463686e666e0c2a1641005286420b6708823a07d597204728e9444763331254da02e5e0524968"
    "52b13a86063a4606b1b1e0b25aa9022880547c431c00b4340798d4402e888d0500"
)
"""The same item, as it was deflated at first."""


def test_an_item_comes_back_as_it_was() -> None:
    assert unpack(pack(STORED)) == STORED


def test_a_record_of_the_first_form_is_read() -> None:
    assert unpack(BEFORE) == STORED


@pytest.mark.parametrize("made", [BEFORE, pack(STORED)], ids=["deflated", "now"])
def test_a_record_that_is_damaged_anywhere_is_read_or_told_and_nothing_else(made: bytes) -> None:
    for place in range(len(made)):
        for broken in (made[:place], made[:place] + bytes([made[place] ^ 0x55]) + made[place + 1 :]):
            try:
                unpack(broken)
            except CorruptRecord:
                continue


@given(
    st.text(max_size=40) | st.text(st.sampled_from('"\\/\n\r\t\x00\x1f\x7f\x85\u2028\ud83d<é🎈'), max_size=40)
)
def test_html_comes_back_as_it_was_but_for_halves_of_letters(html: str) -> None:
    item = replace(ITEM, summary_html=html, content_html=html * 2)
    whole = html.encode(errors="replace").decode()
    kept = replace(item, summary_html=whole, content_html=whole * 2)
    assert unpack(pack(replace(STORED, item=item))) == replace(STORED, item=kept)


def test_a_record_is_the_list_that_versions_before_read() -> None:
    item = replace(ITEM, summary_html='<a href="x">\n', content_html="\x01\\")
    fields = json.loads(inflated(pack(replace(STORED, item=item))))
    assert fields[:4] == [STORED.id, 5, 3, "1"]
    assert fields[11:13] == [item.summary_html, item.content_html]
    assert len(fields) == 19

"""OPML in and out: what readers write is understood, and what nobody honest writes is refused."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import opml
from bot.opml import Outline

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<!-- a reader's export -->
<opml version="1.0"><head><title>Feeds</title></head><body>
  <outline text="Alone" type="rss" xmlUrl="https://a.example/feed"/>
  <outline text="News"><outline title="World" text="w" xmlUrl="https://b.example/rss?a=1&amp;b=2"/>
    <outline text="Asia"><outline text="中文" XMLURL=" https://c.example/ "/></outline></outline>
  <outline text="again" xmlUrl="https://a.example/feed"/>
  <outline text="empty folder"/>
</body></opml>"""


def test_addresses_titles_and_folders_are_read_in_order_each_once() -> None:
    assert opml.read(LIST.encode()) == (
        Outline("https://a.example/feed", "Alone"),
        Outline("https://b.example/rss?a=1&b=2", "World", "News"),
        Outline("https://c.example/", "中文", "News/Asia"),
    )


def test_other_encodings_are_read_as_declared() -> None:
    wide = LIST.replace("UTF-8", "UTF-16").encode("utf-16")
    assert opml.read(wide) == opml.read(LIST.encode())
    chinese = LIST.replace("UTF-8", "GB18030").encode("gb18030")
    assert opml.read(chinese) == opml.read(LIST.encode())


def test_a_bare_ampersand_is_mended_and_nothing_is_lost() -> None:
    document = b'<opml><body><outline text="Q&A" xmlUrl="https://a.example/?x=1&y=2&amp;z=3"/></body></opml>'
    assert opml.read(document) == (Outline("https://a.example/?x=1&y=2&z=3", "Q&A"),)


BOMB = (
    b'<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (c + 1, b"&%c;" % c * 10) for c in range(ord("a"), ord("j")))
    + b"]>"
)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\x00\xff",
        b"not xml at all",
        b"<html><body>hello</body></html>",
        b"<rss><channel/></rss>",
        b"<opml><body>",
        BOMB + b'<opml><body><outline text="&j;" xmlUrl="https://a.example/"/></body></opml>',
        BOMB + b"<opml><body>&j;</body></opml>",
        b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/hostname">]><opml><body>&x;</body></opml>',
        b"<opml>" + b"<outline>" * 100_000,
        b"<opml>" + b" " * opml.MAX_BYTES,
    ],
    ids=lambda document: repr(document[:30]),
)
def test_what_is_no_list_is_refused_in_a_sentence_and_soon(document: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(ValueError, match=r"^This .*[.]$"):
        opml.read(document)
    assert time.monotonic() - began < 2


def test_a_list_beyond_any_person_is_refused() -> None:
    outlines = [Outline(f"https://a.example/{n}") for n in range(opml.MAX_OUTLINES + 1)]
    with pytest.raises(ValueError, match="more than"):
        opml.read(opml.write(outlines))


def test_an_overlong_address_is_left_out() -> None:
    long = Outline("https://a.example/" + "x" * opml.ADDRESS_LIMIT)
    assert opml.read(opml.write([long, Outline("https://b.example/")])) == (Outline("https://b.example/"),)


letters = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp", "Cs"], exclude_characters="\ufffe\uffff"
    ),
    max_size=40,
)
outlines = st.builds(Outline, letters.map(lambda tail: f"https://a.example/{tail}"), letters, letters).filter(
    lambda one: one.title != one.url  # which is written where there is no title
)


@given(st.lists(outlines, unique_by=lambda one: one.url, max_size=8))
def test_what_is_written_is_read_again(given_outlines: list[Outline]) -> None:
    read = opml.read(opml.write(given_outlines))
    assert sorted(read, key=lambda one: one.url) == sorted(given_outlines, key=lambda one: one.url)


@given(st.binary(max_size=200))
def test_no_bytes_bring_anything_but_feeds_or_a_sentence(document: bytes) -> None:
    try:
        assert opml.read(b"<opml>" + document + b"</opml>") is not None
    except ValueError as error:
        assert str(error).endswith(".")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_be_written(title: str, folder: str) -> None:
    written = opml.write([Outline("https://a.example/", title, folder)])
    assert [one.url for one in opml.read(written)] == ["https://a.example/"]

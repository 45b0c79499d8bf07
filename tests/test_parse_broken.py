"""Feeds that are not well-formed, each kind once: every item is found, and none swallows the next."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import Document, Item
from bot.parse.balance import DEEPEST, MOST_ATTRIBUTES, balance
from bot.parse.document import attempt, read
from bot.parse.scan import Accepted, scan
from bot.parse.verdict import Effort

ONE = "<item><title>one</title><link>https://a.example/1</link><description>d</description></item>"
TWO = "<item><title>two</title><link>https://a.example/2</link></item>"


def items(inner: str, *, end: str = "</channel></rss>") -> tuple[Item, ...]:
    """Read a feed with ``inner`` as its items, with as little effort as a good one."""
    body = f'<rss version="2.0"><channel><title>T</title><link>https://a.example/</link>{inner}{end}'
    found = attempt(body.encode(), url="https://a.example/f", effort=Effort.ACCEPTED_ONLY)
    assert isinstance(found, Document)
    assert found.title == "T"
    return found.items


@pytest.mark.parametrize(
    "inner",
    [
        "<item><title>one<link>https://a.example/1</link></item>",
        "<item><link>https://a.example/1</link><title>one</item>",
        "<item><title>one</title><link>https://a.example/1</link>",
        "<item><title><b>one</title></b><link>https://a.example/1</link></item>",
        "<item></p><title>one</title></b><link>https://a.example/1</link></item>",
        "<item><Title>one</title><link>https://a.example/1</Link></item>",
        "<item><title a=1 a=2 b>one</title><link x='<'>https://a.example/1</link></item>",
        "<item><title>one</title><link>https://a.example/1</link><p>never closed<br></item>",
        "<item><title><![CDATA[one</title><link>https://a.example/1</link></item>",
        '<item><title>one</title><enclosure url="http://a.example/"b.mp3" x:="1"/><link>https://a.example/1</link></item>',
        "<item><title>one</title><link>https://a.example/1</link><p>by <bo@a.example> of <http://a.example/></item>",
        '<item><title>one</title><link>https://a.example/1</link><enclosure url="https://a.example/a<b>.mp3"></item>',
        "<item><title>one<!-- </title><link>https://a.example/1</link></item>",
        "<item><title>one</title><link>https://a.example/1</link></item></channel></item>",
    ],
)
def test_what_is_left_open_is_closed_before_the_next_item(inner: str) -> None:
    found = items(inner + TWO)
    assert [(item.title, item.link) for item in found] == [
        ("one", "https://a.example/1"),
        ("two", "https://a.example/2"),
    ]


@pytest.mark.parametrize("cut", range(len(ONE) - len("</item>")))
def test_a_download_that_broke_off_gives_whole_items_and_no_half_field(cut: int) -> None:
    first, *rest = items(TWO + ONE[:cut], end="")
    assert first.title == "two"
    assert len(rest) <= 1
    for item in rest:
        assert item.title in ("", "one")
        assert item.link in (None, "https://a.example/1")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("a<b and 3<4 <3", "a<b and 3<4 <3"),
        ("AT&T & R&D &copy; &#8217;", "AT&T & R&D © ’"),
        ("a&#x0;b&#xFFFFFF;c&#55555;d", "abcd"),
        ("<![cdata[one]]>", "one"),
        ("<![CDATA[one]]> two", "one two"),
        ("on<!-- x -->e", "one"),
        ("a\x01b\x0cc", "abc"),
    ],
)
def test_a_title_says_what_was_meant(text: str, title: str) -> None:
    assert [item.title for item in items(f"<item><title>{text}</title></item>{TWO}")] == [title, "two"]


def test_markup_that_was_not_escaped_stays_in_its_body() -> None:
    (item,) = items(
        "<item><title>one</title><description><p>a<p>b<br>c<img src='/p.jpg'></description></item>"
    )
    assert "a" in item.summary_html
    assert "</br>" not in item.summary_html
    assert [image.url for image in item.images] == ["https://a.example/p.jpg"]


def test_too_many_attributes_cost_their_element_alone() -> None:
    many = " ".join(f'a{number}="1"' for number in range(5_000))
    assert [item.title for item in items(f"<item {many}><title>one</title></item>{TWO}")] == ["one", "two"]
    assert balance(f"<r {many}/>").count("=") == MOST_ATTRIBUTES


def test_what_is_deeper_than_any_feed_stays_as_it_is() -> None:
    text = "<rss>" + "<a>" * (DEEPEST + 1)
    assert balance(text) == text


def test_an_item_in_an_item_is_the_next_item() -> None:
    found = read(b"<rss><channel><item><title>one</title><item><title>two</title></item></item></x>", url="")
    assert [item.title for item in found.items] == ["one", "two"]


_BITS = (
    *("<a>", "</a>", "<b x='1'>", "</b>", "<c/>", "<br>", "<d y=1 y=2 z>", "text", "<![CDATA[<a>]]>"),
    *("<item>", "</item>", "<title>", "</title>", "</channel>", "<channel>"),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_BITS), max_size=30))
def test_whatever_the_order_of_tags_the_balance_is_well_formed(bits: list[str]) -> None:
    assert isinstance(scan(balance(f"<rss>{''.join(bits)}</rss>").encode()), Accepted)


@given(st.text(alphabet="<>/&\"'= abrs![]CDAT-?", max_size=60))
def test_the_balance_never_raises(text: str) -> None:
    assert isinstance(balance(f"<rss>{text}"), str)


@pytest.mark.parametrize(
    "text",
    [
        '<a "' * 50_000,
        '<a "' + '"<" ' * 50_000,
        "<a b='\"" * 50_000,
        "<a " + "a" * 200_000 + ">",
        "<a " * 100_000,
    ],
    ids=["quotes", "quoted brackets", "mixed quotes", "long name", "openings"],
)
def test_the_time_it_takes_grows_with_the_length_alone(text: str) -> None:
    began = time.process_time()
    balance(f"<rss>{text}")
    assert time.process_time() - began < 5

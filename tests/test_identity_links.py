"""Which addresses are those of one page, and of one feed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.identity import Keys, feed_id, item_id
from bot.items import Key
from bot.links import canonical_link, feed_address


@pytest.mark.parametrize(
    "same",
    [
        "https://news.example/a/b",
        "http://news.example/a/b",
        "http://www.news.example/a/b",
        "https://NEWS.Example:443/a/b/",
        "http://news.example:80/a/b?utm_source=rss&utm_medium=feed",
        "https://news.example/a/b?fbclid=1&gclid=2#xtor=RSS-3208",
        "https://news.example/a/%62?at_medium=RSS&at_campaign=KARANGA",
        "https://news.example/a/b?ref=rss#utm_source=x&utm_medium=y",
        "https://news.example/a/b;jsessionid=0A1B2C?PHPSESSID=99aa",
        "https://news.example/a/b?sid=0123456789abcdef0123456789abcdef",
        " https://news.example./a/b\n",
    ],
)
def test_addresses_of_one_page_are_one_link(same: str) -> None:
    assert canonical_link(same) == "//news.example/a/b"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://e.example/?p=1", "https://e.example/?p=2"),
        ("https://e.example/a", "https://e.example/A"),
        ("https://e.example/a", "https://e.example/b/a"),
        ("https://e.example/live#c1", "https://e.example/live#c2"),
        ("https://e.example:8080/", "https://e.example/"),
        ("https://e.example/?cid=4", "https://e.example/?cid=5"),
        ("https://e.example/?sid=04/11/1", "https://e.example/?sid=04/11/2"),
        ("https://e.example/?from=1999", "https://e.example/?from=2000"),
        ("https://e.example/?trk=1", "https://e.example/?trk=2"),
        ("https://m.e.example/", "https://e.example/"),
        ("https://e.example/a%2Fb", "https://e.example/a/b"),
    ],
)
def test_addresses_of_two_pages_are_two_links(one: str, two: str) -> None:
    assert canonical_link(one) != canonical_link(two)


def test_parameters_are_compared_in_any_order_and_any_spelling() -> None:
    assert canonical_link("https://e.example/?b=%e4%bd%a0&a=1") == canonical_link(
        "https://e.example/?a=1&b=你"
    )
    assert canonical_link("https://例え.example/路") == canonical_link(
        "https://xn--r8jz45g.example/%E8%B7%AF"
    )


@pytest.mark.parametrize(
    "odd", ["", "mailto:a@b.example", "urn:uuid:1", "http://[bad", "https://e.example:99999/"]
)
def test_what_is_no_web_address_is_compared_as_it_stands(odd: str) -> None:
    assert canonical_link(odd) == odd


@pytest.mark.parametrize(
    "host", ["é" * 64 + ".example", "b\u3002" + "é" * 64, "é" * 63 + "\uff0e" + "ü" * 64]
)
def test_a_host_with_a_part_that_none_may_have_is_compared_as_it_stands(host: str) -> None:
    assert canonical_link(f"https://{host}/") == f"//{host}"


@pytest.mark.parametrize("part", ["é" * 50, "\u0435" * 50])
def test_one_with_the_longest_part_is_spelt(part: str) -> None:
    assert canonical_link(f"https://{part}\uff0eexample/").isascii()


@given(st.text() | st.text().map("https://e.example/".__add__) | st.text().map("http://".__add__))
def test_no_text_is_too_odd_to_be_compared(url: str) -> None:
    assert canonical_link(url) == canonical_link(f" {url}\n")
    assert len(feed_id(url)) == 11


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S"))))
def test_a_canonical_link_is_its_own(path: str) -> None:
    link = canonical_link(f"https://e.example/{path}")
    assert canonical_link(f"https:{link}") == link


_PARTS = st.lists(
    st.sampled_from(
        [
            "www.",
            "w",
            ".",
            "e",
            "example",
            ":",
            ":80",
            ":443",
            ":8080",
            ":0",
            ":4430",
            "/",
            "//",
            "?",
            "&",
            "=",
            "a=1",
            "utm_id=2",
            ";",
            "|",
            "@",
            "%",
        ]
    )
)


@given(_PARTS.map("".join).map("http://".__add__))
def test_ordinary_addresses_are_compared_like_any_other(url: str) -> None:
    link = canonical_link(url)
    assume(link.startswith("//"))
    assert canonical_link(f"{url}#utm_source=x") == link


def test_a_feeds_address_keeps_every_parameter_where_it_stands() -> None:
    assert feed_address("http://www.e.example/feed/?feed=rss2&utm_source=a#top") == (
        "//e.example/feed?feed=rss2&utm_source=a"
    )
    assert feed_id("http://e.example/feed") == feed_id("https://www.e.example/feed/")
    assert feed_id("http://e.example/feed?a=1") != feed_id("http://e.example/feed?a=2")


def test_ids_are_short_and_fit_for_callback_data() -> None:
    feed = feed_id("https://e.example/feed")
    item = item_id(feed, Keys((Key(-1),), (Key(-1),)))
    assert len(feed) == 11
    assert item == f"{feed}.__________8"
    assert len(item) == 23

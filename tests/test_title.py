"""Titles: plain, and left out exactly where the text says the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import Item
from bot.render.title import is_generic, tells_title, title_of

POST = (
    "The ferry to the island is back from Monday, three times a day, and dogs travel free 🐕 all through May."
)
CJK = "出版商推出了开放图书项目，在这个项目中一部分图书是完全开放的，可以在网站上下载到完整的电子版。"


@pytest.mark.parametrize(
    ("given_title", "plain"),
    [
        ("<i>Nature</i> and <b>nurture</b>", "Nature and nurture"),
        ("Fish &amp;amp; chips", "Fish &amp; chips"),
        ("Fish &amp; chips", "Fish & chips"),
        ("Tom &#8217; Jerry&nbsp;x", "Tom ’ Jerry\u00a0x"),
        ("List<T> and Map<K, V>", "List<T> and Map<K, V>"),
        ("a < b && c > d", "a < b && c > d"),
        ("Hey<script>alert('<b>')</script> you", "Hey you"),
        ("What <script> is for", "What <script> is for"),
        ("\u200b\u200e", ""),
        (" two\n lines ", "two lines"),
    ],
)
def test_a_title_has_no_markup_to_be_seen(given_title: str, plain: str) -> None:
    assert title_of(Item(title=given_title)).text == plain


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (POST[:50] + "…", POST),
        (POST[:50] + "...", POST),
        (POST[:50] + " […]", POST),
        (POST[:49], POST),  # within a word
        (POST[:100], POST + " More of it."),
        (POST.replace(" 🐕", "") * 2, POST.replace("🐕", "") * 2),
        (
            "Look at this: https://t.co/abc it is the whole island from above…",
            "Look at this: it is the whole island from above, in May.",
        ),
        (CJK[:24], CJK),
        (CJK * 3, CJK * 3),
        ("https://example.org/a", "Anything at all"),
    ],
)
def test_a_title_that_only_repeats_its_text_is_told_by_it(title: str, text: str) -> None:
    assert tells_title(title, text)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Ferry is back", "Ferry is back. It sails three times a day."),
        ("Ferry is back", "Ferry is back from Monday, says the company."),
        ("Escalate the channel, not the conflict", "Escalate the channel, not the conflict is a principle."),
        ("Ferry is back", "Ferry is back"),
        ("Ferry is back", ""),
        ("Ferry to the island is back…", "The boat sails again."),
        ("Rust 1.80", "Rust 1.80.1 is out"),
        ("", "Text"),
        ("🎉", "Text"),
        ("新闻", "新闻发布会今天举行。"),
    ],
)
def test_a_headline_is_not_told_by_its_text(title: str, text: str) -> None:
    assert not tells_title(title, text)


@pytest.mark.parametrize(
    "title",
    [
        *("Photo", "photos", "New photo", "Untitled", "(no title)", "No title", "无标题", "Video.", "Status"),
        *("New post by Ada", "A new photo from Ada", "Ada posted a photo", "Ada has shared a link", "Foto"),
        *("Ada shared 3 new photos", "Ada", "@ada", "The Feed", "https://example.org/1"),
    ],
)
def test_what_software_writes_for_a_title_is_none(title: str) -> None:
    item = Item(title=title, author="Ada", source="The Feed", link="https://example.org/1")
    assert is_generic(title, item)


@pytest.mark.parametrize(
    "title",
    [
        "Photo finish in Rome",
        "Ada shared the prize with Bob",
        "Postal strike",
        "Post by post we rebuilt it",
        "A picture by Vermeer",
        "Elon Musk posted a video",
        "New photos from Mars",
        "",
    ],
)
def test_a_title_with_news_in_it_is_one(title: str) -> None:
    assert not is_generic(title, Item(title=title, source="The Feed"))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_title_is_compared_with_any_text(title: str, text: str) -> None:
    assert (
        not tells_title(title, "")
        or not any(one.isalnum() for one in title)
        or "://" in title
        or "www." in title
    )
    tells_title(title, text)
    is_generic(title, Item(title=title, source=text))

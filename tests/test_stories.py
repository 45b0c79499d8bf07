"""What makes two items of two feeds one story."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.items import FeedId, Item
from bot.stories import stories

ONE, TWO = FeedId("one"), FeedId("two")
TITLE = "Parliament passes the harbour bill"


def same(first: Item, second: Item) -> bool:
    """Tell whether a chat that was told ``first`` by one feed knows ``second`` of another."""
    told = set(stories(first, ONE))
    keys = stories(second, TWO)
    return any(
        by_any in told and by_own not in told for by_any, by_own in zip(keys[::2], keys[1::2], strict=True)
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://news.example/a?utm_source=two&fbclid=1",
        "http://www.news.example/a/",
        "HTTPS://NEWS.EXAMPLE:443/a",
    ],
)
def test_one_page_is_one_story(link: str) -> None:
    assert same(Item(title="Told by one", link="https://news.example/a"), Item(title="By two", link=link))


@pytest.mark.parametrize(
    "title", [f"  {TITLE.upper()}! ", "Ｐarliament passes the harbour bill", TITLE.replace(" ", "\u00a0")]
)
def test_one_title_is_one_story_however_it_is_written(title: str) -> None:
    assert same(
        Item(title=TITLE, link="https://one.example/1"), Item(title=title, link="https://two.example/2")
    )


def test_a_chinese_title_needs_half_the_letters() -> None:
    assert same(
        Item(title="央行宣布下调存款准备金率"),
        Item(title="央行宣布下调存款准备金率", link="https://x.example/"),
    )


@pytest.mark.parametrize(
    "title",
    [
        "Update", "Breaking news", "Photos of the day", "Letters to the editor", "Corrections and clarifications",
        "Today's weather forecast", "Your questions answered", "Crossword solutions for today",
        "Obituaries: Thursday 26 November", "Live: follow the latest updates", "What's on this weekend",
        "Watch: the day in pictures", "Morning briefing: what you need to know today", "Wordle hints and answers today",
        "Release v2.14.0 of the stable branch", "Weekly discussion thread for readers", "Zahlen und Fakten der Woche 12",
        "今日头条新闻汇总一览表", "11月26日早间新闻播报内容",
    ],
)  # fmt: skip
def test_headings_that_recur_tell_no_story(title: str) -> None:
    assert not same(
        Item(title=title, link="https://one.example/1"), Item(title=title, link="https://two.example/2")
    )


def test_a_home_page_and_a_link_that_its_feed_repeats_tell_no_story() -> None:
    home = Item(title="A", link="https://news.example/")
    assert stories(home, ONE) == ()
    assert stories(Item(title="A", link="https://news.example/a"), ONE, weak_link=True) == ()


@given(st.text(), st.text())
def test_any_text_has_keys_or_none(title: str, link: str) -> None:
    keys = stories(Item(title=title, link=link), ONE)
    assert len(keys) in {0, 2, 4}
    assert keys == stories(Item(title=title, link=link), ONE)

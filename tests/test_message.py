"""An item, set: its title, its lead, whence and when, the words that fired an alert."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import FeedId, Hit, Image, Item, ItemId, StoredItem, Style, Taste
from bot.parse.document import read
from bot.render.characters import is_blank, width
from bot.render.foot import BELOW_LIMIT
from bot.render.lead import SUMMARY_LIMIT, lead
from bot.render.look import look_of
from bot.render.message import compose
from bot.render.parts import CAPTION_LIMIT, Message, RichText, units
from bot.render.preview import preview_of
from bot.render.serialise import serialise
from tests.oracle import parse_html

SEED = sorted((Path(__file__).parent.parent.parent / "shared" / "seed").glob("*.txt"))
ITEM = Item(
    guid="g1",
    title="Rain & sun",
    link="https://news.example.org/1",
    published=datetime(2025, 2, 27, 16, 19, 43, tzinfo=UTC),
    source="The News",
    summary_html="<p>It <b>rains</b> here. It is sunny there, where nobody lives, as far as anyone is able to tell.</p>",
)
LEAD = "It rains here. It is sunny there, where nobody lives, as far as anyone is able to tell."
IMAGE = Image("https://img.example.org/a.jpg", alternatives=("https://proxy.example.org/?u=a",))


def stored(item: Item) -> StoredItem:
    return StoredItem(ItemId("f.i"), FeedId("f"), item, noticed_ms=1, order_ms=1)


def composed(
    item: Item,
    style: Style = Style.SUMMARY,
    zone: str = "UTC",
    language: str = "en",
    hits: tuple[Hit, ...] = (),
    image_proxy: str = "",
    source: str = "",
) -> Message:
    return compose(
        stored(item),
        look_of(Taste(style), ZoneInfo(zone), language, source=source, image_proxy=image_proxy),
        hits=hits,
    )


def lead_of(title: str = "", summary_html: str = "", content_html: str = "") -> str:
    return lead(Item(title=title, summary_html=summary_html, content_html=content_html), title).text


def test_a_summary_is_title_lead_source_and_time() -> None:
    assert serialise(composed(ITEM).text) == (
        '<b><a href="https://news.example.org/1">Rain &amp; sun</a></b>\n\n'
        "It <b>rains</b> here. It is sunny there, where nobody lives, as far as anyone is able to tell.\n\n"
        "The News · 27 Feb 2025, 16:19 UTC"
    )


def test_a_headline_is_title_source_and_time_without_picture() -> None:
    message = composed(replace(ITEM, images=(IMAGE,)), style=Style.HEADLINE)
    assert message.text.text == "Rain & sun\n\nThe News · 27 Feb 2025, 16:19 UTC"
    assert message.photo is None


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Asia/Shanghai", "en", "28 Feb 2025, 00:19"),
        ("Asia/Shanghai", "zh-hans", "2025年2月28日 00:19"),
        ("America/New_York", "de", "27. Feb. 2025, 11:19"),
    ],
)
def test_the_time_is_that_of_the_chat(zone: str, language: str, expected: str) -> None:
    assert composed(ITEM, zone=zone, language=language).text.text.endswith(f"The News · {expected}")


def test_an_undated_item_names_its_source_alone_and_the_chats_own_name_for_it() -> None:
    text = composed(replace(ITEM, published=None), source="Mine").text.text
    assert text.endswith("tell.\n\nMine")


def test_the_picture_comes_with_its_other_addresses_and_the_proxy_last() -> None:
    message = composed(replace(ITEM, images=(IMAGE,)), image_proxy="https://p.example.org/?url={url}")
    assert message.photo is not None
    assert message.photo.url == IMAGE.url
    assert message.photo.alternatives == (
        "https://proxy.example.org/?u=a",
        "https://p.example.org/?url=https%3A%2F%2Fimg.example.org%2Fa.jpg",
    )


def test_a_text_asks_for_the_preview_of_its_item() -> None:
    assert composed(ITEM).preview.url == "https://news.example.org/1"
    assert composed(replace(ITEM, link=None)).preview.url == ""


def test_without_a_link_the_title_is_only_bold() -> None:
    assert serialise(composed(replace(ITEM, link=None)).text).startswith("<b>Rain &amp; sun</b>\n\n")


def test_without_a_title_the_source_leads_to_the_item() -> None:
    text = serialise(composed(replace(ITEM, title="")).text)
    assert text.startswith("It <b>rains</b>")
    assert '<a href="https://news.example.org/1">The News</a> · 27 Feb' in text
    assert "news.example.org" in serialise(composed(replace(ITEM, title="", source="")).text)


def test_a_title_that_is_but_the_broken_off_text_is_not_said_twice() -> None:
    text = composed(replace(ITEM, title="It rains here. It is sunny th...")).text.text
    assert text.count("It rains here") == 1


@pytest.mark.parametrize(
    "item",
    [
        Item(),
        Item(title="\u200b\u200d ", summary_html="<img src=x>"),
        Item(link="https://x.org/a"),
        Item(source="S", summary_html="<p>\u2800</p>"),
        Item(title="\ud800", link="http://nodot/"),
    ],
)
def test_there_is_always_something_to_see(item: Item) -> None:
    assert not is_blank(composed(item).text.text)


def test_matched_words_are_underlined_where_they_stand_and_named_below() -> None:
    hits = (Hit(1, "rain sun", ("Rain", "sun")), Hit(2, "tell", ("tell",)))
    html = serialise(composed(ITEM, hits=hits).text)
    assert "<u>Rain</u> &amp; <u>sun</u>" in html
    assert "It <b>rains</b>" in html
    assert "is sunny there" in html
    assert "able to <u>tell</u>." in html
    assert html.endswith("UTC\n🔔 rain sun: Rain, sun\n🔔 tell")


def test_chinese_words_are_marked_within_a_run() -> None:
    item = replace(ITEM, title="美国外交官会谈", summary_html="")
    assert "<u>外交官</u>" in serialise(composed(item, hits=(Hit(1, "外交官", ("外交官",)),)).text)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"summary_html": "Short.", "content_html": "<p>Longer by far.</p>"}, "Longer by far."),
        (
            {
                "summary_html": "A beginning of it [&#8230;]",
                "content_html": "<p>A beginning of it is told.</p>",
            },
            "A beginning of it is told.",
        ),
        ({"summary_html": "A beginning. And then some [...]"}, "A beginning. And then some…"),
        ({"summary_html": "Only a broken off sentence..."}, "Only a broken off sentence…"),
        ({"title": "T one", "summary_html": "<h1>T one</h1><p>Text.</p>"}, "Text."),
        ({"title": "T one", "summary_html": "T one"}, ""),
        ({"title": "Storm hits - The Paper", "summary_html": "<a href=x>Storm hits</a>&nbsp;The Paper"}, ""),
        ({"title": "v1.0", "summary_html": "1.0"}, ""),
        ({"summary_html": "<a href=x>Comments</a>"}, ""),
        ({"summary_html": "", "content_html": ""}, ""),
    ],
)
def test_the_lead_says_what_the_title_does_not(fields: dict[str, str], expected: str) -> None:
    assert lead_of(**fields) == expected


def test_a_lead_ends_with_a_sentence_and_announces_nothing() -> None:
    long = (
        "<p>"
        + "A sentence of some length stands here. " * 9
        + "</p><p>It goes as follows:</p><p>"
        + "x y. " * 90
    )
    assert lead_of(summary_html=long).endswith("stands here.")
    heading = "<p>" + "A sentence of some length stands here. " * 10 + "</p><h2>Heading</h2><p>" + "xy " * 90
    assert lead_of(summary_html=heading).endswith("stands here.")


@pytest.mark.skipif(not SEED, reason="the seed document is not beside this checkout")
def test_the_seed_is_set_as_its_reader_wants_it() -> None:
    item = read(SEED[0].read_bytes(), url="").items[0]
    message = composed(item)
    told = preview_of(stored(item), message)
    assert told["title"] == "美俄外交官举行工作级别会谈，将考验双方重启双边关系能力"
    assert told["published"] == "2025-02-27T16:19:43Z"
    assert told["messages"][0]["method"] == "sendPhoto"
    assert "16:19 UTC" in message.text.text
    assert told["summary"].startswith("美国和俄罗斯的外交官周四（2月27日）")
    assert "首次考验。\n\n路透社报道说" in told["summary"]
    assert told["summary"].endswith("这位国务院发言人说。")
    assert "官邸外等候" not in message.text.text + told["summary"]
    assert len(told["images"]) == 2
    assert parse_html(told["messages"][0]["html"]) == message.text


def test_a_caption_keeps_title_source_time_and_alert_however_long_each_is() -> None:
    item = replace(
        ITEM,
        title="T " * 5000,
        source="S" * 1000,
        summary_html="<p>" + "😀 one. " * 400,
        images=(IMAGE,),
    )
    hits = tuple(Hit(number, f"query {number}", ("one", f"w{number}" * 50)) for number in range(200))
    text = composed(item, hits=hits).text.text
    assert units(text) <= CAPTION_LIMIT
    head, body, foot = text.split("\n\n")
    assert head.startswith("T T T")
    assert head.endswith("…")
    assert body.endswith("one.")
    source, alert = foot.split("\n", 1)
    assert source.startswith("SSSS")
    assert source.endswith("… · 27 Feb 2025, 16:19 UTC")
    assert alert.startswith("🔔 query 0: one")
    assert units(alert) <= BELOW_LIMIT
    assert alert.count("🔔") > 8
    assert alert.endswith(f"\n… +{200 - alert.count('🔔')}")


def test_a_lead_of_emoji_costs_a_caption_neither_source_nor_time() -> None:
    item = replace(ITEM, title="", summary_html="👍🏽" * 900, images=(IMAGE,))
    text = composed(item).text.text
    assert units(text) <= CAPTION_LIMIT
    assert text.endswith("👍🏽…\n\nThe News · 27 Feb 2025, 16:19 UTC")


def test_an_address_too_long_for_telegram_is_left_out_and_the_text_stays() -> None:
    message = composed(replace(ITEM, link="https://x.org/" + "a" * 3000))
    assert serialise(message.text).startswith("<b>Rain &amp; sun</b>")
    assert message.preview.url == ""


TEXTS = st.text(max_size=400) | st.sampled_from(
    ["x" * 5000, "中" * 3000, "😀" * 2000, "a b. " * 900, "", "🇩🇪" * 300]
)
BODIES = TEXTS | st.text(alphabet="<b>a/ i.&;#\n中。", max_size=600)


@settings(max_examples=100, deadline=None)
@given(BODIES)
def test_a_lead_is_never_wider_than_agreed(body: str) -> None:
    assert width(lead(Item(summary_html=body)).text) <= SUMMARY_LIMIT + 1
    assert isinstance(lead(Item(content_html=body)), RichText)

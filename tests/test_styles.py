"""The styles: what of an item goes into one message, what into the next, and what is shown above it."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import Enclosure, FeedId, Hit, Image, Item, ItemId, Length, Page, StoredItem, Style
from bot.render.characters import is_blank, width
from bot.render.look import MOST_MESSAGES, Look
from bot.render.message import compose
from bot.render.parts import (
    CAPTION_LIMIT,
    ENTITY_LIMIT,
    TEXT_LIMIT,
    EntityKind,
    Message,
    Preview,
    Rich,
    units,
)
from bot.render.serialise import serialise
from bot.render.template import TemplateFailed
from bot.render.template_flaws import Flaw, Why
from tests.oracle import as_sent, has_marks, looks, parse_html

LINK = "https://news.example.org/1"
PARAGRAPH = "<p>The council met on Monday and <a href='/vote'>voted</a> late; nobody <b>left</b> early, as far as is known.</p>"
ITEM = Item(
    title="Council votes",
    link=LINK,
    published=datetime(2025, 2, 27, 16, 19, 43, tzinfo=UTC),
    source="The News",
    base=LINK,
)
IMAGE = Image("https://img.example.org/a-hall.jpg")
LOOK = Look(ZoneInfo("UTC"), "en")
FOOT = "The News · 27 Feb 2025, 16:19 UTC"


def of(paragraphs: int, **fields: object) -> Item:
    numbered = (PARAGRAPH.replace("Monday", f"Monday {number}") for number in range(paragraphs))
    return replace(ITEM, content_html="".join(numbered), **fields)  # type: ignore[arg-type]  # whatever an item has


def composed(item: Item, look: Look, hits: tuple[Hit, ...] = (), page: Page = Page()) -> Message:  # noqa: B008  frozen
    return compose(StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0, page), look, hits=hits)


def styled(style: Style, item: Item, **choices: object) -> Message:
    return composed(item, replace(LOOK, style=style, **choices))  # type: ignore[arg-type]  # whatever a look has


def check(message: Message) -> None:
    """Check that Telegram takes every text of ``message``, and reads in it what we wrote."""
    texts = (message.text, *message.rest)
    for number, text in enumerate(texts):
        assert not is_blank(text.text)
        assert units(text.text) <= (CAPTION_LIMIT if message.media and not number else TEXT_LIMIT)
        assert len(text.entities) <= ENTITY_LIMIT
        back = parse_html(serialise(text))
        assert back.text == text.text
        assert looks(back) == looks(text)
        if not has_marks(text.text):
            assert as_sent(text).text == text.text
    assert len(texts) <= MOST_MESSAGES
    assert len(message.media) <= 10


def test_a_full_text_that_fits_stands_below_its_picture() -> None:
    message = styled(Style.FULL, of(5, images=(IMAGE,)))
    assert [one.url for one in message.media] == [IMAGE.url]
    assert message.text.text.count("The council met") == 5
    check(message)


def test_a_longer_one_stands_below_a_large_preview_of_the_picture() -> None:
    message = styled(Style.FULL, of(20, images=(IMAGE,)))
    assert message.media == ()
    assert message.preview == Preview(IMAGE.url, large=True, above=True)
    assert message.text.text.count("The council met") == 20
    check(message)


def test_without_images_there_is_neither_picture_nor_large_preview() -> None:
    for style in Style:
        message = styled(style, of(20, images=(IMAGE,)), images=False)
        assert (message.media, message.preview) == ((), Preview(LINK))
        assert styled(style, of(20, images=(IMAGE,)), images=False, preview=False).preview == Preview()


def test_what_is_longer_than_a_message_ends_with_a_link_to_read_on() -> None:
    message = styled(Style.FULL, of(200), language="de")
    assert message.rest == ()
    assert f'<a href="{LINK}">Weiterlesen</a>\n\n{FOOT[:8]}' in serialise(message.text)
    assert units(message.text.text) > TEXT_LIMIT * 2 // 3
    check(message)


def test_or_goes_on_in_further_messages_each_paragraph_in_its_place() -> None:
    message = styled(Style.FULL, of(150, images=(IMAGE,)), split=True)
    texts = [message.text, *message.rest]
    assert 2 < len(texts) <= MOST_MESSAGES
    said = "\n\n".join(one.text for one in texts)
    places = [said.index(f"Monday {number} ") for number in range(150)]
    assert places == sorted(places)
    assert [one.text.count("Council votes") for one in texts] == [1] + [0] * (len(texts) - 1)
    assert [FOOT in one.text for one in texts] == [False] * (len(texts) - 1) + [True]
    assert message.preview == Preview(IMAGE.url, large=True, above=True)
    check(message)


def test_a_book_is_not_sent_the_last_message_leads_on() -> None:
    message = styled(Style.FULL, of(900), split=True)
    assert len(message.rest) == MOST_MESSAGES - 1
    assert message.rest[-1].text.endswith(f"Read on\n\n{FOOT}")
    check(message)


def test_every_link_of_many_is_kept_in_several_messages_and_the_foot_s_always() -> None:
    item = replace(ITEM, via="https://talk.example/1", content_html="<p>" + "<a href='/x'>a</a> b. " * 900)
    whole = styled(Style.FULL, item)
    assert any(one.url == "https://talk.example/1" for one in whole.text.entities)
    assert any(one.url == LINK for one in whole.text.entities[50:])
    check(whole)
    check(styled(Style.EXPAND, item))
    check(styled(Style.FULL, item, split=True))


def test_the_rest_of_an_expandable_text_unfolds_and_holds_no_quotation() -> None:
    item = of(30, images=(IMAGE,))
    item = replace(item, content_html=item.content_html + "<blockquote>Said one.</blockquote>")
    message = styled(Style.EXPAND, item, length=Length.SHORT)
    (quote,) = (one for one in message.text.entities if one.kind is EntityKind.EXPANDABLE)
    html = serialise(message.text)
    lead, rest = html.split("<blockquote expandable>")
    assert lead.count("The council met") == 2
    assert rest.count("The council met") == 28
    assert rest.endswith(f"Said one.</blockquote>\n\n{FOOT}")
    assert "<blockquote>" not in html
    assert quote.length > 2000
    assert message.preview == Preview(IMAGE.url, large=True, above=True)
    check(message)


def test_a_rest_that_fits_unfolds_below_the_picture_and_none_is_a_summary() -> None:
    short = styled(Style.EXPAND, of(7, images=(IMAGE,)), length=Length.SHORT)
    assert [one.url for one in short.media] == [IMAGE.url]
    assert EntityKind.EXPANDABLE in {one.kind for one in short.text.entities}
    assert styled(Style.EXPAND, of(2, images=(IMAGE,))) == styled(Style.SUMMARY, of(2, images=(IMAGE,)))


def test_a_very_long_rest_ends_with_a_link_within_the_quotation() -> None:
    message = styled(Style.EXPAND, of(200))
    assert f'<a href="{LINK}">Read on</a></blockquote>' in serialise(message.text)
    check(message)


def test_a_summary_of_its_own_stands_above_all_of_the_content() -> None:
    item = replace(
        of(8),
        summary_html="<p>A summary in other words, which says what it is all about, and is long enough to stand alone.</p>",
    )
    html = serialise(styled(Style.EXPAND, item).text)
    assert html.index("A summary in other words") < html.index("<blockquote expandable>The council met")


@pytest.mark.parametrize(("length", "most"), [(Length.SHORT, 200), (Length.NORMAL, 500), (Length.LONG, 800)])
def test_a_lead_is_as_long_as_the_chat_wants_it(length: Length, most: int) -> None:
    text = styled(Style.SUMMARY, of(40), length=length).text.text
    body = text.removeprefix("Council votes\n\n").removesuffix(f"\n\n{FOOT}")
    assert most // 2 < width(body) <= most


def test_a_headline_has_no_media_and_says_no_more() -> None:
    message = styled(
        Style.HEADLINE, of(9, images=(IMAGE,), enclosures=(Enclosure("https://a.example/1.mp3"),))
    )
    assert message.text.text == f"Council votes\n\n{FOOT}"
    assert (message.media, message.preview) == ((), Preview(LINK))


def test_a_post_is_told_once_and_its_source_leads_to_it() -> None:
    post = "<p>The ferry to the island is back from Monday &amp; dogs <a href='/d'>travel free</a>.</p>"
    item = replace(ITEM, title="The ferry to the island is back from…", content_html=post)
    for style in (Style.SUMMARY, Style.FULL, Style.EXPAND):
        html = serialise(styled(style, item).text)
        assert html.startswith("The ferry to the island is back from Monday &amp; dogs <a ")
        assert f'<a href="{LINK}">The News</a>' in html
    same = replace(item, title="The ferry to the island is back from Monday & dogs travel free.")
    assert styled(Style.SUMMARY, same).text.text.count("ferry") == 1
    assert "travel free</a>" in serialise(styled(Style.SUMMARY, same).text)


def test_a_text_in_the_place_of_a_title_is_a_text() -> None:
    item = replace(ITEM, title="The ferry is back, and here is all there is to say of it. " * 12)
    full, summary = styled(Style.FULL, item), styled(Style.SUMMARY, item)
    assert full.text.text.count("The ferry is back") == 12
    assert 4 < summary.text.text.count("The ferry is back") < 12
    assert f'<a href="{LINK}">The News</a>' in serialise(summary.text)
    assert "<b>" not in serialise(full.text)


def test_a_generic_title_gives_way_to_text() -> None:
    told = replace(ITEM, title="New photo by Ada", author="Ada", content_html="<p>Sunrise over the bay.</p>")
    assert styled(Style.SUMMARY, told).text.text == f"Sunrise over the bay.\n\n{FOOT}"
    shown = replace(ITEM, title="Photo", images=(IMAGE,))
    assert styled(Style.SUMMARY, shown).text.text == f"Photo\n\n{FOOT}"
    named = replace(shown, title="The News")
    assert styled(Style.SUMMARY, named).text.text == FOOT
    assert styled(Style.SUMMARY, replace(ITEM, title="Photo")).text.text.startswith("Photo")


def test_a_comic_tells_the_joke_of_its_picture() -> None:
    item = replace(
        ITEM, content_html='<img src="/c.png" title="It&#39;s the mouse-over text, of course." alt="x">'
    )
    assert "It's the mouse-over text, of course." in styled(Style.SUMMARY, item).text.text


def test_a_podcast_too_large_is_led_to_below_its_cover() -> None:
    episode = Enclosure("https://a.example/1.mp3", "audio/mpeg", 58_000_000, 2520)
    message = styled(Style.SUMMARY, of(2, images=(IMAGE,), enclosures=(episode,)))
    assert [one.url for one in message.media] == [IMAGE.url]
    assert '<a href="https://a.example/1.mp3">🎧 42 min · 58 MB</a>\nThe News' in serialise(message.text)
    small = replace(episode, length=9_000_000)
    long = styled(Style.FULL, of(30, images=(IMAGE,), enclosures=(small,)))
    assert long.preview.url == IMAGE.url
    assert "🎧 42 min · 9 MB" in long.text.text


def test_an_item_s_page_says_what_its_feed_does_not() -> None:
    page = Page(IMAGE, "<p>What the page says of it.</p>")
    message = composed(ITEM, LOOK, page=page)
    assert "What the page says of it." in message.text.text
    assert [one.url for one in message.media] == [IMAGE.url]
    told = composed(of(2, images=(Image("https://img.example.org/own.jpg"),)), LOOK, page=page)
    assert "What the page says" not in told.text.text
    assert [one.url for one in told.media] == ["https://img.example.org/own.jpg"]


def test_the_whole_text_of_the_page_counts_where_it_is_longer() -> None:
    look = replace(LOOK, style=Style.FULL)
    long = of(30).content_html
    assert composed(of(2), look, page=Page(text_html=long)).text.text.count("The council met") == 30
    assert composed(of(9), look, page=Page(text_html=PARAGRAPH)).text.text.count("The council met") == 9


def test_matched_words_are_marked_in_every_style() -> None:
    hits = (Hit(1, "council nobody", ("Council", "nobody")),)
    for style in Style:
        message = composed(of(60), replace(LOOK, style=style, split=True), hits)
        html = "".join(serialise(one) for one in (message.text, *message.rest))
        assert "<u>Council</u> votes" in html
        assert style is Style.HEADLINE or "<u>nobody</u>" in html
        assert html.endswith("🔔 council nobody: Council, nobody")
        check(message)


def test_matched_words_are_marked_in_every_piece_of_a_long_text() -> None:
    look = replace(LOOK, style=Style.FULL, split=True)
    message = composed(of(150), look, (Hit(1, "council", ("council",)),))
    assert len(message.rest) > 1
    check(message)
    assert all("<u>council</u>" in serialise(one) for one in (message.text, *message.rest))


def test_matched_words_are_marked_below_pictures_and_in_the_shorter_form() -> None:
    hits = (Hit(1, "council", ("council",)),)
    album = composed(of(2, images=(IMAGE, replace(IMAGE, url="https://img.example.org/2.jpg"))), LOOK, hits)
    assert album.media
    assert "<u>council</u>" in serialise(album.text)
    long = composed(of(20, images=(IMAGE,)), replace(LOOK, style=Style.FULL), hits)
    assert long.short is not None
    assert "<u>council</u>" in serialise(long.short)
    check(long)


def test_an_article_has_a_rich_form_beside_its_full_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rich = Rich("<h1>T</h1>", "<h1>T</h1>")
    monkeypatch.setattr("bot.render.message.rich_of", lambda *_: rich)
    message = styled(Style.ARTICLE, of(20))
    assert message == replace(styled(Style.FULL, of(20)), rich=rich)


def test_a_template_is_set_with_the_media_of_a_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    more = f'<a href="{LINK}">Read more</a>'
    monkeypatch.setattr("bot.render.message.fill", lambda source, *_: f"<b>{source}</b> is it. {more}")
    message = styled(Style.FULL, of(2, images=(IMAGE,)), template="mine")
    assert serialise(message.text) == f"<b>mine</b> is it. {more}"
    assert [one.url for one in message.media] == [IMAGE.url]
    assert message.trouble is None
    long = styled(Style.FULL, of(2, images=(IMAGE,)), template="mine " * 300)
    assert (long.media, long.preview) == ((), Preview(IMAGE.url, large=True, above=True))
    check(styled(Style.FULL, of(2, images=(IMAGE,)), template="mine " * 3000))


@pytest.mark.parametrize("html", [" ", "<b> </b>", "\u200b"])
def test_a_template_that_says_nothing_gives_way_to_the_style(
    html: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.render.message.fill", lambda *_: html)
    message = styled(Style.SUMMARY, of(2), template="mine")
    assert replace(message, trouble=None) == styled(Style.SUMMARY, of(2))
    assert message.trouble == Flaw(Why.CAME_OUT_EMPTY)


def test_a_template_that_fails_gives_way_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> str:
        raise TemplateFailed(Flaw(Why.UNFIT))

    monkeypatch.setattr("bot.render.message.fill", failing)
    message = styled(Style.SUMMARY, of(2), template="mine")
    assert (message.trouble, message.text) == (Flaw(Why.UNFIT), styled(Style.SUMMARY, of(2)).text)


TEXTS = st.text(max_size=200) | st.sampled_from(
    ["x" * 5000, "中" * 3000, "😀" * 2000, "a b. " * 900, "", "Photo"]
)
BODIES = (
    TEXTS
    | st.text(alphabet="<b>a/ i.&;#\n中。", max_size=400)
    | st.sampled_from(
        [
            PARAGRAPH * 60,
            "<a href=/x>a</a> b. " * 400,
            "<pre>x\n" * 300,
            "<blockquote>q</blockquote>" * 150,
            "<li>中。" * 3000,
        ]
    )
)
URLS = st.sampled_from(
    [LINK, "http://[x", "ftp://x.example/", "https://x.example/a.gif", "https://x.example/1.mp3", ""]
)
ITEMS = st.builds(
    Item,
    title=TEXTS,
    link=st.none() | URLS,
    published=st.none() | st.datetimes(timezones=st.just(UTC)),
    author=TEXTS,
    source=TEXTS,
    summary_html=BODIES,
    content_html=BODIES,
    images=st.lists(st.builds(Image, URLS | st.text(max_size=9), st.just(()), st.none() | st.integers(0, 999)), max_size=3).map(tuple),
    enclosures=st.lists(
        st.builds(Enclosure, URLS, st.sampled_from(["", "video/mp4", "audio/mpeg", "x/y"]), st.none() | st.integers(0, 10**9), st.none() | st.integers(0, 10**6)),
        max_size=3,
    ).map(tuple),
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    base=st.none() | URLS,
    via=st.none() | URLS,
)  # fmt: skip
LOOKS = st.builds(
    Look,
    st.sampled_from([ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")]),
    st.sampled_from(["en", "zh-hans", "ar", "x-y", ""]),
    style=st.sampled_from(Style),
    images=st.booleans(),
    length=st.sampled_from(Length),
    preview=st.booleans(),
    hashtags=st.booleans(),
    author=st.booleans(),
    split=st.booleans(),
    image_proxy=st.sampled_from(["", "https://p.example/?u={url}"]),
)
HITS = st.lists(st.builds(Hit, st.just(1), TEXTS, st.lists(TEXTS, max_size=2).map(tuple)), max_size=2).map(
    tuple
)
PAGES = st.just(Page()) | st.builds(Page, st.none() | st.just(IMAGE), BODIES, BODIES)


@settings(max_examples=60, deadline=None)
@given(ITEMS, LOOKS, HITS, PAGES)
def test_any_item_in_any_look_is_what_telegram_takes(
    item: Item, look: Look, hits: tuple[Hit, ...], page: Page
) -> None:
    check(composed(item, look, hits, page))


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(ITEMS, LOOKS, HITS, PAGES)
def test_twenty_thousand_items_in_any_look_are_what_telegram_takes(
    item: Item, look: Look, hits: tuple[Hit, ...], page: Page
) -> None:
    check(composed(item, look, hits, page))

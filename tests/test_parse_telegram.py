"""Public channels of Telegram, read from the preview that the web shows of them."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAFeed
from bot.identity import feed_id, recognise
from bot.items import Enclosure, Feed, Image
from bot.parse.document import read
from bot.parse.telegram_cut import MOST_MESSAGES
from bot.parse.worker import Parser
from bot.render.markup import read_html

URL = "https://t.me/s/morning_news"


def message(number: int, inside: str, kind: str = "") -> str:
    return f"""<div class="tgme_widget_message_wrap js-widget_message_wrap">
    <div class="tgme_widget_message {kind} js-widget_message" data-post="morning_news/{number}">
      <div class="tgme_widget_message_user"><a href="https://t.me/morning_news"><i><img src="https://c/face.jpg"></i></a></div>
      <div class="tgme_widget_message_bubble">
        <div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name">Morning news</a></div>
        {inside}
        <div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">{number}K</span>
          <a class="tgme_widget_message_date" href="https://t.me/morning_news/{number}">
            <time datetime="2026-02-01T10:{number:02}:00+00:00" class="time">10:{number:02}</time></a></div>
      </div></div></div>"""


def text(inside: str) -> str:
    return f'<div class="tgme_widget_message_text js-message_text" dir="auto">{inside}</div>'


def page(*messages: str) -> bytes:
    return f"""<!DOCTYPE html><html><head><title>x</title><meta charset="utf-8">
    <meta property="og:title" content="Morning news &amp; more"><meta property="og:description" content="All of it">
    </head><body><main><section class="tgme_channel_history js-message_history">{"".join(messages)}</section></main>
    </body></html>""".encode()


def shown(html: str) -> str:
    return read_html(html, URL, 10_000, captions=False).text


def test_a_channel_is_a_feed_of_its_messages_in_the_order_of_the_page() -> None:
    document = read(page(message(1, text("One")), message(2, text("Two <b>bold</b>"))), url=URL)
    assert (document.format, document.title, document.link, document.description) == (
        "telegram",
        "Morning news & more",
        "https://t.me/morning_news",
        "All of it",
    )
    one, two = document.items
    assert (one.guid, one.link, one.title) == ("https://t.me/morning_news/1",) * 2 + ("One",)
    assert one.published == datetime(2026, 2, 1, 10, 1, tzinfo=UTC)
    assert one.source == document.title
    assert two.content_html == "<div>Two <b>bold</b></div>"


def test_text_is_kept_with_its_marks_but_without_pictures_of_emoji_and_searches() -> None:
    emoji = """<tg-emoji emoji-id="5"><i class="emoji" style="background-image:url('//t/1.png')"><b>🚀</b></i></tg-emoji>"""
    body = f"""a &lt;b&gt; {emoji} c<br/><i>d</i> <a href="?q=%23tag">#tag</a> <a href="https://a.example/?b&amp;c">e</a>"""
    (item,) = read(page(message(1, text(body))), url=URL).items
    assert item.content_html == (
        '<div>a &lt;b&gt; 🚀 c<br><i>d</i> #tag <a href="https://a.example/?b&amp;c">e</a></div>'
    )


def test_the_first_line_stands_for_the_title_that_no_message_has() -> None:
    bodies = ("<br/><b>Flood</b> &amp; storm<br/><br/>It rains.", "<blockquote>Quoted</blockquote>Rest", "")
    document = read(page(*(message(number, text(body)) for number, body in enumerate(bodies, 1))), url=URL)
    assert [one.title for one in document.items] == ["Flood & storm", "Quoted", ""]


def test_what_a_message_answers_or_links_to_is_not_what_it_says() -> None:
    reply = (
        f'<a class="tgme_widget_message_reply">{text("Old news")}<div class="js-message_text">Older</div></a>'
    )
    preview = """<a class="tgme_widget_message_link_preview"><i class="tgme_widget_message_photo_wrap"
        style="background-image:url('https://cdn.example/preview.jpg')"></i></a>"""
    (item,) = read(page(message(1, reply + text(text("New")) + preview)), url=URL).items
    assert shown(item.content_html).strip() == "New"
    assert item.images == ()


def test_whose_message_was_handed_on_is_told_first() -> None:
    origin = '<div class="tgme_widget_message_forwarded_from">Forwarded from <a href="https://t.me/other/7">Other</a></div>'
    (item,) = read(page(message(1, origin + text("News"))), url=URL).items
    assert item.content_html.startswith(
        '<p>Forwarded from <a href="https://t.me/other/7">Other</a></p><div>News'
    )


def test_photos_films_and_voices_come_along() -> None:
    album = "".join(
        f"""<a class="tgme_widget_message_photo_wrap grouped_media_wrap" href="x"
            style="width:2px;background-image:url('https://cdn.example/{name}.jpg')"></a>"""
        for name in "ab"
    )
    film = """<a class="tgme_widget_message_video_player"><i class="tgme_widget_message_video_thumb"
        style="background-image:url('https://cdn.example/still.jpg')"></i>
        <video src="https://cdn.example/f.mp4?token=1" class="js-message_video"></video>
        <time class="message_video_duration js-message_video_duration">1:05</time></a>"""
    large = film.replace("<video", "<x-video").replace("</video", "</x-video")
    voice = '<audio class="tgme_widget_message_voice" src="//cdn.example/v.ogg"></audio>'
    items = read(
        page(message(1, album), message(2, film), message(3, large), message(4, voice)), url=URL
    ).items
    assert items[0].images == (Image("https://cdn.example/a.jpg"), Image("https://cdn.example/b.jpg"))
    assert items[1].images == ()
    assert items[1].enclosures == (
        Enclosure("https://cdn.example/f.mp4?token=1", "video/mp4", duration_s=65),
    )
    assert items[2].images == (Image("https://cdn.example/still.jpg"),)
    assert items[3].enclosures == (Enclosure("https://cdn.example/v.ogg", "audio/ogg"),)


def test_a_poll_and_a_file_are_told_in_words() -> None:
    poll = """<div class="tgme_widget_message_poll_question">Tea &amp; milk?</div>
        <div class="tgme_widget_message_poll_option_text">Yes</div>"""
    file = '<div class="tgme_widget_message_document_title">a&lt;b.pdf</div>'
    (item,) = read(page(message(1, poll + file)), url=URL).items
    assert shown(item.content_html).split() == ["📎", "a<b.pdf", "📊", "Tea", "&", "milk?", "•", "Yes"]


def test_what_telegram_itself_says_in_a_channel_is_no_news() -> None:
    document = read(
        page(message(1, text("pinned a photo"), "service_message"), message(2, text("News"))), url=URL
    )
    assert [one.link for one in document.items] == ["https://t.me/morning_news/2"]


def test_counts_of_views_and_addresses_of_pictures_make_no_message_another() -> None:
    before = read(page(message(1, text("One"))), url=URL).items
    after = read(page(message(1, text("One"))).replace(b"1K", b"2K"), url=URL).items
    assert before == after
    feed = Feed(feed_id(URL), URL)
    assert recognise(before, feed).keys == recognise(after, feed).keys


def test_a_channel_without_messages_is_an_empty_feed_and_any_other_page_is_none() -> None:
    assert read(page(), url=URL).items == read(page(), url=f"{URL}?q=word").items == ()
    for url in (
        "https://t.me/morning_news",
        f"{URL}?before=20",
        "https://news.example/s/morning_news",
        "https://t.me/s/a/b",
    ):
        with pytest.raises(NotAFeed):
            read(page(message(1, text("One"))), url=url)
    with pytest.raises(NotAFeed):
        read(b"<!DOCTYPE html><html><body>Log in</body></html>", url=URL)


async def test_a_channel_is_read_by_the_worker_as_any_feed() -> None:
    async with Parser(1) as parser:
        document = await parser.read(page(message(1, text("One"))), URL, "text/html; charset=utf-8")
    assert [one.guid for one in document.items] == ["https://t.me/morning_news/1"]


def test_no_page_holds_us_up() -> None:
    begin = time.process_time()
    for piece in (
        message(1, text("x")),
        '<div class="tgme_widget_message" data-post="abcd/1">',
        text("<i><b>"),
    ):
        items = read(page(piece * (200_000 // len(piece))), url=URL).items
        assert len(items) <= MOST_MESSAGES
    assert time.process_time() - begin < 3


@given(
    st.lists(
        st.sampled_from(
            ["<div>", "</div>", '<div class="tgme_widget_message" data-post="abcd/1">', "<video src=x>", "<a href='?'>",
             '<div class="js-message_text">', '<i class="emoji">', "<b>", "</b>", "x", "&#0;", "\x00", "<!--", "-->", "<time>",
             '<a class="tgme_widget_message_date"><time datetime="?">', "<script>", '<p style="background-image:url(">']
        ),
        max_size=12,
    )
)  # fmt: skip
def test_any_marks_in_any_order_are_a_channel(pieces: list[str]) -> None:
    read(page(*pieces), url=URL)

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import NotAFeed
from bot.items import Document, Enclosure, Image, Item
from bot.parse import wire
from bot.parse.document import attempt, read
from bot.parse.feed import MAX_ITEMS
from bot.parse.scan import DEPTH
from bot.parse.text import as_html, plain
from bot.parse.verdict import Effort, Refused

SPECIMENS = Path(__file__).parent / "specimens"
NAMES = sorted(file.name for file in SPECIMENS.glob("*.*"))
MOMENT = datetime(2025, 2, 27, 16, 19, 43, tzinfo=UTC)


def specimen(name: str) -> Document:
    return read((SPECIMENS / name).read_bytes(), url="https://origin.example/dir/feed")


def rss(inner: str) -> Document:
    return read(f"<rss><channel><title>t</title>{inner}</channel></rss>".encode(), url="https://o.example/f")


def test_an_rss_feed_says_who_it_is() -> None:
    feed = specimen("harbour.rss")
    assert (feed.format, feed.title, feed.link) == (
        "rss",
        "The Harbour & Quay Gazette",
        "https://harbour.example/",
    )
    assert (feed.description, feed.language, feed.ttl_s) == ("News from the water's edge", "en-GB", 1800)
    assert (feed.self_link, feed.hub) == ("https://harbour.example/feed.rss", "https://hub.example/")


def test_an_rss_item_is_read_whole() -> None:
    item = specimen("harbour.rss").items[0]
    assert item == Item(
        guid="harbour-7",
        title="Ferry Astrid returns to service",
        link="https://harbour.example/ferry?from=rss&id=7",
        published=MOMENT,
        author="Ines Dahl",
        source="The Harbour & Quay Gazette",
        language="en-GB",
        summary_html="<p>The ferry sails again.</p>",
        content_html='<p>The ferry sails again, <a href="/timetable">hourly</a>.</p>'
        '<img src="/img/deck.jpg" width="800">',
        images=(
            Image(
                "https://img.harbour.example/astrid-1280.jpg",
                ("https://img.harbour.example/astrid-320.jpg",),
                1280,
                800,
            ),
            Image("https://harbour.example/img/deck.jpg", (), 800),
        ),
        tags=("Ferries", "Harbour", "Traffic"),
        base="https://harbour.example/feed.rss",
    )


def test_an_episode_keeps_its_recording_and_its_origin() -> None:
    item = specimen("harbour.rss").items[1]
    assert item.enclosures == (Enclosure("https://audio.harbour.example/12.mp3", "audio/mpeg", 4815162),)
    assert (item.source, item.link) == ("Radio Pier", "https://harbour.example/radio/12")
    assert item.images == ()


def test_an_atom_item_is_read_whole() -> None:
    feed = specimen("observatory.atom")
    assert (feed.format, feed.title, feed.language) == ("atom", "Sternwarte &c.", "de")
    assert (feed.link, feed.self_link) == (
        "https://sternwarte.example/blog/",
        "https://sternwarte.example/blog/feed.atom",
    )
    assert feed.items == (
        Item(
            guid="t1",
            title="Warum a < b gilt",
            link="https://sternwarte.example/blog/a-kleiner-b",
            published=datetime(2025, 3, 1, 8, 30, 0, 250000, tzinfo=UTC),
            updated=datetime(2025, 3, 1, 8, 30, 0, 250000, tzinfo=UTC),
            author="Karl Weiß",
            source="Sternwarte &c.",
            language="de",
            summary_html="<p>Eine Zeile.<br>Noch eine &amp; Schluss.</p>",
            content_html="<p>Es <em>gilt</em> &amp; bleibt.</p>",
            images=(Image("https://sternwarte.example/blog/mond.png"),),
            tags=("Mathematik",),
            base="https://sternwarte.example/blog/",
        ),
    )


def test_rdf_items_stand_beside_their_channel() -> None:
    feed = specimen("library.rdf")
    assert (feed.format, feed.title) == ("rdf", "Library")
    assert [(item.guid, item.title) for item in feed.items] == [
        ("https://library.example/b/1", "A book"),
        ("https://library.example/b/2", "Another book"),
    ]
    assert feed.items[0].published == datetime(2025, 1, 5, 8, tzinfo=UTC)
    assert feed.items[1].published is None


def test_a_json_feed_is_read_and_what_is_wrong_in_it_counts_as_absent() -> None:
    feed = specimen("orchard.json")
    assert (feed.format, feed.title, feed.hub) == ("json", "Orchard notes", "https://hub.example/")
    first, second, third = feed.items
    assert (first.guid, first.title, first.link) == (
        "42",
        "Apples < pears?",
        "https://orchard.example/notes/42",
    )
    assert (first.published, first.author, first.tags) == (MOMENT, "Ada Pear", ("fruit", "autumn"))
    assert (first.summary_html, first.content_html[:11]) == ("<p>Ripe &amp; ready</p>", "<p>Ripe.</p")
    assert first.images == (Image("https://orchard.example/notes/apples.jpg"),)
    assert first.enclosures == (Enclosure("https://orchard.example/apples.mp3", "audio/mpeg", 1200),)
    assert (second.link, second.author) == ("https://elsewhere.example/", "Bo")
    assert second.content_html == "<p>Plain<br>and &lt;simple&gt;</p>"
    assert (third.title, third.link, third.published, third.guid) == ("", None, None, None)


def test_a_news_document_is_one_item_without_its_caption_and_empty_link() -> None:
    feed = specimen("bridge.news")
    item = feed.items[0]
    assert (feed.format, len(feed.items), item.source) == ("news", 1, "bridge.example")
    assert (item.title, item.link) == ("桥梁[1]重新开放", "https://bridge.example/a/7990061.html")
    assert item.published == MOMENT
    assert item.images == (
        Image(
            "https://images.weserv.nl?url=img.bridge.example/opening.jpg",
            ("https://img.bridge.example/opening.jpg",),
        ),
    )
    assert item.content_html.endswith("<p>桥梁于周四重新开放。<br /><br />通车顺利。</p><p>第二段。</p>")
    assert "开放仪式" not in item.content_html


def test_a_news_document_without_a_time_was_published_when_it_was_noticed() -> None:
    feed = read(b"<!--1740673183000-->\n[A](https://n.example/a)\n---\n<p>Words</p>", url="")
    assert feed.items[0].published == MOMENT


def test_a_broken_feed_is_mended() -> None:
    feed = specimen("broken.rss")
    assert feed.title == "R&D élan Tom & Co"
    first, second = feed.items
    assert (first.title, first.link) == ("First & foremost", "https://broken.example/?a=1&b=2")
    assert (first.published, first.summary_html) == (MOMENT, "a < b  &nope; …")
    assert second.images == (Image("https://broken.example/pic.jpg"),)


def test_the_undeclared_prefix_of_a_page_that_wraps_a_feed_is_no_obstacle() -> None:
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><body><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>'
    feed = read(f"{page}<entry><title>E</title></entry></feed></body></html>".encode(), url="")
    assert [item.title for item in feed.items] == ["E"]


@pytest.mark.parametrize(
    "tail",
    [
        "<item><title>B</title></item></channel>",
        "<item><title>B",
        "<item><title>B</titel></item></channel></rss>",
    ],
)
def test_neither_a_cut_nor_a_crossed_tag_takes_the_items_before_it(tail: str) -> None:
    body = f"<rss><channel><title>t</title><item><title>A</title></item>{tail}"
    assert [item.title for item in read(body.encode(), url="").items][:1] == ["A"]


@pytest.mark.parametrize("wrap", ["{}", "<rss><channel>{}</channel></rss>", "<rss>{}</rss>", "junk {}"])
def test_items_are_found_wherever_they_stand(wrap: str) -> None:
    items = "<item><title>A</title></item><item><title>B</title></item>"
    assert [item.title for item in read(wrap.format(items).encode(), url="").items] == ["A", "B"]


def test_an_empty_feed_is_a_feed_without_items() -> None:
    assert rss("").items == ()
    assert read(b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title></feed>', url="").items == ()
    assert read(b'{"version": "https://jsonfeed.org/version/1", "items": []}', url="").items == ()


@pytest.mark.parametrize("content_type", ["", "text/html", "image/png", "application/json", "nonsense; ="])
def test_the_content_type_decides_nothing(content_type: str) -> None:
    for name in NAMES:
        body = (SPECIMENS / name).read_bytes()
        assert read(body, url="", content_type=content_type) == read(body, url="")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\0\0\0", "empty"),
        (
            b"<!DOCTYPE html><html><head><title>Wrong &amp; door</title></head></html>",
            r"HTML page \(Wrong & door\)",
        ),
        (b"<div>no feed</div>", "HTML page"),
        (b'{"error": "gone"}', "no list of items"),
        (b"[1, 2]", "no list of items"),
        (b'{"items": ', "cannot be read"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"/etc/hostname", "plain text"),
        (b"http://127.0.0.1:9/feed.xml", "plain text"),
        (b"<opml><body><outline xmlUrl='http://n.example/'/></body></opml>", "OPML"),
        (b"<urlset><url><loc>https://n.example/</loc></url></urlset>", "sitemap"),
        (b"<note>hello</note>", "<note>"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, says: str) -> None:
    with pytest.raises(NotAFeed, match=says):
        read(body, url="")


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("AT&amp;T &amp;amp; friends", "AT&T & friends"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("One&lt;br/&gt;two", "One two"),
        ("List&lt;T&gt; in C#", "List<T> in C#"),
        ("<![CDATA[It&#8217;s <em>on</em>]]>", "It’s on"),
        ("5 &lt; 6 &amp;gt; 4", "5 < 6 > 4"),
        ("It&#146;s", "It’s"),
        ("  a\n\t b  ", "a b"),
        ("a&amp;nbsp;b", "a b"),
        ("", ""),
    ],
)
def test_titles_are_plain_text(field: str, title: str) -> None:
    assert rss(f"<item><title>{field}</title></item>").items[0].title == title


def test_an_endless_title_is_cut() -> None:
    assert len(plain("word " * 10_000)) <= 2000
    assert plain(None) == ""


def test_plain_text_becomes_html_that_shows_the_same() -> None:
    assert as_html("a < b\nc\n\n d & e") == "<p>a &lt; b<br>c</p><p>d &amp; e</p>"


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        ("<link>/a</link>", "https://o.example/a"),
        ("<guid>https://n.example/g</guid>", "https://n.example/g"),
        ('<guid isPermaLink="false">https://n.example/g</guid>', None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>file:///etc/hosts</link>", None),
        ("<link><![CDATA[ https://n.example/a?b=1&c=2 ]]></link>", "https://n.example/a?b=1&c=2"),
    ],
)
def test_links_lead_to_the_web_or_nowhere(fields: str, link: str | None) -> None:
    assert rss(f"<item><title>t</title>{fields}</item>").items[0].link == link


def test_a_relative_link_of_an_rss_item_counts_from_the_feed_s_own_address() -> None:
    found = rss("<link>https://n.example/sub/</link><item><link>a</link></item>")
    assert found.items[0].link == "https://n.example/sub/a"


def test_the_caption_is_no_summary_but_better_than_none() -> None:
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    group = f"<media:group {media}><media:title>Film</media:title><media:description>Seen</media:description></media:group>"
    with_words = rss(f"<item><title>T</title><description>Told</description>{group}</item>").items[0]
    assert (with_words.title, with_words.summary_html) == ("T", "Told")
    without = rss(f"<item>{group}</item>").items[0]
    assert (without.title, without.summary_html) == ("Film", "<p>Seen</p>")


def test_the_image_element_of_an_item_is_its_picture() -> None:
    for inner in ("https://n.example/p.jpg", "<url>https://n.example/p.jpg</url><title>x</title>"):
        item = rss(f"<item><title>T</title><image>{inner}</image><description>D</description></item>").items[
            0
        ]
        assert (item.title, item.images) == ("T", (Image("https://n.example/p.jpg"),))


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("jane@n.example", ""),
        ("jane@n.example (Jane Roe)", "Jane Roe"),
        ("Jane Roe &lt;jane@n.example&gt;", "Jane Roe"),
        ("Jane (Jane Roe)", "Jane (Jane Roe)"),
        ("https://n.example/jane", ""),
    ],
)
def test_a_mail_address_is_nobody_s_name(field: str, name: str) -> None:
    assert rss(f"<item><author>{field}</author></item>").items[0].author == name


def test_what_the_scan_refuses_is_not_read_with_little_effort() -> None:
    body = b"<rss><channel><item><title>A</title></item>" + b"<a>" * DEPTH + b"</channel></rss>"
    assert isinstance(attempt(body, url="", effort=Effort.ACCEPTED_ONLY), Refused)
    assert isinstance(attempt(body, url="", effort=Effort.ALL), Document)


def test_items_beyond_the_most_are_left_out() -> None:
    assert len(rss("<item/>" * (MAX_ITEMS + 5)).items) == MAX_ITEMS


@pytest.mark.parametrize("name", NAMES)
def test_a_document_survives_the_wire(name: str) -> None:
    document = specimen(name)
    assert wire.unpack(wire.pack(document)) == document


@cache
def bodies() -> tuple[bytes, ...]:
    return tuple((SPECIMENS / name).read_bytes() for name in NAMES)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a specimen with stretches cut out, doubled, or overwritten with what parsers trip over."""
    body = draw(st.sampled_from(bodies()))
    shards = st.sampled_from(
        [
            b"<",
            b">",
            b"&",
            b"]]>",
            b"<![CDATA[",
            b"<!--",
            b"\0",
            b"\xff",
            b"</item>",
            b"<item>",
            b'"',
            b"&#xD800;",
            b"{",
            b"]",
        ]
    )
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 80)))
        body = body[:start] + draw(st.one_of(st.just(b""), shards, st.just(body[start:end] * 2))) + body[end:]
    return body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_a_damaged_feed_is_read_or_named_never_a_crash(body: bytes) -> None:
    try:
        document = read(body, url="https://o.example/")
    except NotAFeed as verdict:
        assert str(verdict)
    else:
        assert wire.unpack(wire.pack(document)) == document


def test_a_feed_says_when_not_to_look() -> None:
    feed = rss(
        "<skipHours><hour>0</hour><hour> 7 </hour><hour>24</hour><hour>25</hour><hour>x</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>saturday</day><day>Tomorrow</day></skipDays>"
        "<item><title>one</title></item>"
    )
    assert (feed.skip_hours, feed.skip_days) == ((0, 7), (5, 6))
    assert wire.unpack(wire.pack(feed)) == feed
    assert rss("<item><title>one</title></item>").skip_hours == ()


@pytest.mark.parametrize(
    ("period", "often", "pause_s"),
    [
        ("daily", "2", 43_200),
        ("hourly", "4", 900),
        ("hourly", "1", None),
        ("hourly", "", None),
        ("x", "1", None),
    ],
)
def test_once_an_hour_is_written_by_a_generator_and_asks_nothing(
    period: str, often: str, pause_s: int | None
) -> None:
    times = f"<sy:updateFrequency>{often}</sy:updateFrequency>" if often else ""
    head = f"<sy:updatePeriod>{period}</sy:updatePeriod>{times}<item><title>one</title></item>"
    document = f"<rss xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>{head}</channel></rss>"
    assert read(document.encode(), url="https://o.example/f").ttl_s == pause_s

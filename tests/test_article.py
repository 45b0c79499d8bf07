"""An item as one rich message: what becomes of its HTML, its limits, and when there is none."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import Enclosure, FeedId, Hit, Image, Item, ItemId, Page, StoredItem, Style
from bot.playground.richblocks import blocks_of, files_in
from bot.render import blocks
from bot.render.article import WORTH, rich_of
from bot.render.blocks import Size
from bot.render.body import read_body
from bot.render.look import Look
from bot.render.message import compose
from bot.render.parts import Rich

BASE = "https://news.example.org/a/b.html"
LOOK = Look(ZoneInfo("UTC"), "en")
LONG = "<p>" + "Words of an article. " * 100 + "</p>"


def body(source: str) -> str:
    made = blocks.html(read_body(source, BASE, Size()).blocks)
    if made:
        blocks_of(made)
    return made


def stored(content: str, **fields: Any) -> StoredItem:
    item = Item(title="A title", link="https://e.org/a", content_html=content, base=BASE, source="Paper")
    return StoredItem(ItemId("f.i"), FeedId("f"), replace(item, **fields), 0, 0)


def rich(content: str, **fields: Any) -> Rich:
    made = rich_of(stored(content, **fields), LOOK)
    assert made is not None
    for html in (made.html, made.without_media):
        assert len(html.encode()) <= blocks.SOURCE_LIMIT
        if html:
            blocks_of(html)
    return made


SHOWN = [
    ("one<p>two<br>three</p>four<br><br>five", "<p>one</p><p>two<br>three</p><p>four</p><p>five</p>"),
    ("<p> </p><p>&nbsp;</p><div></div><b></b>x", "<p>x</p>"),
    ("<strong>a</strong> <em>b</em> <ins>c</ins>", "<p><b>a</b> <i>b</i> <u>c</u></p>"),
    ("<b>a<i>b</b>c</i>d", "<p><b>a</b><b><i>b</i></b><i>c</i>d</p>"),
    ("H<sub>2</sub>O <mark>m</mark> <kbd>k</kbd>", "<p>H<sub>2</sub>O <mark>m</mark> <code>k</code></p>"),
    ("a &lt;b&gt; &amp; &copy; &quot;", '<p>a &lt;b&gt; &amp; © "</p>'),
    ("<h1>A</h1><h4>B</h4><h2><div>C</div></h2>d", "<h2>A</h2><h4>B</h4><h2>C</h2><p>d</p>"),
    ("<h3></h3><p>x", "<p>x</p>"),
    ("<ul><li>a<li>b<ul><li>c</ul></ul>", "<ul><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ul>"),
    ("<ul>a<li></li><ul><li>b</ul></ul>", "<ul><li><p>a</p><ul><li>b</li></ul></li></ul>"),
    ("<ol start=3 type=i><li value=7>a</ol>", '<ol start="3" type="i"><li value="7">a</li></ol>'),
    ("<li>a<li>b", "<p>• a</p><p>• b</p>"),
    ("<dl><dt>t</dt><dd>d</dd></dl>", "<p><b>t</b></p><p>d</p>"),
    ("<blockquote>q</blockquote>x", "<blockquote>q</blockquote><p>x</p>"),
    ("<blockquote><p>q<p>r</blockquote>", "<blockquote><p>q</p><p>r</p></blockquote>"),
    ("<pre>  x\n\n  y &lt;\n</pre>", "<pre><code>  x\n\n  y &lt;</code></pre>"),
    (
        "<pre><code class='lang-py'><b>a</b>\nb</code></pre>",
        '<pre><code class="language-py">a\nb</code></pre>',
    ),
    (
        "<details><summary>s</summary>x</details>",
        "<details><summary>s</summary><p>x</p></details>",
    ),
    (
        "<details>x</details><details><summary>s</details>",
        "<details><summary>…</summary><p>x</p></details><p>s</p>",
    ),
    ("<hr>a<hr><hr>b<hr>", "<p>a</p><hr/><p>b</p>"),
    ("a<img src=/p.jpg>b", '<p>a</p><img src="https://news.example.org/p.jpg"/><p>b</p>'),
    (
        "<figure><img src=/p.jpg><figcaption><p>c<p>d</figcaption></figure>x",
        '<figure><img src="https://news.example.org/p.jpg"/><figcaption>c<br>d</figcaption></figure><p>x</p>',
    ),
    (
        "<div><img src=/p.jpg><p class=wp-caption-text>c</p></div><p>x",
        '<figure><img src="https://news.example.org/p.jpg"/><figcaption>c</figcaption></figure><p>x</p>',
    ),
    ("<figure><pre>x</pre><figcaption>c</figcaption></figure>", "<pre><code>x</code></pre><p>c</p>"),
    ("<img src=/p.jpg width=1 height=1><img src=/i.svg><img src=data:x><img alt=🎉>a", "<p>🎉a</p>"),
    ("<img src='data:,' data-src='/p.jpg'>", '<img src="https://news.example.org/p.jpg"/>'),
    ("<picture><source srcset=x><img src=/p.jpg></picture>", '<img src="https://news.example.org/p.jpg"/>'),
    ("<a href='/c'>r</a>", '<p><a href="https://news.example.org/c">r</a></p>'),
    ("<a href='/a\"b c'>r</a>", '<p><a href="https://news.example.org/a%22b%20c">r</a></p>'),
    ("<a href='mailto:a@b.org?subject=x'>m</a>", '<p><a href="mailto:a@b.org">m</a></p>'),
    ("<a href='#n'>1</a><a href='javascript:x()'>j</a><a href='http://localhost/'>l</a>", "<p>1jl</p>"),
    ("<a href='tg://user?id=1'>t</a>", "<p>t</p>"),
    ("note <a href='#r'>↩︎</a>", "<p>note</p>"),
    ("x<div class='sharedaddy'>Share</div><p style='display: none'>no</p>y", "<p>x</p><p>y</p>"),
    ("<script>s</script><style>p{}</style><form>f</form><svg>v</svg>y", "<p>y</p>"),
    ("<p>It was.</p><p>The post It appeared first on <a href=/>Blog</a>.</p><hr>", "<p>It was.</p>"),
    (
        "<table><tr><th>a<th align=right>b<tr><td rowspan=2>c<td>d<tr><td>e</table>",
        (
            '<table bordered><tr><th>a</th><th align="right">b</th></tr><tr><td>c</td><td>d</td></tr>'
            "<tr><td></td><td>e</td></tr></table>"
        ),
    ),
    (
        "<table><caption>T</caption><tr><td colspan=2><p>a<p>b</td></tr><tr><td>c<td>d</table>",
        (
            '<table bordered><caption>T</caption><tr><td colspan="2">a<br>b</td></tr>'
            "<tr><td>c</td><td>d</td></tr></table>"
        ),
    ),
    ("<table><tr><td>a</td><td><ul><li>b</ul></td></tr></table>", "<p>a</p><ul><li>b</li></ul>"),
    ("<table>" + "<tr><td>a<td>b" * 990 + "</table>", "<p>a | b</p>" * blocks.BLOCK_LIMIT),
    ("<table><tr><td>a<td>b<tr><td>c<td>d", "<p>a | b</p><p>c | d</p>"),
    (
        "<table><tr><td>o<table><tr><td>x<td>y<tr><td>z</table></table>",
        "<p>o</p><table bordered><tr><td>x</td><td>y</td></tr><tr><td>z</td></tr></table>",
    ),
    (
        "<table><tr>" + "<td>x" * 21 + "<tr><td>y</table>",
        "<p>" + " | ".join("x" * 21) + "</p><p>y</p>",
    ),
]


@pytest.mark.parametrize(("source", "expected"), SHOWN, ids=range(len(SHOWN)))
def test_each_element_becomes_what_rich_messages_have_for_it(source: str, expected: str) -> None:
    assert body(source) == expected


def test_an_article_has_its_title_its_picture_its_text_and_its_source() -> None:
    image = Image("https://e.org/lead-picture.jpg")
    when = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
    made = rich(f"<p>A title</p>{LONG}", images=(image,), published=when)
    assert made.html.startswith(
        '<h1><a href="https://e.org/a">A title</a></h1><img src="https://e.org/lead-picture.jpg"/><p>Words'
    )
    assert made.html.endswith("</p><footer>Paper · 4 May 2026, 03:02 UTC</footer>")
    assert made.without_media == made.html.replace('<img src="https://e.org/lead-picture.jpg"/>', "")
    assert not made.is_rtl


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ('<img src="https://cdn.e.org/lead-picture-640x480.jpg">' + LONG, 1),
        (LONG + '<img src="https://e.org/lead-picture.jpg?w=800">', 1),
        ('<img src="https://e.org/something-else.jpg">' + LONG, 1),
        (LONG + '<img src="https://e.org/something-else.jpg">', 2),
    ],
)
def test_no_picture_is_shown_twice_nor_two_at_the_beginning(content: str, shown: int) -> None:
    made = rich(content, images=(Image("https://e.org/lead-picture.jpg"),))
    assert made.html.count("<img") == shown
    assert "<img" not in made.without_media


def test_an_article_that_is_refused_falls_back_to_all_of_its_text_where_the_chat_wants_that() -> None:
    look = replace(LOOK, style=Style.ARTICLE, split=True)
    content = "".join(f"<p>Paragraph {number}. {'Words of an article. ' * 20}</p>" for number in range(30))
    made = compose(stored(content), look)
    assert made.rich is not None
    assert replace(made, rich=None) == compose(stored(content), replace(look, style=Style.FULL))
    assert made.rest[-1].text.endswith("\n\nPaper")
    whole = compose(stored(content), replace(look, split=False))
    assert whole.rest == ()
    assert whole.text.text.endswith("Read on\n\nPaper")
    assert compose(stored("<p>Short.</p>"), look) == compose(
        stored("<p>Short.</p>"), replace(look, style=Style.FULL)
    )


def test_captions_go_with_their_pictures_where_none_are_wanted() -> None:
    content = LONG + "<figure><img src=/p.jpg><figcaption>Below it</figcaption></figure>"
    assert "Below it" in rich(content).html
    assert "Below it" not in rich(content).without_media
    made = rich_of(stored(content), replace(LOOK, images=False))
    assert made is not None
    assert made.html == made.without_media


LEFT = [
    ("<p>x</p><img src=/p.jpg>", "<p>x</p>"),
    ("<ul><li>x<li><img src=/p.jpg></ul>", "<ul><li>x</li></ul>"),
    ("<ol start=3><li><ul><li><img src=/p.jpg></ul></ol>y", "<p>y</p>"),
    ("<blockquote><figure><img src=/p.jpg><figcaption>c</figcaption></figure></blockquote>y", "<p>y</p>"),
    ("<details><summary><b>s</b></summary><img src=/p.jpg></details>", "<p><b>s</b></p>"),
    ("<details><img src=/p.jpg></details>y", "<p>y</p>"),
    (
        "<details><summary>s</summary>x</details><details><summary>t</summary><img src=/p.jpg></details>",
        "<details><summary>s</summary><p>x</p></details><p>t</p>",
    ),
    ("<img src='/p.jpg?a&amp;b'><figure><img src=/q.jpg><figcaption>c</figcaption></figure>", ""),
]


@pytest.mark.parametrize(("source", "expected"), LEFT, ids=range(len(LEFT)))
def test_what_held_but_a_picture_goes_with_it(source: str, expected: str) -> None:
    made = Rich(body(source), "")
    assert made.showing({}) == expected
    assert made.showing({url: url for url, *_ in made.pictures}) == made.html
    last = made.pictures[-1][0]
    assert made.showing({last: "https://e.org/?x&y"}).count('<img src="https://e.org/?x&amp;y"/>') == 1


def test_a_picture_has_its_other_addresses_and_that_of_the_proxy() -> None:
    image = Image("https://e.org/lead-picture.jpg", ("https://e.org/a.jpg", "https://e.org/a.svg"))
    look = replace(LOOK, image_proxy="https://proxy.e.org/?url={url}")
    made = rich_of(stored(LONG + "<img src=/some-other-picture.jpg>", images=(image,)), look)
    assert made is not None
    proxied = "https://proxy.e.org/?url=https%3A%2F%2F"
    assert made.pictures == (
        (image.url, "https://e.org/a.jpg", f"{proxied}e.org%2Flead-picture.jpg"),
        (
            "https://news.example.org/some-other-picture.jpg",
            f"{proxied}news.example.org%2Fsome-other-picture.jpg",
        ),
    )
    assert {made: 1}[made]


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ("", {}),
        ("<p>Short.</p>", {}),
        ("<p>Short.</p><img src=/only-this-picture.jpg>", {}),
        (
            "<img src='https://e.org/same-picture.jpg'>x",
            {"images": (Image("https://e.org/same-picture.jpg"),)},
        ),
        ("<p>A title</p><hr>", {}),
        (LONG, {"enclosures": (Enclosure("https://e.org/a.mp3", "audio/mpeg"),)}),
    ],
)
def test_where_nothing_is_gained_there_is_none(content: str, fields: dict[str, Any]) -> None:
    assert rich_of(stored(content, **fields), LOOK) is None


@pytest.mark.parametrize(
    "content",
    [
        "x" * WORTH,
        "<p>x</p><h2>y</h2>z",
        "<pre>x</pre>",
        "<table><tr><td>a<td>b<tr><td>c<td>d</table>",
        "<ul><li><pre>x</pre></ul>",
        "<img src=/one-of-the-pictures.jpg>x<img src=/another-picture.jpg>",
    ],
)
def test_what_only_a_rich_message_shows_is_worth_one(content: str) -> None:
    assert rich(content).html


def test_the_fuller_text_of_the_page_is_taken_with_its_own_addresses() -> None:
    one = replace(stored("<p>Short.</p>"), page=Page(text_html=LONG + "<a href='x'>y</a>"))
    made = rich_of(one, LOOK)
    assert made is not None
    assert '<a href="https://e.org/x">y</a>' in made.html
    less = replace(stored(LONG * 2), page=Page(text_html=LONG))
    made = rich_of(less, LOOK)
    assert made is not None
    assert made.html.count("Words") == 200


def test_a_document_beside_it_is_led_to() -> None:
    made = rich(LONG, enclosures=(Enclosure("https://e.org/a.pdf", "application/pdf", 2_000_000),))
    assert made.html.endswith('<footer><a href="https://e.org/a.pdf">📄 PDF · 2 MB</a><br>Paper</footer>')


def test_a_title_that_is_but_the_text_again_is_left_out_and_the_source_leads_to_the_item() -> None:
    made = rich(LONG, title="Words of an article. Words of an…")
    assert "<h1>" not in made.html
    assert made.html.endswith('<footer><a href="https://e.org/a">Paper</a></footer>')


def test_hits_are_marked_and_named() -> None:
    hit = Hit(1, "rain", ("rain",))
    made = rich_of(stored(LONG + "<p>rain, trains</p>", title="Rain"), LOOK, (hit,))
    assert made is not None
    assert '<h1><a href="https://e.org/a"><mark>Rain</mark></a></h1>' in made.html
    assert "<p><mark>rain</mark>, trains</p>" in made.html
    assert made.html.endswith("<footer>Paper<br>🔔 rain</footer>")


def test_what_is_written_from_right_to_left_says_so() -> None:
    assert rich("<p>" + "كلمات من مقال " * 200 + "</p>").is_rtl
    assert rich("<p>" + "מילים ממאמר " * 200 + "</p>").is_rtl
    assert not rich("<p>" + "字" * 1600 + "</p>").is_rtl


FULL = {
    "source": "<p>" + "Ж" * 99 + ".</p>",
    "letters": "<p>" + "a" * 99 + ".</p>",
    "one paragraph": "Sentences follow. ",
    "blocks": "<p>x</p>",
    "points": "<ul><li>x</ul>",
    "rows": "<table><tr><td>a<td>b<tr><td>c<td>d</table>",
    "formats": "<b>x</b> <i>y</i> ",
    "links": "<p><a href=/a>x</a> <a href=/b>y</a></p>",
    "entities": "&amp;&lt;&gt;",
    "code": "<pre>" + "x = 1\n" * 40 + "</pre>",
    "pictures": "<img src=/p.jpg><img src=/q.jpg><p>Some text.</p>",
}


@pytest.mark.parametrize("piece", FULL.values(), ids=FULL)
def test_what_is_too_long_ends_in_time_and_leads_on(piece: str) -> None:
    made = rich("<h2>Head</h2>" + piece * (200_000 // len(piece)))
    assert made.html.endswith('<p><a href="https://e.org/a">… Read on</a></p><footer>Paper</footer>')
    assert len(list(files_in(blocks_of(made.html)))) <= blocks.MEDIA_LIMIT


def test_one_long_paragraph_is_cut_after_a_sentence() -> None:
    made = rich("Sentences follow. " * 5000)
    assert 'Sentences follow.</p><p><a href="https://e.org/a">… Read on</a></p>' in made.html
    assert len(made.html) > 30_000


@pytest.mark.parametrize(
    "piece",
    [
        "<ul><li>",
        "<blockquote>",
        "<b>",
        "<table><tr><td>",
        "<details><summary>x",
        "<ul><ul>",
        "<figure><p>",
        "<ol>",
    ],
)
def test_the_time_that_nesting_takes_grows_with_its_length_alone(piece: str) -> None:
    content = piece * (10_000_000 // len(piece)) + LONG
    began = time.process_time()
    rich_of(stored(content), LOOK)
    assert time.process_time() - began < 5, "some 0.2 s; what is quadratic takes hours"


@pytest.mark.parametrize("piece", ["<ul><li>", "<blockquote>", "<ol><li><blockquote>", "<ul><ul>"])
def test_what_is_nested_too_deep_becomes_flat_and_stays(piece: str) -> None:
    made = rich(piece * 100 + "<b><i><u><s><code>deep</code></s></u></i></b>" + LONG)
    assert "deep" in made.html


PIECES = """
<p> </p> <ul> <ol_start=2> </ul> <li> </li> <b> </b> <i> <a_href=/x> </a> <a_href='mailto:x'> <table> <tr> <td>
<th_colspan=3> <td_rowspan=4> </td> </table> <caption> <pre> </pre> <code> <br> <hr> <img_src=/p.jpg> <h1> </h2>
<figure> <figcaption> </figure> <details> <summary> </details> <blockquote> </blockquote> <sup> <q> <dt> <div> </div>
<p_class=caption> text a_b < & &nbsp; _ \u200e 🌧 字 <img_src='http://a.b/"'> <div_class=addtoany>
"""


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split()), max_size=60))
def test_whatever_comes_is_written_as_telegram_reads_it(pieces: list[str]) -> None:
    made = rich(LONG + "".join(pieces).replace("_", " "))
    assert made.showing({}) == made.without_media
    blocks_of(made.showing({url: url for url, *_ in made.pictures[1:]}))


def test_an_article_that_breaks_off_leads_on_and_one_with_a_film_of_its_own_is_one() -> None:
    long = "<p>" + "The council met and voted late. " * 80 + "</p>"
    assert "Read on" not in rich(long).html
    assert "Read on" in rich(f"{long}<p>And then it […]</p>").html
    film = Enclosure("https://v.example/one.mp4", "video/mp4")
    told = rich(f"{long}<video src='https://v.example/one.mp4'></video>", enclosures=(film,))
    assert 'href="https://v.example/one.mp4"' in told.html
    assert rich_of(stored(long, enclosures=(film,)), LOOK) is None


def test_what_is_hidden_or_escaped_twice_is_read_as_in_every_other_form() -> None:
    html = "<p>a <span class='invisible'>b</span> &amp;quot;c&amp;quot; <code>&amp;quot;</code></p>"
    assert body(html) == '<p>a "c" <code>&amp;quot;</code></p>'


def test_pictures_alone_say_what_they_say_when_pointed_at() -> None:
    joke = "It is the mouse-over text, of course, and all there is."
    assert joke in body(f"<img src='https://i.example/1.png' title='{joke}'>")
    assert joke not in body(f"<p>Text</p><img src='https://i.example/1.png' title='{joke}'>")


def test_a_frame_that_plays_something_known_leads_there_in_its_place() -> None:
    frame = (
        '<p>a</p><iframe src="https://www.youtube.com/embed/abcdefghijk" title="The mill"></iframe><p>b</p>'
    )
    leads = '<p><a href="https://www.youtube.com/watch?v=abcdefghijk">▶ The mill</a></p>'
    assert body(frame) == f"<p>a</p>{leads}<p>b</p>"
    assert body('<p>a</p><iframe src="https://ads.example/1"></iframe><p>b</p>') == "<p>a</p><p>b</p>"

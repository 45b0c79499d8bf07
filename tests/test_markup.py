"""Foreign HTML: what is kept, what is dropped, and that nothing whatever makes it fail or hang."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.characters import is_blank
from bot.render.links import absolute
from bot.render.markup import read_html
from bot.render.parts import ENTITY_LIMIT, Entity, EntityKind, RichText, units
from bot.render.plain import PLAIN_LIMIT, plain
from bot.render.serialise import serialise
from bot.render.tags import tokens
from bot.render.tails import without_tail
from tests.oracle import as_sent, has_marks, looks, parse_html

BASE = "https://news.example.org/a/b.html"


def html(source: str, **options: bool) -> str:
    return serialise(read_html(source, BASE, **options))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<strong>a</strong> <em>b</em> <ins>c</ins> <del>d</del>", "<b>a</b> <i>b</i> <u>c</u> <s>d</s>"),
        ("<tg-spoiler>x</tg-spoiler><span class='tg-spoiler'>y</span>", "<tg-spoiler>xy</tg-spoiler>"),
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<p>one</p>\n\n<p>&nbsp;</p><br><br><br><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("a <b> b </b> c", "a <b>b</b> c"),
        ("<b>a<i>b</b>c</i>d", "<b>a<i>b</i></b><i>c</i>d"),
        ("<h2>Head</h2>text", "<b>Head</b>\n\ntext"),
        ("<ul><li>a<li>b<ol><li>c</li></ol></ul>d", "• a\n• b\n  1. c\n\nd"),
        ("<ol start=3><li><p>x</p><li></li><li>y</ol>", "3. x\n5. y"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td></td><td>c</td></tr></table>", "<pre>a  b\n   c</pre>"),
        ("<blockquote>q<blockquote>r</blockquote></blockquote>", "<blockquote>q\n\nr</blockquote>"),
        ("<pre>  x\n\n  y &lt;</pre>", "<pre>  x\n\n  y &lt;</pre>"),
        (
            "<pre><code class='language-py'>a\n  b</code></pre>",
            '<pre><code class="language-py">a\n  b</code></pre>',
        ),
        ("<details><summary>s</summary>body</details>", "<b>s</b>\nbody"),
        ("<q>so</q>, 10<sup>9</sup> H<sub>2</sub>O", "“so”, 10⁹ H₂O"),
        ("a<img src=x alt='a dog'>b<img alt='🎉'>", "ab🎉"),
        ("<figure><img src=x><figcaption>cap</figcaption></figure>t", "cap\n\nt"),
        (
            "x<script>alert('<b>')</script><style>p{}</style><iframe>i</iframe><form>f</form><svg>s</svg>y",
            "xy",
        ),
        ("x<div class='sharedaddy sd-like'>Share <div>on</div></div>y", "xy"),
        ("<script src=x />kept", "kept"),
        ("<a href='/c'>rel</a>", '<a href="https://news.example.org/c">rel</a>'),
        ("<a href='#n'>1</a><a href='javascript:x()'>j</a><a href='http://localhost/'>l</a>", "1jl"),
        ("<a href='/x'></a><a href='/y'><img src=z></a>t", "t"),
        ("<a href='/x'>a <a href='/y'>b</a>", None),
        ("<a href='/x'>see <code>y</code></a>", '<a href="https://news.example.org/x">see y</a>'),
        ("<blockquote>q<pre>p</blockquote>r", "<blockquote>q\n\n<pre>p</pre></blockquote>\n\nr"),
        ("<code>a <a href='/x'>b</a></code>", "<code>a b</code>"),
        ("a <!-- no --> b <![CDATA[c]]> <?php d ?> <!doctype e> f", "a b c f"),
        ("1 < 2 && 3 > 2 <3", "1 &lt; 2 &amp;&amp; 3 &gt; 2 &lt;3"),
        ("cut off <a href='http://x.example", "cut off"),
        ("<正>one <b>two</b></正> three", "&lt;正&gt;one <b>two</b> three"),
        ('<p title="a>x <i>y</i> "z', 'x <i>y</i> "z'),
        ("if a <b then c", "if a &lt;b then c"),
        ("&amp;lt;b&amp;gt; &eacute;&#8212;&nbsp;", "&amp;lt;b&amp;gt; é—"),
        ("<p title='a>b' data-x=\"c>d\">t", "t"),
        ("中文\n中文 <b>很</b> 好", "中文中文 <b>很</b> 好"),
    ],
)
def test_html_becomes(source: str, expected: str | None) -> None:
    if expected is not None:
        assert html(source) == expected
    assert parse_html(html(source)) == read_html(source, BASE)


def test_marks_of_direction_that_meet_across_tags_are_as_telegram_has_them() -> None:
    rich = read_html("a<b>\u200f</b><i>\u200f</i>b")
    assert as_sent(rich).text == rich.text == "a\u200c\u200fb"


def test_a_link_begun_in_a_link_ends_the_first() -> None:
    links = read_html("<a href='/x'>a <a href='/y'>b</a>", BASE).entities
    assert [(one.offset, one.length, one.url[-2:]) for one in links] == [(0, 1, "/x"), (2, 1, "/y")]


def test_captions_are_left_out_where_a_picture_shows() -> None:
    source = (
        "<img src=x><div><small>small</small></div><figure><img><figcaption>fig</figcaption></figure>"
        "<p class='wp-caption-text'>wp</p><p>text <small>kept</small></p>"
    )
    assert html(source, captions=False) == "text kept"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\x00b\x07c\rd\x7f", "a b cd"),
        ("a\u202eb\u2066c\u2028d", "abc d"),
        ("\u200b\u200bx\ufeff\u00ady\u2060", "xy"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("z" + "\u0301" * 50, "z" + "\u0301" * 4),
        ("A\u030a", "Å"),
        ("a\u200d\u200d\u200d\u200db", "a\u200db"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f x\U000e0041", None),
        ("東京\u3000大阪", "東京\u3000大阪"),
        ("\ud83d lone", "lone"),
    ],
)
def test_characters_that_only_disturb_go(raw: str, expected: str | None) -> None:
    flag = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f x"
    assert read_html(raw).text == (flag if expected is None else expected)


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("  https://x.org/a b\n", "https://x.org/a%20b"),
        ("//x.org?q", "https://x.org/?q"),
        ("www.x.org/y", "http://www.x.org/y"),
        ("../z", "https://news.example.org/z"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("tg://user?id=1", None),
        ("mailto:a@b.org", None),
        ("http://x.org:70000/", None),
        ("http://[::1", None),
        ("data:text/html,x", None),
        ("", None),
    ],
)
def test_addresses_are_absolute_and_as_telegram_writes_them(href: str, expected: str | None) -> None:
    assert absolute(href, BASE) == expected
    if expected:
        link = RichText("x", (Entity(EntityKind.LINK, 0, 1, url=expected),))
        assert parse_html(serialise(link)) == link


@pytest.mark.parametrize(
    "tail",
    [
        "<p>The post <a href=x>T</a> appeared first on <a href=y>S</a>.</p>",
        "<p>Der Beitrag T erschien zuerst auf S.</p>",
        "<a href=/x>Read more</a>",
        " <a href=/x>Continue reading →</a>",
        "[Read more…]",
        "<br/> submitted by <a>/u/x</a> to <a>r/y</a> <br/> <span>[link]</span> <span>[911 comments]</span>",
        "<p>Comments URL: https://x.org/1</p><p>Points: 3</p><p># Comments: 0</p>",
        "<ul><li>View Full Coverage on Google News</li></ul>",
        "<p>阅读全文</p>",
    ],
)
def test_what_feeds_append_is_dropped(tail: str) -> None:
    assert read_html("<p>It rains. It pours.</p>" + tail).text == "It rains. It pours."


@pytest.mark.parametrize(
    "text",
    [
        "She learned to read more books.",
        "He wrote comments",
        "The post office closed.",
        "Points: many of them",
    ],
)
def test_what_only_sounds_like_a_tail_stays(text: str) -> None:
    assert without_tail(RichText("One. " + text)).text == "One. " + text


HOSTILE = {
    "nested": "<div>" * 2_000_000,
    "lists": "<ul><li>" * 500_000 + "x",
    "bold": "<b>x" * 250_000,
    "bold for nothing": "<b>" * 300_000 + "x" + "</i>" * 300_000,
    "links": "<a href='http://x.example/'>a</a> " * 100_000,
    "tags cut off": "<a " * 300_000,
    "quotes": "<a b='" * 200_000 + '<a b="' * 200_000,
    "comments": "<!--" * 250_000,
    "bogus": "<!x" * 300_000,
    "brackets": "<" * 1_000_000,
    "references": "&#0;&#xD800;&#x10FFFFFF;&bogus;" * 30_000,
    "ampersands": "&" * 1_000_000,
    "spaces": " \n\t\u00a0" * 300_000,
    "raw": "<script>" * 100_000 + "</script" * 100_000,
    "marks": "a" + "\u0301" * 1_000_000,
    "joiners": "👩\u200d" * 300_000,
    "flags": "🇩" * 500_000,
    "word": "x" * 5_000_000,
    "entities": "<b>x</b><i>y</i>" * 60_000,
    "attributes": "<p " + "a=1 " * 500_000 + ">t",
    "tails": "read more " * 100_000,
    "stops": ". " * 500_000,
    "classes": "<p class='" + "share " * 800_000 + "'>t",
    "decoded": "&lt;" * 2_000_000,
    "crossed": "<b><i><u><s>x</b>y</i>z</u>w</s>" * 10_000,
    "tables": "<table><tr><td>" * 300_000 + "x",
    "rows": "<table>" + "<tr><td>x" * 500_000,
    "small tables": "<table><tr><td>a<td>b<tr><td>c<td>d</table>" * 100_000,
    "wide tables": "<table>" + "<tr>" + "<td colspan=50 rowspan=50>a" * 500 + "<td>b</table>" * 3000,
    "counted down": "<ol reversed></ul>" * 200_000,
    "points": "<ol reversed><li>" * 300_000,
    "blanks in code": "<pre>x" + "<i> \n</i>" * 300_000 + "y",
    "styled": "<span style='font-weight:bold'>x" * 200_000,
    "decorated": "<span style='" + "text-decoration:" * 50_000 + "'>x",
    "escaped": "&lt;p x" * 1_000_000,
    "players": "<iframe src='https://www.youtube.com/embed/dQw4w9WgXcQ'></iframe>" * 100_000,
    "addresses": "<a href='mailto:a@b.org'>x" * 200_000,
    "formulas": "<math><annotation encoding=tex>x" * 100_000,
    "quotes in links": "<a href=http://x.example><blockquote>x<pre>y" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_html_takes_bounded_time_and_gives_what_telegram_takes(name: str) -> None:
    began = time.process_time()
    rich = read_html(HOSTILE[name], BASE)
    assert time.process_time() - began < 1.5
    assert units(rich.text) <= 4096
    assert len(rich.entities) <= ENTITY_LIMIT
    assert parse_html(serialise(rich)) == rich


def test_a_long_text_is_read_in_pieces_that_cut_nothing_apart() -> None:
    long = "x &CounterClockwiseContourIntegral;&amp; " * 3000
    assert "".join(map(str, tokens(f"<b>{long}</b>"))).count("x \u2233& ") == 3000
    after_blanks = " " * 100_000 + "\u200b" * 100_000 + "word"
    assert read_html(after_blanks, limit=20).text == "word"


TAGS = "b /b i /i u /u s /s code /code pre /pre blockquote /blockquote p /p br ul li /ul tr td h1 /h1 tg-spoiler script"
WORDS = (
    *(
        "<a href='http://x.org/'>",
        "</a>",
        "</tg-spoiler>",
        "<!--",
        "-->",
        "<",
        ">",
        "&",
        "&lt;",
        "&amp;",
        "&nbsp;",
    ),
    *(
        "😀",
        "👨‍👩‍👧",
        "e\u0301",
        "。",
        ".",
        "\n",
        " ",
        "\u202e",
        "\ud800",
        "\x00",
        "\u200d",
        "\u200f",
        "[",
        "*",
        "_",
        "word",
        "中文",
    ),
)
FRAGMENT = st.sampled_from([*(f"<{name}>" for name in TAGS.split()), *WORDS])


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENT | st.text(max_size=5), max_size=60).map("".join), st.integers(1, 60) | st.just(4096))
def test_any_html_gives_text_and_entities_that_telegram_reads_back(source: str, limit: int) -> None:
    rich = read_html(source, BASE, limit)
    assert units(rich.text) <= limit
    assert rich.text == rich.text.rstrip()
    assert not rich.text[:1].isspace() or rich.entities[0].offset == 0
    for one in rich.entities:
        assert one.length > 0
        assert one.offset + one.length <= units(rich.text)
    back = parse_html(serialise(rich))
    assert back.text == rich.text
    assert looks(back) == looks(rich)
    if rich.text and not is_blank(rich.text) and not has_marks(rich.text):
        sent = as_sent(rich)
        assert sent.text == rich.text
        assert looks(sent) == looks(rich)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/ab!-='\" &;#x\n[]", max_size=200))
def test_no_string_makes_the_tokenizer_fail(source: str) -> None:
    assert all(token != "" for token in tokens(source))


def test_plain_keeps_paragraphs_and_drops_what_html2text_adds() -> None:
    source = (
        "<p>1. first. <b>加粗</b>文字 a_b *c* &amp; <a href=x>link</a></p><ul><li>one</ul><p>- dash 5+5</p>"
    )
    assert plain(source) == "1. first. 加粗文字 a_b *c* & link\n\n* one\n\n- dash 5+5"


@pytest.mark.parametrize(
    "source", ["<![foo bar]>text", "<ul>" * 5000 + "text", "text" + "<!" * 3, "\ud800text", "<b>text<script>"]
)
def test_plain_never_fails(source: str) -> None:
    assert "text" in plain(source)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("length", [PLAIN_LIMIT, 10 * PLAIN_LIMIT])
def test_plain_takes_bounded_time(name: str, length: int) -> None:
    began = time.process_time()
    assert len(plain(HOSTILE[name][:length])) <= length
    assert time.process_time() - began < 5, "0.3 s at most"


def test_plain_leaves_no_blanks_at_the_ends_of_lines() -> None:
    assert plain("<p>one <br>two <br/> three</p>") == "one\ntwo\nthree"


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENT, max_size=40).map("".join))
def test_plain_takes_anything(source: str) -> None:
    assert isinstance(plain(source), str)


def test_references_escaped_twice_are_read_in_running_text_alone() -> None:
    html = "The Byrds &amp;quot;There&amp;#39;s&amp;quot; &amp;lt;b&amp;gt; &amp;nonsense; <code>&amp;quot;</code>"
    assert read_html(html).text == 'The Byrds "There\'s" &lt;b&gt; &nonsense; &quot;'
    assert read_html("<pre>&amp;quot;</pre>").text == "&quot;"


def test_below_a_picture_text_begins_before_captions_and_players() -> None:
    picture = "<figure><img src='/a.png'><figcaption>One</figcaption></figure>"
    player = "<iframe src='https://www.youtube.com/embed/abcdefgh'></iframe>"
    html = f"{picture}{player}<p>Text.</p>{picture}<p>More.</p>"
    assert read_html(html, below_picture=True).text == "Text.\n\n▶ YouTube\n\nOne\n\nMore."
    assert read_html(player, below_picture=True).text == "▶ YouTube"

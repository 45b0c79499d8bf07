"""What each kind of element becomes: tables, lists, code, players, emoji, notes, formulas, spoilers."""

import pytest

from bot.render.markup import read_html
from bot.render.serialise import serialise
from tests.oracle import parse_html

BASE = "https://news.example.org/a/b.html"
WATCH = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
EMBED = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0"

TABLES = [
    (
        "<table><thead><tr><th>Name<th>Price</thead><tr><td>Apple<td>3<tr><td>Plum<td>12.50</table>",
        "<pre>Name   Price\n────────────\nApple      3\nPlum   12.50</pre>",
    ),
    (
        "<table><tr><td>東京<td>a<tr><td>e\u0301<td>b<tr><td>👩‍👩‍👧<td>c</table>",
        "<pre>東京  a\ne\u0301     b\n👩‍👩‍👧    c</pre>",
    ),
    (
        "<table><tr><td colspan=2>All<td>1<tr><td rowspan=2>x<td>y<td>2<tr><td>z<td>3</table>",
        "<pre>All     1\nx    y  2\n     z  3</pre>",
    ),
    (
        "<table><caption>C</caption><tr><td>a<td>b<tr><td>c<td>d</table>t",
        "C\n\n<pre>a  b\nc  d</pre>\n\nt",
    ),
    (
        "<table><tr><td>a<td><a href='/x'>b</a><tr><td>c<td>d</table>",
        'a | <a href="https://news.example.org/x">b</a>\nc | d',
    ),
    (
        (
            "<table><tr><th>Version<th>Released<th>What is new in it<tr><td>1.0<td>May 2020<td>All of it, at last"
            "<tr><td>1.1<td><td>Less</table>"
        ),
        (
            "<b>1.0</b>\nReleased: May 2020\nWhat is new in it: All of it, at last\n\n"
            "<b>1.1</b>\nWhat is new in it: Less"
        ),
    ),
    (
        "<table><tr><th>Place<td>The old harbour, behind the market<tr><th>Entry<td>free</table>",
        "<b>Place</b> | The old harbour, behind the market\n<b>Entry</b> | free",
    ),
    ("<table><tr><td><p>One.</p><p>Two.</p><ul><li>x</ul><td>side</table>", "One.\n\nTwo.\n\n• x\n\nside"),
    ("<table><tr><td>one<tr><td>two</table>three", "one\ntwo\n\nthree"),
    (
        "<table><tr><td>a<table><tr><td>b<td>c<tr><td>d<td>e</table></table>f",
        "a\n\n<pre>b  c\nd  e</pre>\n\nf",
    ),
    ("<table role=presentation><tr><td>a<td>b</table>", "a\nb"),
    ("<table><tr><td>a<td>b<tr><td>c", "<pre>a  b\nc</pre>"),
    ("<pre><table><tr><td>a<td>b</table></pre>", "<pre>a | b</pre>"),
]
LISTS = [
    ("<ol reversed><li>a<li>b<li>c</ol>", "3. a\n2. b\n1. c"),
    ("<ol reversed start=7><li>a<li>b</ol>", "7. a\n6. b"),
    ("<ol><li>a<li value=5>b<li>c</ol>", "1. a\n5. b\n6. c"),
    (
        "<ul><li><input type=checkbox checked disabled> a<ul><li><input type='checkbox'/>b</ul></ul>",
        "☑ a\n  ☐ b",
    ),
    ("<dl><dt>Time<dd>noon<dt>Place</dt><dd>here</dl>t", "<b>Time</b>\nnoon\n<b>Place</b>\nhere\n\nt"),
]
CODE = [
    ("<pre>if <b>x</b>   y\n\n  <i>z</i> </pre>t", "<pre>if x   y\n\n  z</pre>\n\nt"),
    ("<pre>a\n\n\n<i>  b</i></pre>", "<pre>a\n\n\n  b</pre>"),
    ("<pre>a<br>  b</pre>", "<pre>a\n  b</pre>"),
    ("<div class='highlight highlight-source-rust'><pre>x</pre></div>", "rust:x"),
    (
        "<figure class='highlight js'><table><tr><td class=gutter>1<td class=code><pre>x</pre></table></figure>",
        "js:x",
    ),
    ("<pre class='brush: php; title: ;'>x</pre>", "php:x"),
    ("<pre data-lang=Go>x</pre>", "go:x"),
    ("<pre><code data-language='c++'>x</code></pre>", "c++:x"),
    ("<pre class='sourceCode python'><code class='sourceCode python'>x</code></pre>", "python:x"),
    ("<pre><code class='lang-sql hljs'>x</code></pre>", "sql:x"),
    ("<pre><code class='language-plaintext'>x</code></pre>", "<pre>x</pre>"),
    ("<pre lang=en>x</pre>", "<pre>x</pre>"),
    ("<kbd>Ctrl</kbd>+<samp>C</samp>", "<code>Ctrl</code>+<code>C</code>"),
]
PLAYERS = [
    (
        f"a<iframe src='{EMBED}' title='YouTube video player'></iframe>b",
        f'a\n\n<a href="{WATCH}">▶ YouTube</a>\n\nb',
    ),
    (f"<iframe src='{EMBED}' title='How  it\nworks'></iframe>", f'<a href="{WATCH}">▶ How it works</a>'),
    (f"<iframe src='{EMBED}' title='a <b> c d'></iframe>", f'<a href="{WATCH}">▶ YouTube</a>'),
    ("<iframe src='//player.vimeo.com/video/12?h=1'></iframe>", '<a href="https://vimeo.com/12">▶ Vimeo</a>'),
    (
        "<iframe src='https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b&auto=1'></iframe>",
        '<a href="https://soundcloud.com/a/b">▶ SoundCloud</a>',
    ),
    ("a<iframe src='https://ads.example/x'></iframe>b", "ab"),
    (
        "<audio controls><source src='/e%201.mp3'>no</audio>",
        '<a href="https://news.example.org/e%201.mp3">▶ e 1.mp3</a>',
    ),
    ("<video src=/c.mp4 /> <p>t", '<a href="https://news.example.org/c.mp4">▶ c.mp4</a>\n\nt'),
    (f"<object><embed src='{EMBED}'></object>", f'<a href="{WATCH}">▶ YouTube</a>'),
    ("<object><embed src='/x.swf'></object>t", "t"),
]
SIGNS = [
    ("<img class='emoji' alt=':heart:' title=':heart:' src=/h.png>", "❤️"),
    ("<img class='emoji' alt=':rocket:'> <img class=emoji alt=':our_own:'>", "🚀 :our_own:"),
    ("<img class='wp-smiley' src='https://s.w.org/images/core/emoji/72x72/1f600.png' alt=''>", "😀"),
    ("<img src=/1f600.png alt=chart>t", "t"),
    ("<i class='emoji' style=\"background-image:url('//x/1.png')\"><b>😀</b></i>", "<b>😀</b>"),
    ("<tg-emoji emoji-id=1>👍</tg-emoji>", "👍"),
    ("a<sup><a href='#fn1'>1</a></sup>, b<sup>[<a href='#n2'>2</a>]</sup>", "a¹, b²"),
    ("a<a role='doc-noteref' href='#fn1'>1</a>b", "a¹b"),
    (
        "10<sup>th</sup>, 2<sup>nd</sup>, 2<sup>n</sup>, CO<sub>2</sub>, x<sub>max</sub>",
        "10th, 2nd, 2ⁿ, CO₂, xmax",
    ),
    (
        "<h2>Head<a class=headerlink href='#head'>¶</a></h2>note <a href='#fnref1'>↩︎</a>",
        "<b>Head</b>\n\nnote",
    ),
    ("<math alttext='x^2'><mi>x</mi></math>", "<code>x^2</code>"),
    (
        (
            "<span class=katex><span class=katex-mathml><math><mi>x</mi><annotation encoding='application/x-tex'>x^2"
            "</annotation></math></span><span class=katex-html>x2</span></span> t"
        ),
        "<code>x^2</code> t",
    ),
    ("<math><mi>x</mi><mo>=</mo><mn>2</mn></math>", "<code>x=2</code>"),
    ("<img class=latex alt='a_b'>", "<code>a_b</code>"),
    ("<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>", "東京（とうきょう）"),
    ("<mark>a</mark> <abbr title=b>c</abbr> <q>d</q><hr>e", "a c “d”\n\ne"),
]
STYLES = [
    ("<span class='md-spoiler-text'>a</span> b", "<tg-spoiler>a</tg-spoiler> b"),
    ("<div class=spoiler>a <div>b</div></div>c", "<tg-spoiler>a\nb</tg-spoiler>\nc"),
    ("<span data-spoiler>a</span>b", "<tg-spoiler>a</tg-spoiler>b"),
    ("<span style='font-weight: bold'>a <span>b</span></span> c", "<b>a b</b> c"),
    ("<span style='font-style:italic;text-decoration: line-through'>a</span>", "<i><s>a</s></i>"),
    ("<b style='font-weight:normal;' id='docs-internal-guid-1'>a <b>b</b></b>", "a <b>b</b>"),
    ("<div style='display:none'>pre <div>header</div></div>t", "t"),
    ("<span style='font-size:0px'>x</span><span style='font-size:0.9em'>t</span>", "t"),
]
CONTACTS = [
    ("<a href='mailto:ann@x.org?subject=Hi'>Write to Ann</a>.", "Write to Ann (ann@x.org)."),
    ("<a href='mailto:ann@x.org'>ann@x.org</a>", "ann@x.org"),
    ("<a href='mailto:?body=x'>mail this</a>", "mail this"),
    (
        "<a href='tel:+49-30-1234'>Call</a> or <a href='tel:+49301234'>+49 30 1234</a>",
        "Call (+49-30-1234) or +49 30 1234",
    ),
]
ESCAPED = [
    ("&lt;p&gt;One &amp;amp; &lt;b&gt;two&lt;/b&gt;&lt;/p&gt;", "One &amp; <b>two</b>"),
    ("One&lt;br /&gt;two&lt;br&gt;", "One\ntwo"),
    ("&lt;img src=&quot;x.png&quot; /&gt;text", "text"),
    ("Use &lt;p&gt; for what &lt;br&gt; cannot do", "Use &lt;p&gt; for what &lt;br&gt; cannot do"),
    ("<p>&lt;p&gt;one&lt;/p&gt;</p>", "&lt;p&gt;one&lt;/p&gt;"),
    ("<code>&lt;p&gt;</code>", "<code>&lt;p&gt;</code>"),
    ("&lt;div&gt; is a tag", "&lt;div&gt; is a tag"),
]


@pytest.mark.parametrize(
    ("source", "expected"), [*TABLES, *LISTS, *PLAYERS, *SIGNS, *STYLES, *CONTACTS, *ESCAPED]
)
def test_an_element_becomes_what_a_reader_of_messages_would_write(source: str, expected: str) -> None:
    rich = read_html(source, BASE)
    assert serialise(rich) == expected
    assert parse_html(expected).text == rich.text


@pytest.mark.parametrize(("source", "expected"), CODE)
def test_code_keeps_its_blanks_and_the_name_of_its_language(source: str, expected: str) -> None:
    language, colon, text = expected.partition(":")
    if colon:
        expected = f'<pre><code class="language-{language}">{text}</code></pre>'
    assert serialise(read_html(source, BASE)) == expected


def test_players_are_left_out_where_a_picture_stands_beside_the_text() -> None:
    assert read_html(f"a<iframe src='{EMBED}'></iframe>", captions=False).text == "a"


def test_what_a_picture_says_when_pointed_at_is_read_where_nothing_else_is() -> None:
    picture = "<img src='/c.png' title='Why not send the <i>robots</i> to where the fun is?'>"
    assert read_html(picture, captions=False).text == "Why not send the robots to where the fun is?"
    assert read_html(picture + "<p>More").text == "More"


def test_a_table_too_large_to_look_through_is_told_as_it_comes() -> None:
    rows = "".join(f"<tr><td>{number}<td>x" for number in range(2000))
    assert read_html(f"<table>{rows}</table>").text.startswith("0 | x\n1 | x\n2 | x")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("10<sup>\u22124</sup> and x<sub>\u22121</sub>", "10⁻⁴ and x₋₁"),
        (
            "<p><a>View in browser</a></p><p>Rain.</p><p><a>Unsubscribe</a> | <a>Privacy policy</a></p>",
            "Rain.",
        ),
        ("<p>Regen.</p><p><a href='https://e.org/u'>Abbestellen</a></p>", "Regen."),
        ("<p>下雨。</p><p><a href='https://e.org/u'>取消订阅</a></p>", "下雨。"),
        ("<p>Unsubscribe from it all, they said.</p>", "Unsubscribe from it all, they said."),
        ("<p>How to unsubscribe</p><p>Rain.</p>", "How to unsubscribe\n\nRain."),
    ],
)
def test_minus_signs_are_raised_and_newsletters_feet_dropped(html: str, text: str) -> None:
    assert read_html(html).text == text

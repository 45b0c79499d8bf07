"""Message templates: what they make of an item, what is refused and how, and that none is ever a danger."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.items import FeedId, Hit, Image, Item, ItemId, Page, StoredItem
from bot.render import template
from bot.render.look import Look
from bot.render.markup import read_html
from bot.render.parts import TEXT_LIMIT, units
from bot.render.serialise import serialise
from bot.render.template import OUTPUT_LIMIT, TemplateFailed, TemplateWrong, check, fill
from bot.render.template_filters import DIRECTIVES, FILTERS
from bot.render.template_language import NAMES
from tests.oracle import has_hashtag, parse_html

DOCUMENT = Path(__file__).parent.parent / "docs" / "templates.md"
LOOK = Look(ZoneInfo("Europe/Berlin"), "en", labels=("mine",))
ITEM = Item(
    title="Rain <b>& {{ sun }}",
    link="https://news.example.org/1?a=b&c=d",
    published=datetime(2025, 2, 27, 23, 19, 43, tzinfo=UTC),
    author="Ann O.",
    source="The News",
    language="en",
    summary_html="<p>It <b>rains</b> here. It is sunny there, where nobody lives, as far as anyone can tell.</p>",
    content_html="<p>It <b>rains</b> here.</p><p>See <a href='/two'>two</a>.</p><pre>a\n b</pre>",
    base="https://news.example.org/",
    tags=("Wetter heute", "12", "हिन्दी"),
    images=(Image("https://img.example.org/a.jpg"),),
    via="https://forum.example.org/9",
)
HITS = (Hit(1, "rain | snow", ("Rain", "rains")),)


def stored(item: Item, page: Page | None = None) -> StoredItem:
    return StoredItem(ItemId("f.i"), FeedId("f"), item, 1, 1, page or Page())


def text(source: str, item: Item = ITEM, look: Look = LOOK) -> str:
    check(source)
    rich = read_html(fill(source, stored(item), look, HITS))
    assert parse_html(serialise(rich)) == rich
    return serialise(rich)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ title }}", "Rain &lt;b&gt;&amp; {{ sun }}"),
        (
            "<b><a href='{{ link }}'>{{ source }}</a></b>",
            '<b><a href="https://news.example.org/1?a=b&amp;c=d">The News</a></b>',
        ),
        ("{{ author }}, {{ language }}", "Ann O., en"),
        ("{{ time }}", "28 Feb 2025, 00:19"),
        ("{{ published }}", "2025-02-28 00:19"),
        ("{{ published|date('%e.%m.%y %H:%M:%S %%') }}", "28.02.25 00:19:43 %"),
        ("{{ summary|truncate(20) }}", "It <b>rains</b> here."),
        (
            "{{ content }}",
            'It <b>rains</b> here.\n\nSee <a href="https://news.example.org/two">two</a>.\n\n<pre>a\n b</pre>',
        ),
        ("{{ content|striptags|truncate(14) }}", "It rains here."),
        ("{{ tags }}; {{ hashtags }}; {{ labels }}", "Wetter heute, 12, हिन्दी; #WetterHeute; #mine"),
        ("{{ tags|join(' / ') }} {{ tags|length }}", "Wetter heute / 12 / हिन्दी 3"),
        ("{{ tags|first|upper }} {{ tags|last }} {{ labels|first|lower }}", "WETTER HEUTE हिन्दी #mine"),
        ("{{ image }} {{ via }}", "https://img.example.org/a.jpg https://forum.example.org/9"),
        ("{{ hits }}", "rain | snow"),
        ("{% for hit in hits %}{{ hit.name }}{% endfor %}", "rain | snow"),
        (
            "{% for hit in hits %}{{ hit.query }}: {{ hit.words|join(', ') }}{% endfor %}",
            "rain | snow: Rain, rains",
        ),
        (
            "{% for tag in tags %}{{ loop.index }}{{ tag|hashtag }}{% if not loop.last %}, {% endif %}{% endfor %}",
            "1#WetterHeute, 2, 3",
        ),
        ("{{ author|replace('Ann', '<i>')|title|trim }}", "&lt;I&gt; O."),
        ("{{ 'by ' ~ author if author else 'nobody' }}", "by Ann O."),
        ("{{ via|default(link) }}{{ source|capitalize|escape }}", "https://forum.example.org/9The news"),
        ("{% if 'sun' in title and not image is none %}yes{% elif title %}no{% endif %}", "yes"),
        ("{{ published is none }} {{ language == 'en' }}", "False True"),
        ("{{ title }}{# said by nobody #}", "Rain &lt;b&gt;&amp; {{ sun }}"),
    ],
)
def test_a_template_becomes(source: str, expected: str) -> None:
    assert text(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a\nb\n\nc\n\n\n\nd", "a\nb\n\nc\n\nd"),
        ("a\r\nb", "a\nb"),
        ("a<br>\nb<br/>\nc", "a\nb\nc"),
        ("<p>a</p>\n<p>b</p>\n\nc", "a\n\nb\n\nc"),
        ("<ul>\n{% for t in tags %}\n<li>{{ t }}</li>\n{% endfor %}\n</ul>", "• Wetter heute\n• 12\n• हिन्दी"),
        ("a\n{% if author %}\nb\n{% endif %}\nc", "a\nb\nc"),
        ("<pre>\na\n  b\n</pre>\nc", "<pre>a\n  b</pre>\n\nc"),
        ("<a\nhref='https://x.example/'>a</a>\nb", '<a href="https://x.example/">a</a>\nb'),
        ("<b>a</b>\n<i>b</i>", "<b>a</b>\n<i>b</i>"),
        ("{{ tags|join('\\n') }}", "Wetter heute\n12\nहिन्दी"),
    ],
)
def test_a_line_end_is_a_line_end(source: str, expected: str) -> None:
    assert text(source) == expected


def test_what_an_item_lacks_is_nothing() -> None:
    bare = Item(link="https://news.example.org/1")
    for name in NAMES - {"link", "labels", "hits"}:
        assert text(f"x{{{{ {name} }}}}{{{{ {name} or '-' }}}}", bare) == "x-"
    assert text("x{{ published|date }}{{ tags|first }}{{ summary|truncate(9) }}", bare) == "x"


def test_only_the_fields_that_a_template_names_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(template._FIELDS) == NAMES
    made: list[str] = []

    def making(name: str) -> Callable[[object], str]:
        def make(_: object) -> str:
            made.append(name)
            return name

        return make

    for name in NAMES:
        monkeypatch.setitem(template._FIELDS, name, making(name))
    assert fill("{% for t in tags %}{% endfor %}{{ title|upper }}", stored(ITEM), LOOK) == "TITLE"
    assert sorted(made) == ["tags", "title"]


def test_a_page_says_what_its_feed_does_not() -> None:
    page = Page(Image("https://img.example.org/p.jpg"), ITEM.summary_html, "<p>All of it.</p>")
    html = fill("{{ image }}: {{ summary|truncate(20) }} {{ content }}", stored(Item(title="t"), page), LOOK)
    assert read_html(html).text == "https://img.example.org/p.jpg: It rains here. All of it."


def test_the_chats_own_words_go_before_the_feeds() -> None:
    look = replace(LOOK, source="My news", language="zh", zone=ZoneInfo("UTC"))
    assert text("{{ source }}, {{ time }}", look=look) == "My news, 2025年2月27日 23:19 UTC"


@pytest.mark.parametrize("source", ["{{ via }}", "<b> </b>\n", "<img src='{{ link }}'>", "{{ title > 3 }}"])
def test_a_template_that_does_not_fit_its_item_fails_with_a_sentence(source: str) -> None:
    check(source)
    with pytest.raises(TemplateFailed, match=r"(?s)^It .* item\. .*\.$"):
        fill(source, stored(replace(ITEM, via=None)), LOOK)


LONG = "Word & <more>, " * 500_000
NASTY = replace(
    ITEM,
    title="{{ 7*7 }}{% raw %} </b>\n\x00\u202e" + LONG,
    author="ß" * 100_000,
    tags=("ﬃ" * 2000, "#a\n#b", *("tag",) * 100_000),
    content_html="<table><tr><td>" * 500 + LONG,
    summary_html="<b><i><a href='https://x.example/" + "y" * 2000 + "'>z</a>" * 3000 + "a" * 9000,
    published=datetime.min.replace(tzinfo=UTC),
    images=(Image("javascript:x"),) * 10_000,
)
NASTY_HITS = (Hit(1, "q" * 5000, ("w" * 5000,) * 5000),) * 500


@pytest.mark.parametrize(
    "source",
    [
        "{{ content }}" * 99,
        "{{ content|striptags|upper }}" * 10,
        "{{ content|truncate(4096)|truncate(4095)|truncate(4094) }}" * 6,
        "{{ title|replace('a', '" + "aaaaaaaaa" * 20 + "')|replace('a', '" + "aaaaaaaaa" * 20 + "') }}" * 4,
        "{% for t in tags %}" + "{{ tags }}{{ hits }}{{ t|hashtag|upper }}" * 10 + "{% endfor %}",
        "{% for h in hits %}" + "{{ h.words|join('" + "-" * 200 + "') }}" * 4 + "{% endfor %}",
        "{% if content == content and content in content and author|upper in content %}{% endif %}x" * 20,
        "{{ author|upper|title|lower|capitalize|hashtag }}{{ author ~ title ~ author }}",
        "x" + "<" * 1000 + "</a>\n" * 190,
    ],
)
def test_the_heaviest_template_is_filled_within_bounds(source: str) -> None:
    check(source)
    began = time.process_time()
    html = fill(source, stored(NASTY), LOOK, NASTY_HITS)
    assert time.process_time() - began < 0.5
    assert len(html) < 3 * OUTPUT_LIMIT
    rich = read_html(html)
    assert parse_html(serialise(rich)) == rich
    assert units(rich.text) <= TEXT_LIMIT


def test_a_tag_that_never_ends_takes_no_longer_for_being_long() -> None:
    item = Item(content_html="a" * 9000)
    began = time.process_time()
    fill("x" + "<{{ content|striptags }}" * 5, stored(item), LOOK)
    assert time.process_time() - began < 0.3


WORDS = [
    *sorted(NAMES),
    *(f"|{name}" for name in sorted(FILTERS)),
    *("|truncate(9)", "|join(', ')", "|replace('a', '<b>')", "|date('%d.%m')", "|default(title)"),
    *(" and ", " or ", " not ", " in ", " is none", " is defined", " == ", " < ", " ~ ", " if ", " else "),
    *("(", ")", "[", "]", ".", ".query", ".words", ".first", ",", "'a'", "7", "true", "none", "loop.index"),
    *("{{ ", " }}", "{% ", " %}", "{%- ", "{#", "#}", "{% if ", "{% for t in tags %}", "{% for h in hits %}"),
    *("{% endif %}", "{% endfor %}", "{% else %}", "{% elif ", "{{ t }}", "{{ h.query }}", "{{ title }}"),
    *("<b>", "</b>", "<pre>", "</pre>", "<a href='", "'>", "\n", "x", "&", "<", "é", "\u202e", "\ud800"),
]
SHOWN = st.builds(
    "{{{{ {}{} }}}}".format,
    st.sampled_from(sorted(NAMES)),
    st.lists(st.sampled_from([word for word in WORDS if word[0] == "|"]), max_size=3).map("".join),
)
SOURCES = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=30).map("".join),
    st.lists(st.one_of(SHOWN, st.sampled_from(WORDS[-13:])), min_size=1, max_size=12).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(SOURCES, st.sampled_from([ITEM, Item(title="t"), replace(NASTY, title="n", content_html="<p>c")]))
@example("{{ '\\ud800\\d' }}", ITEM)
def test_what_passes_the_check_is_filled_or_fails_in_time(source: str, item: Item) -> None:
    try:
        check(source)
    except TemplateWrong:
        return
    began = time.process_time()
    try:
        html = fill(source, stored(item), LOOK, HITS)
    except TemplateFailed:
        html = ""
    assert time.process_time() - began < 0.25
    rich = read_html(html)
    assert parse_html(serialise(rich)) == rich


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20))
def test_no_title_is_ever_markup(title: str) -> None:
    item = replace(ITEM, title=f"<b>{{{{ link }}}}{title}</b>")
    assert "<b>" not in text("x{{ title }}", item).replace("&lt;b&gt;", "")


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=20), st.text("aé\u0301\u064e#_·-1中ไท่නි \u200c", max_size=8)))
@example("C++")
@example("Café au lait")
@example("العَرَبية")
@example("සිංහල")
def test_a_hashtag_is_one_to_telegram_or_none(word: str) -> None:
    tag = str(FILTERS["hashtag"](word))
    assert not tag or has_hashtag(tag)


def test_the_document_names_every_field_filter_and_directive() -> None:
    told = DOCUMENT.read_text(encoding="utf-8")
    assert not {name for name in NAMES | set(FILTERS) if f"`{name}" not in told}
    assert not {one for one in DIRECTIVES if f"`%{one}`" not in told}


def test_every_example_of_the_document_can_be_used() -> None:
    sources = DOCUMENT.read_text(encoding="utf-8").split("```jinja\n")[1:]
    assert len(sources) >= 3
    for source in sources:
        assert text(source.partition("```")[0])


def test_a_rule_that_reaches_a_chat_in_two_ways_is_one_hit_to_a_template() -> None:
    twice = (*HITS, replace(HITS[0], alert=2, words=("rains", "snow")))
    source = "{% for hit in hits %}{{ hit.name }}: {{ hit.words|join(', ') }};{% endfor %}"
    assert fill(source, stored(ITEM), LOOK, twice) == "rain | snow: Rain, rains, snow;"

"""The playground reads markup and entities as Telegram's own library does."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.playground.links import check_link
from bot.playground.markup import read_html
from bot.playground.refusal import ApiError
from bot.playground.text import Entity, Formatted, fix_nesting, settle, with_found

tdjson = pytest.importorskip("tdjson", reason="tdjson is not there: nothing to compare with")

_TYPES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
}
_NAMES = {ours: theirs for theirs, ours in _TYPES.items() if theirs != "PreCode"}


def execute(request: dict[str, object]) -> dict[str, Any]:
    answer = tdjson.td_execute(json.dumps(request).encode())
    assert answer is not None
    result: dict[str, Any] = json.loads(answer)
    return result


@pytest.fixture(autouse=True, scope="module")
def quiet() -> None:
    execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def entity_of(raw: dict[str, Any]) -> Entity:
    kind = raw["type"]
    argument = str(kind.get("url") or kind.get("language") or kind.get("user_id") or "")
    if kind["@type"] == "textEntityTypeCustomEmoji":
        argument = str(kind["custom_emoji_id"])
    return Entity(
        _TYPES[kind["@type"].removeprefix("textEntityType")], raw["offset"], raw["length"], argument
    )


def theirs(answer: dict[str, Any]) -> tuple[str, set[Entity]] | str:
    if answer["@type"] == "error":
        return str(answer["message"])
    return answer["text"], {entity_of(raw) for raw in answer["entities"]}


def their_reading(source: str) -> tuple[str, set[Entity]] | str:
    return theirs(
        execute(
            {
                "@type": "parseTextEntities",
                "text": source,
                "parse_mode": {"@type": "textParseModeHTML"},
            }
        )
    )


def our_reading(source: str) -> tuple[str, set[Entity]] | str:
    try:
        text, entities = read_html(source)
    except ApiError as refusal:
        return "C" + refusal.description.removeprefix("Bad Request: c")
    return text, set(entities)


pieces = st.sampled_from(
    [
        *("<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "<s>", "</s>", "<code>", "</code>", "<pre>", "</pre>"),
        *("<blockquote>", "<blockquote expandable>", "</blockquote>", "</a>", "</>", "<br>", "<!-- x -->"),
        *('<a href="http://a.b/c?d=1&amp;e=2">', "<a href='http://LOCAL.host'>", '<a href="nodot">', "<a>"),
        *('<span class="tg-spoiler">', "</span>", "<span>", "<tg-spoiler>", "</tg-spoiler>", "<B>", "</B >"),
        *('<pre><code class="language-py">', "</code></pre>", '<a href="tg://user?id=42">', "<b x='<'>"),
        *(
            "x",
            "y z",
            "😀",
            "ё",
            " ",
            "\n",
            "&lt;",
            "&amp;",
            "&nbsp;",
            "&#128512;",
            "&#x41",
            "&",
            "<",
            ">",
            "a.b",
        ),
        *(
            "&#0;",
            "&#1114112;",
            "&quot",
            "&copy;",
            "http://x.y",
            "<b",
            "</b",
            "<b =",
            "<a href=X.y>",
            "&#;",
            "&#x;",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(pieces, max_size=9).map("".join))
@example("<b>x</i>")
@example("<b </b>")
@example("<a>http://x.y</a>")
@example("&quothttp://x.y &lt1 &ltx; &#65a &#x41g &AMP;")
def test_html_is_read_as_telegram_reads_it(source: str) -> None:
    assert our_reading(source) == their_reading(source)


@st.composite
def well_formed(draw: st.DrawFn, depth: int = 0) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        if depth < 3 and draw(st.booleans()):
            tag = draw(st.sampled_from(["b", "i", "u", "s", "code", "pre", "tg-spoiler", "blockquote", "a"]))
            opening = f'<{tag} href="https://e.org/x y">' if tag == "a" else f"<{tag}>"
            parts.append(f"{opening}{draw(well_formed(depth + 1))}</{tag}>")
        else:
            parts.append(draw(st.sampled_from(["word", " ", "𝔘ni", "&amp;", "\n", "é"])))
    return "".join(parts)


@settings(max_examples=150, deadline=None)
@given(well_formed())
def test_well_formed_html_is_read_as_telegram_reads_it(source: str) -> None:
    assert our_reading(source) == their_reading(source)


def their_fixing(text: str, entities: list[Entity]) -> tuple[str, set[Entity]] | str:
    raw = [
        {
            "@type": "textEntity",
            "offset": e.offset,
            "length": e.length,
            "type": {"@type": f"textEntityType{_NAMES[e.type]}", "url": e.argument},
        }
        for e in entities
    ]
    formatted = {"@type": "formattedText", "text": text, "entities": raw}
    return theirs(execute({"@type": "parseMarkdown", "text": formatted}))


def painted(entities: set[Entity]) -> set[tuple[str, int, str]]:
    """Which letter has which formatting: what one sees, however it is cut into entities."""
    return {(e.type, place, e.argument) for e in entities for place in range(e.offset, e.end)}


kinds = st.sampled_from(
    ["bold", "italic", "underline", "spoiler", "code", "pre", "text_link", "blockquote", "strikethrough"]
)


@st.composite
def placed(draw: st.DrawFn) -> Entity:
    kind = draw(kinds)
    url = draw(st.sampled_from(["http://a.b/", "http://c.d/"])) if kind == "text_link" else ""
    return Entity(kind, draw(st.integers(0, 9)), draw(st.integers(1, 9)), url)


@settings(max_examples=400, deadline=None)
@given(st.lists(placed(), max_size=5))
def test_overlaps_are_resolved_as_telegram_resolves_them(entities: list[Entity]) -> None:
    text = "abcd efghijklmnopqrs"
    fixing = their_fixing(text, entities)
    assert not isinstance(fixing, str)
    ours = settle(text, entities)
    assert (ours.text, painted(set(ours.entities))) == (fixing[0], painted(fixing[1]))


@settings(max_examples=100, deadline=None)
@given(st.lists(placed(), max_size=5))
def test_fixing_twice_changes_nothing(entities: list[Entity]) -> None:
    once = settle("abcd efghijklmnopqrs", entities)
    assert settle(once.text, once.entities) == once


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("😀a", Entity("bold", 1, 1)),
        ("😀a", Entity("bold", 0, 1)),
        ("ab", Entity("bold", 1, 5)),
        ("ab", Entity("bold", 5, 5)),
        ("ab", Entity("bold", -1, 5)),
        ("ab", Entity("bold", 0, -1)),
    ],
)
def test_entities_outside_of_the_text_are_refused_in_telegrams_words(text: str, entity: Entity) -> None:
    with pytest.raises(ApiError) as refusal:
        settle(text, [entity])
    said = their_fixing(text, [entity])
    assert isinstance(said, str)
    assert refusal.value.description == f"Bad Request: {said[0].lower()}{said[1:]}"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://X.com",
        "https://a.b/c d?x=ü#f",
        "example.com",
        "mailto:a@b.c",
        "tel:+123",
        "javascript:alert(1)",
        "tg://resolve?domain=x",
        "ftp://a.b",
        "http://127.0.0.1:8080/x",
        "http://a.b:99999/",
        "http://[::1]/x",
        "//x.com/y",
        "http://a.b?x",
        "",
        "http://a b.c/",
        "http://u:p@X.y#z",
    ],
)
def test_links_are_taken_or_refused_as_telegram_does(url: str) -> None:
    fixing = their_fixing("hello", [Entity("text_link", 0, 5, url)])
    if isinstance(fixing, str):
        with pytest.raises(ValueError, match="URL") as refusal:
            check_link(url)
        assert fixing == f"Entity URL '{url}' is invalid: {refusal.value}"
    else:
        assert {Entity("text_link", 0, 5, check_link(url))} == fixing[1]


def test_blank_edges_go_and_entities_move_along() -> None:
    assert settle("\n  ab\r cd \n", [Entity("bold", 3, 4)]) == Formatted("ab cd", (Entity("bold", 0, 3),))
    assert settle("  ab", [Entity("bold", 0, 4)]).text == "  ab"


def test_a_text_of_blanks_is_refused() -> None:
    with pytest.raises(ApiError, match="text must be non-empty"):
        settle(" \u200b\n ", [Entity("bold", 0, 1)])


def test_beyond_a_hundred_entities_bold_goes_before_links() -> None:
    text = "x " * 130
    bold = [Entity("bold", 2 * place, 1) for place in range(60)]
    links = [Entity("text_link", 2 * place, 1, f"http://a.b/{place}") for place in range(60, 130)]
    kept = settle(text, [*bold, *links]).entities
    assert sum(e.type == "text_link" for e in kept) == 70
    assert sum(e.type == "bold" for e in kept) == 30


def test_addresses_names_and_commands_are_found_but_not_in_code() -> None:
    text = "/sub@x_bot http://127.0.0.1:8/f.xml, #news by @some_one"
    found = {(e.type, e.offset, e.length) for e in with_found(Formatted(text)).entities}
    assert found == {
        ("bot_command", 0, 10),
        ("url", 11, 24),
        ("hashtag", 37, 5),
        ("mention", 46, 9),
    }
    code = Formatted(text, (Entity("code", 0, len(text)),))
    assert with_found(code) == code


def test_a_link_around_code_loses_its_place_to_the_code() -> None:
    link, code = Entity("text_link", 0, 4, "http://a.b/"), Entity("code", 0, 4)
    assert fix_nesting([code, link]) == [code]

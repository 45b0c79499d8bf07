"""Text with entities: its normal form, cutting it, joining it, writing it as HTML."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.characters import is_blank, is_seam, one_line, width
from bot.render.cut import ELLIPSIS, cut, cut_with_more, fits, sentence_ends, split
from bot.render.parts import ENTITY_LIMIT, Entity, EntityKind, RichText, units
from bot.render.rich import Builder, arrange, concat, join, part, plain_text, styled
from bot.render.serialise import serialise
from tests.oracle import as_sent, has_marks, looks, parse_html

BOLD, ITALIC, LINK = EntityKind.BOLD, EntityKind.ITALIC, EntityKind.LINK
URL = "https://x.org/"


def entity(kind: EntityKind, offset: int, length: int) -> Entity:
    return Entity(kind, offset, length, url=URL if kind is LINK else "")


ALPHABET = st.sampled_from(
    [*"ab Z.,!?…", "\n", "\n\n", "。", "，", "中", "文", "😀", "👩‍👩‍👧", "e\u0301", "🇩🇪", "ก็", "”", "<", "&"]
)
TEXT = st.lists(ALPHABET, min_size=1, max_size=80).map("".join)


@st.composite
def rich_texts(draw: st.DrawFn) -> RichText:
    """Text whose stretches were opened and closed in any order."""
    builder = Builder()
    for _ in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(EntityKind))
        match draw(st.integers(0, 3)):
            case 0:
                builder.open(kind, URL if kind is LINK else "")
            case 1:
                builder.close(kind)
            case _:
                builder.write(draw(TEXT))
    return builder.build()


@settings(max_examples=300, deadline=None)
@given(rich_texts())
def test_what_is_built_is_what_telegram_would_make_of_it(rich: RichText) -> None:
    assert parse_html(serialise(rich)).text == rich.text
    assert looks(parse_html(serialise(rich))) == looks(rich)
    if rich.text and not has_marks(rich.text):
        assert as_sent(rich).text == rich.text
        assert looks(as_sent(rich)) == looks(rich)
    assert arrange(rich.entities) == rich.entities


@settings(max_examples=400, deadline=None)
@given(rich_texts(), st.integers(1, 120))
def test_a_cut_fits_and_breaks_nothing_that_is_seen_as_one(rich: RichText, limit: int) -> None:
    short = cut(rich, limit)
    assert units(short.text) <= limit
    if units(rich.text) <= limit:
        assert short == rich
        return
    kept = short.text.removesuffix(ELLIPSIS) if not rich.text.startswith(short.text) else short.text
    assert rich.text.startswith(kept)
    longest_character = 10
    if limit > longest_character:
        assert is_seam(rich.text, len(kept))
    assert parse_html(serialise(short)).text == short.text
    assert all(one.offset + one.length <= units(short.text) for one in short.entities)


MORE = RichText("Read on", (Entity(LINK, 0, 7, url=URL),))


@settings(max_examples=100, deadline=None)
@given(rich_texts(), st.integers(1, 120))
def test_what_is_cut_with_a_link_to_read_on_fits_with_it(rich: RichText, limit: int) -> None:
    short = cut_with_more(rich, limit, MORE)
    assert units(short.text) <= limit
    assert parse_html(serialise(short)).text == short.text
    if units(rich.text) <= limit:
        assert short == rich
    elif limit >= 7:
        assert short.text.endswith("Read on")
        assert short.entities[-1] == Entity(LINK, units(short.text) - 7, 7, url=URL)


@pytest.mark.parametrize("limit", range(-3, 10))
def test_a_limit_with_less_room_than_none_ends(limit: int) -> None:
    """Text beyond ASCII once took for ever there."""
    rich = RichText("雨🌧" * 20)
    assert fits(rich.text, min(limit, 0)) == 0
    assert units(cut(rich, limit).text) <= max(0, limit)
    for more in (MORE, RichText()):
        assert units(cut_with_more(rich, limit, more).text) <= max(0, limit)


def test_the_link_to_read_on_stays_where_a_text_has_all_entities_it_may_have() -> None:
    rich = concat(*(styled(RichText("ab "), LINK, URL) for _ in range(200)))
    short = cut_with_more(rich, 500, MORE)
    assert len(short.entities) == ENTITY_LIMIT
    assert short.entities[-1] == Entity(LINK, units(short.text) - 7, 7, url=URL)
    assert cut_with_more(RichText("One two. " * 9), 30, MORE).text == "One two. One two.\n\nRead on"


def seen(*parts: RichText) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    """Return each visible character with how it looks."""
    found = []
    for rich in parts:
        shown = looks(rich)
        at = 0
        for one in rich.text:
            if not one.isspace():
                found.append((one, shown.get(at, frozenset())))
            at += units(one)
    return found


@settings(max_examples=150, deadline=None)
@given(rich_texts(), st.integers(0, 60), st.integers(12, 120))
def test_a_text_that_is_split_loses_nothing_and_repeats_nothing(
    rich: RichText, first: int, limit: int
) -> None:
    parts = split(rich, first, limit)
    assert all(units(one.text) <= (limit if index else first) for index, one in enumerate(parts))
    assert all(one.text for one in parts[1:])
    assert seen(*parts) == seen(rich)
    for one in parts:
        assert one.text == one.text.rstrip()
        assert not one.text[:1].isspace() or one.entities[0].kind in {EntityKind.PRE, EntityKind.QUOTE}
        assert parse_html(serialise(one)).text == one.text


def test_code_and_quotes_that_are_split_go_on_in_the_next_part() -> None:
    code = "def f():\n    a = 1\n\n    return a"
    pre = RichText(code, (Entity(EntityKind.PRE, 0, len(code), language="python"),))
    assert split(pre, 22, 40) == (
        RichText(code[:18], (Entity(EntityKind.PRE, 0, 18, language="python"),)),
        RichText(code[20:], (Entity(EntityKind.PRE, 0, 12, language="python"),)),
    )
    quote = styled(RichText("One two three. Four five six."), EntityKind.EXPANDABLE)
    assert [(one.text, one.entities[0].length) for one in split(quote, 20, 20)] == [
        ("One two three.", 14),
        ("Four five six.", 14),
    ]


def test_a_heading_is_not_parted_from_what_it_heads() -> None:
    head = styled(RichText("Head"), BOLD)
    rich = join("\n\n", (RichText("Much was said about it."), head, RichText("And this is what was said.")))
    assert [one.text for one in split(rich, 40, 40)] == [
        "Much was said about it.",
        "Head\n\nAnd this is what was said.",
    ]
    assert cut(rich, 40).text == "Much was said about it."


def test_the_first_part_may_be_empty_and_no_text_has_no_parts() -> None:
    assert split(RichText("abc"), 0, 20) == (RichText(), RichText("abc"))
    assert split(RichText(), 0, 20) == ()


def test_a_long_text_may_hold_entities_for_each_of_its_messages() -> None:
    rich = concat(*(styled(RichText(f"{index:05} "), LINK, URL) for index in range(2000)))
    parts = split(rich, 1024, 4096)
    assert len(rich.entities) == 3 * ENTITY_LIMIT
    assert all(len(one.entities) <= ENTITY_LIMIT for one in parts)


@settings(max_examples=200, deadline=None)
@given(TEXT, st.integers(1, 100))
def test_as_many_characters_fit_as_units_allow(text: str, limit: int) -> None:
    most = fits(text, limit)
    assert units(text[:most]) <= limit
    assert most == len(text) or units(text[: most + 1]) > limit


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("One two. Three four. Five six seven.", 30, "One two. Three four."),
        ("One two! “Three four?” Five six seven.", 30, "One two! “Three four?”"),
        ("First paragraph here\n\nSecond one. And more of it", 40, "First paragraph here"),
        (
            "Mr. Smith met Dr. Jones in the U.S. capital for 3.14 hours, e.g. today.",
            40,
            "Mr. Smith met Dr. Jones in the U.S.…",
        ),
        ("He paid 1.5 million, they said on Monday evening.", 26, "He paid 1.5 million…"),
        ("Was? fragte er am 27. Februar und ging nach Hause dann", 30, "Was? fragte er am 27. Februar…"),
        ("今天下雨。“明天晴。”后天不知道会怎么样", 12, "今天下雨。“明天晴。”"),
        ("这是一个没有句号的很长的句子，后面还有很多很多的内容", 20, "这是一个没有句号的很长的句子…"),
        ("这是一个没有句号的很长的句子后面还有很多内容", 10, "这是一个没有句号的…"),
        ("wait… what happened there then and afterwards", 30, "wait… what happened there…"),
        ("Loooooooooooooooooooooooooooooong", 10, "Loooooooo…"),
        ("word 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 17, "word 👩‍👩‍👧…"),
        ("a\nb is the line\nthis goes on and on", 20, "a\nb is the line"),
        ("สวัสดีครับวันนี้อากาศดีมาก", 12, "สวัสดีครับ…"),
        ("กกกกกกกกกกกเกมส์", 13, "กกกกกกกกกกก…"),
        ("กกกกกกกกกกกกสัตว์", 16, "กกกกกกกกกกกกสั…"),
        ("अअअअअअअअक्षत्रिय", 11, "अअअअअअअअ…"),
        ("ذهب إلى البيتِ القديمِ في المدينةِ، ثم عاد بعد ذلك", 40, "ذهب إلى البيتِ القديمِ في المدينةِ…"),
        ("abc", 0, ""),
        ("abcdef", 1, "…"),
    ],
)
def test_a_text_is_cut_where_a_reader_would(text: str, limit: int, expected: str) -> None:
    assert cut(RichText(text), limit).text == expected


def test_a_link_is_not_cut_apart_unless_it_is_all_there_is() -> None:
    text = "See today the whole long report on it"
    assert cut(RichText(text, (Entity(LINK, 14, 17, url=URL),)), 22) == RichText("See today the…")
    only = RichText(text, (Entity(LINK, 0, len(text), url=URL),))
    assert cut(only, 20) == RichText("See today the whole…", (Entity(LINK, 0, 19, url=URL),))


def test_width_counts_chinese_double() -> None:
    assert width("ab中文") == 6
    assert cut(RichText("一二三。四五六。七八九。"), 100, 17).text == "一二三。四五六。"


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("One. Two.", [4, 9]),
        ('He said: "No." Then left.', [14, 25]),
        ("J. R. Smith, b. 1970, etc. and so on", []),
        ("v. 2.0 ships", []),
        ("Really?! Yes...", [8, 15]),
        ("好！」他说。", [3, 6]),
        ("In 2024. Then", [8]),
        ("यह है। वह", [6]),
        ("Տուն։ Տուն", [5]),
    ],
)
def test_sentences_end_where_they_end(text: str, ends: list[int]) -> None:
    assert list(sentence_ends(text)) == ends


def test_styles_that_cross_are_cut_apart_and_those_that_touch_are_joined() -> None:
    crossing = arrange([entity(BOLD, 0, 6), entity(ITALIC, 3, 6)])
    assert [(one.kind, one.offset, one.length) for one in crossing] == [
        (BOLD, 0, 6),
        (ITALIC, 3, 3),
        (ITALIC, 6, 3),
    ]
    assert arrange([entity(BOLD, 0, 2), entity(BOLD, 2, 3)]) == (entity(BOLD, 0, 5),)


def test_styles_stop_at_code_and_at_the_edges_of_quotes() -> None:
    around = arrange([entity(BOLD, 0, 9), entity(EntityKind.CODE, 3, 3)])
    assert [(one.kind, one.offset, one.length) for one in around] == [
        (BOLD, 0, 3),
        (EntityKind.CODE, 3, 3),
        (BOLD, 6, 3),
    ]
    quoted = arrange([entity(BOLD, 0, 9), entity(EntityKind.QUOTE, 3, 3)])
    assert [(one.kind, one.offset) for one in quoted] == [
        (BOLD, 0),
        (EntityKind.QUOTE, 3),
        (BOLD, 3),
        (BOLD, 6),
    ]


def test_beyond_a_hundred_entities_links_stay_before_styles() -> None:
    styles = [entity(BOLD, 3 * index, 1) for index in range(120)]
    links = [entity(LINK, 3 * index + 1, 1) for index in range(60)]
    kept = arrange(styles + links)
    assert len(kept) == ENTITY_LIMIT
    assert sum(one.kind is LINK for one in kept) == 60


def test_parts_and_sums_carry_their_entities_along() -> None:
    rich = concat(styled(RichText("😀ab"), BOLD), RichText(" cd "), styled(RichText("ef"), LINK, URL))
    assert rich.entities == (entity(BOLD, 0, 4), entity(LINK, 8, 2))
    assert part(rich, 2, 7) == RichText("b cd", (entity(BOLD, 0, 1),))
    assert join("\n", (RichText("a"), RichText(), RichText("b"))).text == "a\nb"
    assert styled(RichText(), BOLD) == RichText()


def test_serialised_text_escapes_what_html_reserves_and_nests_links_in_styles() -> None:
    title = styled(styled(RichText("a<b>&c"), BOLD), LINK, "https://x.org/?a=1&b=\"'")
    assert serialise(title) == '<b><a href="https://x.org/?a=1&amp;b=&quot;\'">a&lt;b&gt;&amp;c</a></b>'
    assert parse_html(serialise(title)) == title


def test_nothing_visible_is_told_from_something() -> None:
    assert is_blank(" \u200d\u200e\ufe0f\n\u2800")
    assert not is_blank("·")
    assert one_line(" a\t b\n\nc ") == "a b c"
    assert plain_text(" \n ") == RichText()


@given(st.text(max_size=40))
def test_a_line_holds_nothing_that_telegram_would_take_out(text: str) -> None:
    line = one_line(text)
    assert line == line.strip()
    assert not any(unicodedata.category(one) in {"Cc", "Cs"} for one in line)
    assert one_line(line) == line


def test_a_text_cut_without_a_link_ends_with_an_ellipsis() -> None:
    assert cut_with_more(RichText("One two. " * 9), 30, RichText()).text == "One two. One two. One two. …"
    assert cut_with_more(RichText("one two " * 9), 30, RichText()).text.endswith("one…")


def test_bold_paragraphs_are_no_headings_where_there_are_many_or_long_ones() -> None:
    bold = styled(RichText("\n\n".join(f"Bold line {number}" for number in range(50))), EntityKind.BOLD)
    assert len(cut(bold, 400).text) > 350
    long = styled(
        RichText("\n\n".join("A bold text goes on and on. " * 6 for _ in range(9))), EntityKind.BOLD
    )
    assert len(cut(long, 700).text) > 500
    headed = concat(RichText("Text. " * 20 + "\n\n"), styled(RichText("Heading"), EntityKind.BOLD))
    assert not cut(concat(headed, RichText("\n\n" + "More. " * 20)), 135).text.endswith("Heading")

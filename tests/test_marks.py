"""Matched words, marked in texts with entities and in runs: where they stand, within limits, in no time."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import Hit
from bot.render.marks import MARKED_LIMIT, Words, marked
from bot.render.parts import ENTITY_LIMIT, Entity, EntityKind, RichText
from bot.render.rich import Builder
from bot.render.runs import Marking, Run, html_of, text_of
from bot.render.serialise import serialise
from tests.oracle import as_sent, has_marks, looks, parse_html
from tests.test_rich import ALPHABET, rich_texts

BOLD, LINK, UNDERLINE = EntityKind.BOLD, EntityKind.LINK, EntityKind.UNDERLINE


def words(*found: str, query: str = "q") -> Words:
    return Words((Hit(1, query, found),))


@pytest.mark.parametrize(
    ("text", "found", "html"),
    [
        ("A cat in a category: CAT.", "cat", "A <u>cat</u> in a category: <u>CAT</u>."),
        ("Un Café noir", "Cafe\u0301", "Un <u>Café</u> noir"),
        ("Un Cafe\u0301 noir", "Café", "Un <u>Cafe\u0301</u> noir"),
        ("Cafe\u0301", "Cafe", "Cafe\u0301"),
        ("全球經濟增長", "經濟", "全球<u>經濟</u>增長"),
        ("New\u00a0York, New\nYork", "New  York", "<u>New\u00a0York</u>, <u>New\nYork</u>"),
        ("New York Newer York", "New\u3000York", "<u>New York</u> Newer York"),
        ("İSTANBUL'da deprem, İstanbul", "istanbul", "<u>İSTANBUL</u>'da deprem, <u>İstanbul</u>"),
        ("ΟΔΟΣ, οδός", "οδός", "ΟΔΟΣ, <u>οδός</u>"),
        ("ราคาทองคำวันนี้", "ทองคำ", "ราคา<u>ทองคำ</u>วันนี้"),
        ("हिन्दी में", "हिन्द", "हिन्दी में"),
        ("كتب كتابًا", "كتب", "<u>كتب</u> كتابًا"),
        ("👩‍👩‍👧 👩", "👩", "👩‍👩‍👧 <u>👩</u>"),
        ("C++ and C", "C++", "<u>C++</u> and C"),
        ("a b c", "", "a b c"),
        ("Die Zentral\u00adbank, ja", "Zentralbank", "Die <u>Zentral\u00adbank</u>, ja"),
        ("Die Zentralbank, ja", "Zentral\u00adbank", "Die <u>Zentralbank</u>, ja"),
        ("\u200bZentral\u200bbank\u00ad", "\ufeffZENTRAL\u00adBANK", "\u200b<u>Zentral\u200bbank</u>\u00ad"),
        ("Zentral\u00adbanken", "Zentral", "Zentral\u00adbanken"),
        ("Zentral\u200ebank", "\u200f", "Zentral\u200ebank"),
    ],
)
def test_words_are_marked_where_they_stand_as_words(text: str, found: str, html: str) -> None:
    assert serialise(marked(RichText(text), words(found))) == html


def test_what_a_regular_expression_found_within_a_word_is_marked_there_and_nothing_else_is() -> None:
    regex = words("lect", query="/lect/")
    assert serialise(marked(RichText("elections"), regex)) == "e<u>lect</u>ions"
    assert serialise(marked(RichText("lect, elections"), regex)) == "<u>lect</u>, elections"
    assert serialise(marked(RichText("Announced"), words("Ann", query="author:ann"))) == "Announced"


def test_words_alone_are_marked_as_those_of_an_alert_are() -> None:
    assert serialise(marked(RichText("A Cat"), ("cat",))) == "A <u>Cat</u>"
    assert marked(RichText("A cat"), ()) == RichText("A cat")


def test_a_word_that_is_partly_bold_is_marked_whole() -> None:
    rich = RichText("A cafe there", (Entity(BOLD, 4, 4),))
    assert serialise(marked(rich, words("cafe"))) == "A <u>ca<b>fe</b></u><b> t</b>here"


def test_each_word_is_marked_before_any_a_second_time() -> None:
    text = "and " * 200 + "at last"
    found = marked(RichText(text), words("and", "last")).entities
    assert len(found) == MARKED_LIMIT
    assert found[-1].offset == len(text) - 4


def test_marks_take_the_place_of_other_styles_and_leave_links() -> None:
    text = " ".join(f"link{number} bold{number} word" for number in range(60))
    raw = text.split(" ")
    places = [sum(len(one) + 1 for one in raw[:number]) for number in range(len(raw))]
    links = [Entity(LINK, places[at], len(raw[at]), url="https://x.org/") for at in range(0, 180, 3)]
    bolds = [Entity(BOLD, places[at], len(raw[at])) for at in range(1, 120, 3)]
    rich = RichText(text, tuple(sorted((*links, *bolds), key=lambda one: one.offset)))
    assert len(rich.entities) == ENTITY_LIMIT
    made = marked(rich, words("word"))
    kinds = [one.kind for one in made.entities]
    assert (kinds.count(LINK), kinds.count(UNDERLINE), kinds.count(BOLD)) == (60, 24, 16)
    full = RichText(text, tuple(one.at(one.offset, 1) for one in rich.entities if one.kind is LINK) * 2)
    assert marked(full, words("word")) == full


@settings(max_examples=200, deadline=None)
@given(
    rich_texts(),
    st.lists(st.lists(ALPHABET, min_size=1, max_size=3).map("".join), max_size=6),
    st.sampled_from(["q", "/q/"]),
)
def test_a_marked_text_is_the_same_text_as_telegram_takes_it(
    rich: RichText, found: list[str], query: str
) -> None:
    made = marked(rich, words(*found, query=query))
    assert made.text == rich.text
    assert len(made.entities) <= ENTITY_LIMIT
    assert looks(parse_html(serialise(made))) == looks(made)
    if made.text and not has_marks(made.text):
        assert looks(as_sent(made)) == looks(made)
    without = {place: {one for one in kinds if one[0] != UNDERLINE} for place, kinds in looks(made).items()}
    before = {place: {one for one in kinds if one[0] != UNDERLINE} for place, kinds in looks(rich).items()}
    assert {at: kinds for at, kinds in without.items() if kinds} == {
        at: kinds for at, kinds in before.items() if kinds
    }


@given(
    st.text("abA c\u00ad\u200b\u2060", max_size=20), st.lists(st.text("ab c\u00ad", max_size=3), max_size=4)
)
def test_what_cannot_be_seen_makes_no_difference(text: str, found: list[str]) -> None:
    unseen = dict.fromkeys(map(ord, "\u00ad\u200b\u2060"))
    wanted = words(*found)
    places = wanted.places(text)
    seen = [len(text[:at].translate(unseen)) for place in places for at in place]
    assert seen == [at for place in wanted.places(text.translate(unseen)) for at in place]
    assert all(text[start] not in "\u00ad\u200b\u2060" for start, _ in places)


@given(
    st.lists(st.builds(Run, st.text("ab c", max_size=5), st.sampled_from([(), ("b",)]))),
    st.lists(st.text("ab c", max_size=3), max_size=4),
)
def test_marked_runs_hold_the_same_text_in_the_same_looks(runs: list[Run], found: list[str]) -> None:
    wanted = words(*found)
    made = Marking(wanted, MARKED_LIMIT).marked(runs)
    assert text_of(made) == text_of(runs)
    letters = [(letter, run.styles[-1:] if "b" in run.styles else ()) for run in made for letter in run.text]
    assert letters == [(letter, run.styles) for run in runs for letter in run.text]
    places = wanted.places(text_of(runs))
    assert [at for start, end in places for at in range(start, end)] == [
        at for at, run in enumerate(run for run in made for _ in run.text) if "mark" in run.styles
    ]
    assert all(before[1] < after[0] for before, after in pairwise(places))


def test_in_runs_words_are_marked_from_one_into_the_next_and_so_many_in_all() -> None:
    marking = Marking(words("cafe", "cat"), 3)
    assert html_of(marking.marked([Run("A ca"), Run("fe", ("b",)), Run("!")])) == (
        "A <mark>ca</mark><mark><b>fe</b></mark>!"
    )
    assert html_of(marking.marked([Run("cat cat cat")])) == "<mark>cat</mark> <mark>cat</mark> cat"
    assert html_of(marking.marked([Run("cat")])) == "cat"


def test_what_is_marked_piece_by_piece_goes_by_all_of_it() -> None:
    regex = words("lect", query="/lect/")
    assert regex.settled_by("elections").places("elections")
    assert not regex.settled_by("lect").places("elections")
    assert not words("lect").settled_by("elections").places("elections")


def letters(count: int) -> tuple[str, ...]:
    return tuple("a" * length for length in range(1, count + 1))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the cat sat on the mat and " * 1200, ("the", "cat", "mat", "and", "at", "an", *"atncsomd")),
        ("a" * 32_000, letters(24)),
        ("a " * 16_000, tuple("a " * length + "b" for length in range(24))),
        ("经济" * 16_000, ("经", "济", "经济", "济经", *(f"经济{n}" for n in range(20)))),
        ("😀 " * 16_000, ("😀", "😀 😀", "é" * 60)),
        ("a\u00ad" * 16_000, letters(24)),
        ("經\u200b" * 16_000, ("經" * 9, "\u00ad" * 999 + "經")),
        ("a" + " " * 32_000, tuple("a" + " b" * length for length in range(1, 24))),
    ],
)
def test_many_words_are_marked_in_a_long_text_in_no_time(text: str, found: tuple[str, ...]) -> None:
    wanted, rich = words(*found, query="/q/"), RichText(text)
    took_s = min(_timed(wanted, rich) for _ in range(5))
    assert took_s < 0.2, "some 2 ms where nothing else runs"


def test_of_many_alerts_words_each_one_s_first_are_looked_for() -> None:
    hits = tuple(Hit(n, "q", (f"first{n}", *(f"more{n}x{at}" for at in range(23)))) for n in range(40))
    places = Words(hits).places("first0 first39 more0x22")
    assert places == [(0, 6), (7, 14)]


def _timed(wanted: Words, rich: RichText) -> float:
    began = time.perf_counter()
    marked(rich, wanted)
    return time.perf_counter() - began


def test_an_underline_of_the_item_s_own_swallows_a_mark_and_breaks_nothing() -> None:
    builder = Builder()
    builder.open(UNDERLINE)
    builder.write("all of it")
    assert marked(builder.build(), words("of")) == builder.build()

"""Regular expressions of strangers: what they find, and that none takes long."""

import time

import pytest

from bot.rules import QueryError, Searchable, parse
from bot.rules.flaws import Why
from bot.rules.regex import MATCHES_LIMIT, READ_BYTES, STEPS_LIMIT, encoded, steps

HOSTILE = format(3**15_000, "b").translate({48: "a", 49: "b"})


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        (r"/colou?rs?/", "Colour and COLORS", ("Colour", "COLORS")),
        (r"/\bcat\b/", "category cat", ("cat",)),
        (r"/(?-i)Apple/", "apple Apple", ("Apple",)),
        (r"/ÜBER/", "über", ("über",)),
        (r"/ставк[аи]/", "Ставки", ("Ставки",)),
        (r"/第.{1,3}季/", "第十二季度", ("第十二季",)),
        (r"/e\x{301}tude/", "étude", None),
        ("/e\u0301tude/", "étude", ("étude",)),
        ("/étude/", "e\u0301tude", ("étude",)),
        (r"/^Apple/", "Apple pie", ("Apple",)),
        (r"/^pie/", "Apple pie", None),
        (r"/a.b/", "a\nb", None),
        (r"/(?s)a.b/", "a\nb", ("a\nb",)),
        (r"/\$\d+(?:\.\d+)?[mb]n/", "$3.5bn", ("$3.5bn",)),
        (r"/(a)(b)?c/", "xacx", ("ac",)),
        (r"/🚀{2}/", "🚀🚀", ("🚀🚀",)),
    ],
)
def test_a_regex_is_found_in_the_text_as_it_stands(
    query: str, text: str, words: tuple[str, ...] | None
) -> None:
    assert parse(query).hit(Searchable(body=text)) == words


def test_half_a_character_is_no_trouble() -> None:
    assert parse("/ab/").hit(Searchable(body="\ud800 ab")) == ("ab",)
    with pytest.raises(QueryError):
        parse("/(\ud800/")


@pytest.mark.parametrize(
    "pattern",
    ["a*", "a?", "(a|)", "^", "$", r"\b", r"\B", "^$", "(?:)", "a{0,3}", r"\b|ab", "x*y*", r"\s*", r"(?m)^"],
)
def test_a_regex_that_is_found_in_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(f"/{pattern}/")
    assert refused.value.flaw.why is Why.REGEX_EMPTY


@pytest.mark.parametrize(
    "pattern",
    [
        "((a{1,100}){1,100}){1,100}",
        "(((((a{1,10}){1,10}){1,10}){1,10}){1,10}){1,10}",
        "a{1000}{1000}",
        ".{1,1000}",
        r"\pL{100}",
        r"(\pL\pL\pL\pL)x",
        "(?:" * 50 + "a" + "){1,2}" * 18 + ")" * 32,
        "[" + "".join(f"\\x{{{point:x}}}" for point in range(0x4E00, 0x4E10)) + "]{500}",
    ],
)
def test_a_bomb_is_refused_in_milliseconds(pattern: str) -> None:
    taken = []
    for _ in range(3):
        began = time.thread_time()
        with pytest.raises(QueryError) as refused:
            parse(f"/{pattern}/")
        taken.append(time.thread_time() - began)
    assert min(taken) < 0.02
    assert refused.value.flaw.why in (Why.REGEX_HEAVY, Why.REGEX_WRONG, Why.REGEX_LONG)


def test_all_the_regexes_of_a_query_share_what_they_may_take() -> None:
    pattern = "a.{0,60}b"
    assert STEPS_LIMIT / 5 < steps(pattern) < STEPS_LIMIT / 2
    assert parse(f"/{pattern}/ /{pattern}c/")
    with pytest.raises(QueryError) as refused:
        parse(" ".join(f"/{pattern}{letter}/" for letter in "cdefg"))
    assert refused.value.flaw.why is Why.REGEX_HEAVY
    assert refused.value.flaw.place > 1


@pytest.mark.parametrize(
    "pattern", ["(x+x+)+y", "(a+)+$b", "(a|a)*b", "(a|aa)+c", "(.*)(.*)(.*)[^ab]", "(a|b)*a(a|b){14}c", "a.{0,60}b.{0,60}z", "(([ab]{0,25}){0,25}c)", "(a.*b.*c)|a"]
)  # fmt: skip
def test_a_regex_takes_a_bounded_time_whatever_the_text(pattern: str) -> None:
    rule = parse(f"/{pattern}/")
    item = Searchable(body=HOSTILE)
    began = time.thread_time()
    rule.hit(item)
    taken = time.thread_time() - began
    print(f"{pattern}: {steps(pattern)} steps, {taken * 1000:.1f} ms")
    assert taken < 0.2, "ten times what an idle machine takes"


def test_the_more_the_regexes_of_a_query_take_the_less_of_a_text_they_read() -> None:
    item = Searchable(body="a" + " " * 1500 + "b c")
    assert parse("/b c/").hit(item) == ("b c",)
    assert parse("/b c/ OR /x.{0,60}y/").hit(item) == ("b c",)
    assert parse("/b c/ OR /x.{0,60}y.{0,60}z/").hit(item) is None
    assert parse("/^a/ -/x.{0,60}y.{0,60}z/").hit(item) == ("a",)


def test_a_text_is_read_so_far_and_told_so_often() -> None:
    assert len(encoded("é" * READ_BYTES)) == READ_BYTES
    assert parse("/b/").hit(Searchable(body="a" * READ_BYTES + "b")) is None
    words = parse(r"/x\d+/").hit(Searchable(body=" ".join(f"x{number}" for number in range(100))))
    assert words is not None
    assert len(words) == MATCHES_LIMIT


def test_a_rule_says_whether_it_has_a_regex() -> None:
    for query in ("/a/", "b -title:/a/", "(b OR (c /a/)) d"):
        assert parse(query).has_regex
    assert not parse("near(a b) -title:(c OR d) in:a/b/c").has_regex

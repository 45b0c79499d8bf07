"""How a query is read, printed and refused."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules import QUERY_LIMIT, QueryError, parse, printed
from bot.rules.flaws import _EN, _ZH, Flaw, Why
from bot.rules.grammar import DEPTH_LIMIT, REGEXES_LIMIT, TERMS_LIMIT, asks_for_words, tree
from bot.rules.lexer import tokens
from bot.rules.nodes import Either, Every, Field, In, Near, Node, Not, Phrase, Regex, Term, Within
from bot.rules.regex import PATTERN_LIMIT, READ_BYTES
from tests import queries


def T(*texts: str) -> tuple[Term, ...]:  # noqa: N802  a term, in a table
    return tuple(Term(text) for text in texts)


A, B, C = T("a", "b", "c")

READ: dict[str, Node] = {
    "apple": Term("apple"),
    "a b": Every((A, B)),
    "a AND b": Every((A, B)),
    "a and b": Every(T("a", "and", "b")),
    "a OR b": Either((A, B)),
    "a|b": Either((A, B)),
    "a || b": Either((A, B)),
    "a or b": Every(T("a", "or", "b")),
    "a b OR c": Either((Every((A, B)), C)),
    "a (b OR c)": Every((A, Either((B, C)))),
    "(a b) c": Every((Every((A, B)), C)),
    "((a))": A,
    "a -b": Every((A, Not(B))),
    "a NOT b": Every((A, Not(B))),
    "a not b": Every(T("a", "not", "b")),
    "a AND NOT b": Every((A, Not(B))),
    "a NOT(b c)": Every((A, Not(Every((B, C))))),
    "a -(b OR c)": Every((A, Not(Either((B, C))))),
    'a -"b c"': Every((A, Not(Phrase(("b", "c"))))),
    "-(-a)": Not(Not(A)),
    "NOT NOT a": Not(Not(A)),
    '"a"': Term("a", exact=True),
    '"a b"': Phrase(("a", "b")),
    '"a, b: c."': Phrase(("a", "b", "c")),
    '"OR"': Term("OR", exact=True),
    '"a (b) | c"': Phrase(("a", "b", "c")),
    'x"a b"y': Every((Term("x"), Phrase(("a", "b")), Term("y"))),
    "elect*": Term("elect", prefix=True),
    "elect*, a": Every((Term("elect", prefix=True), A)),
    "near/3(a b)": Near(3, (A, B)),
    "near(a b)": Near(5, (A, B)),
    'NEAR/0(a, "b c" elect*)': Near(0, (A, Phrase(("b", "c")), Term("elect", prefix=True))),
    "near/3 (a b)": Near(3, (A, B)),
    "near (a b)": Every((Term("near"), Every((A, B)))),
    "near": Term("near"),
    "title:a b": Every((Within(Field.TITLE, A), B)),
    "Title: a": Within(Field.TITLE, A),
    "title:(a OR -b)": Within(Field.TITLE, Either((A, Not(B)))),
    "-title:a b": Every((Not(Within(Field.TITLE, A)), B)),
    "b title:-a": Every((B, Within(Field.TITLE, Not(A)))),
    'body:"a b"': Within(Field.BODY, Phrase(("a", "b"))),
    "author:near(a b)": Within(Field.AUTHOR, Near(5, (A, B))),
    "tag:/ab/": Within(Field.TAG, Regex("ab")),
    "source:a": Within(Field.SOURCE, A),
    "link:example.com/a?b=1": Within(Field.LINK, Term("example.com/a?b=1")),
    "link:https://example.com/": Within(Field.LINK, Term("https://example.com")),
    "lang:de a": Every((Within(Field.LANG, Term("de")), A)),
    "a lang:(en OR zh-Hans)": Every((A, Within(Field.LANG, Either(T("en", "zh-Hans"))))),
    "a in:bbc": Every((A, In("bbc"))),
    'a -in:"BBC  World"': Every((A, Not(In("BBC World")))),
    "/colou?r/": Regex("colou?r"),
    "/colou?r/i a": Every((Regex("colou?r"), A)),
    r"/a\/b/": Regex("a/b"),
    r"/\d+\\/": Regex(r"\d+\\"),
    "(/a|b/|/c  d/)": Either((Regex("a|b"), Regex("c  d"))),
    "-/a/ b": Every((Not(Regex("a")), B)),
}
PASTED: dict[str, Node] = {
    "“a b”": Phrase(("a", "b")),
    "„a b“": Phrase(("a", "b")),
    "”a b”": Phrase(("a", "b")),
    "“a b“": Phrase(("a", "b")),
    '"a b”': Phrase(("a", "b")),
    "“a” “b”": Every((Term("a", exact=True), Term("b", exact=True))),
    "« a b »": Phrase(("a", "b")),
    "»a b«": Phrase(("a", "b")),
    "‹a b›": Phrase(("a", "b")),
    "「利率」": Term("利率", exact=True),
    "『中央 银行』": Phrase(("中央", "银行")),
    "＂a b＂": Phrase(("a", "b")),
    "苹果“发布会”": Every((Term("苹果"), Term("发布会", exact=True))),
    "（a｜b） c": Every((Either((A, B)), C)),
    "a，b、c": Every((A, B, C)),
    "a, b; c": Every((A, B, C)),
    "a　b\n\tc": Every((A, B, C)),
    "title：a": Within(Field.TITLE, A),
    "title：（a b）": Within(Field.TITLE, Every((A, B))),
    "／ab／": Regex("ab"),
    "near／2（a b）": Near(2, (A, B)),
    "a ＯＲ b": Either((A, B)),
    "a ―b": Every((A, Not(B))),
    "a ‑b": Every((A, Not(B))),
    "3,5 % 100,000,a,5": Every(T("3,5", "100,000", "a", "5")),
    "النفط، الغاز؟": Every(T("النفط", "الغاز")),
    "मोदी । दिल्ली।": Every(T("मोदी", "दिल्ली")),
    "near／１２（a b）": Near(12, (A, B)),
    "elect＊": Term("elect", prefix=True),
    "a －b": Every((A, Not(B))),
    "a –b": Every((A, Not(B))),
    "a —b": Every((A, Not(B))),
    "a −b": Every((A, Not(B))),
    "a - b": Every((A, B)),
    "a — b": Every((A, B)),
    "a -- b": Every((A, B)),
    "a --b": Every((A, B)),
    "a -> b": Every((A, B)),
    "Trump—Putin": Every(T("Trump", "Putin")),
    "你好——世界": Every(T("你好", "世界")),
    "2020–2021": Every(T("2020", "2021")),
    "美联储加息。市场下跌！": Every(T("美联储加息", "市场下跌")),
    "《三体》：续集": Every(T("三体", "续集")),
    "OpenAI：发布": Every(T("OpenAI", "发布")),
    "[Update] Fed: rates rise...": Every(T("Update", "Fed", "rates", "rise")),
    "What? Now!": Every(T("What", "Now")),
    "home » news": Every(T("home", "news")),
    "AC / DC": Every(T("AC", "DC")),
    "AT & T": Every(T("AT", "T")),
    "* a": A,
    "? a": A,
    'a ""': A,
    "a -() (?)": A,
    "f() ((g()))": Every(T("f", "g")),
    '"a"/"b"': Every((Term("a", exact=True), Term("b", exact=True))),
    '-/a/ -"b"': Every((Not(Regex("a")), Not(Term("b", exact=True)))),
    "NASDAQ:WORK CNBlog:Blog": Every(T("NASDAQ:WORK", "CNBlog:Blog")),
    "a -?": A,
    "don't l’état": Every(T("don't", "l’état")),
    "rock 'n' roll": Every(T("rock", "n", "roll")),
    '5" tft': Every(T("5", "tft")),
    '5"x': Term('5"x'),
    'צה"ל "a b"': Every((Term('צה"ל'), Phrase(("a", "b")))),
    "https://example.com/a": Term("https://example.com/a"),
    "at 12:30": Every(T("at", "12:30")),
    "localhost:8080 std::vector": Every(T("localhost:8080", "std::vector")),
    "C++ C# AT&T R&D": Every(T("C++", "C#", "AT&T", "R&D")),
    "#tag @name $TSLA": Every(T("tag", "@name", "$TSLA")),
    "+must 3.5% U.S. .NET": Every(T("must", "3.5%", "U.S", ".NET")),
    "gpt-5 and/or": Every(T("gpt-5", "and/or")),
    "🚀": Term("🚀"),
}
ESCAPED: dict[str, Node] = {
    r"\-a": Term("-a"),
    r"\"a": Term('"a'),
    r"a\(b\)": Term("a(b)"),
    r"elect\*": Term("elect*"),
    r"\OR": Term("OR"),
    r"\near/5 (a b)": Every((Term("near/5"), Every((A, B)))),
    r"\#tag": Term("#tag"),
    r"title\:a": Term("title:a"),
    r"a\\b": Term(r"a\b"),
    r"\/usr/bin": Term("/usr/bin"),
    r'"a \"b\" c\*"': Phrase(("a", '"b"', "c*")),
    "a\\": Term("a\\"),
    r"a\ b": Every((A, B)),
    r"a\,b": Term("a,b"),
}


@pytest.mark.parametrize(("query", "node"), [*READ.items(), *PASTED.items(), *ESCAPED.items()])
def test_a_query_is_read_as_it_is_meant(query: str, node: Node) -> None:
    assert tree(tokens(query)) == node


@pytest.mark.parametrize("query", [*READ, *PASTED, *ESCAPED])
def test_what_is_printed_or_tidied_reads_as_the_same(query: str) -> None:
    rule = parse(query, negative=True)
    assert parse(printed(rule.node), negative=True).node == rule.node
    assert parse(rule.query, negative=True) == rule


@given(queries.nodes)
def test_any_tree_is_printed_as_a_query_that_reads_as_the_same(node: Node) -> None:
    query = printed(node)
    try:
        read = tree(tokens(query))
    except QueryError as error:
        assert error.flaw.why in (Why.TOO_MANY_REGEXES, Why.REGEX_HEAVY, Why.TOO_MANY_TERMS)
        return
    assert read == node


@given(queries.strange)
def test_any_word_that_can_be_read_can_be_printed(text: str) -> None:
    escaped = "".join(f"\\{letter}" for letter in text)
    try:
        node = tree(tokens(escaped))
    except QueryError as error:
        assert error.flaw.why is Why.EMPTY
        return
    assert tree(tokens(printed(node))) == node


def test_a_query_is_kept_tidy_but_for_its_regexes() -> None:
    assert parse('  Apple \n "a   b"  /a  b/   APPLE ').query == 'Apple "a b" /a  b/ APPLE'


REFUSED = {
    "": "empty: name at least one word",
    " , ?": "empty",
    '""': "empty",
    "fed (rates etf": "Missing ) after “etf” at 12.",
    "(": "Missing ) after “(” at 1.",
    "near(a b": "Missing ) after “b” at 8.",
    "near(": "Missing ) after “near(” at 1.",
    "a) b": "The ) at 2 has no (.",
    ")": "The ) at 1 has no (.",
    "()": "empty",
    "a OR ()": "follows OR at 3.",
    "OR a": "Nothing stands before OR at 1.",
    "(AND a)": "Nothing stands before AND at 2.",
    "a OR": "follows OR at 3.",
    "a OR OR b": "follows OR at 3.",
    "a | ": "follows | at 3.",
    "(a OR) b": "follows OR at 4.",
    "a NOT": "follows NOT at 3.",
    "a -)": "The ) at 4 has no (.",
    "a title:": "follows title: at 3.",
    'a "b c': 'Missing " for the " at 3.',
    "a “b c": "Missing ” for the “ at 3.",
    "「利率": "Missing 」 for the 「 at 1.",
    "« a": "Missing » for the « at 1.",
    "titel:x": "no field “titel” at 1. Did you mean title:?",
    "a Autor：x": "no field “Autor” at 3. Did you mean author:?",
    "lnik:(a b)": "Did you mean link:?",
    "Re:Zero": "no field “Re” at 1. Fields are title:, body:, author:, tag:, source:, link:, lang:, in:.",
    'url:"x"': "no field “url” at 1.",
    "title:(a body:b)": "body: at 10 stands inside another field",
    "title:in:b": "in: at 7 stands inside another field",
    'lang:"a b"': "lang: at 6",
    "lang:/a/": "lang: at 6",
    "lang:near(a b)": "lang: at 6",
    "in: (a)": "in: at 1",
    "a in:": "in: at 3",
    "el*ct": "The * in “el*ct” at 1",
    "*el": "The * in “*el” at 1",
    '"interest rate*"': "as at 15",
    "e*": "“e*” at 1 is too short. Write at least 2 letters",
    "中*": "“中*” at 1 is too short",
    "near/101(a b)": "“near/101” at 1 is too far. Write a number up to 100",
    "near/99999999999999999999(a b)": "too far",
    "near(a OR b)": "not “OR” at 8",
    "near(a -b)": "not “-” at 8",
    "near(a (b c))": "not “(” at 8",
    "near(a /b/)": "not “/b/” at 8",
    "near(a)": "near() at 1 needs two words",
    "a near/3 b": "near() at 3 needs two words. Write it like near/5(rates cut).",
    "lang:english a": "lang: at 6 takes the short name of a language",
    "a lang:(en OR 中文)": "lang: at 15",
    "/a": "Missing / for the / at 1.",
    "/etc/passwd": "“passwd” at 6 cannot follow a regex",
    "/a/g": "“g” at 4 cannot follow a regex",
    "/(a/": "The regex at 1 cannot be read: missing ): (a.",
    "a -b c OR -d": "only says what not to find",
    "-a": "only says what not to find",
    "NOT (a OR b)": "only says what not to find",
    "-(a b) -c": "only says what not to find",
    "in:bbc": "only says where to look",
    "lang:de in:bbc": "only says where to look",
    "a OR lang:de": "only says where to look",
}


@pytest.mark.parametrize(("query", "says"), REFUSED.items())
def test_what_cannot_be_meant_is_refused_with_its_place(query: str, says: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(query)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "query", ["a", "a -b", "-(-a)", "-(-a OR b)", "a OR b -c", "author:a", "source:a -b", "link:a"]
)
def test_what_names_something_that_must_be_there_is_taken(query: str) -> None:
    assert parse(query).query == query


@pytest.mark.parametrize("query", ["-a", "in:bbc", "lang:de", "a OR -b", "NOT (a OR b)"])
def test_a_filter_may_only_exclude(query: str) -> None:
    assert not asks_for_words(parse(query, negative=True).node)


def test_limits_are_told_with_their_number() -> None:
    assert parse("x" * QUERY_LIMIT)
    many = " ".join(f"w{number}" for number in range(TERMS_LIMIT))
    assert parse(many)
    deep = "(" * DEPTH_LIMIT + "a" + ")" * DEPTH_LIMIT
    assert parse(deep)
    regexes = " ".join(["/ab/"] * REGEXES_LIMIT)
    assert parse(regexes)
    for query, why, says in [
        ("x" * (QUERY_LIMIT + 1), Why.TOO_LONG, "1001 characters, at most 1000"),
        (f"{many} more", Why.TOO_MANY_TERMS, "more than 50, from “more” at"),
        (f'{many[3:]} "more words"', Why.TOO_MANY_TERMS, "more than 50"),
        (f"({deep})", Why.TOO_DEEP, "at 17: at most 16"),
        ("NOT " * 17 + "a", Why.TOO_DEEP, "at most 16"),
        (f"{regexes} /cd/", Why.TOO_MANY_REGEXES, "more than 5 regexes, as of 26"),
        (f"/{'a' * 201}/", Why.REGEX_LONG, "201 characters, at most 200"),
    ]:
        with pytest.raises(QueryError) as refused:
            parse(query)
        assert refused.value.flaw.why is why
        assert says in str(refused.value)


PIECES = ("(", ")", "（", '"', "“", "”", "»", "「", "|", "OR", "AND", "NOT", "-", "—", "/", "\\", "*", ":", "title:", "titel:", "in:", "lang:", "near(", "near/9(", "a", "5", "利", " ", " ", "#", "'", "\n", "{9}", "\\d")  # fmt: skip


@example('0"0»0»')
@example('OR"0»0»')
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_any_text_is_read_or_refused_at_a_place_within(query: str) -> None:
    try:
        rule = parse(query, negative=True)
    except QueryError as error:
        assert error.flaw.place in range(len(query) + 1)
        for language in ("en", "zh"):
            assert error.flaw.said(language)[-1] in ".。"
        return
    assert parse(printed(rule.node), negative=True).node == rule.node
    assert parse(rule.query, negative=True) == rule


@pytest.mark.parametrize(
    "piece",
    ["(", "a ", "-", "NOT ", '"', "“", "»", "5“", 'a"', "title:", "near(", "/", "\\", "a*", "a|", "'", "/a/ ", "(a OR ", "in:a ", "—", "a:", "利"],
)  # fmt: skip
def test_long_queries_are_answered_in_milliseconds(piece: str) -> None:
    for length in (QUERY_LIMIT, 10_000):
        query = (piece * length)[:length]
        taken = []
        for _ in range(3):
            began = time.thread_time()
            try:
                parse(query)
            except QueryError as error:
                assert str(error)
            taken.append(time.thread_time() - began)
        assert min(taken) < 0.05, f"{piece!r} × {length}: ten times what an idle machine takes"


def test_each_flaw_is_said_in_both_languages_with_the_same_particulars() -> None:
    assert set(_EN) == set(_ZH) == set(Why)
    for why in Why:
        named = [sorted(set(re.findall(r"{(\w+)}", said[why]))) for said in (_EN, _ZH)]
        assert named[0] == named[1], why
        said = Flaw(why, 7, "word", "known", 2000, 1000).said
        assert said("zh-Hans") != said("en") == said("fr")
        assert said("en").count(". ") + said("en").count(": ") + said("en").count("? "), "and what to do"


def test_a_sentence_repeats_no_more_than_it_needs() -> None:
    with pytest.raises(QueryError) as refused:
        parse(f"(a {'long' * 50}")
    assert str(refused.value).count("long") < 10


def test_the_page_about_queries_tells_the_truth() -> None:
    page = (Path(__file__).parent.parent / "docs" / "queries.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.*?)` \| (.*) \|$", page, re.MULTILINE)
    assert len(rows) > 30
    told = page.partition("## What is refused")[2]
    for query, says in rows:
        try:
            parse(query.replace("\\|", "|"))
        except QueryError as error:
            assert str(error) == says
        else:
            assert f"| `{query}` |" not in told
    for limit in (QUERY_LIMIT, TERMS_LIMIT, DEPTH_LIMIT, REGEXES_LIMIT, PATTERN_LIMIT, READ_BYTES):
        assert f"{limit:,}" in page

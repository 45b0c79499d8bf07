"""The index: every query that matches is a candidate, whatever was added and discarded before."""

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import Index, Rule, Searchable, Sieve, parse, printed, signature
from bot.rules.nodes import Node, Term
from bot.rules.text import Needle
from tests.sought import HEARD, items, odd


def filled(*queries: str) -> Index:
    index = Index()
    for query in queries:
        index.add(query, parse(query, negative=True).node)
    return index


@settings(max_examples=40)
@given(st.lists(odd, max_size=6), items)
def test_whatever_matches_is_a_candidate(trees: list[Node], item: Searchable) -> None:
    index = Index()
    rules = {str(number): Rule(str(number), node) for number, node in enumerate(trees)}
    for query, rule in rules.items():
        index.add(query, rule.node)
    found = index.candidates(item)
    assert (
        {query for query, rule in rules.items() if rule.hit(item, HEARD) is not None} <= found <= set(rules)
    )


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=30),
    st.lists(odd, min_size=5, max_size=5),
    items,
)
def test_adding_and_discarding_leave_what_was_added_more_often(
    steps: list[tuple[int, bool]], trees: list[Node], item: Searchable
) -> None:
    index = Index()
    owned: Counter[int] = Counter()
    for number, added in steps:
        if added:
            index.add(printed(trees[number]) + str(number), trees[number])
            owned[number] += 1
        else:
            index.discard(printed(trees[number]) + str(number))
            owned[number] = max(0, owned[number] - 1)
    left = {printed(trees[number]) + str(number) for number in +owned}
    hits = {
        printed(trees[number]) + str(number)
        for number in +owned
        if Rule("", trees[number]).hit(item, HEARD) is not None
    }
    assert hits <= index.candidates(item) <= left
    assert len(index) == len(left)


def test_an_index_that_everything_was_discarded_from_is_as_new() -> None:
    queries = ("cat", "cat dog", "elect*", "和", "人工智能 OR 🚀", "-x", "/a\tb/", "in:BBC cat")
    index = filled(*queries, "cat")
    for query in (*queries, "cat", "never added"):
        index.discard(query)
    assert not len(index)
    assert all(not held for held in vars(index).values() if not isinstance(held, tuple))


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("banking elect*", "banking elections"),
        ("elect* banking", "banking elections"),
        ("banking 和", "banking 和"),
        ("(rise OR 和) banking", "banking 和"),
        ("eu*", "europe"),
        ("/央利率?/", "央利"),
        ("/央利率{0,2}x/", "央利x"),
        ("/a\tb/ bank", "a\tb bank"),
        ("/a\nb/ bank", "a\nb bank"),
        ("link:example.com bank", "bank"),
        ("lang:zh bank", "bank"),
    ],
)
def test_what_is_looked_for_otherwise_than_by_whole_words_is_found(query: str, body: str) -> None:
    item = Searchable(body=body, link="https://www.example.com/a", language="zh-TW")
    assert parse(query).query == query
    assert parse(query).hit(item) is not None
    assert filled(query).candidates(item) == {query}
    assert Sieve(parse(query).node).passes(signature(item))


def test_a_query_that_is_no_longer_understood_is_no_candidate() -> None:
    index = Index()
    index.add('cat"', None)
    assert index.candidates(Searchable("cat")) == set()
    index.discard('cat"')
    assert not len(index)


def test_common_words_do_not_gather_the_rules_that_have_rarer_ones() -> None:
    index = Index()
    for number in range(1000):
        index.add(f"news rare{number}", parse(f"news rare{number}").node)
    assert index.candidates(Searchable("No news today")) <= {"news rare0"}
    assert index.candidates(Searchable("rare7 news")) == {"news rare7"}


def test_two_words_are_both_asked_for_before_a_rule_is_a_candidate() -> None:
    index = filled("bank rate", "bank (cut OR rise)", "bank -rate", "中国 银行")
    assert index.candidates(Searchable("A bank failed. 中国")) == {"bank -rate"}
    assert index.candidates(Searchable("A bank rise")) == {"bank (cut OR rise)", "bank -rate"}


@pytest.mark.parametrize(
    "word", ["bank", "city", "box", "hero", "boss", "church", "potato", "fish", "fly", "toy", "AI芯片"]
)
def test_whatever_form_a_needle_finds_has_its_features(word: str) -> None:
    index = filled(word, f'"{word}"', f"{word}*")
    for form in Needle.of(word).forms:
        assert word in index.candidates(Searchable(body=f"The {form}, they say"))


mixed = st.text(
    st.sampled_from("aesy'-.+ éßİſＡｶﾞ각ᄀดอกเบี้ย人银銀和🚀™ﬁ\u0301\u200d\u0640عرבם，\n"),
    min_size=1,
    max_size=12,
)


@given(mixed, st.integers(0, 11), st.integers(1, 4), st.sampled_from(("", "prefix", "exact")))
def test_what_is_found_in_a_text_has_its_features(text: str, start: int, length: int, kind: str) -> None:
    node = Term(text[start : start + length], prefix=kind == "prefix", exact=kind == "exact")
    index = Index()
    index.add("it", node)
    item = Searchable(text)
    if Rule("it", node).hit(item) is not None:
        assert index.candidates(item) == {"it"}


LONG = {
    "Han": "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(50_000)),
    "words": " ".join(f"w{number:x}s" for number in range(50_000)),
    "one word": "ies" * 16_667,
    "marks": "e" + "\u0301" * 50_000,
    "signs": "\u20ac!" * 25_000,
    "spaces": " \n" * 25_000,
    "Thai": "ดอกเบี้ย" * 6_250,
}


@pytest.mark.parametrize("body", LONG.values(), ids=LONG)
def test_a_hostile_item_takes_a_moment_and_four_kilobytes(body: str) -> None:
    index = filled("cat dog", "elect*", "和", "人工智能 OR 🚀", "利率 -x")
    item = Searchable(body=body)
    assert item.texts[0].folded is not None  # folding has its own tests
    times = []
    for _ in range(3):
        began = time.thread_time()
        index.candidates(item)
        times.append(time.thread_time() - began)
    assert min(times) < 1, "some 0.1 s at most; what is quadratic takes minutes"
    assert len(signature(item)) <= 4096


def test_adding_takes_as_long_with_many_rules_as_with_few() -> None:
    index = Index()
    nodes = [parse(f"word{number} other{number} -third").node for number in range(3000)]
    times = []
    for number, node in enumerate(nodes):
        began = time.thread_time()
        index.add(str(number), node)
        times.append(time.thread_time() - began)
    assert sum(sorted(times)[:-30]) / len(times) < 0.001

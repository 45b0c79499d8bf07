"""The index: every query that matches is a candidate, whatever was added and discarded before."""

import sys
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import Heard, Index, Rule, Searchable, parse, printed
from bot.rules.nodes import Either, Every, In, Node, Not, Phrase, Regex, Term
from tests.queries import nodes, strange, texts, words

HEARD = Heard(("BBC World",), "体育")

items = st.builds(
    Searchable,
    title=texts,
    body=st.one_of(texts, st.lists(st.one_of(strange, words), max_size=8).map("".join)),
    author=texts,
    source=texts,
    tags=st.lists(texts, max_size=2).map(tuple),
    link=texts,
    language=st.sampled_from(("", "en", "zh-Hans", "zh_TW")),
)
odd = st.one_of(
    nodes,
    strange.map(Term),
    strange.map(lambda text: Term(text, prefix=True)),
    st.tuples(strange, words).map(Phrase),
    words.map(lambda word: Term(word[:3], prefix=True)),
    st.sampled_from(("利率.*央行", "央[行]", "银行?", "(利率)?", "利率|x", "央行{0,2}", r"\Q利率\E")).map(
        Regex
    ),
)


def filled(*queries: str) -> Index:
    index = Index()
    for query in queries:
        index.add(query, parse(query, negative=True).node)
    return index


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

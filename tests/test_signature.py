"""Signatures: small, and never the reason why an item is not found."""

import pytest
from hypothesis import given, settings

from bot.rules import Rule, Searchable, Sieve, parse, signature
from bot.rules.nodes import Node
from tests.sought import HEARD, items, odd

STORY = Searchable(
    title="Central banks cut rates as the election nears",
    body="Politicians of both parties said on Monday that they had waited long enough. 央行下调利率，市场反应平静。",
    tags=("economy",),
    source="The News",
)


@settings(max_examples=60)
@given(odd, items)
def test_no_item_that_matches_is_hidden(node: Node, item: Searchable) -> None:
    if Rule("", node).hit(item, HEARD) is not None:
        assert Sieve(node).passes(signature(item))


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("bank", True),
        ("bank rate", True),
        ("bank weather", False),
        ("weather OR 利率", True),
        ("weather OR 足球", False),
        ("(weather OR storm) rate", False),
        ("elect*", True),
        ("elephant*", True),  # three letters of a beginning are told
        ("weath*", False),
        ("人工智能", False),
        ("author:bank", True),  # in which field is left to the rule
        ('"the news"', True),
        ("weather -rate", False),
        ("-rate", True),
        ("🚀", True),  # letters by themselves are not told
        ("/利率.*平静/", True),
        ("/利率.*足球/", False),
        ("lang:fr", True),
    ],
)
def test_a_signature_tells_what_an_item_does_not_have(query: str, passes: bool) -> None:  # noqa: FBT001
    assert Sieve(parse(query, negative=True).node).passes(signature(STORY)) is passes


@pytest.mark.parametrize("unknown", [b"", b"\x00", b"\x02" + bytes(64), b"\x01"])
def test_what_is_not_a_signature_of_this_version_passes(unknown: bytes) -> None:
    assert Sieve(parse("weather").node).passes(unknown)


def test_a_word_that_is_not_there_seems_to_be_in_one_of_a_hundred_items_at_most() -> None:
    items = [
        Searchable(" ".join(f"w{item * 1000 + number}" for number in range(count)))
        for item, count in enumerate([10, 50, 200, 800] * 10)
    ]
    signatures = [signature(item) for item in items]
    rules = [parse(f"absent{number}") for number in range(100)]
    sieves = [Sieve(rule.node) for rule in rules]
    passed = sum(sieve.passes(one) for sieve in sieves for one in signatures)
    assert passed < 0.01 * len(rules) * len(signatures)
    assert max(map(len, signatures)) < 3_000

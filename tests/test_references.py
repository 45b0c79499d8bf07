"""References of HTML are decoded, whatever they say."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.references import unescape
from bot.render.markup import read_html


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a &amp; &#66; &#x43;", "a & B C"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        ("&#" + "9" * 5000, "\ufffd"),
        ("no reference", "no reference"),
    ],
)
def test_a_reference_of_any_length_is_decoded(text: str, read: str) -> None:
    assert unescape(text) == read
    assert read_html(f"<p>{text}</p>").text == read


def test_an_attribute_may_hold_one_too() -> None:
    assert read_html('<a href="&#' + "9" * 5000 + ';">x</a>').text == "x"


MADE_OF = [
    "&",
    "#",
    "x",
    ";",
    "amp",
    "not",
    "lt",
    "0",
    "65",
    "1234567",
    "8217",
    "ffff",
    "zwnj",
    "a" * 33,
    "<",
    " ",
    "\ud83d",
]


@given(st.lists(st.sampled_from(MADE_OF) | st.text(max_size=3), max_size=40).map("".join))
def test_references_are_decoded_as_python_does(text: str) -> None:
    assert unescape(text) == html.unescape(re.sub("&#[0-9]{8,};?", "\ufffd", text))

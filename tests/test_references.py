"""References of HTML are decoded, whatever they say."""

import pytest

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

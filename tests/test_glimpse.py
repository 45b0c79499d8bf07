"""An alert whose words are not in what a style shows: the line they stand in is shown with it, within limits."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import Hit, Image, Style
from bot.render.alerts import GLIMPSE_LIMIT
from bot.render.parts import CAPTION_LIMIT, TEXT_LIMIT, units
from bot.render.serialise import serialise
from tests.test_styles import IMAGE, ITEM, LOOK, check, composed, of

DEEP = replace(
    ITEM,
    title="Markets today",
    content_html=f"<p>{'Shares rose again. ' * 60}Then copper fell to a low.</p>",
)
COPPER = Hit(1, "copper", ("copper",))


@pytest.mark.parametrize("style", [Style.HEADLINE, Style.SUMMARY])
def test_an_alert_that_found_nothing_of_what_is_shown_shows_the_line_it_found(style: Style) -> None:
    message = composed(DEEP, replace(LOOK, style=style), (Hit(2, "today", ("today",)), COPPER))
    *_, today, alert, line = serialise(message.text).split("\n")
    assert (today, alert) == ("🔔 today", "🔔 copper")
    assert line == "…rose again. Shares rose again. Then <u>copper</u> fell to a low."
    check(message)


def test_a_line_is_shown_of_the_first_alert_that_needs_one_and_only_where_the_text_is_not() -> None:
    low = Hit(3, "low", ("low",))
    text = composed(DEEP, replace(LOOK, style=Style.HEADLINE), (COPPER, low)).text.text
    assert text.count("copper fell") == 1
    assert text.endswith("low.\n🔔 low")
    for hit in (
        replace(COPPER, brief=True),
        Hit(1, "gold", ("gold",)),
        Hit(1, "-gold"),
        Hit(1, "q", ("rose",)),
    ):
        assert "…" not in composed(DEEP, LOOK, (hit,)).text.text
    assert "…" not in composed(DEEP, replace(LOOK, style=Style.FULL), (COPPER,)).text.text


@pytest.mark.parametrize(
    ("text", "word", "line"),
    [
        ("铜价昨日再次下跌。" * 30 + "黄金价格上涨。" + "白银价格不变。" * 30, "黄金", "…铜价昨日再次下跌。"),
        ("one " * 99 + "gold " + "two " * 99, "gold", "…one one one"),
        ("x" * 999 + " gold " + "y" * 999, "gold", "…gold yyy"),
        ("one " * 99 + "<b>Gol\u00add</b>\n\nrises", "gold", "…one one one"),
        ("😀" * 300 + " gold " + "😀" * 300, "gold", "…gold 😀"),
    ],
)
def test_the_line_is_of_some_length_and_holds_the_word_marked(text: str, word: str, line: str) -> None:
    item = replace(ITEM, content_html=f"<p>{text}</p>")
    message = composed(item, replace(LOOK, style=Style.HEADLINE), (Hit(1, "rule", (word,)),))
    said = message.text.text.split("\n")[-1]
    assert said.startswith(line)
    assert 20 < units(said) <= GLIMPSE_LIMIT
    assert f"<u>{word}</u>" in serialise(message.text).lower()
    check(message)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a ", "b. ", "中文", "😀", "🇩🇪", "\u0301", "ไทย", "<p>", "x" * 200, "c\u00adat "]),
        max_size=300,
    ),
    st.lists(st.sampled_from(["cat", "中", "b", "x" * 200, "gold"]), min_size=1, max_size=4),
    st.sampled_from([Style.HEADLINE, Style.SUMMARY]),
    st.sampled_from([(), (IMAGE,)]),
)
def test_whatever_the_line_shows_the_message_fits_and_is_as_telegram_takes_it(
    said: list[str], found: list[str], style: Style, images: tuple[Image, ...]
) -> None:
    item = of(1, title="T " * 200, summary_html="<p>" + "One more. " * 60 + "".join(said), source="S" * 90)
    item = replace(item, tags=tuple("abcdefgh" * 3), images=images)
    hits = tuple(Hit(number, f"rule {one}", (one,)) for number, one in enumerate(found))
    message = composed(item, replace(LOOK, style=style, hashtags=True), hits)
    assert units(message.text.text) <= (CAPTION_LIMIT if message.media else TEXT_LIMIT)
    check(message)

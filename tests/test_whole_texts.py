"""All the text of an item: captions and players in it, its end to be seen, and what stands for it elsewhere."""

from dataclasses import replace

import pytest

from bot.items import Style
from bot.render.parts import CAPTION_LIMIT, units
from bot.render.serialise import serialise
from tests.test_styles import FOOT, IMAGE, ITEM, LINK, check, of, styled

PLAYER = '<iframe src="https://www.youtube.com/embed/abcdefgh"></iframe>'
CAPTIONED = "<figure><img src='/b.png'><figcaption>The hall at dusk</figcaption></figure>"


def test_captions_and_players_are_part_of_the_whole_text_and_the_lead_is_told_once() -> None:
    short = replace(ITEM, content_html=f"<p>Words</p>{PLAYER}<video src='/film.mp4'></video>{CAPTIONED}")
    long = replace(ITEM, content_html=f"{PLAYER}{of(3).content_html}{CAPTIONED}{of(12).content_html[300:]}")
    for style in (Style.FULL, Style.EXPAND):
        for item in (short, long):
            text = styled(style, item).text.text
            assert "▶ YouTube" in text
            assert "The hall at dusk" in text
            assert text.count("on Monday 0 ") <= 1
        assert "▶ film.mp4" in styled(style, short).text.text
    assert "▶" not in styled(Style.SUMMARY, short).text.text


@pytest.mark.parametrize("mark", ["…", " […]", "</p>…", " ..."])
@pytest.mark.parametrize("style", [Style.FULL, Style.EXPAND])
def test_a_text_that_breaks_off_is_followed_by_the_link_to_the_rest(style: Style, mark: str) -> None:
    for item in (of(2), of(12)):
        message = styled(style, replace(item, content_html=f"{item.content_html}<p>And then it{mark}"))
        assert f'<a href="{LINK}">Read on</a>' in serialise(message.text)
        assert "…" in message.text.text
        whole = styled(style, item)
        assert "Read on" not in whole.text.text


@pytest.mark.parametrize("style", [Style.FULL, Style.EXPAND])
@pytest.mark.parametrize("split", [False, True])
def test_a_text_cut_without_a_link_shows_that_it_was_cut(style: Style, *, split: bool) -> None:
    message = styled(style, of(400, link=None), split=split)
    check(message)
    assert "…" in (message.text, *message.rest)[-1].text[-60:]


def test_a_look_may_bound_the_messages() -> None:
    for most in (1, 2, 4):
        message = styled(Style.FULL, of(400), split=True, messages=most)
        check(message)
        assert len(message.rest) == most - 1
        last = (message.text, *message.rest)[-1].text
        assert "Read on" in last
        assert last.endswith(FOOT)


def test_a_text_too_long_for_a_caption_has_a_shorter_form_that_is_one() -> None:
    for style in (Style.FULL, Style.EXPAND, Style.ARTICLE):
        short = styled(style, of(40, images=(IMAGE,))).short
        assert short is not None
        assert CAPTION_LIMIT // 2 < units(short.text) <= CAPTION_LIMIT
        assert short.text.startswith("Council votes\n\n")
        assert short.text.endswith(f"Read on\n\n{FOOT}")
        assert styled(style, of(40)).short is None
        assert styled(style, of(3, images=(IMAGE,))).short is None
    free = styled(Style.FULL, of(40, images=(IMAGE,)), template="{{ content }}")
    assert free.short is not None
    assert units(free.short.text) <= CAPTION_LIMIT

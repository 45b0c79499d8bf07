"""Whole texts of pages: when they are wanted, and when they are kept."""

import logging

import pytest

from bot import settings
from bot.errors import SettingsError
from bot.fetch.client import Kind
from bot.items import Image, Page
from bot.settings import need_fulltext, read
from tests.test_pages import LEAD, PICTURE, Desk, bare, page

LONG = "<p>" + "The whole story goes on and on, as stories do. " * 40 + "</p>"


async def test_full_brings_the_text_where_it_is_longer_than_what_the_feed_gave() -> None:
    desk = Desk("full")
    desk.serve("a", page("/a.jpg", LEAD, LONG))
    desk.serve("b", page("/b.jpg", "", "<p>short</p>"))
    assert (await desk.one(bare("a"))) == Page(Image("https://news.example/a.jpg"), LEAD, LONG)
    given = {"images": PICTURE, "summary_html": f"<p>{LEAD}</p>"}
    assert await desk.one(bare("a", **given)) == Page(None, "", LONG)
    assert await desk.one(bare("b", **given)) == Page()
    assert desk.wishes[-1] == (2 * 1024 * 1024, Kind.PAGE, True)


async def test_full_leaves_alone_what_has_its_whole_text_but_not_a_teaser() -> None:
    desk = Desk("full")
    desk.serve("a", page(body=LONG * 3))
    assert await desk.one(bare("a", images=PICTURE, content_html=LONG)) == Page()
    assert desk.asked == []
    teaser = LONG.replace("</p>", "[…]</p>")
    assert (await desk.one(bare("a", images=PICTURE, content_html=teaser))).text_html == LONG * 3


async def test_a_text_that_comes_too_late_leaves_the_rest_of_the_page() -> None:
    desk = Desk("full")
    desk.serve("a", page("/a.jpg", LEAD, "slow"))
    (found,) = await desk.find(bare("a"), within_s=0.5)
    assert found == Page(Image("https://news.example/a.jpg"), LEAD)


async def test_a_text_that_cannot_be_read_leaves_the_rest_of_the_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    desk = Desk("full")
    desk.serve("a", page("/a.jpg", LEAD, "hostile"))
    assert await desk.one(bare("a")) == Page(Image("https://news.example/a.jpg"), LEAD)
    assert "too much memory" in caplog.text


def test_full_without_the_extra_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "find_spec", lambda name: name)
    need_fulltext(read({"PAGES": "full"}))
    monkeypatch.setattr(settings, "find_spec", lambda _: None)
    with pytest.raises(SettingsError) as raised:
        need_fulltext(read({"PAGES": "full"}))
    assert raised.value.problems == ("PAGES: full needs the extra: pip install newsrelay[fulltext]",)
    need_fulltext(read({"PAGES": "lead"}))

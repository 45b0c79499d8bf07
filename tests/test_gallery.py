"""The gallery shows what it says: every item can be set, every picture is there and is named."""

import pytest

from bot.render.parts import CAPTION_LIMIT, TEXT_LIMIT, units
from tests.gallery import MOST_BYTES, PAGE, PICTURES, SPECIMENS, file_name, set_up, text_of_page
from tests.gallery_items import ITEMS, Exhibit


@pytest.mark.parametrize("exhibit", ITEMS, ids=lambda one: one.name)
def test_every_item_of_the_gallery_is_read_and_set(exhibit: Exhibit) -> None:
    made = set_up(exhibit)
    item, message = made.stored.item, made.message
    assert item.published or item.updated, "every item says when"
    assert message.text.text.strip()
    assert units(message.text.text) <= (CAPTION_LIMIT if message.media else TEXT_LIMIT)
    assert not message.trouble
    assert "{base}" not in repr(made)


def test_every_specimen_hangs_in_the_gallery() -> None:
    assert {path.name for path in SPECIMENS.iterdir()} == {one.specimen for one in ITEMS} - {"seed"}


def test_the_page_says_what_the_list_of_items_says_and_names_every_picture() -> None:
    assert PAGE.read_text(encoding="utf-8") == text_of_page(), "python -m tests.gallery makes it anew"
    wanted = {file_name(number, exhibit) for number, exhibit in enumerate(ITEMS, 1)}
    assert {path.name for path in PICTURES.iterdir()} == wanted


def test_the_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in PICTURES.iterdir()]
    assert max(sizes) <= MOST_BYTES
    assert sum(sizes) < 2_500_000

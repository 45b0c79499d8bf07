"""An item as one rich message: headings, pictures, lists and tables in their places.

For the style ``article``. Where such a message shows no more than any other, there is none.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.items import Hit, Image, Item, StoredItem
from bot.render.addresses import is_picture, likeness, link
from bot.render.blocks import Block, Group, Leaf, Picture, Size, Table, html, size
from bot.render.body import read_body
from bot.render.characters import is_blank
from bot.render.cut import cut
from bot.render.lead import folded, tells_title
from bot.render.look import Look
from bot.render.parts import Rich
from bot.render.rich import plain_text
from bot.render.runs import Run, marked, text_of
from bot.render.sheet import Sheet

TITLE_LIMIT = 300
"""Units of a title."""

NAME_LIMIT = 64
"""Units of a source's name."""

WORTH = 1500
"""Characters from which a text gains by the form, whatever it holds."""

_TAG = re.compile(r"<[^<>]*+>")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u058f\u0900-\u1fff\u3040-\ud7ff]")
_TOLD_BY = 1000
"""Characters by which the direction of a text is told."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rich_of(stored: StoredItem, look: Look, hits: tuple[Hit, ...] = ()) -> Rich | None:
    """Return ``stored`` as one rich message within all of Telegram's limits.

    None where nothing is gained by it: there is no text, or a short one without pictures, tables,
    headings or code of its own; or there are files beside it, which a rich message does not carry.
    ``hits`` are marked, and named at the end.
    """
    item = stored.item
    source, base = _text(stored)
    if not source or item.enclosures:
        return None
    to = link(item.link or "")
    words = _words(hits)
    title = _title(item, to, words)
    lead = _lead(item)
    foot = _foot(item, look, hits, "" if title else to)
    more = Leaf("p", [Run("…", (), to)])
    taken = Size()
    known: list[Block] = [*title, *([lead] if lead else []), foot, more]
    for block in known:
        taken = taken.plus(size(block))
    sheet = read_body(source, base, taken, words)
    blocks = sheet.blocks
    letters = sheet.size.letters - taken.letters - (_drop_repeated(blocks, item.title) if title else 0)
    if not blocks or (letters < WORTH and not _is_rich(sheet, lead)):
        return None
    if lead and _is_missing(lead, item.images[0], sheet):
        blocks = [lead, *blocks]
    whole = [*title, *blocks, *([more] if sheet.is_cut else []), foot]
    without = html(whole, media=False)
    return Rich(html(whole) if look.images else without, without, is_rtl=_is_rtl(blocks))


def _text(stored: StoredItem) -> tuple[str, str | None]:
    """Return the fullest text there is of an item, and what its addresses are relative to."""
    item = stored.item
    said = item.content_html or item.summary_html
    page = stored.page.text_html
    if page and len(_TAG.sub("", page)) > len(_TAG.sub("", said)):
        return page, item.link
    return said, item.base


def _title(item: Item, to: str, words: re.Pattern[str] | None) -> list[Leaf]:
    """Return the title, leading to the item; none where that is but the text's beginning."""
    title = cut(plain_text(item.title), TITLE_LIMIT).text
    said = _TAG.sub("", (item.content_html or item.summary_html)[:2000])
    if is_blank(title) or tells_title(title, said):
        return []
    runs = [Run(title, (), to)]
    return [Leaf("h1", marked(runs, words) if words else runs)]


def _lead(item: Item) -> Picture | None:
    """Return the item's first picture, if it can be had by its address."""
    url = link(item.images[0].url) if item.images else ""
    return Picture(url) if is_picture(url) else None


def _is_missing(lead: Picture, image: Image, sheet: Sheet) -> bool:
    """Tell whether the body neither begins with a picture nor shows this one further down."""
    if sheet.blocks and isinstance(sheet.blocks[0], Picture):
        return False
    shown = {likeness(url) for url in sheet.pictures}
    return not any(likeness(url) in shown for url in (lead.url, image.url, *image.alternatives))


def _is_rich(sheet: Sheet, lead: Picture | None) -> bool:
    """Tell whether a body holds what no other form shows: more pictures than ``lead``, a table, code."""
    pictures = {likeness(url) for url in sheet.pictures}
    if lead:
        pictures.discard(likeness(lead.url))
    return len(pictures) > (lead is None) or any(map(_is_more_than_text, sheet.blocks))


def _is_more_than_text(block: Block) -> bool:
    """Tell whether a block is a table, a heading or code, or holds one."""
    if isinstance(block, Group):
        return block.tag == "details" or any(map(_is_more_than_text, block.children))
    return isinstance(block, Table) or (isinstance(block, Leaf) and block.tag not in {"p", "hr"})


def _drop_repeated(blocks: list[Block], title: str) -> int:
    """Drop a first paragraph or heading that only says the title again; return its letters."""
    first = next((block for block in blocks[:2] if not isinstance(block, Picture)), None)
    if isinstance(first, Leaf) and folded(text := text_of(first.runs)) == folded(title):
        blocks.remove(first)
        return len(text)
    return 0


def _foot(item: Item, look: Look, hits: tuple[Hit, ...], to: str) -> Leaf:
    """Return whence and when, and which alerts fired."""
    source = cut(plain_text(look.source or item.source), NAME_LIMIT).text
    if is_blank(source):
        source = to.partition("://")[2].partition("/")[0].removeprefix("www.")
    when = item.published or item.updated
    parts = [Run(source, (), to)] if source else []
    if when:
        parts.append(Run((" · " if parts else "") + _time(when, look.zone, look.language)))
    for hit in hits[:4]:
        found = ", ".join(dict.fromkeys(hit.words))
        told = f": {found}" if found and found.casefold() != hit.query.casefold() else ""
        parts.append(Run(("\n" if parts else "") + plain_text(f"🔔 “{hit.query}”{told}").text[:160]))
    return Leaf("footer", parts or [Run("…", (), to)])


def _time(when: datetime, zone: ZoneInfo, language: str) -> str:
    """Return ``when`` as clocks in ``zone`` show it; UTC, which few live by, is named."""
    try:
        local = when.astimezone(zone)
    except (OverflowError, ValueError):
        local = when
    clock = f"{local:%H:%M}" + (" UTC" if zone.key == "UTC" else "")
    if language[:2].lower() in {"zh", "ja"}:
        return f"{local.year}年{local.month}月{local.day}日 {clock}"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {clock}"


def _words(hits: tuple[Hit, ...]) -> re.Pattern[str] | None:
    """Return what finds the words that alerts have found."""
    words = sorted({word for hit in hits for word in hit.words if word}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None


def _is_rtl(blocks: list[Block]) -> bool:
    """Tell whether most of the first letters are written from right to left."""
    text = "".join(_first_letters(blocks))[:_TOLD_BY]
    return len(_RIGHT_TO_LEFT.findall(text)) > len(_LEFT_TO_RIGHT.findall(text))


def _first_letters(blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Group):
            yield from _first_letters(block.children)
        elif isinstance(block, Leaf) and block.tag != "pre":
            yield text_of(block.runs)

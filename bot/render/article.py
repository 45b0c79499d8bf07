"""An item as one rich message: headings, pictures, lists and tables in their places.

For the style ``article``. Where such a message shows no more than any other, there is none.
"""

import re
from collections.abc import Iterator

from bot.items import Hit, Item, StoredItem
from bot.render import marks
from bot.render.addresses import is_picture, likeness, link
from bot.render.blocks import Block, Group, Leaf, Picture, Size, Table, html, size
from bot.render.body import read_body
from bot.render.characters import is_blank, width
from bot.render.cut import ELLIPSIS, cut
from bot.render.foot import foot_of
from bot.render.look import Look
from bot.render.media import Choice, choose, proxied
from bot.render.parts import Media, MediaKind, Rich
from bot.render.read_on import read_on
from bot.render.runs import Marking, Run, runs_of, text_of
from bot.render.sheet import Sheet
from bot.render.tails import is_teaser
from bot.render.title import TITLE_LIMIT, folded, is_generic, tells_title, title_of

WORTH = 1500
"""Width, in Latin letters, from which a text gains by the form, whatever it holds."""

MARKED_LIMIT = 8 * marks.MARKED_LIMIT
"""Places where words that alerts have found are marked: as many as in the messages that hold as much."""

_TAG = re.compile(r"<[^<>]*+>")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u058f\u0900-\u1fff\u3040-\ud7ff]")
_TOLD_BY = 1000
"""Characters by which the direction of a text is told."""


def rich_of(stored: StoredItem, look: Look, hits: tuple[Hit, ...] = ()) -> Rich | None:
    """Return ``stored`` as one rich message within all of Telegram's limits.

    None where nothing is gained by it: there is no text, or a short one without pictures, tables,
    headings or code of its own; or there is something to hear or to watch, which the other form
    plays. ``hits`` are marked, and named at the end.
    """
    item = stored.item
    source, base = _text(stored)
    choice = choose(item, look.image_proxy, lambda: None)
    if not source or any(_is_played(one, source) for one in choice.shown):
        return None
    words = _marking(hits, item, source)
    to = link(item.link or "")
    head = _head(item, to, words)
    lead = Picture(choice.picture.url) if choice.picture and is_picture(choice.picture.url) else None
    foot, linked_foot = (_foot(stored, look, hits, one, choice) for one in (None, to or None))
    more = _more(look, to)
    taken = Size()
    known: list[Block] = [*([head] if head else []), *([lead] if lead else []), linked_foot, more]
    for block in known:
        taken = taken.plus(size(block))
    sheet = read_body(source, base, taken, words)
    blocks = sheet.blocks
    if head:
        _drop_repeated(blocks, item)
    text = "".join(_texts(blocks))
    if not blocks or (width(text) < WORTH and not _is_rich(sheet, lead)):
        return None
    if head and _says_title(blocks, item):
        head, foot = None, linked_foot
    if lead and choice.picture and _is_missing((lead.url, *choice.picture.alternatives), sheet):
        blocks = [lead, *blocks]
    end = [more, foot] if sheet.is_cut or is_teaser(text) else [foot]
    whole = [*([head] if head else []), *blocks, *(leaf for leaf in end if leaf.runs)]
    without = html(whole, media=False)
    is_rtl = _is_rtl(text[:_TOLD_BY])
    if not look.images:
        return Rich(without, without, is_rtl)
    pictures = [*([lead.url] if lead else []), *sheet.pictures]
    return Rich(html(whole), without, is_rtl, tuple(_others(pictures, item, look.image_proxy)))


def _others(urls: list[str], item: Item, image_proxy: str) -> Iterator[tuple[str, ...]]:
    """Yield the addresses of each picture that has several, the one behind ``image_proxy`` last."""
    known = {one.url: one.alternatives for one in item.images}
    for url in dict.fromkeys(urls):
        proxy = (proxied(url, image_proxy),) if image_proxy else ()
        others = [one for one in (*known.get(url, ()), *proxy) if is_picture(one)]
        if others:
            yield tuple(dict.fromkeys((url, *others)))


def _is_played(file: Media, source: str) -> bool:
    """Tell whether ``file`` is to be heard or watched, and no part of the text."""
    return file.kind in {MediaKind.AUDIO, MediaKind.VIDEO} and file.url.rpartition("/")[2] not in source


def _text(stored: StoredItem) -> tuple[str, str | None]:
    """Return the fullest text there is of an item, and what its addresses are relative to."""
    item = stored.item
    said = item.content_html or item.summary_html
    page = stored.page.text_html
    if page and len(_TAG.sub("", page)) > len(_TAG.sub("", said)):
        return page, item.link
    return said, item.base


def _head(item: Item, to: str, words: Marking | None) -> Leaf | None:
    """Return the title, leading to the item, if it has one."""
    title = cut(title_of(item), TITLE_LIMIT).text
    if is_blank(title) or is_generic(title, item):
        return None
    runs = [Run(title, (), to)]
    return Leaf("h1", words.marked(runs) if words else runs)


def _foot(stored: StoredItem, look: Look, hits: tuple[Hit, ...], to: str | None, choice: Choice) -> Leaf:
    """Return what stands below every form of the item; its source leads ``to`` it where no title does."""
    return Leaf("footer", runs_of(foot_of(stored, look, hits, to).with_files(choice.all_led_to)))


def _more(look: Look, to: str) -> Leaf:
    """Return what stands where a text was cut."""
    words = read_on(look.language, to).text
    return Leaf("p", [Run(f"{ELLIPSIS} {words}" if words else ELLIPSIS, (), to)])


def _is_missing(addresses: tuple[str, ...], sheet: Sheet) -> bool:
    """Tell whether the body neither begins with a picture nor shows this one further down."""
    if sheet.blocks and isinstance(sheet.blocks[0], Picture):
        return False
    shown = {likeness(url) for url in sheet.pictures}
    return not any(likeness(url) in shown for url in addresses)


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


def _first_text(blocks: list[Block]) -> Leaf | None:
    """Return the first paragraph or heading, if the body begins with it or with a picture above it."""
    first = next((block for block in blocks[:2] if not isinstance(block, Picture)), None)
    return first if isinstance(first, Leaf) else None


def _drop_repeated(blocks: list[Block], item: Item) -> None:
    """Drop a first paragraph or heading that only says the title again."""
    first = _first_text(blocks)
    if first and folded(text_of(first.runs)) == folded(title_of(item).text):
        blocks.remove(first)


def _says_title(blocks: list[Block], item: Item) -> bool:
    """Tell whether the title is but the beginning of the text, as posts have it."""
    first = _first_text(blocks)
    return first is not None and tells_title(title_of(item).text, text_of(first.runs))


def _marking(hits: tuple[Hit, ...], item: Item, source: str) -> Marking | None:
    """Return what marks the words that alerts have found in the item's title and text."""
    if not (words := marks.Words(hits)):
        return None
    return Marking(words.settled_by(f"{item.title}\n{_TAG.sub('', source)}"), MARKED_LIMIT)


def _is_rtl(text: str) -> bool:
    """Tell whether most letters of ``text`` are written from right to left."""
    return len(_RIGHT_TO_LEFT.findall(text)) > len(_LEFT_TO_RIGHT.findall(text))


def _texts(blocks: list[Block]) -> Iterator[str]:
    """Yield the texts of paragraphs and headings, those in lists and quotations too."""
    for block in blocks:
        if isinstance(block, Group):
            yield from _texts(block.children)
        elif isinstance(block, Leaf) and block.tag != "pre":
            yield text_of(block.runs)

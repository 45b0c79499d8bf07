"""The lead: what of an item is read before one opens it."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.items import Item, Length, Page, StoredItem
from bot.render.characters import is_blank, width
from bot.render.cut import broken_off, cut, sentence_ends
from bot.render.markup import read_html
from bot.render.parts import EntityKind, RichText, units
from bot.render.rich import join, part
from bot.render.tails import is_teaser, without_tail, without_teaser_mark
from bot.render.title import folded, tells_title

SUMMARY_LIMIT = 500
"""How wide a lead may be, in Latin letters; a CJK character counts two.

Some twelve lines on a phone either way: enough to know whether to open the item, and little enough
that the next one is still in sight.
"""

READ_LIMIT = 3 * SUMMARY_LIMIT
"""Units of all the text of an item, for who asks for no other number."""

PAGE_LIMIT = 24_000
"""Units of an item's own page that are compared with what its feed says."""

WIDTHS = {Length.SHORT: 200, Length.NORMAL: SUMMARY_LIMIT, Length.LONG: 800}
"""How wide a lead of each length may be."""

_SHORT = 80
"""A summary less wide than this gives way to the content, if that says more."""

_NO_LEAD = re.compile(
    r"(?:comments|link|\[link\]|read more|n/a|none|null|no description|[\s.…·•|*_–—-]*)", re.IGNORECASE
)
_CAPTIONED = re.compile(r"caption|credit|<(?:small|iframe|video|audio|embed|object)", re.IGNORECASE)
"""What may be left out beside a picture, and is better than nothing: captions, links to players."""

_SET_APART = frozenset("\u00a0-–—|·•(")
_POINT = re.compile(r"\A(?:•|\d+\.) ")
_GLANCE = 80
"""Characters of a long line that tell whether it may begin with the title at all."""


NOTHING = RichText()


@dataclass(frozen=True, slots=True)
class Told:
    """What an item's text says, the title above it left out or, where that only repeats the text, left in."""

    text: RichText = NOTHING
    repeats: bool = False
    """Whether the title only repeats the text: see :func:`bot.render.title.tells_title`."""


def lead(item: Item, title: str = "", wide: int = SUMMARY_LIMIT) -> RichText:
    """Return the text of :func:`told`."""
    return told(item, title, wide).text


def told(item: Item, title: str = "", wide: int = SUMMARY_LIMIT) -> Told:
    """Return the lead of ``item`` without ``title`` repeated: whole paragraphs or sentences of it.

    From the summary, or from the content where the summary is missing, very short, breaks off or
    only says the title again. Captions of pictures are left out, unless there is nothing else.
    """
    most = 2 * wide + len(title)  # a title that is dropped from the beginning leaves enough
    chosen = _read(item.summary_html, item.base, title, most)
    if not _is_enough(chosen.text) and item.content_html and item.content_html != item.summary_html:
        content = _read(item.content_html, item.base, title, most)
        if width(content.text.text) > width(chosen.text.text):
            chosen = content
    return Told(_shortened(chosen.text, wide), chosen.repeats)


def whole(item: Item, title: str = "", most: int = READ_LIMIT) -> Told:
    """Return all the text of ``item`` without ``title`` repeated: of content and summary what says more.

    Captions and links to players are in it, but for the caption of a picture that it begins with.
    Where it has more than ``most`` units, at least half as many.
    """
    content = _read(item.content_html, item.base, title, most, captions=True)
    if item.summary_html == item.content_html or len(content.text.text) > len(item.summary_html):
        return content
    summary = _read(item.summary_html, item.base, title, most, captions=True)
    return summary if len(summary.text.text) > len(content.text.text) else content


def with_page(stored: StoredItem) -> Item:
    """Return the item, and what its own page says where its feed says too little."""
    item, page = stored.item, stored.page
    if page == Page():
        return item
    if page.image and not item.images:
        item = replace(item, images=(page.image,))
    said = whole(item, most=PAGE_LIMIT).text.text if page.text_html else ""
    if page.lead_html and not lead(item, item.title).text:
        item = replace(item, summary_html=page.lead_html)
    if len(_read(page.text_html, item.link, "", PAGE_LIMIT, captions=True).text.text) > len(said):
        item = replace(item, content_html=page.text_html, base=item.link or item.base)
    return item


def _read(html: str, base: str | None, title: str, most: int, *, captions: bool = False) -> Told:
    """Return the text of ``html`` that is worth reading under ``title``."""
    if not html:
        return Told()
    rich = read_html(html, base, most, captions=captions, below_picture=captions)
    if is_blank(rich.text) and _CAPTIONED.search(html):
        rich = read_html(html, base, most)
    rich = _said_once(rich)
    repeats = tells_title(title, rich.text) or _says_same_with_links(title, rich)
    if not repeats:
        rich = _without_title(rich, title)
    return Told() if is_blank(rich.text) or _NO_LEAD.fullmatch(rich.text) else Told(rich, repeats)


def _says_same_with_links(title: str, rich: RichText) -> bool:
    """Tell whether ``rich`` is the words of ``title``, with links in them that a title cannot have."""
    length = units(rich.text)
    if length > 2 * len(title) + 80:
        return False
    links = any(one.kind is EntityKind.LINK and 2 * one.length < length for one in rich.entities)
    return links and folded(title) == folded(rich.text)


def _said_once(rich: RichText) -> RichText:
    """Return ``rich`` without paragraphs that only repeat the one before, as those below pictures do."""
    paragraphs = rich.text.split("\n\n")
    if len(set(paragraphs)) == len(paragraphs) or any(one.kind is EntityKind.PRE for one in rich.entities):
        return rich
    kept, at = [], 0
    for before, one in pairwise(["", *paragraphs]):
        if one != before:
            kept.append(part(rich, at, at + len(one)))
        at += len(one) + 2
    return join("\n\n", kept)


def _is_enough(summary: RichText) -> bool:
    return width(summary.text) >= _SHORT and not is_teaser(summary.text)


def _shortened(rich: RichText, wide: int = SUMMARY_LIMIT) -> RichText:
    """Cut to a width of ``wide``; a text that its feed has broken off ends at its last whole sentence."""
    short = cut(rich, 3 * wide, wide)
    if len(short.text) < len(rich.text):
        short = _without_opener(without_tail(short))
    if len(short.text) < len(rich.text) or not is_teaser(short.text):
        return short
    bare = without_teaser_mark(short)
    ends = [end for end in sentence_ends(bare.text) if end >= len(bare.text) // 2]
    return part(bare, 0, ends[-1]) if ends else broken_off(bare)


def _without_opener(short: RichText) -> RichText:
    """Return ``short`` without a last paragraph that only announces what was cut: "as follows:"."""
    while (start := short.text.rfind("\n\n")) > 0:
        last = short.text[start + 2 :]
        bold = any(
            one.kind is EntityKind.BOLD
            and one.length >= units(last)
            and one.offset <= units(short.text) - units(last)
            for one in short.entities[-4:]
        )
        if not bold:
            break
        short = part(short, 0, start)
    if short.text.endswith((":", "：")):
        ends = [end for end in sentence_ends(short.text) if end < len(short.text)]
        end = max(ends[-1] if ends else 0, short.text.rfind("\n\n"))
        return part(short, 0, end) if end > 0 else short
    return short


def _without_title(rich: RichText, title: str) -> RichText:
    """Return ``rich`` without the title where that is its first line, or all that it says."""
    said = folded(title)
    if not said or not rich.text:
        return rich
    line, end, _ = rich.text.partition("\n")
    if len(line) > 2 * len(title) + _GLANCE and not folded(line[:_GLANCE]).startswith(said[:6]):
        return rich
    first = folded(_POINT.sub("", line))
    if first == said or (first and not end and first in said):
        return part(rich, len(line), len(rich.text))
    if first.startswith(said) and line.strip().lower().startswith(title.strip().lower()):
        rest = part(rich, len(title.strip()), len(rich.text))
        apart = line.strip()[len(title.strip()) :].lstrip(" ")[:1] in _SET_APART
        if len(first) - len(said) <= 30 and not end and apart:  # "Title - Source": all that some feeds say
            return RichText()
        opening = rest.text.lstrip(" .:-–—|")
        if opening[:1].isupper() and rest.text[:1] in ".:-–—|":
            return part(rest, len(rest.text) - len(opening), len(rest.text))
    return rich

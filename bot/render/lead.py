"""The lead: what of an item is read before one opens it."""

import re
import unicodedata

from bot.items import Item
from bot.render.characters import is_blank, width
from bot.render.cut import broken_off, cut, sentence_ends
from bot.render.markup import read_html
from bot.render.parts import EntityKind, RichText, units
from bot.render.rich import part
from bot.render.tails import is_teaser, without_tail, without_teaser_mark

SUMMARY_LIMIT = 500
"""How wide a lead may be, in Latin letters; a CJK character counts two.

Some twelve lines on a phone either way: enough to know whether to open the item, and little enough
that the next one is still in sight.
"""

READ_LIMIT = 3 * SUMMARY_LIMIT
"""Units of an item read for its lead, so that what is dropped from its beginning leaves enough."""

_SHORT = 80
"""A summary less wide than this gives way to the content, if that says more."""

_NO_LEAD = re.compile(
    r"(?:comments|link|\[link\]|read more|n/a|none|null|no description|[\s.…·•|*_–—-]*)", re.IGNORECASE
)
_POINT = re.compile(r"(?:•|\d+\.) ")
_NOT_LETTER = re.compile(r"[\W_]+")


def lead(item: Item, title: str = "") -> RichText:
    """Return the lead of ``item`` without ``title`` repeated: whole paragraphs or sentences of it.

    From the summary, or from the content where the summary is missing, very short, breaks off or
    only says the title again. Captions of pictures are left out.
    """
    summary = _read(item.summary_html, item.base, title)
    if _is_enough(summary) or not item.content_html or item.content_html == item.summary_html:
        chosen = summary
    else:
        content = _read(item.content_html, item.base, title)
        chosen = content if width(content.text) > width(summary.text) else summary
    return _shortened(chosen)


def _read(html: str, base: str | None, title: str) -> RichText:
    """Return the text of ``html`` that is worth reading under ``title``."""
    rich = read_html(html, base, READ_LIMIT, captions=False) if html else RichText()
    rich = _without_title(rich, title)
    return RichText() if is_blank(rich.text) or _NO_LEAD.fullmatch(rich.text) else rich


def _is_enough(summary: RichText) -> bool:
    return width(summary.text) >= _SHORT and not is_teaser(summary.text)


def _shortened(rich: RichText) -> RichText:
    """Cut to the limit; a text that its feed has broken off ends at its last whole sentence."""
    short = cut(rich, READ_LIMIT, SUMMARY_LIMIT)
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
    first = folded(_POINT.sub("", line))
    if first == said or (first and not end and first in said):
        return part(rich, len(line), len(rich.text))
    if first.startswith(said) and line.strip().lower().startswith(title.strip().lower()):
        rest = part(rich, len(title.strip()), len(rich.text))
        if len(first) - len(said) <= 30 and not end:  # "Title - Source": all that some feeds say
            return RichText()
        opening = rest.text.lstrip(" .:-–—|")
        if opening[:1].isupper() and rest.text[:1] in ".:-–—|":
            return part(rest, len(rest.text) - len(opening), len(rest.text))
    return rich


def folded(text: str) -> str:
    """Return the letters and digits of ``text`` alone, case and width folded, to compare by."""
    return _NOT_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def tells_title(title: str, text: str) -> bool:
    """Tell whether ``title`` is but the broken off beginning of ``text``, as microblogs have it."""
    if not is_teaser(title):
        return False
    start = folded(title)
    return len(start) > 10 and folded(text[: 2 * len(title) + 40]).startswith(start)

"""Setting an item: title, lead, source and time as one message."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from bot.items import Hit, Item, StoredItem, Style
from bot.render.characters import WIDE, is_blank
from bot.render.cut import cut
from bot.render.lead import lead, tells_title
from bot.render.links import absolute
from bot.render.look import Look
from bot.render.parts import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Entity,
    EntityKind,
    Media,
    MediaKind,
    Message,
    Preview,
    RichText,
    units,
)
from bot.render.rich import arrange, join, plain_text, styled

TITLE_LIMIT = 300
"""Units of a title; a longer one is a text that found itself in the wrong field."""

SOURCE_LIMIT = 64
"""Units of a source's name."""

ALERT_LIMIT = 160
"""Units of the lines that say which alerts fired.

Title, source and alerts together leave some 450 units of a caption: a lead gives way to them, and
they are never cut to make room for it.
"""

MARKED_LIMIT = 24
"""Places in a message where matched words are marked."""

_GAP = "\n\n"
_LETTER = re.compile(f"[^\\W_{WIDE}]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def compose(stored: StoredItem, look: Look, *, hits: tuple[Hit, ...] = ()) -> Message:
    """Return ``stored`` as ``look`` wants it.

    ``hits`` are marked in title and lead and named below. The message fits Telegram's limits; its
    text is never empty. Where it goes and how loudly is the caller's to say.
    """
    item = stored.item
    link = absolute(item.link) if item.link else None
    title = plain_text(item.title)
    body = lead(item, title.text) if look.style is Style.SUMMARY else RichText()
    if body.text and tells_title(title.text, body.text):
        title = RichText()
    head = _head(title, link if not body.text or title.text else None, body, item)
    name = _source(look.source or item.source, None if title.text or not body.text else link)
    words = tuple(word for hit in hits for word in hit.words)
    picture = _picture(item, look.image_proxy) if look.style is Style.SUMMARY else None
    foot = join("\n", (_foot(name, item, look.zone, look.language), _alert(hits)))
    room = (CAPTION_LIMIT if picture else TEXT_LIMIT) - units(head.text) - units(foot.text) - 2 * units(_GAP)
    return Message(
        join(_GAP, (_marked(head, words), _marked(cut(body, room), words), foot)),
        media=(picture,) if picture else (),
        preview=Preview(link or ""),
    )


def _head(title: RichText, link: str | None, body: RichText, item: Item) -> RichText:
    """Return the title in bold, leading to the item; in its absence something to open the item by."""
    if is_blank(title.text):
        if body.text:
            return RichText()
        title = plain_text(_site(item.link) or item.source)
        title = RichText("…") if is_blank(title.text) else title
    head = styled(cut(title, TITLE_LIMIT), EntityKind.BOLD)
    return styled(head, EntityKind.LINK, link) if link else head


def _site(link: str | None) -> str:
    """Return ``link`` as people write it."""
    if not link:
        return ""
    return link.partition("://")[2].removeprefix("www.").rstrip("/") or link


def _source(name: str, link: str | None) -> RichText:
    """Return the name of the source; leading to the item where no title does."""
    rich = plain_text(name)
    if is_blank(rich.text):
        rich = plain_text(urlsplit(link).netloc.removeprefix("www.")) if link else RichText()
    rich = cut(rich, SOURCE_LIMIT)
    return styled(rich, EntityKind.LINK, link) if link else rich


def _foot(source: RichText, item: Item, zone: ZoneInfo, language: str) -> RichText:
    """Return the line that says whence and when; undated items say only whence."""
    when = item.published or item.updated
    return join(" · ", (source, RichText(_time(when, zone, language) if when else "")))


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


def _alert(hits: tuple[Hit, ...]) -> RichText:
    """Return a line for the alerts that fired: what was asked for, and what was found."""
    lines = []
    for hit in hits:
        query = plain_text(f"🔔 “{hit.query}”")
        found = ", ".join(dict.fromkeys(hit.words))
        lines.append(
            join(": ", (query, plain_text(found if found.casefold() != hit.query.casefold() else "")))
        )
    return cut(join("\n", lines), ALERT_LIMIT)


def _marked(rich: RichText, words: tuple[str, ...]) -> RichText:
    """Return ``rich`` with each of ``words`` underlined wherever it stands as a word."""
    if not words or not rich.text:
        return rich
    text = rich.text
    places = (place for word in dict.fromkeys(words) for place in _places(word, text))
    marks = [
        Entity(EntityKind.UNDERLINE, units(text[:start]), units(text[start:end]))
        for start, end in islice(places, MARKED_LIMIT)
    ]
    return RichText(text, arrange((*rich.entities, *marks)))


def _places(word: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where ``word`` stands in ``text``: no letter touches it, save where one writes without spaces."""
    for found in re.finditer(re.escape(word), text, re.IGNORECASE) if word else ():
        start, end = found.span()
        if not (_joins(text, start) or _joins(text, end)):
            yield start, end


def _joins(text: str, at: int) -> bool:
    """Tell whether letters of one word stand on both sides of ``at``."""
    return 0 < at < len(text) and bool(_LETTER.match(text, at - 1) and _LETTER.match(text, at))


def _picture(item: Item, image_proxy: str) -> Media | None:
    """Return the picture to show, with the address behind ``image_proxy`` as its last alternative."""
    for image in item.images:
        addresses = [
            one for one in (image.url, *image.alternatives) if one.startswith(("http://", "https://"))
        ]
        if addresses and image_proxy:
            addresses.append(image_proxy.replace("{url}", quote(addresses[0], safe="")))
        if addresses:
            first, *rest = dict.fromkeys(addresses)
            return Media(MediaKind.PHOTO, first, tuple(rest), width=image.width, height=image.height)
    return None

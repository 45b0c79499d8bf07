"""The foot of a message: files to open, whence and when, hashtags, the alerts that fired."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from bot.items import Hit, StoredItem
from bot.render.alerts import Glimpse, alert_lines
from bot.render.characters import is_blank, is_turned
from bot.render.cut import cut
from bot.render.hashtags import hashtags
from bot.render.links import absolute
from bot.render.look import Look
from bot.render.parts import EntityKind, Media, MediaKind, RichText, units
from bot.render.rich import join, plain_text, styled
from bot.render.times import moment
from bot.render.title import folded

SOURCE_LIMIT = 64
"""Units of a source's name, and of an author's."""

TAGS_LIMIT = 160
"""Units of the line of hashtags."""

BELOW_LIMIT = 320
"""Units of hashtags and alerts together: with fewer hashtags more alerts are told.

Title, source, hashtags and alerts together leave some 200 units of a caption: a lead gives way to
them, and they are never cut to make room for it.
"""

NAME_LIMIT = 40
"""Letters of a file's name."""

FILES_LIMIT = 3
"""Files that a message leads to."""

_BRIDGED = re.compile(r"(?<=\S) [-–—] Telegram Channel\Z")
"""What RSSHub appends to the name of a channel that it makes a feed of."""
_LEFT_TO_RIGHT = "\u200e"
"""Behind Arabic, a number takes its direction: "26 Nov" would be shown as "Nov 26" with the hours between."""

_SIGNS = {MediaKind.AUDIO: "🎧", MediaKind.VIDEO: "▶", MediaKind.DOCUMENT: "📄"}


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands below every text of an item; :meth:`with_files` sets it."""

    line: RichText
    below: RichText

    def with_files(self, files: Iterable[Media]) -> RichText:
        """Return the foot with a line for each of ``files``."""
        return join("\n", (*map(file_line, list(files)[:FILES_LIMIT]), self.line, self.below))


def foot_of(
    stored: StoredItem,
    look: Look,
    hits: tuple[Hit, ...],
    link: str | None,
    said: str = "",
    glimpse: Glimpse | None = None,
) -> Foot:
    """Return the foot of ``stored``; its source leads to ``link``, if given, else to the item's via.

    Hashtags that the text ``said`` already are not repeated. A ``glimpse`` stands below its alert.
    """
    item = stored.item
    source = _source(look.source or item.source, link, item.via)
    author = _author(item.author, source.text) if look.author and item.author else RichText()
    when = item.published or item.updated
    time = RichText()
    if when is not None:
        said_when = moment(when, look.zone, look.language, stored.noticed_ms)
        turned = is_turned(source.text) or is_turned(author.text)
        time = RichText(f"{_LEFT_TO_RIGHT}{said_when}" if turned else said_when)
    tags = RichText()
    if look.hashtags or look.labels:
        tags = cut(RichText(hashtags(item.tags if look.hashtags else (), look.labels, said)), TAGS_LIMIT)
    room = BELOW_LIMIT - units(tags.text) - len("\n")
    alerts = alert_lines(hits, room, glimpse)
    return Foot(join(" · ", (source, author, time)), join("\n", (tags, alerts)))


@lru_cache(maxsize=1024)
def _named(name: str) -> RichText:
    """Return the name of a source on one line; a feed's items all have the same."""
    return cut(plain_text(_BRIDGED.sub("", name)), SOURCE_LIMIT)


def _source(name: str, link: str | None, via: str | None) -> RichText:
    """Return the name of the source, leading to the item where no title does, else to where it was found."""
    rich = _named(name)
    if is_blank(rich.text):
        rich = _named(urlsplit(link).netloc.removeprefix("www.")) if link else RichText()
    address = link or (absolute(via) if via else None)
    return styled(rich, EntityKind.LINK, address) if address else rich


def _author(author: str, source: str) -> RichText:
    """Return the author, where the source does not name the same."""
    one, other = folded(author), folded(source)
    return RichText() if other and (one in other or other in one) else cut(plain_text(author), SOURCE_LIMIT)


def file_line(file: Media) -> RichText:
    """Return a line that leads to ``file``: its kind, how long, how large."""
    sign = _SIGNS.get(file.kind, "📄")
    said = [_length(file.duration_s)] if file.duration_s else []
    if file.kind is MediaKind.DOCUMENT:
        ending = urlsplit(file.url).path.rpartition(".")[2].upper()
        said.append(ending if ending.isalnum() and len(ending) <= 5 else "↓")
    if file.size:
        said.append(_size(file.size))
    url = absolute(file.url)
    words = plain_text(f"{sign} {' · '.join(said) or _file_name(url)}")
    return styled(words, EntityKind.LINK, url) if url else RichText()


def _file_name(url: str | None) -> str:
    """Return what a file is called at its address, an arrow where that is too long to read."""
    name = unquote(urlsplit(url or "").path.rpartition("/")[2])
    return name if 0 < len(name) <= NAME_LIMIT else "↓"


def _length(seconds: int) -> str:
    """Return a duration as players show it where it is short, else in minutes or hours."""
    if seconds < 600:
        return f"{seconds // 60}:{seconds % 60:02}"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _size(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} kB"

"""What a message is made of: text with entities, a picture, buttons.

Text is never markup. An entity's ``offset`` and ``length`` count UTF-16 code units, as Telegram
counts them.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.render.template_flaws import Flaw

TEXT_LIMIT = 4096
"""Units in a text message. Telegram counts code points; we count UTF-16 units, the safe side."""

CAPTION_LIMIT = 1024
"""Units in a caption, counted likewise."""

ENTITY_LIMIT = 100
"""Entities in a message; Telegram silently drops what is beyond."""

ALBUM_LIMIT = 10
"""Pictures and videos in an album."""


class EntityKind(StrEnum):
    """The kinds of entity we send; the values are Telegram's own names."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strikethrough"
    SPOILER = "spoiler"
    CODE = "code"
    PRE = "pre"
    LINK = "text_link"
    QUOTE = "blockquote"
    EXPANDABLE = "expandable_blockquote"


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of text with a meaning. ``url`` for links, ``language`` for ``pre``."""

    kind: EntityKind
    offset: int
    length: int
    url: str = ""
    language: str = ""

    def at(self, offset: int, length: int) -> "Entity":
        """Return the same over another stretch."""
        return Entity(self.kind, offset, length, self.url, self.language)


@dataclass(frozen=True, slots=True)
class RichText:
    """Text and its entities, sorted by offset, the outer before the inner."""

    text: str = ""
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: either ``url`` or ``data`` (at most 64 bytes) is given."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The link preview under a text: of ``url``, or none if that is ""."""

    url: str = ""
    large: bool = False
    above: bool = False


class MediaKind(StrEnum):
    """What a file is to Telegram; the values are its own names."""

    PHOTO = "photo"
    VIDEO = "video"
    ANIMATION = "animation"
    AUDIO = "audio"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Media:
    """A file by address, as its feed tells of it; ``alternatives`` are other addresses of the same.

    ``size`` is in bytes, ``width`` and ``height`` in pixels, None where nobody said.
    """

    kind: MediaKind
    url: str
    alternatives: tuple[str, ...] = ()
    mime: str = ""
    size: int | None = None
    width: int | None = None
    height: int | None = None
    duration_s: int | None = None
    title: str = ""
    performer: str = ""
    poster: tuple[str, ...] = ()
    """Addresses of a picture to show where the file itself is not taken."""


@dataclass(frozen=True, slots=True)
class Rich:
    """A message in Telegram's rich form: its HTML, and the same without pictures."""

    html: str
    without_media: str
    is_rtl: bool = False
    """Whether it is written from right to left."""


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out, in the best form that passes.

    With ``rich``, that; else ``media`` with ``text`` as its caption (two to :data:`ALBUM_LIMIT`
    photos and videos are an album); else ``text`` alone with its ``preview``. ``rest`` are the texts
    that go on where ``text`` ends, each in a message of its own.
    """

    text: RichText
    media: tuple[Media, ...] = ()
    preview: Preview = Preview()
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    topic: int | None = None
    rich: Rich | None = None
    rest: tuple[RichText, ...] = ()
    short: RichText | None = None
    """What stands under a picture instead of a ``text`` that is too long for a caption."""
    trouble: Flaw | None = None
    """Why the chat's template was not used, for its owner; ``None`` if it was, or there is none."""

    @property
    def photo(self) -> Media | None:
        """The first of ``media`` where that is a photo."""
        first = self.media[0] if self.media else None
        return first if first and first.kind is MediaKind.PHOTO else None


def units(text: str) -> int:
    """Return the length of ``text`` in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2

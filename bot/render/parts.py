"""What a message is made of: text with entities, a picture, buttons.

Text is never markup. An entity's ``offset`` and ``length`` count UTF-16 code units, as Telegram
counts them.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.items import Image

TEXT_LIMIT = 4096
"""Units in a text message. Telegram counts code points; we count UTF-16 units, the safe side."""

CAPTION_LIMIT = 1024
"""Units in a caption, counted likewise."""

ENTITY_LIMIT = 100
"""Entities in a message; Telegram silently drops what is beyond."""


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


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out: a photo with ``text`` as its caption where ``photo`` is given, else a text."""

    text: RichText
    photo: Image | None = None
    preview: Preview = Preview()
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    topic: int | None = None


def units(text: str) -> int:
    """Return the length of ``text`` in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2

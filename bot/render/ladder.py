"""The ladder that a message's files climb down: the album, one file by its addresses, our own copy, the text.

Telegram keeps what an address gave it, failures too, for days: an address is tried once, then the
bytes are sent instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from bot.render.parts import ALBUM_LIMIT, Media, MediaKind, Message

ADDRESS_LIMIT = 3
"""Addresses tried of one file, each once by Telegram and once by us; every try delays the text."""

PHOTO_LIMIT = 3
"""Photos of one message that are tried alone, the next where the one before is of no use."""

_NOT_PHOTOS = (".svg", ".svgz", ".ico", ".mp4", ".webm", ".mp3", ".pdf")
"""Endings of what Telegram takes for a photo under no circumstances."""

_IN_ALBUMS = frozenset({MediaKind.PHOTO, MediaKind.VIDEO})


class Way(StrEnum):
    """How a message's files go out."""

    ALBUM = "album"
    """All of them together."""
    ADDRESS = "address"
    """One, which Telegram loads itself."""
    UPLOAD = "upload"
    """One photo, which we load, and send its bytes."""
    TEXT = "text"
    """Not at all: the text goes alone, with the link preview it asks for."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One form of a message: ``message`` as it is to be sent, with ``media`` from ``url``.

    An album's items are ``message.media``.
    """

    way: Way
    message: Message
    media: Media | None = None
    url: str = ""


def rungs(message: Message) -> tuple[Rung, ...]:
    """Return the forms of ``message`` to try, the best first; the last always passes without a file.

    An album takes no buttons, so no other form of its message has them: what stands must be known
    again whatever form it has come to (:mod:`bot.deliver.amend`).
    """
    members = album(message)
    if members:
        message = replace(message, media=members, buttons=())
    made = [Rung(Way.ALBUM, message)] if members else []
    for media in _alone(message):
        known = addresses(media)
        made += [Rung(Way.ADDRESS, message, media, one) for one in known]
        if media.kind is MediaKind.PHOTO:
            made += [Rung(Way.UPLOAD, message, media, one) for one in known]
    return (*made, Rung(Way.TEXT, replace(message, media=())))


def album(message: Message) -> tuple[Media, ...]:
    """Return the files that go out together; none where one is sent alone.

    Those are photos and videos. A message whose first file is of another kind is that one's.
    """
    if not message.media or message.media[0].kind not in _IN_ALBUMS:
        return ()
    members = tuple(one for one in message.media if one.kind in _IN_ALBUMS)[:ALBUM_LIMIT]
    return members if len(members) > 1 else ()


def cost(message: Message) -> int:
    """Return as how many messages its largest form counts; ``rest`` is not among them."""
    return max(1, len(album(message)))


def addresses(media: Media) -> tuple[str, ...]:
    """Return the addresses of ``media`` to try, in order: of many the first ones and the last."""
    known = dict.fromkeys((media.url, *media.alternatives))
    usable = [one for one in known if _may_be(media.kind, one)]
    return tuple(usable if len(usable) <= ADDRESS_LIMIT else [*usable[: ADDRESS_LIMIT - 1], usable[-1]])


def _alone(message: Message) -> Iterator[Media]:
    """Yield what may stand alone above the text: the first file, then photos in its stead.

    An animation may be a photo, which shows its first frame. Of an album a photo stands for all.
    """
    photos = [one for one in message.media if one.kind is MediaKind.PHOTO]
    if members := album(message):
        yield from photos[:PHOTO_LIMIT]
        yield from [one for one in members if one.kind is MediaKind.VIDEO][:1]
        return
    first = message.media[0] if message.media else None
    if first and first.kind is not MediaKind.PHOTO:
        yield first
        if first.kind is MediaKind.ANIMATION:
            photos.insert(0, replace(first, kind=MediaKind.PHOTO))
        if first.poster:
            photos.append(Media(MediaKind.PHOTO, first.poster[0], first.poster[1:]))
    yield from photos[:PHOTO_LIMIT]


def _may_be(kind: MediaKind, url: str) -> bool:
    """Tell whether Telegram may take what is at ``url`` for such a file, as far as the address tells."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    return kind is not MediaKind.PHOTO or not parts.path.lower().endswith(_NOT_PHOTOS)

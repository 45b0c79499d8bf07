"""The ladder a picture climbs down: its addresses, then our own upload of it, then the text alone.

Telegram keeps what an address gave it, failures too, for days: an address is tried once, then the
bytes are sent instead.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote, urlsplit

from bot.render.parts import Message

ADDRESS_LIMIT = 3
"""Addresses tried of one picture, each once by Telegram and once by us; every try delays the text."""

_NOT_PHOTOS = (".svg", ".svgz", ".ico", ".mp4", ".webm", ".mp3", ".pdf")
"""Endings of what Telegram takes for a photo under no circumstances."""


class Way(StrEnum):
    """How a picture goes out."""

    ADDRESS = "address"
    """Telegram loads it itself."""
    UPLOAD = "upload"
    """We load it and send the bytes."""
    TEXT = "text"
    """Not at all: the text goes alone, with the link preview it asks for."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One form of a message: ``message`` as it is to be sent, ``url`` the picture's address."""

    way: Way
    message: Message
    url: str = ""


def rungs(message: Message, image_proxy: str = "") -> tuple[Rung, ...]:
    """Return the forms of ``message`` to try, the best first; the last always passes without a picture.

    ``image_proxy`` holds ``{url}`` and adds its address of the picture, if that is not yet known.
    """
    photo = message.photo
    if photo is None:
        return (Rung(Way.TEXT, message),)
    text = Rung(Way.TEXT, replace(message, media=()))
    known = [photo.url, *photo.alternatives]
    if image_proxy:
        known.append(image_proxy.replace("{url}", quote(photo.url, safe="")))
    usable = [one for one in dict.fromkeys(known) if _may_be_photo(one)]
    addresses = usable if len(usable) <= ADDRESS_LIMIT else [*usable[: ADDRESS_LIMIT - 1], usable[-1]]
    by_address = (Rung(Way.ADDRESS, message, one) for one in addresses)
    by_upload = (Rung(Way.UPLOAD, message, one) for one in addresses)
    return (*by_address, *by_upload, text)


def cost(message: Message) -> int:
    """Return how many messages Telegram counts for ``message`` at most: an album's pictures count singly."""
    return max(1, len(message.media))


def _may_be_photo(url: str) -> bool:
    """Tell whether Telegram may take what is at ``url`` for a photo, as far as the address tells."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and not parts.path.lower().endswith(_NOT_PHOTOS)

"""How a chat wants an item to look: every choice made."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.items import Length, Style, Taste

MOST_MESSAGES = 6
"""Messages that one item may take, for who wants all of it: some half an hour's reading."""


@dataclass(frozen=True, slots=True)
class Look:
    """The choices of :class:`bot.items.Taste`, each with the value that it has where nobody chose.

    ``zone`` and ``language`` are those of the chat, ``source`` its own name for the feed, "" for
    the feed's. ``image_proxy`` holds ``{url}`` and is one more address of each picture.
    """

    zone: ZoneInfo
    language: str
    style: Style = Style.SUMMARY
    images: bool = True
    length: Length = Length.NORMAL
    preview: bool = True
    silent: bool = False
    hashtags: bool = False
    author: bool = False
    split: bool = False
    messages: int = MOST_MESSAGES
    """How many messages a text that is split takes at most; 1: it is not split."""
    labels: tuple[str, ...] = ()
    template: str = ""
    source: str = ""
    image_proxy: str = ""


def look_of(taste: Taste, zone: ZoneInfo, language: str, *, source: str = "", image_proxy: str = "") -> Look:
    """Return the look that ``taste`` asks for."""
    plain = Look(zone, language)
    return Look(
        zone,
        language,
        style=taste.style or plain.style,
        images=plain.images if taste.images is None else taste.images,
        length=taste.length or plain.length,
        preview=plain.preview if taste.preview is None else taste.preview,
        silent=plain.silent if taste.silent is None else taste.silent,
        hashtags=plain.hashtags if taste.hashtags is None else taste.hashtags,
        author=plain.author if taste.author is None else taste.author,
        split=plain.split if taste.split is None else taste.split,
        labels=taste.labels or (),
        template=taste.template or "",
        source=source,
        image_proxy=image_proxy,
    )

"""By which keys a story is known again that several feeds tell. Pure."""

import unicodedata

from xxhash import xxh3_64_intdigest

from bot.identity import canonical_link, is_home
from bot.items import FeedId, Item

TELLING_TITLE = 16
"""How wide a title must be to tell a story by: letters and digits, those of CJK count two."""


def stories(item: Item, feed: FeedId, *, weak_link: bool = False, loud: bool = False) -> tuple[int, ...]:
    """Return the keys by which a chat that hears several feeds knows what another of them has told.

    Two for each way to tell: one of any feed's, then one of this feed's own, since what one feed
    tells twice is its own affair (:func:`bot.identity.recognise`). By the link, unless it is a home
    page or ``weak_link`` (its feed repeats links); by the title, if it is long enough to be no
    heading that recurs ("Weather"). ``loud`` stories, which an alert matched, are known from loud
    ones only.
    """
    link, title = canonical_link(item.link or ""), _folded(item.title)
    ways = [("link", link)] if link and not weak_link and not is_home(link) else []
    ways += [("title", title)] if _width(title) >= TELLING_TITLE else []
    volume = "loud" if loud else "quiet"
    return tuple(_key(volume, *way, whose) for way in ways for whose in ("", feed))


def _folded(title: str) -> str:
    """Return the letters and digits of a title, case and width folded."""
    return "".join(one for one in unicodedata.normalize("NFKC", title).casefold() if one.isalnum())


def _width(text: str) -> int:
    return sum(1 if one < "\u1100" else 2 for one in text)


def _key(*parts: str) -> int:
    return xxh3_64_intdigest("\0".join(parts).encode("utf-8", "surrogatepass"))

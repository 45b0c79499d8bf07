"""What an item says, as queries see it. Pure."""

from bot.items import StoredItem
from bot.render.markup import read_html
from bot.rules import Searchable, signature

SEARCHED_UNITS = 50_000
"""How much text of an item is searched: the length of a long article."""


def searchable(stored: StoredItem) -> Searchable:
    """Return the plain texts of an item; what its own page says beyond its feed is part of its body.

    A summary that stands within a longer text is not told twice.
    """
    item, page = stored.item, stored.page
    bodies = [
        read_html(html, item.base, SEARCHED_UNITS).text
        for html in (item.summary_html, item.content_html, page.lead_html, page.text_html)
        if html
    ]
    bodies = [one for place, one in enumerate(bodies, 1) if not any(one in more for more in bodies[place:])]
    return Searchable(
        title=item.title,
        body="\n".join(bodies)[:SEARCHED_UNITS],
        author=item.author,
        source=item.source,
        tags=item.tags,
        link=item.link or "",
        language=item.language,
    )


def sign(stored: StoredItem, texts: Searchable | None = None) -> bytes:
    """Return the item's signature, by which a search passes over it; b"" for an item that has none.

    ``texts`` are the item's, where they are at hand.
    """
    try:
        return signature(texts or searchable(stored))
    except Exception:  # noqa: BLE001  an odd item is news as well: taken in, and searched the slow way
        return b""

"""What a page names for others to show of it: its picture and its lead. Pure.

A page is foreign and may be made to hurt: it is read tag by tag, without a tree, in linear time.
What of it is worth showing is for whoever knows the item to say.
"""

import html
import re

from bot.fetch.tags import Tag, tags_of
from bot.items import Image, Page
from bot.parse.addresses import absolute
from bot.parse.decode import to_text
from bot.parse.images import Offer, Rank, merit, sized
from bot.parse.text import plain

BEGINNING = 256 * 1024
"""Bytes of a page that are read: what is sought stands in its head."""

LEAD_LIMIT = 2000
"""Characters of a lead; what is longer is no summary of anything."""

MOST_OFFERS = 20
"""Pictures of a page that are weighed."""

_NAMED_WITHIN = 4096
"""Bytes in which a page says its encoding; the standard has it do so in 1024."""

_GUESS_BYTES = 32 * 1024
"""From these an encoding is guessed that nobody names: 10 ms."""

_TAGS = ("meta", "link", "base")
_IMAGES = {
    "og:image": Rank.MEDIA,
    "og:image:url": Rank.MEDIA,
    "twitter:image": Rank.ENCLOSURE,
    "twitter:image:src": Rank.ENCLOSURE,
    "image": Rank.ITEM,
    "thumbnail": Rank.THUMBNAIL,
}
"""How pages name pictures, and in which rank of merit: others are heard where there is no better one."""

_LEADS = ("og:description", "twitter:description", "description")
"""Where a page tells its lead, the best place first: the last is often written for search engines."""

_CHARSET = re.compile(
    # Of Python's codecs only those of the web: some of the others take quadratic time.
    r"""charset\s*=\s*["']?\s*((?:utf-8|gb|big5|x-|euc|shift|sjis|iso|windows|cp|koi8|latin|mac|tis|us-asc|ks_)"""
    r"""[\w.:-]{0,20}|utf-16|utf8)""",
    re.IGNORECASE,
)
_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml|application/xml|text/xml)\b", re.IGNORECASE)


def is_page(body: bytes, content_type: str) -> bool:
    """Tell whether a document is a page, by what its server says, else by how it begins."""
    return bool(_HTML.match(content_type)) or (not content_type and body[:200].lstrip().startswith(b"<"))


def card_of(body: bytes, url: str, content_type: str = "") -> Page:
    """Return the picture and the lead that the page ``body``, found at ``url``, names; no text.

    ``body`` may be cut anywhere; no more than :data:`BEGINNING` of it is read. The lead is plain
    text of at most :data:`LEAD_LIMIT` characters, escaped.
    """
    card = _Card(url)
    for tag in tags_of(as_text(body[:BEGINNING], content_type), _TAGS):
        if tag.name == "meta":
            card.note(tag)
        elif tag.name == "base":
            card.base = absolute(tag.attributes.get("href"), url) or card.base
        elif "image_src" in tag.attributes.get("rel", "").lower().split():
            card.offer(tag.attributes.get("href", ""), Rank.THUMBNAIL)
    return Page(card.image(), html.escape(card.lead(), quote=False))


def as_text(body: bytes, content_type: str) -> str:
    """Return a page as text: UTF-8 if it is, else as it says, as its server says, or as a guess has it."""
    named = _CHARSET.search(body[:_NAMED_WITHIN].decode("latin-1")) or _CHARSET.search(content_type)
    return to_text(body, f"charset={named[1]}" if named else "", guess_bytes=_GUESS_BYTES)


class _Card:
    """What the head of a page has said so far."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._offers: list[Offer] = []
        self._sizes: dict[str, str] = {}
        self._leads: dict[str, str] = {}

    def note(self, meta: Tag) -> None:
        """Take in what a ``meta`` says; of a picture it is the address first, then the rest."""
        said = meta.attributes
        name = (said.get("property") or said.get("name") or said.get("itemprop") or "").strip().lower()
        content = said.get("content", "").strip()
        if not content:
            return
        if name in _IMAGES:
            self.offer(content, _IMAGES[name])
        elif name in _LEADS and name not in self._leads:
            self._leads[name] = plain(content, markup=False, limit=LEAD_LIMIT)
        elif name.startswith("og:image:") and self._offers and self._offers[-1].rank is Rank.MEDIA:
            self._detail(name.removeprefix("og:image:"), content)

    def offer(self, address: str, rank: Rank) -> None:
        """Take in a picture."""
        if len(self._offers) < MOST_OFFERS and (url := absolute(address, self.base)):
            self._offers.append(Offer(url, rank))
            self._sizes = {}

    def _detail(self, name: str, value: str) -> None:
        """Take in what is said of the picture last named."""
        last = self._offers[-1]
        if name == "secure_url":
            self._offers[-1] = last._replace(url=absolute(value, self.base) or last.url)
        elif name in ("width", "height"):
            self._sizes[name] = value
            self._offers[-1] = sized(last, self._sizes.get("width"), self._sizes.get("height"))

    def image(self) -> Image | None:
        """Return the picture of the page, as far as it names one."""
        return next(iter(merit(self._offers, "", None)), None)

    def lead(self) -> str:
        """Return what the page says it is about, "" for nothing."""
        return next((self._leads[name] for name in _LEADS if self._leads.get(name)), "")

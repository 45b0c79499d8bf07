"""By which keys an item is known again, and in which order a feed's items were published.

Pure. A key is a signed 64-bit hash of one way to name an item within its feed:

- ``G``: its guid;
- ``L``: its link;
- ``P``: link, title and publication time;
- ``D``: the same and content;
- ``C``: link, title and content.

All keys an item has are remembered; an item is known if any key that is *trusted* for it was
seen. Every item has a trusted key, so one that was seen stays known whatever is trusted later.
What is left to decide is which keys may call a new item known. Losing is worse than repeating:
a key is not trusted where the document itself shows that it tells two items as one. The rules
stand at :func:`recognise`; why they are as they are, in ``tests/test_identity.py``.
"""

import base64
import re
import struct
from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from xxhash import xxh3_64_digest

from bot.items import Document, Feed, FeedId, Item, ItemId, Key
from bot.links import canonical_link, feed_address, is_home, is_http
from bot.references import unescape

CONTENT_UNITS = 32_768
"""How much of an item's HTML its ``C`` key covers; beyond, items differ by title or link."""

ITEMS_SHORT, TEXTS_SHORT, ADDRESSES_SHORT = 100, 100_000, 20_000
"""So many items, and letters of their texts and of their addresses, take some 5 ms, 2 ms and 2 ms, at most 5,
4 and 10: texts that are all tags, addresses that are all parameters."""

REFERENCE, ADDRESS, FOREIGN = 40, 20, 16
"""As many letters as a reference, which may be decoded for the first time, as an address beside its own, and
as one of an address in which there are foreign ones: to spell a host takes 5 µs a letter."""

GENERATED_WITHIN = timedelta(minutes=2)
"""Dates of a whole document that lie this close together may be the time of the fetch."""

SHORTEST_SPAN_DAYS = 1 / 24
"""A burst tells no rate: the span it is divided by is at least an hour."""

_PARAMETERS = re.compile("[?#]")
_SUFFIX = re.compile(r"\.\w{3,4}\Z")
_TAG = re.compile(r"<[^<>]*>")
_EMPTY_GUID = re.compile(r"[\W_0]*|-?1|null|nil|none|undefined|nan|n/a|na|guid|id|false|true", re.IGNORECASE)
"""What generators write for a guid that they do not have."""

_SIGNED = struct.Struct(">q")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one item: those that may tell that it is known, and all that it has.

    ``trusted`` is never empty, its strongest first, and part of ``all``.
    """

    trusted: tuple[Key, ...]
    all: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """The keys of each item of a document, in its order, and what it taught about the feed."""

    keys: tuple[Keys, ...]
    weak_guid: bool
    weak_link: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """A document as one look at a feed: what we know of the feed after it, and of each item."""

    feed: Feed
    items: tuple[Item, ...]
    keys: tuple[Keys, ...]
    order_ms: tuple[int, ...]


def feed_id(url: str) -> FeedId:
    """Return the id of a feed that is first subscribed to at ``url``."""
    return FeedId(_short(_key("F", feed_address(url))))


def item_id(feed: FeedId, keys: Keys) -> ItemId:
    """Return the id of a new item: by its strongest trusted key, which no item before it had."""
    return ItemId(f"{feed}.{_short(keys.trusted[0])}")


def key_of(half: bytes) -> Key:
    """Return the key that the second half of an item's id was made of."""
    key: Key = _SIGNED.unpack(base64.urlsafe_b64decode(half + b"="))[0]
    return key


def recognise(items: Sequence[Item], feed: Feed) -> Recognised:
    """Return by which keys each of ``items`` (one document, in its order) is known again.

    - ``G`` is trusted unless the feed is known for weak guids, or this document has one guid
      on items with different links (without links: titles). A guid that says nothing
      ("0", "null", the home page) counts as none.
    - ``L`` is trusted for items without a trusted guid (a live blog's items share their
      page), unless the feed is known for weak links, this document has one link on items that
      differ in guid, title or date, or the link is the feed's own, its site's or a home page.
    - ``P`` guards against guids that change at every fetch. It needs a date, and a title or
      a link; where items of this document share it and yet differ in content and in guid (or
      have nothing stronger to be told by), ``D`` takes its place.
    - ``C`` guards against dates that change, too. It does not contradict a date that was
      evidently not made up at the fetch, if a trusted guid agrees with that date, or if this
      document has the same content under several: a daily "nothing to report" is daily news.
    """
    own = {link for link in (canonical_link(feed.url), canonical_link(feed.link)) if link}
    names = [_name(item, own) for item in items]
    guids = _shared(names, lambda one: one.guid, lambda one: one.link or one.title)
    links = _shared(names, lambda one: one.link, lambda one: (one.guid, one.title, one.dated))
    weak_guid, weak_link = feed.weak_guid or bool(guids), feed.weak_link or bool(links)

    def stands(link: str) -> bool:
        return bool(link) and not weak_link and link not in own and not is_home(link)

    clash = _shared(names, lambda one: one.key_p, lambda one: one.key_c)
    by_guid = _shared(names, lambda one: one.key_p, lambda one: "" if weak_guid else one.guid)
    recurring = _shared(names, lambda one: one.key_c, lambda one: one.dated)
    real_dates = _real(one.dated for one in names)
    keys = []
    for one in names:
        guid = None if weak_guid else one.key_g
        link = one.key_l if guid is None and stands(one.link) else None
        told_apart = one.key_p in by_guid or (guid is None and link is None)
        dated = one.key_d if one.key_p is None or (one.key_p in clash and told_apart) else one.key_p
        recurs = guid is not None or one.key_c in recurring
        content = None if real_dates and dated is not None and recurs else one.key_c
        trusted = (guid, link, dated, content)
        every = (one.key_g, one.key_l, one.key_p, one.key_d, one.key_c)
        keys.append(Keys(_given(trusted), _given(every)))
    return Recognised(tuple(keys), weak_guid, weak_link)


def order(items: Sequence[Item], noticed_ms: int) -> tuple[int, ...]:
    """Return for each of ``items`` (one document, in its order) its place in time, epoch ms.

    Publication (else update) time, never later than ``noticed_ms``, and distinct: strictly
    increasing in order of publication. An undated item takes the time of the dated one before
    it in that order, or else after it. Documents are read newest first unless their dates
    ascend.
    """
    dates = [_date_ms(item) for item in items]
    known = [date for date in dates if date is not None]
    rising = sum(1 if one < two else -1 for one, two in pairwise(known) if one != two)
    oldest_first = range(len(items)) if rising > 0 else range(len(items) - 1, -1, -1)
    last = next((dates[place] for place in oldest_first if dates[place] is not None), None)
    times: dict[int, int] = {}
    for place in oldest_first:
        date = dates[place]
        last = last if date is None else date
        times[place] = noticed_ms if last is None else min(last, noticed_ms)
    bound = noticed_ms + 1
    for place in sorted(oldest_first, key=times.__getitem__)[::-1]:
        bound = times[place] = min(times[place], bound - 1)
    return tuple(times[place] for place in range(len(items)))


def sight(document: Document, feed: Feed, noticed_ms: int) -> Sighting:
    """Return what a look at ``document`` tells: the feed as now known, and its items' keys and order.

    What the document does not say of the feed (title, link, language) stays as it was known.
    Items that say nothing at all are left out: there would be nothing to send.
    Linear in the document; 10,000 items take some tenths of a second.
    """
    feed = feed.copy()
    feed.title = document.title or feed.title
    feed.link = document.link or feed.link
    feed.language = document.language or feed.language
    feed.rate_per_day = rate_of(document.items, noticed_ms, feed.rate_per_day)
    items = tuple(item for item in document.items if _says_something(item))
    known = recognise(items, feed)
    feed.weak_guid, feed.weak_link = known.weak_guid, known.weak_link
    return Sighting(feed, items, known.keys, order(items, noticed_ms))


def takes_long(document: Document) -> bool:
    """Tell whether :func:`sight` of ``document`` may take more than the few milliseconds it mostly takes."""
    if len(document.items) > ITEMS_SHORT:
        return True
    texts = addresses = 0
    for item in document.items:
        text = item.content_html or item.summary_html
        texts += min(len(text), CONTENT_UNITS) + REFERENCE * text.count("&", 0, CONTENT_UNITS)
        files = [file.url for file in item.enclosures]
        for one in (item.guid, item.link, *[image.url for image in item.images[:1]], *files):
            if one:
                addresses += (len(one) + ADDRESS) * (1 if one.isascii() else FOREIGN)
    return texts > TEXTS_SHORT or addresses > ADDRESSES_SHORT


def stand_alone(seen: Sighting, noticed_ms: int, *, in_front: bool = False) -> bool:
    """Tell whether items are told apart and put in order whatever else their document shows.

    They share no key, and each has a time of its own, what is dated later than ``noticed_ms`` that one.
    Where they stand ``in_front`` of all others, and none is older than those behind it, the newest is first,
    and their times may be the same.
    """
    dates = [_date_ms(item) for item in seen.items]
    known = [date for date in dates if date is not None]
    falling = in_front and all(one >= two for one, two in pairwise(known))
    distinct = len(known) if falling else len({min(date, noticed_ms) for date in known})
    every = [key for one in seen.keys for key in one.all]
    return distinct == len(dates) and len(set(every)) == len(every)


@dataclass(slots=True)
class _Name:
    """One item's names and keys; "" and ``None`` where it lacks one."""

    guid: str
    link: str
    title: str
    dated: datetime | None
    key_g: Key | None
    key_l: Key | None
    key_p: Key | None
    key_d: Key | None
    key_c: Key


def _name(item: Item, own: Container[str]) -> _Name:
    guid = _guid(item.guid, own) if item.guid else ""
    link = canonical_link(item.link) if item.link else ""
    title = " ".join(item.title.split())
    dated = item.published or item.updated
    # A key is made of its letter and of names, with NUL between all of them.
    named, content = _written(f"{link}\0{title}"), _content(item)
    key_p = key_d = None
    if dated:
        stamp = dated.isoformat().encode()
        key_p = _hashed(b"P\0%b\0%b" % (named, stamp)) if link or title else None
        key_d = _hashed(b"D\0%b\0%b\0%b" % (named, stamp, content))
    return _Name(
        guid,
        link,
        title,
        dated,
        _key("G", guid) if guid else None,
        _key("L", link) if link else None,
        key_p,
        key_d,
        _hashed(b"C\0%b\0%b" % (named, content)),
    )


def _guid(raw: str, own: Container[str]) -> str:
    """Return the guid to compare by, "" for one that names no item; ``own`` are the feed's own links."""
    if not is_http(raw):
        guid = " ".join(raw.split())
        return "" if _EMPTY_GUID.fullmatch(guid) else guid
    guid = canonical_link(raw)
    return "" if is_home(guid) or guid in own else guid


def _content(item: Item) -> bytes:
    """Return what the item holds: its text, and its first picture (a "photo of the day" has no more).

    The parameters of a picture's file are left out: signatures and sizes change at every fetch.
    """
    raw = (item.content_html or item.summary_html)[:CONTENT_UNITS]
    text = _in_words(unescape(" ".join(_TAG.split(raw))))
    pictures = [_file(image.url) for image in item.images[:1]]
    files = [] if text else [canonical_link(file.url) for file in item.enclosures]
    return _written("\0".join((text, *pictures, *files)))


def _in_words(text: str) -> str:
    """Return ``text`` with one space for all white space between two words, and none around them."""
    spaced = text.replace("\n", " ").replace("\xa0", " ").replace("\t", " ")
    if not spaced.isprintable():  # there may be other white space
        return " ".join(text.split())
    # Most words stand one space apart: to leave those alone takes half the time.
    return " ".join(filter(None, map(str.strip, spaced.split("  "))))


def _file(url: str) -> str:
    """Return an address, without what follows it where it is a file's: the parameters, and a fragment."""
    link = canonical_link(url)
    *parts, _ = _PARAMETERS.split(link)
    end = 0
    for part in parts:
        end += len(part)
        if "//" in part and _SUFFIX.search(part):
            return link[:end]
        end += 1
    return link


def _key(*parts: str) -> Key:
    return _hashed(_written("\0".join(parts)))


def _written(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _hashed(name: bytes) -> Key:
    key: Key = _SIGNED.unpack(xxh3_64_digest(name))[0]
    return key


def _short(key: Key) -> str:
    return base64.urlsafe_b64encode(_SIGNED.pack(key)).decode("ascii").rstrip("=")


def _given(keys: Iterable[Key | None]) -> tuple[Key, ...]:
    return tuple([key for key in keys if key is not None])


def _shared(
    those: Sequence[_Name], name: Callable[[_Name], Hashable], thing: Callable[[_Name], Hashable]
) -> set[Hashable]:
    """Return the names (not "" or None) that stand for more than one thing."""
    named = list(filter(None, map(name, those)))
    if len(set(named)) == len(named):
        return set()  # as nearly always
    things: defaultdict[Hashable, set[Hashable]] = defaultdict(set)
    for one in those:
        things[name(one)].add(thing(one))
    return {name for name, told in things.items() if name and len(told) > 1}


def _says_something(item: Item) -> bool:
    return bool(
        item.title or item.link or item.summary_html or item.content_html or item.images or item.enclosures
    )


def _real(dates: Iterable[datetime | None]) -> bool:
    """Tell whether the dates of a document are evidently more than the time of the fetch."""
    known = [date for date in dates if date is not None]
    return bool(known) and max(known) - min(known) > GENERATED_WITHIN


def _date_ms(item: Item) -> int | None:
    date = item.published or item.updated
    return None if date is None else int(date.timestamp() * 1000)


def rate_of(items: Sequence[Item], noticed_ms: int, before: float = 0.0) -> float:
    """Return items a day from the oldest dated item until now; ``before`` if fewer than two are dated."""
    dates = [min(date, noticed_ms) for item in items if (date := _date_ms(item)) is not None]
    if len(dates) < 2:
        return before
    return len(dates) / max((noticed_ms - min(dates)) / 86_400_000, SHORTEST_SPAN_DAYS)

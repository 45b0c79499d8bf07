"""The words of the house: what a feed holds, what a chat asks for, and what we know of both."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NewType

FeedId = NewType("FeedId", str)
"""Eleven characters of URL-safe base64: the 64-bit hash of the address first subscribed to."""

ItemId = NewType("ItemId", str)
"""``<feed id>.<eleven characters>``: 23 characters, fit for callback data and Redis members."""

ChatId = NewType("ChatId", int)
"""Telegram's own: positive for people, negative for groups and channels."""

UserId = NewType("UserId", int)

Key = NewType("Key", int)
"""A signed 64-bit hash by which an item is known again within its feed (:mod:`bot.identity`)."""


class Role(StrEnum):
    """What a process may do; the roles know each other only through Redis."""

    CHAT = "chat"
    COLLECT = "collect"
    ROUTE = "route"
    DELIVER = "deliver"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an item, by address.

    ``alternatives`` are other addresses of the same picture, the next best first: the address
    behind an image proxy, for example.
    """

    url: str
    alternatives: tuple[str, ...] = ()
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with an item and is not one of its pictures: audio, video, a document."""

    url: str
    mime: str = ""
    length: int | None = None
    """Bytes, as its feed says; 0 and 1 stand for "unknown" in many."""
    duration_s: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news as its feed tells it.

    ``title`` is plain text ("" for none), ``link`` absolute http(s), times aware and in UTC.
    ``summary_html`` and ``content_html`` are foreign HTML as found, to be read by
    :mod:`bot.render.markup` alone; relative addresses in them are relative to ``base``.
    ``images`` are in order of merit. ``source`` is the name of the feed, or of the
    origin that the item itself names.
    """

    guid: str | None = None
    title: str = ""
    link: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    author: str = ""
    source: str = ""
    language: str = ""
    summary_html: str = ""
    content_html: str = ""
    images: tuple[Image, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    tags: tuple[str, ...] = ()
    base: str | None = None
    via: str | None = None
    """Another page about it, absolute http(s): its comments, or where its feed found it."""


@dataclass(frozen=True, slots=True)
class Document:
    """What one feed document says: the feed's own words and its items in document order."""

    format: str
    """``rss``, ``atom``, ``rdf``, ``json``, ``telegram``, or ``news`` (a document in the seed's layout)."""
    title: str = ""
    link: str | None = None
    description: str = ""
    language: str = ""
    items: tuple[Item, ...] = ()
    self_link: str | None = None
    hub: str | None = None
    """A WebSub hub, if the document names one."""
    ttl_s: int | None = None
    """How long the publisher asks us to wait between looks, in seconds."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day (UTC) in which the publisher asks not to be looked at."""
    breaks_off: bool = False
    """Whether the end of the document is missing: there may be more items than these."""
    half: bool = False
    """Whether it breaks off within its last item, of which something may be missing."""
    skip_days: tuple[int, ...] = ()
    """Days of the week (0: Monday, UTC) in which the publisher asks not to be looked at."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What lets a server answer 304, and us tell an unchanged body. Saved only with the items."""

    etag: str = ""
    modified: str = ""
    body_hash: str = ""


@dataclass(slots=True)
class Feed:
    """What we know of a feed; it outlives what the feed says of itself.

    Times are epoch milliseconds, 0 for never. A value like the others, replaced and not changed
    once others have it; not frozen, since each look makes one, and freezing so many fields takes longer
    than all else.
    """

    id: FeedId
    url: str
    title: str = ""
    link: str = ""
    language: str = ""
    validators: Validators = Validators()
    seeded: bool = False
    """Whether a first look has been taken: before it, items are seen but not handed on."""
    weak_guid: bool = False
    """The feed has shown one guid on different items: a guid alone proves nothing here."""
    weak_link: bool = False
    """The feed has shown one link on different items: a link alone proves nothing here."""
    looked_ms: int = 0
    changed_ms: int = 0
    ok_ms: int = 0
    """The last look that brought a readable answer."""
    failures: int = 0
    """Failed looks in a row."""
    trouble: str = ""
    """Why the last look failed: a :class:`bot.fetch.answer.Failure` name; "" if it did not."""
    interval_s: int = 0
    looks: int = 0
    """How many looks have been taken in all."""
    whole_ms: int = 0
    """When its document was last read as a whole, and not only what was new in it."""
    rate_per_day: float = 0.0
    """Items a day, as far as the publication times tell."""
    rhythm: str = ""
    """What :mod:`bot.pacing` has learnt of when the feed publishes, in its own writing."""
    asked: str = ""
    """What the feed's document asks of whoever looks at it, in the writing of :mod:`bot.pacing`."""
    wait_why: str = ""
    """Why the next look is when it is: a :class:`bot.pacing.Why`."""
    life: str = ""
    """What was told of the feed's fate, and what may have to be, in the writing of :mod:`bot.life`."""
    unmoved: str = ""
    """Marks of the addresses of which somebody said that it has not moved there, likewise."""
    hub: str = ""
    """The WebSub hub that the feed names, "" for none."""
    hub_topic: str = ""
    """The address by which that hub knows the feed."""
    marks: bytes = b""
    """The items of the document that was read last, by the hashes of their bytes (:mod:`bot.parse.prune`)."""
    pushed_until_ms: int = 0
    """Until when a hub has promised to push what is new; 0 for never."""

    def copy(self) -> "Feed":
        """Return one like it, to be changed: in half the time of :func:`dataclasses.replace`."""
        return Feed(*_OF_FEED(self))


_OF_FEED = attrgetter(*(one.name for one in fields(Feed)))


@dataclass(frozen=True, slots=True)
class Page:
    """What an item's own page says, where its feed says too little. All foreign HTML, as found."""

    image: Image | None = None
    lead_html: str = ""
    text_html: str = ""
    """The whole text, where that is asked for (``PAGES=full``)."""


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as the store keeps it."""

    id: ItemId
    feed: FeedId
    item: Item
    noticed_ms: int
    order_ms: int
    """Its place in every lane: publication, never later than noticed, distinct within a look."""
    page: Page = Page()


class Edit(StrEnum):
    """What a correction changes of the message that was sent."""

    NONE = ""
    TEXT = "text"
    MEDIA = "media"
    """The picture too: it is another one, or the first."""


class ChatKind(StrEnum):
    """Telegram's kinds of chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Style(StrEnum):
    """How an item is set."""

    HEADLINE = "headline"
    """Title and source."""
    SUMMARY = "summary"
    """Picture, title, lead."""
    FULL = "full"
    """All that its feed says, as rich text."""
    EXPAND = "expand"
    """The lead, and the rest in a quotation that unfolds."""
    ARTICLE = "article"
    """One rich message with headings, pictures and tables in their places; ``full`` where that is refused."""


class Length(StrEnum):
    """How much of an item its lead is."""

    SHORT = "short"
    NORMAL = "normal"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Taste:
    """How items are wanted; None where nobody has chosen.

    A subscription's taste goes before its chat's, that before the relay's: see :meth:`over`.
    """

    style: Style | None = None
    images: bool | None = None
    """Pictures, and videos, audio and documents too."""
    length: Length | None = None
    preview: bool | None = None
    """The preview of the item's link, under a message without a picture."""
    silent: bool | None = None
    hashtags: bool | None = None
    """The item's own tags as hashtags."""
    author: bool | None = None
    split: bool | None = None
    """What is longer than a message goes on in the next ones, rather than with "read on"."""
    labels: tuple[str, ...] | None = None
    """The chat's own hashtags, without "#"."""
    template: str | None = None
    """A message template (:mod:`bot.render.template`) in the place of a style; "" for none."""

    def over(self, other: "Taste") -> "Taste":
        """Return this taste, and ``other``'s wherever nobody has chosen."""
        chosen = {
            one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) is not None
        }
        return replace(other, **chosen)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that has spoken to us or been spoken for.

    ``owner`` is who is told when something is wrong: the private chat itself, or whoever
    subscribed the channel. ``paused`` is "" or why nothing is sent: ``by hand``, or Telegram's
    reason (``blocked``, ``kicked`` …). ``corrections`` and ``once`` are None where nobody has
    chosen; ask :attr:`wants_corrections` and :attr:`wants_once`.
    """

    id: ChatId
    kind: ChatKind = ChatKind.PRIVATE
    title: str = ""
    username: str = ""
    owner: UserId | None = None
    language: str = ""
    timezone: str = ""
    paused: str = ""
    corrections: bool | None = None
    once: bool | None = None
    taste: Taste = Taste()

    @property
    def wants_corrections(self) -> bool:
        """Whether what was sent follows corrections of its feed: in channels, unless told otherwise."""
        return self.kind is ChatKind.CHANNEL if self.corrections is None else self.corrections

    @property
    def wants_once(self) -> bool:
        """Whether a story that several feeds tell comes once: yes, unless told otherwise."""
        return self.once is not False


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat's wish to hear a feed, and how."""

    chat: ChatId
    feed: FeedId
    created_ms: int
    """Items noticed before are not meant for this chat."""
    by: UserId | None = None
    title: str = ""
    """The chat's own name for the feed; "" for the feed's."""
    folder: str = ""
    topic: int | None = None
    taste: Taste = Taste()
    paused: bool = False
    only: str = ""
    """A query: of the feed's items, the chat hears those that match alone; "" for all."""
    never: str = ""
    """A query: items that match are not heard; "" for none."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A chat's rule: tell us loudly of any item of our feeds that matches, filtered out or not."""

    id: int
    """Counts up within the chat; never used twice."""
    chat: ChatId
    query: str
    by: UserId | None = None
    created_ms: int = 0
    name: str = ""
    """What people call it; "" for its query."""
    muted: bool = False
    cooldown_s: int = 0
    """For how long after it has fired it does not fire again."""
    also: ChatId | None = None
    """Another chat that gets the item, too."""
    topic: int | None = None
    """The forum topic to tell it in: of ``also``, or without that of the chat itself."""
    pin: bool = False
    brief: bool = False
    """Title and source are enough."""

    @property
    def label(self) -> str:
        """What the rule is called where it is told of."""
        return self.name or self.query


@dataclass(frozen=True, slots=True)
class Hit:
    """An alert that matched an item, the words as they stand in the item, and how to tell it.

    ``cooldown_s``, ``pin``, ``brief`` and ``topic`` are the alert's, ``topic`` one of the chat that is told.
    """

    alert: int
    query: str
    words: tuple[str, ...] = ()
    name: str = ""
    pin: bool = False
    brief: bool = False
    topic: int | None = None
    cooldown_s: int = 0
    owner: ChatId | None = None
    """The chat whose alert it is, where that is not the one that is told."""

    @property
    def label(self) -> str:
        """What the alert is called where it is told of."""
        return self.name or self.query

"""The words of looking at feeds: what a look needs, and what it comes to. Pure but for what it needs."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.fetch.answer import Answer, Failed, Fetched
from bot.fetch.websub import offer_of
from bot.items import Document, Feed, FeedId, Validators
from bot.pacing import asked_of

SLOW_S = 2.0
"""An answer that takes longer is slow."""

PAGES_S = 6.0
"""The longest that the items of one look wait for all their pages together."""

PAGES_MOST = 20
"""Items of one look whose pages are asked, the newest."""

CUT = "cut:"
"""What the hash of a document begins with that broke off, so that the next look brings it again."""


class Fetching(Protocol):
    """The part of :class:`bot.fetch.client.Client` that a look needs."""

    async def get(self, url: str, validators: Validators = ...) -> Answer:
        """Return what is at ``url``, or why there is nothing."""


class Reading(Protocol):
    """The part of :class:`bot.parse.worker.Parser` that a look needs."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        """Return what the document says, or raise NotAFeed or TooComplex."""


class Outcome(StrEnum):
    """How a look ended."""

    NOT_MODIFIED = "not modified"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    FAILED = "failed"
    FORGOTTEN = "forgotten"
    """The feed is gone from the store: nobody hears it any more."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a feed came to; ``new_items`` are those handed on to chats.

    ``asked_s`` is how long its server took, in seconds, where that was longer than :data:`SLOW_S`.
    """

    feed: FeedId
    outcome: Outcome
    new_items: int = 0
    failure: Failed | None = None
    asked_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a round of looks came to: ``feeds`` looked at, by outcome."""

    feeds: int
    not_modified: int
    unchanged: int
    changed: int
    failed: int
    new_items: int
    seconds: float


class Tally:
    """Counts looks as they end: of a large round, none is kept until all have."""

    def __init__(self) -> None:
        self._ended = Counter[Outcome]()
        self._new_items = 0

    def note(self, look: Look | None) -> None:
        """Count a look, unless there was none."""
        if look:
            self._ended[look.outcome] += 1
            self._new_items += look.new_items

    def report(self, seconds: float) -> PollReport:
        """Return what they came to, in so many seconds."""
        return PollReport(
            feeds=self._ended.total(),
            not_modified=self._ended[Outcome.NOT_MODIFIED],
            unchanged=self._ended[Outcome.UNCHANGED],
            changed=self._ended[Outcome.CHANGED],
            failed=self._ended[Outcome.FAILED],
            new_items=self._new_items,
            seconds=round(seconds, 3),
        )


@dataclass(frozen=True, slots=True)
class View:
    """What a look at ``feed``, as it was before, has brought by ``now_ms``."""

    feed: Feed
    answer: Fetched
    got: Validators
    now_ms: int


def well(feed: Feed, now_ms: int, got: Validators | None = None) -> Feed:
    """Return the feed after a look that brought a readable answer."""
    after = feed.copy()
    after.looked_ms = after.ok_ms = now_ms
    after.looks += 1
    after.failures, after.trouble = 0, ""
    after.validators = got or feed.validators
    return after


def after_reading(
    view: View, document: Document, sighted: Feed, *, is_part: bool, brings: bool, pushed: bool
) -> Feed:
    """Return the feed, as sighted, after a look whose document, or a part of it, was read.

    ``brings``: there is news in it. What a hub ``pushed`` tells nothing of who is to be asked, and how often.
    """
    feed = sighted.copy() if pushed else well(sighted, view.now_ms, view.got)
    if is_part:
        feed.rate_per_day = view.feed.rate_per_day
    else:
        feed.whole_ms = view.now_ms
    if brings:
        feed.changed_ms = view.now_ms
    if pushed:
        return feed
    feed.asked = asked_of(document)
    offer = offer_of(view.answer, document)
    named = (offer.hub, offer.topic) if offer else ("", "")
    if named != (feed.hub, feed.hub_topic):
        feed.hub, feed.hub_topic = named
        feed.pushed_until_ms = 0  # whoever was named before is not waited for
    return feed


def is_of_other_hub(feed: Feed, was: Feed) -> bool:
    """Tell whether a feed names another hub than it did, or none any more."""
    return (feed.hub, feed.hub_topic) != (was.hub, was.hub_topic)

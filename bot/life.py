"""What becomes of a feed in the long run: it moves, goes, dies, comes back, falls silent. Pure.

Nothing is believed of one look. What is known and was told stands in :attr:`bot.items.Feed.life`, which is
empty for a feed that is well; whatever else is found there counts as nothing known.
"""

import base64
import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.fetch.answer import Failed, Failure
from bot.items import Feed, FeedId, Item
from bot.links import feed_address

HOUR_S = 3600
DAY_S = 86_400

SURE_LOOKS = 3
"""Looks in a row that are believed however soon they follow each other; two need some time between them."""

DEAD_LOOKS = 5
"""Failed looks that a death takes at least: we may have been switched off for most of the time."""

SILENT_GAPS = 5
"""The usual gaps between two items that a silence lasts at least: a feed of once a year is not silent."""

LATE_S = 2 * HOUR_S
"""How long before a look items may be dated that came after it …"""

LATE_DAY_S = DAY_S
"""… and where the day alone is told, or the hour."""

LONGEST_ADDRESS = 2000
"""Characters; an address beyond that is followed by each look, and not moved to."""

_MARKS_KEPT = 8


class Fate(StrEnum):
    """How a feed stands in the long run."""

    WELL = "well"
    SILENT = "silent"
    DEAD = "dead"
    GONE = "gone"


class Event(StrEnum):
    """What people are told of a feed. The values are stored; never rename them."""

    MOVED = "moved"
    GONE = "gone"
    DEAD = "dead"
    BACK = "back"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Periods:
    """How long what takes, in seconds."""

    moved_s: int = HOUR_S
    """Between two looks that prove a move: a captive portal or a broken deployment is over by then."""
    gone_s: int = 6 * HOUR_S
    """Between two answers of 410 that prove that a feed is gone."""
    dead_s: int = 3 * DAY_S
    again_s: int = 7 * DAY_S
    """From the first time that a death is told to the second, though it was back between; each wait after
    that is twice as long."""
    silent_s: int = 30 * DAY_S
    undo_s: int = 30 * DAY_S
    """How long a move can be taken back."""
    recheck_s: int = DAY_S
    """From when a feed is found gone to the next look …"""
    rest_s: int = 7 * DAY_S
    """… and between all later ones."""


USUAL = Periods()


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell those who hear a feed; the same of two looks at one state is equal.

    ``since_ms``: of a death when the looks began to fail, of a silence when the last item came, of a move
    or an end when it was first seen, of a return when the trouble was told. ``times``: how often that
    death has been told, with this one. ``old`` and ``new`` are the addresses of a move.
    """

    feed: FeedId
    event: Event
    since_ms: int
    times: int = 1
    old: str = ""
    new: str = ""

    @property
    def period(self) -> str:
        """What tells this notice from others of its feed and event."""
        return f"{self.since_ms}.{self.times}"


@dataclass(frozen=True, slots=True)
class Lived:
    """A feed with its fate noted, and what follows.

    ``moved_to`` is its address from now on, None where that stays. ``notices`` are to be stored before
    the feed is. ``rest_s``: the next look comes no sooner, whatever the pace; None for no such wish.
    """

    feed: Feed
    moved_to: str | None = None
    notices: tuple[Notice, ...] = ()
    rest_s: int | None = None
    elsewhere: bool = False
    """This look was the first of a row that was led to another place, which may hold other items."""


@dataclass(frozen=True, slots=True)
class _Life:
    """What is known, times in epoch seconds, 0 for never."""

    failing_s: int = 0
    """Since when all looks have failed."""
    gones: int = 0
    """Answers of 410 in a row, the first at …"""
    gone_s: int = 0
    deaths: int = 0
    """How often its death was told, the last time at …"""
    death_s: int = 0
    end_s: int = 0
    """When the feed was found gone, and when that was told."""
    told_s: int = 0
    troubles: int = 0
    """After how many told deaths and ends it was back of late, the last of them told at …"""
    trouble_s: int = 0
    silence_s: int = 0
    """When its silence was told."""
    moves: int = 0
    """Looks in a row that were led to ``target``, the first at …"""
    move_s: int = 0
    read: int = 0
    """… and whether one of them has read a document there."""
    target: str = ""
    former_s: int = 0
    """When it moved away from ``former``."""
    former: str = ""


def after_look(
    feed: Feed,
    now_ms: int,
    *,
    failure: Failed | None = None,
    moved_to: str | None = None,
    read: bool = False,
    periods: Periods = USUAL,
) -> Lived:
    """Return what a look at ``feed`` came to in the long run.

    Not for a document that a hub pushed: that tells nothing of the feed's address.

    Args:
        feed: as known after the look (``failures``, ``ok_ms`` and ``changed_ms`` count it).
        now_ms: the time of the look.
        failure: why it brought nothing, if it did not.
        moved_to: where permanent redirects alone led it, if they did.
        read: it brought a document that is this feed's, new or as before; not so for 304, which the home
            page of another host may well answer to our dates.
        periods: how long what takes.
    """
    now_s = now_ms // 1000
    if failure is not None:
        return _failed(feed, _of(feed.life), now_s, failure, periods)
    if not feed.life and not moved_to and not _is_silent(feed, now_s, periods):
        return Lived(feed)  # as nearly always
    life = _of(feed.life)
    told: Notice | None
    if told_s := max(life.death_s, life.told_s):
        told = Notice(feed.id, Event.BACK, told_s * 1000)
    else:
        life, told = _silence(feed, life, now_s, periods)
    life = _recovered(life, now_s, periods)
    if life.former and now_s - life.former_s >= periods.undo_s:
        life = replace(life, former="", former_s=0)
    was = life.target
    life, has_moved = _moving(feed, life, now_s, moved_to or "", read=read, periods=periods)
    moved = None
    elsewhere = life.target != was and feed_address(feed.url) != feed_address(life.target or feed.url)
    # From http to https, say, nobody need know, nor of a site that goes to and fro.
    untold = {feed_address(feed.url), feed_address(life.former)}
    if has_moved and moved_to and feed_address(moved_to) not in untold:
        moved = Notice(feed.id, Event.MOVED, life.move_s * 1000, old=feed.url, new=moved_to)
    if has_moved:
        life = replace(life, moves=0, move_s=0, read=0, target="", former=feed.url, former_s=now_s)
    notices = tuple(one for one in (told, moved) if one)
    feed = replace(feed, life=_written(life))
    return Lived(feed, moved_to if has_moved else None, notices, elsewhere=elsewhere)


def is_old(item: Item, feed: Feed) -> bool:
    """Tell whether an item was published before the last good look at ``feed``, and not just before.

    Items without a date count as old. A site that moves may give all that it has ever told new names.
    """
    date = item.published or item.updated
    if date is None:
        return True
    late_s = LATE_S if date.minute or date.second else LATE_DAY_S
    return date.timestamp() < feed.ok_ms / 1000 - late_s


def fate_of(feed: Feed) -> Fate:
    """Return how a feed stands, as far as that has been told."""
    life = _of(feed.life)
    if life.end_s:
        return Fate.GONE
    if life.deaths:
        return Fate.DEAD
    is_silent = life.silence_s and feed.changed_ms // 1000 <= life.silence_s
    return Fate.SILENT if is_silent else Fate.WELL


def former_of(feed: Feed) -> str:
    """Return the address that a feed moved away from lately, "" for none."""
    return _of(feed.life).former


def failing_since_ms(life: str) -> int:
    """Return since when all looks have failed, by :attr:`bot.items.Feed.life`; 0 for a feed that is well."""
    return _of(life).failing_s * 1000


def distrusting(marks: str, url: str) -> str:
    """Return :attr:`bot.items.Feed.unmoved` with ``url`` among the addresses that are not moved to."""
    known = [one for one in marks.split() if one != _mark(url)]
    return " ".join([*known, _mark(url)][-_MARKS_KEPT:])


def _failed(feed: Feed, life: _Life, now_s: int, failure: Failed, periods: Periods) -> Lived:
    since_s = min(life.failing_s, now_s) if feed.failures > 1 and life.failing_s else now_s
    life = replace(life, failing_s=since_s, moves=0, move_s=0, read=0, target="")
    if failure.why is Failure.GONE:
        life = replace(life, gones=life.gones + 1, gone_s=life.gone_s or now_s)
    else:
        life = replace(life, gones=0, gone_s=0)
    is_dead = now_s - since_s >= periods.dead_s and feed.failures >= DEAD_LOOKS
    is_news = now_s - life.trouble_s >= _again_s(life.troubles, periods)
    notices: tuple[Notice, ...] = ()
    if life.end_s or _is_sure(life.gones, now_s - life.gone_s, periods.gone_s):
        first_s = life.end_s or life.gone_s
        life = replace(life, end_s=life.end_s or now_s)  # until it is read again
        if is_news and not life.told_s:
            life = replace(life, told_s=now_s)
            notices = (Notice(feed.id, Event.GONE, first_s * 1000),)
    elif is_news and is_dead and now_s - life.death_s >= _again_s(life.deaths, periods):
        life = replace(life, deaths=life.deaths + 1, death_s=now_s)
        notices = (Notice(feed.id, Event.DEAD, since_s * 1000, life.deaths),)
    rest_s = None
    if life.end_s:
        rest_s = periods.rest_s if now_s - life.end_s >= periods.recheck_s else periods.recheck_s
    return Lived(replace(feed, life=_written(life)), None, notices, rest_s)


def _recovered(life: _Life, now_s: int, periods: Periods) -> _Life:
    """Return what is remembered of trouble that is over: how often some was told of late."""
    if told_s := max(life.death_s, life.told_s):
        troubles, trouble_s = life.troubles + 1, told_s
    elif now_s - life.trouble_s >= 2 * _again_s(life.troubles, periods):
        troubles = trouble_s = 0
    else:
        troubles, trouble_s = life.troubles, life.trouble_s
    life = replace(life, failing_s=0, gones=0, gone_s=0, deaths=0, death_s=0, end_s=0, told_s=0)
    return replace(life, troubles=troubles, trouble_s=trouble_s)


def _again_s(times: int, periods: Periods) -> int:
    """Return how long nothing is told of a trouble that was told ``times`` already."""
    # The exponent is bounded: what has been dead for decades is told no more.
    return periods.again_s * 2 ** min(times - 1, 20) if times else 0


def _silence(feed: Feed, life: _Life, now_s: int, periods: Periods) -> tuple[_Life, Notice | None]:
    """Find whether a feed that is read well has fallen silent, or speaks again."""
    changed_s = feed.changed_ms // 1000
    if life.silence_s:
        return (replace(life, silence_s=0) if changed_s > life.silence_s else life), None
    if not _is_silent(feed, now_s, periods):
        return life, None
    return replace(life, silence_s=now_s), Notice(feed.id, Event.SILENT, feed.changed_ms)


def _is_silent(feed: Feed, now_s: int, periods: Periods) -> bool:
    silence_s = now_s - feed.changed_ms // 1000
    if silence_s < periods.silent_s or not feed.changed_ms or feed.rate_per_day <= 0:
        return False
    return silence_s * feed.rate_per_day >= SILENT_GAPS * DAY_S


def _moving(
    feed: Feed, life: _Life, now_s: int, target: str, *, read: bool, periods: Periods
) -> tuple[_Life, bool]:
    """Count the looks that were led to ``target``, and tell whether that is sure by now."""
    distrusted = target and _mark(target) in feed.unmoved.split()
    if not target or target == feed.url or len(target) > LONGEST_ADDRESS or distrusted:
        return replace(life, moves=0, move_s=0, read=0, target=""), False
    if target == life.target:
        life = replace(life, moves=life.moves + 1, read=int(life.read or read))
    else:
        life = replace(life, moves=1, move_s=now_s, read=int(read), target=target)
    return life, bool(life.read) and _is_sure(life.moves, now_s - life.move_s, periods.moved_s)


def _is_sure(times: int, span_s: int, apart_s: int) -> bool:
    return times >= SURE_LOOKS or (times >= 2 and span_s >= apart_s)


def _mark(url: str) -> str:
    """Return eight letters that stand for an address."""
    return base64.urlsafe_b64encode(hashlib.blake2b(url.encode(), digest_size=6).digest()).decode()


_PARTS = {
    "f": ("failing_s",),
    "g": ("gones", "gone_s"),
    "d": ("deaths", "death_s"),
    "e": ("end_s", "told_s"),
    "b": ("troubles", "trouble_s"),
    "s": ("silence_s",),
    "m": ("moves", "move_s", "read", "target"),
    "o": ("former_s", "former"),
}
"""What stands behind each letter: numbers, and last of all an address."""

_TEXTS = {"target", "former"}


def _written(life: _Life) -> str:
    """Return ``life`` as parts with spaces between them, those that say something."""
    parts = []
    for letter, names in _PARTS.items():
        values = [getattr(life, name) for name in names]
        if any(values):
            parts.append(letter + ",".join(map(str, values)))
    return " ".join(parts)


def _of(text: str) -> _Life:
    """Return what ``text`` tells; a part that is not as we write it is left out."""
    known: dict[str, int | str] = {}
    for part in text.split():
        names = _PARTS.get(part[0], ())
        values = part[1:].split(",", len(names) - 1) if names else []
        if len(values) == len(names):
            read = [one if name in _TEXTS else _whole(one) for name, one in zip(names, values, strict=True)]
            if None not in read:
                known |= {name: one for name, one in zip(names, read, strict=True) if one is not None}
    return replace(_Life(), **known)  # type: ignore[arg-type]  # each name has its kind


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None

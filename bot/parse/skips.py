"""When an RSS feed asks not to be looked at: ``skipHours`` and ``skipDays``, which feedparser drops. Pure."""

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from bot.parse.scan import Accepted, local_name

MOST_NAMED = 100
"""Elements read of each list: there are 24 hours, and 7 days."""

_LISTS = ("{*}skipHours", "{*}skiphours", "{*}skipDays", "{*}skipdays")
_LISTED = frozenset({"skiphours", "skipdays"})
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def skips_of(document: Accepted) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the hours (0 to 23, GMT) and the days (0: Monday) that a feed names, each once, in order.

    RSS 0.9x counts hours from 1 to 24, RSS 2.0 from 0 to 23: 24 is midnight in both.
    """
    if _LISTED.isdisjoint(map(local_name, document.tags)):
        return (), ()
    root, hours, days = document.root, set[int](), set[int]()
    for channel in (root, *root.iterchildren("{*}channel")):
        for one in channel.iterchildren(*_LISTS):
            for name, text in _named(one):
                if name == "hour" and text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= 24:
                    hours.add(int(text) % 24)
                elif name == "day" and text.lower() in _DAYS:
                    days.add(_DAYS.index(text.lower()))
    return tuple(sorted(hours)), tuple(sorted(days))


def _named(elements: etree._Element) -> Iterator[tuple[str, str]]:
    for element in islice(elements, MOST_NAMED):
        yield local_name(element.tag), (element.text or "").strip()

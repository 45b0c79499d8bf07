"""The feeds of a chat as its people know them: numbered in order, called by name or address."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.chat.commands import addresses
from bot.chat.desk import Desk
from bot.chat.menus import whole
from bot.chat.replies import short
from bot.fetch.address import normalise, without_user
from bot.fetch.sites import translated
from bot.items import ChatId, Feed, FeedId, Subscription
from bot.rules import Heard, fold

NAME_LIMIT = 60
"""Letters of a feed's name in a line."""

_PARTS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Source:
    """A feed and the chat's wish to hear it."""

    subscription: Subscription
    feed: Feed

    @property
    def name(self) -> str:
        """What the chat calls the feed, else what it calls itself, else its address."""
        return short(self.subscription.title or name_of(self.feed), NAME_LIMIT)


def name_of(feed: Feed) -> str:
    """Return a feed's own name on one line, its address where it has none: without a password in it."""
    return short(feed.title, NAME_LIMIT) or short(without_user(feed.url).partition("://")[2], NAME_LIMIT)


def page_of(feed: Feed) -> str:
    """Return where a feed's name leads: its site, else the feed itself, without a password in it."""
    return feed.link or without_user(feed.url)


def heard_of(source: Source) -> Heard:
    """Return by which names a query may call the feed."""
    names = (source.subscription.title, source.feed.title, without_user(source.feed.url))
    return Heard(tuple(filter(None, names)), source.subscription.folder)


async def sources_of(desk: Desk, chat: ChatId) -> list[Source]:
    """Return the chat's feeds, in the order in which it subscribed to them."""
    subscriptions = await desk.store.chats.subscriptions(chat)
    feeds = {feed.id: feed for feed in await desk.store.feeds.many([one.feed for one in subscriptions])}
    return [Source(one, feeds[one.feed]) for one in subscriptions if one.feed in feeds]


async def source_of(desk: Desk, chat: ChatId, feed: FeedId) -> tuple[int, Source] | None:
    """Return the number and the source by which ``chat`` hears ``feed``; ``None`` if it does not."""
    sources = await sources_of(desk, chat)
    return next((one for one in enumerate(sources, start=1) if one[1].feed.id == feed), None)


async def meant(desk: Desk, sources: Sequence[Source], words: str) -> tuple[list[Source], bool]:
    """Return the sources that ``words`` name, and whether they name them clearly."""
    numbers = [whole(word) for word in words.replace(",", " ").split()]
    if all(number is not None for number in numbers):
        within = [number for number in numbers if number and 1 <= number <= len(sources)]
        are_all = len(within) == len(numbers)
        return [sources[one - 1] for one in dict.fromkeys(within)] if are_all else [], are_all
    ids: set[FeedId] = set()
    for address in addresses(words):
        with suppress(ValueError):
            known = await desk.store.feeds.find(normalise(translated(address, desk.settings.rsshub_url)))
            ids |= {known.id} if known else set()
    by_address = [one for one in sources if one.feed.id in ids]
    if by_address:
        return by_address, True
    by_name = called(sources, words)
    return by_name, len(by_name) == 1


def called(sources: Sequence[Source], words: str) -> list[Source]:
    """Return the sources in whose name or address all ``words`` occur; marks alone name none."""
    if words.isascii() and not any(map(str.isalnum, words)):
        return []
    wanted = fold(words).split()
    return [one for one in sources if all(_occurs(word, one) for word in wanted)]


def _occurs(word: str, source: Source) -> bool:
    """Look for a Latin word where words begin ("x" does not mean "example"), for others anywhere."""
    text = fold(f"{source.subscription.title} {source.feed.title} {source.feed.url}")
    if word.isascii() and word.isalnum():
        return any(part.startswith(word) for part in _PARTS.findall(text))
    return word in text

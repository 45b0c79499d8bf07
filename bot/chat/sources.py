"""The feeds of a chat as its people know them: numbered in order, called by name or address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.desk import Desk
from bot.chat.replies import short
from bot.fetch.address import without_user
from bot.items import ChatId, Feed, Subscription
from bot.rules import fold

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


async def sources_of(desk: Desk, chat: ChatId) -> list[Source]:
    """Return the chat's feeds, in the order in which it subscribed to them."""
    subscriptions = await desk.store.chats.subscriptions(chat)
    feeds = {feed.id: feed for feed in await desk.store.feeds.many([one.feed for one in subscriptions])}
    return [Source(one, feeds[one.feed]) for one in subscriptions if one.feed in feeds]


def called(sources: Sequence[Source], words: str) -> list[Source]:
    """Return the sources in whose name or address all ``words`` occur."""
    wanted = fold(words).split()
    return [one for one in sources if all(_occurs(word, one) for word in wanted)]


def _occurs(word: str, source: Source) -> bool:
    """Look for a Latin word where words begin ("x" does not mean "example"), for others anywhere."""
    text = fold(f"{source.subscription.title} {source.feed.title} {source.feed.url}")
    if word.isascii() and word.isalnum():
        return any(part.startswith(word) for part in _PARTS.findall(text))
    return word in text

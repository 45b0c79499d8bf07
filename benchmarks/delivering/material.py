"""The news that is sent: items that are the same in every run, and who gets how many of them."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from bot import identity
from bot.items import ChatId, FeedId, Item, ItemId, StoredItem

SEED = 20261101
FEEDS = 30
"""How many feeds there are; item ``n`` is of feed ``n % FEEDS``. A chat hears two or three of them."""
_BODIES = 200
_START = datetime(2025, 1, 1, tzinfo=UTC)
"""When item 0 was published, long enough ago for all others to be published by now."""

Lanes = Mapping[ChatId, Sequence[int]]
"""By chat, the numbers of the items that wait for it, the first one first."""


def feed_url(number: int) -> str:
    """Return the address of a feed."""
    return f"https://feeds.example/{number}"


@cache
def feed_id(number: int) -> FeedId:
    """Return the id that the store gives that feed."""
    return identity.feed_id(feed_url(number))


@cache
def _body(number: int) -> str:
    """Return some 2 KB of HTML, as bodies of news are."""
    dice = random.Random(SEED + number)
    words = ["".join(dice.choices("etaoinshrdlcumwfgypbvk", k=dice.randint(2, 11))) for _ in range(300)]

    def paragraph() -> str:
        text = " ".join(dice.choices(words, k=45)).capitalize()
        link = f'<a href="https://news.example/{dice.choice(words)}">{dice.choice(words)}</a>'
        return f"<p>{text} <b>{dice.choice(words)}</b> &amp; {link}.</p>\n"

    return "".join(paragraph() for _ in range(6))


def item(number: int) -> Item:
    """Return item ``number``; its title, which becomes the first line, begins with the number."""
    return Item(
        guid=f"https://news.example/{number}",
        title=f"{number:07d} The council has voted once more, and late",
        link=f"https://news.example/{number}",
        published=_START + timedelta(seconds=number),
        author="A. Writer",
        source="The Example Times",
        language="en",
        content_html=_body(number % _BODIES),
        base="https://news.example/",
        tags=("council", "vote"),
    )


def stored(number: int) -> StoredItem:
    """Return item ``number`` for whoever sets it without a store."""
    feed = feed_id(number % FEEDS)
    return StoredItem(ItemId(f"{feed}.{number:011d}"), feed, item(number), 0, number + 1)


def number_of(line: str) -> int:
    """Return the number of the item that a message's first line tells of; -1 for none."""
    word = line.partition(" ")[0]
    return int(word) if word.isdigit() else -1


def heard_by(place: int) -> tuple[int, ...]:
    """Return the feeds that the chat at ``place`` hears."""
    return tuple(sorted({(place + 7 * step) % FEEDS for step in range(2 + place % 2)}))


def _first(length: int, feeds: Sequence[int]) -> list[int]:
    """Return the numbers of the first items of some feeds together."""
    rounds = range(-(-length // len(feeds)))
    return [step * FEEDS + feed for step in rounds for feed in feeds][:length]


def lanes(chats: Sequence[ChatId], lengths: Iterable[int]) -> Lanes:
    """Return lanes of those lengths, each of items of the feeds that the chat hears."""
    return {
        chat: _first(length, heard_by(place))
        for place, (chat, length) in enumerate(zip(chats, lengths, strict=True))
    }


def uneven(count: int, total: int) -> list[int]:
    """Return ``count`` lengths of ``total`` together: most are short, a few some twenty times longer."""
    dice = random.Random(SEED)
    weights = [min(dice.paretovariate(1.3), 20.0) for _ in range(count)]
    low, high = 0.0, float(total)
    for _ in range(60):
        unit = (low + high) / 2
        if sum(max(1, int(weight * unit)) for weight in weights) > total:
            high = unit
        else:
            low = unit
    lengths = [max(1, int(weight * low)) for weight in weights]
    for place in range(max(0, total - sum(lengths))):
        lengths[place % count] += 1
    return lengths

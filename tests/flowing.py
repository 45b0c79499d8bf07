"""News that flows through the real store, router and courier of one process, to a Telegram that is none."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from _pytest.mark import ParameterSet

from bot.deliver.courier import Courier, Shelves
from bot.deliver.partners import Ear, Sends
from bot.identity import recognise
from bot.items import Chat, ChatId, ChatKind, Image, Subscription, UserId
from bot.route import Router
from bot.store.candidates import Candidate
from bot.store.client import Store
from tests.collecting import FEED, item
from tests.posting import SETTINGS

LATER_MS = 2**42


def titles(numbers: Iterable[int]) -> list[str]:
    """Return what the items of these numbers are called in a chat."""
    return [f"Title {number:03d}" for number in numbers]


def also(*values: object) -> ParameterSet:
    """One more of what is tried already, for whoever has the time."""
    return pytest.param(*values, marks=pytest.mark.soak)


async def follow(store: Store, url: str, chats: Sequence[Chat]) -> None:
    """Let the chats hear a feed that was looked at once, and was empty then."""
    feed = await store.feeds.ensure(url)
    for chat in chats:
        await store.chats.save(chat)
        await store.chats.subscribe(Subscription(chat.id, feed.id, created_ms=0))
    await store.news.intake(feed, [], due_ms=0, hand_on=True)


async def hand_on(
    store: Store, numbers: Iterable[int], *, pictures: Sequence[str] = (), html: str = ""
) -> list[str]:
    """Take in items of :data:`FEED`, as of one document, ordered by their numbers; return their titles.

    Each has ``pictures``, and its text is ``html`` if that is given. May be called again with the same
    numbers, as a look is taken again.
    """
    wanted = list(numbers)
    feed = await store.feeds.ensure(FEED)
    told: dict[str, object] = {"images": tuple(map(Image, pictures))} | (
        {"content_html": html} if html else {}
    )
    items = [item(f"{number:03d}", **told) for number in wanted]
    known = recognise(items, feed).keys
    found = [Candidate(key, one, number) for key, one, number in zip(known, items, wanted, strict=True)]
    await store.news.intake(replace(feed, seeded=True), found, due_ms=LATER_MS, hand_on=True)
    return titles(wanted)


def people(*ids: int) -> list[Chat]:
    """Return chats of these ids, each of the kind that its id tells."""
    return [Chat(ChatId(one), ChatKind.PRIVATE if one > 0 else ChatKind.CHANNEL) for one in ids]


async def _tell(_: UserId, __: str) -> None:
    return


@asynccontextmanager
async def flow(store: Store, sender: Sends) -> AsyncIterator[None]:
    """Route and deliver meanwhile; whatever ends a loop comes out at the end."""
    stop = asyncio.Event()
    ear = Ear(_tell, store.claims.note_health)
    courier = Courier(Shelves(store.outbox, store.edits, store.news, store.chats), sender, SETTINGS, ear=ear)
    loops = [asyncio.create_task(loop.run(stop)) for loop in (Router(store), courier)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*loops)


async def until(true: Callable[[], object], within_s: float = 10) -> None:
    """Wait for what has no event of its own."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110  as it says
            await asyncio.sleep(0.005)

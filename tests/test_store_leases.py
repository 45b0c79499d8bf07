"""What a relay that was killed held in hand is taken up at once by the next one, if it was the only one."""

from pathlib import Path

from bot.identity import feed_id
from bot.items import Chat, ChatId, ItemId, Subscription
from bot.store.client import Store
from bot.store.door import Pace
from bot.store.embedded import EmbeddedServer
from bot.store.outbox import Letter, paces
from tests.conftest import claimed

CHAT = ChatId(7)
LONG_MS = 3_600_000


async def test_released_leases_are_up_for_anybody(store: Store) -> None:
    await store.chats.save(Chat(CHAT))
    feed = await store.feeds.ensure("https://example.org/feed")
    await store.chats.subscribe(Subscription(CHAT, feed.id, created_ms=0))
    assert await claimed(store, 5, LONG_MS) == [feed.id]
    await store.outbox.lay(ItemId("one"), 1, [Letter(CHAT)])
    (held,) = (await store.outbox.claim(5, LONG_MS)).claims
    assert await store.claims.lead("route", "dead", LONG_MS)

    assert await store.claims.release() == 2

    assert await claimed(store, 5, LONG_MS) == [feed.id]
    (again,) = (await store.outbox.claim(5, LONG_MS)).claims
    assert (again.item, again.attempt) == (held.item, 2)
    assert await store.claims.lead("route", "alive", LONG_MS)
    assert not await store.outbox.park(held, "the dead do not park")


async def test_releasing_touches_nothing_that_was_finished(store: Store) -> None:
    await store.chats.save(Chat(CHAT))
    feed = await store.feeds.ensure("https://example.org/feed")
    await store.chats.subscribe(Subscription(CHAT, feed.id, created_ms=0))
    await store.feeds.claim_due(5, LONG_MS)
    due_ms = await store.now_ms() + LONG_MS
    await store.feeds.finish(feed, due_ms)
    assert await store.claims.release() == 0
    assert await store.feeds.next_due_ms() == due_ms
    assert feed.id == feed_id("https://example.org/feed")


async def test_only_who_comes_alone_is_told_so(tmp_path: Path) -> None:
    alone = []

    async def note(socket: Path) -> None:
        alone.append(socket)

    async with EmbeddedServer(tmp_path, note) as first:
        assert alone == [first.socket]
        async with EmbeddedServer(tmp_path, note):
            assert len(alone) == 1
    async with EmbeddedServer(tmp_path, note):
        assert len(alone) == 2


def test_a_groups_minute_never_holds_more_than_its_rate() -> None:
    assert paces(1, 20) == Pace(1000, 3000, 20)
    assert paces(1000, 60_000) == Pace(1, 1, 0), "a server without limits has no minutes to count"

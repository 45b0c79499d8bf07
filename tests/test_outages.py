"""Redis that stands still, Telegram that is away, workers that are killed in turn: nothing is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import route
from bot.deliver import courier, partners, surely
from bot.deliver.outcome import Down, Outcome, Unclear
from bot.items import ChatId
from bot.playground import Playground
from bot.store.client import Store, connect
from bot.store.door import Pace
from bot.store.embedded import EmbeddedServer
from tests.collecting import FEED
from tests.conftest import Clock
from tests.flowing import flow, follow, hand_on, people, titles, until
from tests.nursery import Nursery, Order, nursery
from tests.posting import HOUR, FakeSender, Post
from tests.relay import Relay, relay

BRISK = Pace(1, 1, 0)


def lost(heard: Sequence[str], expected: Sequence[str]) -> int:
    """Return how much is missing or out of its order, what comes again aside."""
    once = list(dict.fromkeys(heard))
    return sum(one != wanted for one, wanted in zip(once, expected, strict=False)) + abs(
        len(expected) - len(once)
    )


def twice(heard: Sequence[str]) -> int:
    return len(heard) - len(set(heard))


# Redis stands still


@asynccontextmanager
async def a_server(folder: Path, deadline_s: float) -> AsyncIterator[tuple[Store, int]]:
    """Give a store on a server of its own, and the server's process id."""
    async with EmbeddedServer(folder) as server:
        redis: Any = connect(f"unix://{server.socket}")
        store = Store(redis, send_rate=1000, pace=BRISK, deadline_s=deadline_s)
        await store.prepare()
        try:
            yield store, int((await redis.info("server"))["process_id"])
        finally:
            await store.close()


async def stand_still(folder: Path, *, pause_s: float, deadline_s: float, lease_s: float) -> None:
    """Stop the server in the midst of work, and let it go on after ``pause_s``.

    A claim that it took up when nobody waited for it any more is void, and comes back with its lease.
    """
    chats, sender, numbers = people(1, 2, 3, 4, 5), FakeSender(), range(60)

    async def bring(store: Store) -> None:
        for number in numbers:
            await surely.surely(lambda number=number: hand_on(store, [number]))  # type: ignore[misc]  # bound now
            await asyncio.sleep(0.005)

    def heard() -> list[list[str]]:
        return [sender.titles(chat.id) for chat in chats]

    async with a_server(folder, deadline_s) as (store, pid):
        await follow(store, FEED, chats)
        async with flow(store, sender), asyncio.TaskGroup() as group:
            group.create_task(bring(store))
            await until(lambda: len(sender.arrived) > 30)
            os.kill(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(pause_s)
            finally:
                os.kill(pid, signal.SIGCONT)
            await until(lambda: all(len(set(one)) == len(numbers) for one in heard()), 10 + lease_s)
    missing = sum(lost(one, titles(numbers)) for one in heard())
    again = sum(map(twice, heard()))
    print(
        f"{len(numbers)} items, {len(chats)} chats, Redis still for {pause_s} s: {missing} lost, {again} twice"
    )
    assert (missing, again) == (0, 0)


async def test_a_redis_that_stands_still_for_a_moment_loses_and_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(courier, "LEASE_S", 2.0)
    monkeypatch.setattr(courier, "STORE_REST_S", 0.05)
    monkeypatch.setattr(surely, "RETRY_S", 0.01)
    monkeypatch.setattr(route, "BACKOFF_S", (0.02, 0.1))
    monkeypatch.setattr(route, "BLOCK_MS", 20)
    await stand_still(tmp_path, pause_s=0.6, deadline_s=0.2, lease_s=2.0)
    assert "nothing is sent until the store is back" in caplog.text
    assert "routing waits" in caplog.text


@pytest.mark.soak
async def test_a_redis_that_stands_still_for_thirty_seconds_loses_and_repeats_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await stand_still(tmp_path, pause_s=30, deadline_s=5, lease_s=partners.LEASE_S)
    assert "nothing is sent until the store is back" in caplog.text


# Telegram is away


MOST_CALLS = {"down": 300, "unclear": 80, "both": 150}
"""How many calls an hour's outage may cost for five chats: one a minute for each, and far fewer where each
call may be a double."""


@pytest.mark.parametrize("kind", ["down", "unclear", pytest.param("both", marks=pytest.mark.soak)])
async def test_an_hour_without_telegram_loses_nothing_and_is_met_with_few_calls(
    store: Store, clock: Clock, kind: str
) -> None:
    post, chats, numbers = Post(store, clock), [ChatId(one) for one in (1, 2, 3, -4, -5)], range(60)
    outcomes: dict[str, Callable[[int], Outcome]] = {
        "down": lambda _: Down("no route"),
        "unclear": lambda _: Unclear("no answer"),
        "both": lambda call: Unclear("no answer") if call % 3 else Down("no route"),
    }
    back_ms = clock.ms + HOUR
    post.sender.reply = lambda *_: outcomes[kind](len(post.sender.tried)) if clock.ms < back_ms else None
    await post.subscribe(*chats)
    for number in numbers:
        await post.lay(number, *chats)
        await post.work(HOUR // len(numbers), 10_000)
    calls = len(post.sender.tried)
    assert post.sender.arrived == []
    await post.work(20 * 60_000, 10_000)
    missing = sum(lost(post.sender.titles(chat), [f"Item {one}" for one in numbers]) for chat in chats)
    again = sum(twice(post.sender.titles(chat)) for chat in chats)
    print(
        f"{len(numbers)} items, {len(chats)} chats, an hour {kind}: {missing} lost, {again} twice, {calls} calls"
    )
    assert (missing, again) == (0, 0)
    assert calls <= MOST_CALLS[kind]


# Workers are killed in turn


LEASE_MS = 1_000


@asynccontextmanager
async def shared_server(folder: Path) -> AsyncIterator[tuple[Store, str]]:
    """Give a server that is not the relays' own, and its address."""
    async with EmbeddedServer(folder / "redis") as server:
        url = f"unix://{server.socket}"
        store = Store(connect(url))
        await store.prepare()
        try:
            yield store, url
        finally:
            await store.close()


async def in_turn(folder: Path, one: Nursery, *, kills: int, items: int) -> None:
    """Let two workers share one server, and kill now the one and now the other, as items come in."""
    async with (
        Playground() as world,
        shared_server(folder) as (store, url),
        relay(
            folder, world, REDIS_URL=url, SEND_RATE="1000", SEND_CHAT_RATE="1000", SEND_GROUP_RATE="60000"
        ) as place,
    ):
        chats = [world.chat(world.add_user(f"Reader {number}")) for number in range(3)]
        chats += [world.add_supergroup(), world.add_channel()]
        kinds = people(*(chat.id for chat in chats))
        await follow(store, FEED, kinds)

        def heard(chat_id: ChatId | int) -> list[str]:
            return [message.text.split("\n")[0] for message in world.messages(chat_id)]

        def progress() -> int:
            return sum(len(set(heard(chat.id))) for chat in chats)

        with nursery() as other:
            workers = [one, other]
            for worker in workers:
                await begin(worker, place)
            for number in range(items):
                await hand_on(store, [number])
                if number % (items // kills) == items // kills // 2:
                    worker = workers[number * kills // items % 2]
                    await world.wait_for(lambda least=number: progress() > least, 30, what="more")  # type: ignore[misc]  # bound now
                    os.kill(worker.pid, signal.SIGKILL)
                    assert await worker.ended() == -9
                    await begin(worker, place)
            await world.wait_for(
                lambda: progress() == items * len(chats), 60, what="every item in every chat"
            )
            for worker in workers:
                assert await worker.stop() == 0
        missing = sum(lost(heard(chat.id), titles(range(items))) for chat in chats)
        again = sum(twice(heard(chat.id)) for chat in chats)
        print(f"{items} items, {len(chats)} chats, {kills} kills: {missing} lost, {again} twice")
        assert missing == 0
        assert again <= kills * len(chats), "no more than was in flight"


async def begin(worker: Nursery, place: Relay) -> None:
    order = Order(str(place.folder), dict(place.environment), ("route", "deliver"), lease_ms=LEASE_MS)
    await worker.start(order)


async def test_two_workers_killed_in_turn_lose_nothing(tmp_path: Path, relays: Nursery) -> None:
    await in_turn(tmp_path, relays, kills=2, items=10)


@pytest.mark.soak
async def test_two_workers_killed_in_turn_many_times_lose_nothing(tmp_path: Path, relays: Nursery) -> None:
    await in_turn(tmp_path, relays, kills=20, items=300)

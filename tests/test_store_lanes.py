"""The lanes under any order of events: nothing is lost, nothing overtakes, no limit is passed.

Hypothesis lays, claims, settles, defers, parks, pauses and lets leases end as it likes on a real
server, beside a model that knows what must come of it.
"""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.items import ChatId, ItemId
from bot.store.client import Store, connect
from bot.store.outbox import REPLY_WAIT_MS, Claim, Letter
from tests.conftest import Clock

ANN, BEN, GROUP = CHATS = ChatId(11), ChatId(12), ChatId(-5)
LEASE_MS = 20_000
RATE = 4

T = TypeVar("T")


class Lanes(RuleBasedStateMachine):
    """Three chats, what they should hear, and what is in flight to them."""

    runner: asyncio.Runner
    redis: Any
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.do(self.redis.execute_command("FLUSHALL"))
        self.store = Store(self.redis, clock=self.clock, send_rate=RATE)
        self.waiting: dict[ChatId, dict[ItemId, int]] = {chat: {} for chat in CHATS}
        self.done: dict[ChatId, set[ItemId]] = {chat: set() for chat in CHATS}
        self.flying: dict[ChatId, tuple[Claim, int]] = {}
        self.paused: set[ChatId] = set()
        self.silent_until = dict.fromkeys(CHATS, 0)
        self.times: list[tuple[int, ChatId]] = []

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(step)

    @rule(number=st.integers(1, 60), chats=st.sets(st.sampled_from(CHATS), min_size=1))
    def lay(self, number: int, chats: set[ChatId]) -> None:
        item = ItemId(f"feed.{number}")
        new = [chat for chat in chats if item not in self.waiting[chat] and item not in self.done[chat]]
        letters = [Letter(chat) for chat in sorted(chats)]
        assert self.do(self.store.outbox.lay(item, number, letters)) == len(new)
        for chat in new:
            self.waiting[chat][item] = number

    @rule(target=claims, limit=st.integers(1, 5))
    def claim(self, limit: int) -> Any:
        claimed = self.do(self.store.outbox.claim(limit, LEASE_MS))
        for claim in claimed.claims:
            chat = claim.chat
            assert chat not in self.paused
            assert self.clock.ms >= self.silent_until[chat]
            assert chat not in self.flying or self.flying[chat][1] <= self.clock.ms, "two in flight"
            assert claim.item == min(self.waiting[chat], key=self.waiting[chat].__getitem__), "overtaken"
            self.flying[chat] = (claim, self.clock.ms + LEASE_MS)
            self.times.append((self.clock.ms, chat))
        self.limits_hold()
        return multiple(*claimed.claims)

    def limits_hold(self) -> None:
        recent = [(time, chat) for time, chat in self.times if time > self.clock.ms - 120_000]
        for start, _ in recent:
            second = [chat for time, chat in recent if start <= time < start + 1000]
            assert len(second) <= RATE
            assert max(second.count(ANN), second.count(BEN)) <= 3
            minute = [chat for time, chat in recent if start <= time < start + 60_000]
            assert minute.count(GROUP) <= 20

    def is_ours(self, claim: Claim) -> bool:
        return self.flying.get(claim.chat, (None, 0))[0] == claim

    def land(self, claim: Claim) -> None:
        if self.is_ours(claim):
            del self.flying[claim.chat]

    def finished(self, claim: Claim) -> None:
        self.waiting[claim.chat].pop(claim.item, None)
        self.done[claim.chat].add(claim.item)

    @rule(claim=claims, extra=st.integers(0, 2))
    def settle(self, claim: Claim, extra: int) -> None:
        ours = self.is_ours(claim)
        message = int(claim.item.partition(".")[2])
        assert self.do(self.store.outbox.settle(claim, message, extra_cost=extra)) == ours
        self.finished(claim)
        self.land(claim)

    @rule(claim=claims)
    def park(self, claim: Claim) -> None:
        if self.do(self.store.outbox.park(claim, "why not")):
            assert self.is_ours(claim)
            self.finished(claim)
        else:
            assert not self.is_ours(claim)
        self.land(claim)

    @rule(claim=claims, wait_ms=st.integers(0, 90_000), counts=st.booleans())
    def defer(self, claim: Claim, wait_ms: int, counts: bool) -> None:  # noqa: FBT001  hypothesis draws it
        until = self.clock.ms + wait_ms
        assert self.do(self.store.outbox.defer(claim, wait_ms, counts=counts)) == self.is_ours(claim)
        self.silent_until[claim.chat] = max(self.silent_until[claim.chat], until)
        self.land(claim)

    @rule(chat=st.sampled_from(CHATS))
    def pause(self, chat: ChatId) -> None:
        self.do(self.store.chats.pause(chat, "by hand"))
        self.paused.add(chat)

    @precondition(lambda self: self.paused)
    @rule(chat=st.sampled_from(CHATS))
    def resume(self, chat: ChatId) -> None:
        self.do(self.store.chats.resume(chat))
        self.paused.discard(chat)

    @rule(chat=st.sampled_from(CHATS))
    def reply(self, chat: ChatId) -> None:
        wait_ms = self.do(self.store.outbox.reserve(chat))
        if wait_ms <= REPLY_WAIT_MS:
            self.times.append((self.clock.ms + wait_ms, chat))

    @rule(ms=st.sampled_from([1, 100, 1000, 4000, LEASE_MS, 60_000]))
    def wait(self, ms: int) -> None:
        self.clock.forward(ms)

    def teardown(self) -> None:
        """Let everything go: all that still waits must arrive, in order."""
        for chat in CHATS:
            self.resume(chat)
        for _ in range(2000):
            if not any(self.waiting.values()):
                break
            self.clock.forward(1000)
            for claim in self.claim_all():
                self.settle(claim, 0)
        assert not any(self.waiting.values()), "lost"
        assert [self.do(self.store.outbox.waiting(chat)) for chat in CHATS] == [0, 0, 0]

    def claim_all(self) -> list[Claim]:
        before = dict(self.flying)
        self.claim(5)
        return [claim for chat, (claim, _) in self.flying.items() if before.get(chat, (None, 0))[0] != claim]


def test_whatever_happens_no_item_is_lost_none_overtakes_and_limits_hold(server: Path) -> None:
    with asyncio.Runner() as loop:

        class OnServer(Lanes):
            runner = loop
            redis = connect(f"unix://{server}")

        often = settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        )
        try:
            run_state_machine_as_test(OnServer, settings=often)
        finally:
            loop.run(OnServer.redis.aclose())

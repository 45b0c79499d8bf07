"""A stage for telling what became of feeds: the real store, looks that are made up, a voice that may fail."""

import asyncio
from dataclasses import dataclass, field, replace

from bot.chat.fates import FeedWords
from bot.deliver.outcome import Outcome, Sent, Unclear
from bot.deliver.telling import Pace, Teller
from bot.fetch.answer import Failed, Failure
from bot.items import Chat, ChatId, ChatKind, Feed, Subscription, UserId
from bot.life import DEAD_LOOKS, after_look
from bot.render.parts import Message
from bot.settings import read
from bot.store.client import Store
from tests.conftest import Clock

ME, OTHER = ChatId(7), ChatId(8)
GROUP, CHANNEL = ChatId(-100), ChatId(-200)
DAY_MS = 86_400_000
HASTE = Pace(round_s=0.01, apart_s=0)


@dataclass
class Voice:
    """Takes messages, and fails as it is told."""

    said: list[tuple[ChatId, Message]] = field(default_factory=list)
    outcomes: dict[ChatId, list[Outcome]] = field(default_factory=dict)
    spoken: asyncio.Event = field(default_factory=asyncio.Event)
    left: set[tuple[ChatId, ChatId]] = field(default_factory=set)
    """Chats, and who has left them."""

    async def has_left(self, chat: Chat, person: ChatId) -> bool:
        return (chat.id, person) in self.left

    async def answer(self, chat: ChatId, message: Message) -> Outcome:
        planned = self.outcomes.get(chat, [])
        outcome = planned.pop(0) if planned else Sent(len(self.said) + 1)
        if isinstance(outcome, Sent | Unclear):
            self.said.append((chat, message))
        self.spoken.set()
        return outcome

    def texts(self, chat: ChatId = ME) -> list[str]:
        return [message.text.text for to, message in self.said if to == chat]


@dataclass
class Stage:
    """A store, a teller, and feeds whose looks are made up."""

    store: Store
    clock: Clock
    voice: Voice
    teller: Teller

    async def follow(self, name: str, chat: ChatId = ME, *, by: int | None = 7, kind: str = "") -> Feed:
        feed = await self.store.feeds.ensure(f"https://{name}.example/feed")
        await self.store.feeds.finish(replace(feed, title=f"The {name}"), self.clock.ms)
        await self.store.chats.subscribe(Subscription(chat, feed.id, 1, UserId(by) if by else None))
        if kind:
            await self.store.chats.save(Chat(chat, ChatKind(kind), f"The {kind}"))
        return await self.store.feeds.get(feed.id) or feed

    async def look(self, feed: Feed, failure: Failure | None = None, *, moved_to: str | None = None) -> None:
        """Take a look as a collector does: notices first, then the feed."""
        known = await self.store.feeds.get(feed.id)
        assert known is not None
        now_ms = self.clock.ms
        if failure:
            known = replace(known, failures=known.failures + 1, trouble=failure.value)
        else:
            known = replace(known, failures=0, trouble="", ok_ms=now_ms)
        failed = Failed(failure) if failure else None
        lived = after_look(known, now_ms, failure=failed, moved_to=moved_to, read=True)
        await self.store.notices.put(lived.notices)
        await self.store.feeds.finish(lived.feed, now_ms + 60_000, moved_to=lived.moved_to)

    async def die(self, *feeds: Feed, why: Failure = Failure.UNREACHABLE) -> None:
        """Fail for more than three days."""
        for _ in range(DEAD_LOOKS):
            await asyncio.gather(*(self.look(feed, why) for feed in feeds))
            self.clock.forward(DAY_MS * 4 // 5)

    async def rounds(self, count: int = 4, *, apart_ms: int = 600_000) -> None:
        for _ in range(count):
            await self.teller.round(asyncio.Event())
            self.clock.forward(apart_ms)
        await self.teller.round(asyncio.Event())


def teller(store: Store, clock: Clock, voice: Voice) -> Teller:
    made = read({"OWNER_IDS": "99"})
    return Teller(store, voice, FeedWords(clock), made, pace=HASTE)


def buttons(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]

"""What tests of the courier work with: a real store, and fakes of the news and of Telegram."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.deliver import courier, partners
from bot.deliver.carrier import Carrier
from bot.deliver.courier import Courier, Shelves
from bot.deliver.letters import Letters
from bot.deliver.outcome import Edited, NotOurs, Outcome, Sent
from bot.deliver.partners import Ear, Sends
from bot.deliver.standing import Standing
from bot.errors import CorruptRecord
from bot.items import Chat, ChatId, ChatKind, Hit, Image, Item, ItemId, StoredItem, Subscription, UserId
from bot.render.parts import Media, MediaKind, Message
from bot.settings import read
from bot.store.client import Store
from bot.store.outbox import Letter
from tests.conftest import Clock

ANN, BEN = ChatId(11), ChatId(12)
GROUP = ChatId(-1_001_000_000_001)
SETTINGS = read({})
MINUTE, HOUR = 60_000, 3_600_000


def photo(url: str, alternatives: tuple[str, ...] = ()) -> tuple[Media, ...]:
    """Return a message's media that are one photo."""
    return (Media(MediaKind.PHOTO, url, alternatives),)


class FakeNews:
    """Items by id; ``corrupt`` ones cannot be read."""

    def __init__(self) -> None:
        self.items: dict[ItemId, StoredItem] = {}
        self.corrupt: set[ItemId] = set()

    async def get(self, item_id: ItemId) -> StoredItem | None:
        if item_id in self.corrupt:
            raise CorruptRecord(f"item:{item_id} cannot be read")
        return self.items.get(item_id)


class FakeSender:
    """Answers each message as ``reply`` says; by default Telegram takes everything."""

    def __init__(self) -> None:
        self.reply: Callable[[ChatId, Message], Outcome | None] = lambda _chat, _message: None
        self.edit_reply: Callable[[ChatId, int], Edited] = lambda _chat, _message_id: NotOurs("none", True)
        self.pin_reply: Callable[[ChatId, int], Edited] = lambda _chat, message_id: Sent(message_id)
        self.pinned: list[tuple[ChatId, int]] = []
        self.tried: list[tuple[ChatId, Message, bool]] = []
        self.edited: list[tuple[ChatId, int, Message, bool]] = []
        self.arrived: list[tuple[ChatId, Message]] = []

    async def deliver(
        self, chat: ChatId, message: Message, *, plainly: bool = False, within_s: float = 0
    ) -> Outcome:
        assert within_s <= partners.DELIVERY_S < partners.LEASE_S, "a lease outlives its delivery"
        self.tried.append((chat, message, plainly))
        outcome = self.reply(chat, message)
        if outcome is None:
            self.arrived.append((chat, message))
            return Sent(len(self.arrived))
        return outcome

    async def amend(
        self, chat: ChatId, message_id: int, message: Message, *, new_picture: bool = False
    ) -> Edited:
        self.edited.append((chat, message_id, message, new_picture))
        return self.edit_reply(chat, message_id)

    async def pin(self, chat: ChatId, message_id: int) -> Edited:
        self.pinned.append((chat, message_id))
        return self.pin_reply(chat, message_id)

    def titles(self, chat: ChatId) -> list[str]:
        return [message.text.text.splitlines()[0] for to, message in self.arrived if to == chat]


@dataclass
class Post:
    """A carrier, and all it works with."""

    store: Store
    clock: Clock
    news: FakeNews = field(default_factory=FakeNews)
    sender: FakeSender = field(default_factory=FakeSender)
    told: list[tuple[UserId, str]] = field(default_factory=list)
    sends: Sends | None = None
    """The real sender, where the fake is not wanted."""

    standing: Standing = field(default_factory=Standing)

    def __post_init__(self) -> None:
        self.carrier = self.a_carrier()

    def a_carrier(self, *, ahead_ms: int = 0) -> Carrier:
        """As after a restart: what it had in memory is gone. Its clock may be ahead of the store's."""
        parts = Letters(self.news, self.store.outbox, SETTINGS)
        sends = self.sends or self.sender
        return Carrier(
            self.store.outbox,
            self.store.chats,
            parts,
            sends,
            self.ear,
            lambda: self.clock.ms + ahead_ms,
            self.standing,
        )

    @property
    def ear(self) -> Ear:
        return Ear(self._tell, self.store.claims.note_health)

    async def _tell(self, user: UserId, sentence: str) -> None:
        self.told.append((user, sentence))

    async def subscribe(self, *chats: ChatId, **wishes: object) -> Subscription:
        feed = await self.store.feeds.ensure("https://example.org/feed")
        for chat in chats:
            kind = ChatKind.PRIVATE if chat > 0 else ChatKind.SUPERGROUP
            await self.store.chats.save(
                Chat(chat, kind, title=f"chat {chat}", owner=UserId(abs(chat) % 1000))
            )
            made = Subscription(chat, feed.id, self.clock.ms)
            await self.store.chats.subscribe(replace(made, **wishes))  # type: ignore[arg-type]  # by name
        return replace(made, **wishes)  # type: ignore[arg-type]  # by name

    async def lay(
        self, number: int, *chats: ChatId, hits: tuple[Hit, ...] = (), title: str = "", picture: str = ""
    ) -> ItemId:
        feed = await self.store.feeds.ensure("https://example.org/feed")
        item_id = ItemId(f"{feed.id}.{number:011d}")
        item = Item(
            title=title or f"Item {number}",
            link=f"https://example.org/{number}",
            source="Example",
            images=(Image(picture),) if picture else (),
        )
        self.news.items[item_id] = StoredItem(item_id, feed.id, item, self.clock.ms, number)
        await self.store.outbox.lay(item_id, number, [Letter(chat, hits) for chat in chats])
        return item_id

    async def turn(self) -> int:
        """Carry all that may be carried now; return how much that was."""
        claimed = await self.store.outbox.claim(courier.WORKERS, round(partners.LEASE_S * 1000))
        await asyncio.gather(*(self.carrier.carry(claim) for claim in claimed.claims))
        return len(claimed.claims)

    async def work(self, for_ms: int, step_ms: int = 100) -> None:
        """Let so much time pass, carrying whenever there is something to carry."""
        end_ms = self.clock.ms + for_ms
        while self.clock.ms < end_ms:
            if not await self.turn():
                self.clock.forward(step_ms)

    async def waiting(self, *chats: ChatId) -> list[int]:
        return [await self.store.outbox.waiting(chat) for chat in chats]

    def a_courier(self) -> Courier:
        """The loop around a carrier of its own."""
        outbox, chats = self.store.outbox, self.store.chats
        shelves = Shelves(outbox, self.store.edits, self.news, chats)
        return Courier(shelves, self.sender, SETTINGS, ear=self.ear, clock=self.clock)

    async def paused(self, chat: ChatId) -> str:
        """Why the chat is paused."""
        known = await self.store.chats.get(chat)
        assert known is not None
        return known.paused

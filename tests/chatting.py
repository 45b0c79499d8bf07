"""A whole conversation for tests: the local Telegram, the real store and subscriber, feeds by hand."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import telegram

from bot.chat.conversation import Conversation
from bot.chat.pace import Pace
from bot.deliver.sender import Sender
from bot.deliver.transport import Transport
from bot.errors import NotAFeed
from bot.fetch.answer import Answer, Failed, Failure, Fetched
from bot.fetch.client import Kind
from bot.items import ChatId, Document, Item, Validators
from bot.playground.playground import Playground
from bot.playground.telegram import Press
from bot.playground.world import Chat, Message, User
from bot.settings import Settings
from bot.store.client import Store
from bot.subscribe import Subscriber
from tests.conftest import Clock

NOW = datetime.fromtimestamp(Clock().ms / 1000, UTC)
"""When a test begins; its clock moves only where somebody would wait."""

HASTE = Pace(
    poll_s=5,
    answer_s=2,
    lease_s=10,
    passive_s=0.05,
    glance_s=0.55,
    store_s=0.1,
    deadline_s=10,
    retry_s=0.02,
    retry_most_s=0.1,
)
FEED = "https://news.example/feed"


def items(count: int, *, word: str = "Story", hours: int = 2) -> tuple[Item, ...]:
    """Make items, the newest first, so many hours apart."""
    return tuple(
        Item(
            guid=f"{word}-{n}",
            title=f"{word} number {n}",
            link=f"https://news.example/{word.lower()}/{n}",
            published=NOW - timedelta(hours=hours * (count - n)),
            summary_html=f"<p>What {word} {n} is about.</p>",
        )
        for n in range(count, 0, -1)
    )


@dataclass
class Web:
    """The web as a table; also its parser: a body is the address of its document."""

    documents: dict[str, Document] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    held: asyncio.Event | None = None
    """While set and not set off, every look hangs."""
    raises: Exception | None = None
    asked: list[str] = field(default_factory=list)
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, url: str, title: str, given: Sequence[Item] = ()) -> None:
        self.documents[url] = Document("rss", title, "https://news.example/", items=tuple(given))

    async def get(
        self,
        url: str,
        validators: Validators = Validators(),  # noqa: ARG002, B008  a page is asked without; frozen
        *,
        kind: Kind = Kind.PAGE,  # noqa: ARG002  every kind is a table's row
    ) -> Answer:
        self.asked.append(url)
        self.looked.set()
        if self.held:
            await self.held.wait()
        if self.raises:
            raise self.raises
        if url in self.documents:
            digest = hashlib.md5(url.encode()).hexdigest()
            return Fetched(url, url.encode(), "application/rss+xml", body_hash=digest)
        if url in self.pages:
            return Fetched(url, self.pages[url], "text/html")
        return Failed(self.failures.get(url, Failure.MISSING))

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:  # noqa: ARG002  the body tells
        if (address := body.decode()) in self.documents:
            return self.documents[address]
        raise NotAFeed("this is a page")


@dataclass
class Stage:
    """What a journey holds: the world and its people, the store, the web."""

    world: Playground
    store: Store
    web: Web
    bot: telegram.Bot
    running: asyncio.Task[None]

    async def ask(self, chat: Chat | User | int, text: str, *, more: int = 1, **how: object) -> Message:
        """Say something and wait for the answer; ``more`` messages are awaited, the first returned."""
        before = len(self.world.messages(chat))
        self.world.say(chat, text, **how)  # type: ignore[arg-type]  # passed on as given
        written = await self.world.wait_for_messages(chat, before + more)
        return written[before]

    async def press(self, message: Message, label: str, *, user: User | None = None) -> Press:
        """Press a button and wait until it is answered."""
        press = self.world.press(message.chat_id, message.id, label, user=user)
        await self.world.wait_for_answer(press)
        return press

    async def becomes(self, message: Message, words: str) -> None:
        """Wait until a message holds ``words``, by an edit."""
        await self.world.wait_for(lambda: words in message.text, what=f"{words!r} in {message.text!r}")

    async def heard(self, chat: Chat | User) -> list[str]:
        """Return the addresses that a chat is subscribed to."""
        wishes = await self.store.chats.subscriptions(ChatId(chat.id))
        return [feed.url for feed in await self.store.feeds.many([one.feed for one in wishes])]

    async def ended(self) -> None:
        """Wait until the role ends by itself; raises why."""
        async with asyncio.timeout(5):
            await self.running

    async def settled(self) -> None:
        """Wait until the bot has handled all it was told: it says so by asking for what comes after."""
        async with asyncio.timeout(5):
            while self.world.telegram.updates.pending:  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.01)


def make_bot(world: Playground) -> telegram.Bot:
    """Return a bot that speaks to the local Telegram."""
    requests = [Transport(64) for _ in range(2)]
    return telegram.Bot(
        world.token, base_url=f"{world.url}/bot", request=requests[0], get_updates_request=requests[1]
    )


async def _no_picture(_url: str) -> bytes | None:
    return None


@asynccontextmanager
async def conversation(
    store: Store,
    clock: Clock,
    *,
    world: Playground,
    web: Web,
    settings: Settings | None = None,
    pace: Pace = HASTE,
) -> AsyncIterator[Stage]:
    """Run a conversation; on leaving it is stopped, and must end in time and in peace.

    A reply's wait for its place in the budget moves the store's ``clock`` instead of taking time.
    """
    settings = settings or Settings()
    bot = make_bot(world)
    finder = Subscriber(store, web, web, settings)

    async def sleep(seconds: float) -> None:
        clock.forward(round(seconds * 1000))

    mouth = Sender(bot, _no_picture, store.outbox, sleep=sleep)
    talk = Conversation(store, bot, mouth, finder, settings, clock=clock, pace=pace)
    stop = asyncio.Event()
    running = asyncio.create_task(talk.run(stop))
    try:
        yield Stage(world, store, web, bot, running)
    finally:
        stop.set()
        try:
            async with asyncio.timeout(10):
                await running
        finally:
            await bot.shutdown()

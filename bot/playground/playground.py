"""The local Telegram as tests hold it: start it, speak as people do, look at what the bot wrote."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.playground.faults import Fault, Plan
from bot.playground.inline import InlineQuery, Result
from bot.playground.limits import Flood, FloodLimits
from bot.playground.people import People
from bot.playground.server import BotApi
from bot.playground.telegram import Change, Press, Telegram
from bot.playground.text import Entity
from bot.playground.world import ADMIN_RIGHTS, Chat, Kind, Message, Status, Topic, User

Predicate = Callable[[], object]


class Playground:
    """A running local Telegram: ``async with Playground() as world``.

    There is one person, ``world.user``, who has started the bot. Chats and users may be given as
    objects or by id. ``flood`` turns Telegram's send limits on; ``clock`` is the monotonic clock that
    limits and lifetimes go by.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        flood: FloodLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.telegram = Telegram(flood=flood, clock=clock)
        self.people = People(self.telegram)
        self.api = BotApi(self.telegram)
        self.routes: list[Callable[[web.Application], None]] = [self.api.register]
        """What adds the routes that are served; more may be put in before the context is entered."""
        self.user = self.people.add_user("Alex", username="alex_reads")
        self.token = self.telegram.token
        self._host, self._port = host, port
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        for register in self.routes:
            register(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self._host, self._port, reuse_address=True)
        await site.start()
        self._port = runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """What ``TELEGRAM_API_URL`` is set to, without a slash at the end."""
        return f"http://{self._host}:{self._port}"

    @property
    def flood(self) -> Flood:
        """The send limits and their counts: ``refusals``, ``offences``, ``sent`` by chat."""
        return self.telegram.flood

    def chat(self, chat: Chat | User | int) -> Chat:
        """Return a chat by itself, by its person or by its id."""
        return (
            chat
            if isinstance(chat, Chat)
            else self.telegram.chats[chat if isinstance(chat, int) else chat.id]
        )

    def add_user(self, name: str, *, username: str = "", language: str = "en", started: bool = True) -> User:
        """Bring in a person."""
        return self.people.add_user(name, username=username, language=language, started=started)

    def add_group(
        self, title: str = "Reading circle", *, bot: Status = Status.MEMBER, owner: User | None = None
    ) -> Chat:
        """Bring in a basic group; its owner is ``world.user`` unless another is given."""
        return self.people.add_chat(Kind.GROUP, title, owner=owner or self.user, bot_status=bot)

    def add_supergroup(
        self,
        title: str = "Reading hall",
        *,
        bot: Status = Status.MEMBER,
        owner: User | None = None,
        username: str = "",
        forum: bool = False,
    ) -> Chat:
        """Bring in a supergroup, with topics if it is a forum."""
        return self.people.add_chat(
            Kind.SUPERGROUP, title, username=username, owner=owner or self.user, bot_status=bot, forum=forum
        )

    def add_channel(
        self,
        title: str = "Morning news",
        *,
        username: str = "",
        bot: Status = Status.ADMINISTRATOR,
        owner: User | None = None,
    ) -> Chat:
        """Bring in a channel, which the bot administers unless said otherwise."""
        return self.people.add_chat(
            Kind.CHANNEL, title, username=username, owner=owner or self.user, bot_status=bot
        )

    def add_topic(self, chat: Chat | int, name: str, *, closed: bool = False) -> Topic:
        """Open a topic in a forum."""
        return self.people.add_topic(self.chat(chat), name, closed=closed)

    def say(  # noqa: PLR0913  a message has as many sides
        self,
        chat: Chat | User | int,
        text: str,
        *,
        user: User | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
        document: tuple[str, bytes] | None = None,
        anonymous: bool = False,
        entities: Iterable[Entity] = (),
    ) -> Message:
        """Say something; in a private chat its person speaks, elsewhere ``world.user`` unless given."""
        place = self.chat(chat)
        speaker = user or (self.telegram.users[place.id] if place.kind is Kind.PRIVATE else self.user)
        return self.people.say(
            place, text, speaker, thread_id=thread_id, reply_to=reply_to, document=document,
            anonymous=anonymous, entities=entities,
        )  # fmt: skip

    def press(
        self, chat: Chat | User | int, message_id: int, label: str, *, user: User | None = None
    ) -> Press:
        """Press a button by its label or a part of it; the result's ``answer`` fills in later."""
        place = self.chat(chat)
        presser = user or (self.telegram.users[place.id] if place.kind is Kind.PRIVATE else self.user)
        return self.people.press(place, message_id, label, presser)

    def messages(self, chat: Chat | User | int) -> list[Message]:
        """Return what the bot wrote in a chat and still stands there, the oldest first."""
        return [m for m in self.chat(chat).messages.values() if m.outgoing]

    async def wait_for(
        self,
        predicate: Predicate,
        timeout: float = 5.0,  # noqa: ASYNC109  a test's own deadline
        *,
        what: str = "it",
    ) -> None:
        """Wait until ``predicate()`` is true; looks at every change of the world.

        Raises:
            TimeoutError: it did not come; the message says what the bot wrote instead.
        """
        changed = asyncio.Event()

        def listener(_change: Change) -> None:
            changed.set()

        self.telegram.listeners.append(listener)
        try:
            async with asyncio.timeout(timeout):
                while not predicate():
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            written = {c.title: [m.text[:80] for m in self.messages(c)] for c in self.telegram.chats.values()}
            raise TimeoutError(f"waited {timeout} s for {what}; the bot wrote {written}") from None
        finally:
            self.telegram.listeners.remove(listener)

    async def wait_for_messages(
        self,
        chat: Chat | User | int,
        count: int = 1,
        timeout: float = 5.0,  # noqa: ASYNC109  a test's own deadline
    ) -> list[Message]:
        """Wait until the bot has so many messages in a chat, and return them all.

        Raises:
            TimeoutError: fewer came.
        """
        place = self.chat(chat)
        await self.wait_for(
            lambda: len(self.messages(place)) >= count, timeout, what=f"{count} messages in {place.title}"
        )
        return self.messages(place)

    async def wait_for_answer(
        self,
        press: Press,
        timeout: float = 5.0,  # noqa: ASYNC109  a test's own deadline
    ) -> str:
        """Wait until the bot answers a pressed button, and return the text it shows ("" for none).

        Raises:
            TimeoutError: it did not.
        """
        await self.wait_for(lambda: press.answer is not None, timeout, what="an answer to the button")
        return str((press.answer or {}).get("text", ""))

    def seek(
        self, words: str, offset: str = "", *, user: User | None = None, chat: Chat | User | int | None = None
    ) -> InlineQuery:
        """Type words behind the bot's name, in the private chat or another; its cards come later."""
        asker = user or self.user
        return self.telegram.seek(asker, self.chat(chat or asker), words, offset)

    async def wait_for_results(
        self,
        query: InlineQuery,
        timeout: float = 5.0,  # noqa: ASYNC109  a test's own deadline
    ) -> list[Result]:
        """Wait until the bot answers an inline query, and return the cards.

        Raises:
            TimeoutError: it did not.
        """
        await self.wait_for(query.answered.is_set, timeout, what=f"cards for {query.words!r}")
        return list(query.results)

    def choose(
        self, query: InlineQuery, name: str, chat: Chat | User | int, *, user: User | None = None
    ) -> Message:
        """Post one of the cards for a query in a chat."""
        return self.people.choose(self.chat(chat), query, name, user or query.user)

    def fail_next(  # noqa: PLR0913  each fault has its own particulars, all with a default
        self,
        method: str,
        fault: Fault | str,
        *,
        times: int = 1,
        every: int = 1,
        chat: Chat | User | int | None = None,
        retry_after: int = 1,
        code: int = 400,
        description: str = "Bad Request",
    ) -> None:
        """Let the next ``times`` calls of a method (``*``: any) meet trouble, each ``every``-th of them."""
        self.api.faults.plans.append(
            Plan(
                method, Fault(fault), times, None if chat is None else self.chat(chat).id,
                retry_after, code, description, every,
            )
        )  # fmt: skip

    def block(self, user: User | None = None, *, blocked: bool = True) -> None:
        """Block the bot as a person does, or let it speak again."""
        self.people.block(user or self.user, blocked=blocked)

    def kick(self, chat: Chat | int, *, user: User | None = None) -> None:
        """Throw the bot out of a group or channel."""
        self.people.set_bot(self.chat(chat), Status.KICKED, user or self.user)

    def make_admin(
        self, chat: Chat | int, who: User | None = None, *, rights: Iterable[str] = ADMIN_RIGHTS
    ) -> None:
        """Make somebody an administrator; the bot, which is told of it, unless another is given."""
        place = self.chat(chat)
        if who is None or who.id == self.telegram.bot.id:
            self.people.set_bot(place, Status.ADMINISTRATOR, self.user, rights=rights)
        else:
            self.people.set_member(place, who, Status.ADMINISTRATOR, rights)

    def add_member(self, chat: Chat | int, who: User | None = None) -> None:
        """Bring somebody into a chat as an ordinary member; the bot unless another is given."""
        place = self.chat(chat)
        if who is None or who.id == self.telegram.bot.id:
            self.people.set_bot(place, Status.MEMBER, self.user)
        else:
            self.people.set_member(place, who, Status.MEMBER)

    def migrate(self, group: Chat | int) -> Chat:
        """Make a supergroup of a basic group, and return it."""
        return self.people.migrate(self.chat(group), self.user)

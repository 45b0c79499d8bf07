"""Where the parts meet: what each role needs is built here, started, and stopped in order."""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

import telegram
from telegram.error import InvalidToken, TelegramError

from bot.chat.conversation import Conversation
from bot.chat.fates import FeedWords
from bot.collect import Collector
from bot.deliver.courier import Courier, Shelves
from bot.deliver.judging import MOST_BYTES, Head
from bot.deliver.partners import Ear
from bot.deliver.probe import HEAD_BYTES, Peek
from bot.deliver.sender import Sender
from bot.deliver.telling import Teller
from bot.deliver.transport import Transport
from bot.deliver.uploads import Pictures
from bot.errors import SettingsError
from bot.fetch.answer import Fetched
from bot.fetch.client import Client, Kind
from bot.items import ChatId, Feed, UserId
from bot.pages import PageFinder, need_fulltext
from bot.parse.worker import Parser
from bot.render.parts import Message, RichText
from bot.route import Router
from bot.settings import Settings, need_token
from bot.store.client import Check, Store, open_store
from bot.subscribe import Subscriber
from bot.web.server import Web

STOP_WITHIN_S = 10.5
"""How long the units in hand may take after a stop signal; leases make it safe to cut them off then.

What is closed afterwards takes at most four seconds more: 15 are promised.
"""

logger = logging.getLogger(__name__)


class Role(StrEnum):
    """What a process may do; the roles know each other only through Redis."""

    CHAT = "chat"
    COLLECT = "collect"
    ROUTE = "route"
    DELIVER = "deliver"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Parts:
    """What several roles share."""

    settings: Settings
    store: Store
    client: Client
    parser: Parser
    pages: PageFinder

    def collector(self, on_lost: Callable[[Feed], Awaitable[None]] | None = None) -> Collector:
        """Return loop one; ``on_lost`` hears of a feed whose seen state is gone from the store."""
        parts = self.store, self.client, self.parser, self.settings
        return Collector(*parts, on_lost=on_lost, pages=self.pages)

    def subscriber(self) -> Subscriber:
        """Return what takes up a new feed."""
        return Subscriber(self.store, self.client, self.parser, self.settings, pages=self.pages)


@dataclass(frozen=True, slots=True)
class Voice:
    """What speaks to Telegram."""

    bot: telegram.Bot
    sender: Sender


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Open the store, the network and the parser, and close them in the opposite order.

    Raises:
        SettingsError: something that a setting needs is not installed; nothing was opened.
        StoreError: the store cannot be used.
    """
    need_fulltext(settings)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        client = await stack.enter_async_context(Client(settings))
        parser = await stack.enter_async_context(Parser())
        yield Parts(settings, store, client, parser, PageFinder(client, parser, settings))


async def run(settings: Settings, roles: frozenset[Role], *, stop: asyncio.Event) -> None:
    """Run ``roles`` until ``stop`` is set, then let the units in hand finish.

    Raises:
        SettingsError: a role lacks its setting; nothing was started.
        StoreError: the store cannot be used.
        TokenRefused: Telegram will not have us.
    """
    if roles & {Role.CHAT, Role.DELIVER}:
        need_token(settings)
    if Role.WEB in roles and settings.port is None:
        if roles == {Role.WEB}:
            raise SettingsError(("PORT: the web role needs a port to listen on; set one, like PORT=8080",))
        roles -= {Role.WEB}
    async with AsyncExitStack() as stack:
        try:
            async with _until(stop, 0):
                parts = await stack.enter_async_context(open_parts(settings))
        except TimeoutError:
            logger.info("newsrelay was stopped before it ran")
            return
        voice: Voice | None = None
        if roles & {Role.CHAT, Role.DELIVER}:
            bot = await stack.enter_async_context(open_bot(settings))
            voice = Voice(bot, _sender(bot, parts))
        logger.info("newsrelay runs: %s", ", ".join(sorted(roles)))
        try:
            async with _until(stop, STOP_WITHIN_S), asyncio.TaskGroup() as group:
                for loop in _loops(parts, voice, roles, stop):
                    group.create_task(loop)
        except TimeoutError:
            logger.warning("stopped with work in hand; its leases bring it back at the next start")
    logger.info("newsrelay has stopped")


def _loops(
    parts: Parts, voice: Voice | None, roles: frozenset[Role], stop: asyncio.Event
) -> Iterator[Coroutine[None, None, None]]:
    """Yield what each role runs."""
    store, settings = parts.store, parts.settings
    owners = _Owners(voice, settings)
    if Role.COLLECT in roles:
        yield parts.collector(on_lost=owners.of_lost).run(stop)
    if Role.ROUTE in roles:
        yield Router(store, holder=_holder()).run(stop)
    if Role.DELIVER in roles and voice is not None:
        ear = Ear(owners.tell, store.claims.note_health)
        shelves = Shelves(store.outbox, store.edits, store.news, store.chats)
        yield Courier(shelves, voice.sender, settings, ear=ear).run(stop)
        words = FeedWords(lambda: time.time_ns() // 1_000_000)
        yield Teller(store, voice.sender, words, settings, holder=_holder()).run(stop)
    if Role.CHAT in roles and voice is not None:
        yield Conversation(store, voice.bot, voice.sender, parts.subscriber(), settings).run(stop)
    if Role.WEB in roles:
        yield Web(store, settings).run(stop)


def _holder() -> str:
    """Return a name that no other worker has."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


@asynccontextmanager
async def _until(stop: asyncio.Event, seconds: float) -> AsyncIterator[None]:
    """Cut off what stands inside, with TimeoutError, once ``stop`` has been set for ``seconds``."""

    async def bound() -> None:
        await stop.wait()
        patience.reschedule(asyncio.get_running_loop().time() + seconds)

    async with asyncio.timeout(None) as patience:
        # Not in a group: what goes wrong inside must come through as it is.
        watch = asyncio.create_task(bound())
        try:
            yield
        finally:
            watch.cancel()


@asynccontextmanager
async def open_bot(settings: Settings) -> AsyncIterator[telegram.Bot]:
    """Give the bot, not yet initialised, and close its connections; long polling has its own."""
    calls, polls = Transport(64, pool_s=10), Transport(2)
    try:
        yield telegram.Bot(
            settings.telegram_bot_token,
            base_url=f"{settings.telegram_api_url}/bot",
            base_file_url=f"{settings.telegram_api_url}/file/bot",
            request=calls,
            get_updates_request=polls,
        )
    finally:
        await calls.shutdown()
        await polls.shutdown()


def _sender(bot: telegram.Bot, parts: Parts) -> Sender:
    """Return what sends through ``bot``."""
    pictures, peek = _pictures(parts.client), _peek(parts.client)
    return Sender(bot, pictures, parts.store.outbox, peek=peek, paid=parts.settings.send_paid)


def _pictures(client: Client) -> Pictures:
    """Return what downloads a picture for an upload: guarded and bounded, None if it cannot be had."""

    async def picture(url: str) -> bytes | None:
        answer = await client.get(url, max_bytes=MOST_BYTES, kind=Kind.IMAGE)
        return answer.body if isinstance(answer, Fetched) else None

    return picture


def _peek(client: Client) -> Peek:
    """Return what looks at the beginning of a file, likewise."""

    async def head(url: str) -> Head | None:
        answer = await client.get(url, max_bytes=HEAD_BYTES, kind=Kind.IMAGE, beginning=True)
        return Head(answer.body, answer.size, answer.content_type) if isinstance(answer, Fetched) else None

    return head


@dataclass(frozen=True, slots=True)
class _Owners:
    """Tells people in private what they should know; what cannot be told is in the log."""

    voice: Voice | None
    settings: Settings

    async def tell(self, user: UserId, sentence: str) -> None:
        """Tell one person."""
        if self.voice is not None:
            await self.voice.sender.answer(ChatId(user), Message(RichText(sentence)))

    async def of_lost(self, feed: Feed) -> None:
        """Tell the bot's owners that a feed's memory is gone and that it begins afresh."""
        sentence = (
            f"The store has lost what {feed.title or feed.url} has shown before, so this feed begins "
            "afresh with what comes next. If you did not clear Redis yourself, have a look at it."
        )
        for owner in sorted(self.settings.owner_ids):
            await self.tell(UserId(owner), sentence)


async def check_token(settings: Settings) -> Check:
    """Ask Telegram who we are."""
    try:
        need_token(settings)
    except SettingsError as error:
        return Check("token", ok=False, says=str(error))
    try:
        async with open_bot(settings) as bot, asyncio.timeout(15):
            me = await bot.get_me()
    except InvalidToken:
        says = "Telegram refuses TELEGRAM_BOT_TOKEN; get the present one from @BotFather"
        return Check("token", ok=False, says=says)
    except (TelegramError, TimeoutError) as error:
        says = f"{settings.telegram_api_url} does not answer ({error or 'too slow'}); see TELEGRAM_API_URL"
        return Check("token", ok=False, says=says)
    inline = (
        "" if me.supports_inline_queries else "; inline mode is off, /setinline at @BotFather turns it on"
    )
    return Check("token", ok=True, says=f"@{me.username}{inline}")

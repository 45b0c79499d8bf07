"""The conversation: each update is handled once, a chat's in order, other chats beside it.

Telegram forgets an update only when it has been handled: answered, failed with a word to whoever
asked, or given up after it took the process with it twice.
"""

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable

from telegram import Bot
from telegram.error import TelegramError

from bot.chat import menu
from bot.chat.desk import Desk, Finder, Mouth
from bot.chat.inline import Inline
from bot.chat.pace import Pace
from bot.chat.polling import Poller, refusal
from bot.chat.replies import texts_for
from bot.chat.service import Service
from bot.chat.updates import Moved, Sought, Update
from bot.deliver.outcome import words_of
from bot.errors import TokenRefused
from bot.items import ChatId
from bot.searching import Searcher
from bot.settings import Settings
from bot.store.client import Store

log = logging.getLogger(__name__)

AT_ONCE = 48
"""Chats that are served at the same time: most of them wait for a site, so many more than processors."""

STOP_S = 8.0
"""How long what is in hand may take after the stop signal; what is cut off comes again at the next start."""

INTRODUCTION_S = 60.0
"""How long the first call to Telegram, and then the menu, may take."""


class Conversation:
    """The role ``chat``: polls, hands each chat's updates on in order, and ends in good order."""

    def __init__(
        self,
        store: Store,
        bot: Bot,
        mouth: Mouth,
        finder: Finder,
        settings: Settings,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        pace: Pace = Pace(),  # noqa: B008  frozen
    ) -> None:
        """Take the parts; ``clock`` tells wall time in epoch milliseconds."""
        self._bot = bot
        self._settings = settings
        self._pace = pace
        desk = Desk(store, bot, mouth, finder, settings, clock, searcher=Searcher(store))
        self._service = Service(desk, pace)
        self._inline = Inline(desk)
        self._poller = Poller(
            bot, store.claims, self._accept, holder=secrets.token_urlsafe(9), pace=self._pace
        )
        self._lanes: dict[ChatId, deque[Update]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._workers: set[asyncio.Task[None]] = set()
        self._beside: asyncio.Task[None] | None = None
        self._ending = False
        self._halt: TokenRefused | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Talk until ``stop`` is set; then finish what is in hand, within :data:`STOP_S`.

        Raises:
            TokenRefused: Telegram refuses the token.
        """
        async with asyncio.TaskGroup() as self._group:
            keeping = self._group.create_task(self._poller.keep())
            talking = self._group.create_task(self._talk())
            stopping = self._group.create_task(stop.wait())
            await asyncio.wait({talking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            talking.cancel()
            stopping.cancel()
            await self._finish()
            keeping.cancel()
        await self._poller.resign()
        if self._halt:
            raise self._halt

    async def _talk(self) -> None:
        """Introduce ourselves and poll until cancelled, or until Telegram refuses the token."""
        try:
            await self._introduce()
            self._beside = self._group.create_task(self._publish())
            await self._poller.run()
        except TokenRefused as refused:
            self._halt = refused

    async def _introduce(self) -> None:
        """Learn our own name, without which no command can be told from another bot's.

        Raises:
            TokenRefused: Telegram refuses the token.
        """
        wait_s = self._pace.retry_s
        while True:
            try:
                async with asyncio.timeout(INTRODUCTION_S):
                    await self._bot.initialize()
            except (TelegramError, TimeoutError) as error:
                if isinstance(error, TelegramError) and (refused := refusal(error)):
                    raise refused from error
                why = words_of(error) if isinstance(error, TelegramError) else "too slow"
                log.warning("Telegram does not answer, trying again in %.0f s: %s", wait_s, why)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, self._pace.retry_most_s)
            else:
                log.info("talking as @%s", self._bot.username)
                return

    async def _publish(self) -> None:
        """Register the menu, beside the first conversations."""
        try:
            async with asyncio.timeout(INTRODUCTION_S):
                await menu.publish(self._bot, texts_for(self._settings.language))
        except TimeoutError:
            log.warning("the command menu could not be registered in time; it is tried at the next start")

    def _accept(self, update: Update | Sought) -> None:
        """Queue an update behind the others of its chat; what somebody is typing is answered beside them.

        Telegram may forget that at once: it does so in half a minute, and whoever types asks again.
        """
        if isinstance(update, Sought):
            self._inline.take(update, self._group)
            self._poller.done(update.id)
            return
        chat = update.old if isinstance(update, Moved) else update.place.chat
        if chat in self._lanes:
            self._lanes[chat].append(update)
            return
        self._lanes[chat] = deque([update])
        worker = self._group.create_task(self._work(chat))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, chat: ChatId) -> None:
        """Serve a chat's updates one after the other, until there are none."""
        lane = self._lanes[chat]
        try:
            while lane and not self._ending:
                update = lane.popleft()
                async with self._places:
                    await self._serve(update)
                self._poller.done(update.id)
        finally:
            del self._lanes[chat]

    async def _serve(self, update: Update) -> None:
        try:
            await self._service.serve(update)
        except Exception:  # whatever surprises us about one update must not end all conversations
            log.exception("update %d has failed without an answer", update.id)

    async def _finish(self) -> None:
        """Let what is in hand come to its end, and cut off what takes too long."""
        self._ending = True
        self._inline.stop()
        if self._beside:
            self._beside.cancel()
        if not self._workers:
            return
        _, late = await asyncio.wait(self._workers, timeout=STOP_S)
        for worker in late:
            log.warning("a chat's update was cut off; Telegram shows it again at the next start")
            worker.cancel()

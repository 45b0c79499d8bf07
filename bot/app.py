"""Where the parts meet: what each role needs is built here, started, and stopped in order.

A role's modules are loaded when it is run: a collector is a process without Telegram and chats.
"""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from bot.items import Role
from bot.loading import loading
from bot.parts import Parts, open_parts
from bot.settings import Settings, need_token

if TYPE_CHECKING:
    from bot.voice import Voice  # loads the library for Telegram, which few roles need

STOP_WITHIN_S = 10.5
"""How long the units in hand may take after a stop signal; leases make it safe to cut them off then.

What is closed afterwards takes at most four seconds more: 15 are promised.
"""

logger = logging.getLogger(__name__)


async def run(settings: Settings, roles: frozenset[Role], *, stop: asyncio.Event) -> None:
    """Run ``roles`` until ``stop`` is set, then let the units in hand finish.

    Raises:
        SettingsError: a role lacks its setting; nothing was started.
        StoreError: the store cannot be used.
        TokenRefused: Telegram will not have us.
    """
    if roles & {Role.CHAT, Role.DELIVER}:
        need_token(settings)
    if roles == {Role.WEB} and settings.port is None:
        raise SettingsError(("PORT: the web role needs a port to listen on; set one, like PORT=8080",))
    async with AsyncExitStack() as stack:
        try:
            async with _until(stop, 0):
                parts = await stack.enter_async_context(open_parts(settings))
        except TimeoutError:
            logger.info("newsrelay was stopped before it ran")
            return
        voice: Voice | None = None
        if roles & {Role.CHAT, Role.DELIVER}:
            from bot.voice import open_voice

            voice = await stack.enter_async_context(open_voice(parts))
        with loading():
            loops = list(_loops(parts, voice, roles, stop))
        served = roles if settings.port is not None else roles - {Role.WEB}
        if settings.public_url and served != roles:
            logger.warning("PUBLIC_URL is set and PORT is not: no hub can push; set a port, like PORT=8080")
        logger.info("newsrelay runs: %s", ", ".join(sorted(served)))
        try:
            async with _until(stop, STOP_WITHIN_S), asyncio.TaskGroup() as group:
                for loop in loops:
                    group.create_task(loop)
        except TimeoutError:
            logger.warning("stopped with work in hand; its leases bring it back at the next start")
    logger.info("newsrelay has stopped")


def _loops(
    parts: Parts, voice: "Voice | None", roles: frozenset[Role], stop: asyncio.Event
) -> Iterator[Coroutine[None, None, None]]:
    """Yield what each role runs."""
    store, settings = parts.store, parts.settings
    if Role.COLLECT in roles:
        from bot.push import watch

        parts.load()
        yield parts.collector(on_lost=voice.tell_of_lost if voice else None).run(stop)
        if Role.WEB not in roles or settings.port is None or not settings.public_url:
            yield watch(store.pushes, stop)
    if Role.ROUTE in roles:
        from bot.route import Router

        yield Router(store, holder=_holder()).run(stop)
    if Role.DELIVER in roles and voice is not None:
        from bot.chat.fates import FeedWords
        from bot.deliver.courier import Courier, Shelves
        from bot.deliver.partners import Ear
        from bot.deliver.telling import Teller

        ear = Ear(voice.tell, store.claims.note_health)
        shelves = Shelves(store.outbox, store.edits, store.news, store.chats)
        yield Courier(shelves, voice.sender, settings, ear=ear).run(stop)
        words = FeedWords(lambda: time.time_ns() // 1_000_000)
        yield Teller(store, voice.sender, words, settings, holder=_holder()).run(stop)
    if Role.CHAT in roles and voice is not None:
        from bot.chat.conversation import Conversation

        yield Conversation(store, voice.bot, voice.sender, parts.subscriber(), settings).run(stop)
    if Role.WEB in roles:
        yield from _web_loops(parts, voice, stop)


def _web_loops(
    parts: Parts, voice: "Voice | None", stop: asyncio.Event
) -> Iterator[Coroutine[None, None, None]]:
    """Yield what the web role runs: its pages, and where it can be reached from outside, what hubs push.

    Without a port there are no pages; what hubs have promised is then waited for no longer.
    """
    from bot.push import Hubs

    store, settings, callbacks = parts.store, parts.settings, None
    yield Hubs(store.pushes, parts.client, settings).run(stop)
    if settings.port is None:
        return
    from bot.web.server import Web

    if settings.public_url:
        from bot.pings import Pings
        from bot.web.websub import Callbacks

        parts.load()
        pings = Pings(parts.looker(voice.tell_of_lost if voice else None), store.pushes)
        callbacks = Callbacks(store.pushes, pings, settings)
        yield pings.run(stop)
    yield Web(store, settings, callbacks=callbacks).run(stop)


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

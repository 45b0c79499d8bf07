"""The stage of ``newsrelay demo``: Bot API, chat page and newsroom behind one port of this machine."""

import errno
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from aiohttp import web

from bot.playground.chatpage import ChatPage
from bot.playground.limits import FloodLimits
from bot.playground.newsroom import EVERY_S, Newsroom
from bot.playground.people import People
from bot.playground.server import BotApi
from bot.playground.telegram import Telegram
from bot.playground.world import Kind, Status

log = logging.getLogger(__name__)

NETWORKS = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Stage:
    """What the relay and the browser need to know, and the parts for those who steer the show."""

    url: str
    """The chat page."""
    api_url: str
    """``TELEGRAM_API_URL``."""
    token: str
    networks: tuple[IPv4Network | IPv6Network, ...]
    """``FETCH_ALLOW_NETWORKS``: where the newsroom is."""
    telegram: Telegram
    people: People
    newsroom: Newsroom


def _populated(telegram: Telegram) -> tuple[People, ChatPage, Newsroom]:
    """Bring in one person, a group and a channel; the person owns both and the bot administers them."""
    people, newsroom = People(telegram), Newsroom()
    person = people.add_user("You", username="you")
    group = people.add_chat(Kind.SUPERGROUP, "Reading circle", owner=person)
    people.add_chat(Kind.CHANNEL, "Morning edition", username="morning_edition", owner=person)
    for name in ("Mina", "Jonas", "Aylin"):
        friend = people.add_user(name, started=False)
        people.set_member(group, friend, Status.MEMBER)
    page = ChatPage(telegram, people, person, feeds=newsroom.feeds, card=newsroom.card)
    return people, page, newsroom


@asynccontextmanager
async def stage(
    *, host: str = "127.0.0.1", port: int = 8484, every_s: float = EVERY_S, flood: bool = True
) -> AsyncIterator[Stage]:
    """Open the stage; it is closed with the context.

    ``port`` 0 takes any free one; a port in use gives way to the next free one. An item comes out about
    every ``every_s`` seconds. With ``flood``, Telegram's send limits hold here, too.

    Raises:
        OSError: none of the next ports is free.
    """
    telegram = Telegram(flood=FloodLimits() if flood else None)
    people, page, newsroom = _populated(telegram)
    newsroom.every_s = every_s
    app = web.Application(client_max_size=64 * 1024 * 1024)
    BotApi(telegram).register(app)
    page.register(app)
    newsroom.register(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        address = f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"
        yield Stage(f"{address}/", address, telegram.token, NETWORKS, telegram, people, newsroom)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    for candidate in range(port, port + _TRIES) if port else (0,):
        try:
            await web.TCPSite(runner, host, candidate).start()
        except OSError as trouble:
            if trouble.errno != errno.EADDRINUSE or candidate == port + _TRIES - 1:
                raise
            log.info("Port %s is in use, trying the next one.", candidate)
        else:
            return

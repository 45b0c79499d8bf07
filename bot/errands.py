"""One-off jobs beside or without a running relay: poll, check, subs import and export."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

from bot import app, opml
from bot.errors import RelayError, SettingsError
from bot.items import Chat, ChatId, ChatKind
from bot.opml import Outline
from bot.pages import need_fulltext
from bot.settings import Settings
from bot.store.client import Check, Store, examine, open_store

LEAST_DISK = 200 * 1024 * 1024
"""Bytes that should be free where the embedded server writes: a busy relay's log between rewrites."""


class NoSuchChat(RelayError):
    """A chat is named that we do not know."""


class Unreadable(RelayError):
    """A file cannot be used."""


async def poll(settings: Settings, *, every: bool) -> str:
    """Look once at every feed that is due, or at all, and return the report as one JSON object."""
    async with app.open_parts(settings) as parts:
        report = await parts.collector().poll(every=every)
    return json.dumps(asdict(report))


async def check(settings: Settings) -> AsyncIterator[Check]:
    """Yield how things stand with the settings, Redis, the token and the disk."""
    try:
        need_fulltext(settings)
        yield Check("settings", ok=True, says="read")
    except SettingsError as error:
        yield Check("settings", ok=False, says=str(error))
    for one in await examine(settings):
        yield one
    yield await app.check_token(settings)
    yield await asyncio.to_thread(_disk, settings)


def _disk(settings: Settings) -> Check:
    """Return whether the embedded server has room; a server elsewhere has a disk of its own."""
    if settings.redis_url:
        return Check("disk", ok=True, says="nothing is kept here: REDIS_URL is set")
    place = next(one for one in (settings.data_dir, *settings.data_dir.absolute().parents) if one.exists())
    free = shutil.disk_usage(place).free
    says = f"{free // 2**20} MiB free at {settings.data_dir}"
    if free < LEAST_DISK:
        return Check("disk", ok=False, says=f"{says}; make room, {LEAST_DISK // 2**20} MiB are wanted")
    return Check("disk", ok=True, says=says)


async def import_subscriptions(settings: Settings, file: Path, chat: str) -> str:
    """Subscribe ``chat`` to what the OPML ``file`` lists, without looking at any feed yet."""
    try:
        outlines = opml.read(await asyncio.to_thread(file.read_bytes))
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Unreadable(f"{file}: {error}") from error
    async with app.open_parts(settings) as parts:
        target = await _chat(parts.store, chat, make=True)
        subscriber = parts.subscriber()
        added, known, refused = 0, 0, []
        for one in outlines:
            try:
                new = await subscriber.take_up(target.id, one.url, title=one.title, folder=one.folder)
            except ValueError as error:
                refused.append(f"{one.url}: {error}")
                continue
            added, known = added + new, known + (not new)
    return "\n".join([f"{added} feeds added, {known} already there, {len(refused)} refused", *refused])


async def export_subscriptions(settings: Settings, chat: str) -> str:
    """Return the subscriptions of ``chat`` as OPML."""
    async with open_store(settings) as store:
        target = await _chat(store, chat, make=False)
        subscriptions = await store.chats.subscriptions(target.id)
        feeds = {feed.id: feed for feed in await store.feeds.many([one.feed for one in subscriptions])}
    outlines = [
        Outline(feeds[one.feed].url, one.title or feeds[one.feed].title, one.folder)
        for one in subscriptions
        if one.feed in feeds
    ]
    return opml.write(outlines).decode()


async def _chat(store: Store, name: str, *, make: bool) -> Chat:
    """Return the chat of that id or @name; by id it may be one that has not spoken yet."""
    if not name.removeprefix("-").isdigit():
        known = await store.chats.by_username(name)
        if known is None:
            raise NoSuchChat(
                f"no chat called {name} is known here; give its number, or write to the bot there first"
            )
        return known
    chat_id = ChatId(int(name))
    known = await store.chats.get(chat_id)
    if known is None and not make:
        raise NoSuchChat(f"chat {name} is not known here; /list in the chat shows whether the bot hears it")
    if known is None:
        known = Chat(chat_id, kind=_kind(chat_id))
        await store.chats.save(known)
    return known


def _kind(chat_id: ChatId) -> ChatKind:
    """Tell a chat's kind by its number, as far as Telegram's numbering does."""
    if chat_id > 0:
        return ChatKind.PRIVATE
    return ChatKind.SUPERGROUP if str(chat_id).startswith("-100") else ChatKind.GROUP

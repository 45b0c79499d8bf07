"""Subscriptions from and to OPML: ``newsrelay subs``."""

import asyncio
import re
from pathlib import Path

from bot import opml
from bot.errors import RelayError
from bot.items import Chat, ChatId, ChatKind
from bot.opml import Outline
from bot.parts import open_parts
from bot.settings import Settings
from bot.store.client import Store, open_store

_ID = re.compile(r"-?[1-9]\d{0,15}", re.ASCII)
"""Telegram's ids have at most 52 bits."""

_NAME = re.compile(r"@?[A-Za-z]\w{0,63}", re.ASCII)


class NoSuchChat(RelayError):
    """A chat is named that we do not know."""


class Unreadable(RelayError):
    """A file cannot be used."""


async def import_subscriptions(settings: Settings, file: Path, chat: str) -> str:
    """Subscribe ``chat`` to what the OPML ``file`` lists, without looking at any feed yet."""
    try:
        outlines = opml.read(await asyncio.to_thread(file.read_bytes))
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Unreadable(f"{file}: {error}") from error
    if not outlines:
        raise Unreadable(f"{file}: it lists no feeds; export the list again, or choose another file")
    _check(chat)
    async with open_parts(settings) as parts:
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
    feeds = "feed" if added == 1 else "feeds"
    return "\n".join([f"{added} {feeds} added, {known} already there, {len(refused)} refused", *refused])


async def export_subscriptions(settings: Settings, chat: str) -> str:
    """Return the subscriptions of ``chat`` as OPML."""
    _check(chat)
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


def _check(name: str) -> None:
    """Raise :class:`NoSuchChat` for what can be neither an id nor a name."""
    if not _ID.fullmatch(name) and not _NAME.fullmatch(name):
        raise NoSuchChat(
            f"{name!r} is no chat; give its number, like 123456789 or -1001234567890, or the @name of one "
            "that the bot knows"
        )


async def _chat(store: Store, name: str, *, make: bool) -> Chat:
    """Return the chat of that id or @name; by id it may be one that has not spoken yet."""
    if not _ID.fullmatch(name):
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

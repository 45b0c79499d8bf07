"""What speaks to Telegram: the bot, what sends through it, and how its people are told things in private."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import telegram

from bot.deliver.account import open_bot
from bot.deliver.judging import MOST_BYTES, Head
from bot.deliver.probe import HEAD_BYTES, Peek
from bot.deliver.sender import Sender
from bot.deliver.uploads import Pictures
from bot.fetch.answer import Fetched
from bot.fetch.client import Client, Kind
from bot.items import ChatId, Feed, UserId
from bot.parts import Parts
from bot.render.parts import Message, RichText


@dataclass(frozen=True, slots=True)
class Voice:
    """What speaks to Telegram; what the bot's people cannot be told is in the log."""

    bot: telegram.Bot
    sender: Sender
    owner_ids: frozenset[int]

    async def tell(self, user: UserId, sentence: str) -> None:
        """Tell one person in private."""
        await self.sender.answer(ChatId(user), Message(RichText(sentence)))

    async def tell_of_lost(self, feed: Feed) -> None:
        """Tell the bot's owners that a feed's memory is gone and that it begins afresh."""
        sentence = (
            f"The store has lost what {feed.title or feed.url} has shown before, so this feed begins "
            "afresh with what comes next. If you did not clear Redis yourself, have a look at it."
        )
        for owner in sorted(self.owner_ids):
            await self.tell(UserId(owner), sentence)


@asynccontextmanager
async def open_voice(parts: Parts) -> AsyncIterator[Voice]:
    """Give what speaks to Telegram, and close its connections."""
    async with open_bot(parts.settings) as bot:
        yield Voice(bot, _sender(bot, parts), parts.settings.owner_ids)


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

"""What tests of alerts share: rules to begin with, what has become of them, and what is marked."""

from typing import Any

from bot.items import Alert, ChatId
from bot.playground import Message
from bot.playground.telegram import Press
from bot.playground.world import Chat as WorldChat
from bot.playground.world import User
from tests.chatting import Stage


async def add(stage: Stage, chat: WorldChat | User, *queries: str, **how: Any) -> None:
    for query in queries:
        await stage.store.alerts.add(Alert(0, ChatId(chat.id), query, **how))


async def rule(stage: Stage, chat: WorldChat | User, number: int = 1) -> Alert:
    return next(one for one in await stage.store.alerts.of(ChatId(chat.id)) if one.id == number)


def answered(press: Press) -> str:
    return str((press.answer or {}).get("text", ""))


async def turned(stage: Stage, card: Message, label: str, words: str) -> None:
    await stage.press(card, label)
    await stage.becomes(card, words)

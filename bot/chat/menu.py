"""What Telegram shows of us before anybody has spoken: the command menu and the description."""

import logging

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.chat.replies import LANGUAGES
from bot.chat.replies.texts import Texts

log = logging.getLogger(__name__)

NOT_IN_GROUPS = frozenset({"start"})
"""In a group nobody starts anything."""


async def publish(bot: Bot, default: Texts) -> None:
    """Register the menu in every scope and language; ``default`` is for languages we don't speak.

    A failure is logged and no harm: the menu that was set last time stays.
    """
    try:
        for language, texts in {"": default, **LANGUAGES}.items():
            for scope in (
                BotCommandScopeDefault(),
                BotCommandScopeAllPrivateChats(),
                BotCommandScopeAllGroupChats(),
            ):
                await bot.set_my_commands(_commands(texts, scope), scope, language or None)
            await bot.set_my_description(texts.description, language or None)
            await bot.set_my_short_description(texts.short_description, language or None)
    except TelegramError as error:
        log.warning("the command menu could not be registered; it is tried at the next start: %s", error)


def _commands(texts: Texts, scope: BotCommandScope) -> list[BotCommand]:
    hidden = NOT_IN_GROUPS if isinstance(scope, BotCommandScopeAllGroupChats) else frozenset()
    return [BotCommand(name, says) for name, says in texts.commands.items() if name not in hidden]

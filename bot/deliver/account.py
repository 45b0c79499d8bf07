"""The bot's account at Telegram: how it is opened, and who we are there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import telegram
from telegram.error import InvalidToken, TelegramError

from bot.deliver.outcome import words_of
from bot.deliver.transport import Transport
from bot.errors import SettingsError
from bot.settings import Settings, need_token
from bot.store.client import Check


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
        why = words_of(error) if isinstance(error, TelegramError) else "too slow"
        says = f"{settings.telegram_api_url} does not answer ({why}); see TELEGRAM_API_URL"
        return Check("token", ok=False, says=says)
    inline = (
        "" if me.supports_inline_queries else "; inline mode is off, /setinline at @BotFather turns it on"
    )
    return Check("token", ok=True, says=f"@{me.username}{inline}")

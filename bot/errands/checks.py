"""How things stand, a line each: ``newsrelay check``."""

import asyncio
import shutil
from collections.abc import AsyncIterator

from bot.deliver.account import check_token
from bot.errors import SettingsError
from bot.settings import Settings, need_fulltext
from bot.store.client import Check, examine

LEAST_DISK = 200 * 1024 * 1024
"""Bytes that should be free where the embedded server writes: a busy relay's log between rewrites."""


async def check(settings: Settings) -> AsyncIterator[Check]:
    """Yield how things stand with the settings, Redis, the token and the disk."""
    try:
        need_fulltext(settings)
        yield Check("settings", ok=True, says="read")
    except SettingsError as error:
        yield Check("settings", ok=False, says=str(error))
    for one in await examine(settings):
        yield one
    yield await check_token(settings)
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

"""``newsrelay demo``: the whole relay, unchanged, against a local Telegram and a newsroom of sample feeds."""

import asyncio
import os
import tempfile
import time
import webbrowser
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bot import app
from bot.items import Role
from bot.playground.demo import stage
from bot.settings import Settings
from bot.store.embedded import remove_unused

FIRST_PORT = 8484

FOLDER = "newsrelay-demo-"
"""How the name of a demo's folder begins."""

YOUNG_S = 60.0
"""What is younger may belong to a demo that is just starting."""


async def run(settings: Settings, *, port: int, browser: bool, stop: asyncio.Event) -> None:
    """Open the stage and play on it until ``stop`` is set; nothing is kept afterwards."""
    await sweep()
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        async with stage(port=port or FIRST_PORT) as set_up:
            papers = set_up.newsroom.feeds(set_up.api_url)
            played = replace(
                settings,
                telegram_bot_token=set_up.token,
                telegram_api_url=set_up.api_url,
                redis_url="",
                data_dir=Path(folder),
                fetch_allow_networks=set_up.networks,
                owner_ids=frozenset(one.id for one in set_up.telegram.users.values() if one.started),
                start_feeds=tuple((one["title"], one["url"]) for one in papers[:3]),
                poll_min_seconds=2,
                poll_max_seconds=5,
            )
            print(f"newsrelay demo: open {set_up.url} in a browser; Ctrl-C ends it")  # noqa: T201  the one thing to know
            if browser:
                await asyncio.to_thread(webbrowser.open, set_up.url)
            await app.run(played, frozenset(Role), stop=stop)


async def sweep() -> None:
    """End and remove what demos that were killed have left, their servers and folders."""
    for folder in await asyncio.to_thread(_left):
        await remove_unused(folder)


def _left() -> list[Path]:
    """Return the folders of demos that are ours and not young; whether they are in use is not looked at."""
    found = []
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):
            age_s = time.time() - (folder / "users.lock").stat().st_mtime
            if age_s > YOUNG_S and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                found.append(folder)
    return found

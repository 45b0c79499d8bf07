"""One round of polling and no relay beside it: ``newsrelay poll``."""

import json
from dataclasses import asdict

from bot.parts import open_parts
from bot.settings import Settings


async def poll(settings: Settings, *, every: bool) -> str:
    """Look once at every feed that is due, or at all, and return the report as one JSON object."""
    async with open_parts(settings) as parts:
        await parts.store.pushes.stay("")  # beside no relay nobody is pushed to
        report = await parts.collector().poll(every=every)
    return json.dumps(asdict(report))

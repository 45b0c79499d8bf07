"""Pictures that Telegram would not take as they are, drawn anew in a process that can be killed.

One process for each picture: few need it, a start takes a fifth of a second, and what a hostile picture
does to a decoder ends with it.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

SCALE_S = 12.0
"""By the clock; a photo of 60 megapixels takes one or two on a small machine."""

COMPUTING_S = 8
MEMORY_BYTES = 1024 * 1024 * 1024
"""Of address space, where the system can hold a process to it; pixels take far less."""

AT_ONCE = 1
"""Drawing takes a processor; feeds are read by others."""

_KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")

Redraw = Callable[[bytes], Awaitable[bytes | None]]
"""A picture as a JPEG that Telegram takes; None if it cannot be drawn."""

logger = logging.getLogger(__name__)


class Scaling:
    """Draws pictures anew, a few at a time."""

    def __init__(self, seconds: float = SCALE_S) -> None:
        self._seconds = seconds
        self._places = asyncio.Semaphore(AT_ONCE)

    async def redraw(self, data: bytes) -> bytes | None:
        """Return ``data`` as :func:`bot.deliver.redraw.redraw` draws it; None if it cannot be drawn in time.

        Cancelled, it leaves no process behind.
        """
        async with self._places:
            try:
                async with asyncio.timeout(self._seconds):
                    return await _drawn(data)
            except (TimeoutError, OSError) as error:
                logger.info("a picture of %d bytes could not be drawn anew: %r", len(data), error)
                return None


async def _drawn(data: bytes) -> bytes | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.deliver.redraw",
        str(MEMORY_BYTES),
        str(COMPUTING_S),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us
        env=_environment(),
    )
    try:
        made, said = await process.communicate(data)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode or not made:
        why = said.decode("utf-8", "replace").strip()[-200:]
        logger.info(
            "a picture of %d bytes: %s", len(data), why or f"its process ended ({process.returncode})"
        )
        return None
    return made


def _environment() -> dict[str, str]:
    """Return what the process needs to start, and nothing else: it has no business with our secrets."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    places = [str(Path(__file__).resolve().parents[2]), *filter(None, sys.path)]
    return kept | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(places)),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

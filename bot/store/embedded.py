"""Our own Redis: a child process that keeps its data in DATA_DIR, and comes back when it dies."""

from pathlib import Path
from types import TracebackType
from typing import Self


class EmbeddedServer:
    """A server on a Unix socket, shared by all processes of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._data_dir / "redis.sock"

    async def __aenter__(self) -> Self:
        """Start it, or attach to the one that runs."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it, unless another process uses it."""

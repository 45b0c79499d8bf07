"""What was learned lately and may be forgotten: a small table whose lines grow old."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most ``size`` values, each for ``keep_s`` seconds of ``clock``; the oldest goes first."""

    def __init__(self, size: int, keep_s: float, clock: Callable[[], float]) -> None:
        self._size = size
        self._keep_s = keep_s
        self._clock = clock
        self._lines: dict[K, tuple[float, V]] = {}

    def __contains__(self, key: K) -> bool:
        return self.get(key) is not None

    def get(self, key: K) -> V | None:
        """Return what was put, unless it is too old."""
        until, value = self._lines.get(key, (float("-inf"), None))
        return value if self._clock() < until else None

    def put(self, key: K, value: V) -> None:
        """Learn ``value`` anew."""
        self._lines.pop(key, None)
        while len(self._lines) >= self._size:
            del self._lines[next(iter(self._lines))]
        self._lines[key] = (self._clock() + self._keep_s, value)

    def drop(self, key: K) -> None:
        """Forget it now."""
        self._lines.pop(key, None)

"""What an operator counts: how many went out, how many did not, and how long news took to get there."""

from collections import Counter, deque

KEPT = 1_000
"""Delays remembered: enough for a steady median, and 8 kB."""


class Tally:
    """Counts by kind of outcome since the last report, and the latest delays (noticed → sent)."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._delays_ms: deque[int] = deque(maxlen=KEPT)

    def count(self, kind: str) -> None:
        """One more of ``kind``."""
        self._counts[kind] += 1

    def delay(self, ms: int) -> None:
        """An item was sent ``ms`` after it was noticed."""
        self._delays_ms.append(max(0, ms))

    def share_ms(self, share: float) -> int | None:
        """Return the delay that ``share`` (0…1) of the latest deliveries stayed within, None for none."""
        if not self._delays_ms:
            return None
        ordered = sorted(self._delays_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def report(self) -> str:
        """Return one line about what happened since the last report, "" for nothing; counting begins anew."""
        if not self._counts:
            return ""
        parts = [f"{kind} {count}" for kind, count in sorted(self._counts.items())]
        self._counts.clear()
        half, most = self.share_ms(0.5), self.share_ms(0.95)
        if half is not None and most is not None:
            parts.append(
                f"from noticed to sent: half within {half / 1000:.1f} s, 95 % within {most / 1000:.1f} s"
            )
        return ", ".join(parts)

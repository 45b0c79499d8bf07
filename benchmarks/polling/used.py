"""What a process that asks feeds has used: its own computing, and that of the processes below it."""

import json
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any, Self

from polling.hand import computed_s, descendants


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds: of the processor in our own code and in the kernel, of all below us, and on the clock."""

    user_s: float
    system_s: float
    below_s: float
    wall_s: float

    @classmethod
    def now(cls) -> Self:
        """Return what it is so far; children that have ended were waited for by asyncio."""
        own, ended = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        below = ended.ru_utime + ended.ru_stime + sum(map(computed_s, descendants(os.getpid())))
        return cls(own.ru_utime, own.ru_stime, below, time.monotonic())

    def since(self, before: Self) -> dict[str, Any]:
        """Return what was used meanwhile, by name."""
        then = asdict(before)
        return {name: value - then[name] for name, value in asdict(self).items()}


def say(told: dict[str, Any]) -> None:
    """Answer the one who gave the orders."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()

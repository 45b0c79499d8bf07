"""Where the time of a process goes, by samples of its main thread: cheap enough to change little.

A signal comes after each stretch of computing, in Python or in the kernel, and notes which
functions are running. What is written in C counts for the function that calls it; where the main
thread waits, the sample is of the thread that computes meanwhile.
"""

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

INTERVAL_S = 0.001
"""Asked for; the kernel's clock may tick as seldom as every 4 ms."""

_WAITING = (
    "threading.py",
    "queue.py",
    "concurrent/futures/thread.py",
    "asyncio/unix_events.py",
    "profile.py",
)
"""Where a thread stands that has nothing to do."""


@dataclass(slots=True)
class Samples:
    """How often each function and each line ran, and how often each function was below one that did."""

    own: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    within: Counter[str] = field(default_factory=Counter)

    def note(self, _: int, frame: FrameType | None) -> None:
        """Take a sample."""
        frame = _computing(frame)
        if frame is None:
            return
        self.own[_name(frame)] += 1
        self.lines[f"{_name(frame)} line {frame.f_lineno}"] += 1
        seen = set()
        while frame is not None:
            seen.add(_name(frame))
            frame = frame.f_back
        self.within.update(seen)

    def told(self, most: int = 45) -> str:
        """Return three tables, the busiest first."""
        total = sum(self.own.values()) or 1
        parts = [f"{total} samples"]
        for title, counts in (
            ("own time", self.own),
            ("own time by line", self.lines),
            ("with all it calls", self.within),
        ):
            rows = [f"  {100 * count / total:5.1f} %  {name}" for name, count in counts.most_common(most)]
            parts += ["", title, *rows]
        return "\n".join(parts)


@contextmanager
def sampled(samples: Samples | None) -> Iterator[None]:
    """Take samples meanwhile, if there is where to put them. In the main thread only."""
    if samples is None:
        yield
        return
    signal.signal(signal.SIGPROF, samples.note)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_S, INTERVAL_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _computing(frame: FrameType | None) -> FrameType | None:
    """Return the frame that computes: that of a thread, where the main one waits for the loop."""
    if frame is None or not frame.f_code.co_filename.endswith("selectors.py"):
        return frame
    for other in sys._current_frames().values():  # noqa: SLF001  there is no other way
        if other is not frame and not other.f_code.co_filename.endswith(_WAITING):
            return other
    return frame


def _name(frame: FrameType) -> str:
    code = frame.f_code
    place = Path(code.co_filename)
    return f"{'/'.join(place.parts[-2:])}:{code.co_firstlineno} {code.co_qualname}"

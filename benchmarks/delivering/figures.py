"""What was measured, as a table: figure, unit, goal, and whether it is met."""

import os
import platform
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; ``is_met`` is None where there is no goal, or ``instead`` says why none."""

    what: str
    value: str
    goal: str = ""
    is_met: bool | None = None
    instead: str = ""


def figure(
    what: str, value: float, unit: str = "", *, goal: str = "", met: Callable[[float], bool] | None = None
) -> Figure:
    """Return a line with its number written to three digits or so."""
    digits = 0 if value == int(value) or abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    written = f"{value:,.{digits}f} {unit}".strip()
    return Figure(what, written, goal, met(value) if met else None)


def at_least(bound: float) -> Callable[[float], bool]:
    """Return the test of a goal."""
    return lambda value: value >= bound


def below(bound: float) -> Callable[[float], bool]:
    """Return the test of a goal."""
    return lambda value: value < bound


def zero(value: float) -> bool:
    """Tell whether there was none."""
    return value == 0


def most_within(times: Sequence[float], span_s: float) -> int:
    """Return how many came at most within any such span."""
    window: deque[float] = deque()
    most = 0
    for at in times:
        window.append(at)
        while window[0] <= at - span_s:
            window.popleft()
        most = max(most, len(window))
    return most


def share(values: Iterable[float], part: float) -> float:
    """Return what ``part`` (0…1) of ``values`` stay within."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def cores() -> int:
    """Return how many processors there are for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> str:
    """Return what the figures were taken on."""
    return f"{cores()} cores, {platform.machine()}, Python {platform.python_version()} on {sys.platform}"


def table(title: str, lines: Sequence[Figure], notes: Sequence[str] = ()) -> str:
    """Return the table in columns, with notes below."""
    wide = max(len(one.what) for one in lines)
    high = max(len(one.value) for one in lines)
    goal = max(len(one.goal) for one in lines)
    words = {None: "", True: "met", False: "NOT MET"}
    rows = [
        f"  {one.what:<{wide}}  {one.value:>{high}}  {one.goal:<{goal}}  "
        f"{one.instead or words[one.is_met]}".rstrip()
        for one in lines
    ]
    return "\n".join(["", title, *rows, *(f"  · {note}" for note in notes)])


def progress(words: str) -> None:
    """Say what is going on, apart from the result."""
    print(f"… {words}", file=sys.stderr, flush=True)

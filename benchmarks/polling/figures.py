"""What was measured, round by round, as a table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from polling.rounds import Round

GOALS = {
    Round.COLD: 6.0,
    Round.BUILD_DATE: 2.5,
    Round.NOT_MODIFIED: 1.5,
    Round.MIX_IDLE: 1.5,
    Round.MIX_NEW: 2.0,
}
"""How many times the floor a poll by the relay may cost."""


@dataclass(slots=True)
class Cost:
    """What one round has cost one asker: milliseconds of computing for a poll, and polls a second."""

    user_ms: float
    system_ms: float
    below_ms: float
    per_s: float
    report: dict[str, Any]
    commands: float | None = None
    """Redis commands for a poll, those within scripts included; None for who asks none."""
    reads: float | None = None
    """Reads from sockets by Redis: about the trips to it."""
    redis_ms: float | None = None

    @property
    def all_ms(self) -> float:
        """The asker and all processes below it."""
        return self.user_ms + self.system_ms + self.below_ms

    @classmethod
    def of(cls, told: dict[str, Any], feeds: int) -> "Cost":
        """Return what a process told of a round, for each feed."""
        each = {f"{name}_ms": told[f"{name}_s"] * 1000 / feeds for name in ("user", "system", "below")}
        return cls(**each, per_s=feeds / told["wall_s"], report=told["report"])


@dataclass(slots=True)
class Line:
    """One round: what it cost each asker that was tried."""

    round: Round
    costs: dict[str, Cost] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """The relay's cost as times of the floor's."""
        if not {"floor", "relay"} <= set(self.costs):
            return None
        return self.costs["relay"].all_ms / self.costs["floor"].all_ms

    def told(self) -> dict[str, Any]:
        """Return it for a machine."""
        costs = {name: {**asdict(cost), "all_ms": cost.all_ms} for name, cost in self.costs.items()}
        return {"round": self.round, "ratio": self.ratio, **costs}


_COLUMNS = (
    "", "floor", "plain", "relay", "× floor", "goal", "", "user", "system", "readers",
    "feeds/s", "floor's", "commands", "reads", "Redis ms",
)  # fmt: skip


def table(lines: Sequence[Line]) -> str:
    """Return the costs in columns."""
    rows = [_COLUMNS, *map(_row, lines)]
    wide = [max(len(row[place]) for row in rows) for place in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(
            cell.rjust(size) if place else cell.ljust(size)
            for place, (cell, size) in enumerate(zip(row, wide, strict=True))
        )
        for row in rows
    )


def _row(line: Line) -> tuple[str, ...]:
    floor, plain, relay = (line.costs.get(name) for name in ("floor", "plain", "relay"))
    goal, ratio = GOALS.get(line.round), line.ratio
    verdict = "" if goal is None or ratio is None else "met" if ratio <= goal else "NOT MET"
    return (
        f"  {line.round}",
        *(f"{one.all_ms:.2f}" if one else "" for one in (floor, plain, relay)),
        f"{ratio:.2f}" if ratio else "",
        f"≤ {goal:g}" if goal else "",
        verdict,
        *(_cell(relay, name) for name in ("user_ms", "system_ms", "below_ms")),
        *(f"{one.per_s:.0f}" if one else "" for one in (relay, floor)),
        *(_cell(relay, name) for name in ("commands", "reads", "redis_ms")),
    )


def _cell(cost: Cost | None, name: str) -> str:
    value = getattr(cost, name, None)
    return "" if value is None else f"{value:.2f}"

"""The plot in `docs/pacing.md`, as SVG: who waits how long, by policy and by kind of feed."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

from .simulation import Outcome, quantile

WIDTH, HEIGHT = 860, 800
LEFT, TOP, ACROSS, DOWN = 110, 50, 700, 280
BARS_TOP = TOP + DOWN + 110
BAR = 14
SECONDS = (10, 30, 60, 120, 300, 600, 1800, 3600, 14_400)
NAMES = ("10 s", "30 s", "1 min", "2 min", "5 min", "10 min", "30 min", "1 h", "4 h")
COLOURS = ("#888888", "#c77c11", "#3b78b8", "#1a8a4a", "#8d5ab5", "#222222")
LEAST, MOST = 5.0, 14_400.0


def chart(policies: Mapping[str, Sequence[Outcome]], bars: tuple[str, str]) -> str:
    """Return the plot: shares of items that wait less than a time; and medians by kind of two policies."""
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, TOP - 22, "Items noticed within …, in per cent", bold=True),
    ]
    lines += _times(TOP, DOWN)
    for share in (0, 25, 50, 75, 100):
        y = TOP + DOWN * (1 - share / 100)
        lines += [_line(LEFT, y, LEFT + ACROSS, y), _text(LEFT - 10, y + 4, str(share), anchor="end")]
    for number, (name, outcomes) in enumerate(policies.items()):
        looks = sum(one.looks for one in outcomes) / len(outcomes)
        colour = COLOURS[number % len(COLOURS)]
        delays = sorted(delay for one in outcomes for delay in one.delays)
        points = " ".join(
            f"{_x(quantile(delays, step / 200)):.1f},{TOP + DOWN * (1 - step / 200):.1f}"
            for step in range(201)
        )
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        y = TOP + DOWN - 100 + 20 * number
        lines += [
            f'<rect x="{LEFT + 436}" y="{y - 10}" width="14" height="10" fill="{colour}"/>',
            _text(LEFT + 458, y, f"{name}: {looks:.0f} looks a feed and day"),
        ]
    kinds = list(dict.fromkeys(one.kind for one in policies[bars[0]] if one.delays))
    lines.append(_text(LEFT, BARS_TOP - 22, f"Median by kind of feed: {bars[0]}, and {bars[1]}", bold=True))
    lines += _times(BARS_TOP, len(kinds) * (2 * BAR + 8))
    for number, kind in enumerate(kinds):
        y = BARS_TOP + 4 + number * (2 * BAR + 8)
        lines.append(_text(LEFT - 10, y + BAR + 4, kind, anchor="end"))
        for place, name in enumerate(bars):
            delays = [delay for one in policies[name] if one.kind == kind for delay in one.delays]
            colour = COLOURS[list(policies).index(name) % len(COLOURS)]
            long = _x(quantile(delays, 0.5)) - LEFT
            size = f'width="{long:.1f}" height="{BAR - 2}"'
            lines.append(f'<rect x="{LEFT}" y="{y + place * BAR}" {size} fill="{colour}"/>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _times(top: float, down: float) -> list[str]:
    lines = []
    for seconds, name in zip(SECONDS, NAMES, strict=True):
        x = _x(seconds)
        lines += [_line(x, top, x, top + down), _text(x, top + down + 18, name, anchor="middle")]
    return lines


def _x(seconds: float) -> float:
    share = log10(min(max(seconds, LEAST), MOST) / LEAST) / log10(MOST / LEAST)
    return LEFT + ACROSS * share


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="#dddddd"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'

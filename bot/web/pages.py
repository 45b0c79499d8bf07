"""How a relay is, in three forms: for a supervisor, for Prometheus, for the eye. Counts only, no secrets."""

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

OVERDUE_S = 600
"""A feed due for longer than this tells that nobody collects."""

WORK = ("look", "route", "send", "update")
"""Kinds of work whose last success the store remembers."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known at ``at_ms`` (epoch milliseconds, as ``last_ms``: kind of work → last success)."""

    at_ms: int
    store: bool
    last_ms: Mapping[str, int] = field(default_factory=dict)
    overdue_s: int = 0
    feeds: int = 0
    pushed: int = 0
    chats: int = 0

    @property
    def well(self) -> bool:
        """Whether the relay can do its work: the store answers, and due feeds are looked at."""
        return self.store and self.overdue_s <= OVERDUE_S

    def age_s(self, work: str) -> float | None:
        """Return how long ago ``work`` last went well, None for never."""
        last_ms = self.last_ms.get(work)
        return None if last_ms is None else max(0, self.at_ms - last_ms) / 1000


def health(now: Snapshot) -> str:
    """Return the JSON of ``/health``; ages in seconds, null for never."""
    ages = {f"last_{work}": now.age_s(work) for work in WORK}
    counts = {"overdue": now.overdue_s, "feeds": now.feeds, "pushed": now.pushed, "chats": now.chats}
    return json.dumps({"ok": now.well, "store": now.store, **ages, **counts})


def metrics(now: Snapshot) -> str:
    """Return Prometheus' text format: a few series, whatever the number of feeds and chats."""
    return "".join(f"{line}\n" for line in _metrics(now))


def status(now: Snapshot) -> str:
    """Return the page at ``/``."""
    rows = {
        "Store": "answers" if now.store else "does not answer",
        "Feeds": f"{now.feeds}",
        "… pushed by hubs": f"{now.pushed}",
        "Chats": f"{now.chats}",
        "Most overdue feed": _ago(now.overdue_s),
        **{f"Last {work}": _ago(now.age_s(work), " ago") for work in WORK},
    }
    table = "".join(
        f"<tr><th scope=row>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in rows.items()
    )
    when = datetime.fromtimestamp(now.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    word = "All is well" if now.well else "Something needs a look"
    return _PAGE.format(word=word, table=table, when=when, mark="well" if now.well else "ill")


def _metrics(now: Snapshot) -> Iterator[str]:
    gauges = (
        ("newsrelay_up", "Whether the relay can do its work.", int(now.well)),
        ("newsrelay_store_up", "Whether the store answers.", int(now.store)),
        ("newsrelay_feeds", "Feeds known.", now.feeds),
        ("newsrelay_pushed_feeds", "Feeds that hubs push.", now.pushed),
        ("newsrelay_chats", "Chats known.", now.chats),
        ("newsrelay_overdue_seconds", "For how long the most overdue feed has been due.", now.overdue_s),
    )
    for name, told, value in gauges:
        yield f"# HELP {name} {told}"
        yield f"# TYPE {name} gauge"
        yield f"{name} {value}"
    name = "newsrelay_last_success_timestamp_seconds"
    yield f"# HELP {name} When each kind of work last went well."
    yield f"# TYPE {name} gauge"
    for work in WORK:
        if work in now.last_ms:
            yield f'{name}{{work="{work}"}} {now.last_ms[work] / 1000:.3f}'


def _ago(age_s: float | None, tail: str = "") -> str:
    """Return an age in the largest unit that tells enough."""
    if age_s is None:
        return "never"
    for seconds, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if age_s >= 2 * seconds:
            return f"{age_s / seconds:.0f} {unit}{tail}"
    return f"{age_s:.0f} s{tail}"


_PAGE = """<!doctype html>
<html lang=en>
<meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<meta http-equiv=refresh content=30>
<title>newsrelay: {word}</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}
main {{ max-width: 26rem; margin: 3rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.4rem }}
h1::before {{ content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .5em }}
h1::before {{ border-radius: 50% }}
.well::before {{ background: #2e9e5b }}
.ill::before {{ background: #d9422b }}
table {{ width: 100%; border-collapse: collapse }}
th, td {{ text-align: left; padding: .35rem 0; border-bottom: 1px solid #8884 }}
th {{ font-weight: 400 }}
td {{ text-align: right; font-variant-numeric: tabular-nums }}
</style>
<main>
<h1 class={mark}>{word}</h1>
<table>{table}</table>
<p><small>{when}</small></p>
</main>
</html>
"""

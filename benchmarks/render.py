"""How many items are set in a second of processor time: one summary message of each.

    python benchmarks/render.py [SECONDS]

The items are those of the corpus where it lies beside the project, else those of our own specimens
(`tests/specimens/`). Prints messages a second, the slowest single message, and of which feed it is.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.errors import RelayError
from bot.items import FeedId, Hit, Item, ItemId, StoredItem, Style
from bot.parse.document import read
from bot.render.message import compose

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "feeds"
SPECIMENS = ROOT / "tests" / "specimens"
MOST = 25
"""Items of one feed, so that no single feed makes the figure."""

ZONE = ZoneInfo("Europe/Berlin")
HITS = (Hit(1, "new world", ("new", "world")),)


def items() -> Iterator[tuple[str, StoredItem]]:
    """Yield the items to set, with the name of the file each is from."""
    folder = CORPUS if CORPUS.is_dir() else SPECIMENS
    for path in sorted(folder.iterdir()):
        try:
            found = read(path.read_bytes(), url="https://feeds.example/rss").items[:MOST]
        except RelayError:
            continue
        yield from ((path.name, stored(item)) for item in found)


def stored(item: Item) -> StoredItem:
    """Return ``item`` as the store would hand it out."""
    return StoredItem(ItemId("f.i"), FeedId("f"), item, noticed_ms=0, order_ms=0)


def rate(work: list[tuple[str, StoredItem]], hits: tuple[Hit, ...], seconds: float) -> float:
    """Return how many messages of ``work``, set again and again, a second of processor time makes."""
    done = 0
    began = time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for _, one in work:
            compose(one, style=Style.SUMMARY, zone=ZONE, language="en", hits=hits)
        done += len(work)
    return done / spent


def slowest(work: list[tuple[str, StoredItem]]) -> tuple[float, str]:
    """Return the time in ms of the slowest message, the best of three, and the feed it is of."""
    worst = (0.0, "")
    for name, one in work:
        times = []
        for _ in range(3):
            began = time.process_time()
            compose(one, style=Style.SUMMARY, zone=ZONE, language="en")
            times.append((time.process_time() - began) * 1000)
        worst = max(worst, (min(times), name))
    return worst


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    work = list(items())
    print(f"{len(work)} items of {len({name for name, _ in work})} feeds")
    print(f"{rate(work, (), seconds):8.0f} summary messages per second of processor time")
    print(f"{rate(work, HITS, seconds):8.0f} with an alert's two words marked")
    worst, name = slowest(work)
    print(f"{worst:8.1f} ms for the slowest message, of {name}")


if __name__ == "__main__":
    main()

"""How many messages of each style one core sets in a second.

    python benchmarks/render.py [ROUNDS]

Sets every item of the corpus where it lies beside the project, else generated ones. CPU time is
counted, not time on the clock, and the best of the rounds is told: other work on the machine only
ever makes a round slower.
"""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.errors import RelayError
from bot.items import FeedId, Hit, Image, Item, ItemId, StoredItem, Style
from bot.parse.document import read
from bot.render.look import Look
from bot.render.markup import read_html
from bot.render.message import compose
from bot.render.preview import preview_of

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "feeds"
ZONE = ZoneInfo("Europe/Berlin")
HITS = (Hit(1, "the", ("the",)), Hit(2, "news", ("news",)))


def from_corpus() -> list[Item]:
    """Return the items of all feeds of the corpus that can be read."""
    found: list[Item] = []
    for path in sorted(CORPUS.iterdir()) if CORPUS.is_dir() else ():
        try:
            found += read(path.read_bytes(), url="https://feeds.example.org/feed").items
        except RelayError:
            continue
    return found


def generated() -> list[Item]:
    """Return items with bodies of some 1.5 KB, in English and in Chinese."""
    english = (
        "<p>The <b>council</b> met on Monday &amp; <a href='/vote'>voted</a> late. Nobody left early.</p>"
    )
    chinese = "<p>市议会<b>周一</b>开会，<a href='/vote'>投票</a>到很晚。没有人提前离开。</p>"
    return [
        Item(
            title=f"Council votes, once more ({number})",
            link=f"https://news.example.org/{number}",
            published=datetime(2025, 2, 27, 16, 19, tzinfo=UTC),
            source="The News",
            content_html=(english if number % 2 else chinese) * 15,
            images=(Image(f"https://img.example.org/{number}.jpg"),),
            base="https://news.example.org/",
        )
        for number in range(2000)
    ]


def rate(work: Callable[[StoredItem], object], items: Sequence[StoredItem], rounds: int) -> float:
    """Return how often a second of CPU time does ``work``, in the best of ``rounds``."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        for one in items:
            work(one)
        best = min(best, time.process_time() - began)
    return len(items) / best


def styled(style: Style, hits: tuple[Hit, ...] = ()) -> Callable[[StoredItem], object]:
    """Return how to set one item as a chat would get it in ``style``, all of a long text too."""
    look = Look(ZONE, "en", style=style, split=True)
    return lambda stored: compose(stored, look, hits=hits)


def whole(stored: StoredItem) -> object:
    """Read the whole of an item's body."""
    return read_html(stored.item.content_html or stored.item.summary_html, stored.item.base)


def preview(stored: StoredItem) -> object:
    """Set one item and tell it as ``preview --as json`` does, html2text included."""
    message = compose(stored, Look(ZONE, "en"))
    return preview_of(stored, message)


def main(rounds: int) -> None:
    """Print a line for each kind of work."""
    items = from_corpus() or generated()
    stored = [StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0) for item in items]
    print(
        f"{len(stored)} items {'of the corpus' if CORPUS.is_dir() else 'generated'}, best of {rounds} rounds"
    )
    kinds: tuple[tuple[str, Callable[[StoredItem], object]], ...] = (
        *((style.value, styled(style)) for style in Style),
        ("with two alerts", styled(Style.SUMMARY, HITS)),
        ("whole bodies", whole),
        ("previews as JSON", preview),
    )
    for name, work in kinds:
        print(f"{name:>18}: {rate(work, stored, rounds):8.0f} per CPU-second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

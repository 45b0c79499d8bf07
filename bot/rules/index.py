"""All queries of the bot against one item in one pass, however many there are.

A dictionary, not an automaton: each query lies under one of the features that an item must have to match
it, and only what lies under an item's own features is looked at. Adding and discarding cost what the
query is long; nothing is ever built anew (docs/decisions/0016-rules.md).
"""

from itertools import compress

from bot.rules.features import Features, part_of
from bot.rules.needs import needs
from bot.rules.nodes import Node
from bot.rules.searchable import Searchable

_SHELVES = 64
"""Dictionaries that the queries are spread over, and the files. One grows by copying itself, which at a
million queries would hold the interpreter for 120 ms at a time."""

_CHECKED = 4
"""Most features that may stand beside a query, one of which an item must have too."""


class Index:
    """Queries, each filed once however many own it.

    A file is one string, two lines for a query: a feature without which an item is no match, empty where
    none is known, and the query. Only strings, since a tuple or an object for each query would take
    more memory than the query does, and the garbage collector would go through a million of them.
    """

    def __init__(self) -> None:
        self._shelves: tuple[dict[str, str], ...] = tuple({} for _ in range(_SHELVES))
        # What there are files for. Most features have none, and to learn that from a set takes one look
        # into memory, from a dictionary three.
        self._known: set[str] = set()
        self._parts: set[str] = set()
        self._homes: tuple[dict[str, str], ...] = tuple({} for _ in range(_SHELVES))
        self._always: set[str] = set()
        self._more: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many different queries there are."""
        return sum(map(len, self._homes))

    def add(self, query: str, node: Node | None) -> None:
        """Count one more owner of ``query``, which reads as ``node``; with None it is never a candidate."""
        homes = self._homes[hash(query) % _SHELVES]
        if query in homes:
            self._more[query] = self._more.get(query, 0) + 1
            return
        if node is None:
            homes[query] = ""
            return
        needed = sorted(needs(node), key=self._crowd)
        if not needed or "\n" in query:
            homes[query] = ""
            self._always.add(query)
            return
        file, *others = needed
        checked = next(filter(_is_cheap, others), ("",))
        lines = "\n".join(f"{one}\n{query}" for one in checked)
        for feature in file:
            self._file(feature, lines)
        homes[query] = "\n".join(file)

    def discard(self, query: str) -> None:
        """Count one owner of ``query`` less; with the last it is gone. Nothing happens where it has none."""
        if more := self._more.pop(query, 0):
            if more > 1:
                self._more[query] = more - 1
            return
        self._always.discard(query)
        home = self._homes[hash(query) % _SHELVES].pop(query, "")
        for feature in home.split("\n") if home else ():
            self._unfile(feature, query)

    def candidates(self, item: Searchable) -> set[str]:
        """Return the queries that may match ``item``: all that do, and few others."""
        features = Features(item)
        has = features.whole()
        if self._parts:
            has.update(features.parts(self._parts))
        # All lines of all files in one go, in C: a step in Python for each takes three times as long.
        shelves = self._shelves
        lines = "\n".join([shelves[hash(one) % _SHELVES][one] for one in has & self._known]).split("\n")
        has.add("")
        return self._always.union(compress(lines[1::2], map(has.__contains__, lines[::2])))

    def _crowd(self, either: frozenset[str]) -> int:
        """Return how much lies under the features of ``either``; the sort keeps the more telling first."""
        return sum(len(self._shelf(feature).get(feature, "")) for feature in either)

    def _shelf(self, feature: str) -> dict[str, str]:
        """Return where the file of ``feature`` stands, by feature, if there is one."""
        return self._shelves[hash(feature) % _SHELVES]

    def _file(self, feature: str, lines: str) -> None:
        shelf = self._shelf(feature)
        filed = shelf.get(feature)
        shelf[feature] = lines if filed is None else f"{filed}\n{lines}"
        self._known.add(feature)
        if part := part_of(feature):
            self._parts.add(part)

    def _unfile(self, feature: str, query: str) -> None:
        shelf = self._shelf(feature)
        lines = shelf[feature].split("\n")
        pairs = zip(lines[::2], lines[1::2], strict=True)
        if left := [line for pair in pairs if pair[1] != query for line in pair]:
            shelf[feature] = "\n".join(left)
            return
        del shelf[feature]
        self._known.discard(feature)
        if part := part_of(feature):
            self._parts.discard(part)


def _is_cheap(either: frozenset[str]) -> bool:
    """Tell whether ``either`` may stand beside a query: few features, and looked for in every item."""
    return len(either) <= _CHECKED and not any(map(part_of, either))

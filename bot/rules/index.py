"""All queries of the bot against one item in one pass, however many there are.

A dictionary, not an automaton: each query lies under one of the features that an item must have to match
it, and only what lies under an item's own features is looked at. Adding and discarding cost what the
query is long; nothing is ever built anew (docs/decisions/0016-rules.md).
"""

from bot.rules.features import Features, part_of
from bot.rules.needs import needs
from bot.rules.nodes import Node
from bot.rules.searchable import Searchable

_SHELVES = 64
"""Dictionaries that the queries are spread over. One grows by copying itself, which at a million queries
would hold the interpreter for 120 ms at a time."""

_CHECKED = 4
"""Most features that may stand beside a query, one of which an item must have too."""


class Index:
    """Queries, each filed once however many own it.

    A file is one string, a query a line: ``query`` or ``query TAB feature …``, and an item that has none
    of those features is no match. Only strings, since a tuple or an object for each query would take
    more memory than the query does, and the garbage collector would go through a million of them.
    """

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
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
        if not needed or "\n" in query or "\t" in query:
            homes[query] = ""
            self._always.add(query)
            return
        file, *others = needed
        checked = next(filter(_is_cheap, others), ())
        for feature in file:
            self._file(feature, "\t".join((query, *checked)))
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
        found = set(self._always)
        features = Features(item)
        has = features.whole()
        if self._parts:
            has.update(features.parts(self._parts))
        for feature in has & self._known:
            for line in self._files[feature].split("\n"):
                query, tab, checked = line.partition("\t")
                if not tab or not has.isdisjoint(checked.split("\t")):
                    found.add(query)
        return found

    def _crowd(self, either: frozenset[str]) -> int:
        """Return how much lies under the features of ``either``; the sort keeps the more telling first."""
        return sum(len(self._files.get(feature, "")) for feature in either)

    def _file(self, feature: str, line: str) -> None:
        filed = self._files.get(feature)
        self._files[feature] = line if filed is None else f"{filed}\n{line}"
        self._known.add(feature)
        if part := part_of(feature):
            self._parts.add(part)

    def _unfile(self, feature: str, query: str) -> None:
        left = [line for line in self._files[feature].split("\n") if line.partition("\t")[0] != query]
        if left:
            self._files[feature] = "\n".join(left)
            return
        del self._files[feature]
        self._known.discard(feature)
        if part := part_of(feature):
            self._parts.discard(part)


def _is_cheap(either: frozenset[str]) -> bool:
    """Tell whether ``either`` may stand beside a query: few features, and looked for in every item."""
    return len(either) <= _CHECKED and not any(map(part_of, either))

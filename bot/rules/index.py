"""All queries of the bot against one item, in one pass."""

from collections import Counter

from bot.rules.query import Searchable


class Index:
    """The queries that are asked."""

    def __init__(self) -> None:
        self._queries: Counter[str] = Counter()

    def add(self, query: str, node: object) -> None:  # noqa: ARG002
        """Take a query in, once more if it is there."""
        self._queries[query] += 1

    def discard(self, query: str) -> None:
        """Let a query go that was added once."""
        self._queries[query] -= 1
        self._queries += Counter()

    def candidates(self, item: Searchable) -> set[str]:  # noqa: ARG002
        """Return the queries that may match, among them all that do."""
        return set(self._queries)

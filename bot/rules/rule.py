"""Whether an item is what a query asks for, and by which of its words.

A rule is read once and asked for each item; what it looks for is made ready when it is first asked.
"""

from dataclasses import dataclass
from functools import cached_property

from bot.rules.checks import Check, ready, told
from bot.rules.flaws import Flaw, QueryError, Why
from bot.rules.grammar import asks_for_words, tree
from bot.rules.lexer import Kind, tidied, tokens
from bot.rules.nodes import Heard, Node, Regex, leaves
from bot.rules.searchable import Searchable

QUERY_LIMIT = 1_000
"""Characters in a query: a screen of a telephone."""

_NOBODY = Heard()


@dataclass(frozen=True)
class Rule:
    """A query, read.

    Attributes:
        query: as it was written, without needless space.
        node: what it asks for.
    """

    query: str
    node: Node

    def matches(self, item: Searchable, heard: Heard = _NOBODY) -> bool:
        """Tell whether ``item`` is what is asked for."""
        return self._check.holds(item, heard)

    def hit(self, item: Searchable, heard: Heard = _NOBODY) -> tuple[str, ...] | None:
        """Return the words found, as they stand in ``item``, or None where it is not what is asked for.

        Each spelling once, those of the title first, :data:`bot.rules.checks.WORDS_TOLD` at most; none
        where only what is excluded, or a place, decided.
        """
        return told(self._check, item, heard) if self.matches(item, heard) else None

    @property
    def has_regex(self) -> bool:
        """Whether a regular expression is in it, which at worst takes longer than anything else."""
        return any(isinstance(leaf, Regex) for leaf in leaves(self.node))

    @cached_property
    def _check(self) -> Check:
        return ready(self.node)


def parse(query: str, *, negative: bool = False) -> Rule:
    """Return the rule that ``query`` asks for.

    ``negative``: it may say only what it excludes, or a place, as filters do.

    Raises:
        QueryError: it cannot be read, is too large, or would find nearly everything.
    """
    if len(query) > QUERY_LIMIT:
        raise QueryError(Flaw(Why.TOO_LONG, count=len(query), most=QUERY_LIMIT))
    read = tokens(query)
    node = tree(read)
    if not negative and not asks_for_words(node):
        excludes = any(token.kind is Kind.NOT for token in read)
        raise QueryError(Flaw(Why.ONLY_EXCLUDES if excludes else Why.ONLY_PLACES))
    return Rule(tidied(query, read), node)

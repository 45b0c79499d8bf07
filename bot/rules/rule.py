"""Whether an item is what a query asks for, and by which of its words.

A rule is read once and asked for each item; what it looks for is made ready when it is first asked.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.rules.checks import Called, Check, ready, told
from bot.rules.flaws import Flaw, QueryError, Why
from bot.rules.grammar import asks_for_words, tree
from bot.rules.lexer import Kind, tidied, tokens
from bot.rules.nodes import Either, Every, Heard, In, Node, Regex, Within, leaves
from bot.rules.searchable import Searchable

QUERY_LIMIT = 1_000
"""Characters in a query: a screen of a telephone."""

_NOBODY = Heard()
_NOTHING = Searchable()


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

    @property
    def places(self) -> tuple[str, ...]:
        """The feeds and folders that it asks for with ``in:``, each once; not those that it excludes."""
        return tuple(dict.fromkeys(_places(self.node)))

    def unknown_places(self, feeds: Collection[Heard]) -> tuple[str, ...]:
        """Return those :attr:`places` that none of ``feeds`` is called, nor its folder.

        Many of both take milliseconds: ask in a thread.
        """
        named = ((name, Called(name)) for name in self.places)
        return tuple(name for name, check in named if not any(check.holds(_NOTHING, one) for one in feeds))

    @cached_property
    def _check(self) -> Check:
        return ready(self.node)


def _places(node: Node) -> Iterator[str]:
    match node:
        case In(name):
            yield name
        case Within(_, inner):
            yield from _places(inner)
        case Every(nodes) | Either(nodes):
            for one in nodes:
                yield from _places(one)


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

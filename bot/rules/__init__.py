"""What a chat may ask for in words, and whether an item is it.

Pure. :func:`parse` reads a query once, :meth:`Rule.hit` answers for each item. The language is told in
`docs/queries.md`.
"""

from bot.rules.flaws import QueryError
from bot.rules.folding import fold
from bot.rules.index import Index
from bot.rules.nodes import Heard
from bot.rules.printing import printed
from bot.rules.rule import QUERY_LIMIT, Rule, parse
from bot.rules.searchable import Searchable
from bot.rules.signature import Sieve, signature

__all__ = [
    "QUERY_LIMIT",
    "Heard",
    "Index",
    "QueryError",
    "Rule",
    "Searchable",
    "Sieve",
    "fold",
    "parse",
    "printed",
    "signature",
]

"""What a chat may ask for in words, and whether an item is it.

Pure. :func:`parse` reads a query once, :meth:`Rule.hit` answers for each item; everybody else
sees only these, :class:`Searchable` and :func:`matches`. For now a query is plain words, all of
which must occur.
"""

from bot.rules.folding import fold
from bot.rules.index import Index
from bot.rules.nodes import Heard
from bot.rules.query import QUERY_LIMIT, WORDS_LIMIT, Rule, Searchable, matches, parse
from bot.rules.signature import signature

__all__ = [
    "QUERY_LIMIT",
    "WORDS_LIMIT",
    "Heard",
    "Index",
    "Rule",
    "Searchable",
    "fold",
    "matches",
    "parse",
    "signature",
]

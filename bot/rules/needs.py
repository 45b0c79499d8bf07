"""What an item must have to be found by a query, in features: what an index or a signature can look up."""

import re
from collections.abc import Iterable, Iterator

from bot.rules.features import asked, is_letter
from bot.rules.nodes import Either, Every, Field, Near, Node, Phrase, Regex, Term, Within
from bot.rules.text import Needle

Needs = tuple[frozenset[str], ...]
"""Sets of features, of each of which an item has at least one; none where nothing is certain beforehand."""

_BRANCHING = re.compile(r"[|()\[\]]|\\Q")
"""Where one of these is in a pattern, not all of it need be in the text."""

_HAN = re.compile("([\u3400-\u4dbf\u4e00-\u9fff]{2,})([?*{]?)")
"""Letters of a pattern, and what says how often the last of them comes.

Han only: others may be a part of a word, which is no feature.
"""


def needs(node: Node) -> Needs:
    """Return what every item has that ``node`` finds, the more telling first; at most some hundred features."""
    found = dict.fromkeys(_needs(node))
    return tuple(sorted(found, key=_vagueness))


def _needs(node: Node) -> Iterable[frozenset[str]]:
    match node:
        case Term(text, prefix, exact):
            return _sets(asked(Needle.of(text, prefix=prefix, exact=exact)))
        case Phrase(words):
            return _sets(feature for word in words for feature in asked(Needle.of(word)))
        case Near(_, nodes) | Every(nodes):
            return [need for one in nodes for need in _needs(one)]
        case Either(nodes):
            return [frozenset().union(*choice) for choice in zip(*map(needs, nodes), strict=False)]
        case Within(field, inner) if field is not Field.LANG:
            return _needs(inner)
        case Regex(pattern) if not _BRANCHING.search(pattern):
            return _sets(_certain(pattern))
        case _:
            return ()


def _vagueness(either: frozenset[str]) -> tuple[bool, int, int]:
    return any(map(is_letter, either)), len(either), -min(map(len, either))


def _sets(features: Iterable[str]) -> Iterable[frozenset[str]]:
    return [frozenset((feature,)) for feature in features]


def _certain(pattern: str) -> Iterator[str]:
    """Yield the features of the letters that every match of ``pattern`` has side by side."""
    for letters, often in _HAN.findall(pattern):
        yield from asked(Needle.of(letters[:-1] if often else letters))

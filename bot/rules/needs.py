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
    """Return what every item has that ``node`` finds, the more telling first."""
    found = dict.fromkeys(_needs(node))
    return tuple(sorted(found, key=_vagueness))


def _needs(node: Node) -> Iterator[frozenset[str]]:
    match node:
        case Term(text, prefix, exact):
            yield from _each(asked(Needle.of(text, prefix=prefix, exact=exact)))
        case Phrase(words):
            yield from _each(feature for word in words for feature in asked(Needle.of(word, exact=True)))
        case Near(_, nodes) | Every(nodes):
            for one in nodes:
                yield from _needs(one)
        case Either(nodes):
            for choice in zip(*map(needs, nodes), strict=False):
                yield frozenset().union(*choice)
        case Within(field, inner) if field is not Field.LANG:
            yield from _needs(inner)
        case Regex(pattern) if not _BRANCHING.search(pattern):
            yield from _each(_certain(pattern))
        case _:
            pass


def _vagueness(either: frozenset[str]) -> tuple[bool, int, int]:
    return any(map(is_letter, either)), len(either), -min(map(len, either))


def _each(features: Iterable[str]) -> Iterator[frozenset[str]]:
    return (frozenset((feature,)) for feature in features)


def _certain(pattern: str) -> Iterator[str]:
    """Yield the features of the letters that every match of ``pattern`` has side by side."""
    for letters, often in _HAN.findall(pattern):
        yield from asked(Needle.of(letters[:-1] if often else letters))

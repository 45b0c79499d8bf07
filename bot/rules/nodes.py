"""What a query asks for, as a tree: :mod:`bot.rules.grammar` makes it, :mod:`bot.rules.rule` answers it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain


class Field(StrEnum):
    """Where a term is looked for; without one, in title, tags and body."""

    TITLE = "title"
    BODY = "body"
    AUTHOR = "author"
    TAG = "tag"
    SOURCE = "source"
    """The name that the item, or its feed, gives its source."""
    LINK = "link"
    LANG = "lang"


@dataclass(frozen=True, slots=True)
class Term:
    """A word as it was written, or a run of a script without spaces between words.

    ``prefix``: words that begin so. ``exact``: it was quoted, so its plural is another word.
    """

    text: str
    prefix: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words, at least two, side by side in this order."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Terms, at least two, in any order with at most ``distance`` other words between neighbours."""

    distance: int
    terms: tuple[Term | Phrase, ...]


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression in RE2's syntax, found anywhere, capitals or not."""

    pattern: str


@dataclass(frozen=True, slots=True)
class In:
    """The item comes from a feed, or a folder, that the chat calls so."""

    name: str


@dataclass(frozen=True, slots=True)
class Within:
    """What is asked for inside one field."""

    field: Field
    node: "Node"


@dataclass(frozen=True, slots=True)
class Every:
    """All of ``nodes``, at least two."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One or more of ``nodes``, at least two."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not ``node``."""

    node: "Node"


Node = Term | Phrase | Near | Regex | In | Within | Every | Either | Not


def leaves(node: Node) -> Iterator[Node]:
    """Yield what ``node`` joins, denies or looks for in fields."""
    match node:
        case Not(inner) | Within(_, inner):
            yield from leaves(inner)
        case Every(nodes) | Either(nodes):
            yield from chain.from_iterable(map(leaves, nodes))
        case _:
            yield node


@dataclass(frozen=True, slots=True)
class Heard:
    """How a chat hears the feed that an item came from: what ``in:`` asks about.

    ``names`` are the chat's own name for it, the feed's title and its address, those that there are.
    """

    names: tuple[str, ...] = ()
    folder: str = ""

"""A tree becomes a query again, one that reads as the same tree."""

from bot.rules.flaws import QueryError
from bot.rules.lexer import Kind, Token, tokens
from bot.rules.nodes import Either, Every, In, Near, Node, Not, Phrase, Regex, Term, Within


def printed(node: Node) -> str:  # noqa: PLR0911  one return for each kind
    """Return a query for ``node``, with no more brackets and backslashes than it needs."""
    match node:
        case Either(nodes):
            return " OR ".join(_grouped(one, Either) for one in nodes)
        case Every(nodes):
            return " ".join(_grouped(one, Either, Every) for one in nodes)
        case Not(inner):
            return f"-{_grouped(inner, Either, Every, Not)}"
        case Within(field, inner):
            return f"{field}:{_grouped(inner, Either, Every)}"
        case Near(distance, terms):
            return f"near/{distance}({' '.join(printed(one) for one in terms)})"
        case Regex(pattern):
            return "/" + pattern.replace("/", "\\/").replace("／", "\\／") + "/"
        case In(name):
            return f"in:{_name(name)}"
        case Phrase(words):
            return f'"{" ".join(_quotable(word) for word in words)}"'
        case Term(text, prefix, exact):
            return f'"{_quotable(text)}"' if exact else _word(text) + "*" * prefix


def _grouped(node: Node, *kinds: type[Node]) -> str:
    return f"({printed(node)})" if isinstance(node, kinds) else printed(node)


def _word(text: str) -> str:
    read = _read(text, Kind.WORD)
    return text if read and read.text == text and not read.star else _escaped(text)


def _quotable(word: str) -> str:
    read = _read(f'"{word}"', Kind.QUOTED)
    return word if read and read.words == (word,) and not read.star else _escaped(word)


def _name(name: str) -> str:
    quoted = f'"{name}"'
    for query, kind in ((name, Kind.WORD), (quoted, Kind.QUOTED)):
        read = _read(query, kind)
        if read and read.text == name and not read.star:
            return query
    return f'"{_escaped(name)}"'


def _escaped(text: str) -> str:
    """Put a backslash before whatever may mean something, and before a first letter, as of OR."""
    return "".join(
        letter if letter.isspace() or (place and letter.isalnum()) else f"\\{letter}"
        for place, letter in enumerate(text)
    )


def _read(query: str, kind: Kind) -> Token | None:
    """Return ``query`` as a token, None where it is not exactly one of that kind."""
    for behind in ("(", '"a" ('):  # a bracket changes what near/5 means, and a mark within a word may pair
        try:
            read, *_ = tokens(f"{query} {behind}")
        except QueryError:
            return None
        if read.kind is not kind or read.typed != query:
            return None
    return read

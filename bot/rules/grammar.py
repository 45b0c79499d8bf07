"""The grammar of queries: tokens become the tree of :mod:`bot.rules.nodes`.

    query  = every { OR every }
    every  = unary { [AND] unary }
    unary  = NOT unary | field unary | in name | word | "words" | /regex/ | near( terms ) | ( query )

Nothing is joined that was bracketed, so that what is printed reads as the same tree.
"""

import re
from collections.abc import Callable, Sequence

from bot.rules import regex
from bot.rules.flaws import Flaw, QueryError, Why
from bot.rules.lexer import Kind, Token
from bot.rules.nodes import Either, Every, Field, In, Near, Node, Not, Phrase, Regex, Term, Within

TERMS_LIMIT = 50
"""Words, those of phrases too, and names in a query."""

DEPTH_LIMIT = 16
"""Brackets, and ``NOT`` of ``NOT``, in one another."""

REGEXES_LIMIT = 5
"""Regexes in a query."""

_LANGUAGE = re.compile("[a-z]{2,3}([-_][a-z0-9]+)*", re.IGNORECASE | re.ASCII)
"""How a tag of a language looks: what feeds give; not a language's name, by which nothing would be found."""


def tree(tokens: Sequence[Token]) -> Node:
    """Return what ``tokens`` ask for.

    Raises:
        QueryError: it is empty, has no meaning, or is more than the limits allow.
    """
    if len(tokens) < 2:
        raise QueryError(Flaw(Why.EMPTY))
    return _Parser(tokens).read()


def asks_for_words(node: Node, *, denied: bool = False) -> bool:
    """Tell whether whatever matches ``node`` (``denied``: does not) holds something that was named.

    Then a rule finds some items; otherwise nearly all, or all of a feed.
    """
    match node:
        case Not(inner):
            return asks_for_words(inner, denied=not denied)
        case Every(nodes) | Either(nodes):
            some = any if isinstance(node, Every) is not denied else all
            return some(asks_for_words(one, denied=denied) for one in nodes)
        case Within(field, inner):
            return field is not Field.LANG and asks_for_words(inner, denied=denied)
        case In():
            return False
        case _:
            return not denied


class _Parser:
    """Reads from left to right, one token ahead; recursion goes no deeper than brackets may."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._terms = 0
        self._regexes = 0
        self._steps = 0
        self._field: Field | None = None

    def read(self) -> Node:
        node = self._either()
        if self._token.kind is not Kind.END:
            raise QueryError(Flaw(Why.STRAY_BRACKET, self._token.place))
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    @property
    def _before(self) -> Token:
        return self._tokens[self._at - 1]

    def _next(self) -> Token:
        self._at += 1
        return self._before

    def _either(self) -> Node:
        nodes = [self._every()]
        while self._token.kind is Kind.OR:
            self._next()
            nodes.append(self._every())
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def _every(self) -> Node:
        nodes = [self._unary()]
        while self._token.kind not in (Kind.OR, Kind.CLOSE, Kind.END):
            if self._token.kind is Kind.AND:
                self._next()
            nodes.append(self._unary())
        return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))

    def _unary(self) -> Node:
        token = self._token
        read = _READERS.get(token.kind)
        if read is None:
            raise QueryError(self._missing(token))
        self._next()
        return read(self, token)

    def _missing(self, token: Token) -> Flaw:
        """Say what is wrong where something to look for should stand at ``token``."""
        before = self._tokens[self._at - 1] if self._at else None
        if before is None or before.kind in (Kind.OPEN, Kind.NEAR):
            if token.kind in (Kind.OR, Kind.AND):
                return Flaw(Why.NOTHING_BEFORE, token.place, token.typed)
            if before is None:
                return Flaw(Why.STRAY_BRACKET, token.place)
            return Flaw(Why.OPEN_BRACKET, before.place, before.typed)
        return Flaw(Why.NOTHING_AFTER, before.place, before.typed)

    def _not(self, token: Token) -> Node:
        self._deeper(token)
        node = Not(self._unary())
        self._depth -= 1
        return node

    def _group(self, token: Token) -> Node:
        self._deeper(token)
        node = self._either()
        self._close()
        self._depth -= 1
        return node

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise QueryError(Flaw(Why.TOO_DEEP, token.place, most=DEPTH_LIMIT))

    def _close(self) -> None:
        if self._token.kind is not Kind.CLOSE:
            raise QueryError(Flaw(Why.OPEN_BRACKET, self._before.place, self._before.typed))
        self._next()

    def _within(self, token: Token) -> Node:
        if self._field is not None:
            raise QueryError(Flaw(Why.FIELD_INSIDE, token.place, token.typed))
        self._field = Field(token.text)
        node = self._unary()
        self._field = None
        return Within(Field(token.text), node)

    def _in(self, token: Token) -> Node:
        if self._field is not None:
            raise QueryError(Flaw(Why.FIELD_INSIDE, token.place, token.typed))
        if self._token.kind not in (Kind.WORD, Kind.QUOTED):
            raise QueryError(Flaw(Why.IN_NAME, token.place))
        name = self._next()
        self._count(name)
        return In(" ".join(name.text.split()))

    def _term(self, token: Token) -> Term:
        self._count(token)
        if self._field is Field.LANG and not _LANGUAGE.fullmatch(token.text):
            raise QueryError(Flaw(Why.LANG, token.place))
        return Term(token.text, prefix=bool(token.star))

    def _quoted(self, token: Token) -> Term | Phrase:
        if token.star:
            raise QueryError(Flaw(Why.STAR_IN_QUOTES, token.star))
        self._count(token, len(token.words))
        if self._field is Field.LANG and not _LANGUAGE.fullmatch(token.text):
            raise QueryError(Flaw(Why.LANG, token.place))
        return Term(token.words[0], exact=True) if len(token.words) == 1 else Phrase(token.words)

    def _count(self, token: Token, terms: int = 1) -> None:
        self._terms += terms
        if self._terms > TERMS_LIMIT:
            raise QueryError(Flaw(Why.TOO_MANY_TERMS, token.place, token.text, most=TERMS_LIMIT))

    def _near(self, token: Token) -> Node:
        if self._field is Field.LANG:
            raise QueryError(Flaw(Why.LANG, token.place))
        terms: list[Term | Phrase] = []
        while self._token.kind not in (Kind.CLOSE, Kind.END):
            one = self._next()
            if one.kind is Kind.WORD:
                terms.append(self._term(one))
            elif one.kind is Kind.QUOTED:
                terms.append(self._quoted(one))
            else:
                raise QueryError(Flaw(Why.NEAR_CONTENT, one.place, one.typed))
        self._close()
        if len(terms) < 2:
            raise QueryError(Flaw(Why.NEAR_FEW, token.place))
        return Near(token.number, tuple(terms))

    def _regex(self, token: Token) -> Node:
        if self._field is Field.LANG:
            raise QueryError(Flaw(Why.LANG, token.place))
        pattern, place = token.text, token.place
        self._count(token)
        self._regexes += 1
        if self._regexes > REGEXES_LIMIT:
            raise QueryError(Flaw(Why.TOO_MANY_REGEXES, place, most=REGEXES_LIMIT))
        if len(pattern) > regex.PATTERN_LIMIT:
            flaw = Flaw(Why.REGEX_LONG, place, count=len(pattern), most=regex.PATTERN_LIMIT)
            raise QueryError(flaw)
        try:
            self._steps += regex.steps(pattern)
        except regex.RegexWrong as error:
            raise QueryError(Flaw(Why.REGEX_WRONG, place, str(error))) from error
        except regex.RegexHeavy as error:
            raise QueryError(Flaw(Why.REGEX_HEAVY, place)) from error
        if self._steps > regex.STEPS_LIMIT:
            raise QueryError(Flaw(Why.REGEX_HEAVY, place))
        if regex.is_empty(pattern):
            raise QueryError(Flaw(Why.REGEX_EMPTY, place))
        return Regex(pattern)


_READERS: dict[Kind, Callable[[_Parser, Token], Node]] = {
    Kind.NOT: _Parser._not,  # noqa: SLF001  the parser's own table
    Kind.OPEN: _Parser._group,  # noqa: SLF001
    Kind.FIELD: _Parser._within,  # noqa: SLF001
    Kind.IN: _Parser._in,  # noqa: SLF001
    Kind.WORD: _Parser._term,  # noqa: SLF001
    Kind.QUOTED: _Parser._quoted,  # noqa: SLF001
    Kind.NEAR: _Parser._near,  # noqa: SLF001
    Kind.REGEX: _Parser._regex,  # noqa: SLF001
}

"""What a message template may say: a small part of Jinja2, in which all work is bounded by the source.

Whoever administers a chat may write one. So nothing is called, nothing computed, nothing defined:
fields are shown, chosen between, and gone through. What this page does not name is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import RelayError
from bot.render.parts import TEXT_LIMIT
from bot.render.template_filters import DIRECTIVES, FILTERS, shown, unknown_directives
from bot.render.template_flaws import Flaw, Why

SOURCE_LIMIT = 2000
"""Letters of a template."""

TEXTS = frozenset({"title", "link", "source", "author", "time", "image", "via", "language"})
FORMATTED = frozenset({"summary", "content"})
TIMES = frozenset({"published"})
LISTS = frozenset({"tags", "hashtags", "labels", "hits"})
NAMES = TEXTS | FORMATTED | TIMES | LISTS
"""Every field; each by what it holds."""

_HIT = frozenset({"name", "query", "words"})
_LOOP = frozenset({"first", "last", "index"})

_EXPRESSION_LIMIT = 60
"""Words and signs between two braces: with :data:`_BRACKETS`, how deep Jinja2's parser has to go."""
_BRACKETS = 5
_NESTING = 5
"""How many ``if`` and ``for`` may stand one in the other; the code made of them is indented for each."""
_FILTERS_IN_ALL = 20
"""Filters of a template: those on a long text take a millisecond each."""
_MARKS = 100
"""Pairs of braces; Python takes a tenth of a millisecond to compile what stands for one."""
_NUMBER_LIMIT = 10_000
_WORD_LIMIT = 40
"""Letters of a writer's word that we repeat."""
_UNKNOWN = re.compile(r"unknown tag '(\w+)'")
_PARTS = frozenset({"else", "elif", "endif", "endfor"})
"""What stands in an ``if`` or a ``for``: where Jinja2 does not know it, those are missing."""
_STRING_LIMIT = 200

_ARGUMENTS: dict[str, tuple[tuple[type, ...], int]] = {
    "truncate": ((int,), 1),
    "join": ((str,), 0),
    "replace": ((str, str), 2),
    "date": ((str,), 0),
}
"""What a filter takes, and how much of it must be given; ``default`` takes any value, the others nothing."""

_STATEMENTS: dict[type[nodes.Node], str] = {
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.With: "with",
    nodes.Block: "block",
    nodes.Extends: "extends",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Scope: "autoescape",
    nodes.ScopedEvalContextModifier: "autoescape",
}
_PLAIN = (
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Output,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
)
"""Nodes that are sound where their parts are."""


class TemplateWrong(RelayError):
    """The template says what none may say; its flaw says what, in which line, and what to do."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.said("en"))
        self.flaw = flaw


def _environment() -> ImmutableSandboxedEnvironment:
    """Return Jinja2 with nothing in it but what a template may use."""
    made = ImmutableSandboxedEnvironment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=shown, cache_size=0
    )
    made.globals.clear()
    made.filters.clear()
    made.filters.update(FILTERS)
    made.tests = {name: made.tests[name] for name in ("defined", "none")}
    return made


ENVIRONMENT = _environment()


def read(source: str) -> nodes.Template:
    """Return the tree of ``source``, in which nothing stands but what is allowed.

    Raises:
        TemplateWrong: it does not parse, or says what none may say.
    """
    if len(source) > SOURCE_LIMIT:
        raise TemplateWrong(Flaw(Why.TOO_LONG, word=str(len(source)), most=SOURCE_LIMIT))
    if not source.strip():
        raise TemplateWrong(Flaw(Why.NOTHING))
    try:
        _measure(source)
        tree = ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        raise _unread(error) from error
    except RecursionError as error:
        raise TemplateWrong(Flaw(Why.TOO_DEEP)) from error
    if sum(1 for _ in tree.find_all(nodes.Filter)) > _FILTERS_IN_ALL:
        raise TemplateWrong(Flaw(Why.FILTERS, most=_FILTERS_IN_ALL))
    for node in tree.body:
        _check(node, {})
    return tree


def _unread(error: TemplateSyntaxError) -> TemplateWrong:
    """Return the error for what Jinja2 cannot read; what it says itself is for programmers."""
    unknown = _UNKNOWN.search(error.message or "")
    if unknown and unknown[1] not in _PARTS:
        return _wrong(error.lineno, Why.STATEMENT, unknown[1])
    return _wrong(error.lineno, Why.UNREADABLE)


def _wrong(line: int | None, why: Why, word: str = "", known: str = "", most: int = 0) -> TemplateWrong:
    """Return the error; of some nodes Jinja2 does not know the line."""
    return TemplateWrong(Flaw(why, line or 0, word[:_WORD_LIMIT], known, most))


@dataclass(slots=True)
class _Size:
    marks: int = 0
    words: int = 0
    brackets: int = 0
    blocks: int = 0


def _measure(source: str) -> None:
    """Refuse what would lead the parser deep: it goes by recursion."""
    size, before = _Size(), ""
    for line, kind, word in ENVIRONMENT.lex(source):
        if kind in {"whitespace", "data"}:
            continue
        size.words += 1
        if kind in {"variable_begin", "block_begin"}:
            size.words = size.brackets = 0
            size.marks += 1
        elif kind == "operator":
            size.brackets += (word in "([{") - (word in ")]}")
        elif before == "block_begin":
            size.blocks += (word in {"if", "for"}) - (word in {"endif", "endfor"})
        before = kind
        if size.words > _EXPRESSION_LIMIT or size.brackets > _BRACKETS:
            raise _wrong(line, Why.EXPRESSION)
        if size.marks > _MARKS:
            raise _wrong(line, Why.BRACES, most=_MARKS)
        if size.blocks > _NESTING:
            raise _wrong(line, Why.NESTING, most=_NESTING)


_Scope = dict[str, frozenset[str]]
"""The variables of the loop around, each with the parts that it has."""


def _check(node: nodes.Node, scope: _Scope) -> None:
    """Refuse ``node`` unless it and all in it is allowed."""
    known = _CHECKS.get(type(node))
    if known:
        known(node, scope)
    elif isinstance(node, _PLAIN):
        for part in node.iter_child_nodes():
            _check(part, scope)
    elif type(node) in _STATEMENTS:
        raise _wrong(node.lineno, Why.STATEMENT, _STATEMENTS[type(node)])
    else:
        raise _wrong(node.lineno, _refusal(node), type(node).__name__.lower())


def _refusal(node: nodes.Node) -> Why:
    """Return what is wrong with an expression that none may write."""
    if isinstance(node, nodes.Call):
        return Why.CALL
    if isinstance(node, nodes.BinExpr | nodes.UnaryExpr):
        return Why.ARITHMETIC
    return Why.PLACE if isinstance(node, nodes.Getitem) else Why.STRANGE


def _name(node: nodes.Node, scope: _Scope) -> None:
    assert isinstance(node, nodes.Name)
    if node.name in FORMATTED and scope:
        raise _wrong(node.lineno, Why.FIELD_IN_FOR, node.name)
    if node.name not in NAMES and (node.name not in scope or node.name == "loop"):
        raise _wrong(node.lineno, Why.FIELD, node.name, ", ".join(sorted(NAMES)))


def _const(node: nodes.Node, _: _Scope) -> None:
    assert isinstance(node, nodes.Const)
    value = node.value
    if isinstance(value, str) and len(value) > _STRING_LIMIT:
        raise _wrong(node.lineno, Why.QUOTED, most=_STRING_LIMIT)
    if not isinstance(value, str | int | None) or (isinstance(value, int) and abs(value) > _NUMBER_LIMIT):
        raise _wrong(node.lineno, Why.NUMBER, most=_NUMBER_LIMIT)


def _getattr(node: nodes.Node, scope: _Scope) -> None:
    assert isinstance(node, nodes.Getattr)
    inner = node.node
    parts = scope.get(inner.name, frozenset()) if isinstance(inner, nodes.Name) else frozenset()
    if node.attr not in parts:
        raise _wrong(node.lineno, Why.DOT, node.attr)


def _concat(node: nodes.Node, scope: _Scope) -> None:
    for one in node.find_all(nodes.Name):
        if one.name in FORMATTED:
            raise _wrong(node.lineno, Why.JOINED, one.name)
    for part in node.iter_child_nodes():
        _check(part, scope)
        name = str(getattr(part, "attr" if isinstance(part, nodes.Getattr) else "name", ""))
        if isinstance(part, nodes.Name | nodes.Getattr) and name in LISTS | TIMES | {"words"}:
            how = "date" if name in TIMES else "join"
            raise _wrong(node.lineno, Why.NO_TEXT, name, how)


def _for(node: nodes.Node, scope: _Scope) -> None:
    assert isinstance(node, nodes.For)
    if scope:
        raise _wrong(node.lineno, Why.FOR_IN_FOR)
    if not isinstance(node.iter, nodes.Name) or node.iter.name not in LISTS:
        raise _wrong(node.lineno, Why.NO_LIST, known=", ".join(sorted(LISTS)))
    if node.test is not None or node.recursive:
        raise _wrong(node.lineno, Why.CONDITION)
    target = node.target
    if not isinstance(target, nodes.Name) or target.name in NAMES | {"loop"} or not target.name.isascii():
        raise _wrong(node.lineno, Why.VARIABLE)
    if target.name in {"self", "super", "caller", "varargs", "kwargs"}:
        raise _wrong(node.lineno, Why.VARIABLE_TAKEN, target.name)
    inner = {target.name: _HIT if node.iter.name == "hits" else frozenset[str](), "loop": _LOOP}
    for part in node.body:
        _check(part, inner)
    for part in node.else_:
        _check(part, scope)


def _filter(node: nodes.Node, scope: _Scope) -> None:
    assert isinstance(node, nodes.Filter)
    if node.name not in FILTERS:
        raise _wrong(node.lineno, Why.FILTER, node.name, ", ".join(sorted(FILTERS)))
    if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise _wrong(node.lineno, Why.ARGUMENTS, node.name)
    for part in (node.node, *node.args):
        _check(part, scope)
    if node.name == "default":
        if len(node.args) != 1:
            raise _wrong(node.lineno, Why.DEFAULT)
        return
    kinds, least = _ARGUMENTS.get(node.name, ((), 0))
    values = [one.value for one in node.args if isinstance(one, nodes.Const)]
    fit = least <= len(node.args) <= len(kinds)
    if not fit or tuple(type(one) for one in values) != kinds[: len(node.args)]:
        raise _wrong(node.lineno, Why.VALUES, node.name, _how(node.name))
    _check_values(node, values)


def _how(name: str) -> str:
    """Return how the filter is written."""
    examples = {
        "truncate": "summary|truncate(200)",
        "join": 'tags|join(", ")',
        "replace": 'title|replace("old", "new")',
        "date": 'published|date("%d.%m.%Y")',
    }
    return examples.get(name, f"title|{name}")


def _check_values(node: nodes.Filter, values: list[object]) -> None:
    """Refuse values of a filter that are of the right type, and of no use."""
    first, how = values[0] if values else None, _how(node.name)
    if isinstance(first, int) and not 1 <= first <= TEXT_LIMIT:
        raise _wrong(node.lineno, Why.RANGE, node.name, how, TEXT_LIMIT)
    if node.name == "replace" and first == "":
        raise _wrong(node.lineno, Why.REPLACED, known=how)
    if node.name == "date" and isinstance(first, str) and (unknown := unknown_directives(first)):
        raise _wrong(node.lineno, Why.DATE, unknown[0], f"%{', %'.join(DIRECTIVES)}")


def _test(node: nodes.Node, scope: _Scope) -> None:
    assert isinstance(node, nodes.Test)
    if node.name not in ENVIRONMENT.tests or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise _wrong(node.lineno, Why.TEST, node.name)
    _check(node.node, scope)


_CHECKS: dict[type[nodes.Node], Callable[[nodes.Node, _Scope], None]] = {
    nodes.Name: _name,
    nodes.Const: _const,
    nodes.Getattr: _getattr,
    nodes.Concat: _concat,
    nodes.For: _for,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.TemplateData: lambda _, __: None,
}

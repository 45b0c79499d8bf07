"""What is said of a query that cannot be read: what is wrong, what to do, and where it is."""

from bot.chat.desk import Ask
from bot.chat.replies import bold, join, say
from bot.render.parts import RichText
from bot.rules import QueryError

AROUND = 60
"""Letters shown before and behind the place where a query is wrong."""


def flawed(ask: Ask, template: str, query: str, error: QueryError) -> RichText:
    """Say what is wrong with a query, in the words of ``template``, and show where."""
    said = say(template, why=error.flaw.said(ask.texts.language))
    return join([said, pointed(query, error.flaw.place)], "\n\n") if error.flaw.place else said


def pointed(query: str, place: int) -> RichText:
    """Point at a place of a query, counted from 1: a hand before it, and bold what stands there."""
    at = min(place - 1, len(query))
    end = min(at + len(query[at:].partition(" ")[0]), at + AROUND)
    before = query[max(0, at - AROUND) : at]
    after = query[end : end + AROUND]
    first = "…" if at > AROUND else ""
    last = "…" if end + AROUND < len(query) else ""
    return join([RichText(f"{first}{before}👉"), bold(query[at:end]), RichText(f"{after}{last}")])

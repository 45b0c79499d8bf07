"""How often a rule would have fired on what is stored of a chat's feeds, and how that is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.desk import Ask, Desk, at
from bot.chat.finding import line
from bot.chat.replies import code, join, say, short
from bot.chat.replies.alerting import Alerting
from bot.chat.sources import Source, heard_of, sources_of
from bot.items import Chat
from bot.render.parts import RichText
from bot.rules import Rule
from bot.searching import Backtest, Match

MOST_PER_DAY = 20
"""A rule that would fire more often asks first: more loud messages than one in every waking hour is noise."""

DAYS = 7
"""How far back rules are tried, and their hits are counted."""

QUERY_SHOWN = 1_000
"""Letters of a query where it is shown whole: with three samples it fits into a message."""

_TOLD_FROM = 2
"""Hits a day from which the rate is said besides the count."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a rule; ``stored``: there was something to try it on."""

    sources: Sequence[Source]
    found: Backtest
    stored: bool

    @property
    def is_frequent(self) -> bool:
        """Whether the rule is to be set only after a yes."""
        return self.found.per_day > MOST_PER_DAY


async def tried(desk: Desk, chat: Chat, rule: Rule) -> Trial:
    """Try a rule on the stored items of the chat's feeds: a second or two at most."""
    sources = await sources_of(desk, chat.id)
    heard = {one.feed.id: heard_of(one) for one in sources}
    found = await desk.searcher.test(rule, heard, days=DAYS) if heard else Backtest(0, DAYS)
    stored = bool(found.fired or (heard and await desk.store.archive.latest(list(heard), offset=0, limit=1)))
    return Trial(sources, found, stored)


async def told(desk: Desk, ask: Ask, chat: Chat, trial: Trial) -> RichText:
    """Say what came of it, with the latest hits, their words marked."""
    texts, found = ask.texts.alerting, trial.found
    if not trial.sources:
        return say(texts.trial_no_feeds, at=at(ask, chat))
    if not trial.stored:
        return RichText(texts.trial_nothing)
    lines = [said(texts, trial)]
    if found.samples:
        lines = [say(texts.trial_samples, told=lines[0])]
        lines += await asyncio.to_thread(_samples, desk, ask, found.samples, trial.sources)
    return join(lines, "\n")


def said(texts: Alerting, trial: Trial) -> RichText:
    """Say how often it would have fired."""
    found = trial.found
    if not found.fired:
        template = texts.trial_never
    elif found.more:
        template = texts.trial_at_least
    else:
        template = texts.trial_once if found.fired == 1 else texts.trial_times
    sentence = say(template, count=found.fired, last=_last(texts, found.days))
    if trial.found.per_day < _TOLD_FROM:
        return sentence
    return join([sentence, say(texts.trial_rate, count=round(trial.found.per_day))])


def shown(query: str) -> RichText:
    """Set a query whole, so that a tap copies it."""
    return code(short(query, QUERY_SHOWN))


def _last(texts: Alerting, days: float) -> str:
    hours = round(days * 24)
    if hours < 24:
        return texts.last_hours.format(count=hours) if hours > 1 else texts.last_hour
    return texts.last_days.format(count=round(days)) if round(days) > 1 else texts.last_day


def _samples(desk: Desk, ask: Ask, matches: Sequence[Match], sources: Sequence[Source]) -> list[RichText]:
    return [line(desk, ask, place, one, sources, snippet=True) for place, one in enumerate(matches, 1)]

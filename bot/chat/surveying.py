"""``/status``: how the relay is, for those who run it, in one message whatever the numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.chat.desk import Ask, Desk, is_private, name
from bot.chat.fates import failing
from bot.chat.membership import BY_HAND
from bot.chat.replies import ago, bold, join, say, short
from bot.chat.replies.texts import Texts
from bot.chat.sources import name_of
from bot.items import ChatId, Feed, ItemId
from bot.render.parts import RichText
from bot.store.status import Parked, Survey

REASONS = 4
"""Reasons that are told with their counts, the most frequent ones."""

LATEST = 3
"""Parked items that are told one by one."""

NAME_LIMIT = 40
WORDS_LIMIT = 60
"""Letters of a title and of a reason: with so many of each, the longest message has some 3,600 units."""

FAR_MS = 250_000_000_000_000
"""In the year 9892: a calendar tells no later times, and no wait needs them."""

WORK = ("look", "route", "send", "update")
"""What the store remembers the last success of."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is called how, of all that a survey names; what is not in here is told by its id."""

    feeds: Sequence[Feed]
    chats: Mapping[ChatId, str]
    items: Mapping[ItemId, str]
    worked_ms: Mapping[str, int]

    def chat(self, chat: ChatId) -> str:
        return self.chats.get(chat) or str(chat)

    def item(self, item: ItemId) -> str:
        return self.items.get(item) or item


def is_owner(desk: Desk, ask: Ask) -> bool:
    """Tell whether one of those who run the relay asks."""
    return ask.person is not None and ask.person.id in desk.settings.owner_ids


async def status(desk: Desk, ask: Ask) -> None:
    """Tell an owner how everything stands; in groups nobody, since it names other people's chats."""
    if not is_private(ask.chat):
        await desk.answer(ask, RichText(ask.texts.status_private))
        return
    if not is_owner(desk, ask):
        await desk.answer(ask, say(ask.texts.status_owners, person=ask.chat.id))
        return
    survey = await desk.store.status.survey()
    known = await _look_up(desk, survey)
    parts = [
        [bold(ask.texts.status_title)],
        _feeds(ask.texts, survey, known),
        _chats(ask.texts, survey),
        _lanes(ask.texts, survey, known),
        _held(ask.texts, survey, known),
        _parked(ask.texts, survey, known),
        _days(ask.texts, survey),
        [_work(ask.texts, survey, known)],
    ]
    await desk.answer(ask, join([join(lines, "\n") for lines in parts], "\n\n"))


async def _look_up(desk: Desk, survey: Survey) -> _Known:
    shown = survey.parked[:LATEST]
    told = [*survey.waiting.longest, *survey.held.longest]
    ids = dict.fromkeys([chat for chat, _ in told] + [one.chat for one in shown])
    chats = [await desk.store.chats.get(one) for one in ids]
    items = await desk.store.news.many([one.item for one in shown])
    return _Known(
        feeds=await desk.store.feeds.many(survey.failing.worst),
        chats={one.id: short(name(one), NAME_LIMIT) for one in chats if one},
        items={one.id: short(one.item.title, WORDS_LIMIT) for one in items},
        worked_ms=await desk.store.claims.health(),
    )


def _feeds(texts: Texts, survey: Survey, known: _Known) -> list[RichText]:
    told = survey.failing
    count = _of(texts, told.feeds, told.looked)
    lines = [say(texts.status_feeds, count=count, failing=told.failing)]
    for feed in known.feeds:
        called = short(name_of(feed), NAME_LIMIT)
        why = failing(texts, feed, survey.at_ms)
        lines.append(say(texts.status_feed, feed=called, why=why))
    return lines


def _chats(texts: Texts, survey: Survey) -> list[RichText]:
    told = survey.pauses
    count = _of(texts, told.chats, told.looked)
    lost = [one for one in told.reasons if one.why != BY_HAND]
    by_hand = sum(one.chats for one in told.reasons if one.why == BY_HAND)
    paused = sum(one.chats for one in lost)
    lines = [say(texts.status_chats, count=count, paused=paused, by_hand=by_hand)]
    return lines + [_reason(texts, one.why, one.chats) for one in lost[:REASONS]]


def _lanes(texts: Texts, survey: Survey, known: _Known) -> list[RichText]:
    told = survey.waiting
    count = _of(texts, told.chats, told.looked)
    held = sum(one.items for one in survey.pauses.reasons)
    lines = [say(texts.status_lanes, count=count, items=told.items, held=held)]
    return lines + [
        say(texts.status_lane, chat=known.chat(chat), count=items) for chat, items in told.longest
    ]


def _held(texts: Texts, survey: Survey, known: _Known) -> list[RichText]:
    told = survey.held
    lines = [say(texts.status_held, count=told.chats)]
    return lines + [
        say(texts.status_held_chat, chat=known.chat(chat), until=_until(till)) for chat, till in told.longest
    ]


def _until(ms: int) -> str:
    return f"{datetime.fromtimestamp(min(ms, FAR_MS) / 1000, UTC):%Y-%m-%d %H:%M}"


def _parked(texts: Texts, survey: Survey, known: _Known) -> list[RichText]:
    if not survey.parked:
        return [RichText(texts.status_none_parked)]
    reasons = Counter(one.why for one in survey.parked).most_common(REASONS)
    lines = [say(texts.status_parked, count=len(survey.parked))]
    lines += [_reason(texts, why, count) for why, count in reasons]
    return lines + [_trouble(texts, one, survey, known) for one in survey.parked[:LATEST]]


def _trouble(texts: Texts, one: Parked, survey: Survey, known: _Known) -> RichText:
    return say(
        texts.status_trouble,
        when=ago(texts, one.at_ms, survey.at_ms),
        item=known.item(one.item),
        chat=known.chat(one.chat),
        why=short(one.why, WORDS_LIMIT),
    )


def _days(texts: Texts, survey: Survey) -> list[RichText]:
    return [say(texts.status_today, **survey.today), say(texts.status_yesterday, **survey.yesterday)]


def _work(texts: Texts, survey: Survey, known: _Known) -> RichText:
    """Say when each kind of work was well the last time."""
    when = dict.fromkeys(WORK, texts.never)
    when |= {one: ago(texts, ms, survey.at_ms) for one, ms in known.worked_ms.items() if one in when}
    return say(texts.status_work, **when)


def _of(texts: Texts, count: int, looked: int) -> str:
    """Say a number, and where not all were looked at, of how many the next numbers tell."""
    return str(count) if looked >= count else texts.status_looked.format(count=count, looked=looked)


def _reason(texts: Texts, why: str, count: int) -> RichText:
    return say(texts.status_reason, why=short(why, WORDS_LIMIT), count=count)

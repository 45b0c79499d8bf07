"""``/search``: the stored items that a query finds, to leaf through; and the same pages for ``/latest``."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.chat import menus
from bot.chat.desk import Ask, Buttons, Desk, at, handle, here, name
from bot.chat.menus import Press, Verb
from bot.chat.replies import ago, bold, join, level, link, say, short
from bot.chat.replies.texts import Texts
from bot.chat.rights import pressed_target, target_of
from bot.chat.sources import Source, heard_of, sources_of
from bot.items import Chat, Hit
from bot.matching import searchable
from bot.render.marks import Words, marked
from bot.render.parts import ENTITY_LIMIT, Button, EntityKind, RichText, units
from bot.rules import QueryError, parse
from bot.searching import Match, Page

USUAL = 5
"""Items on a page where nobody says how many."""

MOST = 20
"""Items on a page at most; with titles and sources cut as below they fit into one message."""

TITLE_LIMIT = 120
SOURCE_LIMIT = 30

SNIPPET_LIMIT = 140
SNIPPETS_UP_TO = 8
"""Items on a page that has snippets: with more, it would be longer than a message."""

BEFORE = 40
"""Letters of a snippet before the first word found."""

AROUND = 60
"""Letters shown before and behind the place where a query is wrong."""

DEEPEST = 200
"""How far back one may leaf in one search: each page is found anew, and few people read further."""

DATED_AFTER_MS = 7 * 86_400_000
"""Older items are told by their date: nobody counts in tens of days."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of which query: ``count`` items after ``offset``, of those before a moment (0: of all)."""

    query: str
    before_ms: int = 0
    offset: int = 0
    count: int = USUAL


async def search(desk: Desk, ask: Ask) -> None:
    """Show the newest items that a query finds; everybody may ask."""
    target = await target_of(desk, ask, leading=True)
    if target is None:
        return
    texts, whose = ask.texts.finding, at(ask, target.chat)
    if not target.words:
        await desk.answer(ask, say(texts.search_how, days=_days(desk), at=whose))
        return
    try:
        parse(target.words)
    except QueryError as error:
        await desk.answer(ask, wrong(ask, texts.search_wrong, target.words, error))
        return
    sources = await sources_of(desk, target.chat.id)
    if not sources:
        await desk.answer(ask, no_feeds(ask, target.chat))
        return
    found = await page(desk, ask, target.chat, sources, Turn(target.words))
    if found is None:
        found = say(texts.search_none, days=_days(desk), query=short(target.words), at=whose), ()
    await desk.answer(ask, *found)


async def press_found(desk: Desk, ask: Ask, press: Press) -> None:
    """Turn to newer or older items, or look further back, in place; everybody may."""
    chat = await pressed_target(desk, ask, press.chat, changes=False)
    if chat is None:
        return
    texts, query = ask.texts.finding, await desk.store.drafts.get(press.chat, press.word(0))
    if query is None or not _is_query(query):
        await desk.toast(ask, texts.search_expired, loud=True)
        return
    offset, count = min(max(press.count(2), 0), DEEPEST), min(max(press.count(3), 1), MOST)
    await desk.toast(ask)
    sources = await sources_of(desk, chat.id)
    turn = Turn(query, max(press.count(1), 0), offset, count)
    found = await page(desk, ask, chat, sources, turn)
    if found is None and turn != Turn(query, count=count):  # what stood here is no longer kept
        found = await page(desk, ask, chat, sources, Turn(query, count=count))
    if found is None:
        found = say(texts.search_none, days=_days(desk), query=short(query), at=at(ask, chat)), ()
    await desk.rewrite(ask, *found)


async def page(
    desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], turn: Turn
) -> tuple[RichText, Buttons] | None:
    """Set a page of what is found, with buttons to turn it; ``None``: nothing is, and all was looked at.

    Raises:
        QueryError: the query cannot be read.
    """
    texts = ask.texts.finding
    heard = {one.feed.id: heard_of(one) for one in sources}
    rule = parse(turn.query)
    found = await desk.searcher.search(
        rule, heard, limit=turn.count, offset=turn.offset, before_ms=turn.before_ms
    )
    if not found.matches and not found.until_ms:
        return None
    first = not turn.before_ms and not turn.offset
    if first and found.matches:  # items that come meanwhile must not shift the pages
        turn = replace(turn, before_ms=found.matches[0].stored.order_ms + 1)
    digest = await desk.store.drafts.keep(chat.id, turn.query)
    buttons = _buttons(ask, chat, digest, turn, found, first=first)
    when = age(ask.texts, found.until_ms, desk.now_ms())
    if not found.matches:
        return say(texts.search_none_more, query=short(turn.query), when=when), buttons
    title = texts.search_title if here(ask, chat) else texts.search_title_of
    lines = [say(title, query=bold(short(turn.query)), chat=short(name(chat))), RichText()]
    lines += await asyncio.to_thread(_lines, desk, ask, turn, found.matches, sources)
    if found.until_ms:
        lines += [RichText(), say(texts.search_until, when=when)]
    elif found.more and turn.offset + turn.count > DEEPEST:
        lines += [RichText(), RichText(texts.search_deep)]
    return _bounded(join(lines, "\n")), buttons


def _bounded(text: RichText) -> RichText:
    """Leave out marks beyond what a message may hold, lest Telegram leave out links."""
    room = ENTITY_LIMIT - sum(one.kind is not EntityKind.UNDERLINE for one in text.entities)
    marks = [one for one in text.entities if one.kind is EntityKind.UNDERLINE]
    gone = set(marks[max(room, 0) :])
    return replace(text, entities=tuple(one for one in text.entities if one not in gone))


def _is_query(text: str) -> bool:
    """Tell whether a draft can be searched for: a forged button may name one of another kind."""
    try:
        parse(text)
    except QueryError:
        return False
    return True


def no_feeds(ask: Ask, chat: Chat) -> RichText:
    """Say that the chat follows no feeds, and how it may."""
    empty = ask.texts.list_empty if here(ask, chat) else ask.texts.list_empty_of
    return say(empty, chat=bold(short(name(chat))), name=handle(chat))


def wrong(ask: Ask, template: str, query: str, error: QueryError) -> RichText:
    """Say what is wrong with a query, and show where; ``template`` has a place for why."""
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


def fitting(text: str, limit: int) -> str:
    """Return foreign ``text`` as one line of at most ``limit`` units, as Telegram counts them."""
    line = short(text, limit)
    while units(line) > limit:
        line = short(line, len(line) - (units(line) - limit + 1) // 2)
    return line


def line(
    desk: Desk, ask: Ask, number: int, match: Match, sources: Sequence[Source], *, snippet: bool = False
) -> RichText:
    """Set one item: number, title, source, age; its words marked, in its body or tags if need be."""
    stored, item = match.stored, match.stored.item
    title = link(fitting(item.title, TITLE_LIMIT) or ask.texts.untitled, item.link or "")
    lit = marked(title, match.words)
    source = next((one.name for one in sources if one.feed.id == stored.feed), item.source)
    when = age(ask.texts, stored.order_ms, desk.now_ms())
    told = join([level(lit), level(RichText(fitting(source, SOURCE_LIMIT))), RichText(when)], " · ")
    told = join([RichText(f"{number}. "), told])
    if not snippet or not match.words or lit != title:
        return told
    around = _snippet(searchable(stored).body, match.words) or _snippet(
        f"# {', '.join(item.tags)}", match.words
    )
    return join([told, marked(RichText(around), match.words)], "\n") if around else told


def _lines(
    desk: Desk, ask: Ask, turn: Turn, matches: Sequence[Match], sources: Sequence[Source]
) -> list[RichText]:
    with_snippets = turn.count <= SNIPPETS_UP_TO
    return [
        line(desk, ask, turn.offset + place, one, sources, snippet=with_snippets)
        for place, one in enumerate(matches, 1)
    ]


def _snippet(body: str, words: Sequence[str]) -> str:
    """Return the part of ``body`` around the first of ``words`` in it, on one line; "" if none is there."""
    first = _place(body, words)
    if first < 0:
        return ""
    start = max(0, first - BEFORE)
    if start:  # begin where a word does, if one begins soon
        start = next((at + 1 for at in range(start, first) if body[at].isspace()), start)
    return ("…" if start else "") + fitting(body[start : start + 2 * SNIPPET_LIMIT], SNIPPET_LIMIT)


def _place(body: str, words: Sequence[str]) -> int:
    """Return where the first of ``words`` stands to be marked, or else of their letters; -1 for nowhere."""
    if marks := Words((Hit(0, "", tuple(words)),)).places(body, 1):
        return marks[0][0]
    lower = body.lower()
    return min((at for word in words if word and (at := lower.find(word.lower())) >= 0), default=-1)


def age(texts: Texts, then_ms: int, now_ms: int) -> str:
    """Say how old an item is, or its date."""
    if now_ms - then_ms > DATED_AFTER_MS:
        return datetime.fromtimestamp(then_ms / 1000, UTC).date().isoformat()
    return ago(texts, then_ms, now_ms)


def _days(desk: Desk) -> str:
    return f"{desk.settings.keep_days:g}"


def _buttons(ask: Ask, chat: Chat, digest: str, turn: Turn, found: Page, *, first: bool) -> Buttons:
    texts = ask.texts

    def to(before_ms: int, offset: int) -> str:
        return menus.pack(Verb.FOUND, chat.id, digest, before_ms, offset, turn.count)

    row = []
    if turn.offset:
        row.append(Button(texts.newer, data=to(turn.before_ms, max(0, turn.offset - turn.count))))
    elif not first and turn.before_ms:
        row.append(Button(texts.finding.search_newest, data=to(0, 0)))
    if found.until_ms:
        row.append(Button(texts.finding.search_further, data=to(found.until_ms, 0)))
    elif found.more and turn.offset + turn.count <= DEEPEST:
        row.append(Button(texts.older, data=to(turn.before_ms, turn.offset + turn.count)))
    return [row] if row else []

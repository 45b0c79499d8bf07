"""``/latest``: the newest stored items of the chat's feeds, to leaf through.

Words behind it name sources; where they name none, they are a query (:mod:`bot.chat.finding`).
"""

from collections.abc import Sequence

from bot.chat import menus
from bot.chat.desk import Ask, Buttons, Desk, at, here, name
from bot.chat.finding import MOST, USUAL, Turn, line, no_feeds, page, wrong
from bot.chat.menus import Press, Verb
from bot.chat.replies import bold, join, say, short
from bot.chat.rights import pressed_target, target_of
from bot.chat.sources import Source, called, sources_of
from bot.items import Chat
from bot.render.parts import Button, RichText
from bot.rules import QueryError
from bot.searching import Match

DEEPEST = 5_000
"""How far back one may leaf; a forged button cannot make the store count further."""


async def latest(desk: Desk, ask: Ask) -> None:
    """Show the newest items, of all sources or of those whose name is given."""
    target = await target_of(desk, ask)
    if target is None:
        return
    first, _, rest = target.words.partition(" ")
    wanted = menus.whole(first)
    if wanted is not None and wanted < 1:
        await desk.answer(ask, say(ask.texts.latest_count, most=MOST, at=at(ask, target.chat)))
        return
    count, words = (USUAL, target.words) if wanted is None else (min(wanted, MOST), rest)
    sources = await sources_of(desk, target.chat.id)
    if words and sources and not called(sources, words):
        await desk.answer(ask, *await _as_query(desk, ask, target.chat, sources, Turn(words, count=count)))
    else:
        await desk.answer(ask, *await _page(desk, ask, target.chat, 0, count, menus.fit(words)))


async def press_latest(desk: Desk, ask: Ask, press: Press) -> None:
    """Turn to newer or older items, in place; everybody may."""
    chat = await pressed_target(desk, ask, press.chat, changes=False)
    if chat is None:
        return
    offset, count = min(max(press.count(0), 0), DEEPEST), min(max(press.count(1), 1), MOST)
    words = press.rest[2] if len(press.rest) > 2 else ""
    await desk.toast(ask)
    await desk.rewrite(ask, *await _page(desk, ask, chat, offset, count, words))


async def _page(
    desk: Desk, ask: Ask, chat: Chat, offset: int, count: int, words: str
) -> tuple[RichText, Buttons]:
    """Set ``count`` items from ``offset`` on, with buttons to turn the page."""
    texts = ask.texts
    sources = await sources_of(desk, chat.id)
    if not sources:
        return no_feeds(ask, chat), ()
    chosen = (called(sources, words) if words else sources) or sources  # the source may have been left
    items = await desk.store.archive.latest([one.feed.id for one in chosen], offset=offset, limit=count + 1)
    if not items and offset:  # what stood here is no longer kept
        return await _page(desk, ask, chat, 0, count, words)
    if not items:
        return say(texts.latest_none, at=at(ask, chat)), ()
    title = texts.latest_title if here(ask, chat) else texts.latest_title_of.format(chat=short(name(chat)))
    lines = [bold(title), RichText()]
    lines += [
        line(desk, ask, offset + place, Match(one, ()), chosen) for place, one in enumerate(items[:count], 1)
    ]
    return join(lines, "\n"), _buttons(ask, chat, offset, count, words, more=len(items) > count)


async def _as_query(
    desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], turn: Turn
) -> tuple[RichText, Buttons]:
    """Show what holds the words that name no source, and say that they do not."""
    texts = ask.texts.finding
    try:
        found = await page(desk, ask, chat, sources, turn)
    except QueryError as error:
        return wrong(ask, texts.latest_wrong, turn.query, error), ()
    if found:
        said = say(texts.latest_as_query, words=short(turn.query))
        return join([said, found[0]], "\n\n"), found[1]
    names = ", ".join(one.name for one in sources[:MOST])
    days = f"{desk.settings.keep_days:g}"
    return say(texts.latest_neither, words=short(turn.query), days=days, names=names, at=at(ask, chat)), ()


def _buttons(ask: Ask, chat: Chat, offset: int, count: int, words: str, *, more: bool) -> Buttons:
    row = []
    if offset > 0:
        newer = menus.pack(Verb.LATEST, chat.id, max(0, offset - count), count, words)
        row.append(Button(ask.texts.newer, data=newer))
    if more and offset + count <= DEEPEST:
        row.append(
            Button(ask.texts.older, data=menus.pack(Verb.LATEST, chat.id, offset + count, count, words))
        )
    return [row] if row else []

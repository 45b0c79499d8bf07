"""``/latest``: the newest stored items of the chat's feeds, to leaf through."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.chat import menus
from bot.chat.desk import Ask, Buttons, Desk, at, handle, here, name
from bot.chat.menus import Press, Verb
from bot.chat.replies import ago, bold, join, link, say, short
from bot.chat.rights import pressed_target, target_of
from bot.chat.sources import Source, called, sources_of
from bot.items import Chat, StoredItem
from bot.render.parts import Button, RichText

USUAL = 5
"""Items on a page where nobody says how many."""

MOST = 20
"""Items on a page at most; with titles and sources cut as below they fit into one message."""

TITLE_LIMIT = 120
SOURCE_LIMIT = 30

DEEPEST = 5_000
"""How far back one may leaf; a forged button cannot make the store count further."""

DATED_AFTER_MS = 7 * 86_400_000
"""Older items are told by their date: nobody counts in tens of days."""


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
    text, buttons = await _page(desk, ask, target.chat, 0, count, menus.fit(words))
    await desk.answer(ask, text, buttons)


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
        empty = texts.list_empty if here(ask, chat) else texts.list_empty_of
        return say(empty, chat=bold(short(name(chat))), name=handle(chat)), ()
    chosen = called(sources, words) if words else sources
    if not chosen:
        names = ", ".join(one.name for one in sources[:MOST])
        return say(texts.latest_no_source, words=short(words), names=names, at=at(ask, chat)), ()
    items = await desk.store.archive.latest([one.feed.id for one in chosen], offset=offset, limit=count + 1)
    if not items and offset:  # what stood here is no longer kept
        return await _page(desk, ask, chat, 0, count, words)
    if not items:
        return say(texts.latest_none, at=at(ask, chat)), ()
    title = texts.latest_title if here(ask, chat) else texts.latest_title_of.format(chat=short(name(chat)))
    lines = [bold(title), RichText()]
    lines += [_line(desk, ask, offset + place, one, chosen) for place, one in enumerate(items[:count], 1)]
    return join(lines, "\n"), _buttons(ask, chat, offset, count, words, more=len(items) > count)


def _line(desk: Desk, ask: Ask, number: int, stored: StoredItem, sources: Sequence[Source]) -> RichText:
    item = stored.item
    title = link(short(item.title, TITLE_LIMIT) or ask.texts.untitled, item.link or "")
    source = next((one.name for one in sources if one.feed.id == stored.feed), item.source)
    notes = f" · {short(source, SOURCE_LIMIT)} · {_when(desk, ask, stored.order_ms)}"
    return join([RichText(f"{number}. "), title, RichText(notes)])


def _when(desk: Desk, ask: Ask, then_ms: int) -> str:
    now_ms = desk.now_ms()
    if now_ms - then_ms > DATED_AFTER_MS:
        return datetime.fromtimestamp(then_ms / 1000, UTC).date().isoformat()
    return ago(ask.texts, then_ms, now_ms)


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

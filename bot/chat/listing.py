"""``/list`` and ``/unsub``: what a chat hears, and how it ends."""

from collections.abc import Sequence

from bot.chat import menus
from bot.chat.desk import Ask, Buttons, Desk, at, handle, here, name
from bot.chat.fates import standing
from bot.chat.menus import PAGE_SIZE, Press, Verb
from bot.chat.replies import bold, join, level, link, rate, say, short
from bot.chat.rights import pressed_target, target_of
from bot.chat.sources import Source, meant, name_of, page_of, source_of, sources_of
from bot.items import Chat, ChatId
from bot.life import Fate, fate_of
from bot.render.parts import Button, RichText

NUMBERS_A_ROW = 4
"""Numbered buttons beside each other: what a narrow phone shows without cutting."""

FILTERED = "🔎"
"""The sign of a feed of which a filter keeps items back."""


async def list_feeds(desk: Desk, ask: Ask) -> None:
    """Show the first page of the chat's feeds."""
    if target := await target_of(desk, ask):
        await desk.answer(ask, *await _page(desk, ask, target.chat))


async def press_list(desk: Desk, ask: Ask, press: Press) -> None:
    """Turn to another page; everybody may."""
    chat = await pressed_target(desk, ask, press.chat, changes=False)
    if chat is not None:
        await desk.toast(ask)
        await desk.rewrite(ask, *await _page(desk, ask, chat, press.count(0)))


async def unsub(desk: Desk, ask: Ask) -> None:
    """Leave the feeds that a command names by number, address or name; ask which if that is unclear."""
    target = await target_of(desk, ask, changes=True)
    if target is None:
        return
    sources = await sources_of(desk, target.chat.id)
    words = " ".join((target.words, *ask.links)).strip()
    if not words or not sources:
        head = say(ask.texts.unsub_how, at=at(ask, target.chat))
        await desk.answer(ask, *await _page(desk, ask, target.chat, head=head))
        return
    chosen, clear = await meant(desk, sources, words)
    if not clear:
        template = ask.texts.unsub_which if chosen else ask.texts.unsub_unknown
        head = say(template, words=short(words), at=at(ask, target.chat))
        await desk.answer(ask, *await _page(desk, ask, target.chat, head=head))
        return
    for one in chosen:
        await desk.store.chats.unsubscribe(target.chat.id, one.feed.id)
    await desk.answer(ask, *left(ask, target.chat, chosen))


async def press_ask_unsub(desk: Desk, ask: Ask, press: Press) -> None:
    """Ask whether a feed is to be left: a thumb slips, and what waits would be gone."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    found = await source_of(desk, chat.id, press.feed())
    await desk.toast(ask)
    if found is None:
        await desk.rewrite(ask, *await _page(desk, ask, chat, press.count(1)))
        return
    source = found[1]
    page = press.count(1)
    buttons = [
        [
            Button(ask.texts.yes, data=menus.pack(Verb.UNSUB, chat.id, source.feed.id, page)),
            Button(ask.texts.keep, data=menus.pack(Verb.LIST, chat.id, page)),
        ]
    ]
    await desk.rewrite(ask, say(ask.texts.unsub_ask, feed=bold(source.name)), buttons)


async def press_unsub(desk: Desk, ask: Ask, press: Press) -> None:
    """Leave a feed."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    found = await source_of(desk, chat.id, press.feed())
    await desk.toast(ask)
    if found is None:
        await desk.rewrite(ask, *await _page(desk, ask, chat, press.count(1)))
        return
    source = found[1]
    await desk.store.chats.unsubscribe(chat.id, source.feed.id)
    await desk.rewrite(ask, *left(ask, chat, [source]))


async def press_back(desk: Desk, ask: Ask, press: Press) -> None:
    """Take up again what was just left, at its word: the site may be down when somebody regrets."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    feed = await desk.store.feeds.get(press.feed())
    if feed is None:
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return
    by = ask.person.id if ask.person else None
    await desk.finder.add(chat.id, feed, by=by, topic=ask.topic if here(ask, chat) else None)
    await desk.toast(ask)
    text = say(ask.texts.followed_again, feed=bold(name_of(feed)), at=at(ask, chat))
    if press.count(1) > 1:  # other buttons to undo stand beside it
        await desk.answer(ask, text)
    else:
        await desk.rewrite(ask, text)


def left(ask: Ask, chat: Chat, sources: Sequence[Source]) -> tuple[RichText, Buttons]:
    """Say what was left, with a button for each of the first of them to undo it."""
    texts, count = ask.texts, len(sources)
    template = texts.unsubscribed if count == 1 else texts.unsubscribed_several
    names = join([bold(one.name) for one in sources[:PAGE_SIZE]], ", ")
    buttons = []
    for one in sources[:PAGE_SIZE]:
        label = texts.undo if count == 1 else f"{texts.undo}: {one.name}"
        buttons.append([Button(label, data=menus.pack(Verb.BACK, chat.id, one.feed.id, count))])
    return say(template, feed=names, count=count, at=at(ask, chat)), buttons


async def _page(
    desk: Desk, ask: Ask, chat: Chat, page: int = 0, *, head: RichText | None = None
) -> tuple[RichText, Buttons]:
    """Set one page of a chat's feeds, with buttons to leave and to set each; ``head`` replaces the title."""
    texts = ask.texts
    sources = await sources_of(desk, chat.id)
    if not sources:
        if here(ask, chat):
            return RichText(texts.list_empty), ()
        return say(texts.list_empty_of, chat=bold(short(name(chat))), name=handle(chat)), ()
    last = menus.pages(len(sources)) - 1
    page = min(max(page, 0), last)
    shown = list(enumerate(sources, start=1))[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    whose = texts.list_title if here(ask, chat) else texts.list_title_of
    title = head or say(whose, count=len(sources), chat=bold(short(name(chat))))
    if last:
        title = join([title, RichText(texts.page.format(page=page + 1, pages=last + 1))], " · ")
    lines = [title, RichText(), *(_line(desk, ask, number, one) for number, one in shown)]
    lines += [RichText(), say(texts.list_foot, at=at(ask, chat))]
    return join(lines, "\n"), _buttons(ask, chat.id, page, last, shown)


def _line(desk: Desk, ask: Ask, number: int, source: Source) -> RichText:
    texts, feed = ask.texts, source.feed
    notes = [rate(texts, feed.rate_per_day)]
    if source.subscription.only or source.subscription.never:
        notes.append(FILTERED)
    if source.subscription.paused:
        notes.append(texts.list_paused)
    if wrong := standing(texts, feed, desk.now_ms()):
        notes.append(wrong)
    named = link(source.name, page_of(feed))
    return join([RichText(f"{number}. "), level(named), RichText(" · " + " · ".join(notes))])


def _buttons(
    ask: Ask, chat: ChatId, page: int, last: int, shown: Sequence[tuple[int, Source]]
) -> list[list[Button]]:
    leave = [
        Button(f"✕ {number}", data=menus.pack(Verb.ASK_UNSUB, chat, one.feed.id, page))
        for number, one in shown
    ]
    choose = [
        Button(f"⚙️ {number}", data=menus.pack(Verb.OPEN, chat, "", one.feed.id)) for number, one in shown
    ]
    rows = [
        row[at : at + NUMBERS_A_ROW] for at in range(0, len(leave), NUMBERS_A_ROW) for row in (leave, choose)
    ]
    ended = [
        Button(f"⚠ {number}", data=menus.pack(Verb.FATE, chat, one.feed.id))
        for number, one in shown
        if fate_of(one.feed) in {Fate.DEAD, Fate.GONE}
    ]
    rows += [ended[at : at + NUMBERS_A_ROW] for at in range(0, len(ended), NUMBERS_A_ROW)]
    return rows + menus.turning(Verb.LIST, chat, page, last, ask.texts.previous, ask.texts.following)

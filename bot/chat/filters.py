"""``/filter``: of a feed only some items, or never some, told in a query; tried on what is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.chat import menus
from bot.chat.desk import Ask, Buttons, Desk, at, here, name
from bot.chat.filter_words import Told, Way, chat_first, is_every, read, tells_way
from bot.chat.finding import fitting, no_feeds, wrong
from bot.chat.listing import NUMBERS_A_ROW
from bot.chat.menus import PAGE_SIZE, Press, Verb
from bot.chat.replies import bold, join, link, say, short
from bot.chat.rights import pressed_target, target_of
from bot.chat.sources import Source, heard_of, meant, sources_of
from bot.items import Chat, FeedId, StoredItem, Subscription
from bot.matching import searchable
from bot.render.parts import Button, RichText
from bot.rulebook import Reader
from bot.rules import QueryError, parse

TRIED = 100
"""Stored items, the newest, that a filter is tried on before it counts."""

SAMPLES = 3
"""Items shown of those that a filter keeps back, and of those that it lets through."""

SAMPLE_TITLE = 80

QUERY_SHOWN = 100
"""Units of a filter in a list."""

EVERY = "all"
"""In a button: all feeds."""


async def filter_(desk: Desk, ask: Ask) -> None:
    """Show the filters, or set or end one."""
    changes = tells_way(ask.argument)
    told_first = replace(ask, argument=chat_first(ask.argument))
    target = await target_of(desk, told_first, leading=True, changes=changes)
    if target is None:
        return
    sources = await sources_of(desk, target.chat.id)
    told = read(target.words, [one.name for one in sources])
    if not sources:
        await desk.answer(ask, no_feeds(ask, target.chat))
    elif not told.way:
        await _show(desk, ask, target.chat, sources, told.whose)
    elif tidy := await _checked(desk, ask, told):
        await _aim(desk, ask, target.chat, sources, tidy)


async def press_filters(desk: Desk, ask: Ask, press: Press) -> None:
    """Turn to another page of the filters; everybody may."""
    chat = await pressed_target(desk, ask, press.chat, changes=False)
    if chat is not None:
        await desk.toast(ask)
        await desk.rewrite(ask, *await _page(desk, ask, chat, press.count(0)))


async def press_which(desk: Desk, ask: Ask, press: Press) -> None:
    """Turn to other feeds that a filter may be for."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    told = await _drafted(desk, ask, press) if chat else None
    if chat is None or told is None:
        return
    await desk.toast(ask)
    await desk.rewrite(
        ask, *await _asked(desk, ask, chat, await sources_of(desk, chat.id), told, press.count(1))
    )


async def press_filter(desk: Desk, ask: Ask, press: Press) -> None:
    """Set the filter for the feed that was chosen, or for all."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    told = await _drafted(desk, ask, press) if chat else None
    if chat is None or told is None:
        return
    sources, _ = await _candidates(desk, await sources_of(desk, chat.id), told)
    chosen = [one for one in sources if press.word(1) in {EVERY, one.feed.id}]
    if not chosen:
        await desk.toast(ask, ask.texts.choosing.setting_feed_gone, loud=True)
        return
    await desk.toast(ask)
    await desk.rewrite(ask, *await _set(desk, ask, chat, chosen, told))


async def press_unfilter(desk: Desk, ask: Ask, press: Press) -> None:
    """End the filters of a feed, and show those that are left."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    ended = await desk.store.chats.update(chat.id, press.feed(), Told("", Way.OFF).changed)
    if ended is None:
        await desk.toast(ask, ask.texts.choosing.setting_feed_gone, loud=True)
        return
    await desk.toast(ask)
    await desk.rewrite(ask, *await _page(desk, ask, chat, press.count(1)))


async def _show(desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], whose: str) -> None:
    """Show all filters, or how that of one feed stands."""
    texts = ask.texts.finding
    found, clear = await meant(desk, sources, whose) if whose else ([], False)
    if not (clear and len(found) == 1):
        head = say(texts.filters_unknown, words=short(whose), at=at(ask, chat)) if whose else None
        await desk.answer(ask, *await _page(desk, ask, chat, 0, head=head))
        return
    number = sources.index(found[0]) + 1
    if not _is_filtered(found[0]):
        feed = bold(found[0].name)
        await desk.answer(ask, say(texts.filter_none, feed=feed, number=number, at=at(ask, chat)))
        return
    kept = (await desk.store.filtered.counts(chat.id)).get(found[0].feed.id, 0)
    how = say(texts.filter_how, number=number, at=at(ask, chat))
    tried = await _tried(desk, ask, found)
    text = join([_line(ask, number, found[0], kept), *tried, how], "\n\n")
    await desk.answer(ask, text, _remove(ask, chat, found[0].feed.id))


async def _checked(desk: Desk, ask: Ask, told: Told) -> Told | None:
    """Return what was told with its query tidied; ``None`` once it was said what is wrong with it."""
    if not told.query:
        return told
    try:
        query = parse(told.query, negative=True).query
    except QueryError as error:
        await desk.answer(ask, wrong(ask, ask.texts.finding.filter_wrong, told.query, error))
        return None
    return replace(told, query=query)


async def _aim(desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], told: Told) -> None:
    """Set the filter for the feeds that are named; where that is unclear, ask which."""
    some, clear = await _candidates(desk, sources, told)
    if clear:
        await desk.answer(ask, *await _set(desk, ask, chat, some, told))
    elif told.way is Way.OFF and not told.whose and not any(map(_is_filtered, sources)):
        await desk.answer(ask, *await _page(desk, ask, chat, 0))
    else:
        await desk.answer(ask, *await _asked(desk, ask, chat, sources, told))


async def _candidates(desk: Desk, sources: Sequence[Source], told: Told) -> tuple[Sequence[Source], bool]:
    """Return the feeds that may be meant, all where nothing tells, and whether that is clear."""
    if is_every(told.whose):
        return sources, True
    if told.whose:
        named, clear = await meant(desk, sources, told.whose)
        return (named, clear) if named else (sources, False)
    some = [one for one in sources if _is_filtered(one)] if told.way is Way.OFF else []
    return some or sources, len(some or sources) == 1


async def _asked(
    desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], told: Told, page: int = 0
) -> tuple[RichText, Buttons]:
    """Ask which feed the filter is for, with a button for each that may be meant, and one for all."""
    texts, whose = ask.texts.finding, told.whose
    some, _ = await _candidates(desk, sources, told)
    named = texts.filter_no_feed if some is sources else texts.filter_which_some
    template = named if whose else texts.filter_which
    head = say(template, words=short(whose), filter=_said(ask, told.changed(_none(chat))))
    digest = await desk.store.drafts.keep(chat.id, "\n".join((told.way or "", whose, told.query, told.other)))
    last = menus.pages(len(some)) - 1
    page = min(max(page, 0), last)
    rows = [
        [Button(one.name, data=menus.pack(Verb.FILTER, chat.id, digest, one.feed.id))]
        for one in some[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    ]
    turns = [
        Button(text, data=menus.pack(Verb.FILTER_WHICH, chat.id, digest, to))
        for text, to in ((ask.texts.previous, page - 1), (ask.texts.following, page + 1))
        if 0 <= to <= last
    ]
    rows += [turns] if turns else []
    if len(some) > 1:
        label = texts.filter_all.format(count=len(some))
        rows.append([Button(label, data=menus.pack(Verb.FILTER, chat.id, digest, EVERY))])
    return head, rows


async def _set(
    desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], told: Told
) -> tuple[RichText, Buttons]:
    """Set the filter for some feeds, and say what it does now, tried on what is stored."""
    texts = ask.texts.finding
    wishes = [await desk.store.chats.update(chat.id, one.feed.id, told.changed) for one in sources]
    done = [
        replace(one, subscription=wish) for one, wish in zip(sources, wishes, strict=True) if wish is not None
    ]
    if not done:
        return RichText(ask.texts.choosing.setting_feed_gone), ()
    feed, several = bold(done[0].name), len(done) > 1
    if not any(map(_is_filtered, done)):
        template = texts.filter_off_all if several else texts.filter_off
        return say(template, feed=feed, count=len(done), at=at(ask, chat)), ()
    template = texts.filter_set_all if several else texts.filter_set
    filtered = done[0].subscription if not several else told.changed(_none(chat))
    head = say(template, feed=feed, count=len(done), filter=_said(ask, filtered))
    tried = await _tried(desk, ask, done)
    text = join([head, *tried, say(texts.filter_scope, at=at(ask, chat))], "\n\n")
    return text, () if several else _remove(ask, chat, done[0].feed.id)


async def _tried(desk: Desk, ask: Ask, sources: Sequence[Source]) -> list[RichText]:
    """Say what the filters would have done to the newest stored items, with samples of both."""
    texts = ask.texts.finding
    items = await desk.store.archive.latest([one.feed.id for one in sources], offset=0, limit=TRIED)
    if not items:
        return [RichText(texts.filter_untried)]
    kept, passed = await asyncio.to_thread(_sorted, items, {one.feed.id: one for one in sources})
    said = [say(texts.filter_tried, count=len(items), kept=len(kept))]
    for template, some in ((texts.filter_kept, kept), (texts.filter_passed, passed)):
        samples = [join([RichText("– "), _titled(ask, one)]) for one in some[:SAMPLES]]
        if samples:
            said.append(join([RichText(template), *samples], "\n"))
    return said


def _titled(ask: Ask, stored: StoredItem) -> RichText:
    return link(fitting(stored.item.title, SAMPLE_TITLE) or ask.texts.untitled, stored.item.link or "")


def _sorted(
    items: Sequence[StoredItem], sources: Mapping[FeedId, Source]
) -> tuple[list[StoredItem], list[StoredItem]]:
    """Return the items that the filters of their feeds keep back, and those that they let through."""
    kept, passed = list[StoredItem](), list[StoredItem]()
    for stored in items:
        source = sources[stored.feed]
        only, never = source.subscription.only, source.subscription.never
        reader = Reader(searchable(stored), set(), lambda _: ())
        (kept if reader.filtered(only, never, heard_of(source)) else passed).append(stored)
    return kept, passed


async def _page(
    desk: Desk, ask: Ask, chat: Chat, page: int, *, head: RichText | None = None
) -> tuple[RichText, Buttons]:
    """Set a page of the feeds with their filters, and buttons to end them; ``head`` replaces the title."""
    texts = ask.texts.finding
    sources = await sources_of(desk, chat.id)
    if not sources:
        return no_feeds(ask, chat), ()
    counts = await desk.store.filtered.counts(chat.id)
    last = menus.pages(len(sources)) - 1
    page = min(max(page, 0), last)
    shown = list(enumerate(sources, start=1))[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    title = texts.filters_title if here(ask, chat) else texts.filters_title_of
    head = head or say(title, chat=short(name(chat)))
    if last:
        head = join([head, RichText(ask.texts.page.format(page=page + 1, pages=last + 1))], " · ")
    lines = [head, RichText()]
    lines += [_line(ask, number, one, counts.get(one.feed.id, 0)) for number, one in shown]
    lines += [RichText(), say(texts.filters_how, at=at(ask, chat))]
    ends = [
        Button(f"✕ {number}", data=menus.pack(Verb.UNFILTER, chat.id, one.feed.id, page))
        for number, one in shown
        if _is_filtered(one)
    ]
    rows = [ends[place : place + NUMBERS_A_ROW] for place in range(0, len(ends), NUMBERS_A_ROW)]
    turning = menus.turning(Verb.FILTERS, chat.id, page, last, ask.texts.previous, ask.texts.following)
    return join(lines, "\n"), rows + turning


def _line(ask: Ask, number: int, source: Source, kept: int) -> RichText:
    texts = ask.texts.finding
    if not _is_filtered(source):
        return say(texts.filters_line_none, number=number, feed=source.name)
    told = say(
        texts.filters_line, number=number, feed=bold(source.name), filter=_said(ask, source.subscription)
    )
    return join([told, RichText(texts.filters_kept.format(count=kept))], " · ")


async def _drafted(desk: Desk, ask: Ask, press: Press) -> Told | None:
    """Return the filter that was told before a feed was asked for; ``None`` once told that it is gone."""
    draft = await desk.store.drafts.get(press.chat, press.word(0))
    way, *rest = (draft or "").split("\n")
    if way not in set(Way) or len(rest) != 3:
        await desk.toast(ask, ask.texts.finding.filter_expired, loud=True)
        return None
    whose, query, other = rest
    return Told(whose, Way(way), query, other)


def _remove(ask: Ask, chat: Chat, feed: FeedId) -> list[list[Button]]:
    return [[Button(ask.texts.finding.filter_remove, data=menus.pack(Verb.UNFILTER, chat.id, feed, 0))]]


def _said(ask: Ask, wish: Subscription) -> str:
    """Say what filters a wish has."""
    texts = ask.texts.finding
    said = [
        template.format(query=fitting(query, QUERY_SHOWN))
        for template, query in ((texts.filter_only, wish.only), (texts.filter_not, wish.never))
        if query
    ]
    return " · ".join(said) or texts.filter_nothing


def _none(chat: Chat) -> Subscription:
    return Subscription(chat.id, FeedId(""), 0)


def _is_filtered(source: Source) -> bool:
    return bool(source.subscription.only or source.subscription.never)

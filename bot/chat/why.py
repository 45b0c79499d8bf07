"""``/why``: one item's way: when it was seen, what it matched, what became of it, or why it was not seen.

Of a feed, named by address, number or name, it tells how that does (:mod:`bot.chat.why_feed`).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat import menus
from bot.chat.commands import addresses
from bot.chat.desk import Ask, Desk, at
from bot.chat.fates import standing
from bot.chat.finding import TITLE_LIMIT, fitting, no_feeds
from bot.chat.menus import Press, Verb
from bot.chat.replies import ago, bold, code, join, level, link, say, short, span
from bot.chat.rights import Target, pressed_target, target_of
from bot.chat.sources import Source, heard_of, meant, sources_of
from bot.chat.why_feed import SOON_MS, tell_feed
from bot.deliver.letters import look_for
from bot.fetch.address import host_of, normalise
from bot.items import Alert, Chat, ChatId, ChatKind, Hit, StoredItem, Taste
from bot.matching import searchable
from bot.render.parts import Button, RichText
from bot.rulebook import Reader
from bot.rules import Heard
from bot.store.traces import Trace

ALERTS_SHOWN = 10
QUERY_SHOWN = 60
LABEL_LIMIT = 30
"""Letters of an alert's name or query in a line, and in a button."""

FEEDS_SHOWN = 5
"""Feeds of a site that are told of, where none of them has the item."""

SUPERGROUP = -1_000_000_000_000
"""Ids of supergroups and channels are this, less the number in links to their messages."""

ON_THE_WAY_MS = 120_000
"""For how long after it was noticed an item without any note is thought to be on its way."""

AT_ONCE_MS = 1000

MOMENT = "%Y-%m-%d %H:%M:%S %Z"


async def why(desk: Desk, ask: Ask) -> None:
    """Tell the way of the item, or of the feed, that a command names or replies to; everybody may ask."""
    target = await target_of(desk, ask)
    if target is None:
        return
    whose, address = at(ask, target.chat), _address(ask, target)
    if address:
        await _by_link(desk, ask, target.chat, address)
    elif ask.replied_to and not whose:
        await _by_message(desk, ask, target.chat, ask.replied_to)
    elif words := target.words.strip():
        await _by_name(desk, ask, target.chat, words)
    else:
        await desk.answer(ask, say(ask.texts.finding.why_how, at=whose))


def _address(ask: Ask, target: Target) -> str:
    """Return the address that a command names, behind a word or in it; "" for none."""
    for one in (*addresses(target.words), *ask.links):
        with suppress(ValueError):
            return normalise(one)
    return ""


async def _by_message(desk: Desk, ask: Ask, chat: Chat, message: int) -> None:
    item_id = await desk.store.traces.item_of(chat.id, message)
    found = await desk.store.news.many([item_id]) if item_id else []
    if not found:
        await desk.answer(ask, say(ask.texts.finding.why_not_ours, at=at(ask, chat)))
        return
    sources = await sources_of(desk, chat.id)
    await _tell(desk, ask, chat, sources, found)


async def _by_name(desk: Desk, ask: Ask, chat: Chat, words: str) -> None:
    """Tell how the feeds do that are named by number or words."""
    chosen, _ = await meant(desk, await sources_of(desk, chat.id), words)
    if not chosen:
        template = ask.texts.finding.why_feed_unknown
        await desk.answer(ask, say(template, words=short(words), at=at(ask, chat)))
        return
    said = [await tell_feed(desk, ask, chat, one) for one in chosen[:FEEDS_SHOWN]]
    if left := len(chosen[FEEDS_SHOWN:]):
        said.append(say(ask.texts.finding.why_unseen_more, count=left, at=at(ask, chat)))
    await desk.answer(ask, join(said, "\n\n"))


async def _by_link(desk: Desk, ask: Ask, chat: Chat, address: str) -> None:
    """Tell of the items with that link; every feed of the chat that has it tells its own."""
    sources = await sources_of(desk, chat.id)
    if not sources:
        await desk.answer(ask, no_feeds(ask, chat))
        return
    feed = await desk.store.feeds.find(address)
    own = next((one for one in sources if feed and one.feed.id == feed.id), None)
    if own:
        await desk.answer(ask, await tell_feed(desk, ask, chat, own))
        return
    found = await desk.searcher.by_link(address, [one.feed.id for one in sources])
    if found.matches:
        await _tell(desk, ask, chat, sources, [one.stored for one in found.matches])
        return
    await desk.answer(ask, await _unseen(desk, ask, chat, sources, address, cut=bool(found.until_ms)))


async def _unseen(
    desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], address: str, *, cut: bool
) -> RichText:
    """Say that an item was not seen, and how the feeds of its site do."""
    texts = ask.texts.finding
    shown, days = code(short(address)), f"{desk.settings.keep_days:g}"
    said = [say(texts.why_unseen_cut if cut else texts.why_unseen, link=shown, days=days, at=at(ask, chat))]
    site = _site(address)
    near = [one for one in sources if site in {_site(one.feed.link), _site(one.feed.url)}]
    if near:
        lines = [RichText(texts.why_unseen_site)]
        lines += [await _looked(desk, ask, one) for one in near[:FEEDS_SHOWN]]
        if left := len(near[FEEDS_SHOWN:]):
            lines.append(say(texts.why_unseen_more, count=left, at=at(ask, chat)))
        said.append(join(lines, "\n"))
    else:
        said.append(say(texts.why_unseen_elsewhere, link=shown, at=at(ask, chat)))
    return join(said, "\n\n")


async def _looked(desk: Desk, ask: Ask, source: Source) -> RichText:
    """Say in a line when a feed was looked at, with what success, and when it is again."""
    texts, feed, now_ms = ask.texts.finding, source.feed, desk.now_ms()
    said = [level(bold(source.name))]
    if feed.looked_ms:
        said.append(say(texts.why_looked, when=ago(ask.texts, feed.looked_ms, now_ms)))
    else:
        said.append(RichText(texts.why_never_looked))
    if wrong := standing(ask.texts, feed, now_ms):
        said.append(RichText(wrong))
    next_ms = await desk.store.traces.next_look_ms(feed.id)
    if next_ms is not None and next_ms - now_ms < SOON_MS:
        said.append(RichText(texts.why_next_soon))
    elif next_ms is not None:
        said.append(say(texts.why_next, span=span(ask.texts, next_ms - now_ms)))
    return join(said, " · ")


async def press_untell(desk: Desk, ask: Ask, press: Press) -> None:
    """Tell another chat's alert here no more: whoever set that may have left, and nobody here can open it."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    owner, number = ChatId(press.count(0)), press.count(1)
    if any(one.id == number and one.also == chat.id for one in await desk.store.alerts.of(owner)):
        await desk.store.alerts.change(
            owner, number, lambda now: replace(now, also=None, topic=None) if now.also == chat.id else now
        )
    await desk.toast(ask, ask.texts.finding.why_untold, loud=True)


async def _tell(
    desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], items: Sequence[StoredItem]
) -> None:
    """Tell the ways of items; where other chats' alerts brought them, with buttons to have an end of that."""
    told, foreign = list[RichText](), dict[tuple[ChatId, int], Hit]()
    for stored in items:
        trace = await desk.store.traces.of(chat.id, stored.id)
        told.append(await _told(desk, ask, chat, sources, stored, trace))
        foreign |= {(one.owner, one.alert): one for one in trace.hits if one.owner is not None}
    buttons = [
        [
            Button(
                ask.texts.finding.why_untell.format(alert=short(one.label, LABEL_LIMIT)),
                data=menus.pack(Verb.UNTELL, chat.id, owner, number),
            )
        ]
        for (owner, number), one in foreign.items()
    ]
    await desk.answer(ask, join(told, "\n\n"), buttons[:ALERTS_SHOWN])


async def _told(
    desk: Desk, ask: Ask, chat: Chat, sources: Sequence[Source], stored: StoredItem, trace: Trace
) -> RichText:
    """Tell an item's way in a chat, a line for each thing that is known."""
    texts = ask.texts.finding
    source = next((one for one in sources if one.feed.id == stored.feed), None)
    title = link(fitting(stored.item.title, TITLE_LIMIT) or ask.texts.untitled, stored.item.link or "")
    lines = [title]
    if source:
        lines.append(say(texts.why_source, feed=bold(source.name)))
    else:
        lines.append(say(texts.why_left, at=at(ask, chat)))
    lines.append(_seen(ask, stored, look_for(chat, Taste(), desk.settings).zone))
    alerts = await desk.store.alerts.of(chat.id)
    if alerts:
        heard = heard_of(source) if source else Heard()
        fires = await asyncio.to_thread(_firing, alerts, stored, chat.id, heard)
        found = say(texts.why_alerts, alerts=_labels(fires))
        lines.append(found if fires else say(texts.why_no_alerts, count=len(alerts)))
    if copied := [one for one in trace.hits if one.owner is not None]:
        lines.append(say(texts.why_told_for, alerts=_labels(copied)))
    lines += _became(desk, ask, chat, source, stored, trace)
    return join(lines, "\n")


def _labels(alerts: Sequence[Alert | Hit]) -> str:
    return ", ".join(f"“{short(one.label, QUERY_SHOWN)}”" for one in alerts[:ALERTS_SHOWN])


def _seen(ask: Ask, stored: StoredItem, zone: ZoneInfo) -> RichText:
    """Say when an item was published and noticed."""
    texts, published = ask.texts.finding, stored.item.published
    noticed = datetime.fromtimestamp(stored.noticed_ms / 1000, zone).strftime(MOMENT)
    if published is None:
        return say(texts.why_published_unknown, noticed=noticed)
    late_ms = stored.noticed_ms - round(published.timestamp() * 1000)
    when = published.astimezone(zone).strftime(MOMENT)
    if late_ms < AT_ONCE_MS:
        return say(texts.why_noticed, when=when, noticed=noticed)
    return say(texts.why_published, when=when, noticed=noticed, span=span(ask.texts, late_ms))


def _became(
    desk: Desk, ask: Ask, chat: Chat, source: Source | None, stored: StoredItem, trace: Trace
) -> list[RichText]:
    """Say what became of an item: all that is noted, else what explains that nothing is."""
    texts, whose, said = ask.texts.finding, at(ask, chat), list[RichText]()
    if trace.kept_by:
        said.append(say(texts.why_kept, filter=_filter(ask, source, trace.kept_by), at=whose))
    if trace.sent is not None:
        said.append(_sent(ask, chat, trace.sent))
    elif trace.place is not None:
        template = texts.why_waits_paused if chat.paused else texts.why_waits
        said.append(say(template, place=trace.place + 1, count=trace.waiting, why=chat.paused))
    elif trace.parked:
        said.append(say(texts.why_parked, why=_reason(ask, chat, trace.parked)))
    if said:
        return said
    if source and stored.noticed_ms < source.subscription.created_ms:
        return [say(texts.why_before, at=whose)]
    if source and source.subscription.paused:
        return [RichText(texts.why_feed_paused)]
    if desk.now_ms() - stored.noticed_ms < ON_THE_WAY_MS:
        return [RichText(texts.why_onway)]
    return [say(texts.why_unknown, at=whose)]


def _filter(ask: Ask, source: Source | None, which: str) -> str:
    """Say which filter it was: as it stands now, since only its kind is noted."""
    texts = ask.texts.finding
    wish = source.subscription if source else None
    query = (wish.only if which == "only" else wish.never) if wish else ""
    template = texts.filter_only if which == "only" else texts.filter_not
    return template.format(query=short(query or "?", QUERY_SHOWN))


def _sent(ask: Ask, chat: Chat, message: int) -> RichText:
    texts = ask.texts.finding
    if not message:
        return RichText(texts.why_sent_before)
    if chat.kind not in {ChatKind.CHANNEL, ChatKind.SUPERGROUP}:
        return say(texts.why_sent, message=message)
    place = chat.username or f"c/{SUPERGROUP - chat.id}"
    address = f"https://t.me/{place}/{message}"
    return say(texts.why_sent_linked, message=link(address.removeprefix("https://"), address))


def _reason(ask: Ask, chat: Chat, why: str) -> RichText:
    """Say why an item was parked, in the language that is spoken as far as the reason is one of ours."""
    reasons = ask.texts.finding.why_reasons
    begins = next((one for one in reasons if one and why.startswith(one)), "")
    rest = why.removeprefix(begins)
    return say(reasons[begins], rest=short(rest.rstrip(".")), at=at(ask, chat))


def _firing(alerts: Sequence[Alert], stored: StoredItem, chat: ChatId, heard: Heard) -> list[Alert]:
    """Return the alerts of a chat that the item matches, the muted ones too; it asks each, in a thread."""
    reader = Reader(searchable(stored), {one.query for one in alerts}, lambda _: alerts)
    return [fired.alert for fired in reader.firing(chat, heard)]


def _site(address: str) -> str:
    """Return the name of an address' site, by which feeds and items of one are told; "" for no address."""
    with suppress(ValueError):
        return host_of(address).removeprefix("www.")
    return ""

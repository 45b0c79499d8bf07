"""``/sub``: from an address that a person names to news in the chat."""

from contextlib import suppress
from dataclasses import replace

from bot.chat import flood, menus
from bot.chat.commands import addresses
from bot.chat.desk import Ask, Desk, at, handle, here, name
from bot.chat.menus import Press, Verb
from bot.chat.replies import bold, code, failure, join, level, link, rate, say, short
from bot.chat.replies.texts import Texts
from bot.chat.rights import pressed_target, target_of
from bot.chat.samples import as_sample, send
from bot.chat.sources import name_of
from bot.deliver.outcome import Sent
from bot.fetch.address import host_of, normalise
from bot.fetch.answer import Failed, Failure
from bot.fetch.sites import is_of_telegram, is_rsshub, translated
from bot.items import Chat, StoredItem, Taste
from bot.render.parts import Button, RichText
from bot.subscribe import Choice, Found, Offer

CHOICES = 8
"""Feeds of one page that are offered; a page that names more names them by category."""

TITLE_SHOWN = 40
LATEST_SHOWN = 60
"""Letters of a feed's title and of that of its newest item, in a line that offers it."""


async def sub(desk: Desk, ask: Ask) -> None:
    """Follow the address that a command names."""
    target = await target_of(desk, ask, changes=True)
    if target is None:
        return
    named = tuple(dict.fromkeys((*addresses(target.words), *ask.links)))
    address = named[0] if named else target.words.partition(" ")[0]
    if not address:
        example = ask.texts.suggestions[0][1]
        await desk.answer(ask, say(ask.texts.sub_how, example=example))
        return
    await follow(desk, ask, target.chat, address)
    if len(named) > 1:
        await desk.answer(ask, say(ask.texts.took_first, address=code(short(address))))


async def press_sub(desk: Desk, ask: Ask, press: Press) -> None:
    """Follow a feed that was offered as a button, or one just left."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    feed = await desk.store.feeds.get(press.feed())
    if feed is None:
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return
    await desk.toast(ask)
    await follow(desk, ask, chat, feed.url)


async def press_suggested(desk: Desk, ask: Ask, press: Press) -> None:
    """Follow one of the feeds suggested at the start; the address stands in the button."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is not None:
        await desk.toast(ask)
        await follow(desk, ask, chat, "".join(press.rest))


async def follow(desk: Desk, ask: Ask, chat: Chat, address: str) -> None:
    """Look at ``address`` and subscribe ``chat`` to its feed, or say what came of it."""
    await desk.show_typing(ask)
    found = await desk.finder.find(address)
    if isinstance(found, Failed):
        await desk.answer(ask, _failed(desk, ask, found, address))
    elif isinstance(found, Choice):
        await _offer(desk, ask, chat, address, found)
    else:
        await _take(desk, ask, chat, found)


async def _offer(desk: Desk, ask: Ask, chat: Chat, address: str, choice: Choice) -> None:
    """Offer a page's feeds as buttons; each is known by its id, so that the button lasts."""
    lines = [say(ask.texts.choose, address=code(short(address))), RichText()]
    buttons = []
    for place, one in enumerate(choice.candidates[:CHOICES], start=1):
        feed = await desk.store.feeds.ensure(one.url)
        title = short(one.title, TITLE_SHOWN) or name_of(feed)
        lines.append(offer_line(ask.texts, place, title, one))
        buttons.append([Button(f"{place}. {title}", data=menus.pack(Verb.SUB, chat.id, feed.id))])
    if left := choice.untried + len(choice.candidates[CHOICES:]):
        lines += [RichText(), say(ask.texts.choose_more, count=left, at=at(ask, chat))]
    await desk.answer(ask, join(lines, "\n"), buttons)


def offer_line(texts: Texts, place: int, title: str, offer: Offer) -> RichText:
    """Tell a feed from the others of its page in a line: its title, how much it brings, and what newly."""
    said = [level(link(title, offer.url))]
    if offer.rate_per_day > 0:
        said.append(RichText(rate(texts, offer.rate_per_day)))
    if offer.latest is None:
        said.append(RichText(texts.subscribing.offer_empty))
    elif latest := short(offer.latest, LATEST_SHOWN):
        said.append(say(texts.subscribing.offer_latest, title=latest))
    return join([RichText(f"{place}. "), join(said, " · ")])


def _failed(desk: Desk, ask: Ask, failed: Failed, address: str) -> RichText:
    """Say why an address cannot be followed, and of whom it was asked for where that does not stand in it."""
    texts, shown = ask.texts.subscribing, code(short(address))
    if is_rsshub(address):
        try:
            asked = translated(address, desk.settings.rsshub_url)
        except ValueError:
            return say(texts.rsshub_route if desk.settings.rsshub_url else texts.rsshub_off, address=shown)
        no_feed = failed.why is Failure.NOT_A_FEED
        why = texts.rsshub_no_feed if no_feed else ask.texts.troubles[failed.why]
        return say(texts.rsshub_failed, host=host_of(asked), address=shown, why=why)
    with suppress(ValueError):
        url = normalise(address)
        if failed.why in {Failure.NOT_A_FEED, Failure.MISSING} and is_of_telegram(url):
            return say(texts.telegram_none, address=shown)
    return failure(ask.texts, failed.why, address)


async def _take(desk: Desk, ask: Ask, chat: Chat, found: Found) -> None:
    """Subscribe, say so, and show the latest item as all others will look."""
    feed, by = found.feed, ask.person.id if ask.person else None
    new = await desk.finder.add(chat.id, feed, by=by, topic=ask.topic if here(ask, chat) else None)
    if new and chat.owner is None and by is not None:
        # Whoever subscribed it first is told when it is lost.
        await desk.store.chats.save(replace(chat, owner=by), before=chat)
    called = link(name_of(feed), feed.link) if feed.link else bold(name_of(feed))
    if not new:
        await desk.answer(ask, say(ask.texts.already, feed=called, at=at(ask, chat)))
        return
    often = rate(ask.texts, feed.rate_per_day)
    if not here(ask, chat):
        whose = bold(short(name(chat)))
        text = say(ask.texts.subscribed_channel, chat=whose, name=handle(chat), feed=called, rate=often)
    elif found.latest is None:
        text = say(ask.texts.subscribed_empty, feed=called)
    else:
        text = say(ask.texts.subscribed, feed=called, rate=often)
    warning, buttons = await flood.warned(desk, ask, chat, feed, len(found.document.items))
    await desk.answer(ask, join([text, warning], "\n\n") if warning.text else text, buttons)
    if found.latest is not None:
        await _show_sample(desk, ask, chat, found.latest)


async def _show_sample(desk: Desk, ask: Ask, chat: Chat, sample: StoredItem) -> None:
    """Send ``sample`` to whoever asked, set as ``chat`` will see items; it does not come again there."""
    outcome = await send(desk, ask, as_sample(desk, chat, sample, Taste()))
    if here(ask, chat) and isinstance(outcome, Sent):
        await desk.store.outbox.note_sent(chat.id, sample.id, outcome.message_id)

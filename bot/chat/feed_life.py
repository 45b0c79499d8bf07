"""What people do about a feed that has moved or died: undo, look for it again, follow another instead."""

from dataclasses import replace
from urllib.parse import urlsplit

from bot.chat import menus
from bot.chat.desk import Ask, Desk, at
from bot.chat.fates import LABEL_LIMIT, address, now_of, remedies
from bot.chat.following import CHOICES, TITLE_SHOWN, offer_line
from bot.chat.menus import Press, Verb
from bot.chat.replies import bold, join, link, say, short
from bot.chat.rights import pressed_target
from bot.chat.sources import name_of
from bot.fetch.address import without_user
from bot.fetch.answer import Failed, Failure
from bot.items import Chat, Feed
from bot.life import distrusting, former_of
from bot.render.parts import Button, RichText
from bot.subscribe import Choice, Found

_NO_ANSWER = frozenset({Failure.UNREACHABLE, Failure.TOO_SLOW, Failure.REFUSED})
"""After these, another page of the same host is not asked: somebody waits for an answer."""


async def press_fate(desk: Desk, ask: Ask, press: Press) -> None:
    """Say how one of several feeds is, and what can be done about it."""
    found = await _heard(desk, ask, press, changes=False)
    if found is None:
        return
    chat, feed = found
    await desk.toast(ask)
    await desk.answer(ask, *now_of(ask.texts, chat, feed, desk.now_ms(), at(ask, chat)))


async def press_unmove(desk: Desk, ask: Ask, press: Press) -> None:
    """Let a feed that has moved be looked at where it was; it does not move there again."""
    found = await _heard(desk, ask, press)
    if found is None:
        return
    chat, feed = found
    old = former_of(feed)
    if not old:
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return
    if old != feed.url:
        marks = distrusting(feed.unmoved, feed.url)
        await desk.store.notices.take_back(feed.id, at=feed.url, back_to=old, unmoved=marks)
        text = say(
            ask.texts.living.unmoved,
            feed=bold(name_of(feed)),
            old=address(old),
            new=address(feed.url),
            at=at(ask, chat),
        )
        await desk.toast(ask)
        await desk.rewrite(ask, text)
    else:
        await desk.toast(ask, ask.texts.living.unmoved_already)


async def press_seek(desk: Desk, ask: Ask, press: Press) -> None:
    """Look for a feed at its page and at its site's root, and offer what is found there."""
    found = await _heard(desk, ask, press)
    if found is None:
        return
    chat, feed = found
    await desk.toast(ask)
    await desk.show_typing(ask)
    failed = Failure.NOT_A_FEED
    places = _places(feed)
    for place in places:
        answer = await desk.finder.find(place)
        if isinstance(answer, Failed):
            failed = answer.why
            if failed in _NO_ANSWER:
                break
        else:
            await _offer(desk, ask, chat, feed, answer)
            return
    why = ask.texts.troubles[failed]
    shown = address(places[0])
    text = say(
        ask.texts.living.seek_nothing, feed=bold(name_of(feed)), address=shown, why=why, at=at(ask, chat)
    )
    await desk.answer(ask, text, remedies(ask.texts, chat, feed))


async def press_instead(desk: Desk, ask: Ask, press: Press) -> None:
    """Follow another feed instead of one, in the same way."""
    found = await _heard(desk, ask, press)
    if found is None:
        return
    chat, feed = found
    new = await desk.store.feeds.get(press.feed(1))
    was = await desk.store.chats.subscription(chat.id, feed.id)
    if new is None or was is None or new.id == feed.id:
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return
    await desk.toast(ask)
    by = ask.person.id if ask.person else None
    is_new = await desk.finder.add(chat.id, new, by=by, topic=was.topic)
    hears = await desk.store.chats.subscription(chat.id, new.id)
    if hears is not None:
        how = replace(was, feed=new.id, created_ms=hears.created_ms) if is_new else hears
        await desk.store.chats.succeed(how, feed.id)
    text = say(
        ask.texts.living.instead_done,
        new=bold(name_of(new)),
        feed=bold(name_of(feed)),
        at=at(ask, chat),
    )
    await desk.rewrite(ask, text)


async def _heard(desk: Desk, ask: Ask, press: Press, *, changes: bool = True) -> tuple[Chat, Feed] | None:
    """Return the chat and the feed of a button, if it hears that still and the presser may; else say so."""
    chat = await pressed_target(desk, ask, press.chat, changes=changes)
    if chat is None:
        return None
    feed = await desk.store.feeds.get(press.feed())
    if feed is None or await desk.store.chats.subscription(chat.id, feed.id) is None:
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return None
    return chat, feed


async def _offer(desk: Desk, ask: Ask, chat: Chat, feed: Feed, found: Found | Choice) -> None:
    """Offer the feeds that were found in the place of ``feed``."""
    living, named = ask.texts.living, bold(name_of(feed))
    if isinstance(found, Found):
        if found.feed.id == feed.id:
            await desk.answer(ask, say(living.seek_same, feed=named))
            return
        shown = link(name_of(found.feed), without_user(found.feed.url))
        text = say(living.seek_found, new=shown, feed=named)
        await desk.answer(ask, text, [[_instead(ask, chat, feed, found.feed, name_of(found.feed))]])
        return
    lines, buttons = [say(living.seek_several, feed=named), RichText()], []
    for number, one in enumerate(found.candidates[:CHOICES], start=1):
        other = await desk.store.feeds.ensure(one.url)
        title = short(one.title, TITLE_SHOWN) or name_of(other)
        lines.append(offer_line(ask.texts, number, title, one))
        if other.id != feed.id:
            buttons.append([_instead(ask, chat, feed, other, title)])
    await desk.answer(ask, join(lines, "\n"), buttons)


def _instead(ask: Ask, chat: Chat, old: Feed, new: Feed, title: str) -> Button:
    label = ask.texts.living.instead.format(feed=short(title, LABEL_LIMIT))
    return Button(label, data=menus.pack(Verb.INSTEAD, chat.id, old.id, new.id))


def _places(feed: Feed) -> list[str]:
    """Return where a feed may be found again: the page it names, and the root of its own site."""
    parts = urlsplit(without_user(feed.url))
    root = f"{parts.scheme}://{parts.netloc}/"
    return list(dict.fromkeys(one for one in (feed.link, root) if one and one != feed.url))

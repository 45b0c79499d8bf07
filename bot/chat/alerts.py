"""``/alert`` and ``/alerts``: the rules by which a chat is told loudly."""

from bot.chat import menus
from bot.chat.desk import Ask, Buttons, Desk, at
from bot.chat.listing import NUMBERS_A_ROW
from bot.chat.menus import PAGE_SIZE, Press, Verb
from bot.chat.replies import join, say, short
from bot.chat.rights import pressed_target, target_of
from bot.items import Alert, Chat
from bot.render.parts import Button, RichText
from bot.rules import parse

MOST = 100
"""Alerts of one chat; each is tried on every item of its feeds."""


async def alert(desk: Desk, ask: Ask) -> None:
    """Add a rule, or say how."""
    target = await target_of(desk, ask, leading=True, changes=bool(ask.argument))
    if target is None:
        return
    texts, whose = ask.texts, at(ask, target.chat)
    if not target.words:
        await desk.answer(ask, say(texts.alert_how, at=whose))
        return
    try:
        rule = parse(target.words)
    except ValueError as error:
        await desk.answer(ask, say(texts.alert_wrong, why=str(error), at=whose))
        return
    known = await desk.store.alerts.of(target.chat.id)
    if any(one.query == rule.query for one in known):
        await desk.answer(ask, say(texts.alert_same, at=whose))
    elif len(known) >= MOST:
        await desk.answer(ask, say(texts.alert_full, count=MOST, at=whose))
    else:
        by = ask.person.id if ask.person else None
        added = await desk.store.alerts.add(Alert(0, target.chat.id, rule.query, by))
        text = say(texts.alert_added, number=added.id, query=short(added.query), at=whose)
        await desk.answer(ask, text)


async def alerts(desk: Desk, ask: Ask) -> None:
    """List the chat's rules."""
    if target := await target_of(desk, ask):
        await desk.answer(ask, *await _page(desk, ask, target.chat, 0))


async def press_alerts(desk: Desk, ask: Ask, press: Press) -> None:
    """Turn to another page; everybody may."""
    chat = await pressed_target(desk, ask, press.chat, changes=False)
    if chat is not None:
        await desk.toast(ask)
        await desk.rewrite(ask, *await _page(desk, ask, chat, press.count(0)))


async def press_unalert(desk: Desk, ask: Ask, press: Press) -> None:
    """Remove a rule and show those that are left."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    gone = await desk.store.alerts.remove(chat.id, press.count(0))
    await desk.toast(ask, ask.texts.alert_removed if gone else ask.texts.alert_gone)
    await desk.rewrite(ask, *await _page(desk, ask, chat, press.count(1)))


async def _page(desk: Desk, ask: Ask, chat: Chat, page: int) -> tuple[RichText, Buttons]:
    texts = ask.texts
    rules = await desk.store.alerts.of(chat.id)
    if not rules:
        return say(texts.alerts_empty, at=at(ask, chat)), ()
    last = menus.pages(len(rules)) - 1
    page = min(max(page, 0), last)
    shown = rules[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    title = say(texts.alerts_title, count=len(rules), at=at(ask, chat))
    lines = [title, RichText(), *(RichText(f"{one.id}. {short(one.query)}") for one in shown)]
    remove = [Button(f"✕ {one.id}", data=menus.pack(Verb.UNALERT, chat.id, one.id, page)) for one in shown]
    rows = [remove[at : at + NUMBERS_A_ROW] for at in range(0, len(remove), NUMBERS_A_ROW)]
    return join(lines, "\n"), rows + menus.turning(
        Verb.ALERTS, chat.id, page, last, texts.previous, texts.following
    )

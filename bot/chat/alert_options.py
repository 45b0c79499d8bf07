"""``/alerts``: the rules of a chat, listed, opened and changed, by buttons or by words."""

from dataclasses import replace

from bot.chat import alert_panel, alert_words, menus
from bot.chat.alert_changes import Change, carried, meant
from bot.chat.alert_panel import REMOVE, TEST, WORDS
from bot.chat.alert_setting import set_rule, told_of, understood
from bot.chat.alert_words import Told
from bot.chat.desk import Ask, Desk, at
from bot.chat.menus import Press
from bot.chat.replies import say, short
from bot.chat.rights import pressed_target, target_of
from bot.items import Alert, Chat
from bot.render.parts import RichText

_READS = {"", "test"}
"""What everybody may ask of a rule."""


async def alerts(desk: Desk, ask: Ask) -> None:
    """List the chat's rules, open one, or change it as told in words."""
    told = alert_words.read(ask.argument)
    changes = bool(told.number) and told.option not in _READS
    target = await target_of(desk, replace(ask, argument=told.chat), changes=changes)
    if target is None:
        return
    chat, texts = target.chat, ask.texts.alerting
    if not told.number:
        words = " ".join(filter(None, (told.option, told.value)))
        await desk.answer(ask, *await alert_panel.listed(desk, ask, chat, words=words))
        return
    alert = await _alert_of(desk, chat, menus.whole(told.number) or 0)
    if alert is None:
        await desk.answer(ask, say(texts.alert_unknown, number=short(told.number, 20), at=at(ask, chat)))
    elif told.option:
        await _typed(desk, ask, chat, alert, told)
    elif told.value:
        names = alert_panel.option_names(texts)
        said = say(
            texts.option_unknown, words=short(told.value), number=alert.id, names=names, at=at(ask, chat)
        )
        await desk.answer(ask, said)
    else:
        await desk.answer(ask, *await alert_panel.card(desk, ask, chat, alert))


async def press_alerts(desk: Desk, ask: Ask, press: Press) -> None:
    """Turn to another page; everybody may."""
    chat = await pressed_target(desk, ask, press.chat, changes=False)
    if chat is not None:
        await desk.toast(ask)
        await desk.rewrite(ask, *await alert_panel.listed(desk, ask, chat, press.count(0)))


async def press_open(desk: Desk, ask: Ask, press: Press) -> None:
    """Open a rule's card, try it, tell how it is set in words, or ask whether it is to go."""
    what, page = press.word(1), press.count(2)
    chat = await pressed_target(desk, ask, press.chat, changes=what == REMOVE)
    if chat is None:
        return
    alert = await _pressed_alert(desk, ask, chat, press.count(0), page)
    if alert is None:
        return
    await desk.toast(ask)
    if what == TEST:
        text = await _tried(desk, ask, chat, alert)
        await desk.rewrite(ask, text, alert_panel.back_button(ask, chat, alert, page))
    elif what == WORDS:
        await desk.rewrite(ask, *alert_panel.words(ask, chat, alert, page))
    elif what == REMOVE:
        await desk.rewrite(ask, *alert_panel.removal(ask, chat, alert, page))
    else:
        await desk.rewrite(ask, *await alert_panel.card(desk, ask, chat, alert, page))


async def press_set(desk: Desk, ask: Ask, press: Press) -> None:
    """Set an option as the button says: that value, and not just another one, however often pressed."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    number, page = press.count(0), press.count(3)
    change = await carried(desk, ask, chat, press.word(1), press.word(2))
    if isinstance(change, RichText):
        await desk.toast(ask, change.text, loud=True)
        return
    if await _pressed_alert(desk, ask, chat, number, page) is None:
        return
    alert = await desk.store.alerts.change(chat.id, number, change)
    await desk.toast(ask)
    if alert is not None:
        await desk.rewrite(ask, *await alert_panel.card(desk, ask, chat, alert, page))


async def press_unalert(desk: Desk, ask: Ask, press: Press) -> None:
    """Remove a rule and show those that are left."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    gone, texts = await desk.store.alerts.remove(chat.id, press.count(0)), ask.texts.alerting
    await desk.toast(ask, texts.alert_removed if gone else texts.alert_gone)
    await desk.rewrite(ask, *await alert_panel.listed(desk, ask, chat, press.count(1)))


async def _alert_of(desk: Desk, chat: Chat, number: int) -> Alert | None:
    return next((one for one in await desk.store.alerts.of(chat.id) if one.id == number), None)


async def _pressed_alert(desk: Desk, ask: Ask, chat: Chat, number: int, page: int) -> Alert | None:
    """Return the rule that a button is about; where it is gone, say so and show those that are left."""
    if found := await _alert_of(desk, chat, number):
        return found
    await desk.toast(ask, ask.texts.alerting.alert_gone)
    await desk.rewrite(ask, *await alert_panel.listed(desk, ask, chat, page))
    return None


async def _tried(desk: Desk, ask: Ask, chat: Chat, alert: Alert) -> RichText:
    """Say how often a rule would have fired."""
    rule = understood(ask, alert.query)
    return rule if isinstance(rule, RichText) else await told_of(desk, ask, chat, rule)


async def _typed(desk: Desk, ask: Ask, chat: Chat, alert: Alert, told: Told) -> None:
    """Do what was told of a rule in words, and show how it stands."""
    if told.option == "query" and told.value:
        await set_rule(desk, ask, chat, told.value, alert.id)
    elif told.option == "test":
        back = alert_panel.back_button(ask, chat, alert, 0)
        await desk.answer(ask, await _tried(desk, ask, chat, alert), back)
    elif told.option == "remove":
        await desk.answer(ask, *alert_panel.removal(ask, chat, alert, 0))
    else:
        change = await meant(desk, ask, chat, alert, told)
        if change is not None:
            await _change(desk, ask, chat, alert, change)


async def _change(desk: Desk, ask: Ask, chat: Chat, alert: Alert, change: Change | RichText) -> None:
    """Change a rule, or say why not; what others change of it meanwhile stays."""
    if isinstance(change, RichText):
        await desk.answer(ask, change)
    elif changed := await desk.store.alerts.change(chat.id, alert.id, change):
        await desk.answer(ask, *await alert_panel.card(desk, ask, chat, changed))
    else:
        await desk.answer(ask, RichText(ask.texts.alerting.alert_gone))

"""How a rule is set: understood, tried, asked about where it would fire often, kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.chat import alert_trials, menus
from bot.chat.alert_panel import card_buttons
from bot.chat.alert_trials import shown
from bot.chat.desk import Ask, Buttons, Desk, at
from bot.chat.finding import wrong
from bot.chat.menus import Press, Verb
from bot.chat.replies import join, say
from bot.chat.rights import pressed_target
from bot.items import Alert, Chat
from bot.render.parts import Button, RichText
from bot.rulebook import rule_of
from bot.rules import QueryError, Rule, parse

MOST = 100
"""Alerts of one chat; each is tried on every item of its feeds."""

REGEX_MOST = 10
"""Of these, alerts with a regular expression: most of them are asked of every item, and harm takes long."""


def understood(ask: Ask, query: str) -> Rule | RichText:
    """Return the rule that a query asks for, or a sentence on what is wrong with it."""
    try:
        return parse(query)
    except QueryError as error:
        return wrong(ask, ask.texts.alerting.alert_wrong, query, error)


async def refusal(desk: Desk, ask: Ask, chat: Chat, rule: Rule, number: int = 0) -> RichText | None:
    """Say why a rule cannot be set, or cannot be what rule ``number`` becomes; None if it can."""
    texts, known = ask.texts.alerting, await desk.store.alerts.of(chat.id)
    same = next((one for one in known if one.query == rule.query and one.id != number), None)
    if same:
        return say(texts.alert_same, number=same.id, at=at(ask, chat))
    if number and all(one.id != number for one in known):
        return say(texts.alert_unknown, number=number, at=at(ask, chat))
    if not number and len(known) >= MOST:
        return say(texts.alert_full, count=MOST, at=at(ask, chat))
    others = [one for one in known if one.id != number]
    if rule.has_regex and await asyncio.to_thread(_regexes, others) >= REGEX_MOST:
        return say(texts.alert_full_regex, count=REGEX_MOST, at=at(ask, chat))
    return None


def _regexes(alerts: Sequence[Alert]) -> int:
    """Return how many of ``alerts`` have a regex."""
    rules = (rule_of(one.query) for one in alerts)
    return sum(rule is not None and rule.has_regex for rule in rules)


async def keep(desk: Desk, ask: Ask, chat: Chat, rule: Rule, number: int = 0) -> Alert | RichText:
    """Keep a rule, or the query of rule ``number``; a sentence where that cannot be."""
    if refused := await refusal(desk, ask, chat, rule, number):
        return refused
    if not number:
        by = ask.person.id if ask.person else None
        return await desk.store.alerts.add(Alert(0, chat.id, rule.query, by))
    changed = await desk.store.alerts.change(chat.id, number, lambda now: replace(now, query=rule.query))
    return changed or RichText(ask.texts.alerting.alert_gone)


async def set_rule(desk: Desk, ask: Ask, chat: Chat, query: str, number: int = 0) -> None:
    """Set a rule, or give rule ``number`` another query; one that would fire often asks first."""
    rule = understood(ask, query)
    if isinstance(rule, RichText):
        await desk.answer(ask, rule)
        return
    if refused := await refusal(desk, ask, chat, rule, number):
        await desk.answer(ask, refused)
        return
    await desk.show_typing(ask)
    trial = await alert_trials.tried(desk, chat, rule)
    told = await alert_trials.told(desk, ask, chat, trial)
    if trial.is_frequent:
        pieces = [shown(rule.query), told, RichText(ask.texts.alerting.alert_often)]
        await desk.answer(ask, join(pieces, "\n\n"), await _choice(desk, ask, chat, rule, number))
        return
    made = await keep(desk, ask, chat, rule, number)
    if isinstance(made, RichText):
        await desk.answer(ask, made)
        return
    text, buttons = _kept(ask, chat, made, changed=bool(number))
    await desk.answer(ask, join([text, told], "\n\n"), buttons)


async def try_rule(desk: Desk, ask: Ask, chat: Chat, query: str) -> None:
    """Say how often a rule would have fired, and offer to set it."""
    rule = understood(ask, query)
    if isinstance(rule, RichText):
        await desk.answer(ask, rule)
        return
    await desk.show_typing(ask)
    told = await told_of(desk, ask, chat, rule)
    await desk.answer(ask, told, await _choice(desk, ask, chat, rule, tested=True))


async def told_of(desk: Desk, ask: Ask, chat: Chat, rule: Rule) -> RichText:
    """Try a rule, and say what came of it."""
    trial = await alert_trials.tried(desk, chat, rule)
    return join([shown(rule.query), await alert_trials.told(desk, ask, chat, trial)], "\n\n")


async def _choice(
    desk: Desk, ask: Ask, chat: Chat, rule: Rule, number: int = 0, *, tested: bool = False
) -> Buttons:
    """Return the buttons that set a rule or forget it; ``tested``: nobody has asked for it yet."""
    texts, digest = ask.texts.alerting, await desk.store.drafts.keep(chat.id, rule.query)
    set_it = menus.pack(Verb.ADD_ALERT, chat.id, digest, number)
    if tested:
        return [[Button(texts.alert_add, data=set_it)]]
    forget = menus.pack(Verb.DROP_ALERT, chat.id, digest)
    return [[Button(texts.alert_use, data=set_it), Button(texts.alert_discard, data=forget)]]


async def press_add(desk: Desk, ask: Ask, press: Press) -> None:
    """Set a rule that was tried or asked about, or give another its query."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    number = press.count(1)
    draft = await desk.store.drafts.get(chat.id, press.word(0))
    rule = understood(ask, draft) if draft else RichText(ask.texts.alerting.alert_expired)
    made = rule if isinstance(rule, RichText) else await keep(desk, ask, chat, rule, number)
    if isinstance(made, RichText):
        await desk.toast(ask, made.text, loud=True)
        return
    await desk.toast(ask)
    await desk.rewrite(ask, *_kept(ask, chat, made, changed=bool(number)))


async def press_drop(desk: Desk, ask: Ask, press: Press) -> None:
    """Forget a rule that was asked about."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is not None:
        await desk.store.drafts.drop(chat.id, press.word(0))
        await desk.toast(ask)
        await desk.rewrite(ask, say(ask.texts.alerting.alert_discarded, at=at(ask, chat)))


def _kept(ask: Ask, chat: Chat, alert: Alert, *, changed: bool) -> tuple[RichText, Buttons]:
    texts = ask.texts.alerting
    template = texts.alert_changed if changed else texts.alert_set
    text = say(template, number=alert.id, query=shown(alert.query), at=at(ask, chat))
    return text, card_buttons(ask, chat, alert)

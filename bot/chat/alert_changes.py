"""What a button or words change of a rule; where that cannot be, a sentence that says what to do."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.chat import menus
from bot.chat.alert_panel import COOLDOWNS_S
from bot.chat.alert_words import Told, is_here, is_me, seconds, switch
from bot.chat.commands import names_chat
from bot.chat.desk import Ask, Desk, at
from bot.chat.replies import say, short
from bot.chat.rights import target_of
from bot.chat.sources import NAME_LIMIT
from bot.chat.typed import is_off
from bot.items import Alert, Chat, ChatId
from bot.render.parts import RichText

Change = Callable[[Alert], Alert]


async def carried(desk: Desk, ask: Ask, chat: Chat, option: str, value: str) -> Change | RichText:
    """Return what a button changes of a rule of ``chat``; its data may be forged."""
    if option in _SWITCHES and value in {"0", "1"}:
        return _SWITCHES[option](value == "1")
    if option == "cooldown" and menus.whole(value) in COOLDOWNS_S:
        return _cooled(int(value))
    if option == "also" and value == "0":
        return _also(None)
    if option == "also" and value == "me":
        return await _also_me(desk, ask, chat)
    return RichText(ask.texts.stale_button)


async def meant(desk: Desk, ask: Ask, chat: Chat, alert: Alert, told: Told) -> Change | RichText | None:
    """Return what words change of a rule; None: they may not, and the reason has been answered."""
    texts, value = ask.texts.alerting, told.value
    if told.option == "also" and is_me(value):
        return await _also_me(desk, ask, chat)
    if told.option == "also" and (is_here(value) or names_chat(value)):
        return await _also_there(desk, ask, chat, "" if is_here(value) else value)
    if told.option == "topic" and is_here(value):
        where = chat.id if alert.also is None else alert.also
        change = _bound(ask.topic) if ask.topic and ask.chat.id == where else None
    else:
        change = _READERS[told.option](value)
    need = texts.option_needs.get(told.option, "")
    return change or say(need, number=alert.id, at=at(ask, chat), most=NAME_LIMIT)


async def _also_me(desk: Desk, ask: Ask, chat: Chat) -> Change | RichText:
    """Tell a rule to whoever asks as well, in private; nobody else's private chat can be named."""
    texts = ask.texts.alerting
    if ask.person is None:
        return RichText(texts.also_nobody)
    me = ChatId(ask.person.id)
    if me == chat.id:
        return RichText(texts.also_same)
    known = await desk.store.chats.get(me)
    if known is None or known.paused:
        return RichText(texts.also_unknown)
    return _also(me)


async def _also_there(desk: Desk, ask: Ask, chat: Chat, named: str) -> Change | RichText | None:
    """Tell a rule in another chat as well, one that the asker administers and we may post in."""
    target = await target_of(desk, replace(ask, argument=named), changes=True)
    if target is None:
        return None
    if target.chat.id == chat.id:
        return RichText(ask.texts.alerting.also_same)
    return _also(target.chat.id, None if named else ask.topic)


def _also(chat: ChatId | None, topic: int | None = None) -> Change:
    """A rule's topic is one of the other chat, where there is one: with it, it goes."""

    def change(now: Alert) -> Alert:
        kept = now.topic if chat is None and now.also is None else topic
        return replace(now, also=chat, topic=kept)

    return change


def _bound(topic: int | None) -> Change:
    return lambda now: replace(now, topic=topic)


def _cooled(span_s: int) -> Change:
    return lambda now: replace(now, cooldown_s=span_s)


_SWITCHES: Mapping[str, Callable[[bool], Change]] = {
    "muted": lambda on: lambda now: replace(now, muted=on),
    "brief": lambda on: lambda now: replace(now, brief=on),
    "pin": lambda on: lambda now: replace(now, pin=on),
}


def _switched(option: str, words: str) -> Change | None:
    on = switch(words)
    return None if on is None else _SWITCHES[option](on)


def _named(words: str) -> Change | None:
    if not words or len(words) > NAME_LIMIT:
        return None
    name = "" if is_off(words) else short(words, NAME_LIMIT)
    return lambda now: replace(now, name=name)


def _timed(words: str) -> Change | None:
    span_s = seconds(words)
    return None if span_s is None else _cooled(span_s)


_READERS: Mapping[str, Callable[[str], Change | None]] = {
    "name": _named,
    "query": lambda _: None,
    "mute": lambda _: _SWITCHES["muted"](True),
    "unmute": lambda _: _SWITCHES["muted"](False),
    "cooldown": _timed,
    "brief": lambda words: _switched("brief", words),
    "pin": lambda words: _switched("pin", words),
    "also": lambda words: _also(None) if is_off(words) else None,
    "topic": lambda words: _bound(None) if is_off(words) else None,
}
"""What an option's words change; None where they are none of it."""

"""``/alert``: sets the rules by which a chat is told loudly, one or many, or only tries one."""

import time

from bot.chat import menus
from bot.chat.alert_panel import list_button
from bot.chat.alert_setting import keep, refusal, set_rule, try_rule
from bot.chat.alert_trials import tried
from bot.chat.alert_words import is_test, read
from bot.chat.commands import first_word, names_chat, tidy
from bot.chat.desk import Ask, Desk, at
from bot.chat.replies import join, say, short
from bot.chat.rights import target_of
from bot.items import Alert, Chat
from bot.render.parts import RichText
from bot.rules import QueryError, parse

SEVERAL_S = 30.0
"""How long the rules of one message are tried; those that are left then are set untried."""

REFUSED_SHOWN = 8
"""Rules of one message of which it is told why they were not set."""

REFUSED_LIMIT = 40
WHY_LIMIT = 300
"""Letters of a query that was not set, and of the reason: some of them quote it."""


async def alert(desk: Desk, ask: Ask) -> None:
    """Set a rule, or one for each line, or only try one, or say how."""
    first, behind = first_word(_without_chat(ask.argument))
    testing = is_test(first)
    target = await target_of(desk, ask, leading=True, changes=bool(first) and not testing)
    if target is None:
        return
    texts, chat = ask.texts.alerting, target.chat
    lines = [line for line in map(tidy, _without_chat(ask.raw).splitlines()) if line]
    if testing and behind:
        await try_rule(desk, ask, chat, behind)
    elif testing or not first:
        how = texts.alert_test_how if testing else texts.alert_how
        await desk.answer(ask, say(how, at=at(ask, chat)))
    elif len(lines) > 1:
        await _set_several(desk, ask, chat, lines)
    elif slip := await _slip(desk, ask, chat, target.words):
        await desk.answer(ask, slip)
    else:
        await set_rule(desk, ask, chat, target.words)


def _without_chat(text: str) -> str:
    """Return ``text`` without the chat that its first word names."""
    word, behind = first_word(text)
    return behind if names_chat(word) else text


async def _slip(desk: Desk, ask: Ask, chat: Chat, words: str) -> RichText | None:
    """Say which command changes a rule, where that is what ``words`` look like; None if they do not."""
    told = read(words)
    if not told.number or (told.value and not told.option):
        return None
    number = menus.whole(told.number)
    if all(one.id != number for one in await desk.store.alerts.of(chat.id)):
        return None
    return say(ask.texts.alerting.alert_slip, number=told.number, words=short(words), at=at(ask, chat))


async def _set_several(desk: Desk, ask: Ask, chat: Chat, lines: list[str]) -> None:
    """Set a rule for each line; one that would fire often is to be sent alone."""
    await desk.show_typing(ask)
    count, untried, refused = 0, list[int](), list[tuple[str, str]]()
    ends_s = time.monotonic() + SEVERAL_S
    for line in dict.fromkeys(lines):
        late = time.monotonic() > ends_s
        made = await _set_one(desk, ask, chat, line, trying=not late)
        if isinstance(made, str):
            refused.append((line, made))
            continue
        count += 1
        if late:
            untried.append(made.id)
    texts = ask.texts.alerting
    said = [say(texts.several_set if count else texts.several_none, count=count, at=at(ask, chat))]
    if untried:
        numbers = ", ".join(map(str, untried))
        said.append(say(texts.several_untried, numbers=numbers, number=untried[0], at=at(ask, chat)))
    if refused:
        said += [RichText(), say(texts.several_not, count=len(refused))]
    for line, why in refused[:REFUSED_SHOWN]:
        told = say(texts.several_line, query=short(line, REFUSED_LIMIT), why=short(why, WHY_LIMIT))
        said.append(join([RichText("• "), told]))
    if len(refused) > REFUSED_SHOWN:
        said.append(say(texts.several_more, count=len(refused) - REFUSED_SHOWN))
    await desk.answer(ask, join(said, "\n"), list_button(ask, chat))


async def _set_one(desk: Desk, ask: Ask, chat: Chat, query: str, *, trying: bool) -> Alert | str:
    """Set one of several rules, if ``trying``, unless it would fire often; return why it is not set."""
    texts = ask.texts.alerting
    try:
        rule = parse(query)
    except QueryError as error:
        return error.flaw.said(ask.texts.language)
    if refused := await refusal(desk, ask, chat, rule):
        return refused.text
    if trying and (trial := await tried(desk, chat, rule)).is_frequent:
        return texts.line_often.format(count=round(trial.found.per_day))
    made = await keep(desk, ask, chat, rule)
    return made.text if isinstance(made, RichText) else made

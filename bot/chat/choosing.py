"""``/settings``: what a chat may choose, a button for each; a press shows the message in its new state.

Another setting is another line of :data:`SETTINGS`, and its words in every language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.chat import menus
from bot.chat.desk import Ask, Buttons, Desk, here, name
from bot.chat.menus import Press, Verb
from bot.chat.replies import LANGUAGES, bold, join, say, short, spoken
from bot.chat.replies.texts import Texts
from bot.chat.rights import pressed_target, target_of
from bot.items import Chat
from bot.render.parts import Button, RichText

ON, OFF = "1", "0"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to choose: its values in the order in which presses show them.

    Names and values stand in buttons already sent, so never give one another meaning.
    """

    values: tuple[str, ...]
    get: Callable[[Chat], str]
    put: Callable[[Chat, str], Chat]
    label: Callable[[Texts, str, str], str]
    """What its button says, from the setting's name in that language and the present value."""


def _switch(get: Callable[[Chat], bool], put: Callable[[Chat, bool], Chat]) -> Setting:
    """Return a setting that is on or off."""
    return Setting(
        values=(OFF, ON),
        get=lambda chat: ON if get(chat) else OFF,
        put=lambda chat, value: put(chat, value == ON),
        label=lambda texts, called, value: (texts.setting_on if value == ON else texts.setting_off).format(
            name=called
        ),
    )


SETTINGS: Mapping[str, Setting] = {
    "corrections": _switch(
        lambda chat: chat.wants_corrections, lambda chat, on: replace(chat, corrections=on)
    ),
    "once": _switch(lambda chat: chat.wants_once, lambda chat, on: replace(chat, once=on)),
    "language": Setting(
        values=tuple(LANGUAGES),
        get=lambda chat: spoken(chat.language),
        put=lambda chat, value: replace(chat, language=value),
        label=lambda texts, called, value: texts.setting_value.format(
            name=called, value=LANGUAGES[value].language_name
        ),
    ),
}


async def settings(desk: Desk, ask: Ask) -> None:
    """Show what the chat has chosen; everybody may. Words that stand behind the command set nothing."""
    if target := await target_of(desk, ask):
        text, buttons = _page(desk, ask, target.chat)
        if target.words:
            text = join([say(ask.texts.settings_unknown, words=short(target.words)), text], "\n\n")
        await desk.answer(ask, text, buttons)


async def press_choose(desk: Desk, ask: Ask, press: Press) -> None:
    """Set what the button says: that value, and not just another one, however often it is pressed."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    named, value = (*press.rest, "", "")[:2]
    setting = SETTINGS.get(named)
    if setting is None or value not in setting.values:
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return
    chosen = setting.put(chat, value)
    await desk.store.chats.save(chosen, before=chat)
    await desk.toast(ask)
    if here(ask, chat):
        ask = replace(ask, texts=LANGUAGES[_language(desk, ask, chosen)])
    await desk.rewrite(ask, *_page(desk, ask, chosen))


def _page(desk: Desk, ask: Ask, chat: Chat) -> tuple[RichText, Buttons]:
    """Set every setting in a sentence, as it stands, with a button that changes it."""
    texts = ask.texts
    chat = replace(chat, language=_language(desk, ask, chat))
    whose = texts.settings_title if here(ask, chat) else texts.settings_title_of
    lines = [say(whose, chat=bold(short(name(chat))))]
    buttons = []
    for named, setting in SETTINGS.items():
        value = setting.get(chat)
        label = setting.label(texts, texts.setting_names[named], value)
        lines += [RichText(), bold(label), RichText(texts.setting_says[named])]
        next_one = setting.values[(setting.values.index(value) + 1) % len(setting.values)]
        buttons.append([Button(label, data=menus.pack(Verb.CHOOSE, chat.id, named, next_one))])
    lines += [RichText(), RichText(texts.settings_foot)]
    return join(lines, "\n"), buttons


def _language(desk: Desk, ask: Ask, chat: Chat) -> str:
    """Return the language of what is said in the chat: its own, or the usual one where it has chosen none."""
    asker = ask.person.language if ask.person and here(ask, chat) else ""
    return spoken(chat.language, asker, desk.settings.language)

"""``/start``, ``/help``, and what is said where nothing fits."""

from bot.chat import menus, typed
from bot.chat.choices import SETTINGS
from bot.chat.desk import Ask, Desk, is_private
from bot.chat.menus import Verb
from bot.chat.replies import code, say, short
from bot.chat.surveying import is_owner
from bot.render.parts import Button, RichText


async def start(desk: Desk, ask: Ask) -> None:
    """Say what this is, and offer a first feed for a second tap."""
    if not is_private(ask.chat):
        await desk.answer(ask, RichText(ask.texts.start_group))
        return
    buttons = [
        [Button(title, data=menus.pack(Verb.SUGGESTED, ask.chat.id, url))]
        for title, url in desk.settings.start_feeds or ask.texts.suggestions
    ]
    await desk.answer(ask, RichText(ask.texts.start), buttons)


async def help_(desk: Desk, ask: Ask) -> None:
    """List what there is, to those who run the relay a little more."""
    texts, said = ask.texts, [ask.texts.help]
    if desk.bot.supports_inline_queries:
        said.append(texts.help_inline.format(name=f"@{desk.bot.username}"))
    if is_private(ask.chat) and is_owner(desk, ask):
        said.append(texts.help_owner)
    await desk.answer(ask, RichText("\n\n".join(said)))


async def unknown(desk: Desk, ask: Ask, command: str) -> None:
    """Say that there is no such command; in groups it was meant for somebody else."""
    if not is_private(ask.chat):
        return
    named = typed.read(command).named
    if named and SETTINGS[named].chats:
        choosing = ask.texts.choosing
        told = say(
            choosing.setting_alone, command=code(f"/{short(command)}"), word=choosing.setting_words[named]
        )
    else:
        told = say(ask.texts.unknown, command=code(f"/{short(command)}"))
    await desk.answer(ask, told)


async def chatter(desk: Desk, ask: Ask) -> None:
    """Answer a text that is no command."""
    if is_private(ask.chat):
        await desk.answer(ask, RichText(ask.texts.chatter))

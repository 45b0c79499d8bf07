"""``/template``: messages as a chat writes them itself, tried on its latest item before they are used."""

import asyncio
from dataclasses import dataclass, replace

from bot.chat import menus, panel, samples, typed
from bot.chat.choices import OFF, USUAL, Subject
from bot.chat.choosing import apply, subject_of
from bot.chat.commands import first_word, names_chat
from bot.chat.desk import Ask, Desk, at
from bot.chat.menus import Press, Verb
from bot.chat.replies import code, join, pre, say, short
from bot.chat.rights import pressed_target, target_of
from bot.chat.sources import sources_of
from bot.items import Taste
from bot.render.parts import Button, RichText
from bot.render.template import TemplateWrong, check
from bot.render.template_flaws import Flaw

EXAMPLE = """\
<b><a href="{{ link }}">{{ title }}</a></b>

{{ summary|truncate(300) }}

{% if author %}{{ author }} · {% endif %}{{ time }}"""


WHY_LIMIT = 500
"""Letters of what is wrong with a template: some of them quote it."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What stands behind the command: a chat's name, a feed's number (both "" for none), the template."""

    chat: str
    number: str
    source: str


async def template(desk: Desk, ask: Ask) -> None:
    """Try the template that a command holds or replies to, remove the present one, or show it."""
    told = _read(ask)
    target = await target_of(desk, replace(ask, argument=told.chat), changes=bool(told.source))
    if target is None:
        return
    subject: Subject | None = Subject(target.chat)
    if told.number:
        sources = await sources_of(desk, target.chat.id)
        number = menus.whole(told.number) or 0
        within = 0 < number <= len(sources)
        subject = Subject(target.chat, sources[number - 1], number) if within else None
    if subject is None:
        text = say(ask.texts.choosing.template_no_feed, number=short(told.number), at=at(ask, target.chat))
        await desk.answer(ask, text)
    elif not told.source:
        await desk.answer(ask, _shown(desk, ask, subject))
    elif typed.is_off(told.source) or typed.is_usual(told.source):
        await _remove(desk, ask, subject, OFF if typed.is_off(told.source) else USUAL)
    else:
        await _try(desk, ask, subject, told.source)


async def press_use(desk: Desk, ask: Ask, press: Press) -> None:
    """Use the template that was shown."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    subject = await subject_of(desk, ask, chat, press.feed(1))
    if subject is None:
        return
    draft = await desk.store.drafts.get(chat.id, press.word(0))
    if draft is None:
        await desk.toast(ask, ask.texts.choosing.template_expired, loud=True)
        return
    if await apply(desk, subject, "template", draft) is None:
        await desk.toast(ask, ask.texts.choosing.setting_feed_gone, loud=True)
        return
    await desk.toast(ask)
    await desk.rewrite(ask, say(ask.texts.choosing.template_used, at=panel.whose(ask, subject)))


async def press_discard(desk: Desk, ask: Ask, press: Press) -> None:
    """Forget the template that was shown."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    subject = await subject_of(desk, ask, chat, press.feed(1))
    if subject is None:
        return
    await desk.store.drafts.drop(chat.id, press.word(0))
    await desk.toast(ask)
    await desk.rewrite(ask, say(ask.texts.choosing.template_discarded, at=panel.whose(ask, subject)))


def _read(ask: Ask) -> _Told:
    """Read what stands behind the command: first, in any order, the chat and the feed's number."""
    rest, chat, number = ask.raw, "", ""
    while True:
        word, behind = first_word(rest)
        if not chat and names_chat(word):
            chat = word
        elif not number and word.isdecimal():
            number = word
        else:
            return _Told(chat, number, rest.strip() or ask.replied.strip())
        rest = behind


async def _try(desk: Desk, ask: Ask, subject: Subject, source: str) -> None:
    """Check a template, show the latest item set with it, and ask whether it is to be used."""
    texts, whose = ask.texts.choosing, panel.whose(ask, subject)
    if "{{" not in source and "{%" not in source:
        await desk.answer(ask, say(texts.template_bare, at=whose, example=pre(EXAMPLE)))
        return
    try:
        await asyncio.to_thread(check, source)
    except TemplateWrong as wrong:
        await desk.answer(ask, _why(ask, subject, texts.template_wrong, wrong.flaw))
        return
    question = texts.template_ask
    if stored := await samples.latest(desk, subject):
        flaw = await samples.show(desk, ask, subject, stored, Taste(template=source))
        if flaw:
            await desk.answer(ask, _why(ask, subject, texts.template_fails, flaw))
            return
    else:
        question = texts.template_ask_unseen
    digest = await desk.store.drafts.keep(subject.chat.id, source)
    feed = (subject.source.feed.id,) if subject.source else ()
    row = [
        Button(texts.template_use, data=menus.pack(Verb.USE, subject.chat.id, digest, *feed)),
        Button(texts.template_discard, data=menus.pack(Verb.DISCARD, subject.chat.id, digest, *feed)),
    ]
    await desk.answer(ask, RichText(question), [row])


def _why(ask: Ask, subject: Subject, template: str, flaw: Flaw) -> RichText:
    """Say what is wrong with a template, in the language that is spoken."""
    why = short(flaw.said(ask.texts.language), WHY_LIMIT)
    return say(template, why=why, at=panel.whose(ask, subject))


async def _remove(desk: Desk, ask: Ask, subject: Subject, value: str) -> None:
    made = await apply(desk, subject, "template", value)
    if made is None:
        await desk.answer(ask, RichText(ask.texts.choosing.setting_feed_gone))
        return
    await desk.answer(ask, panel.set_now(desk, ask, made, "template"))


def _shown(desk: Desk, ask: Ask, subject: Subject) -> RichText:
    """Say which template there is, and how to write one."""
    texts, whose = ask.texts.choosing, panel.whose(ask, subject)
    present = panel.stands(desk, ask, subject, "template").value
    fields = join(
        [
            join([code(f"{{{{ {field} }}}}"), RichText(f" – {says}")])
            for field, says in texts.template_fields.items()
        ],
        "\n",
    )
    head = say(texts.template_present, template=pre(present)) if present else RichText(texts.template_absent)
    return join([head, say(texts.template_how, at=whose, fields=fields, example=pre(EXAMPLE))], "\n\n")

"""``/settings``: what a chat may choose, for itself and for each of its feeds, by buttons or by words."""

from dataclasses import replace

from bot.chat import panel, samples, typed, zones
from bot.chat.choices import SETTINGS, USUAL, Subject, put, tasted
from bot.chat.desk import Ask, Desk, at, here
from bot.chat.menus import Press
from bot.chat.replies import join, say, short
from bot.chat.rights import may_change, pressed_target, target_of
from bot.chat.sources import meant, source_of, sources_of
from bot.chat.typed import Typed
from bot.items import Chat, FeedId, Taste
from bot.render.parts import RichText


async def settings(desk: Desk, ask: Ask) -> None:
    """Show what was chosen, or make a choice told in words; everybody may look."""
    target = await target_of(desk, ask)
    if target is None:
        return
    words = " ".join((target.words, *ask.links)).strip()
    told = typed.read(words)
    subjects = await _named(desk, target.chat, told.whose)
    if len(subjects) != 1:
        await _say_unclear(desk, ask, Subject(target.chat), told.whose, among=len(subjects))
        return
    subject = subjects[0]
    if not told.named:
        await desk.answer(ask, *panel.page(desk, ask, subject))
    elif told.named not in subject.settings:
        await desk.answer(ask, _misplaced(ask, subject, told))
    elif told.value:
        await _choose_typed(desk, ask, subject, told)
    elif SETTINGS[told.named].opens:
        await desk.answer(ask, *panel.opened(desk, ask, subject, told.named))
    else:
        await desk.answer(ask, *panel.page(desk, ask, subject, told.named))


async def press_choose(desk: Desk, ask: Ask, press: Press) -> None:
    """Set for a chat what the button says: that value, and not just another one, however often pressed."""
    if chat := await pressed_target(desk, ask, press.chat, changes=True):
        await _choose_pressed(desk, ask, Subject(chat), press.word(0), press.rest[1:])


async def press_choose_for(desk: Desk, ask: Ask, press: Press) -> None:
    """Set for one feed of a chat what the button says."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    if subject := await subject_of(desk, ask, chat, press.feed()):
        await _choose_pressed(desk, ask, subject, press.word(1), press.rest[2:])


async def press_open(desk: Desk, ask: Ask, press: Press) -> None:
    """Open one setting, the explanations, or all settings again; everybody may."""
    chat = await pressed_target(desk, ask, press.chat, changes=False)
    if chat is None:
        return
    named = press.word(0)
    subject = await subject_of(desk, ask, chat, press.feed(1))
    if subject is None:
        return
    if named not in {"", panel.WHAT} and not (named in subject.settings and SETTINGS[named].opens):
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return
    await desk.toast(ask)
    if not named:
        await desk.rewrite(ask, *panel.page(desk, ask, subject))
    elif named == panel.WHAT:
        await desk.rewrite(ask, *panel.explained(ask, subject))
    else:
        await desk.rewrite(ask, *panel.opened(desk, ask, subject, named))


async def press_show(desk: Desk, ask: Ask, press: Press) -> None:
    """Show one of the latest items as it would be with one value, to whoever may choose it."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    named, value = press.word(0), press.word(1)
    subject = await subject_of(desk, ask, chat, press.feed(2))
    if subject is None:
        return
    if named not in panel.SAMPLED or value not in SETTINGS[named].values:
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return
    stored = await samples.latest(desk, subject, among=samples.TELLING)
    if stored is None:
        await desk.toast(ask, ask.texts.choosing.sample_none, loud=True)
        return
    await desk.toast(ask, ask.texts.choosing.setting_values[value])
    taste = tasted(Taste(template=""), named, value)  # a template would go before it
    await samples.show(desk, ask, subject, stored, taste)


async def subject_of(desk: Desk, ask: Ask, chat: Chat, feed: FeedId) -> Subject | None:
    """Return what a button is about: a feed of ``chat``, or the chat; if it hears that no more, say so."""
    if not feed:
        return Subject(chat)
    if found := await source_of(desk, chat.id, feed):
        return Subject(chat, found[1], found[0])
    await desk.toast(ask, ask.texts.choosing.setting_feed_gone, loud=True)
    return None


async def apply(desk: Desk, subject: Subject, named: str, value: str) -> Subject | None:
    """Make one choice and return what stands then; what others choose meanwhile stays.

    ``None``: the chat hears that feed no more.
    """
    chat, source = subject.chat, subject.source
    if source is None:
        if SETTINGS[named].taste:
            taste = await desk.store.chats.tune(chat.id, lambda now: tasted(now, named, value))
            return Subject(replace(chat, taste=taste))
        made = put(chat, named, value)
        await desk.store.chats.save(made, before=chat)
        return Subject(made)
    subscription = await desk.store.chats.update(
        chat.id,
        source.feed.id,
        lambda now: (
            replace(now, title=value)
            if named == "name"
            else replace(now, taste=tasted(now.taste, named, value))
        ),
    )
    if subscription is None:
        return None
    return replace(subject, source=replace(source, subscription=subscription))


async def _choose_pressed(
    desk: Desk, ask: Ask, subject: Subject, named: str, values: tuple[str, ...]
) -> None:
    value = values[0] if len(values) == 1 else None
    if value is None or named not in subject.settings or not _is_carried(subject, named, value):
        await desk.toast(ask, ask.texts.stale_button, loud=True)
        return
    made = await apply(desk, subject, named, value)
    if made is None:
        await desk.toast(ask, ask.texts.choosing.setting_feed_gone, loud=True)
        return
    await desk.toast(ask)
    ask = panel.speaking(desk, ask, made)
    await desk.rewrite(ask, *panel.page(desk, ask, made, named))


def _is_carried(subject: Subject, named: str, value: str) -> bool:
    """Tell whether a button may carry a value: data may be forged."""
    if named == "zone":
        return zones.find(value) == value
    return value in SETTINGS[named].values or (value == USUAL and subject.source is not None)


async def _choose_typed(desk: Desk, ask: Ask, subject: Subject, told: Typed) -> None:
    """Make the choice that was told in words, and say how it stands now."""
    if here(ask, subject.chat) and not await may_change(desk, ask):
        return
    value = typed.value_of(ask.texts.choosing, told.named, told.value, panel.whose(ask, subject))
    if isinstance(value, RichText):
        await desk.answer(ask, value)
        return
    made = await apply(desk, subject, told.named, value)
    if made is None:
        await desk.answer(ask, RichText(ask.texts.choosing.setting_feed_gone))
        return
    ask = panel.speaking(desk, ask, made)
    await desk.answer(ask, panel.set_now(desk, ask, made, told.named))


def _misplaced(ask: Ask, subject: Subject, told: Typed) -> RichText:
    """Say where a setting belongs that a chat has and a feed has not, or the other way round."""
    texts = ask.texts.choosing
    template = texts.setting_of_chat if subject.source else texts.setting_of_feed
    named, word = texts.setting_names[told.named], texts.setting_words[told.named]
    return say(template, name=named, word=word, at=at(ask, subject.chat))


async def _named(desk: Desk, chat: Chat, words: str) -> list[Subject]:
    """Return the feeds of ``chat`` that ``words`` may name; the chat itself, where there are none."""
    if not words:
        return [Subject(chat)]
    sources = await sources_of(desk, chat.id)
    found, clear = await meant(desk, sources, words)
    if not clear and len(found) == 1:  # of several numbers, only this one exists
        return []
    return [Subject(chat, one, sources.index(one) + 1) for one in found]


async def _say_unclear(desk: Desk, ask: Ask, subject: Subject, words: str, *, among: int) -> None:
    """Say that words are no setting and no feed, or fit several, and what there is; below, the settings."""
    texts, text, buttons = ask.texts.choosing, *panel.page(desk, ask, subject)
    named = ", ".join(texts.setting_words[one] for one in subject.settings)
    template = texts.settings_which if among else texts.settings_unknown
    said = say(template, words=short(words), at=at(ask, subject.chat), names=named)
    await desk.answer(ask, join([said, text], "\n\n"), buttons)

"""A feed that brings very much: said when it is followed, with buttons for what to do about it.

It is followed all the while, so that nothing is lost while somebody thinks about it.
"""

import re

from bot.chat import menus
from bot.chat.choices import ON, USUAL, Subject, chosen
from bot.chat.choosing import apply
from bot.chat.desk import Ask, Buttons, Desk, at
from bot.chat.listing import left
from bot.chat.menus import Press, Verb
from bot.chat.replies import bold, code, join, rate, say
from bot.chat.rights import pressed_target
from bot.chat.sources import Source, source_of
from bot.items import Chat, Feed, Style
from bot.render.parts import Button, RichText
from bot.rules import QueryError, parse

MUCH_PER_DAY = 100
"""Items a day from which on a feed brings very much: one every ten minutes while people are awake."""

FEWEST = 10
"""Items of a document that tell a rate at all: a few at once are a busy hour of a calm feed."""

CALMER = {"style": Style.HEADLINE.value, "silent": ON}
"""What a button chooses for the feed, by the setting's name."""

FILTER, LEAVE, GO_ON = "filter", "leave", "go"

_WORD = re.compile(r"[^\W\d_]{4,20}")


def is_flood(feed: Feed, items: int) -> bool:
    """Tell whether a feed, seen with so many items, brings so much that people may not want it all."""
    return items >= FEWEST and feed.rate_per_day >= MUCH_PER_DAY


async def warned(desk: Desk, ask: Ask, chat: Chat, feed: Feed, items: int) -> tuple[RichText, Buttons]:
    """Say that ``feed``, just followed, brings very much, with buttons; nothing where it does not."""
    found = await source_of(desk, chat.id, feed.id) if is_flood(feed, items) else None
    if found is None:
        return RichText(), ()
    texts, (number, source) = ask.texts.subscribing, found
    how = say(texts.flood_choose, at=at(ask, chat), number=number)
    return join([RichText(texts.flood), how], " "), _buttons(desk, ask, Subject(chat, source, number))


async def press_calm(desk: Desk, ask: Ask, press: Press) -> None:
    """Do about a feed what the button says, and say how it stands now."""
    chat = await pressed_target(desk, ask, press.chat, changes=True)
    if chat is None:
        return
    what, value = press.word(1), press.word(2)
    found = await source_of(desk, chat.id, press.feed())
    if found is None:
        await desk.toast(ask, ask.texts.choosing.setting_feed_gone, loud=True)
        return
    subject = Subject(chat, found[1], found[0])
    if what in CALMER and value in {CALMER[what], USUAL}:
        changed = await apply(desk, subject, what, value)
        await desk.toast(ask)
        await desk.rewrite(ask, *_standing(desk, ask, changed or subject, found[1]))
    elif what == FILTER:
        await desk.toast(ask)
        how = await _example(desk, ask, chat, found[1], found[0])
        text, buttons = _standing(desk, ask, subject, found[1])
        await desk.rewrite(ask, join([text, how], "\n\n"), buttons)
    elif what == LEAVE:
        await desk.store.chats.unsubscribe(chat.id, found[1].feed.id)
        await desk.toast(ask)
        await desk.rewrite(ask, *left(ask, chat, [found[1]]))
    elif what == GO_ON:
        await desk.toast(ask)
        goes = say(ask.texts.subscribing.flood_goes, at=at(ask, chat), number=found[0])
        await desk.rewrite(ask, join([_stands(ask, found[1]), goes], " "))
    else:
        await desk.toast(ask, ask.texts.stale_button, loud=True)


def _standing(desk: Desk, ask: Ask, subject: Subject, source: Source) -> tuple[RichText, Buttons]:
    how = say(ask.texts.subscribing.flood_choose, at=at(ask, subject.chat), number=subject.number)
    return join([_stands(ask, source), how], " "), _buttons(desk, ask, subject)


def _stands(ask: Ask, source: Source) -> RichText:
    often = rate(ask.texts, source.feed.rate_per_day)
    return say(ask.texts.subscribing.flood_stands, feed=bold(source.name), rate=often)


def _buttons(desk: Desk, ask: Ask, subject: Subject) -> Buttons:
    """Return a button for each thing to do; what was done bears a mark, and its button takes it back."""
    texts, source = ask.texts.subscribing, subject.source
    if source is None:
        return ()

    def button(label: str, what: str, *value: str) -> Button:
        return Button(label, data=menus.pack(Verb.CALM, subject.chat.id, source.feed.id, what, *value))

    choices = []
    for named, label in (("style", texts.flood_headline), ("silent", texts.flood_silent)):
        stands = chosen(subject, named, desk.settings)
        if stands.value != CALMER[named]:
            choices.append(button(label, named, CALMER[named]))
        elif stands.own and stands.usual != CALMER[named]:
            choices.append(button(f"✓ {label}", named, USUAL))
    rows = [[button(texts.flood_filter, FILTER)], choices]
    rows.append([button(texts.flood_leave, LEAVE), button(texts.flood_go, GO_ON)])
    return [row for row in rows if row]


async def _example(desk: Desk, ask: Ask, chat: Chat, source: Source, number: int) -> RichText:
    """Show how a feed is filtered, with a word of its newest item that would do."""
    texts = ask.texts.subscribing
    newest = await desk.store.archive.latest([source.feed.id], offset=0, limit=1)
    word = next((one for one in (newest and _words(newest[0].item.title)) or () if _is_query(one)), "")
    command, words = f"/filter{at(ask, chat)} {number}", ask.texts.finding.filter_words
    return say(
        texts.flood_how,
        only=code(f"{command} {words['only']} {word or texts.flood_word}"),
        never=code(f"{command} {words['not']} {word or texts.flood_word}"),
    )


def _words(title: str) -> list[str]:
    """Return the words of a title that may say what it is about, the longest first."""
    return sorted(_WORD.findall(title), key=len, reverse=True)


def _is_query(word: str) -> bool:
    try:
        parse(word, negative=True)
    except QueryError:
        return False
    return True

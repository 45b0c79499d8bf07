"""What becomes of feeds, put into words, with buttons for what can be done about it."""

from collections.abc import Callable, Sequence
from itertools import groupby

from bot.chat import menus
from bot.chat.desk import Buttons, handle, name
from bot.chat.menus import Verb
from bot.chat.replies import bold, code, join, link, say, short, texts_for, trouble
from bot.chat.replies.texts import Texts
from bot.chat.sources import name_of, page_of
from bot.deliver.telling import Told
from bot.fetch.address import without_user
from bot.items import Chat, ChatId, Feed
from bot.life import Event, Fate, fate_of, former_of
from bot.render.parts import Button, Message, RichText

SHOWN = 16
"""Feeds that one message names: more numbers than that nobody taps through."""

A_ROW = 8
"""Numbered buttons beside each other, as many as Telegram shows without cutting."""

LABEL_LIMIT = 30
ADDRESS_LIMIT = 200
SHORT_LIMIT = 60
"""Letters of a feed's name in a button, of an address alone, and of one in a line."""

DAY_MS = 86_400_000

_ORDER = list(Event)


class FeedWords:
    """Says what became of feeds; ``now_ms`` is the wall clock."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms

    def told(self, things: Sequence[Told], language: str, person: ChatId) -> Message:
        """Return the message that tells ``person`` all of ``things``: one whole, several in lines."""
        texts, now_ms = texts_for(language), self._now_ms()
        if len(things) == 1:
            text, buttons = _one(texts, things[0], person, now_ms)
        else:
            text, buttons = _several(texts, things, person, now_ms)
        return Message(text, buttons=tuple(map(tuple, buttons)), silent=True)

    def ours(self, failing: int, language: str) -> Message:
        """Return the message that says that so many feeds fail at once."""
        return Message(say(texts_for(language).living.ours, failing=failing), silent=True)


def standing(texts: Texts, feed: Feed, now_ms: int) -> str:
    """Say what is not as it should be with a feed, in a few words and with a sign; "" if nothing is."""
    if feed.trouble:
        return f"⚠ {failing(texts, feed, now_ms)}"
    return silence(texts, feed, now_ms) if fate_of(feed) is Fate.SILENT else ""


def failing(texts: Texts, feed: Feed, now_ms: int) -> str:
    """Say in a few words why a feed fails."""
    if fate_of(feed) is Fate.GONE:
        return texts.living.gone_short
    return trouble(texts, feed.trouble, feed.ok_ms, now_ms)


def silence(texts: Texts, feed: Feed, now_ms: int) -> str:
    """Say for how long a feed has had nothing new."""
    return texts.living.silent_short.format(days=_days(feed, now_ms))


def now_of(texts: Texts, chat: Chat, feed: Feed, now_ms: int, at: str) -> tuple[RichText, Buttons]:
    """Say how a feed of ``chat`` is, and what can be done about it."""
    living, named = texts.living, _named(feed)
    match fate_of(feed):
        case Fate.GONE:
            return say(living.gone, feed=named), remedies(texts, chat, feed)
        case Fate.SILENT:
            return say(living.silent, feed=named, days=_days(feed, now_ms)), [[_leave(texts, chat, feed)]]
        case Fate.DEAD:
            why = failing(texts, feed, now_ms)
            return say(living.dead, feed=named, why=why), remedies(texts, chat, feed)
        case Fate.WELL:
            pass
    former = former_of(feed)
    if former and former != feed.url:
        return _moved(texts, feed, former, named), [[_undo(texts, chat, feed)]]
    return say(living.well, feed=named, at=at), ()


def remedies(texts: Texts, chat: Chat, feed: Feed) -> list[list[Button]]:
    """Return the buttons below a feed that fails for good."""
    seek = Button(texts.living.seek, data=menus.pack(Verb.SEEK, chat.id, feed.id))
    return [[seek], [_leave(texts, chat, feed)]]


def address(url: str, limit: int = ADDRESS_LIMIT) -> RichText:
    """Show an address as code, without a password in it."""
    return code(short(without_user(url), limit))


def _one(texts: Texts, thing: Told, person: ChatId, now_ms: int) -> tuple[RichText, Buttons]:
    living, feed, chat = texts.living, thing.feed, thing.chat
    named = _heard(texts, thing, person)
    match thing.notice.event:
        case Event.MOVED if thing.beside:
            other = _named(thing.beside)
            where = {"old": address(thing.notice.old), "new": address(thing.notice.new)}
            text = say(living.moved_beside, feed=named, other=other, **where)
            return text, [[_leave(texts, chat, feed)], [_undo(texts, chat, feed)]]
        case Event.MOVED:
            return _moved(texts, feed, thing.notice.old, named), [[_undo(texts, chat, feed)]]
        case Event.GONE:
            return say(living.gone, feed=named), remedies(texts, chat, feed)
        case Event.DEAD:
            why = failing(texts, feed, now_ms)
            return say(living.dead, feed=named, why=why), remedies(texts, chat, feed)
        case Event.BACK:
            return say(living.back, feed=named), ()
        case Event.SILENT:
            days = _days(feed, now_ms)
            return say(living.silent, feed=named, days=days), [[_leave(texts, chat, feed)]]


def _several(
    texts: Texts, things: Sequence[Told], person: ChatId, now_ms: int
) -> tuple[RichText, list[list[Button]]]:
    """Say a line for each feed, those of one kind together, numbered as the buttons are."""
    living, lines, buttons = texts.living, [bold(texts.living.several)], list[Button]()
    ordered = sorted(things, key=lambda one: _ORDER.index(one.notice.event))
    number = 0
    for event, group in groupby(ordered, key=lambda one: one.notice.event):
        some = list(group)
        if number < SHOWN:
            lines += [RichText(), say(living.heads[event.value], count=len(some))]
        for thing in some[: max(SHOWN - number, 0)]:
            number += 1
            named = _heard(texts, thing, person)
            what = _what(texts, thing, now_ms)
            line = say(living.line, number=number, feed=named, what=what)
            lines.append(line if what.text else say("{number}. {feed}", number=number, feed=named))
            if event is not Event.BACK:
                data = menus.pack(Verb.FATE, thing.chat.id, thing.feed.id)
                buttons.append(Button(str(number), data=data))
    if left := len(things) - number:
        lines.append(say(living.more, count=left))
    lines += [RichText(), RichText(living.foot if buttons else living.foot_back)]
    rows = [buttons[at : at + A_ROW] for at in range(0, len(buttons), A_ROW)]
    return join(lines, "\n"), rows


def _what(texts: Texts, thing: Told, now_ms: int) -> RichText:
    """Say of one of several feeds what its heading leaves open."""
    match thing.notice.event:
        case Event.MOVED:
            return address(thing.notice.new, SHORT_LIMIT)
        case Event.DEAD:
            return RichText(failing(texts, thing.feed, now_ms))
        case Event.SILENT:
            return RichText(silence(texts, thing.feed, now_ms))
        case _:
            return RichText()


def _moved(texts: Texts, feed: Feed, old: str, named: RichText) -> RichText:
    return say(texts.living.moved, feed=named, old=address(old), new=address(feed.url))


def _heard(texts: Texts, thing: Told, person: ChatId) -> RichText:
    """Name a feed, and the chat that hears it where that is not the one spoken in."""
    named = _named(thing.feed)
    if thing.chat.id == person:
        return named
    return say(texts.living.heard_in, feed=named, chat=bold(short(name(thing.chat) or handle(thing.chat))))


def _named(feed: Feed) -> RichText:
    return link(name_of(feed), page_of(feed))


def _leave(texts: Texts, chat: Chat, feed: Feed) -> Button:
    label = texts.living.leave.format(feed=short(name_of(feed), LABEL_LIMIT))
    return Button(label, data=menus.pack(Verb.UNSUB, chat.id, feed.id, 0))


def _undo(texts: Texts, chat: Chat, feed: Feed) -> Button:
    return Button(texts.living.undo, data=menus.pack(Verb.UNMOVE, chat.id, feed.id))


def _days(feed: Feed, now_ms: int) -> int:
    return max(now_ms - feed.changed_ms, 0) // DAY_MS

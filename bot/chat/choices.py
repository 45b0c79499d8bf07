"""What may be chosen, for a chat or for one of its feeds, and how each choice is kept.

Pure. A choice's value is a short text: it stands in buttons already sent, so never give one another
meaning. :data:`USUAL` stands for no choice: a feed is then as its chat, and a chat as the relay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.replies import LANGUAGES, spoken
from bot.chat.sources import Source
from bot.deliver.letters import look_for
from bot.items import Chat, Length, Style, Taste
from bot.settings import Settings

USUAL, ON, OFF = "", "1", "0"
"""Nobody's choice, yes and no; where words are chosen, no is none."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to choose.

    ``values`` are those that a button can carry, in their order; of others there are too many.
    ``taste`` is the field of :class:`bot.items.Taste` that holds it, "" for what is no taste.
    ``opens``: its values are shown on a page of their own, and not one by one in turn.
    """

    values: tuple[str, ...] = (OFF, ON)
    taste: str = ""
    opens: bool = False
    chats: bool = True
    """Whether a chat has it; a feed has it if it is a taste, or no chat's."""

    @property
    def feeds(self) -> bool:
        """Whether a feed has it."""
        return bool(self.taste) or not self.chats

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off, and nothing else."""
        return self.values == (OFF, ON) and not self.opens


SETTINGS: Mapping[str, Setting] = {
    "style": Setting(tuple(Style), "style", opens=True),
    "length": Setting(tuple(Length), "length", opens=True),
    "images": Setting(taste="images"),
    "preview": Setting(taste="preview"),
    "author": Setting(taste="author"),
    "tags": Setting(taste="hashtags"),
    "split": Setting(taste="split"),
    "silent": Setting(taste="silent"),
    "hashtags": Setting((OFF,), "labels", opens=True),
    "template": Setting((OFF,), "template", opens=True),
    "name": Setting((), opens=True, chats=False),
    "corrections": Setting(),
    "once": Setting(),
    "language": Setting(tuple(LANGUAGES)),
    "zone": Setting((), opens=True),
}
"""By the name that people type, in the order shown."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose choices are meant: a chat's, or those for one of its feeds."""

    chat: Chat
    source: Source | None = None
    number: int = 0
    """That of the feed in ``/list``, counting from 1; 0 without one."""

    @property
    def settings(self) -> Mapping[str, Setting]:
        """What may be chosen here."""
        return {named: one for named, one in SETTINGS.items() if (one.feeds if self.source else one.chats)}

    @property
    def taste(self) -> Taste:
        """What was chosen for the feed, nothing where none is meant."""
        return self.source.subscription.taste if self.source else Taste()


@dataclass(frozen=True, slots=True)
class Choice:
    """The value that counts, whether it was chosen here, and the one that would count otherwise."""

    value: str
    own: bool
    usual: str


def chosen(subject: Subject, named: str, settings: Settings, asker: str = "") -> Choice:
    """Return how a setting stands; ``asker`` is the language of whoever asks in the chat itself."""
    if field := SETTINGS[named].taste:
        own = subject.taste if subject.source else subject.chat.taste
        above = subject.chat if subject.source else replace(subject.chat, taste=Taste())
        look, usual = look_for(subject.chat, subject.taste, settings), look_for(above, Taste(), settings)
        value = _told(getattr(look, field))
        return Choice(value, getattr(own, field) is not None, _told(getattr(usual, field)))
    return _chosen_beside(subject, named, settings, asker)


def _chosen_beside(subject: Subject, named: str, settings: Settings, asker: str) -> Choice:
    """Return how a setting stands that is no taste."""
    chat, bare = subject.chat, replace(subject.chat, corrections=None, once=None)
    match named:
        case "name":
            title = subject.source.subscription.title if subject.source else ""
            return Choice(title, bool(title), "")
        case "corrections":
            own = chat.corrections is not None
            return Choice(_told(chat.wants_corrections), own, _told(bare.wants_corrections))
        case "once":
            return Choice(_told(chat.wants_once), chat.once is not None, _told(bare.wants_once))
        case "language":
            usual = spoken(asker, settings.language)
            return Choice(spoken(chat.language, usual), bool(chat.language), usual)
    zone = settings.timezone.key
    return Choice(chat.timezone or zone, bool(chat.timezone), zone)


def next_value(subject: Subject, named: str, choice: Choice) -> str:
    """Return what a press makes of a setting that takes its values in turn.

    For a feed: first what its chat does not do, then what it does, then again as the chat.
    """
    if subject.source is None:
        values = SETTINGS[named].values
        return values[(values.index(choice.value) + 1) % len(values)]
    if not choice.own:
        return ON if choice.value == OFF else OFF
    return USUAL if choice.value == choice.usual else choice.usual


def tasted(taste: Taste, named: str, value: str) -> Taste:
    """Return ``taste`` with one choice made; the value is one that the setting can have."""
    field = SETTINGS[named].taste
    made: dict[str, Any] = {field: None}  # the fields are of several types
    if value != USUAL:
        match field:
            case "style":
                made[field] = Style(value)
            case "length":
                made[field] = Length(value)
            case "labels":
                made[field] = () if value == OFF else tuple(value.split())
            case "template":
                made[field] = "" if value == OFF else value
            case _:
                made[field] = value == ON
    return replace(taste, **made)


def put(chat: Chat, named: str, value: str) -> Chat:
    """Return ``chat`` with one choice made that is no taste."""
    flag = None if value == USUAL else value == ON
    match named:
        case "corrections":
            return replace(chat, corrections=flag)
        case "once":
            return replace(chat, once=flag)
        case "language":
            return replace(chat, language=value)
    return replace(chat, timezone=value)


def _told(value: object) -> str:
    """Return a field of a look as a value."""
    if isinstance(value, bool):
        return ON if value else OFF
    return " ".join(value) if isinstance(value, tuple) else str(value)

"""What buttons carry: a verb and its arguments in at most 64 bytes, nothing kept on our side.

Pure. Whatever a button needs stands in it, so that it works after a restart and on any instance; a
client may forge it, so it is read as foreign text and rights are checked at every press.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.items import ChatId, FeedId
from bot.render.parts import Button

DATA_LIMIT = 64
"""Bytes of callback data that Telegram takes."""

WORDS_LIMIT = 32
"""Bytes of source words in a button of ``/latest``: what the numbers beside them leave."""

PAGE_SIZE = 8
"""Lines on a page that has buttons: as many numbered buttons of each kind as fit in two rows."""


class Verb(StrEnum):
    """What a button does; the value stands in buttons already sent, so never reuse one."""

    LIST = "l"
    ASK_UNSUB = "u"
    UNSUB = "x"
    BACK = "b"
    SUB = "s"
    SUGGESTED = "g"
    LATEST = "n"
    ALERTS = "a"
    UNALERT = "r"
    ADD_ALERT = "A"
    DROP_ALERT = "B"
    OPEN_ALERT = "C"
    SET_ALERT = "D"
    CHOOSE = "c"
    CHOOSE_FOR = "f"
    OPEN = "o"
    SHOW = "w"
    USE = "t"
    DISCARD = "d"
    FOUND = "S"
    FILTERS = "T"
    FILTER_WHICH = "U"
    FILTER = "V"
    UNFILTER = "W"
    UNTELL = "E"
    CALM = "K"
    FATE = "F"
    UNMOVE = "G"
    SEEK = "H"
    INSTEAD = "I"


_FIELDS = {
    Verb.LIST: 1,
    Verb.ASK_UNSUB: 2,
    Verb.UNSUB: 2,
    Verb.BACK: 2,
    Verb.SUB: 1,
    Verb.SUGGESTED: 1,
    Verb.LATEST: 3,
    Verb.ALERTS: 1,
    Verb.UNALERT: 2,
    Verb.ADD_ALERT: 2,
    Verb.DROP_ALERT: 1,
    Verb.OPEN_ALERT: 3,
    Verb.SET_ALERT: 4,
    Verb.CHOOSE: 2,
    Verb.CHOOSE_FOR: 3,
    Verb.OPEN: 2,
    Verb.SHOW: 3,
    Verb.USE: 2,
    Verb.DISCARD: 2,
    Verb.FOUND: 4,
    Verb.FILTERS: 1,
    Verb.FILTER_WHICH: 2,
    Verb.FILTER: 2,
    Verb.UNFILTER: 2,
    Verb.UNTELL: 2,
    Verb.CALM: 3,
    Verb.FATE: 1,
    Verb.UNMOVE: 1,
    Verb.SEEK: 1,
    Verb.INSTEAD: 2,
}
"""How much each verb carries besides the chat, at most."""

_WORDY = {Verb.SUGGESTED, Verb.LATEST}
"""Their last field is an address or words, which may hold colons themselves."""

_VERBS = frozenset(verb.value for verb in Verb)


@dataclass(frozen=True, slots=True)
class Press:
    """A button's verb, the chat it is about, and what else it carries."""

    verb: Verb
    chat: ChatId
    rest: tuple[str, ...] = ()

    def count(self, place: int) -> int:
        """Return the number at ``place`` of the rest; 0 where there is none."""
        return whole(self.rest[place]) or 0 if place < len(self.rest) else 0

    def feed(self, place: int = 0) -> FeedId:
        """Return the feed that the button is about, at ``place`` of the rest; "" where it names none."""
        return FeedId(self.word(place))

    def word(self, place: int) -> str:
        """Return what stands at ``place`` of the rest, "" where nothing does."""
        return self.rest[place] if place < len(self.rest) else ""


def pack(verb: Verb, chat: ChatId, *rest: str | int) -> str:
    """Return the callback data; the last of ``rest`` may hold any text where the verb takes words.

    Raises:
        ValueError: if it would not fit.
    """
    data = ":".join((verb.value, str(chat), *map(str, rest)))
    if len(data.encode()) > DATA_LIMIT:
        raise ValueError(f"a button carries at most {DATA_LIMIT} bytes: {data!r}")
    return data


def unpack(data: str) -> Press | None:
    """Read callback data; ``None`` if it is not ours or no longer understood."""
    named, _, rest = data.partition(":")
    if named not in _VERBS:
        return None
    verb = Verb(named)
    chat, _, rest = rest.partition(":")
    found = whole(chat)
    if found is None:
        return None
    fields = tuple(rest.split(":", _FIELDS[verb] - 1 if verb in _WORDY else -1)) if rest else ()
    return Press(verb, ChatId(found), fields) if len(fields) <= _FIELDS[verb] else None


def whole(text: str) -> int | None:
    """Read a whole number as people and buttons write it; ``None`` for anything else or absurd."""
    bare = text.removeprefix("-")
    if not bare.isdecimal() or len(bare) > 17:
        return None
    return int(text)


def fit(words: str, max_bytes: int = WORDS_LIMIT) -> str:
    """Cut ``words`` to so many bytes, never within a letter."""
    return words.encode("utf-8", "ignore")[:max_bytes].decode("utf-8", "ignore").strip()


def pages(count: int) -> int:
    """Return how many pages ``count`` lines take, at least one."""
    return max(1, -(-count // PAGE_SIZE))


def turning(verb: Verb, chat: ChatId, page: int, last: int, back: str, more: str) -> list[list[Button]]:
    """Return the row of buttons that turns pages, if there is more than one; pages count from 0."""
    row = []
    if page > 0:
        row.append(Button(back, data=pack(verb, chat, page - 1)))
    if page < last:
        row.append(Button(more, data=pack(verb, chat, page + 1)))
    return [row] if row else []

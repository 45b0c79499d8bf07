"""Telegram's updates, read leniently from their JSON: an odd one is skipped and never hides the next.

Pure. The library's own decoding gives up a whole batch over one missing field; here a missing field
is a default, and what cannot be made sense of is ``None``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.items import ChatId, ChatKind, UserId

KINDS = ("message", "channel_post", "callback_query", "my_chat_member", "inline_query")
"""The kinds of update to ask for; edits are not among them, so that no command runs twice."""

_FILES = frozenset({"animation", "audio", "document", "photo", "sticker", "video", "video_note", "voice"})
_CONTENT = _FILES | {"contact", "location", "poll"}

_CHAT_KINDS = frozenset(kind.value for kind in ChatKind)


@dataclass(frozen=True, slots=True)
class Place:
    """A chat as an update shows it; ``topic`` is the forum topic, where there is one."""

    chat: ChatId
    kind: ChatKind
    title: str = ""
    username: str = ""
    topic: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it. ``language`` is the IETF tag of their app, "" if not told."""

    id: UserId
    name: str = ""
    language: str = ""
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text in a chat; in a private one also a picture or the like, whose text is "".

    ``person`` is ``None`` where somebody writes in the name of a chat; ``as_chat`` is that chat then
    (the group itself for an anonymous administrator). ``links`` are the addresses behind words,
    ``replied`` is the text of somebody's message that is replied to, "" for none and for a bot's;
    ``replied_to`` is the id of whatever message is.
    """

    id: int
    place: Place
    person: Person | None
    as_chat: ChatId | None
    message: int
    text: str
    links: tuple[str, ...] = ()
    replied: str = ""
    replied_to: int | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under one of our messages; ``data`` may be forged by an odd client."""

    id: int
    place: Place
    person: Person
    message: int
    query: str
    data: str


@dataclass(frozen=True, slots=True)
class Membership:
    """Our own standing in a chat has changed; ``status`` is Telegram's word for the new one."""

    id: int
    place: Place
    person: Person | None
    was_in: bool
    is_in: bool
    status: str
    may_post: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A group has become a supergroup with a new id."""

    id: int
    old: ChatId
    new: ChatId


@dataclass(frozen=True, slots=True)
class Posted:
    """Something in a channel, or a message without text: it tells what the chat is called now."""

    id: int
    place: Place
    message: int = 0


@dataclass(frozen=True, slots=True)
class Sought:
    """Words that somebody types behind our @name in the message box of any chat; we see no chat.

    ``query`` is Telegram's name for it, ``offset`` what we said where the next results begin, "" at first.
    """

    id: int
    person: Person
    query: str
    words: str
    offset: str = ""


Update = Spoken | Pressed | Membership | Moved | Posted
"""What happens in a chat, where one thing comes after the other."""


def number(raw: object) -> int | None:
    """Return the id of an update, or ``None`` if it has none."""
    found = raw.get("update_id") if isinstance(raw, Mapping) else None
    return found if isinstance(found, int) else None


def read(raw: object) -> Update | Sought | None:
    """Return what an update says, or ``None`` if it says nothing to us or cannot be read."""
    update = number(raw)
    if update is None or not isinstance(raw, Mapping):
        return None
    readers: Mapping[str, Callable[[int, Mapping[str, Any]], Update | Sought | None]] = {
        "message": _message,
        "channel_post": _posted,
        "callback_query": _pressed,
        "my_chat_member": _membership,
        "inline_query": _sought,
    }
    for kind, reader in readers.items():
        if told := _table(raw, kind):
            return reader(update, told)
    return None


def _message(update: int, message: Mapping[str, Any]) -> Update | None:
    place = _place(message)
    if place is None:
        return None
    if new := _int(message, "migrate_to_chat_id"):
        return Moved(update, place.chat, ChatId(new))
    if old := _int(message, "migrate_from_chat_id"):
        return Moved(update, ChatId(old), place.chat)
    text = _text(message, "text")
    is_chosen = "via_bot" in message  # one of a bot's inline results: somebody chose it, nobody wrote it
    if is_chosen or (not text and not (place.kind is ChatKind.PRIVATE and _is_something(message))):
        return Posted(update, place, _int(message, "message_id") or 0)
    sender = _int(_table(message, "sender_chat"), "id")
    return Spoken(
        id=update,
        place=place,
        person=None if sender else _person(_table(message, "from")),
        as_chat=ChatId(sender) if sender else None,
        message=_int(message, "message_id") or 0,
        text=text,
        links=_links(message),
        replied=_replied(_table(message, "reply_to_message")),
        replied_to=_replied_to(_table(message, "reply_to_message")),
    )


def _posted(update: int, post: Mapping[str, Any]) -> Posted | None:
    place = _place(post)
    return Posted(update, place, _int(post, "message_id") or 0) if place else None


def _replied(message: Mapping[str, Any]) -> str:
    return "" if _table(message, "from").get("is_bot") is True else _text(message, "text")


def _replied_to(message: Mapping[str, Any]) -> int | None:
    """Return the id of a message; none of that which began a topic: every one in it replies to that."""
    return None if "forum_topic_created" in message else _int(message, "message_id")


def _pressed(update: int, query: Mapping[str, Any]) -> Pressed | None:
    message = _table(query, "message")
    place, person, name = _place(message), _person(_table(query, "from")), _text(query, "id")
    if place is None or person is None or not name:
        return None
    return Pressed(update, place, person, _int(message, "message_id") or 0, name, _text(query, "data"))


def _sought(update: int, query: Mapping[str, Any]) -> Sought | None:
    person, name = _person(_table(query, "from")), _text(query, "id")
    if person is None or not name:
        return None
    return Sought(update, person, name, _text(query, "query"), _text(query, "offset"))


def _membership(update: int, change: Mapping[str, Any]) -> Membership | None:
    place, new = _place(change), _table(change, "new_chat_member")
    if place is None or not new:
        return None
    posts = place.kind is not ChatKind.CHANNEL or new.get("can_post_messages") is True
    return Membership(
        id=update,
        place=place,
        person=_person(_table(change, "from")),
        was_in=_is_in(_table(change, "old_chat_member")),
        is_in=_is_in(new),
        status=_text(new, "status"),
        may_post=_is_in(new) and posts,
    )


def _is_something(message: Mapping[str, Any]) -> bool:
    """Tell whether somebody sent a picture or the like; of an album one would hear ten times."""
    return "media_group_id" not in message and not _CONTENT.isdisjoint(message)


def _is_in(member: Mapping[str, Any]) -> bool:
    status = _text(member, "status")
    return status in {"creator", "administrator", "member"} or (
        status == "restricted" and member.get("is_member") is True
    )


def _place(holder: Mapping[str, Any]) -> Place | None:
    chat = _table(holder, "chat")
    found = _int(chat, "id")
    kind = _text(chat, "type")
    if found is None or kind not in _CHAT_KINDS:
        return None
    name = " ".join(filter(None, (_text(chat, "first_name"), _text(chat, "last_name"))))
    topic = _int(holder, "message_thread_id") if holder.get("is_topic_message") is True else None
    return Place(ChatId(found), ChatKind(kind), _text(chat, "title") or name, _text(chat, "username"), topic)


def _person(user: Mapping[str, Any]) -> Person | None:
    found = _int(user, "id")
    if found is None:
        return None
    language = _text(user, "language_code")
    return Person(UserId(found), _text(user, "first_name"), language, user.get("is_bot") is True)


def _links(message: Mapping[str, Any]) -> tuple[str, ...]:
    entities = message.get("entities")
    if not isinstance(entities, Sequence):
        return ()
    tables = [one for one in entities if isinstance(one, Mapping) and one.get("type") == "text_link"]
    return tuple(filter(None, (_text(one, "url") for one in tables)))


def _table(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(holder: Mapping[str, Any], name: str) -> str:
    """Return a text; half a surrogate pair, which JSON can hold and nothing else, becomes a mark."""
    found = holder.get(name)
    if not isinstance(found, str):
        return ""
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _int(holder: Mapping[str, Any], name: str) -> int | None:
    found = holder.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None

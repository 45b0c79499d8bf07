"""Who and what there is in the local Telegram: users, chats, topics and messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bot.playground.text import Formatted

Json = dict[str, object]
Keyboard = tuple[tuple[Json, ...], ...]
"""Rows of inline buttons, each as the Bot API writes it."""


class Kind(StrEnum):
    """Telegram's kinds of chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Status(StrEnum):
    """What somebody is in a chat."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"


ADMIN_RIGHTS = frozenset(
    {
        "can_manage_chat",
        "can_delete_messages",
        "can_invite_users",
        "can_pin_messages",
        "can_post_messages",
        "can_edit_messages",
        "can_manage_topics",
    }
)


@dataclass(slots=True)
class User:
    """A person or a bot. ``started``: has opened the private chat with the bot; the id is the chat's too."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = "en"
    is_bot: bool = False
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def json(self) -> Json:
        """Return the Bot API's User object."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if not self.is_bot:
            user["language_code"] = self.language_code
        return user


@dataclass(slots=True)
class Member:
    """Somebody's place in a chat; ``rights`` count for administrators only."""

    user: User
    status: Status = Status.MEMBER
    rights: frozenset[str] = ADMIN_RIGHTS

    @property
    def is_admin(self) -> bool:
        """Whether it is the owner or an administrator."""
        return self.status in {Status.CREATOR, Status.ADMINISTRATOR}

    @property
    def is_present(self) -> bool:
        """Whether it is in the chat at all."""
        return self.status not in {Status.LEFT, Status.KICKED}

    def may(self, right: str) -> bool:
        """Tell whether an administrator holds a right; the owner holds all."""
        return self.status is Status.CREATOR or (self.status is Status.ADMINISTRATOR and right in self.rights)

    def json(self) -> Json:
        """Return the Bot API's ChatMember object."""
        member: Json = {"user": self.user.json(), "status": self.status.value}
        if self.status is Status.CREATOR:
            member["is_anonymous"] = False
        elif self.status is Status.ADMINISTRATOR:
            named = dict.fromkeys(_EVERY_RIGHT, False) | dict.fromkeys(self.rights, True)
            member |= {"can_be_edited": False, "is_anonymous": False, **named}
        elif self.status is Status.KICKED:
            member["until_date"] = 0
        return member


_EVERY_RIGHT = (
    *sorted(ADMIN_RIGHTS),
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


@dataclass(slots=True)
class Topic:
    """A topic of a forum."""

    id: int
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """A file in a message. ``kind`` is the message's field: photo, video, audio, document, animation."""

    kind: str
    file_id: str
    mime: str = ""
    filename: str = ""
    width: int = 0
    height: int = 0
    size: int = 0
    spoiler: bool = False
    duration_s: int = 0
    title: str = ""
    performer: str = ""


@dataclass(slots=True)
class Message:
    """One message. ``content`` is its text, or the caption where there is ``media``.

    A rich message has neither: ``rich`` is the Bot API's RichMessage object, its ``blocks`` with their files.
    """

    id: int
    chat_id: int
    date: int
    sender: User | None
    content: Formatted = field(default_factory=Formatted)
    media: Media | None = None
    rich: Json | None = None
    service: Json = field(default_factory=dict)
    keyboard: Keyboard = ()
    reply_keyboard: bool = False
    thread_id: int | None = None
    reply_to: int | None = None
    album: str = ""
    edited: int = 0
    silent: bool = False
    protected: bool = False
    pinned: bool = False
    caption_above: bool = False
    preview: Json = field(default_factory=dict)
    """The link_preview_options it was sent with."""
    forwarded: Json = field(default_factory=dict)
    via: User | None = None
    """The bot among whose inline results it was chosen."""
    outgoing: bool = False
    """Whether the bot sent it."""

    @property
    def text(self) -> str:
        """The text or caption."""
        return self.content.text

    @property
    def buttons(self) -> list[str]:
        """The labels of all its buttons, row by row."""
        return [str(button["text"]) for row in self.keyboard for button in row]

    def button(self, label: str) -> Json:
        """Return the first button whose label is or holds ``label``.

        Raises:
            LookupError: there is none; the message lists those there are.
        """
        every = [button for row in self.keyboard for button in row]
        for fits in (str.__eq__, str.__contains__):
            for button in every:
                if fits(str(button["text"]), label):
                    return button
        raise LookupError(f"no button {label!r} on message {self.id}, only {self.buttons}")


@dataclass(slots=True)
class Chat:
    """A chat and its history. ``denied`` are what members may not send, such as ``photos``."""

    id: int
    kind: Kind
    title: str
    username: str = ""
    is_forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    pinned: int | None = None
    next_id: int = 1
    migrated_to: int | None = None
    deleted: bool = False

    def json(self) -> Json:
        """Return the Bot API's Chat object."""
        if self.kind is Kind.PRIVATE:
            chat: Json = {"id": self.id, "type": "private", "first_name": self.title}
        else:
            chat = {"id": self.id, "type": self.kind.value, "title": self.title}
        if self.username:
            chat["username"] = self.username
        if self.is_forum:
            chat["is_forum"] = True
        return chat

    def take_id(self) -> int:
        """Return the id for the next message."""
        self.next_id += 1
        return self.next_id - 1

    def admins(self) -> Iterator[Member]:
        """Go through owner and administrators, the owner first."""
        for wanted in (Status.CREATOR, Status.ADMINISTRATOR):
            yield from (member for member in self.members.values() if member.status is wanted)

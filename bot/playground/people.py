"""What people do in the local Telegram, and the updates that the bot gets of it."""

import itertools
import time
from collections.abc import Iterable

from bot.playground.inline import InlineQuery
from bot.playground.telegram import Change, Press, Telegram
from bot.playground.text import Entity, Formatted, settle, with_found
from bot.playground.world import (
    ADMIN_RIGHTS,
    Chat,
    Json,
    Kind,
    Media,
    Member,
    Message,
    Status,
    Topic,
    User,
)


class People:
    """Moves users, chats and their members, and speaks for the people in them."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self._user_ids = itertools.count(1001)
        self._chat_ids = itertools.count(4_000_001)

    def add_user(
        self, first_name: str, *, username: str = "", language: str = "en", started: bool = True
    ) -> User:
        """Bring in a person; ``started``: with a private chat with the bot, whose id is the person's."""
        user = User(next(self._user_ids), first_name, username, language, started=started)
        self.telegram.users[user.id] = user
        self.telegram.chats[user.id] = Chat(user.id, Kind.PRIVATE, first_name, username)
        return user

    def add_chat(
        self,
        kind: Kind,
        title: str,
        *,
        username: str = "",
        owner: User | None = None,
        bot_status: Status = Status.ADMINISTRATOR,
        forum: bool = False,
    ) -> Chat:
        """Bring in a group or channel with its owner and the bot in it; nobody is told."""
        number = next(self._chat_ids)
        chat = Chat(-number if kind is Kind.GROUP else -1_000_000_000_000 - number, kind, title, username)
        chat.is_forum = forum
        chat.next_id = 2 if forum else 1  # a forum's 1 is its General topic
        if owner is not None:
            chat.members[owner.id] = Member(owner, Status.CREATOR)
        bot = self.telegram.bot
        chat.members[bot.id] = Member(bot, bot_status)
        self.telegram.chats[chat.id] = chat
        self.telegram.tell(Change("chat", chat.id))
        return chat

    def add_topic(self, chat: Chat, name: str, *, closed: bool = False) -> Topic:
        """Open a topic in a forum."""
        topic = Topic(chat.take_id(), name, closed)
        chat.topics[topic.id] = topic
        return topic

    def say(  # noqa: PLR0913  a message has as many sides
        self,
        chat: Chat,
        text: str,
        user: User,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
        document: tuple[str, bytes] | None = None,
        anonymous: bool = False,
        entities: Iterable[Entity] = (),
    ) -> Message:
        """Say something in a chat, a document with a caption included; the first word starts the bot.

        ``anonymous``: as an administrator who shows the group instead of a name.
        """
        if chat.kind is Kind.PRIVATE:
            user.started = True
        content = with_found(settle(text, entities)) if text else Formatted()
        media = None
        if document is not None:
            stored = self.telegram.files.keep(
                "document", "application/octet-stream", document[1], document[0]
            )
            media = Media("document", stored.file_id, stored.mime, document[0], size=len(document[1]))
        message = Message(
            chat.take_id(), chat.id, int(time.time()), user, content, media,
            thread_id=thread_id, reply_to=reply_to,
        )  # fmt: skip
        if anonymous:
            message.service = {"sender_chat": chat.json(), "from": _GROUP_ANONYMOUS_BOT}
        return self._posted(chat, message)

    def choose(self, chat: Chat, query: InlineQuery, name: str, user: User) -> Message:
        """Post one of the cards that the bot offered for a query.

        Raises:
            LookupError: there is no such card.
        """
        card = query.result(name)
        if chat.kind is Kind.PRIVATE:
            user.started = True
        message = Message(
            chat.take_id(), chat.id, int(time.time()), user, card.content,
            keyboard=card.keyboard, preview=card.preview, via=self.telegram.bot,
        )  # fmt: skip
        return self._posted(chat, message)

    def _posted(self, chat: Chat, message: Message) -> Message:
        """Put somebody's message into its chat, and tell the bot of it where it may hear that."""
        self.telegram.place(message)
        if self._is_heard(chat, message):
            kind = "channel_post" if chat.kind is Kind.CHANNEL else "message"
            self.telegram.updates.add(kind, self.telegram.json_of(message))
        return message

    def _is_heard(self, chat: Chat, message: Message) -> bool:
        """Tell whether privacy mode lets the bot see a message."""
        if chat.kind is Kind.PRIVATE:
            return True
        place = self.telegram.bot_in(chat)
        if not place.is_present or chat.kind is Kind.CHANNEL:
            return place.is_present
        replied = chat.messages.get(message.reply_to or 0)
        found = (e for e in message.content.entities if e.type == "bot_command")
        commands = [_words(message.text, entity).lower() for entity in found]
        name = f"@{self.telegram.bot.username}".lower()
        for_us = any("@" not in command or command.endswith(name) for command in commands)
        return place.is_admin or for_us or bool(message.via or (replied and replied.outgoing))

    def press(self, chat: Chat, message_id: int, label: str, user: User) -> Press:
        """Press a button by its label, or a part of it.

        Raises:
            LookupError: no such message or button, or one that is no callback button.
        """
        message = chat.messages[message_id]
        button = message.button(label)
        if "callback_data" not in button:
            raise LookupError(f"button {label!r} asks the bot nothing: {button}")
        return self.telegram.press(user, message, str(button["callback_data"]))

    def block(self, user: User, *, blocked: bool = True) -> None:
        """Block the bot, or let it speak again."""
        if user.blocked == blocked:
            return
        user.blocked = blocked
        chat = self.telegram.chats[user.id]
        bot = self.telegram.bot
        member, kicked = Member(bot, Status.MEMBER), Member(bot, Status.KICKED)
        before, after = (member, kicked) if blocked else (kicked, member)
        self._notify_own_place(chat, user, before, after)

    def set_bot(
        self, chat: Chat, status: Status, user: User, *, rights: Iterable[str] = ADMIN_RIGHTS
    ) -> None:
        """Give the bot another place in a chat: promoted, kicked, brought back."""
        before = self.telegram.bot_in(chat)
        after = Member(self.telegram.bot, status, frozenset(rights))
        chat.members[self.telegram.bot.id] = after
        self._notify_own_place(chat, user, before, after)

    def _notify_own_place(self, chat: Chat, user: User, before: Member, after: Member) -> None:
        self.telegram.tell(Change("chat", chat.id))
        self.telegram.updates.add(
            "my_chat_member",
            {
                "chat": chat.json(),
                "from": user.json(),
                "date": int(time.time()),
                "old_chat_member": before.json(),
                "new_chat_member": after.json(),
            },
        )

    def set_member(
        self, chat: Chat, user: User, status: Status, rights: Iterable[str] = ADMIN_RIGHTS
    ) -> None:
        """Give somebody a place in a chat."""
        chat.members[user.id] = Member(user, status, frozenset(rights))

    def migrate(self, chat: Chat, user: User) -> Chat:
        """Make a supergroup of a group: two service messages, and the old id is refused from now on."""
        new = self.add_chat(Kind.SUPERGROUP, chat.title, bot_status=self.telegram.bot_in(chat).status)
        new.members = dict(chat.members)
        chat.migrated_to = new.id
        self._service(chat, user, {"migrate_to_chat_id": new.id})
        self._service(new, user, {"migrate_from_chat_id": chat.id})
        return new

    def _service(self, chat: Chat, user: User, content: Json) -> None:
        message = Message(chat.take_id(), chat.id, int(time.time()), user, service=content)
        self.telegram.place(message)
        self.telegram.updates.add("message", self.telegram.json_of(message))


_GROUP_ANONYMOUS_BOT: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


def _words(text: str, entity: Entity) -> str:
    """Cut an entity's words out of its text."""
    units = text.encode("utf-16-le")
    return units[2 * entity.offset : 2 * entity.end].decode("utf-16-le")

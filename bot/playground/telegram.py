"""The local Telegram itself: everything that one bot and the people around it share, in memory."""

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground.inline import ANSWER_S, KEPT_S, MAX_QUERY, InlineQuery
from bot.playground.limits import Flood, FloodLimits
from bot.playground.media import Files
from bot.playground.refusal import bad_request, forbidden
from bot.playground.updates import CALLBACK_S, Updates
from bot.playground.wire import message_json
from bot.playground.world import Chat, Json, Kind, Member, Message, Status, User

BOT_ID = 7_000_000_001
TOKEN = f"{BOT_ID}:PLAYGROUND-no-secret-local-Telegram"
"""The bot's token: of the right form, and worth nothing anywhere else."""


@dataclass(slots=True)
class Press:
    """A pressed button, and what the bot answered to it."""

    id: str
    user: User
    chat_id: int
    message_id: int
    data: str
    until: float
    answer: Json | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Something for those who look on.

    ``what``: new, edited, deleted (a message), typing, answer (to a button), chat, commands (for all),
    inline (an answer to the query in ``text``), call (of a method, named in ``text``).
    """

    what: str
    chat_id: int
    message_id: int = 0
    text: str = ""
    alert: bool = False


@dataclass(slots=True)
class Profile:
    """What the bot tells of itself, by language ("" for everybody)."""

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """By scope (its type and what it names, as JSON) and language."""
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)


class Telegram:
    """The world: users, chats and messages, the queue of updates, the budgets.

    ``clock`` is the monotonic clock that limits and lifetimes go by, in seconds.
    """

    def __init__(
        self, *, flood: FloodLimits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.clock = clock
        self.token = TOKEN
        self.bot = User(BOT_ID, "newsrelay", username="newsrelay_demo_bot", is_bot=True)
        self.users: dict[int, User] = {BOT_ID: self.bot}
        self.chats: dict[int, Chat] = {}
        self.updates = Updates(clock)
        self.flood = Flood(flood, clock)
        self.files = Files()
        self.profile = Profile()
        self.presses: dict[str, Press] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.webhook = ""
        self.rich = True
        """Whether it knows rich messages; servers before Bot API 10.1 do not."""
        self.inline = True
        """Whether the bot's owner has turned inline mode on."""
        self.calls: Counter[str] = Counter()
        """Calls by method name as documented (``sendMessage``)."""
        self.listeners: list[Callable[[Change], None]] = []

    def tell(self, change: Change) -> None:
        """Let those who look on know of a change."""
        for listener in list(self.listeners):
            listener(change)

    def json_of(self, message: Message) -> Json:
        """Return a message as the Bot API writes it."""
        return message_json(message, self.chats[message.chat_id], self.users)

    def bot_in(self, chat: Chat) -> Member:
        """Return the bot's place in a group or channel."""
        return chat.members.get(self.bot.id) or Member(self.bot, Status.LEFT)

    def chat_named(self, name: str) -> Chat | None:
        """Find a chat by its id or @name, in text."""
        if name.startswith("@"):
            wanted = name[1:].lower() or None
            return next(
                (
                    chat
                    for chat in self.chats.values()
                    if chat.username.lower() == wanted and chat.kind in {Kind.SUPERGROUP, Kind.CHANNEL}
                ),
                None,
            )
        try:
            return self.chats.get(int(name))
        except ValueError:
            return None

    def readable(self, name: str) -> Chat:
        """Find a chat that the bot may look at.

        Raises:
            ApiError: 400 not known to the bot, or the 403 of a chat that it is out of.
        """
        if not name:
            raise bad_request("chat_id is empty")
        chat = self.chat_named(name)
        if chat is None:
            raise bad_request("chat not found")
        if chat.kind is Kind.PRIVATE:
            user = self.users[chat.id]
            if not user.started and not self.has_met(user):
                raise bad_request("chat not found")
            return chat
        status = self.bot_in(chat).status
        what = {Kind.GROUP: "group", Kind.SUPERGROUP: "supergroup", Kind.CHANNEL: "channel"}[chat.kind]
        if chat.deleted:
            raise forbidden("the group chat was deleted")
        if status is Status.KICKED:
            raise forbidden(f"bot was kicked from the {what} chat")
        if status is Status.LEFT and not chat.username:
            raise forbidden(f"bot is not a member of the {what} chat")
        return chat

    def writable(self, name: str, *, even_migrated: bool = False) -> Chat:
        """Find a chat that the bot may write to, whatever it is that it writes.

        Raises:
            ApiError: 400 or 403 in Telegram's words; a group that has moved names its new id.
        """
        chat = self.readable(name)
        if chat.migrated_to is not None and not even_migrated:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to=chat.migrated_to)
        if chat.kind is Kind.PRIVATE:
            user = self.users[chat.id]
            if user.deactivated:
                raise forbidden("user is deactivated")
            if not user.started:
                raise forbidden("bot can't initiate conversation with a user")
            if user.blocked:
                raise forbidden("bot was blocked by the user")
        elif not self.bot_in(chat).is_present:
            raise forbidden(f"bot is not a member of the {chat.kind.value} chat")
        return chat

    def has_met(self, user: User) -> bool:
        """Tell whether the bot shares a chat with somebody."""
        return any(
            user.id in chat.members and self.bot_in(chat).is_present
            for chat in self.chats.values()
            if chat.kind is not Kind.PRIVATE
        )

    def place(self, message: Message) -> Message:
        """Put a message into its chat's history."""
        self.chats[message.chat_id].messages[message.id] = message
        self.tell(Change("new", message.chat_id, message.id))
        return message

    def press(self, user: User, message: Message, data: str) -> Press:
        """Send the bot a callback query, which it may answer while the query lives."""
        press = Press(
            str(secrets.randbits(60)), user, message.chat_id, message.id, data, self.clock() + CALLBACK_S
        )
        self.presses[press.id] = press
        self.updates.add(
            "callback_query",
            {
                "id": press.id,
                "from": user.json(),
                "message": self.json_of(message),
                "chat_instance": str(message.chat_id),
                "data": data,
            },
            CALLBACK_S,
        )
        return press

    def seek(self, user: User, chat: Chat, words: str, offset: str = "") -> InlineQuery:
        """Send the bot an inline query, which it may answer while somebody waits for it."""
        query = InlineQuery(
            str(secrets.randbits(60)), user, words[:MAX_QUERY], offset, self.clock() + ANSWER_S
        )
        self.inline_queries[query.id] = query
        payload: Json = {
            "id": query.id,
            "from": user.json(),
            "query": query.words,
            "offset": offset,
            "chat_type": "sender" if chat.kind is Kind.PRIVATE else chat.kind.value,
        }
        self.updates.add("inline_query", payload, KEPT_S)
        return query

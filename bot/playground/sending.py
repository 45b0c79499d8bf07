"""What all ways of sending have in common: destination, rights, options, budget."""

import time
from dataclasses import dataclass

from bot.playground.arguments import Arguments
from bot.playground.keyboards import read_markup
from bot.playground.markup import read_html
from bot.playground.refusal import bad_request
from bot.playground.telegram import Telegram
from bot.playground.text import MAX_RAW_BYTES, Entity, Formatted, read_entities, settle, with_found
from bot.playground.world import Chat, Json, Keyboard, Kind, Media, Message

MAX_TEXT = 4096
MAX_CAPTION = 1024
_RIGHTS = {
    "text": ("text_messages", "text messages"),
    "photo": ("photos", "photos"),
    "video": ("videos", "videos"),
    "audio": ("audios", "music"),
    "document": ("documents", "documents"),
    "animation": ("other_messages", "animations"),
    "rich": ("rich_messages", "the rich message"),
}
"""By kind of message: the permission's name in ``Chat.denied``, and its word in the refusal."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is ready but for its content: where it goes and how."""

    chat: Chat
    keyboard: Keyboard
    reply_keyboard: bool
    thread_id: int | None
    reply_to: int | None
    silent: bool
    protected: bool


def read_formatted(args: Arguments, name: str, *, entities: str, mode: str = "parse_mode") -> Formatted:
    """Read a text or caption with its markup or entities, settled; may come out empty.

    Raises:
        ApiError: 400, markup or entities that Telegram refuses.
    """
    raw = args.text(name)
    if len(raw.encode("utf-8", "surrogatepass")) > MAX_RAW_BYTES:
        raise bad_request(f"{'text' if name == 'text' else 'caption'} is too long")
    found: tuple[str, list[Entity]]
    match args.text(mode).lower():
        case "html":
            found = read_html(raw)
        case "" | "none":
            value = args.json(entities, "entities") if args.text(entities).strip() else None
            found = raw, list(read_entities(value))
        case _:
            raise bad_request("unsupported parse_mode")
    if not raw:
        return Formatted()
    return with_found(settle(*found, may_be_empty=name != "text"))


def read_draft(telegram: Telegram, args: Arguments, kind: str) -> Draft:
    """Find out where a message of this kind goes and how, and whether it may go there.

    Raises:
        ApiError: 400 or 403 in Telegram's words.
    """
    markup = args.json("reply_markup", "reply keyboard markup")
    read_markup(markup)
    chat = telegram.writable(args.text("chat_id"))
    keyboard, reply_keyboard = read_markup(markup, in_channel=chat.kind is Kind.CHANNEL)
    thread_id = _thread(telegram, chat, args.integer("message_thread_id"))
    reply_to = _replied(chat, args)
    check_rights(telegram, chat, kind)
    return Draft(
        chat,
        keyboard,
        reply_keyboard,
        thread_id,
        reply_to,
        silent=args.flag("disable_notification"),
        protected=args.flag("protect_content"),
    )


def check_rights(telegram: Telegram, chat: Chat, kind: str) -> None:
    """Hold that the bot may send messages of this kind here.

    Raises:
        ApiError: 400.
    """
    member = telegram.bot_in(chat)
    if chat.kind is Kind.CHANNEL and not member.may("can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    if chat.kind in {Kind.GROUP, Kind.SUPERGROUP} and not member.is_admin:
        permission, word = _RIGHTS[kind]
        if permission in chat.denied:
            raise bad_request(f"not enough rights to send {word} to the chat")


def _thread(telegram: Telegram, chat: Chat, thread_id: int) -> int | None:
    if not thread_id or chat.kind is Kind.CHANNEL:
        return None
    if chat.kind is not Kind.PRIVATE and not chat.is_forum:
        return None  # in a group without topics Telegram ignores it
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and not telegram.bot_in(chat).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def _replied(chat: Chat, args: Arguments) -> int | None:
    parameters = args.json("reply_parameters", "reply parameters")
    given: Json = parameters if isinstance(parameters, dict) else {}
    try:
        wanted = int(str(given.get("message_id") or args.integer("reply_to_message_id")))
    except ValueError:
        wanted = 0
    if not wanted:
        return None
    if wanted in chat.messages:
        return wanted
    if given.get("allow_sending_without_reply") or args.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def post(  # noqa: PLR0913  a message has as many sides, all but the first with a default
    telegram: Telegram,
    draft: Draft,
    content: Formatted,
    *,
    media: Media | None = None,
    rich: Json | None = None,
    preview: Json | None = None,
    caption_above: bool = False,
    album: str = "",
) -> Message:
    """Put a finished message into its chat."""
    chat = draft.chat
    return telegram.place(
        Message(
            id=chat.take_id(),
            chat_id=chat.id,
            date=int(time.time()),
            sender=telegram.bot,
            content=content,
            media=media,
            rich=rich,
            keyboard=draft.keyboard,
            reply_keyboard=draft.reply_keyboard,
            thread_id=draft.thread_id,
            reply_to=draft.reply_to,
            album=album,
            silent=draft.silent,
            protected=draft.protected,
            caption_above=caption_above,
            preview=preview or {},
            outgoing=True,
        )
    )


def read_preview(args: Arguments) -> Json:
    """Read ``link_preview_options`` (or the older ``disable_web_page_preview``).

    Raises:
        ApiError: 400, no object.
    """
    value = args.json("link_preview_options", "link preview options")
    if value is None:
        return {"is_disabled": True} if args.flag("disable_web_page_preview") else {}
    if not isinstance(value, dict):
        raise bad_request("can't parse link preview options: expected an Object")
    return value

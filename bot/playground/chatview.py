"""Messages and chats as the chat page shows them: plain JSON, made for one reader, the demo's person."""

from collections.abc import Callable

from bot.playground.telegram import Telegram
from bot.playground.text import Entity, Formatted
from bot.playground.wire import entity_json
from bot.playground.world import Chat, Json, Kind, Media, Message, User

Card = Callable[[str], dict[str, str]]
"""Tells what a link preview of an address shows: ``site``, ``title``, ``about``, ``image``; empty for none.

The address of a picture has an ``image`` alone, the others are "".
"""


def chat_view(telegram: Telegram, chat: Chat, reader: User) -> Json:
    """Return what the list of chats shows of one."""
    member = telegram.bot_in(chat)
    names = {
        Kind.PRIVATE: "bot",
        Kind.GROUP: "group",
        Kind.SUPERGROUP: "group",
        Kind.CHANNEL: "channel",
    }
    title = telegram.bot.first_name if chat.kind is Kind.PRIVATE else chat.title
    return {
        "id": chat.id,
        "kind": names[chat.kind],
        "title": title,
        "username": chat.username if chat.kind is not Kind.PRIVATE else telegram.bot.username,
        "members": sum(1 for m in chat.members.values() if m.is_present),
        "bot_status": "blocked" if chat.kind is Kind.PRIVATE and reader.blocked else member.status.value,
        "pinned": chat.pinned if chat.pinned in chat.messages else None,
    }


def chats_of(telegram: Telegram, reader: User) -> list[Chat]:
    """Return the reader's chats: the one with the bot, then the others in order of joining."""
    return [
        chat
        for chat in telegram.chats.values()
        if (chat.id == reader.id if chat.kind is Kind.PRIVATE else reader.id in chat.members)
        and chat.migrated_to is None
    ]


def message_view(telegram: Telegram, message: Message, reader: User, card: Card) -> Json:
    """Return a message as the page shows it."""
    chat = telegram.chats[message.chat_id]
    is_mine = not message.outgoing and message.sender is reader and chat.kind is not Kind.CHANNEL
    view: Json = {
        "id": message.id,
        "chat": message.chat_id,
        "date": message.date,
        "edited": bool(message.edited),
        "mine": is_mine,
        "sender": _sender(chat, message),
        "text": message.text,
        "entities": [entity_json(entity, telegram.users) for entity in message.content.entities],
        "buttons": [list(row) for row in message.keyboard],
        "silent": message.silent,
        "pinned": message.pinned,
        "above": message.caption_above,
        "album": message.album,
        "service": _service(message),
        "via": message.via.username if message.via else "",
    }
    if message.media is not None:
        view["media"] = _media_view(telegram, message.media)
    if rich := rich_blocks(message):
        view["rich"] = rich
    replied = chat.messages.get(message.reply_to or 0)
    if replied is not None:
        view["reply"] = {"id": replied.id, "sender": _sender(chat, replied), "text": replied.text[:120]}
    if (
        message.media is None
        and not rich
        and (preview := link_preview(message.content, message.preview, card))
    ):
        view["preview"] = preview
    return view


def _media_view(telegram: Telegram, media: Media) -> Json:
    data = telegram.files.find(media.file_id).data
    return {
        "kind": media.kind,
        "url": f"chat/files/{media.file_id}",
        "mime": shown_type(media.kind, data),
        "width": media.width,
        "height": media.height,
        "duration": media.duration_s,
        "title": media.title,
        "performer": media.performer,
        "name": media.filename or media.kind,
        "size": media.size,
        "spoiler": media.spoiler,
    }


def rich_blocks(message: Message) -> list[Json]:
    """Return the blocks of a rich message, as the Bot API's RichMessage names them; none for any other."""
    rich: object = getattr(message, "rich", None)
    blocks = rich.get("blocks") if isinstance(rich, dict) else None
    return list(blocks) if isinstance(blocks, list) else []


def shown_type(kind: str, data: bytes) -> str:
    """Return the type by which a browser shows a file by itself, "" where it is only to be kept."""
    if kind == "document":
        return ""
    if data[4:8] == b"ftyp":
        return "audio/mp4" if kind in {"audio", "voice_note"} else "video/mp4"
    for beginning, mime in _TYPES.items():
        if data.startswith(beginning):
            return "audio/wav" if data[8:12] == b"WAVE" else mime
    return "image/jpeg" if kind == "photo" else ""


_TYPES = {
    b"\x89PNG": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
    b"\x1aE\xdf\xa3": "video/webm",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
    b"\xff\xf3": "audio/mpeg",
}
"""By how a file begins."""


def _sender(chat: Chat, message: Message) -> str:
    if chat.kind is Kind.CHANNEL:
        return chat.title
    return message.sender.first_name if message.sender else ""


def _service(message: Message) -> str:
    if "pinned_message" in message.service:
        return "📌 The bot pinned a message."
    if "migrate_to_chat_id" in message.service:
        return "The group became a supergroup."
    return "The supergroup was made of a group." if "migrate_from_chat_id" in message.service else ""


def link_preview(content: Formatted, options: Json, card: Card) -> Json:
    """Return the preview of a text's first link, or of the one that the options name; empty for none."""
    if options.get("is_disabled"):
        return {}
    url = str(options.get("url", "")) or _first_link(content)
    shown = card(url) if url else {}
    if not shown:
        return {}
    has_image = bool(shown.get("image"))
    is_picture = has_image and not shown["title"]
    return {
        **shown,
        "url": url,
        "large": has_image and bool(options.get("prefer_large_media") or is_picture),
        "above": bool(options.get("show_above_text")),
    }


def _first_link(content: Formatted) -> str:
    def address(entity: Entity) -> str:
        if entity.type == "text_link":
            return entity.argument
        units = content.text.encode("utf-16-le")
        return units[2 * entity.offset : 2 * entity.end].decode("utf-16-le")

    return next((address(e) for e in content.entities if e.type in {"text_link", "url"}), "")

"""Messages in the Bot API's JSON."""

from bot.playground.media import Files
from bot.playground.text import Entity, Formatted
from bot.playground.world import Chat, Json, Kind, Media, Message, User


def entity_json(entity: Entity, users: dict[int, User]) -> Json:
    """Return a MessageEntity object."""
    result: Json = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    if entity.type == "text_link":
        result["url"] = entity.argument
    elif entity.type == "pre" and entity.argument:
        result["language"] = entity.argument
    elif entity.type == "custom_emoji":
        result["custom_emoji_id"] = entity.argument
    elif entity.type == "text_mention":
        user = users.get(int(entity.argument or 0))
        result["user"] = user.json() if user else {"id": 0, "is_bot": False, "first_name": ""}
    return result


def _content_json(content: Formatted, name: str, users: dict[int, User]) -> Json:
    if not content.text:
        return {}
    result: Json = {name: content.text}
    if content.entities:
        entities = "entities" if name == "text" else "caption_entities"
        result[entities] = [entity_json(entity, users) for entity in content.entities]
    return result


def photo_sizes(media: Media) -> list[Json]:
    """Return what Telegram makes of a photo: a small size and the largest it keeps."""
    sizes = []
    for bound in (320, 1280):
        scale = min(1.0, bound / max(media.width, media.height, 1))
        size = max(1, round(media.width * scale)), max(1, round(media.height * scale))
        sizes.append(
            {
                "file_id": f"{media.file_id}{'s' if bound == 320 else ''}",
                "file_unique_id": f"u{media.file_id[-8:]}{bound}",
                "width": size[0],
                "height": size[1],
                "file_size": media.size,
            }
        )
    return sizes if max(media.width, media.height) > 320 else sizes[1:]


def _media_json(media: Media) -> Json:
    if media.kind == "photo":
        return {"photo": photo_sizes(media)}
    file: Json = {
        "file_id": media.file_id,
        "file_unique_id": f"u{media.file_id[-8:]}",
        "mime_type": media.mime,
        "file_size": media.size,
    }
    if media.filename:
        file["file_name"] = media.filename
    if media.kind in {"video", "animation"}:
        file |= {"width": media.width, "height": media.height, "duration": media.duration_s or 1}
    if media.kind == "audio":
        file["duration"] = media.duration_s or 1
        told = {"title": media.title, "performer": media.performer}
        file |= {name: value for name, value in told.items() if value}
    result: Json = {media.kind: file}
    if media.kind == "animation":
        result["document"] = dict(file)
    return result


def message_json(message: Message, chat: Chat, users: dict[int, User], *, nested: bool = False) -> Json:
    """Return a Message object; ``nested`` leaves out what it replies to, as Telegram does."""
    result: Json = {"message_id": message.id, "date": message.date, "chat": chat.json()}
    if chat.kind is Kind.CHANNEL:
        result["sender_chat"] = chat.json()
    elif message.sender is not None:
        result["from"] = message.sender.json()
    if message.thread_id is not None:
        result |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    replied = chat.messages.get(message.reply_to or 0)
    if replied is not None and not nested:
        result["reply_to_message"] = message_json(replied, chat, users, nested=True)
    if message.media is not None:
        result |= _media_json(message.media)
        result |= _content_json(message.content, "caption", users)
        if message.media.spoiler:
            result["has_media_spoiler"] = True
        if message.caption_above:
            result["show_caption_above_media"] = True
    elif message.rich is not None:
        result["rich_message"] = message.rich
    else:
        result |= _content_json(message.content, "text", users)
    if message.keyboard:
        result["reply_markup"] = {"inline_keyboard": [list(row) for row in message.keyboard]}
    optional: Json = {
        "edit_date": message.edited,
        "media_group_id": message.album,
        "has_protected_content": message.protected,
        "link_preview_options": message.preview,
        "forward_origin": message.forwarded,
        "via_bot": message.via.json() if message.via else None,
    }
    return result | {name: value for name, value in optional.items() if value} | message.service


def file_json(files: Files, file_id: str) -> Json:
    """Return a File object for getFile."""
    stored = files.find(file_id)
    return {
        "file_id": file_id,
        "file_unique_id": f"u{stored.file_id[-8:]}",
        "file_size": len(stored.data),
        "file_path": f"files/{stored.file_id}",
    }

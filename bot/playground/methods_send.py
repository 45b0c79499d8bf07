"""Methods that put new messages into chats."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace

from bot.playground.arguments import Arguments
from bot.playground.media import WORDS, Files, MediaError, StoredFile
from bot.playground.methods_basic import Method
from bot.playground.refusal import bad_request
from bot.playground.sending import (
    MAX_CAPTION,
    MAX_TEXT,
    check_rights,
    post,
    read_draft,
    read_formatted,
    read_preview,
)
from bot.playground.telegram import Change, Telegram
from bot.playground.text import Formatted
from bot.playground.world import Json, Media, Message

_ALBUMS = itertools.count(13_000_000_000)


async def send_message(telegram: Telegram, args: Arguments) -> Json:
    """Send a text."""
    if not args.text("text"):
        raise bad_request("message text is empty")
    content = read_formatted(args, "text", entities="entities")
    preview = read_preview(args)
    draft = read_draft(telegram, args, "text")
    if len(content.text) > MAX_TEXT:
        raise bad_request("message is too long")
    telegram.flood.admit(draft.chat.id)
    return telegram.json_of(post(telegram, draft, content, preview=preview))


async def find_file(files: Files, args: Arguments, kind: str, name: str, value: str) -> StoredFile:
    """Get the file that a parameter means: an upload, ``attach://``, an address or a file id.

    Raises:
        ApiError: 400, nothing usable is named.
        MediaError: the file is there and Telegram cannot use it.
    """
    upload = args.files.get(value.removeprefix("attach://") if value.startswith("attach://") else name)
    if upload is not None:
        return files.take_upload(kind, upload)
    if not value or value.startswith("attach://"):
        raise bad_request(f"there is no {kind} in the request")
    if "." in value:
        return await files.fetch(kind, value)
    return files.reuse(kind, value)


def as_media(stored: StoredFile, told: Arguments | None = None, *, spoiler: bool = False) -> Media:
    """Return a stored file as part of a message, with what the call tells of it."""
    told = told or Arguments()
    return Media(
        stored.kind,
        stored.file_id,
        stored.mime,
        stored.filename,
        stored.width or told.integer("width"),
        stored.height or told.integer("height"),
        len(stored.data),
        spoiler,
        told.integer("duration"),
        told.text("title"),
        told.text("performer"),
    )


def media_refusal(trouble: MediaError) -> Exception:
    """Return the error 400 for an unusable file, in the Bot API's words."""
    return bad_request(WORDS.get(str(trouble), str(trouble)))


def _sender(kind: str) -> Method:
    async def send_media(telegram: Telegram, args: Arguments) -> Json:
        caption = read_formatted(args, "caption", entities="caption_entities")
        if not args.text(kind) and kind not in args.files:
            raise bad_request(f"there is no {kind} in the request")
        draft = read_draft(telegram, args, kind)
        if len(caption.text) > MAX_CAPTION:
            raise bad_request("message caption is too long")
        telegram.flood.admit(draft.chat.id)
        try:
            stored = await find_file(telegram.files, args, kind, kind, args.text(kind))
        except MediaError as trouble:
            raise media_refusal(trouble) from None
        message = post(
            telegram,
            draft,
            caption,
            media=as_media(stored, args, spoiler=args.flag("has_spoiler")),
            caption_above=args.flag("show_caption_above_media"),
        )
        return telegram.json_of(message)

    return send_media


def _album_parts(args: Arguments) -> list[Json]:
    """Read and check the list of an album's items.

    Raises:
        ApiError: 400.
    """
    value = args.json("media", "InputMedia")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise bad_request("can't parse media: expected an Array of InputMedia")
    if not value:
        raise bad_request("there are no messages to send")
    if len(value) > 10:
        raise bad_request("too many messages to send as an album")
    kinds = {str(item.get("type")) for item in value}
    if not kinds <= {"photo", "video", "audio", "document"}:
        raise bad_request("can't parse InputMedia: media type is invalid for an album")
    if len(kinds) > 1 and kinds & {"audio", "document"}:
        raise bad_request(
            f"{'audio' if 'audio' in kinds else 'document'} can't be mixed with other media types"
        )
    if len({bool(item.get("show_caption_above_media")) for item in value}) > 1:
        raise bad_request("parameter show_caption_above_media must be the same for all messages")
    return value


def item_arguments(item: Json) -> Arguments:
    """Return the fields of an InputMedia object as those of a call."""
    texts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in item.items()
        if value is not None
    }
    return Arguments(texts)


def item_caption(item: Json) -> Formatted:
    """Read the caption of an InputMedia object.

    Raises:
        ApiError: 400, too long or wrongly formatted.
    """
    caption = read_formatted(item_arguments(item), "caption", entities="caption_entities")
    if len(caption.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return caption


async def send_media_group(telegram: Telegram, args: Arguments) -> list[Json]:
    """Send an album; one bad item refuses the whole."""
    parts = _album_parts(args)
    captions = [item_caption(item) for item in parts]
    texts = {name: value for name, value in args.texts.items() if name != "reply_markup"}
    draft = read_draft(telegram, replace(args, texts=texts), str(parts[0]["type"]))
    for item in parts:
        check_rights(telegram, draft.chat, str(item["type"]))
    telegram.flood.admit(draft.chat.id, cost=len(parts))
    media = []
    for number, item in enumerate(parts, 1):
        kind, value = str(item["type"]), str(item.get("media", ""))
        try:
            stored = await find_file(telegram.files, args, kind, f"media{number}", value)
        except MediaError as trouble:
            raise bad_request(
                f'failed to send message #{number} with the error message "{trouble}"'
            ) from None
        media.append(as_media(stored, item_arguments(item), spoiler=bool(item.get("has_spoiler"))))
    album = str(next(_ALBUMS)) if len(parts) > 1 else ""
    above = bool(parts[0].get("show_caption_above_media"))
    return [
        telegram.json_of(post(telegram, draft, caption, media=file, caption_above=above, album=album))
        for caption, file in zip(captions, media, strict=True)
    ]


async def send_chat_action(telegram: Telegram, args: Arguments) -> bool:
    """Show that the bot is busy."""
    action = args.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = telegram.writable(args.text("chat_id"))
    telegram.tell(Change("typing", chat.id, text=action))
    return True


_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip


def _kind(message: Message) -> str:
    if message.media:
        return message.media.kind
    return "text" if message.rich is None else "rich"


async def copy_message(telegram: Telegram, args: Arguments) -> Json:
    """Send what another message holds, without saying where it is from."""
    source = telegram.readable(args.text("from_chat_id")).messages.get(args.integer("message_id"))
    if source is None or source.service:
        raise bad_request("message to copy not found")
    content = source.content
    if source.media is not None and "caption" in args.texts:
        content = read_formatted(args, "caption", entities="caption_entities")
    draft = read_draft(telegram, args, _kind(source))
    telegram.flood.admit(draft.chat.id)
    message = post(telegram, draft, content, media=source.media, rich=source.rich, preview=source.preview)
    return {"message_id": message.id}


async def forward_message(telegram: Telegram, args: Arguments) -> Json:
    """Send another message on, saying where it is from."""
    origin = telegram.readable(args.text("from_chat_id"))
    source = origin.messages.get(args.integer("message_id"))
    if source is None or source.service:
        raise bad_request("message to forward not found")
    if source.protected:
        raise bad_request("message can't be forwarded")
    draft = read_draft(telegram, args, _kind(source))
    telegram.flood.admit(draft.chat.id)
    message = post(
        telegram, draft, source.content, media=source.media, rich=source.rich, preview=source.preview
    )
    if source.sender is not None:
        message.forwarded = {"type": "user", "date": source.date, "sender_user": source.sender.json()}
    return telegram.json_of(message)


METHODS: Mapping[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": _sender("photo"),
    "sendVideo": _sender("video"),
    "sendAudio": _sender("audio"),
    "sendDocument": _sender("document"),
    "sendAnimation": _sender("animation"),
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
}

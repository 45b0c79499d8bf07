"""Methods that change or remove messages, and answers to pressed buttons."""

import time
from collections.abc import Mapping

from bot.playground.arguments import Arguments
from bot.playground.keyboards import read_markup
from bot.playground.media import MediaError
from bot.playground.methods_basic import Method
from bot.playground.methods_rich import read_rich, with_files
from bot.playground.methods_send import as_media, find_file, item_caption, media_refusal
from bot.playground.refusal import bad_request
from bot.playground.sending import MAX_CAPTION, MAX_TEXT, read_formatted, read_preview
from bot.playground.telegram import Change, Telegram
from bot.playground.text import Formatted
from bot.playground.world import Chat, Json, Keyboard, Kind, Media, Message

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DELETE_WITHIN_S = 48 * 3600


def _editable(telegram: Telegram, args: Arguments) -> tuple[Message, Keyboard]:
    """Find the message to edit and read its new keyboard.

    Raises:
        ApiError: 400 or 403 in Telegram's words.
    """
    markup = args.json("reply_markup", "reply keyboard markup")
    if args.text("inline_message_id"):
        raise bad_request("inline messages are unknown here")
    chat = telegram.writable(args.text("chat_id"))
    keyboard, _ = read_markup(markup, in_channel=chat.kind is Kind.CHANNEL)
    message = chat.messages.get(args.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.outgoing or message.forwarded or message.reply_keyboard or message.service:
        raise bad_request("message can't be edited")
    return message, keyboard


def _change(
    telegram: Telegram, message: Message, content: Formatted, media: Media | None, keyboard: Keyboard,
    preview: Json, rich: Json | None = None,
) -> Json:  # fmt: skip
    before = message.content, message.media, message.keyboard, message.preview, message.rich
    if before == (content, media, keyboard, preview, rich):
        raise bad_request(NOT_MODIFIED)
    telegram.flood.admit(message.chat_id, edit=True)
    message.content, message.media, message.keyboard = content, media, keyboard
    message.preview, message.rich = preview, rich
    message.edited = int(time.time())
    telegram.tell(Change("edited", message.chat_id, message.id))
    return telegram.json_of(message)


async def edit_text(telegram: Telegram, args: Arguments) -> Json:
    """Change a text or a rich message into either; without ``reply_markup`` its buttons go."""
    if telegram.rich and args.text("rich_message").strip():
        return await _edit_rich(telegram, args)
    if not args.text("text"):
        raise bad_request("message text is empty")
    content = read_formatted(args, "text", entities="entities")
    preview = read_preview(args)
    message, keyboard = _editable(telegram, args)
    if message.media is not None:
        raise bad_request("there is no text in the message to edit")
    if len(content.text) > MAX_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    return _change(telegram, message, content, None, keyboard, preview)


async def _edit_rich(telegram: Telegram, args: Arguments) -> Json:
    """Make a rich message of one; ``text`` beside it is not read."""
    wanted = read_rich(args)
    message, keyboard = _editable(telegram, args)
    if message.media is not None:
        raise bad_request("there is no text in the message to edit")
    rich = await with_files(telegram, args, wanted)
    return _change(telegram, message, Formatted(), None, keyboard, {}, rich)


async def edit_caption(telegram: Telegram, args: Arguments) -> Json:
    """Change the caption of a message with a file."""
    caption = read_formatted(args, "caption", entities="caption_entities")
    message, keyboard = _editable(telegram, args)
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    if len(caption.text) > MAX_CAPTION:
        raise bad_request("MEDIA_CAPTION_TOO_LONG")
    return _change(telegram, message, caption, message.media, keyboard, message.preview)


async def edit_media(telegram: Telegram, args: Arguments) -> Json:
    """Put another file and caption into a message."""
    item = args.json("media", "InputMedia")
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    caption = item_caption(item)
    message, keyboard = _editable(telegram, args)
    if message.album and item.get("type") == "animation":
        raise bad_request("message content can't be edited to animation in an album")
    try:
        stored = await find_file(
            telegram.files, args, str(item.get("type")), "media", str(item.get("media", ""))
        )
    except MediaError as trouble:
        raise media_refusal(trouble) from None
    return _change(telegram, message, caption, as_media(stored), keyboard, message.preview)


async def edit_markup(telegram: Telegram, args: Arguments) -> Json:
    """Change a message's buttons only."""
    message, keyboard = _editable(telegram, args)
    return _change(telegram, message, message.content, message.media, keyboard, message.preview, message.rich)


def _check_deletable(telegram: Telegram, chat: Chat, message: Message) -> None:
    own = message.outgoing
    allowed = telegram.bot_in(chat).may("can_delete_messages") if chat.kind is not Kind.PRIVATE else True
    old = time.time() - message.date > DELETE_WITHIN_S
    if (not own and not allowed) or (old and (chat.kind is Kind.PRIVATE or not allowed)):
        raise bad_request("message can't be deleted for everyone" if own else "message can't be deleted")


async def delete_message(telegram: Telegram, args: Arguments) -> bool:
    """Remove a message for everybody."""
    chat = telegram.writable(args.text("chat_id"))
    message = chat.messages.get(args.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    _check_deletable(telegram, chat, message)
    del chat.messages[message.id]
    telegram.tell(Change("deleted", chat.id, message.id))
    return True


async def answer_callback_query(telegram: Telegram, args: Arguments) -> bool:
    """Answer a pressed button, once and while its query lives."""
    press = telegram.presses.get(args.text("callback_query_id"))
    if press is None or press.answer is not None or press.until < telegram.clock():
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = args.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    alert = args.flag("show_alert")
    press.answer = {"text": text, "show_alert": alert, "url": args.text("url")}
    telegram.tell(Change("answer", press.chat_id, press.message_id, text, alert))
    return True


METHODS: Mapping[str, Method] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageMedia": edit_media,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
}

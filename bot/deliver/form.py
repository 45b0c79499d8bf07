"""A message in the library's words: entities, preview and buttons as python-telegram-bot takes them."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity

from bot.render.parts import TEXT_LIMIT, Button, EntityKind, Message, Preview, RichText, units


def entities(rich: RichText) -> list[MessageEntity]:
    """Return the entities of ``rich``, offsets and lengths in UTF-16 units as they are."""
    return [
        MessageEntity(
            one.kind.value, one.offset, one.length, url=one.url or None, language=one.language or None
        )
        for one in rich.entities
    ]


def preview(wanted: Preview) -> LinkPreviewOptions:
    """Return the options that show ``wanted`` and never another link's preview."""
    if not wanted.url:
        return LinkPreviewOptions(is_disabled=True)
    return LinkPreviewOptions(
        url=wanted.url, prefer_large_media=wanted.large or None, show_above_text=wanted.above or None
    )


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Return the buttons under a message, None for none."""
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(one) for one in row] for row in rows])


def bare(message: Message) -> Message:
    """Return ``message`` as text that no rule of Telegram's can object to.

    No picture, no entities, no preview, no buttons; the first link is written out instead.
    """
    text = message.text.text
    link = next((one.url for one in message.text.entities if one.kind is EntityKind.LINK), "")
    tail = f"\n{link}" if link and link not in text else ""
    if units(text) + units(tail) > TEXT_LIMIT:
        text = text[: max(0, TEXT_LIMIT - units(tail)) // 2]  # a letter has at most two units
    return Message(RichText(text + tail), silent=message.silent, topic=message.topic)


def _button(one: Button) -> InlineKeyboardButton:
    if one.url:
        return InlineKeyboardButton(one.text, url=one.url)
    return InlineKeyboardButton(one.text, callback_data=one.data)

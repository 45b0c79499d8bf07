"""A message in the Bot API's words: the parameters of the calls that send and change it."""

from collections.abc import Sequence
from typing import Any

from bot.render.parts import (
    TEXT_LIMIT,
    Button,
    EntityKind,
    Media,
    MediaKind,
    Message,
    Preview,
    RichText,
    units,
)

Form = dict[str, Any]


def as_text(message: Message) -> Form:
    """Return what makes a text message of ``message``."""
    return {
        "text": message.text.text,
        "entities": _entities(message.text),
        "link_preview_options": _preview(message.preview),
        "reply_markup": _keyboard(message.buttons),
    }


def as_caption(message: Message) -> Form:
    """Return what stands under a file."""
    return _caption(message.text) | {"reply_markup": _keyboard(message.buttons)}


def as_media(message: Message, photo: str) -> Form:
    """Return what puts another photo, by its address, and its caption into a message."""
    return {
        "media": _given({"type": "photo", "media": photo} | _caption(message.text)),
        "reply_markup": _keyboard(message.buttons),
    }


def as_rich(message: Message, html: str) -> Form:
    """Return what makes a rich message of ``html``.

    Telegram looks for nothing in it by itself: what it takes for an odd address would cost the whole.
    """
    rich: Form = {"html": html, "skip_entity_detection": True}
    if message.rich and message.rich.is_rtl:
        rich["is_rtl"] = True
    return {"rich_message": rich, "reply_markup": _keyboard(message.buttons)}


def as_file(message: Message, media: Media, named: str | None) -> Form:
    """Return a message with one file, ``named`` by address or file id, None where it goes with the call."""
    return as_caption(message) | _told(media) | {media.kind.value: named}


def as_album(message: Message, items: Sequence[tuple[Media, str]]) -> Form:
    """Return an album of ``items``, each with its name; under the first stands the caption.

    An album takes no buttons, and shows a caption only where one item alone has it.
    """
    made = [_given({"type": media.kind.value, "media": named} | _told(media)) for media, named in items]
    made[0] |= _given(_caption(message.text))
    return {"media": made}


def _told(media: Media) -> Form:
    """Return what a file's own feed says of it, where Telegram wants to hear that."""
    size = {"width": media.width, "height": media.height, "duration": media.duration_s}
    match media.kind:
        case MediaKind.VIDEO:
            return size | {"supports_streaming": True}
        case MediaKind.ANIMATION:
            return size
        case MediaKind.AUDIO:
            told = {"title": media.title or None, "performer": media.performer or None}
            return {"duration": media.duration_s} | told
    return {}


def _caption(text: RichText) -> Form:
    return {"caption": text.text, "caption_entities": _entities(text)}


def _given(form: Form) -> Form:
    """Return ``form`` without what is not given: what stands inside of JSON must not be null."""
    return {name: value for name, value in form.items() if value is not None}


def where(chat: int, message: Message, *, paid: bool) -> Form:
    """Return where a message goes, and how loudly."""
    return {
        "chat_id": chat,
        "message_thread_id": message.topic,
        "disable_notification": message.silent or None,
        "allow_paid_broadcast": paid or None,
    }


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


def _entities(rich: RichText) -> list[Form] | None:
    """Return the entities, offsets and lengths in UTF-16 units as they are."""
    made = []
    for one in rich.entities:
        entity: Form = {"type": one.kind, "offset": one.offset, "length": one.length}
        if one.url:
            entity["url"] = one.url
        if one.language:
            entity["language"] = one.language
        made.append(entity)
    return made or None


def _preview(wanted: Preview) -> Form:
    """Return the options that show ``wanted`` and never another link's preview."""
    if not wanted.url:
        return {"is_disabled": True}
    options: Form = {"url": wanted.url}
    if wanted.large:
        options["prefer_large_media"] = True
    if wanted.above:
        options["show_above_text"] = True
    return options


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> Form | None:
    """Return the buttons under a message, None for none."""
    return {"inline_keyboard": [[_button(one) for one in row] for row in rows]} if rows else None


def _button(one: Button) -> Form:
    return {"text": one.text, "url": one.url} if one.url else {"text": one.text, "callback_data": one.data}

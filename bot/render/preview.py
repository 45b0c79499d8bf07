"""An item and its message as ``newsrelay preview --as json`` tells them."""

from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any

from bot.items import Item, StoredItem
from bot.render.lead import lead
from bot.render.parts import Button, MediaKind, Message, RichText
from bot.render.plain import plain
from bot.render.serialise import serialise
from bot.render.title import title_of

_METHODS = {
    MediaKind.PHOTO: "sendPhoto",
    MediaKind.VIDEO: "sendVideo",
    MediaKind.ANIMATION: "sendAnimation",
    MediaKind.AUDIO: "sendAudio",
    MediaKind.DOCUMENT: "sendDocument",
}


def preview_of(stored: StoredItem, message: Message) -> dict[str, Any]:
    """Return the fields of the preview: what the feed says, and what a chat would get of it."""
    item = stored.item
    return {
        "id": item.guid or None,
        "title": item.title or None,
        "link": item.link,
        "published": _timestamp(item.published),
        "author": item.author or None,
        "source": item.source or None,
        "language": item.language or None,
        "images": list(dict.fromkeys(url for one in item.images for url in (one.url, *one.alternatives))),
        "summary": summary(item),
        "tags": list(item.tags),
        "messages": [*map(_told, in_order(message))],
    }


def in_order(message: Message) -> tuple[Message, ...]:
    """Return the messages that are sent for ``message``: itself, and what goes on where it ends."""
    if message.rich or not message.rest:
        return (replace(message, rest=()),)
    return (replace(message, rest=()), *(Message(one) for one in message.rest))


def method_of(message: Message) -> str:
    """Return Telegram's method for ``message``, in the best of its forms."""
    if message.rich:
        return "sendRichMessage"
    if len(message.media) > 1:
        return "sendMediaGroup"
    return _METHODS[message.media[0].kind] if message.media else "sendMessage"


def _told(message: Message) -> dict[str, Any]:
    told = {
        "method": method_of(message),
        "html": serialise(message.text),
        "photo": message.photo.url if message.photo else None,
        "media": [{"kind": one.kind.value, "url": one.url} for one in message.media],
        "preview": _preview(message),
        "buttons": [[_button(one) for one in row] for row in message.buttons],
    }
    return told | {"rich": message.rich.html} if message.rich else told


def _preview(message: Message) -> dict[str, Any] | None:
    """Return the preview beside a text; media and the rich form have none."""
    preview = message.preview
    if message.rich or message.media or not preview.url:
        return None
    return {"url": preview.url, "large": preview.large, "above": preview.above}


def summary(item: Item) -> str:
    """Return the lead as plain text, through html2text."""
    return plain(_paragraphs(lead(item, title_of(item).text)))


def _paragraphs(rich: RichText) -> str:
    """Return the text of ``rich`` as HTML that html2text reads: paragraphs, and lines within them."""
    return "".join(
        f"<p>{escape(one, quote=False).replace(chr(10), '<br>')}</p>" for one in rich.text.split("\n\n")
    )


def _timestamp(when: datetime | None) -> str | None:
    return None if when is None else f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _button(button: Button) -> dict[str, str]:
    told = {"text": button.text, "url": button.url, "callback_data": button.data}
    return {name: value for name, value in told.items() if value}

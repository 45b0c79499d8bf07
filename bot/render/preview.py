"""An item and its message as ``newsrelay preview --as json`` tells them."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from bot.items import Item, StoredItem
from bot.render.characters import one_line
from bot.render.lead import lead
from bot.render.parts import Button, Message, RichText
from bot.render.plain import plain
from bot.render.serialise import serialise


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
        "messages": [
            {
                "method": "sendPhoto" if message.photo else "sendMessage",
                "html": serialise(message.text),
                "photo": message.photo.url if message.photo else None,
                "buttons": [[_button(one) for one in row] for row in message.buttons],
            }
        ],
    }


def summary(item: Item) -> str:
    """Return the lead as plain text, through html2text."""
    return plain(_paragraphs(lead(item, one_line(item.title))))


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

"""``reply_markup``: what Telegram takes for an inline keyboard, and what it says to the rest."""

import json

from bot.playground.links import check_link
from bot.playground.refusal import bad_request
from bot.playground.world import Json, Keyboard

MAX_BUTTONS = 100
MAX_BYTES = 10_000
_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def read_markup(value: object, *, in_channel: bool = False) -> tuple[Keyboard, bool]:
    """Read a ``reply_markup``: the inline keyboard, and whether it is a reply keyboard instead.

    Raises:
        ApiError: 400, a keyboard that Telegram refuses.
    """
    if value is None:
        return (), False
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in value:
        other = any(value.get(name) for name in _MARKUPS)
        if other and in_channel:
            raise bad_request("inline keyboard expected")
        return (), other
    rows = value["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array')
    keyboard = tuple(row for raw in rows if (row := tuple(b for item in raw if (b := _button(item)))))
    if in_channel and any("switch_inline_query" in button for row in keyboard for button in row):
        raise bad_request("BUTTON_TYPE_INVALID")
    if sum(map(len, keyboard)) > MAX_BUTTONS or len(json.dumps(keyboard).encode()) > MAX_BYTES:
        raise bad_request("reply markup is too long")
    return keyboard, False


def _button(item: object) -> Json:
    """Read one button; one without a label vanishes, which the empty object stands for."""
    if not isinstance(item, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if "text" not in item:
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    label = str(item["text"]).strip()
    if not label:
        return {}
    return {"text": label, **_action(item)}


def _action(item: Json) -> Json:
    """Read what a button does."""
    if item.get("url"):
        url = str(item["url"])
        try:
            return {"url": check_link(url)}
        except ValueError as trouble:
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: {trouble}") from None
    if data := str(item.get("callback_data", "")):
        if len(data.encode()) > 64:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"callback_data": data}
    if isinstance(copied := item.get("copy_text"), dict):
        if not 1 <= len(str(copied.get("text", ""))) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return {"copy_text": {"text": str(copied["text"])}}
    for name in ("switch_inline_query", "switch_inline_query_current_chat"):
        if name in item:
            return {name: str(item[name])}
    raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")

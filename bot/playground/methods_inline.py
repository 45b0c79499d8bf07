"""``answerInlineQuery``: what Telegram takes for an answer, and what it says to the rest."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.playground.arguments import Arguments
from bot.playground.inline import Result
from bot.playground.keyboards import read_markup
from bot.playground.methods_basic import Method
from bot.playground.methods_send import item_arguments
from bot.playground.refusal import ApiError, bad_request
from bot.playground.sending import MAX_TEXT, read_formatted, read_preview
from bot.playground.telegram import Change, Telegram
from bot.playground.world import Json

MAX_RESULTS = 50
MAX_ID_BYTES = 64
MAX_OFFSET_BYTES = 64
_LATE = "query is too old and response timeout expired or query ID is invalid"
_START = re.compile(r"[A-Za-z0-9_-]+")


async def answer_inline_query(telegram: Telegram, args: Arguments) -> bool:
    """Take the cards for a query, once and in time."""
    button = _button(args)
    results = _results(args)
    query = telegram.inline_queries.get(args.text("inline_query_id"))
    if query is None or query.answered.is_set() or query.until < telegram.clock():
        raise bad_request(_LATE)
    if len({one.id for one in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(args.text("next_offset").encode()) > MAX_OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    query.results, query.next_offset, query.button = results, args.text("next_offset"), button
    query.answered.set()
    telegram.tell(Change("inline", 0, text=query.id))
    return True


def _button(args: Arguments) -> Json:
    """Read what stands above the cards; of what it may do, only a start with a parameter is known here."""
    value = args.json("button", "inline query results button")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request("can't parse inline query results button: expected an Object")
    label, start = str(value.get("text", "")).strip(), str(value.get("start_parameter", ""))
    if not label:
        raise bad_request("SWITCH_PM_TEXT_EMPTY")
    if not start:
        raise bad_request("can't use an empty start parameter")
    if len(start) > MAX_ID_BYTES:
        raise bad_request("too long start parameter specified")
    if not _START.fullmatch(start):
        raise bad_request("unallowed characters in start parameter are used")
    return {"text": label, "start_parameter": start}


def _results(args: Arguments) -> tuple[Result, ...]:
    value = args.json("results", "inline query results")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise bad_request("expected an Array of inline query results")
    if len(value) > MAX_RESULTS:
        raise bad_request("too many inline query results specified")
    results = []
    for item in value:
        try:
            results.append(_result(item))
        except ApiError as refusal:
            why = refusal.description.removeprefix("Bad Request: ")
            raise bad_request(why if why.isupper() else f"can't parse inline query result: {why}") from None
    return tuple(results)


def _result(item: object) -> Result:
    """Read one card; articles are the only kind that is known here."""
    if not isinstance(item, dict):
        raise bad_request("inline query result must be an Object")
    told = item_arguments(item)
    kind, name, title = told.text("type").lower(), told.text("id"), told.text("title").strip()
    if kind != "article":
        raise bad_request(f'type "{kind}" is unsupported for the inline query result')
    if not name:
        raise bad_request("RESULT_ID_EMPTY")
    if len(name.encode()) > MAX_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    content = item.get("input_message_content")
    if not isinstance(content, dict):
        raise bad_request("message content is not specified")
    if not title:
        raise bad_request("ARTICLE_TITLE_EMPTY")
    keyboard, _ = read_markup(item.get("reply_markup"))
    addresses = told.text("url"), told.text("thumbnail_url")
    for address in filter(None, addresses):
        _check_document(address)
    written = _written(content)
    text = read_formatted(written, "text", entities="entities")
    if len(text.text) > MAX_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    return Result(name, title, told.text("description"), *addresses, text, read_preview(written), keyboard)


def _written(content: Json) -> Arguments:
    """Return an InputTextMessageContent as the parameters of sendMessage."""
    given = item_arguments(content)
    if not given.text("message_text"):
        raise bad_request("message text is empty")
    return Arguments({**given.texts, "text": given.text("message_text")})


def _check_document(address: str) -> None:
    """Hold that an address is one that Telegram would look at."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise bad_request("WEBDOCUMENT_URL_INVALID") from None
    if parts.scheme not in {"http", "https"} or "." not in (parts.hostname or ""):
        raise bad_request("WEBDOCUMENT_URL_INVALID")


METHODS: Mapping[str, Method] = {"answerInlineQuery": answer_inline_query}

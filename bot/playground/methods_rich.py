"""Rich messages: ``sendRichMessage``, and what ``editMessageText`` needs of them.

Their HTML is read; ``markdown`` and ``blocks`` are refused, since nobody here sends them.
"""

import copy
import re
from collections.abc import Mapping

from bot.playground.arguments import Arguments
from bot.playground.media import MediaError, StoredFile
from bot.playground.methods_basic import Method
from bot.playground.methods_send import as_media, find_file, media_refusal
from bot.playground.refusal import ApiError, bad_request
from bot.playground.richblocks import blocks_of, files_in
from bot.playground.sending import post, read_draft
from bot.playground.telegram import Telegram
from bot.playground.text import Formatted
from bot.playground.wire import photo_sizes
from bot.playground.world import Json, Kind

_ODD_MAIL = re.compile(r"\w:[\w.-]+@[\w-]+\.\w")
"""What looks like an address of mail and is none fails the whole message, where such are looked for."""


async def send_rich(telegram: Telegram, args: Arguments) -> Json:
    """Send a rich message."""
    if not telegram.rich:
        raise ApiError(404, "Not Found: method not found")
    wanted = read_rich(args)
    draft = read_draft(telegram, args, "rich")
    shared = draft.chat.kind in {Kind.GROUP, Kind.SUPERGROUP} and not telegram.bot_in(draft.chat).is_admin
    if shared and "photos" in draft.chat.denied and list(files_in(wanted["blocks"])):
        raise bad_request("CHAT_SEND_PHOTOS_FORBIDDEN")
    telegram.flood.admit(draft.chat.id)
    rich = await with_files(telegram, args, wanted)
    return telegram.json_of(post(telegram, draft, Formatted(), rich=rich))


def read_rich(args: Arguments) -> Json:
    """Read ``rich_message``: its blocks, files in them by their addresses, and its direction.

    Raises:
        ApiError: 400 in Telegram's words.
    """
    value = args.json("rich_message", "InputRichMessage")
    if not isinstance(value, dict):
        raise bad_request("object expected as InputRichMessage")
    html = value.get("html")
    if not isinstance(html, str) or not html or "blocks" in value or "markdown" in value:
        raise bad_request("rich message must be non-empty")
    if value.get("skip_entity_detection") is not True and _ODD_MAIL.search(html):
        raise bad_request("RICH_MESSAGE_EMAIL_INVALID")
    rich: Json = {"blocks": blocks_of(html)}
    return rich | {"is_rtl": True} if value.get("is_rtl") is True else rich


async def with_files(telegram: Telegram, args: Arguments, wanted: Json) -> Json:
    """Return ``wanted`` with its files fetched.

    Raises:
        ApiError: 400, if only one cannot be had: which one is not said.
    """
    rich = copy.deepcopy(wanted)
    for block in files_in(rich["blocks"]):
        kind = str(block["type"])
        media = as_media(await _file(telegram, args, kind, str(block[kind])))
        block[kind] = photo_sizes(media) if kind == "photo" else {"file_id": media.file_id, "duration": 1}
    return rich


async def _file(telegram: Telegram, args: Arguments, kind: str, source: str) -> StoredFile:
    if source.startswith("tg://"):
        return await _named(telegram, args, kind, source.partition("=")[2])
    try:
        return await telegram.files.fetch(kind, source)
    except MediaError:
        raise bad_request(f"RICH_MESSAGE_{kind.upper()}_NO_MEDIA_FOUND") from None


async def _named(telegram: Telegram, args: Arguments, kind: str, name: str) -> StoredFile:
    """Return a file that ``media`` of the message names; its trouble is that of sendPhoto."""
    value = args.json("rich_message", "InputRichMessage")
    media = value.get("media") if isinstance(value, dict) else None
    for one in media if isinstance(media, list) else ():
        found = one.get("media") if isinstance(one, dict) and one.get("id") == name else None
        if isinstance(found, dict):
            try:
                return await find_file(telegram.files, args, kind, "", str(found.get("media", "")))
            except MediaError as trouble:
                raise media_refusal(trouble) from None
    raise bad_request(f"RICH_MESSAGE_{kind.upper()}_INVALID")


METHODS: Mapping[str, Method] = {"sendRichMessage": send_rich}

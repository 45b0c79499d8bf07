"""Calls that send or change messages, made and answered in the Bot API's own JSON.

The library's request class carries them: it knows addresses, errors and answers. Its methods are
left out, since they build an object of each entity, button and user, there and back, which is half of
what a message costs (docs/decisions/0006-transport.md). Whatever goes wrong becomes a value.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, cast

import telegram
from telegram.error import TelegramError
from telegram.request import RequestData

from bot.deliver.outcome import Edited, Outcome, Sent, Unclear, of_edit_error, of_error

Fields = Mapping[str, Any]
"""Parameters by name: texts, numbers, flags, and what is JSON; None for what is not given."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Telegram took the message: its id, and the file id of its photo, "" for none."""

    message_id: int
    photo: str = ""
    began_s: float | None = None
    """When its call began, by the loop's clock."""

    @property
    def outcome(self) -> Sent:
        """What is to be noted of it: only an id proves that it was sent."""
        return Sent(self.message_id, began_s=self.began_s)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes with a call, as its parameter ``name``."""

    name: str
    filename: str
    data: bytes


class Parameters:
    """The parameters of one call, in the place of the library's :class:`RequestData` and as it has them."""

    def __init__(self, fields: Fields, upload: Upload | None = None) -> None:
        self._fields = {name: value for name, value in fields.items() if value is not None}
        self._upload = upload
        self.contains_files = upload is not None

    @property
    def parameters(self) -> dict[str, Any]:
        """The values as they are."""
        return self._fields

    @property
    def json_parameters(self) -> dict[str, str]:
        """The values as texts: JSON but for texts themselves."""
        return {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in self._fields.items()
        }

    @property
    def multipart_data(self) -> dict[str, tuple[str, bytes | IO[bytes], str]]:
        """The file: name, bytes and kind."""
        if self._upload is None:
            return {}
        return {self._upload.name: (self._upload.filename, self._upload.data, "application/octet-stream")}


async def send(
    bot: telegram.Bot, method: str, fields: Fields, within_s: float, upload: Upload | None = None
) -> Taken | Outcome:
    """Send a message; return its id, or what Telegram made of it."""
    began_s = asyncio.get_running_loop().time()
    try:
        answer = await _post(bot, method, Parameters(fields, upload), within_s)
    except TimeoutError:
        return Unclear(f"no answer within {within_s:.0f} s")
    except TelegramError as error:
        return of_error(error)
    message_id = answer.get("message_id") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(message_id, int):
        return Unclear("an answer without a message")
    return Taken(message_id, _photo(answer), began_s)


async def edit(bot: telegram.Bot, method: str, fields: Fields, within_s: float) -> Edited:
    """Change a message, whose id is among ``fields``; return what became of that."""
    try:
        answer = await _post(bot, method, Parameters(fields), within_s)
    except TimeoutError:
        return Unclear(f"no answer within {within_s:.0f} s")
    except TelegramError as error:
        return of_edit_error(error)
    return Sent(fields["message_id"]) if answer else Unclear("an answer that says nothing")


async def _post(bot: telegram.Bot, method: str, parameters: Parameters, within_s: float) -> object:
    async with asyncio.timeout(within_s):
        return await bot.request.post(
            f"{bot.base_url}/{method}",
            cast("RequestData", parameters),
            read_timeout=within_s,
            write_timeout=within_s,
            connect_timeout=within_s,
        )


def _photo(message: Mapping[str, Any]) -> str:
    """Return the file id of the largest size of a message's photo."""
    sizes = message.get("photo")
    largest = sizes[-1] if isinstance(sizes, list) and sizes else None
    found = largest.get("file_id") if isinstance(largest, dict) else None
    return found if isinstance(found, str) else ""

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
from bot.deliver.places import Place, place_of
from bot.render.parts import MediaKind

Fields = Mapping[str, Any]
"""Parameters by name: texts, numbers, flags, and what is JSON; None for what is not given."""


_FIELDS = (
    MediaKind.PHOTO,
    MediaKind.VIDEO,
    MediaKind.ANIMATION,
    MediaKind.AUDIO,
    MediaKind.DOCUMENT,
)
"""Fields of a message that hold its file; an animation has a document beside it, for old clients."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as Telegram calls it: what kind it has become, and its id."""

    kind: MediaKind
    id: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Telegram took the message: its id, and its file; of an album those of each."""

    message_id: int
    files: tuple[File | None, ...] = ()
    began_s: float | None = None
    """When its call began, by the loop's clock."""
    others: tuple[int, ...] = ()
    """The ids of an album's other messages."""
    place: Place | None = None
    """The chat that it stands in."""

    @property
    def outcome(self) -> Sent:
        """What is to be noted of it: only an id proves that it was sent."""
        return Sent(self.message_id, began_s=self.began_s, others=self.others, place=self.place)

    def file_id(self, kind: MediaKind, at: int = 0) -> str:
        """Return the id of the file ``at`` a place of the album, "" if that has become another kind."""
        file = self.files[at] if at < len(self.files) else None
        return file.id if file and file.kind is kind else ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes with a call, as its parameter ``name``."""

    name: str
    filename: str
    data: bytes


class Parameters:
    """The parameters of one call, in the place of the library's :class:`RequestData` and as it has them."""

    def __init__(self, fields: Fields, uploads: tuple[Upload, ...] = ()) -> None:
        self._fields = {name: value for name, value in fields.items() if value is not None}
        self._uploads = uploads
        self.contains_files = bool(uploads)

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
        """The files: name, bytes and kind."""
        return {one.name: (one.filename, one.data, "application/octet-stream") for one in self._uploads}


async def send(
    bot: telegram.Bot, method: str, fields: Fields, within_s: float, uploads: tuple[Upload, ...] = ()
) -> Taken | Outcome:
    """Send a message or an album; return its id, or what Telegram made of it."""
    began_s = asyncio.get_running_loop().time()
    try:
        answer = await _post(bot, method, Parameters(fields, uploads), within_s)
    except TimeoutError:
        return Unclear(f"no answer within {within_s:.0f} s")
    except TelegramError as error:
        return of_error(error)
    messages = [one for one in (answer if isinstance(answer, list) else [answer]) if isinstance(one, dict)]
    ids = [one for message in messages if isinstance(one := message.get("message_id"), int)]
    if not ids or len(ids) < len(messages):
        return Unclear("an answer without a message")
    files = tuple(_file(one) for one in messages)
    return Taken(ids[0], files, began_s, tuple(ids[1:]), place_of(messages[0]))


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


def _file(message: Mapping[str, Any]) -> File | None:
    """Return the file of a message; of a photo its largest size."""
    for kind in _FIELDS:
        value = message.get(kind)
        one = (value[-1] if value else None) if isinstance(value, list) else value
        found = one.get("file_id") if isinstance(one, dict) else None
        if isinstance(found, str):
            return File(kind, found)
    return None

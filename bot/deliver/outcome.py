"""What became of one call to Telegram, as a value: the one place that reads Telegram's errors.

:func:`of_error` is total over :mod:`telegram.error`. Telegram tells its failures apart by text
alone; the texts are matched in lower case, because python-telegram-bot rewrites those of code 400.
"""

import os
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.deliver.places import Place
from bot.items import ChatId
from bot.render.parts import MediaKind

os.environ.setdefault("PTB_TIMEDELTA", "true")
"""The library warns of a change to come at each flood wait, unless told that we know of it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took the message and named it.

    ``calls`` counts the calls it took: those it refused before may weigh on its limits too.
    """

    message_id: int
    calls: int = field(default=1, compare=False)
    began_s: float | None = field(default=None, compare=False)
    """When the call began that it was taken with, by the loop's clock."""
    others: tuple[int, ...] = field(default=(), compare=False)
    """The ids of an album's other messages; ``message_id`` is that of the first, which has the caption."""
    whole: bool = field(default=False, compare=False)
    """It holds all of the item: what was to follow it in further messages is not needed."""
    place: Place | None = field(default=None, compare=False)
    """The chat as Telegram showed it with the message."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many requests: nothing more to this chat for so many seconds.

    Telegram does not say whether it means the chat or the whole bot; see :mod:`bot.deliver.backoff`.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class ChatLost:
    """The chat cannot be written to until somebody changes something there.

    ``why`` is a few words, stored as the reason of the chat's pause: ``blocked``, ``kicked`` …
    """

    why: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group has become a supergroup and has another id now."""

    to: ChatId


@dataclass(frozen=True, slots=True)
class TopicLost:
    """The forum topic is gone or closed; the chat itself may well hear us."""

    why: str


@dataclass(frozen=True, slots=True)
class MediaRefused:
    """Telegram does not take this file this way; another way, or the text, may pass.

    ``forbidden``: the kinds that the chat takes none of, so that no other way will pass either.
    ``item``: which one of an album is at fault, counted from 1; None where that is not said.
    ``calls``: how many calls it took, 0 where we knew without one.
    """

    why: str
    forbidden: frozenset[MediaKind] = frozenset()
    item: int | None = None
    calls: int = field(default=1, compare=False)

    @property
    def blames_file(self) -> bool:
        """Whether the file is at fault as it was named, neither the chat nor the caption."""
        return not self.forbidden and "caption" not in self.why.lower()


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram does not take this content; sending the same again brings the same answer.

    ``calls``: how many calls it took.
    """

    why: str
    calls: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Unclear:
    """The request went out and no answer came back: it may have been delivered, or not.

    ``is_down``: somebody answered, but that it is out of order; that is no fault of the message's.
    """

    why: str
    is_down: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Down:
    """Telegram was not reached, or is out of order: certainly (nearly) not delivered. Try later."""

    why: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Telegram refuses the token, or another instance uses it: nothing can be sent at all."""

    why: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An edit changes nothing: the message is ours and stands as it should. ``whole`` as of :class:`Sent`."""

    whole: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotOurs:
    """There is nothing to edit: no such message (``missing``), or one that is not ours to change."""

    why: str
    missing: bool


Outcome = Sent | Wait | ChatLost | Migrated | TopicLost | MediaRefused | Refused | Unclear | Down | Halt

Edited = Outcome | Unchanged | NotOurs
"""What becomes of an edit."""

_LOST = (
    ("blocked by the user", "blocked"),
    ("user_is_blocked", "blocked"),
    ("group chat was deactivated", "chat deleted"),
    ("deactivated", "account deleted"),
    ("was upgraded to a supergroup", "moved to a supergroup"),
    ("was kicked", "kicked"),
    ("user_banned_in_channel", "kicked"),
    ("not a member", "not a member"),
    ("channel_private", "not a member"),
    ("chat was deleted", "chat deleted"),
    ("can't initiate conversation", "never started"),
    ("bots can't send messages to bots", "a bot"),
    ("chat not found", "chat not found"),
    ("user not found", "chat not found"),
    ("peer_id_invalid", "chat not found"),
    ("administrator rights in the channel", "no right to post"),
    ("not enough rights to send text", "no right to post"),
    ("have no rights to send a message", "no right to post"),
    ("chat_write_forbidden", "no right to post"),
    ("chat_send_plain_forbidden", "no right to post"),
    ("chat_admin_required", "no right to post"),
    ("chat_restricted", "chat restricted"),
)
"""Words of a 403 or 400 that lose us the chat, and the short reason we keep."""

_TOPIC = ("message thread not found", "topic_closed", "topic_deleted")

_FORBIDDEN = re.compile(r"not enough rights to send (\w+)|chat_send_(\w+?)_forbidden")
_KINDS = {
    "photos": {MediaKind.PHOTO},
    "videos": {MediaKind.VIDEO},
    "animations": {MediaKind.ANIMATION},
    "gifs": {MediaKind.ANIMATION},
    "music": {MediaKind.AUDIO},
    "audios": {MediaKind.AUDIO},
    "documents": {MediaKind.DOCUMENT},
    "docs": {MediaKind.DOCUMENT},
    "media": set(MediaKind),
}
"""What a chat's rights call the kinds of files."""

_ITEM = re.compile(r'failed to send message #(\d{1,3}) with the error message "(.*)"', re.DOTALL)
"""What is said of an album: the item counts from 1, its error is the inner server's own."""

_PICTURE = (
    "failed to get http url content",
    "wrong type of the web page content",
    "wrong file identifier",
    "wrong remote file identifier",
    "wrong padding in the string",  # a file id of another bot, or a broken one
    "wrong string length",
    "can't use file of type",
    "invalid file http url",
    "file must be non-empty",
    "too big for a photo",
    "file is too big",
    "photo_",  # PHOTO_INVALID_DIMENSIONS, PHOTO_EXT_INVALID, PHOTO_SAVE_FILE_INVALID …
    "image_process_failed",
    "webpage_",  # WEBPAGE_CURL_FAILED, WEBPAGE_MEDIA_EMPTY
    "media_empty",
    "media_invalid",
    "external_url_invalid",
    "file_reference_",
    "caption is too long",
    "caption_too_long",
    *("video_", "audio_", "document_", "gif_", "file_part"),
    *("group send failed", "as an album", "for an album", "mixed with other media"),
)

_NOT_OURS = (
    ("message to edit not found", True),
    ("message can't be edited", False),
    ("message_id_invalid", False),
    ("message_author_required", False),
)
"""Words of a 400 to an edit that finds nothing to change, and whether there is nothing at all."""

_NEVER_SENT = {
    *("ClientConnectorError", "ClientConnectorDNSError", "ClientProxyConnectionError"),
    *("ClientSSLError", "ClientConnectorSSLError", "ClientConnectorCertificateError"),
    *("UnixClientConnectorError", "ServerFingerprintMismatch"),
    "ConnectionTimeoutError",  # no free connection in time, too
    *("InvalidURL", "InvalidUrlClientError", "NonHttpUrlClientError"),
}
"""Exceptions of aiohttp, by name because its door is :mod:`bot.deliver.transport`, that come before any
byte is sent. Those it raises when a connection ends that was used before are not among them: nobody
knows what had been read."""

_SLOW_MODE = re.compile(r"slowmode_wait_(\d+)")


def of_error(error: TelegramError) -> Outcome:  # noqa: PLR0911  one return for each kind reads as a table
    """Return what ``error`` means for the message whose sending raised it."""
    if isinstance(error, RetryAfter):
        return Wait(_seconds(error.retry_after))
    if isinstance(error, ChatMigrated):
        return Migrated(ChatId(error.new_chat_id))
    if not isinstance(error, TimedOut) and _is_not_telegrams_word(error):
        return _of_gateway(error)
    if isinstance(error, BadRequest | Forbidden):
        return _of_refusal(error)
    if isinstance(error, InvalidToken | EndPointNotFound | Conflict):
        return Halt(error.message)
    if isinstance(error, TimedOut):
        return Down(error.message) if _cause(error) in _NEVER_SENT else Unclear(error.message)
    if isinstance(error, NetworkError):
        return _of_network(error)
    return Unclear(error.message)


def of_edit_error(error: TelegramError) -> Edited:
    """Return what ``error`` means for the edit that raised it."""
    if isinstance(error, BadRequest) and not _is_not_telegrams_word(error):
        text = error.message.lower()
        if "message is not modified" in text:
            return Unchanged()
        for words, missing in _NOT_OURS:
            if words in text:
                return NotOurs(error.message, missing)
    return of_error(error)


def words_of(error: TelegramError) -> str:
    """Return what ``error`` says, without the page of a server that is not Telegram's."""
    return error.message.partition(". Parsing the server response")[0]


def _of_refusal(error: BadRequest | Forbidden) -> Outcome:
    """Read the text of a 400 or 403."""
    text = error.message.lower()
    if (found := _ITEM.search(text)) is None:
        return _of_words(error.message, text, is_forbidden=isinstance(error, Forbidden))
    outcome = _of_words(error.message, found[2], is_forbidden=False)
    if isinstance(outcome, MediaRefused):
        return replace(outcome, item=int(found[1]))
    return MediaRefused(outcome.why, item=int(found[1])) if isinstance(outcome, Refused) else outcome


def _of_words(why: str, text: str, *, is_forbidden: bool) -> Outcome:  # noqa: PLR0911  likewise
    """Read the words of a refusal, in lower case."""
    if slow := _SLOW_MODE.search(text):
        return Wait(float(slow[1]))
    if any(words in text for words in _TOPIC):
        return TopicLost(why)
    if kinds := _forbidden(text):
        return MediaRefused(why, kinds)
    for words, reason in _LOST:
        if words in text:
            return ChatLost(reason)
    if is_forbidden:
        return ChatLost(why.removeprefix("Forbidden: "))
    if any(words in text for words in _PICTURE):
        return MediaRefused(why)
    return Refused(why)


def _forbidden(text: str) -> frozenset[MediaKind]:
    """Return the kinds of files that a chat, as ``text`` says, takes none of."""
    found = _FORBIDDEN.search(text)
    return frozenset(_KINDS.get(found[1] or found[2], ())) if found else frozenset()


def _of_network(error: NetworkError) -> Outcome:
    """Tell a server that is out of order from a connection that broke after sending."""
    text = error.message.lower()
    if "request entity too large" in text:
        return MediaRefused(error.message)
    if "internal server error" in text or "service unavailable" in text:
        return Unclear(error.message, is_down=True)  # what it had in hand when it broke may have been done
    return Down(error.message) if _cause(error) in _NEVER_SENT else Unclear(error.message)


def _of_gateway(error: TelegramError) -> Outcome:
    """Read an answer that was no JSON: something between us and Telegram spoke.

    It proves nothing about the chat or the token. A gateway that lost its backend (5xx), and a
    success that cannot be read, leave open whether the message stands.
    """
    if "(413)" in error.message:
        return MediaRefused("too large for a server on the way")
    why = words_of(error)
    if type(error) is TelegramError:
        return Unclear(why)
    return Unclear(why, is_down=True) if "(5" in error.message else Down(why)


def _is_not_telegrams_word(error: TelegramError) -> bool:
    return isinstance(error.__cause__, TelegramError) or error.message == "Invalid server response"


def _cause(error: TelegramError) -> str:
    return type(error.__cause__).__name__


def _seconds(retry_after: int | timedelta) -> float:
    """Both forms exist: which one comes depends on an environment variable of the library's."""
    return retry_after.total_seconds() if isinstance(retry_after, timedelta) else float(retry_after)

"""How log lines look, and that no secret stands in any of them.

Bot tokens are recognised by their shape wherever they come from (libraries print addresses, and
Telegram's addresses hold the token); configured secrets are removed letter by letter.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO
from urllib.parse import quote, unquote, urlsplit

from bot.settings import LogFormat, Settings

_TOKEN = re.compile(r"\d+:[\w-]{30,}")
_HIDDEN = "[secret]"
_CHATTY = {
    "aiohttp.access": logging.WARNING,
    "asyncio": logging.WARNING,
    "telegram": logging.CRITICAL,  # as errors, with traceback, what it also raises and we tell in a line
}

_SHORTEST_SECRET = 4
"""Anything shorter would blacken innocent words."""


class Redactor:
    """Removes tokens and the given secrets from text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), unquote(secret))}
        telling = (form for form in forms if len(form) >= _SHORTEST_SECRET)
        longest_first = sorted(telling, key=len, reverse=True)
        self._exact = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """Return ``text`` without what must not be read."""
        if self._exact is not None:
            text = self._exact.sub(_HIDDEN, text)
        return _TOKEN.sub(_HIDDEN, text)


class Lines(logging.Formatter):
    """A line for the eye: time in UTC, level, logger, message; a traceback below it."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, redacted as a whole: arguments and exceptions too."""
        when = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        text = f"{when} {record.levelname:<7} {record.name}: {_message(record)}"
        return self._redact("\n".join(filter(None, (text, _trace(record)))))


class JsonLines(logging.Formatter):
    """A line for a machine: one JSON object with ``at``, ``level``, ``logger``, ``message``, ``trace``."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; each text is redacted before quoting, which could disguise a secret."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(_message(record)),
        }
        if trace := _trace(record):
            line["trace"] = self._redact(trace)
        return json.dumps(line, ensure_ascii=False)


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every line to ``stream`` (standard error by default), and nowhere else."""
    redact = Redactor(secrets_of(settings))
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(redact) if settings.log_format is LogFormat.JSON else Lines(redact))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.log_level.value)
    for name, level in _CHATTY.items():
        logging.getLogger(name).setLevel(max(level, root.level))
    logging.captureWarnings(capture=True)


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return what must never be read in a log: the token, and the passwords within addresses."""
    addresses = (settings.redis_url, settings.fetch_proxy, settings.image_proxy, settings.telegram_api_url)
    passwords = (urlsplit(address).password for address in addresses)
    return tuple(filter(None, (settings.telegram_bot_token, *passwords)))


def _message(record: logging.LogRecord) -> str:
    """Return the message as one line, so that a foreign title cannot forge another.

    A call with wrong arguments still says what it can.
    """
    try:
        text = record.getMessage()
    except (TypeError, ValueError):
        text = f"{record.msg} {record.args!r}"
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _trace(record: logging.LogRecord) -> str:
    if record.exc_info and record.exc_info[0] is not None:
        return "".join(traceback.format_exception(*record.exc_info)).rstrip()
    return record.exc_text or ""

"""The environment as one frozen value; whatever is wrong in it is said all at once.

Pure: the caller hands in the variables (:func:`bot.__main__.environment` reads ``.env``).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.errors import SettingsError
from bot.items import Style, Taste

Network = IPv4Network | IPv6Network


BUTTON_ADDRESS = 46
"""Bytes of an address that a button can carry beside a chat's id: Telegram allows 64 in all."""


class Access(StrEnum):
    """Who may use the bot."""

    OPEN = "open"
    ALLOWLIST = "allowlist"
    OWNERS = "owners"


class Pages(StrEnum):
    """What is looked up on the pages of items whose feeds say too little."""

    OFF = "off"
    LEAD = "lead"
    """The picture and the lead that a page names for others to show."""
    FULL = "full"
    """The whole text, too."""


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """From which level on log lines are written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)


def _setting(default: Value, reader: Callable[[str], Value], *, secret: bool = False) -> Value:
    """Return a field whose ``reader`` makes a value of a text; ValueError says in a sentence what is wrong.

    What is ``secret`` is never shown.
    """
    made: Value = field(default=default, repr=not secret, metadata={"read": reader})
    return made


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return what reads a whole number within bounds."""
    bounds = f"of {least} or more" if most is None else f"from {least} to {most}"

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,18}", text, re.ASCII) or not least <= int(text) <= (most or int(text)):
            raise ValueError(f"it must be a whole number {bounds}")
        return int(text)

    return read


def _number(most: float) -> Callable[[str], float]:
    """Return what reads a number above 0."""

    def read(text: str) -> float:
        if (
            not re.fullmatch(r"\d{1,18}(\.\d{1,18})?|\.\d{1,18}", text, re.ASCII)
            or not 0 < float(text) <= most
        ):
            raise ValueError(f"it must be a number above 0 and at most {most:g}")
        return float(text)

    return read


def _rate(most: float) -> Callable[[str], float]:
    """Return what reads a number with or without its unit."""
    number = _number(most)
    return lambda text: number(text.removesuffix("/s").removesuffix("/min"))


def _one_of(kind: type[Choice], spelling: Callable[[str], str] = str.lower) -> Callable[[str], Choice]:
    """Return what reads one of several words, however it is written."""

    def read(text: str) -> Choice:
        try:
            return kind(spelling(text))
        except ValueError:
            raise ValueError(f"it must be one of {', '.join(kind)}") from None

    return read


def _switch(text: str) -> bool:
    if text.lower() not in _SWITCHES:
        raise ValueError("it must be on or off")
    return _SWITCHES[text.lower()]


_SWITCHES = dict.fromkeys(("on", "true", "yes", "1", "t", "y"), True) | dict.fromkeys(
    ("off", "false", "no", "0", "f", "n"), False
)


def _ids(text: str) -> frozenset[int]:
    words = text.replace(",", " ").split()
    for word in words:
        if not re.fullmatch(r"-?\d{1,18}", word, re.ASCII):
            raise ValueError(f"{word!r} is not an id; write numbers like 123456789 or -1001234567890")
    return frozenset(map(int, words))


def _networks(text: str) -> tuple[Network, ...]:
    networks = []
    for word in text.replace(",", " ").split():
        try:
            networks.append(ip_network(word, strict=False))
        except ValueError:
            raise ValueError(f"{word!r} is not a network; write it like 192.168.0.0/16 or fd00::/8") from None
    return tuple(networks)


def _named(text: str) -> tuple[tuple[str, str], ...]:
    """Read ``name=address; name=address``."""
    pairs = []
    for one in filter(None, map(str.strip, text.split(";"))):
        name, _, address = (part.strip() for part in one.partition("="))
        if not name or not re.match(r"https?://[^/\s]+", address, re.IGNORECASE):
            raise ValueError(f"{one!r} names no feed; write it like The Gazette=https://gazette.example/feed")
        if len(address.encode(errors="replace")) > BUTTON_ADDRESS:
            raise ValueError(f"{address!r} is too long for a button; {BUTTON_ADDRESS} bytes fit")
        pairs.append((name, address))
    return tuple(pairs)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone; write it like Europe/Berlin or UTC") from None


def _language(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{2,3}([-_][A-Za-z]+)*", text):
        raise ValueError("it must be the code of a language, like en, de or zh-Hans")
    return text


def _token(text: str) -> str:
    if not re.fullmatch(r"\d+:[\w-]+", text, re.ASCII):
        raise ValueError("this is not a bot token; @BotFather gives you one like 123456:ABC-DEF")
    return text


def _http(text: str) -> str:
    if not re.fullmatch(r"https?://\S+", text, re.IGNORECASE) or not _has_host(text):
        raise ValueError("it must be an address that starts with http:// or https://, and a host")
    return text.rstrip("/")


def _has_host(address: str) -> bool:
    """Tell whether ``address`` names a host, and a port that there can be if any."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _or_off(text: str) -> str:
    """Read an address or ``off``: empty variables count as unset, and there is a default."""
    return "" if text.lower() == "off" else _http(text)


def _folder(text: str) -> Path:
    """Read a path; no shell expands what stands in ``.env`` or behind ``docker -e``."""
    if "\0" in text:
        raise ValueError("no path has a zero byte")
    try:
        return Path(text).expanduser() if text.startswith("~") else Path(text)
    except RuntimeError:
        raise ValueError("nobody here has that home directory; write the path out") from None


def _redis(text: str) -> str:
    if not re.match(r"(redis|rediss|unix)://", text):
        raise ValueError("it must start with redis://, rediss:// or unix:// (empty: the embedded server)")
    if not _is_redis(text):
        raise ValueError("it must look like redis://:password@host:6379/0, its end the database's number")
    return text


def _is_redis(address: str) -> bool:
    """Tell whether ``address`` has a port and a database that there can be; of a socket's all is its path."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "unix" or (
            parts.port != 0 and re.fullmatch(r"(/(\d{1,9}/?)?)?", parts.path, re.ASCII) is not None
        )
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting by the name of its variable in lower case; ``.env.example`` explains each."""

    telegram_bot_token: str = _setting("", _token, secret=True)
    telegram_api_url: str = _setting("https://api.telegram.org", _http)
    redis_url: str = _setting("", _redis, secret=True)
    data_dir: Path = _setting(Path("data"), _folder)
    owner_ids: frozenset[int] = _setting(frozenset(), _ids)
    access: Access = _setting(Access.OPEN, _one_of(Access))
    allowed_ids: frozenset[int] = _setting(frozenset(), _ids)
    language: str = _setting("en", _language)
    timezone: ZoneInfo = _setting(ZoneInfo("UTC"), _zone)
    start_feeds: tuple[tuple[str, str], ...] = _setting((), _named)
    poll_min_seconds: int = _setting(60, _whole(1))
    poll_max_seconds: int = _setting(86400, _whole(1))
    fetch_concurrency: int = _setting(64, _whole(1, 1000))
    fetch_timeout_seconds: float = _setting(30.0, _number(600))
    fetch_max_bytes: int = _setting(8 * 1024 * 1024, _whole(1024))
    fetch_allow_networks: tuple[Network, ...] = _setting((), _networks)
    fetch_proxy: str = _setting("", _http, secret=True)
    image_proxy: str = _setting("", _http)
    rsshub_url: str = _setting("https://rsshub.app", _or_off)
    pages: Pages = _setting(Pages.LEAD, _one_of(Pages))
    style: Style = _setting(Style.SUMMARY, _one_of(Style))
    keep_days: float = _setting(7.0, _number(366))
    keep_items: int = _setting(500, _whole(20, 10_000))
    send_rate: float = _setting(30.0, _rate(1000))
    send_chat_rate: float = _setting(1.0, _rate(1000))
    send_group_rate: float = _setting(20.0, _rate(60_000))
    send_paid: bool = _setting(default=False, reader=_switch)
    port: int | None = _setting(None, _whole(1, 65535))
    public_url: str = _setting("", _http)
    log_format: LogFormat = _setting(LogFormat.TEXT, _one_of(LogFormat))
    log_level: LogLevel = _setting(LogLevel.INFO, _one_of(LogLevel, str.upper))

    @property
    def taste(self) -> Taste:
        """How items are set in chats that have not chosen."""
        return Taste(self.style)


def read(environ: Mapping[str, str]) -> Settings:
    """Return the settings that ``environ`` holds; empty variables count as unset.

    Raises:
        SettingsError: with a sentence for every wrong setting.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    broken: set[str] = set()
    for one in fields(Settings):
        name = one.name.upper()
        text = environ.get(name, "").strip()
        if not text:
            continue
        try:
            values[one.name] = one.metadata["read"](text)
        except ValueError as error:
            broken.add(name)
            is_told = not one.repr or repr(text) in str(error)
            problems.append(f"{name}: {error}{'' if is_told else f' (it is {text!r})'}")
    settings = Settings(**values)
    # Of a setting that is wrong in itself, nothing more is said.
    problems += [says for involved, says in _disagreements(settings) if not involved & broken]
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def _disagreements(settings: Settings) -> Iterator[tuple[set[str], str]]:
    """Yield which settings are fine alone but not together, with a sentence."""
    if settings.poll_min_seconds > settings.poll_max_seconds:
        bounds = (
            f"({settings.poll_min_seconds}) must not be above POLL_MAX_SECONDS ({settings.poll_max_seconds})"
        )
        says = f"POLL_MIN_SECONDS {bounds}; lower the one or raise the other"
        yield {"POLL_MIN_SECONDS", "POLL_MAX_SECONDS"}, says
    if settings.access is Access.OWNERS and not settings.owner_ids:
        yield (
            {"ACCESS", "OWNER_IDS"},
            "OWNER_IDS: ACCESS=owners lets nobody in; put your Telegram id here, or set ACCESS=open",
        )
    if settings.access is Access.ALLOWLIST and not settings.allowed_ids | settings.owner_ids:
        yield (
            {"ACCESS", "ALLOWED_IDS", "OWNER_IDS"},
            "ALLOWED_IDS: ACCESS=allowlist lets nobody in; name ids of people or chats, or set ACCESS=open",
        )
    if settings.image_proxy and "{url}" not in settings.image_proxy:
        yield {"IMAGE_PROXY"}, "IMAGE_PROXY: it must hold {url}, like https://images.example/?url={url}"


def need_token(settings: Settings) -> None:
    """Raise :class:`SettingsError` unless a token is set: for whatever speaks to Telegram."""
    if not settings.telegram_bot_token:
        missing = (
            "TELEGRAM_BOT_TOKEN is missing: get one from @BotFather and put it into .env, "
            "or try newsrelay without one: newsrelay demo"
        )
        raise SettingsError((missing,))


def need_fulltext(settings: Settings) -> None:
    """Raise :class:`SettingsError` where whole texts are wanted and the extra that reads them is missing."""
    if settings.pages is Pages.FULL and find_spec("trafilatura") is None:
        raise SettingsError(("PAGES: full needs the extra: pip install newsrelay[fulltext]",))

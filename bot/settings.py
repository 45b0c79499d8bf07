"""The environment as one frozen value; whatever is wrong in it is said all at once.

Pure: the caller hands in the variables (:func:`bot.__main__.environment` reads ``.env``).
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

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


def _words(value: object) -> object:
    """Split a comma or space separated list; anything else passes as it is."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _wrong(sentence: str) -> PydanticCustomError:
    # The sentence is an argument, since the template may not hold braces of the user's.
    return PydanticCustomError("setting", "{sentence}", {"sentence": sentence})


def _networks(value: object) -> object:
    networks = []
    for word in value.replace(",", " ").split() if isinstance(value, str) else ():
        try:
            networks.append(ip_network(word, strict=False))
        except ValueError:
            raise _wrong(f"{word!r} is not a network; write it like 192.168.0.0/16 or fd00::/8") from None
    return tuple(networks)


def _named(value: object) -> object:
    """Read ``name=address; name=address``."""
    if not isinstance(value, str):
        return value
    pairs = []
    for one in filter(None, map(str.strip, value.split(";"))):
        name, _, address = (part.strip() for part in one.partition("="))
        if not name or not re.match(r"https?://[^/\s]+", address, re.IGNORECASE):
            raise _wrong(f"{one!r} names no feed; write it like The Gazette=https://gazette.example/feed")
        if len(address.encode()) > BUTTON_ADDRESS:
            raise _wrong(f"{address!r} is too long for a button; {BUTTON_ADDRESS} bytes fit")
        pairs.append((name, address))
    return tuple(pairs)


def _zone(value: object) -> object:
    try:
        return ZoneInfo(value) if isinstance(value, str) else value
    except (KeyError, ValueError, OSError):
        raise _wrong(f"{value!r} is not a time zone; write it like Europe/Berlin or UTC") from None


def _token(value: object) -> object:
    if isinstance(value, str) and value and not re.fullmatch(r"\d+:[\w-]+", value, re.ASCII):
        raise _wrong("this is not a bot token; @BotFather gives you one like 123456:ABC-DEF")
    return value


def _http(value: object) -> object:
    if isinstance(value, str) and value and not re.match(r"https?://[^/\s]+", value, re.IGNORECASE):
        raise _wrong("it must be an address that starts with http:// or https://")
    return value.rstrip("/") if isinstance(value, str) else value


def _or_off(value: object) -> object:
    """Read an address or ``off``: empty variables count as unset, and there is a default."""
    return "" if isinstance(value, str) and value.lower() == "off" else _http(value)


def _redis(value: object) -> object:
    if isinstance(value, str) and value and not re.match(r"(redis|rediss|unix)://", value):
        raise _wrong("it must start with redis://, rediss:// or unix:// (empty: the embedded server)")
    return value


def _rate(value: object) -> object:
    return value.removesuffix("/s").removesuffix("/min") if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Ids = Annotated[frozenset[int], BeforeValidator(_words)]
Address = Annotated[str, BeforeValidator(_http)]


class Settings(BaseModel):
    """Every setting by the name of its variable in lower case; ``.env.example`` explains each."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)

    telegram_bot_token: Annotated[str, BeforeValidator(_token)] = Field(default="", repr=False)
    telegram_api_url: Address = "https://api.telegram.org"
    redis_url: Annotated[str, BeforeValidator(_redis)] = Field(default="", repr=False)
    data_dir: Path = Path("data")
    owner_ids: Ids = frozenset()
    access: Annotated[Access, BeforeValidator(_lower)] = Access.OPEN
    allowed_ids: Ids = frozenset()
    language: str = Field(default="en", pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z]+)*$")
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("UTC")
    start_feeds: Annotated[tuple[tuple[str, str], ...], BeforeValidator(_named)] = ()
    poll_min_seconds: int = Field(default=60, ge=1)
    poll_max_seconds: int = Field(default=86400, ge=1)
    fetch_concurrency: int = Field(default=64, ge=1, le=1000)
    fetch_timeout_seconds: float = Field(default=30, gt=0, le=600)
    fetch_max_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    fetch_allow_networks: Annotated[tuple[Network, ...], BeforeValidator(_networks)] = ()
    fetch_proxy: Annotated[Address, Field(repr=False)] = ""
    image_proxy: Address = ""
    rsshub_url: Annotated[str, BeforeValidator(_or_off)] = "https://rsshub.app"
    pages: Annotated[Pages, BeforeValidator(_lower)] = Pages.LEAD
    style: Annotated[Style, BeforeValidator(_lower)] = Style.SUMMARY
    keep_days: float = Field(default=7, gt=0, le=366)
    keep_items: int = Field(default=500, ge=20, le=10_000)
    send_rate: Annotated[float, BeforeValidator(_rate), Field(gt=0, le=1000)] = 30
    send_chat_rate: Annotated[float, BeforeValidator(_rate), Field(gt=0, le=1000)] = 1
    send_group_rate: Annotated[float, BeforeValidator(_rate), Field(gt=0, le=60_000)] = 20
    send_paid: bool = False
    port: int | None = Field(default=None, ge=1, le=65535)
    public_url: Address = ""
    log_format: Annotated[LogFormat, BeforeValidator(_lower)] = LogFormat.TEXT
    log_level: Annotated[LogLevel, BeforeValidator(_upper)] = LogLevel.INFO

    @property
    def taste(self) -> Taste:
        """How items are set in chats that have not chosen."""
        return Taste(self.style)


def read(environ: Mapping[str, str]) -> Settings:
    """Return the settings that ``environ`` holds; empty variables count as unset.

    Raises:
        SettingsError: with a sentence for every wrong setting.
    """
    names = Settings.model_fields
    given: dict[str, Any] = {
        name: environ[name.upper()].strip() for name in names if environ.get(name.upper(), "").strip()
    }
    problems: list[str] = []
    broken: set[str] = set()
    try:
        settings = Settings(**given)
    except ValidationError as error:
        places = list(names)
        for one in sorted(error.errors(), key=lambda one: places.index(str(one["loc"][0]))):
            name = str(one["loc"][0])
            broken.add(name.upper())
            shown = f" (it is {given.get(name, '')!r})" if names[name].repr else ""
            problems.append(f"{name.upper()}: {one['msg']}{shown}")
        settings = Settings(**{name: value for name, value in given.items() if name.upper() not in broken})
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

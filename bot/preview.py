"""What chats would get of a source, without a token, a store or a chat: ``newsrelay preview``."""

import asyncio
import json
import re
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.discovery import Discovery, Several
from bot.errors import RelayError
from bot.fetch.answer import Failed
from bot.fetch.client import Client
from bot.identity import feed_id, item_id, order, recognise
from bot.items import Document, Feed, StoredItem, Taste
from bot.pages import PageFinder
from bot.parse.worker import Parser
from bot.render.look import look_of
from bot.render.message import compose
from bot.render.page import page
from bot.render.parts import Message
from bot.render.preview import in_order, preview_of
from bot.render.template import TemplateWrong, check
from bot.settings import Settings

FILES = frozenset({".xml", ".rss", ".atom", ".rdf", ".json", ".txt", ".html", ".htm", ".md"})
"""Endings by which a name means a file, not a host."""

NAME_ONE = "name a feed file, an address, or - for stdin"

_HOST = re.compile(r"[^\s./][^\s/]*\.[^\W\d_]{2,}(:\d{1,5})?")
"""A host with a dot, by its name, and a port if need be; folders seldom end in letters behind a dot."""

RULE = "─" * 40
"""What stands between two items that are written as text."""

PAGES_S = 6.0
"""The longest that all pages of items together are waited for."""


class NothingThere(RelayError):
    """The source yields no item; the message says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An item and the message it becomes."""

    stored: StoredItem
    message: Message


async def look(
    source: str, settings: Settings, *, limit: int, taste: Taste, template: Path | None = None
) -> list[Shown]:
    """Return the newest ``limit`` items that ``source`` holds, newest first.

    They are set as ``taste`` and then ``settings`` want it; ``template`` is a file with a message template.

    Raises:
        NothingThere: with one line that says why there is nothing to see.
    """
    name = " ".join(source.split())
    if not name:
        raise NothingThere(NAME_ONE)
    if template is not None:
        taste = replace(taste, template=await asyncio.to_thread(_template, template))
    async with Client(settings) as client, Parser() as parser:
        try:
            url, document = await _document(source, settings, client, parser)
        except RelayError as error:
            raise NothingThere(f"{name}: {error}") from error
        if not document.items:
            raise NothingThere(f"{name}: this feed holds no items yet")
        newest = await _newest(url, source, document, limit, PageFinder(client, parser, settings))
    how = look_of(
        taste.over(settings.taste), settings.timezone, settings.language, image_proxy=settings.image_proxy
    )
    return [Shown(one, compose(one, how)) for one in newest]


async def _newest(
    url: str, source: str, document: Document, limit: int, pages: PageFinder
) -> list[StoredItem]:
    """Return the newest items as they would be stored; of what is no file, their pages are looked up too."""
    noticed_ms = int(datetime.now(UTC).timestamp() * 1000)
    feed = Feed(id=feed_id(url or source), url=url, title=document.title)
    keys = recognise(document.items, feed).keys
    stored = [
        StoredItem(item_id(feed.id, one), feed.id, item, noticed_ms, order_ms)
        for item, one, order_ms in zip(document.items, keys, order(document.items, noticed_ms), strict=True)
    ]
    newest = sorted(stored, key=lambda one: one.order_ms, reverse=True)[:limit]
    if not url:
        return newest
    found = await pages.find([one.item for one in newest], feed, within_s=PAGES_S)
    return [replace(one, page=page) for one, page in zip(newest, found, strict=True)]


def _template(file: Path) -> str:
    """Return the message template in ``file``."""
    try:
        source = file.read_text(encoding="utf-8")
        check(source)
    except (OSError, ValueError) as error:
        raise NothingThere(f"{file}: this template cannot be read: {_why(error)}") from error
    except TemplateWrong as error:
        raise NothingThere(f"{file}: {error}") from error
    return source


async def _document(source: str, settings: Settings, client: Client, parser: Parser) -> tuple[str, Document]:
    """Return the address that ``source`` was found at ("" for a file) and what it says."""
    most = settings.fetch_max_bytes
    if source == "-":
        body = await asyncio.to_thread(sys.stdin.buffer.read, most + 1)
    elif "://" in source or (content := await asyncio.to_thread(_file, source, most + 1)) is None:
        return await _from_web(source, settings, client, parser)
    else:
        body = content
    if not body:
        raise NothingThere("this file is empty")
    if len(body) > most:
        raise NothingThere(f"more than FETCH_MAX_BYTES ({most}); raise it to read this")
    return "", await parser.read(body, "")


def _file(source: str, most: int) -> bytes | None:
    """Return what a file holds, None if there is none and the name may be an address."""
    try:
        with Path(source).open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        if may_be_address(source):
            return None
        raise NothingThere(f"there is no such file; {NAME_ONE}") from None
    except IsADirectoryError:
        raise NothingThere("this is a folder; name a feed file in it") from None
    except (OSError, ValueError) as error:
        raise NothingThere(f"this file cannot be read: {_why(error)}") from error


def may_be_address(source: str) -> bool:
    """Tell whether what names no file, and has no scheme, begins like the name of a host."""
    host, slash, _ = source.partition("/")
    _, _, ending = host.rpartition(".")
    return _HOST.fullmatch(host) is not None and (bool(slash) or f".{ending.lower()}" not in FILES)


def _why(error: Exception) -> str:
    """Return what was wrong, without the number and the name that an OSError says too."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


async def _from_web(source: str, settings: Settings, client: Client, parser: Parser) -> tuple[str, Document]:
    """Return the feed that ``/sub`` would follow, or the first that it would offer."""
    found = await Discovery(client, parser, settings).find(source)
    if isinstance(found, Failed):
        raise NothingThere(f"{found.why}: {found.detail}" if found.detail else str(found.why))
    caught = found.leads[0].catch if isinstance(found, Several) else found
    return caught.answer.url, caught.document


def written(items: list[Shown], form: str) -> str:
    """Return ``items`` as text, as a page that looks like the chat, or as one JSON array."""
    if form == "json":
        told = [preview_of(one.stored, one.message) for one in items]
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    if form == "html":
        return page([one.message for one in items])
    return f"\n\n{RULE}\n\n".join(_plain(one.message) for one in items) + "\n"


def _plain(message: Message) -> str:
    """Return the messages sent for ``message`` as text, their media and pictures above it by address."""
    return "\n\n".join(_with_media(one) for one in in_order(message))


def _with_media(message: Message) -> str:
    lines = [f"[{one.kind}: {one.url}]" for one in message.media]
    if message.preview.large and not message.media:
        lines.append(f"[{message.preview.url}]")
    return "\n".join([*lines, message.text.text])

"""The gallery: chosen items, set and sent to the local Telegram, photographed on its chat page.

``python -m tests.gallery`` makes every picture below ``docs/gallery/`` and ``docs/gallery.md`` anew;
with numbers (``python -m tests.gallery 4 21``) those pictures alone. It needs Chromium and its
driver, and fonts for every script that is shown (Debian: ``chromium-driver fonts-noto-cjk
fonts-noto-core fonts-noto-color-emoji``).
"""

import asyncio
import base64
import io
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import telegram
from PIL import Image

from bot.deliver.outcome import Sent
from bot.deliver.sender import Sender
from bot.deliver.transport import Transport
from bot.identity import feed_id
from bot.items import ChatId, ItemId, StoredItem, Taste
from bot.parse.document import read
from bot.playground.demo import Stage, stage
from bot.playground.papers import read_sample
from bot.playground.world import Chat, Kind
from bot.render.look import look_of
from bot.render.message import compose
from bot.render.parts import Message
from tests.browser import Browser, chromium
from tests.gallery_items import ITEMS, Exhibit
from tests.staging import FakeOutbox

ROOT = Path(__file__).parent.parent
SPECIMENS = ROOT / "tests" / "specimens" / "gallery"
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "gallery"
WIDTH = 390
"""A phone's, in CSS pixels."""
SCALES = (2, 1.5, 1.25)
"""Pixels of a picture by CSS pixel: as many as its size allows."""
MARGIN = 10
MOST_BYTES = 120_000
"""Of one picture."""
SOMEWHERE = "https://pictures.example/newsroom"
"""Where specimens find their pictures when nothing is sent."""
READ_AT = int(datetime(2026, 5, 12, 12, 30, tzinfo=UTC).timestamp())
"""The time at which every message stands: pictures made twice are the same."""

_INTRODUCTION = """# Gallery

What items look like in a chat: {count} items of many kinds, each read from a feed, set in one of the styles and sent to
the playground's Telegram, as `make demo` shows it in the browser. All papers, people and pictures in them are invented
but for the first, which is the news item that the project began with.

`python -m tests.gallery` (in a development environment, with Chromium) makes this page and its pictures anew; the feeds
are in `tests/specimens/gallery/`, what is said of them here in `tests/gallery_items.py`.
"""


@dataclass(frozen=True, slots=True)
class Set:
    """An item and what became of it."""

    stored: StoredItem
    message: Message


def source(exhibit: Exhibit, base: str) -> bytes:
    """Return the feed document of an exhibit, its pictures at ``base``."""
    if exhibit.specimen == "seed":
        return read_sample("seed.txt").replace("https://images.weserv.nl?url=", f"{base}/proxy?url=").encode()
    text = (SPECIMENS / exhibit.specimen).read_text(encoding="utf-8")
    return text.replace("{base}", base).encode()


def set_up(exhibit: Exhibit, base: str = SOMEWHERE) -> Set:
    """Read an exhibit's item and set it as it is to be shown."""
    document = read(source(exhibit, base), url="https://feeds.example/feed")
    item = document.items[0]
    feed = feed_id("https://feeds.example/feed")
    stored = StoredItem(ItemId(f"{feed}.00000000000"), feed, item, READ_AT * 1000, READ_AT * 1000)
    taste = exhibit.taste.over(Taste(exhibit.style))
    look = look_of(taste, ZoneInfo(exhibit.zone), exhibit.language or item.language or document.language)
    return Set(stored, compose(stored, look))


def text_of_page() -> str:
    """Return the gallery as a document."""
    parts = [_INTRODUCTION.format(count=len(ITEMS))]
    for number, exhibit in enumerate(ITEMS, 1):
        name = file_name(number, exhibit)
        shade = ", dark" if exhibit.dark else ""
        parts.append(
            f"## {number}. {exhibit.title}\n\n"
            f"Style `{exhibit.style}`{shade}. {exhibit.caption}\n\n"
            f'<img src="gallery/{name}" width="{WIDTH}" alt="{exhibit.title}">\n'
        )
    return "\n".join(parts)


def file_name(number: int, exhibit: Exhibit) -> str:
    """Return the name of an exhibit's picture."""
    return f"{number:02}-{exhibit.name}.png"


class Photographer:
    """Sends exhibits to a channel of the stage and photographs what arrives."""

    def __init__(self, show: Stage, browser: Browser, sender: Sender) -> None:
        self._show, self._browser, self._sender = show, browser, sender

    @property
    def _channel(self) -> Chat:
        return next(chat for chat in self._show.telegram.chats.values() if chat.kind is Kind.CHANNEL)

    async def send(self, message: Message) -> None:
        """Send a message with all that follows it."""
        parts = [message, *(replace(message, text=one, media=(), rich=None, rest=()) for one in message.rest)]
        for part in parts:
            outcome = await self._sender.deliver(ChatId(self._channel.id), part)
            assert isinstance(outcome, Sent), outcome

    async def picture(self, exhibit: Exhibit) -> bytes:
        """Return the picture of an exhibit, as PNG."""
        channel = self._channel
        channel.messages.clear()
        await self.send(set_up(exhibit, f"{self._show.api_url}/newsroom").message)
        for message in channel.messages.values():
            message.date = READ_AT
        browser = self._browser
        await browser.scheme("dark" if exhibit.dark else "light")
        await browser.size(WIDTH, 6000)
        await browser.open(self._show.url)
        await browser.until("return document.querySelectorAll('.chat').length === 3")
        await browser.run(f"document.querySelector('[data-chat=\"{channel.id}\"]').click()")
        await browser.until(_COMPLETE, timeout_s=20)
        top, bottom = await browser.run(_EXTENT)
        clip = {"x": 0, "y": top - MARGIN, "width": WIDTH, "height": bottom - top + 2 * MARGIN, "scale": 1}
        for scale in SCALES:
            await browser.size(WIDTH, 6000, scale=scale)
            shot = await browser.cdp("Page.captureScreenshot", format="png", clip=clip)
            made = small(base64.b64decode(shot["data"]))
            if len(made) <= MOST_BYTES:
                break
        return made


_COMPLETE = """
    const still = [...document.querySelectorAll('#log img')].every((one) => one.complete && one.naturalWidth);
    const moving = [...document.querySelectorAll('#log video')].every((one) => one.readyState >= 2);
    return document.querySelector('.message') && still && moving && document.fonts.status === 'loaded'
"""
_EXTENT = """
    const places = [...document.querySelectorAll('.message')].map((one) => one.getBoundingClientRect());
    return [Math.min(...places.map((one) => one.top)), Math.max(...places.map((one) => one.bottom))]
"""


def small(png: bytes) -> bytes:
    """Return a picture in 256 colours."""
    file = io.BytesIO()
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, kmeans=2, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


async def make(numbers: Iterable[int]) -> None:
    """Make the pictures of these numbers, and the page."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        request = Transport(8)
        async with (
            stage(port=0, every_s=3600, flood=False) as show,
            aiohttp.ClientSession(trust_env=False) as http,
            chromium(Path(folder)) as browser,
        ):
            for _ in range(len(show.newsroom.papers["lens"].stock) - show.newsroom.papers["lens"].printed):
                show.newsroom.publish("lens")

            async def download(url: str) -> bytes | None:
                async with http.get(url) as answer:
                    return await answer.read() if answer.status == 200 else None

            bot = telegram.Bot(show.token, base_url=f"{show.api_url}/bot", request=request)
            photographer = Photographer(show, browser, Sender(bot, download, FakeOutbox()))
            for number in numbers:
                exhibit = ITEMS[number - 1]
                made = await photographer.picture(exhibit)
                await asyncio.to_thread((PICTURES / file_name(number, exhibit)).write_bytes, made)
                print(f"{file_name(number, exhibit)}: {len(made) / 1000:.0f} KB")
        await request.shutdown()
    names = {file_name(number, exhibit) for number, exhibit in enumerate(ITEMS, 1)}
    for stale in PICTURES.glob("*.png"):
        if stale.name not in names:
            stale.unlink()
    PAGE.write_text(text_of_page(), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(make([int(one) for one in sys.argv[1:]] or range(1, len(ITEMS) + 1)))

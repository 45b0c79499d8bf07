"""A process that sends: the relay's own roles, or a bare loop of the library.

Orders come as lines of JSON on its standard input, answers go to its standard output:

    {"do": "relay", …}  ► {"ready": true}      then  {"do": "mark"} ► {"cpu_s": …}  as often as wanted
    {"do": "bare", …}   ► {"ready": true}      then  {"do": "go"}   ► {"cpu_s": …, "wall_s": …}

The end of its input stops it.
"""

import asyncio
import cProfile
import json
import logging
import pstats
import resource
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import telegram
from telegram.request import BaseRequest, RequestData

from bot import app, voice
from bot.deliver.account import open_bot
from bot.items import Role
from bot.render.look import Look
from bot.render.message import compose
from bot.settings import Settings, read
from delivering.material import stored


class Recorder(BaseRequest):
    """Passes calls on, and writes down what Telegram answers to those that send."""

    def __init__(self, request: BaseRequest, path: Path) -> None:
        self._request = request
        self._file = path.open("a", buffering=1, encoding="utf-8")

    @property
    def read_timeout(self) -> float | None:
        """As the request that does the work."""
        return self._request.read_timeout

    async def initialize(self) -> None:
        """Open what is behind it."""
        await self._request.initialize()

    async def shutdown(self) -> None:
        """Close what is behind it."""
        await self._request.shutdown()

    async def do_request(  # type: ignore[override]  # the timeouts go through as they are
        self, url: str, method: str, request_data: RequestData | None = None, **timeouts: Any
    ) -> tuple[int, bytes]:
        """Pass one call on."""
        began = time.time()
        code, answer = await self._request.do_request(url, method, request_data, **timeouts)
        if request_data is not None and "/send" in url:
            told = request_data.parameters
            text = str(told.get("text") or told.get("caption") or "")
            wait = json.loads(answer).get("parameters", {}).get("retry_after", 0) if code == 429 else 0
            call = {"began": began, "at": time.time(), "chat": int(str(told["chat_id"])), "code": code}
            self._file.write(json.dumps({**call, "wait": wait, "line": text.partition("\n")[0]}) + "\n")
        return code, answer


class Few(logging.Filter):
    """Lets the first few lines through, without tracebacks."""

    left = 5

    def filter(self, record: logging.LogRecord) -> bool:
        """Count down."""
        self.left -= 1
        record.exc_info = None
        return self.left >= 0


def say(told: dict[str, Any]) -> None:
    """Answer the one who gave the orders."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def cpu_s() -> float:
    """Return what this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def settings_of(orders: dict[str, Any]) -> Settings:
    """Return settings; rates beyond what a user may set are let through, to do without limits."""
    told = {**orders["settings"], "data_dir": Path(orders["settings"].get("data_dir", "."))}
    return replace(read({}), **told)


@contextmanager
def profiled(path: str) -> Iterator[None]:
    """Write cProfile's figures to ``path``, if one is given."""
    if not path:
        yield
        return
    profile = cProfile.Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        with Path(path).open("w", encoding="utf-8") as stream:
            for order in ("tottime", "cumtime"):
                pstats.Stats(profile, stream=stream).sort_stats(order).print_stats(80)


def _opening(record: str | None) -> Any:
    """Return what takes the place of :func:`bot.deliver.account.open_bot`: it tells when the relay is up."""

    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[telegram.Bot]:
        async with open_bot(settings) as bot:
            say({"ready": True})
            if not record:
                yield bot
                return
            address = f"{settings.telegram_api_url}/bot"
            recorder = Recorder(bot.request, Path(record))
            yield telegram.Bot(settings.telegram_bot_token, base_url=address, request=recorder)

    return opened


async def relay(orders: dict[str, Any], inbox: asyncio.StreamReader) -> None:
    """Run roles of the relay as ``newsrelay run`` does, until the input ends."""
    stop = asyncio.Event()
    voice.open_bot = _opening(orders.get("record"))
    roles = frozenset(Role(one) for one in orders["roles"])
    work = asyncio.create_task(app.run(settings_of(orders), roles, stop=stop))
    work.add_done_callback(lambda _: inbox.feed_eof())
    while await inbox.readline():
        say({"cpu_s": cpu_s()})
    stop.set()
    await work


def _bot(orders: dict[str, Any]) -> AbstractAsyncContextManager[telegram.Bot]:
    """Return a bot with the library's own transport, or with the relay's."""
    settings = settings_of(orders)
    if orders["transport"] == "relay":
        return open_bot(settings)
    return telegram.Bot(settings.telegram_bot_token, base_url=f"{settings.telegram_api_url}/bot")


async def bare(orders: dict[str, Any], inbox: asyncio.StreamReader) -> None:
    """Send the texts that the relay would, ready made, and nothing else."""
    chats, at_once = orders["chats"], orders["at_once"]
    messages = []
    for number in orders["items"]:
        one = compose(stored(number), Look(ZoneInfo("UTC"), "en"))
        entities = [
            telegram.MessageEntity(each.kind.value, each.offset, each.length, url=each.url or None)
            for each in one.text.entities
        ]
        messages.append((one.text.text, entities, telegram.LinkPreviewOptions(url=one.preview.url)))
    work = iter(range(orders["count"]))

    async def hand(bot: telegram.Bot) -> None:
        for number in work:
            text, entities, preview = messages[number % len(messages)]
            await bot.send_message(
                chats[number % len(chats)],
                text,
                entities=entities,
                link_preview_options=preview,
            )

    async with _bot(orders) as bot:
        await bot.get_me()
        say({"ready": True})
        await inbox.readline()
        began, used = time.monotonic(), cpu_s()
        await asyncio.gather(*(hand(bot) for _ in range(at_once)))
        say({"cpu_s": cpu_s() - used, "wall_s": time.monotonic() - began})
        await inbox.readline()


async def _main() -> None:
    inbox = asyncio.StreamReader(limit=64 * 1024 * 1024)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(inbox), sys.stdin)
    orders = json.loads(await inbox.readline())
    with profiled(orders.get("profile", "")):
        await {"relay": relay, "bare": bare}[orders["do"]](orders, inbox)


if __name__ == "__main__":
    # Many lines say the same; the first few tell what is wrong.
    logging.basicConfig(level=logging.WARNING, format="worker: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(Few())
    asyncio.run(_main())

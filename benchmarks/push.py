"""How soon what a hub pushes is a message: the whole relay in a process of its own, a Telegram in another.

    python benchmarks/push.py [--items N] [--rate R] [--thin]

Some feeds name a hub, and each has a chat that hears it. When the relay has subscribed to all of them, items
are published, evenly and as many a second as Telegram's limits let through, and the time is taken from just
before the hub pushes an item until Telegram has its message. With --thin hubs only say that there is
something, and the relay asks the feed. Two processes of one machine share its processors with this one.
"""

import argparse
import asyncio
import hashlib
import hmac
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import aiohttp
from aiohttp import web
from delivering.figures import Figure, below, figure, machine, progress, share, table, zero
from delivering.telegrams import Place, Wanted, Witness, environment

from bot.items import Chat, ChatId, Subscription
from bot.settings import read
from bot.store.client import open_store

BEGUN = time.time()
"""Items are dated from then on: a hub that pushes what is old is not believed."""

FEEDS = 40
SHOWN = 20
"""Items in a document, as many as most feeds show."""
READY_S, PATIENCE_S = 60.0, 15.0
RATES = {False: 12.0, True: 3.0}
"""Items a second: fat pings come to each feed every three seconds or so, thin ones more seldom than the
relay asks a feed for its hub's sake."""


@dataclass
class Newsroom:
    """Feeds and their hub. ``held``: topic → callback and secret."""

    http: aiohttp.ClientSession
    url: str = ""
    shown: dict[str, list[int]] = field(default_factory=dict)
    held: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    asked: int = 0

    def topic(self, feed: int) -> str:
        """Return where a feed lies."""
        return f"{self.url}/feed/{feed}"

    def document(self, topic: str) -> bytes:
        """Return a feed's document, the newest item first."""
        items = "".join(
            f"<item><guid isPermaLink='false'>{topic}#{one}</guid><title>Item {one} of the press</title>"
            f"<link>{topic}/{one}</link><pubDate>{formatdate(BEGUN + one / 12)}</pubDate>"
            f"<description>{'What happened, told at some length. ' * 12}</description></item>"
            for one in reversed(self.shown[topic][-SHOWN:])
        )
        return (
            "<?xml version='1.0'?><rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel>"
            f"<title>The press</title><link>{self.url}/</link><description/>"
            f"<a:link rel='self' href='{topic}'/><a:link rel='hub' href='{self.url}/hub'/>"
            f"{items}</channel></rss>"
        ).encode()

    async def serve(self, request: web.Request) -> web.Response:
        """Show a feed."""
        self.asked += 1
        topic = self.url + request.path
        return web.Response(body=self.document(topic), content_type="application/rss+xml")

    async def subscribe(self, request: web.Request) -> web.Response:
        """Take a subscription, and verify it as hubs do."""
        told = {name: str(value) for name, value in (await request.post()).items()}
        task = asyncio.create_task(self._verify(told))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return web.Response(status=202)

    async def _verify(self, told: dict[str, str]) -> None:
        query = {"hub.mode": told["hub.mode"], "hub.topic": told["hub.topic"], "hub.challenge": "yes"}
        query["hub.lease_seconds"] = told.get("hub.lease_seconds", "0")
        async with self.http.get(told["hub.callback"], params=query) as answer:
            if await answer.text() == "yes":
                self.held[told["hub.topic"]] = told["hub.callback"], told["hub.secret"].encode()

    async def push(self, feed: int, number: int, *, thin: bool) -> tuple[float, float]:
        """Publish an item and push it; return when that began, and how long the relay took to answer."""
        topic = self.topic(feed)
        callback, secret = self.held[topic]
        self.shown[topic].append(number)
        body = b"" if thin else self.document(topic)
        signed = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": signed}
        began_s, began = time.time(), time.perf_counter()
        async with self.http.post(callback, data=body, headers=headers) as answer:
            answer.raise_for_status()
        return began_s, time.perf_counter() - began


@asynccontextmanager
async def newsroom() -> AsyncIterator[Newsroom]:
    """Serve feeds that have had an item each, and their hub."""
    async with aiohttp.ClientSession() as http:
        room = Newsroom(http)
        app = web.Application()
        app.add_routes([web.post("/hub", room.subscribe), web.get("/feed/{n}", room.serve)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            room.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            room.shown = {room.topic(feed): [-feed] for feed in range(FEEDS)}
            yield room
        finally:
            await runner.cleanup()


@asynccontextmanager
async def relay(folder: Path, telegram: Witness, room: Newsroom) -> AsyncIterator[None]:
    """Run the relay, subscribed to all feeds and pushed by all; what it logs is in ``folder``."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    told = {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "DATA_DIR": str(folder / "data"),
        "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "POLL_MIN_SECONDS": "600",
        "PAGES": "off",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    async with open_store(read(told)) as store:
        for number, chat in enumerate(telegram.chats):
            feed = await store.feeds.ensure(room.topic(number))
            await store.chats.save(Chat(ChatId(chat)))
            await store.chats.subscribe(Subscription(ChatId(chat), feed.id, await store.now_ms()))
        with (folder / "relay.log").open("wb") as log:
            words = (sys.executable, "-P", "-m", "bot", "run")
            env = environment() | told
            process = await asyncio.create_subprocess_exec(
                *words, env=env, cwd=folder, stdout=log, stderr=log
            )
        try:
            async with asyncio.timeout(READY_S):
                while await store.pushes.count() < FEEDS:  # noqa: ASYNC110  Redis sets no Event of ours
                    await asyncio.sleep(0.1)
            yield
        except TimeoutError:
            sys.stderr.write((folder / "relay.log").read_text(encoding="utf-8")[-3000:])
            raise
        finally:
            process.terminate()
            await process.wait()


async def measure(count: int, rate: float, *, thin: bool) -> list[Figure]:
    """Publish ``count`` items, ``rate`` a second; return what came of it."""
    with tempfile.TemporaryDirectory() as name:
        async with (
            newsroom() as room,
            Place().open(Wanted(private=FEEDS), Path(name)) as telegram,
            relay(Path(name), telegram, room),
        ):
            progress(f"{FEEDS} feeds are pushed; {count} items follow, {rate:g} a second")
            before = room.asked
            loop, tasks = asyncio.get_running_loop(), list[asyncio.Task[tuple[float, float]]]()
            begin = loop.time()
            for number in range(1, count + 1):
                await asyncio.sleep(begin + number / rate - loop.time())
                tasks.append(loop.create_task(room.push(number % FEEDS, number, thin=thin)))
            pushed = await asyncio.gather(*tasks)
            came = await _arrived(telegram, count)
            asked = room.asked - before
    ways = [came[number] - began for number, (began, _) in enumerate(pushed, 1) if number in came]
    answers = [took for _, took in pushed]
    return [
        figure("from push to message, half within", share(ways, 0.5) * 1000, "ms"),
        figure("… 95 % within", share(ways, 0.95) * 1000, "ms"),
        figure("… 99 % within", share(ways, 0.99) * 1000, "ms", goal="< 1000", met=below(1000)),
        figure("… worst", max(ways) * 1000, "ms"),
        figure("the hub is answered, 99 % within", share(answers, 0.99) * 1000, "ms"),
        figure("items that did not come", count - len(ways), goal="0", met=zero),
        figure("times that a feed was asked meanwhile", asked),
    ]


async def _arrived(telegram: Witness, count: int) -> dict[int, float]:
    """Return when each item had come to Telegram, those that come within a while."""
    came: dict[int, float] = {}
    until = time.monotonic() + PATIENCE_S
    while len(came) < count and time.monotonic() < until:
        for one in (await telegram.seen()).sent:
            if found := re.search(r"Item (\d+) of", one.line):
                came.setdefault(int(found[1]), one.at_s)
        await asyncio.sleep(0.2)
    return came


async def main() -> None:
    """Run what was asked for and print it."""
    first, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=first, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=300, help="how many are published (300)")
    parser.add_argument("--rate", type=float, default=0, help="how many a second (12, with --thin 3)")
    parser.add_argument("--thin", action="store_true", help="pushes without documents")
    asked = parser.parse_args()
    lines = await measure(asked.items, asked.rate or RATES[asked.thin], thin=asked.thin)
    kind = "Thin" if asked.thin else "Fat"
    print(table(f"{kind} pings to {FEEDS} feeds, on {machine()}", lines))


if __name__ == "__main__":
    asyncio.run(main())

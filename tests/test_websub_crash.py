"""``kill -9`` of the relay between asking a hub and being asked, and between thanking for a push and taking it in."""

import asyncio
import socket
from pathlib import Path

import pytest
from aiohttp import web

from bot.fetch.websub import Offer
from bot.playground import Playground
from bot.settings import read
from bot.store.client import open_store
from tests.flowing import until
from tests.hub import a_hub
from tests.origin import serve
from tests.relay import Relay, relay

NET_S = 60


async def offered(run: Relay, offer: Offer) -> None:
    """Let the one feed name a hub."""
    async with open_store(read({**run.environment, "DATA_DIR": str(run.folder / "data")})) as store:
        (feed_id,) = await store.feeds.all_ids()
        await store.pushes.offer(feed_id, offer.hub, offer.topic)


async def started(run: Relay) -> None:
    """Start the relay, and wait until it can be called."""
    begin = len(run.log) if run.started else 0
    await run.start()
    await run.says("the status page is on port", begin)


async def subscribed(run: Relay, chat: int, address: str) -> None:
    """Let a chat hear a feed, and take the first look."""
    opml = run.folder / "feeds.opml"
    opml.write_text(
        f'<opml version="2.0"><body><outline type="rss" text="Feed" xmlUrl="{address}"/></body></opml>'
    )
    await run.command("subs", "import", str(opml), "--chat", str(chat))
    await run.command("poll", "--all")


@pytest.mark.soak
async def test_a_kill_at_any_step_of_a_push_loses_neither_the_subscription_nor_the_item(
    tmp_path: Path,
) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    told = {"PORT": f"{port}", "PUBLIC_URL": f"http://127.0.0.1:{port}", "POLL_MIN_SECONDS": "3600"}
    async with (
        Playground() as world,
        serve() as origin,
        a_hub() as hub,
        relay(tmp_path, world, **told, POLL_MAX_SECONDS="7200") as run,
    ):
        address = f"{origin.url}/press.xml"
        origin.publish("press", title="before anybody asked")
        await subscribed(run, world.user.id, address)
        hub.verifies = False
        await started(run)
        await offered(run, Offer(hub.url, address))
        await until(lambda: hub.asked)
        await run.kill()
        await started(run)
        asked = hub.asked[0]
        assert await hub.ask(asked["hub.callback"], "subscribe", address)
        hub.held[address, asked["hub.callback"]] = asked["hub.secret"]
        piece = origin.publish("press")
        asked_for = asyncio.Event()

        async def hang(_: web.Request) -> web.StreamResponse:
            asked_for.set()
            await asyncio.Event().wait()
            raise AssertionError

        origin.others["/press.xml"] = hang
        assert await hub.publish(address, b"") == [202]
        await asked_for.wait()
        await run.kill()
        del origin.others["/press.xml"]
        await started(run)
        await world.wait_for(
            lambda: [one for one in world.messages(world.user) if piece.title in one.text],
            timeout=NET_S + 20,
            what="the item that was pushed",
        )

"""A feed that moves while the whole relay runs: found, announced, taken back by its button."""

from pathlib import Path

import pytest
from aiohttp import web

from bot.playground import Playground
from tests.origin import serve
from tests.relay import relay


@pytest.mark.soak
async def test_a_feed_that_moves_is_followed_and_announced_and_an_undo_leads_back(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        origin.publish("press")
        await run.start()
        world.say(world.user, f"/sub {origin.url}/press.xml")
        await world.wait_for_messages(world.user, 2, timeout=20)
        origin.feeds["paper"] = origin.feeds["press"]

        async def moved(_: web.Request) -> web.StreamResponse:
            raise web.HTTPMovedPermanently("/paper.xml")

        origin.others["/press.xml"] = moved
        *_, told = await world.wait_for_messages(world.user, 3, timeout=40)
        assert f"from {origin.url}/press.xml to {origin.url}/paper.xml" in told.text
        await run.says("moved for good")
        press = world.press(world.user, told.id, "Undo the move")
        await world.wait_for_answer(press)
        asked = origin.asked["/press.xml"]
        await world.wait_for(lambda: origin.asked["/press.xml"] >= asked + 4, timeout=20, what="four looks")
        origin.publish("press", title="After the undo")
        *_, news = await world.wait_for_messages(world.user, 4, timeout=20)
        assert news.text.startswith("After the undo")
        assert origin.asked["/press.xml"] > asked + 4
        assert await run.stop() == 0


@pytest.mark.soak
async def test_a_feed_that_is_gone_is_told_and_asked_no_more(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        origin.publish("press")
        await run.start()
        world.say(world.user, f"/sub {origin.url}/press.xml")
        await world.wait_for_messages(world.user, 2, timeout=20)

        async def gone(_: web.Request) -> web.StreamResponse:
            raise web.HTTPGone

        origin.others["/press.xml"] = gone
        *_, told = await world.wait_for_messages(world.user, 3, timeout=60)
        assert "The press is gone for good" in told.text
        asked = origin.asked["/press.xml"]
        world.say(world.user, "/list")
        *_, listed = await world.wait_for_messages(world.user, 4, timeout=20)
        assert "gone for good, its site says" in listed.text
        assert origin.asked["/press.xml"] == asked
        del origin.others["/press.xml"]
        origin.others["/"] = page
        found = world.press(world.user, told.id, "Look for it again")
        await world.wait_for_answer(found)
        *_, offered = await world.wait_for_messages(world.user, 5, timeout=20)
        assert "The press answers again" in offered.text
        assert await run.stop() == 0


async def page(_: web.Request) -> web.StreamResponse:
    return web.Response(
        text='<link rel="alternate" type="application/rss+xml" href="/press.xml">', content_type="text/html"
    )

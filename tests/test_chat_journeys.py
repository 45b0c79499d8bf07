"""A strict tester's round through a relay of its own process: whatever is asked, one sentence says what to do."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from bot.chat.replies import LANGUAGES
from bot.fetch.answer import Failure
from bot.playground import Message, Playground
from bot.playground.world import ADMIN_RIGHTS, Status
from tests.origin import Origin, serve
from tests.relay import relay

EN = LANGUAGES["en"]
FAST = {"SEND_CHAT_RATE": "100", "SEND_RATE": "1000", "SEND_GROUP_RATE": "6000", "FETCH_TIMEOUT_SECONDS": "3"}


async def page(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html><body><p>Hello</p></body></html>", content_type="text/html")


async def html_as_feed(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html><body>Hello</body></html>", content_type="application/rss+xml")


async def empty(_: web.Request) -> web.StreamResponse:
    text = "<rss version='2.0'><channel><title>Silence</title></channel></rss>"
    return web.Response(text=text, content_type="application/rss+xml")


async def endless(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/rss+xml"})
    await answer.prepare(request)
    for _ in range(200):
        await answer.write(b" " * 2**20)
    return answer


async def circle(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.path)


def bad_addresses(origin: Origin) -> dict[str, Failure]:
    """Return what cannot be followed, and why."""
    origin.others |= {"/page": page, "/html.xml": html_as_feed, "/endless.xml": endless, "/circle": circle}
    return {
        f"{origin.url}/page": Failure.NOT_A_FEED,
        f"{origin.url}/html.xml": Failure.NOT_A_FEED,
        f"{origin.url}/endless.xml": Failure.TOO_BIG,
        f"{origin.url}/circle": Failure.TOO_MANY_REDIRECTS,
        f"{origin.url}/nothing.xml": Failure.MISSING,
        "http://127.0.0.1:1/feed": Failure.UNREACHABLE,
        "http://10.0.0.1/feed": Failure.REFUSED,
        "http://169.254.169.254/latest": Failure.REFUSED,
        "http://[::1]/feed": Failure.REFUSED,
        "file:///etc/hostname": Failure.BAD_ADDRESS,
        "localhost": Failure.BAD_ADDRESS,
    }


async def ask(world: Playground, text: str) -> Message:
    """Say something in private; return what was answered first."""
    before = len(world.messages(world.user))
    world.say(world.user, text)
    return (await world.wait_for_messages(world.user, before + 1, timeout=20))[before]


async def test_whatever_is_wrong_gets_one_sentence_and_nothing_breaks(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world, **FAST) as run:
        bad = bad_addresses(origin)
        origin.others["/empty.xml"] = empty
        origin.publish("press")
        await run.start()
        for address, why in bad.items():
            assert (await ask(world, f"/sub {address}")).text == EN.failures[why].format(address=address)
        said = len(bad)
        for command, says in {
            f"/sub {origin.url}/empty.xml": "no items yet",
            "/latest": "Nothing is stored yet",
            "/latest 0": "from 1 to 20",
            "/latest nobody": "No feed here is called “nobody”",
            "/unsub 9": "No feed here fits “9”",
            "/list @nobody_here": "can't see @nobody_here",
            "/sub " + "x" * 4000: "not an address",
            "/alert " + "x" * 4000: "can't use this alert",
            "/settings style loud": "headline, summary, full, expand, article",
            "/settings zone Berln": "/settings zone Europe/Berlin",
            "/settings 1 once off": "for the whole chat",
            "/template 9 {{ title }}": "There is no feed 9 here",
            "/template title": "{{ title }}",
            "/template\n{{ titel }}": "Line 1: There is no field “titel”",
            "/frobnicate": "/help",
            "hello": "/help",
        }.items():
            assert says in (await ask(world, command)).text
            said += 1
        assert len(world.messages(world.user)) == said, "one answer each"
        assert await run.stop() == 0
        assert "Traceback" not in run.log


async def test_a_channel_is_followed_only_where_both_sides_may_post(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world, **FAST) as run:
        origin.publish("press")
        mine = world.add_channel("Mine", username="mine_news")
        world.add_channel(username="their_news", owner=world.add_user("Other"))
        world.add_channel(username="shy_news", bot=Status.MEMBER)
        world.make_admin(world.add_channel(username="mute_news"), rights=ADMIN_RIGHTS - {"can_post_messages"})
        await run.start()
        for name, template in {
            "@their_news": EN.channel_not_yours,
            "@shy_news": EN.channel_not_ours,
            "@mute_news": EN.channel_not_ours,
            "@ill named": EN.channel_unknown,
            "-1009999999999": EN.channel_unknown,
        }.items():
            said = (await ask(world, f"/sub {origin.url}/press.xml {name}")).text
            assert said == template.format(chat=name.partition(" ")[0])
        assert not origin.asked, "nothing is looked at for those who may not"
        await ask(world, f"/sub {mine.id} {origin.url}/press.xml")
        await world.wait_for_messages(world.user, 7)
        assert "/unsub @mine_news" in (await ask(world, "/unsub @mine_news")).text
        world.people.set_member(mine, world.user, Status.LEFT)
        said = (await ask(world, f"/unsub 1 {mine.id}")).text
        assert said == EN.channel_not_yours.format(chat="@mine_news")
        origin.publish("press", title="Still for its readers")
        await world.wait_for_messages(mine, 1, timeout=20)
        assert await run.stop() == 0
        assert "Traceback" not in run.log


@pytest.mark.parametrize("command", ["/list", pytest.param("/latest", marks=pytest.mark.soak)])
async def test_while_redis_is_gone_the_answer_says_so_or_comes_whole(tmp_path: Path, command: str) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world, **FAST) as run:
        origin.publish("press", title="Kept")
        await run.start()
        await ask(world, f"/sub {origin.url}/press.xml")
        await world.wait_for_messages(world.user, 2)
        run.kill_redis()
        said = (await ask(world, command)).text
        assert said == EN.no_memory or "press" in said
        world.fail_next("sendMessage", "flood", retry_after=1, chat=world.user)
        for _ in range(20):
            said = (await ask(world, command)).text
            if said != EN.no_memory:
                break
        assert "press" in said
        assert await run.stop() == 0
        assert "Traceback" not in run.log


async def test_a_command_in_hand_when_the_relay_is_killed_is_answered_by_the_next(tmp_path: Path) -> None:
    looked, held = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        looked.set()
        await held.wait()
        return web.Response(text=origin.rss("press"), content_type="application/rss+xml")

    async with Playground() as world, serve() as origin, relay(tmp_path, world, **FAST) as run:
        origin.others["/slow.xml"] = slow
        origin.publish("press")
        await run.start()
        world.say(world.user, f"/sub {origin.url}/slow.xml")
        async with asyncio.timeout(10):
            await looked.wait()
        await run.kill()
        held.set()
        await run.start()
        answers = await world.wait_for_messages(world.user, 2, timeout=20)
        assert "now follows" in answers[0].text
        assert "1. The press" in (await ask(world, "/list")).text
        assert len(world.messages(world.user)) == 3
        assert await run.stop() == 0

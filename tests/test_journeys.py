"""Whole journeys of a user, through the local Telegram, with the relay as a process of its own."""

import asyncio
import json
import signal
import struct
import zlib
from pathlib import Path

import pytest
from aiohttp import web

from bot.playground import Message, Playground
from tests.origin import serve
from tests.relay import relay


def png(width: int = 400, height: int = 300) -> bytes:
    """Return a plain picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x20\x60\xa0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


async def picture(_: web.Request) -> web.StreamResponse:
    return web.Response(body=png(), content_type="image/png")


async def test_a_subscription_brings_its_sample_and_then_each_new_item(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        origin.others["/picture.png"] = picture
        origin.publish("press", title="An old story")
        origin.publish("press", title="The latest story", image=f"{origin.url}/picture.png")
        await run.start()
        world.say(world.user, f"/sub {origin.url}/press.xml")
        answer, sample = await world.wait_for_messages(world.user, 2, timeout=20)
        assert "The press" in answer.text
        assert sample.text.startswith("The latest story")
        assert sample.media

        origin.publish("press", title="A new story", image=f"{origin.url}/picture.png")
        asked = origin.asked["/press.xml"]
        *_, news = await world.wait_for_messages(world.user, 3, timeout=20)
        assert origin.asked["/press.xml"] <= asked + 3, "within two polls, and the one then under way"
        assert news.text.startswith("A new story")
        assert "Item number 3 of press has a body." in news.text
        assert news.media

        world.say(world.user, "/latest 2")
        *_, listed = await world.wait_for_messages(world.user, 4, timeout=20)
        assert listed.text.index("A new story") < listed.text.index("The latest story")
        assert "An old story" not in listed.text
        assert await run.stop() == 0


async def test_redis_killed_in_the_middle_comes_back_and_nothing_is_lost(tmp_path: Path) -> None:
    fast = {"SEND_CHAT_RATE": "100"}
    async with Playground() as world, serve() as origin, relay(tmp_path, world, **fast) as run:
        origin.publish("press")
        await run.start()
        world.say(world.user, f"/sub {origin.url}/press.xml")
        await world.wait_for_messages(world.user, 2, timeout=20)
        for number in range(30):
            origin.publish("press")
            if number % 10 == 5:
                run.kill_redis()
                await asyncio.sleep(0.05)
        expected = [piece.title for piece in origin.feeds["press"]]

        def got() -> list[str]:
            lines = [message.text.split("\n")[0] for message in world.messages(world.user)]
            return [line for line in lines if line.startswith("press item")]

        await world.wait_for(lambda: set(expected) <= set(got()), timeout=40, what="every item")
        assert list(dict.fromkeys(got())) == expected
        assert await run.stop() == 0


async def test_a_second_instance_stays_passive_and_takes_over(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        origin.publish("press")
        await run.start()
        world.say(world.user, "/help")
        await world.wait_for_messages(world.user, 1, timeout=20)
        first, run.process = run.process, None
        assert first is not None
        await run.start()
        world.say(world.user, "/help")
        await world.wait_for_messages(world.user, 2, timeout=20)
        await run.says("stays passive")
        first.send_signal(signal.SIGTERM)
        assert await first.wait() == 0
        world.say(world.user, "/help")
        answers = await world.wait_for_messages(world.user, 3, timeout=30)
        assert len(answers) == 3, "each command is answered once"
        assert await run.stop() == 0


async def test_polling_checking_and_lists_work_beside_a_running_relay(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        origin.publish("press")
        await run.start()
        chat = str(world.user.id)
        opml = tmp_path / "feeds.opml"
        opml.write_text(
            f'<opml version="2.0"><body><outline text="Papers"><outline text="The press" type="rss" '
            f'xmlUrl="{origin.url}/press.xml"/></outline></body></opml>'
        )
        _, told, _ = await run.command("subs", "import", str(opml), "--chat", chat)
        assert "1 feed added" in told
        _, told, _ = await run.command("subs", "import", str(opml), "--chat", chat)
        assert "1 already there" in told
        _, told, _ = await run.command("poll", "--all")
        report = json.loads(told)
        assert set(report) == {
            "feeds", "not_modified", "unchanged", "changed", "failed", "new_items", "seconds",
        }  # fmt: skip
        assert report["feeds"] == 1
        _, told, _ = await run.command("subs", "export", "--chat", chat)
        assert f"{origin.url}/press.xml" in told
        assert "Papers" in told
        code, told, _ = await run.command("check")
        assert code == 0, told
        assert await run.stop() == 0


async def test_the_store_survives_a_restart_without_sending_anything_again(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        origin.publish("press")
        await run.start()
        world.say(world.user, f"/sub {origin.url}/press.xml")
        await world.wait_for_messages(world.user, 2, timeout=20)
        assert await run.stop() == 0
        origin.publish("press", title="While we were away")
        await run.start()
        messages = await world.wait_for_messages(world.user, 3, timeout=20)
        assert [message.text.split("\n")[0] for message in messages[2:]] == ["While we were away"]
        assert await run.stop() == 0


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"POLL_MIN_SECONDS": "soon", "TIMEZONE": "Mars/Base"}, ["POLL_MIN_SECONDS", "TIMEZONE"]),
        ({"TELEGRAM_BOT_TOKEN": ""}, ["TELEGRAM_BOT_TOKEN"]),
        ({"TELEGRAM_BOT_TOKEN": "hunter2"}, ["TELEGRAM_BOT_TOKEN"]),
    ],
)
async def test_a_wrong_setting_starts_nothing(
    tmp_path: Path, settings: dict[str, str], named: list[str]
) -> None:
    async with Playground() as world, relay(tmp_path, world, **settings) as run:
        code, out, err = await run.command("run", check=False)
        assert code == 78
        assert not out
        assert sorted(line.split(":")[0].split(" ")[0] for line in err.splitlines()) == named
        assert not (tmp_path / "data").exists()


async def test_a_refused_token_ends_the_relay_with_a_sentence(tmp_path: Path) -> None:
    async with Playground() as world, relay(tmp_path, world, TELEGRAM_BOT_TOKEN="1:wrong") as run:
        code, _, err = await run.command("run", check=False)
        assert code == 1
        assert "TELEGRAM_BOT_TOKEN" in err
        assert "Traceback" not in err


def by_title(messages: list[Message], title: str) -> list[Message]:
    return [message for message in messages if message.text.startswith(title)]


async def test_one_feed_reaches_private_chat_group_and_channel(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        group = world.add_supergroup()
        channel = world.add_channel(username="morning_news")
        origin.publish("press")
        await run.start()
        world.say(world.user, f"/sub {origin.url}/press.xml")
        world.say(group, f"/sub {origin.url}/press.xml")
        world.say(world.user, f"/sub {origin.url}/press.xml @morning_news")
        await world.wait_for(lambda: len(world.messages(world.user)) >= 3, timeout=20, what="answers")
        await world.wait_for_messages(group, 2, timeout=20)
        origin.publish("press", title="For all of you")
        for chat in (world.user, group, channel):
            await world.wait_for(
                lambda chat=chat: by_title(world.messages(chat), "For all of you"),  # type: ignore[misc]  # bound now
                timeout=20,
                what="the item",
            )
        assert await run.stop() == 0
        for chat in (world.user, group, channel):
            assert len(by_title(world.messages(chat), "For all of you")) == 1

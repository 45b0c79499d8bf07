"""Journeys of what is sent already: corrected in place, told once, and not repeated after a broken answer."""

from pathlib import Path

from bot.playground import Chat, Playground
from tests.origin import serve
from tests.relay import relay


async def follow(world: Playground, address: str, *channels: Chat) -> None:
    """Subscribe the reader, then the channels, and wait for the answers and samples."""
    for target in ("", *(f" @{channel.username}" for channel in channels)):
        before = len(world.messages(world.user))
        world.say(world.user, f"/sub {address}{target}")
        await world.wait_for_messages(world.user, before + 2, timeout=20)


async def test_a_correction_is_edited_into_a_channel_and_not_where_nobody_asked_for_it(
    tmp_path: Path,
) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        channel = world.add_channel("Front page", username="front_page")
        origin.publish("press", title="Old news")
        await run.start()
        await follow(world, f"{origin.url}/press.xml", channel)
        piece = origin.publish("press", title="Minister to resing")
        (there,) = await world.wait_for_messages(channel, 1, timeout=20)
        here = (await world.wait_for_messages(world.user, 5, timeout=20))[-1]

        piece.title = "Minister to resign"
        await world.wait_for(lambda: "to resign" in there.text, timeout=20, what="the corrected title")
        assert there.edited
        assert "A second sentence" not in there.text
        piece.body = piece.body.replace(" has a body", "  has a body ").replace("<p>", "<p>12 comments. ")
        origin.publish("press", title="The next one")
        await world.wait_for_messages(channel, 2, timeout=20)
        assert "12 comments" not in there.text, "what is no correction changes nothing"
        assert "resing" in here.text
        assert not here.edited
        assert world.telegram.calls["editMessageText"] == 1
        assert await run.stop() == 0


async def test_one_story_of_two_feeds_comes_once(tmp_path: Path) -> None:
    async with Playground() as world, serve() as origin, relay(tmp_path, world) as run:
        for name in ("press", "wire"):
            origin.publish(name)
        await run.start()
        for name in ("press", "wire"):
            await follow(world, f"{origin.url}/{name}.xml")
        first = origin.publish("press", title="Parliament passes the harbour bill")
        await world.wait_for_messages(world.user, 5, timeout=20)
        again = origin.publish("wire", title="Harbour bill is passed")
        again.link = f"{first.link}?utm_source=wire"
        origin.publish("wire", title="Something else that only the wire tells")
        written = await world.wait_for_messages(world.user, 6, timeout=20)
        assert [message.text.split("\n")[0] for message in written[4:]] == [
            "Parliament passes the harbour bill",
            "Something else that only the wire tells",
        ]
        assert await run.stop() == 0


async def test_a_connection_that_breaks_after_telegram_took_it_doubles_nothing(tmp_path: Path) -> None:
    fast = {"SEND_GROUP_RATE": "6000", "SEND_CHAT_RATE": "100"}
    async with Playground() as world, serve() as origin, relay(tmp_path, world, **fast) as run:
        channel = world.add_channel("Front page", username="front_page")
        origin.publish("press", title="Old news")
        await run.start()
        await follow(world, f"{origin.url}/press.xml", channel)
        origin.publish("press")
        await world.wait_for_messages(channel, 1, timeout=20)
        world.fail_next("sendMessage", "reset_after", times=4, every=3)
        for _ in range(12):
            origin.publish("press")
        expected = [piece.title for piece in origin.feeds["press"][1:]]
        await world.wait_for_messages(channel, len(expected), timeout=60)
        await world.wait_for_messages(world.user, 4 + len(expected), timeout=60)
        for chat, before in ((channel, 0), (world.user, 4)):
            assert [message.text.split("\n")[0] for message in world.messages(chat)][before:] == expected
        assert await run.stop() == 0

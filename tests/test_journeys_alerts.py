"""A journey of alerts: a chat with a hundred rules in many languages, on the demo's newsroom."""

from pathlib import Path

from bot.items import Alert, ChatId
from bot.playground import Message, Playground
from bot.playground.newsroom import Newsroom
from bot.settings import read
from bot.store.client import open_store
from tests.relay import relay

FIRES: dict[str, dict[str, tuple[str, ...]]] = {
    "polar": {"сияни* -ураган": ("сияние",)},
    "chenbao": {"江豚 OR 海豚": ("江豚",)},
    "gangwan": {"渔网 联赛": ("漁網", "聯賽")},
    "tagblatt": {"steinbocke": ("Steinböcke",)},
    "minato": {"台風": ("台風",), "ｶﾞﾗｽ": ("ガラス",)},
    "marfa": {"قطار": ("قطار",)},
}
"""By paper: the rules that its next item fires, and the words of the item that they find."""

SILENT = [
    f"{word} -{number}"
    for number in range(12)
    for word in ("zeppelin", "“quantum harp”", "月球基地", "量子豎琴")
]
SILENT += [
    f"title:({word} OR kraken{number})" for number in range(15) for word in ("hovercraft", "氣墊船", "насос")
]


def marked(message: Message) -> set[str]:
    """Return the stretches of a message that stand out by themselves."""
    units = message.text.encode("utf-16-le")
    return {units[2 * one.offset : 2 * one.end].decode("utf-16-le") for one in message.content.entities}


async def test_a_chat_with_a_hundred_rules_is_told_of_hits_by_name_with_the_words_marked(
    tmp_path: Path,
) -> None:
    newsroom = Newsroom(paused=True)
    world = Playground()
    world.routes.append(newsroom.register)
    async with world, relay(tmp_path, world, SEND_CHAT_RATE="100") as run:
        await run.start()
        for key in FIRES:
            world.say(world.user, f"/sub {world.url}/newsroom/feeds/{key}")
        before = len(await world.wait_for_messages(world.user, 2 * len(FIRES), timeout=20))
        async with open_store(read({"DATA_DIR": str(tmp_path / "data")})) as store:
            for query in (*(query for fires in FIRES.values() for query in fires), *SILENT):
                await store.alerts.add(Alert(0, ChatId(world.user.id), query))
            assert len(await store.alerts.of(ChatId(world.user.id))) == 100

        pieces = {key: newsroom.publish(key) for key in FIRES}
        quiet = newsroom.publish("gangwan")
        written = await world.wait_for_messages(world.user, before + len(pieces) + 1, timeout=30)
        told = {message.text.partition("\n")[0]: message for message in written[before:]}
        assert set(told) == {piece.title for piece in (*pieces.values(), quiet)}, "each came once"
        for key, fires in FIRES.items():
            message = told[pieces[key].title]
            assert message.text.count("🔔") == len(fires)
            for query, words in fires.items():
                assert query in message.text
                assert set(words) <= marked(message), message
            assert not message.silent
        assert "🔔" not in told[quiet.title].text
        assert await run.stop() == 0

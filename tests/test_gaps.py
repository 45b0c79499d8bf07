"""``kill -9`` in every gap of an item's way, by name: nothing is lost, and what comes twice is counted.

A relay of its own dies in the gap (tests/trapped.py); the next one finds what it left, as a relay
that is started again does.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.items import Chat, ChatId, ChatKind, Taste
from bot.playground import Playground
from bot.playground.world import Chat as Place
from bot.settings import read
from bot.store.client import Store, open_store
from tests.collecting import FEED
from tests.flowing import also, follow, hand_on, titles
from tests.nursery import PORTION, Nursery, Order, log_of
from tests.origin import serve
from tests.relay import Relay, relay
from tests.test_journeys import picture

TWICE_ALLOWED = 0
"""How often an item may come again to a channel or supergroup, killed between Telegram's taking it and the note."""

ITEMS = 6
TITLES = titles(range(ITEMS))
(LAST,) = titles([ITEMS])
BRISK = {"SEND_RATE": "1000", "SEND_CHAT_RATE": "1000", "SEND_GROUP_RATE": "60000"}
KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.SUPERGROUP,
    "channel": ChatKind.CHANNEL,
}


@dataclass
class Stage:
    """A local Telegram, a place for a relay, and what starts relays there."""

    world: Playground
    place: Relay
    relays: Nursery

    def add(self, kind: str) -> Place:
        """Bring in a chat that the bot may write to."""
        match kind:
            case "private":
                return self.world.chat(self.world.add_user("Ann"))
            case "group":
                return self.world.add_group()
            case "supergroup":
                return self.world.add_supergroup()
            case _:
                return self.world.add_channel()

    async def start(self, *roles: str, gap: str = "", nth: int = 1) -> None:
        environment = dict(self.place.environment)
        await self.relays.start(Order(str(self.place.folder), environment, roles, gap, nth))

    async def dies(self, *roles: str, gap: str, nth: int = 1) -> None:
        """Run a relay until it kills itself in the gap."""
        await self.start(*roles, gap=gap, nth=nth)
        assert await self.relays.ended() == -9, log_of(self.place.folder)

    async def recovers(self, chats: Sequence[Place], expected: Sequence[str] = TITLES) -> int:
        """Run a relay until every chat has everything, in order; return how much came twice."""
        await self.comes_to_its_last_item(chats)
        for chat in chats:
            assert list(dict.fromkeys(self.heard(chat))) == [*expected, LAST]
        return sum(len(self.heard(chat)) - len(expected) - 1 for chat in chats)

    async def comes_to_its_last_item(self, chats: Sequence[Place]) -> None:
        """Run a relay until every chat has a last item, which is handed on as soon as it runs."""
        before = len(log_of(self.place.folder))
        await self.start("route", "deliver")
        async with asyncio.timeout(15):
            while "newsrelay runs" not in log_of(self.place.folder)[before:]:  # noqa: ASYNC110  a log rings no bell
                await asyncio.sleep(0.01)
        async with at(self) as store:
            await hand_on(store, [ITEMS])
        await self.world.wait_for(
            lambda: all(LAST in self.heard(chat) for chat in chats), timeout=15, what="the last item"
        )
        assert await self.relays.stop() == 0, log_of(self.place.folder)

    def heard(self, chat: Place) -> list[str]:
        return [message.text.split("\n")[0] for message in self.world.messages(chat)]


@pytest.fixture
async def stage(tmp_path: Path, relays: Nursery) -> AsyncIterator[Stage]:
    async with Playground() as world, relay(tmp_path, world, **BRISK) as place:
        yield Stage(world, place, relays)


@asynccontextmanager
async def at(stage: Stage) -> AsyncIterator[Store]:
    """Give the store that the relay will find."""
    async with open_store(read(stage.place.environment)) as store:
        yield store


async def prepare(
    stage: Stage,
    *kinds: str,
    pictures: Sequence[str] = (),
    numbers: Sequence[int] = range(ITEMS),
    html: str = "",
) -> list[Place]:
    """Hand on the items, for a chat of each of ``kinds``; each with ``pictures``, and with ``html`` as its text.

    What is longer than a message goes on in the next ones.
    """
    chats = [stage.add(kind) for kind in kinds]
    async with at(stage) as store:
        await follow(
            store,
            FEED,
            [
                Chat(ChatId(chat.id), KINDS[kind], taste=Taste(split=True))
                for chat, kind in zip(chats, kinds, strict=True)
            ],
        )
        await hand_on(store, numbers, pictures=pictures, html=html)
    return chats


@pytest.mark.parametrize(
    ("gap", "nth"),
    [
        also("after claim", 1),
        also("after claim", 3),
        ("before send", 3),
        also("after settle", 1),
        also("after settle", 3),
        ("after settle", ITEMS),
    ],
)
async def test_a_kill_in_the_middle_of_delivery_loses_and_repeats_nothing(
    stage: Stage, gap: str, nth: int
) -> None:
    chats = await prepare(stage, "channel")
    await stage.dies("route", "deliver", gap=gap, nth=nth)
    assert await stage.recovers(chats) == 0


async def test_a_kill_with_claims_on_several_chats_loses_and_repeats_nothing(stage: Stage) -> None:
    chats = await prepare(stage, "private", "supergroup", "channel")
    await stage.dies("route", gap="after acknowledgement")
    await stage.dies("deliver", gap="after claim")
    assert await stage.recovers(chats) == 0


@pytest.mark.parametrize(
    ("kind", "nth", "allowed"),
    [
        also("private", 3, 1),
        also("group", 3, 1),
        ("supergroup", 3, TWICE_ALLOWED),
        ("channel", 3, TWICE_ALLOWED),
        ("channel", 1, 1),  # the first message ever to a chat: there is none beyond which to ask
        also("channel", ITEMS, TWICE_ALLOWED),
    ],
)
async def test_a_kill_between_telegrams_taking_and_our_note_repeats_that_one_item_at_most(
    stage: Stage, kind: str, nth: int, allowed: int
) -> None:
    chats = await prepare(stage, kind)
    await stage.dies("route", "deliver", gap="after send before settle", nth=nth)
    assert stage.heard(chats[0]) == TITLES[:nth]
    assert await stage.recovers(chats) <= allowed


async def test_a_kill_between_telegrams_taking_a_picture_and_our_note_repeats_that_one_at_most(
    stage: Stage,
) -> None:
    async with serve() as origin:
        origin.others["/picture.png"] = picture
        chats = await prepare(stage, "channel", pictures=[f"{origin.url}/picture.png"])
        await stage.dies("route", "deliver", gap="after send before settle", nth=2)
        assert all(message.media for message in stage.world.messages(chats[0]))
        assert await stage.recovers(chats) <= TWICE_ALLOWED


PARAGRAPHS = [f"Paragraph {number:03d} of a long report, and some words more." for number in range(180)]
"""Some three messages."""


@pytest.mark.parametrize(
    ("kind", "gap", "nth"),
    [
        ("channel", "after piece", 1),
        also("supergroup", "after piece", 2),
        also("channel", "after send before settle", 2),
        ("supergroup", "after send before settle", 3),
        also("channel", "before send", 3),
        also("channel", "after settle", 1),
    ],
)
async def test_a_kill_between_an_items_messages_loses_and_repeats_none_of_them(
    stage: Stage, kind: str, gap: str, nth: int
) -> None:
    stage.place.environment = dict(stage.place.environment) | {"STYLE": "full"}
    html = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
    (chat,) = await prepare(stage, kind, numbers=(0, 1), html=html)
    await stage.dies("route", "deliver", gap=gap, nth=nth)
    await stage.comes_to_its_last_item([chat])
    messages = [message.text for message in stage.world.messages(chat)]
    assert len(messages) == 3 + 3 + 1
    told = [line for text in messages for line in text.splitlines() if line in {*PARAGRAPHS, *TITLES, LAST}]
    assert told == [TITLES[0], *PARAGRAPHS, TITLES[1], *PARAGRAPHS, LAST]


@pytest.mark.parametrize("kind", ["channel", also("supergroup")])
async def test_kills_between_telegrams_taking_albums_and_our_note_repeat_none_and_mix_nothing_up(
    stage: Stage, kind: str
) -> None:
    """The second one is asked for beyond the first, whose further pictures have no words of their own."""
    async with serve() as origin:
        origin.others["/a.png"] = origin.others["/b.png"] = origin.others["/c.png"] = picture
        pictures = [f"{origin.url}/{one}.png" for one in "abc"]
        (chat,) = await prepare(stage, kind, pictures=pictures)
        await stage.dies("route", "deliver", gap="after send before settle", nth=2)
        await stage.dies("route", "deliver", gap="after send before settle", nth=1)
        await stage.comes_to_its_last_item([chat])
        heads = [message.text.split("\n")[0] for message in stage.world.messages(chat)]
        assert heads == [head for title in TITLES for head in (title, "", "")] + [LAST]


@pytest.mark.soak
async def test_a_kill_before_trouble_is_noted_loses_and_repeats_nothing(stage: Stage) -> None:
    chats = await prepare(stage, "channel")
    stage.world.fail_next("sendMessage", "internal")
    await stage.dies("route", "deliver", gap="before defer")
    assert await stage.recovers(chats) == 0


async def test_the_next_relay_keeps_the_silence_that_telegram_asked_of_one_that_was_killed(
    stage: Stage,
) -> None:
    chats = await prepare(stage, "channel")
    stage.world.fail_next("sendMessage", "flood", retry_after=1)
    await stage.dies("route", "deliver", gap="after defer")
    assert await stage.recovers(chats) == 0
    assert (stage.world.flood.refusals, stage.world.flood.offences) == (1, 0)


@pytest.mark.parametrize(("gap", "refusals"), [also("before park", 4), ("after park", 2)])
async def test_a_kill_as_an_item_is_given_up_loses_no_other(stage: Stage, gap: str, refusals: int) -> None:
    """Refused as it is and in bare words: two calls each time that it is tried."""
    chats = await prepare(stage, "channel")
    stage.world.fail_next("sendMessage", "error", times=refusals, description="Bad Request: never")
    await stage.dies("route", "deliver", gap=gap)
    assert await stage.recovers(chats, TITLES[1:]) == 0


@pytest.mark.parametrize(
    ("gap", "nth"),
    [
        also("some lanes written", 1),
        ("some lanes written", ITEMS),
        ("all lanes written, not acknowledged", 1),
        also("after acknowledgement", 1),
    ],
)
async def test_a_kill_in_the_middle_of_routing_loses_and_repeats_nothing(
    stage: Stage, gap: str, nth: int
) -> None:
    """One lane is one step here, and there are two for each item."""
    chats = await prepare(stage, "supergroup", "channel")
    await stage.dies("route", gap=gap, nth=nth)
    assert await stage.recovers(chats) == 0


async def test_what_was_routed_and_sent_but_not_acknowledged_is_not_sent_again(stage: Stage) -> None:
    chats = await prepare(stage, "channel")
    await stage.dies("route", "deliver", gap="all sent, not acknowledged", nth=ITEMS)
    assert stage.heard(chats[0]) == TITLES
    assert await stage.recovers(chats) == 0


@pytest.mark.parametrize("gap", [also("after claim"), "before migration", "after migration"])
async def test_a_kill_in_the_middle_of_a_migration_loses_and_repeats_nothing(stage: Stage, gap: str) -> None:
    (old,) = await prepare(stage, "group")
    await stage.dies("route", "deliver", gap="after settle", nth=2)
    new = stage.world.migrate(old)
    await stage.dies("route", "deliver", gap=gap)
    assert stage.heard(old) == TITLES[:2]
    assert await stage.recovers([new], TITLES[2:]) == 0


@pytest.mark.parametrize("nth", [also(1), 2])
async def test_a_kill_between_two_steps_of_a_document_loses_and_repeats_nothing(
    stage: Stage, nth: int
) -> None:
    chat = stage.add("channel")
    async with serve() as origin:
        published = [origin.publish("press").title for _ in range(2 * PORTION + 3)]
        async with at(stage) as store:
            await follow(store, f"{origin.url}/press.xml", [Chat(ChatId(chat.id), ChatKind.CHANNEL)])
        await stage.dies("collect", gap="between two steps of a document", nth=nth)
        await stage.start("collect", "route", "deliver")
        await stage.world.wait_for(
            lambda: published[-1] in stage.heard(chat), timeout=15, what="the newest item"
        )
        assert await stage.relays.stop() == 0, log_of(stage.place.folder)
        assert stage.heard(chat) == published

"""``kill -9`` of everything at any moment loses nothing.

A publisher brings 300 items for five chats while relay, workers and Redis are killed together ten
times. Afterwards each chat has every item, in order, and none twice: what was sent and not yet noted
is asked for. Only a chat's very first message can stand twice, since none is known to ask beyond.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.playground import Playground, User
from tests.origin import Origin, serve
from tests.relay import Relay, relay

ITEMS = 300
CHATS = 5
KILLS = 10
SEED = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10**6)))


async def subscribe(run: Relay, people: Sequence[User], address: str) -> None:
    opml = run.folder / "feeds.opml"
    opml.write_text(
        f'<opml version="2.0"><body><outline type="rss" text="Feed" xmlUrl="{address}"/></body></opml>'
    )
    for person in people:
        await run.command("subs", "import", str(opml), "--chat", str(person.id))
    await run.command("poll", "--all")


async def publish(origin: Origin, dice: random.Random) -> None:
    """Bring the items in bursts over some fifteen seconds."""
    left = ITEMS
    while left:
        burst = min(left, dice.randint(1, 15))
        for _ in range(burst):
            origin.publish("press")
        left -= burst
        await asyncio.sleep(dice.uniform(0.02, 0.09) * burst)


def titles(world: Playground, person: User) -> list[str]:
    return [message.text.split("\n")[0] for message in world.messages(person)]


async def test_killing_everything_at_ten_random_moments_loses_nothing(tmp_path: Path) -> None:
    print(f"CRASH_SEED={SEED} repeats this run")
    dice = random.Random(SEED)
    rates = {"SEND_RATE": "150", "SEND_CHAT_RATE": "1000"}
    async with Playground() as world, serve() as origin, relay(tmp_path, world, **rates) as run:
        people = [world.add_user(f"Reader {number}") for number in range(CHATS)]
        origin.publish("press", title="before anybody asked")
        await subscribe(run, people, f"{origin.url}/press.xml")
        publishing = asyncio.create_task(publish(origin, dice))
        for _ in range(KILLS):
            await run.start()
            await asyncio.sleep(dice.uniform(0.1, 1.2))
            await run.kill()
        await run.start()
        await publishing
        expected = [piece.title for piece in origin.feeds["press"][1:]]
        await world.wait_for(
            lambda: all(set(expected) <= set(titles(world, person)) for person in people),
            timeout=90,
            what="every item in every chat",
        )
        assert await run.stop() == 0
        twice = list[str]()
        for person in people:
            got = titles(world, person)
            assert list(dict.fromkeys(got)) == expected, "nothing missing, nothing else, in order"
            twice += [title for title, count in Counter(got).items() if count > 1]
        print(f"{ITEMS} items to {CHATS} chats, {run.kills} kills: 0 lost, {len(twice)} twice")
        assert set(twice) <= {expected[0]}

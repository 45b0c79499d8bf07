"""What tests of choices share: feeds to choose for, and what was chosen."""

from bot.items import ChatId, Subscription, Taste
from bot.playground import Message
from bot.playground.world import Chat as WorldChat
from bot.playground.world import User
from tests.chatting import FEED, Stage, items
from tests.conftest import Clock

OTHER = "https://other.example/feed"


async def follow(stage: Stage, target: str = "", *, count: int = 2) -> None:
    """Subscribe the reader's chat, or one that is named, to two feeds."""
    for url, title in ((FEED, "The Gazette"), (OTHER, "Other & Sons"))[:count]:
        stage.web.publish(url, title, items(2, word=title.split()[0]))
        await stage.ask(stage.world.user, f"/sub {url} {target}", more=2)
        clock = stage.store._door._clock
        assert isinstance(clock, Clock)
        clock.forward(1)  # they are numbered in this order


async def wish(stage: Stage, chat: WorldChat | User, number: int = 1) -> Subscription:
    return (await stage.store.chats.subscriptions(ChatId(chat.id)))[number - 1]


async def tasted(stage: Stage, chat: WorldChat | User) -> Taste:
    known = await stage.store.chats.get(ChatId(chat.id))
    assert known
    return known.taste


async def turn(stage: Stage, shown: Message, label: str, line: str) -> None:
    """Press a button and wait until a line of the message says something else."""
    await stage.press(shown, label)
    await stage.world.wait_for(
        lambda: line in shown.text.split("\n"), what=f"a line {line!r} in {shown.text!r}"
    )

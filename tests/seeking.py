"""What tests of inline mode share: feeds to find items in, and words typed behind the bot's name."""

from bot.items import Item
from bot.playground.inline import Result
from bot.playground.world import User
from tests.chatting import FEED, NOW, Stage


async def follow(stage: Stage, *titles: str, url: str = FEED, chat: str = "") -> None:
    """Subscribe the person, or a channel of theirs, to a feed with items of these titles, if not to the usual."""
    if titles:
        found = tuple(
            Item(guid=title, title=title, link=f"https://news.example/{n}", published=NOW)
            for n, title in enumerate(titles)
        )
        stage.web.publish(url, "Paper", found)
    await stage.ask(stage.world.user, f"/sub {url} {chat}".strip(), more=2 if not chat else 1)


async def seek(stage: Stage, words: str, offset: str = "", user: User | None = None) -> list[Result]:
    query = stage.world.seek(words, offset, user=user)
    return await stage.world.wait_for_results(query)


async def button(stage: Stage, words: str, user: User | None = None) -> str:
    """Return what the button says; there must be no cards beside it."""
    query = stage.world.seek(words, user=user)
    assert await stage.world.wait_for_results(query) == []
    return str(query.button.get("text", ""))

"""Cards of inline mode: as the asker's own chat has them, and such as Telegram takes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import telegram

from bot.chat import finding
from bot.items import ChatId, Image, Item, Length, Style, Taste
from bot.playground.playground import Playground
from bot.render.parts import Entity, EntityKind, RichText
from bot.store.client import Store
from tests import oracle
from tests.chatting import FEED, NOW, Stage, Web, conversation, items
from tests.conftest import Clock
from tests.seeking import follow, seek


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    web.publish(FEED, "Example News", items(8))
    async with Playground() as world, conversation(store, clock, world=world, web=web) as stage:
        await stage.settled()
        yield stage


async def test_the_taste_of_the_private_chat_counts(stage: Stage) -> None:
    await follow(stage)
    chat = ChatId(stage.world.user.id)
    await stage.store.chats.tune(chat, lambda _: Taste(style=Style.HEADLINE, preview=False, images=False))
    (card,) = await seek(stage, "number 7")
    assert "What Story 7 is about" not in card.content.text
    assert card.preview == {"is_disabled": True}
    await stage.store.chats.tune(
        chat, lambda _: Taste(style=Style.FULL, template="{{ nonsense", length=Length.SHORT)
    )
    (card,) = await seek(stage, "number 7")
    assert card.content.text.startswith("Story number 7\n\nWhat Story 7 is about.")


async def test_a_feeds_private_name_is_shown_to_the_asker_alone(stage: Stage) -> None:
    await follow(stage)
    (feed,) = [one.feed for one in await stage.store.chats.subscriptions(ChatId(stage.world.user.id))]
    await stage.store.chats.update(
        ChatId(stage.world.user.id), feed, lambda one: replace(one, title="My guilty pleasure")
    )
    (card,) = await seek(stage, "number 7")
    assert card.description.startswith("My guilty pleasure · ")
    assert "guilty" not in card.content.text


ODD = [
    Item(title=" \u200b ", link="javascript:alert(1)"),
    Item(title="x" * 5000, summary_html="<b>" * 3000 + "y" * 9000),
    Item(title="&lt;b&gt; \u202etfel", link="https://a.example/" + "x" * 3000),
    Item(
        title="A",
        link="http://localhost/x",
        images=(Image("http://a.example/1.png", ("https://b.example/1.png",)),),
    ),
    Item(
        title="标题",
        summary_html="".join(f"<p><b>{n}</b> <a href='https://a.example/{n}'>甲</a></p>" for n in range(200)),
    ),
    Item(summary_html="<img src='https://a.example/1.png'>", link="https://user:pass@a.example/x"),
]


async def test_every_card_is_one_that_telegram_takes_and_its_text_comes_as_it_was_made(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    real = telegram.Bot.do_api_request

    async def listened(bot: telegram.Bot, method: str, form: dict[str, Any], **more: Any) -> Any:
        told.extend(form.get("results", ()))
        return await real(bot, method, form, **more)

    monkeypatch.setattr(telegram.Bot, "do_api_request", listened)
    odd = tuple(replace(one, guid=str(n), published=NOW) for n, one in enumerate(ODD))
    stage.web.publish("https://odd.example/feed", "Odd", odd)
    await stage.ask(stage.world.user, "/sub https://odd.example/feed", more=2)
    cards = await seek(stage, "")
    assert len(cards) == len(told) == len(ODD), "none of them was refused"
    for card in told:
        content = card["input_message_content"]
        entities = (
            Entity(EntityKind(one["type"]), one["offset"], one["length"], one.get("url", ""))
            for one in content.get("entities", ())
        )
        rich = RichText(content["message_text"], tuple(entities))
        if not oracle.has_marks(rich.text):
            sent = oracle.as_sent(rich)
            assert sent.text == rich.text
            assert oracle.looks(sent) == oracle.looks(rich)
        assert len(card["title"]) <= finding.TITLE_LIMIT
        assert "\n" not in card["description"]
        assert "pass@" not in str(card)
    thumbnails = [card.thumbnail for card in cards if card.thumbnail]
    assert thumbnails == ["https://b.example/1.png"]


async def test_a_card_of_a_table_has_no_rules(stage: Stage) -> None:
    table = "<table><tr><th>Island</th><th>Out</th></tr><tr><td>Hallow</td><td>08:15</td></tr></table>"
    ferries = replace(
        items(1)[0], title="Ferries", summary_html="", content_html=f"<p>From Monday.</p>{table}"
    )
    stage.web.publish(FEED, "Paper", [ferries])
    await follow(stage)
    (card,) = await seek(stage, "ferries")
    assert card.description.endswith("From Monday. Island Out Hallow 08:15")

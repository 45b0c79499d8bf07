"""Inline mode: words behind the bot's name find the asker's own stored items, in any chat."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import finding, inline
from bot.chat.inline import heard_by, understood
from bot.chat.replies import LANGUAGES
from bot.chat.sources import Source
from bot.errors import StoreUnavailable
from bot.items import ChatId, Feed, FeedId, Image, Item, Length, Style, Subscription, Taste
from bot.playground.inline import Result
from bot.playground.playground import Playground
from bot.playground.world import User
from bot.render.parts import Entity, EntityKind, RichText
from bot.rules import Heard, QueryError
from bot.searching import Page, Searcher
from bot.settings import Access, Settings
from bot.store.client import Store
from tests import oracle
from tests.chatting import FEED, NOW, Stage, Web, conversation, items
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"], LANGUAGES["zh"]


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    web.publish(FEED, "Example News", items(45))
    async with Playground() as world, conversation(store, clock, world=world, web=web) as stage:
        await stage.settled()
        yield stage


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


async def test_words_find_stored_items_and_one_that_is_chosen_is_posted_in_any_chat(stage: Stage) -> None:
    await follow(stage)
    group = stage.world.add_group()
    query = stage.world.seek("number 7", chat=group)
    (card,) = await stage.world.wait_for_results(query)
    assert card.title == "Story number 7"
    assert card.description.startswith("Example News · ")
    assert card.description.endswith("What Story 7 is about.")
    assert card.url == "https://news.example/story/7"
    posted = stage.world.choose(query, card.id, group)
    assert posted.text.startswith("Story number 7\n\nWhat Story 7 is about.\n\n")
    assert [one.type for one in posted.content.entities] == ["text_link", "bold"]
    assert posted.preview == {"url": "https://news.example/story/7", "prefer_large_media": True}
    assert stage.world.telegram.calls["sendMessage"] == 2, "no more than the subscription's answer and sample"


async def test_what_was_chosen_in_private_is_nothing_said_to_the_bot(stage: Stage) -> None:
    await follow(stage)
    query = stage.world.seek("number 7")
    (card,) = await stage.world.wait_for_results(query)
    stage.world.choose(query, card.id, stage.world.user)
    assert (await stage.ask(stage.world.user, "/alerts")).text == EN.alerting.alerts_empty.format(at="")


async def test_without_words_the_newest_are_offered_and_more_on_scrolling(stage: Stage) -> None:
    await follow(stage)
    found: list[str] = []
    offsets, offset = [], ""
    while offset or not found:
        query = stage.world.seek("", offset)
        found += [one.title for one in await stage.world.wait_for_results(query)]
        offset = query.next_offset
        offsets.append(offset)
    assert found == [f"Story number {n}" for n in range(45, 0, -1)]
    assert offsets == ["20", "40", ""]


async def test_a_search_goes_on_where_its_page_ended(stage: Stage) -> None:
    await follow(stage)
    first = stage.world.seek("story")
    assert [one.title for one in await stage.world.wait_for_results(first)][-1] == "Story number 26"
    rest = await seek(stage, "story", first.next_offset)
    assert [one.title for one in rest] == [f"Story number {n}" for n in range(25, 5, -1)]


async def test_a_forged_offset_is_answered(stage: Stage) -> None:
    await follow(stage)
    for offset in ("-5", "zwanzig", "1.5", "9" * 60):
        assert len(await seek(stage, "", offset)) == 20
    assert await seek(stage, "", "9" * 12) == []


async def test_feeds_of_channels_and_groups_that_one_looks_after_are_searched_too_others_not(
    stage: Stage,
) -> None:
    channel = stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "Ours alone", chat=f"@{channel.username}")
    assert [one.title for one in await seek(stage, "ours")] == ["Ours alone"]
    stranger = stage.world.add_user("Other")
    assert await button(stage, "ours", stranger) == EN.inline_start


async def test_a_feed_heard_twice_is_offered_once_and_by_every_name_it_has(stage: Stage) -> None:
    channel = stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "A story")
    await follow(stage, chat=f"@{channel.username}")
    await follow(stage, "A story", chat=f"@{channel.username}")
    assert [one.title for one in await seek(stage, "story")] == ["A story"]


def test_names_and_folders_of_all_chats_count() -> None:
    feed = Feed(FeedId("f"), "https://me:secret@news.example/feed", "The Paper")
    mine = Subscription(ChatId(1), feed.id, 0, title="Mine")
    theirs = Subscription(ChatId(-2), feed.id, 0, title="Theirs", folder="Work")
    heard = heard_by([Source(mine, feed), Source(theirs, feed)])
    assert heard == {
        feed.id: Heard(("Mine", "The Paper", "https://news.example/feed", "Theirs"), "Work"),
    }


@pytest.mark.parametrize("started", [True, False])
async def test_whoever_has_no_feeds_is_led_to_a_first_one(stage: Stage, *, started: bool) -> None:
    newcomer = stage.world.add_user("New", started=started, language="zh-hans")
    query = stage.world.seek("etf", user=newcomer)
    assert await stage.world.wait_for_results(query) == []
    assert query.button == {"text": ZH.inline_start, "start_parameter": inline.START}
    assert (await stage.ask(newcomer, f"/start {inline.START}")).text == ZH.start


async def test_where_nothing_is_found_it_says_so(stage: Stage) -> None:
    await follow(stage)
    assert await button(stage, "zeppelin") == EN.inline_none
    assert await seek(stage, "zeppelin", "20") == []


async def test_whoever_may_not_use_the_bot_finds_nothing(store: Store, clock: Clock) -> None:
    async with Playground() as world:
        settings = Settings(access=Access.OWNERS, owner_ids=frozenset({world.user.id}))
        web = Web()
        web.publish(FEED, "Example News", items(3))
        async with conversation(store, clock, world=world, web=web, settings=settings) as stage:
            await stage.settled()
            await follow(stage)
            assert len(await seek(stage, "")) == 3
            stranger = world.add_user("Other")
            await store.chats.subscribe(
                Subscription(
                    ChatId(stranger.id), (await store.chats.subscriptions(ChatId(world.user.id)))[0].feed, 0
                )
            )
            assert await button(stage, "", stranger) == EN.inline_not_welcome


async def test_a_query_that_is_no_query_yet_is_taken_as_its_words(stage: Stage) -> None:
    await follow(stage)
    for words in (
        '"number 7',
        "(number 7",
        "number 7 OR",
        "title: number 7 (",
        "number near/3(7",
        "number 7 AND",
    ):
        assert "Story number 7" in [one.title for one in await seek(stage, words)], words


async def test_what_no_words_can_be_made_of_is_told_in_a_button(stage: Stage) -> None:
    await follow(stage)
    for words in ('"', "((", "*", "x " * 120):
        assert 10 < len(await button(stage, words)) <= inline.BUTTON_LIMIT


@given(st.text(max_size=256))
def test_any_words_are_understood_or_told_why_not(words: str) -> None:
    try:
        assert understood(words).query
    except QueryError as error:
        assert str(error)


async def test_while_one_types_the_older_search_is_dropped_for_the_newer_and_commands_go_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await follow(stage)
    searching, dropped = asyncio.Event(), asyncio.Event()

    async def search(_searcher: Searcher, rule: object, *_args: object, **_more: object) -> Page:
        if "slow" not in str(rule):
            return Page()
        searching.set()
        try:
            await asyncio.Event().wait()
        finally:
            dropped.set()
        return Page()

    monkeypatch.setattr(Searcher, "search", search)
    slow = stage.world.seek("slow")
    async with asyncio.timeout(5):
        await searching.wait()
    assert (await stage.ask(stage.world.user, "/alerts")).text == EN.alerting.alerts_empty.format(at="")
    assert not dropped.is_set()
    assert await button(stage, "quick") == EN.inline_none
    assert dropped.is_set()
    assert not slow.answered.is_set()


async def test_a_search_in_hand_keeps_nobody_from_ending(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    searching = asyncio.Event()

    async def hang(*_args: object, **_more: object) -> Page:
        searching.set()
        await asyncio.Event().wait()
        return Page()

    monkeypatch.setattr(Searcher, "search", hang)
    web = Web()
    web.publish(FEED, "Example News", items(3))
    began = asyncio.get_running_loop().time()
    async with Playground() as world, conversation(store, clock, world=world, web=web) as stage:
        await follow(stage)
        world.seek("slow")
        async with asyncio.timeout(5):
            await searching.wait()
    assert asyncio.get_running_loop().time() - began < 5


async def test_an_answer_that_comes_too_late_is_no_trouble(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await follow(stage)
    late = stage.world.seek("number")
    late.until = 0
    assert (await seek(stage, "number 7"))[0].title == "Story number 7"
    late = stage.world.seek("number")
    late.until = 0
    async with asyncio.timeout(5):
        while stage.world.telegram.calls["answerInlineQuery"] < 2:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)
    assert (await stage.ask(stage.world.user, "/alerts")).text == EN.alerting.alerts_empty.format(at="")
    assert [
        one for one in caplog.records if one.levelno >= logging.INFO and "inline" in one.getMessage()
    ] == []


async def test_cards_that_telegram_refuses_are_sent_without_their_addresses(stage: Stage) -> None:
    await follow(stage)
    stage.world.fail_next("answerInlineQuery", "error", description="Bad Request: WEBDOCUMENT_URL_INVALID")
    (card,) = await seek(stage, "number 7")
    assert (card.title, card.url) == ("Story number 7", "")


async def test_what_fails_is_logged_and_the_next_is_answered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await follow(stage)
    with monkeypatch.context() as broken:
        broken.setattr(Searcher, "search", None)
        stage.world.seek("number")
        async with asyncio.timeout(5):
            while "has failed" not in caplog.text:  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.01)
    assert (await seek(stage, "number 7"))[0].title == "Story number 7"


async def test_a_store_that_is_away_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("Redis does not answer")

    await follow(stage)
    monkeypatch.setattr(stage.store.chats, "owned_by", away)
    assert await button(stage, "number 7") == EN.inline_no_memory


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


@pytest.mark.parametrize("is_on", [True, False])
async def test_the_help_tells_of_it_only_where_it_is_on(store: Store, clock: Clock, *, is_on: bool) -> None:
    async with Playground() as world:
        world.telegram.inline = is_on
        async with conversation(store, clock, world=world, web=Web()) as stage:
            said = (await stage.ask(world.user, "/help")).text
    told = EN.help_inline.format(name=f"@{world.telegram.bot.username}")
    assert (told in said) is is_on

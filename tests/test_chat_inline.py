"""Inline mode: words behind the bot's name find the asker's own stored items, in any chat."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import inline
from bot.chat.inline import heard_by, understood
from bot.chat.replies import LANGUAGES
from bot.chat.sources import Source
from bot.errors import StoreUnavailable
from bot.items import ChatId, Feed, FeedId, Subscription
from bot.playground.playground import Playground
from bot.rules import Heard, QueryError
from bot.searching import Page, Searcher
from bot.settings import Access, Settings
from bot.store.client import Store
from tests.chatting import FEED, NOW, Stage, Web, conversation, items
from tests.conftest import Clock
from tests.seeking import button, follow, seek

EN, ZH = LANGUAGES["en"], LANGUAGES["zh"]


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    web.publish(FEED, "Example News", items(45))
    async with Playground() as world, conversation(store, clock, world=world, web=web) as stage:
        await stage.settled()
        yield stage


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
    newest_ms = offsets[0].partition(":")[0]
    assert offsets == [f"{newest_ms}:20", f"{newest_ms}:40", ""]


@pytest.mark.parametrize("words", ["", "story"])
async def test_items_that_come_between_two_pages_do_not_shift_them(
    stage: Stage, clock: Clock, words: str
) -> None:
    await follow(stage)
    first = stage.world.seek(words)
    await stage.world.wait_for_results(first)
    clock.forward(60_000)
    later = replace(items(1, word="Late story")[0], published=NOW + timedelta(minutes=1))
    stage.web.publish("https://late.example/feed", "Late", [later])
    await follow(stage, url="https://late.example/feed")
    assert (await seek(stage, words))[0].title == "Late story number 1"
    rest = await seek(stage, words, first.next_offset)
    assert [one.title for one in rest] == [f"Story number {n}" for n in range(25, 5, -1)]


async def test_a_forged_offset_is_answered(stage: Stage) -> None:
    await follow(stage)
    for offset in ("-5", "zwanzig", "1.5", "9" * 60, ":", "0:-3", ":::", "x:0"):
        assert len(await seek(stage, "", offset)) == 20
    assert await seek(stage, "", "0:" + "9" * 12) == []
    assert await seek(stage, "", "1:0") == []


async def test_feeds_of_channels_and_groups_that_one_looks_after_are_searched_too_others_not(
    stage: Stage,
) -> None:
    channel = stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "Ours alone", chat=f"@{channel.username}")
    assert [one.title for one in await seek(stage, "ours")] == ["Ours alone"]
    stranger = stage.world.add_user("Other")
    assert await button(stage, "ours", stranger) == EN.inline_start


async def test_whoever_administers_a_chat_no_more_finds_nothing_of_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "KNOWN_S", 0.0)
    channel, other = stage.world.add_channel("Front page", username="front_page"), stage.world.add_user("New")
    await follow(stage, "Ours alone", chat=f"@{channel.username}")
    assert len(await seek(stage, "ours")) == 1
    stage.world.make_admin(channel, other)
    stage.world.add_member(channel, stage.world.user)
    assert await button(stage, "ours") == EN.inline_start


async def test_telegram_is_not_asked_at_each_letter_who_administers_a_chat(stage: Stage) -> None:
    channel = stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "Ours alone", chat=f"@{channel.username}")
    before = stage.world.telegram.calls["getChatMember"]
    for words in ("o", "ou", "ours"):
        await seek(stage, words)
    assert stage.world.telegram.calls["getChatMember"] == before + 1


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
    assert await seek(stage, "zeppelin", "0:20") == []


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


@pytest.mark.parametrize("is_on", [True, False])
async def test_the_help_tells_of_it_only_where_it_is_on(store: Store, clock: Clock, *, is_on: bool) -> None:
    async with Playground() as world:
        world.telegram.inline = is_on
        async with conversation(store, clock, world=world, web=Web()) as stage:
            said = (await stage.ask(world.user, "/help")).text
    told = EN.help_inline.format(name=f"@{world.telegram.bot.username}")
    assert (told in said) is is_on

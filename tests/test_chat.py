"""Journeys through the commands, as people take them in the local Telegram."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from telegram import BotCommandScopeAllGroupChats

from bot.chat.replies import LANGUAGES
from bot.fetch.answer import Failure
from bot.items import ChatId, FeedId
from bot.playground.playground import Playground
from bot.playground.text import Entity
from bot.settings import Access, Settings
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"], LANGUAGES["zh"]


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    web.publish(FEED, "Example News", items(12))
    async with Playground() as world, conversation(store, clock, world=world, web=web) as stage:
        yield stage


async def test_start_offers_a_first_feed_for_the_second_tap(stage: Stage) -> None:
    name, url = EN.suggestions[0]
    stage.web.publish(url, name, items(3))
    hello = await stage.ask(stage.world.user, "/start")
    assert hello.text == EN.start
    await stage.press(hello, name)
    written = await stage.world.wait_for_messages(stage.world.user, 3)
    assert name in written[1].text
    assert "Story number 3" in written[2].text
    assert await stage.heard(stage.world.user) == [url]


async def test_sub_answers_with_name_rate_and_the_latest_item_as_a_sample(stage: Stage) -> None:
    answer = await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    assert re.search("Example News: about 1[23] a day", answer.text)
    sample = stage.world.messages(stage.world.user)[1]
    assert "Story number 12" in sample.text
    assert "What Story 12 is about." in sample.text
    newest = (await stage.store.archive.latest([await _feed_id(stage)], offset=0, limit=1))[0]
    async with asyncio.timeout(5):
        while (sent := await stage.store.outbox.sent_as(ChatId(stage.world.user.id), newest.id)) is None:  # noqa: ASYNC110  Redis sets no event
            await asyncio.sleep(0)
    assert sent == sample.id


async def _feed_id(stage: Stage, url: str = FEED) -> FeedId:
    feed = await stage.store.feeds.find(url)
    assert feed
    return feed.id


async def test_an_address_alone_is_enough_in_private(stage: Stage) -> None:
    answer = await stage.ask(stage.world.user, FEED, more=2)
    assert "Example News" in answer.text
    assert await stage.heard(stage.world.user) == [FEED]


async def test_subscribing_twice_says_so(stage: Stage) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    assert "already" in (await stage.ask(stage.world.user, f"/sub {FEED}")).text
    assert len(await stage.heard(stage.world.user)) == 1


async def test_of_several_addresses_the_first_is_taken_and_said(stage: Stage) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED} https://other.example/feed", more=3)
    assert FEED in stage.world.messages(stage.world.user)[2].text
    assert await stage.heard(stage.world.user) == [FEED]


async def test_an_address_behind_words_counts(stage: Stage) -> None:
    link = Entity("text_link", 5, 4, FEED)
    await stage.ask(stage.world.user, "/sub this", more=2, entities=[link])
    assert await stage.heard(stage.world.user) == [FEED]


async def test_a_feed_without_items_is_followed_too(stage: Stage) -> None:
    stage.web.publish("https://quiet.example/feed", "Quiet")
    answer = await stage.ask(stage.world.user, "/sub https://quiet.example/feed")
    assert "no items yet" in answer.text


async def test_a_page_with_several_feeds_offers_them_as_buttons(stage: Stage) -> None:
    long = "https://news.example/" + "section/" * 12 + "feed"
    stage.web.publish(long, "All sections", items(2, word="Deep"))
    stage.web.pages["https://news.example/"] = (
        f'<html><head><link rel="alternate" type="application/rss+xml" title="Main" href="{FEED}">'
        f'<link rel="alternate" type="application/rss+xml" title="Sections" href="{long}"></head></html>'
    ).encode()
    choice = await stage.ask(stage.world.user, "/sub https://news.example/")
    assert choice.buttons == ["1. Main", "2. Sections"]
    await stage.press(choice, "Sections")
    written = await stage.world.wait_for_messages(stage.world.user, 3)
    assert "Deep number 2" in written[2].text
    assert await stage.heard(stage.world.user) == [long]


async def test_a_page_with_many_feeds_offers_eight_and_says_that_there_are_more(stage: Stage) -> None:
    urls = [f"https://news.example/{n}" for n in range(11)]
    for url in urls:
        stage.web.publish(url, url[-4:])
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{url}">' for url in urls)
    stage.web.pages["https://news.example/"] = f"<html><head>{links}</head></html>".encode()
    choice = await stage.ask(stage.world.user, "/sub https://news.example/")
    assert len(choice.buttons) == 8
    assert choice.text.endswith("\n\n" + EN.choose_more.format(count=3, at=""))


@pytest.mark.parametrize("why", list(Failure))
async def test_every_failure_is_answered_in_a_sentence_that_says_what_to_do(
    stage: Stage, why: Failure
) -> None:
    stage.web.failures["https://bad.example/feed"] = why
    answer = await stage.ask(stage.world.user, "/sub https://bad.example/feed")
    assert answer.text == EN.failures[why].format(address="https://bad.example/feed")


@pytest.mark.parametrize(
    "text",
    [
        "/sub " + "x" * 4000,
        "/sub \u202ehttps://a.example\u202c",
        "/sub 😀😀",
        "/sub http://[::1",
        "/sub ..",
        "/sub javascript:alert(1)",
    ],
)
async def test_hostile_arguments_get_a_sentence(stage: Stage, text: str) -> None:
    answer = await stage.ask(stage.world.user, text)
    assert 20 < len(answer.text) < 400
    assert await stage.heard(stage.world.user) == []


async def test_sub_alone_explains_itself(stage: Stage) -> None:
    assert "/sub https://" in (await stage.ask(stage.world.user, "/sub")).text


async def test_a_topic_is_answered_in_and_kept(stage: Stage) -> None:
    forum = stage.world.add_supergroup("Forum", forum=True)
    topic = stage.world.add_topic(forum, "News")
    await stage.ask(forum, f"/sub {FEED}", more=2, thread_id=topic.id)
    assert [m.thread_id for m in stage.world.messages(forum)] == [topic.id, topic.id]
    assert [one.topic for one in await stage.store.chats.subscriptions(ChatId(forum.id))] == [topic.id]


async def _follow(stage: Stage, count: int) -> None:
    for n in range(1, count + 1):
        url = f"https://feed{n}.example/rss"
        stage.web.publish(url, f"Paper {n}", items(3, word=f"Paper{n}"))
        feed = await stage.store.feeds.ensure(url)
        await stage.ask(stage.world.user, f"/sub {feed.url}", more=2)


async def test_the_list_is_numbered_and_left_by_button_with_a_question_and_an_undo(stage: Stage) -> None:
    await _follow(stage, 2)
    listed = await stage.ask(stage.world.user, "/list")
    assert re.search("1. Paper 1 · about [0-9]+ a day", listed.text)
    assert listed.buttons == ["✕ 1", "✕ 2", "⚙️ 1", "⚙️ 2"]
    await stage.press(listed, "✕ 2")
    await stage.becomes(listed, "Leave Paper 2?")
    await stage.press(listed, EN.keep)
    await stage.becomes(listed, "1. Paper 1")
    assert len(await stage.heard(stage.world.user)) == 2
    await stage.press(listed, "✕ 2")
    await stage.becomes(listed, "Leave Paper 2?")
    await stage.press(listed, EN.yes)
    await stage.becomes(listed, "no longer followed")
    assert await stage.heard(stage.world.user) == ["https://feed1.example/rss"]
    await stage.press(listed, EN.undo)
    await stage.becomes(listed, "Paper 2 is followed again")
    assert len(await stage.heard(stage.world.user)) == 2


async def test_a_long_list_has_pages(stage: Stage) -> None:
    await _follow(stage, 9)
    listed = await stage.ask(stage.world.user, "/list")
    assert "page 1 of 2" in listed.text
    assert "9. Paper" not in listed.text
    await stage.press(listed, EN.following)
    await stage.becomes(listed, "9. Paper 9")
    assert listed.buttons == ["✕ 9", "⚙️ 9", EN.previous]


async def test_trouble_with_a_feed_is_shown_in_the_list(stage: Stage) -> None:
    await _follow(stage, 1)
    feed = await stage.store.feeds.find("https://feed1.example/rss")
    assert feed
    await stage.store.feeds.finish(replace(feed, trouble=Failure.UNREACHABLE.value, failures=3), 0)
    assert "⚠ not reachable, last read" in (await stage.ask(stage.world.user, "/list")).text


@pytest.mark.parametrize("how", ["1", "https://feed1.example/rss", "feed1.example/rss", "paper 1"])
async def test_a_feed_is_left_by_number_address_or_name(stage: Stage, how: str) -> None:
    await _follow(stage, 2)
    assert "Paper 1" in (await stage.ask(stage.world.user, f"/unsub {how}")).text
    assert await stage.heard(stage.world.user) == ["https://feed2.example/rss"]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("", "Which feed?"),
        ("3", "No feed here"),
        ("0", "No feed here"),
        ("-1", "No feed"),
        ("paper", "Several feeds"),
        ("zzz", "No feed here"),
    ],
)
async def test_what_is_unclear_leaves_nothing_and_shows_the_list(stage: Stage, how: str, says: str) -> None:
    await _follow(stage, 2)
    answer = await stage.ask(stage.world.user, f"/unsub {how}")
    assert says in answer.text
    assert "2. Paper 2" in answer.text
    assert len(await stage.heard(stage.world.user)) == 2


async def test_several_feeds_are_left_by_their_numbers(stage: Stage) -> None:
    await _follow(stage, 3)
    left = await stage.ask(stage.world.user, "/unsub 3, 1")
    assert left.text.startswith("2 feeds are no longer followed: Paper 3, Paper 1.")
    assert await stage.heard(stage.world.user) == ["https://feed2.example/rss"]
    await stage.press(left, "Paper 1")
    await stage.press(left, "Paper 3")
    await stage.world.wait_for_messages(stage.world.user, 9)
    assert len(await stage.heard(stage.world.user)) == 3


@pytest.mark.parametrize("words", [".", "/", "- .", "*", "1 2", "0 1"])
async def test_what_names_no_feed_leaves_none(stage: Stage, words: str) -> None:
    await _follow(stage, 1)
    said = await stage.ask(stage.world.user, f"/unsub {words}")
    assert said.text.startswith(f"No feed here fits “{words}”.")
    assert len(await stage.heard(stage.world.user)) == 1


@pytest.mark.parametrize("command", ["/list", "/unsub", "/latest", "/latest 7"])
async def test_without_feeds_one_is_told_how_to_get_one(stage: Stage, command: str) -> None:
    assert "/sub" in (await stage.ask(stage.world.user, command)).text


async def test_latest_lists_the_newest_items_and_turns_pages_in_place(stage: Stage) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    latest = await stage.ask(stage.world.user, "/latest")
    assert "1. Story number 12 · Example News · just now" in latest.text
    assert "5. Story number 8 · Example News · 8 h ago" in latest.text
    assert "Story number 7" not in latest.text
    assert latest.buttons == [EN.older]
    assert latest.content.entities[1].argument == "https://news.example/story/12"
    await stage.press(latest, EN.older)
    await stage.becomes(latest, "6. Story number 7")
    assert latest.buttons == [EN.newer, EN.older]
    await stage.press(latest, EN.older)
    await stage.becomes(latest, "12. Story number 1 ")
    assert latest.buttons == [EN.newer]
    await stage.press(latest, EN.newer)
    await stage.becomes(latest, "6. Story number 7")


async def test_latest_takes_a_number_and_words_of_a_source(stage: Stage) -> None:
    await _follow(stage, 2)
    answer = await stage.ask(stage.world.user, "/latest 2 paper 2")
    assert "Paper2 number 3" in answer.text
    assert "Paper1" not in answer.text
    assert len(answer.text.splitlines()) == 4
    await stage.press(answer, EN.older)
    await stage.becomes(answer, "3. Paper2 number 1")
    assert len((await stage.ask(stage.world.user, "/latest 999")).text.splitlines()) == 8


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/latest 0", "from 1 to 20"),
        ("/latest -4", "from 1 to 20"),
        ("/latest x", "No feed here is called “x”"),
        ("/latest " + "9" * 4000, "No feed here"),
    ],
)
async def test_latest_answers_odd_wishes_with_a_sentence(stage: Stage, command: str, says: str) -> None:
    await _follow(stage, 1)
    assert says in (await stage.ask(stage.world.user, command)).text


async def test_the_longest_page_fits_into_a_message(stage: Stage) -> None:
    long = [replace(one, title=f"{one.title} " + "😀" * 400) for one in items(20)]
    stage.web.publish("https://long.example/feed", "宽" * 300, long)
    await stage.ask(stage.world.user, "/sub https://long.example/feed", more=2)
    page = await stage.ask(stage.world.user, "/latest 20")
    assert len(page.text.splitlines()) == 22
    assert len([one for one in page.content.entities if one.type == "text_link"]) == 20


async def test_latest_before_anything_is_stored_says_so(stage: Stage) -> None:
    stage.web.publish("https://quiet.example/feed", "Quiet")
    await stage.ask(stage.world.user, "/sub https://quiet.example/feed")
    assert (await stage.ask(stage.world.user, "/latest")).text == EN.latest_none.format(at="")


async def test_unknown_commands_and_talk_are_answered_in_private_only(stage: Stage) -> None:
    assert "/help" in (await stage.ask(stage.world.user, "/frobnicate")).text
    assert (await stage.ask(stage.world.user, "good morning")).text == EN.chatter
    group = stage.world.add_supergroup()
    stage.world.make_admin(group)
    for text in ("/frobnicate", "good morning", "/list@otherbot", f"look: {FEED}"):
        stage.world.say(group, text)
    assert (await stage.ask(group, f"/LIST@{stage.world.telegram.bot.username}")).text == EN.list_empty
    assert len(stage.world.messages(group)) == 1


async def test_a_picture_is_answered_with_what_can_be_done(stage: Stage) -> None:
    answer = await stage.ask(stage.world.user, f"/sub {FEED}", document=("list.opml", b"<opml/>"))
    assert answer.text == EN.chatter
    assert await stage.heard(stage.world.user) == []


async def test_a_page_turned_on_a_deleted_message_is_sent_anew(stage: Stage) -> None:
    await _follow(stage, 9)
    listed = await stage.ask(stage.world.user, "/list")
    press = stage.world.press(stage.world.user, listed.id, EN.following)
    del stage.world.chat(stage.world.user).messages[listed.id]
    written = await stage.world.wait_for_messages(stage.world.user, 19)
    assert "9. Paper 9" in written[-1].text
    await stage.world.wait_for_answer(press)


async def test_people_are_spoken_to_in_their_language(stage: Stage) -> None:
    li = stage.world.add_user("Li", language="zh-hans")
    assert (await stage.ask(li, "/list")).text == ZH.list_empty
    chat = await stage.store.chats.get(ChatId(li.id))
    assert chat
    assert (chat.language, chat.title) == ("zh-hans", "Li")


async def test_the_menu_is_registered_in_each_language(stage: Stage) -> None:
    profile = stage.world.telegram.profile
    async with asyncio.timeout(5):
        while "zh" not in profile.short_descriptions:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)
    commands = await stage.bot.get_my_commands(language_code="zh")
    assert {one.command: one.description for one in commands} == dict(ZH.commands)
    groups = await stage.bot.get_my_commands(BotCommandScopeAllGroupChats())
    assert {one.command for one in groups} == set(EN.commands) - {"start"}


@pytest.mark.parametrize(
    "data", ["", "zz", "l:", "n:7:x:y", "x:99999999999999999999:a", "s:7:nothing", "\u0000:😀", "g:7:"]
)
async def test_a_forged_button_does_nothing_and_is_answered(stage: Stage, data: str) -> None:
    hello = await stage.ask(stage.world.user, "/start")
    press = stage.world.telegram.press(stage.world.user, hello, data)
    await stage.world.wait_for_answer(press)
    assert (await stage.ask(stage.world.user, "/list")).text


async def test_strangers_are_told_once_in_private_and_never_in_groups(store: Store, clock: Clock) -> None:
    async with Playground() as world:
        owner, stranger = world.user, world.add_user("Stranger")
        settings = Settings(access=Access.OWNERS, owner_ids=frozenset({owner.id}))
        group = world.add_supergroup(owner=stranger)
        async with conversation(store, clock, world=world, web=Web(), settings=settings) as stage:
            assert str(stranger.id) in (await stage.ask(stranger, "/list")).text
            world.say(stranger, "/list")
            world.say(group, "/list", user=stranger)
            assert (await stage.ask(owner, "/list")).text == EN.list_empty
            await stage.settled()
            assert len(world.messages(stranger)) == 1
            assert world.messages(group) == []
            assert await store.chats.get(ChatId(stranger.id)) is None

"""Filters: set in words or by buttons, tried on what is stored, shown, and ended."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat.filter_words import Told, Way, read
from bot.chat.replies import LANGUAGES
from bot.items import ChatId
from bot.playground.playground import Playground
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.choosing import follow, wish
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"].finding, LANGUAGES["zh"].finding


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("3 only 5G", Told("3", Way.ONLY, "5G")),
        ("only 5G", Told("", Way.ONLY, "5G")),
        ("Gazette NOT apple -pie", Told("Gazette", Way.NOT, "apple -pie")),
        ("3 off", Told("3", Way.OFF)),
        ("3 only off", Told("3", Way.ONLY)),
        ("3 取消", Told("3", Way.OFF)),
        ("公报 只要 利率 不要 利好", Told("公报", Way.ONLY, "利率", "利好")),
        ("3 only apple OR pear not pie", Told("3", Way.ONLY, "apple OR pear", "pie")),
        ("3 not pie only apple", Told("3", Way.NOT, "pie", "apple")),
        ("3 only apple NOT pie", Told("3", Way.ONLY, "apple NOT pie")),
        ("3 only “to be or not to be”", Told("3", Way.ONLY, "“to be or not to be”")),
        ("3", Told("3")),
        ("", Told("")),
        ("3 only", Told("3")),
        ("Not Boring only AI", Told("Not Boring", Way.ONLY, "AI")),
        ("not only children", Told("", Way.NOT, "only children")),
    ],
)
def test_the_first_word_that_says_what_to_do_parts_feed_and_query(words: str, told: Told) -> None:
    assert read(words, ["Not Boring", "The Gazette"]) == told


async def test_with_one_feed_a_filter_needs_no_number_and_is_tried_on_what_is_stored(stage: Stage) -> None:
    me = stage.world.user
    stage.web.publish(FEED, "Example News", [*items(3), *items(2, word="Other")])
    await stage.ask(me, f"/sub {FEED}", more=2)
    said = await stage.ask(me, "/filter only story")
    assert said.text.startswith("From now on, Example News: only “story”.")
    assert "Of the last 5 stored items 2 would have been kept back." in said.text
    assert "Kept back, for example:\n– Other number 2\n– Other number 1" in said.text
    assert "Let through, for example:\n– Story number 3" in said.text
    assert "waits to be, stays as it is; alerts come all the same" in said.text
    said = await stage.ask(me, "/filter not “number 3”")
    assert "Of the last 5 stored items 3 would have been kept back." in said.text
    assert ((await wish(stage, me)).only, (await wish(stage, me)).never) == ("story", "“number 3”")
    assert "🔎" in (await stage.ask(me, "/list")).text
    shown = await stage.ask(me, "/filter")
    assert "1. Example News 🔎 only “story” · not ““number 3”” · 0 kept back in 7 days" in shown.text
    assert shown.buttons == ["✕ 1"]
    await stage.press(shown, "✕ 1")
    await stage.becomes(shown, "1. Example News · all items")
    assert ((await wish(stage, me)).only, (await wish(stage, me)).never) == ("", "")
    assert "🔎" not in (await stage.ask(me, "/list")).text


async def test_both_filters_are_set_at_once(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    which = await stage.ask(me, "/filter only apple not pie")
    assert which.text == "Which feed is this for: only “apple” · not “pie”?"
    await stage.press(which, "The Gazette")
    await stage.becomes(which, "From now on, The Gazette: only “apple” · not “pie”.")
    assert ((await wish(stage, me)).only, (await wish(stage, me)).never) == ("apple", "pie")


async def test_one_of_two_filters_ends_alone(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    await stage.ask(me, "/filter only a")
    await stage.ask(me, "/filter not b")
    assert ": only “a”." in (await stage.ask(me, "/filter not off")).text
    assert "brings all its items again" in (await stage.ask(me, "/filter 1 off")).text
    assert "has no filter" in (await stage.ask(me, "/filter 1")).text


async def test_where_no_feed_is_named_it_is_asked_which_by_buttons(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    which = await stage.ask(me, "/filter not gazette")
    assert which.text == "Which feed is this for: not “gazette”?"
    assert which.buttons == ["The Gazette", "Other & Sons", "All 2 feeds"]
    assert (await wish(stage, me)).never == ""
    await stage.press(which, "Other & Sons")
    await stage.becomes(which, "From now on, Other & Sons: not “gazette”.")
    assert [(await wish(stage, me, one)).never for one in (1, 2)] == ["", "gazette"]
    unknown = await stage.ask(me, "/filter nobody only tea")
    assert unknown.text == "No feed here fits “nobody”. Which one is this for: only “tea”?"
    await stage.press(unknown, "All 2 feeds")
    await stage.becomes(unknown, "each of the 2 feeds: only “tea”")
    assert "all 2 feeds" in (await stage.ask(me, "/filter all off")).text.lower()


async def test_many_feeds_are_asked_for_in_pages(stage: Stage) -> None:
    me = stage.world.user
    for number in range(10):
        stage.web.publish(f"{FEED}/{number}", f"Paper {number}", items(1))
        await stage.ask(me, f"/sub {FEED}/{number}", more=2)
    which = await stage.ask(me, "/filter not tea")
    await stage.press(which, LANGUAGES["en"].following)
    await stage.world.wait_for(lambda: LANGUAGES["en"].previous in which.buttons)
    assert len(which.buttons) == 4, "two feeds, back, all"
    name = which.buttons[0]
    await stage.press(which, name)
    await stage.becomes(which, f"From now on, {name}: not “tea”.")
    shown = await stage.ask(me, "/filter")
    await stage.press(shown, LANGUAGES["en"].following)
    await stage.becomes(shown, "page 2 of 2")


async def test_of_several_feeds_of_a_name_all_are_those_that_were_offered(stage: Stage, clock: Clock) -> None:
    me = stage.world.user
    for number, title in enumerate(("The Times", "Other", "The Sunday Times")):
        clock.forward(1000)
        stage.web.publish(f"{FEED}/{number}", title, items(1))
        await stage.ask(me, f"/sub {FEED}/{number}", more=2)
    which = await stage.ask(me, "/filter times not tea")
    assert which.text == "Several feeds fit “times”. Which one is this for: not “tea”?"
    assert which.buttons == ["The Times", "The Sunday Times", "All 2 feeds"]
    await stage.press(which, "All 2 feeds")
    await stage.becomes(which, "each of the 2 feeds: not “tea”")
    assert [(await wish(stage, me, place)).never for place in (1, 2, 3)] == ["tea", "", "tea"]


async def test_off_is_for_the_feed_that_has_a_filter_wherever_it_is_named(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    assert (await stage.ask(me, "/filter off")).text.startswith("Filters of this chat\n")
    for command in ("/filter off", "/filter off 2", "/filter 2 off", "/filter off other"):
        await stage.ask(me, "/filter 2 not tea")
        said = await stage.ask(me, command)
        assert said.text.startswith("Other & Sons brings all its items again"), command
        assert (await wish(stage, me, 2)).never == ""
    await stage.ask(me, "/filter all not tea")
    assert (await stage.ask(me, "/filter off")).text == "Which feed is this for: all items?"


async def test_words_that_are_no_feed_are_told_how_filters_are_set(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    for words in ("tea", "2 tea", "9"):
        said = await stage.ask(me, f"/filter {words}")
        assert said.text.startswith(
            EN.filters_unknown.format(words=words, at="") + "\n\n1. The Gazette · all"
        )


async def test_a_single_feed_is_offered_without_another_button_for_all(stage: Stage) -> None:
    await follow(stage, count=1)
    assert (await stage.ask(stage.world.user, "/filter 9 only tea")).buttons == ["The Gazette"]


async def test_the_channel_may_be_named_anywhere_before_the_query(stage: Stage) -> None:
    me, channel = stage.world.user, stage.world.add_channel("Front page", username="front_page")
    await follow(stage, count=1)
    await follow(stage, "@front_page", count=1)
    for command in ("1 @front_page not tea", "@front_page 1 not tea", "1 @front_page not tea @home"):
        await stage.ask(me, f"/filter {command}")
        assert (await wish(stage, channel)).never == "tea" + " @home" * ("@home" in command)
    await stage.ask(me, "/filter 1 off @front_page")
    assert (await wish(stage, channel)).never == ""
    assert (await wish(stage, me)).never == ""


async def test_a_wrong_query_is_refused_and_nothing_changes(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    await stage.ask(me, "/filter only tea")
    said = await stage.ask(me, "/filter 1 only " + "x" * 2000)
    assert "nothing has changed" in said.text
    assert "too long" in said.text
    assert (await wish(stage, me)).only == "tea"


async def test_in_a_group_members_read_filters_and_administrators_change_them(stage: Stage) -> None:
    group, member = stage.world.add_supergroup(), stage.world.add_user("Member")
    stage.web.publish(FEED, "Example News", items(2))
    await stage.ask(group, f"/sub {FEED}", more=2)
    shown = await stage.ask(group, "/filter", user=member)
    assert "1. Example News · all items" in shown.text
    no = LANGUAGES["en"].only_admins
    assert (await stage.ask(group, "/filter 1 only tea", user=member)).text == no
    await stage.ask(group, "/filter 1 only tea")
    shown = await stage.ask(group, "/filter", user=member)
    press = await stage.press(shown, "✕ 1", user=member)
    assert (press.answer or {}).get("text") == LANGUAGES["en"].only_admins_toast
    assert (await wish(stage, group)).only == "tea"


async def test_a_channels_filters_are_set_from_private(stage: Stage) -> None:
    me, channel = stage.world.user, stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "@front_page", count=1)
    said = await stage.ask(me, "/filter @front_page only story")
    assert "/filter @front_page shows and ends filters" in said.text
    assert (await wish(stage, channel)).only == "story"
    await stage.press(said, EN.filter_remove)
    await stage.becomes(said, "Filters of Front page")
    assert (await wish(stage, channel)).only == ""


async def test_what_was_asked_too_long_ago_or_of_a_feed_left_meanwhile_is_said(
    stage: Stage, clock: Clock
) -> None:
    me = stage.world.user
    await follow(stage)
    which = await stage.ask(me, "/filter only tea")
    await stage.ask(me, "/unsub 2")
    press = await stage.press(which, "Other & Sons")
    assert (press.answer or {}).get("text") == LANGUAGES["en"].choosing.setting_feed_gone
    for key in await stage.store._door.do("KEYS", "draft:*"):
        await stage.store._door.do("DEL", key)
    press = await stage.press(which, "The Gazette")
    assert (press.answer or {}).get("text") == EN.filter_expired


async def test_without_feeds_and_in_chinese_it_says_what_to_do(stage: Stage) -> None:
    ann = stage.world.add_user("安", language="zh-hans")
    assert "还没有订阅" in (await stage.ask(ann, "/filter")).text
    stage.web.publish(FEED, "公报", items(2))
    await stage.ask(ann, f"/sub {FEED}", more=2)
    said = await stage.ask(ann, "/filter 1 只要 利率")
    assert said.text.startswith("从现在起，公报：只要“利率”。")
    assert "最近存储的 2 条中，2 条会被拦下。" in said.text
    assert "公报 🔎 只要“利率”" in (await stage.ask(ann, "/filter")).text
    assert "恢复送出全部消息" in (await stage.ask(ann, "/filter 取消")).text


async def test_a_filter_that_is_no_longer_understood_keeps_nothing_back_and_is_shown(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    feed = (await wish(stage, me)).feed
    await stage.store.chats.update(ChatId(me.id), feed, lambda one: replace(one, only="(old"))
    said = await stage.ask(me, "/filter 1")
    assert "🔎 only “(old”" in said.text
    assert " 0 would have been kept back" in said.text

"""Choices by buttons, for one feed and for its chat: shown, tried, made, and given back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat import menus, samples
from bot.chat.choices import SETTINGS
from bot.chat.menus import Verb
from bot.chat.replies import LANGUAGES
from bot.items import ChatId, FeedId, Style, Taste
from bot.playground.playground import Playground
from bot.render.message import compose
from bot.render.parts import RichText
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.choosing import follow, tasted, turn, wish
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"].choosing, LANGUAGES["zh"].choosing
LONGEST = "America/Argentina/ComodRivadavia"


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


async def test_a_feed_is_set_from_the_list_and_leads_back_there(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    listed = await stage.ask(me, "/list")
    assert listed.buttons == ["✕ 1", "✕ 2", "⚙️ 1", "⚙️ 2"]
    await stage.press(listed, "⚙️ 2")
    await stage.becomes(listed, "Settings of Other & Sons in this chat")
    assert "✓ Pictures" in listed.buttons
    assert "Pictures" not in listed.text, "as in the chat"
    assert not any("Corrections" in one or "zone" in one for one in listed.buttons)
    await turn(stage, listed, "Pictures", "Pictures: off")
    assert EN.setting_says["images"] in listed.text
    assert (await wish(stage, me, 2)).taste == Taste(images=False)
    assert (await wish(stage, me, 1)).taste == await tasted(stage, me) == Taste()
    await stage.press(listed, EN.settings_list)
    await stage.becomes(listed, "Feeds of this chat: 2")


async def test_a_feed_goes_from_not_as_its_chat_to_as_it_by_itself_and_back_to_following(
    stage: Stage,
) -> None:
    me = stage.world.user
    await follow(stage)
    await stage.ask(me, "/settings silent on")
    shown = await stage.ask(me, "/settings 1")
    assert "✓ Silent" in shown.buttons
    for line, kept in (("off", False), ("on", True), ("on · as in the chat", None)):
        await turn(stage, shown, "Silent", f"Silent: {line}")
        assert (await wish(stage, me)).taste.silent is kept
    await stage.ask(me, "/settings silent off")
    await turn(stage, shown, "Author", "Author: on")
    assert "✗ Silent" in shown.buttons
    await turn(stage, shown, "Silent", "Silent: on")
    assert "Author: on" in shown.text.split("\n"), "what differs from the chat stays in sight"


async def test_a_style_is_chosen_from_all_five_and_given_back_to_the_chat(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    await stage.ask(me, "/settings style full")
    shown = await stage.ask(me, "/settings Gazette")
    await stage.press(shown, "Style")
    await stage.becomes(shown, EN.value_says["article"])
    assert shown.buttons[::2] == ["headline", "summary", "✓ full", "expand", "article", EN.settings_back]
    await turn(stage, shown, "headline", "🎨 Style: headline")
    assert (await wish(stage, me)).taste == Taste(Style.HEADLINE)
    await stage.press(shown, "Style")
    await stage.becomes(shown, EN.value_says["article"])
    await turn(stage, shown, "As in the chat (full)", "🎨 Style: full · as in the chat")
    assert (await wish(stage, me)).taste == Taste()


async def test_show_me_sends_the_latest_item_in_that_style_to_whoever_asked(stage: Stage) -> None:
    me, channel = stage.world.user, stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "@front_page")
    shown = await stage.ask(me, "/settings @front_page 2 style")
    before = len(stage.world.messages(me))
    for row, holds in ((0, False), (1, True)):
        button = shown.keyboard[row][1]
        assert button["text"] == EN.setting_show
        stage.world.telegram.press(me, shown, str(button["callback_data"]))
        sample = (await stage.world.wait_for_messages(me, before + row + 1))[-1]
        assert sample.text.startswith("Other number 2")
        assert ("What Other 2 is about." in sample.text) is holds
    assert stage.world.messages(channel) == []
    assert (await wish(stage, channel, 2)).taste == Taste()


async def test_show_me_takes_an_item_that_tells_styles_apart_and_names_the_style(stage: Stage) -> None:
    me = stage.world.user
    told = list(items(3))
    told[1] = replace(told[1], content_html="<p>A long one.</p>" * 50)
    stage.web.publish(FEED, "The Gazette", told)
    await stage.ask(me, f"/sub {FEED}", more=2)
    shown = await stage.ask(me, "/settings style")
    before = len(stage.world.messages(me))
    press = await stage.press(shown, EN.setting_show)
    assert (press.answer or {}).get("text") == "headline"
    (sample,) = (await stage.world.wait_for_messages(me, before + 1))[before:]
    assert sample.text.startswith("Story number 2")


async def test_a_sample_of_several_messages_comes_whole_and_without_further_sounds(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    rest = (RichText("Part two"), RichText("Part three"))
    monkeypatch.setattr(samples, "compose", lambda stored, look: replace(compose(stored, look), rest=rest))
    shown = await stage.ask(me, "/settings 1 style")
    before = len(stage.world.messages(me))
    await stage.press(shown, EN.setting_show)
    first, *goes_on = (await stage.world.wait_for_messages(me, before + 3))[before:]
    assert first.text.startswith("The number 2")
    assert [(one.text, one.silent) for one in goes_on] == [("Part two", True), ("Part three", True)]


async def test_the_sample_of_a_new_feed_looks_as_the_chat_has_chosen_and_names_its_own_source(
    stage: Stage,
) -> None:
    me = stage.world.user
    await stage.ask(me, "/settings style headline")
    item = replace(items(1)[0], source="A paper that the feed quotes")
    stage.web.publish(FEED, "The Gazette", [item])
    await stage.ask(me, f"/sub {FEED}", more=2)
    sample = stage.world.messages(me)[-1].text
    assert sample.startswith("Story number 1\n\nA paper that the feed quotes")
    assert "What Story 1 is about." not in sample


async def test_with_nothing_stored_show_me_says_so(stage: Stage) -> None:
    shown = await stage.ask(stage.world.user, "/settings style")
    press = await stage.press(shown, EN.setting_show)
    assert (press.answer or {}).get("text") == EN.sample_none


async def test_a_feed_left_meanwhile_is_not_set_and_comes_not_back(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    shown = await stage.ask(me, "/settings 1")
    await stage.ask(me, "/unsub 1")
    for label in ("Silent", "Style", EN.settings_what):
        press = await stage.press(shown, label)
        assert (press.answer or {}).get("text") == EN.setting_feed_gone
    assert await stage.heard(me) == []


async def test_two_administrators_who_press_at_once_both_get_their_wish(stage: Stage) -> None:
    channel = stage.world.add_channel("Front page", username="front_page")
    ann, ben = stage.world.user, stage.world.add_user("Ben")
    stage.world.make_admin(channel, ben)
    await follow(stage, "@front_page", count=1)
    for command, labels in (
        ("/settings @front_page", ("Author", "Silent")),
        ("/settings @front_page 1", ("Pictures", "preview")),
    ):
        first, second = [await stage.ask(who, command) for who in (ann, ben)]
        await asyncio.gather(stage.press(first, labels[0]), stage.press(second, labels[1], user=ben))
    assert await tasted(stage, channel) == Taste(author=True, silent=True)
    assert (await wish(stage, channel)).taste == Taste(images=False, preview=False)


async def test_in_a_group_members_read_a_feeds_settings_and_change_none(stage: Stage) -> None:
    group, member = stage.world.add_supergroup(), stage.world.add_user("Member")
    stage.world.add_member(group, member)
    stage.web.publish(FEED, "The Gazette", items(1))
    await stage.ask(group, f"/sub {FEED}", more=2)
    shown = await stage.ask(group, "/settings 1", user=member)
    await stage.press(shown, "Style", user=member)
    await stage.becomes(shown, EN.value_says["full"])
    for label in ("full", EN.setting_show):
        press = await stage.press(shown, label, user=member)
        assert (press.answer or {}).get("text") == LANGUAGES["en"].only_admins_toast
    assert (await stage.ask(group, "/settings 1 style full", user=member)).text == LANGUAGES["en"].only_admins
    assert (await wish(stage, group)).taste == Taste()
    assert (await stage.ask(group, "/settings 1 style full")).text.startswith("The Gazette · 🎨 Style: full.")


FORGED = ("", ":x", ":{feed}", ":{feed}:silent", ":{feed}:silent:2", ":{feed}:once:1", ":{feed}:name:Mine", ":{feed}:template:x", ":{feed}:zone:UTC")  # fmt: skip


async def test_forged_data_about_a_feed_changes_nothing_and_is_answered(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    shown = await stage.ask(me, "/settings 1")
    before, presses = await wish(stage, me), []
    for verb in "fowtd":
        for rest in FORGED:
            data = f"{verb}:{me.id}{rest.format(feed=before.feed)}"
            presses.append(stage.world.telegram.press(me, shown, data))
    await asyncio.gather(*map(stage.world.wait_for_answer, presses))
    assert (await wish(stage, me), await tasted(stage, me)) == (before, Taste())


def test_the_longest_values_fit_their_buttons() -> None:
    chat, feed = ChatId(-(10**13)), FeedId("abcdefghijk")
    assert menus.pack(Verb.CHOOSE, chat, "zone", LONGEST)
    for named, one in SETTINGS.items():
        assert menus.pack(Verb.OPEN, chat, named, feed)
        for value in one.values:
            assert menus.pack(Verb.CHOOSE_FOR, chat, feed, named, value)
            assert menus.pack(Verb.SHOW, chat, named, value, feed)

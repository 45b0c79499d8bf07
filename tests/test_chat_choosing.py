"""Choices for one feed, and choices told in words: whose, which, and what is said of those that cannot be."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import menus, samples, typed, zones
from bot.chat.choices import SETTINGS
from bot.chat.choices import tasted as made
from bot.chat.menus import Verb
from bot.chat.replies import LANGUAGES
from bot.items import ChatId, FeedId, Length, Style, Subscription, Taste
from bot.playground import Message
from bot.playground.playground import Playground
from bot.playground.world import Chat as WorldChat
from bot.playground.world import User
from bot.render.message import compose
from bot.render.parts import RichText
from bot.store import fields
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"].choosing, LANGUAGES["zh"].choosing
OTHER = "https://other.example/feed"
LONGEST = "America/Argentina/ComodRivadavia"


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


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


# one feed


async def test_a_feed_is_set_from_the_list_and_leads_back_there(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    listed = await stage.ask(me, "/list")
    assert listed.buttons == ["✕ 1", "✕ 2", "⚙️ 1", "⚙️ 2"]
    await stage.press(listed, "⚙️ 2")
    await stage.becomes(listed, "Settings of Other & Sons in this chat")
    assert "Pictures: on · as in the chat" in listed.text
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
    assert "Silent: on · as in the chat" in shown.text
    for line, kept in (("off", False), ("on", True), ("on · as in the chat", None)):
        await turn(stage, shown, "Silent", f"Silent: {line}")
        assert (await wish(stage, me)).taste.silent is kept
    await stage.ask(me, "/settings silent off")
    await turn(stage, shown, "Author", "Silent: off · as in the chat")


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
    before = await wish(stage, me)
    for verb in "fowtd":
        for rest in FORGED:
            data = f"{verb}:{me.id}{rest.format(feed=before.feed)}"
            await stage.world.wait_for_answer(stage.world.telegram.press(me, shown, data))
    assert (await wish(stage, me), await tasted(stage, me)) == (before, Taste())


def test_the_longest_values_fit_their_buttons() -> None:
    chat, feed = ChatId(-(10**13)), FeedId("abcdefghijk")
    assert menus.pack(Verb.CHOOSE, chat, "zone", LONGEST)
    for named, one in SETTINGS.items():
        assert menus.pack(Verb.OPEN, chat, named, feed)
        for value in one.values:
            assert menus.pack(Verb.CHOOSE_FOR, chat, feed, named, value)
            assert menus.pack(Verb.SHOW, chat, named, value, feed)


# words


TASTES = {
    "STYLE Full": Taste(Style.FULL),
    "length short": Taste(length=Length.SHORT),
    "images off": Taste(images=False),
    "silent on": Taste(silent=True),
    "tags on": Taste(hashtags=True),
    "hashtags #news #berlin": Taste(labels=("news", "berlin")),
    "hashtags news,#新闻 #news": Taste(labels=("news", "新闻")),
    "hashtags off": Taste(labels=()),
    "template off": Taste(template=""),
    "样式 文章": Taste(Style.ARTICLE),
}


async def test_every_taste_is_set_by_words_for_a_chat_and_for_a_feed_and_taken_back(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    for words, taste in TASTES.items():
        said = (await stage.ask(me, f"/settings {words}")).text
        assert said.endswith("/settings shows everything.")
        assert await tasted(stage, me) == taste
        said = (await stage.ask(me, f"/settings 2 {words}")).text
        assert said.startswith("Other & Sons · ")
        assert said.endswith("/settings 2 shows everything.")
        assert (await wish(stage, me, 2)).taste == taste
        named = words.split()[0]
        await stage.ask(me, f"/settings {named} usual")
        await stage.ask(me, f"/settings 2 {named} default")
        assert (await wish(stage, me, 2)).taste == await tasted(stage, me) == Taste()


async def test_what_is_no_taste_is_set_by_words_too(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    for words, said in {
        "zone Europe/Berlin": "🕒 Time zone: Europe/Berlin.",
        "corrections on": "Corrections: on.",
        "once off": "Stories once: off.",
        "2 name  My   name": "My name · Name: My name.",
        "other.example/feed name Ours": "Ours · Name: Ours.",
    }.items():
        assert (await stage.ask(me, f"/settings {words}")).text.startswith(said)
    known = await stage.store.chats.get(ChatId(me.id))
    assert known
    assert (known.timezone, known.corrections, known.once) == ("Europe/Berlin", True, False)
    assert (await wish(stage, me, 2)).title == "Ours"
    assert "2. Ours" in (await stage.ask(me, "/list")).text
    shown = await stage.ask(me, "/settings 2 name")
    await turn(stage, shown, EN.setting_remove, "Name: the feed's own")
    assert (
        await stage.ask(me, "/settings language 中文")
    ).text == "🌐 语言 / Language：中文。/settings 查看全部设置。"


async def test_a_channel_is_set_by_words_from_a_private_chat(stage: Stage) -> None:
    me, channel = stage.world.user, stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "@front_page")
    said = (await stage.ask(me, "/settings @front_page style headline")).text
    assert said == "Front page · 🎨 Style: headline. /settings @front_page shows everything."
    await stage.ask(me, "/settings 1 images off @front_page")
    assert await tasted(stage, channel) == Taste(Style.HEADLINE)
    assert (await wish(stage, channel)).taste == Taste(images=False)
    assert await tasted(stage, me) == Taste()


WRONG = {
    "style loud": "Style cannot be “loud”. Send /settings style and one of these: headline, summary, full, expand, article, usual",
    "1 images maybe": "Pictures cannot be “maybe”. Send /settings 1 images and one of these: off, on, usual",
    "language Klingon": "one of these: English, 中文, usual",
    "zone Berln": "Did you mean one of these? Tap to copy, and send it:\n/settings zone Europe/Berlin",
    "zone Nowhere at all": EN.zone_unknown.format(words="Nowhere at all", at=""),
    "zone UTC+5:30": "/settings zone Asia/Kolkata",
    "hashtags #2026": "“2026” cannot be hashtags. Send /settings hashtags and up to 5",
    "hashtags on": "“on” cannot be hashtags",
    "hashtags a b c d e f": "“a b c d e f” cannot be hashtags",
    "hashtags " + "x" * 33: "each of at most 32, like #news",
    "template {{ title }}": EN.template_elsewhere.format(at=""),
    "1 zone UTC": "Time zone is for the whole chat, not for one feed. Send: /settings zone",
    "name Mine": "Name is for one feed: put its number from /list before it, like /settings 2 name",
    "1 name " + "x" * 61: "at most 60 letters",
    "number": "Several feeds here fit “number”",
    "9 style full": "I know no setting and no feed here called “9”",
    "1 9": "I know no setting and no feed here called “1 9”",
}


async def test_words_that_cannot_be_change_nothing_and_are_told_what_can(stage: Stage) -> None:
    me = stage.world.user
    for url in (FEED, OTHER):
        stage.web.publish(url, "Number games")
        await stage.ask(me, f"/sub {url}")
    for words, said in WRONG.items():
        assert said in (await stage.ask(me, f"/settings {words}")).text
    known = await stage.store.chats.get(ChatId(me.id))
    assert known
    assert (known.taste, known.timezone) == (Taste(), "")
    heard = await stage.store.chats.subscriptions(known.id)
    assert all((one.taste, one.title) == (Taste(), "") for one in heard)


async def test_a_zone_is_offered_near_the_askers_language_with_its_time(stage: Stage) -> None:
    me = stage.world.add_user("我", language="zh-hans")
    shown = await stage.ask(me, "/settings 时区")
    assert ZH.setting_how["zone"].format(at="", word="时区") in shown.text
    assert shown.buttons == [
        "Shanghai · 16:00", "Hong Kong · 16:00", "Taipei · 16:00", "Singapore · 16:00", "✓ UTC · 08:00",
        ZH.settings_back,
    ]  # fmt: skip
    await turn(stage, shown, "Shanghai", "🕒 时区：Asia/Shanghai")
    assert "🎨 样式：摘要" in shown.text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("style full", typed.Typed("", "style", "full")),
        ("2 Summary length SHORT", typed.Typed("2", "length", "SHORT")),
        ("time zone new york", typed.Typed("", "zone", "new york")),
        ("timezone Berlin", typed.Typed("", "zone", "Berlin")),
        ("link preview", typed.Typed("", "preview", "")),
        ("Other & Sons 同一报道只送一次 关", typed.Typed("Other & Sons", "once", "关")),
        ("Other & Sons", typed.Typed("Other & Sons")),
        ("", typed.Typed("")),
    ],
)
def test_words_are_divided_at_the_setting_by_its_short_and_its_full_name(
    words: str, told: typed.Typed
) -> None:
    assert typed.read(words) == told


@given(
    st.text(max_size=80)
    | st.sampled_from(sorted(SETTINGS)).flatmap(lambda one: st.text().map(f"2 {one} ".__add__))
)
def test_any_words_are_answered_or_a_value_that_can_be_kept(words: str) -> None:
    told = typed.read(words)
    for named in [told.named] if told.named else SETTINGS:
        value = typed.value_of(EN, named, told.value, "")
        if isinstance(value, RichText):
            assert value.text
        elif SETTINGS[named].taste:
            taste = made(Taste(), named, value)
            assert fields.taste(fields.of_taste(taste).encode()) == taste
            assert all(map(typed.is_label, taste.labels or ()))
        elif named == "zone" and value:
            assert ZoneInfo(value)
        else:
            assert len(value) <= 60


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/New_York", "America/New_York"),
        ("北京", "Asia/Shanghai"),
        ("UTC", "UTC"),
        ("UTC+3", "Etc/GMT-3"),
        ("gmt -11", "Etc/GMT+11"),
        ("+0530", zones.Unknown(("Asia/Kolkata",))),
        ("UTC+25", zones.Unknown()),
        ("../../etc/passwd", zones.Unknown()),
        ("x" * 4000, zones.Unknown()),
        ("Factory", zones.Unknown()),
    ],
)
def test_a_zone_is_found_by_name_city_or_offset(words: str, zone: str | zones.Unknown) -> None:
    assert zones.find(words) == zone


def test_every_zone_that_is_offered_or_meant_is_one() -> None:
    for zone in (
        *zones._CITIES.values(),
        *zones._BETWEEN.values(),
        *(z for n in zones._NEAR for z in zones.near(n)),
    ):
        assert zones.find(zone) == zone

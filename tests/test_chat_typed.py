"""Choices told in words: whose, which, and what is said of those that cannot be."""

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import typed, zones
from bot.chat.choices import SETTINGS
from bot.chat.choices import tasted as made
from bot.chat.replies import LANGUAGES
from bot.items import ChatId, Length, Style, Taste
from bot.playground.playground import Playground
from bot.render.parts import RichText
from bot.store import fields
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation
from tests.choosing import OTHER, follow, tasted, turn, wish
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"].choosing, LANGUAGES["zh"].choosing


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


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


async def test_an_offset_is_shown_as_it_is_typed(stage: Stage) -> None:
    me = stage.world.user
    said = (await stage.ask(me, "/settings zone gmt +9")).text
    assert "Time zone: UTC+9." in said
    assert "Time zone: UTC+9" in (await stage.ask(me, "/settings")).text
    assert [zones.called(one) for one in ("Etc/GMT+11", "Etc/GMT", "Europe/Berlin")] == [
        "UTC-11", "Etc/GMT", "Europe/Berlin",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "setting"),
    [("style", "style"), ("timezone", "zone"), ("Images", "images"), ("lang", ""), ("name", "")],
)
async def test_a_setting_taken_for_a_command_is_told_as_a_setting(
    stage: Stage, command: str, setting: str
) -> None:
    said = (await stage.ask(stage.world.user, f"/{command} full")).text
    assert (f"/settings {setting}" in said) == bool(setting)
    assert ("/help" in said) != bool(setting)


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

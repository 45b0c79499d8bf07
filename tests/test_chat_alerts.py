"""``/alert``: a rule is tried on what is stored, asked about where it would be loud, and set."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.chat import alert_setting, alert_trials, alerts, finding
from bot.chat.alert_trials import Trial
from bot.chat.replies import LANGUAGES
from bot.chat.sources import Source, heard_of
from bot.items import Alert, ChatId, Feed, FeedId, Subscription
from bot.playground import Message
from bot.playground.playground import Playground
from bot.playground.world import Chat as WorldChat
from bot.playground.world import User
from bot.render.parts import TEXT_LIMIT, units
from bot.rules import Heard
from bot.searching import Backtest
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.conftest import Clock

EN = LANGUAGES["en"].alerting


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


async def follow(stage: Stage, target: str = "", *, count: int = 8) -> None:
    """Subscribe a chat to a feed with an item each 20 hours."""
    stage.web.publish(FEED, "The Gazette", items(count, hours=20))
    await stage.ask(stage.world.user, f"/sub {FEED} {target}", more=2)


async def rules(stage: Stage, chat: WorldChat | User) -> list[Alert]:
    return await stage.store.alerts.of(ChatId(chat.id))


def marked(message: Message, kind: str) -> list[str]:
    """Return the words of a message that have an entity of this kind."""
    whole = message.text.encode("utf-16-le")
    return [
        whole[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")
        for one in message.content.entities
        if one.type == kind
    ]


async def test_an_alert_is_tried_on_what_is_stored_and_set(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    said = await stage.ask(me, "/alert  story   NUMBER")
    assert said.text == (
        "Alert 1 is set:\nstory NUMBER\nWhat matches is announced loudly. /alerts lists all.\n\n"
        "It would have fired 8 times in 7 days. The latest:\n"
        "1. Story number 8 · The Gazette · just now\n"
        "2. Story number 7 · The Gazette · 20 h ago\n"
        "3. Story number 6 · The Gazette · 40 h ago"
    )
    assert marked(said, "underline") == ["Story", "number"] * 3
    links = [one.argument for one in said.content.entities if one.type == "text_link"]
    assert links == [f"https://news.example/story/{number}" for number in (8, 7, 6)]
    assert [(one.query, one.by) for one in await rules(stage, me)] == [("story NUMBER", me.id)]


async def test_words_that_stand_in_the_text_alone_are_shown_there(stage: Stage) -> None:
    await follow(stage, count=1)
    said = await stage.ask(stage.world.user, "/alert what about")
    assert said.text.endswith(
        "once in 7 days. The latest:\n1. Story number 1 · The Gazette · just now\nWhat Story 1 is about."
    )
    assert marked(said, "underline") == ["What", "about"]


async def test_without_feeds_items_or_hits_the_alert_is_set_and_says_so(stage: Stage) -> None:
    me = stage.world.user
    assert EN.trial_no_feeds.format(at="") in (await stage.ask(me, "/alert one")).text
    stage.web.publish("https://quiet.example/feed", "Quiet")
    await stage.ask(me, "/sub https://quiet.example/feed")
    assert EN.trial_nothing in (await stage.ask(me, "/alert two")).text
    await follow(stage)
    said = (await stage.ask(me, "/alert three")).text
    assert "It would not have fired in 7 days." in said
    assert [one.query for one in await rules(stage, me)] == ["one", "two", "three"]


async def test_the_same_alert_is_not_set_twice(stage: Stage) -> None:
    me = stage.world.user
    await stage.ask(me, "/alert interest rates")
    said = (await stage.ask(me, "/alert  interest  rates")).text
    assert said == EN.alert_same.format(number=1, at="")
    assert len(await rules(stage, me)) == 1


async def test_an_alert_that_would_fire_often_is_set_only_after_a_yes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_trials, "MOST_PER_DAY", 1)
    me = stage.world.user
    await follow(stage)
    asked = await stage.ask(me, "/alert story")
    assert asked.text.startswith("story\n\nIt would have fired 8 times in 7 days.")
    assert asked.text.endswith(EN.alert_often)
    assert asked.buttons == [EN.alert_use, EN.alert_discard]
    assert await rules(stage, me) == []
    await stage.press(asked, EN.alert_discard)
    await stage.becomes(asked, EN.alert_discarded.format(at=""))
    assert asked.buttons == []
    again = await stage.ask(me, "/alert story")
    await stage.press(again, EN.alert_use)
    await stage.becomes(again, "Alert 1 is set:\nstory\n")
    assert [one.query for one in await rules(stage, me)] == ["story"]


async def test_a_yes_after_a_restart_is_a_yes_and_after_a_day_is_none(
    store: Store, clock: Clock, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_trials, "MOST_PER_DAY", 1)
    async with Playground() as world:
        async with conversation(store, clock, world=world, web=Web()) as stage:
            await follow(stage)
            asked = await stage.ask(world.user, "/alert story")
            late = await stage.ask(world.user, "/alert number")
        async with conversation(store, clock, world=world, web=Web()) as stage:
            await stage.press(asked, EN.alert_use)
            await stage.becomes(asked, "Alert 1 is set")
            for draft in [one for one in await redis.keys() if one.startswith(b"draft:")]:
                await redis.delete(draft)
            press = await stage.press(late, EN.alert_use)
            assert (press.answer or {}).get("text") == EN.alert_expired
            assert [one.query for one in await rules(stage, world.user)] == ["story"]


@pytest.mark.parametrize(
    ("found", "frequent", "says"),
    [
        (Backtest(140, 7, per_day=20), False, "140 times in 7 days. At the pace of the feeds that is about 20 a day."),
        (Backtest(141, 7, per_day=20.1), True, "141 times in 7 days. At the pace of the feeds that is about 20 a day."),
        (Backtest(400, 2.0, more=True, per_day=200), True, "at least 400 times in 2 days. At the pace of the feeds that is about 200 a day."),
        (Backtest(10, 0.25, more=True, per_day=40), True, "at least 10 times in 6 hours. At the pace of the feeds that is about 40 a day."),
        (Backtest(10, 0.01, more=True, per_day=240), True, "at least 10 times in an hour. At the pace of the feeds that is about 240 a day."),
        (Backtest(3, 1.2, more=True, per_day=2.4), False, "at least 3 times in a day. At the pace of the feeds that is about 2 a day."),
        (Backtest(0, 3, more=True), False, "It would not have fired in 3 days."),
        (Backtest(1, 7), False, "It would have fired once in 7 days."),
    ],
)  # fmt: skip
def test_a_trial_is_said_in_words_and_judged_by_what_was_looked_at(
    found: Backtest, frequent: bool, says: str  # noqa: FBT001  a case's expectation
) -> None:  # fmt: skip
    trial = Trial((), found, stored=True)
    assert trial.is_frequent is frequent
    assert alert_trials.said(EN, trial).text.endswith(says)


async def test_a_test_sets_nothing_and_offers_to(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    for command in ("/alert test", "/alert TEST"):
        assert (await stage.ask(me, command)).text == EN.alert_test_how.format(at="")
    tested = await stage.ask(me, "/alert test number 3")
    assert tested.text.startswith("number 3\n\nIt would have fired once in 7 days.")
    assert await rules(stage, me) == []
    await stage.press(tested, EN.alert_add)
    await stage.becomes(tested, "Alert 1 is set:\nnumber 3\n")
    repeated = stage.world.telegram.press(me, tested, f"A:{me.id}:nosuchdraft:0")
    assert await stage.world.wait_for_answer(repeated) == EN.alert_expired
    await stage.ask(me, '/alert "test" results')
    assert [one.query for one in await rules(stage, me)] == ["number 3", '"test" results']


async def test_what_was_added_meanwhile_is_not_added_by_an_old_button(stage: Stage) -> None:
    me = stage.world.user
    tested = await stage.ask(me, "/alert test words")
    await stage.ask(me, "/alert words")
    press = await stage.press(tested, EN.alert_add)
    assert (press.answer or {}).get("text") == EN.alert_same.format(number=1, at="")
    assert len(await rules(stage, me)) == 1


async def test_each_line_becomes_an_alert_and_what_cannot_be_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_trials, "MOST_PER_DAY", 1)
    me = stage.world.user
    await follow(stage)
    await stage.ask(me, "/alert rates")
    said = await stage.ask(me, f"/alert\nmoon landing\n  moon   landing \n{'x' * 1500}\nstory\n\n利率\nrates")
    assert said.text.startswith(
        "Alerts set: 2. /alerts lists them.\n\nNot set: 3\n• “xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”: "
    )
    assert (
        f"• “story”: {EN.line_often.format(count=1)}\n• “rates”: {EN.alert_same.format(number=1, at='')}"
        in said.text
    )
    assert [one.query for one in await rules(stage, me)] == ["rates", "moon landing", "利率"]


async def test_a_chat_has_a_hundred_alerts_at_most(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_setting, "MOST", 3)
    me = stage.world.user
    tested = await stage.ask(me, "/alert test words")
    said = await stage.ask(me, "/alert one\ntwo\nthree\n" + "\n".join(f"more {n}" for n in range(20)))
    assert "Alerts set: 3." in said.text
    assert "Not set: 20" in said.text
    assert said.text.endswith(EN.several_more.format(count=12))
    assert (await stage.ask(me, "/alert four")).text == EN.alert_full.format(count=3, at="")
    press = await stage.press(tested, EN.alert_add)
    assert (press.answer or {}).get("text") == EN.alert_full.format(count=3, at="")
    assert len(await rules(stage, me)) == 3


async def test_ten_alerts_of_a_chat_may_have_a_regex(stage: Stage) -> None:
    me = stage.world.user
    await stage.ask(me, "/alert\n" + "\n".join(f"/rule {n}/" for n in range(12)))
    assert [one.query for one in await rules(stage, me)] == [f"/rule {n}/" for n in range(10)]
    full = EN.alert_full_regex.format(count=10, at="")
    assert (await stage.ask(me, "/alert title:/one more/")).text == full
    assert "Alert 11 is set" in (await stage.ask(me, "/alert words and/or others")).text
    assert (await stage.ask(me, "/alerts 11 query /one more/")).text == full
    assert "Alert 10 now looks for" in (await stage.ask(me, "/alerts 10 query /one more/")).text


async def test_what_looks_like_a_change_of_an_alert_is_not_set_as_one(stage: Stage) -> None:
    me = stage.world.user
    await stage.ask(me, "/alert rates")
    for words in ("1 mute", "mute 1", "1", "1 cooldown 2h", "remove #1", "1 name Rates"):
        said = await stage.ask(me, f"/alert {words}")
        assert said.text == EN.alert_slip.format(number=1, words=words, at="")
    for number, words in enumerate(("2 mute", "“1” mute", "1 apple", "mute"), start=2):
        assert f"Alert {number} is set" in (await stage.ask(me, f"/alert {words}")).text


async def test_lines_for_which_there_is_no_time_are_set_untried_and_named(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = stage.world.user
    await follow(stage)
    monkeypatch.setattr(alerts, "SEVERAL_S", -1)
    said = await stage.ask(me, "/alert story\n(wrong\ntwo\nstory")
    assert said.text.split("\n")[0] == EN.several_set.format(count=2, at="")
    assert EN.several_untried.format(numbers="1, 2", number=1, at="") in said.text
    assert "Not set: 1\n• “(wrong”: " in said.text
    assert [one.query for one in await rules(stage, me)] == ["story", "two"]


async def test_a_channels_alert_is_set_from_a_private_chat(stage: Stage) -> None:
    me, channel = stage.world.user, stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "@front_page")
    for command, query in (
        ("/alert @front_page story", "story"),
        ("/alert @front_page\nmoon\nsun", "moon"),
        (f"/alert {channel.id} stars", "stars"),
    ):
        said = await stage.ask(me, command)
        assert "/alerts @front_page lists" in said.text
        assert query in [one.query for one in await rules(stage, channel)]
    tested = await stage.ask(me, "/alert @front_page test number")
    await stage.press(tested, EN.alert_add)
    await stage.becomes(tested, "Alert 5 is set")
    assert await rules(stage, me) == []
    assert stage.world.messages(channel) == []
    how = (await stage.ask(me, "/alert @front_page")).text
    assert how == EN.alert_how.format(at=" @front_page")


async def test_in_a_group_everybody_may_test_and_administrators_set(stage: Stage) -> None:
    group, member = stage.world.add_supergroup(), stage.world.add_user("Member")
    stage.world.add_member(group, member)
    texts = LANGUAGES["en"]
    assert (await stage.ask(group, "/alert\none\ntwo", user=member)).text == texts.only_admins
    assert (await stage.ask(group, "/alert words", user=member)).text == texts.only_admins
    tested = await stage.ask(group, "/alert test words", user=member)
    press = await stage.press(tested, EN.alert_add, user=member)
    assert (press.answer or {}).get("text") == texts.only_admins_toast
    forged = stage.world.telegram.press(member, tested, f"B:{group.id}:nosuchdraft")
    assert await stage.world.wait_for_answer(forged) == texts.only_admins_toast
    assert await rules(stage, group) == []
    await stage.press(tested, EN.alert_add)
    await stage.becomes(tested, "Alert 1 is set")


@pytest.mark.parametrize(
    ("query", "place", "shown", "bold"),
    [
        ("etf OR (rates", 9, "etf OR (👉rates", "rates"),
        ("(a b", 1, "👉(a b", "(a"),
        ("etf OR", 7, "etf OR👉", ""),
        ("etf", 99, "etf👉", ""),
        ("x" * 200, 100, f"…{'x' * 60}👉{'x' * 101}", "x" * 60),
        ("a " * 100 + "(b " + "c " * 100, 201, f"…{'a ' * 30}👉(b{' c' * 30}…", "(b"),
    ],
)
def test_the_place_of_a_flaw_is_pointed_at(query: str, place: int, shown: str, bold: str) -> None:
    pointed = finding.pointed(query, place)
    assert pointed.text == shown
    assert [shown.partition("👉")[2][: one.length] for one in pointed.entities] == ([bold] if bold else [])


@pytest.mark.parametrize(("language", "says"), [("en", "Missing )"), ("zh", "缺少 )")])
async def test_a_flaw_is_said_in_the_language_that_is_spoken(stage: Stage, language: str, says: str) -> None:
    me = stage.world.user
    await stage.ask(me, f"/settings language {language}")
    said = await stage.ask(me, "/alert etf OR (rates")
    assert says in said.text
    assert said.text.endswith("\n\netf OR (👉rates")
    assert says in (await stage.ask(me, "/alert moon\netf OR (rates")).text
    assert [one.query for one in await rules(stage, me)] == ["moon"]


def test_a_query_may_name_a_feed_by_what_it_is_called_and_not_by_its_password() -> None:
    feed = Feed(FeedId("f"), "https://me:secret@news.example/feed", title="The Gazette")
    wish = Subscription(ChatId(1), feed.id, 0, title="Mine", folder="Press")
    heard = heard_of(Source(wish, feed))
    assert heard == Heard(("Mine", "The Gazette", "https://news.example/feed"), "Press")
    bare = Source(replace(wish, title="", folder=""), replace(feed, title=""))
    assert heard_of(bare) == Heard(("https://news.example/feed",))


async def test_an_alert_may_be_for_one_feed(stage: Stage) -> None:
    await follow(stage)
    assert "fired 8 times" in (await stage.ask(stage.world.user, "/alert test in:gazette story")).text
    assert "Alert 1 is set" in (await stage.ask(stage.world.user, "/alert -in:other story")).text


async def test_an_alert_for_a_feed_that_there_is_not_is_refused_with_the_names_there_are(
    stage: Stage,
) -> None:
    me = stage.world.user
    assert "Alert 1 is set" in (await stage.ask(me, "/alert in:nosuch word")).text, "there are no feeds yet"
    await follow(stage)
    refused = LANGUAGES["en"].finding.place_unknown.format(name="other", names="The Gazette", at="")
    for command in (
        "/alert in:other story",
        "/alert test in:other story",
        "/alert story OR (in:other tea)",
        "/alerts 1 query in:other story",
    ):
        said = await stage.ask(me, command)
        assert (said.text, said.buttons) == (refused, []), command
    assert refused in (await stage.ask(me, "/alert in:other story\nmoon")).text
    assert [one.query for one in await rules(stage, me)] == ["in:nosuch word", "moon"]


async def test_an_alert_that_was_tried_for_a_feed_left_meanwhile_is_not_added(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    tested = await stage.ask(me, "/alert test in:gazette story")
    (wish,) = await stage.store.chats.subscriptions(ChatId(me.id))
    await stage.store.chats.unsubscribe(ChatId(me.id), wish.feed)
    stage.web.publish("https://other.example/feed", "Other", items(1))
    await stage.ask(me, "/sub https://other.example/feed", more=2)
    press = await stage.press(tested, EN.alert_add)
    assert str((press.answer or {})["text"]).startswith("No feed or folder here is called “gazette”.")
    assert await rules(stage, me) == []


async def test_what_is_wrong_with_a_query_is_said_and_nothing_is_set(stage: Stage) -> None:
    me = stage.world.user
    for command in (
        "/alert " + "word " * 700,
        "/alert test " + "word " * 700,
        "/alerts 1 query " + "word " * 700,
    ):
        await stage.ask(me, "/alert kept") if command.startswith("/alerts") else None
        said = await stage.ask(me, command)
        assert said.text.startswith("I can't use this alert: ")
        assert said.buttons == []
    assert [one.query for one in await rules(stage, me)] == ["kept"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_longest_answer_fits_into_a_message(stage: Stage, language: str) -> None:
    me = stage.world.user
    long = [replace(one, title=f"{one.title} " + "😀" * 400) for one in items(3)]
    stage.web.publish(FEED, "宽" * 300, long)
    await stage.ask(me, f"/sub {FEED}", more=2)
    await stage.ask(me, f"/settings language {language}")
    said = await stage.ask(me, "/alert " + " ".join(["story"] * 33))
    assert "\n3. Story number 1" in said.text
    assert units(said.text) < TEXT_LIMIT
    many: Sequence[str] = ["😀" * 150 + str(number) for number in range(12)]
    assert units((await stage.ask(me, "/alert\n" + "\n".join(many))).text) < TEXT_LIMIT

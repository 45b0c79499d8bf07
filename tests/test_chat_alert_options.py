"""``/alerts``: the rules listed, opened, changed and removed, by buttons and by words."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat import alert_trials
from bot.chat.menus import PAGE_SIZE
from bot.chat.replies import LANGUAGES
from bot.items import Alert, ChatId, Hit
from bot.playground.playground import Playground
from bot.render.parts import TEXT_LIMIT, units
from bot.store.client import Store
from bot.store.outbox import Letter
from tests.alerting import add, answered, rule, turned
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.conftest import Clock

TEXTS = LANGUAGES["en"]
EN = TEXTS.alerting


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


async def test_alerts_are_listed_with_names_counts_and_the_signs_of_their_options(stage: Stage) -> None:
    me = stage.world.user
    assert (await stage.ask(me, "/alerts")).text == EN.alerts_empty.format(at="")
    await add(stage, me, "interest rates", "x" * 300)
    await add(
        stage, me, "利率", name="Rates", muted=True, pin=True, cooldown_s=3600, brief=True, also=ChatId(-5)
    )
    assert (await stage.ask(me, "/alerts")).text == (
        "Alerts: 3\n\n"
        "1. interest rates · 0 in 7 days\n"
        f"2. {'x' * 59}… · 0 in 7 days\n"
        "3. Rates – 利率 · 0 in 7 days · 🔕 ⏱ 1 h 🏷 📌 ↪\n\n"
        "🔕 muted · ⏱ cooldown · 🏷 title only · 📌 pin · ↪ also elsewhere\n"
        "Tap a number for its options; /alert and words adds one."
    )


async def test_what_has_fired_is_counted(stage: Stage) -> None:
    me = stage.world.user
    await add(stage, me, "story", "number")
    stage.web.publish(FEED, "The Gazette", items(3))
    await stage.ask(me, f"/sub {FEED}", more=2)  # the latest comes at once, and fires nothing
    feed = (await stage.store.chats.subscriptions(ChatId(me.id)))[0].feed
    for stored in await stage.store.archive.latest([feed], offset=1, limit=2):
        await stage.store.outbox.lay(stored.id, stored.order_ms, [Letter(ChatId(me.id), (Hit(2, "number"),))])
    listed = await stage.ask(me, "/alerts")
    assert "1. story · 0 in 7 days\n2. number · 2 in 7 days\n" in listed.text
    await turned(stage, listed, "⚙️ 2", EN.card_counts.format(count=2))


async def test_every_option_has_its_button_that_changes_that_and_nothing_else(stage: Stage) -> None:
    me = stage.world.user
    await add(stage, me, "rates")
    card = await stage.ask(me, "/alerts")
    await turned(stage, card, "⚙️ 1", "Alert 1\nrates\n")
    wanted = Alert(1, ChatId(me.id), "rates", created_ms=(await rule(stage, me)).created_ms)
    assert await rule(stage, me) == wanted
    await turned(stage, card, EN.card_mute, EN.card_states["muted"])
    assert (await rule(stage, me)).muted
    await turned(stage, card, "⏱ Cooldown: off", "quiet for 10 min")
    await turned(stage, card, "⏱ Cooldown: 10 min", "quiet for 1 h")
    await turned(stage, card, "✗ 🏷 Title only", EN.card_states["brief"])
    await turned(stage, card, "✗ 📌 Pin", EN.card_states["pin"])
    made = await rule(stage, me)
    assert (made.cooldown_s, made.brief, made.pin) == (3600, True, True)
    for label in ("⏱ Cooldown: 1 h", "⏱ Cooldown: 6 h", "⏱ Cooldown: 1 d", "✓ 🏷 Title only", "✓ 📌 Pin", EN.card_unmute):  # fmt: skip
        await stage.press(card, label)
        await stage.world.wait_for(lambda label=label: label not in card.buttons, what=label)  # type: ignore[misc]
    assert await rule(stage, me) == wanted
    assert card.text == "Alert 1\nrates\nFired in the last 7 days: 0"


async def test_a_button_pressed_twice_sets_the_same_and_works_after_a_restart(
    store: Store, clock: Clock
) -> None:
    async with Playground() as world:
        async with conversation(store, clock, world=world, web=Web()) as stage:
            await add(stage, world.user, "rates")
            card = await stage.ask(world.user, "/alerts 1")
        async with conversation(store, clock, world=world, web=Web()) as stage:
            data = str(card.button(EN.card_mute)["callback_data"])
            for _ in range(2):
                await world.wait_for_answer(world.telegram.press(world.user, card, data))
            assert (await rule(stage, world.user)).muted


async def test_a_rule_is_tried_and_explained_in_place(stage: Stage) -> None:
    me = stage.world.user
    stage.web.publish(FEED, "The Gazette", items(2))
    await stage.ask(me, f"/sub {FEED}", more=2)
    await add(stage, me, "story")
    card = await stage.ask(me, "/alerts 1")
    await turned(stage, card, EN.card_test, "It would have fired 2 times in 7 days.")
    await turned(stage, card, EN.card_back, "Alert 1\nstory")
    await turned(stage, card, EN.card_words, "/alerts 1 cooldown 2h")
    await turned(stage, card, EN.card_back, "Fired in the last 7 days")
    await turned(stage, card, EN.card_list, "Alerts: 1")
    assert "2 times" in (await stage.ask(me, "/alerts 1 test")).text


async def test_an_alert_is_removed_after_a_yes_and_the_list_keeps_its_page(stage: Stage) -> None:
    me = stage.world.user
    await add(stage, me, *(f"word{number}" for number in range(1, PAGE_SIZE + 3)))
    listed = await stage.ask(me, "/alerts")
    await turned(stage, listed, TEXTS.following, "9. word9")
    await turned(stage, listed, "⚙️ 9", "Alert 9\nword9")
    await turned(stage, listed, EN.card_remove, "Remove alert 9?")
    await turned(stage, listed, EN.remove_no, "Alert 9\nword9")
    await turned(stage, listed, EN.card_remove, "Remove alert 9?")
    old = str(listed.button(EN.remove_yes)["callback_data"])
    press = await stage.press(listed, EN.remove_yes)
    assert answered(press) == EN.alert_removed
    await stage.becomes(listed, "page 2 of 2\n\n10. word10")
    again = stage.world.telegram.press(me, listed, old)
    assert await stage.world.wait_for_answer(again) == EN.alert_gone
    await turned(stage, await stage.ask(me, "/alerts 10 remove"), EN.remove_yes, "Alerts: 8\n")
    assert len(await stage.store.alerts.of(ChatId(me.id))) == PAGE_SIZE


async def test_a_button_of_a_rule_that_is_gone_shows_those_that_are_left(stage: Stage) -> None:
    me = stage.world.user
    await add(stage, me, "rates")
    for data in ("D:{me}:7:pin:1:0", "C:{me}:7:test:0", "C:{me}:7:remove:0", "C:{me}:7"):
        card = await stage.ask(me, "/alerts 1")
        press = stage.world.telegram.press(me, card, data.format(me=me.id))
        assert await stage.world.wait_for_answer(press) == EN.alert_gone
        await stage.becomes(card, "Alerts: 1")


async def test_every_option_is_set_in_words(stage: Stage) -> None:
    me = stage.world.user
    await add(stage, me, "first", "second")
    before = await rule(stage, me, 1)
    for typed, changed in (
        ("name Interest & rates", {"name": "Interest & rates"}),
        ("cooldown 2h", {"cooldown_s": 7_200}),
        ("cooldown 90 min", {"cooldown_s": 5_400}),
        ("间隔 3天", {"cooldown_s": 3 * 86_400}),
        ("MUTE", {"muted": True}),
        ("取消静音", {"muted": False}),
        ("mute", {"muted": True}),
        ("pin on", {"pin": True}),
        ("pin no", {"pin": False}),
        ("置顶 开", {"pin": True}),
        ("brief yes", {"brief": True}),
        ("query yields OR rates", {"query": "yields OR rates"}),
    ):
        was = await rule(stage, me, 2)
        said = await stage.ask(me, f"/alerts 2 {typed}")
        made = await rule(stage, me, 2)
        assert made == replace(was, **changed)
        assert made.query in said.text
        assert EN.card_list in said.buttons, "its card follows"
    assert await rule(stage, me, 1) == before


async def test_what_was_set_in_words_is_taken_back_in_words(stage: Stage) -> None:
    me = stage.world.user
    await add(stage, me, "rates", name="R", muted=True, pin=True, brief=True, cooldown_s=60, also=ChatId(-5))
    before = await rule(stage, me)
    for words in ("name off", "unmute", "pin off", "brief off", "cooldown off", "also off"):
        await stage.ask(me, f"/alerts 1 {words}")
    assert await rule(stage, me) == Alert(1, ChatId(me.id), "rates", created_ms=before.created_ms)


async def test_odd_wishes_are_answered_with_what_to_do(stage: Stage) -> None:
    me = stage.world.user
    await add(stage, me, "rates", "second")
    before = await stage.store.alerts.of(ChatId(me.id))
    for typed, says in (
        ("1 frob", "I don't know “frob” of an alert. Send /alerts 1 and one of these: name, query, mute"),
        ("9", "There is no alert 9 here; /alerts lists"),
        ("9 mute", "There is no alert 9 here; /alerts lists"),
        ("0 remove", "There is no alert 0 here"),
        ("99999999999999999999 mute", "There is no alert 99999999999999999999 here"),
        ("mute", "“mute” is no alert's number. Send one of this list, like /alerts 1:\n\nAlerts: 2"),
        ("rates please", "“rates please” is no alert's number."),
        ("1 name", "/alerts 1 name and what to call it"),
        ("1 name " + "x" * 61, "at most 60 letters"),
        ("1 query", "/alerts 1 query and the new words"),
        ("1 query second", "That alert is set already, as number 2"),
        ("1 cooldown", "like 10m, 2h or 1d"),
        ("1 cooldown soon", "like 10m, 2h or 1d"),
        ("1 cooldown 5", "like 10m, 2h or 1d"),
        ("1 cooldown 31d", "from 1 min to 30 days"),
        ("1 pin maybe", "/alerts 1 pin on, or off"),
        ("1 also them", "/alerts 1 also me, also @channel, also here, or also off"),
        ("1 also me", "It is told in that chat anyway"),
        ("1 also here", "It is told in that chat anyway"),
        ("1 also @nobody_here", "I can't see @nobody_here"),
        ("1 topic here", "within the forum topic where it is to be told"),
        ("1 topic", "within the forum topic where it is to be told"),
    ):
        assert says in (await stage.ask(me, f"/alerts {typed}")).text
    assert await stage.store.alerts.of(ChatId(me.id)) == before


async def test_another_query_is_tried_as_when_adding(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_trials, "MOST_PER_DAY", 1)
    me = stage.world.user
    stage.web.publish(FEED, "The Gazette", items(20, hours=6))
    await stage.ask(me, f"/sub {FEED}", more=2)
    await add(stage, me, "rates", name="Mine", pin=True)
    asked = await stage.ask(me, "/alerts 1 query story")
    assert asked.text.endswith(EN.alert_often)
    assert (await rule(stage, me)).query == "rates"
    await turned(stage, asked, EN.alert_use, "Alert 1 now looks for:\nstory")
    made = await rule(stage, me)
    assert (made.query, made.name, made.pin) == ("story", "Mine", True)
    late = await stage.ask(me, "/alerts 1 query number")
    await stage.store.alerts.remove(ChatId(me.id), 1)
    assert answered(await stage.press(late, EN.alert_use)) == EN.alert_unknown.format(number=1, at="")
    assert await stage.store.alerts.of(ChatId(me.id)) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_hundred_long_rules_fit_page_by_page(stage: Stage, language: str) -> None:
    me = stage.world.user
    await stage.ask(me, f"/settings language {language}")
    await add(
        stage, me, *(f"{n}" + "😀" * 999 for n in range(100)), name="🏴" * 60, muted=True, pin=True, brief=True,
        cooldown_s=5_400, also=ChatId(-5), topic=3,
    )  # fmt: skip
    listed = await stage.ask(me, "/alerts")
    pages = 1
    while LANGUAGES[language].following in listed.buttons:
        assert units(listed.text) < TEXT_LIMIT
        before = listed.text
        await stage.press(listed, LANGUAGES[language].following)
        await stage.world.wait_for(lambda before=before: listed.text != before, what="the next page")  # type: ignore[misc]
        pages += 1
    assert pages == 13
    await stage.press(listed, "⚙️ 100")
    await stage.becomes(listed, "99" + "😀" * 900)
    assert units(listed.text) < TEXT_LIMIT

"""Whose word counts for an alert, where else it may be told, and what buttons that were forged can do."""

from collections.abc import AsyncIterator

import pytest

from bot.chat.replies import LANGUAGES
from bot.items import Alert, ChatId
from bot.playground.playground import Playground
from bot.store.client import Store
from tests.alerting import add, answered, rule, turned
from tests.chatting import Stage, Web, conversation
from tests.conftest import Clock

TEXTS = LANGUAGES["en"]
EN = TEXTS.alerting


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


async def test_in_a_group_everybody_may_look_and_administrators_change(stage: Stage) -> None:
    group, member = stage.world.add_supergroup(), stage.world.add_user("Member")
    stage.world.add_member(group, member)
    await add(stage, group, "rates")
    for words in ("mute", "name R", "query x", "also me", "remove", "topic off"):
        said = await stage.ask(group, f"/alerts 1 {words}", user=member)
        assert said.text == TEXTS.only_admins
    card = await stage.ask(group, "/alerts 1", user=member)
    for label in (EN.card_mute, "✗ 📌 Pin", EN.card_also, EN.card_remove):
        assert answered(await stage.press(card, label, user=member)) == TEXTS.only_admins_toast
    forged = stage.world.telegram.press(member, card, f"r:{group.id}:1:0")
    assert await stage.world.wait_for_answer(forged) == TEXTS.only_admins_toast
    await stage.press(card, EN.card_list, user=member)
    await stage.becomes(card, "Alerts: 1")
    assert await rule(stage, group) == Alert(1, ChatId(group.id), "rates", created_ms=(await rule(stage, group)).created_ms)  # fmt: skip


async def test_an_alert_of_a_group_is_told_to_one_of_its_administrators_too(stage: Stage) -> None:
    me, other = stage.world.user, stage.world.add_user("Other")
    group = stage.world.add_supergroup("Hall")
    stage.world.make_admin(group, other)
    await add(stage, group, "rates", topic=7)
    card = await stage.ask(group, "/alerts 1", user=other)
    assert answered(await stage.press(card, EN.card_also, user=other)) == EN.also_unknown
    assert (await rule(stage, group)).also is None
    await stage.ask(me, "/start")
    await turned(stage, card, EN.card_also, EN.card_states["private"])
    made = await rule(stage, group)
    assert (made.also, made.topic) == (me.id, None)
    assert "User" not in card.text
    await turned(stage, card, EN.card_also_off, "Fired in the last 7 days: 0")
    await stage.world.wait_for(lambda: EN.card_also in card.buttons, what="its button")
    said = await stage.ask(group, "/alerts 1 also me", anonymous=True)
    assert said.text == EN.also_nobody
    assert (await rule(stage, group)).also is None


async def test_who_has_blocked_us_is_not_told_too(stage: Stage) -> None:
    me, group = stage.world.user, stage.world.add_supergroup("Hall")
    await stage.ask(me, "/start")
    await stage.store.chats.pause(ChatId(me.id), "blocked")
    await add(stage, group, "rates")
    assert (await stage.ask(group, "/alerts 1 also me")).text == EN.also_unknown


async def test_a_channels_alerts_are_managed_from_a_private_chat(stage: Stage) -> None:
    me, channel = stage.world.user, stage.world.add_channel("Front page", username="front_page")
    await add(stage, channel, "rates")
    listed = await stage.ask(me, "/alerts @front_page")
    assert listed.text.startswith("Alerts of Front page: 1")
    assert "/alert @front_page and" in listed.text
    await turned(stage, listed, "⚙️ 1", "Alert 1 of Front page")
    await turned(stage, listed, EN.card_also, EN.card_states["me"])
    assert (await rule(stage, channel)).also == me.id
    await turned(stage, listed, EN.card_words, "/alerts @front_page 1 name")
    for command in (
        "@front_page 1 mute",
        "1 @front_page name Rates",
        "1 pin on @front_page",
        f"{channel.id} 1 brief on",
    ):
        assert "Alert 1 of Front page" in (await stage.ask(me, f"/alerts {command}")).text
    made = await rule(stage, channel)
    assert (made.muted, made.name, made.pin, made.brief) == (True, "Rates", True, True)
    assert stage.world.messages(channel) == []
    assert await stage.store.alerts.of(ChatId(me.id)) == []


async def test_an_alert_is_told_elsewhere_only_where_the_asker_administers_and_we_may_post(
    stage: Stage,
) -> None:
    me, mine = stage.world.user, stage.world.add_channel("Secret desk", username="secret_desk")
    stage.world.add_channel("Theirs", username="their_news", owner=stage.world.add_user("Other"))
    await add(stage, me, "rates")
    said = await stage.ask(me, "/alerts 1 also @their_news")
    assert said.text == TEXTS.channel_not_yours.format(chat="@their_news")
    assert (await rule(stage, me)).also is None
    card = await stage.ask(me, "/alerts 1 also @secret_desk")
    assert (await rule(stage, me)).also == mine.id
    assert EN.card_states["also"] in card.text
    group, other = stage.world.add_supergroup("Hall"), stage.world.add_user("Nosy")
    stage.world.make_admin(group, other)
    await add(stage, group, "yields")
    await stage.ask(group, "/alerts 1 also @secret_desk")
    for command in ("/alerts", "/alerts 1"):
        assert "ecret" not in (await stage.ask(group, command, user=other)).text
    assert (await rule(stage, group)).also == mine.id


async def test_an_alert_is_bound_to_the_topic_where_that_is_said(stage: Stage) -> None:
    me, forum = stage.world.user, stage.world.add_supergroup("Forum", forum=True, username="the_forum")
    topic = stage.world.add_topic(forum, "News")
    await add(stage, forum, "rates")
    assert "within the forum topic" in (await stage.ask(forum, "/alerts 1 topic here")).text
    card = await stage.ask(forum, "/alerts 1 topic here", thread_id=topic.id)
    assert EN.card_states["topic"] in card.text
    assert (await rule(stage, forum)).topic == topic.id
    await stage.ask(forum, "/alerts 1 topic off")
    assert (await rule(stage, forum)).topic is None
    channel = stage.world.add_channel("Front page", username="front_page")
    await add(stage, channel, "yields")
    await stage.ask(forum, "/alerts @front_page 1 also here", thread_id=topic.id)
    made = await rule(stage, channel)
    assert (made.also, made.topic) == (forum.id, topic.id)
    await stage.ask(forum, "/alerts @front_page 1 topic off")
    await stage.ask(forum, "/alerts @front_page 1 topic here", thread_id=topic.id)
    assert (await rule(stage, channel)).topic == topic.id
    await stage.ask(me, "/alerts @front_page 1 also off")
    made = await rule(stage, channel)
    assert (made.also, made.topic) == (None, None)


async def test_forged_data_changes_nothing(stage: Stage) -> None:
    me = stage.world.user
    await add(stage, me, "rates")
    before = await rule(stage, me)
    card = await stage.ask(me, "/alerts 1")
    for data in (
        "1:pin:2:0",
        "1:cooldown:61:0",
        "1:also:-100500:0",
        "1:query:x:0",
        "1",
        "1:muted::0",
        "1:cooldown::0",
    ):
        press = stage.world.telegram.press(me, card, f"D:{me.id}:{data}")
        assert await stage.world.wait_for_answer(press) == TEXTS.stale_button
    assert await rule(stage, me) == before


async def test_a_button_forged_for_another_chat_tells_and_changes_nothing(stage: Stage) -> None:
    me, other = stage.world.user, stage.world.add_user("Other")
    theirs = stage.world.add_channel("Theirs", username="their_news", owner=other)
    listed = await stage.ask(me, "/alerts")
    for chat in (theirs, other):
        await add(stage, chat, "rates")
        before = await rule(stage, chat)
        for data in ("a:{id}:0", "C:{id}:1::0", "C:{id}:1:remove:0", "D:{id}:1:pin:1:0", "A:{id}:draft:0", "B:{id}:draft", "r:{id}:1:0"):  # fmt: skip
            press = stage.world.telegram.press(me, listed, data.format(id=chat.id))
            assert await stage.world.wait_for_answer(press) == TEXTS.button_not_yours
        assert await stage.store.alerts.of(ChatId(chat.id)) == [before]
    assert listed.text == EN.alerts_empty.format(at="")

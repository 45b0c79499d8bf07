"""``/template``: tried on the latest item, used only after a yes, and the yes survives a restart."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.chat import commands, samples, templates
from bot.chat.replies import LANGUAGES
from bot.items import ChatId, StoredItem, Taste
from bot.playground import Message
from bot.playground.playground import Playground
from bot.playground.world import Chat as WorldChat
from bot.playground.world import User
from bot.render import template as room
from bot.render.look import Look
from bot.render.message import compose
from bot.render.parts import TEXT_LIMIT
from bot.render.template_flaws import Flaw, Why
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"].choosing, LANGUAGES["zh"].choosing
LINES = "<b>{{ title }}</b>\n\n  {{ summary }}\n{{ source }}"


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


async def follow(stage: Stage, target: str = "") -> None:
    stage.web.publish(FEED, "The Gazette", items(2))
    await stage.ask(stage.world.user, f"/sub {FEED} {target}", more=2)


async def tried(stage: Stage, chat: WorldChat | User, text: str, **how: object) -> tuple[Message, Message]:
    """Send a template; return the sample and the question."""
    before = len(stage.world.messages(chat))
    await stage.ask(chat, text, more=2, **how)
    sample, question = stage.world.messages(chat)[before:]
    assert sample.text.startswith("Story number 2")
    assert question.buttons == [EN.template_use, EN.template_discard]
    return sample, question


async def used(stage: Stage, chat: WorldChat | User) -> str | None:
    known = await stage.store.chats.get(ChatId(chat.id))
    assert known
    return known.taste.template


async def test_a_template_is_shown_on_the_latest_item_and_used_after_a_yes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Look] = []

    def seen(stored: StoredItem, look: Look) -> Any:
        looks.append(look)
        return compose(stored, replace(look, template=""))

    monkeypatch.setattr(samples, "compose", seen)
    me = stage.world.user
    await follow(stage)
    _, question = await tried(stage, me, f"/template {LINES}")
    assert [one.template for one in looks] == ["", LINES], "its lines as they are"
    assert await used(stage, me) is None
    await stage.press(question, EN.template_use)
    await stage.becomes(question, EN.template_used.format(at=""))
    assert question.buttons == []
    assert await used(stage, me) == LINES
    assert "Template: your own" in (await stage.ask(me, "/settings")).text
    shown = (await stage.ask(me, "/template")).text
    assert shown.startswith(EN.template_present.format(template=LINES))
    said = (await stage.ask(me, "/template off")).text
    assert said == "Template: none. /settings shows everything."
    assert await used(stage, me) == ""


async def test_what_is_discarded_or_expired_changes_nothing(stage: Stage, redis: Any) -> None:
    me = stage.world.user
    await follow(stage)
    _, question = await tried(stage, me, f"/template {LINES}")
    await stage.press(question, EN.template_discard)
    await stage.becomes(question, EN.template_discarded.format(at=""))
    _, question = await tried(stage, me, f"/template {LINES}")
    (draft,) = [one for one in await redis.keys() if one.startswith(b"draft:")]
    await redis.delete(draft)
    press = await stage.press(question, EN.template_use)
    assert (press.answer or {}).get("text") == EN.template_expired
    assert await used(stage, me) is None


async def test_a_yes_after_a_restart_is_a_yes(store: Store, clock: Clock) -> None:
    async with Playground() as world:
        async with conversation(store, clock, world=world, web=Web()) as stage:
            await follow(stage)
            _, question = await tried(stage, world.user, f"/template {LINES}")
        async with conversation(store, clock, world=world, web=Web()) as stage:
            await stage.press(question, EN.template_use)
            await stage.becomes(question, EN.template_used.format(at=""))
            assert await used(stage, world.user) == LINES


async def test_a_template_for_one_feed_of_a_channel_is_set_from_a_private_chat(stage: Stage) -> None:
    me, channel = stage.world.user, stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "@front_page")
    _, question = await tried(stage, me, f"/template 1 @front_page\n{LINES}")
    await stage.press(question, EN.template_use)
    await stage.becomes(question, EN.template_used.format(at=" @front_page 1"))
    (wish,) = await stage.store.chats.subscriptions(ChatId(channel.id))
    assert wish.taste == Taste(template=LINES)
    assert not await used(stage, channel)
    assert stage.world.messages(channel) == []
    assert (
        EN.template_no_feed.format(number=7, at=" @front_page")
        == (await stage.ask(me, f"/template @front_page 7 {LINES}")).text
    )
    said = (await stage.ask(me, "/template @front_page 1 usual")).text
    assert said == "The Gazette · Template: none · as in the chat. /settings @front_page 1 shows everything."


async def test_a_message_that_holds_the_template_may_be_replied_to(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    held = stage.world.say(me, LINES)
    await stage.world.wait_for_messages(me, 3)
    _, question = await tried(stage, me, "/template", reply_to=held.id)
    await stage.press(question, EN.template_use)
    await stage.becomes(question, EN.template_used.format(at=""))
    assert await used(stage, me) == LINES


async def test_a_reply_to_what_the_bot_says_is_no_template(stage: Stage) -> None:
    shown = await stage.ask(stage.world.user, "/template")
    assert "{{ title }}" in shown.text
    assert (await stage.ask(stage.world.user, "/template", reply_to=shown.id)).text == shown.text


async def test_with_nothing_stored_a_template_can_be_used_unseen(stage: Stage) -> None:
    question = await stage.ask(stage.world.user, f"/template {LINES}")
    assert question.text == EN.template_ask_unseen
    await stage.press(question, EN.template_use)
    await stage.becomes(question, EN.template_used.format(at=""))
    assert await used(stage, stage.world.user) == LINES


async def test_a_template_that_is_wrong_or_fails_is_not_offered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = stage.world.user
    await follow(stage)
    said = await stage.ask(me, "/template {{ title }}" + "x" * 2_000)
    assert said.text.startswith("I can't use this template: It is too long")
    said = await stage.ask(me, "/template style full")
    assert said.text == EN.template_bare.format(at="", example=templates.EXAMPLE)
    monkeypatch.setattr(
        samples, "compose", lambda stored, look: replace(compose(stored, look), trouble=Flaw(Why.UNFIT))
    )
    said = await stage.ask(me, f"/template {LINES}")
    assert said.text == EN.template_fails.format(why=Flaw(Why.UNFIT).said("en"), at=""), "and no sample"
    assert said.buttons == []


async def test_in_a_group_members_see_the_template_and_neither_try_nor_use_one(stage: Stage) -> None:
    group, member = stage.world.add_supergroup(), stage.world.add_user("Member")
    stage.world.add_member(group, member)
    stage.web.publish(FEED, "The Gazette", items(2))
    await stage.ask(group, f"/sub {FEED}", more=2)
    assert (await stage.ask(group, "/template", user=member)).text.startswith(EN.template_absent)
    said = await stage.ask(group, f"/template {LINES}", user=member)
    assert said.text == LANGUAGES["en"].only_admins
    _, question = await tried(stage, group, f"/template {LINES}")
    for label in (EN.template_use, EN.template_discard):
        press = await stage.press(question, label, user=member)
        assert (press.answer or {}).get("text") == LANGUAGES["en"].only_admins_toast
    await stage.press(question, EN.template_use)
    await stage.becomes(question, EN.template_used.format(at=""))


async def test_how_to_write_one_is_told_in_chinese_too(stage: Stage) -> None:
    me = stage.world.add_user("我", language="zh-hans")
    said = (await stage.ask(me, "/template")).text
    assert said.startswith(ZH.template_absent)
    assert all(f"{{{{ {field} }}}} – {says}" in said for field, says in ZH.template_fields.items())
    said = (await stage.ask(me, "/template a\n{{ titel }}")).text
    assert said.startswith("这个模板无法使用：第 2 行：没有字段“titel”。可用的字段：author")
    assert (await stage.ask(me, "/template 关")).text == "模板：无。/settings 查看全部设置。"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_longest_template_is_shown_whole_with_how_to_write_one(stage: Stage, language: str) -> None:
    me = stage.world.add_user("Me", language=language)
    await stage.ask(me, "/settings")
    longest = "{{ title }}" + "x" * (room.SOURCE_LIMIT - 11)
    await stage.store.chats.tune(ChatId(me.id), lambda one: replace(one, template=longest))
    said = (await stage.ask(me, "/template")).text
    assert longest in said
    assert said.endswith(templates.EXAMPLE)
    assert len(said) < TEXT_LIMIT


def test_the_example_and_every_field_that_is_named_can_be_used() -> None:
    room.check(templates.EXAMPLE)
    for texts in (EN, ZH):
        assert set(texts.template_fields) >= {"title", "link", "summary", "hits"}
        for field in texts.template_fields:
            room.check(f"{{{{ {field} }}}}")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("/template a\n  b  \n\n c\t", "a\n  b\n\n c"),
        ("/template@bot\nx\r\ny\x00z", "x\ny z"),
        ("/template", ""),
        ("no command\n here", "no command\n here"),
    ],
)
def test_what_stands_behind_a_command_keeps_its_lines(text: str, lines: str) -> None:
    assert commands.behind(text).lstrip(" ") == lines


def test_the_first_word_leaves_the_lines_behind_it_as_they_are() -> None:
    assert commands.first_word(" 2  a\n b") == ("2", " a\n b")
    assert commands.first_word("2 \n  a") == ("2", "  a")
    assert commands.first_word("2") == ("2", "")
    assert commands.first_word("") == ("", "")

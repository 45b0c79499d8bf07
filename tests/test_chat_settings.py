"""What a chat may choose: shown to everybody, changed by those who may, kept whatever else is saved."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat import menus, panel
from bot.chat.choices import OFF, SETTINGS, USUAL, Subject, chosen, put, tasted
from bot.chat.menus import Verb
from bot.chat.replies import LANGUAGES, short
from bot.chat.replies.texts import Texts
from bot.errors import StoreUnavailable
from bot.items import Chat, ChatId, ChatKind, Taste
from bot.playground import Message
from bot.playground.playground import Playground
from bot.playground.world import Chat as WorldChat
from bot.playground.world import User
from bot.settings import Settings
from bot.store.client import Store
from tests.chatting import Stage, Web, conversation
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"], LANGUAGES["zh"]
FOLLOWS, IGNORES = "✓ Corrections", "✗ Corrections"
ONCE, AGAIN = "✓ Stories once", "✗ Stories once"


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


async def known(stage: Stage, chat: WorldChat | User) -> Chat:
    found = await stage.store.chats.get(ChatId(chat.id))
    assert found
    return found


async def turn(stage: Stage, shown: Message, label: str, becomes: str) -> None:
    """Press a button and wait until it says something else."""
    await stage.press(shown, label)
    await stage.world.wait_for(lambda: becomes in shown.buttons, what=f"a button {becomes!r}")


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_every_setting_and_every_value_has_its_words_in_every_language(texts: Texts) -> None:
    said = texts.choosing
    assert set(said.setting_names) == set(said.setting_says) == set(said.setting_words) == set(SETTINGS)
    assert {value for one in SETTINGS.values() for value in one.values} == set(said.setting_values)
    sampled = {value for named in panel.SAMPLED for value in SETTINGS[named].values}
    assert set(said.value_says) == sampled
    by_words = {named for named, one in SETTINGS.items() if one.opens and named not in panel.SAMPLED}
    assert set(said.setting_how) == by_words


@pytest.mark.parametrize("kind", list(ChatKind))
def test_every_setting_can_be_put_to_each_of_its_values(kind: ChatKind) -> None:
    here = Subject(Chat(ChatId(-(10**16)), kind))
    for named, setting in here.settings.items():
        for value in (*setting.values, USUAL):
            made = (
                replace(here.chat, taste=tasted(here.chat.taste, named, value))
                if setting.taste
                else put(here.chat, named, value)
            )
            choice = chosen(Subject(made), named, Settings())
            assert choice.own is (value != USUAL)
            assert choice.value == (
                choice.usual if value == USUAL else "" if setting.opens and value == OFF else value
            )


async def test_each_setting_has_a_button_and_those_that_are_no_switches_a_line(stage: Stage) -> None:
    shown = await stage.ask(stage.world.user, "/settings")
    title, lines, foot = shown.text.split("\n\n")
    assert title == EN.choosing.settings_title
    assert lines.split("\n") == [
        "🎨 Style: summary", "Summary length: normal", "Own hashtags: none", "Template: none",
        "🌐 Language: English", "🕒 Time zone: UTC",
    ]  # fmt: skip
    assert foot == EN.choosing.settings_foot
    assert shown.buttons == [
        "🎨 Style ›", "Summary length ›", "✓ Pictures", "✓ Link preview", "✗ Author", "✗ Item's tags",
        "✗ Long texts whole", "✗ Silent", "Own hashtags ›", "Template ›", IGNORES, ONCE,
        "🌐 Language: English", "🕒 Time zone ›", EN.choosing.settings_what,
    ]  # fmt: skip


async def test_what_is_this_explains_all_and_leads_back(stage: Stage) -> None:
    shown = await stage.ask(stage.world.user, "/settings")
    await stage.press(shown, EN.choosing.settings_what)
    await stage.becomes(shown, EN.choosing.setting_says["once"])
    says = {named: one for named, one in EN.choosing.setting_says.items() if named != "name"}
    assert all(one in shown.text for one in says.values())
    await turn(stage, shown, EN.choosing.settings_back, ONCE)


@pytest.mark.parametrize(
    ("language", "texts", "words"),
    [("en", EN, "nonsense"), ("zh", ZH, "nonsense"), ("en", EN, "x" * 999), ("en", EN, "7")],
)
async def test_words_that_are_no_setting_set_nothing_and_are_told_what_there_is(
    stage: Stage, language: str, texts: Texts, words: str
) -> None:
    me = stage.world.add_user("Me", language=language)
    shown = await stage.ask(me, f"/settings {words}")
    said, title, *_ = shown.text.split("\n\n")
    names = ", ".join(texts.choosing.setting_words[one] for one in SETTINGS if one != "name")
    assert said == texts.choosing.settings_unknown.format(words=short(words), names=names, at="")
    assert title.startswith(texts.choosing.settings_title)
    assert (await known(stage, me)).taste == Taste()


async def test_the_name_of_a_channel_is_no_word_to_be_understood(stage: Stage) -> None:
    stage.world.add_channel("Morning news", username="morning_news")
    assert (await stage.ask(stage.world.user, "/settings @morning_news")).text.startswith("Settings of")
    answer = await stage.ask(stage.world.user, "/settings @morning_news nonsense")
    assert "/settings @morning_news style full" in answer.text


async def test_a_press_changes_a_setting_and_the_message_with_it_there_and_back(stage: Stage) -> None:
    me = stage.world.user
    shown = await stage.ask(me, "/settings")
    await turn(stage, shown, IGNORES, FOLLOWS)
    await turn(stage, shown, ONCE, AGAIN)
    chat = await known(stage, me)
    assert (chat.corrections, chat.once) == (True, False)
    assert EN.choosing.setting_says["once"] in shown.text
    await turn(stage, shown, FOLLOWS, IGNORES)
    await turn(stage, shown, AGAIN, ONCE)
    chat = await known(stage, me)
    assert (chat.corrections, chat.once) == (False, True)
    assert len(stage.world.messages(me)) == 1


async def test_the_language_changes_the_message_and_all_that_is_said_after(stage: Stage) -> None:
    me = stage.world.user
    shown = await stage.ask(me, "/settings")
    await stage.press(shown, "🌐 Language: English")
    await stage.becomes(shown, ZH.choosing.settings_title)
    assert shown.buttons[12] == "🌐 语言 / Language：中文"
    assert (await stage.ask(me, "/list")).text == ZH.list_empty
    await stage.press(shown, "Language")
    await stage.becomes(shown, EN.choosing.settings_title)
    assert (await known(stage, me)).language == "en"


async def test_a_button_pressed_twice_sets_what_it_said(stage: Stage) -> None:
    shown = await stage.ask(stage.world.user, "/settings")
    for press in [stage.world.press(stage.world.user, shown.id, IGNORES) for _ in range(2)]:
        await stage.world.wait_for_answer(press)
    assert (await known(stage, stage.world.user)).corrections is True


async def test_in_a_group_everybody_reads_and_administrators_change(stage: Stage) -> None:
    group, member = stage.world.add_supergroup(), stage.world.add_user("Member")
    stage.world.add_member(group, member)
    shown = await stage.ask(group, "/settings", user=member)
    assert shown.buttons[10:12] == [IGNORES, ONCE]
    press = await stage.press(shown, ONCE, user=member)
    assert (press.answer or {}).get("text") == EN.only_admins_toast
    assert (await known(stage, group)).once is None
    await turn(stage, shown, ONCE, AGAIN)
    assert (await known(stage, group)).once is False


async def test_a_channel_is_set_from_a_private_chat_which_keeps_its_own_language(stage: Stage) -> None:
    channel = stage.world.add_channel("Morning news", username="morning_news")
    shown = await stage.ask(stage.world.user, "/settings @morning_news")
    assert shown.text.startswith("Settings of Morning news")
    assert shown.buttons[10] == FOLLOWS, "as is usual in channels"
    await turn(stage, shown, FOLLOWS, IGNORES)
    await turn(stage, shown, "🌐 Language: English", "🌐 Language: 中文")
    chat = await known(stage, channel)
    assert (chat.corrections, chat.language) == (False, "zh")
    assert (await known(stage, stage.world.user)).language == "en"
    assert stage.world.messages(channel) == []


async def test_a_channel_of_others_is_neither_shown_nor_set(stage: Stage) -> None:
    channel = stage.world.add_channel(username="their_news", owner=stage.world.add_user("Other"))
    answer = await stage.ask(stage.world.user, "/settings @their_news")
    assert answer.text == EN.channel_not_yours.format(chat="@their_news")
    data = menus.pack(Verb.CHOOSE, ChatId(channel.id), "once", "0")
    forged = stage.world.telegram.press(stage.world.user, answer, data)
    assert await stage.world.wait_for_answer(forged) == EN.button_not_yours
    assert await stage.store.chats.get(ChatId(channel.id)) is None


@pytest.mark.parametrize(
    "rest",
    [
        "",
        ":once",
        ":once:",
        ":once:2",
        ":style:1",
        ":language:xx",
        ":once:0:",
        ":once:0:0",
        ":corrections:1:1:1",
    ],
)
async def test_forged_data_changes_nothing_and_is_answered(stage: Stage, rest: str) -> None:
    me = stage.world.user
    shown = await stage.ask(me, "/settings")
    before = await known(stage, me)
    forged = stage.world.telegram.press(me, shown, f"c:{me.id}{rest}")
    assert await stage.world.wait_for_answer(forged) == EN.stale_button
    assert await known(stage, me) == before


async def test_choices_and_their_buttons_outlive_the_conversation(store: Store, clock: Clock) -> None:
    async with Playground() as world:
        async with conversation(store, clock, world=world, web=Web()) as stage:
            shown = await stage.ask(world.user, "/settings")
            await turn(stage, shown, ONCE, AGAIN)
        async with conversation(store, clock, world=world, web=Web()) as stage:
            await turn(stage, shown, IGNORES, FOLLOWS)
            assert (await stage.ask(world.user, "/settings")).buttons[10:12] == [FOLLOWS, AGAIN]


async def test_a_chat_that_is_met_again_under_another_name_keeps_its_choices(stage: Stage) -> None:
    group = stage.world.add_supergroup("Old name")
    shown = await stage.ask(group, "/settings")
    await turn(stage, shown, ONCE, AGAIN)
    await turn(stage, shown, IGNORES, FOLLOWS)
    group.title = "New name"
    await stage.ask(group, "/list")
    chat = await known(stage, group)
    assert (chat.title, chat.corrections, chat.once) == ("New name", True, False)


async def test_a_press_while_the_store_is_away_says_so_and_changes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = await stage.ask(stage.world.user, "/settings")

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("Redis does not answer")

    monkeypatch.setattr(stage.store.chats, "save", away)
    press = await stage.press(shown, IGNORES)
    assert (press.answer or {}).get("text") == EN.no_memory
    assert IGNORES in shown.buttons

"""What is said when an address is followed: feeds of a page told apart, RSSHub, Telegram, and feeds that bring much."""

import dataclasses
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.choices import ON
from bot.chat.flood import FEWEST, MUCH_PER_DAY
from bot.chat.following import TITLE_SHOWN, offer_line
from bot.chat.replies import LANGUAGES, bold, code, join, say, short
from bot.fetch.answer import Failure
from bot.items import ChatId, Style, Subscription
from bot.playground.playground import Playground
from bot.playground.world import Message
from bot.render.parts import TEXT_LIMIT, RichText, units
from bot.settings import Settings
from bot.store.client import Store
from bot.subscribe import Offer
from tests import oracle
from tests.chatting import FEED, NOW, Stage, Web, conversation, items
from tests.conftest import Clock

EN = LANGUAGES["en"]
SAYS = EN.subscribing
BUTTONS = [SAYS.flood_filter, SAYS.flood_headline, SAYS.flood_silent, SAYS.flood_leave, SAYS.flood_go]


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    flood = tuple(
        dataclasses.replace(one, published=NOW - timedelta(minutes=8 * place))
        for place, one in enumerate(items(60), start=1)
    )
    web.publish(FEED, "Example News", flood)
    settings = Settings(rsshub_url="https://hub.example")
    async with (
        Playground() as world,
        conversation(store, clock, world=world, web=web, settings=settings) as stage,
    ):
        yield stage


async def _wish(stage: Stage, chat: int) -> Subscription:
    (wish,) = await stage.store.chats.subscriptions(ChatId(chat))
    return wish


async def _warned(stage: Stage) -> Message:
    return await stage.ask(stage.world.user, f"/sub {FEED}", more=2)


async def test_the_feeds_of_a_page_are_told_apart_by_rate_and_newest_item(stage: Stage) -> None:
    stage.web.publish("https://news.example/slow", "Slow", items(3, word="<b>&amp;", hours=24))
    stage.web.publish("https://news.example/none", "None")
    stage.web.pages["https://news.example/"] = b"".join(
        b'<link rel=alternate type=application/rss+xml title="RSS" href="https://news.example/%b">' % one
        for one in (b"feed", b"slow", b"none")
    )
    choice = await stage.ask(stage.world.user, "/sub https://news.example/")
    assert choice.text.splitlines()[2:] == [
        "1. Example News · about 180 a day · “Story number 60”",
        "2. Slow · about 2 a day · “<b>&amp; number 3”",
        "3. None · no items yet",
    ]
    assert choice.buttons == ["1. Example News", "2. Slow", "3. None"]


async def test_a_feed_that_brings_much_is_followed_and_what_to_do_is_offered(stage: Stage) -> None:
    answer = await _warned(stage)
    assert "Example News: about 180 a day" in answer.text
    assert SAYS.flood in answer.text
    assert "/settings 1 " in answer.text
    assert answer.buttons == BUTTONS
    assert await stage.heard(stage.world.user) == [FEED]
    assert "Story number 60" in stage.world.messages(stage.world.user)[1].text


async def test_a_feed_that_brings_less_is_followed_without_a_question(stage: Stage) -> None:
    stage.web.publish("https://calm.example/feed", "Calm", items(12))
    answer = await stage.ask(stage.world.user, "/sub https://calm.example/feed", more=2)
    assert SAYS.flood not in answer.text
    assert not answer.buttons
    assert MUCH_PER_DAY == 100


async def test_a_few_items_at_once_are_no_flood(stage: Stage) -> None:
    few = stage.web.documents[FEED].items[:FEWEST]
    for count, warned in ((FEWEST - 1, False), (FEWEST, True)):
        stage.web.publish(f"https://few.example/{count}", "Few", few[:count])
        answer = await stage.ask(stage.world.user, f"/sub https://few.example/{count}", more=2)
        assert "about 180 a day" in answer.text
        assert (SAYS.flood in answer.text) is warned
        await stage.settled()


async def test_headlines_and_silence_are_chosen_for_the_feed_and_taken_back(stage: Stage) -> None:
    answer, chat = await _warned(stage), stage.world.user.id
    await stage.press(answer, SAYS.flood_headline)
    await stage.becomes(answer, "Example News brings about 180 a day.")
    await stage.press(answer, SAYS.flood_silent)
    await stage.world.wait_for(lambda: f"✓ {SAYS.flood_silent}" in answer.buttons, what="a mark")
    taste = (await _wish(stage, chat)).taste
    assert (taste.style, taste.silent) == (Style.HEADLINE, True)
    assert answer.buttons[1:3] == [f"✓ {SAYS.flood_headline}", f"✓ {SAYS.flood_silent}"]
    await stage.press(answer, f"✓ {SAYS.flood_silent}")
    await stage.world.wait_for(lambda: SAYS.flood_silent in answer.buttons, what="no mark")
    taste = (await _wish(stage, chat)).taste
    assert (taste.style, taste.silent) == (Style.HEADLINE, None)


async def test_how_to_have_only_some_of_it_is_shown_with_an_example_that_works(stage: Stage) -> None:
    answer = await _warned(stage)
    await stage.press(answer, SAYS.flood_filter)
    await stage.becomes(answer, "/filter 1 only number")
    assert answer.buttons == BUTTONS
    command = re.search(r"^/filter 1 not .*$", answer.text, re.MULTILINE)
    assert command
    await stage.ask(stage.world.user, command[0])
    assert (await _wish(stage, stage.world.user.id)).never == "number"


async def test_without_a_word_in_its_newest_item_the_example_says_what_goes_there(stage: Stage) -> None:
    few = tuple(dataclasses.replace(one, title="1 + 1") for one in stage.web.documents[FEED].items)
    stage.web.publish(FEED, "Example News", few)
    answer = await _warned(stage)
    await stage.press(answer, SAYS.flood_filter)
    await stage.becomes(answer, f"/filter 1 only {SAYS.flood_word}")


async def test_it_is_left_again_and_brought_back_by_undo(stage: Stage) -> None:
    answer = await _warned(stage)
    await stage.press(answer, SAYS.flood_leave)
    await stage.becomes(answer, "no longer followed")
    assert await stage.heard(stage.world.user) == []
    await stage.press(answer, EN.undo)
    await stage.becomes(answer, "followed again")
    assert await stage.heard(stage.world.user) == [FEED]


async def test_going_on_says_where_to_change_it_and_asks_no_more(stage: Stage) -> None:
    answer = await _warned(stage)
    await stage.press(answer, SAYS.flood_go)
    await stage.becomes(answer, "/filter 1 ")
    assert not answer.buttons
    assert (await _wish(stage, stage.world.user.id)).taste.style is None


async def test_a_feed_left_meanwhile_or_a_forged_button_changes_nothing(stage: Stage) -> None:
    answer, world = await _warned(stage), stage.world
    data = str(answer.button(SAYS.flood_silent)["callback_data"])
    for forged in ("style:article", "name:x", "silent:off", "x"):
        press = world.telegram.press(world.user, answer, data.replace(f"silent:{ON}", forged))
        assert await world.wait_for_answer(press) == EN.stale_button
    assert (await _wish(stage, world.user.id)).taste.style is None
    await stage.ask(world.user, "/unsub 1")
    press = world.press(world.user, answer.id, SAYS.flood_silent)
    assert await world.wait_for_answer(press) == EN.choosing.setting_feed_gone


async def test_in_a_group_only_administrators_press(stage: Stage) -> None:
    group = stage.world.add_supergroup()
    member = stage.world.add_user("Member")
    stage.world.add_member(group, member)
    answer = await stage.ask(group, f"/sub {FEED}", more=2)
    press = stage.world.press(group, answer.id, SAYS.flood_leave, user=member)
    assert await stage.world.wait_for_answer(press) == EN.only_admins_toast
    assert await stage.heard(group) == [FEED]


async def test_a_channels_flood_is_calmed_from_private(stage: Stage) -> None:
    channel = stage.world.add_channel("Floods", username="floods_now")
    answer = await stage.ask(stage.world.user, f"/sub {FEED} @floods_now", more=2)
    assert "/settings @floods_now 1 " in answer.text
    await stage.press(answer, SAYS.flood_filter)
    await stage.becomes(answer, "/filter @floods_now 1 only number")
    await stage.press(answer, SAYS.flood_headline)
    await stage.world.wait_for(lambda: f"✓ {SAYS.flood_headline}" in answer.buttons, what="a mark")
    assert (await _wish(stage, channel.id)).taste.style is Style.HEADLINE


async def test_a_route_of_rsshub_is_followed_and_left_by_its_own_name(stage: Stage) -> None:
    stage.web.publish("https://hub.example/github/issue/a/b", "Issues of b", items(2))
    answer = await stage.ask(stage.world.user, "rsshub://github/issue/a/b", more=2)
    assert "Issues of b" in answer.text
    assert await stage.heard(stage.world.user) == ["https://hub.example/github/issue/a/b"]
    await stage.ask(stage.world.user, "/unsub rsshub://github/issue/a/b")
    assert await stage.heard(stage.world.user) == []


async def test_what_goes_wrong_at_an_instance_is_said_of_the_instance(stage: Stage) -> None:
    stage.web.failures["https://hub.example/busy/route"] = Failure.BUSY
    busy = await stage.ask(stage.world.user, "/sub rsshub://busy/route")
    assert busy.text.startswith(
        "The RSSHub at hub.example brought no feed for rsshub://busy/route: too busy."
    )
    stage.web.pages["https://hub.example/page"] = b"<html>"
    page = await stage.ask(stage.world.user, "/sub rsshub://page")
    assert SAYS.rsshub_no_feed in page.text
    wrong = await stage.ask(stage.world.user, "/sub rsshub://")
    assert wrong.text == SAYS.rsshub_route.format(address="rsshub://")


async def test_without_an_instance_it_is_said_who_can_set_one(store: Store, clock: Clock) -> None:
    settings = Settings(rsshub_url="")
    async with (
        Playground() as world,
        conversation(store, clock, world=world, web=Web(), settings=settings) as stage,
    ):
        answer = await stage.ask(stage.world.user, "/sub rsshub://a/b")
        assert answer.text == SAYS.rsshub_off.format(address="rsshub://a/b")


async def test_of_a_chat_that_shows_no_messages_it_is_said_which_can_be_followed(stage: Stage) -> None:
    stage.web.pages["https://t.me/+secret"] = b"<html>"
    for address in ("https://t.me/+secret", "t.me/nobody_here"):
        answer = await stage.ask(stage.world.user, f"/sub {address}")
        assert answer.text == SAYS.telegram_none.format(address=address)


names = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1, max_size=150)


@settings(max_examples=40)
@given(names, st.none() | names, st.floats(0, 500), st.sampled_from(["en", "zh"]))
def test_whatever_feeds_are_called_telegram_takes_the_offer_as_it_is(
    title: str, latest: str | None, rate: float, language: str
) -> None:
    offer = Offer("https://news.example/feed?a=1&b=2", title, latest, rate)
    shown = short(title, TITLE_SHOWN) or "x"
    lines = [offer_line(LANGUAGES[language], place, shown, offer) for place in range(1, 9)]
    said = join([RichText("Which?"), *lines], "\n")
    assert "\n" not in lines[0].text
    assert units(said.text) < TEXT_LIMIT / 2
    if not oracle.has_marks(said.text):
        sent = oracle.as_sent(said)
        assert sent.text == said.text
        assert oracle.looks(sent) == oracle.looks(said)


@settings(max_examples=40)
@given(names, st.sampled_from(["en", "zh"]))
def test_whatever_a_feed_is_called_telegram_takes_the_warning_as_it_is(name: str, language: str) -> None:
    texts = LANGUAGES[language].subscribing
    named = bold(short(name) or "x")
    said = [
        say(texts.flood_stands, feed=named, rate="7"),
        say(texts.flood_choose, at=" @x", number=1),
        say(texts.flood_goes, at="", number=1),
        say(texts.flood_how, only=code("/filter 1 only a"), never=code("/filter 1 not a")),
        *(say(one, address=code(short(name) or "x")) for one in (texts.rsshub_off, texts.telegram_none)),
        say(
            texts.rsshub_failed,
            address=code(short(name) or "x"),
            host="hub.example",
            why=texts.rsshub_no_feed,
        ),
    ]
    for one in said:
        if not oracle.has_marks(one.text):
            assert oracle.looks(oracle.as_sent(one)) == oracle.looks(one)

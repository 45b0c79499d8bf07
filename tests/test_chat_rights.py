"""Who may change what: groups and their administrators, channels managed from afar, comings and goings."""

from collections.abc import AsyncIterator

import pytest

from bot.chat.replies import LANGUAGES
from bot.items import Chat as KnownChat
from bot.items import ChatId, ChatKind, UserId
from bot.playground.playground import Playground
from bot.playground.world import ADMIN_RIGHTS, Status
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.conftest import Clock

EN = LANGUAGES["en"]


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    web = Web()
    web.publish(FEED, "Example News", items(3))
    async with Playground() as world, conversation(store, clock, world=world, web=web) as stage:
        yield stage


@pytest.mark.parametrize("command", [f"/sub {FEED}", "/unsub 1", "/alert words"])
async def test_in_groups_only_administrators_change_things(stage: Stage, command: str) -> None:
    group = stage.world.add_supergroup()
    member = stage.world.add_user("Member")
    stage.world.add_member(group, member)
    assert (await stage.ask(group, command, user=member)).text == EN.only_admins
    assert await stage.heard(group) == []
    assert await stage.store.alerts.of(ChatId(group.id)) == []


async def test_in_groups_everybody_may_read(stage: Stage) -> None:
    group = stage.world.add_supergroup()
    member = stage.world.add_user("Member")
    stage.world.add_member(group, member)
    await stage.ask(group, f"/sub {FEED}", more=2)
    for command, says in [("/list", "1. Example News"), ("/latest", "Story number 3"), ("/alerts", "No alerts"), ("/alert", "/alert interest")]:  # fmt: skip
        assert says in (await stage.ask(group, command, user=member)).text


async def test_whoever_subscribed_a_group_is_told_in_private_when_it_is_lost_and_told_once(
    stage: Stage,
) -> None:
    group = stage.world.add_supergroup("Hall")
    await stage.ask(group, f"/sub {FEED}", more=2)
    before = len(stage.world.messages(stage.world.user))
    stage.world.kick(group)
    told = (await stage.world.wait_for_messages(stage.world.user, before + 1))[before]
    assert "I can no longer write to Hall (kicked)" in told.text
    assert not await stage.store.chats.pause(ChatId(group.id), "kicked"), "a courier has nothing to add"


async def test_an_administrator_who_shows_the_group_instead_of_a_name_may(stage: Stage) -> None:
    group = stage.world.add_supergroup()
    await stage.ask(group, f"/sub {FEED}", more=2, anonymous=True)
    assert await stage.heard(group) == [FEED]


async def test_a_member_who_presses_an_administrators_button_is_told_so_over_it(stage: Stage) -> None:
    group = stage.world.add_supergroup()
    member = stage.world.add_user("Member")
    stage.world.add_member(group, member)
    await stage.ask(group, f"/sub {FEED}", more=2)
    listed = await stage.ask(group, "/list")
    press = await stage.press(listed, "✕ 1", user=member)
    assert press.answer
    assert press.answer["text"] == EN.only_admins_toast
    assert press.answer["show_alert"]
    forged = stage.world.telegram.press(member, listed, press.data.replace("u:", "x:", 1))
    assert await stage.world.wait_for_answer(forged) == EN.only_admins_toast
    assert await stage.heard(group) == [FEED]


async def test_a_channel_is_managed_from_a_private_chat(stage: Stage) -> None:
    channel = stage.world.add_channel("Morning news", username="morning_news")
    answer = await stage.ask(stage.world.user, f"/sub @morning_news {FEED}", more=2)
    assert "Morning news now follows Example News" in answer.text
    assert "Story number 3" in stage.world.messages(stage.world.user)[1].text
    assert stage.world.messages(channel) == []
    assert await stage.heard(channel) == [FEED]
    assert await stage.heard(stage.world.user) == []
    known = await stage.store.chats.by_username("morning_news")
    assert known == KnownChat(
        ChatId(channel.id),
        ChatKind.CHANNEL,
        "Morning news",
        "morning_news",
        UserId(stage.world.user.id),
        "en",
    )
    listed = await stage.ask(stage.world.user, f"/list {channel.id}")
    assert "Feeds of Morning news: 1" in listed.text
    assert "Story number 3" in (await stage.ask(stage.world.user, "/latest 3 @morning_news")).text
    await stage.ask(stage.world.user, "/alert @morning_news big words")
    assert [one.query for one in await stage.store.alerts.of(ChatId(channel.id))] == ["big words"]
    await stage.press(listed, "✕ 1")
    await stage.becomes(listed, "Leave Example News?")
    await stage.press(listed, EN.yes)
    await stage.becomes(listed, "no longer followed")
    assert await stage.heard(channel) == []


async def test_every_next_step_for_a_channel_names_it(stage: Stage) -> None:
    stage.world.add_channel("Morning news", username="morning_news")
    assert "/alert @morning_news and" in (await stage.ask(stage.world.user, "/alerts @morning_news")).text
    await stage.ask(stage.world.user, f"/sub @morning_news {FEED}", more=2)
    for command, says in {
        f"/sub {FEED} @morning_news": "/list @morning_news shows",
        "/unsub @morning_news": "/unsub @morning_news and",
        "/unsub 9 @morning_news": "/unsub @morning_news and",
        "/latest 0 @morning_news": "/latest @morning_news 5",
        "/latest @morning_news none": "/latest @morning_news and",
        "/list @morning_news": "/sub @morning_news and",
        "/unsub 1 @morning_news": "/list @morning_news shows",
    }.items():
        answer = await stage.ask(stage.world.user, command)
        assert says in answer.text
    await stage.press(answer, EN.undo)
    await stage.becomes(answer, "/list @morning_news shows")
    assert await stage.heard(stage.world.user) == []


async def test_a_group_is_managed_from_afar_where_we_are_but_a_member(stage: Stage) -> None:
    group = stage.world.add_supergroup("Hall", username="the_hall")
    answer = await stage.ask(stage.world.user, f"/sub {FEED} @the_hall", more=2)
    assert "Hall now follows" in answer.text
    assert await stage.heard(group) == [FEED]
    before = len(stage.world.messages(stage.world.user))
    stage.world.kick(group)
    told = (await stage.world.wait_for_messages(stage.world.user, before + 1))[before]
    assert "I can no longer write to Hall (kicked)" in told.text
    answer = await stage.ask(stage.world.user, "/list @the_hall")
    assert answer.text == EN.channel_unknown.format(chat="@the_hall")


async def test_a_member_may_read_by_the_groups_own_name(stage: Stage) -> None:
    group = stage.world.add_supergroup("Hall", username="the_hall")
    member = stage.world.add_user("Member")
    stage.world.add_member(group, member)
    await stage.ask(group, f"/sub {FEED}", more=2)
    assert "1. Example News" in (await stage.ask(group, "/list @the_hall", user=member)).text
    assert (await stage.ask(group, "/unsub 1 @the_hall", user=member)).text == EN.only_admins


async def test_the_sample_for_a_channel_is_not_taken_for_delivered_there(stage: Stage) -> None:
    channel = stage.world.add_channel(username="morning_news")
    await stage.ask(stage.world.user, f"/sub @morning_news {FEED}", more=2)
    feed = await stage.store.feeds.find(FEED)
    assert feed
    newest = (await stage.store.archive.latest([feed.id], offset=0, limit=1))[0]
    assert await stage.store.outbox.sent_as(ChatId(channel.id), newest.id) is None


@pytest.mark.parametrize("command", ["/sub {feed} @morning_news", "/list @morning_news", "/unsub 1 @morning_news", "/latest @morning_news", "/alert @morning_news x"])  # fmt: skip
async def test_a_channel_of_others_is_not_shown_nor_changed(stage: Stage, command: str) -> None:
    other = stage.world.add_user("Other")
    channel = stage.world.add_channel(username="morning_news", owner=other)
    answer = await stage.ask(stage.world.user, command.format(feed=FEED))
    assert answer.text == EN.channel_not_yours.format(chat="@morning_news")
    stage.world.make_admin(channel, stage.world.user, rights=ADMIN_RIGHTS - {"can_post_messages"})
    answer = await stage.ask(stage.world.user, command.format(feed=FEED))
    assert answer.text == EN.channel_not_yours.format(chat="@morning_news")
    assert await stage.heard(channel) == []


async def test_a_channel_without_rights_for_us_is_refused_with_what_to_do(stage: Stage) -> None:
    channel = stage.world.add_channel(username="morning_news", bot=Status.MEMBER)
    command = f"/sub @morning_news {FEED}"
    assert "may not post in @morning_news" in (await stage.ask(stage.world.user, command)).text
    stage.world.make_admin(channel, rights=ADMIN_RIGHTS - {"can_post_messages"})
    await stage.settled()
    assert "may not post" in stage.world.messages(stage.world.user)[-1].text
    assert (
        "can't see @nowhere_at_all"
        in (await stage.ask(stage.world.user, f"/sub @nowhere_at_all {FEED}")).text
    )
    assert "can't see" in (await stage.ask(stage.world.user, f"/list {-1009999999999}")).text
    assert await stage.heard(channel) == []


async def test_a_button_forged_for_anothers_chat_changes_nothing(stage: Stage) -> None:
    other = stage.world.add_user("Other")
    await stage.ask(other, f"/sub {FEED}", more=2)
    listed = await stage.ask(other, "/list")
    data = str(listed.button("✕ 1")["callback_data"]).replace("u:", "x:", 1)
    hello = await stage.ask(stage.world.user, "/start")
    forged = stage.world.telegram.press(stage.world.user, hello, data)
    await stage.world.wait_for_answer(forged)
    assert await stage.heard(other) == [FEED]


async def test_over_a_button_forged_for_a_chat_nothing_tells_of_that_chat(stage: Stage) -> None:
    world, other = stage.world, stage.world.add_user("Other")
    theirs = world.add_channel("Secret plans", owner=other)
    await stage.store.chats.save(KnownChat(ChatId(theirs.id), ChatKind.CHANNEL, "Secret plans"))
    mute = world.add_channel("Mute", username="mute_news", owner=other, bot=Status.MEMBER)
    hello = await stage.ask(world.user, "/start")
    for chat in (theirs.id, mute.id, other.id, -1009999999999):
        for data in (f"l:{chat}:0", f"x:{chat}:feed:0", f"c:{chat}:once:0"):
            forged = world.telegram.press(world.user, hello, data)
            assert await world.wait_for_answer(forged) == EN.button_not_yours


async def test_the_command_says_why_a_button_for_a_channel_does_no_longer_work(stage: Stage) -> None:
    channel = stage.world.add_channel("Morning news", username="morning_news")
    listed = await stage.ask(stage.world.user, "/settings @morning_news")
    stage.world.make_admin(channel, rights=ADMIN_RIGHTS - {"can_post_messages"})
    await stage.settled()
    press = await stage.press(listed, "Stories once")
    assert (press.answer or {}).get("text") == EN.button_not_yours
    answer = await stage.ask(stage.world.user, "/settings @morning_news")
    assert answer.text == EN.channel_not_ours.format(chat="@morning_news")


async def test_commands_posted_in_a_channel_are_left_alone(stage: Stage) -> None:
    channel = stage.world.add_channel()
    stage.world.say(channel, f"/sub {FEED}")
    await stage.settled()
    assert stage.world.messages(channel) == []


async def test_a_block_pauses_and_the_next_word_resumes(stage: Stage) -> None:
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    stage.world.block()
    await stage.settled()
    assert await _paused(stage, stage.world.user.id) == "blocked"
    stage.world.block(blocked=False)
    await stage.settled()
    assert await _paused(stage, stage.world.user.id) == ""


async def test_whoever_speaks_can_hear_again_unless_paused_by_hand(stage: Stage) -> None:
    me = ChatId(stage.world.user.id)
    await stage.ask(stage.world.user, "/help")
    for why, after in [("kicked", ""), ("by hand", "by hand")]:
        await stage.store.chats.pause(me, why)
        await stage.ask(stage.world.user, "/help")
        assert await _paused(stage, me) == after


@pytest.mark.parametrize(("why", "after"), [("no right to post", ""), ("by hand", "by hand")])
async def test_a_command_for_a_channel_resumes_it_as_its_owner_was_told(
    stage: Stage, why: str, after: str
) -> None:
    """Telegram tells of a new right when it is given, at most: what we miss then is never told again."""
    channel = stage.world.add_channel("Morning news", username="morning_news")
    await stage.ask(stage.world.user, f"/sub @morning_news {FEED}", more=2)
    await stage.store.chats.pause(ChatId(channel.id), why)
    await stage.ask(stage.world.user, "/list @morning_news")
    assert await _paused(stage, channel.id) == after


async def test_being_thrown_out_of_a_group_pauses_it_and_coming_back_resumes(stage: Stage) -> None:
    group = stage.world.add_supergroup()
    await stage.ask(group, f"/sub {FEED}", more=2)
    stage.world.kick(group)
    await stage.settled()
    assert await _paused(stage, group.id) == "kicked"
    stage.world.add_member(group)
    await stage.settled()
    assert await _paused(stage, group.id) == ""
    assert await stage.heard(group) == [FEED]


async def _paused(stage: Stage, chat: int) -> str:
    known = await stage.store.chats.get(ChatId(chat))
    assert known
    return known.paused


async def test_whoever_adds_us_is_told_how_to_begin(stage: Stage) -> None:
    group = stage.world.add_supergroup("Circle", bot=Status.LEFT)
    stage.world.add_member(group)
    channel = stage.world.add_channel("Morning", username="morning_news", bot=Status.LEFT)
    greetings = await stage.world.wait_for_messages(stage.world.user, 1)
    assert "adding me to Circle" in greetings[0].text
    stage.world.make_admin(channel, rights=ADMIN_RIGHTS - {"can_post_messages"})
    greetings = await stage.world.wait_for_messages(stage.world.user, 2)
    assert greetings[1].text == EN.greet_channel_mute.format(chat="Morning", name="@morning_news")
    assert stage.world.messages(group) == stage.world.messages(channel) == []


async def test_in_a_group_whose_adder_never_spoke_to_us_we_greet_there(stage: Stage) -> None:
    shy = stage.world.add_user("Shy", started=False)
    group = stage.world.add_supergroup("Circle", bot=Status.LEFT, owner=shy)
    stage.world.people.set_bot(group, Status.MEMBER, shy)
    assert (await stage.world.wait_for_messages(group))[0].text == EN.start_group


async def test_a_group_that_becomes_a_supergroup_takes_everything_along(stage: Stage) -> None:
    group = stage.world.add_group("Circle")
    await stage.ask(group, f"/sub {FEED}", more=2)
    await stage.ask(group, "/alert words")
    now = stage.world.migrate(group)
    await stage.settled()
    assert await stage.heard(now) == [FEED]
    assert [one.query for one in await stage.store.alerts.of(ChatId(now.id))] == ["words"]
    known = await stage.store.chats.get(ChatId(now.id))
    assert known
    assert known.kind is ChatKind.SUPERGROUP
    assert "1. Example News" in (await stage.ask(now, "/list")).text


async def test_a_chat_is_known_by_its_present_name(stage: Stage) -> None:
    group = stage.world.add_supergroup("Old name", username="old_name")
    await stage.ask(group, "/list")
    group.title, group.username = "New name", "new_name"
    await stage.ask(group, "/list")
    known = await stage.store.chats.by_username("new_name")
    assert known
    assert known.title == "New name"

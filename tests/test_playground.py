"""The local Telegram says what Telegram says: to good calls, and to bad ones in its own words."""

import asyncio

import aiohttp
import pytest

from bot.playground import Playground, Status
from bot.playground.pictures import skyline
from tests.caller import Caller

PICTURE = skyline(1, 400, 300)


async def test_a_command_comes_as_an_update_and_its_answer_stands_in_the_chat(
    world: Playground, call: Caller
) -> None:
    world.say(world.user, "/sub http://127.0.0.1:8/feed")
    (update,) = await call.updates()
    kinds = [entity["type"] for entity in update["message"]["entities"]]
    assert kinds == ["bot_command", "url"]
    await call("sendMessage", chat_id=world.user.id, text="<b>Done</b> & well", parse_mode="HTML")
    (message,) = await world.wait_for_messages(world.user)
    assert (message.text, message.content.entities[0].type) == ("Done & well", "bold")


async def test_method_names_ignore_case_and_bodies_come_in_any_form(
    world: Playground, call: Caller, http: aiohttp.ClientSession
) -> None:
    url = f"{world.url}/bot{world.token}"
    async with http.get(f"{url}/SENDmessage", params={"chat_id": world.user.id, "text": "query"}) as answer:
        assert answer.status == 200
    async with http.post(
        f"{url}/sendMessage", data={"chat_id": str(world.user.id), "text": "form"}
    ) as answer:
        assert answer.status == 200
    form = aiohttp.FormData({"chat_id": str(world.user.id), "caption": "multipart"})
    form.add_field("photo", PICTURE, filename="a.png", content_type="image/png")
    async with http.post(f"{url}/sendPhoto", data=form) as answer:
        assert answer.status == 200, await answer.text()
    assert [message.text for message in world.messages(world.user)] == ["query", "form", "multipart"]
    assert "message text is empty" in await call.refused("sendMessage", chat_id=world.user.id, text="")


@pytest.mark.parametrize(
    ("token", "status", "description"),
    [("12:" + "x" * 35, 401, "Unauthorized"), ("nonsense", 404, "Not Found")],
)
async def test_a_wrong_token_is_refused(
    world: Playground, http: aiohttp.ClientSession, token: str, status: int, description: str
) -> None:
    async with http.get(f"{world.url}/bot{token}/getMe") as answer:
        assert answer.status == status
        assert (await answer.json())["description"] == description


async def test_a_confirmed_update_does_not_come_again(world: Playground, call: Caller) -> None:
    for word in ("one", "two", "three"):
        world.say(world.user, word)
    first = await call.updates(limit=2)
    assert [update["message"]["text"] for update in first] == ["one", "two"]
    (rest,) = await call.updates(offset=first[-1]["update_id"] + 1)
    assert rest["message"]["text"] == "three"
    (last,) = await call.updates(offset=-1)
    assert last == rest


async def test_a_poll_waits_for_what_comes(world: Playground, call: Caller) -> None:
    poll = asyncio.create_task(call.updates(timeout=5))
    await world.wait_for(lambda: world.telegram.calls["getUpdates"])
    world.say(world.user, "hello")
    updates = await asyncio.wait_for(poll, 2)
    assert updates[0]["message"]["text"] == "hello"


async def test_the_older_of_two_polls_is_told_of_the_conflict(world: Playground, call: Caller) -> None:
    older = asyncio.create_task(call.refused("getUpdates", timeout=20))
    await world.wait_for(lambda: world.telegram.calls["getUpdates"])
    newer = asyncio.create_task(call("getUpdates", offset=7, timeout=20))
    assert (await asyncio.wait_for(older, 2)).startswith("Conflict: terminated by other getUpdates request")
    world.say(world.user, "for the newer")
    assert await asyncio.wait_for(newer, 2)


async def test_unwanted_kinds_of_updates_do_not_come(world: Playground, call: Caller) -> None:
    await call("getUpdates", allowed_updates=["callback_query"], offset=1)
    world.say(world.user, "unheard")
    message = await call.message(
        "sendMessage", chat_id=world.user.id, text="x",
        reply_markup={"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]},
    )  # fmt: skip
    press = world.press(world.user, int(str(message["message_id"])), "Go")
    (update,) = await call.updates(offset=2)
    assert update["callback_query"]["data"] == "go"
    await call("answerCallbackQuery", callback_query_id=press.id, text="gone")
    assert await world.wait_for_answer(press) == "gone"
    assert "query is too old" in await call.refused("answerCallbackQuery", callback_query_id=press.id)


async def test_texts_and_captions_are_counted_in_code_points_after_parsing(
    world: Playground, call: Caller
) -> None:
    chat = world.user.id
    await call("sendMessage", chat_id=chat, text="😀" * 4096)
    await call("sendMessage", chat_id=chat, text="<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    assert (
        await call.refused("sendMessage", chat_id=chat, text="x" * 4097) == "Bad Request: message is too long"
    )
    assert (
        await call.refused("sendMessage", chat_id=chat, text="x" * 32769) == "Bad Request: text is too long"
    )


@pytest.mark.parametrize(
    ("keyboard", "words"),
    [
        ([[{"text": "a", "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
        ([[{"text": "a"}]], "Text buttons are unallowed in the inline keyboard"),
        ([[{"text": "a", "url": "http://localhost/"}]], "'http://localhost/' is invalid: Wrong HTTP URL"),
        ([[{"text": "a", "callback_data": "b"}]] * 101, "reply markup is too long"),
        ("x", "must be of type Array"),
    ],
)
async def test_bad_keyboards_are_refused(
    world: Playground, call: Caller, keyboard: object, words: str
) -> None:
    markup = {"inline_keyboard": keyboard}
    assert words in await call.refused("sendMessage", chat_id=world.user.id, text="x", reply_markup=markup)


async def test_whom_the_bot_may_write_to(world: Playground, call: Caller) -> None:
    stranger = world.add_user("Stranger", started=False)
    assert await call.refused("sendMessage", chat_id=stranger.id, text="x") == "Bad Request: chat not found"
    world.add_supergroup()
    assert await call.refused("getChat", chat_id="@") == "Bad Request: chat not found", "which has no name"
    world.add_member(world.add_group(), stranger)
    said = await call.refused("sendMessage", chat_id=stranger.id, text="x")
    assert said == "Forbidden: bot can't initiate conversation with a user"
    world.block()
    said = await call.refused("sendMessage", chat_id=world.user.id, text="x")
    assert said == "Forbidden: bot was blocked by the user"
    world.user.deactivated = True
    said = await call.refused("sendMessage", chat_id=world.user.id, text="x")
    assert said == "Forbidden: user is deactivated"


async def test_what_the_bot_may_do_in_groups_and_channels(world: Playground, call: Caller) -> None:
    group, channel = world.add_supergroup(), world.add_channel(username="news_of_alder")
    group.denied.add("photos")
    await call("sendMessage", chat_id=group.id, text="text passes")
    form = {"chat_id": group.id, "photo": "http://127.0.0.1:1/x.png"}
    assert "not enough rights to send photos to the chat" in await call.refused("sendPhoto", **form)
    await call("sendMessage", chat_id="@NEWS_of_alder", text="by name")
    world.make_admin(channel, rights=())
    said = await call.refused("sendMessage", chat_id=channel.id, text="x")
    assert said == "Bad Request: need administrator rights in the channel chat"
    world.kick(group)
    said = await call.refused("sendMessage", chat_id=group.id, text="x")
    assert said == "Forbidden: bot was kicked from the supergroup chat"


async def test_a_group_that_moved_names_its_new_id(world: Playground, call: Caller) -> None:
    group = world.add_group()
    new = world.migrate(group)
    status, answer = await call.raw("sendMessage", {"chat_id": group.id, "text": "x"})
    assert (status, answer["parameters"]) == (400, {"migrate_to_chat_id": new.id})
    updates = await call.updates()
    assert updates[0]["message"]["migrate_to_chat_id"] == new.id
    await call("sendMessage", chat_id=new.id, text="moved")


async def test_topics(world: Playground, call: Caller) -> None:
    forum, plain = world.add_supergroup(forum=True), world.add_supergroup()
    open_, closed = world.add_topic(forum, "News"), world.add_topic(forum, "Old", closed=True)
    sent = await call.message("sendMessage", chat_id=forum.id, text="x", message_thread_id=open_.id)
    assert sent["message_thread_id"] == open_.id
    ask = {"chat_id": forum.id, "text": "x"}
    assert (
        await call.refused("sendMessage", **ask, message_thread_id=closed.id) == "Bad Request: TOPIC_CLOSED"
    )
    for thread in (1, 999):
        said = await call.refused("sendMessage", **ask, message_thread_id=thread)
        assert said == "Bad Request: message thread not found"
    ignored = await call.message("sendMessage", chat_id=plain.id, text="x", message_thread_id=999)
    assert "message_thread_id" not in ignored


async def test_in_groups_privacy_mode_hides_what_is_not_for_the_bot(world: Playground, call: Caller) -> None:
    group = world.add_group()
    for text in ("hello all", "/latest@other_bot", f"/latest@{world.telegram.bot.username}", "/list"):
        world.say(group, text)
    updates = await call.updates()
    heard = [update["message"]["text"] for update in updates]
    assert heard == [f"/latest@{world.telegram.bot.username}", "/list"]


async def test_edits(world: Playground, call: Caller) -> None:
    sent = await call.message("sendMessage", chat_id=world.user.id, text="one")
    place = {"chat_id": world.user.id, "message_id": sent["message_id"]}
    assert "message is not modified" in await call.refused("editMessageText", **place, text="one")
    await call("editMessageText", **place, text="two")
    assert world.messages(world.user)[0].text == "two"
    assert await call.refused("editMessageText", **place, text="x" * 4097) == "Bad Request: MESSAGE_TOO_LONG"
    assert "there is no caption" in await call.refused("editMessageCaption", **place, caption="x")
    await call("deleteMessage", **place)
    assert "message to edit not found" in await call.refused("editMessageText", **place, text="x")
    assert "message to delete not found" in await call.refused("deleteMessage", **place)


async def test_the_bot_is_told_of_its_own_place(world: Playground, call: Caller) -> None:
    channel = world.add_channel(bot=Status.LEFT)
    world.make_admin(channel)
    world.block()
    updates = await call.updates()
    places = [update["my_chat_member"]["new_chat_member"]["status"] for update in updates]
    assert places == ["administrator", "kicked"]


async def test_who_administers_a_chat(world: Playground, call: Caller) -> None:
    channel, other = world.add_channel(), world.add_user("Mina")
    world.make_admin(channel, other)
    admins = await call("getChatAdministrators", chat_id=channel.id)
    assert isinstance(admins, list)
    assert {admin["user"]["id"] for admin in admins} == {world.user.id, other.id, world.telegram.bot.id}
    member = await call.message("getChatMember", chat_id=channel.id, user_id=world.user.id)
    assert member["status"] == "creator"
    chat = await call.message("getChat", chat_id=world.user.id)
    assert (chat["type"], chat["first_name"]) == ("private", "Alex")


async def test_commands_are_kept_by_scope_and_language(world: Playground, call: Caller) -> None:
    menu = [{"command": "start", "description": "begin"}]
    await call("setMyCommands", commands=menu, scope={"type": "all_private_chats"}, language_code="zh")
    assert await call("getMyCommands") == []
    private = {"scope": {"type": "all_private_chats"}, "language_code": "zh"}
    assert await call("getMyCommands", **private) == menu
    bad = [{"command": "Über", "description": "x"}]
    assert await call.refused("setMyCommands", commands=bad) == "Bad Request: BOT_COMMAND_INVALID"


async def test_waiting_says_what_came_instead(world: Playground, call: Caller) -> None:
    await call("sendMessage", chat_id=world.user.id, text="something else")
    with pytest.raises(TimeoutError, match="something else"):
        await world.wait_for_messages(world.user, 2, timeout=0.05)

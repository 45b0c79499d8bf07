"""The chat page in a real browser: it shows what is sent, sends what is typed, and complains of nothing."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.playground.demo import Stage, stage
from bot.playground.world import Chat, Kind, User
from tests.browser import Browser, chromium, missing

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=f"no browser here: {missing()} not installed"),
    pytest.mark.asyncio(loop_scope="module"),
]
SAYS = "return document.getElementById('log').innerText.includes(arguments[0])"
COLOUR = "return getComputedStyle(document.querySelector('.chats')).backgroundColor"


class Room:
    """A stage, its page in a browser, and a bot that a test speaks for."""

    def __init__(self, show: Stage, browser: Browser, http: aiohttp.ClientSession) -> None:
        self.show, self.browser, self.http = show, browser, http

    @property
    def person(self) -> User:
        return next(user for user in self.show.telegram.users.values() if user.started)

    def chat(self, kind: Kind) -> Chat:
        return next(chat for chat in self.show.telegram.chats.values() if chat.kind is kind)

    async def call(self, method: str, **body: object) -> object:
        async with self.http.post(f"{self.show.api_url}/bot{self.show.token}/{method}", json=body) as answer:
            value = await answer.json()
            assert value["ok"], value
            return value["result"]

    async def update(self, kind: str) -> dict[str, object]:
        """Wait for the next update and confirm it."""
        updates = await self.call("getUpdates", timeout=8)
        assert isinstance(updates, list)
        self.show.telegram.updates.clear()
        found = updates[-1][kind]
        assert isinstance(found, dict)
        return found


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    async with (
        stage(port=0, every_s=3600, flood=False) as show,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http,
        chromium(tmp_path_factory.mktemp("browser")) as browser,
    ):
        yield Room(show, browser, http)


@pytest_asyncio.fixture(loop_scope="module")
async def room(opened: Room) -> AsyncIterator[Room]:
    """The page afresh, at a desk's size, its person having started the bot; nothing may be complained of."""
    await opened.browser.size(1100, 760)
    await opened.browser.scheme("light")
    await opened.browser.open(opened.show.url)
    await opened.browser.until("return document.getElementById('link').innerText === 'connected'")
    await opened.browser.until("return document.querySelectorAll('.chat').length === 3")
    opened.show.people.say(opened.show.telegram.chats[opened.person.id], "/start", opened.person)
    opened.show.telegram.updates.clear()
    yield opened
    assert await opened.browser.complaints() == []


async def test_what_is_typed_reaches_the_bot_and_its_answer_is_shown(room: Room) -> None:
    await room.browser.type("#text", "hello there\ue007")
    message = await room.update("message")
    assert message["text"] == "hello there"
    hostile = "<img src=x onerror=alert(1)> & good day"
    await room.call("sendMessage", chat_id=room.person.id, text=hostile)
    await room.browser.until(SAYS, hostile)
    assert await room.browser.run("return document.querySelector('#log [onerror]') === null")


async def test_a_text_of_several_lines_is_typed_and_seen_and_goes_as_it_is(room: Room) -> None:
    height = "return document.getElementById('text').offsetHeight"
    one = await room.browser.run(height)
    await room.browser.type("#text", "/template <b>{{ title }}</b>\ue008\ue007\ue007\ue008  {{ time }}")
    assert await room.browser.run(height) > 2 * one
    await room.browser.type("#text", "\ue007")
    message = await room.update("message")
    assert message["text"] == "/template <b>{{ title }}</b>\n\n  {{ time }}"
    assert await room.browser.run(height) == one
    await room.browser.run("document.getElementById('text').value = 'x\\n'.repeat(99)")
    await room.browser.type("#text", "y")
    assert await room.browser.run(height) < 400, "it leaves room for the chat"


async def test_enter_on_a_screen_keyboard_is_a_new_line_and_the_button_sends(room: Room) -> None:
    await room.browser.cdp("Emulation.setTouchEmulationEnabled", enabled=True)
    try:
        await room.browser.until("return matchMedia('(hover: none) and (pointer: coarse)').matches")
        await room.browser.type("#text", "/template a\ue007b")
        await room.browser.click(".send")
        assert (await room.update("message"))["text"] == "/template a\nb"
    finally:
        await room.browser.cdp("Emulation.setTouchEmulationEnabled", enabled=False)


async def test_an_answer_to_a_message_says_to_which_and_the_next_is_to_none(room: Room) -> None:
    sent = await room.call("sendMessage", chat_id=room.person.id, text="News of the harbour")
    assert isinstance(sent, dict)
    await room.browser.until(SAYS, "News of the harbour")
    await room.browser.click(".message:last-child .reply")
    shown = "return document.getElementById('replying').innerText"
    assert "News of the harbour" in await room.browser.run(shown)
    await room.browser.type("#text", "/why\ue007")
    replied = (await room.update("message"))["reply_to_message"]
    assert isinstance(replied, dict)
    assert replied["message_id"] == sent["message_id"]
    await room.browser.until(
        "return document.querySelector('.mine:last-child .quoted')?.innerText.includes('harbour')"
    )
    assert await room.browser.run("return document.getElementById('replying').hidden")
    await room.browser.click(".message:last-child .reply")
    await room.browser.click("#replying button")
    await room.browser.type("#text", "/why\ue007")
    assert "reply_to_message" not in await room.update("message")


async def test_a_button_asks_the_bot_and_its_answer_is_a_toast(room: Room) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Press me", "callback_data": "pressed"}]]}
    sent = await room.call("sendMessage", chat_id=room.person.id, text="Well?", reply_markup=keyboard)
    assert isinstance(sent, dict)
    await room.browser.until("return document.querySelector('.buttons button')")
    await room.browser.click(".message:last-child .buttons button")
    query = await room.update("callback_query")
    assert query["data"] == "pressed"
    await room.call("answerCallbackQuery", callback_query_id=query["id"], text="Thank you")
    await room.browser.until("return document.getElementById('toast').innerText === 'Thank you'")
    await room.call("editMessageText", chat_id=room.person.id, message_id=sent["message_id"], text="Pressed.")
    await room.browser.until(SAYS, "Pressed.")
    assert not await room.browser.run(SAYS, "Well?")


async def test_a_picture_is_shown_with_its_caption_and_formatting(room: Room) -> None:
    photo = f"{room.show.api_url}/newsroom/pictures/fine/herald-1-640x400.png"
    caption = (
        '<b><a href="https://example.org/x">A title</a></b>\n<tg-spoiler>hidden</tg-spoiler> <code>c</code>'
    )
    await room.call("sendPhoto", chat_id=room.person.id, photo=photo, caption=caption, parse_mode="HTML")
    await room.browser.until(
        "const i = document.querySelector('.message:last-child .picture img'); return i && i.naturalWidth"
    )
    link = "const a = document.querySelector('.message:last-child a'); return [a.href, a.rel, a.innerText]"
    assert await room.browser.run(link) == ["https://example.org/x", "noopener noreferrer", "A title"]
    spoiler = "return document.querySelector('.message:last-child .spoiler').getAttribute('aria-expanded')"
    assert await room.browser.run(spoiler) == "false"
    await room.browser.click(".message:last-child .spoiler")
    assert await room.browser.run(spoiler) == "true"


async def test_commands_and_feeds_are_offered(room: Room) -> None:
    await room.call("setMyCommands", commands=[{"command": "latest", "description": "The newest items"}])
    await room.browser.type("#text", "/l")
    await room.browser.until("return document.getElementById('menu').innerText.includes('The newest items')")
    await room.browser.type("#text", "\ue015\ue007")
    await room.browser.until("return document.getElementById('text').value === '/latest '")
    await room.browser.run("document.getElementById('text').value = ''")
    await room.browser.click("#feeds")
    await room.browser.until("return document.querySelectorAll('#menu li').length === 12")
    await room.browser.run("return new Promise((done) => setTimeout(done, 250))")
    await room.browser.click("#menu li")
    message = await room.update("message")
    assert message["text"] == f"/sub {room.show.api_url}/newsroom/feeds/herald"


async def test_words_behind_the_bots_name_bring_cards_and_one_that_is_chosen_is_posted(room: Room) -> None:
    group = room.chat(Kind.SUPERGROUP)
    await room.browser.click(f'[data-chat="{group.id}"]')
    await room.browser.type("#text", "@news")
    await room.browser.until(
        "return document.getElementById('menu').innerText.includes('@newsrelay_demo_bot')"
    )
    await room.browser.type("#text", "\ue015\ue007ferry")
    query = await room.update("inline_query")
    assert query["query"] == "ferry"
    page = f"{room.show.api_url}/newsroom/craft/3"
    content = {"message_text": "The ferry sails", "entities": [{"type": "bold", "offset": 0, "length": 3}]}
    cards = [
        {
            "type": "article", "id": str(number), "title": f"Card {number}", "description": "<i>of it</i>",
            "url": page, "input_message_content": content,
        }
        for number in range(30)
    ]  # fmt: skip
    await room.call(
        "answerInlineQuery", inline_query_id=query["id"], results=cards[:20], next_offset="20",
        button={"text": "More of it", "start_parameter": "here"},
    )  # fmt: skip
    await room.browser.until("return document.querySelectorAll('#menu .offer').length === 20")
    assert await room.browser.run("return document.querySelector('#menu .start').innerText") == "More of it"
    assert "<i>of it</i>" in await room.browser.run("return document.getElementById('menu').innerText")
    await room.browser.run("document.getElementById('menu').scrollTop = 9999")
    more = await room.update("inline_query")
    assert (more["query"], more["offset"]) == ("ferry", "20")
    await room.call("answerInlineQuery", inline_query_id=more["id"], results=cards[20:])
    await room.browser.until("return document.querySelectorAll('#menu .offer').length === 30")
    await room.browser.click("#menu .offer:last-child")
    await room.browser.until(SAYS, "via @newsrelay_demo_bot")
    await room.browser.until(SAYS, "The ferry sails")
    assert await room.browser.run("return document.getElementById('menu').hidden")
    assert (await room.update("message"))["via_bot"]


async def test_other_chats_count_what_is_unread(room: Room) -> None:
    channel = room.chat(Kind.CHANNEL)
    await room.call("sendMessage", chat_id=channel.id, text="Morning paper", disable_notification=True)
    await room.browser.until("return document.querySelector('.badge')?.innerText.includes('1')")
    await room.browser.click(f'[data-chat="{channel.id}"]')
    await room.browser.until(SAYS, "Morning paper")
    assert "🔕" in await room.browser.run("return document.getElementById('log').innerText")
    assert await room.browser.run("return document.querySelector('.badge') === null")
    assert "@morning_edition" in await room.browser.run("return document.getElementById('hint').innerText")


async def test_a_deleted_message_goes_and_typing_shows(room: Room) -> None:
    sent = await room.call("sendMessage", chat_id=room.person.id, text="Soon gone")
    assert isinstance(sent, dict)
    await room.browser.until(SAYS, "Soon gone")
    await room.call("deleteMessage", chat_id=room.person.id, message_id=sent["message_id"])
    await room.browser.until("return !document.getElementById('log').innerText.includes('Soon gone')")
    await room.call("sendChatAction", chat_id=room.person.id, action="typing")
    await room.browser.until("return document.getElementById('about').innerText === 'writing…'")


async def test_a_narrow_window_shows_the_list_or_a_chat(room: Room) -> None:
    await room.browser.size(360, 640)
    assert await room.browser.run("return document.querySelector('main').offsetParent === null")
    await room.browser.click(".chat")
    await room.browser.until("return document.querySelector('.chats').offsetParent === null")
    assert await room.browser.run("return document.documentElement.scrollWidth <= 360")
    await room.browser.click("#back")
    await room.browser.until("return document.activeElement.classList.contains('chat')")


async def test_light_and_dark_follow_the_system(room: Room) -> None:
    light = await room.browser.run(COLOUR)
    await room.browser.scheme("dark")
    assert await room.browser.run(COLOUR) != light


async def test_everything_to_press_has_a_name(room: Room) -> None:
    nameless = await room.browser.run(
        "return [...document.querySelectorAll('button, input, textarea, a')].filter((e) => !(e.innerText.trim() ||"
        " e.getAttribute('aria-label') || (e.labels && e.labels.length))).map((e) => e.outerHTML)"
    )
    assert nameless == []
    landmarks = await room.browser.run(
        "return ['nav', 'main', '[role=log]'].map((one) => document.querySelectorAll(one).length)"
    )
    assert landmarks == [1, 1, 1]

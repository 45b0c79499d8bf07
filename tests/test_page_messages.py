"""The chat page shows every kind of message that Telegram has for news, as its apps do."""

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.playground.demo import Stage, stage
from bot.playground.recordings import sound
from bot.playground.world import Chat, Json, Kind
from tests.browser import Browser, chromium, missing
from tests.test_chatview import RichPost

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=f"no browser here: {missing()} not installed"),
    pytest.mark.asyncio(loop_scope="module"),
]
LAST = "const last = [...document.querySelectorAll('.message')].at(-1); return "


class Channel:
    """A channel on the page, and the bot's calls to it."""

    def __init__(self, show: Stage, browser: Browser, http: aiohttp.ClientSession) -> None:
        self.show, self.browser, self._http = show, browser, http

    @property
    def chat(self) -> Chat:
        return next(chat for chat in self.show.telegram.chats.values() if chat.kind is Kind.CHANNEL)

    def picture(self, name: str) -> str:
        return f"{self.show.api_url}/newsroom/pictures/fine/{name}-320x200.png"

    async def call(self, method: str, **body: object) -> list[Json]:
        url = f"{self.show.api_url}/bot{self.show.token}/{method}"
        async with self._http.post(url, json={"chat_id": self.chat.id, **body}) as answer:
            value = await answer.json()
            assert value["ok"], value
            found = value["result"]
        return found if isinstance(found, list) else [found]

    async def rich(self, *blocks: Json) -> None:
        """Post blocks and wait until the page has them."""
        bot = self.show.telegram.bot
        post = RichPost(
            self.chat.take_id(), self.chat.id, int(time.time()), bot, rich={"blocks": list(blocks)}
        )
        self.show.telegram.place(post)
        await self.browser.until(LAST + "last?.dataset.id == arguments[0]", post.id)

    async def last(self, script: str) -> object:
        return await self.browser.run(LAST + script)

    async def shows(self, script: str) -> None:
        await self.browser.until(LAST + script)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Channel]:
    async with (
        stage(port=0, every_s=3600, flood=False) as show,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http,
        chromium(tmp_path_factory.mktemp("browser")) as browser,
    ):
        await browser.size(390, 800)
        await browser.open(show.url)
        await browser.until("return document.querySelectorAll('.chat').length === 3")
        one = Channel(show, browser, http)
        await browser.click(f'[data-chat="{one.chat.id}"]')
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def channel(opened: Channel) -> AsyncIterator[Channel]:
    """The channel on the page; nothing may be complained of, and nothing may stand out of it at the side."""
    yield opened
    assert await opened.browser.complaints() == []
    assert await opened.browser.run("return document.documentElement.scrollWidth <= 390")


async def test_an_album_is_one_bubble_with_its_only_caption_below(channel: Channel) -> None:
    media = [{"type": "photo", "media": channel.picture(f"sea-{n}")} for n in range(4)]
    media[0]["caption"] = "Four mornings"
    sent = await channel.call("sendMediaGroup", media=media)
    await channel.shows("last?.querySelectorAll('.grid .picture').length === 4")
    assert await channel.last("last.querySelectorAll('.text').length") == 1
    assert await channel.last("last.querySelector('.grid ~ .text').innerText") == "Four mornings"
    await channel.call("editMessageCaption", message_id=sent[0]["message_id"], caption="Five")
    await channel.shows("last?.querySelector('.text').innerText === 'Five'")
    await channel.call("deleteMessage", message_id=sent[0]["message_id"])
    await channel.shows(
        "last.querySelectorAll('.grid .picture').length === 3 && !last.querySelector('.text')"
    )
    for one in sent[1:]:
        await channel.call("deleteMessage", message_id=one["message_id"])
    await channel.shows("!document.querySelector('.grid')")


async def test_a_video_plays_when_it_is_pressed(channel: Channel) -> None:
    channel.show.newsroom.publish("lens")
    video = f"{channel.show.api_url}/newsroom/files/lens/0/sea-9.mp4"
    await channel.call("sendVideo", video=video, duration=3, width=480, height=272)
    await channel.shows("last?.querySelector('video')?.readyState >= 2")
    assert await channel.last(
        "[last.querySelector('video').duration, last.querySelector('.badge-over').innerText]"
    ) == [3, "0:03"]
    await channel.browser.click(".message:last-child .play")
    await channel.shows("last?.querySelector('video').currentTime > 0")


async def test_sound_says_its_title_and_an_animation_that_it_is_one(channel: Channel) -> None:
    audio = f"{channel.show.api_url}/newsroom/files/lens/0/snow-40.mp3"
    await channel.call("sendAudio", audio=audio, title="Snow", performer="Slow Lens", duration=40)
    await channel.shows("last?.querySelector('.audio')?.innerText.includes('0:40 · Slow Lens')")
    await channel.browser.click(".message:last-child .play")
    await channel.shows("last?.querySelector('.play').getAttribute('aria-label') === 'Pause'")
    await channel.browser.click(".message:last-child .play")
    moving = f"{channel.show.api_url}/newsroom/files/lens/0/balloons-8.gif"
    await channel.call("sendAnimation", animation=moving)
    await channel.shows("last?.querySelector('img')?.naturalWidth && last?.innerText.includes('GIF')")


async def test_the_preview_of_a_picture_is_the_picture_and_stands_where_it_is_wanted(
    channel: Channel,
) -> None:
    options = {"url": channel.picture("forest-2"), "prefer_large_media": True, "show_above_text": True}
    await channel.call("sendMessage", text="A long text", link_preview_options=options)
    await channel.shows("last?.querySelector('.card.bare + .text')?.innerText === 'A long text'")
    page = f"{channel.show.api_url}/newsroom/lens/0"
    await channel.call("sendMessage", text=page)
    await channel.shows("last?.querySelector('.text + .card .site')?.innerText === 'Slow Lens'")


async def test_a_long_quotation_unfolds_when_pressed_and_a_short_one_is_whole(channel: Channel) -> None:
    text = "Title\n<blockquote expandable>" + "a line of it " * 60 + "</blockquote>\nafter"
    await channel.call("sendMessage", text=text, parse_mode="HTML")
    await channel.shows("last?.querySelector('.folding.long')?.dataset.folded === ''")
    folded = await channel.last("last.querySelector('blockquote').offsetHeight")
    await channel.browser.click(".message:last-child blockquote")
    await channel.shows(f"last?.querySelector('blockquote').offsetHeight > 2 * {folded}")
    await channel.call("sendMessage", text="<blockquote expandable>short</blockquote>", parse_mode="HTML")
    await channel.shows("last?.querySelector('blockquote') && !last?.querySelector('[data-folded], .long')")


async def test_code_says_its_language_and_scrolls_within_itself(channel: Channel) -> None:
    code = '<pre><code class="language-python">' + "wide " * 60 + "</code></pre>\nafter"
    await channel.call("sendMessage", text=code, parse_mode="HTML")
    await channel.shows("last?.querySelector('.language')?.innerText === 'python'")
    assert await channel.last("last.querySelector('pre').scrollWidth > last.querySelector('pre').clientWidth")
    assert await channel.last("last.querySelector('.code').nextSibling.data") == "after"


async def test_a_right_to_left_text_begins_at_the_right(channel: Channel) -> None:
    await channel.call("sendMessage", text="صحيفة المرفأ")
    await channel.shows("last && getComputedStyle(last?.querySelector('.text')).direction === 'rtl'")


async def test_every_block_of_a_rich_message_is_drawn(channel: Channel) -> None:
    photo = (await channel.call("sendPhoto", photo=channel.picture("sea-1")))[0]["photo"]
    text: list[object] = ["a ", {"type": "bold", "text": ["b ", {"type": "italic", "text": "c"}]}]
    link = {"type": "url", "url": "https://example.org/", "text": "link"}
    bad = {"type": "url", "url": "javascript:alert(1)", "text": "no link"}
    paragraph: Json = {"type": "paragraph", "text": [*text, link, bad]}
    item: Json = {"type": "1", "blocks": [paragraph]}
    cells = [
        [{"text": "h", "is_header": True, "colspan": 2}],
        [{"text": "1"}, {"text": "2", "align": "right"}],
    ]
    await channel.rich(
        {"type": "heading", "size": 2, "text": "Title"},
        paragraph,
        {"type": "list", "items": [{"blocks": [paragraph, {"type": "list", "items": [item, item]}]}]},
        {"type": "list", "items": [{"has_checkbox": True, "is_checked": True, "blocks": [paragraph]}]},
        {"type": "pre", "language": "c", "text": "int x;"},
        {"type": "blockquote", "blocks": [paragraph], "credit": "somebody"},
        {"type": "table", "cells": cells, "is_bordered": True},
        {"type": "photo", "photo": photo, "caption": {"text": "seen", "credit": "by me"}},
        {"type": "details", "summary": "more", "blocks": [paragraph]},
        {"type": "divider"},
        {"type": "nobody knows", "text": "skipped"},
        {"type": "footer", "text": "the end"},
    )
    drawn = (
        "h2, strong em, ul ul, ul ol, ol li, .task input:checked, pre code, blockquote cite, th[colspan='2']"
    )
    drawn += ", figure img, figcaption cite, details summary, hr, .footer"
    for selector in drawn.replace("ul ul, ", "").split(", "):
        assert await channel.last(f'last.querySelector("{selector}") !== null'), selector
    assert await channel.last(
        "[...last.querySelectorAll('.article a')].every((a) => a.protocol === 'https:')"
    )
    assert "skipped" not in str(await channel.last("last.innerText"))


async def test_a_pinned_message_has_a_pin_and_the_chat_says_that_it_was_pinned(channel: Channel) -> None:
    (sent,) = await channel.call("sendMessage", text="To be kept")
    await channel.call("pinChatMessage", message_id=sent["message_id"], disable_notification=True)
    meta = "last?.querySelector('.meta')"
    await channel.shows(f"{meta}?.innerText.startsWith('📌') && {meta}.title === 'Pinned'")
    assert not await channel.last(f"{meta}.innerText.includes('edited')")
    service = "return [...document.querySelectorAll('.service')].at(-1)?.innerText"
    assert await channel.browser.run(service) == "📌 The bot pinned a message."


async def test_a_long_rich_message_shows_more_when_asked(channel: Channel) -> None:
    paragraph: Json = {"type": "paragraph", "text": "line " * 60}
    await channel.rich(*[paragraph] * 40)
    await channel.shows("last?.querySelector('.more')?.innerText === 'Show more'")
    folded = await channel.last("last.offsetHeight")
    await channel.browser.run("document.querySelector('.message:last-child .more').click()")
    await channel.shows(f"last?.offsetHeight > 1.5 * {folded} && !last?.querySelector('.more')")


async def test_a_player_gets_the_part_of_a_file_that_it_asks_for(channel: Channel) -> None:
    stored = channel.show.telegram.files.keep("audio", "audio/mpeg", sound(1, "t", "p"))
    url = f"{channel.show.url}chat/files/{stored.file_id}"
    async with aiohttp.ClientSession() as http:
        async with http.get(url, headers={"Range": "bytes=3-12"}) as answer:
            assert (answer.status, answer.content_type) == (206, "audio/mpeg")
            assert await answer.read() == stored.data[3:13]
            assert answer.headers["Content-Range"] == f"bytes 3-12/{len(stored.data)}"
        for nonsense in ("bytes=99999999-", "lines=1-2"):
            async with http.get(url, headers={"Range": nonsense}) as answer:
                assert answer.status == 416

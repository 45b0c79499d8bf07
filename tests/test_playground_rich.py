"""The local Telegram's rich messages: what it reads, what it refuses and in which words."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.playground import Playground
from bot.playground.pictures import skyline
from bot.playground.refusal import ApiError
from bot.playground.richblocks import blocks_of
from tests.caller import Caller
from tests.staging import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        one.shown["/a.png"] = ("image/png", skyline(1, 400, 300))
        yield one


def rich(html: str, **more: object) -> dict[str, Any]:
    return {"html": html, "skip_entity_detection": True, **more}


READ = [
    ("x", [{"type": "paragraph", "text": "x"}]),
    ("<h2>a  \n b</h2>", [{"type": "heading", "text": "a b", "size": 2}]),
    (
        "<p>a <b>b</b><br>c</p>",
        [{"type": "paragraph", "text": ["a ", {"type": "bold", "text": "b"}, "\n", "c"]}],
    ),
    (
        '<p><a href="https://E.org">x</a></p>',
        [{"type": "paragraph", "text": {"type": "url", "text": "x", "url": "https://e.org/"}}],
    ),
    (
        '<a href="mailto:a@b.org">x</a>',
        [
            {
                "type": "paragraph",
                "text": {"type": "email_address", "text": "x", "email_address": "a@b.org"},
            }
        ],
    ),
    (
        '<pre><code class="language-py">a\n b &lt;</code></pre>',
        [{"type": "pre", "text": "a\n b <", "language": "py"}],
    ),
    (
        '<ol start="4" type="i"><li>a</li><li><p>b</p></li></ol>',
        [
            {
                "type": "list",
                "items": [
                    {"label": "iv.", "value": 4, "type": "i", "blocks": [{"type": "paragraph", "text": "a"}]},
                    {"label": "v.", "value": 5, "type": "i", "blocks": [{"type": "paragraph", "text": "b"}]},
                ],
            }
        ],
    ),
    (
        '<ul><li><input type="checkbox" checked/>a</li></ul>',
        [
            {
                "type": "list",
                "items": [
                    {
                        "label": "•",
                        "has_checkbox": True,
                        "is_checked": True,
                        "blocks": [{"type": "paragraph", "text": "a"}],
                    }
                ],
            }
        ],
    ),
    (
        "<blockquote>a<cite>b</cite></blockquote><hr/><footer>f</footer>",
        [
            {"type": "blockquote", "blocks": [{"type": "paragraph", "text": "a"}], "credit": "b"},
            {"type": "divider"},
            {"type": "footer", "text": "f"},
        ],
    ),
    (
        "<details open><summary>s</summary>a</details>",
        [
            {
                "type": "details",
                "summary": "s",
                "blocks": [{"type": "paragraph", "text": "a"}],
                "is_open": True,
            }
        ],
    ),
    (
        '<table bordered><caption>c</caption><tr><th>a</th><td colspan="2"></td></tr></table>',
        [
            {
                "type": "table",
                "caption": "c",
                "cells": [
                    [
                        {"text": "a", "is_header": True, "align": "center", "valign": "middle"},
                        {"colspan": 2, "align": "left", "valign": "middle"},
                    ]
                ],
                "is_bordered": True,
            }
        ],
    ),
    (
        '<figure><img src="https://e.org/a.png"/><figcaption>c</figcaption></figure>',
        [{"type": "photo", "photo": "https://e.org/a.png", "caption": {"text": "c"}}],
    ),
]


@pytest.mark.parametrize(("html", "blocks"), READ, ids=range(len(READ)))
def test_rich_html_becomes_the_blocks_of_the_bot_api(html: str, blocks: list[object]) -> None:
    assert blocks_of(html) == blocks


DEEP = "<details><summary>s</summary>"
REFUSED = {
    "": "RICH_MESSAGE_HTML_INVALID",
    "<p>x": "RICH_MESSAGE_HTML_INVALID",
    "<b><i>x</b></i>": "RICH_MESSAGE_HTML_INVALID",
    "<div>x</div>": "RICH_MESSAGE_HTML_INVALID",
    "a < b": "RICH_MESSAGE_HTML_INVALID",
    "a & b": "RICH_MESSAGE_HTML_INVALID",
    "&copy;": "RICH_MESSAGE_HTML_INVALID",
    "<p>a<p>b</p></p>": "RICH_MESSAGE_HTML_INVALID",
    "<ul>x</ul>": "RICH_MESSAGE_HTML_INVALID",
    '<p><img src="https://e.org/a.png"/></p>': "RICH_MESSAGE_HTML_INVALID",
    "<hr/>": "RICH_MESSAGE_EMPTY",
    "<p></p>": "RICH_MESSAGE_CONTENT_REQUIRED",
    "<h2> </h2>": "RICH_MESSAGE_CONTENT_REQUIRED",
    "<pre>\n</pre>": "RICH_MESSAGE_CONTENT_REQUIRED",
    "<details><summary>x</summary></details>": "RICH_MESSAGE_CONTENT_REQUIRED",
    "<ul></ul>": "RICH_MESSAGE_CONTENT_REQUIRED",
    "<tg-collage></tg-collage>": "RICH_MESSAGE_CONTENT_REQUIRED",
    '<a href="/x">x</a>': "RICH_MESSAGE_URL_INVALID",
    '<a href="http://localhost/">x</a>': "RICH_MESSAGE_URL_INVALID",
    '<a href="https://e.org/a b">x</a>': "RICH_MESSAGE_URL_INVALID",
    '<img src="data:x"/>': "RICH_MESSAGE_PHOTO_URL_INVALID",
    "<p>x</p>" * 501: "RICH_MESSAGE_BLOCKS_TOO_MANY",
    "<ul>" + "<li>x</li>" * 250 + "</ul>": "RICH_MESSAGE_BLOCKS_TOO_MANY",
    "<table>" + "<tr><td>x</td></tr>" * 500 + "</table>": "RICH_MESSAGE_BLOCKS_TOO_MANY",
    DEEP * 16 + "x" + "</details>" * 16: "RICH_MESSAGE_DEPTH_INVALID",
    DEEP * 15 + "<b>x</b>" + "</details>" * 15: "RICH_MESSAGE_DEPTH_INVALID",
    '<img src="https://e.org/a"/>' * 51: "RICH_MESSAGE_MEDIA_TOO_MANY",
    "<table><tr><td>x</td>" + '<td colspan="20"></td></tr></table>': "RICH_MESSAGE_TABLE_COLS_TOO_MANY",
    "x" * 32_769: "RICH_MESSAGE_TEXT_TOO_LONG",
}


@pytest.mark.parametrize(("html", "word"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_wrong_or_too_much_fails_in_telegrams_words(html: str, word: str) -> None:
    with pytest.raises(ApiError) as caught:
        blocks_of(html)
    assert caught.value.description == f"Bad Request: {word}"


def test_the_limits_themselves_pass() -> None:
    assert blocks_of(DEEP * 15 + "x" + "</details>" * 15)
    assert len(blocks_of("<p>x</p>" * 500)) == 500
    assert blocks_of("x" * 32_768)
    assert blocks_of('<table><tr><td colspan="20">x</td></tr></table>')


def test_what_is_beyond_the_bytes_is_lost_without_a_word() -> None:
    (paragraph,) = blocks_of("<p>" + "Ж" * 20_000 + "</p>")
    assert paragraph["text"] == "Ж" * 17_497
    with pytest.raises(ApiError, match="HTML_INVALID"):
        blocks_of("x" * 34_994 + "<b>y</b>")


async def test_a_rich_message_stands_with_its_pictures_and_can_become_text_and_rich_again(
    stage: Stage,
) -> None:
    world, chat = stage.world, stage.world.user.id
    html = f'<h1>T</h1><img src="{stage.web}/a.png"/>'
    sent = await called(stage, "sendRichMessage", chat_id=chat, rich_message=rich(html, is_rtl=True))
    assert "text" not in sent
    head, photo = sent["rich_message"]["blocks"]
    assert head == {"type": "heading", "text": "T", "size": 1}
    assert [size["width"] for size in photo["photo"]] == [320, 400]
    assert sent["rich_message"]["is_rtl"] is True
    where = {"chat_id": chat, "message_id": sent["message_id"]}
    again = {"rich_message": rich(html, is_rtl=True), "text": "other"}
    assert "message is not modified" in await refused(stage, "editMessageText", **where, **again)
    assert "there is no caption" in await refused(stage, "editMessageCaption", **where, caption="c")
    text = await called(stage, "editMessageText", **where, text="plain")
    assert text["text"] == "plain"
    assert "rich_message" not in text
    back = await called(stage, "editMessageText", **where, text="plain", rich_message=rich("<p>x</p>"))
    assert "text" not in back
    copied = await called(
        stage, "copyMessage", chat_id=chat, from_chat_id=chat, message_id=sent["message_id"]
    )
    assert world.chat(chat).messages[copied["message_id"]].rich == back["rich_message"]


async def test_one_picture_that_cannot_be_had_fails_the_whole(stage: Stage) -> None:
    html = f'<img src="{stage.web}/a.png"/><img src="{stage.web}/none.png"/>'
    word = await refused(stage, "sendRichMessage", chat_id=stage.chat, rich_message=rich(html))
    assert word == "Bad Request: RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND"
    word = await refused(
        stage, "sendRichMessage", chat_id=stage.chat, rich_message=rich('<img src="tg://photo?id=k"/>')
    )
    assert word == "Bad Request: RICH_MESSAGE_PHOTO_INVALID"
    media = [{"id": "k", "media": {"type": "photo", "media": f"{stage.web}/a.png"}}]
    named = rich('<img src="tg://photo?id=k"/>', media=media)
    assert await called(stage, "sendRichMessage", chat_id=stage.chat, rich_message=named)
    assert stage.world.messages(stage.chat)[0].rich


async def test_rights_and_what_is_no_rich_message(world: Playground, call: Caller) -> None:
    group = world.add_supergroup()
    group.denied = {"rich_messages"}
    word = await call.refused("sendRichMessage", chat_id=group.id, rich_message=rich("x"))
    assert word == "Bad Request: not enough rights to send the rich message to the chat"
    group.denied = {"photos"}
    picture = rich('<img src="https://e.org/a.png"/>')
    assert "CHAT_SEND_PHOTOS_FORBIDDEN" in await call.refused(
        "sendRichMessage", chat_id=group.id, rich_message=picture
    )
    nothing: tuple[dict[str, object], ...] = ({}, {"blocks": []}, {"html": ""})
    for wrong in nothing:
        word = await call.refused("sendRichMessage", chat_id=1, rich_message=wrong)
        assert word == "Bad Request: rich message must be non-empty"
    found = {"html": "openai:user@example.com"}
    assert "EMAIL_INVALID" in await call.refused("sendRichMessage", chat_id=group.id, rich_message=found)


async def test_an_older_server_knows_no_such_method_and_takes_the_text_of_an_edit(
    world: Playground, call: Caller
) -> None:
    world.telegram.rich = False
    word = await call.refused("sendRichMessage", chat_id=world.user.id, rich_message=rich("x"))
    assert word == "Not Found: method not found"
    sent = await call.message("sendMessage", chat_id=world.user.id, text="a")
    edited = await call.message(
        "editMessageText",
        chat_id=world.user.id,
        message_id=sent["message_id"],
        text="b",
        rich_message=rich("x"),
    )
    assert edited["text"] == "b"


async def called(stage: Stage, method: str, **fields: object) -> dict[str, Any]:
    """Call a method through the bot's own way to Telegram."""
    answer: dict[str, Any] = await asked(stage, method, fields)
    assert answer["ok"], answer
    result: dict[str, Any] = answer["result"]
    return result


async def refused(stage: Stage, method: str, **fields: object) -> str:
    answer = await asked(stage, method, fields)
    assert not answer["ok"]
    return str(answer["description"])


async def asked(stage: Stage, method: str, fields: dict[str, object]) -> dict[str, Any]:
    async with aiohttp.ClientSession() as http:
        url = f"{stage.world.url}/bot{stage.world.token}/{method}"
        async with http.post(url, json=fields) as answer:
            found: dict[str, Any] = await answer.json()
            return found

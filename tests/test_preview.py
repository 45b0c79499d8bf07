"""``newsrelay preview``: every message that would be sent, as JSON, as text, and as a page like the chat."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.items import FeedId, Image, Item, ItemId, StoredItem
from bot.preview import RULE, Shown, written
from bot.render.page import page
from bot.render.parts import (
    Button,
    Entity,
    EntityKind,
    Media,
    MediaKind,
    Message,
    Preview,
    Rich,
    RichText,
)
from bot.render.preview import preview_of

TEXT = RichText("Rain & sun", (Entity(EntityKind.BOLD, 0, 4),))
HTML = "<b>Rain</b> &amp; sun"
LINK = "https://news.example.org/1"
IMAGE = Image("https://img.example.org/a.jpg", alternatives=("https://proxy.example.org/?u=a",))
ITEM = Item(
    guid="g1",
    title="Rain & sun",
    link=LINK,
    published=datetime(2025, 2, 27, 16, 19, 43, tzinfo=UTC),
    summary_html="<p>It <b>rains</b> here.</p>",
    images=(IMAGE,),
    tags=("a",),
)


def media(kind: MediaKind, number: int = 1) -> Media:
    return Media(kind, f"https://img.example.org/{number}.{kind}", title="Title", performer="Who")


def told(message: Message, item: Item = ITEM) -> dict[str, Any]:
    return preview_of(StoredItem(ItemId("f.i"), FeedId("f"), item, 0, 0), message)


def test_the_preview_tells_what_the_feed_says_and_null_for_what_it_does_not() -> None:
    item = told(Message(TEXT))
    assert item["id"] == "g1"
    assert item["published"] == "2025-02-27T16:19:43Z"
    assert item["author"] is None
    assert item["images"] == [IMAGE.url, *IMAGE.alternatives]
    assert item["summary"] == "It rains here."
    assert item["tags"] == ["a"]
    empty = told(Message(TEXT), Item())
    assert (empty["id"], empty["title"], empty["link"], empty["published"]) == (None, None, None, None)


def test_a_photo_is_told_with_its_caption_and_buttons() -> None:
    buttons = ((Button("Go", url="https://x.org/"), Button("Do", data="x")),)
    photo = media(MediaKind.PHOTO)
    assert told(Message(TEXT, (photo,), Preview(LINK), buttons))["messages"] == [
        {
            "method": "sendPhoto",
            "html": HTML,
            "photo": photo.url,
            "media": [{"kind": "photo", "url": photo.url}],
            "preview": None,
            "buttons": [[{"text": "Go", "url": "https://x.org/"}, {"text": "Do", "callback_data": "x"}]],
        }
    ]


@pytest.mark.parametrize(
    ("kinds", "method"),
    [
        ((), "sendMessage"),
        ((MediaKind.PHOTO, MediaKind.VIDEO), "sendMediaGroup"),
        ((MediaKind.VIDEO,), "sendVideo"),
        ((MediaKind.ANIMATION,), "sendAnimation"),
        ((MediaKind.AUDIO,), "sendAudio"),
        ((MediaKind.DOCUMENT,), "sendDocument"),
    ],
)
def test_each_form_is_told_by_telegrams_own_method(kinds: tuple[MediaKind, ...], method: str) -> None:
    shown = tuple(media(kind, number) for number, kind in enumerate(kinds))
    (one,) = told(Message(TEXT, shown))["messages"]
    assert one["method"] == method
    assert [each["kind"] for each in one["media"]] == list(kinds)


def test_every_message_is_told_in_order_and_the_rich_form_alone() -> None:
    large = Preview(IMAGE.url, large=True, above=True)
    message = Message(TEXT, preview=large, rest=(RichText("then"), RichText("last")))
    told_so = told(message)["messages"]
    assert [one["html"] for one in told_so] == [HTML, "then", "last"]
    assert [one["preview"] for one in told_so] == [
        {"url": IMAGE.url, "large": True, "above": True},
        None,
        None,
    ]
    (rich,) = told(replace(message, rich=Rich("<h1>R</h1>", "")))["messages"]
    assert (rich["method"], rich["rich"], rich["preview"]) == ("sendRichMessage", "<h1>R</h1>", None)


def test_the_page_shows_each_message_and_lets_nothing_foreign_act() -> None:
    hostile = Media(MediaKind.PHOTO, 'https://i.org/"onerror=x.png')
    shown = page([Message(RichText("<script>x</script>"), (hostile,)), Message(TEXT, preview=Preview(LINK))])
    assert "<script>" not in shown
    assert 'src="https://i.org/&quot;onerror=x.png"' in shown
    assert shown.count("<article>") == 2
    assert f'<a class="preview" href="{LINK}">' in shown
    assert "default-src 'none'" in shown


def test_the_page_shows_albums_files_and_pictures_above() -> None:
    album = page([Message(TEXT, tuple(media(MediaKind.PHOTO, number) for number in range(3)))])
    assert album.count("<img") == 3
    assert '<div class="album">' in album
    assert "<video" in page([Message(TEXT, (media(MediaKind.VIDEO),))])
    assert "Who – Title" in page([Message(TEXT, (media(MediaKind.AUDIO),))])
    assert "📄 1.document" in page([Message(TEXT, (media(MediaKind.DOCUMENT),))])
    above = page([Message(TEXT, preview=Preview(IMAGE.url, large=True, above=True))])
    assert above.index('<div class="large"><img') < above.index(HTML)
    below = page([Message(TEXT, preview=Preview(IMAGE.url, large=True))])
    assert below.index(HTML) < below.index('<div class="large"><img')


def test_the_page_folds_what_the_chat_folds_and_shows_the_rich_form_as_given() -> None:
    quoted = RichText("ab\ncd\nef", (Entity(EntityKind.EXPANDABLE, 0, 2), Entity(EntityKind.QUOTE, 3, 2)))
    shown = page([Message(quoted)])
    assert 'aria-label="the rest"><span>ab</span></label>' in shown
    assert "<blockquote>cd</blockquote>" in shown
    assert '<div class="rich" dir="auto"><h1>R</h1></div>' in page(
        [Message(TEXT, rich=Rich("<h1>R</h1>", ""))]
    )


def test_as_text_each_message_stands_below_its_media_and_apart_from_the_next_item() -> None:
    stored = StoredItem(ItemId("f.i"), FeedId("f"), ITEM, 0, 0)
    photo = Message(TEXT, (media(MediaKind.PHOTO),))
    long = Message(TEXT, preview=Preview(IMAGE.url, large=True, above=True), rest=(RichText("then"),))
    text = written([Shown(stored, photo), Shown(stored, long)], "text")
    assert text == (
        "[photo: https://img.example.org/1.photo]\nRain & sun\n\n"
        f"{RULE}\n\n[{IMAGE.url}]\nRain & sun\n\nthen\n"
    )
    assert json.loads(written([Shown(stored, long)], "json"))[0]["messages"][1]["html"] == "then"
    assert written([Shown(stored, long)], "html").count("<article>") == 2

"""JSON that is a feed, nearly one, or none; and news documents as people write them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAFeed
from bot.items import Document, Item
from bot.parse.document import read

VERSION = "https://jsonfeed.org/version/1.1"


def loaded(text: str) -> Document:
    return read(text.encode(), url="https://a.example/feed.json")


def feed(*items: Any, **members: Any) -> tuple[Item, ...]:
    return loaded(json.dumps({"version": VERSION, "title": "T", "items": items, **members})).items


@pytest.mark.parametrize(
    "text",
    [
        '{"version":"%s","title":"T","items":[{"id":"1","title":"one",},{"id":"2","title":"a, ]",},],}',
        '{"version":"%s","title":"T","items":[{"id":"1","title":"one"},{"id":"2","title":"a, ]"},{"id":"3","ti',
        '{"version":"%s","title":"T","items":[{"id":"1","title":"one"},{"id":"2","title":"a,\t]"}]} trailing',
        r'{"version":"%s","title":"T","items":[{"id":"1","title":"\one"},{"id":"2","title":"a, ]"}]}',
        '\ufeff \n{"version":"%s","title":"T","items":[{"id":"1","title":"one"},{"id":"2","title":"a, ]"}]}',
    ],
    ids=["commas", "broken off", "control characters", "escapes", "mark"],
)
def test_what_is_nearly_json_is_read_as_far_as_it_goes(text: str) -> None:
    document = loaded(text % VERSION)
    assert document.title == "T"
    assert [(item.guid, item.title) for item in document.items] == [("1", "one"), ("2", "a, ]")]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/feed+json",
        "text/html; charset=iso-8859-1",
        "text/plain",
        "image/png",
        "",
    ],
)
def test_a_feed_is_known_by_what_it_says_whatever_its_server_calls_it(content_type: str) -> None:
    body = json.dumps({"version": VERSION, "items": [{"id": "1", "title": "Größe"}]}, ensure_ascii=False)
    document = read(body.encode(), url="https://a.example/posts", content_type=content_type)
    assert [item.title for item in document.items] == ["Größe"]


@pytest.mark.parametrize(
    "text",
    [
        '{"items": []}',
        '{"items": [1, 2, 3]}',
        '{"items": [{"sku": 1, "price": 2}], "total": 1}',
        '{"error": "not found", "items": null}',
        '{"items": {"0": {}}}',
        '[{"title": "a list"}]',
        '{"items": [' + "[" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        '{"items": ["' + '\\"' * 100_000,
    ],
    ids=["nothing", "numbers", "goods", "error", "object", "list", "deep", "deeper", "quotes"],
)
def test_json_of_another_kind_is_no_feed(text: str) -> None:
    with pytest.raises(NotAFeed, match="not a feed"):
        loaded(text)


def test_an_empty_feed_is_a_feed() -> None:
    assert feed() == ()


@pytest.mark.parametrize(
    ("members", "link"),
    [
        (
            {"id": "1", "url": "https://a.example/1", "external_url": "https://b.example/"},
            "https://a.example/1",
        ),
        ({"id": "1", "external_url": "https://b.example/"}, "https://b.example/"),
        ({"id": "https://a.example/1"}, "https://a.example/1"),
        ({"id": "1"}, None),
        ({"id": "/1", "url": "javascript:alert(1)"}, None),
    ],
)
def test_the_link_is_the_item_s_own_address_where_it_has_one(
    members: dict[str, str], link: str | None
) -> None:
    assert feed(members)[0].link == link


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "image",
        "date_published",
        "author",
        "authors",
        "tags",
        "attachments",
        "language",
        "external_url",
        "banner_image",
        "date_modified",
    ]
)


@given(st.lists(st.dictionaries(_NAMES, _VALUES), max_size=3), st.dictionaries(_NAMES, _VALUES))
def test_no_type_anywhere_is_too_much(items: list[dict[str, Any]], members: dict[str, Any]) -> None:
    found = feed(*items, **members)
    assert len(found) == len(items)
    repr(found).encode()


def test_news_documents_may_follow_each_other() -> None:
    text = (
        "<!--1740674343000-->\n# [One](https://a.example/1)\n------\n<p>first</p>\n"
        "<!--1740674344000-->\n[Two](https://a.example/2)\n---\n\nSecond & plain.\n\nIts end.\n"
    )
    one, two = loaded(text).items
    assert (one.title, one.link, one.content_html) == ("One", "https://a.example/1", "<p>first</p>")
    assert (two.title, two.content_html) == ("Two", "<p>Second &amp; plain.</p><p>Its end.</p>")
    assert one.published is not None
    assert two.published is not None
    assert one.published < two.published


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\0\0\0\x18ftypmp42", "binary data"),
        (b"\xfd7zXZ\0", "binary data"),
        (b"<p>hi</p>", "an HTML page"),
        (b"<!doctype html><title>Log in &amp; go</title>", r"an HTML page \(Log in & go\)"),
        (b"hello", "plain text"),
        (b"<urlset/>", "a sitemap"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, kind: str) -> None:
    with pytest.raises(NotAFeed, match=f"^this is {kind}"):
        read(body, url="")

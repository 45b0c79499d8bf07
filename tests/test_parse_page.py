"""What a page names for others to show of it."""

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.items import Image, Page
from bot.parse.page import BEGINNING, LEAD_LIMIT, as_text, card_of, is_page

URL = "https://news.example/2026/a-page"
PICTURE = "https://cdn.example/pictures/a-bridge-at-dawn.jpg"


def meta(name: str, content: str, key: str = "property") -> str:
    return f'<meta {key}="{name}" content="{content}">'


def card(*head: str, body: str = "") -> Page:
    return card_of(f"<html><head>{''.join(head)}</head><body>{body}</body></html>".encode(), URL)


def image(*head: str) -> Image | None:
    return card(*head).image


def url(*head: str) -> str | None:
    shown = image(*head)
    return shown.url if shown else None


def test_a_page_names_its_picture_with_its_size_and_its_lead() -> None:
    told = card(
        meta("og:image", PICTURE),
        meta("og:image:width", "1200"),
        meta("og:image:height", "630"),
        meta("og:description", "A bridge was opened."),
    )
    assert told == Page(Image(PICTURE, (), 1200, 630), "A bridge was opened.")


@pytest.mark.parametrize(
    "head",
    [
        meta("og:image", PICTURE),
        meta("og:image", PICTURE, "name"),
        meta("OG:Image", f"  {PICTURE} "),
        meta("og:image:url", PICTURE),
        meta("og:image", "http://cdn.example/plain.jpg") + meta("og:image:secure_url", PICTURE),
        meta("twitter:image", PICTURE, "name"),
        meta("twitter:image:src", PICTURE, "name"),
        meta("image", PICTURE, "itemprop"),
        meta("thumbnail", PICTURE, "name"),
        f'<link rel="image_src" href="{PICTURE}">',
        f"<LINK HREF='{PICTURE}' REL='preload Image_Src'/>",
        f"<meta content={PICTURE} property=og:image>",
        '<base href="https://cdn.example/pictures/x">' + meta("og:image", "a-bridge-at-dawn.jpg"),
        meta("og:image", "//cdn.example/pictures/a-bridge-at-dawn.jpg"),
    ],
)
def test_each_way_of_naming_a_picture_is_understood(head: str) -> None:
    assert url(head) == PICTURE


def test_a_relative_picture_is_that_of_the_pages_own_place() -> None:
    assert url(meta("og:image", "/i/one.png")) == "https://news.example/i/one.png"
    assert url(meta("og:image", "one.png?a=1&amp;b=2")) == "https://news.example/2026/one.png?a=1&b=2"


def test_the_first_picture_of_the_best_place_is_taken() -> None:
    others = meta("thumbnail", "/t.png"), meta("twitter:image", "/w.png")
    assert url(*others, meta("og:image", PICTURE), meta("og:image", "/second.png")) == PICTURE


def test_a_size_is_that_of_the_picture_before_it() -> None:
    heads = (
        meta("og:image:width", "10"),
        meta("og:image", PICTURE),
        meta("og:image", "/b.png"),
        meta("og:image:width", "99"),
    )
    assert image(*heads) == Image(PICTURE)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "http://",
        "https://cdn.example/logo.svg",
        "https://cdn.example/1x1.gif",
        "a" * 5000,
    ],
)
def test_what_is_no_picture_is_none(address: str) -> None:
    assert image(meta("og:image", address)) is None
    assert url(meta("og:image", address), meta("twitter:image", PICTURE)) == PICTURE


def test_a_counting_pixel_is_no_picture() -> None:
    assert image(meta("og:image", PICTURE), meta("og:image:width", "1"), meta("og:image:height", "1")) is None


def test_the_best_lead_is_taken_wherever_it_stands() -> None:
    plain = meta("description", "For engines.", "name")
    assert card(plain).lead_html == "For engines."
    assert card(plain, meta("twitter:description", "For birds.", "name")).lead_html == "For birds."
    assert card(plain, meta("og:description", " ")).lead_html == "For engines."
    assert card(plain, meta("og:description", "For\n all ")).lead_html == "For all"


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("Fish &amp; chips", "Fish &amp; chips"),
        ("Fish &amp;amp; chips", "Fish &amp; chips"),
        ("a &lt; b and List&lt;T&gt;", "a &lt; b and List&lt;T&gt;"),
        ("He said &quot;no&quot;", 'He said "no"'),
        ("&lt;p&gt;Some markup&lt;/p&gt;", "Some markup"),
        ("&lt;script&gt;", "&lt;script&gt;"),
    ],
)
def test_a_lead_is_plain_text_escaped_once(content: str, html: str) -> None:
    assert card(meta("og:description", content)).lead_html == html


def test_a_lead_has_an_end() -> None:
    assert len(card(meta("og:description", "word " * 10_000)).lead_html) <= LEAD_LIMIT


def test_what_is_in_comments_and_scripts_is_not_said() -> None:
    hidden = meta("og:image", "/no.png")
    heads = f"<!-- {hidden} -->", f"<script>'{hidden}'</script>", f"<title>{hidden}</title>"
    assert card(*heads) == Page()
    assert url(*heads, meta("og:image", PICTURE)) == PICTURE


def test_what_stands_in_the_body_counts_too() -> None:
    assert card(body=f"<p>x</p>{meta('og:image', PICTURE)}").image == Image(PICTURE)


WORDS = {
    "utf-8": "Ein Brückenfest – 大桥落成",
    "gb2312": "大桥昨日落成，市民前往参观",
    "gbk": "大桥昨日落成，市民前往参观",
    "gb18030": "大橋昨日落成，市民前往參觀",
    "big5": "大橋昨日落成，市民前往參觀",
    "shift_jis": "新しい橋が昨日開通しました",
    "euc-jp": "新しい橋が昨日開通しました",
    "iso-2022-jp": "新しい橋が昨日開通しました",
    "euc-kr": "새로운 다리가 어제 개통되었습니다",
    "koi8-r": "Вчера открыли новый мост",
    "windows-1251": "Вчера открыли новый мост",
    "windows-1256": "افتتح الجسر الجديد أمس",
    "iso-8859-1": "Le pont a été inauguré hier à midi",
    "windows-1252": "Le “pont” a été inauguré – hier",
    "tis-620": "สะพานใหม่เปิดเมื่อวานนี้",
}


@pytest.mark.parametrize("named", ["meta", "http-equiv", "header"])
@pytest.mark.parametrize("encoding", WORDS)
def test_each_encoding_is_read_wherever_it_is_named(encoding: str, named: str) -> None:
    said = {
        "meta": f"<meta charset='{encoding}'>",
        "http-equiv": f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">',
        "header": "",
    }[named]
    words = WORDS[encoding]
    page = f"<html><head>{said}{meta('og:description', words)}</head>".encode(encoding)
    header = f"text/html; charset={encoding}" if named == "header" else "text/html"
    assert card_of(page, URL, header).lead_html == words


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_what_the_bytes_prove_needs_no_name(encoding: str) -> None:
    page = f"<html><head>{meta('og:description', WORDS['utf-8'])}</head>".encode(encoding)
    assert card_of(page, URL, "text/html; charset=iso-8859-1").lead_html == WORDS["utf-8"]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "shift_jis", "windows-1251"])
@given(cut=st.integers(200, 2000))
def test_a_page_that_is_cut_anywhere_is_read_to_the_cut(encoding: str, cut: int) -> None:
    head = f"<head><meta charset={encoding}>{meta('og:description', WORDS[encoding])}</head>"
    page = (head + f"<p>{WORDS[encoding]}</p>" * 200).encode(encoding)
    assert card_of(page[: max(cut, len(head.encode(encoding)))], URL).lead_html == WORDS[encoding]


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "unicode_escape", "utf-7", "hex", "zip", "undefined", "mbcs"]
)
def test_names_that_the_web_does_not_know_are_not_believed(name: str) -> None:
    page = b"<p>Le pont a \xe9t\xe9 inaugur\xe9 hier</p>"
    named = f"<meta charset={name}>".encode()
    assert as_text(named + page, f"text/html; charset={name}").endswith("inauguré hier</p>")


@pytest.mark.parametrize(
    ("content_type", "body", "yes"),
    [
        ("text/html; charset=utf-8", b"", True),
        ("Application/XHTML+XML", b"", True),
        ("", b"\n <!doctype html>", True),
        ("", b"%PDF-1.7", False),
        ("application/pdf", b"<", False),
        ("image/png", b"<", False),
    ],
)
def test_a_page_is_known_by_its_type_or_its_beginning(content_type: str, body: bytes, yes: bool) -> None:  # noqa: FBT001
    assert is_page(body, content_type) is yes


HOSTILE: dict[str, Callable[[], str]] = {
    "open tags": lambda: "<meta " * 50_000,
    "open quotes": lambda: '<meta a="' * 30_000,
    "mixed quotes": lambda: "<meta a=\"<meta a='" * 15_000,
    "attributes": lambda: "<meta " + "a=b " * 70_000,
    "names": lambda: "<meta " + "a" * 260_000,
    "comments": lambda: "<!--" * 65_000,
    "closed comments": lambda: "<!---->" * 37_000,
    "scripts": lambda: "<script>" * 32_000,
    "closed scripts": lambda: "<script></script>" * 15_000,
    "titles": lambda: "<title></titl" * 20_000,
    "ampersands": lambda: f'<meta property=og:description content="{"&" * 260_000}">',
    "characters": lambda: f'<meta property=og:description content="{"&#9" * 87_000}">',
    "digits": lambda: f'<meta property=og:description content="&#{"9" * 260_000};">',
    "tags in a lead": lambda: f'<meta property=og:description content="{"&lt;p " * 40_000}">',
    "pictures": lambda: '<meta property=og:image content="/a.png">' * 6000,
    "paths": lambda: f'<meta property=og:image content="{"../" * 80_000}">',
    "leads": lambda: '<meta property=og:description content="a lead of words">' * 4500,
    "spaces": lambda: "<meta" + " " * 260_000,
    "less than": lambda: "<" * 262_000,
    "charsets": lambda: "charset=" * 32_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_page_takes_long(name: str) -> None:
    body = HOSTILE[name]().encode()[:BEGINNING]
    begun = time.process_time()
    card_of(body, URL, "text/html")
    took = time.process_time() - begun
    print(f"{name}: {took * 1000:.1f} ms")
    assert took < 3  # measured: at most 0.2 s; what is not linear would take minutes


@given(st.binary(max_size=2000))
def test_whatever_comes_in_a_card_comes_out(body: bytes) -> None:
    card_of(body, URL, "text/html")


_BITS = (
    *("<", ">", '"', "'", "=", "/", "&", ";", "#", " ", "é", "<meta ", "property", "content", "<!--", "-->"),
    *("og:image", "og:description", "og:image:width", "<base href=", "<link rel=image_src href="),
    *("<script", "</script>", "http://a.example/x.jpg", "&#x", "9" * 40),
)


@given(st.lists(st.sampled_from(_BITS), max_size=80))
def test_what_comes_out_can_be_shown(bits: list[str]) -> None:
    told = card("".join(bits))
    assert "<" not in told.lead_html
    if told.image:
        assert re.match(r"https?://[^/\s]", told.image.url)

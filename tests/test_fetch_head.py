"""What the head of an answer says, and that no header can mislead us for long."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fetch import head

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 120 ", 120), ("1.5", 2), ("0", 0), ("9" * 5000, head.LONGEST_WAIT_S), ("-5", None), ("NaN", None),
        ("inf", None), ("1e9", None), ("", None), ("soon", None), ("١٢", None),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60), ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Mon, 23 Nov 2026 13:01:00 +0100", 60), ("Fri, 31 Dec 9999 23:59:59 GMT", head.LONGEST_WAIT_S),
        ("Mon, 23 Nov 2026 12:01:00", 60), ("Mon, 99 Nov 2026 12:01:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_within_reason_or_nothing(value: str, seconds: int | None) -> None:
    assert head.retry_after_s({"Retry-After": value}, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "public, max-age=900"}, 900),
        ({"Cache-Control": "s-maxage=5"}, None),
        ({"Cache-Control": 'MAX-AGE = "60"'}, 60),
        ({"Cache-Control": "max-age=999999999999"}, head.LONGEST_AGE_S),
        ({"Cache-Control": "max-age=-1"}, None),
        ({"Cache-Control": "max-age=60", "Expires": "Mon, 23 Nov 2026 13:00:00 GMT"}, 60),
        ({"Expires": "Mon, 23 Nov 2026 13:00:00 GMT"}, 3600),
        ({"Expires": "Mon, 23 Nov 2026 13:00:00 GMT", "Date": "Mon, 23 Nov 2026 12:59:00 GMT"}, 60),
        ({"Expires": "0"}, None),
        ({"Expires": "Mon, 23 Nov 1998 13:00:00 GMT"}, 0),
    ],
)
def test_caching_headers_say_how_long_a_document_stays_good(
    headers: dict[str, str], seconds: int | None
) -> None:
    assert head.max_age_s(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (['<https://hub.example/>; rel="hub"'], [("hub", "https://hub.example/")]),
        (['</f>; rel="self hub"'], [("hub", "https://a.example/f"), ("self", "https://a.example/f")]),
        (['</a,b>; title="x, <y>"; REL=self, </h>;rel=hub'], [("self", "https://a.example/a,b"), ("hub", "https://a.example/h")]),
        (["</next>; rel=next", "</x>", "garbage", '</y>; rel="'], []),
        (["<javascript:x>; rel=hub", "<file:///x>; rel=self"], []),
        (['</feed>; rel="alternate"; type="application/atom+xml"; title="a, b"'], [("alternate", "https://a.example/feed")]),
        (["</de>; rel=alternate; type=text/html", "</wp-json/1>; rel=alternate; type=application/json", "</x>; rel=alternate"], []),
        ([*(f"</{number}>; rel=alternate; type=application/rss+xml" for number in range(99)), "</h>; rel=hub"], [("hub", "https://a.example/h"), *(("alternate", f"https://a.example/{number}") for number in range(7))]),
        ([f"</{number}>; rel=hub" for number in range(99)], [("hub", f"https://a.example/{number}") for number in range(8)]),
    ],
)  # fmt: skip
def test_links_name_hubs_and_the_feed_itself(values: list[str], found: list[tuple[str, str]]) -> None:
    assert list(head.links(values, "https://a.example/feed")) == found


@pytest.mark.parametrize("link", ["<%d>;rel=hub,", "<%d>;rel=alternate;type ="])
def test_the_largest_head_that_is_read_is_looked_through_at_once(link: str) -> None:
    values = [
        "".join(link % number for number in range(start, start + 700)) for start in range(0, 140_000, 700)
    ]
    began = time.process_time()
    head.links(values, "https://a.example/feed")
    assert time.process_time() - began < 0.1


def test_only_validators_that_can_be_sent_back_are_kept() -> None:
    assert head.validator(' W/"x" ') == 'W/"x"'
    assert head.validator('"unclosed') == '"unclosed'
    for value in ("", "a\nb", "é", "\udcff", "\x7f", "x" * 1025):
        assert head.validator(value) == ""


def test_header_text_can_be_stored() -> None:
    assert head.text("text/xml; x=\udcff\udce9") == "text/xml; x=\ufffd\ufffd"
    assert head.text("é") == "é"


@settings(deadline=None)
@given(st.text(max_size=80) | st.from_regex(r'\A(<[^>]*>;? ?(rel="?[a-z ]*"?)?[,"<]?){1,5}\Z'))
def test_no_header_value_raises(value: str) -> None:
    headers = dict.fromkeys(("Retry-After", "Cache-Control", "Expires", "Date"), value)
    for seconds in (head.retry_after_s(headers, NOW), head.max_age_s(headers, NOW)):
        assert seconds is None or 0 <= seconds <= head.LONGEST_AGE_S
    for _, target in head.links([value, value], "https://a.example/"):
        assert target.startswith(("http://", "https://"))
    assert head.validator(value).isascii()


@given(st.integers(100, 999))
def test_every_status_is_a_document_a_redirect_or_a_failure(status: int) -> None:
    if not head.has_document(status):
        assert head.failure_of(status).value
    else:
        assert 200 <= status < 300

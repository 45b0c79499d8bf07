"""What WebSub says: which hub a feed names, what is asked of it, who has signed, when to ask again."""

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fetch import websub
from bot.fetch.answer import Failed, Failure, Fetched
from bot.fetch.websub import Mode, Offer, again_in_s, form, is_signed, offer_of, question, renewed_in_s
from bot.items import Document
from bot.parse.document import read

FEED = "https://a.example/feed"
HUB = "https://hub.example/"
ATOM = b"""<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><id>a</id>
<link rel='hub' href='https://hub.example/'/><link rel='self' href='https://a.example/own'/></feed>"""
RSS = b"""<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>A</title>
<atom:link rel='hub' href='https://hub.example/'/><atom:link rel='self' href='https://a.example/own'/>
<item><title>x</title></item></channel></rss>"""
METHODS = ("sha1", "sha256", "sha384", "sha512")


def signature(body: bytes, secret: str, method: str) -> str:
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


def test_headers_name_hub_and_topic() -> None:
    answer = Fetched(FEED, b"", links=(("hub", HUB), ("self", "https://a.example/own")))
    assert offer_of(answer, Document("rss")) == Offer(HUB, "https://a.example/own")


@pytest.mark.parametrize("body", [ATOM, RSS], ids=["atom", "rss"])
def test_links_in_a_document_name_hub_and_topic(body: bytes) -> None:
    document = read(body, url=FEED)
    assert offer_of(Fetched(FEED, body), document) == Offer(HUB, "https://a.example/own")


def test_headers_go_before_the_document() -> None:
    answer = Fetched(FEED, b"", links=(("hub", "https://first.example/"), ("hub", HUB), ("self", FEED)))
    assert offer_of(answer, read(ATOM, url=FEED)) == Offer("https://first.example/", FEED)


def test_a_feed_that_does_not_name_itself_is_known_by_where_it_was_found() -> None:
    assert offer_of(Fetched(FEED, b"", links=(("hub", HUB),)), Document("rss")) == Offer(HUB, FEED)


@pytest.mark.parametrize("hub", [None, "", "mailto:me@hub.example", "javascript:alert(1)", "https://"])
def test_what_is_no_address_is_no_hub(hub: str | None) -> None:
    assert offer_of(Fetched(FEED, b""), Document("rss", hub=hub)) is None


def test_a_topic_is_told_as_it_was_found() -> None:
    odd = "HTTP://A.example:80/Feed?x=%7e#top"
    assert offer_of(Fetched(FEED, b""), Document("rss", hub=HUB, self_link=odd)) == Offer(HUB, odd)


def test_a_subscription_is_asked_for_with_a_lease_and_a_secret_and_ended_without() -> None:
    offer = Offer(HUB, FEED)
    asked = form(Mode.SUBSCRIBE, offer, "https://relay.example/websub/x", "s")
    assert asked == {
        "hub.mode": "subscribe",
        "hub.topic": FEED,
        "hub.callback": "https://relay.example/websub/x",
        "hub.lease_seconds": "864000",
        "hub.secret": "s",
    }
    assert set(form(Mode.UNSUBSCRIBE, offer, "c", "s")) == {"hub.mode", "hub.topic", "hub.callback"}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.mode": "publish", "hub.topic": FEED, "hub.challenge": "x"},
        {"hub.mode": "subscribe", "hub.topic": FEED},
        {"hub.mode": "unsubscribe", "hub.topic": "", "hub.challenge": "x"},
        {"hub.mode": "denied"},
    ],
)
def test_what_is_no_question_of_a_hub_is_none(query: dict[str, str]) -> None:
    assert question(query) is None


@pytest.mark.parametrize(
    ("told", "lease_s"),
    [
        ("60", 60),
        ("864000", 864_000),
        ("", websub.LEASE_S),
        ("0", websub.LEASE_S),
        ("-5", websub.LEASE_S),
        ("1e9", websub.LEASE_S),
        ("٣", websub.LEASE_S),
        ("99999999999", websub.LONGEST_LEASE_S),
        ("9" * 5000, websub.LEASE_S),
    ],
)
def test_a_lease_is_the_hubs_within_reason(told: str, lease_s: int) -> None:
    found = question(
        {"hub.mode": "subscribe", "hub.topic": FEED, "hub.challenge": "x", "hub.lease_seconds": told}
    )
    assert found is not None
    assert found.lease_s == lease_s


@settings(max_examples=30)
@given(
    body=st.binary(max_size=200),
    secret=st.text("0123456789abcdef", min_size=1),
    method=st.sampled_from(METHODS),
)
def test_who_has_the_secret_is_believed_and_nobody_else(body: bytes, secret: str, method: str) -> None:
    right = signature(body, secret, method)
    assert is_signed(body, right, secret)
    assert is_signed(body, right.upper(), secret)
    assert not is_signed(body + b"x", right, secret)
    assert not is_signed(body, right, secret + "x")
    assert not is_signed(body, right[:-1], secret)


@given(told=st.binary(max_size=80))
def test_no_odd_signature_is_believed_or_breaks_anything(told: bytes) -> None:
    assert not is_signed(b"", told.decode(errors="surrogateescape"), "secret")


@pytest.mark.parametrize("method", ["md5", "sha224", "sha3_256", "blake2b"])
def test_a_method_that_the_recommendation_has_not_is_not_believed(method: str) -> None:
    made = hmac.new(b"s", b"x", getattr(hashlib, method)).hexdigest()
    assert not is_signed(b"x", f"{method}={made}", "s")


@given(lease_s=st.integers(1, websub.LONGEST_LEASE_S), roll=st.floats(0, 0.999))
def test_a_subscription_is_renewed_before_its_lease_ends_unless_that_is_very_short(
    lease_s: int, roll: float
) -> None:
    renewed = renewed_in_s(lease_s, roll)
    assert renewed >= websub.RENEWED_SOONEST_S
    assert renewed <= max(lease_s * 0.9, websub.RENEWED_SOONEST_S)


@given(failures=st.integers(1, 10_000), why=st.sampled_from(list(Failure)), roll=st.floats(0, 0.999))
def test_a_hub_that_fails_is_asked_less_and_less_but_asked(failures: int, why: Failure, roll: float) -> None:
    wait_s = again_in_s(failures, Failed(why), roll)
    longest_s = websub.RETRIED_WITHIN_S if why in websub.DOWN else websub.REFUSED_LONGEST_S
    assert websub.VERIFIED_WITHIN_S <= wait_s <= longest_s * (1 + websub.JITTER)
    assert again_in_s(failures + 1, Failed(why), roll) >= wait_s


def test_a_hub_that_says_when_is_not_asked_before() -> None:
    assert again_in_s(1, Failed(Failure.BUSY, "", 7200), 0.0) == 7200

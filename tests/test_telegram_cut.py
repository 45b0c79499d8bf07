"""Previews of Telegram's channels are read only where a message says something new."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parse.document import read
from bot.parse.prune import Cut, cut
from bot.parse.telegram_cut import MOST_MESSAGES
from bot.store.client import Store
from tests.conftest import Clock
from tests.newspaper import HOUR_MS, Newspaper
from tests.test_parse_telegram import URL, message, page, text

POLL = """<div class="tgme_widget_message_poll"><div class="tgme_widget_message_poll_question">Tea?</div>
<div class="tgme_widget_message_poll_option"><div class="tgme_widget_message_poll_option_percent">{0}%</div>
<div class="tgme_widget_message_poll_option_text">Yes</div></div></div>
<span class="tgme_widget_message_voters">{0}</span>"""


def seen(views: int, *messages: str) -> bytes:
    """Return the page as it is once each message was seen so often."""
    body = page(*messages).replace(b"K</span>", b"%dK</span>" % views)
    marked = b'" data-view="eyJ0Ijo%d">' % views
    parts = body.split(b"data-post=")
    return b"data-post=".join([parts[0], *(one.replace(b'">', marked, 1) for one in parts[1:])])


def one(body: bytes, known: bytes = b"") -> Cut:
    found = cut(body, known, "text/html; charset=utf-8")
    assert found is not None
    return found


def titles(body: bytes) -> list[str]:
    return [found.title for found in read(body, url=URL).items]


THREE = message(1, text("One")), message(2, text("Two") + POLL.format(10)), message(3, text("Three"))
KNOWN = one(seen(1, *THREE)).marks


def test_how_often_messages_were_seen_and_what_was_voted_is_no_news() -> None:
    assert one(seen(1, *THREE)).count == 3
    voted = THREE[0], message(2, text("Two") + POLL.format(99)), THREE[2]
    assert one(seen(7, *voted), KNOWN) == Cut(KNOWN, 3, 0, b"")
    reacted = message(3, text("Three") + '<div class="tgme_widget_message_reactions"><b>👍</b>9</div>')
    assert one(seen(8, *THREE[:2], reacted), KNOWN).fresh == 0
    assert one(seen(8, *THREE[1:]), KNOWN).fresh == 0


def test_a_message_that_came_is_read_alone_and_so_is_one_that_says_something_else() -> None:
    found = one(seen(2, *THREE, message(4, text("Four"))), KNOWN)
    assert (found.count, found.fresh, titles(found.rest)) == (4, 1, ["Four"])
    assert one(seen(3, *THREE, message(4, text("Four"))), found.marks).fresh == 0
    edited = one(seen(2, THREE[0], message(2, text("Too") + POLL.format(10)), THREE[2]), KNOWN)
    assert (edited.fresh, titles(edited.rest)) == (1, ["Too"])
    again = one(seen(2, *THREE, message(4, text("Three"))), KNOWN)
    assert (again.fresh, titles(again.rest)) == (1, ["Three"]), "the same words in another message"


def test_what_is_not_as_telegram_writes_it_is_read_whole() -> None:
    two = message(1, text("One") + '<div class="tgme_widget_message" data-post="morning_news/9">x</div>')
    many = page(*(message(number, text("x")) for number in range(MOST_MESSAGES + 1)))
    odd = [
        page(),
        page(two),
        page(message(1, text("One")).replace("message_bubble", "message_bubbles").replace("bubbles", "box")),
        page(message(1, text("One")).replace("morning_news/1", "1")),
        page(*THREE).replace(b"tgme_channel_history", b"x"),
        page(*THREE).replace(b"<main>", b'<main><p data-post="morning_news/7">'),
        many,
    ]
    assert [cut(body, b"") for body in odd] == [None] * len(odd)


NUMBERS = st.lists(st.integers(1, 30), min_size=1, max_size=6, unique=True).map(sorted)
WORDS = st.sampled_from(
    ["One", "<b>Two</b>", "<br/>", '"data-post"', 'class="tgme_widget_message_footer"', "ü"]
)


@settings(max_examples=30)
@given(NUMBERS, st.lists(WORDS, min_size=30, max_size=30), st.sets(st.integers(1, 30)), NUMBERS)
def test_reading_what_is_fresh_finds_what_reading_the_whole_finds_anew(
    before: list[int], words: list[str], service: set[int], after: list[int]
) -> None:
    def shown(numbers: list[int], views: int) -> bytes:
        said = ((number, text(words[number - 1]), number in service) for number in numbers)
        return seen(views, *(message(*told[:2], "service_message" if told[2] else "") for told in said))

    first, then = cut(shown(before, 1), b""), cut(shown(after, 2), b"")
    old = read(shown(before, 1), url=URL).items
    if first is None or then is None:
        return
    assert first.count == len(old)
    found = one(shown(after, 2), first.marks)
    new = [
        item for item in read(shown(after, 2), url=URL).items if item.guid not in {each.guid for each in old}
    ]
    assert found.fresh == len(new)
    assert (list(read(found.rest, url=URL).items) if found.rest else []) == new


BUBBLE = b'"><div class="tgme_widget_message " data-post="channel/1"><div class="tgme_widget_message_bubble">'


@pytest.mark.parametrize("begin", [b"", BUBBLE])
@pytest.mark.parametrize(
    "piece",
    [
        b'<div class="tgme_widget_message_wrap',
        b'<div class="tgme_widget_message ',
        b'data-post="',
        b"<",
        b'class="tgme_widget_message_voters ',
    ],
)
def test_no_page_holds_the_loop_up(begin: bytes, piece: bytes) -> None:
    opening = b'<!DOCTYPE html>tgme_channel_history<div class="tgme_widget_message_wrap'
    body = opening + begin + piece * (400_000 // len(piece))
    began = time.process_time()
    cut(body, b"")
    assert time.process_time() - began < 0.05


def test_a_message_of_votes_alone_takes_linear_time() -> None:
    votes = 'class="tgme_widget_message_voters' * 12_000
    body = seen(1, *THREE, message(4, text(votes)))
    began = time.process_time()
    assert one(body).count == 4
    assert time.process_time() - began < 0.5


async def test_a_channel_is_read_when_it_has_news_and_a_correction_is_told(
    store: Store, redis: Any, clock: Clock
) -> None:
    news = Newspaper(store, redis, URL)
    await news.follow()

    async def look(views: int, *messages: str) -> None:
        news.web.put(URL, seen(views, *messages), content_type="text/html; charset=utf-8")
        await news.looker.look(news.id)

    for views in range(3):
        await look(views, *THREE)
    four = [*THREE, message(4, text("Four"))]
    await look(4, *four)
    await look(5, *four)
    assert news.reader.sizes == [3, 1]
    assert await news.handed() == ["Four"]
    clock.forward(HOUR_MS)
    await look(6, *THREE, message(4, text("Four and more words than before")))
    assert await news.handed() == ["Four and more words than before*"]

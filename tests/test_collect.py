"""Loop one against a web and a store that break in every way."""

import logging
from collections.abc import Callable

import pytest

from bot.errors import StoreUnavailable, TooComplex
from bot.fetch.answer import Failed, Failure, NotModified
from bot.items import Document, Feed, FeedId, Validators
from bot.life import Event
from bot.looks import Look, Outcome
from tests.collecting import FEED, OTHER, Reader, Relay

HOUR_MS = 3_600_000

# One look


async def test_a_first_look_hands_nothing_on_and_the_next_what_is_new() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a", "b", etag="1")
    assert await relay.looker.look(feed) == Look(feed, Outcome.CHANGED, 0)
    assert await relay.looker.look(feed) == Look(feed, Outcome.NOT_MODIFIED)
    relay.web.serve(FEED, "c", "a", "b", etag="2")
    assert await relay.looker.look(feed) == Look(feed, Outcome.CHANGED, 1)
    assert relay.titles() == ["Title c"]
    assert [one.etag for _, one in relay.web.asked] == ["", "1", "1"]
    known = relay.memory.known[feed]
    assert (known.looks, known.title, known.failures, known.interval_s) == (3, "Example News", 0, 240)
    assert relay.memory.due[feed] == relay.memory.now + 240_000
    assert relay.memory.health == {"look"}


async def test_the_same_body_without_validators_is_unchanged() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a")
    outcomes = [(await relay.looker.look(feed)).outcome for _ in range(3)]
    assert outcomes == [Outcome.CHANGED, Outcome.UNCHANGED, Outcome.UNCHANGED]


async def test_a_feed_that_starts_empty_hands_on_its_first_item() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED)
    await relay.looker.look(feed)
    relay.web.serve(FEED, "a")
    assert (await relay.looker.look(feed)).new_items == 1


async def test_what_was_missed_in_an_outage_is_handed_on_when_it_is_over() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a")
    await relay.looker.look(feed)
    relay.web.answers[FEED] = Failed(Failure.UNREACHABLE, "no route")
    for times in (1, 2, 3):
        assert (await relay.looker.look(feed)).outcome is Outcome.FAILED
        assert relay.memory.known[feed].failures == times
    assert relay.memory.known[feed].trouble == "unreachable"
    relay.web.serve(FEED, "d", "c", "b", "a")
    assert (await relay.looker.look(feed)).new_items == 3
    assert relay.memory.known[feed].failures == 0
    assert relay.memory.known[feed].trouble == ""


async def test_validators_are_not_saved_before_the_items() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a", etag="1")
    await relay.looker.look(feed)
    relay.web.serve(FEED, "b", "a", etag="2")
    relay.memory.down = {"intake"}
    with pytest.raises(StoreUnavailable):
        await relay.looker.look(feed)
    assert relay.memory.known[feed].validators.etag == "1"
    relay.memory.down = set()
    assert (await relay.looker.look(feed)).new_items == 1


class Stumbling(Reader):
    """Breaks at documents that hold ``poison``."""

    async def read(self, body: bytes, url: str, content_type: str = "") -> Document:
        if b"poison" in body:
            raise ZeroDivisionError
        if b"maze" in body:
            raise TooComplex("this document takes more than 10 s")
        return await super().read(body, url, content_type)


async def test_a_look_that_breaks_is_a_failure_and_the_next_is_unconditional(
    caplog: pytest.LogCaptureFixture,
) -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    collector = relay.make(Stumbling())
    relay.web.serve(FEED, "a", etag="1")
    await collector.look(feed)
    relay.web.serve(FEED, "poison", "a", etag="2")
    assert (await collector.look(feed)).outcome is Outcome.FAILED
    assert relay.memory.known[feed].trouble == "broken"
    assert relay.memory.known[feed].validators == Validators()
    assert "the look broke" in caplog.text
    relay.web.serve(FEED, "b", "a", etag="1")
    assert (await collector.look(feed)).new_items == 1


@pytest.mark.parametrize(
    ("body", "trouble"), [(b"<html>", "not a feed"), (b"feed maze", "too complex")], ids=["page", "maze"]
)
async def test_a_document_that_cannot_be_read_is_that_feeds_failure(body: bytes, trouble: str) -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.put(FEED, body, etag="9")
    assert (await relay.make(Stumbling()).look(feed)).outcome is Outcome.FAILED
    known = relay.memory.known[feed]
    assert (known.trouble, known.validators, known.seeded) == (trouble, Validators(), False)


async def test_a_feed_that_is_not_seeded_is_asked_without_validators() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.memory.known[feed] = Feed(feed, FEED, validators=Validators("1", "", "x"))
    relay.web.serve(FEED, "a", etag="1")
    assert (await relay.looker.look(feed)).outcome is Outcome.CHANGED


async def test_lost_memory_floods_nobody_and_is_told() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a", "b")
    await relay.looker.look(feed)
    del relay.memory.seen[feed]
    relay.web.serve(FEED, "c", "a", "b")
    assert (await relay.looker.look(feed)).new_items == 0
    assert [one.id for one in relay.lost] == [feed]
    relay.web.serve(FEED, "d", "c", "a", "b")
    assert (await relay.looker.look(feed)).new_items == 1


async def test_a_feed_that_is_gone_from_the_store_is_left_alone() -> None:
    relay = Relay()
    assert (await relay.looker.look(FeedId("gone"))).outcome is Outcome.FORGOTTEN
    assert relay.web.asked == []


async def test_a_large_document_is_taken_in_order() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED)
    await relay.looker.look(feed)
    relay.web.serve(FEED, *(f"i{number}" for number in range(500)))
    assert (await relay.looker.look(feed)).new_items == 500
    orders = [relay.memory.items[one].order_ms for one in relay.memory.handed]
    assert orders == sorted(set(orders), reverse=True)


# Moving


async def test_a_feed_has_moved_when_two_looks_an_hour_apart_say_so_and_that_is_told() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a", moved_to=OTHER)
    await relay.looker.look(feed)
    assert relay.memory.known[feed].url == FEED
    relay.memory.now += HOUR_MS
    relay.web.serve(FEED, "b", "a", moved_to=OTHER)
    assert (await relay.looker.look(feed)).new_items == 1
    assert relay.memory.known[feed].url == OTHER
    assert [(one.event, one.old, one.new) for one in relay.memory.told] == [(Event.MOVED, FEED, OTHER)]


async def test_a_feed_that_answers_304_from_its_new_address_has_moved_too() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.serve(FEED, "a", moved_to=OTHER)
    await relay.looker.look(feed)
    relay.web.answers[FEED] = NotModified(moved_to=OTHER)
    relay.memory.now += HOUR_MS
    await relay.looker.look(feed)
    assert relay.memory.known[feed].url == OTHER


async def test_a_detour_or_an_error_page_is_no_move() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    answers: list[Callable[[], None]] = [
        lambda: relay.web.serve(FEED, "a", moved_to=OTHER),
        lambda: relay.web.serve(FEED, "b"),
        lambda: relay.web.serve(FEED, "c", moved_to=OTHER),
        lambda: relay.web.put(FEED, b"<html>", moved_to=OTHER),
        lambda: relay.web.serve(FEED, "d", moved_to=OTHER),
        lambda: relay.web.serve(FEED, "e", moved_to="https://third.example/"),
    ]
    for serve in answers:
        serve()
        await relay.looker.look(feed)
    assert relay.memory.known[feed].url == FEED


async def test_what_is_to_be_told_is_stored_before_the_feed_is() -> None:
    relay = Relay()
    feed = relay.memory.follow(FEED)
    relay.web.answers[FEED] = Failed(Failure.GONE)
    await relay.looker.look(feed)
    relay.memory.now += 24 * HOUR_MS
    relay.memory.down = {"finish"}
    with pytest.raises(StoreUnavailable):
        await relay.looker.look(feed)
    relay.memory.down = set()
    await relay.looker.look(feed)
    assert [one.event for one in relay.memory.told] == [Event.GONE] * 2
    assert len(set(relay.memory.told)) == 1, "the same notice, which the store keeps once"
    assert relay.memory.due[feed] >= relay.memory.now + 24 * HOUR_MS, "what is gone is left in peace"


# A round by hand


async def test_a_round_counts_every_outcome() -> None:
    relay = Relay(fetch_concurrency=2)
    urls = [f"https://n{number}.example/feed" for number in range(5)]
    feeds = [relay.memory.follow(url) for url in urls]
    for url in urls[:4]:
        relay.web.serve(url, "a", etag=url if url == urls[0] else "")
    first = await relay.collector.poll(every=False)
    assert (first.feeds, first.changed, first.failed, first.new_items) == (5, 4, 1, 0)
    assert (await relay.collector.poll(every=False)).feeds == 0
    relay.web.serve(urls[2], "b", "c", "a")
    second = await relay.collector.poll(every=True)
    assert (second.feeds, second.not_modified, second.unchanged) == (5, 1, 2)
    assert (second.changed, second.failed, second.new_items) == (1, 1, 2)
    assert second.seconds >= 0
    assert relay.memory.known[feeds[4]].failures == 2


async def test_a_round_without_a_store_says_so() -> None:
    relay = Relay()
    relay.memory.follow(FEED)
    relay.web.serve(FEED, "a")
    for step in ("claim_due", "intake"):
        relay.memory.due = dict.fromkeys(relay.memory.due, 0)
        relay.memory.down = {step}
        with pytest.raises(StoreUnavailable):
            await relay.collector.poll(every=False)


async def test_a_failing_feed_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    relay = Relay()
    feed = relay.memory.follow(FEED)
    for _ in range(3):
        await relay.looker.look(feed)
    assert [one.levelname for one in caplog.records if "missing" in one.message] == [
        "WARNING",
        "INFO",
        "INFO",
    ]

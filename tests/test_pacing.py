"""When a feed is looked at again, and why then."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetch.answer import SHUT, Failed, Failure
from bot.items import Document, Feed, FeedId
from bot.pacing import Bounds, Pace, Why, asked_of, next_look
from bot.pacing.asking import GRANTED_MOST_S, GRANTED_S, SKIPPED_S
from bot.pacing.pace import DAY_S, HOUR_S, LIVELY_S, NEW_LOOKS, ORDINARY_S, PUSHED_S, SILENT_S, SPREAD
from bot.pacing.rhythm import LENGTH, write

NOON_MS = 1_790_683_200_000
"""A Tuesday, 12:00 UTC."""
HOUR_MS = 3_600_000
WIDE = Bounds(60, 86_400)
DIGITS = st.binary(min_size=LENGTH - 1, max_size=LENGTH - 1)


def feed(**known: object) -> Feed:
    return Feed(**{"id": FeedId("f"), "url": "https://e.example/", "looks": 10_000, **known})  # type: ignore[arg-type]


def every(hours: float, *, ago_h: float = 0.1, count: int = 100) -> list[int]:
    return [NOON_MS - int((ago_h + hours * number) * HOUR_MS) for number in range(count)]


def look(
    known: Feed,
    published: list[int],
    *,
    now_ms: int = NOON_MS,
    bounds: Bounds = WIDE,
    roll: float = 0.5,
    asked_s: int | None = None,
) -> Pace:
    return next_look(known, published, now_ms, bounds=bounds, roll=roll, max_age_s=asked_s)


def after(failure: Failed, *, times: int = 1, bounds: Bounds = WIDE, roll: float = 0.5) -> Pace:
    return next_look(feed(failures=times), [], NOON_MS, bounds=bounds, roll=roll, failure=failure)


def test_what_publishes_much_is_looked_at_often() -> None:
    waits = [look(feed(), every(hours)).wait_s for hours in (0.02, 0.1, 0.7, 9)]
    assert waits == sorted(waits)
    assert waits[0] < 90
    assert waits[1] < 150
    assert waits[3] <= LIVELY_S


def waits_of(
    published: list[int], within_s: float, *, bounds: Bounds = WIDE, roll: float = 0.5
) -> list[tuple[float, float]]:
    """Return when a new feed, of which nothing more comes, is looked at, and the wait after each look."""
    known, at_s, waits = feed(looks=0, rate_per_day=0.0), 0.0, list[tuple[float, float]]()
    while at_s < within_s:
        now_ms, changed_ms = NOON_MS + int(at_s * 1000), known.changed_ms if waits else NOON_MS
        known = replace(known, looks=known.looks + 1, changed_ms=changed_ms)
        dates = [] if waits else published
        pace = next_look(known, dates, now_ms, bounds=bounds, roll=roll)
        known = replace(known, rhythm=pace.rhythm, interval_s=round(pace.wait_s))
        waits.append((at_s, pace.wait_s))
        at_s += pace.wait_s
    return waits


def test_a_new_subscription_is_looked_at_soon_and_by_and_by_less() -> None:
    waits = waits_of(every(9 * 24, ago_h=9 * 24), 5 * DAY_S)
    assert [wait for _, wait in waits[:6]] == [60, 120, 240, 480, ORDINARY_S, ORDINARY_S]
    assert max(wait for at, wait in waits if at < DAY_S / 4) == ORDINARY_S
    assert waits[NEW_LOOKS + 10][1] > ORDINARY_S
    assert LIVELY_S * (1 - SPREAD / 2) <= waits[-1][1] <= LIVELY_S
    assert look(feed(looks=3), every(24)).why is Why.NEW


LITTLE_KNOWN = {
    "one a day": every(24),
    "one a week": every(7 * 24, ago_h=24, count=8),
    "old": [NOON_MS - (4000 + number) * 24 * HOUR_MS for number in range(10)],
    "to come": [NOON_MS + number * 24 * HOUR_MS for number in range(1, 10)],
    "without times": [],
    "all of now": [NOON_MS] * 5,
}


@pytest.mark.parametrize("published", LITTLE_KNOWN.values(), ids=LITTLE_KNOWN)
@pytest.mark.parametrize("min_s", [1, 2, 10])
def test_whoever_sets_a_short_shortest_wait_waits_no_longer_for_feeds_of_which_little_comes(
    published: list[int], min_s: int
) -> None:
    waits = waits_of(published, 2 * HOUR_S, bounds=Bounds(min_s, DAY_S), roll=0.99)
    assert max(wait for at, wait in waits if at < 5 * 60 * min_s) <= 12 * min_s
    assert max(wait for at, wait in waits) <= 60 * min_s


@pytest.mark.parametrize("hours", [0.1, 0.5, 24])
def test_a_feed_is_looked_at_as_much_sooner_as_the_shortest_wait_is_shorter(hours: float) -> None:
    published = every(hours, ago_h=0.01, count=600)
    usual_s = look(feed(), published).wait_s
    for min_s in (5, 20):
        wait_s = look(feed(), published, bounds=Bounds(min_s, DAY_S)).wait_s
        assert wait_s == pytest.approx(usual_s * min_s / 60)


@pytest.mark.parametrize("why", [Failure.UNREACHABLE, Failure.MISSING, Failure.NOT_A_FEED, Failure.BUSY])
def test_a_feed_that_failed_for_a_minute_is_back_as_soon_as_the_shortest_wait_is_short(why: Failure) -> None:
    lost_s, times = 0.0, 0
    while lost_s < 60:
        times += 1
        lost_s += after(Failed(why), times=times, bounds=Bounds(1, DAY_S)).wait_s
    assert lost_s < 120


def test_a_feed_that_publishes_by_the_clock_is_looked_at_just_after() -> None:
    at_five = every(1, ago_h=55 / 60, count=48)
    pace = look(feed(), at_five)
    assert 240 < pace.wait_s < 420
    daily = every(24, ago_h=23.5, count=40)
    waiting = feed(rhythm=look(feed(), daily).rhythm)
    now_ms, waits = NOON_MS, list[float]()
    while now_ms < NOON_MS + HOUR_MS:
        waits.append(look(waiting, [], now_ms=now_ms).wait_s)
        now_ms += int(waits[-1] * 1000)
    inside = [one for one in waits if one < 100]
    assert inside, "within the two minutes in which it always publishes it is looked at"
    assert max(waits) > 600


def test_the_hours_in_which_nothing_comes_cost_few_looks() -> None:
    day = [
        NOON_MS - (24 * number + hour) * HOUR_MS - (17 * number + 29 * hour) % 60 * 60_000
        for number in range(28)
        for hour in range(9)
    ]
    office = feed(rhythm=look(feed(), day).rhythm)
    night = look(office, [], now_ms=NOON_MS + 10 * HOUR_MS)
    morning = look(office, [], now_ms=NOON_MS + 21 * HOUR_MS)
    assert night.wait_s > 2 * morning.wait_s
    assert (night.why, morning.why) == (Why.CALM, Why.LIVELY)


def test_more_is_expected_within_a_burst() -> None:
    bursts = [NOON_MS - (36 * number * HOUR_MS) - part * 200_000 for number in range(30) for part in range(6)]
    known = look(feed(), bursts)
    later = look(feed(rhythm=known.rhythm), [], now_ms=NOON_MS + 6 * HOUR_MS)
    assert known.wait_s < 180
    assert later.wait_s > 600


def test_only_weeks_of_silence_stretch_the_wait_beyond_an_hour() -> None:
    waits = [look(feed(), every(1, ago_h=24 * days)).wait_s for days in (1, 13, 40, 4000)]
    assert waits == sorted(waits)
    assert waits[1] <= LIVELY_S < waits[2] < waits[3] <= SILENT_S
    assert look(feed(), every(1, ago_h=24 * 40)).why is Why.SILENT


def test_a_feed_whose_rate_alone_is_known_goes_by_that() -> None:
    slow, quick = (look(feed(rate_per_day=rate, changed_ms=NOON_MS - HOUR_MS), []) for rate in (1.0, 100.0))
    assert quick.wait_s * 4 < slow.wait_s


def test_the_smallest_settings_stay_lively() -> None:
    pace = look(feed(), every(24), bounds=Bounds(2, 5))
    assert (pace.wait_s, pace.why) == (5, Why.SETTINGS)


def test_a_pause_that_is_asked_for_is_granted_within_bounds() -> None:
    busy, slow = every(0.1), every(30)
    assert look(feed(), busy, asked_s=500).wait_s == pytest.approx(500 * 1.05)
    assert look(feed(asked="ttl=500"), busy).why is Why.ASKED
    assert look(feed(), busy, asked_s=10**9).wait_s == pytest.approx(GRANTED_S * 1.05)
    assert look(feed(), slow, asked_s=10**9).wait_s <= GRANTED_MOST_S * 1.1
    assert look(feed(), busy, asked_s=5) == look(feed(), busy)
    assert look(feed(looks=1), slow, asked_s=500).wait_s >= 500
    assert look(feed(looks=1), slow, asked_s=90, bounds=Bounds(1, DAY_S)).wait_s >= 90
    assert look(feed(), busy, asked_s=500, bounds=Bounds(2, 5)).wait_s == 5


def test_hours_and_days_to_skip_are_skipped_for_some_hours() -> None:
    busy = every(0.1)
    ask = asked_of(Document("rss", skip_hours=(12, 13), skip_days=()))
    pace = look(feed(asked=ask), busy)
    assert (pace.why, 7200 <= pace.wait_s < 7600) == (Why.SKIPPED, True)
    tuesdays = look(feed(asked=asked_of(Document("rss", skip_days=(1, 2)))), busy)
    assert SKIPPED_S < tuesdays.wait_s < SKIPPED_S + 700
    always = asked_of(Document("rss", skip_hours=tuple(range(24)), skip_days=tuple(range(7))))
    assert look(feed(asked=always), busy).wait_s < SKIPPED_S + 700
    other = asked_of(Document("rss", skip_hours=(3,), skip_days=(6,)))
    assert look(feed(asked=other), busy) == look(feed(), busy)


def test_while_a_hub_pushes_looks_are_few_and_resume_when_its_promise_ends() -> None:
    busy = every(0.1)
    pushed = look(feed(pushed_until_ms=NOON_MS + 240 * HOUR_MS), busy)
    assert (pushed.wait_s, pushed.why) == (PUSHED_S[0], Why.PUSHED)
    assert look(feed(pushed_until_ms=NOON_MS + 600_000), busy).wait_s < 600 + 120
    assert look(feed(pushed_until_ms=NOON_MS - 1), busy).why is not Why.PUSHED


def test_after_a_short_outage_a_feed_is_soon_back() -> None:
    away_s, times, lost_s = 1800.0, 0, 0.0
    while lost_s < away_s:
        times += 1
        lost_s += after(Failed(Failure.UNREACHABLE), times=times).wait_s
    assert lost_s < 1.5 * away_s
    assert times < 10


def test_what_a_person_must_mend_is_asked_less() -> None:
    def in_a_week(why: Failure) -> int:
        times, at_s = 0, 0.0
        while at_s < 7 * DAY_S:
            times += 1
            at_s += after(Failed(why), times=times).wait_s
        return times

    looks = {why: in_a_week(why) for why in Failure}
    assert looks[Failure.GONE] <= 14
    for shut in SHUT:
        assert looks[shut] < looks[Failure.MISSING] < looks[Failure.UNREACHABLE] < 200
        assert after(Failed(shut), times=5000).why is Why.DENIED


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Failed(Failure.BUSY), 300),
        (Failed(Failure.BUSY, retry_after_s=7200), 7200 * 1.025),
        (Failed(Failure.BUSY, retry_after_s=10**9), DAY_S * 1.025),
        (Failed(Failure.BUSY, retry_after_s=1), 60),
        (Failed(Failure.GONE), 900),
    ],
)
def test_a_server_that_says_when_is_believed(failure: Failed, seconds: float) -> None:
    assert after(failure).wait_s == pytest.approx(seconds)


def test_retry_after_is_kept_beyond_the_bounds_and_never_cut_by_the_die() -> None:
    pace = after(Failed(Failure.BUSY, retry_after_s=7200), bounds=Bounds(1, 60), roll=0.0)
    assert (pace.wait_s, pace.why) == (7200, Why.BUSY)


def test_the_die_spreads_looks_of_like_feeds() -> None:
    waits = [look(feed(rate_per_day=50.0), [], roll=roll).wait_s for roll in (0.0, 0.5, 0.99)]
    assert waits[0] * 1.1 < waits[1]
    assert waits[1] * 1.1 < waits[2]


def test_feeds_that_are_taken_up_at_once_are_not_looked_at_at_once_for_long() -> None:
    dice, seconds = random.Random(7), Counter[int]()
    for _ in range(500):
        known, at_s = feed(looks=0), 0.0
        while at_s < 5400:
            known = replace(known, looks=known.looks + 1)
            pace = next_look(known, [], NOON_MS + int(at_s * 1000), bounds=WIDE, roll=dice.random())
            known, at_s = replace(known, rhythm=pace.rhythm), at_s + pace.wait_s
            seconds[int(at_s)] += 1
    assert max(count for at, count in seconds.items() if at > 3600) < 8


@given(
    st.builds(
        Feed,
        id=st.just(FeedId("f")),
        url=st.just("https://e.example/"),
        looks=st.integers(0, 10**6),
        failures=st.integers(0, 10**6),
        rate_per_day=st.floats() | st.floats(0, 1e4),
        changed_ms=st.just(NOON_MS) | st.integers(0, 2 * NOON_MS),
        interval_s=st.integers(0, 10**6),
        rhythm=st.just("") | st.text(max_size=9) | DIGITS.map(lambda digits: write(b"\1" + digits)),
        asked=st.just("") | st.text(max_size=40) | st.just("ttl=99999 hours=ffffff days=7f"),
        pushed_until_ms=st.just(0) | st.integers(0, 2 * NOON_MS),
    ),
    st.lists(st.integers(-(10**15), 10**15) | st.integers(NOON_MS - 10**10, NOON_MS + 10**6), max_size=9),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.sampled_from(list(Failure)),
    st.none() | st.integers(0, 10**12),
    st.integers(1, 10**5),
    st.integers(0, 10**5),
)
def test_whatever_is_known_or_said_the_settings_bounds_hold(
    known: Feed,
    published: list[int],
    roll: float,
    why: Failure | None,
    asked_s: int | None,
    min_s: int,
    more_s: int,
) -> None:
    bounds = Bounds(min_s, min_s + more_s)
    failure = None if why is None else Failed(why)
    pace = next_look(known, published, NOON_MS, bounds=bounds, roll=roll, failure=failure, max_age_s=asked_s)
    assert bounds.min_s <= pace.wait_s <= bounds.max_s
    again = next_look(known, published, NOON_MS, bounds=bounds, roll=roll, failure=failure, max_age_s=asked_s)
    assert again == pace

"""What is learnt of a feed's rhythm, from whatever its looks bring, and how that is written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.items import Document, Feed, FeedId
from bot.pacing import Bounds, Pace, Why, asked_of, next_look
from bot.pacing.asking import NOTHING, Asked, read_asked
from bot.pacing.forecast import Forecast
from bot.pacing.learning import (
    DOUBT_MOST,
    MEMORY_H,
    MOST_MOMENTS,
    WEEK_S,
    first_rhythm,
    learn,
    rested,
    weighed,
)
from bot.pacing.pace import ORDINARY_S
from bot.pacing.rhythm import LENGTH, Rhythm, digits_of, pack, unpack, write

MONDAY = 1_789_948_800
"""At midnight, UTC."""
HOUR = 3600
DAY = 86_400
WIDE = Bounds(60, 86_400)


class Looker:
    """Looks at one feed, time after time."""

    def __init__(self, **known: object) -> None:
        self.feed = Feed(FeedId("f"), "https://e.example/", looks=10_000, **known)  # type: ignore[arg-type]
        self.pace = Pace(0, Why.NEW, "")

    def look(self, now: int, dates: list[int], *, changed: bool | None = None) -> Pace:
        is_changed = bool(dates) if changed is None else changed
        if is_changed:
            self.feed = replace(self.feed, changed_ms=now * 1000)
        self.pace = next_look(self.feed, [date * 1000 for date in dates], now * 1000, bounds=WIDE, roll=0.5)
        self.feed = replace(self.feed, rhythm=self.pace.rhythm, interval_s=round(self.pace.wait_s))
        return self.pace

    @property
    def rhythm(self) -> Rhythm:
        digits = digits_of(self.feed.rhythm)
        assert digits
        return unpack(digits)


def history(count: int, gap: int, *, end: int = MONDAY) -> list[int]:
    return [end - gap * number for number in range(count)]


@given(st.binary(min_size=LENGTH - 1, max_size=LENGTH - 1))
def test_a_rhythm_is_read_as_it_was_written_in_109_characters(values: bytes) -> None:
    digits = digits_of(write(b"\1" + values))
    assert digits
    rhythm = unpack(digits)
    written = write(pack(rhythm))
    assert (len(written), written.isascii(), written.isprintable()) == (LENGTH, True, True)
    again = digits_of(written)
    assert again
    assert unpack(again) == rhythm


@given(
    st.lists(st.integers(0, 56 * DAY), min_size=3, max_size=30),
    st.integers(0, WEEK_S),
    st.integers(0, 3 * WEEK_S),
)
def test_silences_are_weighed_hour_by_hour(ages: list[int], after: int, long: int) -> None:
    now = MONDAY + after
    forecast = Forecast(pack(first_rhythm([now - 60 - age for age in ages], now)), now)
    week = forecast.week()
    assert week == [forecast.weight(MONDAY // 3600 + hour) for hour in range(168)]
    plain, begin = float(long // WEEK_S * WEEK_S), now + long // WEEK_S * WEEK_S
    while begin < now + long:
        until = min(begin // 3600 * 3600 + 3600, now + long)
        plain += forecast.weight(begin // 3600) * (until - begin)
        begin = until
    assert weighed(week * 2, now, now + long) == plain


@pytest.mark.parametrize("written", ["", "1", "2" * LENGTH, "1" * (LENGTH + 1), "1" + "é" * (LENGTH - 1)])
def test_what_is_no_rhythm_is_none(written: str) -> None:
    assert digits_of(written) is None


def test_looks_that_bring_the_whole_document_or_the_new_items_alone_teach_the_same() -> None:
    old = history(20, 5000)
    whole, new = Looker(), Looker()
    for one in (whole, new):
        one.look(MONDAY + 60, old)
    for number in range(1, 40):
        now, date = MONDAY + number * 4000 + 100, MONDAY + number * 4000
        old = [date, *old][:20]
        whole.look(now, old)
        new.look(now, [date])
        assert whole.feed.rhythm == new.feed.rhythm


def test_the_same_document_again_teaches_nothing() -> None:
    looker = Looker()
    looker.look(MONDAY + 60, history(20, 5000))
    known = looker.feed.rhythm
    for number in range(5):
        looker.look(MONDAY + 600 * number, history(20, 5000), changed=False)
    assert looker.feed.rhythm == known


def test_an_item_that_was_not_there_at_the_look_before_came_after_it_whatever_it_says() -> None:
    looker = Looker()
    looker.look(MONDAY, history(20, DAY, end=MONDAY - DAY))
    looker.look(MONDAY + 14 * HOUR, [], changed=False)
    looker.feed = replace(looker.feed, interval_s=600)
    looker.look(MONDAY + 14 * HOUR + 600, [MONDAY])
    assert looker.rhythm.last == MONDAY + 14 * HOUR + 300
    assert looker.rhythm.newest == MONDAY


def test_items_without_a_time_count_by_when_they_were_noticed() -> None:
    looker = Looker()
    for number in range(21 * 24):
        looker.look(MONDAY + number * HOUR, [], changed=False)
        looker.look(MONDAY + number * HOUR + 600, [], changed=number % 24 in (8, 9, 10))
    assert sum(looker.rhythm.hours[8:11]) > 50
    assert sum(looker.rhythm.hours) < 65
    now = MONDAY + 21 * DAY
    quick, slow = (Looker(rhythm=looker.feed.rhythm).look(now + hour * HOUR, []) for hour in (9, 20))
    assert quick.wait_s * 2 < slow.wait_s


def test_dates_made_at_the_look_teach_nothing_but_doubt() -> None:
    looker = Looker()
    for number in range(200):
        now = MONDAY + number * 900
        looker.look(now, [now] * 10)
    assert (looker.pace.why, looker.pace.wait_s) == (Why.UNKNOWN, ORDINARY_S)
    assert sum(looker.rhythm.days) < 10


def test_an_edited_document_is_nothing_new_and_older_items_alone_are() -> None:
    looker = Looker()
    looker.look(MONDAY + HOUR, history(10, 5000, end=MONDAY - 7))
    known = looker.feed.rhythm
    looker.look(MONDAY + 2 * HOUR, history(9, 5000, end=MONDAY - 7), changed=True)
    assert looker.feed.rhythm == known
    looker.look(MONDAY + 3 * HOUR, history(2, 5000, end=MONDAY - DAY), changed=True)
    assert looker.rhythm.last > MONDAY + 2 * HOUR


@pytest.mark.parametrize("dates", [[], [MONDAY - 7] * 5])
def test_documents_that_differ_each_time_without_a_newer_item_are_not_looked_at_without_end(
    dates: list[int],
) -> None:
    looker, now, looks = Looker(), float(MONDAY), 0
    looker.look(MONDAY, history(10, DAY))
    while now < MONDAY + 3 * DAY:
        now += looker.look(int(now), dates, changed=True).wait_s
        looks += 1
    assert looks < 3 * 400


def test_a_lively_feed_without_times_is_looked_at_as_one_with_times_is() -> None:
    waits = []
    for has_times in (True, False):
        looker, now, seen = Looker(), float(MONDAY), MONDAY
        while now < MONDAY + DAY:
            new = list(range(seen + 300 - seen % 300, int(now), 300))
            seen = new[-1] if new else seen
            now += looker.look(int(now), new if has_times else [], changed=bool(new)).wait_s
        waits.append(looker.pace.wait_s)
    assert waits[1] < 2 * waits[0] < 400


def test_what_a_hub_pushes_may_be_as_young_as_it_is_told() -> None:
    looker = Looker(pushed_until_ms=(MONDAY + 30 * DAY) * 1000)
    for number in range(50):
        looker.look(MONDAY + number * 5000, [MONDAY + number * 5000 - 1])
    assert looker.rhythm.doubt == 0
    assert sum(looker.rhythm.days) >= 49
    assert looker.pace.why is Why.PUSHED


def test_doubt_passes_when_looks_bring_nothing() -> None:
    looker = Looker()
    for number in range(12):
        looker.look(MONDAY + number * 900, [MONDAY + number * 900] * 5)
    for number in range(40):
        looker.look(MONDAY + DAY + number * 900, [], changed=False)
    assert looker.pace.why is not Why.UNKNOWN


@given(
    st.lists(st.integers(0, 56 * DAY), min_size=3, max_size=30),
    st.integers(0, DOUBT_MOST),
    st.integers(0, 3 * MEMORY_H * 3600),
)
def test_looks_that_bring_nothing_are_learnt_from_in_digits_as_in_numbers(
    ages: list[int], doubt: int, later: int
) -> None:
    rhythm, now = first_rhythm([MONDAY - age for age in ages], MONDAY), MONDAY + later
    rhythm.doubt = doubt
    found = rested(pack(rhythm), now)
    assert (found is None) == (now // 3600 - rhythm.since_h > MEMORY_H)
    learn(rhythm, [], now, before=now - 600, changed=False)
    assert found in (None, pack(rhythm))


def test_dates_ahead_and_long_ago_are_left_out() -> None:
    ahead, ago = MONDAY + 365 * DAY, MONDAY - 4000 * DAY
    looker = Looker()
    looker.look(MONDAY, [ahead, ago, *history(20, DAY, end=MONDAY - HOUR)])
    assert looker.rhythm.newest == MONDAY - HOUR
    looker.look(MONDAY + DAY, [ahead, MONDAY + DAY - HOUR])
    assert looker.rhythm.newest == MONDAY + DAY - HOUR


def test_dates_that_are_all_the_same_are_one_moment() -> None:
    looker = Looker()
    looker.look(MONDAY + HOUR, [MONDAY] * 50)
    assert sum(looker.rhythm.days) <= 1


def test_a_rhythm_from_the_future_does_not_stop_the_learning() -> None:
    looker = Looker(rhythm="1" + "o" * (LENGTH - 1))
    looker.look(MONDAY, history(30, HOUR, end=MONDAY - 60))
    looker.look(MONDAY + HOUR, [MONDAY + HOUR - 60])
    assert looker.rhythm.newest == MONDAY + HOUR - 60


def test_what_was_long_ago_fades() -> None:
    looker = Looker()
    looker.look(MONDAY, history(56, DAY, end=MONDAY - 60))
    for number in range(1, 140):
        looker.look(MONDAY + number * DAY + 6 * HOUR, [MONDAY + number * DAY + 6 * HOUR - 60])
    hours = looker.rhythm.hours
    assert hours[23] * 5 < hours[5]


def test_a_document_of_ten_thousand_items_is_learnt_from_in_no_time() -> None:
    looker = Looker()
    looker.look(MONDAY, history(10_000, 60))
    assert sum(looker.rhythm.days) <= MOST_MOMENTS


@given(
    st.none() | st.integers(1, 10**7), st.sets(st.integers(0, 23), max_size=24), st.sets(st.integers(0, 6))
)
def test_what_a_document_asks_is_read_as_it_was_written(
    ttl_s: int | None, hours: set[int], days: set[int]
) -> None:
    written = asked_of(Document("rss", ttl_s=ttl_s, skip_hours=tuple(hours), skip_days=tuple(days)))
    asked = read_asked(written)
    assert asked == Asked(ttl_s or 0, sum(1 << hour for hour in hours), sum(1 << day for day in days))
    assert len(written) < 40


@given(st.text(max_size=60))
def test_what_is_no_such_writing_asks_nothing_or_a_number(written: str) -> None:
    assert read_asked(written).ttl_s >= 0
    assert read_asked("hours=xyz ttl=- days") == NOTHING

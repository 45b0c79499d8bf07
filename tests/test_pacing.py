"""When a feed is looked at again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetch.answer import Failed, Failure
from bot.items import Feed, FeedId
from bot.pacing import ASKED_S, DAY_S, EAGER_LOOKS, ORDINARY_S, QUIET_S, Bounds, next_look

NOW_MS = 1_770_000_000_000
HOUR_MS = 3_600_000
WIDE = Bounds(60, 86_400)


def feed(*, looks: int = 100, failures: int = 0, rate: float = 0.0, changed_ms: int = NOW_MS) -> Feed:
    return Feed(
        FeedId("f"),
        "https://e.example/",
        looks=looks,
        failures=failures,
        rate_per_day=rate,
        changed_ms=changed_ms,
    )


def every(hours: float, *, ago_h: float = 0, count: int = 10) -> list[int]:
    return [NOW_MS - int((ago_h + hours * number) * HOUR_MS) for number in range(count)]


def wait(known: Feed, published: list[int], *, bounds: Bounds = WIDE, asked_s: int | None = None) -> float:
    return next_look(known, published, NOW_MS, bounds=bounds, roll=0.5, max_age_s=asked_s).wait_s


def test_a_new_subscription_is_looked_at_eagerly() -> None:
    assert [wait(feed(looks=looks), every(24), asked_s=7200) for looks in (1, EAGER_LOOKS)] == [60, 60]
    assert wait(feed(looks=EAGER_LOOKS + 1), every(24)) == ORDINARY_S


def test_a_feed_is_looked_at_ten_times_in_its_usual_gap() -> None:
    assert wait(feed(), every(1)) == 360
    assert wait(feed(), every(0.01)) == 60


def test_a_burst_counts_as_one_item() -> None:
    assert wait(feed(), every(1) + every(1) + every(1)) == 360


def test_an_unchanged_feed_keeps_the_pace_of_its_known_rate() -> None:
    assert wait(feed(rate=24), []) == 360
    assert wait(feed(), []) == ORDINARY_S


def test_only_days_of_silence_stretch_the_wait() -> None:
    assert wait(feed(), every(1, ago_h=40)) == 360
    assert wait(feed(), every(1, ago_h=96)) == 2 * ORDINARY_S
    assert wait(feed(), every(1, ago_h=24 * 365)) == QUIET_S
    assert wait(feed(rate=24, changed_ms=0), []) == QUIET_S


def test_a_wait_that_is_asked_for_is_granted_up_to_an_hour() -> None:
    assert wait(feed(), every(1), asked_s=1800) == 1800
    assert wait(feed(), every(1), asked_s=10**9) == ASKED_S
    assert wait(feed(), every(1), asked_s=5) == 360
    assert wait(feed(), every(1), asked_s=1800, bounds=Bounds(2, 5)) == 5


def test_failures_back_off_to_six_hours() -> None:
    waits = [
        next_look(
            feed(failures=times), [], NOW_MS, bounds=WIDE, roll=0.5, failure=Failed(Failure.UNREACHABLE)
        ).wait_s
        for times in (1, 2, 3, 9, 10, 5000)
    ]
    assert waits == [60, 120, 240, 15_360, 21_600, 21_600]


def test_a_new_feed_that_fails_backs_off_too() -> None:
    failed = Failed(Failure.MISSING)
    assert (
        next_look(feed(looks=3, failures=3), [], NOW_MS, bounds=WIDE, roll=0.5, failure=failed).wait_s == 240
    )


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Failed(Failure.BUSY), 300),
        (Failed(Failure.BUSY, retry_after_s=7200), 7200),
        (Failed(Failure.BUSY, retry_after_s=10**9), DAY_S),
        (Failed(Failure.BUSY, retry_after_s=1), 300),
        (Failed(Failure.GONE), DAY_S),
    ],
)
def test_a_server_that_says_when_is_believed(failure: Failed, seconds: int) -> None:
    assert next_look(feed(failures=1), [], NOW_MS, bounds=WIDE, roll=0.5, failure=failure).wait_s == seconds


def test_retry_after_is_kept_beyond_the_bounds_and_never_cut_by_the_die() -> None:
    failed = Failed(Failure.BUSY, retry_after_s=7200)
    assert (
        next_look(feed(failures=1), [], NOW_MS, bounds=Bounds(1, 60), roll=0.0, failure=failed).wait_s == 7200
    )


def test_the_die_spreads_by_a_tenth() -> None:
    waits = [next_look(feed(), every(1), NOW_MS, bounds=WIDE, roll=roll).wait_s for roll in (0.0, 0.5, 1.0)]
    assert waits == pytest.approx([324, 360, 396])


@given(
    st.builds(
        Feed,
        id=st.just(FeedId("f")),
        url=st.just("https://e.example/"),
        looks=st.integers(0, 10**6),
        failures=st.integers(0, 10**6),
        rate_per_day=st.floats(0, 1e9),
        changed_ms=st.integers(0, 2 * NOW_MS),
    ),
    st.lists(st.integers(-(10**15), 10**15), max_size=5),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.sampled_from(list(Failure)),
    st.none() | st.integers(0, 10**12),
    st.integers(1, 10**5),
    st.integers(0, 10**5),
)
def test_the_settings_bounds_always_hold(
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
    seconds = next_look(
        known, published, NOW_MS, bounds=bounds, roll=roll, failure=failure, max_age_s=asked_s
    ).wait_s
    assert bounds.min_s <= seconds <= bounds.max_s

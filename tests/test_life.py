"""What becomes of a feed in the long run: nothing is believed of one look, and nothing told twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fetch.answer import Failed, Failure
from bot.items import Feed, FeedId
from bot.life import (
    DAY_S,
    HOUR_S,
    USUAL,
    Event,
    Fate,
    Lived,
    Notice,
    after_look,
    distrusting,
    failing_since_ms,
    fate_of,
    former_of,
)

START_S = 1_800_000_000
HERE = "https://news.example/feed"
THERE = "https://other.example/feed"
DOWN = Failed(Failure.UNREACHABLE)
GONE = Failed(Failure.GONE)


@dataclass
class Story:
    """One feed and the looks at it, with the time in seconds."""

    now_s: int = START_S
    feed: Feed = field(
        default_factory=lambda: Feed(FeedId("feed"), HERE, rate_per_day=1, changed_ms=START_S * 1000)
    )
    told: list[Notice] = field(default_factory=list)

    def look(
        self,
        after_s: int = 60,
        *,
        failure: Failed | None = None,
        moved_to: str | None = None,
        read: bool = True,
        new: bool = False,
    ) -> Lived:
        self.now_s += after_s
        now_ms = self.now_s * 1000
        if failure:
            feed = replace(self.feed, failures=self.feed.failures + 1, trouble=failure.why.value)
        else:
            feed = replace(self.feed, failures=0, trouble="", ok_ms=now_ms)
        if new:
            feed = replace(feed, changed_ms=now_ms)
        lived = after_look(feed, now_ms, failure=failure, moved_to=moved_to, read=read)
        assert lived == after_look(feed, now_ms, failure=failure, moved_to=moved_to, read=read)
        self.feed = replace(lived.feed, url=lived.moved_to or feed.url)
        self.told += lived.notices
        return lived

    def fails(self, for_s: int, *, every_s: int = 6 * HOUR_S, failure: Failed = DOWN) -> None:
        for _ in range(for_s // every_s):
            self.look(every_s, failure=failure)

    @property
    def events(self) -> list[Event]:
        return [one.event for one in self.told]


def test_a_feed_that_is_well_has_no_life_to_keep() -> None:
    story = Story()
    for _ in range(5):
        story.look(new=True)
    assert (story.feed.life, story.told) == ("", [])
    assert fate_of(story.feed) is Fate.WELL


# Moving


def test_a_move_is_believed_after_two_looks_an_hour_apart() -> None:
    story = Story()
    assert story.look(moved_to=THERE).moved_to is None
    assert story.look(HOUR_S - 1, moved_to=THERE).moved_to is None
    story = Story()
    story.look(moved_to=THERE)
    assert story.look(HOUR_S, moved_to=THERE).moved_to == THERE
    (notice,) = story.told
    assert (notice.event, notice.old, notice.new) == (Event.MOVED, HERE, THERE)
    assert former_of(story.feed) == HERE


def test_a_move_is_believed_after_three_looks_in_a_row_however_soon() -> None:
    story = Story()
    moves = [story.look(1, moved_to=THERE).moved_to for _ in range(3)]
    assert moves == [None, None, THERE]


@pytest.mark.parametrize("between", ["direct", "elsewhere", "failure"])
def test_what_comes_between_two_redirects_begins_the_count_anew(between: str) -> None:
    story = Story()
    for _ in range(6):
        story.look(moved_to=THERE)
        assert story.look(moved_to=THERE).moved_to is None
        if between == "failure":
            story.look(failure=DOWN)
        else:
            story.look(moved_to={"direct": None, "elsewhere": "https://third.example/"}[between])
    assert story.feed.url == HERE
    assert story.told == []


def test_a_page_that_was_never_read_as_a_feed_is_not_moved_to_whatever_it_answers_to_our_dates() -> None:
    story = Story()
    for _ in range(10):
        assert story.look(HOUR_S, moved_to=THERE, read=False).moved_to is None
    assert story.look(HOUR_S, moved_to=THERE, read=True).moved_to == THERE


def test_a_move_from_http_to_https_is_made_and_told_to_nobody() -> None:
    story = Story(feed=Feed(FeedId("feed"), HERE.replace("https", "http")))
    story.look(moved_to=HERE)
    assert story.look(HOUR_S, moved_to=HERE).moved_to == HERE
    assert story.told == []


def test_a_move_that_was_taken_back_is_not_believed_again_but_another_is() -> None:
    story = Story()
    story.feed = replace(story.feed, unmoved=distrusting("", THERE))
    for _ in range(5):
        assert story.look(HOUR_S, moved_to=THERE).moved_to is None
    third = "https://third.example/feed"
    story.look(moved_to=third)
    assert story.look(HOUR_S, moved_to=third).moved_to == third


def test_a_site_that_moves_to_and_fro_is_told_once() -> None:
    story = Story()
    for _ in range(3):
        for place in (THERE, HERE):
            story.look(moved_to=place)
            assert story.look(HOUR_S, moved_to=place).moved_to == place
    assert story.events == [Event.MOVED]


def test_marks_of_distrust_are_few_and_each_once() -> None:
    marks = ""
    for number in range(20):
        for _ in range(2):
            marks = distrusting(marks, f"https://n{number}.example/")
    assert len(marks.split()) == len(set(marks.split())) == 8
    assert distrusting(marks, "https://n19.example/") == marks


def test_a_former_address_is_forgotten_when_the_move_is_old() -> None:
    story = Story()
    story.look(moved_to=THERE)
    story.look(HOUR_S, moved_to=THERE)
    story.look(USUAL.undo_s - 1, new=True)
    assert former_of(story.feed) == HERE
    story.look(1, new=True)
    assert story.feed.life == ""


def test_an_address_of_absurd_length_is_followed_and_not_moved_to() -> None:
    story = Story()
    for _ in range(5):
        assert story.look(HOUR_S, moved_to=THERE + "x" * 3000).moved_to is None
    assert story.feed.life == ""


# Gone


def test_410_is_believed_at_two_looks_hours_apart_and_then_looked_at_seldom() -> None:
    story = Story()
    story.look(failure=GONE)
    assert story.look(5 * HOUR_S, failure=GONE).rest_s is None
    assert story.look(HOUR_S, failure=GONE).rest_s == DAY_S
    assert story.events == [Event.GONE]
    assert fate_of(story.feed) is Fate.GONE
    assert story.look(DAY_S, failure=GONE).rest_s == 7 * DAY_S
    assert story.look(7 * DAY_S, failure=Failed(Failure.MISSING)).rest_s == 7 * DAY_S
    assert story.events == [Event.GONE], "gone is told once, and not dead after it"


def test_410_once_is_no_end() -> None:
    story = Story()
    for _ in range(4):
        story.look(failure=GONE)
        story.look(6 * HOUR_S, failure=Failed(Failure.SERVER_ERROR))
    assert story.told == []


def test_a_feed_that_was_gone_and_is_back_is_told_and_looked_at_as_ever() -> None:
    story = Story()
    story.look(failure=GONE)
    story.look(DAY_S, failure=GONE)
    lived = story.look(DAY_S)
    assert (lived.rest_s, fate_of(story.feed)) == (None, Fate.WELL)
    assert story.events == [Event.GONE, Event.BACK]


def test_a_feed_that_is_gone_and_back_by_turns_is_told_weekly_at_most_and_in_the_end_all_the_same() -> None:
    story = Story()
    for _ in range(3):
        story.look(failure=GONE)
        story.look(DAY_S, failure=GONE)
        assert fate_of(story.feed) is Fate.GONE
        story.look(DAY_S)
    assert story.events == [Event.GONE, Event.BACK]
    story.fails(10 * DAY_S, every_s=DAY_S, failure=GONE)
    assert story.events == [Event.GONE, Event.BACK, Event.GONE]


# Dead


def test_a_death_is_told_after_three_days_then_less_and_less_often() -> None:
    story = Story()
    story.look(failure=DOWN)
    looks = [story.look(6 * HOUR_S, failure=DOWN) for _ in range(4 * 40)]
    assert [place // 4 for place, look in enumerate(looks, start=1) if look.notices] == [3, 10, 24]
    assert set(story.events) == {Event.DEAD}
    assert len({one.period for one in story.told}) == 3
    assert len({one.since_ms for one in story.told}) == 1
    assert fate_of(story.feed) is Fate.DEAD
    story.look()
    assert story.events[-1] is Event.BACK
    assert fate_of(story.feed) is Fate.WELL
    story.look(2 * USUAL.again_s + 30 * DAY_S, new=True)
    assert story.feed.life == ""


@pytest.mark.parametrize("every", [4, 7])
def test_a_feed_that_is_down_for_days_again_and_again_is_told_less_and_less_often(every: int) -> None:
    story, told = Story(), list[int]()
    for day in range(0, 120, every):
        before = len(story.told)
        story.look(failure=DOWN)
        story.fails(3 * DAY_S)
        story.look()
        told += [day] * (Event.DEAD in story.events[before:])
        story.look((every - 3) * DAY_S, new=True)
    assert len(told) <= 5
    assert all(later - day >= 7 for day, later in pairwise(told))
    assert story.events.count(Event.BACK) == len(told)
    story.look(300 * DAY_S, new=True)
    story.look(failure=DOWN)
    story.fails(3 * DAY_S)
    assert story.events[-1] is Event.DEAD, "what was long ago is forgotten"


def test_a_relay_that_was_off_for_a_week_finds_no_feed_dead_at_its_first_look() -> None:
    story = Story()
    story.look(new=True)
    story.look(7 * DAY_S, failure=DOWN)
    assert story.told == []
    assert failing_since_ms(story.feed.life) == story.now_s * 1000


def test_a_feed_that_failed_before_its_life_was_kept_is_dead_three_days_from_then() -> None:
    story = Story()
    story.feed = replace(story.feed, failures=50)
    story.fails(2 * DAY_S)
    assert story.told == []
    story.fails(2 * DAY_S)
    assert story.events == [Event.DEAD]


def test_one_good_look_within_three_days_keeps_a_feed_alive() -> None:
    story = Story()
    for _ in range(5):
        story.fails(2 * DAY_S)
        story.look()
    assert story.told == []


# Silent


def test_a_silence_is_told_once_until_the_feed_speaks_again() -> None:
    story = Story()
    for _ in range(60):
        story.look(DAY_S, read=False)
    assert story.events == [Event.SILENT]
    assert fate_of(story.feed) is Fate.SILENT
    story.look(DAY_S, new=True)
    assert fate_of(story.feed) is Fate.WELL
    assert story.feed.life == ""
    for _ in range(31):
        story.look(DAY_S, read=False)
    assert story.events == [Event.SILENT, Event.SILENT]


@pytest.mark.parametrize(("rate", "days"), [(10, 30), (1, 30), (1 / 7, 35), (1 / 365, 5 * 365)])
def test_how_long_a_silence_is_goes_by_how_often_the_feed_speaks(rate: float, days: int) -> None:
    story = Story()
    story.feed = replace(story.feed, rate_per_day=rate)
    story.look(round(days * DAY_S) - 60)
    assert story.told == []
    story.look(120)
    assert story.events == [Event.SILENT]


def test_a_feed_whose_dates_tell_nothing_is_not_called_silent() -> None:
    story = Story()
    story.feed = replace(story.feed, rate_per_day=0)
    story.look(1000 * DAY_S)
    assert story.told == []


# Whatever comes

_look = st.fixed_dictionaries(
    {
        "after_s": st.sampled_from([-HOUR_S, 0, 1, 60, HOUR_S, 6 * HOUR_S, DAY_S, 8 * DAY_S, 40 * DAY_S]),
        "failure": st.sampled_from([None, None, DOWN, GONE, Failed(Failure.NOT_A_FEED)]),
        "moved_to": st.sampled_from([None, None, HERE, THERE, "https://third.example/a,b"]),
        "read": st.booleans(),
        "new": st.booleans(),
    }
)


def _odd(looks: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    for one in looks:
        yield one | ({"new": False} if one["failure"] else {})


@settings(max_examples=30)
@given(st.lists(_look, max_size=30))
def test_whatever_happens_nothing_is_told_twice_and_what_is_told_makes_sense(
    looks: list[dict[str, object]],
) -> None:
    story = Story()
    for one in _odd(looks):
        before = len(story.told)
        lived = story.look(**one)  # type: ignore[arg-type]  # as the strategy has it
        told = story.events[before:]
        assert bool(lived.moved_to) >= (Event.MOVED in told)
        if one["failure"]:
            assert lived.moved_to is None
            assert set(told) <= {Event.DEAD, Event.GONE}
        if Event.BACK in told:
            assert {Event.DEAD, Event.GONE} & set(story.events[:before])
        assert len(lived.feed.life) < 200
        if fate_of(lived.feed) in {Fate.DEAD, Fate.GONE}:
            assert lived.feed.failures
    backs = story.events.count(Event.BACK)
    ends = story.events.count(Event.DEAD) + story.events.count(Event.GONE)
    assert backs <= ends


_part = st.sampled_from(
    [
        "f1",
        "g2,1",
        "g2",
        "d3,x",
        "d1,9",
        "e",
        "e5,0",
        "e5,6",
        "b2,7",
        "b1",
        "s-1",
        "s7",
        "m1,2,3,a",
        "m1,2",
        "o1,",
    ]
)


@settings(max_examples=30)
@given(st.text(max_size=40) | st.lists(_part, max_size=6).map(" ".join))
def test_whatever_stands_in_a_feeds_life_is_read_without_harm(life: str) -> None:
    for failure in (None, DOWN, GONE):
        feed = Feed(FeedId("feed"), HERE, life=life, failures=int(failure is not None), rate_per_day=1)
        once = after_look(feed, START_S * 1000, failure=failure, moved_to=THERE)
        again = after_look(once.feed, START_S * 1000, failure=failure)
        assert again.feed.life.isprintable()
        fate_of(feed)
        former_of(feed)

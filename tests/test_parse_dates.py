from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.dates import read_date


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, *rest: int) -> datetime:
    second, micro = (*rest, 0, 0)[:2]
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu, 27 Feb 2025 16:19:43 GMT", utc(2025, 2, 27, 16, 19, 43)),
        ("27 Feb 2025 17:19 +0100", utc(2025, 2, 27, 16, 19)),
        ("Thu,27 Feb 2025 17:19:43+0100", utc(2025, 2, 27, 16, 19, 43)),
        ("Thu, 27 Feb 25 11:19:43 EST", utc(2025, 2, 27, 16, 19, 43)),
        ("Thu, 7 Feb 2025 4:5:6 GMT+9", utc(2025, 2, 6, 19, 5, 6)),
        ("Thursday, February 27, 2025 04:19 PM", utc(2025, 2, 27, 16, 19)),
        ("Feb 27th, 2025", utc(2025, 2, 27)),
        ("Thu Feb 27 16:19:43 2025", utc(2025, 2, 27, 16, 19, 43)),
        ("Thu Feb 27 2025 17:19:43 GMT+0100 (CET)", utc(2025, 2, 27, 16, 19, 43)),
        ("2025-02-27T16:19:43Z", utc(2025, 2, 27, 16, 19, 43)),
        ("2025-02-27T17:19:43.250+01:00", utc(2025, 2, 27, 16, 19, 43, 250000)),
        ("2025-02-27T16:19:43.000000001Z", utc(2025, 2, 27, 16, 19, 43)),
        ("2025-02-27 17:19:43 +0100", utc(2025, 2, 27, 16, 19, 43)),
        ("2025-02-27T17:19:43+0100", utc(2025, 2, 27, 16, 19, 43)),
        ("2025-2-7 6:9", utc(2025, 2, 7, 6, 9)),
        ("2025/2/27 16:19:43", utc(2025, 2, 27, 16, 19, 43)),
        ("20250227T161943Z", utc(2025, 2, 27, 16, 19, 43)),
        ("20250227161943", utc(2025, 2, 27, 16, 19, 43)),
        ("2025-02", utc(2025, 2, 1)),
        ("27.02.2025 16:19", utc(2025, 2, 27, 16, 19)),
        ("27/02/2025", utc(2025, 2, 27)),
        ("Thu, 02/27/2025 - 16:19", utc(2025, 2, 27, 16, 19)),
        ("18/01/30 00:00", utc(2018, 1, 30)),
        ("2025年2月27日 下午4:19", utc(2025, 2, 27, 16, 19)),
        ("２０２５年２月２７日", utc(2025, 2, 27)),
        ("2004년 05월 28일 오후 01:31:15", utc(2004, 5, 28, 13, 31, 15)),
        ("Seg, 24 Set 2018 19:42:40 -0300", utc(2018, 9, 24, 22, 42, 40)),
        ("27 февраля 2025 16:19", utc(2025, 2, 27, 16, 19)),
        ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", utc(2004, 7, 11, 17)),
        ("2004-július-13T9:15-05:00", utc(2004, 7, 13, 14, 15)),
        ("พฤ., 03 พ.ย. 2005 21:24:18 +0000", utc(2005, 11, 3, 21, 24, 18)),
        ("lun. 14 août 2023 10:00:00 +0200", utc(2023, 8, 14, 8)),
        ("Thu, 24 Dec 2020 24:00:00 +0000", utc(2020, 12, 25)),
        ("2020-12-31T23:59:60Z", utc(2020, 12, 31, 23, 59, 59)),
        ("1740673183", utc(2025, 2, 27, 16, 19, 43)),
        ("1740673183000", utc(2025, 2, 27, 16, 19, 43)),
        (1740673183, utc(2025, 2, 27, 16, 19, 43)),
        (1740673183000.0, utc(2025, 2, 27, 16, 19, 43)),
        ("Tue, 16 Aug 2035 09:44:01 +0000", utc(2035, 8, 16, 9, 44, 1)),
    ],
)
def test_times_are_read_as_they_are_meant(text: object, moment: datetime) -> None:
    assert read_date(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "05/20 7:03 am",
        "04/03/2020",
        "01/02/03",
        "Thu, 31 Feb 2025 10:00:00 GMT",
        "2025-02-27T25:00:00Z",
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "9999-12-31T23:59:59-14:00",
        "99999999999999",
        "1 Jan " * 100,
        None,
        True,
        [],
        0,
        float("nan"),
        float("inf"),
        10**400,
        -(10**12),
    ],
)
def test_what_is_no_time_or_an_unlikely_one_is_none(text: object) -> None:
    assert read_date(text) is None


@given(st.datetimes(min_value=datetime(1971, 1, 2), max_value=datetime(2099, 12, 30)), st.timezones())  # noqa: DTZ001  hypothesis wants them naive
def test_whatever_iso_8601_writes_is_read_back(naive: datetime, zone: object) -> None:
    moment = naive.replace(tzinfo=zone)  # type: ignore[arg-type]  # the strategy is typed as object
    offset = moment.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        return
    assert read_date(moment.isoformat()) == moment.astimezone(UTC)


@given(
    st.text(max_size=80) | st.from_regex(r"[\d:/.+-]{0,20} ?(Jan|PM|年|GMT)?[\d:+ -]{0,12}", fullmatch=True)
)
def test_nothing_upsets_it(text: str) -> None:
    moment = read_date(text)
    assert moment is None or moment.tzinfo is UTC


CLOCK = "[0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
RFC = rf"((Mon|Sun), )?[0-3]?[0-9] (Jan|May|Dec) (19|20)[0-9]{{2}} {CLOCK} (GMT|[+-][01][0-9][0-6]0)"
ISO = rf"(19|20)[0-9]{{2}}-[01][0-9]-[0-3][0-9]T{CLOCK}(\.[0-9]{{3}})?(Z|[+-][01][0-9]:[0-6]0)"
plainly = st.one_of(st.from_regex(RFC, fullmatch=True), st.from_regex(ISO, fullmatch=True))


@given(plainly)
def test_what_most_feeds_write_is_read_as_carefully_as_all_else(text: str) -> None:
    assert read_date(text) == read_date(f" {text}")

"""A4: a wall clock's time that does not exist, or comes twice."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.localtime import instant, local_day, next_time_of_day

zones = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(ZoneInfo)
days = st.dates(dt.date(1975, 1, 1), dt.date(2036, 12, 31))
half_hours = st.integers(0, 47).map(lambda n: dt.time(n // 2, n % 2 * 30))


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Asia/Seoul", "2026-11-20", "10:00", "2026-11-20 01:00"),
        ("Europe/Berlin", "2026-03-29", "01:59", "2026-03-29 00:59"),
        ("Europe/Berlin", "2026-03-29", "02:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29", "03:30", "2026-03-29 01:30"),
        ("Europe/Berlin", "2026-10-25", "02:00", "2026-10-25 00:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 00:30"),
        ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25 02:00"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08 07:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01 05:30"),
        # a gap of half an hour, and a whole day that an island left out
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:30"),
        ("Pacific/Apia", "2011-12-30", "10:00", "2011-12-30 10:00"),
        # clocks that jump at midnight
        ("America/Havana", "2026-03-08", "00:30", "2026-03-08 05:00"),
    ],
)
def test_a4_missing_is_the_first_instant_after_and_doubled_the_first(zone, day, at, expected):
    found = instant(dt.date.fromisoformat(day), dt.time.fromisoformat(at), ZoneInfo(zone))
    assert found == utc(expected)


@given(day=days, at=half_hours, zone=zones)
def test_a4_the_clock_shows_the_time_or_has_just_jumped_over_it(day, at, zone):
    found = instant(day, at, zone)
    wall = dt.datetime.combine(day, at)
    shown = found.astimezone(zone).replace(tzinfo=None)
    earlier = (found - dt.timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    if shown == wall:
        assert earlier < wall or earlier >= shown  # it has not come before on that day
    else:
        assert earlier < wall < shown


@given(at=half_hours, zone=zones, day=days, clock=st.times(timezones=st.just(dt.UTC)))
def test_a4_the_next_time_of_day_is_the_first_of_all_days(at, zone, day, clock):
    moment = dt.datetime.combine(day, clock)
    day = local_day(moment, zone)
    of_days = [instant(day + dt.timedelta(days=n), at, zone) for n in range(-3, 4)]
    found = next_time_of_day(at, not_before=moment, zone=zone)
    assert found == min(one for one in of_days if one >= moment)

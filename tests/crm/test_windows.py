"""A4: expiry windows tile time, for any T, any zone, any outage and any change of T."""

import datetime as dt
from itertools import pairwise
from zoneinfo import available_timezones

from hypothesis import given
from hypothesis import strategies as st

from crm.models import CouponMessageSettings
from crm.ticks import MOMENT, expiry_time_from, expiry_window
from orders.models import Shop

HOUR = dt.timedelta(hours=1)
zones = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"}))
half_hours = st.integers(0, 47).map(lambda n: dt.time(n // 2, n % 2 * 30))
moments = st.datetimes(
    dt.datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    dt.datetime(2036, 1, 1),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
# for how many days T stands, and which T comes then, how long after the last run
changes = st.lists(
    st.tuples(st.integers(1, 5), half_hours, st.floats(0, 26).map(lambda n: n * HOUR)), max_size=4
)


def settings(zone, at):
    return CouponMessageSettings(shop=Shop(timezone=zone), expiry_time=at)


@given(zone=zones, at=half_hours, since=moments)
def test_a4_windows_of_following_days_meet(zone, at, since):
    set_up = settings(zone, at)
    tick, seen, windows, ticks = expiry_time_from(set_up, since), None, [], []
    for _ in range(12):
        start, end = expiry_window(set_up, tick, seen)
        windows.append((start, end))
        ticks.append(tick)
        tick, seen = expiry_time_from(set_up, tick + MOMENT), end
    assert windows[0][0] == ticks[0] + 2 * HOUR
    assert all(before[1] == after[0] for before, after in pairwise(windows))
    # a window also stands alone: 2 hours after its T to 2 hours after the next
    for (start, end), (this, following) in zip(windows, pairwise([*ticks, tick]), strict=True):
        assert (start, end) == (this + 2 * HOUR, following + 2 * HOUR)
        assert expiry_window(set_up, this, None) == (start, end)


@given(zone=zones, first=half_hours, since=moments, story=changes)
def test_a4_windows_meet_over_changes_of_t(zone, first, since, story):
    set_up = settings(zone, first)
    tick, seen, windows = expiry_time_from(set_up, since), None, []
    for days, at, pause in [*story, (3, first, 0 * HOUR)]:
        for _ in range(days):
            start, end = expiry_window(set_up, tick, seen)
            windows.append((start, end))
            following = expiry_time_from(set_up, tick + MOMENT)
            assert end >= following + 2 * HOUR
            assert end == following + 2 * HOUR or end == start
            last, tick, seen = tick, following, end
        set_up.expiry_time = at
        tick = expiry_time_from(set_up, min(last + MOMENT + pause, tick))
    assert all(before[1] == after[0] for before, after in pairwise(windows))
    assert all(start <= end for start, end in windows)


@given(zone=zones, at=half_hours, since=moments)
def test_a4_times_of_following_days_are_about_a_day_apart(zone, at, since):
    set_up = settings(zone, at)
    tick = expiry_time_from(set_up, since)
    following = expiry_time_from(set_up, tick + MOMENT)
    assert since <= tick < following
    assert following - tick <= 49 * HOUR

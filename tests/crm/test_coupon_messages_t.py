"""A4: the expiry message time T: where it moves, what is offered, and changes of clocks."""

import datetime as dt

import pytest

from crm.campaigns import coupon_messages
from crm.campaigns.coupon_messages.settings import expiry_times, set_expiry_time, settings_of
from crm.models import Due, Kind
from orders.models import Country
from tests.crm.street import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    give,
    local,
    messages,
    only_message,
    open_shop,
    tick,
    told_by,
    turn,
)

pytestmark = pytest.mark.django_db
MOMENT = dt.timedelta(microseconds=1)


@pytest.fixture
def shop():
    """Its first T is NOW, 10:00 in Seoul."""
    return open_shop(Kind.EXPIRING)


def expiring(shop, expires_at, **fields):
    return give(
        add_customer(shop),
        add_coupon(shop),
        **{"issued_at": NOW - 9 * DAY, "expires_at": expires_at, **fields},
    )


def set_time(shop, hour, minute=0, *, now):
    set_expiry_time(settings=settings_of(shop), at=dt.time(hour, minute), now=now)


def test_a4_a_later_t_after_todays_run_begins_where_the_last_window_ended(shop):
    tick(shop)
    set_time(shop, 15, now=NOW + HOUR)
    expiring(shop, NOW + 26 * HOUR - MOMENT)  # was in the last window, and not issued then
    inside = expiring(shop, NOW + 26 * HOUR)
    expiring(shop, NOW + 31 * HOUR)
    assert tick(shop, NOW + 5 * HOUR) == {"": 1}
    assert told_by(only_message(shop)) == {inside.code}
    assert tick(shop, NOW + 29 * HOUR) == {"": 1}


def test_a4_an_earlier_t_after_todays_run_begins_where_the_last_window_ended(shop):
    tick(shop)
    set_time(shop, 8, now=NOW + HOUR)
    at = NOW + 22 * HOUR
    expiring(shop, NOW + 26 * HOUR - MOMENT)
    inside = [expiring(shop, NOW + 26 * HOUR), expiring(shop, at + 26 * HOUR - MOMENT)]
    expiring(shop, at + 26 * HOUR)
    assert tick(shop, NOW + 21 * HOUR) == {}
    assert tick(shop, at) == {"": 2}
    assert {code for message in messages(shop) for code in told_by(message)} == {
        issued.code for issued in inside
    }


def test_a4_a_later_t_before_todays_run_leaves_no_gap(shop):
    tick(shop)
    set_time(shop, 15, now=NOW + 23 * HOUR)
    inside = [expiring(shop, NOW + 26 * HOUR), expiring(shop, NOW + 55 * HOUR - MOMENT)]
    expiring(shop, NOW + 55 * HOUR)
    assert tick(shop, NOW + DAY) == {}
    assert tick(shop, NOW + 29 * HOUR) == {"": 1, "coupon_gone": 1}
    assert {code for message in messages(shop) for code in told_by(message)} == {
        issued.code for issued in inside
    }


def test_a4_an_earlier_t_before_todays_run_leaves_no_gap(shop):
    tick(shop)
    set_time(shop, 9, now=NOW + 22 * HOUR)
    at = NOW + 23 * HOUR
    expiring(shop, NOW + 26 * HOUR)
    expiring(shop, at + 26 * HOUR - MOMENT)
    expiring(shop, at + 26 * HOUR)
    assert tick(shop, at) == {"": 2}


def test_a4_t_changed_to_a_time_that_has_passed_is_tomorrows():
    shop = open_shop(Kind.EXPIRING, since=NOW - HOUR)
    set_time(shop, 9, now=NOW - MINUTE)
    assert tick(shop) == {}
    assert Due.objects.get(shop=shop).next_at == NOW + 23 * HOUR


def test_a4_korea_offers_8_to_18_on_the_half_hour():
    times = expiry_times(Country.KOREA)
    assert (times[0], times[-1], len(times)) == (dt.time(8), dt.time(18), 21)
    assert {time.minute for time in times} == {0, 30}
    assert len(expiry_times(Country.JAPAN)) == 48


@pytest.mark.parametrize(
    ("zone", "day", "at", "first"),
    [
        # 02:30 does not exist: the first instant after it; then it is itself again
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00:00+00:00"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00:00+00:00"),
        # doubled: the first
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00+00:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00+00:00"),
        ("Asia/Seoul", "2026-03-29", "10:00", "2026-03-29T01:00:00+00:00"),
    ],
)
def test_a4_days_meet_over_a_change_of_clocks(zone, day, at, first):
    since = local(f"{day} 00:00", zone) - DAY
    shop = open_shop(country=Country.JAPAN, zone=zone)
    time = dt.time.fromisoformat(at)
    set_expiry_time(settings=settings_of(shop), at=time, now=since)
    turn(shop, Kind.EXPIRING, on=True, since=since)
    before, changed, after = (
        dt.datetime.combine(dt.date.fromisoformat(day) + n * DAY, time) for n in (-1, 0, 1)
    )
    ticks = [
        before.replace(tzinfo=since.tzinfo).astimezone(dt.UTC),
        dt.datetime.fromisoformat(first),
        after.replace(tzinfo=since.tzinfo).astimezone(dt.UTC),
    ]
    edges = [moment + 2 * HOUR for moment in ticks]
    for edge in edges:
        expiring(shop, edge - MOMENT, issued_at=since - DAY)
        expiring(shop, edge, issued_at=since - DAY)

    # the last before the first window, and the first after the last one, stay out
    assert tick(shop, ticks[0]) == {"": 2}
    assert tick(shop, ticks[1] - MOMENT) == {}
    assert tick(shop, ticks[1]) == {"": 2}
    assert tick(shop, ticks[2]) == {"": 1}
    assert changed.date() == dt.date.fromisoformat(day)


def test_a4_a_planner_that_catches_up_keeps_its_lease(shop, monkeypatch):
    expiring(shop, NOW + DAY)
    expiring(shop, NOW + 2 * DAY)
    held = []
    planned = coupon_messages.plan

    def plan(settings, kind, at, progress):
        held.append(Due.objects.get(shop=shop).leased_until)
        return planned(settings, kind, at, progress)

    monkeypatch.setattr(coupon_messages, "plan", plan)
    tick(shop, NOW + DAY)
    assert len(held) == 2
    assert all(until and until > NOW + DAY for until in held)
    assert Due.objects.get(shop=shop).leased_until is None


def test_a4_t_changed_while_its_job_runs_is_the_next_one(shop, monkeypatch):
    planned = coupon_messages.plan

    def plan(settings, kind, at, progress):
        set_time(shop, 15, now=NOW + MINUTE)
        return planned(settings, kind, at, progress)

    monkeypatch.setattr(coupon_messages, "plan", plan)
    tick(shop, NOW + MINUTE)
    due = Due.objects.get(shop=shop)
    assert (due.next_at, due.seen_through) == (NOW + 5 * HOUR, NOW + 26 * HOUR)


def test_a1_turned_off_while_its_job_runs_it_stops(shop, monkeypatch):
    planned = coupon_messages.plan

    def plan(settings, kind, at, progress):
        turn(shop, Kind.EXPIRING, on=False)
        return planned(settings, kind, at, progress)

    monkeypatch.setattr(coupon_messages, "plan", plan)
    expiring(shop, NOW + DAY)
    assert tick(shop) == {}
    assert messages(shop) == []

"""A3: the issue message, and which coupons get it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.models import Origin
from crm.models import CouponNotice, Kind
from crm.ticks import ten_minutes_from, ten_minutes_until
from messaging.dispatch import dispatch
from messaging.gateways import Answers, Rejected
from messaging.models import Message, Run, State
from tests.crm.street import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TICK,
    add_coupon,
    add_customer,
    give,
    local,
    messages,
    only_message,
    open_shop,
    tick,
    turn,
)
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(1990, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
MOMENT = dt.timedelta(microseconds=1)


@pytest.fixture
def shop():
    return open_shop(Kind.ISSUED)


def test_a3_a_coupon_is_announced_once(shop):
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {"": 1}
    assert tick(shop, NOW + TICK) == {}
    assert only_message(shop).state == State.WAITING


def test_a3_coupons_from_before_the_switch_are_announced(shop):
    give(add_customer(shop), add_coupon(shop), issued_at=NOW - 200 * DAY, expires_at=NOW + DAY)
    assert tick(shop) == {"": 1}


def test_a3_a_coupon_that_is_not_valid_yet_is_announced(shop):
    give(add_customer(shop), add_coupon(shop), valid_from=NOW + 3 * DAY)
    assert tick(shop) == {"": 1}


@pytest.mark.parametrize(
    ("life", "announced"),
    [
        ({"expires_at": NOW}, False),
        ({"expires_at": NOW + MOMENT}, True),
        ({"expires_at": None}, True),
        ({"used_at": NOW}, False),
        ({"used_at": NOW + MOMENT}, True),
        ({"withdrawn_at": NOW}, False),
        ({"withdrawn_at": NOW + MOMENT}, True),
        ({"issued_at": NOW}, True),
        ({"issued_at": NOW + MOMENT}, False),
    ],
)
def test_a3_only_usable_coupons_are_announced(shop, life, announced):
    give(add_customer(shop), add_coupon(shop), **life)
    assert tick(shop) == ({"": 1} if announced else {})


def test_a3_a_coupon_issued_between_ticks_is_announced_at_the_next(shop):
    give(add_customer(shop), add_coupon(shop), issued_at=NOW + MINUTE)
    assert tick(shop) == {}
    assert tick(shop, NOW + 9 * MINUTE) == {}
    assert tick(shop, NOW + TICK) == {"": 1}
    assert Run.objects.get(shop=shop).as_of == NOW + TICK


def test_a3_news_that_is_learnt_late_is_announced(shop):
    tick(shop)
    tick(shop, NOW + 5 * TICK)
    give(
        add_customer(shop),
        add_coupon(shop),
        issued_at=NOW - 3 * DAY,
        learned_at=NOW + 5 * TICK + MINUTE,
    )
    assert tick(shop, NOW + 6 * TICK) == {"": 1}


def test_a3_news_that_was_overlooked_is_found_within_a_day(shop):
    tick(shop)
    tick(shop, NOW + 6 * HOUR)
    give(add_customer(shop), add_coupon(shop))  # committed six hours after it was learnt
    assert tick(shop, NOW + 6 * HOUR + TICK) == {}
    assert tick(shop, NOW + DAY) == {"": 1}


def test_a3_a_late_tick_makes_up_for_those_it_missed(shop):
    give(add_customer(shop), add_coupon(shop), issued_at=NOW + MINUTE)
    give(add_customer(shop), add_coupon(shop), issued_at=NOW + 3 * HOUR)
    assert tick(shop, NOW + 5 * HOUR + MINUTE) == {"": 2}
    assert Run.objects.get(shop=shop).as_of == NOW + 5 * HOUR


def test_a3_a_tick_that_finds_nothing_makes_no_run(shop):
    assert tick(shop) == {}
    assert not Run.objects.filter(shop=shop).exists()


def test_a3_unchanged_waiting_ones_are_nothing_found(shop):
    give(add_customer(shop, phone=""), add_coupon(shop))
    assert tick(shop) == {"no_address": 1}
    assert tick(shop, NOW + TICK) == {}
    assert Run.objects.filter(shop=shop).count() == 1


def test_a3_a_new_coupon_under_an_unchanged_waiting_row_makes_no_run(shop):
    customer = add_customer(shop, phone="")
    give(customer, add_coupon(shop))
    tick(shop)
    give(customer, add_coupon(shop), issued_at=NOW + MINUTE)
    assert tick(shop, NOW + TICK) == {}
    message = only_message(shop)
    assert message.coupon_notices.filter(waiting=True).count() == 2
    assert Run.objects.filter(shop=shop).count() == 1


def test_a3_coupons_that_dangol_issued_get_no_row(shop):
    give(add_customer(shop), add_coupon(shop), origin=Origin.DANGOL)
    assert tick(shop) == {}
    assert not CouponNotice.objects.filter(shop=shop).exists()


def test_a3_off_means_off_and_on_again_catches_up(shop):
    turn(shop, Kind.ISSUED, on=False)
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {}
    turn(shop, Kind.ISSUED, on=True, since=NOW + MINUTE)
    assert tick(shop, NOW + MINUTE) == {}
    assert tick(shop, NOW + TICK) == {"": 1}


def test_a3_on_again_announces_nothing_twice(shop):
    give(add_customer(shop), add_coupon(shop))
    tick(shop)
    turn(shop, Kind.ISSUED, on=False)
    turn(shop, Kind.ISSUED, on=True, since=NOW + MINUTE)
    assert tick(shop, NOW + TICK) == {}


@pytest.mark.parametrize(
    "reply",
    [Rejected("blocked"), Answers(State.FAILED), Answers(State.UNKNOWN)],
    ids=["rejected", "failed", "unknown"],
)
def test_a3_a_providers_failure_is_final(shop, reply):
    give(add_customer(shop), add_coupon(shop))
    tick(shop)
    dispatch(now=NOW, shop=shop, connect=Scripted(reply))
    assert tick(shop, NOW + TICK) == {}
    assert tick(shop, NOW + 2 * DAY) == {}
    assert only_message(shop).state in (State.FAILED, State.UNKNOWN)


def test_f10_a_tick_of_one_shop_leaves_the_others_alone(shop):
    other = open_shop(Kind.ISSUED)
    give(add_customer(other), add_coupon(other))
    assert tick(shop) == {}
    assert messages(other) == []
    assert tick(other) == {"": 1}
    assert not Message.objects.for_shop(shop).exists()


@given(at=st.datetimes(timezones=st.just(dt.UTC), min_value=LONG_AGO))
def test_a3_ticks_are_the_full_ten_minutes(at):
    after, before = ten_minutes_from(at), ten_minutes_until(at)
    for found in (after, before):
        assert (found.minute % 10, found.second, found.microsecond) == (0, 0, 0)
    assert before <= at <= after
    assert after - before in (dt.timedelta(0), TICK)


def test_a3_ticks_go_on_through_an_hour_that_comes_twice():
    before_the_change = local("2026-10-25 02:55", "Europe/Berlin")
    assert ten_minutes_from(before_the_change) == dt.datetime(2026, 10, 25, 1, 0, tzinfo=dt.UTC)

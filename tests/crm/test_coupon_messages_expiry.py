"""A4: the expiry message, once in a coupon's life, in the window of its day."""

import datetime as dt

import pytest

from crm.campaigns.coupon_messages.settings import set_expiry_time, settings_of
from crm.models import CouponNotice, Due, Kind
from messaging.models import Reason, Run, State
from tests import factories as make
from tests.crm.street import (
    BASIS,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    change,
    give,
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


@pytest.mark.parametrize(
    ("ahead", "reminded"),
    [
        (2 * HOUR - MOMENT, False),
        (2 * HOUR, True),
        (26 * HOUR - MOMENT, True),
        (26 * HOUR, False),
    ],
)
def test_a4_the_window_is_2_hours_inclusive_to_26_exclusive(shop, ahead, reminded):
    expiring(shop, NOW + ahead)
    assert tick(shop) == ({"": 1} if reminded else {})


def test_a4_a_coupon_without_expiry_is_never_reminded_of(shop):
    give(add_customer(shop), add_coupon(shop), expires_at=None)
    assert tick(shop) == {}


def test_a4_once_in_its_life_even_when_its_expiry_moves(shop):
    issued = expiring(shop, NOW + DAY)
    assert tick(shop) == {"": 1}
    change(issued, expires_at=NOW + 2 * DAY)
    assert tick(shop, NOW + DAY) == {}


@pytest.mark.parametrize("end", ["used_at", "withdrawn_at"])
def test_a4_a_lost_coupon_gets_no_reminder(shop, end):
    expiring(shop, NOW + DAY, **{end: NOW})
    assert tick(shop) == {}


def test_a4_what_is_issued_after_t_belongs_to_the_next(shop):
    expiring(shop, NOW + 25 * HOUR, issued_at=NOW + MINUTE)
    expiring(shop, NOW + 27 * HOUR, issued_at=NOW + MINUTE)
    assert tick(shop) == {}
    assert tick(shop, NOW + DAY) == {"": 1}


def test_a4_the_expiry_message_is_apart_from_the_issue_message(shop):
    turn(shop, Kind.ISSUED, on=True)
    expiring(shop, NOW + DAY)
    assert tick(shop) == {"": 2}
    assert {message.batch.run.kind for message in messages(shop)} == set(Kind)


def test_a4_a_left_out_expiry_message_is_not_decided_again(shop):
    customer, coupon = add_customer(shop, phone=""), add_coupon(shop)
    give(customer, coupon, expires_at=NOW + DAY)
    assert tick(shop) == {"no_address": 1}
    assert not CouponNotice.objects.get(shop=shop).waiting
    change(customer, phone="+821000000077")
    assert tick(shop, NOW + DAY) == {}
    assert only_message(shop).reason == Reason.NO_ADDRESS


def test_a4_once_a_day(shop):
    tick(shop)
    expiring(shop, NOW + DAY)
    assert tick(shop, NOW + MINUTE) == {}
    assert Due.objects.get(shop=shop).next_at == NOW + DAY


def test_a4_turned_on_it_starts_from_the_next_t():
    shop = open_shop(Kind.EXPIRING, since=NOW + MINUTE)
    expiring(shop, NOW + 25 * HOUR)
    expiring(shop, NOW + 27 * HOUR)
    assert tick(shop, NOW + 2 * MINUTE) == {}
    assert tick(shop, NOW + DAY) == {"": 1}


def test_a4_off_and_on_again_reminds_of_nothing_twice(shop):
    expiring(shop, NOW + DAY)
    tick(shop)
    turn(shop, Kind.EXPIRING, on=False)
    turn(shop, Kind.EXPIRING, on=True, since=NOW + HOUR)
    expiring(shop, NOW + 27 * HOUR)
    assert tick(shop, NOW + DAY) == {"": 1}


def test_a4_a_late_run_uses_the_t_that_it_missed(shop):
    inside, outside = NOW + 26 * HOUR - MOMENT, NOW + 26 * HOUR
    issued = expiring(shop, inside)
    expiring(shop, outside)
    assert tick(shop, NOW + 5 * HOUR) == {"": 1}
    message = only_message(shop)
    assert told_by(message) == {issued.code}
    assert message.batch.run.as_of == NOW
    assert message.batch.not_before == NOW + 5 * HOUR


def test_a4_a_late_run_leaves_out_what_has_expired(shop):
    expiring(shop, NOW + 3 * HOUR)
    expiring(shop, NOW + 3 * HOUR + MOMENT)
    assert tick(shop, NOW + 3 * HOUR) == {"": 1, "coupon_gone": 1}


def test_a4_after_an_outage_each_missed_t_has_its_own_window(shop):
    customer, coupon = add_customer(shop), add_coupon(shop)
    for days in range(5):  # one in each window of NOW … NOW + 4 days
        give(customer, coupon, expires_at=NOW + days * DAY + 12 * HOUR)
    late = NOW + 3 * DAY + 5 * HOUR
    assert tick(shop, late) == {"coupon_gone": 3, "": 1}
    runs = Run.objects.filter(shop=shop).order_by("as_of").values_list("as_of", flat=True)
    assert list(runs) == [NOW + days * DAY for days in range(4)]
    assert tick(shop, NOW + 4 * DAY) == {"": 1}


def test_a4_a_coupon_issued_in_the_outage_gets_the_t_after_its_issue(shop):
    before = expiring(shop, NOW + 3 * DAY, issued_at=NOW + 2 * DAY - MOMENT)
    expiring(shop, NOW + 2 * DAY + HOUR, issued_at=NOW + 2 * DAY - HOUR)
    assert tick(shop, NOW + 2 * DAY + MINUTE) == {"": 1}
    assert told_by(only_message(shop)) == {before.code}


def test_a9_the_reminder_needs_the_basis_too(shop):
    coupon = add_coupon(shop, basis="")
    give(add_customer(shop), coupon, expires_at=NOW + DAY)
    assert tick(shop) == {"no_grant_basis": 1}
    change(coupon, grant_basis=BASIS)
    assert tick(shop, NOW + DAY) == {}


def test_a2_the_reminder_has_its_own_override(shop):
    template = make.MessageTemplateFactory(shop=shop)
    coupon = add_coupon(shop, expiry_template=template)
    give(add_customer(shop), coupon, expires_at=NOW + DAY)
    tick(shop)
    message = only_message(shop)
    assert (message.state, message.batch.revision_id) == (State.WAITING, template.current_id)

"""F5: points are asked for, paid, and there exactly once."""

import pytest

from messaging.models import Recharge, RechargeState
from messaging.payments import (
    METHODS,
    MOST_UNPAID,
    TRANSFER,
    CannotRequest,
    amount_of,
    cancel,
    confirm,
    find_unpaid,
    request_recharge,
)
from orders.models import AuditEvent
from tests import factories as make
from tests.factories import NOW
from tests.messaging.purse import columns, entries

pytestmark = pytest.mark.django_db


def ask(shop=None, points=1000):
    shop = shop or make.ShopFactory()
    owner = make.MembershipFactory(shop=shop).user
    return request_recharge(shop=shop, points=points, user=owner, now=NOW)


def again(recharge):
    recharge.refresh_from_db()
    return recharge


@pytest.mark.parametrize(
    ("points", "currency", "amount"),
    [(1000, "KRW", 1000), (1000, "JPY", 100), (1001, "JPY", 101)],
)
def test_f5_points_cost_a_fixed_price(points, currency, amount):
    assert amount_of(points, currency) == amount


def test_f5_no_points_are_sold_in_a_currency_without_a_price():
    with pytest.raises(CannotRequest):
        ask(make.ShopFactory(currency="USD"))
    assert Recharge.objects.count() == 0


def test_f5_a_request_says_what_was_asked_for_and_adds_nothing_yet():
    asked = ask(make.ShopFactory(currency="JPY"), points=20_000)
    assert (asked.points, asked.amount, asked.currency) == (20_000, 2_000, "JPY")
    assert (asked.state, asked.reference) == (RechargeState.REQUESTED, f"DG{asked.pk}")
    assert (columns(asked.shop), entries(asked.shop)) == ((0, 0, 0), [])
    assert AuditEvent.objects.get(shop=asked.shop).about == f"recharge:{asked.pk}"


@pytest.mark.parametrize("account", ["국민 123-45 단골", ""])
def test_f5_the_merchant_is_told_where_to_pay_and_what_to_write(settings, account):
    settings.BANK_ACCOUNT = account
    asked = ask()
    told = METHODS[TRANSFER].request(asked)
    assert account in told.text
    assert asked.reference in told.text
    assert told.redirect == ""


def test_f5_the_same_number_is_not_asked_for_twice():
    asked = ask()
    with pytest.raises(CannotRequest):
        ask(asked.shop)
    assert find_unpaid(asked.shop) == [asked]


def test_f5_no_more_than_some_requests_may_wait():
    shop = make.ShopFactory()
    for n in range(MOST_UNPAID):
        ask(shop, 1000 * (n + 1))
    with pytest.raises(CannotRequest):
        ask(shop, 9000)
    assert len(find_unpaid(shop)) == MOST_UNPAID


def test_f5_what_was_paid_is_there_once():
    asked, staff = ask(), make.UserFactory(is_staff=True)
    done = [confirm(recharge_id=asked.pk, user=staff, now=NOW) for _ in range(2)]
    assert (done, columns(asked.shop)) == ([True, False], (1000, 0, 0))
    assert (again(asked).state, asked.ended_at) == (RechargeState.PAID, NOW)
    (entry,) = entries(asked.shop)
    assert (entry.step, entry.note) == (f"recharge:{asked.pk}", asked.reference)
    event = AuditEvent.objects.get(shop=asked.shop, action="confirm_recharge")
    assert event.user == staff


def test_f5_a_payment_gateways_call_can_confirm_too():
    asked = ask()
    assert confirm(recharge_id=asked.pk, user=None, now=NOW)
    assert columns(asked.shop) == (1000, 0, 0)


def test_f5_what_was_cancelled_is_never_paid_and_what_was_paid_never_cancelled():
    cancelled, paid, user = ask(), ask(), make.UserFactory()
    assert cancel(recharge_id=cancelled.pk, user=user, now=NOW)
    assert not confirm(recharge_id=cancelled.pk, user=user, now=NOW)
    assert confirm(recharge_id=paid.pk, user=user, now=NOW)
    assert not cancel(recharge_id=paid.pk, user=user, now=NOW)
    assert (again(cancelled).state, again(paid).state) == (
        RechargeState.CANCELLED,
        RechargeState.PAID,
    )
    assert columns(cancelled.shop) == (0, 0, 0)


def test_f5_a_request_that_is_not_there_is_not_paid():
    assert not confirm(recharge_id=987654321, user=None, now=NOW)

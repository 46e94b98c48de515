"""F5: recharges, corrections, the notice, and what the database itself refuses."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from messaging.models import PointsKind, Wallet
from messaging.payments import request_recharge
from messaging.points import NotEnough
from messaging.wallets import correct, is_low, recharge, set_low_at, wallet_of
from orders.models import AuditEvent
from tests import factories as make
from tests.factories import NOW
from tests.messaging.purse import columns, entries, freeze, shop_with_points, waiting_batch

pytestmark = pytest.mark.django_db


def test_f5_a_recharge_makes_the_wallet_and_is_an_entry():
    shop = make.ShopFactory()
    assert wallet_of(shop).available == 0
    assert recharge(shop=shop, points=500, step="recharge:7", note="DG7", now=NOW)
    (entry,) = entries(shop)
    assert (entry.kind, entry.recharged, entry.available) == (PointsKind.RECHARGE, 500, 500)
    assert (entry.step, entry.note, entry.at) == ("recharge:7", "DG7", NOW)
    assert (wallet_of(shop).recharged, columns(shop)) == (500, (500, 0, 0))


def test_f5_a_recharge_counts_once():
    shop = make.ShopFactory()
    assert [recharge(shop=shop, points=5, step="recharge:7", now=NOW) for _ in "ab"] == [
        True,
        False,
    ]
    assert columns(shop) == (5, 0, 0)


@pytest.mark.parametrize(("delta", "left"), [(30, 130), (-30, 70), (-100, 0)])
def test_f5_staff_correct_a_balance_and_it_is_on_record(delta, left):
    shop, staff = shop_with_points(100), make.UserFactory(is_staff=True)
    correct(shop=shop, delta=delta, note="Paid twice", by=staff, key=uuid4(), now=NOW)
    assert columns(shop) == (left, 0, 0)
    entry = entries(shop)[-1]
    assert (entry.kind, entry.available, entry.note) == (PointsKind.CORRECTION, delta, "Paid twice")
    event = AuditEvent.objects.get(shop=shop)
    assert (event.user, event.action, event.about) == (staff, "correct_points", f"points:{delta:+}")


def test_f5_a_correction_counts_once():
    shop, staff, key = shop_with_points(100), make.UserFactory(is_staff=True), uuid4()
    done = [
        correct(shop=shop, delta=5, note="A gift", by=staff, key=key, now=NOW) for _ in range(2)
    ]
    assert (done, columns(shop)) == ([True, False], (105, 0, 0))


def test_f5_no_correction_takes_what_is_reserved():
    shop, staff = shop_with_points(100), make.UserFactory(is_staff=True)
    freeze(waiting_batch(shop, 10))
    with pytest.raises(NotEnough):
        correct(shop=shop, delta=-21, note="Too much", by=staff, key=uuid4(), now=NOW)
    assert columns(shop) == (20, 80, 0)


@pytest.mark.parametrize(
    ("low_at", "available", "low"), [(None, 0, False), (100, 100, False), (100, 99, True)]
)
def test_f5_a_balance_is_low_below_what_the_owner_said(low_at, available, low):
    assert is_low(Wallet(low_at=low_at, available=available)) == low


def test_f5_who_sets_the_notice_is_on_record():
    shop = make.ShopFactory()
    user = make.MembershipFactory(shop=shop).user
    for low_at in (5000, 5000, None):
        set_low_at(shop=shop, user=user, low_at=low_at, now=NOW)
    assert wallet_of(shop).low_at is None
    abouts = AuditEvent.objects.filter(shop=shop, user=user).order_by("pk")
    assert [event.about for event in abouts] == ["5000", "–"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE messaging_wallet SET available = available - 1",
        "UPDATE messaging_wallet SET available = -1, reserved = 101",
        "UPDATE messaging_wallet SET available = 101, reserved = -1",
        "UPDATE messaging_wallet SET available = 101, spent = -1",
        "UPDATE messaging_pointsentry SET available = available + 1",
        "UPDATE messaging_pointsentry SET step = 'same'",
        "UPDATE messaging_recharge SET points = 0",
    ],
)
def test_f5_the_database_refuses_what_does_not_add_up(statement):
    shop = shop_with_points(100)
    recharge(shop=shop, points=0, step="recharge:second", now=NOW)
    request_recharge(shop=shop, points=1000, user=make.UserFactory(), now=NOW)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

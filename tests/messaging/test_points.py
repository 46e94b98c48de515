"""F5: what a batch holds of its shop's points, and how the wallet follows."""

from datetime import timedelta

import pytest

from messaging.integrity import find_broken
from messaging.models import PointsKind, Price, Reason, Service, State, Wallet
from messaging.points import (
    FALLBACK_OPEN,
    FIRST_PRICES,
    HELD,
    Holding,
    NotEnough,
    adjust,
    affordable,
    close_old,
    holding,
    prices,
    reserve,
)
from tests import factories as make
from tests.factories import NOW
from tests.messaging.purse import (
    columns,
    entries,
    freeze,
    held,
    report,
    settle,
    shop_with_points,
    unbalanced,
    waiting_batch,
)

pytestmark = pytest.mark.django_db
LATER = NOW + FALLBACK_OPEN


def test_f5_prices_are_those_of_the_table():
    Price.objects.update_or_create(service=Service.SMS, defaults={"points": 15})
    assert prices()[Service.SMS] == 15


def test_f5_a_service_without_a_row_costs_what_it_cost_at_first():
    Price.objects.all().delete()
    assert prices() == FIRST_PRICES
    assert set(FIRST_PRICES) == set(Service)


@pytest.mark.parametrize(
    ("price", "fallback", "left_out", "reserved"),
    [(8, 0, 0, 80), (8, 12, 0, 120), (35, 12, 0, 350), (8, 12, 3, 84), (0, 0, 0, 0)],
)
def test_f5_before_it_is_settled_a_batch_reserves_the_dearer_of_its_prices_for_each(
    price, fallback, left_out, reserved
):
    batch = waiting_batch(make.ShopFactory(), 10, price=price, fallback=fallback)
    batch.left_out = left_out
    assert holding(batch, NOW) == Holding(reserved, 0)


@pytest.mark.parametrize(
    ("state", "counters", "expected"),
    [
        (State.SENT, {}, (40, 80)),
        (State.DELIVERED, {}, (0, 80)),
        (State.UNKNOWN, {}, (40, 80)),
        (State.FAILED, {}, (0, 0)),
        (State.LEFT_OUT, {}, (0, 0)),
        (State.SENT, {"failed": 10}, (0, 0)),
        (State.SENT, {"failed": 3, "left_out": 2}, (20, 40)),
        (State.SENT, {"delivered": 4, "unknown": 1}, (24, 80)),
        (State.SENT, {"delivered": 4, "fell_back": 3}, (24, 92)),
        # A report that came after all about one of a batch that was refused.
        (State.FAILED, {"delivered": 1}, (0, 8)),
        (State.FAILED, {"delivered": 1, "fell_back": 1}, (0, 12)),
        # More fell back than are charged: reports may be wrong, points are not.
        (State.SENT, {"failed": 9, "fell_back": 5}, (4, 12)),
    ],
)
def test_f5_a_settled_batch_costs_what_its_counters_say(state, counters, expected):
    batch = waiting_batch(make.ShopFactory(), 10, fallback=12)
    batch.state, batch.settled_at = state, NOW
    for name, count in counters.items():
        setattr(batch, name, count)
    assert holding(batch, NOW) == Holding(*expected)


def test_f5_a_fallback_that_is_cheaper_costs_less_and_keeps_nothing_reserved():
    batch = waiting_batch(make.ShopFactory(), 10, price=35, fallback=12)
    batch.state, batch.settled_at, batch.delivered, batch.fell_back = State.SENT, NOW, 4, 4
    assert holding(batch, NOW) == Holding(0, 6 * 35 + 4 * 12)


def test_f5_nothing_is_kept_for_fallbacks_after_four_days():
    batch = waiting_batch(make.ShopFactory(), 10, fallback=12)
    batch.state, batch.settled_at = State.SENT, NOW
    last = LATER - timedelta(microseconds=1)
    assert [holding(batch, at).reserved for at in (NOW, last, LATER)] == [40, 40, 0]


def test_f5_points_are_reserved_and_settled_by_the_answer():
    shop = shop_with_points(100)
    batch = freeze(waiting_batch(shop, 10))
    assert (columns(shop), held(batch)) == ((20, 80, 0), (80, 0))
    settle(batch, failed=4)
    assert (columns(shop), held(batch)) == ((52, 0, 48), (0, 48))
    assert unbalanced() == []


def test_f5_a_report_of_a_failure_gives_points_back_and_of_a_fallback_takes_some():
    shop = shop_with_points(120)
    batch = settle(freeze(waiting_batch(shop, 10, fallback=12)))
    assert columns(shop) == (0, 40, 80)
    report(batch, failed=1)
    assert columns(shop) == (12, 36, 72)
    report(batch, delivered=1, fell_back=1)
    assert columns(shop) == (12, 32, 76)
    assert unbalanced() == []


def test_f5_every_change_is_an_entry_with_a_step_of_its_own():
    shop = shop_with_points(120)
    batch = settle(freeze(waiting_batch(shop, 10, fallback=12)))
    report(report(batch, failed=1), failed=2)
    assert [(entry.kind, entry.step.rpartition(":")[2]) for entry in entries(shop)] == [
        (PointsKind.RECHARGE, "first"),
        (PointsKind.RESERVE, "reserve"),
        (PointsKind.SETTLE, "settle"),
        (PointsKind.SETTLE, "3"),
        (PointsKind.SETTLE, "4"),
    ]
    assert {entry.batch for entry in entries(shop)[1:]} == {batch}
    assert [(e.available, e.reserved, e.spent) for e in entries(shop)][2:] == [
        (0, -80, 80),
        (12, -4, -8),
        (12, -4, -8),
    ]


@pytest.mark.parametrize("points", [None, 79])
def test_f5_what_the_wallet_has_not_is_not_reserved(points):
    shop = make.ShopFactory() if points is None else shop_with_points(points)
    batch = waiting_batch(shop, 10)
    with pytest.raises(NotEnough):
        reserve(batch, NOW)
    assert held(batch) == (0, 0)
    assert [entry.kind for entry in entries(shop)] == [PointsKind.RECHARGE] * (points is not None)


@pytest.mark.parametrize(
    ("points", "price", "count", "paid"),
    [(100, 8, 10, 10), (79, 8, 10, 9), (7, 8, 10, 0), (0, 0, 10, 10), (100, 8, 0, 0)],
)
def test_f5_as_many_are_paid_as_the_available_points_suffice_for(points, price, count, paid):
    shop = shop_with_points(points) if points else make.ShopFactory()
    assert affordable(shop, price, count) == paid


def test_f5_without_a_wallet_nothing_can_be_paid():
    assert affordable(make.ShopFactory(), 8, 10) == 0


def test_f5_what_is_free_asks_the_wallet_nothing(django_assert_num_queries):
    batch = waiting_batch(make.ShopFactory(), 1000, price=0)
    with django_assert_num_queries(0):
        assert affordable(batch.shop, 0, 1000) == 1000
        reserve(batch, NOW)
        batch.state, batch.settled_at = State.SENT, NOW
        adjust(batch, NOW, "settle")


def test_f5_what_changes_nothing_writes_nothing(django_assert_num_queries):
    batch = settle(freeze(waiting_batch(shop_with_points(100), 10)))
    batch.delivered = 10
    with django_assert_num_queries(0):
        adjust(batch, NOW)


def test_f5_reserving_and_settling_are_two_statements_each(django_assert_num_queries):
    batch = waiting_batch(shop_with_points(100), 10)
    with django_assert_num_queries(2):
        reserve(batch, NOW)
    batch.save(update_fields=HELD)
    batch.state, batch.settled_at = State.SENT, NOW
    with django_assert_num_queries(2):
        adjust(batch, NOW, "settle")


def test_f5_a_batch_that_is_left_out_after_all_gives_everything_back():
    shop = shop_with_points(100)
    batch = freeze(waiting_batch(shop, 10))
    batch.reason = Reason.STOPPED
    settle(batch, State.LEFT_OUT)
    assert columns(shop) == (100, 0, 0)


def test_f5_what_arrives_after_all_is_paid_from_what_there_is_and_never_below_zero(caplog):
    shop = shop_with_points(80)
    batch = settle(freeze(waiting_batch(shop, 10)), failed=10)
    freeze(waiting_batch(shop, 9))
    assert columns(shop) == (8, 72, 0)
    report(batch, failed=8, delivered=2)
    assert (columns(shop), held(batch)) == ((0, 72, 8), (0, 8))
    assert f"batch {batch.pk}: 8 points short" in caplog.text
    report(batch, failed=7, delivered=3)
    assert columns(shop) == (0, 72, 8)
    assert unbalanced() == []


def test_f5_after_four_days_what_was_kept_for_fallbacks_is_given_back():
    shop = shop_with_points(240)
    old = settle(freeze(waiting_batch(shop, 10, fallback=12)))
    young = settle(freeze(waiting_batch(shop, 10, fallback=12)), now=NOW + timedelta(hours=1))
    frozen = waiting_batch(make.ShopFactory(), 3)
    assert close_old(LATER) == 1
    assert (held(old), held(young), held(frozen)) == ((0, 80), (40, 80), (0, 0))
    assert columns(shop) == (40, 40, 160)
    assert close_old(LATER) == 0
    assert unbalanced() == []


def test_f5_one_shop_alone_can_be_closed():
    mine, other = shop_with_points(120), shop_with_points(120)
    for shop in (mine, other):
        settle(freeze(waiting_batch(shop, 10, fallback=12)))
    assert close_old(LATER, mine) == 1
    assert (columns(mine), columns(other)) == ((40, 0, 80), (0, 40, 80))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"recharged": 101, "available": 21}, "wallets that differ from their ledger"),
        ({"available": 19, "reserved": 81}, "wallets that differ from what batches hold"),
    ],
)
def test_f5_a_wallet_that_does_not_add_up_is_found(change, found):
    shop = shop_with_points(100)
    freeze(waiting_batch(shop, 10))
    Wallet.objects.filter(shop=shop).update(**change)
    assert f"{found}: {shop.pk}" in unbalanced(shop)
    assert f"{found}: {shop.pk}" in find_broken()
    assert unbalanced(make.ShopFactory()) == []


def test_f5_a_batch_that_holds_what_no_entry_says_is_found():
    batch = make.BatchFactory(points_spent=8)
    assert unbalanced() == [
        f"batches that differ from their ledger: {batch.pk}",
        f"batches that hold points of no wallet: {batch.pk}",
    ]

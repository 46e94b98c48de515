"""F5: two workers, two clicks at once."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import QuerySet

from messaging.models import Batch, Recharge, RechargeState, Wallet
from messaging.payments import cancel, confirm, request_recharge
from messaging.points import HELD, NotEnough, affordable, reserve
from tests import factories as make
from tests.factories import NOW
from tests.messaging.purse import columns, shop_with_points, unbalanced, waiting_batch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*works: Callable[[], object]) -> list[Any]:
    """Do these in threads that begin together; what each returned, or the error."""
    answers: list[Any] = [None] * len(works)
    start = Barrier(len(works))

    def begin(n: int) -> None:
        start.wait()
        try:
            answers[n] = works[n]()
        except NotEnough as error:
            answers[n] = error
        connections.close_all()

    threads = [Thread(target=begin, args=[n]) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@transaction.atomic
def frozen(pk: int) -> Any:
    """Reserve for one batch, as freezing does."""
    batch = Batch.objects.select_for_update().get(pk=pk)
    reserve(batch, NOW)
    batch.save(update_fields=HELD)
    return batch.points_reserved


def test_f5_two_workers_spend_no_point_twice():
    shop = shop_with_points(100)
    batches = [waiting_batch(shop, 10).pk for _ in range(4)]
    answers = at_once(*(lambda pk=pk: frozen(pk) for pk in batches))
    assert sorted(str(answer) for answer in answers) == ["", "", "", "80"]
    assert (columns(shop), unbalanced()) == ((20, 80, 0), [])


def looked_before_taking(shop, size: int, both: Barrier) -> int:
    """How many messages a worker takes that has looked, as another one has, before either took."""
    with transaction.atomic():
        paid = affordable(shop, 8, size)
        both.wait()
        points = 8 * paid
        wallet = Wallet.objects.get(pk=shop.pk)
        Wallet.objects.filter(pk=shop.pk).update(
            available=wallet.available - points, reserved=wallet.reserved + points
        )
    return paid


def test_f5_without_the_locks_both_would_spend_the_same_points(monkeypatch):
    """Proves the race: without row lock and F(), two batches go out on the points of one."""
    shop, both = shop_with_points(80), Barrier(2)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    taken = at_once(*[lambda: looked_before_taking(shop, 10, both)] * 2)
    assert (taken, columns(shop)) == ([10, 10], (0, 80, 0))


def test_f5_what_one_worker_may_pay_another_can_not_take_meanwhile():
    shop = shop_with_points(100)
    batches = [waiting_batch(shop, 10).pk for _ in range(4)]

    @transaction.atomic
    def freeze_what_is_paid(pk: int) -> Any:
        batch = Batch.objects.select_for_update().get(pk=pk)
        batch.left_out = batch.size - affordable(shop, batch.price, batch.size)
        reserve(batch, NOW)
        batch.save(update_fields=["left_out", *HELD])
        return batch.size - batch.left_out

    paid = at_once(*(lambda pk=pk: freeze_what_is_paid(pk) for pk in batches))
    assert sorted(paid) == [0, 0, 2, 10]
    assert (columns(shop), unbalanced()) == ((4, 96, 0), [])


def asked() -> Recharge:
    shop = make.ShopFactory()
    return request_recharge(shop=shop, points=1000, user=make.UserFactory(), now=NOW)


def test_f5_two_clicks_confirm_a_payment_once():
    wanted, staff = asked(), make.UserFactory(is_staff=True)
    click = lambda: confirm(recharge_id=wanted.pk, user=staff, now=NOW)  # noqa: E731
    assert sorted(at_once(click, click, click)) == [False, False, True]
    assert columns(wanted.shop) == (1000, 0, 0)


def test_f5_what_is_paid_and_cancelled_at_once_is_one_of_both():
    wanted, staff = asked(), make.UserFactory(is_staff=True)
    pay = lambda: confirm(recharge_id=wanted.pk, user=staff, now=NOW)  # noqa: E731
    give_up = lambda: cancel(recharge_id=wanted.pk, user=staff, now=NOW)  # noqa: E731
    paid, cancelled = at_once(pay, give_up)
    wanted.refresh_from_db()
    assert paid != cancelled
    assert (wanted.state == RechargeState.PAID) == paid
    assert Wallet.objects.get(shop=wanted.shop).recharged == (1000 if paid else 0)


def test_f5_two_clicks_ask_for_points_once():
    shop, user = make.ShopFactory(), make.UserFactory()

    def ask() -> bool:
        try:
            request_recharge(shop=shop, points=1000, user=user, now=NOW)
        except ValueError:
            return False
        return True

    assert sorted(at_once(ask, ask)) == [False, True]
    assert Recharge.objects.count() == 1

"""F5 as a property: whatever happens, in whatever order, every point is somewhere, once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from messaging.models import COUNTERS, Batch, PointsEntry, Reason, State, Wallet
from messaging.points import HELD, NotEnough, affordable, close_old, holding, reserve
from messaging.wallets import correct, recharge
from tests import factories as make
from tests.factories import NOW
from tests.messaging.purse import report, settle, unbalanced, waiting_batch

pytestmark = pytest.mark.django_db
SIZES, PRICES = st.integers(1, 12), st.integers(0, 9)
ANSWERS = st.sampled_from([State.SENT, State.DELIVERED, State.UNKNOWN, State.FAILED])
COLUMNS = ("recharged", "available", "reserved", "spent")


class Purse(RuleBasedStateMachine):
    """A shop whose points are recharged, reserved, settled, reported on, closed and corrected."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = make.ShopFactory()
        self.staff = make.UserFactory(is_staff=True)
        self.now = NOW
        self.frozen: list[Batch] = []
        self.settled: list[Batch] = []

    @rule(points=st.integers(1, 300))
    def recharge(self, points: int) -> None:
        recharge(shop=self.shop, points=points, step=f"recharge:{uuid4()}", now=self.now)

    @rule(delta=st.integers(-200, 200))
    def correct(self, delta: int) -> None:
        left = self.columns()["available"] + delta
        key = uuid4()
        if left < 0:
            with pytest.raises(NotEnough):
                correct(shop=self.shop, delta=delta, note="", by=self.staff, key=key, now=self.now)
        else:
            correct(shop=self.shop, delta=delta, note="", by=self.staff, key=key, now=self.now)

    @rule(size=SIZES, price=PRICES, fallback=PRICES)
    def freeze(self, size: int, price: int, fallback: int) -> None:
        batch = waiting_batch(self.shop, size, price=price, fallback=fallback)
        dearest = max(price, fallback)
        paid = affordable(self.shop, dearest, size)
        assert paid == size or (paid + 1) * dearest > self.columns()["available"]
        batch.left_out = size - paid
        reserve(batch, self.now)
        batch.save(update_fields=["left_out", *HELD])
        self.frozen.append(batch)

    @rule(size=SIZES)
    def freeze_beyond_the_means(self, size: int) -> None:
        batch = waiting_batch(self.shop, size, price=self.columns()["available"] + 1)
        with pytest.raises(NotEnough):
            reserve(batch, self.now)

    @precondition(lambda self: self.frozen)
    @rule(data=st.data(), answer=ANSWERS)
    def settle(self, data: st.DataObject, answer: State) -> None:
        batch = self.take(data, self.frozen)
        going = batch.size - batch.left_out
        failed = data.draw(st.integers(0, going)) if answer != State.FAILED else 0
        batch.state = answer
        settle(batch, answer, self.now, failed=failed)
        self.settled.append(batch)

    @precondition(lambda self: self.frozen)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        batch = self.take(data, self.frozen)
        batch.reason = Reason.STOPPED
        settle(batch, State.LEFT_OUT, self.now)

    @precondition(lambda self: self.settled)
    @rule(data=st.data(), state=st.sampled_from([State.SENT, State.FAILED, State.DELIVERED]))
    def report(self, data: st.DataObject, state: State) -> None:
        """News of one message: of a rank above what was known of it, as `outcomes` keeps it."""
        batch = data.draw(st.sampled_from(self.settled))
        below = [each for each in COUNTERS if each < state and getattr(batch, COUNTERS[each])]
        alike = batch.size - sum(getattr(batch, name) for name in COUNTERS.values())
        if alike and batch.state < state:
            below.append(State.WAITING)  # stands for the batch's own state
        if not below:
            return
        before = data.draw(st.sampled_from(below))
        counters = {COUNTERS[state]: getattr(batch, COUNTERS[state]) + 1}
        if before != State.WAITING:
            counters[COUNTERS[before]] = getattr(batch, COUNTERS[before]) - 1
        if state == State.DELIVERED and batch.fallback_price:
            counters["fell_back"] = batch.fell_back + data.draw(st.integers(0, 1))
        report(batch, self.now, **counters)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def close(self) -> None:
        close_old(self.now, self.shop)
        for batch in self.settled:
            batch.refresh_from_db()
            assert batch.points_reserved <= holding(batch, self.now).reserved

    @invariant()
    def every_point_is_somewhere(self) -> None:
        wallet = self.columns()
        assert wallet["recharged"] == sum(wallet[name] for name in COLUMNS[1:])
        assert min(wallet[name] for name in COLUMNS[1:]) >= 0
        sums = {name: Sum(name, default=0) for name in COLUMNS}
        assert PointsEntry.objects.for_shop(self.shop).aggregate(**sums) == wallet
        held = Batch.objects.for_shop(self.shop).aggregate(
            reserved=Sum("points_reserved", default=0), spent=Sum("points_spent", default=0)
        )
        assert held == {name: wallet[name] for name in ("reserved", "spent")}
        assert unbalanced(self.shop) == []

    @invariant()
    def no_batch_holds_more_than_its_row_says(self) -> None:
        for batch in (*self.frozen, *self.settled):
            wanted = holding(batch, batch.settled_at or self.now)
            assert batch.points_spent <= wanted.spent
            assert batch.points_reserved <= wanted.reserved

    def columns(self) -> dict[str, int]:
        wallet = Wallet.objects.filter(shop=self.shop).first() or Wallet(shop=self.shop)
        return {name: getattr(wallet, name) for name in COLUMNS}

    def take(self, data: st.DataObject, batches: list[Batch]) -> Batch:
        return batches.pop(data.draw(st.integers(0, len(batches) - 1)))


def test_f5_every_point_is_somewhere_whatever_happens():
    run_state_machine_as_test(
        Purse,
        settings=settings(
            max_examples=40, stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow]
        ),
    )

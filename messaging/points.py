"""What batches hold of a shop's points (F5).

What a batch holds is a pure function of its row: all that it may cost before it is settled, what
its counters say afterwards. Whoever changes the row calls `reserve` or `adjust` before saving it;
these move the difference, once, between the wallet's columns, and write it into the ledger.
Recharges and corrections are `messaging.wallets`.

Locks are taken in one order: the batch's row, then its shop's wallet.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from messaging.models import (
    COUNTERS,
    Batch,
    PointsEntry,
    PointsKind,
    Price,
    Service,
    State,
    Wallet,
)
from orders.models import Shop

# What `reserve` and `adjust` set on a batch; their caller saves them.
HELD = ("points_reserved", "points_spent")
# How long a fallback may still become of a message: reports come for three days.
FALLBACK_OPEN = timedelta(days=4)
# What a message costs where the table has no row, as after its rows were deleted by hand: nothing
# that is paid for is ever free by accident.
FIRST_PRICES = {
    Service.ALIMTALK: 8,
    Service.SMS: 12,
    Service.LMS: 35,
    Service.EMAIL: 2,
    Service.PUSH: 0,
    Service.INBOX: 0,
}

logger = logging.getLogger(__name__)


class NotEnough(Exception):
    """The wallet has fewer points available than this takes; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Points that a batch holds."""

    reserved: int
    spent: int


def prices() -> dict[Service, int]:
    """What one message of each service costs today, in points. One query."""
    rows = {Service(name): points for name, points in Price.objects.values_list("pk", "points")}
    return FIRST_PRICES | rows


def holding(batch: Batch, now: datetime) -> Holding:
    """What the batch is to hold of its shop's points at `now`, by its counters.

    Until it is settled that is the dearer of price and fallback for each message that is going.
    Then each that has not failed costs its price (an unknown one too: the provider may charge for
    it) or, where it fell back, the fallback's; what a fallback would cost on top stays reserved for
    those whose fate is open, for `FALLBACK_OPEN`.
    """
    going = batch.size - _count(batch, State.LEFT_OUT)
    if batch.settled_at is None:
        return Holding(max(batch.price, batch.fallback_price) * going, 0)
    charged = going - _count(batch, State.FAILED)
    fell_back = min(batch.fell_back, charged)
    spent = batch.price * (charged - fell_back) + batch.fallback_price * fell_back
    return Holding(_kept_for_fallbacks(batch, now), spent)


def _kept_for_fallbacks(batch: Batch, now: datetime) -> int:
    assert batch.settled_at is not None  # noqa: S101 - asked for settled batches alone
    if now >= batch.settled_at + FALLBACK_OPEN:
        return 0
    still_open = _count(batch, State.SENT) + _count(batch, State.UNKNOWN)
    return max(0, batch.fallback_price - batch.price) * still_open


def _count(batch: Batch, state: State) -> int:
    """Its messages in this state: those counted, and those without an outcome if it is its own."""
    own = {each: int(getattr(batch, name)) for each, name in COUNTERS.items()}
    alike = batch.size - sum(own.values()) if batch.state == state else 0
    return own[state] + alike


def affordable(shop: Shop, price: int, count: int, *, held: int = 0) -> int:
    """For how many of `count` messages at `price` points the shop's available points suffice.

    `held` are points that were taken for them at an earlier try.

    Locks the wallet for the rest of the transaction, so that they still do when they are reserved.
    What is free asks nothing.
    """
    if price == 0 or count == 0:
        return count
    wallet = Wallet.objects.select_for_update().filter(pk=shop.pk).first()
    return min(count, (wallet.available + held) // price) if wallet else 0


def reserve(batch: Batch, now: datetime) -> None:
    """Take what a batch that is being frozen may cost out of the available points.

    What it holds from an earlier try counts. The batch's row is locked, its price set; the caller
    saves `HELD`. Raises NotEnough.
    """
    wanted = holding(batch, now)
    if _holds(batch) != wanted:
        step = "reserve" if batch.tried_since is None else _next_step(batch)
        _move(batch, wanted, PointsKind.RESERVE, step, now)


def adjust(batch: Batch, now: datetime, step: str = "") -> None:
    """Let the batch hold what its row says now: after its answer, a report, or when it is given up.

    The batch's row is locked; the caller saves `HELD`. `step` names what can be but once (settling:
    "settle"); other changes are numbered. What happened is written down even where the points for
    it are gone (a message that had failed arrives after all): then the batch takes what there is,
    the rest is the platform's loss, and the log tells.
    """
    wanted = holding(batch, now)
    if _holds(batch) == wanted:
        return
    step = step or _next_step(batch)
    try:
        _move(batch, wanted, PointsKind.SETTLE, step, now)
    except NotEnough:
        within = _within_means(batch, wanted)
        short = wanted.reserved + wanted.spent - within.reserved - within.spent
        logger.warning("batch %s: %s points short", batch.pk, short)
        if _holds(batch) != within:
            _move(batch, within, PointsKind.SETTLE, step, now)


def _holds(batch: Batch) -> Holding:
    return Holding(batch.points_reserved, batch.points_spent)


def _within_means(batch: Batch, wanted: Holding) -> Holding:
    """As much of it as the batch holds already and the wallet has; what is spent comes first."""
    wallet = Wallet.objects.select_for_update().filter(pk=batch.shop_id).first()
    means = (wallet.available if wallet else 0) + batch.points_reserved + batch.points_spent
    spent = min(wanted.spent, means)
    return Holding(min(wanted.reserved, means - spent), spent)


def _next_step(batch: Batch) -> str:
    """Numbered by the batch's entries: none is ever deleted, and the batch is locked."""
    return str(PointsEntry.objects.filter(batch=batch).count() + 1)


def _move(batch: Batch, wanted: Holding, kind: PointsKind, step: str, now: datetime) -> None:
    """Move the difference to `wanted` through wallet, ledger and batch; one UPDATE, one INSERT."""
    reserved = wanted.reserved - batch.points_reserved
    spent = wanted.spent - batch.points_spent
    needed = reserved + spent
    wallet = Wallet.objects.filter(pk=batch.shop_id, available__gte=needed)
    moved = wallet.update(
        available=F("available") - needed,
        reserved=F("reserved") + reserved,
        spent=F("spent") + spent,
    )
    if not moved:
        raise NotEnough
    PointsEntry.objects.create(
        shop_id=batch.shop_id,
        batch=batch,
        kind=kind,
        step=f"batch:{batch.pk}:{step}",
        available=-needed,
        reserved=reserved,
        spent=spent,
        at=now,
    )
    batch.points_reserved, batch.points_spent = wanted.reserved, wanted.spent


def close_old(now: datetime, shop: Shop | None = None) -> int:
    """Give back what batches keep for fallbacks that no report can tell of any more.

    Of one shop or all; a transaction a batch, so that nothing is held up. Returns how many
    batches it was. For the daily tidying.
    """
    batches = Batch.objects.for_shop(shop) if shop else Batch.objects.all()
    old = batches.filter(points_reserved__gt=0, settled_at__lte=now - FALLBACK_OPEN)
    return sum(_close(pk, now) for pk in list(old.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _close(pk: int, now: datetime) -> bool:
    """Whether the batch is still there and kept anything."""
    batch = Batch.objects.select_for_update().defer("payload").filter(pk=pk).first()
    if batch is None or batch.points_reserved == 0:
        return False
    adjust(batch, now)
    batch.save(update_fields=HELD)
    return True

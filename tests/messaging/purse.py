"""Shops with points, and batches that cost some."""

from datetime import datetime

from messaging.models import COUNTERS, Batch, PointsEntry, State, Wallet
from messaging.points import HELD, adjust, reserve
from messaging.unbalanced import find_unbalanced
from messaging.wallets import recharge
from orders.models import Shop
from tests import factories as make
from tests.factories import NOW

PRICE, FALLBACK = 8, 12


def shop_with_points(points: int) -> Shop:
    """A shop that has recharged so many points."""
    shop: Shop = make.ShopFactory()
    recharge(shop=shop, points=points, step="recharge:first", now=NOW)
    return shop


def waiting_batch(shop: Shop, size: int, *, price: int = PRICE, fallback: int = 0) -> Batch:
    """A batch about to be frozen, without message rows: points are reckoned from its counters."""
    batch: Batch = make.BatchFactory(
        shop=shop, state=State.WAITING, size=size, price=price, fallback_price=fallback
    )
    return batch


def freeze(batch: Batch, now: datetime = NOW) -> Batch:
    """Reserve what it may cost, as freezing does."""
    reserve(batch, now)
    batch.save(update_fields=HELD)
    return batch


def settle(batch: Batch, state: State = State.SENT, now: datetime = NOW, **counters: int) -> Batch:
    """End it with this state, and so many messages with an outcome of their own."""
    batch.state, batch.settled_at = state, now
    return report(batch, now, "settle", **counters)


def report(batch: Batch, now: datetime = NOW, step: str = "", **counters: int) -> Batch:
    """Set its counters, and let it hold what they say."""
    for name, count in counters.items():
        setattr(batch, name, count)
    adjust(batch, now, step)
    own = ("state", "reason", "settled_at", "fell_back")
    batch.save(update_fields=[*own, *COUNTERS.values(), *HELD])
    return batch


def columns(shop: Shop) -> tuple[int, int, int]:
    """Available, reserved, spent."""
    wallet = Wallet.objects.get(shop=shop)
    return wallet.available, wallet.reserved, wallet.spent


def held(batch: Batch) -> tuple[int, int]:
    """Reserved and spent, as the batch's row says."""
    batch.refresh_from_db()
    return batch.points_reserved, batch.points_spent


def entries(shop: Shop) -> list[PointsEntry]:
    """The ledger, the oldest first."""
    return list(PointsEntry.objects.for_shop(shop).order_by("pk"))


def unbalanced(shop: Shop | None = None) -> list[str]:
    """What the nightly check says of points."""
    return [
        f"{what}: {', '.join(str(row.pk) for row in rows)}"
        for what, rows in find_unbalanced(shop)
        if rows.exists()
    ]

"""What the points' rows say against each other (F5): questions for the nightly check."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from messaging.models import Batch, PointsEntry, Wallet
from orders.models import Shop

Rows = QuerySet[Any]

COLUMNS = ("recharged", "available", "reserved", "spent")
HELD = {"reserved": "points_reserved", "spent": "points_spent"}


def find_unbalanced(shop: Shop | None = None) -> Iterator[tuple[str, Rows]]:
    """What does not hold, with the rows where it does not; of one shop or all."""
    wallets = Wallet.objects.filter(pk=shop.pk) if shop else Wallet.objects.all()
    batches = Batch.objects.for_shop(shop) if shop else Batch.objects.all()
    in_ledger = {column: _sum(PointsEntry, "shop_id", column) for column in COLUMNS}
    yield "wallets that differ from their ledger", wallets.exclude(**in_ledger)
    in_batches = {column: _sum(Batch, "shop_id", held) for column, held in HELD.items()}
    yield "wallets that differ from what batches hold", wallets.exclude(**in_batches)
    of_batch = {held: _sum(PointsEntry, "batch_id", column) for column, held in HELD.items()}
    yield "batches that differ from their ledger", batches.exclude(**of_batch)
    own = Wallet.objects.filter(pk=OuterRef("shop_id"))
    holding = batches.filter(Q(points_reserved__gt=0) | Q(points_spent__gt=0))
    yield "batches that hold points of no wallet", holding.exclude(Exists(own))


def _sum(model: type[Model], whose: str, column: str) -> Coalesce:
    """The sum over the rows that belong to the outer one."""
    mine = model._default_manager.filter(**{whose: OuterRef("pk")}).order_by().values(whose)
    return Coalesce(Subquery(mine.annotate(total=Sum(column)).values("total")), Value(0))

"""When an order reached a status."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orders.ingest.door import Counts
from orders.ingest.upsert import upsert
from orders.models import OrderStatus, Shop, Status


def reach(shop: Shop, status: Status, moments: Mapping[int, datetime], now: datetime) -> Counts:
    """These orders (by key) reached `status` at these moments, as Dangol learnt by `now`.

    What was learnt once stays learnt then; nothing is learnt before it happened.
    """
    rows = OrderStatus.objects.for_shop(shop).filter(order__in=moments.keys(), status=status)
    stored = {row.order_id: row for row in rows}
    wanted: dict[int, dict[str, Any]] = {}
    for order_id, happened_at in moments.items():
        row = stored.get(order_id)
        wanted[order_id] = {
            "shop_id": shop.pk,
            "order_id": order_id,
            "status": status.value,
            "happened_at": happened_at,
            "learned_at": max(row.learned_at if row else now, happened_at),
        }
    return upsert(OrderStatus, wanted=wanted, stored=stored)

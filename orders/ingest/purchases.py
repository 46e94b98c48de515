"""Orders and their lines."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from orders.ingest.catalogue import ensure_products
from orders.ingest.door import Counts
from orders.ingest.people import ensure_customers
from orders.ingest.statuses import reach
from orders.ingest.upsert import is_news, oldest_first, upsert
from orders.models import Order, OrderItem, Shop, Status
from orders.records import OrderRecord


def upsert_orders(shop: Shop, records: Sequence[OrderRecord], now: datetime) -> Counts:
    """Write whole orders, by the mall's number: a line that is no longer told is taken out."""
    stored = _stored(shop, (record.number for record in records))
    news = {
        record.number: record
        for record in oldest_first(records)
        if record.number not in stored
        or is_news(stored[record.number].source_updated_at, record.as_of)
    }
    customers, counts = ensure_customers(shop, (r.customer for r in news.values() if r.customer))
    wanted = {number: _fields(shop, record, customers) for number, record in news.items()}
    counts += upsert(Order, wanted=wanted, stored=stored)
    keys = _keys(shop, news)
    moments = {keys[number]: record.ordered_at for number, record in news.items()}
    counts += _upsert_items(shop, {keys[number]: record for number, record in news.items()})
    return counts + reach(shop, Status.ORDERED, moments, now)


def _stored(shop: Shop, numbers: Iterable[str]) -> dict[str, Order]:
    rows = Order.objects.for_shop(shop).filter(number__in=set(numbers))
    return {row.number: row for row in rows}


def _keys(shop: Shop, numbers: Iterable[str]) -> dict[str, int]:
    rows = Order.objects.for_shop(shop).filter(number__in=set(numbers))
    return dict(rows.values_list("number", "pk"))


def _fields(shop: Shop, record: OrderRecord, customers: Mapping[str, int]) -> dict[str, Any]:
    fields = {
        "shop_id": shop.pk,
        "number": record.number,
        "customer_id": customers[record.customer] if record.customer else None,
        "ordered_at": record.ordered_at,
        "total": sum(item.quantity * item.unit_price for item in record.items),
    }
    return fields | ({"source_updated_at": record.as_of} if record.as_of else {})


def _upsert_items(shop: Shop, orders: Mapping[int, OrderRecord]) -> Counts:
    codes = (item.product for record in orders.values() for item in record.items)
    products, counts = ensure_products(shop, codes)
    wanted = {
        (order_id, item.line): {
            "order_id": order_id,
            "line": item.line,
            "product_id": products[item.product],
            "quantity": item.quantity,
            "unit_price": item.unit_price,
        }
        for order_id, record in orders.items()
        for item in record.items
    }
    gone = _drop_unchanged(wanted, orders)
    if gone:
        OrderItem.objects.filter(pk__in=gone).delete()
    rows = OrderItem.objects.filter(order__in={order_id for order_id, _ in wanted})
    stored = {(row.order_id, row.line): row for row in rows}
    return counts + upsert(OrderItem, wanted=wanted, stored=stored) + Counts(updated=len(gone))


def _drop_unchanged(
    wanted: dict[tuple[int, int], dict[str, Any]], orders: Iterable[int]
) -> list[int]:
    """Forget the lines that are stored just so; returns the keys of those no longer told.

    `orders` are all that were told: one without any line has none in `wanted`. Nearly all lines
    of a file that is read again are stored so, so they are looked at without models.
    """
    rows = OrderItem.objects.filter(order__in=list(orders))
    gone = []
    for pk, *line in rows.values_list(
        "pk", "order_id", "line", "product_id", "quantity", "unit_price"
    ):
        told = wanted.get((line[0], line[1]))
        if told is None:
            gone.append(pk)
        elif list(told.values()) == line:
            del wanted[line[0], line[1]]
    return gone

"""Goods taken back, and the orders that they came from.

A line takes back from the customer's latest order not later than it (then the larger number) in
which the product still has enough quantity, summed over the order's lines; otherwise it stays
unmatched, as a guest's always does. An order with nothing left is cancelled at that moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from orders.ingest.catalogue import ensure_products
from orders.ingest.door import Counts
from orders.ingest.people import ensure_customers
from orders.ingest.statuses import reach
from orders.ingest.upsert import upsert
from orders.models import Cancellation, OrderItem, Shop, Status
from orders.records import CancellationRecord

_Key = tuple[str, int]


@dataclass(slots=True)
class _Bought:
    """What of one product is left in one order."""

    order_id: int
    ordered_at: datetime
    number: str
    left: int


def upsert_cancellations(
    shop: Shop, records: Sequence[CancellationRecord], now: datetime
) -> Counts:
    """Write cancelled lines, by the mall's number and line, each matched in the order given.

    A line that is matched stays so; one that is not, or that has changed, is tried again.
    """
    records = list({(r.number, r.line): r for r in records}.values())
    customers, counts = ensure_customers(shop, (r.customer for r in records if r.customer))
    products, more = ensure_products(shop, (r.product for r in records))
    stored = _stored(shop, (r.number for r in records))
    wanted = {
        (r.number, r.line): _fields(shop, r, products)
        for r in records
        if _is_later(stored.get((r.number, r.line)), r)
    }
    open_ = {key for key, fields in wanted.items() if not _stands(stored.get(key), fields)}
    purchases = _Purchases(
        customers=customers.values(),
        products=products.values(),
        released=[stored[key].pk for key in open_ & stored.keys()],
    )
    for r in records:
        key = r.number, r.line
        if key in open_:
            customer_id = customers[r.customer] if r.customer else None
            wanted[key]["order_id"] = purchases.take(customer_id, products[r.product], r)
    counts += more + upsert(Cancellation, wanted=wanted, stored=stored)
    return counts + _cancel_emptied(shop, wanted.values(), now)


def _stored(shop: Shop, numbers: Iterable[str]) -> dict[_Key, Cancellation]:
    rows = Cancellation.objects.for_shop(shop).filter(number__in=set(numbers))
    return {(row.number, row.line): row for row in rows}


def _is_later(row: Cancellation | None, record: CancellationRecord) -> bool:
    return row is None or record.happened_at >= row.happened_at


def _fields(shop: Shop, record: CancellationRecord, products: Mapping[str, int]) -> dict[str, Any]:
    return {
        "shop_id": shop.pk,
        "number": record.number,
        "line": record.line,
        "product_id": products[record.product],
        "quantity": record.quantity,
        "happened_at": record.happened_at,
    }


def _stands(row: Cancellation | None, fields: Mapping[str, Any]) -> bool:
    """Whether this line is matched, and told as before."""
    if row is None or row.order_id is None:
        return False
    return all(getattr(row, name) == value for name, value in fields.items())


class _Purchases:
    """What these customers bought of these products and did not give back, latest first.

    `released` are the cancelled lines that are matched anew.
    """

    def __init__(
        self, *, customers: Iterable[int], products: Iterable[int], released: Sequence[int]
    ) -> None:
        self._bought: dict[tuple[int, int], list[_Bought]] = defaultdict(list)
        by_order: dict[tuple[int, int], _Bought] = {}
        lines = OrderItem.objects.filter(
            order__customer__in=list(customers), product__in=list(products)
        ).values_list("order__customer", "product", "order", "order__ordered_at", "order__number")
        for customer_id, product_id, order_id, at, number, quantity in lines.annotate(
            Sum("quantity")
        ).order_by():
            bought = _Bought(order_id, at, number, quantity)
            self._bought[customer_id, product_id].append(bought)
            by_order[order_id, product_id] = bought
        self._take_known(by_order, released)
        for several in self._bought.values():
            several.sort(key=lambda bought: (bought.ordered_at, bought.number), reverse=True)

    def _take_known(
        self, by_order: Mapping[tuple[int, int], _Bought], released: Sequence[int]
    ) -> None:
        taken = Cancellation.objects.filter(order__in={order_id for order_id, _ in by_order})
        for order_id, product_id, quantity in (
            taken.exclude(pk__in=released)
            .values_list("order", "product")
            .annotate(Sum("quantity"))
            .order_by()
        ):
            if (order_id, product_id) in by_order:
                by_order[order_id, product_id].left -= quantity

    def take(
        self, customer_id: int | None, product_id: int, record: CancellationRecord
    ) -> int | None:
        """The order that this line takes back from; None where there is none."""
        if customer_id is None:
            return None
        for bought in self._bought.get((customer_id, product_id), ()):
            if bought.ordered_at <= record.happened_at and bought.left >= record.quantity:
                bought.left -= record.quantity
                return bought.order_id
        return None


def _cancel_emptied(shop: Shop, lines: Iterable[Mapping[str, Any]], now: datetime) -> Counts:
    """Orders touched by these lines with nothing left are cancelled at their last one."""
    touched = {order_id for line in lines if (order_id := line.get("order_id"))}
    taken_back: dict[tuple[int, int], int] = {}
    moments: dict[int, datetime] = {}
    for order_id, product_id, quantity, last in (
        Cancellation.objects.filter(order__in=touched)
        .values_list("order", "product")
        .annotate(Sum("quantity"), Max("happened_at"))
        .order_by()
    ):
        assert order_id is not None  # noqa: S101 - for the type checker
        taken_back[order_id, product_id] = quantity
        moments[order_id] = max(last, moments.get(order_id, last))
    for order_id in _with_something_left(touched, taken_back):
        moments.pop(order_id, None)
    return reach(shop, Status.CANCELLED, moments, now)


def _with_something_left(
    orders: Iterable[int], taken_back: Mapping[tuple[int, int], int]
) -> set[int]:
    """Of these orders those of which some product is left.

    A line that was taken back may be told no longer, so more of a product may have been taken back
    than is bought: that is nothing left, and says nothing about the order's other products.
    """
    bought = (
        OrderItem.objects.filter(order__in=list(orders))
        .values_list("order", "product")
        .annotate(Sum("quantity"))
        .order_by()
    )
    return {
        order_id
        for order_id, product_id, quantity in bought
        if quantity > taken_back.get((order_id, product_id), 0)
    }

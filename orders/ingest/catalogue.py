"""Products."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from orders.ingest.door import Counts
from orders.ingest.upsert import ROWS, is_news, oldest_first, upsert
from orders.models import Product, Shop
from orders.records import ProductRecord


def upsert_products(shop: Shop, records: Sequence[ProductRecord], now: datetime) -> Counts:
    """Write products, by the mall's code."""
    stored = _stored(shop, (record.code for record in records))
    wanted: dict[str, dict[str, Any]] = {}
    for record in oldest_first(records):
        row = stored.get(record.code)
        if row is None or is_news(row.source_updated_at, record.as_of):
            fields = wanted.setdefault(record.code, {"shop_id": shop.pk, "code": record.code})
            fields |= _told(record)
    return upsert(Product, wanted=wanted, stored=stored)


def ensure_products(shop: Shop, codes: Iterable[str]) -> tuple[dict[str, int], Counts]:
    """The key of each of these products; what is not known yet becomes known by its code alone."""
    stored = _stored(shop, codes_ := set(codes))
    new = [Product(shop=shop, code=code) for code in sorted(codes_ - stored.keys())]
    Product.objects.bulk_create(new, batch_size=ROWS)
    return {row.code: row.pk for row in [*stored.values(), *new]}, Counts(created=len(new))


def _stored(shop: Shop, codes: Iterable[str]) -> dict[str, Product]:
    return {row.code: row for row in Product.objects.for_shop(shop).filter(code__in=set(codes))}


def _told(record: ProductRecord) -> dict[str, Any]:
    told = {"name": record.name, "source_updated_at": record.as_of}
    return {name: value for name, value in told.items() if value is not None}

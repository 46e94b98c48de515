"""Customers, and what they agreed to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from orders.ingest.door import Counts
from orders.ingest.upsert import ROWS, is_news, oldest_first, upsert
from orders.models import Consent, Customer, Shop
from orders.records import ConsentRecord, CustomerRecord

_TOLD = ("name", "phone", "email", "email_verified_at", "app_token", "joined_at")


def upsert_customers(shop: Shop, records: Sequence[CustomerRecord], now: datetime) -> Counts:
    """Write customers, by the mall's member id."""
    stored = _stored(shop, (record.mall_id for record in records))
    wanted: dict[str, dict[str, Any]] = {}
    for record in oldest_first(records):
        row = stored.get(record.mall_id)
        if row is None or is_news(row.source_updated_at, record.as_of):
            fields = wanted.setdefault(
                record.mall_id, {"shop_id": shop.pk, "mall_id": record.mall_id}
            )
            fields |= _told(record)
    return upsert(Customer, wanted=wanted, stored=stored)


def ensure_customers(shop: Shop, mall_ids: Iterable[str]) -> tuple[dict[str, int], Counts]:
    """The key of each of these customers; who is not known yet becomes known by the id alone."""
    stored = _stored(shop, mall_ids_ := set(mall_ids))
    new = [Customer(shop=shop, mall_id=mall_id) for mall_id in sorted(mall_ids_ - stored.keys())]
    Customer.objects.bulk_create(new, batch_size=ROWS)
    every = [*stored.values(), *new]
    return {customer.mall_id: customer.pk for customer in every}, Counts(created=len(new))


def upsert_consents(shop: Shop, records: Sequence[ConsentRecord], now: datetime) -> Counts:
    """Write consents: a differing later one ends the one that held; what held already stays."""
    customers, counts = ensure_customers(shop, (record.customer for record in records))
    held = {
        (consent.customer_id, consent.kind): consent
        for consent in Consent.objects.filter(customer__in=customers.values(), until=None)
    }
    new: list[Consent] = []
    ended: list[Consent] = []
    for record in records:
        key = customers[record.customer], record.kind
        current = held.get(key)
        if current and (current.given == record.given or current.since >= record.since):
            continue
        if current:
            current.until = record.since
            if current.pk:
                ended.append(current)
        held[key] = _consent(key[0], record)
        new.append(held[key])
    Consent.objects.bulk_update(ended, ["until"], batch_size=ROWS)
    Consent.objects.bulk_create(new, batch_size=ROWS)
    return counts + Counts(created=len(new), updated=len(ended))


def _stored(shop: Shop, mall_ids: Iterable[str]) -> dict[str, Customer]:
    rows = Customer.objects.for_shop(shop).filter(mall_id__in=set(mall_ids))
    return {row.mall_id: row for row in rows}


def _told(record: CustomerRecord) -> dict[str, Any]:
    told = {name: getattr(record, name) for name in _TOLD}
    told["source_updated_at"] = record.as_of
    return {name: value for name, value in told.items() if value is not None}


def _consent(customer_id: int, record: ConsentRecord) -> Consent:
    return Consent(
        customer_id=customer_id,
        kind=record.kind,
        given=record.given,
        since=record.since,
        source=record.source,
    )

"""Writes the coupons that come through `orders.ingest`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import Max

from coupons.models import Coupon, IssuedCoupon, Origin
from coupons.records import CouponRecord, IssuedCouponRecord
from orders.ingest import Counts
from orders.ingest.people import ensure_customers
from orders.ingest.upsert import upsert
from orders.models import Shop


def upsert_coupons(shop: Shop, records: Sequence[CouponRecord], now: datetime) -> Counts:
    """Write coupon definitions, by code."""
    wanted: dict[str, dict[str, Any]] = {}
    for record in records:
        told = asdict(record)
        if record.grant_basis is None:
            del told["grant_basis"]
        wanted.setdefault(record.code, {"shop_id": shop.pk}).update(told)
    rows = Coupon.objects.for_shop(shop).filter(code__in=wanted.keys())
    return upsert(Coupon, wanted=wanted, stored={row.code: row for row in rows})


def upsert_issued_coupons(
    shop: Shop, records: Sequence[IssuedCouponRecord], now: datetime
) -> Counts:
    """Write issued coupons, by issue code. One that is stored keeps its coupon and customer.

    The same coupon for the same customer again is its `nth`. `learned_at` is `now`, but never
    before the issue. An unknown coupon is a `KeyError`: check before.
    """
    stored = _stored(shop, records)
    coupons = _coupons(shop, (record.coupon for record in records))
    customers, counts = ensure_customers(shop, (record.customer for record in records))
    new = [record for record in records if record.code not in stored]
    nth = _Nth((coupons[r.coupon], customers[r.customer]) for r in new)
    wanted: dict[str, dict[str, Any]] = {}
    for record in records:
        fields = wanted.setdefault(record.code, {})
        if not fields and record.code not in stored:
            fields |= _identity(shop, record, coupons, customers, nth)
        fields |= _life(record, stored.get(record.code), now)
    return counts + upsert(IssuedCoupon, wanted=wanted, stored=stored)


def _stored(shop: Shop, records: Iterable[IssuedCouponRecord]) -> dict[str, IssuedCoupon]:
    codes = {record.code for record in records}
    rows = IssuedCoupon.objects.for_shop(shop).filter(code__in=codes)
    return {row.code: row for row in rows}


def _coupons(shop: Shop, codes: Iterable[str]) -> dict[str, int]:
    rows = Coupon.objects.for_shop(shop).filter(code__in=set(codes))
    return dict(rows.values_list("code", "pk"))


class _Nth:
    """Counts how often each of these customers got each of these coupons."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        pairs = set(pairs)
        rows = (
            IssuedCoupon.objects.filter(
                coupon__in={coupon for coupon, _ in pairs},
                customer__in={customer for _, customer in pairs},
            )
            .values_list("coupon_id", "customer_id")
            .annotate(Max("nth"))
            .order_by()
        )
        self._last: dict[tuple[int, int], int] = defaultdict(int)
        self._last |= {(coupon, customer): last for coupon, customer, last in rows}

    def next(self, coupon_id: int, customer_id: int) -> int:
        """The next number for this coupon and customer."""
        self._last[coupon_id, customer_id] += 1
        return self._last[coupon_id, customer_id]


def _identity(
    shop: Shop,
    record: IssuedCouponRecord,
    coupons: Mapping[str, int],
    customers: Mapping[str, int],
    nth: _Nth,
) -> dict[str, Any]:
    coupon_id, customer_id = coupons[record.coupon], customers[record.customer]
    return {
        "shop_id": shop.pk,
        "code": record.code,
        "coupon_id": coupon_id,
        "customer_id": customer_id,
        "nth": nth.next(coupon_id, customer_id),
        "origin": Origin.MALL.value,
    }


def _life(record: IssuedCouponRecord, row: IssuedCoupon | None, now: datetime) -> dict[str, Any]:
    life = {
        "issued_at": record.issued_at,
        "valid_from": record.valid_from,
        "expires_at": record.expires_at,
        "learned_at": max(row.learned_at if row else now, record.issued_at),
    }
    ends = {"used_at": record.used_at, "withdrawn_at": record.withdrawn_at}
    return life | {name: at for name, at in ends.items() if at is not None}

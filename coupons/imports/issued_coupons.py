"""A file of issued coupons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coupons.models import Coupon, IssuedCoupon
from coupons.records import IssuedCouponRecord
from orders.imports.fields import read_optional_time, read_text, read_time
from orders.imports.results import Refusals, RowCounts, count, telling_what_stands
from orders.imports.rows import Refusal, Refused, Row, as_cp949, read_rows
from orders.ingest import BATCH, Counts, ingest
from orders.models import Shop
from orders.people_invented import invent

HEADING = "issue_code,coupon_code,customer,issued_at,valid_from,expires_at,used_at,withdrawn_at"

# Whose an issue code is: coupon and customer.
Owner = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Read:
    row: Row
    record: IssuedCouponRecord


def import_issued_coupons(
    *,
    shop: Shop,
    path: Path,
    now: datetime,
    refuse: Refusals,
    people_seed: str | None = None,
) -> dict[str, Any]:
    """Read a file into the shop: `rows_read, rows_kept, rows_refused, changed`.

    Customers who are not known become so, with `people_seed` as fictional people. Raises
    `Unusable` where nothing of the file can be read.
    """
    counts, written = RowCounts(), Counts()
    rows = _read(path, ZoneInfo(shop.timezone), counts, refuse)
    with telling_what_stands(counts):
        while batch := list(islice(rows, BATCH)):
            records = list(_kept(shop, batch, counts, refuse))
            written += ingest(shop=shop, records=_with_people(shop, records, people_seed), now=now)
            counts.rows_stored += len(records)
    return counts.as_json() | {"changed": written.changed}


def _read(path: Path, zone: ZoneInfo, counts: RowCounts, refuse: Refusals) -> Iterator[_Read]:
    for row in count(read_rows(path, HEADING.split(","), as_cp949), counts, refuse):
        try:
            yield _Read(row, parse(row, zone))
        except Refused as error:
            _refuse(row, str(error), counts, refuse)


def parse(row: Row, zone: ZoneInfo) -> IssuedCouponRecord:
    """What a row says; raises `Refused` where that is no issued coupon."""
    code, coupon, customer, issued, valid, expires, used, withdrawn = row.fields
    issued_at = read_time(issued, "issued_at", zone)
    record = IssuedCouponRecord(
        code=read_text(code, "issue_code", 60, needed=True),
        coupon=read_text(coupon, "coupon_code", 60, needed=True),
        customer=read_text(customer, "customer", 80, needed=True),
        issued_at=issued_at,
        valid_from=read_optional_time(valid, "valid_from", zone) or issued_at,
        expires_at=read_optional_time(expires, "expires_at", zone),
        used_at=read_optional_time(used, "used_at", zone),
        withdrawn_at=read_optional_time(withdrawn, "withdrawn_at", zone),
    )
    if record.expires_at and record.expires_at <= record.valid_from:
        raise Refused("expires_at is not after valid_from")
    return record


def _kept(
    shop: Shop, batch: Sequence[_Read], counts: RowCounts, refuse: Refusals
) -> Iterator[IssuedCouponRecord]:
    """The records that fit what the shop has."""
    known = _known_coupons(shop, batch)
    owners = _owners(shop, batch)
    for read in batch:
        record = read.record
        owner = record.coupon, record.customer
        if record.coupon not in known:
            _refuse(read.row, f"unknown coupon {record.coupon!r}", counts, refuse)
        elif owners.setdefault(record.code, owner) != owner:
            reason = f"issue code {record.code!r} is already another customer's or coupon's"
            _refuse(read.row, reason, counts, refuse)
        else:
            yield record


def _known_coupons(shop: Shop, batch: Iterable[_Read]) -> set[str]:
    codes = {read.record.coupon for read in batch}
    coupons = Coupon.objects.for_shop(shop).filter(code__in=codes)
    return set(coupons.values_list("code", flat=True))


def _owners(shop: Shop, batch: Iterable[_Read]) -> dict[str, Owner]:
    codes = {read.record.code for read in batch}
    issued = IssuedCoupon.objects.for_shop(shop).filter(code__in=codes)
    rows = issued.values_list("code", "coupon__code", "customer__mall_id")
    return {code: (coupon, customer) for code, coupon, customer in rows}


def _with_people(
    shop: Shop, records: Sequence[IssuedCouponRecord], seed: str | None
) -> Iterator[Any]:
    if seed is not None:
        customers = sorted({record.customer for record in records})
        yield from invent(customers, seed=seed, country=shop.country)
    yield from records


def _refuse(row: Row, reason: str, counts: RowCounts, refuse: Refusals) -> None:
    counts.rows_refused += 1
    refuse(Refusal(row.line, reason, row.text))

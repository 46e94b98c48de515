"""Coupon files with overrides: coupons are written by floor 2, what they do differently here (A2).

An override comes through `orders.ingest` as a record of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import override

from coupons.imports.coupons import CouponRow, coupon_rows, parse
from coupons.models import Coupon
from coupons.records import CouponRecord
from crm.grant_basis import check_basis
from crm.models import CouponOverride
from messaging.models import Channel, MessageTemplate, Topic
from orders.imports.results import Refusals, RowCounts, telling_what_stands
from orders.imports.rows import Refusal, Refused
from orders.ingest import BATCH, Counts, ingest
from orders.ingest.upsert import upsert
from orders.models import Shop


@dataclass(frozen=True, slots=True)
class CouponOverrideRecord:
    """What a coupon does differently from the shop; empty means as the shop.

    `coupon` is the coupon's code and must be known, the templates are their names. None was not
    told, and leaves what is stored.
    """

    coupon: str
    issue_template: str | None = None
    expiry_template: str | None = None
    url: str | None = None


def upsert_coupon_overrides(
    shop: Shop, records: Sequence[CouponOverrideRecord], now: datetime
) -> Counts:
    """Write overrides, by coupon. One that says nothing leaves no row where there was none."""
    codes = {record.coupon for record in records}
    coupons = dict(Coupon.objects.for_shop(shop).filter(code__in=codes).values_list("code", "pk"))
    rows = CouponOverride.objects.filter(coupon__in=coupons.values())
    stored = {row.coupon_id: row for row in rows}
    templates = _templates(shop)
    wanted: dict[int, dict[str, Any]] = {}
    for record in records:
        coupon_id = coupons[record.coupon]
        told = _told(record, templates)
        if coupon_id in stored or coupon_id in wanted or any(told.values()):
            wanted.setdefault(coupon_id, {"coupon_id": coupon_id}).update(told)
    return upsert(CouponOverride, wanted=wanted, stored=stored)


def import_coupons(*, shop: Shop, path: Path, now: datetime, refuse: Refusals) -> dict[str, Any]:
    """Read a file of coupons into the shop: `rows_read, rows_kept, rows_refused, changed`.

    Raises `Unusable` where nothing of it can be read.
    """
    counts, written = RowCounts(), Counts()
    rows = _kept(shop, path, counts, refuse)
    with telling_what_stands(counts):
        for coupons, overrides in _batches(rows):
            written += ingest(shop=shop, records=[*coupons, *overrides], now=now)
            counts.rows_stored += len(coupons)
    return counts.as_json() | {"changed": written.changed}


def _kept(shop: Shop, path: Path, counts: RowCounts, refuse: Refusals) -> Iterator[CouponRow]:
    templates = _templates(shop)
    for row in coupon_rows(path, counts, refuse):
        try:
            told = parse(row)
            _check_basis(told.coupon.grant_basis)
            for name in (told.issue_template, told.expiry_template):
                if name and name not in templates:
                    raise Refused(f"unknown template {name[:80]!r}")
        except Refused as error:
            counts.rows_refused += 1
            refuse(Refusal(row.line, str(error), row.text))
        else:
            yield told


def _check_basis(sentence: str | None) -> None:
    """The console's own rule, in the importer's language."""
    if sentence is None:
        return
    try:
        with override("en"):
            check_basis(sentence)
    except ValidationError as error:
        raise Refused(f"grant_basis: {' '.join(error.messages)}") from None


def _batches(
    rows: Iterator[CouponRow],
) -> Iterator[tuple[list[CouponRecord], list[CouponOverrideRecord]]]:
    while some := list(islice(rows, BATCH)):
        yield [row.coupon for row in some], [_override(row) for row in some]


def _override(row: CouponRow) -> CouponOverrideRecord:
    return CouponOverrideRecord(row.coupon.code, row.issue_template, row.expiry_template, row.url)


def _told(record: CouponOverrideRecord, templates: dict[str, int]) -> dict[str, Any]:
    """The attributes that the record tells."""
    told: dict[str, Any] = {}
    if record.issue_template is not None:
        told["issue_template_id"] = templates.get(record.issue_template)
    if record.expiry_template is not None:
        told["expiry_template_id"] = templates.get(record.expiry_template)
    if record.url is not None:
        told["url"] = record.url
    return told


def _templates(shop: Shop) -> dict[str, int]:
    templates = MessageTemplate.objects.for_shop(shop).filter(
        topic=Topic.COUPON, channel=Channel.ALIMTALK
    )
    return dict(templates.values_list("name", "pk"))

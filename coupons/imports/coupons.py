"""Rows of a file of coupons."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from coupons.models import DiscountType
from coupons.records import CouponRecord
from orders.imports.fields import read_integer, read_text
from orders.imports.results import Refusals, RowCounts, count
from orders.imports.rows import Refused, Row, read_rows

HEADING = (
    "code,name,discount_type,discount_value,max_discount,min_order,grant_basis,"
    "issue_template,expiry_template,url"
)
LARGEST_DISCOUNT = 10**13

_is_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A coupon, and what it does differently from the shop: template names, and a URL."""

    coupon: CouponRecord
    issue_template: str
    expiry_template: str
    url: str


def coupon_rows(path: Path, counts: RowCounts, refuse: Refusals) -> Iterator[Row]:
    """The file's rows that are whole. Raises `Unusable` where it cannot be read."""
    return count(read_rows(path, HEADING.split(",")), counts, refuse)


def parse(row: Row) -> CouponRow:
    """What a row says; raises `Refused` where that is no coupon."""
    code, name, discount_type, value, most, least, basis, issue, expiry, url = row.fields
    return CouponRow(
        coupon=CouponRecord(
            code=read_text(code, "code", 60, needed=True),
            name=read_text(name, "name", 80, needed=True),
            discount_type=_read_type(discount_type),
            discount_value=_read_value(value, discount_type.strip()),
            max_discount=_read_limit(most, "max_discount"),
            min_order=_read_limit(least, "min_order"),
            grant_basis=read_text(basis, "grant_basis", 200),
        ),
        issue_template=issue.strip(),
        expiry_template=expiry.strip(),
        url=_read_url(url),
    )


def _read_type(text: str) -> str:
    text = text.strip()
    if text not in DiscountType.values:
        raise Refused(f"discount_type is neither percent nor fixed: {text[:40]!r}")
    return text


def _read_value(text: str, discount_type: str) -> int:
    value = read_integer(text, "discount_value", LARGEST_DISCOUNT)
    if value <= 0:
        raise Refused("discount_value must be more than 0")
    if discount_type == DiscountType.PERCENT and value > 100:
        raise Refused("discount_value is more than 100 per cent")
    return value


def _read_limit(text: str, name: str) -> int | None:
    if not text.strip():
        return None
    limit = read_integer(text, name, LARGEST_DISCOUNT)
    if limit < 0:
        raise Refused(f"{name} is negative")
    return limit


def _read_url(text: str) -> str:
    url = read_text(text, "url", 500)
    try:
        if url:
            _is_url(url)
    except ValidationError:
        raise Refused(f"url is not an address: {url[:40]!r}") from None
    return url

"""Rows of a file of coupons."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import override

from coupons.models import DiscountType
from coupons.records import CouponRecord
from orders.imports.fields import read_integer, read_text
from orders.imports.results import Refusals, RowCounts, count
from orders.imports.rows import Refused, Row, as_cp949, read_rows
from orders.websites import check_website

HEADING = (
    "code,name,discount_type,discount_value,max_discount,min_order,grant_basis,"
    "issue_template,expiry_template,url"
)
LARGEST_DISCOUNT = 10**13


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A coupon, and what it does differently from the shop: template names, and a URL.

    What the file leaves empty is None: it was not told.
    """

    coupon: CouponRecord
    issue_template: str | None
    expiry_template: str | None
    url: str | None


def coupon_rows(path: Path, counts: RowCounts, refuse: Refusals) -> Iterator[Row]:
    """The file's rows that are whole. Raises `Unusable` where it cannot be read."""
    return count(read_rows(path, HEADING.split(","), as_cp949), counts, refuse)


def parse(row: Row) -> CouponRow:
    """What a row says; raises `Refused` where that is no coupon.

    Whether the grant basis could stand in a message is not known here.
    """
    code, name, discount_type, value, most, least, basis, issue, expiry, url = row.fields
    return CouponRow(
        coupon=CouponRecord(
            code=read_text(code, "code", 60, needed=True),
            name=read_text(name, "name", 80, needed=True),
            discount_type=_read_type(discount_type),
            discount_value=_read_value(value, discount_type.strip()),
            max_discount=_read_limit(most, "max_discount"),
            min_order=_read_limit(least, "min_order"),
            grant_basis=basis.strip() or None,
        ),
        issue_template=issue.strip() or None,
        expiry_template=expiry.strip() or None,
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


def _read_url(text: str) -> str | None:
    url = read_text(text, "url", 500)
    if not url:
        return None
    if "#{" in url:
        raise Refused("url can't hold a variable: #{")
    try:
        with override("en"):
            check_website(url)
    except ValidationError as error:
        raise Refused(f"url: {error.message}") from None
    return url

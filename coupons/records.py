"""Coupons as a mall or a file tells them (see `orders/records.py`)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CouponRecord:
    """A coupon definition, by the mall's own code.

    A `grant_basis` of None was not told, and leaves what is stored.
    """

    code: str
    name: str
    discount_type: str
    discount_value: int
    max_discount: int | None = None
    min_order: int | None = None
    grant_basis: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedCouponRecord:
    """One coupon in one customer's coupon box, by its issue code.

    `coupon` is the coupon's code and must be known; a customer who is not becomes so. Without
    `expires_at` it never expires. A missing `used_at` or `withdrawn_at` was not told, and leaves
    what is stored.
    """

    code: str
    coupon: str
    customer: str
    issued_at: datetime
    valid_from: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None

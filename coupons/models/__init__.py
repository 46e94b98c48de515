"""Floor 2: what is in a coupon box."""

from coupons.models.coupon import Coupon, DiscountType
from coupons.models.issued import IssuedCoupon, Origin

__all__ = ["Coupon", "DiscountType", "IssuedCoupon", "Origin"]

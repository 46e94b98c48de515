"""Floor 3: why a message is sent."""

from crm.models.coupon_messages import (
    CouponMessageSettings,
    CouponNotice,
    CouponOverride,
    DecidedCoupon,
    Kind,
)
from crm.models.schedules import Due, Job

__all__ = [
    "CouponMessageSettings",
    "CouponNotice",
    "CouponOverride",
    "DecidedCoupon",
    "Due",
    "Job",
    "Kind",
]

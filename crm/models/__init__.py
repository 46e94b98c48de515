"""Floor 3: why a message is sent."""

from crm.models.coupon_messages import (
    CouponMessageSettings,
    CouponNotice,
    CouponOverride,
    DecidedBundle,
    DecidedCoupon,
    Kind,
)
from crm.models.rehearsals import Rehearsal, RehearsalState
from crm.models.schedules import Due, Job

__all__ = [
    "CouponMessageSettings",
    "CouponNotice",
    "CouponOverride",
    "DecidedBundle",
    "DecidedCoupon",
    "Due",
    "Job",
    "Kind",
    "Rehearsal",
    "RehearsalState",
]

"""Floor 3: why a message is sent."""

from crm.models.coupon_messages import (
    Candidate,
    CouponMessageSettings,
    CouponNotice,
    CouponOverride,
    DecidedBundle,
    DecidedCoupon,
    DecidedCouponKind,
    Kind,
    TouchedCustomer,
)
from crm.models.rehearsals import Rehearsal, RehearsalState
from crm.models.schedules import Due, Job

__all__ = [
    "Candidate",
    "CouponMessageSettings",
    "CouponNotice",
    "CouponOverride",
    "DecidedBundle",
    "DecidedCoupon",
    "DecidedCouponKind",
    "Due",
    "Job",
    "Kind",
    "Rehearsal",
    "RehearsalState",
    "TouchedCustomer",
]

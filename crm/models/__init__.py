"""Floor 3: why a message is sent."""

from crm.models.consents import (
    AlertKind,
    ConsentNotice,
    ConsentNoticeSettings,
    DecidedConsent,
    DecidedConsentNotice,
    NoticeKind,
    OwnerAlert,
)
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
    "AlertKind",
    "Candidate",
    "ConsentNotice",
    "ConsentNoticeSettings",
    "CouponMessageSettings",
    "CouponNotice",
    "CouponOverride",
    "DecidedBundle",
    "DecidedConsent",
    "DecidedConsentNotice",
    "DecidedCoupon",
    "DecidedCouponKind",
    "Due",
    "Job",
    "Kind",
    "NoticeKind",
    "OwnerAlert",
    "Rehearsal",
    "RehearsalState",
    "TouchedCustomer",
]

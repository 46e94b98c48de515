"""A coupon's two messages as they would look."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from coupons.models import Coupon
from crm.models import Kind
from messaging.models import MessageTemplate, Topic
from messaging.preview import Preview, bubble, sample_values


def coupon_bubbles(
    *,
    coupon: Coupon,
    sentence: str,
    issue_template: MessageTemplate | None,
    expiry_template: MessageTemplate | None,
    url: str,
    now: datetime,
) -> list[Preview]:
    """The issue and the expiry message of this coupon alone, with this basis.

    `url` is what their link buttons open; without one they have none. A template without a
    revision in use has no bubble.
    """
    chosen = {Kind.ISSUED: issue_template, Kind.EXPIRING: expiry_template}
    values = sample_values(coupon.shop, Topic.COUPON, now) | coupon_variables(coupon)
    values["basis"] = sentence or _("(no grant basis)")
    return [
        replace(seen, time=str(kind.label))
        for kind, template in chosen.items()
        if (seen := bubble(template, values, now, url=url))
    ]


def coupon_variables(coupon: Coupon) -> dict[str, Any]:
    """What a message says of this coupon when it goes out alone, as `Message.variables` has it."""
    return {
        "coupon": coupon.name,
        "more": 0,
        "benefit": {
            "type": coupon.discount_type,
            "value": coupon.discount_value,
            "max": coupon.max_discount,
            "min": coupon.min_order,
        },
        "basis": coupon.grant_basis,
    }

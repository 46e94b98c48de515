"""Seeing personal data whole: on demand, by role, with a reason, and on record (F9)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from orders.models import AuditEvent, Customer, Shop, User
from orders.signs import check_line

UNMASKED = "unmasked"  # the audit event's action
MAX_REASON = 200


def record_unmasking(
    *, shop: Shop, user: User, about: str, reason: str, now: datetime
) -> AuditEvent:
    """Put on record that a user looks at personal data whole, and why.

    Call it before showing anything; what it allows holds for the request alone. `about` names
    the row, e.g. `about_customer(customer)`. Raises ValidationError without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Write why you need to see it. It is kept on record."))
    if len(reason) > MAX_REASON:
        raise ValidationError(_("Write it in at most %(most)s characters.") % {"most": MAX_REASON})
    check_line(reason)
    return AuditEvent.objects.create(
        shop=shop, user=user, action=UNMASKED, about=about, reason=reason, at=now
    )


def about_customer(customer: Customer) -> str:
    """How a record names a customer: by id, since the record itself gives nobody away."""
    return f"customer:{customer.pk}"

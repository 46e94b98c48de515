"""What the platform's staff decide about a shop: suspend it, close features one by one (F11)."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from messaging.models import ClosedFeature, Feature, SendingSettings
from orders.models import AuditEvent, Shop, User
from orders.signs import check_line

MAX_REASON = 200  # as `SendingSettings.suspended_because` is long


@transaction.atomic
def suspend(*, shop: Shop, by: User, reason: str, now: datetime) -> bool:
    """Stop all of the shop's sending; the shop itself can't take it back. What waits stays.

    The owner reads `reason`, a line. Returns whether it was sending; a shop that is suspended
    already keeps its first moment and reason. Raises ValidationError without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Write why. The shop's owner reads it."))
    if len(reason) > MAX_REASON:
        raise ValidationError(_("Write it in at most %(most)s characters.") % {"most": MAX_REASON})
    check_line(reason)
    sending = _locked(shop)
    if sending.suspended_at:
        return False
    _set(sending, now, reason)
    _log(shop, by, "suspend_shop", now, reason=reason)
    return True


@transaction.atomic
def lift(*, shop: Shop, by: User, now: datetime) -> bool:
    """Let a suspended shop send again, unless its owner has stopped it; the jobs catch up.

    Returns whether it was suspended.
    """
    sending = _locked(shop)
    if sending.suspended_at is None:
        return False
    _set(sending, None, "")
    _log(shop, by, "lift_suspension", now)
    return True


@transaction.atomic
def close_features(
    *, shop: Shop, by: User, closed: Collection[Feature], now: datetime
) -> tuple[set[str], set[str]]:
    """Close these features for the shop and open all others; returns what was closed and opened."""
    _locked(shop)
    rows = ClosedFeature.objects.for_shop(shop)
    before, after = set(rows.values_list("feature", flat=True)), {str(one) for one in closed}
    ClosedFeature.objects.bulk_create(
        ClosedFeature(shop=shop, feature=feature) for feature in sorted(after - before)
    )
    rows.filter(feature__in=before - after).delete()
    for feature in sorted(after - before):
        _log(shop, by, "close_feature", now, about=feature)
    for feature in sorted(before - after):
        _log(shop, by, "open_feature", now, about=feature)
    return after - before, before - after


def _set(sending: SendingSettings, at: datetime | None, because: str) -> None:
    sending.suspended_at, sending.suspended_because = at, because
    sending.save(update_fields=["suspended_at", "suspended_because"])


def _locked(shop: Shop) -> SendingSettings:
    SendingSettings.objects.get_or_create(shop=shop)
    return SendingSettings.objects.select_for_update().get(shop=shop)


def _log(
    shop: Shop, by: User, action: str, now: datetime, *, about: str = "", reason: str = "staff"
) -> None:
    AuditEvent.objects.create(shop=shop, user=by, action=action, about=about, reason=reason, at=now)

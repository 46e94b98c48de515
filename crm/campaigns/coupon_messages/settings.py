"""Changing a shop's coupon messages (A1)."""

import datetime as dt
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import CouponMessageSettings, Job, Kind
from crm.schedules import reschedule, schedule, unschedule
from messaging.models import MessageTemplate
from messaging.templates import check_chosen, check_in_use
from orders.models import AuditEvent, Country, Shop, User

_SINCE = {Kind.ISSUED: "issue_since", Kind.EXPIRING: "expiry_since"}
_JOB = {Kind.ISSUED: Job.COUPON_ISSUED, Kind.EXPIRING: Job.COUPON_EXPIRING}


def settings_of(shop: Shop) -> CouponMessageSettings:
    """The shop's settings, with what planning reads beside them."""
    return CouponMessageSettings.objects.select_related(
        "shop__sending",
        "issue_template__current",
        "expiry_template__current",
        "advertising_template__current",
    ).get(shop=shop)


def expiry_times(country: str) -> list[dt.time]:
    """The expiry message times that a shop may choose, on the half hour (A4)."""
    first, last = (16, 36) if country == Country.KOREA else (0, 47)
    return [dt.time(n // 2, n % 2 * 30) for n in range(first, last + 1)]


@transaction.atomic
def switch(
    *,
    settings: CouponMessageSettings,
    kind: Kind,
    on: bool,
    since: datetime,
    user: User | None = None,
) -> None:
    """Turn a message on as of `since`, or off. Turning on what is on changes nothing.

    Each change is on record with who made it; None is the command line. Raises ValidationError
    for a template of which no wording is approved.
    """
    if on == (settings.since(kind) is not None):
        return
    if on:
        check_in_use(settings.template(kind))
    setattr(settings, _SINCE[kind], since if on else None)
    settings.save(update_fields=[_SINCE[kind]])
    if on:
        schedule(settings, _JOB[kind], since)
    else:
        unschedule(settings, _JOB[kind])
    _log(settings, user, f"turn_{'on' if on else 'off'}_{kind}", "", since)


@transaction.atomic
def set_expiry_time(
    *, settings: CouponMessageSettings, at: dt.time, now: datetime, user: User | None = None
) -> None:
    """Change T, on record; the next window starts where the last ended (A4).

    Raises ValidationError for a time that the shop's country does not offer.
    """
    if at not in expiry_times(settings.shop.country):
        raise ValidationError(_("Choose one of the offered times."))
    if at == settings.expiry_time:
        return
    settings.expiry_time = at
    settings.save(update_fields=["expiry_time"])
    reschedule(settings, Job.COUPON_EXPIRING, now)
    _log(settings, user, "set_expiry_time", f"{at:%H:%M}", now)


@transaction.atomic
def set_wording(
    *,
    settings: CouponMessageSettings,
    issue_template: MessageTemplate,
    expiry_template: MessageTemplate,
    advertising_template: MessageTemplate | None,
    url: str,
    now: datetime,
    user: User | None = None,
) -> None:
    """Choose the shop's templates and the page that a tap opens; a change is on record.

    The advertising one is for coupons without a grant basis; None: they are left out (A9). Raises
    ValidationError, by field, for another template than before of which no wording is approved.
    """
    templates = {
        "issue_template": issue_template,
        "expiry_template": expiry_template,
        "advertising_template": advertising_template,
    }
    check_chosen(templates, {name: getattr(settings, f"{name}_id") for name in templates})
    wanted = {**templates, "url": url}
    if all(getattr(settings, name) == value for name, value in wanted.items()):
        return
    for name, value in wanted.items():
        setattr(settings, name, value)
    settings.save(update_fields=list(wanted))
    about = f"issue_template:{issue_template.pk} expiry_template:{expiry_template.pk}"
    _log(settings, user, "set_wording", about, now, reason=url)


def _log(
    settings: CouponMessageSettings,
    user: User | None,
    action: str,
    about: str,
    at: datetime,
    *,
    reason: str = "",
) -> None:
    AuditEvent.objects.create(
        shop=settings.shop, user=user, action=action, about=about, reason=reason[:200], at=at
    )

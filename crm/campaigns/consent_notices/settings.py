"""Changing a shop's consent notices."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.campaigns.consent_notices.candidates import reconfirm_years
from crm.models import ConsentNoticeSettings, Job, NoticeKind
from crm.schedules import schedule, unschedule
from messaging.models import MessageTemplate
from messaging.templates import check_chosen, check_in_use
from orders.models import AuditEvent, Shop, User

_SINCE = {NoticeKind.CHANGED: "changed_since", NoticeKind.RECONFIRMED: "renewed_since"}


@transaction.atomic
def set_template(*, shop: Shop, template: MessageTemplate, user: User, now: datetime) -> None:
    """Choose the template of both notices; a change is on record.

    Raises ValidationError for another one than before of which no wording is approved.
    """
    settings, _made = ConsentNoticeSettings.objects.select_for_update().get_or_create(shop=shop)
    if settings.template_id == template.pk:
        return
    check_chosen({"template": template}, {})
    settings.template = template
    settings.save(update_fields=["template"])
    _log(shop, user, "set_consent_template", f"template:{template.pk}", now)


def check_template(settings: ConsentNoticeSettings) -> None:
    """Raise ValidationError where no template is chosen, or none of its wording is approved."""
    if settings.template is None:
        raise ValidationError(_("Choose a template first."))
    check_in_use(settings.template)


@transaction.atomic
def switch(
    *, shop: Shop, kind: NoticeKind, on: bool, since: datetime, user: User | None = None
) -> None:
    """Turn a notice on as of `since`, or off. Turning on what is on changes nothing.

    Each change is on record. Raises ValidationError without a template that can be used, and where
    the law does not ask for such a notice.
    """
    settings, _made = ConsentNoticeSettings.objects.select_for_update().get_or_create(shop=shop)
    if on == (settings.since(kind) is not None):
        return
    if on:
        check_template(settings)
    if on and kind == NoticeKind.RECONFIRMED and reconfirm_years(shop, since) is None:
        raise ValidationError(_("The law of the shop's country does not ask for it."))
    was_on = settings.changed_since or settings.renewed_since
    setattr(settings, _SINCE[kind], since if on else None)
    settings.save(update_fields=[_SINCE[kind]])
    if not was_on:
        schedule(settings, Job.CONSENTS, since)
    elif not (settings.changed_since or settings.renewed_since):
        unschedule(settings, Job.CONSENTS)
    _log(shop, user, f"turn_{'on' if on else 'off'}_{kind}", "", since)


def _log(shop: Shop, user: User | None, action: str, about: str, at: datetime) -> None:
    AuditEvent.objects.create(shop=shop, user=user, action=action, about=about, at=at)

"""When a shop sends at all: its stop (F11), its own closed hours (F4), its first channel (C8)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from messaging.connections import save_connection
from messaging.gateways import PHONE
from messaging.models import Channel, Gateway, SendingSettings
from orders.models import AuditEvent, Shop, User


def sending_settings(shop: Shop) -> SendingSettings:
    """The shop's settings; as they are by default where it never set any. Writes nothing."""
    return SendingSettings.objects.filter(shop=shop).first() or SendingSettings(shop=shop)


@transaction.atomic
def stop_sending(*, shop: Shop, user: User, now: dt.datetime, reason: str = "") -> bool:
    """Stop all of the shop's sending from `now` on; what waits goes on waiting (F11).

    Returns whether it was running. A shop that is stopped already keeps its first moment.
    """
    sending = _locked(shop)
    if sending.stopped_at:
        return False
    sending.stopped_at = now
    sending.save(update_fields=["stopped_at"])
    _log(shop=shop, user=user, action="stop_sending", reason=reason, at=now)
    return True


@transaction.atomic
def resume_sending(*, shop: Shop, user: User, now: dt.datetime, reason: str = "") -> bool:
    """Send again; the jobs catch up at their next tick (F11). Returns whether it was stopped."""
    sending = _locked(shop)
    if sending.stopped_at is None:
        return False
    sending.stopped_at = None
    sending.save(update_fields=["stopped_at"])
    _log(shop=shop, user=user, action="resume_sending", reason=reason, at=now)
    return True


@transaction.atomic
def set_quiet_hours(
    *,
    shop: Shop,
    user: User,
    quiet_from: dt.time | None,
    quiet_until: dt.time | None,
    now: dt.datetime,
) -> None:
    """Close [from, until) of the shop's clock for information; both None: never closed (F4).

    Raises ValidationError for one without the other, and where both are the same.
    """
    if (quiet_from is None) != (quiet_until is None):
        raise ValidationError(_("Say both when the closed hours begin and when they end."))
    if quiet_from is not None and quiet_from == quiet_until:
        raise ValidationError(_("The closed hours can't begin and end at the same time."))
    sending = _locked(shop)
    if (sending.quiet_from, sending.quiet_until) == (quiet_from, quiet_until):
        return
    sending.quiet_from, sending.quiet_until = quiet_from, quiet_until
    sending.save(update_fields=["quiet_from", "quiet_until"])
    about = "–" if quiet_from is None else f"{quiet_from:%H:%M}–{quiet_until:%H:%M}"
    _log(shop=shop, user=user, action="set_quiet_hours", about=about, at=now)


@transaction.atomic
def connect_phone(*, shop: Shop, user: User, now: dt.datetime) -> bool:
    """Let Alimtalk go to the built-in phone where no channel is connected (C8).

    Returns whether it was connected now; another channel is never replaced.
    """
    if Gateway.objects.for_shop(shop).filter(channel=Channel.ALIMTALK).exists():
        return False
    save_connection(
        shop=shop, user=user, channel=Channel.ALIMTALK, provider=PHONE, account={}, now=now
    )
    return True


def _locked(shop: Shop) -> SendingSettings:
    SendingSettings.objects.get_or_create(shop=shop)
    return SendingSettings.objects.select_for_update().get(shop=shop)


def _log(
    *, shop: Shop, user: User, action: str, at: dt.datetime, about: str = "", reason: str = ""
) -> None:
    AuditEvent.objects.create(
        shop=shop, user=user, action=action, about=about, reason=reason, at=at
    )

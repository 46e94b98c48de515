"""The numbers that a shop's texts come from, and the free one by which people refuse more.

Text may come only from a number that the sender registered with its provider beforehand
(전기통신사업법 §84-2). A provider that keeps a list of them is asked; where none does, staff
confirm a number on the evidence that they were shown. What one provider confirmed, another has not.
"""

import re
from collections.abc import Sequence
from datetime import datetime

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from messaging.checking import ask
from messaging.connections import connection
from messaging.gateways import PROVIDERS, Number, NumberKeeper
from messaging.models import Channel, Gateway, SenderNumber, SendingSettings
from orders.models import AuditEvent, Shop, User
from orders.phones import normalise_phone
from orders.signs import check_line

MAX_NOTE = 200  # as an audit event's reason is long
_OPT_OUT = re.compile(r"080(\d{3,4})(\d{4})")
# As a number that stands for any is written: 010-0000-0000.
_NOBODYS = "0" * 7


def sender_number(text: str, shop: Shop) -> str:
    """A number as people write it, in E.164.

    Raises ValidationError for what is no number, or nobody's, or another country's than the shop's.
    """
    number = normalise_phone(text, shop.country)
    found = phonenumbers.parse(number) if number else None
    if found is None or not phonenumbers.is_valid_number(found) or number.endswith(_NOBODYS):
        raise ValidationError(_("This is no phone number. Write it as in 02-123-4567."))
    if not phonenumbers.is_valid_number_for_region(found, shop.country):
        raise ValidationError(_("Texts can't come from a number of another country."))
    return number


def opt_out_digits(text: str) -> str:
    """A free 080 number as texts name it: 080-000-0000. Raises ValidationError for another."""
    found = _OPT_OUT.fullmatch(re.sub(r"[-\s.]", "", text))
    if found is None:
        raise ValidationError(_("It must be a free number that begins with 080."))
    return f"080-{found[1]}-{found[2]}"


def number_in_use(shop: Shop) -> SenderNumber | None:
    """The one that texts come from now."""
    found: SenderNumber | None = SenderNumber.objects.for_shop(shop).filter(in_use=True).first()
    return found


def keeper(shop: Shop, now: datetime) -> Gateway | None:
    """The gateway whose provider can be asked which numbers are registered; None without one."""
    text = connection(shop, Channel.TEXT, now)
    return text.gateway if isinstance(text.provider, NumberKeeper) else None


@transaction.atomic
def add_number(*, shop: Shop, user: User, number: str, now: datetime) -> SenderNumber:
    """Note down a number (E.164) that is to be registered. Raises ValidationError for a known."""
    found, made = SenderNumber.objects.get_or_create(shop=shop, number=number)
    if not made:
        raise ValidationError(_("This number is in the list already."))
    _log(shop, user, "add_sender_number", number, now)
    return found


@transaction.atomic
def use_number(*, number: SenderNumber, user: User, now: datetime) -> None:
    """Let texts come from this number. Raises ValidationError for one that isn't registered."""
    rows = SenderNumber.objects.for_shop(number.shop).select_for_update()
    chosen = next((row for row in rows if row.pk == number.pk), None)
    if chosen is None or chosen.registered_at is None:
        raise ValidationError(_("Only a registered number can be used."))
    if chosen.in_use:
        return
    rows.update(in_use=False)
    rows.filter(pk=chosen.pk).update(in_use=True)
    _log(chosen.shop, user, "use_sender_number", chosen.number, now)


@transaction.atomic
def remove_number(*, number: SenderNumber, user: User, now: datetime) -> None:
    """Take a number off the list. Raises ValidationError for the one in use."""
    if SenderNumber.objects.filter(pk=number.pk, in_use=True).exists():
        raise ValidationError(_("Texts come from this number. Choose another one first."))
    number.delete()
    _log(number.shop, user, "remove_sender_number", number.number, now)


def ask_provider(*, shop: Shop, now: datetime) -> None:
    """Take over which numbers the provider has registered; one that it lost is used no more.

    Raises NoAnswer where it can't be asked, ValidationError where it keeps no numbers.
    """
    gateway = keeper(shop, now)
    if gateway is None:
        raise ValidationError(_("This provider can't be asked. Staff confirm your number."))
    provider, account = PROVIDERS[gateway.provider], gateway.account
    assert isinstance(provider, NumberKeeper)  # noqa: S101 - `keeper` has seen to it
    known = ask(provider, account, lambda: provider.numbers(account))
    _take_over(shop, known, now)


@transaction.atomic
def _take_over(shop: Shop, known: Sequence[Number], now: datetime) -> None:
    usable = {one.number for one in known if one.usable}
    rows = {row.number: row for row in SenderNumber.objects.for_shop(shop).select_for_update()}
    for number in {one.number for one in known} - rows.keys():
        rows[number] = SenderNumber(shop=shop, number=number)
    for number, row in rows.items():
        row.registered_at = (row.registered_at or now) if number in usable else None
        row.in_use = row.in_use and number in usable
        row.checked_at = now
        row.save()


@transaction.atomic
def confirm_number(
    *, number: SenderNumber, by: User, registered: bool, note: str, now: datetime
) -> None:
    """Staff's word that a number is registered, or not any more; `note` names the evidence.

    Raises ValidationError without a note.
    """
    note = note.strip()
    if not note:
        raise ValidationError(_("Write what you were shown. It is kept on record."))
    check_line(note)
    number.registered_at = (number.registered_at or now) if registered else None
    number.in_use = number.in_use and registered
    number.checked_at = now
    number.save()
    action = "confirm_sender_number" if registered else "withdraw_sender_number"
    _log(number.shop, by, action, number.number, now, note[:MAX_NOTE])


@transaction.atomic
def set_opt_out_number(*, shop: Shop, user: User, number: str, now: datetime) -> None:
    """The 080 number that advertising texts end with (F3); empty: none."""
    SendingSettings.objects.get_or_create(shop=shop)
    sending = SendingSettings.objects.select_for_update().get(shop=shop)
    if sending.opt_out_number == number:
        return
    sending.opt_out_number = number
    sending.save(update_fields=["opt_out_number"])
    _log(shop, user, "set_opt_out_number", number or "–", now)


def _log(shop: Shop, user: User, action: str, about: str, now: datetime, reason: str = "") -> None:
    AuditEvent.objects.create(
        shop=shop, user=user, action=action, about=about, reason=reason, at=now
    )

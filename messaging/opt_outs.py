"""Refusing advertising (F3): by the link in a message, by 080, by the shop's site, by hand.

A refusal is an address's on a channel, whoever has it, and it also ends the consents of the
customers who have it. It takes effect on what waits already: freezing asks the verdict again.

What lifts it: a consent that the customer gave after it, told by the shop's own site with the
moment it was given (`lift`), or the owner with a reason (`remove`). A mall's list of members does
not: it repeats what it knew before the refusal, and that is no new consent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower, Right
from django.utils.translation import gettext_lazy as _

from messaging.gateways import PROVIDERS
from messaging.models import Batch, Channel, Message, OptOut, OptOutSource
from messaging.verdicts import CONSENT, CUSTOMER_FIELD
from orders.ingest import ingest
from orders.masking import mask_email, mask_id, mask_phone
from orders.models import AuditEvent, Consent, ConsentKind, Customer, Shop, User
from orders.personal import MAX_REASON
from orders.phones import normalise_phone
from orders.records import ConsentRecord
from orders.signs import check_line

# On these advertising is sent; an Alimtalk carries information only.
CHANNELS = (Channel.TEXT, Channel.EMAIL, Channel.PUSH, Channel.INBOX)
MAX_ADDRESS = 255
# The audit event's actions.
ADDED, REMOVED, IMPORTED = "opt_out_added", "opt_out_removed", "opt_outs_imported"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message went to: what the opt-out page is about. `address` is empty once erased."""

    shop: Shop
    channel: Channel
    address: str
    customer: Customer | None


def recipient(message_id: int) -> Recipient | None:
    """The recipient of a message of any age; None where there is no such message. One query."""
    found = Message.objects.select_related("shop", "customer", "batch").defer("batch__payload")
    message = found.filter(pk=message_id).first()
    if message is None:
        return None
    # Who refuses an Alimtalk's text refuses texts.
    channel = Channel(message.batch.channel or Channel.ALIMTALK)
    channel = Channel.TEXT if channel == Channel.ALIMTALK else channel
    own = getattr(message.customer, CUSTOMER_FIELD[channel]) if message.customer else ""
    return Recipient(message.shop, channel, message.address or own, message.customer)


def standing(*, shop: Shop, channel: Channel, address: str) -> OptOut | None:
    """The refusal of this address that stands, if there is one."""
    found: QuerySet[OptOut] = OptOut.objects.for_shop(shop)
    return found.filter(channel=channel, address=same_address(channel, address)).first()


def same_address(channel: Channel, address: str) -> str:
    """The address as refusals keep it: e-mail in small letters, since case makes no other box."""
    address = address.strip()
    return address.lower() if channel == Channel.EMAIL else address


def mask_address(channel: Channel, address: str) -> str:
    """The address as lists show it (F9); of an app's token only the end, it says nothing."""
    if channel == Channel.TEXT:
        return mask_phone(address)
    if channel == Channel.PUSH:
        return f"…{address[-4:]}" if address else ""
    return (mask_email if channel == Channel.EMAIL else mask_id)(address)


def read_address(shop: Shop, channel: Channel, text: str) -> str:
    """An address as somebody typed it, as refusals keep it. ValidationError where it can't be one.

    `channel` is one of `CHANNELS`.
    """
    text = text.strip()
    if channel == Channel.TEXT:
        if not (phone := normalise_phone(text, shop.country)):
            raise ValidationError(_("This is no phone number."))
        return phone
    if channel == Channel.EMAIL:
        validate_email(text)
    if not text or len(text) > MAX_ADDRESS:
        raise ValidationError(_("This is no address."))
    return same_address(channel, text)


@transaction.atomic
def opt_out(
    *,
    shop: Shop,
    channel: Channel,
    address: str,
    source: OptOutSource,
    now: datetime,
    customer: Customer | None = None,
) -> OptOut:
    """Note that an address refuses advertising on a channel, and end its customers' consents.

    `customer` is who got the message and may have another address by now. Again it changes
    nothing: the first moment stays.
    """
    address = same_address(channel, address)
    kept: OptOut
    kept, _made = OptOut.objects.get_or_create(
        shop=shop, channel=channel, address=address, defaults={"at": now, "source": source}
    )
    theirs = {customer.pk} if customer else set()
    theirs |= set(_having(shop, channel, address).values_list("pk", flat=True))
    people = Customer.objects.for_shop(shop).filter(pk__in=theirs)
    end_consents(shop=shop, channel=channel, customers=people, source=source, now=now)
    return kept


def hear_news(batch: Batch, words: Mapping[int, str], *, provider: str, now: datetime) -> None:
    """Note who refused text at the 080 number, where a provider's words for its messages say so.

    The provider keeps that number's list and need not have told us of the call.
    """
    known = PROVIDERS.get(provider)
    refused = [pk for pk, word in words.items() if known and word in known.refusals]
    addresses = Message.objects.filter(pk__in=refused).exclude(address="") if refused else ()
    for message in addresses:
        opt_out(
            shop=batch.shop,
            channel=Channel.TEXT,
            address=message.address,
            source=OptOutSource.NUMBER,
            now=now,
        )


def end_consents(
    *,
    shop: Shop,
    channel: Channel,
    customers: QuerySet[Customer],
    source: OptOutSource,
    now: datetime,
) -> int:
    """End what these customers of the shop agreed to for the channel; returns how many did.

    Through the one door for facts, so that whatever follows a change of consent follows this one.
    """
    kind = CONSENT.get(channel)
    if kind is None:
        return 0
    given = Consent.objects.filter(customer=OuterRef("pk"), kind=kind, until=None, given=True)
    agreed = list(customers.filter(Exists(given)).values_list("mall_id", flat=True))
    records = (ConsentRecord(one, kind, False, now, source.value) for one in agreed)
    ingest(shop=shop, records=records, now=now)
    return len(agreed)


def _having(shop: Shop, channel: Channel, address: str) -> QuerySet[Customer]:
    """The shop's customers with this address."""
    people: QuerySet[Customer] = Customer.objects.for_shop(shop)
    if channel == Channel.TEXT:
        return people.alias(end=Right("phone", 4)).filter(end=address[-4:], phone=address)
    if channel == Channel.EMAIL:
        return people.alias(low=Lower("email")).filter(low=address)
    return people.filter(**{CUSTOMER_FIELD[channel]: address})


def lift(*, customer: Customer, kind: ConsentKind, at: datetime) -> int:
    """Forget the refusals that a consent given at `at` is newer than; returns how many.

    Called where the shop's own site tells a consent with its moment, after that was written: what
    was taken back since is not given, and lifts nothing.
    """
    holds = Consent.objects.filter(customer=customer, kind=kind, until=None, given=True).exists()
    channel = next((channel for channel, needed in CONSENT.items() if needed == kind), None)
    if not holds or channel is None:
        return 0
    address = same_address(channel, getattr(customer, CUSTOMER_FIELD[channel]))
    refused = OptOut.objects.for_shop(customer.shop).filter(channel=channel, address=address)
    lifted, _each = refused.filter(at__lt=at).delete()
    return lifted


def add_by_hand(*, shop: Shop, user: User, channel: Channel, address: str, now: datetime) -> OptOut:
    """Note what a customer told the shop; on record, with who entered it."""
    kept = opt_out(shop=shop, channel=channel, address=address, source=OptOutSource.STAFF, now=now)
    record(shop=shop, user=user, action=ADDED, about=f"opt_out:{kept.pk}", reason="", now=now)
    return kept


@transaction.atomic
def remove(*, opt_out: OptOut, user: User, reason: str, now: datetime) -> None:
    """Take a refusal back that was none, on record. It gives no consent back.

    Raises ValidationError without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Write why it is taken back. It is kept on record."))
    if len(reason) > MAX_REASON:
        raise ValidationError(_("Write it in at most %(most)s characters.") % {"most": MAX_REASON})
    check_line(reason)
    about = f"opt_out:{opt_out.pk}"
    record(shop=opt_out.shop, user=user, action=REMOVED, about=about, reason=reason, now=now)
    opt_out.delete()


def record(*, shop: Shop, user: User, action: str, about: str, reason: str, now: datetime) -> None:
    """Put on record what somebody did with refusals."""
    AuditEvent.objects.create(
        shop=shop, user=user, action=action, about=about, reason=reason, at=now
    )

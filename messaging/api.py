"""What a shop's own site asks and tells: its customers' inbox, opt-outs and consents."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, StrictBool, StringConstraints

from messaging import opt_outs
from messaging.history import find_rows, read_cursor
from messaging.links import short_link
from messaging.models import Channel, Message, OptOut, OptOutSource
from messaging.phone import ARRIVED
from messaging.reading import happened_at
from messaging.rendering import of_batch
from messaging.verdicts import CUSTOMER_FIELD
from messaging.wanted import Rows
from orders.api import shop_of
from orders.ingest import ingest
from orders.models import ConsentKind, Customer, Shop
from orders.records import ConsentRecord
from orders.signs import hidden_in_line

router = Router(tags=["Your customers"])

_SKEW = timedelta(minutes=5)  # by which a shop's clock may be ahead of ours
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def _channel(value: Channel) -> Channel:
    if value not in opt_outs.CHANNELS:
        raise ValueError("an Alimtalk carries information only: nobody refuses it here")
    return value


def _seen(text: str) -> str:
    if signs := hidden_in_line(text):
        raise ValueError(f"holds signs that nobody can see or that turn the text: {signs[0]}")
    return text


def _told_by_a_site(source: str) -> str:
    if source in _OUR_OWN:
        raise ValueError("Dangol itself says this of what it knows another way")
    return source


# How Dangol says that it knows of a consent by another way than this one.
_OUR_OWN = {*OptOutSource.values, "mall", "invented"} - {OptOutSource.API.value}
MallId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    AfterValidator(_seen),
]
Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=254),
    AfterValidator(_seen),
]
Source = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9_-]{1,20}$"), AfterValidator(_told_by_a_site)
]
AdvertisingChannel = Annotated[Channel, AfterValidator(_channel)]


class InboxButton(Schema):
    """A button below a message. `url` counts the tap and leads on."""

    name: str
    url: str


class InboxMessage(Schema):
    """A message in a customer's inbox. `link` counts the tap and leads on; empty for none."""

    id: int
    at: datetime
    title: str
    text: str
    link: str
    buttons: list[InboxButton]


class Inbox(Schema):
    """A page of messages, the newest first; `next` is the cursor of the page below."""

    messages: list[InboxMessage]
    next: str | None


class Asked(Schema):
    """What is posted: a field that is not known is misspelt, and not passed over."""

    model_config = ConfigDict(extra="forbid")


class Refusal(Asked):
    """Somebody refuses advertising on a channel: a customer's address of today, or this one."""

    channel: AdvertisingChannel
    customer: MallId | None = None
    address: Address | None = None


class Refused(Schema):
    """A refusal that stands."""

    channel: Channel
    at: datetime
    source: OptOutSource


class Told(Asked):
    """A customer agreed to something, or took it back, at a moment."""

    customer: MallId
    kind: ConsentKind
    given: StrictBool
    at: AwareDatetime
    source: Source = "site"


class Heard(Schema):
    """How many facts changed, and how many opt-outs the consent lifted."""

    changed: int
    lifted: int


@router.get("/customers/{path:mall_id}/inbox", response=Inbox, summary="A customer's inbox")
def inbox(
    request: HttpRequest,
    mall_id: Path[MallId],
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> dict[str, Any]:
    """What was delivered to the inbox of a customer, the newest first."""
    customer = _customer(shop_of(request), mall_id)
    own = Q(outcome__state__in=ARRIVED) | Q(outcome=None, batch__state__in=ARRIVED)
    messages = Message.objects.for_shop(customer.shop).filter(
        own, customer=customer, batch__channel=Channel.INBOX
    )
    page = find_rows([Rows(messages, few=True)], cursor=read_cursor(older=cursor), size=limit)
    return {
        "messages": [_in_inbox(message) for message in page.rows if message.variables],
        "next": str(page.older) if page.older else None,
    }


def _in_inbox(message: Message) -> dict[str, Any]:
    """The message as it was sent."""
    sent = of_batch(message.batch, message.shop).outgoing(
        message.pk, message.address, message.variables, message.url
    )
    return {
        "id": message.pk,
        "at": happened_at(message),
        "title": sent.title,
        "text": sent.text,
        "link": short_link(message.pk) if message.url else "",
        "buttons": [
            {"name": button["name"], "url": button["url"]}
            for button in sent.buttons
            if button.get("url")
        ],
    }


@router.get(
    "/customers/{path:mall_id}/opt-outs", response=list[Refused], summary="A customer's opt-outs"
)
def customer_opt_outs(request: HttpRequest, mall_id: Path[MallId]) -> list[OptOut]:
    """On which channels the addresses that a customer has today refuse advertising."""
    customer = _customer(shop_of(request), mall_id)
    found = (
        opt_outs.standing(shop=customer.shop, channel=channel, address=_address(customer, channel))
        for channel in opt_outs.CHANNELS
    )
    return [one for one in found if one]


@router.post("/opt-outs", response=Refused, summary="Opt out")
def opt_out(request: HttpRequest, refusal: Refusal) -> OptOut:
    """Note that a customer, or an address, refuses advertising. Again it changes nothing."""
    shop, channel = shop_of(request), refusal.channel
    if (refusal.customer is None) == (refusal.address is None):
        raise ValidationError("Give either a customer or an address.")
    # An inbox is a customer's own, and its address the customer's id.
    whose = refusal.address if channel == Channel.INBOX else None
    whose = refusal.customer or whose
    customer = _customer(shop, whose) if whose else None
    if customer:
        address = _address(customer, channel)
    else:
        address = opt_outs.read_address(shop, channel, refusal.address or "")
    if not address:
        raise ValidationError("This customer has no address on this channel.")
    return opt_outs.opt_out(
        shop=shop,
        channel=channel,
        address=address,
        source=OptOutSource.API,
        now=timezone.now(),
        customer=customer,
    )


@router.post("/consents", response=Heard, summary="Tell a consent")
@transaction.atomic
def tell_consent(request: HttpRequest, told: Told) -> dict[str, int]:
    """A consent or its withdrawal, at the moment when the customer gave it.

    A consent that is newer than an opt-out lifts it. Of an unknown customer a row is made.
    """
    shop, now = shop_of(request), timezone.now()
    if not _EARLIEST <= told.at <= now + _SKEW:
        raise ValidationError("The moment lies in the future, or before the year 2000.")
    since = min(told.at, now)
    record = ConsentRecord(told.customer, told.kind, told.given, since, told.source)
    changed = ingest(shop=shop, records=[record], now=now).changed
    customer = _customer(shop, told.customer)
    lifted = opt_outs.lift(customer=customer, kind=told.kind, at=since) if told.given else 0
    return {"changed": changed, "lifted": lifted}


def _customer(shop: Shop, mall_id: str) -> Customer:
    """The shop's customer; 404 for another shop's as for none (F10)."""
    found: Customer = get_object_or_404(
        Customer.objects.for_shop(shop).select_related("shop"), mall_id=mall_id
    )
    return found


def _address(customer: Customer, channel: Channel) -> str:
    address: str = getattr(customer, CUSTOMER_FIELD[channel])
    return address

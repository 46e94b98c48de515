"""What has arrived at somebody through the built-in provider: phone, mailbox and inbox (F10)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, TextChoices
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from messaging.gateways import PHONE
from messaging.history import Cursor, Page, find_rows
from messaging.models import Channel, Gateway, Message, State
from messaging.verdicts import CUSTOMER_FIELD
from messaging.wanted import Rows
from orders.models import Customer, Shop

ARRIVED = (State.SENT, State.DELIVERED)
PAGE_SIZE = 30


class Place(TextChoices):
    """Where a message is read."""

    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    INBOX = "inbox", _("Inbox")


CHANNELS: Mapping[Place, Sequence[Channel]] = {
    Place.PHONE: (Channel.ALIMTALK, Channel.TEXT, Channel.PUSH),
    Place.EMAIL: (Channel.EMAIL,),
    Place.INBOX: (Channel.INBOX,),
}
# These go to a number, whoever has it; the others to a member's own address.
_BY_NUMBER = (Channel.ALIMTALK, Channel.TEXT)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose phone it is: a member, or (tests, guests) whoever has the `address` of a message.

    `number` is E.164; empty for none, and for a stranger of whom another address is known.
    """

    number: str
    customer: Customer | None
    address: str = ""

    def address_at(self, place: Place) -> str:
        """Where messages to this place go; empty for none. Of a push it is the number."""
        if place == Place.PHONE or self.customer is None:
            return self.number if place == Place.PHONE else self.address
        return str(getattr(self.customer, CUSTOMER_FIELD[CHANNELS[place][0]]))


def place_of(channel: str) -> Place:
    """Where a channel's messages are read."""
    return next(place for place, channels in CHANNELS.items() if channel in channels)


def arrived(*, shop: Shop, owner: Owner, place: Place, cursor: Cursor | None = None) -> Page:
    """What this shop sent to a place of the owner's and has arrived, newest first."""
    own = Q(outcome__state__in=ARRIVED) | Q(outcome=None, batch__state__in=ARRIVED)
    messages = Message.objects.for_shop(shop).filter(own, batch__gateway__provider=PHONE)
    sources = list(_sources(shop, messages, owner, place))
    return find_rows(sources, cursor=cursor, size=PAGE_SIZE) if sources else Page([], None, None)


def elsewhere(shop: Shop, place: Place) -> list[str]:
    """The channels of this place that go out through a real provider by now, in words."""
    gateways = Gateway.objects.for_shop(shop).exclude(provider=PHONE)
    connected = set(gateways.values_list("channel", flat=True))
    return [str(channel.label) for channel in CHANNELS[place] if channel in connected]


def _sources(shop: Shop, messages: QuerySet[Message], owner: Owner, place: Place) -> Iterator[Rows]:
    if place == Place.PHONE and owner.number:
        to_numbers = messages.filter(batch__channel__in=_BY_NUMBER)
        owners = Customer.objects.for_shop(shop).alias(end=Right("phone", 4))
        owners = owners.filter(end=owner.number[-4:], phone=owner.number)
        theirs = to_numbers.filter(
            customer__in=list(owners.values_list("pk", flat=True)), address=owner.number
        )
        yield Rows(theirs, few=True)
        yield _strangers(to_numbers, owner.number)
    own = [channel for channel in CHANNELS[place] if channel not in _BY_NUMBER]
    if owner.customer:
        to_member = messages.filter(batch__channel__in=own, customer=owner.customer)
        yield Rows(to_member, few=True)
    elif owner.address:
        yield _strangers(messages.filter(batch__channel__in=own), owner.address)


def _strangers(messages: QuerySet[Message], address: str) -> Rows:
    """Those to nobody that we know, by where they went."""
    ending = messages.alias(end=Right("address", 4)).filter(customer=None, end=address[-4:])
    return Rows(ending.filter(address=address), few=True)
